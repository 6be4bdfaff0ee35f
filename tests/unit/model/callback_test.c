/*
 * callback_test.c - the reporter is called back, and a redo decided: T20, T21.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/main_path.h"

static struct world world;

static int start(void **state)
{
    (void)state;
    path_world(&world);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    world_free(&world);
    return 0;
}

static enum refusal call(const char *login, struct cmd_record_callback command)
{
    return world_do(&world, login, COMMAND_RECORD_CALLBACK, &command);
}

static struct cmd_record_callback attempt(struct id case_id,
                                          enum callback_outcome outcome)
{
    return (struct cmd_record_callback){.no = world_no(&world, case_id),
                                        .outcome = outcome};
}

static enum refusal redo(const char *login, struct id case_id, bool yes)
{
    struct cmd_decide_redo command = {
        .no = world_no(&world, case_id),
        .redo = yes,
        .justified = yes,
        .text = text_of("会商意见"),
    };

    return world_do(&world, login, COMMAND_DECIDE_REDO, &command);
}

static struct cmd_record_callback complaint(struct id case_id)
{
    struct cmd_record_callback command =
        path_answer(&world, case_id, SATISFACTION_DISSATISFIED);

    command.has_reason = true;
    command.reason = text_of("没有人来过");
    return command;
}

static enum callback_state callback_state(struct id case_id)
{
    uint8_t head[CASE_HEAD_BYTES];

    assert_true(world_case_head(&world, case_id, head));
    return (enum callback_state)case_head_callback_state(head);
}

/* ------------------------------------------------------------- answered -- */

static void what_an_answer_leads_to(void **state)
{
    static const struct {
        enum satisfaction satisfaction;
        bool danger;
        enum callback_state want;
        const char *ball;
    } rows[] = {
        {SATISFACTION_VERY_SATISFIED, false, CALLBACK_STATE_DONE,
         "service_centre"},
        {SATISFACTION_SATISFIED, false, CALLBACK_STATE_DONE, "service_centre"},
        {SATISFACTION_FAIRLY_SATISFIED, false, CALLBACK_STATE_DONE,
         "service_centre"},
        {SATISFACTION_DISSATISFIED, false, CALLBACK_STATE_REDO_PROPOSED,
         "protect_centre"},
        {SATISFACTION_VERY_DISSATISFIED, false, CALLBACK_STATE_REDO_PROPOSED,
         "protect_centre"},
        /* Content, and yet the child is in danger again. */
        {SATISFACTION_VERY_SATISFIED, true, CALLBACK_STATE_REDO_PROPOSED,
         "protect_centre"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct id id = path_called(&world);
        struct cmd_record_callback command =
            path_answer(&world, id, rows[i].satisfaction);
        uint8_t head[CASE_HEAD_BYTES];

        command.has_new_danger = true;
        command.new_danger = rows[i].danger;
        if (rows[i].want == CALLBACK_STATE_REDO_PROPOSED) {
            assert_int_equal(call("cbk01", command),
                             REFUSAL_CALLBACK_INCOMPLETE);
        }
        command.has_reason = true;
        command.reason = text_of("回访原因");
        assert_int_equal(call("cbk01", command), REFUSAL_NONE);
        assert_true(world_case_head(&world, id, head));
        assert_int_equal(case_head_state(head), CASE_STATE_CALLBACK);
        assert_int_equal(case_head_callback_state(head), rows[i].want);
        assert_string_equal(case_head_ball_unit(head), rows[i].ball);
        assert_int_equal(case_head_danger(head), rows[i].danger);
        assert_int_equal(case_head_callback_attempts(head), 1);
        assert_true(id_equal(case_head_caller_back(head),
                             path_account(&world, "cbk01")));
        assert_true(text_holds(
            world_part(&world, world.first_seq, PART_CLASS_NARRATIVE),
            "回访原因"));
        assert_int_equal(call("cbk01", command), REFUSAL_CALLBACK_DONE_ALREADY);
    }
}

static void a_new_danger_starts_the_emergency_once(void **state)
{
    struct id id = path_called(&world);
    struct cmd_record_callback command =
        path_answer(&world, id, SATISFACTION_SATISFIED);
    struct cmd_start_emergency start_it = {.no = world_no(&world, id)};
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    command.has_new_danger = true;
    command.new_danger = true;
    command.has_reason = true;
    command.reason = text_of("孩子又挨打了");
    assert_int_equal(call("cbk01", command), REFUSAL_NONE);
    assert_int_equal(world.last.event_count, 2);
    assert_int_equal(world.last.events[1].type, EVENT_EMERGENCY_STARTED);
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_ladder_state(head), LADDER_STATE_RUNNING);
    assert_int_equal(case_head_urgency(head), URGENCY_MOST_URGENT);
    assert_int_equal(case_head_state(head), CASE_STATE_CALLBACK);
    assert_string_equal(case_head_ball_unit(head), "protect_centre");
    assert_int_equal(case_head_callback_state(head),
                     CALLBACK_STATE_REDO_PROPOSED);

    /* One that runs already goes on. */
    id = path_called(&world);
    start_it.no = world_no(&world, id);
    assert_int_equal(
        world_do(&world, "cbk01", COMMAND_START_EMERGENCY, &start_it),
        REFUSAL_NONE);
    command.no = start_it.no;
    assert_int_equal(call("cbk01", command), REFUSAL_NONE);
    assert_int_equal(world.last.event_count, 1);
}

static void an_answer_is_whole(void **state)
{
    struct id id = path_called(&world);
    struct cmd_record_callback whole =
        path_answer(&world, id, SATISFACTION_SATISFIED);
    struct cmd_record_callback rows[3] = {whole, whole, whole};

    (void)state;
    rows[0].has_handled = false;
    rows[1].has_solved = false;
    rows[2].has_satisfaction = false;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(call("cbk01", rows[i]), REFUSAL_CALLBACK_INCOMPLETE);
    }
    assert_int_equal(callback_state(id), CALLBACK_STATE_OPEN);
}

/* "Not reached" is never counted as content. */
static void nobody_answers_for_who_was_not_reached(void **state)
{
    static const enum callback_outcome missed[] = {
        CALLBACK_OUTCOME_NO_ANSWER, CALLBACK_OUTCOME_REFUSED,
        CALLBACK_OUTCOME_INCONVENIENT};
    struct id id = path_called(&world);

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(missed); i++) {
        struct cmd_record_callback command = attempt(id, missed[i]);

        command.has_satisfaction = true;
        command.satisfaction = SATISFACTION_SATISFIED;
        assert_int_equal(call("cbk01", command), REFUSAL_FIELD_INVALID);
        assert_string_equal(world.last.problem.pointer, "/satisfaction");
        command = attempt(id, missed[i]);
        command.has_solved = true;
        command.solved = TRI_YES;
        assert_int_equal(call("cbk01", command), REFUSAL_FIELD_INVALID);
        assert_string_equal(world.last.problem.pointer, "/solved");
        command = attempt(id, missed[i]);
        command.has_handled = true;
        command.handled = TRI_YES;
        assert_int_equal(call("cbk01", command), REFUSAL_FIELD_INVALID);
        assert_string_equal(world.last.problem.pointer, "/handled");
        command = attempt(id, missed[i]);
        command.has_no_callback = true;
        command.no_callback = NO_CALLBACK_ASKED_NONE;
        assert_int_equal(call("cbk01", command), REFUSAL_FIELD_INVALID);
        assert_string_equal(world.last.problem.pointer, "/no_callback");
        assert_int_equal(call("cbk01", attempt(id, missed[i])), REFUSAL_NONE);
        assert_int_equal(callback_state(id), CALLBACK_STATE_TRIED);
    }
}

static void attempts_are_counted_by_days(void **state)
{
    struct id id = path_called(&world);
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(call("cbk01", attempt(id, CALLBACK_OUTCOME_NO_ANSWER)),
                     REFUSAL_NONE);
    assert_int_equal(call("cbk01", attempt(id, CALLBACK_OUTCOME_REFUSED)),
                     REFUSAL_NONE);
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_callback_attempts(head), 2);
    assert_int_equal(case_head_callback_days(head), 1);
    world.now_us += PATH_DAY_US;
    assert_int_equal(call("ctr02", attempt(id, CALLBACK_OUTCOME_NO_ANSWER)),
                     REFUSAL_NONE);
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_callback_attempts(head), 3);
    assert_int_equal(case_head_callback_days(head), 2);
    assert_int_equal(case_head_callback_state(head), CALLBACK_STATE_TRIED);
}

/* -------------------------------------------------------------- verified -- */

static void where_nobody_may_be_called_others_are_asked(void **state)
{
    struct id id = path_called(&world);
    struct cmd_record_callback command = attempt(id, CALLBACK_OUTCOME_VERIFIED);

    (void)state;
    command.has_text = true;
    command.text = text_of("向儿童主任核实");
    assert_int_equal(call("cbk01", command), REFUSAL_CALLBACK_INCOMPLETE);
    command.has_no_callback = true;
    command.no_callback = NO_CALLBACK_DANGEROUS;
    command.has_text = false;
    assert_int_equal(call("cbk01", command), REFUSAL_CALLBACK_INCOMPLETE);
    command.has_text = true;
    command.has_satisfaction = true;
    command.satisfaction = SATISFACTION_SATISFIED;
    assert_int_equal(call("cbk01", command), REFUSAL_FIELD_INVALID);
    command.has_satisfaction = false;
    command.has_solved = true;
    command.solved = TRI_YES;
    assert_int_equal(call("cbk01", command), REFUSAL_NONE);
    assert_int_equal(callback_state(id), CALLBACK_STATE_DONE);
}

static void after_an_attempt_others_can_be_asked(void **state)
{
    struct id id = path_called(&world);
    struct cmd_record_callback command = attempt(id, CALLBACK_OUTCOME_VERIFIED);

    (void)state;
    command.has_text = true;
    command.text = text_of("向学校核实");
    assert_int_equal(call("cbk01", attempt(id, CALLBACK_OUTCOME_NO_ANSWER)),
                     REFUSAL_NONE);
    assert_int_equal(call("cbk01", command), REFUSAL_NONE);
    assert_int_equal(callback_state(id), CALLBACK_STATE_DONE);
}

/* ------------------------------------------------------------------- who -- */

static void who_may_call_back_and_when(void **state)
{
    struct id id = path_submitted(&world, "B01", CHILD_SAFETY_SAFE);
    struct cmd_record_callback command =
        path_answer(&world, id, SATISFACTION_SATISFIED);

    (void)state;
    assert_int_equal(call("cbk01", command), REFUSAL_CASE_WRONG_STATE);
    path_pass(&world, id, "ctr01");
    assert_int_equal(call("ctr01", command), REFUSAL_CASE_SAME_PERSON);
    assert_int_equal(call("agt01", command), REFUSAL_RIGHT_DENIED);
    assert_int_equal(call("cty_gy", command), REFUSAL_RIGHT_DENIED);
    assert_int_equal(call("ctr02", command), REFUSAL_NONE);
}

/* ------------------------------------------------------------------ redo -- */

static void a_redo_begins_again_with_a_time_of_its_own(void **state)
{
    struct id id = path_called(&world);
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(redo("ctr02", id, true), REFUSAL_REDO_NOT_PROPOSED);
    assert_int_equal(call("cbk01", complaint(id)), REFUSAL_NONE);
    assert_int_equal(redo("cbk01", id, true), REFUSAL_RIGHT_DENIED);
    assert_int_equal(redo("ctr02", id, true), REFUSAL_NONE);
    assert_true(text_holds(
        world_part(&world, world.first_seq, PART_CLASS_NARRATIVE), "会商意见"));
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_state(head), CASE_STATE_REDO);
    assert_string_equal(case_head_ball_unit(head), "ca_gy");
    assert_int_equal(case_head_redo_count(head), 1);
    assert_int_equal(case_head_callback_state(head), CALLBACK_STATE_NONE);
    assert_true(path_runs(&world, id, DUE_REDO));
    assert_false(path_runs(&world, id, DUE_CALLBACK));
    assert_int_equal(redo("ctr02", id, true), REFUSAL_CASE_WRONG_STATE);
}

static void a_redo_refused_is_a_callback_done(void **state)
{
    struct id id = path_called(&world);
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(call("cbk01", complaint(id)), REFUSAL_NONE);
    assert_int_equal(redo("ctr02", id, false), REFUSAL_NONE);
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_state(head), CASE_STATE_CALLBACK);
    assert_int_equal(case_head_callback_state(head), CALLBACK_STATE_DONE);
    assert_string_equal(case_head_ball_unit(head), "service_centre");
    assert_int_equal(case_head_redo_count(head), 0);
    assert_int_equal(redo("ctr02", id, true), REFUSAL_REDO_NOT_PROPOSED);
}

static void who_called_back_does_not_decide(void **state)
{
    struct id id = path_called(&world);

    (void)state;
    assert_int_equal(call("ctr02", complaint(id)), REFUSAL_NONE);
    assert_int_equal(redo("ctr02", id, true), REFUSAL_CASE_SAME_PERSON);
    assert_int_equal(redo("ctr03", id, true), REFUSAL_NONE);
}

static void redone_so_often_it_goes_before_the_centre(void **state)
{
    uint32_t max = catalogue_acting(world.catalogue).redo_max;
    struct id id = path_called(&world);
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(max, 2);
    for (uint32_t round = 0; round < max; round++) {
        assert_int_equal(call("cbk01", attempt(id, CALLBACK_OUTCOME_NO_ANSWER)),
                         REFUSAL_NONE);
        assert_int_equal(call("cbk01", complaint(id)), REFUSAL_NONE);
        assert_int_equal(redo("ctr02", id, true), REFUSAL_NONE);
        path_sign(&world, id, "cty_gy");
        path_submit(&world, id, "cty_gy", CHILD_SAFETY_SAFE);
        path_pass(&world, id, "ctr01");
        assert_true(world_case_head(&world, id, head));
        assert_int_equal(case_head_callback_state(head), CALLBACK_STATE_OPEN);
        assert_int_equal(case_head_callback_attempts(head), 0);
        assert_int_equal(case_head_callback_days(head), 0);
    }
    assert_int_equal(call("cbk01", complaint(id)), REFUSAL_NONE);
    assert_int_equal(redo("ctr02", id, true), REFUSAL_REDO_EXHAUSTED);
    assert_int_equal(redo("ctr02", id, false), REFUSAL_NONE);
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_redo_count(head), max);
}

/* The last of the tests before the replay: it changes the city. */
static void how_often_is_the_citys(void **state)
{
    struct id id = path_called(&world);

    (void)state;
    path_acting(&world, "{\"dispatch_by_itself\":true,"
                        "\"refusal_provisional\":true,"
                        "\"centre_reviews_county\":true,"
                        "\"sample_percent\":10,\"callback_attempts\":3,"
                        "\"callback_days\":2,\"redo_max\":0}");
    assert_int_equal(call("cbk01", complaint(id)), REFUSAL_NONE);
    assert_int_equal(redo("ctr02", id, true), REFUSAL_REDO_EXHAUSTED);
}

static void a_replay_gives_the_same_tables(void **state)
{
    (void)state;
    path_replay(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_answer_leads_to),
        cmocka_unit_test(a_new_danger_starts_the_emergency_once),
        cmocka_unit_test(an_answer_is_whole),
        cmocka_unit_test(nobody_answers_for_who_was_not_reached),
        cmocka_unit_test(attempts_are_counted_by_days),
        cmocka_unit_test(where_nobody_may_be_called_others_are_asked),
        cmocka_unit_test(after_an_attempt_others_can_be_asked),
        cmocka_unit_test(who_may_call_back_and_when),
        cmocka_unit_test(a_redo_begins_again_with_a_time_of_its_own),
        cmocka_unit_test(a_redo_refused_is_a_callback_done),
        cmocka_unit_test(who_called_back_does_not_decide),
        cmocka_unit_test(redone_so_often_it_goes_before_the_centre),
        cmocka_unit_test(how_often_is_the_citys),
        cmocka_unit_test(a_replay_gives_the_same_tables),
    };

    return cmocka_run_group_tests_name("callback", tests, start, stop);
}
