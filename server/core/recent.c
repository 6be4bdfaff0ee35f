/*
 * recent.c - a set-associative table of keys and times.
 */
#include "core/recent.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"

struct slot {
    struct recent_key key;
    int64_t at_us; /* 0: empty */
};

struct recent {
    struct slot slots[RECENT_SETS][RECENT_WAYS];
};

struct recent *recent_new(void) { return heap_take(sizeof(struct recent)); }

void recent_free(struct recent *r) { free(r); }

static size_t set_of(struct recent_key key)
{
    return load_u32le(key.bytes) % RECENT_SETS;
}

bool recent_has(const struct recent *r, struct recent_key key, int64_t now_us,
                int64_t window_us)
{
    const struct slot *set = r->slots[set_of(key)];

    for (size_t i = 0; i < RECENT_WAYS; i++) {
        if (set[i].at_us > now_us - window_us &&
            memcmp(&set[i].key, &key, sizeof(key)) == 0) {
            return true;
        }
    }
    return false;
}

void recent_note(struct recent *r, struct recent_key key, int64_t now_us)
{
    struct slot *set = r->slots[set_of(key)];
    struct slot *oldest = &set[0];

    assert(now_us > 0);
    for (size_t i = 0; i < RECENT_WAYS; i++) {
        if (memcmp(&set[i].key, &key, sizeof(key)) == 0) {
            oldest = &set[i];
            break;
        }
        if (set[i].at_us < oldest->at_us) {
            oldest = &set[i];
        }
    }
    oldest->key = key;
    oldest->at_us = now_us;
}
