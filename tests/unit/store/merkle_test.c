/* merkle_test.c - the stored tree against RFC 6962 computed plainly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/store_fixture.h"
#include "store/inside.h"

enum { LEAVES = 70 };

static struct hash leaf_of(uint64_t n)
{
    uint8_t bytes[8];

    store_u64be(bytes, n);
    return crypt_sha256_prefixed(0, SPAN(bytes, sizeof(bytes)), SPAN(NULL, 0));
}

/* RFC 6962 section 2.1 with a work list in the place of its recursion: joins
 * neighbours level by level; a node without one goes up as it is. */
static struct hash plain_root(uint64_t count)
{
    struct hash level[LEAVES];
    uint64_t n = count;

    if (count == 0) {
        return crypt_sha256(SPAN(NULL, 0));
    }
    for (uint64_t i = 0; i < count; i++) {
        level[i] = leaf_of(i);
    }
    for (; n > 1; n = (n + 1) / 2) {
        for (uint64_t i = 0; i < n / 2; i++) {
            level[i] =
                crypt_sha256_prefixed(1, SPAN(level[2 * i].bytes, HASH_BYTES),
                                      SPAN(level[2 * i + 1].bytes, HASH_BYTES));
        }
        if (n % 2 == 1) {
            level[n / 2] = level[n - 1];
        }
    }
    return level[0];
}

static void roots_of_every_length(void **state)
{
    struct store_fixture f;
    struct store_txn *t;
    struct hash root;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
    for (uint64_t n = 0; n < LEAVES; n++) {
        struct hash want = plain_root(n);

        assert_int_equal(merkle_root(t, n, &root).code, ERR_NONE);
        assert_memory_equal(root.bytes, want.bytes, HASH_BYTES);
        assert_int_equal(table_count(t, TABLE_MERKLE), merkle_rows(n));
        assert_int_equal(merkle_add(t, n, leaf_of(n)).code, ERR_NONE);
    }
    /* Earlier lengths can still be told. */
    for (uint64_t n = 0; n <= LEAVES; n++) {
        struct hash want = plain_root(n);

        assert_int_equal(merkle_root(t, n, &root).code, ERR_NONE);
        assert_memory_equal(root.bytes, want.bytes, HASH_BYTES);
    }
    assert_int_equal(merkle_root(t, LEAVES + 1, &root).code, ERR_TAMPERED);
    store_end(t);
    store_fixture_free(&f);
}

/* RFC 6962 test vectors as in the certificate-transparency project: leaves of
 * these bytes, root of all eight. */
static void published_root(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
    } leaves[] = {
        {"", 0},
        {"\x00", 1},
        {"\x10", 1},
        {"\x20\x21", 2},
        {"\x30\x31", 2},
        {"\x40\x41\x42\x43", 4},
        {"\x50\x51\x52\x53\x54\x55\x56\x57", 8},
        {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
         16},
    };
    struct store_fixture f;
    struct store_txn *t;
    struct hash root;
    char hex[65];

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
    for (uint64_t i = 0; i < ARRAY_COUNT(leaves); i++) {
        struct hash leaf = crypt_sha256_prefixed(
            0, SPAN(leaves[i].bytes, leaves[i].size), SPAN(NULL, 0));

        assert_int_equal(merkle_add(t, i, leaf).code, ERR_NONE);
    }
    assert_int_equal(merkle_root(t, 8, &root).code, ERR_NONE);
    bytes_to_hex(SPAN(root.bytes, HASH_BYTES), hex);
    assert_string_equal(
        hex,
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    store_end(t);
    store_fixture_free(&f);
}

/* Each row of the table, changed, is found by the check of some leaf. */
static void each_changed_row_is_found(void **state)
{
    struct store_fixture f;
    struct store_txn *t;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
    for (uint64_t n = 0; n < 21; n++) {
        assert_int_equal(merkle_add(t, n, leaf_of(n)).code, ERR_NONE);
    }
    for (uint8_t level = 0; level < 5; level++) {
        for (uint64_t index = 0; index < (21u >> level); index++) {
            uint8_t key[MERKLE_KEY_BYTES];
            uint8_t good[MERKLE_BYTES];
            uint8_t bad[MERKLE_BYTES];
            struct span row;
            bool found = false;

            merkle_key(key, level, index);
            assert_int_equal(
                table_get(t, TABLE_MERKLE, SPAN(key, sizeof(key)), &row).code,
                ERR_NONE);
            memcpy(good, row.at, MERKLE_BYTES);
            memcpy(bad, good, MERKLE_BYTES);
            bad[31] ^= 0x10;
            for (int round = 0; round < 2; round++) {
                struct err e =
                    round == 0
                        ? table_put(t, TABLE_MERKLE, SPAN(key, sizeof(key)),
                                    SPAN(bad, MERKLE_BYTES))
                        : table_delete(t, TABLE_MERKLE, SPAN(key, sizeof(key)));

                assert_int_equal(e.code, ERR_NONE);
                for (uint64_t n = 0; n < 21; n++) {
                    e = merkle_check(t, n, leaf_of(n));
                    assert_true(e.code == ERR_NONE || e.code == ERR_TAMPERED);
                    found = found || failed(e);
                }
                assert_true(found);
            }
            assert_int_equal(table_put(t, TABLE_MERKLE, SPAN(key, sizeof(key)),
                                       SPAN(good, MERKLE_BYTES))
                                 .code,
                             ERR_NONE);
        }
    }
    for (uint64_t n = 0; n < 21; n++) {
        assert_int_equal(merkle_check(t, n, leaf_of(n)).code, ERR_NONE);
        assert_int_equal(merkle_check(t, n, leaf_of(n + 1)).code, ERR_TAMPERED);
    }
    store_end(t);
    store_fixture_free(&f);
}

static void rows_of_another_size_are_corrupt(void **state)
{
    struct store_fixture f;
    struct store_txn *t;
    struct hash h;
    uint8_t key[MERKLE_KEY_BYTES];

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
    assert_int_equal(merkle_leaf(t, 0, &h).code, ERR_MISSING);
    merkle_key(key, 0, 0);
    assert_int_equal(
        table_put(t, TABLE_MERKLE, SPAN(key, sizeof(key)), SPAN(key, 9)).code,
        ERR_NONE);
    assert_int_equal(merkle_leaf(t, 0, &h).code, ERR_CORRUPT);
    assert_int_equal(merkle_root(t, 1, &h).code, ERR_CORRUPT);
    assert_int_equal(merkle_check(t, 0, leaf_of(0)).code, ERR_CORRUPT);
    store_end(t);
    store_fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roots_of_every_length),
        cmocka_unit_test(published_root),
        cmocka_unit_test(each_changed_row_is_found),
        cmocka_unit_test(rows_of_another_size_are_corrupt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
