/* env_test.c - an environment is opened only when its file can be believed. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/store_fixture.h"
#include "store/inside.h"
#include "store/pages.h"

static void made_only_when_asked(void **state)
{
    struct store_fixture f;
    struct env_options o = {.map_bytes = 1 << 20};
    MDB_env *env = NULL;
    unsigned flags = 0;

    (void)state;
    store_fixture_init(&f, FIXTURE_MAP_BYTES);
    o.path = f.root;
    assert_int_equal(env_open(&o, &env).code, ERR_MISSING);
    o.read_only = true;
    assert_int_equal(env_open(&o, &env).code, ERR_MISSING);
    o.read_only = false;
    o.create = true;
    assert_int_equal(env_open(&o, &env).code, ERR_NONE);
    /* Durable: none of the flags that trade safety for speed. */
    assert_int_equal(mdb_env_get_flags(env, &flags), 0);
    assert_int_equal(flags & (MDB_NOSYNC | MDB_NOMETASYNC | MDB_WRITEMAP |
                              MDB_MAPASYNC | MDB_NOMEMINIT | MDB_NOLOCK),
                     0);
    assert_int_equal(flags & MDB_NOTLS, MDB_NOTLS);
    mdb_env_close(env);
    o.create = false;
    assert_int_equal(env_open(&o, &env).code, ERR_NONE);
    mdb_env_close(env);
    store_fixture_free(&f);
}

static void what_is_no_environment(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        int32_t code;
    } rows[] = {
        {"", 0, ERR_MISSING},
        {"x", 1, ERR_CORRUPT},
        {"SQLite format 3", 15, ERR_CORRUPT},
    };
    struct store_fixture f;
    struct env_options o = {.map_bytes = 1 << 20};
    static const uint8_t zeros[8192];
    char path[PATH_MAX];
    MDB_env *env;

    (void)state;
    store_fixture_init(&f, FIXTURE_MAP_BYTES);
    o.path = f.root;
    assert_int_equal(path_join(f.root, "data.mdb", path).code, ERR_NONE);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        fixture_file_write(path, (const uint8_t *)rows[i].bytes, rows[i].size);
        assert_int_equal(env_open(&o, &env).code, rows[i].code);
    }
    fixture_file_write(path, zeros, sizeof(zeros));
    assert_int_equal(env_open(&o, &env).code, ERR_CORRUPT);
    o.create = true; /* and nothing is made over it */
    assert_int_equal(env_open(&o, &env).code, ERR_CORRUPT);
    assert_int_equal(unlink(path), 0);
    o.path = "/no/such/place";
    assert_int_equal(env_open(&o, &env).code, ERR_SYS);
    store_fixture_free(&f);
}

/* The two meta pages of a new environment, of one commit, of many. */
static void metas_take_turns(void **state)
{
    struct store_fixture f;
    struct env_options o = {.map_bytes = 1 << 20, .create = true};
    struct page_meta m[2];
    MDB_env *env;
    int fd;

    (void)state;
    store_fixture_init(&f, FIXTURE_MAP_BYTES);
    o.path = f.root;
    assert_int_equal(env_open(&o, &env).code, ERR_NONE);
    assert_int_equal(mdb_env_get_fd(env, &fd), 0);
    for (uint64_t commits = 0; commits < 10; commits++) {
        uint8_t key[8];
        MDB_val k = val_of(SPAN(key, sizeof(key)));
        MDB_txn *txn;
        MDB_dbi dbi;

        assert_int_equal(pages_read_metas(fd, m).code, ERR_NONE);
        assert_int_equal(pages_check_turn(fd, m).code, ERR_NONE);
        assert_int_equal(m[0].txn_id > m[1].txn_id ? m[0].txn_id : m[1].txn_id,
                         commits);
        store_u64be(key, commits);
        assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
        assert_int_equal(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
        assert_int_equal(mdb_put(txn, dbi, &k, &k, 0), 0);
        assert_int_equal(mdb_txn_commit(txn), 0);
    }
    mdb_env_close(env);
    store_fixture_free(&f);
}

/* What a hot copy makes: LMDB's own, plain and compacted. */
static void copies_are_sound(void **state)
{
    struct store_fixture f;
    char plain[PATH_MAX];
    char compact[PATH_MAX];

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 50);
    fixture_records(f.store, 200);
    assert_int_equal(path_join(f.root, "plain", plain).code, ERR_NONE);
    assert_int_equal(path_join(f.root, "compact", compact).code, ERR_NONE);
    assert_int_equal(dir_make(plain).code, ERR_NONE);
    assert_int_equal(dir_make(compact).code, ERR_NONE);
    assert_int_equal(mdb_env_copy(f.store->main, plain), 0);
    assert_int_equal(mdb_env_copy2(f.store->main, compact, MDB_CP_COMPACT), 0);
    for (int i = 0; i < 2; i++) {
        struct env_options o = {.path = i == 0 ? plain : compact,
                                .map_bytes = FIXTURE_MAP_BYTES};
        MDB_env *env;

        assert_int_equal(env_open(&o, &env).code, ERR_NONE);
        assert_int_equal(env_check_pages(env, true).code, ERR_NONE);
        mdb_env_close(env);
    }
    store_fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_only_when_asked),
        cmocka_unit_test(what_is_no_environment),
        cmocka_unit_test(metas_take_turns),
        cmocka_unit_test(copies_are_sound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
