/*
 * idle_test.c - sessions are remembered, and the oldest makes room.
 */
#include "net/idle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct id session(uint32_t number)
{
    struct id id = {{0}};

    store_u32be(id.bytes, number);
    store_u32le(id.bytes + ID_BYTES - 4, number * 2654435761u);
    return id;
}

static void remembers_and_forgets(void **state)
{
    struct idle_table *t = idle_new(8);
    int64_t at = 0;

    (void)state;
    assert_false(idle_last(t, session(1), &at));
    idle_touch(t, session(1), 10);
    idle_touch(t, session(2), 20);
    idle_touch(t, session(1), 30);
    assert_true(idle_last(t, session(1), &at) && at == 30);
    assert_true(idle_last(t, session(2), &at) && at == 20);
    idle_forget(t, session(1));
    idle_forget(t, session(7));
    assert_false(idle_last(t, session(1), &at));
    assert_int_equal(idle_count(t), 1);
    idle_free(t);
}

static void the_oldest_makes_room(void **state)
{
    enum { ROOM = 64, ALL = 5000 };
    struct idle_table *t = idle_new(ROOM);
    int64_t at = 0;

    (void)state;
    for (uint32_t i = 0; i < ALL; i++) {
        idle_touch(t, session(i), i);
        idle_touch(t, session(0), i); /* always in use */
    }
    assert_int_equal(idle_count(t), ROOM);
    assert_true(idle_last(t, session(0), &at) && at == ALL - 1);
    for (uint32_t i = 1; i < ALL; i++)
        assert_int_equal(idle_last(t, session(i), &at), i > ALL - ROOM);
    idle_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remembers_and_forgets),
        cmocka_unit_test(the_oldest_makes_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
