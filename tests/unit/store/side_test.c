/* side_test.c - a sealed side row opens for its subject, in its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/death.h"
#include "lib/store_fixture.h"

struct world {
    struct store_fixture f;
    struct arena *a;
    struct store_txn *t;
    struct side_place at;
    struct span sealed;
};

static const struct text secret = {"what was said", 13};

static void world_make(struct world *w)
{
    store_fixture_make(&w->f, FIXTURE_MAP_BYTES, 5);
    w->a = arena_new(1 << 20);
    assert_int_equal(store_write_begin(w->f.store, &w->t).code, ERR_NONE);
    fixture_append(w->t, 1, "{}", 1, "{}");
    fixture_append(w->t, 1, "{}", 2, "{}");
    assert_int_equal(store_commit(w->t).code, ERR_NONE);
    assert_int_equal(store_write_begin(w->f.store, &w->t).code, ERR_NONE);
    w->at =
        (struct side_place){TABLE_CHECKPOINT, SPAN("row", 3), fixture_id(1)};
    assert_int_equal(
        store_seal_side(w->t, &w->at, secret, w->a, &w->sealed).code, ERR_NONE);
}

static void world_free(struct world *w)
{
    store_end(w->t);
    arena_free(w->a);
    store_fixture_free(&w->f);
}

static int32_t open_code(struct world *w, const struct side_place *at,
                         struct span sealed)
{
    struct text plain;
    struct err e = store_open_side(w->t, at, sealed, w->a, &plain);

    if (!failed(e)) {
        assert_true(text_equal(plain, secret));
    }
    return e.code;
}

static void sealed_opens(void **state)
{
    struct world w;
    struct span again;
    struct text plain;

    (void)state;
    world_make(&w);
    assert_int_equal(open_code(&w, &w.at, w.sealed), ERR_NONE);
    assert_int_equal(store_seal_side(w.t, &w.at, secret, w.a, &again).code,
                     ERR_NONE);
    assert_false(span_equal(again, w.sealed)); /* another iv */
    assert_int_equal(
        store_seal_side(w.t, &w.at, (struct text){NULL, 0}, w.a, &again).code,
        ERR_NONE);
    assert_int_equal(store_open_side(w.t, &w.at, again, w.a, &plain).code,
                     ERR_NONE);
    assert_int_equal(plain.size, 0);
    world_free(&w);
}

static void only_in_its_place(void **state)
{
    struct world w;
    struct side_place other;

    (void)state;
    world_make(&w);
    other = w.at;
    other.table = TABLE_META;
    assert_int_equal(open_code(&w, &other, w.sealed), ERR_CORRUPT);
    other = w.at;
    other.key = SPAN("rov", 3);
    assert_int_equal(open_code(&w, &other, w.sealed), ERR_CORRUPT);
    other.key = SPAN("ro", 2);
    assert_int_equal(open_code(&w, &other, w.sealed), ERR_CORRUPT);
    other = w.at;
    other.subject = fixture_id(2);
    assert_int_equal(open_code(&w, &other, w.sealed), ERR_CORRUPT);
    other.subject = fixture_id(3);
    assert_int_equal(open_code(&w, &other, w.sealed), ERR_MISSING);
    world_free(&w);
}

static void each_byte_matters(void **state)
{
    struct world w;
    uint8_t *copy;

    (void)state;
    world_make(&w);
    copy = heap_take(w.sealed.size);
    memcpy(copy, w.sealed.at, w.sealed.size);
    for (size_t i = 0; i < w.sealed.size; i++) {
        copy[i] ^= 0x20;
        assert_int_equal(open_code(&w, &w.at, SPAN(copy, w.sealed.size)),
                         ERR_CORRUPT);
        copy[i] ^= 0x20;
    }
    for (size_t size = 0; size < w.sealed.size; size++) {
        assert_int_equal(open_code(&w, &w.at, SPAN(copy, size)), ERR_CORRUPT);
    }
    assert_int_equal(open_code(&w, &w.at, SPAN(copy, w.sealed.size)), ERR_NONE);
    free(copy);
    world_free(&w);
}

static void bounds(void **state)
{
    static char large[LIMIT_PART_BYTES + 1];
    struct world w;
    struct arena *small = arena_new(16);
    struct span sealed;
    struct text plain;

    (void)state;
    world_make(&w);
    assert_int_equal(store_seal_side(w.t, &w.at,
                                     (struct text){large, sizeof(large)}, w.a,
                                     &sealed)
                         .code,
                     ERR_LIMIT);
    assert_int_equal(store_seal_side(w.t, &w.at, secret, small, &sealed).code,
                     ERR_LIMIT);
    assert_non_null(arena_take(small, 16));
    assert_int_equal(store_open_side(w.t, &w.at, w.sealed, small, &plain).code,
                     ERR_LIMIT);
    arena_free(small);
    world_free(&w);
}

static void erased_is_missing(void **state)
{
    struct world w;
    struct span sealed;

    (void)state;
    world_make(&w);
    assert_int_equal(store_subject_erase(w.t, fixture_id(1)).code, ERR_NONE);
    assert_int_equal(open_code(&w, &w.at, w.sealed), ERR_MISSING);
    assert_int_equal(store_seal_side(w.t, &w.at, secret, w.a, &sealed).code,
                     ERR_MISSING);
    world_free(&w);
}

static void seal_derived(void *context)
{
    struct world *w = context;
    struct span sealed;
    struct err e;

    w->at.table = TABLE_SUBJECT;
    e = store_seal_side(w->t, &w->at, secret, w->a, &sealed);
    (void)e;
}

static void derived_rows_are_not_sealed_so(void **state)
{
    struct world w;

    (void)state;
    world_make(&w);
    assert_true(dies(seal_derived, &w));
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sealed_opens),
        cmocka_unit_test(only_in_its_place),
        cmocka_unit_test(each_byte_matters),
        cmocka_unit_test(bounds),
        cmocka_unit_test(erased_is_missing),
        cmocka_unit_test(derived_rows_are_not_sealed_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
