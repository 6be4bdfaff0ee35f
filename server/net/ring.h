/*
 * ring.h - the last changes of cases, for those who follow them live.
 *
 * WHY     A client that was away for a moment goes on where it was instead of
 *         taking a whole snapshot; a slow one has some room to fall behind.
 * SHAPE   changes are numbered from 0 on; the ring holds the last RING_CHANGES
 *         of them. Between two changes the place of a client is a number, and
 *         each number has one log position: that of the change before it.
 * UNITS   number: index of a change, counted since the start of the server.
 * THREAD  the loop.
 */
#ifndef HUTONG_NET_RING_H
#define HUTONG_NET_RING_H

#include "view/view.h"

/* A burst of 16,384 cases in one turn is more than one city has. */
enum { RING_CHANGES = 16384 };

struct ring;

/* base: the head of the log when the server started. */
struct ring *ring_new(struct log_position base);
void ring_free(struct ring *r);
void ring_add(struct ring *r, const struct feed_change *c,
              struct log_position position);
/* The number after the last change. */
uint64_t ring_next(const struct ring *r);
/* The oldest number that a client may stand at. */
uint64_t ring_oldest(const struct ring *r);
/* Of a number from ring_oldest to ring_next. */
struct log_position ring_position(const struct ring *r, uint64_t number);
/* The number whose position this is; false: not in the ring. */
bool ring_find(const struct ring *r, struct log_position p,
               uint64_t *ret_number);
/* Changes from a number on, at most max, that lie in one piece. */
const struct feed_change *ring_changes(const struct ring *r, uint64_t number,
                                       size_t max, size_t *ret_count);

#endif
