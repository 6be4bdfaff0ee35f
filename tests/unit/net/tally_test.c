/*
 * tally_test.c - what was counted is there until it is taken back.
 */
#include "net/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct id key(uint32_t number)
{
    struct id id = {{0}};

    store_u32be(id.bytes + 12, number); /* as an IPv4 address lies there */
    return id;
}

static void counts_and_forgets(void **state)
{
    struct tally *t = tally_new(2, 7);

    (void)state;
    assert_int_equal(tally_of(t, key(1)), 0);
    tally_add(t, key(1));
    tally_add(t, key(1));
    tally_add(t, key(2));
    assert_int_equal(tally_of(t, key(1)), 2);
    assert_int_equal(tally_of(t, key(2)), 1);
    assert_int_equal(tally_of(t, key(3)), 0);
    tally_remove(t, key(1));
    assert_int_equal(tally_keys(t), 2);
    tally_remove(t, key(1));
    assert_int_equal(tally_of(t, key(1)), 0);
    assert_int_equal(tally_keys(t), 1);
    tally_add(t, key(3)); /* its entry is free again */
    assert_int_equal(tally_of(t, key(3)), 1);
    tally_free(t);
    tally_free(NULL);
}

/* Against a plain array, with every bucket crowded. */
static void equals_an_array(void **state)
{
    enum { KEYS = 40, ROUNDS = 20000 };
    uint32_t counts[KEYS] = {0};
    struct tally *t = tally_new(KEYS, 11);
    uint32_t random = 12345;
    size_t held = 0;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t which, add;

        random = random * 1664525u + 1013904223u;
        which = (random >> 16) % KEYS;
        add = random >> 31;
        if (add != 0 || counts[which] == 0) {
            held += counts[which]++ == 0 ? 1 : 0;
            tally_add(t, key(which));
        } else {
            held -= --counts[which] == 0 ? 1 : 0;
            tally_remove(t, key(which));
        }
        assert_int_equal(tally_of(t, key(which)), counts[which]);
        assert_int_equal(tally_keys(t), held);
    }
    for (uint32_t k = 0; k < KEYS; k++)
        assert_int_equal(tally_of(t, key(k)), counts[k]);
    tally_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_and_forgets),
        cmocka_unit_test(equals_an_array),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
