/*
 * ring.c - a ring of changes and, beside it, of their positions.
 *
 * Positions are kept one longer than changes, so that the oldest place from
 * which all changes are still there has its position too.
 */
#include "net/ring.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { POSITIONS = RING_CHANGES + 1 };

struct ring {
    uint64_t next;
    struct log_position positions[POSITIONS]; /* of number % POSITIONS */
    struct feed_change changes[RING_CHANGES];
};

struct ring *ring_new(struct log_position base)
{
    struct ring *r = heap_take(sizeof *r);

    r->positions[0] = base;
    return r;
}

void ring_free(struct ring *r) { free(r); }

void ring_add(struct ring *r, const struct feed_change *c,
              struct log_position position)
{
    r->changes[r->next % RING_CHANGES] = *c;
    r->next++;
    r->positions[r->next % POSITIONS] = position;
}

uint64_t ring_next(const struct ring *r) { return r->next; }

uint64_t ring_oldest(const struct ring *r)
{
    return r->next > RING_CHANGES ? r->next - RING_CHANGES : 0;
}

struct log_position ring_position(const struct ring *r, uint64_t number)
{
    assert(number >= ring_oldest(r) && number <= r->next);
    return r->positions[number % POSITIONS];
}

bool ring_find(const struct ring *r, struct log_position p,
               uint64_t *ret_number)
{
    uint64_t low = ring_oldest(r), high = r->next;

    /* The last number whose position is not after p. */
    while (low < high) {
        uint64_t middle = low + (high - low + 1) / 2;

        if (r->positions[middle % POSITIONS].seq <= p.seq)
            low = middle;
        else
            high = middle - 1;
    }
    if (r->positions[low % POSITIONS].seq != p.seq ||
        memcmp(r->positions[low % POSITIONS].hash.bytes, p.hash.bytes,
               HASH_BYTES) != 0)
        return false;
    *ret_number = low;
    return true;
}

const struct feed_change *ring_changes(const struct ring *r, uint64_t number,
                                       size_t max, size_t *ret_count)
{
    size_t at = (size_t)(number % RING_CHANGES);
    size_t count = (size_t)(r->next - number);

    assert(number >= ring_oldest(r) && number <= r->next);
    count = count < RING_CHANGES - at ? count : RING_CHANGES - at;
    *ret_count = count < max ? count : max;
    return &r->changes[at];
}
