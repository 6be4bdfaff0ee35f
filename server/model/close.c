/*
 * close.c - a case ends: closed with a ground, looked through, locked.
 *
 *      CALLBACK --close--> CLOSED --check_archive--> ARCHIVE_CHK
 *               --archive--> ARCHIVED --supplement--> ARCHIVED
 *
 * Nothing is taken away from an archived case and nothing changed in it; what
 * comes after is added, with its reason. Who was never reached is closed as
 * that: the callback keeps its state and is never counted as content.
 */
#include "model/step.h"

/* ----------------------------------------------------------------- close -- */

static struct err close_move(const struct decide_in *in, struct id case_id,
                             const uint8_t *head, struct move *ret)
{
    const char *centre = step_centre(in->catalogue, head);
    struct err e;

    move_begin(ret, in, case_id, head, CASE_STATE_CLOSED);
    move_ball(ret, centre);
    e = move_stop_all(ret);
    return failed(e) ? e : move_start(ret, DUE_ARCHIVE, centre);
}

struct err decide_close_case(const struct decide_in *in, const void *body,
                             struct object object, struct outcome *ret)
{
    const struct cmd_close_case *c = body;
    struct ev_case_closed made = {
        .case_id = object.id,
        .ground = c->ground,
        .has_risk_at_closing = c->has_risk_at_closing,
        .risk_at_closing = c->risk_at_closing,
        .has_narrative = true,
        .narrative = {.has_text = true, .text = c->text},
    };
    struct event_plain *event;
    struct row head;
    struct move m;
    bool go;
    struct err e = case_for(in, COMMAND_CLOSE_CASE, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    /* Those two close by themselves, from states of their own. */
    if (c->ground == CLOSE_GROUND_ANSWERED ||
        c->ground == CLOSE_GROUND_REFUSED) {
        return outcome_invalid(ret, "/ground", "field.not_listed");
    }
    e = close_move(in, object.id, head.value, &m);
    if (failed(e)) {
        return e;
    }
    made.move = m.made;
    made.narrative_subject = case_head_narrative_subject(head.value);
    event = outcome_event(ret);
    e = ev_case_closed_encode(&made, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, &head);
    return OK;
}

struct err apply_case_closed(struct store_txn *t, const struct record *r,
                             struct arena *a)
{
    struct ev_case_closed made;
    struct step s;
    struct err e = ev_case_closed_decode(r->open, a, &made);

    if (failed(e)) {
        return e;
    }
    e = step_begin(t, r, made.case_id, &made.move, &s);
    if (failed(e)) {
        return e;
    }
    if (made.has_risk_at_closing) {
        case_head_set_risk(s.head.value, (uint8_t)made.risk_at_closing);
    }
    if (made.has_sampled) {
        case_head_set_sampled(s.head.value, made.sampled);
    }
    return step_end(t, r, &s);
}

/* --------------------------------------------------------------- archive -- */

static uint32_t item_bit(enum archive_item item)
{
    return UINT32_C(1) << (unsigned)item;
}

static uint32_t items_where(bool had, enum archive_item item)
{
    return had ? item_bit(item) : 0;
}

/* What this case must have in its archive, from what happened to it. */
static uint32_t items_needed(const uint8_t *head)
{
    return item_bit(ARCHIVE_ITEM_REGISTRATION) | item_bit(ARCHIVE_ITEM_HASHES) |
           items_where(case_head_assignments(head) > 0, ARCHIVE_ITEM_DISPATCH) |
           items_where(case_head_result_seq(head) != 0, ARCHIVE_ITEM_RESULTS) |
           items_where(!id_is_zero(case_head_reviewer(head)),
                       ARCHIVE_ITEM_REVIEW) |
           items_where(!id_is_zero(case_head_caller_back(head)),
                       ARCHIVE_ITEM_CALLBACK) |
           items_where(case_head_ladder_state(head) != LADDER_STATE_NONE,
                       ARCHIVE_ITEM_LADDER);
}

static uint32_t items_ticked(const struct cmd_check_archive *c)
{
    uint32_t ticked = 0;

    for (size_t i = 0; i < c->items_count; i++) {
        ticked |= item_bit(c->items[i]);
    }
    return ticked;
}

struct err decide_check_archive(const struct decide_in *in, const void *body,
                                struct object object, struct outcome *ret)
{
    const struct cmd_check_archive *c = body;
    struct ev_archive_checked made = {
        .case_id = object.id,
        .has_items = true,
        .items = c->items,
        .items_count = c->items_count,
        .has_narrative = c->has_text,
        .narrative = {.has_text = c->has_text, .text = c->text},
    };
    struct event_plain *event;
    struct row head;
    struct move m;
    bool go;
    struct err e =
        case_for(in, COMMAND_CHECK_ARCHIVE, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    if ((items_needed(head.value) & ~items_ticked(c)) != 0) {
        return outcome_refuse(ret, REFUSAL_ARCHIVE_INCOMPLETE);
    }
    move_begin(&m, in, object.id, head.value, CASE_STATE_ARCHIVE_CHK);
    made.move = m.made;
    made.narrative_subject = case_head_narrative_subject(head.value);
    event = outcome_event(ret);
    e = ev_archive_checked_encode(&made, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, &head);
    return OK;
}

struct err apply_archive_checked(struct store_txn *t, const struct record *r,
                                 struct arena *a)
{
    struct ev_archive_checked made;
    struct step s;
    struct err e = ev_archive_checked_decode(r->open, a, &made);

    if (failed(e)) {
        return e;
    }
    e = step_begin(t, r, made.case_id, &made.move, &s);
    return failed(e) ? e : step_end(t, r, &s);
}

struct err decide_archive_case(const struct decide_in *in, const void *body,
                               struct object object, struct outcome *ret)
{
    const struct cmd_archive_case *c = body;
    struct ev_case_archived made = {
        .case_id = object.id,
        .retention = c->retention,
        .secrecy = c->secrecy,
        .has_narrative = c->has_text,
        .narrative = {.has_text = c->has_text, .text = c->text},
    };
    struct event_plain *event;
    struct row head;
    struct move m;
    bool go;
    struct err e =
        case_for(in, COMMAND_ARCHIVE_CASE, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    move_begin(&m, in, object.id, head.value, CASE_STATE_ARCHIVED);
    e = move_stop_all(&m);
    if (failed(e)) {
        return e;
    }
    made.move = m.made;
    made.narrative_subject = case_head_narrative_subject(head.value);
    event = outcome_event(ret);
    e = ev_case_archived_encode(&made, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, &head);
    return OK;
}

struct err apply_case_archived(struct store_txn *t, const struct record *r,
                               struct arena *a)
{
    struct ev_case_archived made;
    struct step s;
    struct err e = ev_case_archived_decode(r->open, a, &made);

    if (failed(e)) {
        return e;
    }
    e = step_begin(t, r, made.case_id, &made.move, &s);
    if (failed(e)) {
        return e;
    }
    case_head_set_secrecy(s.head.value, (uint8_t)made.secrecy);
    return step_end(t, r, &s);
}

/* ------------------------------------------------------------ supplement -- */

struct err decide_supplement_case(const struct decide_in *in, const void *body,
                                  struct object object, struct outcome *ret)
{
    const struct cmd_supplement_case *c = body;
    struct ev_case_supplemented made = {
        .case_id = object.id,
        .has_narrative = true,
        .narrative = {.has_text = true,
                      .text = c->text,
                      .has_reason = true,
                      .reason = c->reason},
    };
    struct event_plain *event;
    struct row head;
    bool go;
    struct err e =
        case_for(in, COMMAND_SUPPLEMENT_CASE, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    made.narrative_subject = case_head_narrative_subject(head.value);
    event = outcome_event(ret);
    e = ev_case_supplemented_encode(&made, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, &head);
    return OK;
}

struct err apply_case_supplemented(struct store_txn *t, const struct record *r,
                                   struct arena *a)
{
    struct ev_case_supplemented made;
    struct row before;
    struct row head;
    struct err e = ev_case_supplemented_decode(r->open, a, &made);

    if (failed(e)) {
        return e;
    }
    e = case_need(t, made.case_id, &head);
    if (failed(e)) {
        return e;
    }
    before = head;
    return case_put(t, r, before.value, &head);
}
