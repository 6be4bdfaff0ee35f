/*
 * timer.h - which due time comes next; a leaf of model.h.
 *
 * WHY     The writer says itself that a due time has come (command tick), and
 *         must know which. One that cannot be handled is passed over, so that
 *         it does not hold up the others.
 * SHAPE   table timer: (later, due_us, case, clock) in the order of due times;
 *         what is overdue already stands apart (later 0) and is not found here.
 * UNITS   microseconds since 1970 UTC.
 * THREAD  any with a txn of its own; ticks run on the writer's.
 * ERRORS  ERR_CORRUPT: a key of a wrong size.
 */
#ifndef HUTONG_MODEL_TIMER_H
#define HUTONG_MODEL_TIMER_H

#include <stdbool.h>

#include "gen/lists.h"
#include "store/store.h"

struct timer {
    int64_t due_us; /* INT64_MAX: there is none */
    struct id case_id;
    enum due clock;
};

bool timer_equal(const struct timer *a, const struct timer *b);
/* The earliest timer that waits and is none of skip. */
struct err model_next_timer(struct store_txn *t, const struct timer *skip,
                            size_t skip_count, struct timer *ret) MUST_USE;

#endif
