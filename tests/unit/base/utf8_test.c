/* utf8_test.c - the limits of RFC 3629, each from both sides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/err.h"

static void good(void **state)
{
    static const struct {
        const char *s;
        size_t count;
    } rows[] = {
        {"", 0},
        {"abc\n", 4},
        {"\xC2\x80", 1},
        {"\xDF\xBF", 1},
        {"\xE0\xA0\x80", 1},
        {"\xED\x9F\xBF", 1},
        {"\xEE\x80\x80", 1},
        {"\xEF\xBF\xBF", 1},
        {"\xF0\x90\x80\x80", 1},
        {"\xF4\x8F\xBF\xBF", 1},
        {"\xE5\x8C\x85\xE5\xA4\xB4", 2},
        {"a\xE1\xA0\xA0z", 3},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_true(utf8_valid(text_of(rows[i].s)));
        assert_int_equal(utf8_count(text_of(rows[i].s)), rows[i].count);
    }
    assert_true(utf8_valid((struct text){"a\0b", 3}));
}

static void bad(void **state)
{
    static const char *const rows[] = {
        "\x80",
        "\xBF",
        "\xC0\x80",
        "\xC1\xBF",
        "\xC2",
        "\xC2\x7F",
        "\xC2\xC0",
        "\xE0\x80\x80",
        "\xE0\x9F\xBF",
        "\xE1\x80",
        "\xE1\x80\x7F",
        "\xED\xA0\x80",
        "\xED\xBF\xBF",
        "\xF0\x80\x80\x80",
        "\xF0\x8F\xBF\xBF",
        "\xF1\x80\x80",
        "\xF1\x80\x80\xC0",
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xFE",
        "\xFF",
        "ok\xE5\x8C",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        /* From the heap, so that a read past the end is seen. */
        size_t size = strlen(rows[i]);
        char *copy = malloc(size);

        assert_non_null(copy);
        memcpy(copy, rows[i], size);
        assert_false(utf8_valid((struct text){copy, size}));
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good),
        cmocka_unit_test(bad),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
