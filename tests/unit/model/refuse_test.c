/*
 * refuse_test.c - answered on the spot, refused by two persons, void; and what
 * the clock does of itself: T3, T4, T23, T27.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model_fixture.h"
#include "model/path.h"

static struct world world;

static int start(void **state)
{
    (void)state;
    world_make(&world);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    world_free(&world);
    return 0;
}

#define GUYANG UINT64_C(150222102)

static struct case_no fresh(void)
{
    return world_no(&world, world_case(&world, "agt01", GUYANG));
}

static void read_head(uint8_t *head)
{
    assert_true(world_case_head(&world, world.last.object, head));
}

/* The clock comes to the earliest due time, and says what that makes. */
static uint16_t tick(void)
{
    struct cmd_tick body = {0};
    struct store_txn *t;
    int64_t due_us = 0;

    assert_int_equal(store_read_begin(world.store.store, &t).code, ERR_NONE);
    assert_int_equal(model_next_due_us(t, &due_us).code, ERR_NONE);
    store_end(t);
    if (due_us != INT64_MAX && due_us > world.now_us) {
        world.now_us = due_us;
    }
    assert_int_equal(world_do(&world, "", COMMAND_TICK, &body), REFUSAL_NONE);
    return world.last.event_count == 0 ? 0 : world.last.events[0].type;
}

/* Works off everything that is due in the store, so that a test knows which
 * clocks run; the last object is that of the last event. */
static void tick_until_closed(uint8_t *head, struct id case_id)
{
    for (int i = 0; i < 1000; i++) {
        assert_true(world_case_head(&world, case_id, head));
        if (case_head_state(head) == CASE_STATE_CLOSED) {
            return;
        }
        assert_int_not_equal(tick(), 0);
    }
    fail_msg("it does not close");
}

static void an_answer_closes_by_itself(void **state)
{
    struct cmd_answer_case answer = {
        .no = fresh(), .category = {"A01", 3}, .text = {"可以申请", 12}};
    uint8_t head[CASE_HEAD_BYTES];
    struct id case_id;

    (void)state;
    assert_int_equal(world_do(&world, "agt02", COMMAND_ANSWER_CASE, &answer),
                     REFUSAL_RIGHT_DENIED);
    answer.category = text_of("A77");
    assert_int_equal(world_do(&world, "agt01", COMMAND_ANSWER_CASE, &answer),
                     REFUSAL_CATEGORY_UNKNOWN);
    answer.category = text_of("A01");
    answer.has_transferred_to = true;
    answer.transferred_to = text_of("nowhere");
    assert_int_equal(world_do(&world, "agt01", COMMAND_ANSWER_CASE, &answer),
                     REFUSAL_UNIT_UNKNOWN);
    answer.transferred_to = text_of("education");
    assert_int_equal(world_do(&world, "agt01", COMMAND_ANSWER_CASE, &answer),
                     REFUSAL_NONE);
    case_id = world.last.object;
    read_head(head);
    assert_int_equal(case_head_state(head), CASE_STATE_ANSWERED);
    assert_int_equal(case_head_due_us(head), 0); /* nobody's task */
    tick_until_closed(head, case_id);
    assert_int_equal(world.last.events[0].type, EVENT_CASE_CLOSED);
    assert_true(text_holds(world.last.events[0].open, "\"answered\""));
    assert_string_equal(case_head_ball_unit(head), "protect_centre");
    assert_int_equal(case_head_due_clock(head), DUE_ARCHIVE);
}

static void two_persons_refuse(void **state)
{
    struct cmd_propose_refusal propose = {.no = fresh(),
                                          .reason = REFUSE_REASON_NO_CHILD,
                                          .told = {"请拨12345", 11}};
    struct cmd_decide_refusal decide = {.no = propose.no, .confirmed = true};
    struct cmd_triage_case triage = {
        .no = propose.no, .category = {"A01", 3}, .urgency = URGENCY_GENERAL};
    uint8_t head[CASE_HEAD_BYTES];
    struct id case_id;

    (void)state;
    assert_int_equal(world_do(&world, "ldr01", COMMAND_DECIDE_REFUSAL, &decide),
                     REFUSAL_REFUSAL_NOT_PROPOSED);
    assert_int_equal(
        world_do(&world, "ldr01", COMMAND_PROPOSE_REFUSAL, &propose),
        REFUSAL_NONE);
    read_head(head);
    assert_int_equal(case_head_state(head), CASE_STATE_TRIAGE);
    assert_int_equal(
        world_do(&world, "ldr01", COMMAND_PROPOSE_REFUSAL, &propose),
        REFUSAL_REFUSAL_PENDING);
    assert_int_equal(world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &triage),
                     REFUSAL_REFUSAL_PENDING);
    assert_int_equal(world_do(&world, "agt01", COMMAND_DECIDE_REFUSAL, &decide),
                     REFUSAL_RIGHT_DENIED);
    assert_int_equal(world_do(&world, "ldr01", COMMAND_DECIDE_REFUSAL, &decide),
                     REFUSAL_CASE_SAME_PERSON);
    assert_int_equal(world_do(&world, "ctr01", COMMAND_DECIDE_REFUSAL, &decide),
                     REFUSAL_NONE);
    case_id = world.last.object;
    read_head(head);
    assert_int_equal(case_head_state(head), CASE_STATE_REFUSED);
    tick_until_closed(head, case_id);
    assert_true(text_holds(world.last.events[0].open, "\"refused\""));
}

static void a_refusal_declined_goes_on(void **state)
{
    struct cmd_propose_refusal propose = {
        .no = fresh(), .reason = REFUSE_REASON_ELSEWHERE, .told = {"外市", 6}};
    struct cmd_decide_refusal decide = {
        .no = propose.no, .has_text = true, .text = {"是本市的", 12}};
    struct cmd_triage_case triage = {
        .no = propose.no, .category = {"B01", 3}, .urgency = URGENCY_GENERAL};

    (void)state;
    assert_int_equal(
        world_do(&world, "agt01", COMMAND_PROPOSE_REFUSAL, &propose),
        REFUSAL_NONE);
    assert_int_equal(world_do(&world, "ldr01", COMMAND_DECIDE_REFUSAL, &decide),
                     REFUSAL_NONE);
    assert_int_equal(world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &triage),
                     REFUSAL_NONE);
}

static void a_void_case_is_kept(void **state)
{
    struct cmd_void_case drop = {.no = fresh(), .text = {"重复录入", 12}};
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(world_do(&world, "agt01", COMMAND_VOID_CASE, &drop),
                     REFUSAL_RIGHT_DENIED);
    assert_int_equal(world_do(&world, "ldr01", COMMAND_VOID_CASE, &drop),
                     REFUSAL_NONE);
    read_head(head);
    assert_int_equal(case_head_state(head), CASE_STATE_VOID);
    assert_int_equal(case_head_due_us(head), 0);
}

static void overdue_is_a_fact_by_the_clock(void **state)
{
    struct case_no no = fresh();
    struct cmd_void_case drop = {.no = no, .text = {"测试", 6}};
    uint8_t head[CASE_HEAD_BYTES];
    struct id case_id = world.last.object;
    int64_t due_us;

    (void)state;
    assert_true(world_case_head(&world, case_id, head));
    due_us = case_head_due_us(head);
    assert_int_equal(case_head_overdue(head), 0);
    while (case_head_overdue(head) == 0) {
        assert_int_not_equal(tick(), 0);
        assert_true(world_case_head(&world, case_id, head));
    }
    assert_true(world.now_us >= due_us);
    assert_true(id_equal(world.last.object, case_id));
    assert_int_equal(world.last.events[0].type, EVENT_CLOCK_OVERDUE);
    assert_int_equal(case_head_overdue_count(head), 1);
    assert_int_equal(case_head_due_us(head), due_us);
    assert_int_equal(world_do(&world, "ldr01", COMMAND_VOID_CASE, &drop),
                     REFUSAL_NONE);
    assert_true(world_case_head(&world, case_id, head));
    assert_int_equal(case_head_overdue(head), 0);
    assert_int_equal(case_head_overdue_count(head), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_closes_by_itself),
        cmocka_unit_test(two_persons_refuse),
        cmocka_unit_test(a_refusal_declined_goes_on),
        cmocka_unit_test(a_void_case_is_kept),
        cmocka_unit_test(overdue_is_a_fact_by_the_clock),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
