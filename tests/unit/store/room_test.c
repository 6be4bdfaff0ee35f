/* room_test.c - an EIO is a full disk only where there is no room. */
#include <errno.h>
#include <setjmp.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_room_it_is_the_disk),
        cmocka_unit_test(near_the_limit_it_is_room),
        cmocka_unit_test(room_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
