/*
 * callback.c - the reporter is called back, and what he is not content with is
 * decided by the centre.
 *
 *      CALLBACK open, tried --attempt not answered--> tried
 *                --content, or verified with others--> done
 *                --not content, or a new danger--> redo proposed
 *      redo proposed --decide_redo yes--> REDO, no--> done
 *
 * A new danger also starts the emergency of the case. Where nobody may be
 * called, the centre verifies with the village director or the school instead.
 * Somebody who was not reached is not somebody content: answers are taken only
 * from a call that was connected.
 */
#include "base/clock.h"
#include "model/step.h"

/* -------------------------------------------------------------- callback -- */

static bool not_content(const struct cmd_record_callback *c)
{
    return c->has_satisfaction &&
           (c->satisfaction == SATISFACTION_DISSATISFIED ||
            c->satisfaction == SATISFACTION_VERY_DISSATISFIED);
}

static bool new_danger(const struct cmd_record_callback *c)
{
    return c->has_new_danger && c->new_danger;
}

/* The child comes first: a new danger counts, whatever else was said. */
static enum callback_state state_after(const struct cmd_record_callback *c)
{
    if (new_danger(c) || not_content(c)) {
        return CALLBACK_STATE_REDO_PROPOSED;
    }
    switch (c->outcome) {
    case CALLBACK_OUTCOME_CONNECTED:
    case CALLBACK_OUTCOME_VERIFIED:
        return CALLBACK_STATE_DONE;
    case CALLBACK_OUTCOME_NO_ANSWER:
    case CALLBACK_OUTCOME_REFUSED:
    case CALLBACK_OUTCOME_INCONVENIENT:
        return CALLBACK_STATE_TRIED;
    case CALLBACK_OUTCOME_NONE:
        break;
    }
    BUG("callback outcome");
}

/* An answer that nobody can have given: where it stands in the body, or
 * NULL. */
static const char *surplus(const struct cmd_record_callback *c)
{
    if (c->has_no_callback && c->outcome != CALLBACK_OUTCOME_VERIFIED) {
        return "/no_callback";
    }
    if (c->outcome == CALLBACK_OUTCOME_CONNECTED) {
        return NULL;
    }
    if (c->has_satisfaction) {
        return "/satisfaction";
    }
    if (c->outcome == CALLBACK_OUTCOME_VERIFIED) {
        return NULL; /* the village or the school may say both */
    }
    if (c->has_handled) {
        return "/handled";
    }
    return c->has_solved ? "/solved" : NULL;
}

static bool is_complete(const struct cmd_record_callback *c,
                        const uint8_t *head)
{
    if (state_after(c) == CALLBACK_STATE_REDO_PROPOSED && !c->has_reason) {
        return false;
    }
    if (c->outcome == CALLBACK_OUTCOME_CONNECTED) {
        return c->has_handled && c->has_solved && c->has_satisfaction;
    }
    if (c->outcome == CALLBACK_OUTCOME_VERIFIED) {
        return c->has_text &&
               (c->has_no_callback || case_head_callback_attempts(head) > 0);
    }
    return true;
}

/* Whoever decides next has the ball; the time for the callback runs on until
 * the case leaves the callback. */
static void callback_move(const struct decide_in *in, struct id case_id,
                          const uint8_t *head, enum callback_state state,
                          struct move *ret)
{
    move_begin(ret, in, case_id, head, CASE_STATE_CALLBACK);
    if (state == CALLBACK_STATE_REDO_PROPOSED) {
        move_ball(ret, step_centre(in->catalogue, head));
    }
}

static struct ev_callback_recorded
recorded_of(const struct cmd_record_callback *c, const struct row *head)
{
    enum callback_state state = state_after(c);
    bool proposed = state == CALLBACK_STATE_REDO_PROPOSED;

    return (struct ev_callback_recorded){
        .case_id = case_head_key_case_id(head->key),
        .attempt = (int64_t)case_head_callback_attempts(head->value) + 1,
        .has_outcome = true,
        .outcome = c->outcome,
        .has_handled = c->has_handled,
        .handled = c->handled,
        .has_solved = c->has_solved,
        .solved = c->solved,
        .has_satisfaction = c->has_satisfaction,
        .satisfaction = c->satisfaction,
        .has_no_callback = c->has_no_callback,
        .no_callback = c->no_callback,
        .has_new_danger = new_danger(c),
        .new_danger = new_danger(c),
        .has_redo_proposed = proposed,
        .redo_proposed = proposed,
        .callback_state = state,
        .has_narrative = c->has_text || c->has_reason,
        .narrative_subject = case_head_narrative_subject(head->value),
        .narrative = {.has_text = c->has_text,
                      .text = c->text,
                      .has_reason = c->has_reason,
                      .reason = c->reason},
    };
}

static struct err emit_recorded(const struct decide_in *in,
                                const struct cmd_record_callback *c,
                                const struct row *head, struct outcome *ret)
{
    struct ev_callback_recorded made = recorded_of(c, head);
    struct event_plain *event;
    struct move m;
    struct err e;

    callback_move(in, made.case_id, head->value, made.callback_state, &m);
    made.move = m.made;
    made.has_day = true;
    made.day =
        civil_day(in->now_us, catalogue_utc_offset_minutes(in->catalogue));
    event = outcome_event(ret);
    e = ev_callback_recorded_encode(&made, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, head);
    return OK;
}

/* A danger that is heard of opens the emergency at once; one that runs goes on.
 */
static struct err emit_emergency(const struct decide_in *in,
                                 const struct row *head, struct outcome *ret)
{
    struct row after = *head;

    if (case_head_ladder_state(head->value) == LADDER_STATE_RUNNING) {
        return OK;
    }
    return emergency_emit(in, EMERGENCY_TRIGGER_CALLBACK, &after, ret);
}

struct err decide_record_callback(const struct decide_in *in, const void *body,
                                  struct object object, struct outcome *ret)
{
    const struct cmd_record_callback *c = body;
    const char *wrong;
    struct row head;
    bool go;
    struct err e =
        case_for(in, COMMAND_RECORD_CALLBACK, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    wrong = surplus(c);
    if (wrong != NULL) {
        return outcome_invalid(ret, wrong, "field.not_listed");
    }
    if (!is_complete(c, head.value)) {
        return outcome_refuse(ret, REFUSAL_CALLBACK_INCOMPLETE);
    }
    e = emit_recorded(in, c, &head, ret);
    return failed(e) || !new_danger(c) ? e : emit_emergency(in, &head, ret);
}

struct err apply_callback_recorded(struct store_txn *t, const struct record *r,
                                   struct arena *a)
{
    struct ev_callback_recorded made;
    struct step s = {0};
    uint8_t *head;
    struct err e = ev_callback_recorded_decode(r->open, a, &made);

    if (failed(e)) {
        return e;
    }
    e = step_begin(t, r, made.case_id, &made.move, &s);
    if (failed(e)) {
        return e;
    }
    head = s.head.value;
    case_head_set_caller_back(head, r->head.actor);
    case_head_set_callback_state(head, (uint8_t)made.callback_state);
    case_head_set_callback_attempts(
        head, made.attempt > UINT8_MAX ? UINT8_MAX : (uint8_t)made.attempt);
    if ((uint32_t)made.day != case_head_callback_day(head)) {
        case_head_set_callback_day(head, (uint32_t)made.day);
        case_head_set_callback_days(head, case_head_callback_days(head) + 1);
    }
    if (made.new_danger) {
        case_head_set_danger(head, 1);
    }
    return step_end(t, r, &s);
}

/* ------------------------------------------------------------------ redo -- */

static struct err redo_move(const struct decide_in *in, struct id case_id,
                            const uint8_t *head, bool redo, struct move *ret)
{
    const char *lead = case_head_lead_unit(head);

    if (!redo) {
        move_begin(ret, in, case_id, head, CASE_STATE_CALLBACK);
        move_ball(ret, step_service(in->catalogue, head));
        return OK;
    }
    move_begin(ret, in, case_id, head, CASE_STATE_REDO);
    move_ball(ret, lead);
    move_stop(ret, DUE_CALLBACK);
    return move_start(ret, DUE_REDO, lead);
}

struct err decide_decide_redo(const struct decide_in *in, const void *body,
                              struct object object, struct outcome *ret)
{
    const struct cmd_decide_redo *c = body;
    struct ev_redo_decided made = {
        .case_id = object.id,
        .redo = c->redo,
        .justified = c->justified,
        .has_redo_count = true,
        .has_narrative = true,
        .narrative = {.has_text = true, .text = c->text},
    };
    struct event_plain *event;
    struct row head;
    struct move m;
    bool go;
    struct err e =
        case_for(in, COMMAND_DECIDE_REDO, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    made.redo_count =
        (int64_t)case_head_redo_count(head.value) + (c->redo ? 1 : 0);
    if (c->redo && made.redo_count > catalogue_acting(in->catalogue).redo_max) {
        return outcome_refuse(ret, REFUSAL_REDO_EXHAUSTED);
    }
    e = redo_move(in, object.id, head.value, c->redo, &m);
    if (failed(e)) {
        return e;
    }
    made.move = m.made;
    made.narrative_subject = case_head_narrative_subject(head.value);
    event = outcome_event(ret);
    e = ev_redo_decided_encode(&made, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, &head);
    return OK;
}

struct err apply_redo_decided(struct store_txn *t, const struct record *r,
                              struct arena *a)
{
    struct ev_redo_decided made;
    struct step s;
    struct err e = ev_redo_decided_decode(r->open, a, &made);

    if (failed(e)) {
        return e;
    }
    e = step_begin(t, r, made.case_id, &made.move, &s);
    if (failed(e)) {
        return e;
    }
    if (made.redo_count > UINT8_MAX) {
        return ERR(ERR_CORRUPT);
    }
    case_head_set_redo_count(s.head.value, (uint8_t)made.redo_count);
    case_head_set_callback_state(s.head.value, made.redo ? CALLBACK_STATE_NONE
                                                         : CALLBACK_STATE_DONE);
    return step_end(t, r, &s);
}
