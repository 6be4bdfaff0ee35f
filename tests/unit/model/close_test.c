/*
 * close_test.c - a case is closed, looked through, locked: T20, T24.
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

static enum refusal close_as(const char *login, struct id case_id,
                             enum close_ground ground)
{
    struct cmd_close_case command = {
        .no = world_no(&world, case_id),
        .ground = ground,
        .has_risk_at_closing = true,
        .risk_at_closing = RISK_BLUE,
        .text = text_of("符合最大利益"),
    };

    return world_do(&world, login, COMMAND_CLOSE_CASE, &command);
}

static enum refusal try_call(struct id case_id)
{
    struct cmd_record_callback command = {
        .no = world_no(&world, case_id),
        .outcome = CALLBACK_OUTCOME_NO_ANSWER,
    };

    return world_do(&world, "cbk01", COMMAND_RECORD_CALLBACK, &command);
}

/* Items as bits of their numbers. */
static enum refusal check_items(const char *login, struct id case_id,
                                uint32_t items)
{
    enum archive_item list[12];
    struct cmd_check_archive command = {.no = world_no(&world, case_id),
                                        .items = list};

    for (int item = 1; item <= (int)ARCHIVE_ITEM_MAX; item++) {
        if ((items & (UINT32_C(1) << item)) != 0) {
            list[command.items_count] = (enum archive_item)item;
            command.items_count++;
        }
    }
    return world_do(&world, login, COMMAND_CHECK_ARCHIVE, &command);
}

static enum refusal archive(const char *login, struct id case_id)
{
    struct cmd_archive_case command = {
        .no = world_no(&world, case_id),
        .retention = RETENTION_Y30,
        .secrecy = SECRECY_SECRET,
    };

    return world_do(&world, login, COMMAND_ARCHIVE_CASE, &command);
}

static enum refusal supplement(const char *login, struct id case_id)
{
    struct cmd_supplement_case command = {
        .no = world_no(&world, case_id),
        .text = text_of("补交的判决书"),
        .reason = text_of("归档后收到"),
    };

    return world_do(&world, login, COMMAND_SUPPLEMENT_CASE, &command);
}

#define ITEM(name) (UINT32_C(1) << ARCHIVE_ITEM_##name)
#define WHOLE                                                                  \
    (ITEM(REGISTRATION) | ITEM(DISPATCH) | ITEM(RESULTS) | ITEM(REVIEW) |      \
     ITEM(CALLBACK) | ITEM(HASHES))

/* ----------------------------------------------------------------- close -- */

static void a_case_closes_after_its_callback(void **state)
{
    struct id id = path_called(&world);
    struct cmd_record_callback answer =
        path_answer(&world, id, SATISFACTION_SATISFIED);
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(close_as("cbk01", id, CLOSE_GROUND_NEED_MET),
                     REFUSAL_CALLBACK_NOT_DONE);
    assert_int_equal(
        world_do(&world, "cbk01", COMMAND_RECORD_CALLBACK, &answer),
        REFUSAL_NONE);
    assert_int_equal(close_as("cty_gy", id, CLOSE_GROUND_NEED_MET),
                     REFUSAL_RIGHT_DENIED);
    assert_int_equal(close_as("cbk01", id, CLOSE_GROUND_NEED_MET),
                     REFUSAL_NONE);
    assert_true(text_holds(
        world_part(&world, world.first_seq, PART_CLASS_NARRATIVE), "最大利益"));
    assert_false(text_holds(world.last.events[0].open, "最大利益"));
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_state(head), CASE_STATE_CLOSED);
    assert_string_equal(case_head_ball_unit(head), "protect_centre");
    assert_int_equal(case_head_risk(head), RISK_BLUE);
    assert_int_equal(case_head_due_clock(head), DUE_ARCHIVE);
    for (int due = 1; due <= (int)DUE_MAX; due++) {
        assert_int_equal(path_runs(&world, id, (enum due)due),
                         due == (int)DUE_ARCHIVE);
    }
    assert_int_equal(close_as("cbk01", id, CLOSE_GROUND_NEED_MET),
                     REFUSAL_CASE_WRONG_STATE);
}

/* An unsafe child's time runs to the very end, and not beyond. */
static void closing_stops_what_still_ran(void **state)
{
    struct id id = path_submitted(&world, "B01", CHILD_SAFETY_HAZARD);
    struct cmd_record_callback answer =
        path_answer(&world, id, SATISFACTION_SATISFIED);

    (void)state;
    path_pass(&world, id, "ctr01");
    assert_int_equal(
        world_do(&world, "cbk01", COMMAND_RECORD_CALLBACK, &answer),
        REFUSAL_NONE);
    assert_true(path_runs(&world, id, DUE_HANDLE));
    assert_int_equal(close_as("cbk01", id, CLOSE_GROUND_RISK_GONE),
                     REFUSAL_NONE);
    assert_false(path_runs(&world, id, DUE_HANDLE));
}

static void a_case_closes_when_nobody_was_reached_often_enough(void **state)
{
    struct catalogue_acting acting = catalogue_acting(world.catalogue);
    struct id id = path_called(&world);
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_true(acting.callback_days == 2 && acting.callback_attempts == 3);
    /* As often as it wants, but all on one day. */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(try_call(id), REFUSAL_NONE);
        assert_int_equal(close_as("cbk01", id, CLOSE_GROUND_UNTRACEABLE),
                         REFUSAL_CALLBACK_NOT_DONE);
    }
    world.now_us += PATH_DAY_US;
    assert_int_equal(try_call(id), REFUSAL_NONE);
    assert_int_equal(close_as("cbk01", id, CLOSE_GROUND_UNTRACEABLE),
                     REFUSAL_NONE);
    assert_true(world_case_head(&world, id, head));
    /* Not reached, and it stays so. */
    assert_int_equal(case_head_callback_state(head), CALLBACK_STATE_TRIED);
}

static void two_days_are_not_three_attempts(void **state)
{
    struct id id = path_called(&world);

    (void)state;
    assert_int_equal(try_call(id), REFUSAL_NONE);
    world.now_us += PATH_DAY_US;
    assert_int_equal(try_call(id), REFUSAL_NONE);
    assert_int_equal(close_as("cbk01", id, CLOSE_GROUND_UNTRACEABLE),
                     REFUSAL_CALLBACK_NOT_DONE);
}

static void a_redo_that_is_proposed_is_decided_first(void **state)
{
    struct id id = path_called(&world);
    struct cmd_record_callback answer =
        path_answer(&world, id, SATISFACTION_DISSATISFIED);

    (void)state;
    answer.has_reason = true;
    answer.reason = text_of("没有人来过");
    assert_int_equal(
        world_do(&world, "cbk01", COMMAND_RECORD_CALLBACK, &answer),
        REFUSAL_NONE);
    assert_int_equal(close_as("cbk01", id, CLOSE_GROUND_NEED_MET),
                     REFUSAL_CALLBACK_NOT_DONE);
}

static void grounds_that_nobody_chooses(void **state)
{
    static const enum close_ground own[] = {CLOSE_GROUND_ANSWERED,
                                            CLOSE_GROUND_REFUSED};
    struct id id = path_content(&world);

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(own); i++) {
        assert_int_equal(close_as("cbk01", id, own[i]), REFUSAL_FIELD_INVALID);
        assert_string_equal(world.last.problem.pointer, "/ground");
    }
    assert_int_equal(path_state(&world, id), CASE_STATE_CALLBACK);
}

static void nothing_closes_in_an_emergency(void **state)
{
    struct id id = path_content(&world);
    struct cmd_start_emergency command = {
        .no = world_no(&world, id),
        .trigger = EMERGENCY_TRIGGER_CALLBACK,
    };

    (void)state;
    assert_int_equal(
        world_do(&world, "cbk01", COMMAND_START_EMERGENCY, &command),
        REFUSAL_NONE);
    assert_int_equal(close_as("cbk01", id, CLOSE_GROUND_NEED_MET),
                     REFUSAL_CASE_EMERGENCY_RUNNING);
}

/* --------------------------------------------------------------- archive -- */

static void an_archive_has_what_the_case_had(void **state)
{
    static const uint32_t needed[] = {
        ITEM(REGISTRATION), ITEM(DISPATCH), ITEM(RESULTS),
        ITEM(REVIEW),       ITEM(CALLBACK), ITEM(HASHES),
    };
    struct id id = path_closed(&world);
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(needed); i++) {
        assert_int_equal(check_items("ctr02", id, WHOLE & ~needed[i]),
                         REFUSAL_ARCHIVE_INCOMPLETE);
    }
    assert_int_equal(check_items("ctr02", id, 0), REFUSAL_ARCHIVE_INCOMPLETE);
    assert_int_equal(check_items("cbk01", id, WHOLE), REFUSAL_RIGHT_DENIED);
    assert_int_equal(check_items("ctr01", id, WHOLE),
                     REFUSAL_CASE_SAME_PERSON); /* the reviewer */
    assert_int_equal(archive("ctr02", id), REFUSAL_CASE_WRONG_STATE);
    assert_int_equal(check_items("ctr02", id, WHOLE | ITEM(VISITS)),
                     REFUSAL_NONE);
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_state(head), CASE_STATE_ARCHIVE_CHK);
    assert_true(path_runs(&world, id, DUE_ARCHIVE));
    assert_int_equal(check_items("ctr02", id, WHOLE), REFUSAL_CASE_WRONG_STATE);
}

/* A danger heard of in the callback, ended by the centre before the close. */
static struct id closed_after_an_emergency(void)
{
    static const struct {
        enum ladder_step step;
        enum ladder_outcome outcome;
    } marks[] = {{LADDER_STEP_L1, LADDER_OUTCOME_ANSWERED},
                 {LADDER_STEP_L7, LADDER_OUTCOME_SAFE}};
    struct id id = path_content(&world);
    struct cmd_start_emergency begin = {.no = world_no(&world, id)};
    struct cmd_stand_down end = {.no = begin.no, .text = text_of("孩子安全")};

    assert_int_equal(world_do(&world, "cbk01", COMMAND_START_EMERGENCY, &begin),
                     REFUSAL_NONE);
    for (size_t i = 0; i < ARRAY_COUNT(marks); i++) {
        struct cmd_mark_ladder mark = {
            .no = begin.no,
            .step = marks[i].step,
            .outcome = marks[i].outcome,
        };

        assert_int_equal(world_do(&world, "agt01", COMMAND_MARK_LADDER, &mark),
                         REFUSAL_NONE);
    }
    assert_int_equal(close_as("cbk01", id, CLOSE_GROUND_RISK_GONE),
                     REFUSAL_CASE_EMERGENCY_RUNNING);
    assert_int_equal(world_do(&world, "ctr03", COMMAND_STAND_DOWN, &end),
                     REFUSAL_NONE);
    assert_int_equal(close_as("cbk01", id, CLOSE_GROUND_RISK_GONE),
                     REFUSAL_NONE);
    return id;
}

static void the_archive_of_an_emergency_has_its_ladder(void **state)
{
    struct id id = closed_after_an_emergency();

    (void)state;
    assert_int_equal(check_items("ctr02", id, WHOLE),
                     REFUSAL_ARCHIVE_INCOMPLETE);
    assert_int_equal(check_items("ctr02", id, WHOLE | ITEM(LADDER)),
                     REFUSAL_NONE);
}

/* What was answered on the spot went no way that could be shown. */
static void what_was_answered_has_little_to_archive(void **state)
{
    struct id id = world_case(&world, "agt01", PATH_PLACE);
    struct cmd_answer_case answer = {
        .no = world_no(&world, id),
        .category = text_of("A01"),
        .text = text_of("已说明办理条件"),
    };
    struct cmd_tick tick = {
        .has_case_id = true,
        .case_id = id,
        .has_clock = true,
        .clock = DUE_AUTO_CLOSE,
        .has_due_at = true,
    };

    (void)state;
    assert_int_equal(world_do(&world, "agt01", COMMAND_ANSWER_CASE, &answer),
                     REFUSAL_NONE);
    tick.due_at = path_due_us(&world, id, DUE_AUTO_CLOSE);
    world.now_us = tick.due_at;
    assert_int_equal(world_do(&world, "", COMMAND_TICK, &tick), REFUSAL_NONE);
    assert_int_equal(path_state(&world, id), CASE_STATE_CLOSED);
    assert_int_equal(check_items("ctr02", id, ITEM(REGISTRATION)),
                     REFUSAL_ARCHIVE_INCOMPLETE);
    assert_int_equal(
        check_items("ctr02", id, ITEM(REGISTRATION) | ITEM(HASHES)),
        REFUSAL_NONE);
    assert_int_equal(archive("ctr02", id), REFUSAL_NONE);
}

static void behind_the_lock_nothing_runs(void **state)
{
    struct id id = path_checked(&world);
    struct cmd_add_note note = {.no = world_no(&world, id),
                                .text = text_of("补记")};
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(archive("ctr01", id), REFUSAL_CASE_SAME_PERSON);
    assert_int_equal(archive("cbk01", id), REFUSAL_RIGHT_DENIED);
    assert_int_equal(supplement("ctr02", id), REFUSAL_CASE_WRONG_STATE);
    assert_int_equal(archive("ctr02", id), REFUSAL_NONE);
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_state(head), CASE_STATE_ARCHIVED);
    assert_int_equal(case_head_secrecy(head), SECRECY_SECRET);
    assert_int_equal(case_head_due_us(head), 0);
    for (int due = 1; due <= (int)DUE_MAX; due++) {
        assert_false(path_runs(&world, id, (enum due)due));
    }
    assert_int_equal(world_do(&world, "ctr02", COMMAND_ADD_NOTE, &note),
                     REFUSAL_CASE_WRONG_STATE);
    assert_int_equal(close_as("cbk01", id, CLOSE_GROUND_NEED_MET),
                     REFUSAL_CASE_WRONG_STATE);
    assert_int_equal(archive("ctr02", id), REFUSAL_CASE_WRONG_STATE);
}

static void what_comes_after_is_added_with_its_reason(void **state)
{
    struct id id = path_archived(&world);
    uint8_t before[CASE_HEAD_BYTES];
    uint8_t after[CASE_HEAD_BYTES];

    (void)state;
    assert_true(world_case_head(&world, id, before));
    assert_int_equal(supplement("cbk01", id), REFUSAL_RIGHT_DENIED);
    assert_int_equal(supplement("ctr01", id), REFUSAL_NONE);
    assert_true(text_holds(
        world_part(&world, world.first_seq, PART_CLASS_NARRATIVE), "判决书"));
    assert_true(
        text_holds(world_part(&world, world.first_seq, PART_CLASS_NARRATIVE),
                   "归档后收到"));
    assert_true(world_case_head(&world, id, after));
    assert_int_equal(case_head_state(after), CASE_STATE_ARCHIVED);
    assert_int_equal(case_head_version(after), case_head_version(before) + 1);
    assert_int_equal(case_head_moved_version(after),
                     case_head_moved_version(before));
    assert_int_equal(supplement("ctr01", id), REFUSAL_NONE);
}

/* The last of the tests before the replay: it changes the city. */
static void how_many_attempts_are_enough_is_the_citys(void **state)
{
    struct id id = path_called(&world);

    (void)state;
    assert_int_equal(try_call(id), REFUSAL_NONE);
    assert_int_equal(close_as("cbk01", id, CLOSE_GROUND_UNTRACEABLE),
                     REFUSAL_CALLBACK_NOT_DONE);
    path_acting(&world, "{\"dispatch_by_itself\":true,"
                        "\"refusal_provisional\":true,"
                        "\"centre_reviews_county\":true,"
                        "\"sample_percent\":10,\"callback_attempts\":1,"
                        "\"callback_days\":1,\"redo_max\":2}");
    assert_int_equal(close_as("cbk01", id, CLOSE_GROUND_UNTRACEABLE),
                     REFUSAL_NONE);
}

static void a_replay_gives_the_same_tables(void **state)
{
    (void)state;
    path_replay(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_closes_after_its_callback),
        cmocka_unit_test(closing_stops_what_still_ran),
        cmocka_unit_test(a_case_closes_when_nobody_was_reached_often_enough),
        cmocka_unit_test(two_days_are_not_three_attempts),
        cmocka_unit_test(a_redo_that_is_proposed_is_decided_first),
        cmocka_unit_test(grounds_that_nobody_chooses),
        cmocka_unit_test(nothing_closes_in_an_emergency),
        cmocka_unit_test(an_archive_has_what_the_case_had),
        cmocka_unit_test(the_archive_of_an_emergency_has_its_ladder),
        cmocka_unit_test(what_was_answered_has_little_to_archive),
        cmocka_unit_test(behind_the_lock_nothing_runs),
        cmocka_unit_test(what_comes_after_is_added_with_its_reason),
        cmocka_unit_test(how_many_attempts_are_enough_is_the_citys),
        cmocka_unit_test(a_replay_gives_the_same_tables),
    };

    return cmocka_run_group_tests_name("close", tests, start, stop);
}
