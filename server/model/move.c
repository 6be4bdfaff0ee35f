/*
 * move.c - a case moves: state, ball and clocks, first decided, then applied.
 *
 *      decide  rule of the city + working calendar --> due time --> event
 *      apply   event --> case_clock, timer, and what the head shows of them
 *
 * A clock stands twice: under its case, and by due time for the writer's tick.
 * One that is overdue keeps its row, in the front part of the timers, until a
 * transition stops it.
 */
#include "model/move.h"

#include <assert.h>
#include <string.h>

#include "model/path.h"

/* ------------------------------------------------------------- deciding -- */

static struct text unit_text(const char unit[static 16])
{
    size_t size = 0;

    while (size < 16 && unit[size] != '\0') {
        size++;
    }
    return (struct text){unit, size};
}

void move_begin(struct move *ret, const struct decide_in *in, struct id case_id,
                const uint8_t *head, enum case_state state)
{
    *ret = (struct move){
        .in = in,
        .case_id = case_id,
        .head = head,
        .urgency = (enum urgency)case_head_urgency(head),
        .made = {.state = state},
    };
    memcpy(ret->category, case_head_category_code(head), sizeof(ret->category));
    ret->made.starts = ret->starts;
    ret->made.stops = ret->stops;
}

void move_ball(struct move *m, const char unit[static 16])
{
    m->made.ball_unit = unit_text(unit);
    m->made.has_ball_unit = m->made.ball_unit.size > 0;
}

struct err move_start(struct move *m, enum due clock,
                      const char unit[static 16])
{
    return move_start_from(m, clock, m->in->now_us, unit);
}

struct err move_start_from(struct move *m, enum due clock, int64_t from_us,
                           const char unit[static 16])
{
    const struct catalogue *c = m->in->catalogue;
    const struct catalogue_deadline *d =
        catalogue_rule(c, clock, m->urgency, m->category);
    struct type_clock_start *start = &m->starts[m->made.starts_count];

    if (d == NULL) {
        return OK;
    }
    if (m->made.starts_count == MOVE_STARTS_MAX) {
        return ERR(ERR_LIMIT);
    }
    memcpy(m->units[m->made.starts_count], unit, sizeof(m->units[0]));
    *start = (struct type_clock_start){
        .clock = clock,
        .deadline = {d->code, strnlen(d->code, sizeof(d->code))},
        .rule_version = catalogue_deadlines_version(c),
        .started_at = from_us,
        .due_at = deadline_due_us(c, d, from_us),
        .unit = unit_text(m->units[m->made.starts_count]),
    };
    start->has_unit = start->unit.size > 0;
    m->made.starts_count++;
    m->made.has_starts = true;
    return OK;
}

struct err move_restart(struct move *m)
{
    static const enum due clocks[] = {DUE_DISPATCH,      DUE_SIGN,
                                      DUE_FIRST_CONTACT, DUE_HANDLE,
                                      DUE_CALLBACK,      DUE_REDO};

    for (size_t i = 0; i < ARRAY_COUNT(clocks); i++) {
        struct clock_now now;
        struct err e = clock_of_case(m->in->txn, m->case_id, clocks[i], &now);

        if (!failed(e) && now.running) {
            e = move_start_from(m, clocks[i], now.started_us, now.unit);
        }
        if (failed(e)) {
            return e;
        }
    }
    return OK;
}

void move_stop(struct move *m, enum due clock)
{
    assert(m->made.stops_count < MOVE_STOPS_MAX);
    m->stops[m->made.stops_count].clock = clock;
    m->made.stops_count++;
    m->made.has_stops = true;
}

struct err move_stop_all(struct move *m)
{
    for (int clock = 1; clock <= (int)DUE_MAX; clock++) {
        struct clock_now now;
        struct err e =
            clock_of_case(m->in->txn, m->case_id, (enum due)clock, &now);

        if (failed(e)) {
            return e;
        }
        if (now.running) {
            move_stop(m, (enum due)clock);
        }
    }
    return OK;
}

struct err case_for(const struct decide_in *in, enum command command,
                    struct id case_id, struct row *ret_head,
                    struct outcome *ret, bool *ret_go)
{
    enum refusal refusal;
    struct err e = case_row(in->txn, case_id, ret_head);

    *ret_go = false;
    if (failed(e)) {
        return e;
    }
    assert(ret_head->found); /* the policy knew it */
    ret->object = case_id;
    /* Notes and attempts move no state: what was read before them still holds.
     */
    if (in->has_if_match &&
        (in->if_match < case_head_moved_version(ret_head->value) ||
         in->if_match > case_head_version(ret_head->value))) {
        ret->current_version = case_head_version(ret_head->value);
        return outcome_refuse(ret, REFUSAL_VERSION_STALE);
    }
    refusal = path_check(in->catalogue, in->actor, ret_head->value, command);
    if (refusal != REFUSAL_NONE) {
        return outcome_refuse(ret, refusal);
    }
    *ret_go = true;
    return OK;
}

void case_event(struct outcome *o, struct event_plain *event,
                const struct row *head)
{
    struct id case_id = case_head_key_case_id(head->key);

    event_about(event, case_id,
                territory_county(case_head_place_code(head->value)));
    o->object = case_id;
}

/* ------------------------------------------------------------- applying -- */

static struct row clock_row(struct id case_id, enum due clock)
{
    struct row row =
        row_new(TABLE_CASE_CLOCK, CASE_CLOCK_KEY_BYTES, CASE_CLOCK_BYTES);

    case_clock_key(row.key, case_id, (uint8_t)clock);
    return row;
}

static struct row timer_row(struct id case_id, enum due clock,
                            const uint8_t *clock_value)
{
    struct row row = row_new(TABLE_TIMER, TIMER_KEY_BYTES, TIMER_BYTES);
    bool later = case_clock_overdue_us(clock_value) == 0;

    timer_key(row.key, later ? 1 : 0, (uint64_t)case_clock_due_us(clock_value),
              case_id, (uint8_t)clock);
    timer_set_rule_version(row.value, case_clock_rule_version(clock_value));
    return row;
}

struct err clock_of_case(struct store_txn *t, struct id case_id, enum due clock,
                         struct clock_now *ret)
{
    struct row row = clock_row(case_id, clock);
    struct err e = row_get(t, &row);

    *ret = (struct clock_now){.running = row.found, .clock = clock};
    if (failed(e) || !row.found) {
        return e;
    }
    ret->started_us = case_clock_started_us(row.value);
    ret->due_us = case_clock_due_us(row.value);
    ret->overdue_us = case_clock_overdue_us(row.value);
    ret->rule_version = case_clock_rule_version(row.value);
    memcpy(ret->deadline, case_clock_deadline(row.value),
           sizeof(ret->deadline));
    memcpy(ret->unit, case_clock_unit(row.value), sizeof(ret->unit));
    return OK;
}

static struct err clock_stop(struct store_txn *t, struct id case_id,
                             enum due clock)
{
    struct row row = clock_row(case_id, clock);
    struct row timer;
    struct err e = row_get(t, &row);

    if (failed(e) || !row.found) {
        return e;
    }
    timer = timer_row(case_id, clock, row.value);
    e = row_delete(t, &timer);
    return failed(e) ? e : row_delete(t, &row);
}

static struct err clock_put(struct store_txn *t, const struct row *row,
                            struct id case_id, enum due clock)
{
    struct row timer = timer_row(case_id, clock, row->value);
    struct err e = row_put(t, row);

    return failed(e) ? e : row_put(t, &timer);
}

/* When the clock that is counted anew became overdue, where it is that still:
 * one lateness is told once. 0: it was not, or it is a fresh clock. */
static int64_t overdue_still(const struct clock_now *before,
                             const struct type_clock_start *s)
{
    bool same = before->running && before->started_us == s->started_at;

    return same && s->due_at <= before->overdue_us ? before->overdue_us : 0;
}

static struct err clock_start(struct store_txn *t, struct id case_id,
                              const struct type_clock_start *s)
{
    struct row row = clock_row(case_id, s->clock);
    struct clock_now before;
    char deadline[8];
    char unit[16];
    struct err e = clock_of_case(t, case_id, s->clock, &before);

    if (!failed(e)) {
        e = clock_stop(t, case_id, s->clock);
    }
    if (failed(e)) {
        return e;
    }
    if (s->due_at <= 0 || !code_pad(s->deadline, deadline, sizeof(deadline)) ||
        !code_pad(s->unit, unit, sizeof(unit))) {
        return ERR(ERR_CORRUPT);
    }
    case_clock_set_started_us(row.value, s->started_at);
    case_clock_set_due_us(row.value, s->due_at);
    case_clock_set_overdue_us(row.value, overdue_still(&before, s));
    case_clock_set_rule_version(row.value, (uint32_t)s->rule_version);
    case_clock_set_deadline(row.value, deadline);
    case_clock_set_unit(row.value, unit);
    return clock_put(t, &row, case_id, s->clock);
}

static void head_forget_clocks(uint8_t *head)
{
    static const char none[8] = {0};

    case_head_set_due_us(head, 0);
    case_head_set_due_clock(head, DUE_NONE);
    case_head_set_due_rule_version(head, 0);
    case_head_set_due_deadline(head, none);
    case_head_set_overdue(head, 0);
}

/* Which of its clocks the board shows: the earliest. */
static struct err head_clocks(struct store_txn *t, struct id case_id,
                              uint8_t *head)
{
    head_forget_clocks(head);
    for (int clock = 1; clock <= (int)DUE_MAX; clock++) {
        struct clock_now now;
        struct err e = clock_of_case(t, case_id, (enum due)clock, &now);

        if (failed(e)) {
            return e;
        }
        /* What closes by itself is nobody's task. */
        if (!now.running || clock == (int)DUE_AUTO_CLOSE) {
            continue;
        }
        if (now.overdue_us != 0) {
            case_head_set_overdue(head, 1);
        }
        if (case_head_due_us(head) == 0 ||
            now.due_us < case_head_due_us(head)) {
            case_head_set_due_us(head, now.due_us);
            case_head_set_due_clock(head, (uint8_t)clock);
            case_head_set_due_rule_version(head, now.rule_version);
            case_head_set_due_deadline(head, now.deadline);
        }
    }
    return OK;
}

struct err move_apply(struct store_txn *t, const struct record *r,
                      struct id case_id, const struct type_move *m,
                      struct row *head)
{
    char ball[16];

    (void)r;
    for (size_t i = 0; i < m->stops_count; i++) {
        struct err e = clock_stop(t, case_id, m->stops[i].clock);

        if (failed(e)) {
            return e;
        }
    }
    for (size_t i = 0; i < m->starts_count; i++) {
        struct err e = clock_start(t, case_id, &m->starts[i]);

        if (failed(e)) {
            return e;
        }
    }
    case_head_set_state(head->value, (uint8_t)m->state);
    if (m->has_ball_unit) {
        if (!code_pad(m->ball_unit, ball, sizeof(ball))) {
            return ERR(ERR_CORRUPT);
        }
        case_head_set_ball_unit(head->value, ball);
    }
    case_head_set_moved_version(head->value,
                                case_head_version(head->value) + 1);
    return head_clocks(t, case_id, head->value);
}

struct err clock_passed(struct store_txn *t, struct id case_id, enum due clock,
                        int64_t at_us, uint8_t *head)
{
    struct row row = clock_row(case_id, clock);
    struct row timer;
    struct err e = row_get(t, &row);

    if (failed(e)) {
        return e;
    }
    if (!row.found || case_clock_overdue_us(row.value) != 0) {
        return ERR(ERR_CORRUPT);
    }
    timer = timer_row(case_id, clock, row.value);
    e = row_delete(t, &timer);
    if (failed(e)) {
        return e;
    }
    case_clock_set_overdue_us(row.value, at_us);
    e = clock_put(t, &row, case_id, clock);
    return failed(e) ? e : head_clocks(t, case_id, head);
}
