/*
 * pages_test.c - sound pages are never accused, damaged ones never crash.
 *
 * Seeds are printed when a random test fails and can be given in SEED.
 */
#include "store/pages.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/store_damage.h"
#include "store/inside.h"

static uint64_t first_seed(uint64_t otherwise)
{
    const char *given = getenv("SEED");

    return given != NULL ? strtoull(given, NULL, 10) : otherwise;
}

/* ---- no false alarm ---- */

/* Puts and deletes rows of all sizes in two tables at random. */
static void churn(struct store *s, uint64_t *seed)
{
    static const enum table tables[] = {TABLE_CHECKPOINT, TABLE_ERASURE};
    static const uint8_t value[12000] = {1};
    struct store_txn *t;

    assert_int_equal(store_write_begin(s, &t).code, ERR_NONE);
    for (int i = 0; i < 60; i++) {
        enum table table = tables[damage_random(seed) % 2];
        uint64_t what = damage_random(seed) % 100;
        uint8_t key[511];
        size_t key_bytes = 1 + damage_random(seed) % (what < 10 ? 511 : 6);
        size_t size = damage_random(seed) % (what < 5 ? sizeof(value) : 90);
        struct err e;

        for (size_t k = 0; k < key_bytes; k++) {
            key[k] = (uint8_t)(damage_random(seed) % (what < 50 ? 4 : 256));
        }
        e = what < 60
                ? table_put(t, table, SPAN(key, key_bytes), SPAN(value, size))
                : table_delete(t, table, SPAN(key, key_bytes));
        assert_int_equal(e.code, ERR_NONE);
    }
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

static void empty_table(struct store *s, enum table table)
{
    MDB_txn *txn;

    assert_int_equal(mdb_txn_begin(s->main, NULL, 0, &txn), 0);
    assert_int_equal(mdb_drop(txn, s->tables[table], 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
}

static void sound_pages_pass(void **state)
{
    uint64_t seed = first_seed(20261123);
    uint64_t began = seed;
    struct store_fixture f;

    (void)state;
    store_fixture_make(&f, 1 << 30, 10);
    for (int round = 0; round < 300; round++) {
        struct err whole;
        struct err ends;

        if (round % 7 == 0) {
            fixture_records(f.store, 0);
        }
        churn(f.store, &seed);
        if (round % 50 == 49) {
            empty_table(f.store, TABLE_CHECKPOINT);
        }
        whole = env_check_pages(f.store->main, true);
        ends = env_check_pages(f.store->main, false);
        if (failed(whole) || failed(ends)) {
            print_error("SEED=%llu round %d page %d\n",
                        (unsigned long long)began, round, whole.sys);
        }
        assert_int_equal(whole.code, ERR_NONE);
        assert_int_equal(ends.code, ERR_NONE);
    }
    store_fixture_free(&f);
}

/* A snapshot that a reader holds while others are written over it. */
static void a_held_snapshot_passes(void **state)
{
    uint64_t seed = first_seed(7);
    struct store_fixture f;
    struct page_meta metas[2];
    struct store_txn *reader;
    const struct page_meta *held;
    int fd;

    (void)state;
    store_fixture_make(&f, 1 << 30, 10);
    for (int i = 0; i < 20; i++) {
        churn(f.store, &seed);
    }
    assert_int_equal(mdb_env_get_fd(f.store->main, &fd), 0);
    assert_int_equal(store_read_begin(f.store, &reader).code, ERR_NONE);
    assert_int_equal(pages_read_metas(fd, metas).code, ERR_NONE);
    held = &metas[mdb_txn_id(reader->main) % 2];
    assert_int_equal(held->txn_id, mdb_txn_id(reader->main));
    for (int i = 0; i < 50; i++) {
        churn(f.store, &seed);
        assert_int_equal(pages_check(fd, held, true).code, ERR_NONE);
    }
    store_end(reader);
    store_fixture_free(&f);
}

/* More named tables than fit in one leaf, and plain rows with no table. */
static void other_shapes_pass(void **state)
{
    struct store_fixture f;
    struct env_options o = {.map_bytes = 64 << 20, .create = true};
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    uint64_t bad;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    o.path = f.root;
    assert_int_equal(env_open(&o, &env).code, ERR_NONE);
    assert_int_equal(env_check_pages(env, true).code, ERR_NONE); /* empty */
    for (unsigned i = 0; i < 120; i++) {
        char name[64];
        MDB_val v = val_of(SPAN("value", 5));

        (void)snprintf(name, sizeof(name), "a_table_with_a_long_name_%03u", i);
        assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
        assert_int_equal(mdb_dbi_open(txn, name, MDB_CREATE, &dbi), 0);
        assert_int_equal(mdb_put(txn, dbi, &v, &v, 0), 0);
        assert_int_equal(mdb_txn_commit(txn), 0);
        assert_int_equal(env_check_pages(env, true).code, ERR_NONE);
        assert_int_equal(env_check_pages(env, false).code, ERR_NONE);
    }
    mdb_env_close(env);
    assert_int_equal(store_keys_fill(f.store, 5000).code, ERR_NONE);
    assert_int_equal(env_check_pages(f.store->keys, true).code, ERR_NONE);
    assert_int_equal(keys_check(f.store, &bad).code, ERR_NONE);
    store_fixture_free(&f);
}

/* A main tree that is emptied and filled, commit by commit. */
static void an_emptied_tree_passes(void **state)
{
    struct store_fixture f;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    for (uint64_t round = 0; round < 30; round++) {
        uint8_t id[8];
        MDB_val k = val_of(SPAN(id, sizeof(id)));
        MDB_txn *txn;

        store_u64be(id, 1);
        assert_int_equal(mdb_txn_begin(f.store->keys, NULL, 0, &txn), 0);
        if (round % 2 == 0) {
            assert_int_equal(mdb_put(txn, f.store->keys_table, &k, &k, 0), 0);
        } else {
            assert_int_equal(mdb_del(txn, f.store->keys_table, &k, NULL), 0);
        }
        assert_int_equal(mdb_txn_commit(txn), 0);
        assert_int_equal(env_check_pages(f.store->keys, true).code, ERR_NONE);
    }
    store_fixture_free(&f);
}

/* ---- the file as a whole ---- */

static void every_cut_is_found(void **state)
{
    static const char *const names[] = {"main/data.mdb", "keys/data.mdb"};
    struct store_fixture f;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 500);
    fixture_records(f.store, 40);
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        struct damage d;
        size_t size;

        store_fixture_close(&f);
        damage_init(&d, &f, names[i]);
        for (size = 1; size < d.size; size += size < 8300 ? 97 : 1999) {
            damage_cut(&d, size);
            assert_int_equal(store_fixture_reopen(&f).code, ERR_CORRUPT);
            damage_undo(&d);
        }
        damage_cut(&d, d.size - 1);
        assert_int_equal(store_fixture_reopen(&f).code, ERR_CORRUPT);
        damage_undo(&d);
        assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
        damage_release(&d);
    }
    store_fixture_free(&f);
}

/* Every bit of both meta pages: an error, or the very same store. A flip must
 * never roll the log back. */
static void no_meta_bit_rolls_back(void **state)
{
    struct store_fixture f;
    struct damage d;
    size_t found = 0;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 50);
    for (uint64_t commits = 0; commits < 2; commits++) {
        uint64_t seq = 20 * (commits + 1);

        fixture_records(f.store, 20); /* the newest is 0 once, 1 once */
        store_fixture_close(&f);
        damage_init(&d, &f, "main/data.mdb");
        for (size_t bit = 0; bit < (size_t)2 * 160 * 8; bit++) {
            size_t at = bit / 8 < 160 ? bit / 8 : 4096 + bit / 8 - 160;
            struct err e;

            damage_flip(&d, at, (uint8_t)(1u << (bit % 8)));
            e = store_fixture_reopen(&f);
            found += failed(e);
            if (!failed(e)) {
                struct store_txn *t;

                assert_int_equal(store_read_begin(f.store, &t).code, ERR_NONE);
                if (store_position(t).seq != seq) {
                    print_error("byte %zu rolls back\n", at);
                }
                assert_int_equal(store_position(t).seq, seq);
                store_end(t);
                store_fixture_close(&f);
            }
            damage_undo(&d);
        }
        damage_release(&d);
        assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    }
    assert_true(found > 1000);
    store_fixture_free(&f);
}

/* Random damage anywhere: opening and verifying give an error or find nothing
 * (unused space), and never crash. */
static struct err no_apply(struct store_txn *t, const struct record *r)
{
    (void)t;
    (void)r;
    return OK;
}

static bool harmed_is_found(struct store_fixture *f)
{
    struct verify_report report;
    struct err e;

    f->options.lock = false;
    f->options.read_only = true;
    e = store_fixture_reopen(f);
    if (!failed(e)) {
        e = store_verify(f->store, no_apply, &report);
    }
    store_fixture_close(f);
    return failed(e);
}

static void harm(struct damage *d, uint64_t *seed)
{
    size_t pages = d->size / 4096;
    size_t page = damage_random(seed) % pages;
    size_t other = damage_random(seed) % pages;
    uint8_t zeros[4096] = {0};
    size_t at = page * 4096 + damage_random(seed) % 4096;
    int fd;

    switch (damage_random(seed) % 6) {
    case 0: /* a page is gone */
    case 1: /* a page in the place of another */
        fd = open(d->path, O_WRONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        assert_int_equal(pwrite(fd,
                                damage_random(seed) % 2 == 0
                                    ? zeros
                                    : d->bytes + other * 4096,
                                4096, (int64_t)page * 4096),
                         4096);
        assert_int_equal(close(fd), 0);
        break;
    case 2: /* the heads of pages, where the pointers are */
        damage_flip(d, page * 4096 + damage_random(seed) % 64,
                    (uint8_t)(1u << damage_random(seed) % 8));
        break;
    default:
        damage_flip(d, at, (uint8_t)(1u + damage_random(seed) % 255));
        break;
    }
}

static void damage_never_crashes(void **state)
{
    static const char *const names[] = {"main/data.mdb", "keys/data.mdb"};
    uint64_t seed = first_seed(42);
    struct store_fixture f;
    size_t found = 0;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 300);
    fixture_records(f.store, 120);
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        struct damage d;

        store_fixture_close(&f);
        damage_init(&d, &f, names[i]);
        for (int trial = 0; trial < 700; trial++) {
            harm(&d, &seed);
            found += harmed_is_found(&f);
            damage_undo(&d);
        }
        assert_false(harmed_is_found(&f));
        damage_release(&d);
    }
    assert_true(found > 400);
    store_fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_pages_pass),
        cmocka_unit_test(a_held_snapshot_passes),
        cmocka_unit_test(other_shapes_pass),
        cmocka_unit_test(an_emptied_tree_passes),
        cmocka_unit_test(every_cut_is_found),
        cmocka_unit_test(no_meta_bit_rolls_back),
        cmocka_unit_test(damage_never_crashes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
