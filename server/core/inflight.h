/*
 * inflight.h - the name of the command that is being run, where a crash of
 * the process cannot take it.
 *
 * WHY     A command that kills the process is sent again by its browser and
 *         kills it again: the desk would be closed by one body. So the name of
 *         the one being run stands in a file; at start a name found there is
 *         counted in table quarantine, and at QUARANTINE_CRASHES within a day
 *         it is refused for a day: by then somebody has looked.
 * SHAPE   DIR/inflight, 16 bytes: all zero when no command from outside is
 *         being run. A name is SHA-256(day || key || MAC) cut to 16: what the
 *         client calls one command. The MAC alone would not do, since every
 *         plain telephone call has the same body.
 * LIMITS  no fsync: it must outlive the process, not the machine. A file that
 *         cannot be written is said once and does without.
 * THREAD  writer; inflight_open before it runs.
 */
#ifndef HUTONG_CORE_INFLIGHT_H
#define HUTONG_CORE_INFLIGHT_H

#include "core/core.h"

enum { COMMAND_NAME_BYTES = 16, QUARANTINE_CRASHES = 2 };

struct command_name { /* zero: the server's own */
    uint8_t bytes[COMMAND_NAME_BYTES];
};

struct inflight {
    int fd; /* < 0: none */
    bool marked;
};

struct command_name command_name_of(const struct command_work *w);

/* Opens or makes the file, counts the name found in it and forgets what is a
 * day old, in transactions of their own. Without room neither is done. dir
 * NULL: nothing is marked. */
struct err inflight_open(struct inflight *f, const char *dir, struct store *s,
                         int64_t now_us) MUST_USE;
void inflight_close(struct inflight *f);
/* The command of this name runs now; a zero name clears the mark. */
void inflight_mark(struct inflight *f, struct command_name name);

/* How many crashes stand against the name; 0 when it is unknown, or the last
 * of them was more than a day before now. */
struct err quarantine_crashes(struct store_txn *t, struct command_name name,
                              int64_t now_us, uint32_t *ret_count) MUST_USE;

#endif
