/*
 * result.c - what the handling unit tells: that it reached somebody, and what
 * came of it.
 *
 *      IN_PROGRESS --record_first_contact--> IN_PROGRESS
 *      IN_PROGRESS --submit_result--> SUBMITTED
 *
 * The time for handling stops with a result only when the child is safe: no
 * clock stops for a child that is not, whatever was handed in.
 */
#include <assert.h>

#include "model/step.h"

enum { REVIEW_STEPS_MAX = 2 };

struct err decide_record_first_contact(const struct decide_in *in,
                                       const void *body, struct object object,
                                       struct outcome *ret)
{
    const struct cmd_record_first_contact *c = body;
    struct ev_first_contact_made made = {
        .case_id = object.id,
        .has_child_seen = c->has_child_seen,
        .child_seen = c->child_seen,
        .has_occurred_at = c->has_occurred_at,
        .occurred_at = c->occurred_at,
        .has_narrative = true,
        .narrative = {.has_text = true, .text = c->text},
    };
    struct event_plain *event;
    struct row head;
    struct move m;
    bool go;
    struct err e =
        case_for(in, COMMAND_RECORD_FIRST_CONTACT, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    if (c->has_occurred_at && c->occurred_at > in->now_us) {
        return outcome_invalid(ret, "/occurred_at", "field.out_of_range");
    }
    move_begin(&m, in, object.id, head.value, CASE_STATE_IN_PROGRESS);
    move_stop(&m, DUE_FIRST_CONTACT);
    made.move = m.made;
    made.narrative_subject = case_head_narrative_subject(head.value);
    event = outcome_event(ret);
    e = ev_first_contact_made_encode(&made, in->arena, event);
    if (failed(e)) {
        return e;
    }
    event->occurred_us = c->has_occurred_at ? c->occurred_at : 0;
    case_event(ret, event, &head);
    return OK;
}

struct err apply_first_contact_made(struct store_txn *t, const struct record *r,
                                    struct arena *a)
{
    struct ev_first_contact_made made;
    struct step s;
    struct err e = ev_first_contact_made_decode(r->open, a, &made);

    if (failed(e)) {
        return e;
    }
    e = step_begin(t, r, made.case_id, &made.move, &s);
    if (failed(e)) {
        return e;
    }
    case_head_set_contacted(s.head.value, 1);
    return step_end(t, r, &s);
}

/* --------------------------------------------------------------- result -- */

/* Two where the category wants them and there is a county to take the first. */
static int64_t review_steps(const struct catalogue *c, const uint8_t *head)
{
    const struct catalogue_category *category =
        catalogue_category(c, case_head_category_code(head));

    return category != NULL && category->review_steps == REVIEW_STEPS_MAX &&
                   step_county(c, head) != NULL
               ? REVIEW_STEPS_MAX
               : 1;
}

static struct err result_move(const struct decide_in *in, struct id case_id,
                              const struct ev_result_submitted *made,
                              const uint8_t *head, struct move *ret)
{
    const char *reviewer = made->review_steps == REVIEW_STEPS_MAX
                               ? step_county(in->catalogue, head)
                               : step_centre(in->catalogue, head);

    assert(reviewer != NULL);
    move_begin(ret, in, case_id, head, CASE_STATE_SUBMITTED);
    move_ball(ret, reviewer);
    move_stop(ret, DUE_FIRST_CONTACT);
    move_stop(ret, DUE_REDO);
    if (made->child_safety == CHILD_SAFETY_SAFE) {
        move_stop(ret, DUE_HANDLE);
    }
    return move_start(ret, DUE_REVIEW, reviewer);
}

static struct ev_result_submitted result_of(const struct cmd_submit_result *c,
                                            const struct row *head)
{
    return (struct ev_result_submitted){
        .case_id = case_head_key_case_id(head->key),
        .has_assignment = true,
        .assignment = case_head_assignments(head->value),
        .result_code = c->result_code,
        .child_safety = c->child_safety,
        .has_risk_after = c->has_risk_after,
        .risk_after = c->risk_after,
        .has_reply_method = c->has_reply_method,
        .reply_method = c->reply_method,
        .has_replied_at = c->has_replied_at,
        .replied_at = c->replied_at,
        .has_review_steps = true,
        .has_narrative = true,
        .narrative_subject = case_head_narrative_subject(head->value),
        .narrative = {.has_facts = true,
                      .facts = c->facts,
                      .has_basis = c->has_basis,
                      .basis = c->basis,
                      .has_measures = c->has_measures,
                      .measures = c->measures,
                      .has_reply_text = c->has_reply_text,
                      .reply_text = c->reply_text,
                      .has_remaining = c->has_remaining,
                      .remaining = c->remaining,
                      .has_signed_by = c->has_signed_by,
                      .signed_by = c->signed_by},
    };
}

struct err decide_submit_result(const struct decide_in *in, const void *body,
                                struct object object, struct outcome *ret)
{
    const struct cmd_submit_result *c = body;
    struct ev_result_submitted made;
    struct event_plain *event;
    struct row head;
    struct move m;
    bool go;
    struct err e =
        case_for(in, COMMAND_SUBMIT_RESULT, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    if (c->child_safety != CHILD_SAFETY_SAFE && !c->has_remaining) {
        return outcome_refuse(ret, REFUSAL_RESULT_SAFETY_WORDS);
    }
    if (c->has_replied_at && c->replied_at > in->now_us) {
        return outcome_invalid(ret, "/replied_at", "field.out_of_range");
    }
    made = result_of(c, &head);
    made.review_steps = review_steps(in->catalogue, head.value);
    e = result_move(in, object.id, &made, head.value, &m);
    if (failed(e)) {
        return e;
    }
    made.move = m.made;
    event = outcome_event(ret);
    e = ev_result_submitted_encode(&made, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, &head);
    return OK;
}

struct err apply_result_submitted(struct store_txn *t, const struct record *r,
                                  struct arena *a)
{
    struct ev_result_submitted made;
    struct step s;
    struct err e = ev_result_submitted_decode(r->open, a, &made);

    if (failed(e)) {
        return e;
    }
    e = step_begin(t, r, made.case_id, &made.move, &s);
    if (failed(e)) {
        return e;
    }
    case_head_set_submitter(s.head.value, r->head.actor);
    case_head_set_child_safety(s.head.value, (uint8_t)made.child_safety);
    if (made.has_risk_after) {
        case_head_set_risk(s.head.value, (uint8_t)made.risk_after);
    }
    case_head_set_result_seq(s.head.value, r->position.seq);
    case_head_set_review_step(s.head.value, 1);
    case_head_set_review_steps(
        s.head.value, made.has_review_steps ? (uint8_t)made.review_steps : 1);
    return step_end(t, r, &s);
}
