/* err_test.c - every code has its name; a bug stops the process. */
#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/death.h"

static void names(void **state)
{
    (void)state;
    assert_string_equal(err_name(ERR_NONE), "ERR_NONE");
    assert_string_equal(err_name(ERR_TAMPERED), "ERR_TAMPERED");
    assert_string_equal(err_name(ERR_SYS), "ERR_SYS");
    assert_string_equal(err_name(ERR_SYS + 1), "ERR_UNKNOWN");
    assert_string_equal(err_name(-1), "ERR_UNKNOWN");
    for (int32_t code = ERR_NONE; code <= ERR_SYS; code++) {
        assert_non_null(err_name(code));
    }
}

static void values(void **state)
{
    struct err e = ERR_OF(ERR_FULL, 28);

    (void)state;
    assert_true(failed(e));
    assert_int_equal(e.sys, 28);
    assert_non_null(e.where);
    assert_false(failed(OK));
}

static void bug(void *context)
{
    (void)context;
    BUG("on purpose");
}

static void nothing(void *context) { (void)context; }

static void bugs_stop(void **state)
{
    (void)state;
    assert_true(dies(bug, NULL));
    assert_false(dies(nothing, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(values),
        cmocka_unit_test(bugs_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
