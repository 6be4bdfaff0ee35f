/*
 * ring_test.c - places, positions and pieces, before and after the ring wraps.
 */
#include "net/ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct log_position position(uint64_t seq)
{
    struct log_position p = {.seq = seq};

    store_u64le(p.hash.bytes, seq * 7919);
    return p;
}

static void add(struct ring *r, uint64_t seq)
{
    struct feed_change c = {.seq = seq};

    ring_add(r, &c, position(seq));
}

static void places_have_positions(void **state)
{
    struct ring *r = ring_new(position(100));
    struct log_position wrong = position(110);
    uint64_t number = 99;

    (void)state;
    assert_true(ring_find(r, position(100), &number) && number == 0);
    add(r, 105);
    add(r, 110);
    assert_int_equal(ring_next(r), 2);
    assert_int_equal(ring_oldest(r), 0);
    assert_true(ring_find(r, position(105), &number) && number == 1);
    assert_true(ring_find(r, position(110), &number) && number == 2);
    assert_int_equal(ring_position(r, 1).seq, 105);
    assert_false(ring_find(r, position(107), &number));
    assert_false(ring_find(r, position(111), &number));
    assert_false(ring_find(r, position(99), &number));
    wrong.hash.bytes[0] ^= 1;
    assert_false(ring_find(r, wrong, &number));
    ring_free(r);
}

static void the_ring_wraps(void **state)
{
    enum { ALL = 2 * RING_CHANGES + 100 };
    struct ring *r = ring_new(position(0));
    uint64_t number, seen = 0;

    (void)state;
    for (uint64_t i = 1; i <= ALL; i++)
        add(r, i);
    assert_int_equal(ring_oldest(r), ALL - RING_CHANGES);
    assert_false(ring_find(r, position(ALL - RING_CHANGES - 1), &number));
    assert_true(ring_find(r, position(ALL - RING_CHANGES), &number));
    assert_int_equal(number, ALL - RING_CHANGES);
    while (number < ring_next(r)) {
        size_t count;
        const struct feed_change *c = ring_changes(r, number, 1000, &count);

        assert_true(count > 0 && count <= 1000);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(c[i].seq, number + i + 1);
        number += count;
        seen += count;
    }
    assert_int_equal(seen, RING_CHANGES);
    ring_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_have_positions),
        cmocka_unit_test(the_ring_wraps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
