/*
 * review.c - somebody else than the handler looks at the result.
 *
 *      SUBMITTED step 1 of 2 --passed--> SUBMITTED step 2, the centre's
 *      SUBMITTED last step   --passed--> CALLBACK, the service centre's
 *      SUBMITTED             --returned, with defects--> REDO, the lead's
 *
 * A redo has a time of its own. The time for handling, where it still runs
 * because the child is not safe, runs on through all of this.
 */
#include "model/step.h"

static bool is_last(const uint8_t *head)
{
    return case_head_review_step(head) >= case_head_review_steps(head);
}

/* The centre takes the county's step: path.c has asked whether it may. */
static bool is_acting(const struct actor *actor, const uint8_t *head)
{
    return !is_last(head) && !text_equal(unit_text(actor->unit),
                                         unit_text(case_head_ball_unit(head)));
}

static struct err passed_move(const struct decide_in *in, struct id case_id,
                              const uint8_t *head, struct move *ret)
{
    bool last = is_last(head);
    const char *next = last ? step_service(in->catalogue, head)
                            : step_centre(in->catalogue, head);

    move_begin(ret, in, case_id, head,
               last ? CASE_STATE_CALLBACK : CASE_STATE_SUBMITTED);
    move_ball(ret, next);
    move_stop(ret, DUE_REVIEW);
    return move_start(ret, last ? DUE_CALLBACK : DUE_REVIEW, next);
}

static struct err emit_passed(const struct decide_in *in,
                              const struct cmd_review_result *c,
                              const struct row *head, struct outcome *ret)
{
    struct ev_review_passed passed = {
        .case_id = case_head_key_case_id(head->key),
        .step = case_head_review_step(head->value),
        .acting = is_acting(in->actor, head->value),
        .has_narrative = c->has_text,
        .narrative_subject = case_head_narrative_subject(head->value),
        .narrative = {.has_text = c->has_text, .text = c->text},
    };
    struct event_plain *event;
    struct move m;
    struct err e = passed_move(in, passed.case_id, head->value, &m);

    if (failed(e)) {
        return e;
    }
    passed.has_acting = passed.acting;
    passed.move = m.made;
    event = outcome_event(ret);
    e = ev_review_passed_encode(&passed, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, head);
    return OK;
}

static struct err emit_returned(const struct decide_in *in,
                                const struct cmd_review_result *c,
                                const struct row *head, struct outcome *ret)
{
    const char *lead = case_head_lead_unit(head->value);
    struct ev_review_returned returned = {
        .case_id = case_head_key_case_id(head->key),
        .step = case_head_review_step(head->value),
        .defects = c->defects,
        .defects_count = c->defects_count,
        .has_narrative = c->has_text,
        .narrative_subject = case_head_narrative_subject(head->value),
        .narrative = {.has_text = c->has_text, .text = c->text},
    };
    struct event_plain *event;
    struct move m;
    struct err e;

    move_begin(&m, in, returned.case_id, head->value, CASE_STATE_REDO);
    move_ball(&m, lead);
    move_stop(&m, DUE_REVIEW);
    e = move_start(&m, DUE_REDO, lead);
    if (failed(e)) {
        return e;
    }
    returned.move = m.made;
    event = outcome_event(ret);
    e = ev_review_returned_encode(&returned, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, head);
    return OK;
}

struct err decide_review_result(const struct decide_in *in, const void *body,
                                struct object object, struct outcome *ret)
{
    const struct cmd_review_result *c = body;
    struct row head;
    bool go;
    struct err e =
        case_for(in, COMMAND_REVIEW_RESULT, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    if (c->passed && c->defects_count > 0) {
        return outcome_invalid(ret, "/defects", "field.too_many");
    }
    if (!c->passed && c->defects_count == 0) {
        return outcome_refuse(ret, REFUSAL_REVIEW_DEFECTS_MISSING);
    }
    return c->passed ? emit_passed(in, c, &head, ret)
                     : emit_returned(in, c, &head, ret);
}

/* ------------------------------------------------------------- applying -- */

static void put_reviewer(uint8_t *head, int64_t step, struct id reviewer)
{
    if (step == 1) {
        case_head_set_reviewer(head, reviewer);
    } else {
        case_head_set_reviewer_2(head, reviewer);
    }
}

/* Each round is called back anew. */
static void open_callback(uint8_t *head)
{
    case_head_set_callback_state(head, CALLBACK_STATE_OPEN);
    case_head_set_callback_attempts(head, 0);
    case_head_set_callback_days(head, 0);
    case_head_set_callback_day(head, 0);
}

struct err apply_review_passed(struct store_txn *t, const struct record *r,
                               struct arena *a)
{
    struct ev_review_passed passed;
    struct step s;
    struct err e = ev_review_passed_decode(r->open, a, &passed);

    if (failed(e)) {
        return e;
    }
    e = step_begin(t, r, passed.case_id, &passed.move, &s);
    if (failed(e)) {
        return e;
    }
    put_reviewer(s.head.value, passed.step, r->head.actor);
    if (passed.move.state == CASE_STATE_CALLBACK) {
        open_callback(s.head.value);
    } else {
        case_head_set_review_step(s.head.value, (uint8_t)(passed.step + 1));
    }
    return step_end(t, r, &s);
}

struct err apply_review_returned(struct store_txn *t, const struct record *r,
                                 struct arena *a)
{
    struct ev_review_returned returned;
    struct step s;
    struct err e = ev_review_returned_decode(r->open, a, &returned);

    if (failed(e)) {
        return e;
    }
    e = step_begin(t, r, returned.case_id, &returned.move, &s);
    if (failed(e)) {
        return e;
    }
    put_reviewer(s.head.value, returned.step, r->head.actor);
    return step_end(t, r, &s);
}
