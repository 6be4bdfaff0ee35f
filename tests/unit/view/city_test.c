/*
 * city_test.c - the city's decisions as they are shown, and whom to call.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/posed.h"
#include "lib/seen.h"

static struct city city;
static struct actor agent, leader, dispatcher;

/* A roster for the tests alone: three levels of L2, one who is nobody's
 * neighbour, and a county that has not told its number yet. */
static const char duty_roster[] =
    "{\"duty\":["
    "{\"step\":\"L4\",\"target\":\"centre\",\"place\":\"150200\","
    "\"unit\":\"protect_centre\",\"name\":\"CENTRE\",\"phone\":\"004\"},"
    "{\"step\":\"L2a\",\"target\":\"supervisor\",\"place\":\"150203\","
    "\"name\":\"OTHER\",\"phone\":\"003\"},"
    "{\"step\":\"L2a\",\"target\":\"supervisor\",\"place\":\"150200\","
    "\"name\":\"CITY\",\"phone\":\"009\"},"
    "{\"step\":\"L2a\",\"target\":\"supervisor\",\"place\":\"150222\","
    "\"name\":\"COUNTY\",\"phone\":\"006\"},"
    "{\"step\":\"L2a\",\"target\":\"supervisor\",\"place\":\"150222102\","
    "\"name\":\"TOWN\",\"phone\":\"007\",\"deputy_name\":\"SECOND\","
    "\"deputy_phone\":\"008\",\"arrival_minutes\":60},"
    "{\"step\":\"L3\",\"target\":\"county\",\"place\":\"150222\","
    "\"unit\":\"ca_gy\",\"post\":\"POST\"},"
    "{\"step\":\"L1\",\"target\":\"p120\",\"place\":\"150222\","
    "\"name\":\"NEAR\",\"phone\":\"120\"},"
    "{\"step\":\"L1\",\"target\":\"p110\",\"place\":\"150200\","
    "\"name\":\"POLICE\",\"phone\":\"110\"}]}";

static void adopt(const char *kind, const char *content)
{
    struct actor system = actor_system();
    struct store_txn *t;
    const struct cmd_adopt_catalogue body = {
        .kind = text_of(kind),
        .version = 50,
        .effective_from = CITY_TIME_US,
        .content = text_of(content),
    };
    struct city_result r =
        city_command(&city, &system, COMMAND_ADOPT_CATALOGUE, &body);

    if (r.refusal != REFUSAL_NONE) {
        fail_msg("%s: %s", kind, refusal_info[r.refusal].code);
    }
    catalogue_free(city.catalogue);
    assert_int_equal(store_read_begin(city.store.store, &t).code, ERR_NONE);
    assert_int_equal(catalogue_load(t, &city.catalogue).code, ERR_NONE);
    store_end(t);
}

static int setup(void **state)
{
    (void)state;
    city_make(&city, FIXTURE_MAP_BYTES);
    adopt("duty", duty_roster);
    agent = city_actor(&city, "agt01", "R-AGT", "service_centre");
    leader = city_actor(&city, "ldr01", "R-LDR", "service_centre");
    dispatcher = city_actor(&city, "dsp01", "R-DSP", "service_centre");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    city_free(&city);
    return 0;
}

/* ----------------------------------------------------------------- duty -- */

static void check_duty(uint64_t place, const char *expected)
{
    const struct read_list_duty params = {.has_place = place != 0,
                                          .place = place};
    struct seen s = seen_read(&city, &agent, READ_LIST_DUTY, &params);
    size_t count = json_count(seen_at(&s, "persons"));
    char got[256] = "";
    size_t at = 0;

    for (size_t i = 0; i < count; i++) {
        char path[64];
        struct text name;

        (void)snprintf(path, sizeof(path), "persons/%zu/name", i);
        name = seen_string(&s, path);
        at += (size_t)snprintf(got + at, sizeof(got) - at, "%s%.*s",
                               i == 0 ? "" : " ", (int)name.size, name.at);
    }
    if (strcmp(got, expected) != 0) {
        fail_msg("%llu: %s, not %s", (unsigned long long)place, got, expected);
    }
    seen_free(&s);
}

/* Help first; then by step, the nearest before the farther. */
static void nearest_first(void **state)
{
    (void)state;
    check_duty(150222102201, "POLICE NEAR TOWN COUNTY CITY CENTRE");
    check_duty(150222102, "POLICE NEAR TOWN COUNTY CITY CENTRE");
    check_duty(150222101, "POLICE NEAR COUNTY CITY CENTRE");
    check_duty(150222, "POLICE NEAR COUNTY CITY CENTRE");
    check_duty(150203001, "POLICE OTHER CITY CENTRE");
    check_duty(150204001, "POLICE CITY CENTRE");
}

static void an_unknown_place_has_the_city(void **state)
{
    (void)state;
    check_duty(0, "POLICE CITY CENTRE");
    check_duty(150200, "POLICE CITY CENTRE");
}

static void a_line_of_duty(void **state)
{
    const struct read_list_duty params = {.has_place = true,
                                          .place = 150222102};
    struct seen s = seen_read(&city, &agent, READ_LIST_DUTY, &params);

    (void)state;
    assert_true(text_is(seen_string(&s, "persons/2/step"), "L2a"));
    assert_true(text_is(seen_string(&s, "persons/2/target"), "supervisor"));
    assert_true(text_is(seen_string(&s, "persons/2/phone"), "007"));
    assert_true(text_is(seen_string(&s, "persons/2/deputy_name"), "SECOND"));
    assert_true(text_is(seen_string(&s, "persons/2/deputy_phone"), "008"));
    assert_int_equal(seen_integer(&s, "persons/2/arrival_minutes"), 60);
    assert_null(seen_at(&s, "persons/2/unit"));
    assert_true(text_is(seen_string(&s, "persons/5/unit"), "protect_centre"));
    assert_null(seen_at(&s, "persons/5/deputy_name"));
    assert_null(seen_at(&s, "persons/5/arrival_minutes"));
    seen_free(&s);
}

/* ------------------------------------------------------------ catalogue -- */

static struct seen kind(const char *name)
{
    const struct read_read_catalogue params = {.kind = text_of(name)};

    return seen_read(&city, &agent, READ_READ_CATALOGUE, &params);
}

static void kinds_as_adopted(void **state)
{
    struct seen s = kind("name");

    (void)state;
    assert_int_equal(s.refusal, REFUSAL_NONE);
    assert_true(text_is(seen_string(&s, "kind"), "name"));
    assert_int_equal(seen_integer(&s, "version"), 1);
    assert_true(text_is(seen_string(&s, "content/public_number"), "12349"));
    assert_string_equal(s.etag, "\"1\"");
    seen_free(&s);
    s = kind("categories");
    assert_int_equal(s.refusal, REFUSAL_NONE);
    assert_true(seen_has(&s, "\"C08\""));
    seen_free(&s);
}

/* What is inside the roles, the units and the roster is for nobody's page. */
static void other_kinds_are_unknown(void **state)
{
    static const char *const names[] = {"roles",     "units",   "duty",
                                        "territory", "nothing", "names"};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        struct seen s = kind(names[i]);

        assert_int_equal(s.refusal, REFUSAL_CATALOGUE_UNKNOWN);
        assert_false(s.denied_by_right);
        seen_free(&s);
    }
}

/* ----------------------------------------------------------- suggestion -- */

/* C08 in Guyang, by the directory: the county leads, police, health and women
 * beside it, centre and bureau are told. */
static void the_directory_suggests(void **state)
{
    struct city_case made = city_case(&city, &agent, 150222102);
    uint8_t head[CASE_HEAD_BYTES];
    struct seen s;

    (void)state;
    posed_get(&city, made.id, head);
    case_head_set_state(head, CASE_STATE_TO_DISPATCH);
    case_head_set_category_code(head, "C08\0\0\0\0");
    case_head_set_urgency(head, URGENCY_URGENT);
    posed_put(&city, made.id, head);
    s = seen_case(&city, &dispatcher, made.no);
    assert_true(text_is(seen_string(&s, "suggestion/lead"), "ca_gy"));
    assert_true(text_is(seen_string(&s, "suggestion/leads/0"), "ca_gy"));
    assert_int_equal(json_count(seen_at(&s, "suggestion/leads")), 1);
    assert_true(text_is(seen_string(&s, "suggestion/rule"), "harm"));
    assert_int_equal(seen_integer(&s, "suggestion/rule_version"), 1);
    assert_true(seen_string(&s, "suggestion/reason").size > 0);
    assert_false(seen_true(&s, "suggestion/cross_county"));
    assert_true(
        text_is(seen_string(&s, "suggestion/receivers/0/unit"), "police"));
    assert_false(seen_true(&s, "suggestion/receivers/0/informed_only"));
    assert_true(
        text_is(seen_string(&s, "suggestion/receivers/4/unit"), "bureau"));
    assert_true(seen_true(&s, "suggestion/receivers/4/informed_only"));
    seen_free(&s);
    /* Only for who dispatches, and before it is done. */
    s = seen_case(&city, &agent, made.no);
    assert_null(seen_at(&s, "suggestion"));
    seen_free(&s);
    posed_state(&city, made.id, CASE_STATE_DISPATCHED, "ca_gy", "ca_gy");
    s = seen_case(&city, &leader, made.no);
    assert_null(seen_at(&s, "suggestion"));
    seen_free(&s);
}

/* Urgent: to be signed for in 30 minutes (D12), handled in 24 hours (D21),
 * day and night; from ten in the morning of 2026-11-23 on. */
static void due_times_if_it_went_now(void **state)
{
    struct city_case made = city_case(&city, &agent, 150222102);
    uint8_t head[CASE_HEAD_BYTES];
    int64_t now_us = city.now_us;
    struct seen s;

    (void)state;
    posed_get(&city, made.id, head);
    case_head_set_state(head, CASE_STATE_TO_DISPATCH);
    case_head_set_category_code(head, "C08\0\0\0\0");
    case_head_set_urgency(head, URGENCY_URGENT);
    posed_put(&city, made.id, head);
    city.now_us = CITY_TIME_US;
    s = seen_case(&city, &leader, made.no);
    city.now_us = now_us;
    assert_true(text_is(seen_string(&s, "suggestion/sign_due_at"),
                        "2026-11-23T02:30:00.000000Z"));
    assert_true(text_is(seen_string(&s, "suggestion/handle_due_at"),
                        "2026-11-24T02:00:00.000000Z"));
    seen_free(&s);
}

/* ---------------------------------------------------------- row answers -- */

/* A command answers with the row under the doer's mask, and its version. */
static void a_command_answers_with_the_row(void **state)
{
    struct city_case made = city_case(&city, &agent, 150222102);
    const struct city_result r = {.object = made.id};
    struct actor elsewhere = city_actor(&city, "cty_kq", "R-CTY", "ca_kq");
    struct seen s;

    (void)state;
    for (int command = 1; command < (int)COMMAND_COUNT; command++) {
        if (act_from(text_of(command_info[command].act)) < ACT_TRIAGE_CASE ||
            command_info[command].internal ||
            command == (int)COMMAND_RAISE_EMERGENCY) {
            continue;
        }
        s = seen_answer(&city, &agent, (enum command)command, &r);
        assert_string_equal(s.etag, "\"1\"");
        assert_true(text_is(seen_string(&s, "state"), "TRIAGE"));
        assert_true(text_is(seen_string(&s, "stage"), "register"));
        assert_true(text_is(seen_string(&s, "place_code"), "150222102"));
        seen_free(&s);
    }
    /* Whoever has given it away by that sees its number and state. */
    s = seen_answer(&city, &elsewhere, COMMAND_DISPATCH_CASE, &r);
    assert_true(text_is(seen_string(&s, "state"), "TRIAGE"));
    assert_null(seen_at(&s, "place_code"));
    assert_null(seen_at(&s, "danger"));
    seen_free(&s);
}

static void an_emergency_answers_with_the_number(void **state)
{
    struct city_case made = city_case(&city, &agent, 150222102);
    const struct city_result r = {.object = made.id, .position = made.position};
    struct seen s = seen_answer(&city, &agent, COMMAND_RAISE_EMERGENCY, &r);
    char no[CASE_NO_BYTES];

    (void)state;
    (void)case_no_to(made.no, no);
    assert_true(text_is(seen_string(&s, "no"), no));
    assert_int_equal(seen_string(&s, "query_code").size, 6);
    seen_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest_first),
        cmocka_unit_test(an_unknown_place_has_the_city),
        cmocka_unit_test(a_line_of_duty),
        cmocka_unit_test(kinds_as_adopted),
        cmocka_unit_test(other_kinds_are_unknown),
        cmocka_unit_test(the_directory_suggests),
        cmocka_unit_test(due_times_if_it_went_now),
        cmocka_unit_test(a_command_answers_with_the_row),
        cmocka_unit_test(an_emergency_answers_with_the_number),
    };

    return cmocka_run_group_tests_name("view/city", tests, setup, teardown);
}
