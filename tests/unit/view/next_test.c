/*
 * next_test.c - how a case stands in the file, and what comes next, by state
 * and by reader.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/posed.h"
#include "lib/seen.h"

enum { GUYANG = 150222102 };

static struct city city;

enum person { AGT01, AGT02, LDR01, DSP01, CTR01, CBK01, CTY_GY, PEOPLE };

static const struct {
    const char *login, *role, *unit;
} people[PEOPLE] = {
    [AGT01] = {"agt01", "R-AGT", "service_centre"},
    [AGT02] = {"agt02", "R-AGT", "service_centre"},
    [LDR01] = {"ldr01", "R-LDR", "service_centre"},
    [DSP01] = {"dsp01", "R-DSP", "service_centre"},
    [CTR01] = {"ctr01", "R-CTR", "protect_centre"},
    [CBK01] = {"cbk01", "R-CBK", "service_centre"},
    [CTY_GY] = {"cty_gy", "R-CTY", "ca_gy"},
};

static struct actor actors[PEOPLE];

static int setup(void **state)
{
    (void)state;
    city_make(&city, FIXTURE_MAP_BYTES);
    for (size_t i = 0; i < PEOPLE; i++) {
        actors[i] =
            city_actor(&city, people[i].login, people[i].role, people[i].unit);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    city_free(&city);
    return 0;
}

/* A case of agt01 in Guyang that was classified; no danger. */
static struct city_case posed(enum case_state state, const char *ball,
                              const char *lead)
{
    struct city_case made = city_case(&city, &actors[AGT01], GUYANG);
    uint8_t head[CASE_HEAD_BYTES];

    posed_state(&city, made.id, state, ball, lead);
    posed_get(&city, made.id, head);
    case_head_set_danger(head, 0);
    case_head_set_category_code(head, "A01\0\0\0\0");
    case_head_set_urgency(head, URGENCY_GENERAL);
    posed_put(&city, made.id, head);
    return made;
}

/* The buttons in their order, spaces between. */
static void check_may(struct city_case made, enum person who,
                      const char *expected)
{
    struct seen s = seen_case(&city, &actors[who], made.no);
    const struct json_value *may = seen_at(&s, "may");
    char got[512] = "";
    size_t at = 0;

    assert_int_equal(s.refusal, REFUSAL_NONE);
    for (size_t i = 0; i < json_count(may); i++) {
        struct text name = json_text(json_item(may, i));

        at += (size_t)snprintf(got + at, sizeof(got) - at, "%s%.*s",
                               i == 0 ? "" : " ", (int)name.size, name.at);
    }
    if (strcmp(got, expected) != 0) {
        fail_msg("%s: %s, not %s", people[who].login, got, expected);
    }
    seen_free(&s);
}

static void buttons_before_dispatch(void **state)
{
    struct city_case made = posed(CASE_STATE_TRIAGE, "service_centre", "");
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    check_may(made, AGT01,
              "triage_case answer_case propose_refusal start_emergency "
              "add_note");
    check_may(made, AGT02, "start_emergency");
    check_may(made, LDR01,
              "triage_case answer_case propose_refusal void_case "
              "change_urgency start_emergency add_note");
    check_may(made, DSP01, "start_emergency");
    check_may(made, CTR01,
              "triage_case change_urgency start_emergency add_note");
    check_may(made, CTY_GY, "start_emergency add_note");
    /* In danger nobody answers it away or refuses it. */
    posed_get(&city, made.id, head);
    case_head_set_danger(head, 1);
    posed_put(&city, made.id, head);
    check_may(made, AGT01, "triage_case start_emergency add_note");
    check_may(made, LDR01,
              "triage_case void_case change_urgency start_emergency add_note");
    posed_state(&city, made.id, CASE_STATE_TO_DISPATCH, "service_centre", "");
    check_may(made, LDR01,
              "dispatch_case change_urgency start_emergency add_note");
    check_may(made, DSP01, "dispatch_case start_emergency");
    check_may(made, AGT01, "start_emergency add_note");
}

static void buttons_of_a_refusal_that_was_proposed(void **state)
{
    struct city_case made = posed(CASE_STATE_TRIAGE, "service_centre", "");
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    posed_get(&city, made.id, head);
    case_head_set_refusal_state(head, 1);
    case_head_set_proposer(head, actors[LDR01].account);
    posed_put(&city, made.id, head);
    check_may(made, LDR01, "void_case change_urgency start_emergency add_note");
    check_may(made, CTR01,
              "decide_refusal change_urgency start_emergency add_note");
}

static void buttons_of_the_unit(void **state)
{
    struct city_case made = posed(CASE_STATE_DISPATCHED, "ca_gy", "ca_gy");

    (void)state;
    check_may(made, CTY_GY, "sign_case start_emergency add_note");
    check_may(made, CTR01, "change_urgency start_emergency add_note");
    posed_state(&city, made.id, CASE_STATE_IN_PROGRESS, "ca_gy", "ca_gy");
    check_may(made, CTY_GY,
              "record_first_contact submit_result start_emergency add_note");
    check_may(made, CBK01, "start_emergency add_note");
    /* Another unit leads it: by the place the county may look, not act. */
    posed_state(&city, made.id, CASE_STATE_IN_PROGRESS, "women", "women");
    check_may(made, CTY_GY, "start_emergency add_note");
}

static void buttons_at_the_end(void **state)
{
    struct city_case made =
        posed(CASE_STATE_CALLBACK, "service_centre", "women");

    (void)state;
    check_may(made, CBK01, "record_callback start_emergency add_note");
    check_may(made, AGT01, "start_emergency add_note");
    posed_state(&city, made.id, CASE_STATE_CLOSED, "protect_centre", "women");
    check_may(made, CTR01, "check_archive add_note");
    check_may(made, LDR01, "add_note");
    posed_state(&city, made.id, CASE_STATE_ARCHIVED, "protect_centre", "women");
    check_may(made, CTR01, "supplement_case");
    check_may(made, LDR01, "");
}

static void buttons_while_an_emergency_runs(void **state)
{
    struct city_case made = posed(CASE_STATE_IN_PROGRESS, "ca_gy", "ca_gy");
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    posed_get(&city, made.id, head);
    case_head_set_ladder_state(head, LADDER_STATE_RUNNING);
    posed_put(&city, made.id, head);
    check_may(made, AGT02, "mark_ladder");
    check_may(made, CTR01, "change_urgency mark_ladder stand_down add_note");
    check_may(made, DSP01, "");
}

static void check_roles(const struct seen *s, const char *const *roles,
                        size_t count)
{
    assert_int_equal(json_count(seen_at(s, "next/roles")), count);
    for (size_t i = 0; i < count; i++) {
        char path[32];

        (void)snprintf(path, sizeof(path), "next/roles/%zu", i);
        if (!text_is(seen_string(s, path), roles[i])) {
            fail_msg("%s is not %s", path, roles[i]);
        }
    }
}

static void next_says_who(void **state)
{
    static const char *const signers[] = {"R-CTR", "R-BUR", "R-CTY", "R-TWN",
                                          "R-PTL"};
    static const char *const archivists[] = {"R-CTR"};
    struct city_case made = posed(CASE_STATE_DISPATCHED, "ca_gy", "ca_gy");
    struct seen s;

    (void)state;
    posed_clock(&city, made.id, DUE_SIGN, CITY_TIME_US + 7200000000, false);
    s = seen_case(&city, &actors[AGT02], made.no);
    assert_true(text_is(seen_string(&s, "next/act"), "sign_case"));
    assert_true(text_is(seen_string(&s, "next/unit"), "ca_gy"));
    assert_true(text_is(seen_string(&s, "next/clock"), "sign"));
    assert_true(
        text_is(seen_string(&s, "next/due_at"), "2026-11-23T04:00:00.000000Z"));
    assert_false(seen_true(&s, "next/mine"));
    check_roles(&s, signers, ARRAY_COUNT(signers));
    seen_free(&s);
    s = seen_case(&city, &actors[CTY_GY], made.no);
    assert_true(seen_true(&s, "next/mine"));
    seen_free(&s);
    posed_state(&city, made.id, CASE_STATE_CLOSED, "", "ca_gy");
    s = seen_case(&city, &actors[CTR01], made.no);
    check_roles(&s, archivists, ARRAY_COUNT(archivists));
    assert_null(seen_at(&s, "next/unit"));
    seen_free(&s);
    posed_state(&city, made.id, CASE_STATE_ARCHIVED, "", "ca_gy");
    s = seen_case(&city, &actors[CTR01], made.no);
    assert_null(seen_at(&s, "next"));
    seen_free(&s);
}

static void all_clocks_that_run(void **state)
{
    struct city_case made = posed(CASE_STATE_IN_PROGRESS, "ca_gy", "ca_gy");
    struct seen s = seen_case(&city, &actors[AGT02], made.no);

    (void)state;
    posed_clock(&city, made.id, DUE_HANDLE, CITY_TIME_US + 3600000000, false);
    posed_clock(&city, made.id, DUE_FIRST_CONTACT, CITY_TIME_US, true);
    seen_free(&s);
    s = seen_case(&city, &actors[AGT02], made.no);
    assert_true(text_is(seen_string(&s, "clocks/1/clock"), "first_contact"));
    assert_true(seen_true(&s, "clocks/1/overdue"));
    assert_true(text_is(seen_string(&s, "clocks/1/due_at"),
                        "2026-11-23T02:00:00.000000Z"));
    assert_true(text_is(seen_string(&s, "clocks/1/deadline"), "D9"));
    assert_true(text_is(seen_string(&s, "clocks/2/clock"), "handle"));
    assert_false(seen_true(&s, "clocks/2/overdue"));
    assert_true(seen_true(&s, "row/overdue"));
    seen_free(&s);
}

static void lamps_and_parties(void **state)
{
    struct city_case made = posed(CASE_STATE_IN_PROGRESS, "ca_gy", "ca_gy");
    uint8_t head[CASE_HEAD_BYTES];
    struct seen s = seen_case(&city, &actors[AGT02], made.no);

    (void)state;
    assert_null(seen_at(&s, "ladder"));
    assert_null(seen_at(&s, "row/lamps"));
    assert_null(seen_at(&s, "parties"));
    seen_free(&s);
    posed_get(&city, made.id, head);
    case_head_set_ladder_state(head, LADDER_STATE_STOOD_DOWN);
    case_head_set_ladder_started_us(head, CITY_TIME_US);
    path_set_lamp(head, LADDER_STEP_L1, LAMP_DONE);
    path_set_lamp(head, LADDER_STEP_L7, LAMP_MISSED);
    case_head_set_party_1(head, posed_unit("women").code);
    case_head_set_party_2(head, posed_unit("education").code);
    case_head_set_party_count(head, 2);
    case_head_set_informed_mask(head, 2);
    posed_put(&city, made.id, head);
    s = seen_case(&city, &actors[AGT02], made.no);
    assert_int_equal(json_count(seen_at(&s, "ladder")), 9);
    assert_true(text_is(seen_string(&s, "ladder/0/step"), "L0"));
    assert_true(text_is(seen_string(&s, "ladder/0/lamp"), "dark"));
    assert_true(text_is(seen_string(&s, "ladder/1/lamp"), "done"));
    assert_true(text_is(seen_string(&s, "ladder/8/step"), "L7"));
    assert_true(text_is(seen_string(&s, "ladder/8/lamp"), "missed"));
    assert_true(text_is(seen_string(&s, "row/lamps/8"), "missed"));
    assert_true(text_is(seen_string(&s, "row/ladder_state"), "stood_down"));
    assert_true(text_is(seen_string(&s, "parties/0/unit"), "women"));
    assert_false(seen_true(&s, "parties/0/informed_only"));
    assert_true(text_is(seen_string(&s, "parties/1/unit"), "education"));
    assert_true(seen_true(&s, "parties/1/informed_only"));
    assert_int_equal(json_count(seen_at(&s, "parties")), 2);
    seen_free(&s);
}

static void places_are_for_who_may_see_them(void **state)
{
    struct city_case made = posed(CASE_STATE_IN_PROGRESS, "ca_gy", "ca_gy");
    uint8_t head[CASE_HEAD_BYTES];
    struct seen s;

    (void)state;
    posed_get(&city, made.id, head);
    case_head_set_event_code(head, 150203001001);
    case_head_set_home_code(head, 150222102);
    case_head_set_household_code(head, 150223104);
    case_head_set_situation(head, 4);
    case_head_set_protections(head, 5);
    case_head_set_child_safety(head, CHILD_SAFETY_HAZARD);
    case_head_set_category_2_code(head, "B05\0\0\0\0");
    posed_put(&city, made.id, head);
    s = seen_case(&city, &actors[CTY_GY], made.no);
    assert_true(text_is(seen_string(&s, "event_code"), "150203001001"));
    assert_true(text_is(seen_string(&s, "home_code"), "150222102"));
    assert_true(text_is(seen_string(&s, "household_code"), "150223104"));
    assert_int_equal(seen_integer(&s, "situation"), 4);
    assert_true(text_is(seen_string(&s, "protections/0"), "family"));
    assert_true(text_is(seen_string(&s, "protections/1"), "social"));
    assert_true(text_is(seen_string(&s, "child_safety"), "hazard"));
    assert_true(text_is(seen_string(&s, "category_2"), "B05"));
    seen_free(&s);
    s = seen_case(&city, &actors[AGT02], made.no);
    assert_null(seen_at(&s, "event_code"));
    assert_null(seen_at(&s, "home_code"));
    assert_null(seen_at(&s, "household_code"));
    assert_null(seen_at(&s, "situation"));
    assert_null(seen_at(&s, "child_safety"));
    assert_true(text_is(seen_string(&s, "category_2"), "B05"));
    seen_free(&s);
}

static void row_of_the_path(void **state)
{
    struct city_case made = posed(CASE_STATE_SUBMITTED, "ca_gy", "women");
    uint8_t head[CASE_HEAD_BYTES];
    struct seen s;

    (void)state;
    posed_get(&city, made.id, head);
    case_head_set_cross_county(head, 1);
    case_head_set_redo_count(head, 1);
    case_head_set_review_step(head, 2);
    case_head_set_handler(head, actors[CTY_GY].account);
    posed_put(&city, made.id, head);
    s = seen_case(&city, &actors[LDR01], made.no);
    assert_true(text_is(seen_string(&s, "row/stage"), "review"));
    assert_true(text_is(seen_string(&s, "row/category"), "A01"));
    assert_true(text_is(seen_string(&s, "row/unit"), "ca_gy"));
    assert_true(text_is(seen_string(&s, "row/lead_unit"), "women"));
    assert_true(text_is(seen_string(&s, "row/handler"), "cty_gy"));
    assert_true(seen_true(&s, "row/cross_county"));
    assert_false(seen_true(&s, "row/overdue"));
    assert_false(seen_true(&s, "row/refusal_proposed"));
    assert_int_equal(seen_integer(&s, "row/redo_count"), 1);
    assert_int_equal(seen_integer(&s, "row/review_step"), 2);
    seen_free(&s);
    /* Who handles it stands in the log: not for an agent of other cases. */
    s = seen_case(&city, &actors[AGT02], made.no);
    assert_null(seen_at(&s, "row/handler"));
    seen_free(&s);
}

/* What the record holds before it is closed: it was registered, and nothing
 * else happened. */
static void archive_items(void **state)
{
    struct city_case made = posed(CASE_STATE_CLOSED, "", "ca_gy");
    struct seen s = seen_case(&city, &actors[CTR01], made.no);

    (void)state;
    assert_int_equal(json_count(seen_at(&s, "archive_items")), 3);
    assert_true(text_is(seen_string(&s, "archive_items/0"), "registration"));
    assert_true(text_is(seen_string(&s, "archive_items/1"), "contacts"));
    assert_true(text_is(seen_string(&s, "archive_items/2"), "hashes"));
    seen_free(&s);
    posed_state(&city, made.id, CASE_STATE_IN_PROGRESS, "ca_gy", "ca_gy");
    s = seen_case(&city, &actors[CTR01], made.no);
    assert_null(seen_at(&s, "archive_items"));
    seen_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buttons_before_dispatch),
        cmocka_unit_test(buttons_of_a_refusal_that_was_proposed),
        cmocka_unit_test(buttons_of_the_unit),
        cmocka_unit_test(buttons_at_the_end),
        cmocka_unit_test(buttons_while_an_emergency_runs),
        cmocka_unit_test(next_says_who),
        cmocka_unit_test(all_clocks_that_run),
        cmocka_unit_test(lamps_and_parties),
        cmocka_unit_test(places_are_for_who_may_see_them),
        cmocka_unit_test(row_of_the_path),
        cmocka_unit_test(archive_items),
    };

    return cmocka_run_group_tests_name("view/next", tests, setup, teardown);
}
