/*
 * assignment.c - to be written.
 */
#include "model/move.h"
#include "model/path.h"

struct err decide_dispatch_case(const struct decide_in *in, const void *body,
                                struct object object, struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err decide_sign_case(const struct decide_in *in, const void *body,
                            struct object object, struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err decide_record_first_contact(const struct decide_in *in,
                                       const void *body, struct object object,
                                       struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err decide_submit_result(const struct decide_in *in, const void *body,
                                struct object object, struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err apply_case_dispatched(struct store_txn *t, const struct record *r,
                                 struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}

struct err apply_case_signed(struct store_txn *t, const struct record *r,
                             struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}

struct err apply_first_contact_made(struct store_txn *t, const struct record *r,
                                    struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}

struct err apply_result_submitted(struct store_txn *t, const struct record *r,
                                  struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}
