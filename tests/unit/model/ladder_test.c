/*
 * ladder_test.c - danger first: the red key, the lamps, standing down.
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

#define KUNDULUN UINT64_C(150203001901)
#define MINUTE_US (INT64_C(60) * 1000000)

static struct cmd_raise_emergency key_at(uint64_t place)
{
    return (struct cmd_raise_emergency){
        .matter = text_of("对门在打孩子"),
        .place_now = {.has_code = place != 0,
                      .code = place,
                      .has_unknown = place == 0,
                      .unknown = place == 0},
    };
}

static void read_head(uint8_t *head)
{
    assert_true(world_case_head(&world, world.last.object, head));
}

static void place_and_words_are_enough(void **state)
{
    static const uint16_t events[] = {
        EVENT_CONTACT_TAKEN, EVENT_CASE_REGISTERED, EVENT_EMERGENCY_STARTED,
        EVENT_CASE_DISPATCHED};
    struct cmd_raise_emergency key = key_at(KUNDULUN);
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(world_do(&world, "agt01", COMMAND_RAISE_EMERGENCY, &key),
                     REFUSAL_NONE);
    assert_int_equal(world.last.event_count, ARRAY_COUNT(events));
    for (size_t i = 0; i < ARRAY_COUNT(events); i++) {
        assert_int_equal(world.last.events[i].type, events[i]);
    }
    read_head(head);
    assert_int_equal(case_head_state(head), CASE_STATE_DISPATCHED);
    assert_int_equal(case_head_urgency(head), URGENCY_MOST_URGENT);
    assert_int_equal(case_head_ladder_state(head), LADDER_STATE_RUNNING);
    assert_int_equal(case_head_danger(head), 1);
    assert_int_equal(path_lamp(head, LADDER_STEP_L0), LAMP_DONE);
    assert_int_equal(path_lamp(head, LADDER_STEP_L1), LAMP_DARK);
    assert_string_equal(case_head_lead_unit(head), "ca_kq");
    assert_int_equal(case_head_due_clock(head), DUE_SIGN);
    assert_int_equal(case_head_due_us(head), world.now_us + 10 * MINUTE_US);
}

static void an_open_call_becomes_the_case(void **state)
{
    struct id contact = world_take(&world, "agt01");
    struct cmd_raise_emergency key = key_at(KUNDULUN);
    uint8_t row[CONTACT_HEAD_BYTES];
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    key.has_contact_id = true;
    key.contact_id = contact;
    assert_int_equal(world_do(&world, "agt01", COMMAND_RAISE_EMERGENCY, &key),
                     REFUSAL_NONE);
    assert_int_equal(world.last.events[0].type, EVENT_CASE_REGISTERED);
    read_head(head);
    assert_true(id_equal(case_head_contact_id(head), contact));
    assert_true(world_contact(&world, contact, row));
    assert_int_equal(contact_head_state(row), CONTACT_STATE_REGISTERED);
    assert_int_equal(world_do(&world, "agt01", COMMAND_RAISE_EMERGENCY, &key),
                     REFUSAL_CONTACT_NOT_OPEN);
}

static void an_unknown_place_goes_to_the_centre(void **state)
{
    struct cmd_raise_emergency key = key_at(0);
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(world_do(&world, "agt01", COMMAND_RAISE_EMERGENCY, &key),
                     REFUSAL_NONE);
    read_head(head);
    assert_string_equal(case_head_lead_unit(head), "protect_centre");
}

static void what_the_key_does_not_take(void **state)
{
    struct cmd_raise_emergency key = key_at(110101);

    (void)state;
    assert_int_equal(world_do(&world, "agt01", COMMAND_RAISE_EMERGENCY, &key),
                     REFUSAL_PLACE_UNKNOWN_CODE);
    key.place_now = (struct type_place){0};
    assert_int_equal(world_do(&world, "agt01", COMMAND_RAISE_EMERGENCY, &key),
                     REFUSAL_PLACE_EMPTY);
    key = key_at(KUNDULUN);
    assert_int_equal(world_do(&world, "adm01", COMMAND_RAISE_EMERGENCY, &key),
                     REFUSAL_RIGHT_DENIED);
    assert_int_equal(world_do(&world, "cty_dm", COMMAND_RAISE_EMERGENCY, &key),
                     REFUSAL_NONE);
}

static struct case_no raised(void)
{
    struct cmd_raise_emergency key = key_at(KUNDULUN);

    assert_int_equal(world_do(&world, "agt01", COMMAND_RAISE_EMERGENCY, &key),
                     REFUSAL_NONE);
    return world_no(&world, world.last.object);
}

static enum refusal mark(struct case_no no, enum ladder_step step,
                         enum ladder_outcome outcome)
{
    struct cmd_mark_ladder c = {.no = no, .step = step, .outcome = outcome};

    return world_do(&world, "agt01", COMMAND_MARK_LADDER, &c);
}

static enum lamp lamp_of(enum ladder_step step)
{
    uint8_t head[CASE_HEAD_BYTES];

    read_head(head);
    return path_lamp(head, step);
}

static void help_is_called_before_all_others(void **state)
{
    struct case_no no = raised();

    (void)state;
    assert_int_equal(mark(no, LADDER_STEP_L2A, LADDER_OUTCOME_STARTED),
                     REFUSAL_LADDER_HELP_FIRST);
    assert_int_equal(mark(no, LADDER_STEP_L1, LADDER_OUTCOME_STARTED),
                     REFUSAL_NONE);
    assert_int_equal(lamp_of(LADDER_STEP_L1), LAMP_RUNNING);
    assert_int_equal(mark(no, LADDER_STEP_L2A, LADDER_OUTCOME_NO_ANSWER),
                     REFUSAL_NONE);
    assert_int_equal(lamp_of(LADDER_STEP_L2A), LAMP_MISSED);
    /* Nobody waits for another step's success. */
    assert_int_equal(mark(no, LADDER_STEP_L5, LADDER_OUTCOME_STARTED),
                     REFUSAL_NONE);
    assert_int_equal(mark(no, LADDER_STEP_L5, LADDER_OUTCOME_ANSWERED),
                     REFUSAL_NONE);
    assert_int_equal(lamp_of(LADDER_STEP_L5), LAMP_RUNNING);
    assert_int_equal(mark(no, LADDER_STEP_L5, LADDER_OUTCOME_ACKNOWLEDGED),
                     REFUSAL_NONE);
    assert_int_equal(lamp_of(LADDER_STEP_L5), LAMP_DONE);
    assert_int_equal(mark(no, LADDER_STEP_L5, LADDER_OUTCOME_NO_ANSWER),
                     REFUSAL_NONE);
    assert_int_equal(lamp_of(LADDER_STEP_L5), LAMP_DONE);
}

static void outcomes_belong_to_their_steps(void **state)
{
    static const struct {
        enum ladder_step step;
        enum ladder_outcome outcome;
        enum refusal want;
    } rows[] = {
        {LADDER_STEP_L1, LADDER_OUTCOME_ANSWERED, REFUSAL_NONE},
        {LADDER_STEP_L0, LADDER_OUTCOME_STARTED, REFUSAL_LADDER_OUTCOME},
        {LADDER_STEP_L1, LADDER_OUTCOME_AVOIDED, REFUSAL_LADDER_OUTCOME},
        {LADDER_STEP_L1, LADDER_OUTCOME_SAFE, REFUSAL_LADDER_OUTCOME},
        {LADDER_STEP_L2B, LADDER_OUTCOME_AVOIDED, REFUSAL_NONE},
        {LADDER_STEP_L2B, LADDER_OUTCOME_ARRIVED, REFUSAL_LADDER_OUTCOME},
        {LADDER_STEP_L6, LADDER_OUTCOME_ARRIVED, REFUSAL_NONE},
        {LADDER_STEP_L6, LADDER_OUTCOME_NO_ANSWER, REFUSAL_LADDER_OUTCOME},
        {LADDER_STEP_L7, LADDER_OUTCOME_SAFE, REFUSAL_NONE},
        {LADDER_STEP_L7, LADDER_OUTCOME_ARRIVED, REFUSAL_LADDER_OUTCOME},
    };
    struct case_no no = raised();

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(mark(no, rows[i].step, rows[i].outcome), rows[i].want);
    }
}

static void both_times_of_a_late_entry_stand(void **state)
{
    struct case_no no = raised();
    int64_t began_us = world.now_us;
    struct cmd_mark_ladder c = {.no = no,
                                .step = LADDER_STEP_L1,
                                .outcome = LADDER_OUTCOME_ANSWERED,
                                .has_occurred_at = true,
                                .has_their_no = true,
                                .their_no = text_of("测警-0306-77")};
    struct text open;

    (void)state;
    world.now_us += 30 * MINUTE_US;
    c.occurred_at = began_us + MINUTE_US;
    assert_int_equal(world_do(&world, "agt01", COMMAND_MARK_LADDER, &c),
                     REFUSAL_NONE);
    open = world.last.events[0].open;
    assert_true(text_holds(open, "\"late\":true"));
    assert_false(text_holds(open, "0306"));
    assert_true(world.last.events[0].occurred_us == c.occurred_at);
    c.occurred_at = world.now_us + 60 * MINUTE_US;
    assert_int_equal(world_do(&world, "agt01", COMMAND_MARK_LADDER, &c),
                     REFUSAL_FIELD_INVALID);
}

static void the_centre_stands_down_when_the_child_is_safe(void **state)
{
    struct case_no no = raised();
    struct cmd_stand_down down = {.no = no, .text = {"安全", 6}};
    struct cmd_sign_case sign = {.no = no};
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(world_do(&world, "agt01", COMMAND_STAND_DOWN, &down),
                     REFUSAL_RIGHT_DENIED);
    assert_int_equal(world_do(&world, "ctr01", COMMAND_STAND_DOWN, &down),
                     REFUSAL_EMERGENCY_CHILD_NOT_SAFE);
    assert_int_equal(mark(no, LADDER_STEP_L1, LADDER_OUTCOME_ANSWERED),
                     REFUSAL_NONE);
    assert_int_equal(mark(no, LADDER_STEP_L7, LADDER_OUTCOME_SAFE),
                     REFUSAL_NONE);
    assert_int_equal(world_do(&world, "ctr01", COMMAND_STAND_DOWN, &down),
                     REFUSAL_EMERGENCY_CHILD_NOT_SAFE);
    assert_int_equal(world_add_account(&world, "cty_kq9", "R-CTY", "ca_kq"),
                     REFUSAL_NONE);
    assert_int_equal(world_do(&world, "cty_kq9", COMMAND_SIGN_CASE, &sign),
                     REFUSAL_NONE);
    assert_int_equal(world_do(&world, "ctr01", COMMAND_STAND_DOWN, &down),
                     REFUSAL_NONE);
    read_head(head);
    assert_int_equal(case_head_ladder_state(head), LADDER_STATE_STOOD_DOWN);
    assert_int_equal(case_head_danger(head), 0);
    assert_int_equal(mark(no, LADDER_STEP_L6, LADDER_OUTCOME_ARRIVED),
                     REFUSAL_EMERGENCY_NOT_RUNNING);
}

static void a_case_in_its_path_turns_red(void **state)
{
    struct case_no no = world_no(&world, world_case(&world, "agt01", KUNDULUN));
    struct cmd_start_emergency emergency = {.no = no};
    struct board_counts before;
    struct board_counts after;
    struct store_txn *t;
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(store_read_begin(world.store.store, &t).code, ERR_NONE);
    assert_int_equal(board_counts_read(t, 150203, 20261124, &before).code,
                     ERR_NONE);
    store_end(t);
    assert_int_equal(
        world_do(&world, "agt01", COMMAND_START_EMERGENCY, &emergency),
        REFUSAL_NONE);
    read_head(head);
    assert_int_equal(case_head_state(head), CASE_STATE_DISPATCHED);
    assert_int_equal(store_read_begin(world.store.store, &t).code, ERR_NONE);
    assert_int_equal(board_counts_read(t, 150203, 20261124, &after).code,
                     ERR_NONE);
    store_end(t);
    assert_int_equal(after.open, before.open);
    assert_int_equal(after.emergency, before.emergency + 1);
    assert_int_equal(after.danger, before.danger + 1);
    assert_int_equal(
        world_do(&world, "agt01", COMMAND_START_EMERGENCY, &emergency),
        REFUSAL_EMERGENCY_RUNNING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(place_and_words_are_enough),
        cmocka_unit_test(an_open_call_becomes_the_case),
        cmocka_unit_test(an_unknown_place_goes_to_the_centre),
        cmocka_unit_test(what_the_key_does_not_take),
        cmocka_unit_test(help_is_called_before_all_others),
        cmocka_unit_test(outcomes_belong_to_their_steps),
        cmocka_unit_test(both_times_of_a_late_entry_stand),
        cmocka_unit_test(the_centre_stands_down_when_the_child_is_safe),
        cmocka_unit_test(a_case_in_its_path_turns_red),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
