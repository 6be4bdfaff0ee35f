/*
 * ladder.c - danger first: the emergency of a case and its steps, L0 to L9.
 *
 *      the red key: place and words --> contact, case, emergency, dispatch
 *      a case in the path ------------> emergency, dispatch when nobody has it
 *      mark_ladder: one attempt ------> one lamp
 *      stand_down: the centre, when the child is safe and somebody has it
 *
 * Nothing waits for a category, a form or another step's success; but help
 * (110, 120, 119) is called before all others. Where the place is not known
 * the directory gives it to the centre.
 */
#include <string.h>

#include "model/assignment.h"
#include "model/move.h"
#include "model/path.h"
#include "model/step.h"

#define LATE_US (INT64_C(5) * 60 * 1000000)

/* --------------------------------------------------------------- starting --
 */

/* What an emergency makes of a head, for apply and for the same command. */
static void head_in_emergency(uint8_t *head, int64_t now_us)
{
    case_head_set_urgency(head, URGENCY_MOST_URGENT);
    case_head_set_danger(head, 1);
    case_head_set_ladder_state(head, LADDER_STATE_RUNNING);
    case_head_set_ladder_started_us(head, now_us);
    case_head_set_lamps(head, 0);
    case_head_set_lamp_us(head, now_us);
    case_head_set_refusal_state(head, 0);
    path_set_lamp(head, LADDER_STEP_L0, LAMP_DONE);
}

struct starting {
    enum emergency_trigger trigger;
    struct text text;
};

/* emergency_started; head becomes what it makes of it. */
static struct err emit_started(const struct decide_in *in,
                               const struct starting *s, struct row *head,
                               struct outcome *ret)
{
    struct ev_emergency_started started = {
        .case_id = case_head_key_case_id(head->key),
        .trigger = s->trigger,
        .has_narrative = s->text.size > 0,
        .narrative_subject = case_head_narrative_subject(head->value),
        .narrative = {.has_text = s->text.size > 0, .text = s->text},
    };
    bool refusing = case_head_refusal_state(head->value) != 0;
    struct event_plain *event;
    struct move move;
    struct err e;

    move_begin(&move, in, started.case_id, head->value,
               (enum case_state)case_head_state(head->value));
    move.urgency = URGENCY_MOST_URGENT;
    if (refusing) {
        move_stop(&move, DUE_CONFIRM_REFUSAL);
    }
    e = move_restart(&move);
    if (failed(e)) {
        return e;
    }
    started.move = move.made;
    event = outcome_event(ret);
    e = ev_emergency_started_encode(&started, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, head);
    head_in_emergency(head->value, in->now_us);
    return OK;
}

/* To the county of the place, at once, when no unit has it yet. */
static struct err emit_given(const struct decide_in *in, const struct row *head,
                             struct outcome *ret)
{
    uint8_t state = case_head_state(head->value);
    struct type_receiver receivers[DISPATCH_RECEIVERS_MAX];
    struct suggestion suggestion;
    struct dispatch dispatch;

    if (state != CASE_STATE_TRIAGE && state != CASE_STATE_TO_DISPATCH) {
        return OK;
    }
    dispatch_suggest(in, head->value, true, &suggestion);
    if (!dispatch_of_suggestion(&suggestion, DISPATCH_MODE_EMERGENCY, receivers,
                                &dispatch)) {
        return OK; /* it stands on the board; a person sends it out */
    }
    return dispatch_emit(in, case_head_key_case_id(head->key), head->value,
                         &dispatch, ret);
}

struct err emergency_emit(const struct decide_in *in,
                          enum emergency_trigger trigger, struct row *head,
                          struct outcome *ret)
{
    const struct starting starting = {.trigger = trigger};
    struct err e = emit_started(in, &starting, head, ret);

    return failed(e) ? e : emit_given(in, head, ret);
}

struct err decide_start_emergency(const struct decide_in *in, const void *body,
                                  struct object object, struct outcome *ret)
{
    const struct cmd_start_emergency *c = body;
    const struct starting starting = {
        .trigger = c->has_trigger ? c->trigger : EMERGENCY_TRIGGER_RED_KEY,
        .text = c->has_text ? c->text : (struct text){0},
    };
    struct row head;
    bool go = false;
    struct err e =
        case_for(in, COMMAND_START_EMERGENCY, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    e = emit_started(in, &starting, &head, ret);
    return failed(e) ? e : emit_given(in, &head, ret);
}

struct err apply_emergency_started(struct store_txn *t, const struct record *r,
                                   struct arena *a)
{
    struct ev_emergency_started started;
    struct step s = {0};
    struct err e = ev_emergency_started_decode(r->open, a, &started);

    if (!failed(e)) {
        e = step_begin(t, r, started.case_id, &started.move, &s);
    }
    if (failed(e)) {
        return e;
    }
    head_in_emergency(s.head.value, r->head.time_us);
    return step_end(t, r, &s);
}

/* ------------------------------------------------------------ the red key --
 */

struct err find_contact_of_raise_emergency(const struct decide_in *in,
                                           const void *body, struct object *ret)
{
    const struct cmd_raise_emergency *c = body;
    struct row contact;
    struct err e;

    *ret = (struct object){OBJECT_NONE, {{0}}};
    if (!c->has_contact_id) {
        return OK;
    }
    e = contact_row(in->txn, c->contact_id, &contact);
    if (failed(e)) {
        return e;
    }
    *ret = (struct object){OBJECT_CONTACT,
                           contact.found ? c->contact_id : (struct id){{0}}};
    return OK;
}

/* No call is open: whoever pressed is the one who found it. */
static struct err emit_taken(const struct decide_in *in, struct registering *g,
                             struct outcome *ret)
{
    struct ev_contact_taken taken = {
        .contact_id = entropy_id(g->entropy, in->now_us),
        .channel = CHANNEL_FOUND_ON_SITE,
        .has_narrative = true,
        .narrative_subject = entropy_id(g->entropy, in->now_us),
    };
    struct event_plain *event = outcome_event(ret);
    struct err e = ev_contact_taken_encode(&taken, in->arena, event);

    if (failed(e)) {
        return e;
    }
    event_about(event, taken.contact_id, 0);
    g->contact = taken.contact_id;
    g->narrative_subject = taken.narrative_subject;
    g->channel = taken.channel;
    return OK;
}

/* The contact that it comes from: open, or a fresh one. */
static struct err emit_contact(const struct decide_in *in, struct object object,
                               struct entropy *entropy, struct registering *g,
                               struct outcome *ret)
{
    struct row contact;
    struct err e;

    *g = (struct registering){.entropy = entropy};
    if (object.kind == OBJECT_NONE) {
        return emit_taken(in, g, ret);
    }
    e = contact_row(in->txn, object.id, &contact);
    if (failed(e)) {
        return e;
    }
    if (contact_head_state(contact.value) != CONTACT_STATE_OPEN) {
        return outcome_refuse(ret, REFUSAL_CONTACT_NOT_OPEN);
    }
    *g = contact_registering(object.id, contact.value, entropy);
    return OK;
}

struct err decide_raise_emergency(const struct decide_in *in, const void *body,
                                  struct object object, struct outcome *ret)
{
    const struct cmd_raise_emergency *c = body;
    const struct cmd_register_case form = {.matter = c->matter,
                                           .place_now = c->place_now};
    const struct starting starting = {.trigger = EMERGENCY_TRIGGER_RED_KEY};
    enum refusal refusal = place_check(in->catalogue, &c->place_now);
    struct entropy entropy = entropy_of(in);
    struct registering g;
    struct row head;
    struct err e;

    if (refusal != REFUSAL_NONE) {
        return outcome_refuse(ret, refusal);
    }
    e = emit_contact(in, object, &entropy, &g, ret);
    if (failed(e) || ret->refusal != REFUSAL_NONE) {
        return e;
    }
    e = case_register_emit(in, &form, &g, &head, ret);
    if (!failed(e)) {
        e = emit_started(in, &starting, &head, ret);
    }
    if (!failed(e)) {
        e = emit_given(in, &head, ret);
    }
    if (failed(e) || object.kind == OBJECT_NONE) {
        return e;
    }
    return draft_keep(in, object.id, g.narrative_subject, ret);
}

/* ----------------------------------------------------------------- marking --
 */

#define OUT(outcome) (1U << LADDER_OUTCOME_##outcome)

/* What may come of a step, and which of it settles the lamp. */
static const struct step_row {
    unsigned outcomes, settles;
} steps[LADDER_STEP_MAX + 1] = {
    [LADDER_STEP_L1] = {OUT(STARTED) | OUT(NO_ANSWER) | OUT(ANSWERED) |
                            OUT(ACKNOWLEDGED),
                        OUT(ANSWERED) | OUT(ACKNOWLEDGED)},
    [LADDER_STEP_L2A] = {OUT(STARTED) | OUT(NO_ANSWER) | OUT(ANSWERED) |
                             OUT(ACKNOWLEDGED) | OUT(AVOIDED),
                         OUT(ANSWERED) | OUT(ACKNOWLEDGED)},
    [LADDER_STEP_L2B] = {OUT(STARTED) | OUT(NO_ANSWER) | OUT(ANSWERED) |
                             OUT(ACKNOWLEDGED) | OUT(AVOIDED),
                         OUT(ANSWERED) | OUT(ACKNOWLEDGED)},
    [LADDER_STEP_L3] = {OUT(STARTED) | OUT(NO_ANSWER) | OUT(ANSWERED) |
                            OUT(ACKNOWLEDGED) | OUT(AVOIDED),
                        OUT(ACKNOWLEDGED)},
    [LADDER_STEP_L4] = {OUT(STARTED) | OUT(NO_ANSWER) | OUT(ANSWERED) |
                            OUT(ACKNOWLEDGED) | OUT(AVOIDED),
                        OUT(ACKNOWLEDGED)},
    [LADDER_STEP_L5] = {OUT(STARTED) | OUT(NO_ANSWER) | OUT(ANSWERED) |
                            OUT(ACKNOWLEDGED) | OUT(AVOIDED),
                        OUT(ACKNOWLEDGED)},
    [LADDER_STEP_L6] = {OUT(STARTED) | OUT(ARRIVED), OUT(ARRIVED)},
    [LADDER_STEP_L7] = {OUT(STARTED) | OUT(SAFE), OUT(SAFE)},
};

static enum refusal check_mark(const struct cmd_mark_ladder *c,
                               const uint8_t *head)
{
    if ((steps[c->step].outcomes & (1U << (unsigned)c->outcome)) == 0) {
        return REFUSAL_LADDER_OUTCOME;
    }
    return c->step != LADDER_STEP_L1 &&
                   path_lamp(head, LADDER_STEP_L1) == LAMP_DARK
               ? REFUSAL_LADDER_HELP_FIRST
               : REFUSAL_NONE;
}

/* A lamp that is settled stays so: a later try does not darken it. */
static enum lamp lamp_after(const struct cmd_mark_ladder *c,
                            const uint8_t *head)
{
    bool settled = path_lamp(head, c->step) == LAMP_DONE;

    if (settled || (steps[c->step].settles & (1U << (unsigned)c->outcome))) {
        return LAMP_DONE;
    }
    if (c->outcome == LADDER_OUTCOME_AVOIDED) {
        return LAMP_AVOIDED;
    }
    return c->outcome == LADDER_OUTCOME_NO_ANSWER ? LAMP_MISSED : LAMP_RUNNING;
}

static void fill_marked(const struct cmd_mark_ladder *c, const uint8_t *head,
                        int64_t now_us, struct ev_ladder_marked *e)
{
    int64_t at_us = c->has_occurred_at ? c->occurred_at : now_us;

    e->step = c->step;
    e->has_target = c->has_target;
    e->target = c->target;
    e->outcome = c->outcome;
    e->lamp = lamp_after(c, head);
    e->has_occurred_at = true;
    e->occurred_at = at_us;
    e->has_late = true; /* keyed in after the fact: both times stand */
    e->late = now_us - at_us > LATE_US;
    e->has_narrative = c->has_person || c->has_their_no || c->has_text;
    e->narrative_subject = case_head_narrative_subject(head);
    e->narrative.has_person = c->has_person;
    e->narrative.person = c->person;
    e->narrative.has_their_no = c->has_their_no;
    e->narrative.their_no = c->their_no;
    e->narrative.has_text = c->has_text;
    e->narrative.text = c->text;
}

struct err decide_mark_ladder(const struct decide_in *in, const void *body,
                              struct object object, struct outcome *ret)
{
    const struct cmd_mark_ladder *c = body;
    struct ev_ladder_marked marked = {.case_id = object.id};
    enum refusal refusal;
    struct event_plain *event;
    struct row head;
    bool go = false;
    struct err e =
        case_for(in, COMMAND_MARK_LADDER, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    refusal = check_mark(c, head.value);
    if (refusal != REFUSAL_NONE) {
        return outcome_refuse(ret, refusal);
    }
    if (c->has_occurred_at &&
        (c->occurred_at > in->now_us ||
         c->occurred_at < case_head_ladder_started_us(head.value) - LATE_US)) {
        return outcome_invalid(ret, "/occurred_at", "field.out_of_range");
    }
    fill_marked(c, head.value, in->now_us, &marked);
    event = outcome_event(ret);
    e = ev_ladder_marked_encode(&marked, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, &head);
    event->occurred_us = marked.occurred_at;
    return OK;
}

struct err apply_ladder_marked(struct store_txn *t, const struct record *r,
                               struct arena *a)
{
    struct ev_ladder_marked marked;
    struct row before;
    struct row head;
    struct err e = ev_ladder_marked_decode(r->open, a, &marked);

    if (!failed(e)) {
        e = case_need(t, marked.case_id, &before);
    }
    if (failed(e)) {
        return e;
    }
    head = before;
    if (marked.step == LADDER_STEP_NONE ||
        (int)marked.step > (int)LADDER_STEP_MAX || marked.lamp == LAMP_NONE) {
        return ERR(ERR_CORRUPT);
    }
    path_set_lamp(head.value, marked.step, marked.lamp);
    case_head_set_lamp_us(head.value, r->head.time_us);
    if (marked.step == LADDER_STEP_L7 && marked.lamp == LAMP_DONE) {
        case_head_set_child_safety(head.value, CHILD_SAFETY_SAFE);
    }
    return case_put(t, r, before.value, &head);
}

/* ------------------------------------------------------------ standing down --
 */

struct err decide_stand_down(const struct decide_in *in, const void *body,
                             struct object object, struct outcome *ret)
{
    const struct cmd_stand_down *c = body;
    struct ev_emergency_stood_down down = {
        .case_id = object.id,
        .has_narrative = true,
        .narrative = {.has_text = true, .text = c->text},
    };
    struct event_plain *event;
    struct move move;
    struct row head;
    bool go = false;
    struct err e = case_for(in, COMMAND_STAND_DOWN, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    if (path_lamp(head.value, LADDER_STEP_L7) != LAMP_DONE ||
        id_is_zero(case_head_handler(head.value))) {
        return outcome_refuse(ret, REFUSAL_EMERGENCY_CHILD_NOT_SAFE);
    }
    move_begin(&move, in, object.id, head.value,
               (enum case_state)case_head_state(head.value));
    down.move = move.made;
    down.narrative_subject = case_head_narrative_subject(head.value);
    event = outcome_event(ret);
    e = ev_emergency_stood_down_encode(&down, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, &head);
    return OK;
}

struct err apply_emergency_stood_down(struct store_txn *t,
                                      const struct record *r, struct arena *a)
{
    struct ev_emergency_stood_down down;
    struct step s = {0};
    struct err e = ev_emergency_stood_down_decode(r->open, a, &down);

    if (!failed(e)) {
        e = step_begin(t, r, down.case_id, &down.move, &s);
    }
    if (failed(e)) {
        return e;
    }
    case_head_set_ladder_state(s.head.value, LADDER_STATE_STOOD_DOWN);
    case_head_set_danger(s.head.value, 0);
    return step_end(t, r, &s);
}
