/*
 * posed.c - see posed.h.
 */
#include "lib/posed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct posed_unit posed_unit(const char *code)
{
    struct posed_unit unit = {""};

    assert_true(strlen(code) <= sizeof(unit.code));
    memcpy(unit.code, code, strlen(code));
    return unit;
}

void posed_get(struct city *w, struct id case_id,
               uint8_t ret_head[static CASE_HEAD_BYTES])
{
    uint8_t key[CASE_HEAD_KEY_BYTES];
    struct store_txn *t;
    struct span value;

    case_head_key(key, case_id);
    assert_int_equal(store_read_begin(w->store.store, &t).code, ERR_NONE);
    assert_int_equal(
        table_get(t, TABLE_CASE_HEAD, SPAN(key, sizeof(key)), &value).code,
        ERR_NONE);
    assert_int_equal(value.size, CASE_HEAD_BYTES);
    memcpy(ret_head, value.at, CASE_HEAD_BYTES);
    store_end(t);
}

static void put(struct city *w, enum table table, struct span key,
                struct span value)
{
    struct store_txn *t;

    assert_int_equal(store_write_begin(w->store.store, &t).code, ERR_NONE);
    assert_int_equal(table_put(t, table, key, value).code, ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

void posed_put(struct city *w, struct id case_id,
               const uint8_t head[static CASE_HEAD_BYTES])
{
    uint8_t key[CASE_HEAD_KEY_BYTES];

    case_head_key(key, case_id);
    put(w, TABLE_CASE_HEAD, SPAN(key, sizeof(key)),
        SPAN(head, CASE_HEAD_BYTES));
}

void posed_state(struct city *w, struct id case_id, enum case_state state,
                 const char *ball, const char *lead)
{
    uint8_t head[CASE_HEAD_BYTES];

    posed_get(w, case_id, head);
    case_head_set_state(head, (uint8_t)state);
    case_head_set_ball_unit(head, posed_unit(ball).code);
    case_head_set_lead_unit(head, posed_unit(lead).code);
    posed_put(w, case_id, head);
}

void posed_clock(struct city *w, struct id case_id, enum due clock,
                 int64_t due_us, bool overdue)
{
    uint8_t head[CASE_HEAD_BYTES];
    uint8_t key[CASE_CLOCK_KEY_BYTES];
    uint8_t value[CASE_CLOCK_BYTES] = {0};
    uint8_t timer[TIMER_KEY_BYTES];
    uint8_t timer_value[TIMER_BYTES] = {0};

    case_clock_key(key, case_id, (uint8_t)clock);
    case_clock_set_started_us(value, due_us - 3600000000);
    case_clock_set_due_us(value, due_us);
    case_clock_set_overdue_us(value, overdue ? due_us + 1 : 0);
    case_clock_set_rule_version(value, 1);
    case_clock_set_deadline(value, "D9\0\0\0\0\0");
    put(w, TABLE_CASE_CLOCK, SPAN(key, sizeof(key)),
        SPAN(value, sizeof(value)));
    timer_key(timer, overdue ? 0 : 1, (uint64_t)due_us, case_id,
              (uint8_t)clock);
    put(w, TABLE_TIMER, SPAN(timer, sizeof(timer)),
        SPAN(timer_value, sizeof(timer_value)));
    posed_get(w, case_id, head);
    case_head_set_due_us(head, due_us);
    case_head_set_due_clock(head, (uint8_t)clock);
    case_head_set_overdue(head, overdue);
    posed_put(w, case_id, head);
}

void posed_no_clock(struct city *w, struct id case_id)
{
    uint8_t head[CASE_HEAD_BYTES];
    struct store_txn *t;

    posed_get(w, case_id, head);
    assert_int_equal(store_write_begin(w->store.store, &t).code, ERR_NONE);
    for (int clock = 1; clock <= (int)DUE_MAX; clock++) {
        uint8_t key[CASE_CLOCK_KEY_BYTES];
        uint8_t timer[TIMER_KEY_BYTES];
        struct clock_now now;

        assert_int_equal(clock_of_case(t, case_id, (enum due)clock, &now).code,
                         ERR_NONE);
        case_clock_key(key, case_id, (uint8_t)clock);
        timer_key(timer, now.overdue_us == 0, (uint64_t)now.due_us, case_id,
                  (uint8_t)clock);
        assert_int_equal(
            table_delete(t, TABLE_CASE_CLOCK, SPAN(key, sizeof(key))).code,
            ERR_NONE);
        assert_int_equal(
            table_delete(t, TABLE_TIMER, SPAN(timer, sizeof(timer))).code,
            ERR_NONE);
    }
    assert_int_equal(store_commit(t).code, ERR_NONE);
    case_head_set_due_us(head, 0);
    case_head_set_due_clock(head, 0);
    posed_put(w, case_id, head);
}

struct log_position posed_event(struct city *w, const struct actor *actor,
                                struct id case_id,
                                const struct event_plain *event)
{
    struct event_plain about = *event;
    struct frame_head head = {
        .frame_count = 1,
        .actor = actor->account,
        .session = actor->session,
    };
    struct store_txn *t;
    struct record r;

    about.object = case_id;
    w->now_us += 1000;
    head.time_us = w->now_us;
    memcpy(head.unit, actor->unit, sizeof(head.unit));
    memcpy(head.role, actor->role, sizeof(head.role));
    assert_int_equal(store_write_begin(w->store.store, &t).code, ERR_NONE);
    assert_int_equal(log_append(t, &head, &about, &r).code, ERR_NONE);
    assert_int_equal(store_apply(t, &r).code, ERR_NONE);
    assert_int_equal(model_apply(t, &r).code, ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
    return r.position;
}
