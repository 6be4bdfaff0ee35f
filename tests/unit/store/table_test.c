/* table_test.c - rows and walks, against a list of what must come out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/death.h"
#include "lib/store_fixture.h"

static struct store_txn *write_begin(struct store *s)
{
    struct store_txn *t;

    assert_int_equal(store_write_begin(s, &t).code, ERR_NONE);
    return t;
}

static struct span str(const char *s) { return SPAN(s, strlen(s)); }

static void put(struct store_txn *t, const char *key, const char *value)
{
    assert_int_equal(table_put(t, TABLE_CHECKPOINT, str(key), str(value)).code,
                     ERR_NONE);
}

static void rows_come_and_go(void **state)
{
    struct store_fixture f;
    struct store_txn *t;
    struct span v;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    t = write_begin(f.store);
    assert_int_equal(table_get(t, TABLE_CHECKPOINT, str("a"), &v).code,
                     ERR_NONE);
    assert_null(v.at);
    assert_int_equal(v.size, 0);
    put(t, "a", "1");
    put(t, "b", "");
    put(t, "a", "longer");
    assert_int_equal(table_get(t, TABLE_CHECKPOINT, str("a"), &v).code,
                     ERR_NONE);
    assert_true(span_equal(v, str("longer")));
    assert_int_equal(table_get(t, TABLE_CHECKPOINT, str("b"), &v).code,
                     ERR_NONE);
    assert_non_null(v.at); /* there, and empty */
    assert_int_equal(v.size, 0);
    assert_int_equal(table_count(t, TABLE_CHECKPOINT), 2);
    assert_int_equal(table_delete(t, TABLE_CHECKPOINT, str("a")).code,
                     ERR_NONE);
    assert_int_equal(table_delete(t, TABLE_CHECKPOINT, str("a")).code,
                     ERR_NONE); /* absent is no error */
    assert_int_equal(table_count(t, TABLE_CHECKPOINT), 1);
    assert_int_equal(table_count(t, TABLE_SUBJECT), 0);
    assert_int_equal(store_commit(t).code, ERR_NONE);
    assert_int_equal(store_read_begin(f.store, &t).code, ERR_NONE);
    assert_int_equal(table_count(t, TABLE_CHECKPOINT), 1);
    store_end(t);
    store_end(NULL);
    store_fixture_free(&f);
}

static void what_is_not_committed_is_gone(void **state)
{
    struct store_fixture f;
    struct store_txn *t;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    t = write_begin(f.store);
    put(t, "a", "1");
    store_end(t);
    t = write_begin(f.store);
    assert_int_equal(table_count(t, TABLE_CHECKPOINT), 0);
    store_end(t);
    store_fixture_free(&f);
}

static void the_longest_key(void **state)
{
    struct store_fixture f;
    struct store_txn *t;
    uint8_t key[511];
    struct span v;

    (void)state;
    memset(key, 0xFF, sizeof(key));
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    t = write_begin(f.store);
    assert_int_equal(
        table_put(t, TABLE_CHECKPOINT, SPAN(key, 511), str("x")).code,
        ERR_NONE);
    assert_int_equal(table_get(t, TABLE_CHECKPOINT, SPAN(key, 511), &v).code,
                     ERR_NONE);
    assert_true(span_equal(v, str("x")));
    store_end(t);
    store_fixture_free(&f);
}

/* ---- walks ---- */

static const char *const keys[] = {"b", "bb", "d", "f"};

struct seek {
    const char *from;
    bool forward;
    const char *want; /* NULL: nothing */
};

static void seeks(void **state)
{
    static const struct seek rows[] = {
        {"", true, "b"},    {"", false, "f"},   {"a", true, "b"},
        {"a", false, NULL}, {"b", true, "b"},   {"b", false, "b"},
        {"ba", true, "bb"}, {"ba", false, "b"}, {"bb", true, "bb"},
        {"c", true, "d"},   {"c", false, "bb"}, {"f", true, "f"},
        {"f", false, "f"},  {"g", true, NULL},  {"g", false, "f"},
    };
    struct store_fixture f;
    struct table_walk *w;
    struct store_txn *t;
    struct span key;
    struct span value;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    t = write_begin(f.store);
    assert_int_equal(table_walk_begin(t, TABLE_CHECKPOINT, &w).code, ERR_NONE);
    assert_false(table_walk_seek(w, str(""), true, &key, &value));
    assert_false(table_walk_seek(w, str(""), false, &key, &value));
    assert_false(table_walk_seek(w, str("x"), false, &key, &value));
    assert_int_equal(table_walk_end(w).code, ERR_NONE);
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        put(t, keys[i], keys[i]);
    }
    assert_int_equal(table_walk_begin(t, TABLE_CHECKPOINT, &w).code, ERR_NONE);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        bool found = table_walk_seek(w, str(rows[i].from), rows[i].forward,
                                     &key, &value);

        assert_int_equal(found, rows[i].want != NULL);
        if (found) {
            assert_true(span_equal(key, str(rows[i].want)));
            assert_true(span_equal(value, key));
        }
    }
    assert_int_equal(table_walk_end(w).code, ERR_NONE);
    assert_int_equal(table_walk_end(NULL).code, ERR_NONE);
    store_end(t);
    store_fixture_free(&f);
}

static void walks(void **state)
{
    struct store_fixture f;
    struct table_walk *w;
    struct store_txn *t;
    struct span key;
    struct span value;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    t = write_begin(f.store);
    for (size_t i = ARRAY_COUNT(keys); i > 0; i--) {
        put(t, keys[i - 1], "");
    }
    assert_int_equal(table_walk_begin(t, TABLE_CHECKPOINT, &w).code, ERR_NONE);
    assert_true(table_walk_seek(w, str(""), true, &key, &value));
    for (size_t i = 1; i < ARRAY_COUNT(keys); i++) {
        assert_true(table_walk_next(w, true, &key, &value));
        assert_true(span_equal(key, str(keys[i])));
    }
    assert_false(table_walk_next(w, true, &key, &value));
    assert_true(table_walk_seek(w, str("e"), false, &key, &value));
    assert_true(span_equal(key, str("d")));
    assert_true(table_walk_next(w, false, &key, &value));
    assert_true(table_walk_next(w, false, &key, &value));
    assert_true(span_equal(key, str("b")));
    assert_false(table_walk_next(w, false, &key, &value));
    assert_int_equal(table_walk_end(w).code, ERR_NONE);
    store_end(t);
    store_fixture_free(&f);
}

/* ---- bugs of a caller ---- */

enum wrong { EMPTY_KEY, LONG_KEY, LOG_ROW, LOG_DELETE, READER_PUTS, NO_TABLE };

struct attempt {
    struct store *store;
    enum wrong wrong;
};

static void attempt(void *context)
{
    static const uint8_t key[600];
    struct attempt *a = context;
    struct store_txn *t;
    struct span v;
    struct err e = a->wrong == READER_PUTS ? store_read_begin(a->store, &t)
                                           : store_write_begin(a->store, &t);

    switch (a->wrong) {
    case EMPTY_KEY:
        e = table_get(t, TABLE_CHECKPOINT, str(""), &v);
        break;
    case LONG_KEY:
        e = table_put(t, TABLE_CHECKPOINT, SPAN(key, 512), str(""));
        break;
    case LOG_ROW:
        e = table_put(t, TABLE_LOG, SPAN(key, 8), str("x"));
        break;
    case LOG_DELETE:
        e = table_delete(t, TABLE_LOG, SPAN(key, 8));
        break;
    case READER_PUTS:
        e = table_put(t, TABLE_CHECKPOINT, SPAN(key, 8), str("x"));
        break;
    case NO_TABLE:
        e = table_get(t, TABLE_COUNT, SPAN(key, 8), &v);
        break;
    }
    (void)e;
}

static void wrong_calls_are_bugs(void **state)
{
    struct store_fixture f;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    for (int i = EMPTY_KEY; i <= NO_TABLE; i++) {
        struct attempt a = {f.store, (enum wrong)i};

        assert_true(dies(attempt, &a));
    }
    store_fixture_free(&f);
}

static void every_table_has_a_class(void **state)
{
    (void)state;
    for (unsigned i = 0; i < TABLE_COUNT; i++) {
        assert_non_null(table_info[i].name);
        assert_true(table_info[i].class == TABLE_CLASS_LOG ||
                    table_info[i].class == TABLE_CLASS_DERIVED ||
                    table_info[i].class == TABLE_CLASS_SIDE);
        assert_int_equal(table_info[i].class == TABLE_CLASS_LOG,
                         i == TABLE_LOG);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_and_go),
        cmocka_unit_test(what_is_not_committed_is_gone),
        cmocka_unit_test(the_longest_key),
        cmocka_unit_test(seeks),
        cmocka_unit_test(walks),
        cmocka_unit_test(wrong_calls_are_bugs),
        cmocka_unit_test(every_table_has_a_class),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
