/*
 * decide.c - from a command to its decider: one row a command.
 *
 *      find the object --> policy --> the noun's decider --> events | refusal
 */
#include <assert.h>

#include "model/nouns.h"

static const struct decide_row {
    enum act act;
    find_fn find; /* NULL: about no object */
    decide_fn decide;
} rows[COMMAND_COUNT] = {
    [COMMAND_ADD_ACCOUNT] = {ACT_MANAGE_ACCOUNTS, NULL, decide_add_account},
    [COMMAND_ADD_NOTE] = {ACT_ADD_NOTE, find_case_of_note, decide_add_note},
    [COMMAND_ADOPT_CATALOGUE] = {ACT_ADOPT_CATALOGUE, NULL,
                                 decide_adopt_catalogue},
    [COMMAND_CLOSE_CONTACT] = {ACT_CLOSE_CONTACT, find_contact_of_close,
                               decide_close_contact},
    [COMMAND_CLOSE_SESSION] = {ACT_CLOSE_SESSION, NULL, decide_close_session},
    [COMMAND_DISABLE_ACCOUNT] = {ACT_MANAGE_ACCOUNTS, NULL,
                                 decide_disable_account},
    [COMMAND_ENROL_ACCOUNT] = {ACT_ENROL_ACCOUNT, NULL, decide_enrol_account},
    [COMMAND_FAIL_SIGNIN] = {ACT_FAIL_SIGNIN, NULL, decide_fail_signin},
    [COMMAND_ISSUE_ENROLMENT] = {ACT_MANAGE_ACCOUNTS, NULL,
                                 decide_issue_enrolment},
    [COMMAND_OPEN_SESSION] = {ACT_OPEN_SESSION, NULL, decide_open_session},
    [COMMAND_RECORD_DENIED] = {ACT_RECORD_DENIED, NULL, decide_record_denied},
    [COMMAND_RECORD_READ] = {ACT_RECORD_READ, NULL, decide_record_read},
    [COMMAND_REGISTER_CASE] = {ACT_REGISTER_CASE, find_contact_of_case,
                               decide_register_case},
    [COMMAND_SAVE_DRAFT] = {ACT_SAVE_DRAFT, find_contact_of_draft,
                            decide_save_draft},
    [COMMAND_TAKE_CONTACT] = {ACT_TAKE_CONTACT, NULL, decide_take_contact},
};

static enum refusal unknown(enum object_kind kind)
{
    switch (kind) {
    case OBJECT_NONE:
        return REFUSAL_RIGHT_DENIED;
    case OBJECT_CASE:
        return REFUSAL_CASE_UNKNOWN;
    case OBJECT_CONTACT:
        return REFUSAL_CONTACT_UNKNOWN;
    case OBJECT_ACCOUNT:
        return REFUSAL_ACCOUNT_UNKNOWN;
    }
    BUG("object kind");
}

/* What does not exist is no matter of rights, and leaves no denial behind. */
static struct err deny(const struct facts *f, struct object object, bool hidden,
                       struct outcome *ret)
{
    ret->object = object.id;
    ret->denied_by_right = !f->has_object || f->known;
    return outcome_refuse(ret,
                          hidden ? unknown(object.kind) : REFUSAL_RIGHT_DENIED);
}

static struct err find_object(const struct decide_row *row,
                              const struct decide_in *in, const void *body,
                              struct object *ret)
{
    *ret = (struct object){OBJECT_NONE, {{0}}};
    return row->find == NULL ? OK : row->find(in, body, ret);
}

struct err model_decide(const struct decide_in *in, enum command command,
                        const void *body, struct outcome *ret)
{
    const struct decide_row *row = &rows[command];
    struct object object;
    struct decision decision;
    struct facts facts;
    struct err e;

    assert(command > COMMAND_NONE && command < COMMAND_COUNT);
    assert(row->decide != NULL);
    assert(row->act == act_from(text_of(command_info[command].act)));
    *ret = (struct outcome){0};
    e = find_object(row, in, body, &object);
    if (failed(e)) {
        return e;
    }
    e = policy_facts(in->txn, in->catalogue, in->actor, object, &facts);
    if (failed(e)) {
        return e;
    }
    decision = policy_decide(&facts, row->act);
    if (!decision.allow) {
        return deny(&facts, object, decision.hidden, ret);
    }
    return row->decide(in, body, object, ret);
}
