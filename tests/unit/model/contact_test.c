/*
 * contact_test.c - a contact is taken, then ended once; every no on the way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model_fixture.h"

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

static enum refusal close_it(const char *login, struct id contact)
{
    struct cmd_close_contact command = {.contact_id = contact,
                                        .reason = CLOSE_REASON_SILENT};

    return world_do(&world, login, COMMAND_CLOSE_CONTACT, &command);
}

static void taking_keeps_all_that_is_known(void **state)
{
    struct cmd_take_contact command = {
        .channel = CHANNEL_VISIT,
        .has_number = true,
        .number = text_of("00000000011"),
        .has_number_withheld = true,
        .number_withheld = true,
        .has_language = true,
        .language = LANGUAGE_MN,
        .has_anonymity = true,
        .anonymity = ANONYMITY_SECRET,
    };
    struct actor agent = world_actor(&world, "agt01");
    uint8_t head[CONTACT_HEAD_BYTES];
    struct text json;

    (void)state;
    assert_int_equal(world_do(&world, "agt01", COMMAND_TAKE_CONTACT, &command),
                     REFUSAL_NONE);
    assert_int_equal(world.last.event_count, 1);
    assert_int_equal(world.last.events[0].type, EVENT_CONTACT_TAKEN);
    assert_true(id_equal(world.last.events[0].object, world.last.object));
    assert_true(world_contact(&world, world.last.object, head));
    assert_int_equal(contact_head_state(head), CONTACT_STATE_OPEN);
    assert_int_equal(contact_head_version(head), 1);
    assert_int_equal(contact_head_channel(head), CHANNEL_VISIT);
    assert_int_equal(contact_head_language(head), LANGUAGE_MN);
    assert_int_equal(contact_head_anonymity(head), ANONYMITY_SECRET);
    assert_int_equal(contact_head_number_withheld(head), 1);
    assert_int_equal(contact_head_training(head), 0);
    assert_int_equal(contact_head_taken_us(head), world.now_us);
    assert_true(id_equal(contact_head_agent(head), agent.account));
    assert_memory_equal(contact_head_unit(head), agent.unit, 16);
    assert_false(id_is_zero(contact_head_reporter_subject(head)));
    assert_false(id_is_zero(contact_head_narrative_subject(head)));
    json = world_part(&world, world.first_seq, PART_CLASS_REPORTER);
    assert_true(text_holds(json, "00000000011"));
    assert_false(text_holds(world.last.events[0].open, "00000000011"));
}

static void a_silent_call_needs_nothing_but_its_channel(void **state)
{
    struct id contact = world_take(&world, "agt01");
    uint8_t head[CONTACT_HEAD_BYTES];

    (void)state;
    assert_int_equal(world.last.events[0].part_count, 1);
    assert_true(world_contact(&world, contact, head));
    assert_true(id_is_zero(contact_head_reporter_subject(head)));
    assert_int_equal(close_it("agt01", contact), REFUSAL_NONE);
    assert_int_equal(world.last.event_count, 1);
    assert_true(world_contact(&world, contact, head));
    assert_int_equal(contact_head_state(head), CONTACT_STATE_CLOSED);
    assert_int_equal(contact_head_close_reason(head), CLOSE_REASON_SILENT);
    assert_int_equal(contact_head_closed_us(head), world.now_us);
    assert_int_equal(contact_head_version(head), 2);
}

static void what_has_ended_does_not_end_again(void **state)
{
    struct id closed = world_take(&world, "agt01");
    struct id registered = world_take(&world, "agt01");

    (void)state;
    assert_int_equal(close_it("agt01", closed), REFUSAL_NONE);
    assert_int_equal(close_it("agt01", closed), REFUSAL_CONTACT_NOT_OPEN);
    assert_false(world.last.denied_by_right);
    (void)world_register(&world, "agt01", registered, 0);
    assert_int_equal(close_it("agt01", registered), REFUSAL_CONTACT_NOT_OPEN);
}

static void an_unknown_and_a_foreign_contact_look_alike(void **state)
{
    struct id contact = world_take(&world, "agt01");

    (void)state;
    assert_int_equal(close_it("agt02", contact), REFUSAL_CONTACT_UNKNOWN);
    assert_true(world.last.denied_by_right);
    assert_int_equal(close_it("agt02", fixture_id(77)),
                     REFUSAL_CONTACT_UNKNOWN);
    assert_false(world.last.denied_by_right);
    assert_int_equal(close_it("cty_gy", contact), REFUSAL_CONTACT_UNKNOWN);
    assert_int_equal(close_it("ldr01", contact), REFUSAL_NONE);
}

static void who_takes_no_calls_is_denied(void **state)
{
    static const char *const logins[] = {"cty_gy", "twn_blm", "adm01", ""};
    struct cmd_take_contact command = {.channel = CHANNEL_PHONE};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(logins); i++) {
        assert_int_equal(
            world_do(&world, logins[i], COMMAND_TAKE_CONTACT, &command),
            REFUSAL_RIGHT_DENIED);
        assert_true(world.last.denied_by_right);
    }
}

static void a_late_entry_tells_when_it_happened(void **state)
{
    struct cmd_take_contact command = {
        .channel = CHANNEL_LETTER,
        .has_occurred_at = true,
        .occurred_at = WORLD_START_US - 3600 * INT64_C(1000000),
    };
    uint8_t head[CONTACT_HEAD_BYTES];

    (void)state;
    assert_int_equal(world_do(&world, "agt01", COMMAND_TAKE_CONTACT, &command),
                     REFUSAL_NONE);
    assert_true(world_contact(&world, world.last.object, head));
    assert_int_equal(contact_head_taken_us(head), command.occurred_at);
    command.occurred_at = world.now_us + 2000000;
    assert_int_equal(world_do(&world, "agt01", COMMAND_TAKE_CONTACT, &command),
                     REFUSAL_FIELD_INVALID);
    assert_string_equal(world.last.problem.pointer, "/occurred_at");
    assert_string_equal(world.last.problem.code, "field.out_of_range");
}

static void drills_are_marked(void **state)
{
    uint8_t head[CONTACT_HEAD_BYTES];
    uint8_t case_head[CASE_HEAD_BYTES];
    struct id contact;
    struct id made;

    (void)state;
    world.flags = RECORD_TRAINING;
    contact = world_take(&world, "agt01");
    made = world_register(&world, "agt01", contact, 0);
    world.flags = 0;
    assert_true(world_contact(&world, contact, head));
    assert_int_equal(contact_head_training(head), 1);
    assert_true(world_case_head(&world, made, case_head));
    assert_int_equal(case_head_training(case_head), 1);
}

static void an_agents_list_follows_the_state(void **state)
{
    struct actor agent = world_actor(&world, "agt01");
    uint8_t key[CONTACT_BY_AGENT_KEY_BYTES];
    uint8_t row[CONTACT_BY_AGENT_BYTES];
    struct id contact = world_take(&world, "agt01");

    (void)state;
    contact_by_agent_key(key, agent.account, contact);
    assert_true(world_row(&world, TABLE_CONTACT_BY_AGENT,
                          SPAN(key, sizeof(key)), row, sizeof(row)));
    assert_int_equal(contact_by_agent_state(row), CONTACT_STATE_OPEN);
    assert_int_equal(close_it("ldr01", contact), REFUSAL_NONE);
    assert_true(world_row(&world, TABLE_CONTACT_BY_AGENT,
                          SPAN(key, sizeof(key)), row, sizeof(row)));
    assert_int_equal(contact_by_agent_state(row), CONTACT_STATE_CLOSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taking_keeps_all_that_is_known),
        cmocka_unit_test(a_silent_call_needs_nothing_but_its_channel),
        cmocka_unit_test(what_has_ended_does_not_end_again),
        cmocka_unit_test(an_unknown_and_a_foreign_contact_look_alike),
        cmocka_unit_test(who_takes_no_calls_is_denied),
        cmocka_unit_test(a_late_entry_tells_when_it_happened),
        cmocka_unit_test(drills_are_marked),
        cmocka_unit_test(an_agents_list_follows_the_state),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
