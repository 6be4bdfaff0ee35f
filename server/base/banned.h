/*
 * banned.h - library functions that must not be called; the build includes
 * this header before every one of our own sources.
 *
 * WHY     Each of these writes past a buffer when its caller is wrong, hides
 *         a truncation, keeps state between calls, or runs a shell.
 * SHAPE   Each is declared again as deprecated. The warning, an error here,
 *         is given where our code names the function: by gcc and by clang,
 *         whatever _FORTIFY_SOURCE makes of the call, and without drawing in
 *         any system header before the source chose its own.
 * INSTEAD strcpy strcat strncpy strncat  base/bytes.h, or memcpy with a size
 *         sprintf vsprintf               snprintf, vsnprintf
 *         strtok                         strtok_r, or a bounded loop
 *         atoi scanf                     a bounded parser of our own
 *         localtime gmtime ctime asctime base/clock.h, gmtime_r
 *         rand                           the random source that is passed in
 *         system popen                   nothing: no shell is ever run
 * SOURCE  banned.h in git, which does it with macros.
 */
#ifndef HUTONG_BASE_BANNED_H
#define HUTONG_BASE_BANNED_H

#define BANNED __attribute__((deprecated("banned: see base/banned.h")))

struct tm;
/* What FILE is the name of; no header may be drawn in here. */
// NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
struct _IO_FILE;

BANNED extern char *strcpy(char *to, const char *from);
BANNED extern char *strcat(char *to, const char *from);
BANNED extern char *strncpy(char *to, const char *from, __SIZE_TYPE__ size);
BANNED extern char *strncat(char *to, const char *from, __SIZE_TYPE__ size);
BANNED extern int sprintf(char *to, const char *format, ...);
BANNED extern int vsprintf(char *to, const char *format,
                           __builtin_va_list arguments);
BANNED extern char *strtok(char *text, const char *separators);
BANNED extern int atoi(const char *text);
BANNED extern char *gets(char *line);
BANNED extern int scanf(const char *format, ...);
BANNED extern struct tm *localtime(const long *seconds);
BANNED extern struct tm *gmtime(const long *seconds);
BANNED extern char *ctime(const long *seconds);
BANNED extern char *asctime(const struct tm *time);
BANNED extern int rand(void);
BANNED extern int system(const char *command);
BANNED extern struct _IO_FILE *popen(const char *command, const char *mode);

#undef BANNED

#endif
