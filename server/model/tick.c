/*
 * tick.c - to be written.
 */
#include "model/move.h"
#include "model/path.h"

struct err decide_tick(const struct decide_in *in, const void *body,
                       struct object object, struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err apply_clock_overdue(struct store_txn *t, const struct record *r,
                               struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}
