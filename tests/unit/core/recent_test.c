/*
 * recent_test.c - what the trail holds already.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/recent.h"

enum { WINDOW = 1000 };

static struct recent_key key_of(uint32_t set, uint32_t n)
{
    struct recent_key key = {{0}};

    store_u32le(key.bytes, set);
    store_u32le(key.bytes + 4, n);
    return key;
}

static void within_the_window(void **state)
{
    struct recent *r = recent_new();

    (void)state;
    assert_false(recent_has(r, key_of(1, 1), 5000, WINDOW));
    recent_note(r, key_of(1, 1), 5000);
    assert_true(recent_has(r, key_of(1, 1), 5000, WINDOW));
    assert_true(recent_has(r, key_of(1, 1), 5999, WINDOW));
    assert_false(recent_has(r, key_of(1, 1), 6000, WINDOW));
    assert_false(recent_has(r, key_of(1, 2), 5000, WINDOW));
    recent_note(r, key_of(1, 1), 6500); /* renewed */
    assert_true(recent_has(r, key_of(1, 1), 7000, WINDOW));
    recent_free(r);
}

/* What has no room is forgotten, oldest first: it is only recorded again. */
static void oldest_of_a_set_goes(void **state)
{
    struct recent *r = recent_new();

    (void)state;
    for (uint32_t n = 0; n <= RECENT_WAYS; n++) {
        recent_note(r, key_of(3, n), 5000 + n);
    }
    assert_false(recent_has(r, key_of(3, 0), 5000, WINDOW));
    for (uint32_t n = 1; n <= RECENT_WAYS; n++) {
        assert_true(recent_has(r, key_of(3, n), 5100, WINDOW));
    }
    recent_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within_the_window),
        cmocka_unit_test(oldest_of_a_set_goes),
    };

    return cmocka_run_group_tests_name("core/recent", tests, NULL, NULL);
}
