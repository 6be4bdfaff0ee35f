/*
 * assignment_test.c - giving a case out and signing for it: T7, T8, T22.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/main_path.h"

#define TICK(field) (1U << (FIELD_TICK_##field - 1))

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

static struct cmd_dispatch_case to(struct id case_id, const char *lead)
{
    return (struct cmd_dispatch_case){
        .no = world_no(&world, case_id),
        .lead = text_of(lead),
        .has_text = true,
        .text = text_of("就近办理"),
    };
}

static struct cmd_sign_case sign(struct id case_id, const char *handler)
{
    return (struct cmd_sign_case){
        .no = world_no(&world, case_id),
        .has_handler = handler != NULL,
        .handler = text_of(handler == NULL ? "" : handler),
    };
}

static struct ev_case_dispatched dispatched(void)
{
    struct ev_case_dispatched e;

    assert_int_equal(world.last.event_count, 1);
    assert_int_equal(world.last.events[0].type, EVENT_CASE_DISPATCHED);
    assert_int_equal(
        ev_case_dispatched_decode(world.last.events[0].open, world.arena, &e)
            .code,
        ERR_NONE);
    return e;
}

/* ------------------------------------------------------------- dispatch -- */

static void a_case_is_given_to_a_lead_and_to_others(void **state)
{
    static const enum field_tick lead_fields[] = {
        FIELD_TICK_HEALTH, FIELD_TICK_CHILD, FIELD_TICK_HEALTH};
    static const enum field_tick police_fields[] = {FIELD_TICK_SUSPECT};
    static const struct type_receiver receivers[] = {
        {.unit = {"police", 6},
         .has_fields = true,
         .fields = police_fields,
         .fields_count = 1},
        {.unit = {"women", 5},
         .has_informed_only = true,
         .informed_only = true,
         .has_fields = true,
         .fields = police_fields,
         .fields_count = 1},
        {.unit = {"education", 9}},
    };
    struct id id = path_triaged(&world, "B01");
    struct cmd_dispatch_case command = to(id, "ca_gy");
    uint8_t head[CASE_HEAD_BYTES];
    struct ev_case_dispatched e;

    (void)state;
    assert_true(path_runs(&world, id, DUE_DISPATCH));
    command.has_lead_fields = true;
    command.lead_fields = lead_fields;
    command.lead_fields_count = ARRAY_COUNT(lead_fields);
    command.has_receivers = true;
    command.receivers = receivers;
    command.receivers_count = ARRAY_COUNT(receivers);
    assert_int_equal(world_do(&world, "ldr01", COMMAND_DISPATCH_CASE, &command),
                     REFUSAL_NONE);
    e = dispatched();
    assert_int_equal(e.assignment, 1);
    assert_int_equal(e.lead_fields_count, 2); /* each once */
    assert_int_equal(e.receivers[1].fields_count, 0);
    assert_int_equal(e.receivers[2].fields_count, 3);
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_state(head), CASE_STATE_DISPATCHED);
    assert_string_equal(case_head_lead_unit(head), "ca_gy");
    assert_string_equal(case_head_ball_unit(head), "ca_gy");
    assert_string_equal(case_head_party_1(head), "police");
    assert_string_equal(case_head_party_2(head), "women");
    assert_string_equal(case_head_party_3(head), "education");
    assert_int_equal(case_head_party_4(head)[0], '\0');
    assert_int_equal(case_head_party_count(head), 3);
    assert_int_equal(case_head_informed_mask(head), 2);
    assert_int_equal(case_head_lead_fields(head), TICK(CHILD) | TICK(HEALTH));
    assert_int_equal(case_head_party_fields(head),
                     TICK(SUSPECT) |
                         (TICK(CHILD) | TICK(ADDRESS) | TICK(NARRATIVE)) << 16);
    assert_int_equal(case_head_assignments(head), 1);
    assert_int_equal(case_head_designated(head), 0);
}

static void what_is_not_ticked_has_a_default(void **state)
{
    struct id id = path_triaged(&world, "B01");
    struct cmd_dispatch_case command = to(id, "ca_gy");
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(world_do(&world, "ctr01", COMMAND_DISPATCH_CASE, &command),
                     REFUSAL_NONE);
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_lead_fields(head),
                     TICK(CHILD) | TICK(ADDRESS) | TICK(GUARDIAN) |
                         TICK(NARRATIVE) | TICK(SUSPECT));
    assert_int_equal(case_head_party_count(head), 0);
    assert_int_equal(case_head_party_fields(head), 0);
}

static void nothing_ticked_is_nothing_given(void **state)
{
    struct id id = path_triaged(&world, "B01");
    struct cmd_dispatch_case command = to(id, "ca_gy");
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    command.has_lead_fields = true;
    assert_int_equal(world_do(&world, "ldr01", COMMAND_DISPATCH_CASE, &command),
                     REFUSAL_NONE);
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_lead_fields(head), 0);
}

static void the_clocks_of_a_dispatch(void **state)
{
    struct id id = path_dispatched(&world, "B01");
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_false(path_runs(&world, id, DUE_DISPATCH));
    assert_true(path_runs(&world, id, DUE_SIGN));
    assert_true(path_runs(&world, id, DUE_HANDLE));
    assert_false(path_runs(&world, id, DUE_FIRST_CONTACT));
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_due_clock(head), DUE_SIGN);
    assert_true(path_due_us(&world, id, DUE_HANDLE) >
                path_due_us(&world, id, DUE_SIGN));
}

static void the_directory_is_followed_or_answered(void **state)
{
    struct cmd_dispatch_case command = to(path_triaged(&world, "B01"), "ca_gy");
    struct ev_case_dispatched e;

    (void)state;
    command.has_text = false;
    assert_int_equal(world_do(&world, "ldr01", COMMAND_DISPATCH_CASE, &command),
                     REFUSAL_NONE);
    e = dispatched();
    assert_int_equal(e.mode, DISPATCH_MODE_SUGGESTED);
    assert_true(e.has_rule && e.rule.size > 0 && e.rule_version > 0);

    command = to(path_triaged(&world, "B01"), "ca_dm");
    command.has_text = false;
    assert_int_equal(world_do(&world, "ldr01", COMMAND_DISPATCH_CASE, &command),
                     REFUSAL_DISPATCH_REASON_REQUIRED);
    command.has_text = true;
    assert_int_equal(world_do(&world, "ldr01", COMMAND_DISPATCH_CASE, &command),
                     REFUSAL_NONE);
    e = dispatched();
    assert_int_equal(e.mode, DISPATCH_MODE_CHOSEN);
    assert_true(text_holds(
        world_part(&world, world.first_seq, PART_CLASS_NARRATIVE), "就近办理"));
    assert_false(text_holds(world.last.events[0].open, "就近办理"));
}

static void units_are_known_and_named_once(void **state)
{
    static const struct {
        const char *lead, *first, *second;
        enum refusal want;
    } rows[] = {
        {"nowhere", NULL, NULL, REFUSAL_UNIT_UNKNOWN},
        {"a_name_too_long_", NULL, NULL, REFUSAL_UNIT_UNKNOWN},
        {"ca_gy", "nowhere", NULL, REFUSAL_UNIT_UNKNOWN},
        {"ca_gy", "women", "nowhere", REFUSAL_UNIT_UNKNOWN},
        {"ca_gy", "ca_gy", NULL, REFUSAL_UNIT_TWICE},
        {"ca_gy", "women", "ca_gy", REFUSAL_UNIT_TWICE},
        {"ca_gy", "women", "women", REFUSAL_UNIT_TWICE},
        {"ca_gy", "women", "police", REFUSAL_NONE},
    };
    struct id id = path_triaged(&world, "B01");

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct cmd_dispatch_case command = to(id, rows[i].lead);
        struct type_receiver receivers[2] = {
            {.unit = text_of(rows[i].first == NULL ? "" : rows[i].first)},
            {.unit = text_of(rows[i].second == NULL ? "" : rows[i].second)},
        };

        command.has_receivers = true;
        command.receivers = receivers;
        command.receivers_count =
            (size_t)(rows[i].first != NULL) + (size_t)(rows[i].second != NULL);
        assert_int_equal(
            world_do(&world, "ldr01", COMMAND_DISPATCH_CASE, &command),
            rows[i].want);
    }
    assert_int_equal(path_state(&world, id), CASE_STATE_DISPATCHED);
}

static void who_may_dispatch_and_when(void **state)
{
    struct id fresh = world_case(&world, "agt01", PATH_PLACE);
    struct id id = path_triaged(&world, "B01");
    struct cmd_dispatch_case command = to(fresh, "ca_gy");

    (void)state;
    assert_int_equal(world_do(&world, "ldr01", COMMAND_DISPATCH_CASE, &command),
                     REFUSAL_CASE_WRONG_STATE);
    command = to(id, "ca_gy");
    assert_int_equal(world_do(&world, "agt01", COMMAND_DISPATCH_CASE, &command),
                     REFUSAL_RIGHT_DENIED);
    world.has_if_match = true;
    world.if_match = 1; /* before its triage */
    assert_int_equal(world_do(&world, "ldr01", COMMAND_DISPATCH_CASE, &command),
                     REFUSAL_VERSION_STALE);
    assert_int_equal(world_do(&world, "ldr01", COMMAND_DISPATCH_CASE, &command),
                     REFUSAL_NONE);
    assert_int_equal(world_do(&world, "ldr01", COMMAND_DISPATCH_CASE, &command),
                     REFUSAL_CASE_WRONG_STATE);
}

/* ----------------------------------------------------------------- sign -- */

static void signing_names_a_handler(void **state)
{
    static const struct {
        const char *login, *handler, *want;
    } rows[] = {
        {"cty_gy", NULL, "cty_gy"},
        {"cty_gy", "cty_gy2", "cty_gy2"},
        {"cty_gy2", "cty_gy2", "cty_gy2"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct id id = path_dispatched(&world, "B01");
        struct cmd_sign_case command = sign(id, rows[i].handler);
        uint8_t head[CASE_HEAD_BYTES];

        command.has_handler_name = true;
        command.handler_name = text_of("测试经办");
        assert_int_equal(
            world_do(&world, rows[i].login, COMMAND_SIGN_CASE, &command),
            REFUSAL_NONE);
        assert_true(world_case_head(&world, id, head));
        assert_int_equal(case_head_state(head), CASE_STATE_IN_PROGRESS);
        assert_string_equal(case_head_ball_unit(head), "ca_gy");
        assert_true(id_equal(case_head_handler(head),
                             path_account(&world, rows[i].want)));
        assert_true(text_holds(
            world_part(&world, world.first_seq, PART_CLASS_NARRATIVE),
            "测试经办"));
        assert_false(text_holds(world.last.events[0].open, "测试经办"));
        assert_false(path_runs(&world, id, DUE_SIGN));
        assert_true(path_runs(&world, id, DUE_FIRST_CONTACT));
        assert_true(path_runs(&world, id, DUE_HANDLE));
    }
}

static void a_handler_is_of_the_lead_and_works(void **state)
{
    static const char *const wrong[] = {"nobody", "cty_dm", "ctr01", "gone_gy"};
    struct cmd_disable_account disable = {.login = text_of("gone_gy")};
    struct id id = path_dispatched(&world, "B01");

    (void)state;
    assert_int_equal(world_add_account(&world, "gone_gy", "R-CTY", "ca_gy"),
                     REFUSAL_NONE);
    assert_int_equal(world_do(&world, "", COMMAND_DISABLE_ACCOUNT, &disable),
                     REFUSAL_NONE);
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        struct cmd_sign_case command = sign(id, wrong[i]);

        assert_int_equal(
            world_do(&world, "cty_gy", COMMAND_SIGN_CASE, &command),
            REFUSAL_HANDLER_UNKNOWN);
    }
    assert_int_equal(path_state(&world, id), CASE_STATE_DISPATCHED);
}

static void who_may_sign_and_when(void **state)
{
    struct id id = path_triaged(&world, "B01");
    struct cmd_sign_case command = sign(id, NULL);

    (void)state;
    path_dispatch(&world, id, "ca_gy");
    /* Another county, and the dispatcher: neither is the lead unit. */
    assert_int_equal(world_do(&world, "cty_dm", COMMAND_SIGN_CASE, &command),
                     REFUSAL_CASE_UNKNOWN);
    assert_int_equal(world_do(&world, "ldr01", COMMAND_SIGN_CASE, &command),
                     REFUSAL_RIGHT_DENIED);
    assert_int_equal(world_do(&world, "cty_gy", COMMAND_SIGN_CASE, &command),
                     REFUSAL_NONE);
    assert_int_equal(world_do(&world, "cty_gy", COMMAND_SIGN_CASE, &command),
                     REFUSAL_CASE_WRONG_STATE);
}

static void a_redo_is_signed_for_again(void **state)
{
    static const enum review_defect facts[] = {REVIEW_DEFECT_FACTS};
    struct id id = path_submitted(&world, "B01", CHILD_SAFETY_SAFE);
    struct cmd_review_result back = {
        .no = world_no(&world, id), .defects = facts, .defects_count = 1};
    struct cmd_sign_case command = sign(id, "cty_gy2");
    uint8_t head[CASE_HEAD_BYTES];
    int64_t due_us;

    (void)state;
    assert_int_equal(world_do(&world, "ctr01", COMMAND_REVIEW_RESULT, &back),
                     REFUSAL_NONE);
    due_us = path_due_us(&world, id, DUE_REDO);
    assert_int_equal(world_do(&world, "cty_gy", COMMAND_SIGN_CASE, &command),
                     REFUSAL_NONE);
    assert_true(world_case_head(&world, id, head));
    assert_int_equal(case_head_state(head), CASE_STATE_IN_PROGRESS);
    assert_true(
        id_equal(case_head_handler(head), path_account(&world, "cty_gy2")));
    assert_int_equal(path_due_us(&world, id, DUE_REDO), due_us);
    path_submit(&world, id, "cty_gy2", CHILD_SAFETY_SAFE);
    assert_false(path_runs(&world, id, DUE_REDO));
}

static void a_replay_gives_the_same_tables(void **state)
{
    (void)state;
    path_replay(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_is_given_to_a_lead_and_to_others),
        cmocka_unit_test(what_is_not_ticked_has_a_default),
        cmocka_unit_test(nothing_ticked_is_nothing_given),
        cmocka_unit_test(the_clocks_of_a_dispatch),
        cmocka_unit_test(the_directory_is_followed_or_answered),
        cmocka_unit_test(units_are_known_and_named_once),
        cmocka_unit_test(who_may_dispatch_and_when),
        cmocka_unit_test(signing_names_a_handler),
        cmocka_unit_test(a_handler_is_of_the_lead_and_works),
        cmocka_unit_test(who_may_sign_and_when),
        cmocka_unit_test(a_redo_is_signed_for_again),
        cmocka_unit_test(a_replay_gives_the_same_tables),
    };

    return cmocka_run_group_tests_name("assignment", tests, start, stop);
}
