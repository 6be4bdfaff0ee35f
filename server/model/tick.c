/*
 * tick.c - the earliest due time has come.
 *
 *      timer (later, due <= now) --tick--> clock_overdue: the clock stays, red
 *                                          case_closed:   T23, by itself
 *
 * One timer a tick, at its own time: what a tick starts can fall due within
 * the same jump of the clock and is then handled in order. A tick with nothing
 * due makes no event.
 */
#include <string.h>

#include "model/move.h"
#include "model/path.h"

struct err model_next_due_us(struct store_txn *t, int64_t *ret)
{
    struct timer first = {.due_us = INT64_MAX};
    struct err e = model_next_timer(t, NULL, 0, &first);

    *ret = first.due_us;
    return e;
}

/* --------------------------------------------------------- by itself: T23 --
 */

static const char no_unit[16] = {0};

static struct err emit_closed(const struct decide_in *in,
                              const struct row *head, struct outcome *ret)
{
    const struct catalogue_unit *centre = catalogue_centre(in->catalogue);
    const char *ball = centre == NULL ? no_unit : centre->code;
    struct ev_case_closed closed = {
        .case_id = case_head_key_case_id(head->key),
        .ground = case_head_state(head->value) == CASE_STATE_REFUSED
                      ? CLOSE_GROUND_REFUSED
                      : CLOSE_GROUND_ANSWERED,
        .has_sampled = true,
        .sampled = case_head_sampled(head->value) != 0,
    };
    struct event_plain *event;
    struct move move;
    struct err e;

    move_begin(&move, in, closed.case_id, head->value, CASE_STATE_CLOSED);
    move_stop(&move, DUE_AUTO_CLOSE);
    move_ball(&move, ball);
    e = move_start(&move, DUE_ARCHIVE, ball);
    if (failed(e)) {
        return e;
    }
    closed.move = move.made;
    event = outcome_event(ret);
    e = ev_case_closed_encode(&closed, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, head);
    return OK;
}

/* --------------------------------------------------------------- overdue -- */

static struct err emit_overdue(const struct decide_in *in,
                               const struct timer *timer,
                               const struct row *head, struct outcome *ret)
{
    struct ev_clock_overdue overdue = {
        .case_id = timer->case_id,
        .clock = timer->clock,
        .due_at = timer->due_us,
        .has_state = true,
        .state = (enum case_state)case_head_state(head->value),
        .has_rule_version = true,
    };
    struct event_plain *event;
    struct clock_now now;
    struct err e = clock_of_case(in->txn, timer->case_id, timer->clock, &now);

    if (failed(e)) {
        return e;
    }
    if (!now.running || now.due_us != timer->due_us) {
        return ERR(ERR_CORRUPT);
    }
    overdue.deadline = (struct text){
        now.deadline, strnlen(now.deadline, sizeof(now.deadline))};
    overdue.rule_version = now.rule_version;
    overdue.unit = (struct text){now.unit, strnlen(now.unit, sizeof(now.unit))};
    overdue.has_unit = overdue.unit.size > 0;
    event = outcome_event(ret);
    e = ev_clock_overdue_encode(&overdue, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, head);
    return OK;
}

/* The timer that the command names, or else the earliest. One that is not
 * there, or not due, gives no event. */
static struct err timer_meant(const struct decide_in *in,
                              const struct cmd_tick *body, struct timer *ret)
{
    uint8_t key[TIMER_KEY_BYTES];
    struct span value;
    struct err e;

    if (!body->has_case_id || !body->has_clock || !body->has_due_at) {
        return model_next_timer(in->txn, NULL, 0, ret);
    }
    timer_key(key, 1, (uint64_t)body->due_at, body->case_id,
              (uint8_t)body->clock);
    e = table_get(in->txn, TABLE_TIMER, SPAN(key, sizeof(key)), &value);
    if (failed(e)) {
        return e;
    }
    *ret = (struct timer){
        .due_us = value.at == NULL ? INT64_MAX : body->due_at,
        .case_id = body->case_id,
        .clock = body->clock,
    };
    return OK;
}

struct err decide_tick(const struct decide_in *in, const void *body,
                       struct object object, struct outcome *ret)
{
    struct timer due = {.due_us = INT64_MAX};
    struct row head;
    struct err e = timer_meant(in, body, &due);

    (void)object;
    if (failed(e) || due.due_us > in->now_us) {
        return e;
    }
    e = case_need(in->txn, due.case_id, &head);
    if (failed(e)) {
        return e;
    }
    return due.clock == DUE_AUTO_CLOSE ? emit_closed(in, &head, ret)
                                       : emit_overdue(in, &due, &head, ret);
}

struct err apply_clock_overdue(struct store_txn *t, const struct record *r,
                               struct arena *a)
{
    struct ev_clock_overdue overdue;
    struct row before;
    struct row head;
    struct err e = ev_clock_overdue_decode(r->open, a, &overdue);

    if (!failed(e)) {
        e = case_need(t, overdue.case_id, &before);
    }
    if (failed(e)) {
        return e;
    }
    head = before;
    if (case_head_overdue_count(head.value) < UINT8_MAX) {
        case_head_set_overdue_count(
            head.value, (uint8_t)(case_head_overdue_count(head.value) + 1));
    }
    e = clock_passed(t, overdue.case_id, overdue.clock, r->head.time_us,
                     head.value);
    return failed(e) ? e : case_put(t, r, before.value, &head);
}
