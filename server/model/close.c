/*
 * close.c - to be written.
 */
#include "model/move.h"
#include "model/path.h"

struct err decide_close_case(const struct decide_in *in, const void *body,
                             struct object object, struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err decide_check_archive(const struct decide_in *in, const void *body,
                                struct object object, struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err decide_archive_case(const struct decide_in *in, const void *body,
                               struct object object, struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err decide_supplement_case(const struct decide_in *in, const void *body,
                                  struct object object, struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err apply_case_closed(struct store_txn *t, const struct record *r,
                             struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}

struct err apply_archive_checked(struct store_txn *t, const struct record *r,
                                 struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}

struct err apply_case_archived(struct store_txn *t, const struct record *r,
                               struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}

struct err apply_case_supplemented(struct store_txn *t, const struct record *r,
                                   struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}
