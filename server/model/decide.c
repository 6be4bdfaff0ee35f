/*
 * decide.c - from a command to its decider: one row a command.
 *
 *      find the object --> policy --> the noun's decider --> events | refusal
 */
#include <assert.h>

#include "model/path_nouns.h"

static const struct decide_row {
    enum act act;
    find_fn find; /* NULL: about no object */
    decide_fn decide;
} rows[COMMAND_COUNT] = {
    [COMMAND_ADD_ACCOUNT] = {ACT_MANAGE_ACCOUNTS, NULL, decide_add_account},
    [COMMAND_ADD_NOTE] = {ACT_ADD_NOTE, find_case_of_add_note, decide_add_note},
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
    [COMMAND_TRIAGE_CASE] = {ACT_TRIAGE_CASE, find_case_of_triage_case,
                             decide_triage_case},
    [COMMAND_CHANGE_URGENCY] = {ACT_CHANGE_URGENCY, find_case_of_change_urgency,
                                decide_change_urgency},
    [COMMAND_ANSWER_CASE] = {ACT_ANSWER_CASE, find_case_of_answer_case,
                             decide_answer_case},
    [COMMAND_PROPOSE_REFUSAL] = {ACT_PROPOSE_REFUSAL,
                                 find_case_of_propose_refusal,
                                 decide_propose_refusal},
    [COMMAND_DECIDE_REFUSAL] = {ACT_DECIDE_REFUSAL, find_case_of_decide_refusal,
                                decide_decide_refusal},
    [COMMAND_VOID_CASE] = {ACT_VOID_CASE, find_case_of_void_case,
                           decide_void_case},
    [COMMAND_DISPATCH_CASE] = {ACT_DISPATCH_CASE, find_case_of_dispatch_case,
                               decide_dispatch_case},
    [COMMAND_SIGN_CASE] = {ACT_SIGN_CASE, find_case_of_sign_case,
                           decide_sign_case},
    [COMMAND_RECORD_FIRST_CONTACT] = {ACT_FIRST_CONTACT,
                                      find_case_of_record_first_contact,
                                      decide_record_first_contact},
    [COMMAND_SUBMIT_RESULT] = {ACT_SUBMIT_RESULT, find_case_of_submit_result,
                               decide_submit_result},
    [COMMAND_REVIEW_RESULT] = {ACT_REVIEW_RESULT, find_case_of_review_result,
                               decide_review_result},
    [COMMAND_RECORD_CALLBACK] = {ACT_RECORD_CALLBACK,
                                 find_case_of_record_callback,
                                 decide_record_callback},
    [COMMAND_DECIDE_REDO] = {ACT_DECIDE_REDO, find_case_of_decide_redo,
                             decide_decide_redo},
    [COMMAND_CLOSE_CASE] = {ACT_CLOSE_CASE, find_case_of_close_case,
                            decide_close_case},
    [COMMAND_CHECK_ARCHIVE] = {ACT_CHECK_ARCHIVE, find_case_of_check_archive,
                               decide_check_archive},
    [COMMAND_ARCHIVE_CASE] = {ACT_ARCHIVE_CASE, find_case_of_archive_case,
                              decide_archive_case},
    [COMMAND_SUPPLEMENT_CASE] = {ACT_SUPPLEMENT_CASE,
                                 find_case_of_supplement_case,
                                 decide_supplement_case},
    [COMMAND_RAISE_EMERGENCY] = {ACT_RAISE_EMERGENCY,
                                 find_contact_of_raise_emergency,
                                 decide_raise_emergency},
    [COMMAND_START_EMERGENCY] = {ACT_RAISE_EMERGENCY,
                                 find_case_of_start_emergency,
                                 decide_start_emergency},
    [COMMAND_MARK_LADDER] = {ACT_MARK_LADDER, find_case_of_mark_ladder,
                             decide_mark_ladder},
    [COMMAND_STAND_DOWN] = {ACT_STAND_DOWN, find_case_of_stand_down,
                            decide_stand_down},
    [COMMAND_TICK] = {ACT_TICK, NULL, decide_tick},
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
