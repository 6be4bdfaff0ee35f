/*
 * review.c - to be written.
 */
#include "model/move.h"
#include "model/path.h"

struct err decide_review_result(const struct decide_in *in, const void *body,
                                struct object object, struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err decide_record_callback(const struct decide_in *in, const void *body,
                                  struct object object, struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err decide_decide_redo(const struct decide_in *in, const void *body,
                              struct object object, struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err apply_review_passed(struct store_txn *t, const struct record *r,
                               struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}

struct err apply_review_returned(struct store_txn *t, const struct record *r,
                                 struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}

struct err apply_callback_recorded(struct store_txn *t, const struct record *r,
                                   struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}

struct err apply_redo_decided(struct store_txn *t, const struct record *r,
                              struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}
