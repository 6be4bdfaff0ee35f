/*
 * idle.h - when each session was last heard of.
 *
 * WHY     Idle time locks a screen. It is kept in memory only: a write for
 *         every request would be the busiest write of all, and after a restart
 *         the time begins anew.
 * SHAPE   a fixed number of entries; when all are taken the one that was heard
 *         of longest ago makes room, and is then taken for just heard of.
 * UNITS   microseconds of the clock that is handed in (session_now_us).
 * THREAD  the loop.
 */
#ifndef HUTONG_NET_IDLE_H
#define HUTONG_NET_IDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct idle_table;

struct idle_table *idle_new(size_t capacity);
void idle_free(struct idle_table *t);
/* False when the session is not in the table. */
bool idle_last(const struct idle_table *t, struct id session, int64_t *ret_us);
/* Heard of now; enters the session when it is not there. */
void idle_touch(struct idle_table *t, struct id session, int64_t now_us);
void idle_forget(struct idle_table *t, struct id session);
size_t idle_count(const struct idle_table *t);

#endif
