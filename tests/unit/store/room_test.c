/* room_test.c - an EIO is a full disk only where there is no room. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/store_fixture.h"
#include "store/inside.h"

static void with_room_it_is_the_disk(void **state)
{
    struct store_fixture f;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    assert_int_equal(WRITE_ERR(EIO, f.dir).code, ERR_SYS);
    assert_int_equal(WRITE_ERR(ENOSPC, f.dir).code, ERR_FULL);
    assert_int_equal(WRITE_ERR(MDB_MAP_FULL, f.dir).code, ERR_FULL);
    assert_int_equal(WRITE_ERR(MDB_PANIC, f.dir).code, ERR_SYS);
    /* A place that cannot be asked counts as full. */
    assert_int_equal(WRITE_ERR(EIO, "/no/such/place").code, ERR_FULL);
    store_fixture_free(&f);
}

static void near_the_limit_it_is_room(void **state)
{
    struct store_fixture f;
    int status = -1;
    pid_t child;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    child = fork();
    if (child == 0) {
        struct rlimit limit = {1 << 20, 1 << 20};

        if (setrlimit(RLIMIT_FSIZE, &limit) != 0) {
            _exit(2);
        }
        _exit(WRITE_ERR(EIO, f.dir).code == ERR_FULL ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    store_fixture_free(&f);
}

static void room_is_told(void **state)
{
    struct store_fixture f;
    struct store_room before;
    struct store_room after;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 10);
    before = store_room(f.store);
    fixture_records(f.store, 300);
    after = store_room(f.store);
    assert_int_equal(before.map_bytes, FIXTURE_MAP_BYTES);
    assert_true(before.disk_free_bytes > 0);
    assert_true(after.map_used_bytes > before.map_used_bytes);
    store_fixture_free(&f);
}

/* ---- a reader that was killed ---- */

/* Another process reads records and keys, says so, and waits to be killed. */
static void read_and_tell(struct store_options o, int told)
{
    struct store_txn *t;
    struct store *s;

    o.lock = false;
    o.read_only = true;
    if (failed(store_open(&o, &s)) || failed(store_read_begin(s, &t)) ||
        store_keys_ahead(t) == 0 || write(told, "x", 1) != 1) {
        _exit(1);
    }
    for (;;) {
        (void)pause();
    }
}

static uint64_t growth_of_commits(struct store *s)
{
    uint64_t before = store_room(s).map_used_bytes;

    for (int i = 0; i < 100; i++) {
        struct store_txn *t;

        assert_int_equal(store_write_begin(s, &t).code, ERR_NONE);
        assert_int_equal(table_put(t, TABLE_DRAFT, SPAN("row", 3),
                                   SPAN((const uint8_t *)&i, sizeof(i)))
                             .code,
                         ERR_NONE);
        assert_int_equal(store_commit(t).code, ERR_NONE);
    }
    return store_room(s).map_used_bytes - before;
}

static void a_killed_reader_is_forgotten(void **state)
{
    struct store_fixture f;
    uint64_t held;
    pid_t child;
    char told;
    int ends[2];
    int status;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 10);
    fixture_records(f.store, 10);
    store_fixture_close(&f);
    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        read_and_tell(f.options, ends[1]);
    }
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(read(ends[0], &told, 1), 1);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    assert_int_equal(store_readers_check(f.store), 0); /* it lives */
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    held = growth_of_commits(f.store);
    assert_true(held > 100 * 4096);
    assert_int_equal(store_readers_check(f.store), 2); /* records, keys */
    assert_int_equal(store_readers_check(f.store), 0);
    assert_true(growth_of_commits(f.store) < held / 10);
    store_fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_room_it_is_the_disk),
        cmocka_unit_test(near_the_limit_it_is_room),
        cmocka_unit_test(room_is_told),
        cmocka_unit_test(a_killed_reader_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
