/* destroy_test.c - a destroyed key is in no byte of the file; all others are.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/death.h"
#include "lib/store_fixture.h"
#include "store/inside.h"

enum { SUBJECTS = 40 };

static void row_read(struct store *s, uint64_t key_id,
                     uint8_t ret_row[static WRAPPED_BYTES])
{
    uint8_t id[8];
    MDB_val k = val_of(SPAN(id, sizeof(id)));
    MDB_val v;
    MDB_txn *txn;

    store_u64be(id, key_id);
    assert_int_equal(mdb_txn_begin(s->keys, NULL, MDB_RDONLY, &txn), 0);
    assert_int_equal(mdb_get(txn, s->keys_table, &k, &v), 0);
    assert_int_equal(v.mv_size, WRAPPED_BYTES);
    memcpy(ret_row, v.mv_data, WRAPPED_BYTES);
    mdb_txn_abort(txn);
}

/* How often 16 bytes of a row stand in the keys' file. */
static size_t copies(const struct store_fixture *f, const uint8_t *bytes)
{
    char path[PATH_MAX];
    uint8_t *file;
    size_t size;
    size_t count = 0;

    assert_int_equal(path_join(f->dir, "keys/data.mdb", path).code, ERR_NONE);
    file = fixture_file_read(path, &size);
    for (size_t i = 0; i + 16 <= size; i++) {
        count += memcmp(file + i, bytes, 16) == 0;
    }
    free(file);
    return count;
}

static void make(struct store_fixture *f)
{
    struct store_txn *t;

    store_fixture_make(f, FIXTURE_MAP_BYTES, 5);
    for (uint8_t i = 1; i <= SUBJECTS; i++) {
        /* The pool is filled bit by bit, so that old pages are left over. */
        assert_int_equal(store_keys_fill(f->store, 5).code, ERR_NONE);
        assert_int_equal(store_write_begin(f->store, &t).code, ERR_NONE);
        fixture_append(t, 1, "{}", i, "{}");
        assert_int_equal(store_commit(t).code, ERR_NONE);
    }
}

static void erase(struct store *s, uint8_t subject)
{
    struct store_txn *t;

    assert_int_equal(store_write_begin(s, &t).code, ERR_NONE);
    assert_int_equal(store_subject_erase(t, fixture_id(subject)).code,
                     ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

static void nothing_of_it_is_left(void **state)
{
    static const uint8_t victims[] = {7, 1, SUBJECTS};
    struct store_fixture f;
    uint8_t rows[SUBJECTS + 1][WRAPPED_BYTES];
    struct verify_report report;

    (void)state;
    make(&f);
    for (uint8_t i = 1; i <= SUBJECTS; i++) {
        row_read(f.store, i, rows[i]);
    }
    /* It is worth doing: there are copies in pages that nobody uses. */
    assert_true(copies(&f, rows[1] + 28) > 1);
    for (size_t i = 0; i < ARRAY_COUNT(victims); i++) {
        uint8_t *row = rows[victims[i]];

        assert_true(copies(&f, row + 28) > 0);
        erase(f.store, victims[i]);
        assert_int_equal(
            store_key_destroy(f.store, fixture_id(victims[i])).code, ERR_NONE);
        /* Neither iv, nor tag, nor either half of the sealed key. */
        assert_int_equal(copies(&f, row), 0);
        assert_int_equal(copies(&f, row + 12), 0);
        assert_int_equal(copies(&f, row + 28), 0);
        assert_int_equal(copies(&f, row + 44), 0);
        row[0] = 0;
    }
    /* The others open, the pages are sound, and it goes on. */
    for (uint8_t i = 2; i < SUBJECTS; i++) {
        if (i != 7) {
            uint8_t now[WRAPPED_BYTES];

            row_read(f.store, i, now);
            assert_memory_equal(now, rows[i], WRAPPED_BYTES);
        }
    }
    assert_int_equal(store_verify(f.store, NULL, &report).code, ERR_NONE);
    assert_int_equal(store_keys_fill(f.store, 50).code, ERR_NONE);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    assert_int_equal(store_verify(f.store, NULL, &report).code, ERR_NONE);
    store_fixture_free(&f);
}

static void an_old_reader_delays_it(void **state)
{
    struct store_fixture f;
    struct store_txn *early;
    struct crypt_key key;
    uint8_t row[WRAPPED_BYTES];

    (void)state;
    make(&f);
    row_read(f.store, 3, row);
    erase(f.store, 3);
    assert_int_equal(store_read_begin(f.store, &early).code, ERR_NONE);
    assert_int_equal(key_fetch(early, 3, &key).code, ERR_NONE);
    assert_int_equal(store_key_destroy(f.store, fixture_id(3)).code, ERR_AGAIN);
    assert_true(copies(&f, row + 28) > 0);
    /* What it holds can still be read, to the end of its txn. */
    assert_int_equal(key_fetch(early, 4, &key).code, ERR_NONE);
    store_end(early);
    assert_int_equal(store_key_destroy(f.store, fixture_id(3)).code, ERR_NONE);
    assert_int_equal(copies(&f, row + 28), 0);
    assert_int_equal(store_key_destroy(f.store, fixture_id(3)).code, ERR_NONE);
    store_fixture_free(&f);
}

struct victim {
    struct store *store;
    uint8_t subject;
};

static void destroy(void *context)
{
    struct victim *v = context;
    struct err e = store_key_destroy(v->store, fixture_id(v->subject));

    (void)e;
}

static void only_what_was_erased_is_destroyed(void **state)
{
    struct store_fixture f;
    struct victim live;
    struct victim unknown;

    (void)state;
    make(&f);
    live = (struct victim){f.store, 1};
    unknown = (struct victim){f.store, 99};
    assert_true(dies(destroy, &live));
    assert_true(dies(destroy, &unknown));
    store_fixture_free(&f);
}

struct readers {
    struct store *store;
    atomic_bool stop;
};

/* Opens one part after the other, as the reader thread does. */
static void *read_on(void *context)
{
    struct readers *r = context;

    while (!atomic_load(&r->stop)) {
        struct store_txn *t;
        struct arena *a = arena_new(1 << 16);

        assert_int_equal(store_read_begin(r->store, &t).code, ERR_NONE);
        for (uint64_t seq = 1; seq <= SUBJECTS; seq++) {
            struct record record;
            struct text plain;
            struct err e;

            assert_int_equal(log_read(t, seq, &record).code, ERR_NONE);
            e = log_open_part(t, &record, 0, a, &plain);
            /* ERR_KEY: erased and destroyed since this txn began. */
            assert_true(e.code == ERR_NONE || e.code == ERR_MISSING ||
                        e.code == ERR_KEY);
        }
        store_end(t);
        arena_free(a);
    }
    return NULL;
}

static void beside_readers(void **state)
{
    struct store_fixture f;
    struct readers readers;
    struct verify_report report;
    pthread_t threads[2];

    (void)state;
    make(&f);
    readers = (struct readers){.store = f.store};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, &readers),
                         0);
    }
    for (uint8_t subject = 1; subject <= SUBJECTS; subject += 2) {
        struct err e = ERR(ERR_AGAIN);

        erase(f.store, subject);
        while (e.code == ERR_AGAIN) {
            e = store_key_destroy(f.store, fixture_id(subject));
        }
        assert_int_equal(e.code, ERR_NONE);
    }
    atomic_store(&readers.stop, true);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(store_verify(f.store, NULL, &report).code, ERR_NONE);
    store_fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_of_it_is_left),
        cmocka_unit_test(an_old_reader_delays_it),
        cmocka_unit_test(only_what_was_erased_is_destroyed),
        cmocka_unit_test(beside_readers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
