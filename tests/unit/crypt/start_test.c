/* start_test.c - the self-test passes; random bytes are not the same twice. */
#include "crypt/crypt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void starts(void **state)
{
    (void)state;
    assert_int_equal(crypt_start().code, ERR_NONE);
}

static void random_differs(void **state)
{
    uint8_t a[1000] = {0};
    uint8_t b[1000] = {0};

    (void)state;
    crypt_random(a, sizeof(a));
    crypt_random(b, sizeof(b));
    assert_memory_not_equal(a, b, sizeof(a));
    /* The last bytes too: nothing was left as it was. */
    assert_false(bytes_all_zero(a + sizeof(a) - 16, 16));
    crypt_random(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts),
        cmocka_unit_test(random_differs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
