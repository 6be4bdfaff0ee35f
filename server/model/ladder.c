/*
 * ladder.c - to be written.
 */
#include "model/move.h"
#include "model/path.h"

struct err decide_raise_emergency(const struct decide_in *in, const void *body,
                                  struct object object, struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err decide_start_emergency(const struct decide_in *in, const void *body,
                                  struct object object, struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err decide_mark_ladder(const struct decide_in *in, const void *body,
                              struct object object, struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err decide_stand_down(const struct decide_in *in, const void *body,
                             struct object object, struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err apply_emergency_started(struct store_txn *t, const struct record *r,
                                   struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}

struct err apply_ladder_marked(struct store_txn *t, const struct record *r,
                               struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}

struct err apply_emergency_stood_down(struct store_txn *t,
                                      const struct record *r, struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}
