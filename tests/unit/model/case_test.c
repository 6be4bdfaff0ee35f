/*
 * case_test.c - registering a case and adding notes to it.
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

static const struct type_child two_children[] = {
    {.has_name = true,
     .name = {"甲小雨", 9},
     .has_sex = true,
     .sex = SEX_FEMALE,
     .has_age_years = true,
     .age_years = 7,
     .has_school = true,
     .school = {"测试小学", 12}},
    {.has_age_years = true, .age_years = 3},
};

static struct cmd_register_case whole(struct id contact)
{
    return (struct cmd_register_case){
        .contact_id = contact,
        .matter = text_of("对门在打孩子"),
        .place_now = {.has_code = true,
                      .code = 150203001901,
                      .has_text = true,
                      .text = text_of("3号楼")},
        .has_occurring = true,
        .occurring = OCCURRING_NOW,
        .has_reporter = true,
        .reporter = {.has_name = true,
                     .name = text_of("己大勇"),
                     .has_caller_is = true,
                     .caller_is = CALLER_IS_NEIGHBOUR,
                     .has_phone = true,
                     .phone = text_of("00000000012"),
                     .has_callback_phone = true,
                     .callback_phone = text_of("00000000013"),
                     .has_safe_time = true,
                     .safe_time = text_of("午后"),
                     .has_wants_reply = true,
                     .wants_reply = TRI_YES},
        .has_children = true,
        .children = two_children,
        .children_count = ARRAY_COUNT(two_children),
        .has_screen = true,
        .screen = {.has_r1 = true, .r1 = TRI_YES},
        .has_avoid_contact = true,
        .avoid_contact = text_of("别打这个电话"),
    };
}

static void registering_makes_the_head(void **state)
{
    struct id contact = world_take(&world, "agt01");
    struct cmd_register_case command = whole(contact);
    struct actor agent = world_actor(&world, "agt01");
    uint8_t contact_row[CONTACT_HEAD_BYTES];
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(world_do(&world, "agt01", COMMAND_REGISTER_CASE, &command),
                     REFUSAL_NONE);
    assert_int_equal(world.last.event_count, 1);
    assert_int_equal(world.last.events[0].territory, 150203);
    assert_true(world_case_head(&world, world.last.object, head));
    assert_int_equal(case_head_version(head), 1);
    assert_int_equal(case_head_day(head), 20261124);
    assert_int_equal(case_head_state(head), CASE_STATE_TRIAGE);
    assert_int_equal(case_head_channel(head), CHANNEL_PHONE);
    assert_int_equal(case_head_occurring(head), OCCURRING_NOW);
    assert_int_equal(case_head_danger(head), 1);
    assert_int_equal(case_head_place_unknown(head), 0);
    assert_int_equal(case_head_place_code(head), 150203001901);
    assert_int_equal(case_head_children_count(head), 2);
    assert_int_equal(case_head_registered_us(head), world.now_us);
    assert_int_equal(case_head_updated_us(head), world.now_us);
    assert_int_equal(case_head_last_event(head), EVENT_CASE_REGISTERED);
    assert_int_equal(case_head_registered_seq(head), world.first_seq);
    assert_int_equal(case_head_last_seq(head), world.first_seq);
    assert_true(id_equal(case_head_agent(head), agent.account));
    assert_true(id_equal(case_head_contact_id(head), contact));
    assert_memory_equal(case_head_ball_unit(head), agent.unit, 16);
    assert_true(world_contact(&world, contact, contact_row));
    assert_int_equal(contact_head_state(contact_row), CONTACT_STATE_REGISTERED);
    assert_true(id_equal(contact_head_case_id(contact_row), world.last.object));
    assert_true(id_equal(contact_head_reporter_subject(contact_row),
                         case_head_reporter_subject(head)));
    assert_true(id_equal(contact_head_narrative_subject(contact_row),
                         case_head_narrative_subject(head)));
}

static void every_word_is_sealed_under_its_person(void **state)
{
    struct id contact = world_take(&world, "agt01");
    struct cmd_register_case command = whole(contact);
    const struct event_plain *event = &world.last.events[0];
    struct ev_case_registered_reporter reporter;
    struct text json;

    (void)state;
    assert_int_equal(world_do(&world, "agt01", COMMAND_REGISTER_CASE, &command),
                     REFUSAL_NONE);
    assert_int_equal(event->part_count, 4);
    assert_false(id_equal(event->parts[2].subject, event->parts[3].subject));
    json = world_part(&world, world.first_seq, PART_CLASS_REPORTER);
    assert_false(failed(
        ev_case_registered_decode_reporter(json, world.arena, &reporter)));
    assert_true(text_is(reporter.name, "己大勇"));
    assert_true(text_is(reporter.phone, "00000000012"));
    assert_true(text_is(reporter.callback_phone, "00000000013"));
    assert_true(text_is(reporter.safe_time, "午后"));
    assert_int_equal(reporter.caller_is, CALLER_IS_NEIGHBOUR);
    assert_int_equal(reporter.wants_reply, TRI_YES);
    assert_int_equal(reporter.query_code.size, 6);
    json = world_part(&world, world.first_seq, PART_CLASS_NARRATIVE);
    assert_true(text_holds(json, "对门在打孩子"));
    assert_true(text_holds(json, "3号楼"));
    assert_true(text_holds(json, "别打这个电话"));
    json = world_part(&world, world.first_seq, PART_CLASS_CHILD);
    assert_true(text_holds(json, "甲小雨"));
    assert_true(text_holds(json, "测试小学"));
    assert_false(text_holds(event->open, "己"));
    assert_false(text_holds(event->open, "甲"));
    assert_false(text_holds(event->open, "000000000"));
}

static void the_same_subjects_go_on_from_the_contact(void **state)
{
    struct cmd_take_contact take = {
        .channel = CHANNEL_PHONE,
        .has_number = true,
        .number = text_of("00000000014"),
    };
    uint8_t before[CONTACT_HEAD_BYTES];
    uint8_t head[CASE_HEAD_BYTES];
    struct id contact;
    struct id made;

    (void)state;
    assert_int_equal(world_do(&world, "agt01", COMMAND_TAKE_CONTACT, &take),
                     REFUSAL_NONE);
    contact = world.last.object;
    assert_true(world_contact(&world, contact, before));
    made = world_register(&world, "agt01", contact, 0);
    assert_true(world_case_head(&world, made, head));
    assert_true(id_equal(case_head_reporter_subject(head),
                         contact_head_reporter_subject(before)));
    assert_true(id_equal(case_head_narrative_subject(head),
                         contact_head_narrative_subject(before)));
}

static void nothing_about_the_reporter_is_needed(void **state)
{
    struct id contact = world_take(&world, "agt01");
    uint8_t head[CASE_HEAD_BYTES];
    struct id made = world_register(&world, "agt01", contact, 0);

    (void)state;
    assert_true(world_case_head(&world, made, head));
    assert_int_equal(case_head_place_unknown(head), 1);
    assert_int_equal(case_head_place_code(head), 0);
    assert_int_equal(case_head_danger(head), 0);
    assert_int_equal(world.last.events[0].territory, 0);
    assert_true(
        text_holds(world_part(&world, world.first_seq, PART_CLASS_REPORTER),
                   "query_code"));
}

/* ---------------------------------------------------------------- places -- */

static void a_place_is_known_or_said_to_be_unknown(void **state)
{
    static const struct {
        struct type_place place;
        enum refusal want;
    } rows[] = {
        {{.has_code = false}, REFUSAL_PLACE_EMPTY},
        {{.has_unknown = true, .unknown = false}, REFUSAL_PLACE_EMPTY},
        {{.has_text = true, .text = {"", 0}}, REFUSAL_PLACE_EMPTY},
        {{.has_code = true, .code = 150299}, REFUSAL_PLACE_UNKNOWN_CODE},
        {{.has_code = true, .code = 150203001999}, REFUSAL_PLACE_UNKNOWN_CODE},
        {{.has_code = true,
          .code = 110101,
          .has_unknown = true,
          .unknown = true},
         REFUSAL_PLACE_UNKNOWN_CODE},
        {{.has_code = true, .code = 150200}, REFUSAL_NONE},
        {{.has_code = true, .code = 150222}, REFUSAL_NONE},
        {{.has_code = true, .code = 150223104}, REFUSAL_NONE},
        {{.has_code = true, .code = 150223104902}, REFUSAL_NONE},
        {{.has_unknown = true, .unknown = true}, REFUSAL_NONE},
        {{.has_text = true, .text = {"桥下", 6}}, REFUSAL_NONE},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct cmd_register_case command = {
            .contact_id = world_take(&world, "agt01"),
            .matter = text_of("叙述"),
            .place_now = rows[i].place,
        };

        if (world_do(&world, "agt01", COMMAND_REGISTER_CASE, &command) !=
            rows[i].want) {
            fail_msg("place %zu: %s", i, refusal_info[world.last.refusal].code);
        }
    }
}

static void any_yes_is_danger(void **state)
{
    (void)state;
    for (int r = 0; r < 8; r++) {
        struct cmd_register_case command = {
            .contact_id = world_take(&world, "agt01"),
            .matter = text_of("叙述"),
            .place_now = {.has_unknown = true, .unknown = true},
            .has_screen = true,
        };
        enum tri *answers[] = {
            &command.screen.r1, &command.screen.r2, &command.screen.r3,
            &command.screen.r4, &command.screen.r5, &command.screen.r6,
            &command.screen.r7, &command.screen.r8,
        };
        uint8_t head[CASE_HEAD_BYTES];

        for (int other = 0; other < 8; other++) {
            *answers[other] = other == r ? TRI_YES : TRI_UNKNOWN;
        }
        assert_int_equal(
            world_do(&world, "agt01", COMMAND_REGISTER_CASE, &command),
            REFUSAL_NONE);
        assert_true(world_case_head(&world, world.last.object, head));
        assert_int_equal(case_head_danger(head), 1);
    }
}

/* --------------------------------------------------------------- numbers -- */

static void numbers_run_through_the_day_and_begin_anew(void **state)
{
    struct case_no first =
        world_no(&world, world_case(&world, "agt01", 150222));
    struct case_no second = world_no(&world, world_case(&world, "agt02", 0));
    struct case_no next;
    uint8_t row[CASE_BY_NO_BYTES];
    uint8_t key[CASE_BY_NO_KEY_BYTES];
    struct id made;

    (void)state;
    assert_int_equal(second.day, first.day);
    assert_int_equal(second.serial, first.serial + 1);
    /* The city's midnight, 16:00 UTC, is what counts. */
    world.now_us = WORLD_START_US + (INT64_C(8) * 3600 - 10) * 1000000;
    next = world_no(&world, world_case(&world, "agt01", 0));
    assert_int_equal(next.day, first.day);
    assert_int_equal(next.serial, second.serial + 1);
    world.now_us += INT64_C(10) * 1000000;
    made = world_case(&world, "agt01", 0);
    next = world_no(&world, made);
    assert_int_equal(next.day, 20261125);
    assert_int_equal(next.serial, 1);
    case_by_no_key(key, next.day, next.serial);
    assert_true(world_row(&world, TABLE_CASE_BY_NO, SPAN(key, sizeof(key)), row,
                          sizeof(row)));
    assert_true(id_equal(case_by_no_case_id(row), made));
}

/* ---------------------------------------------------------------- the no -- */

static void only_an_open_contact_of_ones_own(void **state)
{
    struct id contact = world_take(&world, "agt01");
    struct cmd_register_case command = whole(contact);

    (void)state;
    assert_int_equal(world_do(&world, "agt02", COMMAND_REGISTER_CASE, &command),
                     REFUSAL_CONTACT_UNKNOWN);
    assert_true(world.last.denied_by_right);
    assert_int_equal(
        world_do(&world, "cty_dm", COMMAND_REGISTER_CASE, &command),
        REFUSAL_CONTACT_UNKNOWN);
    assert_int_equal(world_do(&world, "agt01", COMMAND_REGISTER_CASE, &command),
                     REFUSAL_NONE);
    assert_int_equal(world_do(&world, "agt01", COMMAND_REGISTER_CASE, &command),
                     REFUSAL_CONTACT_NOT_OPEN);
    command.contact_id = fixture_id(5);
    assert_int_equal(world_do(&world, "agt01", COMMAND_REGISTER_CASE, &command),
                     REFUSAL_CONTACT_UNKNOWN);
    assert_false(world.last.denied_by_right);
}

static void a_shift_leader_takes_over(void **state)
{
    struct id contact = world_take(&world, "agt01");
    struct actor leader = world_actor(&world, "ldr01");
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_true(world_case_head(
        &world, world_register(&world, "ldr01", contact, 0), head));
    assert_true(id_equal(case_head_agent(head), leader.account));
}

/* ----------------------------------------------------------------- notes -- */

static enum refusal note(const char *login, struct case_no no)
{
    struct cmd_add_note command = {.no = no, .text = text_of("回电一次未接")};

    return world_do(&world, login, COMMAND_ADD_NOTE, &command);
}

static void a_note_moves_the_version_and_the_timeline(void **state)
{
    struct id made = world_case(&world, "agt01", 150223104902);
    struct case_no no = world_no(&world, made);
    uint8_t key[CASE_TIMELINE_KEY_BYTES];
    uint8_t line[CASE_TIMELINE_BYTES];
    uint8_t head[CASE_HEAD_BYTES];
    struct text json;

    (void)state;
    assert_int_equal(note("agt01", no), REFUSAL_NONE);
    assert_true(id_equal(world.last.object, made));
    assert_int_equal(world.last.events[0].territory, 150223);
    assert_true(world_case_head(&world, made, head));
    assert_int_equal(case_head_version(head), 2);
    assert_int_equal(case_head_last_event(head), EVENT_NOTE_ADDED);
    assert_int_equal(case_head_last_seq(head), world.first_seq);
    assert_int_equal(case_head_updated_us(head), world.now_us);
    assert_true(case_head_registered_us(head) < world.now_us);
    case_timeline_key(key, made, world.first_seq);
    assert_true(world_row(&world, TABLE_CASE_TIMELINE, SPAN(key, sizeof(key)),
                          line, sizeof(line)));
    assert_int_equal(case_timeline_event(line), EVENT_NOTE_ADDED);
    json = world_part(&world, world.first_seq, PART_CLASS_NARRATIVE);
    assert_true(text_holds(json, "回电一次未接"));
}

static void notes_are_for_those_with_the_case(void **state)
{
    static const struct {
        const char *login;
        enum refusal want;
        bool denied;
    } rows[] = {
        {"agt01", REFUSAL_NONE, false},
        {"agt02", REFUSAL_RIGHT_DENIED, true}, /* may read it, so: plainly no */
        {"sen01", REFUSAL_RIGHT_DENIED, true},
        {"ldr01", REFUSAL_NONE, false},
        {"ctr01", REFUSAL_NONE, false},
        {"cty_dm", REFUSAL_NONE, false},
        {"twn_blm", REFUSAL_NONE, false},
        {"cty_gy", REFUSAL_CASE_UNKNOWN, true},
        {"adm01", REFUSAL_CASE_UNKNOWN, true},
        {"", REFUSAL_CASE_UNKNOWN, true},
    };
    struct case_no no =
        world_no(&world, world_case(&world, "agt01", 150223104902));
    struct case_no none = {no.day, 9999};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(note(rows[i].login, no), rows[i].want);
        assert_int_equal(world.last.denied_by_right, rows[i].denied);
        assert_int_equal(note(rows[i].login, none), REFUSAL_CASE_UNKNOWN);
        assert_false(world.last.denied_by_right);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registering_makes_the_head),
        cmocka_unit_test(every_word_is_sealed_under_its_person),
        cmocka_unit_test(the_same_subjects_go_on_from_the_contact),
        cmocka_unit_test(nothing_about_the_reporter_is_needed),
        cmocka_unit_test(a_place_is_known_or_said_to_be_unknown),
        cmocka_unit_test(any_yes_is_danger),
        cmocka_unit_test(numbers_run_through_the_day_and_begin_anew),
        cmocka_unit_test(only_an_open_contact_of_ones_own),
        cmocka_unit_test(a_shift_leader_takes_over),
        cmocka_unit_test(a_note_moves_the_version_and_the_timeline),
        cmocka_unit_test(notes_are_for_those_with_the_case),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
