/*
 * path.c - the states of a case, the commands that each takes, and the rules
 * about persons: whoever handled does not review, whoever took the call does
 * not call back, and so on (dual control; schema/README.md, T17-T24).
 */
#include "model/path.h"

#include <assert.h>
#include <string.h>

#define IN(state) (UINT32_C(1) << CASE_STATE_##state)

enum {
    REFUSAL_STATE_PROPOSED = 1, /* case_head.refusal_state */
};

#define OPEN                                                                   \
    (IN(TRIAGE) | IN(TO_DISPATCH) | IN(DISPATCHED) | IN(IN_PROGRESS) |         \
     IN(RETURN_REQ) | IN(SUSPENDED) | IN(SUBMITTED) | IN(CALLBACK) | IN(REDO))

/* ---------------------------------------------------------------- states -- */

bool path_open(enum case_state state)
{
    return (OPEN & (UINT32_C(1) << (unsigned)state)) != 0;
}

bool path_in_danger(const uint8_t *head)
{
    return case_head_danger(head) != 0 ||
           case_head_ladder_state(head) == LADDER_STATE_RUNNING;
}

enum stage path_stage(enum case_state state)
{
    switch (state) {
    case CASE_STATE_NONE:
        return STAGE_NONE;
    case CASE_STATE_DRAFT:
    case CASE_STATE_TRIAGE:
    case CASE_STATE_TO_DISPATCH:
    case CASE_STATE_REOPENED:
        return STAGE_REGISTER;
    case CASE_STATE_DISPATCHED:
    case CASE_STATE_IN_PROGRESS:
    case CASE_STATE_RETURN_REQ:
    case CASE_STATE_SUSPENDED:
    case CASE_STATE_REDO:
        return STAGE_HANDLE;
    case CASE_STATE_SUBMITTED:
    case CASE_STATE_CALLBACK:
        return STAGE_REVIEW;
    case CASE_STATE_ANSWERED:
    case CASE_STATE_CLOSED:
        return STAGE_CLOSE;
    case CASE_STATE_REFUSED:
    case CASE_STATE_ARCHIVE_CHK:
    case CASE_STATE_ARCHIVED:
    case CASE_STATE_MERGED:
    case CASE_STATE_VOID:
        return STAGE_ARCHIVE;
    }
    BUG("case state");
}

/* Sent out by an emergency before anybody had the time to classify it. */
static bool unclassified(const uint8_t *head)
{
    return case_head_category_code(head)[0] == '\0';
}

static bool takes_triage(const uint8_t *head)
{
    uint32_t state = UINT32_C(1) << case_head_state(head);

    return (state & IN(TRIAGE)) != 0 ||
           (unclassified(head) &&
            (state & (IN(DISPATCHED) | IN(IN_PROGRESS))) != 0);
}

/* --------------------------------------------------------------- persons -- */

static bool is(const struct actor *actor, struct id account)
{
    return !id_is_zero(account) && id_equal(actor->account, account);
}

static bool handled(const struct actor *actor, const uint8_t *head)
{
    return is(actor, case_head_handler(head)) ||
           is(actor, case_head_submitter(head));
}

static bool reviewed(const struct actor *actor, const uint8_t *head)
{
    return is(actor, case_head_reviewer(head)) ||
           is(actor, case_head_reviewer_2(head));
}

/* Two steps, two persons. */
static bool same_reviewer(const struct actor *actor, const uint8_t *head)
{
    return handled(actor, head) || (case_head_review_step(head) == 2 &&
                                    is(actor, case_head_reviewer(head)));
}

static bool same_caller(const struct actor *actor, const uint8_t *head)
{
    return handled(actor, head) || reviewed(actor, head) ||
           is(actor, case_head_agent(head));
}

static bool same_redo(const struct actor *actor, const uint8_t *head)
{
    return handled(actor, head) || is(actor, case_head_caller_back(head));
}

static bool same_archivist(const struct actor *actor, const uint8_t *head)
{
    return handled(actor, head) || reviewed(actor, head) ||
           is(actor, case_head_caller_back(head));
}

static bool same_refuser(const struct actor *actor, const uint8_t *head)
{
    return is(actor, case_head_proposer(head));
}

/* ------------------------------------------------------------ conditions -- */

static bool proposed(const uint8_t *head)
{
    return case_head_refusal_state(head) == REFUSAL_STATE_PROPOSED;
}

static bool ladder_runs(const uint8_t *head)
{
    return case_head_ladder_state(head) == LADDER_STATE_RUNNING;
}

static enum refusal needs_no_proposal(const struct catalogue *c,
                                      const struct actor *actor,
                                      const uint8_t *head)
{
    (void)c;
    (void)actor;
    return proposed(head) ? REFUSAL_REFUSAL_PENDING : REFUSAL_NONE;
}

static enum refusal needs_proposal(const struct catalogue *c,
                                   const struct actor *actor,
                                   const uint8_t *head)
{
    (void)c;
    (void)actor;
    return proposed(head) ? REFUSAL_NONE : REFUSAL_REFUSAL_NOT_PROPOSED;
}

static enum refusal needs_no_danger(const struct catalogue *c,
                                    const struct actor *actor,
                                    const uint8_t *head)
{
    return path_in_danger(head) ? REFUSAL_CASE_DANGER_SET
                                : needs_no_proposal(c, actor, head);
}

static enum refusal needs_no_emergency(const struct catalogue *c,
                                       const struct actor *actor,
                                       const uint8_t *head)
{
    (void)c;
    (void)actor;
    return ladder_runs(head) ? REFUSAL_CASE_EMERGENCY_RUNNING : REFUSAL_NONE;
}

static enum refusal needs_ladder(const struct catalogue *c,
                                 const struct actor *actor, const uint8_t *head)
{
    (void)c;
    (void)actor;
    return ladder_runs(head) ? REFUSAL_NONE : REFUSAL_EMERGENCY_NOT_RUNNING;
}

static enum refusal needs_no_ladder(const struct catalogue *c,
                                    const struct actor *actor,
                                    const uint8_t *head)
{
    (void)c;
    (void)actor;
    return ladder_runs(head) ? REFUSAL_EMERGENCY_RUNNING : REFUSAL_NONE;
}

static enum refusal needs_no_contact(const struct catalogue *c,
                                     const struct actor *actor,
                                     const uint8_t *head)
{
    (void)c;
    (void)actor;
    return case_head_contacted(head) != 0 ? REFUSAL_CONTACT_MADE_ALREADY
                                          : REFUSAL_NONE;
}

/* The last step of a review is that of who may review everywhere; the one
 * before it that of the unit that holds the ball, or theirs where the city lets
 * them act for it. */
static enum refusal needs_step(const struct catalogue *c,
                               const struct actor *actor, const uint8_t *head)
{
    bool everywhere =
        policy_grant(c, actor->role, ACT_REVIEW_RESULT).relation ==
        RELATION_ALL;

    if (case_head_review_step(head) >= case_head_review_steps(head)) {
        return everywhere ? REFUSAL_NONE : REFUSAL_REVIEW_CENTRE_ONLY;
    }
    if (memcmp(actor->unit, case_head_ball_unit(head), sizeof(actor->unit)) ==
        0) {
        return REFUSAL_NONE;
    }
    return everywhere && catalogue_acting(c).centre_reviews_county
               ? REFUSAL_NONE
               : REFUSAL_RIGHT_DENIED;
}

static enum refusal needs_callback(const struct catalogue *c,
                                   const struct actor *actor,
                                   const uint8_t *head)
{
    uint8_t state = case_head_callback_state(head);

    (void)c;
    (void)actor;
    return state == CALLBACK_STATE_DONE || state == CALLBACK_STATE_REDO_PROPOSED
               ? REFUSAL_CALLBACK_DONE_ALREADY
               : REFUSAL_NONE;
}

static enum refusal needs_redo(const struct catalogue *c,
                               const struct actor *actor, const uint8_t *head)
{
    (void)c;
    (void)actor;
    return case_head_callback_state(head) == CALLBACK_STATE_REDO_PROPOSED
               ? REFUSAL_NONE
               : REFUSAL_REDO_NOT_PROPOSED;
}

/* "Not reached" after enough attempts on enough days ends it, too; never where
 * the city has not said how many are enough. */
static bool callback_over(const struct catalogue *c, const uint8_t *head)
{
    struct catalogue_acting acting = catalogue_acting(c);

    return case_head_callback_state(head) == CALLBACK_STATE_DONE ||
           (acting.callback_attempts > 0 &&
            case_head_callback_state(head) == CALLBACK_STATE_TRIED &&
            case_head_callback_attempts(head) >= acting.callback_attempts &&
            case_head_callback_days(head) >= acting.callback_days);
}

static enum refusal needs_callback_over(const struct catalogue *c,
                                        const struct actor *actor,
                                        const uint8_t *head)
{
    if (ladder_runs(head)) {
        return needs_no_emergency(c, actor, head);
    }
    return callback_over(c, head) ? REFUSAL_NONE : REFUSAL_CALLBACK_NOT_DONE;
}

/* ------------------------------------------------------------- the table -- */

static const struct path_row {
    uint32_t states; /* that take it; 0: not about a case */
    bool (*same_person)(const struct actor *actor, const uint8_t *head);
    enum refusal (*condition)(const struct catalogue *c,
                              const struct actor *actor, const uint8_t *head);
} rows[COMMAND_COUNT] = {
    [COMMAND_TRIAGE_CASE] = {IN(TRIAGE), NULL, needs_no_proposal},
    [COMMAND_ANSWER_CASE] = {IN(TRIAGE), NULL, needs_no_danger},
    [COMMAND_PROPOSE_REFUSAL] = {IN(TRIAGE), NULL, needs_no_danger},
    [COMMAND_DECIDE_REFUSAL] = {IN(TRIAGE), same_refuser, needs_proposal},
    [COMMAND_VOID_CASE] = {IN(TRIAGE), NULL, needs_no_emergency},
    [COMMAND_DISPATCH_CASE] = {IN(TO_DISPATCH), NULL, NULL},
    [COMMAND_SIGN_CASE] = {IN(DISPATCHED) | IN(REDO), NULL, NULL},
    [COMMAND_RECORD_FIRST_CONTACT] = {IN(IN_PROGRESS), NULL, needs_no_contact},
    [COMMAND_SUBMIT_RESULT] = {IN(IN_PROGRESS), NULL, NULL},
    [COMMAND_REVIEW_RESULT] = {IN(SUBMITTED), same_reviewer, needs_step},
    [COMMAND_RECORD_CALLBACK] = {IN(CALLBACK), same_caller, needs_callback},
    [COMMAND_DECIDE_REDO] = {IN(CALLBACK), same_redo, needs_redo},
    [COMMAND_CLOSE_CASE] = {IN(CALLBACK), handled, needs_callback_over},
    [COMMAND_CHECK_ARCHIVE] = {IN(CLOSED), same_archivist, NULL},
    [COMMAND_ARCHIVE_CASE] = {IN(ARCHIVE_CHK), same_archivist, NULL},
    [COMMAND_SUPPLEMENT_CASE] = {IN(ARCHIVED), NULL, NULL},
    /* Locked: what comes after is an act of its own. */
    [COMMAND_ADD_NOTE] = {~IN(ARCHIVED), NULL, NULL},
    [COMMAND_CHANGE_URGENCY] = {OPEN, NULL, NULL},
    [COMMAND_START_EMERGENCY] = {OPEN, NULL, needs_no_ladder},
    [COMMAND_MARK_LADDER] = {~UINT32_C(0), NULL, needs_ladder},
    [COMMAND_STAND_DOWN] = {~UINT32_C(0), NULL, needs_ladder},
};

static bool state_takes(const uint8_t *head, enum command command)
{
    if (command == COMMAND_TRIAGE_CASE && takes_triage(head)) {
        return true;
    }
    return (rows[command].states & (UINT32_C(1) << case_head_state(head))) != 0;
}

enum refusal path_check(const struct catalogue *c, const struct actor *actor,
                        const uint8_t *head, enum command command)
{
    const struct path_row *row = &rows[command];

    assert(command > COMMAND_NONE && command < COMMAND_COUNT);
    if (row->states == 0) {
        return REFUSAL_NONE;
    }
    if (!state_takes(head, command)) {
        return REFUSAL_CASE_WRONG_STATE;
    }
    if (row->same_person != NULL && row->same_person(actor, head)) {
        return REFUSAL_CASE_SAME_PERSON;
    }
    return row->condition == NULL ? REFUSAL_NONE
                                  : row->condition(c, actor, head);
}

/* ------------------------------------------------------------- what next -- */

static enum command next_of_callback(const uint8_t *head)
{
    switch ((enum callback_state)case_head_callback_state(head)) {
    case CALLBACK_STATE_DONE:
        return COMMAND_CLOSE_CASE;
    case CALLBACK_STATE_REDO_PROPOSED:
        return COMMAND_DECIDE_REDO;
    case CALLBACK_STATE_NONE:
    case CALLBACK_STATE_OPEN:
    case CALLBACK_STATE_TRIED:
        return COMMAND_RECORD_CALLBACK;
    }
    BUG("callback state");
}

enum command path_next(const uint8_t *head)
{
    static const enum command next[CASE_STATE_MAX + 1] = {
        [CASE_STATE_TRIAGE] = COMMAND_TRIAGE_CASE,
        [CASE_STATE_TO_DISPATCH] = COMMAND_DISPATCH_CASE,
        [CASE_STATE_DISPATCHED] = COMMAND_SIGN_CASE,
        [CASE_STATE_REDO] = COMMAND_SIGN_CASE,
        [CASE_STATE_IN_PROGRESS] = COMMAND_SUBMIT_RESULT,
        [CASE_STATE_SUBMITTED] = COMMAND_REVIEW_RESULT,
        [CASE_STATE_CLOSED] = COMMAND_CHECK_ARCHIVE,
        [CASE_STATE_ARCHIVE_CHK] = COMMAND_ARCHIVE_CASE,
    };
    uint8_t state = case_head_state(head);

    if (state == CASE_STATE_CALLBACK) {
        return next_of_callback(head);
    }
    if (state == CASE_STATE_TRIAGE && proposed(head)) {
        return COMMAND_DECIDE_REFUSAL;
    }
    if (state == CASE_STATE_IN_PROGRESS && case_head_contacted(head) == 0) {
        return COMMAND_RECORD_FIRST_CONTACT;
    }
    return state <= CASE_STATE_MAX ? next[state] : COMMAND_NONE;
}
