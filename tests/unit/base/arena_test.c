/* arena_test.c - aligned, zeroed, bounded, wiped. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "lib/death.h"

static void pieces_are_aligned_and_zero(void **state)
{
    struct arena *a = arena_new(1 << 20);

    (void)state;
    for (size_t size = 0; size < 3000; size += 7) {
        uint8_t *p = arena_take(a, size);

        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        assert_true(bytes_all_zero(p, size));
        if (size > 0) {
            memset(p, 0xFF, size);
        }
    }
    arena_free(a);
}

static void full_is_null_and_stays_usable(void **state)
{
    struct arena *a = arena_new(100);

    (void)state;
    assert_null(arena_take(a, 101));
    assert_null(arena_take(a, SIZE_MAX));
    assert_null(arena_take(a, SIZE_MAX - 8));
    assert_non_null(arena_take(a, 50)); /* 64 of 100 */
    assert_null(arena_take(a, 50));
    assert_non_null(arena_take(a, 36));
    assert_null(arena_take(a, 1));
    arena_reset(a);
    assert_int_equal(arena_used(a), 0);
    assert_non_null(arena_take(a, 100));
    arena_free(a);
}

static void large_pieces_get_their_own_block(void **state)
{
    struct arena *a = arena_new(8 << 20);
    uint8_t *p = arena_take(a, 3 << 20);
    uint8_t *q;

    (void)state;
    assert_non_null(p);
    p[(3 << 20) - 1] = 1;
    q = arena_take(a, 4 << 20);
    assert_non_null(q);
    q[0] = 1;
    assert_int_equal(p[(3 << 20) - 1], 1);
    assert_null(arena_take(a, 2 << 20));
    arena_free(a);
}

static void reset_wipes_what_is_reused(void **state)
{
    struct arena *a = arena_new(1 << 20);
    uint8_t *first = arena_take(a, 1000);

    (void)state;
    memset(first, 0xAA, 1000);
    assert_non_null(arena_take(a, 200000));
    arena_reset(a);
    first = arena_take(a, 1000);
    assert_true(bytes_all_zero(first, 1000));
    arena_free(a);
    arena_free(NULL);
}

static void copies(void **state)
{
    struct arena *a = arena_new(64);
    struct text t = arena_copy_text(a, TEXT_LITERAL("abc"));
    struct span s = arena_copy(a, SPAN("\1\2", 2));

    (void)state;
    assert_true(text_is(t, "abc"));
    assert_int_equal(t.at[3], '\0');
    assert_memory_equal(s.at, "\1\2", 2);
    assert_int_equal(arena_copy(a, SPAN(NULL, 0)).size, 0);
    t = arena_copy_text(a, (struct text){NULL, 0});
    assert_non_null(t.at);
    assert_int_equal(t.size, 0);
    t = arena_copy_text(a,
                        TEXT_LITERAL("more than what is left in it, surely"));
    assert_null(t.at);
    s = arena_copy(a, SPAN("more than what is left in it, surely", 36));
    assert_null(s.at);
    assert_int_equal(s.size, 0);
    arena_free(a);
}

/* AddressSanitizer would stop before our own code could see the NULL. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void take_all_memory(void *context)
{
    (void)context;
    free(heap_take(SIZE_MAX / 2));
}

static void no_memory_is_a_stop(void **state)
{
    void *p = heap_take(0);

    (void)state;
    assert_non_null(p);
    free(p);
    assert_true(dies(take_all_memory, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_zero),
        cmocka_unit_test(full_is_null_and_stays_usable),
        cmocka_unit_test(large_pieces_get_their_own_block),
        cmocka_unit_test(reset_wipes_what_is_reused),
        cmocka_unit_test(copies),
        cmocka_unit_test(no_memory_is_a_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
