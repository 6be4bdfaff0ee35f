/*
 * triage_test.c - classifying a case, sending urgent ones out, and changing
 * the urgency: T6, T7 by itself, T29.
 *
 * Test calendar: Tue 2026-11-24 16:00 in the city (WORLD_START_US).
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

#define GUYANG_VILLAGE UINT64_C(150222102901)
#define DONGHE UINT64_C(150202)
#define HOUR_US (INT64_C(3600) * 1000000)

static struct cmd_triage_case plain(struct case_no no, const char *category)
{
    return (struct cmd_triage_case){
        .no = no,
        .category = text_of(category),
        .urgency = URGENCY_GENERAL,
    };
}

static struct case_no fresh(const char *login)
{
    return world_no(&world, world_case(&world, login, GUYANG_VILLAGE));
}

static void read_head(uint8_t *head)
{
    assert_true(world_case_head(&world, world.last.object, head));
}

static void a_general_case_waits_for_its_dispatch(void **state)
{
    struct cmd_triage_case command = plain(fresh("agt01"), "B01");
    int64_t registered_us = world.now_us;
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &command),
                     REFUSAL_NONE);
    assert_int_equal(world.last.event_count, 1);
    read_head(head);
    assert_int_equal(case_head_state(head), CASE_STATE_TO_DISPATCH);
    assert_int_equal(case_head_urgency(head), URGENCY_GENERAL);
    assert_string_equal(case_head_category_code(head), "B01");
    /* Two working hours from 16:00: one today, the second tomorrow to 10:00. */
    assert_int_equal(case_head_due_clock(head), DUE_DISPATCH);
    assert_memory_equal(case_head_due_deadline(head), "D9\0", 3);
    assert_true(case_head_due_us(head) > registered_us + 17 * HOUR_US);
    assert_true(case_head_due_us(head) <= registered_us + 18 * HOUR_US);
    assert_int_equal(case_head_moved_version(head), case_head_version(head));
}

static void an_urgent_one_goes_by_itself(void **state)
{
    struct cmd_triage_case command = plain(fresh("agt01"), "C09");
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    command.urgency = URGENCY_URGENT;
    assert_int_equal(world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &command),
                     REFUSAL_NONE);
    assert_int_equal(world.last.event_count, 2);
    assert_int_equal(world.last.events[1].type, EVENT_CASE_DISPATCHED);
    read_head(head);
    assert_int_equal(case_head_state(head), CASE_STATE_DISPATCHED);
    assert_string_equal(case_head_lead_unit(head), "ca_gy");
    assert_string_equal(case_head_ball_unit(head), "ca_gy");
    assert_int_equal(case_head_due_clock(head), DUE_SIGN);
    assert_int_equal(case_head_due_us(head), world.now_us + HOUR_US / 2);
}

static void what_calls_for_an_emergency_needs_words(void **state)
{
    static const struct {
        const char *category;
        bool now, screen;
        enum refusal want;
    } rows[] = {
        {"B01", false, false, REFUSAL_NONE},
        {"C03", false, false, REFUSAL_TRIAGE_WHY_NO_EMERGENCY},
        {"C08", true, false, REFUSAL_TRIAGE_WHY_NO_EMERGENCY},
        {"B01", false, true, REFUSAL_TRIAGE_WHY_NO_EMERGENCY},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct cmd_triage_case command =
            plain(fresh("agt01"), rows[i].category);

        command.has_occurring = rows[i].now;
        command.occurring = OCCURRING_NOW;
        command.has_screen = rows[i].screen;
        command.screen = (struct type_screen){.has_r4 = true, .r4 = TRI_YES};
        assert_int_equal(
            world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &command),
            rows[i].want);
        if (rows[i].want == REFUSAL_NONE) {
            continue;
        }
        command.has_why_no_emergency = true;
        command.why_no_emergency = text_of("警察已经到了");
        assert_int_equal(
            world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &command),
            REFUSAL_NONE);
    }
}

static void codes_that_do_not_exist(void **state)
{
    static const struct text no_type[] = {{"K99", 3}};
    struct cmd_triage_case command = plain(fresh("agt01"), "Z01");
    struct cmd_triage_case good = plain(command.no, "B01");

    (void)state;
    assert_int_equal(world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &command),
                     REFUSAL_CATEGORY_UNKNOWN);
    command = good;
    command.has_category_2 = true;
    command.category_2 = text_of("TOOLONGCODE");
    assert_int_equal(world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &command),
                     REFUSAL_CATEGORY_UNKNOWN);
    command = good;
    command.child_types = no_type;
    command.child_types_count = 1;
    assert_int_equal(world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &command),
                     REFUSAL_CHILD_TYPE_UNKNOWN);
    command = good;
    command.has_place_home = true;
    command.place_home = (struct type_place){.has_code = true, .code = 110101};
    assert_int_equal(world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &command),
                     REFUSAL_PLACE_UNKNOWN_CODE);
    assert_int_equal(world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &good),
                     REFUSAL_NONE);
    assert_int_equal(world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &good),
                     REFUSAL_CASE_WRONG_STATE);
}

static void two_counties_are_seen(void **state)
{
    struct cmd_triage_case command = plain(fresh("agt01"), "C09");
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    command.urgency = URGENCY_URGENT;
    command.has_place_home = true;
    command.place_home = (struct type_place){.has_code = true, .code = DONGHE};
    assert_int_equal(world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &command),
                     REFUSAL_NONE);
    read_head(head);
    assert_int_equal(case_head_cross_county(head), 1);
    assert_int_equal(case_head_home_code(head), DONGHE);
    assert_string_equal(case_head_lead_unit(head), "protect_centre");
}

static void a_stale_page_is_told(void **state)
{
    struct cmd_triage_case command = plain(fresh("agt01"), "B01");
    struct cmd_add_note note = {.no = command.no, .text = {"补充", 6}};

    (void)state;
    world.has_if_match = true;
    world.if_match = 9;
    assert_int_equal(world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &command),
                     REFUSAL_VERSION_STALE);
    assert_int_equal(world.last.current_version, 1);
    /* A note in between moves nothing that the page relied on. */
    assert_int_equal(world_do(&world, "agt01", COMMAND_ADD_NOTE, &note),
                     REFUSAL_NONE);
    world.has_if_match = true;
    world.if_match = 1;
    assert_int_equal(world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &command),
                     REFUSAL_NONE);
    world.has_if_match = true;
    world.if_match = 2;
    assert_int_equal(world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &command),
                     REFUSAL_VERSION_STALE);
}

static struct cmd_change_urgency change(struct case_no no, enum urgency to)
{
    return (struct cmd_change_urgency){
        .no = no, .urgency = to, .text = {"新情况", 9}};
}

static void a_changed_urgency_counts_anew_from_the_start(void **state)
{
    struct cmd_triage_case command = plain(fresh("agt01"), "B01");
    int64_t registered_us = world.now_us;
    struct cmd_change_urgency up = change(command.no, URGENCY_URGENT);
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &command),
                     REFUSAL_NONE);
    world.now_us += HOUR_US;
    assert_int_equal(world_do(&world, "agt01", COMMAND_CHANGE_URGENCY, &up),
                     REFUSAL_RIGHT_DENIED);
    assert_int_equal(world_do(&world, "ldr01", COMMAND_CHANGE_URGENCY, &up),
                     REFUSAL_NONE);
    read_head(head);
    /* Fifteen minutes from the registration: past already. */
    assert_int_equal(case_head_due_us(head), registered_us + HOUR_US / 4);
    assert_int_equal(world_do(&world, "ldr01", COMMAND_CHANGE_URGENCY, &up),
                     REFUSAL_URGENCY_SAME);
}

static void only_the_centre_lowers_a_danger(void **state)
{
    struct case_no no = fresh("agt01");
    struct cmd_start_emergency emergency = {.no = no};
    struct cmd_change_urgency down = change(no, URGENCY_URGENT);

    (void)state;
    assert_int_equal(
        world_do(&world, "agt01", COMMAND_START_EMERGENCY, &emergency),
        REFUSAL_NONE);
    assert_int_equal(world_do(&world, "ldr01", COMMAND_CHANGE_URGENCY, &down),
                     REFUSAL_URGENCY_CENTRE_ONLY);
    assert_int_equal(world_do(&world, "ctr01", COMMAND_CHANGE_URGENCY, &down),
                     REFUSAL_NONE);
}

/* Who classifies an emergency afterwards does not slow it by that. */
static void classifying_lowers_no_emergency(void **state)
{
    const struct cmd_raise_emergency red = {
        .matter = {"孩子被打", 12},
        .place_now = {.has_code = true, .code = GUYANG_VILLAGE},
    };
    struct cmd_triage_case command;
    uint8_t head[CASE_HEAD_BYTES];
    int64_t due_us;

    (void)state;
    assert_int_equal(world_do(&world, "agt01", COMMAND_RAISE_EMERGENCY, &red),
                     REFUSAL_NONE);
    read_head(head);
    due_us = case_head_due_us(head);
    command = plain(world_no(&world, world.last.object), "B01");
    assert_int_equal(world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &command),
                     REFUSAL_URGENCY_CENTRE_ONLY);
    command.urgency = URGENCY_URGENT;
    assert_int_equal(world_do(&world, "ldr01", COMMAND_TRIAGE_CASE, &command),
                     REFUSAL_URGENCY_CENTRE_ONLY);
    command.urgency = URGENCY_MOST_URGENT;
    assert_int_equal(world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &command),
                     REFUSAL_NONE);
    read_head(head);
    assert_int_equal(case_head_urgency(head), URGENCY_MOST_URGENT);
    assert_int_equal(case_head_due_us(head), due_us);
}

static void the_centre_may_classify_it_lower(void **state)
{
    const struct cmd_raise_emergency red = {
        .matter = {"孩子被打", 12},
        .place_now = {.has_code = true, .code = GUYANG_VILLAGE},
    };
    struct cmd_triage_case command;

    (void)state;
    assert_int_equal(world_do(&world, "agt01", COMMAND_RAISE_EMERGENCY, &red),
                     REFUSAL_NONE);
    command = plain(world_no(&world, world.last.object), "B01");
    assert_int_equal(world_do(&world, "ctr01", COMMAND_TRIAGE_CASE, &command),
                     REFUSAL_NONE);
}

/* How many events a tick makes of the clock for dispatch. */
static size_t late(struct id case_id, int64_t due_us)
{
    const struct cmd_tick tick = {
        .has_case_id = true,
        .case_id = case_id,
        .has_clock = true,
        .clock = DUE_DISPATCH,
        .has_due_at = true,
        .due_at = due_us,
    };

    assert_int_equal(world_do(&world, "", COMMAND_TICK, &tick), REFUSAL_NONE);
    return world.last.event_count;
}

/* One lateness is told once, however often its clock is counted anew. */
static void a_clock_that_is_red_stays_red(void **state)
{
    struct cmd_triage_case command = plain(fresh("agt01"), "B01");
    struct cmd_change_urgency up = change(command.no, URGENCY_URGENT);
    uint8_t head[CASE_HEAD_BYTES];
    struct id case_id = world.last.object;

    (void)state;
    assert_true(world_case_head(&world, case_id, head));
    world.now_us += 48 * HOUR_US;
    assert_int_equal(late(case_id, case_head_due_us(head)), 1);
    assert_int_equal(world_do(&world, "agt01", COMMAND_TRIAGE_CASE, &command),
                     REFUSAL_NONE);
    assert_true(world_case_head(&world, case_id, head));
    assert_int_equal(case_head_overdue(head), 1);
    assert_int_equal(world_do(&world, "ldr01", COMMAND_CHANGE_URGENCY, &up),
                     REFUSAL_NONE);
    assert_true(world_case_head(&world, case_id, head));
    assert_int_equal(late(case_id, case_head_due_us(head)), 0);
    assert_int_equal(case_head_overdue(head), 1);
    assert_int_equal(case_head_overdue_count(head), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_general_case_waits_for_its_dispatch),
        cmocka_unit_test(an_urgent_one_goes_by_itself),
        cmocka_unit_test(what_calls_for_an_emergency_needs_words),
        cmocka_unit_test(codes_that_do_not_exist),
        cmocka_unit_test(two_counties_are_seen),
        cmocka_unit_test(a_stale_page_is_told),
        cmocka_unit_test(a_changed_urgency_counts_anew_from_the_start),
        cmocka_unit_test(only_the_centre_lowers_a_danger),
        cmocka_unit_test(classifying_lowers_no_emergency),
        cmocka_unit_test(the_centre_may_classify_it_lower),
        cmocka_unit_test(a_clock_that_is_red_stays_red),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
