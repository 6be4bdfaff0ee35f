/*
 * board_test.c - the list of cases: order, pages, forgery, counters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/posed.h"
#include "lib/seen.h"

enum { GUYANG = 150222102, KUNDULUN = 150203001, CASES = 12 };

static struct city city;
static struct actor agent, county, township, partner, dispatcher, admin;
static struct city_case cases[CASES]; /* oldest first; even ones in Guyang */

static int setup(void **state)
{
    (void)state;
    city_make(&city, FIXTURE_MAP_BYTES);
    agent = city_actor(&city, "agt01", "R-AGT", "service_centre");
    county = city_actor(&city, "cty_gy", "R-CTY", "ca_gy");
    township = city_actor(&city, "twn_sxl", "R-TWN", "twn_sxl");
    partner = city_actor(&city, "ptl_edu", "R-PTL", "education");
    dispatcher = city_actor(&city, "dsp01", "R-DSP", "service_centre");
    admin = city_actor(&city, "adm01", "R-ADM", "system");
    for (size_t i = 0; i < CASES; i++) {
        cases[i] = city_case(&city, &agent, i % 2 == 0 ? GUYANG : KUNDULUN);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    city_free(&city);
    return 0;
}

static struct seen page(const struct actor *actor, int64_t limit,
                        const char *cursor)
{
    struct read_list_cases params = {.has_limit = true, .limit = limit};

    if (cursor != NULL && cursor[0] != '\0') {
        params.has_cursor = true;
        params.cursor = text_of(cursor);
    }
    return seen_read(&city, actor, READ_LIST_CASES, &params);
}

static size_t rows_of(const struct seen *s)
{
    return json_count(seen_at(s, "rows"));
}

static void newest_first_and_nothing_sealed(void **state)
{
    struct seen s = page(&agent, 200, NULL);
    char no[CASE_NO_BYTES];

    (void)state;
    assert_true(rows_of(&s) >= CASES);
    assert_null(seen_at(&s, "next"));
    (void)case_no_to(cases[CASES - 1].no, no);
    assert_true(text_is(seen_string(&s, "rows/0/no"), no));
    (void)case_no_to(cases[0].no, no);
    assert_true(text_is(seen_string(&s, "rows/11/no"), no));
    /* What the screening found is G10: not for an agent on the board. */
    assert_null(seen_at(&s, "rows/0/danger"));
    assert_false(seen_has(&s, "REPORTER") || seen_has(&s, "CHILD") ||
                 seen_has(&s, "SCHOOL") || seen_has(&s, "STORY") ||
                 seen_has(&s, "PLACE") || seen_has(&s, "AVOID") ||
                 seen_has(&s, "0000000004"));
    seen_free(&s);
    s = page(&county, 200, NULL);
    assert_true(seen_true(&s, "rows/0/danger"));
    seen_free(&s);
}

static void others_are_refused(void **state)
{
    struct seen s = page(&admin, 10, NULL);

    (void)state;
    assert_int_equal(s.refusal, REFUSAL_RIGHT_DENIED);
    assert_true(s.denied_by_right);
    seen_free(&s);
    s = page(&dispatcher, 10, NULL); /* the board, but no file */
    assert_int_equal(s.refusal, REFUSAL_NONE);
    assert_int_equal(rows_of(&s), 10);
    seen_free(&s);
}

static void scopes(void **state)
{
    struct seen s = page(&county, 200, NULL);

    (void)state;
    assert_int_equal(rows_of(&s), CASES / 2);
    assert_int_equal(seen_integer(&s, "counters/open"), CASES / 2);
    assert_int_equal(seen_integer(&s, "counters/today"), CASES / 2);
    assert_int_equal(seen_integer(&s, "counters/danger"), CASES / 2);
    seen_free(&s);
    s = page(&township, 200, NULL);
    assert_int_equal(rows_of(&s), CASES / 2);
    assert_int_equal(seen_integer(&s, "counters/triage"), CASES / 2);
    seen_free(&s);
    s = page(&partner, 200, NULL); /* by walking: apply keeps none by unit */
    assert_int_equal(rows_of(&s), 0);
    assert_int_equal(seen_integer(&s, "counters/open"), 0);
    assert_int_equal(seen_integer(&s, "counters/today"), 0);
    seen_free(&s);
}

static void by_state(void **state)
{
    struct read_list_cases params = {.has_state = true,
                                     .state = CASE_STATE_CLOSED};
    struct seen s = seen_read(&city, &agent, READ_LIST_CASES, &params);

    (void)state;
    assert_int_equal(rows_of(&s), 0);
    seen_free(&s);
    params.state = CASE_STATE_TRIAGE;
    s = seen_read(&city, &agent, READ_LIST_CASES, &params);
    assert_true(rows_of(&s) >= CASES);
    seen_free(&s);
}

/* Whatever is registered between two pages, no row comes twice or is missed. */
static void pages_are_stable_under_inserts(void **state)
{
    char cursor[CURSOR_CHARS] = "";
    size_t seen_rows = 0;
    bool found[CASES] = {false};

    (void)state;
    do {
        struct seen s = page(&county, 2, cursor);

        assert_int_equal(s.refusal, REFUSAL_NONE);
        for (size_t r = 0; r < rows_of(&s); r++) {
            char path[32];
            char no[CASE_NO_BYTES];
            struct text shown;

            (void)snprintf(path, sizeof(path), "rows/%zu/no", r);
            shown = seen_string(&s, path);
            for (size_t i = 0; i < CASES; i++) {
                (void)case_no_to(cases[i].no, no);
                if (text_is(shown, no)) {
                    assert_false(found[i]);
                    found[i] = true;
                    seen_rows++;
                }
            }
        }
        cursor[0] = '\0';
        if (seen_at(&s, "next") != NULL) {
            struct text next = seen_string(&s, "next");

            assert_true(next.size < sizeof(cursor));
            memcpy(cursor, next.at, next.size);
            cursor[next.size] = '\0';
        }
        seen_free(&s);
        (void)city_case(&city, &agent, GUYANG);
    } while (cursor[0] != '\0');
    assert_int_equal(seen_rows, CASES / 2);
}

static void forged_and_borrowed_cursors(void **state)
{
    struct seen s = page(&county, 2, NULL);
    struct text next = seen_string(&s, "next");
    struct text live = seen_string(&s, "cursor");
    char token[CURSOR_CHARS] = "";
    struct seen bad;

    (void)state;
    memcpy(token, next.at, next.size);
    bad = page(&agent, 2, token); /* another reader's */
    assert_int_equal(bad.refusal, REFUSAL_CURSOR_BAD);
    seen_free(&bad);
    token[5] = token[5] == 'A' ? 'B' : 'A';
    bad = page(&county, 2, token);
    assert_int_equal(bad.refusal, REFUSAL_CURSOR_BAD);
    seen_free(&bad);
    memset(token, 0, sizeof(token));
    memcpy(token, live.at, live.size); /* ours, but for another use */
    bad = page(&county, 2, token);
    assert_int_equal(bad.refusal, REFUSAL_CURSOR_BAD);
    seen_free(&bad);
    seen_free(&s);
}

static void live_cursor_is_the_position(void **state)
{
    struct seen s = page(&agent, 1, NULL);
    struct crypt_key key = store_derive(city.store.store, CURSOR_PURPOSE);
    struct log_position position;
    struct store_txn *t;

    (void)state;
    assert_true(cursor_read(&key, seen_string(&s, "cursor"), &position));
    assert_int_equal(store_read_begin(city.store.store, &t).code, ERR_NONE);
    assert_int_equal(position.seq, store_position(t).seq);
    assert_memory_equal(position.hash.bytes, store_position(t).hash.bytes,
                        HASH_BYTES);
    store_end(t);
    seen_free(&s);
}

/* The oldest case is Guyang's: whoever sees Kundulun's is not told that there
 * is anything behind the last of them. */
static void no_next_for_hidden_rows_alone(void **state)
{
    const struct actor kundulun = city_actor(&city, "cty_kq", "R-CTY", "ca_kq");
    struct seen s = page(&kundulun, 200, NULL);
    int64_t seen = (int64_t)rows_of(&s);

    (void)state;
    assert_true(seen > 1);
    seen_free(&s);
    s = page(&kundulun, seen, NULL);
    assert_int_equal(rows_of(&s), seen);
    assert_null(seen_at(&s, "next"));
    seen_free(&s);
    s = page(&kundulun, seen - 1, NULL);
    assert_non_null(seen_at(&s, "next"));
    seen_free(&s);
}

/* A list leaves no trail, and so shows nobody the village. */
static void a_row_tells_the_township_and_the_file_the_village(void **state)
{
    const struct city_case made = city_case(&city, &agent, 150202001012);
    struct seen s = page(&agent, 1, NULL);

    (void)state;
    assert_true(text_is(seen_string(&s, "rows/0/place_code"), "150202001"));
    assert_false(seen_has(&s, "150202001012"));
    seen_free(&s);
    s = seen_case(&city, &agent, made.no);
    assert_true(text_is(seen_string(&s, "row/place_code"), "150202001012"));
    seen_free(&s);
}

/* Puts one byte into a case head, or the head as it was. */
static void put_head(struct id case_id, const uint8_t *head)
{
    uint8_t key[CASE_HEAD_KEY_BYTES];
    struct store_txn *t;

    case_head_key(key, case_id);
    assert_int_equal(store_write_begin(city.store.store, &t).code, ERR_NONE);
    assert_int_equal(table_put(t, TABLE_CASE_HEAD, SPAN(key, sizeof(key)),
                               SPAN(head, CASE_HEAD_BYTES))
                         .code,
                     ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

static void get_head(struct id case_id,
                     uint8_t ret_head[static CASE_HEAD_BYTES])
{
    uint8_t key[CASE_HEAD_KEY_BYTES];
    struct store_txn *t;
    struct span value;

    case_head_key(key, case_id);
    assert_int_equal(store_read_begin(city.store.store, &t).code, ERR_NONE);
    assert_int_equal(
        table_get(t, TABLE_CASE_HEAD, SPAN(key, sizeof(key)), &value).code,
        ERR_NONE);
    memcpy(ret_head, value.at, CASE_HEAD_BYTES);
    store_end(t);
}

static void bad_channel(uint8_t *head) { case_head_set_channel(head, 0x41); }
static void bad_state(uint8_t *head) { case_head_set_state(head, 0); }
static void bad_agent(uint8_t *head)
{
    case_head_set_agent(head, fixture_id(77)); /* nobody */
}
static void bad_time(uint8_t *head)
{
    case_head_set_updated_us(head, INT64_MAX - 1);
}

static bool shows(const struct seen *s, struct case_no no)
{
    char text[CASE_NO_BYTES];

    (void)case_no_to(no, text);
    return seen_has(s, text);
}

/* One changed bit takes its row from the board, and nothing else. */
static void a_damaged_row_is_left_out(void **state)
{
    static void (*const damage[])(uint8_t *) = {bad_channel, bad_state,
                                                bad_agent, bad_time};
    const struct view_context x = seen_context(&city, &agent);
    const struct audience u = view_audience(city.catalogue, &agent);
    uint8_t whole[CASE_HEAD_BYTES];

    (void)state;
    get_head(cases[3].id, whole);
    for (size_t i = 0; i < ARRAY_COUNT(damage); i++) {
        uint8_t head[CASE_HEAD_BYTES];
        struct json_out out;
        struct store_txn *t;
        struct seen s;

        memcpy(head, whole, sizeof(head));
        damage[i](head);
        put_head(cases[3].id, head);
        s = page(&agent, 200, NULL);
        assert_int_equal(s.refusal, REFUSAL_NONE);
        assert_false(shows(&s, cases[3].no));
        assert_true(shows(&s, cases[2].no) && shows(&s, cases[4].no));
        seen_free(&s);
        json_out_init(&out, LIMIT_ANSWER_BYTES);
        assert_int_equal(store_read_begin(city.store.store, &t).code, ERR_NONE);
        assert_int_equal(view_snapshot(t, &x, &u, "c", 200, &out).code,
                         ERR_NONE);
        store_end(t);
        s = seen_text(&out);
        assert_false(shows(&s, cases[3].no));
        assert_true(shows(&s, cases[2].no));
        seen_free(&s);
    }
    put_head(cases[3].id, whole);
}

/* ------------------------------------------------------------- filters -- */

static size_t found_by(const struct actor *actor,
                       const struct read_list_cases *params)
{
    struct seen s = seen_read(&city, actor, READ_LIST_CASES, params);
    size_t count = rows_of(&s);

    assert_int_equal(s.refusal, REFUSAL_NONE);
    seen_free(&s);
    return count;
}

/* One case of an urgent kind that the county leads, with an emergency, and one
 * that is overdue; all others are as they were registered: in danger. */
static void filters(void **state)
{
    uint8_t head[CASE_HEAD_BYTES];
    struct read_list_cases none = {.has_limit = true, .limit = 200};
    struct read_list_cases p = none;
    size_t all;

    (void)state;
    posed_state(&city, cases[0].id, CASE_STATE_IN_PROGRESS, "ca_gy", "ca_gy");
    posed_get(&city, cases[0].id, head);
    case_head_set_urgency(head, URGENCY_MOST_URGENT);
    case_head_set_category_code(head, "C08\0\0\0\0");
    case_head_set_ladder_state(head, LADDER_STATE_RUNNING);
    posed_put(&city, cases[0].id, head);
    posed_clock(&city, cases[2].id, DUE_DISPATCH, CITY_TIME_US, true);
    posed_get(&city, cases[4].id, head);
    case_head_set_danger(head, 0);
    posed_put(&city, cases[4].id, head);
    all = found_by(&county, &none);

    p.has_stage = true;
    p.stage = STAGE_HANDLE;
    assert_int_equal(found_by(&county, &p), 1);
    p = none;
    p.has_urgency = true;
    p.urgency = URGENCY_MOST_URGENT;
    assert_int_equal(found_by(&county, &p), 1);
    p.urgency = URGENCY_GENERAL;
    assert_int_equal(found_by(&county, &p), 0);
    p = none;
    p.has_unit = true;
    p.unit = text_of("ca_gy");
    assert_int_equal(found_by(&county, &p), 1);
    p.unit = text_of("ca_g");
    assert_int_equal(found_by(&county, &p), 0);
    p = none;
    p.has_category = true;
    p.category = text_of("C08");
    assert_int_equal(found_by(&county, &p), 1);
    p.category = text_of("C0");
    assert_int_equal(found_by(&county, &p), 0);
    p = none;
    p.has_overdue = true;
    p.overdue = true;
    assert_int_equal(found_by(&county, &p), 1);
    p.overdue = false;
    assert_int_equal(found_by(&county, &p), all - 1);
    p = none;
    p.has_emergency = true;
    p.emergency = true;
    assert_int_equal(found_by(&county, &p), 1);
    p.has_overdue = true; /* both: none */
    p.overdue = true;
    assert_int_equal(found_by(&county, &p), 0);
    p = none;
    p.has_danger = true;
    p.danger = false;
    assert_int_equal(found_by(&county, &p), 1);
    p.danger = true;
    assert_int_equal(found_by(&county, &p), all - 1);
}

/* To narrow by what one must not know would tell it. */
static void danger_is_not_told_by_a_filter(void **state)
{
    struct read_list_cases p = {
        .has_limit = true, .limit = 200, .has_danger = true, .danger = true};

    (void)state;
    assert_int_equal(found_by(&agent, &p), 0);
    p.danger = false;
    assert_int_equal(found_by(&agent, &p), 0);
}

/* A unit's counters are made by walking, and count what apply counts. */
static void counters_of_a_unit(void **state)
{
    uint8_t head[CASE_HEAD_BYTES];
    struct seen s;

    (void)state;
    posed_state(&city, cases[1].id, CASE_STATE_IN_PROGRESS, "education",
                "education");
    posed_get(&city, cases[1].id, head);
    case_head_set_ladder_state(head, LADDER_STATE_RUNNING);
    posed_put(&city, cases[1].id, head);
    posed_state(&city, cases[3].id, CASE_STATE_IN_PROGRESS, "education",
                "education");
    posed_clock(&city, cases[3].id, DUE_HANDLE, CITY_TIME_US, true);
    posed_state(&city, cases[5].id, CASE_STATE_CLOSED, "", "education");
    s = page(&partner, 200, NULL);
    assert_int_equal(rows_of(&s), 3);
    assert_int_equal(seen_integer(&s, "counters/open"), 2);
    assert_int_equal(seen_integer(&s, "counters/triage"), 0);
    assert_int_equal(seen_integer(&s, "counters/today"), 3);
    assert_int_equal(seen_integer(&s, "counters/emergency"), 1);
    assert_int_equal(seen_integer(&s, "counters/overdue"), 1);
    seen_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(newest_first_and_nothing_sealed),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(scopes),
        cmocka_unit_test(by_state),
        cmocka_unit_test(forged_and_borrowed_cursors),
        cmocka_unit_test(live_cursor_is_the_position),
        cmocka_unit_test(pages_are_stable_under_inserts),
        cmocka_unit_test(a_row_tells_the_township_and_the_file_the_village),
        cmocka_unit_test(no_next_for_hidden_rows_alone),
        cmocka_unit_test(a_damaged_row_is_left_out),
        cmocka_unit_test(filters),
        cmocka_unit_test(danger_is_not_told_by_a_filter),
        cmocka_unit_test(counters_of_a_unit),
    };

    return cmocka_run_group_tests_name("view/board", tests, setup, teardown);
}
