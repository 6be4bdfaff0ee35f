/*
 * find.c - the case that a command speaks of: one finder a command, since each
 * has a struct of its own.
 */
#include "model/move.h"

static struct err find_case(const struct decide_in *in, struct case_no no,
                            struct object *ret)
{
    struct row index =
        row_new(TABLE_CASE_BY_NO, CASE_BY_NO_KEY_BYTES, CASE_BY_NO_BYTES);
    struct err e;

    case_by_no_key(index.key, no.day, no.serial);
    e = row_get(in->txn, &index);
    if (failed(e)) {
        return e;
    }
    *ret = (struct object){OBJECT_CASE, {{0}}};
    if (index.found) {
        ret->id = case_by_no_case_id(index.value);
    }
    return OK;
}

#define FINDER(command)                                                        \
    struct err find_case_of_##command(const struct decide_in *in,              \
                                      const void *body, struct object *ret)    \
    {                                                                          \
        return find_case(in, ((const struct cmd_##command *)body)->no, ret);   \
    }

FINDER(triage_case)
FINDER(change_urgency)
FINDER(answer_case)
FINDER(propose_refusal)
FINDER(decide_refusal)
FINDER(void_case)
FINDER(dispatch_case)
FINDER(sign_case)
FINDER(record_first_contact)
FINDER(submit_result)
FINDER(review_result)
FINDER(record_callback)
FINDER(decide_redo)
FINDER(close_case)
FINDER(check_archive)
FINDER(archive_case)
FINDER(supplement_case)
FINDER(start_emergency)
FINDER(mark_ladder)
FINDER(stand_down)
FINDER(add_note)
