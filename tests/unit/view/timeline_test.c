/*
 * timeline_test.c - what happened to a case, by mask and by page.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/seen.h"

enum { GUYANG = 150222102, NOTES = 7 };

static struct city city;
static struct actor agent, other, county, partner;
static struct city_case made;

static int setup(void **state)
{
    (void)state;
    city_make(&city, FIXTURE_MAP_BYTES);
    agent = city_actor(&city, "agt01", "R-AGT", "service_centre");
    other = city_actor(&city, "agt02", "R-AGT", "service_centre");
    county = city_actor(&city, "cty_gy", "R-CTY", "ca_gy");
    partner = city_actor(&city, "ptr_wf", "R-PTR", "women");
    made = city_case(&city, &agent, GUYANG);
    (void)city_case(&city, &agent, GUYANG);
    for (int i = 0; i < NOTES; i++) {
        char text[32];

        (void)snprintf(text, sizeof(text), "NOTE number %d", i);
        (void)city_note(&city, &agent, made.no, text);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    city_free(&city);
    return 0;
}

static struct seen timeline(const struct actor *actor, int64_t limit,
                            const char *cursor)
{
    struct read_read_timeline params = {
        .no = made.no, .has_limit = true, .limit = limit};

    if (cursor[0] != '\0') {
        params.has_cursor = true;
        params.cursor = text_of(cursor);
    }
    return seen_read(&city, actor, READ_READ_TIMELINE, &params);
}

static void newest_first_with_words_and_actor(void **state)
{
    struct seen s = timeline(&agent, 200, "");

    (void)state;
    assert_int_equal(json_count(seen_at(&s, "rows")), NOTES + 1);
    assert_true(text_is(seen_string(&s, "rows/0/note"), "NOTE number 6"));
    assert_true(text_is(seen_string(&s, "rows/0/actor"), "agt01"));
    assert_true(text_is(seen_string(&s, "rows/0/role"), "R-AGT"));
    assert_true(text_is(seen_string(&s, "rows/0/unit"), "service_centre"));
    assert_true(text_is(seen_string(&s, "rows/7/event"), "case_registered"));
    assert_true(seen_integer(&s, "rows/0/seq") >
                seen_integer(&s, "rows/1/seq"));
    assert_null(seen_at(&s, "rows/7/note"));
    seen_free(&s);
}

static void words_follow_the_mask(void **state)
{
    struct seen s = timeline(&county, 200, "");

    (void)state;
    assert_true(seen_has(&s, "NOTE number 6"));
    seen_free(&s);
    s = timeline(&partner, 200, ""); /* the state only */
    assert_int_equal(json_count(seen_at(&s, "rows")), NOTES + 1);
    assert_false(seen_has(&s, "NOTE") || seen_has(&s, "agt01") ||
                 seen_has(&s, "service_centre"));
    seen_free(&s);
    s = timeline(&other, 200, ""); /* an agent's view of others' cases */
    assert_false(seen_has(&s, "NOTE"));
    seen_free(&s);
}

static void pages(void **state)
{
    char cursor[CURSOR_CHARS] = "";
    size_t count = 0;
    int64_t last = INT64_MAX;

    (void)state;
    do {
        struct seen s = timeline(&agent, 3, cursor);
        size_t rows = json_count(seen_at(&s, "rows"));

        for (size_t i = 0; i < rows; i++) {
            char path[32];

            (void)snprintf(path, sizeof(path), "rows/%zu/seq", i);
            assert_true(seen_integer(&s, path) < last);
            last = seen_integer(&s, path);
        }
        count += rows;
        cursor[0] = '\0';
        if (seen_at(&s, "next") != NULL) {
            struct text next = seen_string(&s, "next");

            memcpy(cursor, next.at, next.size);
            cursor[next.size] = '\0';
        }
        seen_free(&s);
    } while (cursor[0] != '\0');
    assert_int_equal(count, NOTES + 1);
}

static void cursor_of_another_case(void **state)
{
    struct city_case mine = made;
    struct seen s = timeline(&agent, 3, "");
    struct text next = seen_string(&s, "next");
    char cursor[CURSOR_CHARS] = "";
    struct seen bad;

    (void)state;
    memcpy(cursor, next.at, next.size);
    made = city_case(&city, &agent, GUYANG);
    bad = timeline(&agent, 3, cursor);
    made = mine;
    assert_int_equal(bad.refusal, REFUSAL_CURSOR_BAD);
    seen_free(&bad);
    seen_free(&s);
}

static void erased_words_say_so(void **state)
{
    struct city_case mine = made;
    struct store_txn *t;
    struct record r;
    struct log_position at;
    struct seen s;

    (void)state;
    made = city_case(&city, &agent, GUYANG);
    at = city_note(&city, &agent, made.no, "NOTE to be erased");
    assert_int_equal(store_write_begin(city.store.store, &t).code, ERR_NONE);
    assert_int_equal(log_read(t, at.seq, &r).code, ERR_NONE);
    assert_int_equal(store_subject_erase(t, r.parts[0].subject).code, ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
    s = timeline(&county, 200, "");
    assert_true(seen_true(&s, "rows/0/erased"));
    assert_null(seen_at(&s, "rows/0/note"));
    assert_true(text_is(seen_string(&s, "rows/0/actor"), "agt01"));
    seen_free(&s);
    s = timeline(&partner, 200, "");
    assert_null(seen_at(&s, "rows/0/erased"));
    seen_free(&s);
    made = mine;
}

static void answer_to_a_note(void **state)
{
    const struct cmd_add_note body = {.no = made.no,
                                      .text = TEXT_LITERAL("NOTE the last")};
    struct city_result r = city_command(&city, &agent, COMMAND_ADD_NOTE, &body);
    struct seen s = seen_answer(&city, &agent, COMMAND_ADD_NOTE, &r);

    (void)state;
    assert_true(text_is(seen_string(&s, "note"), "NOTE the last"));
    assert_int_equal(seen_integer(&s, "seq"), r.position.seq);
    seen_free(&s);
}

static void unknown_and_hidden(void **state)
{
    struct actor elsewhere = city_actor(&city, "cty_kq", "R-CTY", "ca_kq");
    struct seen s = timeline(&elsewhere, 3, "");
    struct city_case mine = made;

    (void)state;
    assert_int_equal(s.refusal, REFUSAL_CASE_UNKNOWN);
    assert_true(s.denied_by_right);
    seen_free(&s);
    /* Nor does a cursor that is no cursor tell that the case is there. */
    s = timeline(&elsewhere, 3, "AAAA");
    assert_int_equal(s.refusal, REFUSAL_CASE_UNKNOWN);
    seen_free(&s);
    made.no.serial += 9000;
    s = timeline(&agent, 3, "");
    assert_int_equal(s.refusal, REFUSAL_CASE_UNKNOWN);
    assert_false(s.denied_by_right);
    seen_free(&s);
    made = mine;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(newest_first_with_words_and_actor),
        cmocka_unit_test(words_follow_the_mask),
        cmocka_unit_test(pages),
        cmocka_unit_test(cursor_of_another_case),
        cmocka_unit_test(erased_words_say_so),
        cmocka_unit_test(answer_to_a_note),
        cmocka_unit_test(unknown_and_hidden),
    };

    return cmocka_run_group_tests_name("view/timeline", tests, setup, teardown);
}
