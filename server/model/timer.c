/*
 * timer.c - walks the timers that wait, the earliest first.
 */
#include "model/timer.h"

bool timer_equal(const struct timer *a, const struct timer *b)
{
    return a->due_us == b->due_us && a->clock == b->clock &&
           id_equal(a->case_id, b->case_id);
}

static bool is_in(const struct timer *list, size_t count, const struct timer *t)
{
    for (size_t i = 0; i < count; i++) {
        if (timer_equal(&list[i], t)) {
            return true;
        }
    }
    return false;
}

static bool read_key(struct span key, struct timer *ret)
{
    if (key.size != TIMER_KEY_BYTES) {
        return false;
    }
    *ret = (struct timer){
        .due_us = (int64_t)timer_key_due_us(key.at),
        .case_id = timer_key_case_id(key.at),
        .clock = (enum due)timer_key_clock(key.at),
    };
    return true;
}

struct err model_next_timer(struct store_txn *t, const struct timer *skip,
                            size_t skip_count, struct timer *ret)
{
    uint8_t from[TIMER_KEY_BYTES];
    struct timer found = {.due_us = INT64_MAX};
    struct timer next = found;
    struct table_walk *walk;
    struct span key;
    struct span value;
    bool sound = true;
    bool more;
    struct err e = table_walk_begin(t, TABLE_TIMER, &walk);

    if (failed(e)) {
        return e;
    }
    timer_key(from, 1, 0, (struct id){{0}}, 0);
    more = table_walk_seek(walk, SPAN(from, sizeof(from)), true, &key, &value);
    while (more && sound && found.due_us == INT64_MAX) {
        sound = read_key(key, &next);
        if (sound && !is_in(skip, skip_count, &next)) {
            found = next;
        }
        more = table_walk_next(walk, true, &key, &value);
    }
    e = table_walk_end(walk);
    if (failed(e)) {
        return e;
    }
    if (!sound) {
        return ERR(ERR_CORRUPT);
    }
    *ret = found;
    return OK;
}
