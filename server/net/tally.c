/*
 * tally.c - a hash table of counts, chained by index.
 *
 * Entry 0 is no key, so that 0 can end a chain. Free entries hang on a chain
 * of their own.
 */
#include "net/tally.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"

struct tally_entry {
    struct id key;
    uint32_t count;
    uint32_t chain; /* same bucket, or next free */
};

struct tally {
    struct tally_entry *entries; /* capacity + 1 */
    uint32_t *buckets;           /* first entry, 0: none */
    size_t capacity, keys;
    uint64_t seed;
    uint32_t free;
};

struct tally *tally_new(size_t capacity, uint64_t seed)
{
    struct tally *t = heap_take(sizeof *t);

    assert(capacity > 0 && capacity < UINT32_MAX / 2);
    t->capacity = capacity;
    t->seed = seed;
    t->entries = heap_take((capacity + 1) * sizeof *t->entries);
    t->buckets = heap_take(capacity * sizeof *t->buckets);
    for (uint32_t i = 1; i <= capacity; i++)
        t->entries[i].chain = i < capacity ? i + 1 : 0;
    t->free = 1;
    return t;
}

void tally_free(struct tally *t)
{
    if (t == NULL)
        return;
    free(t->entries);
    free(t->buckets);
    free(t);
}

static uint64_t mix(uint64_t x)
{
    x ^= x >> 32; /* the finalizer of splitmix64, from its second half on */
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static uint32_t *bucket_of(const struct tally *t, struct id key)
{
    uint64_t h = mix(t->seed ^ load_u64le(key.bytes));

    h = mix(h ^ load_u64le(key.bytes + 8));
    return &t->buckets[h % t->capacity];
}

/* The link that leads to the key's entry, or to 0. */
static uint32_t *link_to(const struct tally *t, struct id key)
{
    uint32_t *link = bucket_of(t, key);

    while (*link != 0 && !id_equal(t->entries[*link].key, key))
        link = &t->entries[*link].chain;
    return link;
}

uint32_t tally_of(const struct tally *t, struct id key)
{
    return t->entries[*link_to(t, key)].count;
}

void tally_add(struct tally *t, struct id key)
{
    uint32_t *link = link_to(t, key);
    uint32_t at = *link;

    if (at == 0) {
        at = t->free;
        assert(at != 0);
        t->free = t->entries[at].chain;
        t->entries[at] = (struct tally_entry){.key = key};
        *link = at;
        t->keys++;
    }
    assert(t->entries[at].count < UINT32_MAX);
    t->entries[at].count++;
}

void tally_remove(struct tally *t, struct id key)
{
    uint32_t *link = link_to(t, key);
    uint32_t at = *link;

    assert(at != 0 && t->entries[at].count > 0);
    if (--t->entries[at].count > 0)
        return;
    *link = t->entries[at].chain;
    t->entries[at] = (struct tally_entry){.chain = t->free};
    t->free = at;
    t->keys--;
}

size_t tally_keys(const struct tally *t) { return t->keys; }
