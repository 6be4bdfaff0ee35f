/*
 * err.h - the error value that every fallible function returns.
 *
 * WHY     An error must not be mistaken for a number, nor dropped unseen
 *         (s2n-tls's reason): it is a struct, returned by value, MUST_USE.
 * SHAPE   16 bytes: our code, the library's or errno's number, and where.
 * THREAD  a value; any thread.
 */
#ifndef HUTONG_BASE_ERR_H
#define HUTONG_BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))

enum err_code {
    ERR_NONE = 0,
    ERR_LIMIT,    /* a bound of limits.h, or an arena, is full */
    ERR_FULL,     /* disk, map or transaction full: refuse, reads go on */
    ERR_CORRUPT,  /* stored bytes fail their checksum, chain or layout */
    ERR_TAMPERED, /* well-formed, but not what the record proves */
    ERR_MISSING,  /* something that must be there is not */
    ERR_KEY,      /* wrong master key, or a data key that is absent */
    ERR_INPUT,    /* bytes from outside are not what the format allows */
    ERR_IN_USE,   /* another process holds the store */
    ERR_VERSION,  /* made by another version: rebuild */
    ERR_AGAIN,    /* busy now; the same call may work later */
    ERR_SYS,      /* the system said no: sys is errno or library code */
};

struct err {
    int32_t code; /* enum err_code */
    int32_t sys;
    const char *where; /* "file:line", static storage */
};

#define ERR_STRINGIFY_(x) #x
#define ERR_STRINGIFY(x) ERR_STRINGIFY_(x)
#define ERR_WHERE __FILE__ ":" ERR_STRINGIFY(__LINE__)

#define OK ((struct err){0, 0, 0})
#define ERR(c) ((struct err){(c), 0, ERR_WHERE})
#define ERR_OF(c, s) ((struct err){(c), (int32_t)(s), ERR_WHERE})

static inline bool failed(struct err e) { return e.code != ERR_NONE; }

/* The name of a code, for diagnostics: "ERR_FULL". */
const char *err_name(int32_t code);

/* A bug: prints where to stderr and aborts. Never returns. */
_Noreturn void bug_stop(const char *where, const char *why);
#define BUG(why) bug_stop(ERR_WHERE, (why))

#define ARRAY_COUNT(a) (sizeof(a) / sizeof((a)[0]))

#endif
