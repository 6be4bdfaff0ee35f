/*
 * idle.c - a hash table of sessions, chained by index, in order of last use.
 *
 * Entry 0 is no session: it is the head of the ring of uses, so that no link
 * is ever special. Free entries hang on the same chains as a list of their own.
 */
#include "net/idle.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"

struct idle_entry {
    struct id session;
    int64_t at_us;
    uint32_t older, newer; /* the ring of uses */
    uint32_t chain;        /* same bucket, or next free */
};

struct idle_table {
    struct idle_entry *entries; /* capacity + 1 */
    uint32_t *buckets;          /* first entry, 0: none */
    size_t capacity, count;
    uint32_t free;
};

struct idle_table *idle_new(size_t capacity)
{
    struct idle_table *t = heap_take(sizeof *t);

    assert(capacity > 0 && capacity < UINT32_MAX / 2);
    t->capacity = capacity;
    t->entries = heap_take((capacity + 1) * sizeof *t->entries);
    t->buckets = heap_take(capacity * sizeof *t->buckets);
    for (uint32_t i = 1; i <= capacity; i++)
        t->entries[i].chain = i < capacity ? i + 1 : 0;
    t->free = 1;
    return t;
}

void idle_free(struct idle_table *t)
{
    if (t == NULL)
        return;
    free(t->entries);
    free(t->buckets);
    free(t);
}

/* The last bytes of an id are random (base/bytes.h). */
static uint32_t *bucket_of(const struct idle_table *t, struct id session)
{
    return &t->buckets[load_u32le(session.bytes + ID_BYTES - 4) % t->capacity];
}

static uint32_t find(const struct idle_table *t, struct id session)
{
    uint32_t at = *bucket_of(t, session);

    while (at != 0 && !id_equal(t->entries[at].session, session))
        at = t->entries[at].chain;
    return at;
}

static void unring(struct idle_table *t, uint32_t at)
{
    struct idle_entry *e = &t->entries[at];

    t->entries[e->older].newer = e->newer;
    t->entries[e->newer].older = e->older;
}

static void ring_newest(struct idle_table *t, uint32_t at)
{
    struct idle_entry *e = &t->entries[at];
    uint32_t newest = t->entries[0].older;

    e->older = newest;
    e->newer = 0;
    t->entries[newest].newer = at;
    t->entries[0].older = at;
}

static void drop(struct idle_table *t, uint32_t at)
{
    uint32_t *link = bucket_of(t, t->entries[at].session);

    while (*link != at) {
        assert(*link != 0);
        link = &t->entries[*link].chain;
    }
    *link = t->entries[at].chain;
    unring(t, at);
    t->entries[at] = (struct idle_entry){.chain = t->free};
    t->free = at;
    t->count--;
}

bool idle_last(const struct idle_table *t, struct id session, int64_t *ret_us)
{
    uint32_t at = find(t, session);

    if (at == 0)
        return false;
    *ret_us = t->entries[at].at_us;
    return true;
}

void idle_touch(struct idle_table *t, struct id session, int64_t now_us)
{
    uint32_t at = find(t, session), *bucket;

    if (at == 0) {
        if (t->free == 0)
            drop(t, t->entries[0].newer);
        at = t->free;
        assert(at != 0);
        t->free = t->entries[at].chain;
        bucket = bucket_of(t, session);
        t->entries[at] =
            (struct idle_entry){.session = session, .chain = *bucket};
        *bucket = at;
        t->count++;
    } else {
        unring(t, at);
    }
    t->entries[at].at_us = now_us;
    ring_newest(t, at);
}

void idle_forget(struct idle_table *t, struct id session)
{
    uint32_t at = find(t, session);

    if (at != 0)
        drop(t, at);
}

size_t idle_count(const struct idle_table *t) { return t->count; }
