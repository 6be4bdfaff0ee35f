/* lmdb_test.c - what LMDB and errno say, in our words. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/death.h"
#include "lib/store_fixture.h"
#include "store/inside.h"

static void each_code_has_its_class(void **state)
{
    static const struct {
        int rc;
        int32_t code;
    } rows[] = {
        {MDB_MAP_FULL, ERR_FULL},
        {MDB_TXN_FULL, ERR_FULL},
        {ENOSPC, ERR_FULL},
        {EFBIG, ERR_FULL},
        {EDQUOT, ERR_FULL},
        {MDB_CORRUPTED, ERR_CORRUPT},
        {MDB_PAGE_NOTFOUND, ERR_CORRUPT},
        {MDB_INVALID, ERR_CORRUPT},
        {MDB_CURSOR_FULL, ERR_CORRUPT},
        {MDB_INCOMPATIBLE, ERR_CORRUPT},
        {MDB_VERSION_MISMATCH, ERR_VERSION},
        {MDB_READERS_FULL, ERR_LIMIT},
        {MDB_PANIC, ERR_SYS},
        {MDB_BAD_TXN, ERR_SYS},
        {EIO, ERR_SYS},
        {EACCES, ERR_SYS},
        {ENOMEM, ERR_SYS},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct err e = LMDB_ERR(rows[i].rc);

        assert_int_equal(e.code, rows[i].code);
        assert_int_equal(e.sys, rows[i].rc);
        assert_non_null(e.where);
    }
}

static void no_error(void *context)
{
    struct err e = LMDB_ERR(0);

    (void)context;
    (void)e;
}

static void success_is_no_error(void **state)
{
    (void)state;
    assert_true(dies(no_error, NULL));
}

static void values_go_both_ways(void **state)
{
    struct span s = SPAN("abc", 3);
    MDB_val v = val_of(s);

    (void)state;
    assert_ptr_equal(v.mv_data, s.at);
    assert_int_equal(v.mv_size, 3);
    assert_true(span_equal(span_of(v), s));
    v = val_of(SPAN(NULL, 0));
    assert_null(v.mv_data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_code_has_its_class),
        cmocka_unit_test(success_is_no_error),
        cmocka_unit_test(values_go_both_ways),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
