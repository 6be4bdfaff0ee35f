/* life_test.c - create, open, close; and everything that opens must refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/store_fixture.h"
#include "store/inside.h"

static void join(const struct store_fixture *f, const char *name,
                 char path[static PATH_MAX])
{
    assert_int_equal(path_join(f->dir, name, path).code, ERR_NONE);
}

static void a_new_store_opens(void **state)
{
    struct store_fixture f;
    struct stat st;
    char path[PATH_MAX];
    struct id log_id;

    (void)state;
    store_fixture_init(&f, FIXTURE_MAP_BYTES);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_MISSING);
    assert_int_equal(store_create(&f.options, STORE_DEMO).code, ERR_NONE);
    assert_int_equal(stat(f.dir, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    assert_int_equal(store_made(f.store), STORE_DEMO);
    log_id = store_log_id(f.store);
    assert_false(id_is_zero(log_id));
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    assert_true(id_equal(log_id, store_log_id(f.store)));
    join(&f, "main.part", path);
    assert_false(path_exists(path));
    store_close(NULL);
    store_fixture_free(&f);
}

/* What may be done to it stands in it, also after a rebuild. */
static void it_says_what_it_was_made_for(void **state)
{
    static const struct {
        enum store_made_by made_by;
        bool demo, for_tests;
    } rows[] = {
        {STORE_REAL, false, false},
        {STORE_DEMO, true, false},
        {STORE_TEST, false, true},
        {STORE_DEMO_TEST, true, true},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct store_fixture f;

        store_fixture_init(&f, FIXTURE_MAP_BYTES);
        assert_int_equal(store_create(&f.options, rows[i].made_by).code,
                         ERR_NONE);
        assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
        assert_int_equal(store_made(f.store), rows[i].made_by);
        assert_int_equal(store_is_demo(f.store), rows[i].demo);
        assert_int_equal(store_is_for_tests(f.store), rows[i].for_tests);
        store_fixture_free(&f);
    }
}

static void a_store_is_made_once(void **state)
{
    struct store_fixture f;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 5);
    fixture_records(f.store, 5);
    /* While it is open, and after. */
    assert_int_equal(store_create(&f.options, STORE_REAL).code, ERR_IN_USE);
    store_fixture_close(&f);
    assert_int_equal(store_create(&f.options, STORE_REAL).code, ERR_IN_USE);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    assert_int_equal(store_made(f.store), STORE_TEST);
    store_fixture_free(&f);
}

/* main was moved away by somebody: its keys must not be lost. */
static void keys_in_use_stop_a_creation(void **state)
{
    struct store_fixture f;
    char main_path[PATH_MAX];
    char away[PATH_MAX];

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 5);
    store_fixture_close(&f);
    join(&f, "main", main_path);
    join(&f, "away", away);
    assert_int_equal(rename(main_path, away), 0);
    assert_int_equal(store_create(&f.options, STORE_TEST).code, ERR_IN_USE);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_MISSING);
    assert_int_equal(rename(away, main_path), 0);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    store_fixture_free(&f);
}

/* A creation that died: empty keys, half a main, and a key file are there. */
static void a_creation_is_begun_again(void **state)
{
    struct store_fixture f;
    char path[PATH_MAX];
    char part[PATH_MAX];
    struct crypt_key master;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    store_fixture_close(&f);
    join(&f, "main", path);
    join(&f, "main.part", part);
    assert_int_equal(rename(path, part), 0);
    assert_int_equal(master_read(f.key_path, &master).code, ERR_NONE);
    assert_int_equal(store_create(&f.options, STORE_TEST).code, ERR_NONE);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    assert_false(path_exists(part));
    store_fixture_free(&f);
}

static void it_is_locked_once(void **state)
{
    struct store_fixture f;
    struct store *second = NULL;
    struct store_options beside;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    assert_int_equal(store_open(&f.options, &second).code, ERR_IN_USE);
    assert_null(second);
    beside = f.options;
    beside.lock = false;
    beside.read_only = true;
    /* LMDB forbids a second environment of one file in one process, so only
     * that the lock is not asked for can be shown here. */
    store_fixture_close(&f);
    assert_int_equal(store_open(&beside, &second).code, ERR_NONE);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    store_close(second);
    store_fixture_free(&f);
}

static void another_master_key_is_refused(void **state)
{
    static const char other[] =
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";
    struct store_fixture f;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 5);
    fixture_records(f.store, 3);
    store_fixture_close(&f);
    assert_int_equal(unlink(f.key_path), 0);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_KEY);
    fixture_file_write(f.key_path, (const uint8_t *)other, 65);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_KEY);
    store_fixture_free(&f);
}

static void derived_keys(void **state)
{
    struct store_fixture f;
    struct store_fixture g;
    struct crypt_key idem;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    store_fixture_make(&g, FIXTURE_MAP_BYTES, 0);
    idem = store_derive(f.store, "idem");
    assert_memory_not_equal(idem.bytes, store_derive(f.store, "blind").bytes,
                            CRYPT_KEY_BYTES);
    assert_memory_not_equal(idem.bytes, store_derive(g.store, "idem").bytes,
                            CRYPT_KEY_BYTES);
    /* Not one of the keys that the store uses itself. */
    assert_memory_not_equal(f.store->wrap.bytes,
                            store_derive(f.store, "hutong store wrap v1").bytes,
                            CRYPT_KEY_BYTES);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    assert_memory_equal(idem.bytes, store_derive(f.store, "idem").bytes,
                        CRYPT_KEY_BYTES);
    store_fixture_free(&g);
    store_fixture_free(&f);
}

/* ---- what is not as it should be ---- */

static void meta_change(struct store *s, size_t at, size_t size)
{
    uint8_t key[META_KEY_BYTES];
    uint8_t value[META_BYTES + 8] = {0};
    struct store_txn *t;
    struct span row;

    assert_int_equal(store_write_begin(s, &t).code, ERR_NONE);
    assert_int_equal(meta_read(t, &row).code, ERR_NONE);
    memcpy(value, row.at, row.size);
    value[at] ^= 0x80;
    meta_key(key, 0);
    assert_int_equal(
        table_put(t, TABLE_META, SPAN(key, sizeof(key)), SPAN(value, size))
            .code,
        ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

static void meta_must_fit(void **state)
{
    static const struct {
        size_t at, size;
        int32_t code;
    } rows[] = {
        {0, META_BYTES, ERR_VERSION},     /* tables_version */
        {31, META_BYTES, ERR_VERSION},    /* its last byte */
        {48, META_BYTES, ERR_KEY},        /* key check */
        {72, META_BYTES, ERR_CORRUPT},    /* made_by */
        {0, META_BYTES + 8, ERR_VERSION}, /* another layout */
        {0, META_BYTES - 8, ERR_VERSION},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct store_fixture f;

        store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
        meta_change(f.store, rows[i].at, rows[i].size);
        assert_int_equal(store_fixture_reopen(&f).code, rows[i].code);
        store_fixture_free(&f);
    }
}

static void drop_table(struct store *s, enum table table, int delete)
{
    MDB_txn *txn;

    assert_int_equal(mdb_txn_begin(s->main, NULL, 0, &txn), 0);
    assert_int_equal(mdb_drop(txn, s->tables[table], delete), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
}

static void tables_must_be_there(void **state)
{
    static const struct {
        enum table table;
        int32_t code;
    } rows[] = {
        {TABLE_META, ERR_MISSING},
        {TABLE_LOG_HEAD, ERR_VERSION},
        {TABLE_IDEM, ERR_CORRUPT},
    };
    struct store_fixture f;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
        drop_table(f.store, rows[i].table, 1);
        assert_int_equal(store_fixture_reopen(&f).code, rows[i].code);
        store_fixture_free(&f);
    }
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    drop_table(f.store, TABLE_META, 0);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_MISSING);
    store_fixture_free(&f);
}

static void files_must_be_there(void **state)
{
    static const char *const names[] = {"main/data.mdb", "keys/data.mdb"};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        struct store_fixture f;
        char path[PATH_MAX];

        store_fixture_make(&f, FIXTURE_MAP_BYTES, 5);
        store_fixture_close(&f);
        join(&f, names[i], path);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(store_fixture_reopen(&f).code, ERR_MISSING);
        assert_false(path_exists(path)); /* nothing was made in its place */
        fixture_file_write(path, (const uint8_t *)"", 0);
        assert_int_equal(store_fixture_reopen(&f).code, ERR_MISSING);
        store_fixture_free(&f);
    }
}

static void the_keys_must_be_there(void **state)
{
    struct store_fixture f;
    char path[PATH_MAX];

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 5);
    store_fixture_close(&f);
    join(&f, "keys", path);
    fixture_remove_tree(path);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_MISSING);
    store_fixture_free(&f);
}

static void long_paths_are_refused(void **state)
{
    struct store_fixture f;
    char dir[PATH_MAX + 10];

    (void)state;
    store_fixture_init(&f, FIXTURE_MAP_BYTES);
    memset(dir, 'd', sizeof(dir));
    dir[sizeof(dir) - 1] = '\0';
    f.options.dir = dir;
    assert_int_equal(store_fixture_reopen(&f).code, ERR_LIMIT);
    assert_int_equal(store_create(&f.options, STORE_TEST).code, ERR_SYS);
    store_fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_store_opens),
        cmocka_unit_test(it_says_what_it_was_made_for),
        cmocka_unit_test(a_store_is_made_once),
        cmocka_unit_test(keys_in_use_stop_a_creation),
        cmocka_unit_test(a_creation_is_begun_again),
        cmocka_unit_test(it_is_locked_once),
        cmocka_unit_test(another_master_key_is_refused),
        cmocka_unit_test(derived_keys),
        cmocka_unit_test(meta_must_fit),
        cmocka_unit_test(tables_must_be_there),
        cmocka_unit_test(files_must_be_there),
        cmocka_unit_test(the_keys_must_be_there),
        cmocka_unit_test(long_paths_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
