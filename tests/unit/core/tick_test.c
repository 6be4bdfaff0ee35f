/*
 * tick_test.c - given due times and a clock that moves, what is in the log, in
 * which order and at what time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/desk.h"

enum { GUYANG = 150222102 };

#define DAY_US (INT64_C(86400) * 1000000)
#define YEAR_US (400 * DAY_US)
#define SECOND_US INT64_C(1000000)

static struct desk desk;
static struct actor agent;

static int setup(void **state)
{
    (void)state;
    memset(&desk, 0, sizeof(desk));
    desk_make(&desk, 4 * (uint64_t)FIXTURE_MAP_BYTES);
    agent = city_actor(&desk.city, "agt01", "R-AGT", "service_centre");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_stop(&desk);
    desk_verify(&desk);
    desk_free(&desk);
    return 0;
}

/* The first due time of the store. */
static struct timer first_timer(void)
{
    struct store_txn *t;
    struct timer timer;

    assert_int_equal(store_read_begin(desk.city.store.store, &t).code,
                     ERR_NONE);
    assert_int_equal(model_next_timer(t, NULL, 0, &timer).code, ERR_NONE);
    store_end(t);
    return timer;
}

static void make_cases(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)city_case(&desk.city, &agent, GUYANG);
    }
    assert_true(first_timer().due_us > desk.city.now_us);
    assert_true(first_timer().due_us < desk.city.now_us + YEAR_US);
}

/* A row as of a timer, of a case that is not there. */
static void plant_timer(int64_t due_us, bool there)
{
    uint8_t key[TIMER_KEY_BYTES];
    uint8_t value[TIMER_BYTES] = {0};
    struct store_txn *t;

    timer_key(key, 1, (uint64_t)due_us, fixture_id(77), DUE_DISPATCH);
    assert_int_equal(store_write_begin(desk.city.store.store, &t).code,
                     ERR_NONE);
    if (there) {
        assert_int_equal(table_put(t, TABLE_TIMER, SPAN(key, sizeof(key)),
                                   SPAN(value, sizeof(value)))
                             .code,
                         ERR_NONE);
    } else {
        assert_int_equal(
            table_delete(t, TABLE_TIMER, SPAN(key, sizeof(key))).code,
            ERR_NONE);
    }
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

/* Every clock_overdue behind a record, each at its own due time unless that is
 * before not_before_us, in order; how many. */
static size_t overdue_since(uint64_t seq, int64_t not_before_us)
{
    struct arena *a = arena_new(LIMIT_COMMAND_ARENA);
    int64_t before_us = 0;
    struct store_txn *t;
    struct record r;
    size_t count = 0;

    assert_int_equal(store_read_begin(desk.city.store.store, &t).code,
                     ERR_NONE);
    for (seq++; seq <= store_position(t).seq; seq++) {
        struct ev_clock_overdue overdue;

        assert_int_equal(log_read(t, seq, &r).code, ERR_NONE);
        if (r.type != EVENT_CLOCK_OVERDUE) {
            continue;
        }
        assert_int_equal(ev_clock_overdue_decode(r.open, a, &overdue).code,
                         ERR_NONE);
        assert_true(overdue.due_at >= before_us);
        assert_true(
            r.head.time_us ==
            (overdue.due_at > not_before_us ? overdue.due_at : not_before_us));
        before_us = overdue.due_at;
        count++;
    }
    store_end(t);
    arena_free(a);
    return count;
}

static void each_at_its_time_and_in_order(void **state)
{
    struct timer first;
    uint64_t seq;

    (void)state;
    make_cases(3);
    first = first_timer();
    seq = desk_records(&desk);
    desk_start(&desk, first.due_us - 1);
    desk_tick(&desk);
    assert_int_equal(desk_records(&desk), seq);
    assert_true(desk.next_due_us == first.due_us);
    /* To the microsecond. */
    clock_move_to(desk.clock, first.due_us);
    desk_tick(&desk);
    assert_int_equal(overdue_since(seq, 0), 1);
    assert_true(desk.next_due_us > first.due_us);
    clock_move_to(desk.clock, first.due_us + YEAR_US);
    desk_tick(&desk);
    assert_int_equal(overdue_since(seq, 0), 3);
    assert_true(desk.next_due_us == INT64_MAX);
    assert_false(desk.timers_hold);
    assert_int_equal(core_figures(desk.core).ticks, 3);
}

/* Who looks at the board sees it without asking. */
static void a_tick_is_news(void **state)
{
    struct timer first;

    (void)state;
    make_cases(1);
    first = first_timer();
    desk_start(&desk, first.due_us);
    desk_wait_batch(&desk);
    assert_int_equal(desk.change_count, 1);
    assert_true(id_equal(desk.changes[0].case_id, first.case_id));
    assert_int_equal(desk.changes[0].event, EVENT_CLOCK_OVERDUE);
    assert_int_equal(case_head_overdue(desk.changes[0].before), 0);
    assert_int_not_equal(case_head_overdue(desk.changes[0].after), 0);
    assert_false(desk.asked);
}

/* A command that comes too late finds the case overdue. */
static void due_times_come_before_commands(void **state)
{
    static const struct cmd_take_contact phone = {.channel = CHANNEL_PHONE};
    struct command_work *w;
    uint64_t seq;

    (void)state;
    make_cases(2);
    seq = desk_records(&desk);
    desk_start(&desk, first_timer().due_us - SECOND_US);
    w = desk_work(&desk, &agent, COMMAND_TAKE_CONTACT, &phone, sizeof(phone));
    clock_move_to(desk.clock, first_timer().due_us + DAY_US);
    assert_true(desk_submit(&desk, w));
    desk_wait(&desk);
    assert_int_equal(w->refusal, REFUSAL_NONE);
    assert_int_equal(w->position.seq, seq + 3);
    assert_int_equal(overdue_since(seq, 0), 2);
    desk_drop(w);
}

static void what_was_missed_runs_at_the_start(void **state)
{
    struct timer first;
    uint64_t seq;

    (void)state;
    make_cases(4);
    first = first_timer();
    seq = desk_records(&desk);
    desk_start(&desk, first.due_us - SECOND_US);
    desk_stop(&desk);
    assert_int_equal(desk_records(&desk), seq);
    desk_start(&desk, first.due_us + YEAR_US);
    desk_wait_batch(&desk);
    assert_int_equal(overdue_since(seq, 0), 4);
    /* Once. */
    desk_stop(&desk);
    desk_start(&desk, first.due_us + YEAR_US);
    desk_tick(&desk);
    assert_int_equal(overdue_since(seq, 0), 4);
}

/* A record is never older than the one before it. */
static void a_missed_one_is_not_written_into_the_past(void **state)
{
    static const struct cmd_take_contact phone = {.channel = CHANNEL_PHONE};
    struct timer first;
    int64_t late_us;
    uint64_t seq;

    (void)state;
    make_cases(1);
    first = first_timer();
    late_us = first.due_us + SECOND_US;
    seq = desk_records(&desk);
    desk.city.now_us = late_us - 1000;
    assert_int_equal(
        city_command(&desk.city, &agent, COMMAND_TAKE_CONTACT, &phone).refusal,
        REFUSAL_NONE);
    assert_true(desk.city.now_us == late_us);
    desk_start(&desk, late_us + SECOND_US);
    desk_wait_batch(&desk);
    assert_int_equal(overdue_since(seq, late_us), 1);
}

static void six_hundred_at_once(void **state)
{
    uint64_t commits;
    uint64_t seq;

    (void)state;
    make_cases(600);
    seq = desk_records(&desk);
    desk_start(&desk, desk.city.now_us);
    desk_tick(&desk);
    commits = core_figures(desk.core).commits;
    clock_move_to(desk.clock, desk.city.now_us + YEAR_US);
    core_tick(desk.core);
    desk_wait_batch(&desk);
    assert_int_equal(overdue_since(seq, 0), LIMIT_BATCH_TICKS);
    /* The others follow without being asked for. */
    desk_wait_batch(&desk);
    assert_int_equal(overdue_since(seq, 0), 600);
    assert_int_equal(core_figures(desk.core).commits, commits + 2);
    assert_int_equal(desk.change_count, 600);
}

static void one_that_fails_holds_nobody_up(void **state)
{
    struct timer first;
    uint64_t seq;

    (void)state;
    make_cases(3);
    first = first_timer();
    plant_timer(first.due_us - 5, true);
    seq = desk_records(&desk);
    desk_start(&desk, first.due_us + YEAR_US);
    desk_tick(&desk);
    assert_int_equal(overdue_since(seq, 0), 3);
    assert_int_equal(core_figures(desk.core).ticks_failed, 1);
    assert_true(desk.next_due_us == INT64_MAX);
    /* Not again before a minute has passed. */
    desk_tick(&desk);
    assert_int_equal(core_figures(desk.core).ticks_failed, 1);
    desk_stop(&desk);
    plant_timer(first.due_us - 5, false);
}

/* More than can be put aside: then all wait, and commands go on. */
static void many_that_fail_hold_the_timers(void **state)
{
    static const struct cmd_take_contact phone = {.channel = CHANNEL_PHONE};
    enum { MANY = 40 };
    struct timer first;
    uint64_t seq;

    (void)state;
    make_cases(1);
    first = first_timer();
    for (int i = 1; i <= MANY; i++) {
        plant_timer(first.due_us - i, true);
    }
    seq = desk_records(&desk);
    desk_start(&desk, first.due_us + YEAR_US);
    core_tick(desk.core);
    desk_wait_batch(&desk);
    assert_true(desk.timers_hold);
    assert_true(desk.next_due_us == INT64_MAX);
    assert_int_equal(overdue_since(seq, 0), 0);
    assert_int_equal(
        desk_do(&desk, &agent, COMMAND_TAKE_CONTACT, &phone, sizeof(phone)),
        REFUSAL_NONE);
    desk_stop(&desk);
    for (int i = 1; i <= MANY; i++) {
        plant_timer(first.due_us - i, false);
    }
}

static void a_clock_that_jumps_holds_the_timers(void **state)
{
    static const struct cmd_take_contact phone = {.channel = CHANNEL_PHONE};
    struct timer first;
    uint64_t seq;

    (void)state;
    make_cases(2);
    first = first_timer();
    seq = desk_records(&desk);
    desk_start(&desk, first.due_us - SECOND_US);
    desk_tick(&desk);
    assert_false(desk.timers_hold);
    clock_step_to(desk.clock, first.due_us + YEAR_US);
    core_tick(desk.core);
    desk_wait_batch(&desk);
    assert_true(desk.timers_hold);
    assert_true(desk.next_due_us == INT64_MAX);
    assert_int_equal(
        desk_do(&desk, &agent, COMMAND_TAKE_CONTACT, &phone, sizeof(phone)),
        REFUSAL_NONE);
    assert_int_equal(overdue_since(seq, 0), 0);
    /* A person has looked, and starts it again. */
    desk_stop(&desk);
    desk_start(&desk, first.due_us + YEAR_US);
    desk_wait_batch(&desk);
    assert_int_equal(overdue_since(seq, 0), 2);
}

/* The writer waits for it by itself: the clock stands 50 ms before. */
static void nobody_need_ask(void **state)
{
    struct timer first;
    uint64_t seq;

    (void)state;
    make_cases(1);
    first = first_timer();
    seq = desk_records(&desk);
    desk_start(&desk, first.due_us - 50000);
    clock_move_to(desk.clock, first.due_us);
    desk_wait_batch(&desk);
    assert_false(desk.asked);
    assert_int_equal(overdue_since(seq, 0), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_at_its_time_and_in_order, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_tick_is_news, setup, teardown),
        cmocka_unit_test_setup_teardown(due_times_come_before_commands, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_was_missed_runs_at_the_start,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_missed_one_is_not_written_into_the_past, setup, teardown),
        cmocka_unit_test_setup_teardown(six_hundred_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(one_that_fails_holds_nobody_up, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(many_that_fail_hold_the_timers, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_clock_that_jumps_holds_the_timers,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(nobody_need_ask, setup, teardown),
    };

    return cmocka_run_group_tests_name("core/tick", tests, NULL, NULL);
}
