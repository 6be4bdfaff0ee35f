/*
 * nouns_test.c - fresh bytes: every digit as likely as another, none used
 * twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model_fixture.h"

#include "model/nouns.h"

static struct text draw(const uint32_t *words, size_t count, char ret[static 6])
{
    uint8_t bytes[ENTROPY_BYTES] = {0};
    struct decide_in in = {.entropy = bytes};
    struct entropy entropy;

    for (size_t i = 0; i < count; i++) {
        store_u32le(bytes + 4 * i, words[i]);
    }
    entropy = entropy_of(&in);
    return entropy_digits6(&entropy, ret);
}

static void digits_have_no_favourites(void **state)
{
    static const struct {
        uint32_t words[2];
        const char *want;
    } rows[] = {
        {{0, 1}, "000000"},
        {{123456, 1}, "123456"},
        {{999999, 1}, "999999"},
        {{1000000, 1}, "000000"},
        {{4293999999, 1}, "999999"},   /* the last that counts */
        {{4294000000, 777}, "000777"}, /* thrown away */
        {{UINT32_MAX, 42}, "000042"},
    };
    char digits[6];

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_true(text_is(draw(rows[i].words, 2, digits), rows[i].want));
    }
}

static void a_stubborn_source_still_ends(void **state)
{
    uint32_t words[8];
    char digits[6];

    (void)state;
    memset(words, 0xff, sizeof(words));
    assert_int_equal(draw(words, 8, digits).size, 6);
}

static void no_byte_is_used_twice(void **state)
{
    uint8_t bytes[ENTROPY_BYTES];
    struct decide_in in = {.entropy = bytes};
    struct entropy entropy = entropy_of(&in);
    struct id first;
    struct id second;

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)i;
    }
    first = entropy_id(&entropy, WORLD_START_US);
    second = entropy_id(&entropy, WORLD_START_US);
    assert_int_equal(first.bytes[6], 0);
    assert_int_equal(second.bytes[6], 10);
    assert_memory_equal(first.bytes, second.bytes, 6);
}

/* The most that one command draws: a case with eight children. */
static void the_largest_command_has_bytes_to_spare(void **state)
{
    (void)state;
    assert_true(10 + 10 + 8 * 10 + 8 * 4 <= ENTROPY_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_have_no_favourites),
        cmocka_unit_test(a_stubborn_source_still_ends),
        cmocka_unit_test(no_byte_is_used_twice),
        cmocka_unit_test(the_largest_command_has_bytes_to_spare),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
