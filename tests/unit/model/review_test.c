/*
 * review_test.c - a result is looked at by somebody else: T18, T19.
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

static const enum review_defect defects[] = {REVIEW_DEFECT_SAFETY,
                                             REVIEW_DEFECT_REPLY};

static struct cmd_review_result pass(struct id case_id)
{
    return (struct cmd_review_result){
        .no = world_no(&world, case_id),
        .passed = true,
        .has_text = true,
        .text = text_of("事实清楚"),
    };
}

static struct cmd_review_result give_back(struct id case_id)
{
    return (struct cmd_review_result){
        .no = world_no(&world, case_id),
        .has_defects = true,
        .defects = defects,
        .defects_count = ARRAY_COUNT(defects),
        .has_text = true,
        .text = text_of("未见儿童"),
    };
}

static enum refusal review(const char *login, struct cmd_review_result command)
{
    return world_do(&world, login, COMMAND_REVIEW_RESULT, &command);
}

static struct ev_review_passed passed(void)
{
    struct ev_review_passed e;

    assert_int_equal(world.last.events[0].type, EVENT_REVIEW_PASSED);
    assert_int_equal(
        ev_review_passed_decode(world.last.events[0].open, world.arena, &e)
            .code,
        ERR_NONE);
    return e;
}

static void one_step_is_the_centres(void **state)
{
    struct id id = path_submitted(&world, "B01", CHILD_SAFETY_SAFE);
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(review("cty_gy", pass(id)), REFUSAL_CASE_SAME_PERSON);
    assert_int_equal(review("cty_gy2", pass(id)), REFUSAL_REVIEW_CENTRE_ONLY);
    assert_int_equal(review("agt01", pass(id)), REFUSAL_RIGHT_DENIED);
    assert_int_equal(review("ctr01", pass(id)), REFUSAL_NONE);
    assert_false(passed().acting);
    assert_int_equal(passed().step, 1);
    assert_true(text_holds(
        world_part(&world, world.first_seq, PART_CLASS_NARRATIVE), "事实清楚"));
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_state(head), CASE_STATE_CALLBACK);
    assert_string_equal(case_head_ball_unit(head), "service_centre");
    assert_int_equal(case_head_callback_state(head), CALLBACK_STATE_OPEN);
    assert_true(
        id_equal(case_head_reviewer(head), path_account(&world, "ctr01")));
    assert_true(id_is_zero(case_head_reviewer_2(head)));
    assert_false(path_runs(&world, id, DUE_REVIEW));
    assert_true(path_runs(&world, id, DUE_CALLBACK));
    assert_int_equal(review("ctr02", pass(id)), REFUSAL_CASE_WRONG_STATE);
}

/* A unit of the city that led a case does not pass its own result. */
static void a_city_unit_does_not_review_itself(void **state)
{
    struct id id = path_triaged(&world, "C08");

    (void)state;
    path_dispatch(&world, id, "police");
    path_sign(&world, id, "pol01");
    path_submit(&world, id, "pol01", CHILD_SAFETY_SAFE);
    assert_int_equal(review("pol02", pass(id)), REFUSAL_REVIEW_CENTRE_ONLY);
    assert_int_equal(review("ctr01", pass(id)), REFUSAL_NONE);
    assert_int_equal(path_state(&world, id), CASE_STATE_CALLBACK);
}

static void two_steps_are_two_persons(void **state)
{
    struct id id = path_submitted(&world, "C08", CHILD_SAFETY_SAFE);
    uint8_t head[CASE_HEAD_BYTES];
    int64_t due_us = path_due_us(&world, id, DUE_REVIEW);

    (void)state;
    assert_int_equal(review("cty_gy", pass(id)), REFUSAL_CASE_SAME_PERSON);
    world.now_us += PATH_DAY_US;
    assert_int_equal(review("cty_gy2", pass(id)), REFUSAL_NONE);
    assert_false(passed().acting);
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_state(head), CASE_STATE_SUBMITTED);
    assert_int_equal(case_head_review_step(head), 2);
    assert_string_equal(case_head_ball_unit(head), "protect_centre");
    assert_true(
        id_equal(case_head_reviewer(head), path_account(&world, "cty_gy2")));
    assert_true(path_due_us(&world, id, DUE_REVIEW) > due_us); /* anew */
    assert_int_equal(review("cty_gy2", pass(id)), REFUSAL_CASE_SAME_PERSON);
    assert_int_equal(review("cty_gy3", pass(id)), REFUSAL_REVIEW_CENTRE_ONLY);
    assert_int_equal(review("ctr01", pass(id)), REFUSAL_NONE);
    assert_int_equal(passed().step, 2);
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_state(head), CASE_STATE_CALLBACK);
    assert_true(
        id_equal(case_head_reviewer_2(head), path_account(&world, "ctr01")));
}

/* The first step is that of the unit that has it, not of any county. */
static void another_county_does_not_review(void **state)
{
    struct id id = path_triaged(&world, "C08");

    (void)state;
    path_dispatch(&world, id, "ca_dm"); /* Guyang is where the child is */
    path_sign(&world, id, "cty_dm");
    path_submit(&world, id, "cty_dm", CHILD_SAFETY_SAFE);
    assert_int_equal(review("cty_gy", pass(id)), REFUSAL_RIGHT_DENIED);
    assert_int_equal(review("cty_dm2", pass(id)), REFUSAL_NONE);
}

/* The county above a township that led, wherever the child is. */
static void the_county_of_a_township_reviews(void **state)
{
    struct id id = path_triaged(&world, "C08");

    (void)state;
    path_dispatch(&world, id, "twn_blm");
    path_sign(&world, id, "twn_blm");
    path_submit(&world, id, "twn_blm", CHILD_SAFETY_SAFE);
    assert_int_equal(review("cty_gy", pass(id)), REFUSAL_RIGHT_DENIED);
    assert_int_equal(review("cty_dm2", pass(id)), REFUSAL_NONE);
    assert_int_equal(review("ctr01", pass(id)), REFUSAL_NONE);
}

static void the_centre_acts_where_the_city_lets_it(void **state)
{
    struct id id = path_submitted(&world, "C08", CHILD_SAFETY_SAFE);

    (void)state;
    assert_true(catalogue_acting(world.catalogue).centre_reviews_county);
    assert_int_equal(review("ctr01", pass(id)), REFUSAL_NONE);
    assert_true(passed().acting);
    /* Two steps are two persons even so. */
    assert_int_equal(review("ctr01", pass(id)), REFUSAL_CASE_SAME_PERSON);
    assert_int_equal(review("ctr02", pass(id)), REFUSAL_NONE);
    assert_false(passed().has_acting);
}

/* The last of the tests before the replay: it changes the city. */
static void elsewhere_the_step_waits_for_the_county(void **state)
{
    struct id id = path_submitted(&world, "C08", CHILD_SAFETY_SAFE);

    (void)state;
    path_acting(&world, "{\"dispatch_by_itself\":true,"
                        "\"refusal_provisional\":true,"
                        "\"centre_reviews_county\":false,"
                        "\"sample_percent\":10,\"callback_attempts\":3,"
                        "\"callback_days\":2,\"redo_max\":2}");
    assert_int_equal(review("ctr01", pass(id)), REFUSAL_RIGHT_DENIED);
    assert_int_equal(review("cty_gy2", pass(id)), REFUSAL_NONE);
    assert_int_equal(review("ctr01", pass(id)), REFUSAL_NONE);
}

static void a_return_says_what_is_wanting(void **state)
{
    struct id id = path_submitted(&world, "B01", CHILD_SAFETY_SAFE);
    struct cmd_review_result command = give_back(id);
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    command.defects_count = 0;
    assert_int_equal(review("ctr01", command), REFUSAL_REVIEW_DEFECTS_MISSING);
    command = give_back(id);
    command.passed = true;
    assert_int_equal(review("ctr01", command), REFUSAL_FIELD_INVALID);
    assert_string_equal(world.last.problem.pointer, "/defects");
    assert_int_equal(review("ctr01", give_back(id)), REFUSAL_NONE);
    assert_int_equal(world.last.events[0].type, EVENT_REVIEW_RETURNED);
    assert_true(text_holds(
        world_part(&world, world.first_seq, PART_CLASS_NARRATIVE), "未见儿童"));
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_state(head), CASE_STATE_REDO);
    assert_string_equal(case_head_ball_unit(head), "ca_gy");
    assert_int_equal(case_head_redo_count(head), 0); /* counts callbacks */
    assert_true(
        id_equal(case_head_reviewer(head), path_account(&world, "ctr01")));
    assert_false(path_runs(&world, id, DUE_REVIEW));
    assert_false(path_runs(&world, id, DUE_HANDLE));
    assert_true(path_runs(&world, id, DUE_REDO));
}

static void a_return_from_the_second_step_begins_with_the_first(void **state)
{
    struct id id = path_submitted(&world, "C08", CHILD_SAFETY_HAZARD);
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(review("cty_gy2", pass(id)), REFUSAL_NONE);
    assert_int_equal(review("ctr01", give_back(id)), REFUSAL_NONE);
    assert_true(path_runs(&world, id, DUE_HANDLE)); /* still not safe */
    path_sign(&world, id, "cty_gy");
    path_submit(&world, id, "cty_gy", CHILD_SAFETY_SAFE);
    assert_false(path_runs(&world, id, DUE_HANDLE));
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_review_step(head), 1);
    assert_string_equal(case_head_ball_unit(head), "ca_gy");
    /* Who reviewed the first round may review the second. */
    assert_int_equal(review("cty_gy2", pass(id)), REFUSAL_NONE);
    assert_int_equal(review("ctr01", pass(id)), REFUSAL_NONE);
}

static void a_stale_page_decides_nothing(void **state)
{
    struct id id = path_submitted(&world, "B01", CHILD_SAFETY_SAFE);

    (void)state;
    world.has_if_match = true;
    world.if_match = 2;
    assert_int_equal(review("ctr01", pass(id)), REFUSAL_VERSION_STALE);
    assert_int_equal(path_state(&world, id), CASE_STATE_SUBMITTED);
}

static void a_replay_gives_the_same_tables(void **state)
{
    (void)state;
    path_replay(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_step_is_the_centres),
        cmocka_unit_test(a_city_unit_does_not_review_itself),
        cmocka_unit_test(two_steps_are_two_persons),
        cmocka_unit_test(another_county_does_not_review),
        cmocka_unit_test(the_county_of_a_township_reviews),
        cmocka_unit_test(the_centre_acts_where_the_city_lets_it),
        cmocka_unit_test(a_return_says_what_is_wanting),
        cmocka_unit_test(a_return_from_the_second_step_begins_with_the_first),
        cmocka_unit_test(a_stale_page_decides_nothing),
        cmocka_unit_test(elsewhere_the_step_waits_for_the_county),
        cmocka_unit_test(a_replay_gives_the_same_tables),
    };

    return cmocka_run_group_tests_name("review", tests, start, stop);
}
