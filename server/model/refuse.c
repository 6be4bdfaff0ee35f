/*
 * refuse.c - what ends before it is dispatched: answered on the spot, refused,
 * void.
 *
 *      TRIAGE --answer_case--> ANSWERED --(by itself)--> CLOSED
 *      TRIAGE --propose_refusal--> (the same) --decide_refusal--> REFUSED
 *      TRIAGE --void_case--> VOID
 *
 * Never where a danger is marked (T4); a refusal is proposed by one person and
 * decided by another. What closes by itself is drawn for a quality check with
 * the command's own random bytes (T23).
 */
#include <string.h>

#include "model/move.h"
#include "model/path.h"
#include "model/step.h"

/* One of so many, as the city wants them looked at again. */
static bool drawn(const struct decide_in *in)
{
    struct entropy entropy = entropy_of(in);
    char digits[6];
    uint32_t number = 0;

    (void)entropy_digits6(&entropy, digits);
    number = (uint32_t)(digits[4] - '0') * 10 + (uint32_t)(digits[5] - '0');
    return number < catalogue_acting(in->catalogue).sample_percent;
}

static bool category_known(const struct catalogue *c, struct text category)
{
    char code[8];

    return code_pad(category, code, sizeof(code)) &&
           catalogue_category(c, code) != NULL;
}

static bool unit_known(const struct catalogue *c, struct text unit)
{
    char code[16];

    return code_pad(unit, code, sizeof(code)) &&
           catalogue_unit(c, code) != NULL;
}

/* -------------------------------------------------------------- answered -- */

static enum refusal check_answer(const struct catalogue *c,
                                 const struct cmd_answer_case *body)
{
    if (!category_known(c, body->category)) {
        return REFUSAL_CATEGORY_UNKNOWN;
    }
    return body->has_transferred_to && !unit_known(c, body->transferred_to)
               ? REFUSAL_UNIT_UNKNOWN
               : REFUSAL_NONE;
}

static struct err emit_answered(const struct decide_in *in,
                                const struct cmd_answer_case *body,
                                const struct row *head, struct outcome *ret)
{
    struct ev_case_answered answered = {
        .case_id = case_head_key_case_id(head->key),
        .category = body->category,
        .has_article = body->has_article,
        .article = body->article,
        .has_transferred_to = body->has_transferred_to,
        .transferred_to = body->transferred_to,
        .has_sampled = true,
        .sampled = drawn(in),
        .has_narrative = true,
        .narrative_subject = case_head_narrative_subject(head->value),
        .narrative = {.has_text = true, .text = body->text},
    };
    struct event_plain *event;
    struct move move;
    struct err e;

    move_begin(&move, in, answered.case_id, head->value, CASE_STATE_ANSWERED);
    move_stop(&move, DUE_DISPATCH);
    e = move_start(&move, DUE_AUTO_CLOSE, case_head_ball_unit(head->value));
    if (failed(e)) {
        return e;
    }
    answered.move = move.made;
    event = outcome_event(ret);
    e = ev_case_answered_encode(&answered, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, head);
    return OK;
}

struct err decide_answer_case(const struct decide_in *in, const void *body,
                              struct object object, struct outcome *ret)
{
    const struct cmd_answer_case *c = body;
    enum refusal refusal = check_answer(in->catalogue, c);
    struct row head;
    bool go = false;
    struct err e =
        case_for(in, COMMAND_ANSWER_CASE, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    return refusal != REFUSAL_NONE ? outcome_refuse(ret, refusal)
                                   : emit_answered(in, c, &head, ret);
}

struct err apply_case_answered(struct store_txn *t, const struct record *r,
                               struct arena *a)
{
    struct ev_case_answered answered;
    char category[8];
    struct step s = {0};
    struct err e = ev_case_answered_decode(r->open, a, &answered);

    if (!failed(e)) {
        e = step_begin(t, r, answered.case_id, &answered.move, &s);
    }
    if (failed(e)) {
        return e;
    }
    if (!code_pad(answered.category, category, sizeof(category))) {
        return ERR(ERR_CORRUPT);
    }
    case_head_set_category_code(s.head.value, category);
    case_head_set_sampled(s.head.value, answered.sampled);
    case_head_set_handler(s.head.value, r->head.actor);
    return step_end(t, r, &s);
}

/* --------------------------------------------------------------- refused -- */

struct err decide_propose_refusal(const struct decide_in *in, const void *body,
                                  struct object object, struct outcome *ret)
{
    const struct cmd_propose_refusal *c = body;
    struct ev_refusal_proposed proposed = {
        .case_id = object.id,
        .reason = c->reason,
        .has_narrative = true,
        .narrative = {.has_told = true, .told = c->told},
    };
    struct event_plain *event;
    struct move move;
    struct row head;
    bool go = false;
    struct err e =
        case_for(in, COMMAND_PROPOSE_REFUSAL, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    if (c->has_provisional && c->provisional &&
        !catalogue_acting(in->catalogue).refusal_provisional) {
        return outcome_invalid(ret, "/provisional", "field.out_of_range");
    }
    proposed.has_provisional = c->has_provisional;
    proposed.provisional = c->provisional;
    proposed.narrative_subject = case_head_narrative_subject(head.value);
    move_begin(&move, in, object.id, head.value, CASE_STATE_TRIAGE);
    e = move_start(&move, DUE_CONFIRM_REFUSAL, case_head_ball_unit(head.value));
    if (failed(e)) {
        return e;
    }
    proposed.move = move.made;
    event = outcome_event(ret);
    e = ev_refusal_proposed_encode(&proposed, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, &head);
    return OK;
}

struct err apply_refusal_proposed(struct store_txn *t, const struct record *r,
                                  struct arena *a)
{
    struct ev_refusal_proposed proposed;
    struct step s = {0};
    struct err e = ev_refusal_proposed_decode(r->open, a, &proposed);

    if (!failed(e)) {
        e = step_begin(t, r, proposed.case_id, &proposed.move, &s);
    }
    if (failed(e)) {
        return e;
    }
    case_head_set_refusal_state(s.head.value, 1);
    case_head_set_refuse_reason(s.head.value, (uint8_t)proposed.reason);
    case_head_set_provisional(s.head.value, proposed.provisional);
    case_head_set_proposer(s.head.value, r->head.actor);
    return step_end(t, r, &s);
}

/* Confirmed it ends, but for the minutes until it closes by itself; declined
 * it is what it was. */
static struct err fill_decided(struct move *m, bool confirmed)
{
    move_stop(m, DUE_CONFIRM_REFUSAL);
    if (!confirmed) {
        return OK;
    }
    m->made.state = CASE_STATE_REFUSED;
    move_stop(m, DUE_DISPATCH);
    return move_start(m, DUE_AUTO_CLOSE, case_head_ball_unit(m->head));
}

struct err decide_decide_refusal(const struct decide_in *in, const void *body,
                                 struct object object, struct outcome *ret)
{
    const struct cmd_decide_refusal *c = body;
    struct ev_refusal_decided decided = {
        .case_id = object.id,
        .confirmed = c->confirmed,
        .has_narrative = true,
        .narrative = {.has_text = c->has_text, .text = c->text},
    };
    struct event_plain *event;
    struct move move;
    struct row head;
    bool go = false;
    struct err e =
        case_for(in, COMMAND_DECIDE_REFUSAL, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    if (c->confirmed && path_in_danger(head.value)) {
        return outcome_refuse(ret, REFUSAL_CASE_DANGER_SET);
    }
    move_begin(&move, in, object.id, head.value, CASE_STATE_TRIAGE);
    e = fill_decided(&move, c->confirmed);
    if (failed(e)) {
        return e;
    }
    decided.move = move.made;
    decided.has_sampled = c->confirmed;
    decided.sampled = c->confirmed && drawn(in);
    decided.has_acting = true; /* the caller was told before */
    decided.acting = case_head_provisional(head.value) != 0;
    decided.narrative_subject = case_head_narrative_subject(head.value);
    event = outcome_event(ret);
    e = ev_refusal_decided_encode(&decided, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, &head);
    return OK;
}

struct err apply_refusal_decided(struct store_txn *t, const struct record *r,
                                 struct arena *a)
{
    struct ev_refusal_decided decided;
    struct step s = {0};
    struct err e = ev_refusal_decided_decode(r->open, a, &decided);

    if (!failed(e)) {
        e = step_begin(t, r, decided.case_id, &decided.move, &s);
    }
    if (failed(e)) {
        return e;
    }
    case_head_set_refusal_state(s.head.value, decided.confirmed ? 2 : 0);
    case_head_set_sampled(s.head.value, decided.sampled);
    return step_end(t, r, &s);
}

/* ------------------------------------------------------------------ void -- */

struct err decide_void_case(const struct decide_in *in, const void *body,
                            struct object object, struct outcome *ret)
{
    const struct cmd_void_case *c = body;
    struct ev_case_voided voided = {
        .case_id = object.id,
        .has_narrative = true,
        .narrative = {.has_text = true, .text = c->text},
    };
    struct event_plain *event;
    struct move move;
    struct row head;
    bool go = false;
    struct err e = case_for(in, COMMAND_VOID_CASE, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    move_begin(&move, in, object.id, head.value, CASE_STATE_VOID);
    e = move_stop_all(&move);
    if (failed(e)) {
        return e;
    }
    voided.move = move.made;
    voided.narrative_subject = case_head_narrative_subject(head.value);
    event = outcome_event(ret);
    e = ev_case_voided_encode(&voided, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, &head);
    return OK;
}

struct err apply_case_voided(struct store_txn *t, const struct record *r,
                             struct arena *a)
{
    struct ev_case_voided voided;
    struct step s = {0};
    struct err e = ev_case_voided_decode(r->open, a, &voided);

    if (!failed(e)) {
        e = step_begin(t, r, voided.case_id, &voided.move, &s);
    }
    if (failed(e)) {
        return e;
    }
    case_head_set_refusal_state(s.head.value, 0);
    return step_end(t, r, &s);
}
