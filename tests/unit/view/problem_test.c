/*
 * problem_test.c - refusals as problem+json, to the byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/posed.h"
#include "lib/seen.h"

static struct json_out written(enum refusal refusal, enum lang lang,
                               const struct field_problem *problem,
                               uint32_t version)
{
    struct json_out o;

    json_out_init(&o, LIMIT_ANSWER_BYTES);
    view_problem(&o, refusal, lang, problem, version);
    return o;
}

static void check(enum refusal refusal, enum lang lang,
                  const struct field_problem *problem, uint32_t version,
                  const char *expected)
{
    struct json_out o = written(refusal, lang, problem, version);
    struct text got;

    assert_int_equal(json_out_text(&o, &got).code, ERR_NONE);
    if (!text_is(got, expected)) {
        fail_msg("%.*s", (int)got.size, got.at);
    }
    json_out_release(&o);
}

static void bodies(void **state)
{
    const struct field_problem missing = {.pointer = "/matter",
                                          .code = "field.missing"};
    const struct field_problem none = {.pointer = ""};

    (void)state;
    check(REFUSAL_CASE_UNKNOWN, LANG_EN, NULL, 0,
          "{\"type\":\"urn:hutong:refusal:case.unknown\","
          "\"title\":\"There is no such case.\",\"status\":404,"
          "\"code\":\"case.unknown\"}");
    check(REFUSAL_CASE_UNKNOWN, LANG_ZH, &none, 0,
          "{\"type\":\"urn:hutong:refusal:case.unknown\","
          "\"title\":\"没有找到这个工单。\",\"status\":404,"
          "\"code\":\"case.unknown\"}");
    check(REFUSAL_FIELD_INVALID, LANG_EN, &missing, 0,
          "{\"type\":\"urn:hutong:refusal:field.invalid\","
          "\"title\":\"A field is not valid.\",\"status\":422,"
          "\"code\":\"field.invalid\",\"errors\":[{\"pointer\":\"/matter\","
          "\"code\":\"field.missing\",\"bound\":0}]}");
    check(REFUSAL_DRAFT_STALE, LANG_EN, NULL, 7,
          "{\"type\":\"urn:hutong:refusal:draft.stale\","
          "\"title\":\"The draft has been saved elsewhere since.\","
          "\"status\":412,\"code\":\"draft.stale\",\"version\":7}");
    check(REFUSAL_DRAFT_STALE, LANG_EN, NULL, 0,
          "{\"type\":\"urn:hutong:refusal:draft.stale\","
          "\"title\":\"The draft has been saved elsewhere since.\","
          "\"status\":412,\"code\":\"draft.stale\",\"version\":0}");
}

static struct seen refused(struct city *w, const struct actor *actor,
                           const struct refused *r)
{
    struct view_context x = seen_context(w, actor);
    struct arena *a = arena_new(LIMIT_COMMAND_ARENA);
    struct store_txn *t;
    struct json_out o;

    json_out_init(&o, LIMIT_ANSWER_BYTES);
    assert_int_equal(store_read_begin(w->store.store, &t).code, ERR_NONE);
    assert_int_equal(view_command_problem(t, &x, r, a, &o).code, ERR_NONE);
    store_end(t);
    arena_free(a);
    return seen_text(&o);
}

/* The roles come from the catalogue, in the reader's language. */
static void denied_says_who_may(void **state)
{
    struct city city;
    struct actor agent;
    struct seen s;

    (void)state;
    city_make(&city, FIXTURE_MAP_BYTES);
    agent = city_actor(&city, "agt01", "R-AGT", "service_centre");
    s = refused(&city, &agent,
                &(struct refused){.command = COMMAND_DISPATCH_CASE,
                                  .refusal = REFUSAL_RIGHT_DENIED});
    assert_true(text_is(seen_string(&s, "who"),
                        "班长/值班长、派单员、市未保中心值班员/主管"));
    assert_true(text_is(seen_string(&s, "code"), "right.denied"));
    assert_int_equal(seen_integer(&s, "status"), 403);
    seen_free(&s);
    city_free(&city);
}

static void wrong_state_says_what_is_next(void **state)
{
    struct city city;
    struct actor agent, elsewhere;
    struct city_case made;
    struct refused r = {.command = COMMAND_CLOSE_CASE,
                        .refusal = REFUSAL_CASE_WRONG_STATE};
    struct seen s;

    (void)state;
    city_make(&city, FIXTURE_MAP_BYTES);
    agent = city_actor(&city, "agt01", "R-AGT", "service_centre");
    elsewhere = city_actor(&city, "cty_kq", "R-CTY", "ca_kq");
    made = city_case(&city, &agent, 150222102);
    posed_state(&city, made.id, CASE_STATE_DISPATCHED, "ca_gy", "ca_gy");
    r.object = made.id;
    s = refused(&city, &agent, &r);
    assert_true(text_is(seen_string(&s, "state"), "DISPATCHED"));
    assert_true(text_is(seen_string(&s, "next"), "sign_case"));
    assert_true(text_is(seen_string(&s, "unit"), "ca_gy"));
    assert_true(text_is(seen_string(&s, "who"),
                        "市未保中心值班员/主管、市民政局、旗县区民政部门、"
                        "儿童督导员、部门联络员"));
    seen_free(&s);
    /* Who may not read the case is told nothing of it. */
    s = refused(&city, &elsewhere, &r);
    assert_null(seen_at(&s, "state"));
    assert_null(seen_at(&s, "next"));
    assert_null(seen_at(&s, "unit"));
    assert_null(seen_at(&s, "who"));
    seen_free(&s);
    posed_state(&city, made.id, CASE_STATE_ARCHIVED, "", "ca_gy");
    s = refused(&city, &agent, &r);
    assert_true(text_is(seen_string(&s, "state"), "ARCHIVED"));
    assert_null(seen_at(&s, "next"));
    assert_null(seen_at(&s, "who"));
    seen_free(&s);
    /* Another refusal says what it always says, and no more. */
    r.refusal = REFUSAL_CASE_SAME_PERSON;
    s = refused(&city, &agent, &r);
    assert_null(seen_at(&s, "state"));
    assert_true(text_is(seen_string(&s, "who"), "另一位有权限的同事"));
    seen_free(&s);
    city_free(&city);
}

static void every_refusal_is_json_in_both_languages(void **state)
{
    (void)state;
    for (int i = REFUSAL_NONE + 1; i < REFUSAL_COUNT; i++) {
        for (int lang = LANG_ZH; lang <= LANG_EN; lang++) {
            struct json_out o =
                written((enum refusal)i, (enum lang)lang, NULL, 0);
            struct seen s = seen_text(&o);

            assert_true(text_is(seen_string(&s, "code"), refusal_info[i].code));
            assert_int_equal(seen_integer(&s, "status"),
                             refusal_info[i].status);
            assert_true(seen_string(&s, "title").size > 0);
            seen_free(&s);
        }
    }
}

/* A client may name any member; it is cut at a fixed length. */
static void pointer_cut_inside_a_character(void **state)
{
    struct field_problem problem = {.code = "field.unknown"};
    struct json_out o;
    struct seen s;

    (void)state;
    memset(problem.pointer, 'a', sizeof(problem.pointer));
    problem.pointer[0] = '/';
    memcpy(problem.pointer + sizeof(problem.pointer) - 2, "\xe5\x84", 2);
    o = written(REFUSAL_FIELD_INVALID, LANG_EN, &problem, 0);
    s = seen_text(&o);
    assert_int_equal(seen_string(&s, "errors/0/pointer").size,
                     sizeof(problem.pointer) - 2);
    seen_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(denied_says_who_may),
        cmocka_unit_test(wrong_state_says_what_is_next),
        cmocka_unit_test(bodies),
        cmocka_unit_test(every_refusal_is_json_in_both_languages),
        cmocka_unit_test(pointer_cut_inside_a_character),
    };

    return cmocka_run_group_tests_name("view/problem", tests, NULL, NULL);
}
