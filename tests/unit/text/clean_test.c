/* clean_test.c - NFC, line ends, trimming, and what is refused whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "text/text.h"

static struct err clean(const char *in, enum text_kind kind, struct arena *a,
                        struct text *ret)
{
    size_t size = strlen(in);
    char *copy = malloc(size + 1); /* so that a read past the end is seen */
    struct err e;

    assert_non_null(copy);
    memcpy(copy, in, size);
    e = text_clean((struct text){copy, size}, kind, a, ret);
    free(copy);
    return e;
}

static void made_clean(void **state)
{
    static const struct {
        enum text_kind kind;
        const char *in, *want;
    } rows[] = {
        {TEXT_LINE, "", ""},
        {TEXT_LINE, "   ", ""},
        {TEXT_LINE, " a b\tc ", "a b\tc"},
        {TEXT_LINE, "\n a \r\n", "a"},
        {TEXT_LINE, "\xE3\x80\x80\xE7\x94\xB2\xE3\x80\x80", "\xE7\x94\xB2"},
        {TEXT_LINE, "\xC2\xA0x\xC2\xA0", "x"},
        /* e + combining acute, A + ring, Hangul jamo become one each */
        {TEXT_LINE, "e\xCC\x81", "\xC3\xA9"},
        {TEXT_LINE, "A\xCC\x8A", "\xC3\x85"},
        {TEXT_LINE, "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "\xED\x95\x9C"},
        /* ANGSTROM SIGN; a CJK compatibility ideograph */
        {TEXT_LINE, "\xE2\x84\xAB", "\xC3\x85"},
        {TEXT_LINE, "\xEF\xA4\x80", "\xE8\xB1\x88"},
        /* composition exclusion: grows */
        {TEXT_LINE, "\xE0\xA5\x98", "\xE0\xA4\x95\xE0\xA4\xBC"},
        /* Mongolian with a vowel separator, Cyrillic, beyond the first plane */
        {TEXT_LINE, "\xE1\xA0\xA0\xE1\xA0\x8E\xE1\xA1\xB3",
         "\xE1\xA0\xA0\xE1\xA0\x8E\xE1\xA1\xB3"},
        {TEXT_LINE, "\xD0\x99", "\xD0\x99"},
        {TEXT_LINE, "\xF0\xA0\x80\x80", "\xF0\xA0\x80\x80"},
        {TEXT_PROSE, "a\r\nb\rc\nd", "a\nb\nc\nd"},
        {TEXT_PROSE, "a\r\r\n\n", "a"},
        {TEXT_PROSE, "  a\n  b  \n\n", "  a\n  b"},
        {TEXT_PROSE, "a\xE2\x80\xA8z", "a\xE2\x80\xA8z"},
        /* paired */
        {TEXT_LINE,
         "\xE2\x80\xAE"
         "abc\xE2\x80\xAC",
         "\xE2\x80\xAE"
         "abc\xE2\x80\xAC"},
        {TEXT_LINE,
         "\xE2\x81\xA7"
         "abc\xE2\x81\xA9.",
         "\xE2\x81\xA7"
         "abc\xE2\x81\xA9."},
        {TEXT_LINE,
         "\xE2\x80\x8E"
         "abc",
         "\xE2\x80\x8E"
         "abc"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct arena *a = arena_new(4096);
        struct text got = {NULL, 0};

        assert_int_equal(clean(rows[i].in, rows[i].kind, a, &got).code,
                         ERR_NONE);
        assert_true(text_is(got, rows[i].want));
        /* Clean is clean: a second pass changes nothing. */
        assert_int_equal(text_clean(got, rows[i].kind, a, &got).code, ERR_NONE);
        assert_true(text_is(got, rows[i].want));
        arena_free(a);
    }
}

static void refused(void **state)
{
    static const struct {
        enum text_kind kind;
        const char *in;
    } rows[] = {
        {TEXT_LINE, "a\nb"},
        {TEXT_LINE, "a\rb"},
        {TEXT_LINE, "a\xE2\x80\xA8z"},
        {TEXT_LINE, "a\xE2\x80\xA9z"},
        {TEXT_PROSE, "a\x01"},
        {TEXT_PROSE, "a\x1b[31m"},
        {TEXT_PROSE, "a\x0bz"},
        {TEXT_PROSE, "a\x7f"},
        {TEXT_PROSE, "a\xC2\x80"},
        {TEXT_PROSE, "a\xC2\x85z"},
        {TEXT_PROSE, "a\xC2\x9f"},
        {TEXT_PROSE, "a\xEF\xBF\xBE"},
        {TEXT_PROSE, "a\xEF\xBF\xBF"},
        {TEXT_PROSE, "a\xF0\x9F\xBF\xBE"},
        {TEXT_PROSE, "a\xF4\x8F\xBF\xBF"},
        {TEXT_PROSE, "\xE2\x80\xAA"
                     "a"},
        {TEXT_PROSE, "\xE2\x80\xAE"
                     "a"},
        {TEXT_PROSE, "a\xE2\x80\xAC"},
        {TEXT_PROSE, "\xE2\x80\xAE"
                     "a\nb\xE2\x80\xAC"},
        {TEXT_PROSE, "\xE2\x80\xAE"
                     "a\xE2\x80\xA8z\xE2\x80\xAC"},
        {TEXT_PROSE, "\xE2\x81\xA6"
                     "a"},
        {TEXT_PROSE, "a\xE2\x81\xA9"},
        {TEXT_PROSE, "\xE2\x81\xA6"
                     "a\xE2\x80\xAC"},
        {TEXT_PROSE, "a\xFF"},
        {TEXT_PROSE, "a\xE5\x8C"},
        {TEXT_PROSE, "\xED\xA0\x80"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct arena *a = arena_new(4096);
        struct text got = TEXT_LITERAL("untouched");

        assert_int_equal(clean(rows[i].in, rows[i].kind, a, &got).code,
                         ERR_INPUT);
        assert_true(text_is(got, "untouched"));
        arena_free(a);
    }
    {
        struct arena *a = arena_new(4096);
        struct text got;

        assert_int_equal(
            text_clean((struct text){"a\0b", 3}, TEXT_LINE, a, &got).code,
            ERR_INPUT);
        arena_free(a);
    }
}

/* The arena is filled by each step in turn: each says so. */
static void a_full_arena(void **state)
{
    static const char in[] = "e\xCC\x81 e\xCC\x81 e\xCC\x81 e\xCC\x81";
    bool succeeded = false;

    (void)state;
    for (size_t max = 16; max < 512 && !succeeded; max += 16) {
        struct arena *a = arena_new(max);
        struct text got;
        struct err e = clean(in, TEXT_LINE, a, &got);

        assert_true(e.code == ERR_LIMIT || e.code == ERR_NONE);
        succeeded = !failed(e);
        arena_free(a);
    }
    assert_true(succeeded);
}

static void too_long(void **state)
{
    struct arena *a = arena_new(64);
    struct text got;
    struct text huge = {"x", (size_t)INT32_MAX}; /* never looked at */

    (void)state;
    assert_int_equal(text_clean(huge, TEXT_LINE, a, &got).code, ERR_LIMIT);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_clean),
        cmocka_unit_test(refused),
        cmocka_unit_test(a_full_arena),
        cmocka_unit_test(too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
