/* clock_test.c - a test clock stands still; the machine's does not go back. */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/death.h"

static void a_test_clock_stands(void **state)
{
    struct clock *c = clock_new_test(5000000);

    (void)state;
    assert_int_equal(clock_wall_us(c), 5000000);
    clock_move_to(c, 5000000);
    clock_move_to(c, 6000000);
    assert_int_equal(clock_wall_us(c), 6000000);
    assert_true(clock_steady_us(c) > 0);
    clock_free(c);
    clock_free(NULL);
}

static void the_machines_clock_runs(void **state)
{
    struct clock *c = clock_new_real();
    int64_t steady = clock_steady_us(c);

    (void)state;
    assert_true(clock_wall_us(c) > INT64_C(1577836800000000)); /* 2020 */
    assert_true(clock_steady_us(c) >= steady);
    clock_free(c);
}

static void move_back(void *context)
{
    struct clock *c = clock_new_test(10);

    (void)context;
    clock_move_to(c, 9);
}

static void move_real(void *context)
{
    (void)context;
    clock_move_to(clock_new_real(), INT64_MAX);
}

static void wrong_moves_are_bugs(void **state)
{
    (void)state;
    assert_true(dies(move_back, NULL));
    assert_true(dies(move_real, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_test_clock_stands),
        cmocka_unit_test(the_machines_clock_runs),
        cmocka_unit_test(wrong_moves_are_bugs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
