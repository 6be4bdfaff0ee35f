/*
 * tally.h - how many of something each key holds.
 *
 * WHY     One address must not take every connection, nor one session every
 *         live socket: both are bounded by what their key holds already.
 * SHAPE   a key is there while its count is above 0. A fixed number of keys:
 *         whoever counts makes sure that there are never more.
 * THREAD  the loop.
 */
#ifndef HUTONG_NET_TALLY_H
#define HUTONG_NET_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct tally;

/* seed is random: a stranger chooses his address, but not its bucket. */
struct tally *tally_new(size_t capacity, uint64_t seed);
/* NULL is a no-op. */
void tally_free(struct tally *t);
uint32_t tally_of(const struct tally *t, struct id key);
void tally_add(struct tally *t, struct id key);
/* What was added before. */
void tally_remove(struct tally *t, struct id key);
/* Keys that hold something. */
size_t tally_keys(const struct tally *t);

#endif
