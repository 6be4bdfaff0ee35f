/*
 * feed_test.c - snapshot and push by audience.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/seen.h"

enum { GUYANG = 150222102, KUNDULUN = 150203001 };

static struct city city;
static struct actor agent, county;
static struct audience everybody, guyang;
static struct {
    struct city_case a, b, c; /* Guyang, Guyang, Kundulun */
} made;

static int setup(void **state)
{
    (void)state;
    city_make(&city, FIXTURE_MAP_BYTES);
    agent = city_actor(&city, "agt01", "R-AGT", "service_centre");
    county = city_actor(&city, "cty_gy", "R-CTY", "ca_gy");
    everybody = view_audience(city.catalogue, &agent);
    guyang = view_audience(city.catalogue, &county);
    made.a = city_case(&city, &agent, GUYANG);
    made.b = city_case(&city, &agent, GUYANG);
    made.c = city_case(&city, &agent, KUNDULUN);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    city_free(&city);
    return 0;
}

static struct seen snapshot(const struct audience *u, size_t limit)
{
    struct view_context x = seen_context(&city, &agent);
    struct store_txn *t;
    struct json_out o;

    json_out_init(&o, LIMIT_ANSWER_BYTES);
    assert_int_equal(store_read_begin(city.store.store, &t).code, ERR_NONE);
    assert_int_equal(view_snapshot(t, &x, u, "CURSOR", limit, &o).code,
                     ERR_NONE);
    store_end(t);
    return seen_text(&o);
}

static struct seen push(const struct audience *u,
                        const struct feed_change *changes, size_t count)
{
    struct view_context x = seen_context(&city, &agent);
    struct store_txn *t;
    struct json_out o;

    json_out_init(&o, LIMIT_ANSWER_BYTES);
    assert_int_equal(store_read_begin(city.store.store, &t).code, ERR_NONE);
    assert_int_equal(
        view_push(t, &x, u, &(struct feed_span){changes, count, "FROM", "TO"},
                  &o)
            .code,
        ERR_NONE);
    store_end(t);
    return seen_text(&o);
}

/* A change that registered the case as it stands. */
static struct feed_change registered(struct city_case c)
{
    struct feed_change change = {.case_id = c.id,
                                 .event = EVENT_CASE_REGISTERED};
    uint8_t key[CASE_HEAD_KEY_BYTES];
    struct store_txn *t;
    struct span value;

    case_head_key(key, c.id);
    assert_int_equal(store_read_begin(city.store.store, &t).code, ERR_NONE);
    assert_int_equal(
        table_get(t, TABLE_CASE_HEAD, SPAN(key, sizeof(key)), &value).code,
        ERR_NONE);
    memcpy(change.after, value.at, CASE_HEAD_BYTES);
    store_end(t);
    return change;
}

/* The case moves from where it stands to another place. */
static struct feed_change moved(struct city_case c, uint64_t from, uint64_t to,
                                uint32_t version)
{
    struct feed_change change = registered(c);

    change.had_before = true;
    change.event = EVENT_NOTE_ADDED;
    memcpy(change.before, change.after, CASE_HEAD_BYTES);
    case_head_set_place_code(change.before, from);
    case_head_set_place_code(change.after, to);
    case_head_set_version(change.after, version);
    return change;
}

static void snapshot_of_everything(void **state)
{
    struct seen s = snapshot(&everybody, 200);

    (void)state;
    assert_true(text_is(seen_string(&s, "type"), "snapshot"));
    assert_true(text_is(seen_string(&s, "topic"), "board"));
    assert_true(text_is(seen_string(&s, "cursor"), "CURSOR"));
    assert_int_equal(json_count(seen_at(&s, "rows")), 3);
    assert_int_equal(seen_integer(&s, "counters/open"), 3);
    assert_false(seen_true(&s, "more"));
    assert_false(seen_has(&s, "REPORTER") || seen_has(&s, "CHILD") ||
                 seen_has(&s, "STORY"));
    seen_free(&s);
    s = snapshot(&everybody, 2);
    assert_int_equal(json_count(seen_at(&s, "rows")), 2);
    assert_true(seen_true(&s, "more"));
    seen_free(&s);
}

static void snapshot_of_a_county(void **state)
{
    struct seen s = snapshot(&guyang, 200);
    char no[CASE_NO_BYTES];

    (void)state;
    assert_int_equal(json_count(seen_at(&s, "rows")), 2);
    assert_int_equal(seen_integer(&s, "counters/open"), 2);
    (void)case_no_to(made.c.no, no);
    assert_false(seen_has(&s, no));
    assert_false(seen_has(&s, "150203"));
    seen_free(&s);
}

static void put_to_who_sees_it(void **state)
{
    struct feed_change changes[] = {registered(made.a), registered(made.c)};
    struct seen s = push(&everybody, changes, 2);

    (void)state;
    assert_true(text_is(seen_string(&s, "type"), "push"));
    assert_true(text_is(seen_string(&s, "from"), "FROM"));
    assert_true(text_is(seen_string(&s, "to"), "TO"));
    assert_int_equal(json_count(seen_at(&s, "put")), 2);
    assert_int_equal(json_count(seen_at(&s, "drop")), 0);
    assert_int_equal(seen_integer(&s, "counters/open"), 3);
    seen_free(&s);
    s = push(&guyang, changes, 2);
    assert_int_equal(json_count(seen_at(&s, "put")), 1);
    assert_int_equal(seen_integer(&s, "counters/open"), 2);
    seen_free(&s);
    /* What it may not see leaves no mark but the positions. */
    s = push(&guyang, changes + 1, 1);
    assert_int_equal(json_count(seen_at(&s, "put")), 0);
    assert_int_equal(json_count(seen_at(&s, "drop")), 0);
    seen_free(&s);
}

static void drop_to_who_saw_it(void **state)
{
    struct feed_change away = moved(made.a, GUYANG, KUNDULUN, 2);
    struct seen s = push(&guyang, &away, 1);
    char id[ID_HEX + 1];

    (void)state;
    id_to_hex(made.a.id, id);
    assert_int_equal(json_count(seen_at(&s, "put")), 0);
    assert_true(text_is(seen_string(&s, "drop/0"), id));
    seen_free(&s);
    s = push(&everybody, &away, 1); /* still sees it */
    assert_int_equal(json_count(seen_at(&s, "put")), 1);
    assert_int_equal(json_count(seen_at(&s, "drop")), 0);
    seen_free(&s);
    /* Who never saw it is told nothing. */
    away = moved(made.c, KUNDULUN, 150223104, 2);
    s = push(&guyang, &away, 1);
    assert_int_equal(json_count(seen_at(&s, "put")), 0);
    assert_int_equal(json_count(seen_at(&s, "drop")), 0);
    seen_free(&s);
}

static void changes_of_one_case_are_one(void **state)
{
    struct feed_change changes[] = {
        registered(made.a),
        moved(made.a, GUYANG, KUNDULUN, 2),
        registered(made.b),
        moved(made.a, KUNDULUN, GUYANG, 3),
    };
    struct seen s = push(&guyang, changes, 4);

    (void)state;
    assert_int_equal(json_count(seen_at(&s, "put")), 2);
    assert_int_equal(seen_integer(&s, "put/0/version"), 3);
    assert_int_equal(json_count(seen_at(&s, "drop")), 0);
    seen_free(&s);
    /* New and gone again within one push: never seen, so nothing to drop. */
    s = push(&guyang, changes, 3);
    assert_int_equal(json_count(seen_at(&s, "put")), 1);
    assert_int_equal(json_count(seen_at(&s, "drop")), 0);
    seen_free(&s);
    s = push(&guyang, changes + 1, 3); /* it was there before all of them */
    assert_int_equal(json_count(seen_at(&s, "put")), 2);
    seen_free(&s);
}

static void many_changes(void **state)
{
    enum { MANY = 3000 };
    struct feed_change *changes = heap_take(MANY * sizeof(*changes));
    struct seen s;

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        changes[i] = registered(made.a);
        store_u32le(changes[i].case_id.bytes + 12, (uint32_t)(i / 3));
    }
    s = push(&everybody, changes, MANY);
    assert_int_equal(json_count(seen_at(&s, "put")), MANY / 3);
    seen_free(&s);
    s = push(&everybody, changes, 0);
    assert_int_equal(json_count(seen_at(&s, "put")), 0);
    seen_free(&s);
    free(changes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(snapshot_of_everything),
        cmocka_unit_test(snapshot_of_a_county),
        cmocka_unit_test(put_to_who_sees_it),
        cmocka_unit_test(drop_to_who_saw_it),
        cmocka_unit_test(changes_of_one_case_are_one),
        cmocka_unit_test(many_changes),
    };

    return cmocka_run_group_tests_name("view/feed", tests, setup, teardown);
}
