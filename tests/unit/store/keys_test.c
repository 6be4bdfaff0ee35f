/* keys_test.c - the pool, wrapping, destruction, and keys that are damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/store_fixture.h"
#include "store/inside.h"

static uint64_t ahead(struct store *s)
{
    struct store_txn *t;
    uint64_t n;

    assert_int_equal(store_read_begin(s, &t).code, ERR_NONE);
    n = store_keys_ahead(t);
    store_end(t);
    return n;
}

static void use(struct store *s, uint8_t subject)
{
    struct store_txn *t;

    assert_int_equal(store_write_begin(s, &t).code, ERR_NONE);
    fixture_append(t, 1, "{}", subject, "{}");
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

/* Changes a row of the keys' environment, or removes it (size 0). */
static void row_change(struct store *s, uint64_t key_id, size_t size,
                       size_t flip)
{
    uint8_t id[8];
    uint8_t row[WRAPPED_BYTES + 1] = {0};
    MDB_val k = val_of(SPAN(id, sizeof(id)));
    MDB_val v;
    MDB_txn *txn;

    store_u64be(id, key_id);
    assert_int_equal(mdb_txn_begin(s->keys, NULL, 0, &txn), 0);
    assert_int_equal(mdb_get(txn, s->keys_table, &k, &v), 0);
    memcpy(row, v.mv_data, WRAPPED_BYTES);
    row[flip] ^= 0x04;
    v = val_of(SPAN(row, size));
    if (size == 0) {
        assert_int_equal(mdb_del(txn, s->keys_table, &k, NULL), 0);
    } else {
        assert_int_equal(mdb_put(txn, s->keys_table, &k, &v, 0), 0);
    }
    assert_int_equal(mdb_txn_commit(txn), 0);
}

static void the_pool_is_filled_to_its_mark(void **state)
{
    struct store_fixture f;
    struct store_txn *t;
    uint64_t last;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    assert_int_equal(ahead(f.store), 0);
    assert_int_equal(store_keys_fill(f.store, 0).code, ERR_NONE);
    assert_int_equal(ahead(f.store), 0);
    assert_int_equal(store_keys_fill(f.store, 5).code, ERR_NONE);
    assert_int_equal(ahead(f.store), 5);
    assert_int_equal(store_keys_fill(f.store, 3).code, ERR_NONE);
    assert_int_equal(ahead(f.store), 5);
    use(f.store, 1);
    use(f.store, 1);
    assert_int_equal(ahead(f.store), 4);
    assert_int_equal(store_keys_fill(f.store, 5).code, ERR_NONE);
    assert_int_equal(ahead(f.store), 5);
    /* In more than one batch. */
    assert_int_equal(store_keys_fill(f.store, 3000).code, ERR_NONE);
    assert_int_equal(ahead(f.store), 3000);
    assert_int_equal(store_read_begin(f.store, &t).code, ERR_NONE);
    assert_int_equal(key_last(t, &last).code, ERR_NONE);
    assert_int_equal(last, 3001);
    store_end(t);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    assert_int_equal(ahead(f.store), 3000);
    store_fixture_free(&f);
}

static void keys_are_wrapped_and_differ(void **state)
{
    struct store_fixture f;
    struct crypt_key a;
    struct crypt_key b;
    struct store_txn *t;
    uint8_t *bytes;
    size_t size;
    char path[PATH_MAX];

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 2);
    assert_int_equal(store_read_begin(f.store, &t).code, ERR_NONE);
    assert_int_equal(key_fetch(t, 1, &a).code, ERR_NONE);
    assert_int_equal(key_fetch(t, 2, &b).code, ERR_NONE);
    assert_memory_not_equal(a.bytes, b.bytes, CRYPT_KEY_BYTES);
    assert_int_equal(key_fetch(t, 3, &b).code, ERR_MISSING);
    store_end(t);
    assert_int_equal(path_join(f.dir, "keys/data.mdb", path).code, ERR_NONE);
    bytes = fixture_file_read(path, &size);
    for (size_t i = 0; i + 16 <= size; i++) {
        assert_memory_not_equal(bytes + i, a.bytes, 16);
    }
    free(bytes);
    store_fixture_free(&f);
}

static void each_byte_of_a_row_matters(void **state)
{
    struct store_fixture f;
    struct crypt_key key;
    struct store_txn *t;
    uint64_t bad = 0;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 3);
    assert_int_equal(keys_check(f.store, &bad).code, ERR_NONE);
    for (size_t i = 0; i < WRAPPED_BYTES; i++) {
        row_change(f.store, 2, WRAPPED_BYTES, i);
        assert_int_equal(store_read_begin(f.store, &t).code, ERR_NONE);
        assert_int_equal(key_fetch(t, 2, &key).code, ERR_KEY);
        assert_int_equal(key_fetch(t, 1, &key).code, ERR_NONE);
        store_end(t);
        assert_int_equal(keys_check(f.store, &bad).code, ERR_KEY);
        assert_int_equal(bad, 2);
        row_change(f.store, 2, WRAPPED_BYTES, i);
    }
    assert_int_equal(keys_check(f.store, &bad).code, ERR_NONE);
    row_change(f.store, 2, WRAPPED_BYTES - 1, 0);
    assert_int_equal(keys_check(f.store, &bad).code, ERR_KEY);
    row_change(f.store, 2, WRAPPED_BYTES + 1, 0);
    assert_int_equal(keys_check(f.store, &bad).code, ERR_KEY);
    store_fixture_free(&f);
}

/* A row in the place of another does not open. */
static void a_row_opens_in_its_place_only(void **state)
{
    struct store_fixture f;
    uint8_t one[8];
    uint8_t two[8];
    uint8_t row[WRAPPED_BYTES];
    MDB_val k = val_of(SPAN(one, sizeof(one)));
    MDB_val v;
    MDB_txn *txn;
    uint64_t bad = 0;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 2);
    store_u64be(one, 1);
    store_u64be(two, 2);
    assert_int_equal(mdb_txn_begin(f.store->keys, NULL, 0, &txn), 0);
    assert_int_equal(mdb_get(txn, f.store->keys_table, &k, &v), 0);
    memcpy(row, v.mv_data, sizeof(row));
    k = val_of(SPAN(two, sizeof(two)));
    v = val_of(SPAN(row, sizeof(row)));
    assert_int_equal(mdb_put(txn, f.store->keys_table, &k, &v, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    assert_int_equal(keys_check(f.store, &bad).code, ERR_KEY);
    assert_int_equal(bad, 2);
    store_fixture_free(&f);
}

/* An id that records use is never made again, or damage would be hidden. */
static void lost_keys_stay_lost(void **state)
{
    struct store_fixture f;
    struct crypt_key key;
    struct store_txn *t;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 3);
    use(f.store, 1);
    use(f.store, 2);
    use(f.store, 3);
    row_change(f.store, 2, 0, 0);
    row_change(f.store, 3, 0, 0);
    assert_int_equal(store_keys_fill(f.store, 2).code, ERR_NONE);
    assert_int_equal(store_read_begin(f.store, &t).code, ERR_NONE);
    assert_int_equal(key_fetch(t, 1, &key).code, ERR_NONE);
    assert_int_equal(key_fetch(t, 2, &key).code, ERR_MISSING);
    assert_int_equal(key_fetch(t, 3, &key).code, ERR_MISSING);
    assert_int_equal(key_fetch(t, 4, &key).code, ERR_NONE);
    assert_int_equal(key_fetch(t, 5, &key).code, ERR_NONE);
    assert_int_equal(key_fetch(t, 6, &key).code, ERR_MISSING);
    store_end(t);
    store_fixture_free(&f);
}

/* ---- destruction ---- */

static void erase(struct store *s, uint8_t subject)
{
    struct store_txn *t;

    assert_int_equal(store_write_begin(s, &t).code, ERR_NONE);
    assert_int_equal(store_subject_erase(t, fixture_id(subject)).code,
                     ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

static void a_destroyed_key_is_gone(void **state)
{
    struct store_fixture f;
    struct crypt_key key;
    struct store_txn *t;
    struct store_txn *early;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 3);
    use(f.store, 1);
    use(f.store, 2);
    erase(f.store, 1);
    assert_int_equal(store_read_begin(f.store, &early).code, ERR_NONE);
    assert_int_equal(key_fetch(early, 1, &key).code, ERR_NONE);
    store_end(early);
    assert_int_equal(store_key_destroy(f.store, fixture_id(1)).code, ERR_NONE);
    assert_int_equal(store_read_begin(f.store, &t).code, ERR_NONE);
    assert_int_equal(key_fetch(t, 1, &key).code, ERR_MISSING);
    assert_int_equal(key_fetch(t, 2, &key).code, ERR_NONE);
    store_end(t);
    assert_int_equal(store_keys_fill(f.store, 5).code, ERR_NONE);
    assert_int_equal(store_read_begin(f.store, &t).code, ERR_NONE);
    assert_int_equal(key_fetch(t, 1, &key).code, ERR_MISSING);
    store_end(t);
    store_fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pool_is_filled_to_its_mark),
        cmocka_unit_test(keys_are_wrapped_and_differ),
        cmocka_unit_test(each_byte_of_a_row_matters),
        cmocka_unit_test(a_row_opens_in_its_place_only),
        cmocka_unit_test(lost_keys_stay_lost),
        cmocka_unit_test(a_destroyed_key_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
