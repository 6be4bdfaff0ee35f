/*
 * diag.h - diagnostic lines on stderr, for the operator.
 *
 * WHY     A diagnostic line carries ids, sizes and codes: never text, names,
 *         numbers, addresses or keys. So there is no format string: a line is
 *         an event name and up to 8 (name, integer) or (name, code) pairs.
 * SHAPE   2026-11-23T16:05:00.000000Z level event name=value ...
 * THREAD  any; one write(2) per line.
 */
#ifndef HUTONG_BASE_DIAG_H
#define HUTONG_BASE_DIAG_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct diag_field {
    const char *name; /* static */
    const char *code; /* static text, or NULL: then number is shown */
    int64_t number;
};

#define DIAG_N(n, v) ((struct diag_field){(n), NULL, (int64_t)(v)})
#define DIAG_C(n, c) ((struct diag_field){(n), (c), 0})

enum diag_level { DIAG_INFO, DIAG_WARN, DIAG_ALARM };

void diag_line(enum diag_level level, const char *event,
               const struct diag_field *fields, size_t count);
/* One line for an error, with its code, sys and where. */
void diag_err(const char *event, struct err e);

#define DIAG(level, event, ...)                                                \
    diag_line((level), (event), (const struct diag_field[]){__VA_ARGS__},      \
              sizeof((const struct diag_field[]){__VA_ARGS__}) /               \
                  sizeof(struct diag_field))

#endif
