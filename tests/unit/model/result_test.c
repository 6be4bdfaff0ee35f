/*
 * result_test.c - the first contact (D16) and the result of a case: T17.
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

static struct cmd_submit_result result(struct id case_id,
                                       enum child_safety safety)
{
    return (struct cmd_submit_result){
        .no = world_no(&world, case_id),
        .result_code = RESULT_CODE_PARTLY,
        .facts = text_of("入户所见"),
        .child_safety = safety,
    };
}

static void the_first_contact_is_told_once(void **state)
{
    struct id id = path_dispatched(&world, "B01");
    struct cmd_record_first_contact command = {
        .no = world_no(&world, id),
        .has_child_seen = true,
        .child_seen = TRI_YES,
        .text = text_of("电话联系到家长"),
    };
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(
        world_do(&world, "cty_gy", COMMAND_RECORD_FIRST_CONTACT, &command),
        REFUSAL_CASE_WRONG_STATE);
    path_sign(&world, id, "cty_gy");
    assert_true(path_runs(&world, id, DUE_FIRST_CONTACT));
    assert_int_equal(
        world_do(&world, "cty_dm", COMMAND_RECORD_FIRST_CONTACT, &command),
        REFUSAL_CASE_UNKNOWN);
    command.has_occurred_at = true;
    command.occurred_at = world.now_us + PATH_DAY_US;
    assert_int_equal(
        world_do(&world, "cty_gy", COMMAND_RECORD_FIRST_CONTACT, &command),
        REFUSAL_FIELD_INVALID);
    assert_string_equal(world.last.problem.pointer, "/occurred_at");
    command.occurred_at = world.now_us - 60000000;
    assert_int_equal(
        world_do(&world, "cty_gy", COMMAND_RECORD_FIRST_CONTACT, &command),
        REFUSAL_NONE);
    assert_int_equal(world.last.events[0].occurred_us, command.occurred_at);
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_contacted(head), 1);
    assert_int_equal(case_head_state(head), CASE_STATE_IN_PROGRESS);
    assert_string_equal(case_head_ball_unit(head), "ca_gy");
    assert_false(path_runs(&world, id, DUE_FIRST_CONTACT));
    assert_true(path_runs(&world, id, DUE_HANDLE));
    assert_true(
        text_holds(world_part(&world, world.first_seq, PART_CLASS_NARRATIVE),
                   "联系到家长"));
    assert_int_equal(
        world_do(&world, "cty_gy", COMMAND_RECORD_FIRST_CONTACT, &command),
        REFUSAL_CONTACT_MADE_ALREADY);
}

/* Clock rule 5: no clock stops for a child that is not safe. */
static void the_time_runs_on_for_a_child_that_is_not_safe(void **state)
{
    static const struct {
        enum child_safety safety;
        bool handle_runs;
    } rows[] = {
        {CHILD_SAFETY_SAFE, false},
        {CHILD_SAFETY_HAZARD, true},
        {CHILD_SAFETY_UNKNOWN, true},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct id id = path_submitted(&world, "B01", rows[i].safety);
        uint8_t head[CASE_HEAD_BYTES];

        assert_int_equal(path_runs(&world, id, DUE_HANDLE),
                         rows[i].handle_runs);
        assert_false(path_runs(&world, id, DUE_FIRST_CONTACT));
        assert_true(path_runs(&world, id, DUE_REVIEW));
        assert_true(world_case_head(&world, id, head));
        assert_int_equal(case_head_child_safety(head), rows[i].safety);
        path_pass(&world, id, "ctr01");
        assert_int_equal(path_runs(&world, id, DUE_HANDLE),
                         rows[i].handle_runs);
    }
}

static void a_child_that_is_not_safe_needs_words(void **state)
{
    static const enum child_safety unsafe[] = {CHILD_SAFETY_HAZARD,
                                               CHILD_SAFETY_UNKNOWN};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(unsafe); i++) {
        struct id id = path_signed(&world, "B01");
        struct cmd_submit_result command = result(id, unsafe[i]);

        assert_int_equal(
            world_do(&world, "cty_gy", COMMAND_SUBMIT_RESULT, &command),
            REFUSAL_RESULT_SAFETY_WORDS);
        command.has_remaining = true;
        command.remaining = text_of("每周走访");
        assert_int_equal(
            world_do(&world, "cty_gy", COMMAND_SUBMIT_RESULT, &command),
            REFUSAL_NONE);
    }
}

static void what_a_result_says_stands(void **state)
{
    struct id id = path_signed(&world, "B01");
    struct cmd_submit_result command = result(id, CHILD_SAFETY_SAFE);
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    command.has_risk_after = true;
    command.risk_after = RISK_YELLOW;
    command.has_replied_at = true;
    command.replied_at = world.now_us + PATH_DAY_US;
    command.has_reply_text = true;
    command.reply_text = text_of("已告知处理情况");
    assert_int_equal(
        world_do(&world, "cty_gy", COMMAND_SUBMIT_RESULT, &command),
        REFUSAL_FIELD_INVALID);
    assert_string_equal(world.last.problem.pointer, "/replied_at");
    command.replied_at = world.now_us;
    /* By another of the unit than the handler: its leader signs. */
    assert_int_equal(
        world_do(&world, "cty_gy2", COMMAND_SUBMIT_RESULT, &command),
        REFUSAL_NONE);
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_state(head), CASE_STATE_SUBMITTED);
    assert_int_equal(case_head_risk(head), RISK_YELLOW);
    assert_true(
        id_equal(case_head_submitter(head), path_account(&world, "cty_gy2")));
    assert_true(
        id_equal(case_head_handler(head), path_account(&world, "cty_gy")));
    assert_int_equal(case_head_result_seq(head), world.first_seq);
    assert_true(
        text_holds(world_part(&world, world.first_seq, PART_CLASS_NARRATIVE),
                   "已告知处理情况"));
    assert_false(text_holds(world.last.events[0].open, "告知"));
    assert_int_equal(
        world_do(&world, "cty_gy", COMMAND_SUBMIT_RESULT, &command),
        REFUSAL_CASE_WRONG_STATE);
}

/* Two steps for C, where there is a county to take the first of them. */
static void who_reviews_follows_from_category_and_lead(void **state)
{
    static const struct {
        const char *category, *lead, *handler;
        int steps;
        const char *ball;
    } rows[] = {
        {"B01", "ca_gy", "cty_gy", 1, "protect_centre"},
        {"C08", "ca_gy", "cty_gy", 2, "ca_gy"},
        {"C08", "twn_blm", "twn_blm", 2, "ca_dm"},
        {"C08", "police", "pol01", 1, "protect_centre"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct id id = path_triaged(&world, rows[i].category);
        uint8_t head[CASE_HEAD_BYTES];

        path_dispatch(&world, id, rows[i].lead);
        path_sign(&world, id, rows[i].handler);
        path_submit(&world, id, rows[i].handler, CHILD_SAFETY_SAFE);
        assert_true(world_case_head(&world, id, head));
        assert_int_equal(case_head_review_step(head), 1);
        assert_int_equal(case_head_review_steps(head), rows[i].steps);
        assert_string_equal(case_head_ball_unit(head), rows[i].ball);
    }
}

/* Beside the lead one may make contact; the case is not one's own by that. */
static void only_the_lead_signs_and_hands_in(void **state)
{
    static const struct type_receiver receivers[] = {{.unit = {"police", 6}}};
    struct id id = path_triaged(&world, "B01");
    struct cmd_dispatch_case give = {
        .no = world_no(&world, id),
        .lead = text_of("ca_gy"),
        .has_receivers = true,
        .receivers = receivers,
        .receivers_count = ARRAY_COUNT(receivers),
        .has_text = true,
        .text = text_of("配合办理"),
    };
    struct cmd_sign_case sign = {
        .no = give.no, .has_handler = true, .handler = text_of("cty_gy")};
    struct cmd_submit_result command = result(id, CHILD_SAFETY_SAFE);

    (void)state;
    assert_int_equal(world_do(&world, "ldr01", COMMAND_DISPATCH_CASE, &give),
                     REFUSAL_NONE);
    assert_int_equal(world_do(&world, "pol01", COMMAND_SIGN_CASE, &sign),
                     REFUSAL_RIGHT_DENIED);
    path_sign(&world, id, "cty_gy");
    assert_int_equal(world_do(&world, "pol01", COMMAND_SUBMIT_RESULT, &command),
                     REFUSAL_RIGHT_DENIED);
    assert_int_equal(
        world_do(&world, "cty_gy", COMMAND_SUBMIT_RESULT, &command),
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
        cmocka_unit_test(the_first_contact_is_told_once),
        cmocka_unit_test(the_time_runs_on_for_a_child_that_is_not_safe),
        cmocka_unit_test(a_child_that_is_not_safe_needs_words),
        cmocka_unit_test(what_a_result_says_stands),
        cmocka_unit_test(who_reviews_follows_from_category_and_lead),
        cmocka_unit_test(only_the_lead_signs_and_hands_in),
        cmocka_unit_test(a_replay_gives_the_same_tables),
    };

    return cmocka_run_group_tests_name("result", tests, start, stop);
}
