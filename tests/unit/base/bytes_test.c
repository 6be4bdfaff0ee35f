/* bytes_test.c - integers in bytes, ids, comparison, wiping. */
#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/death.h"

static void integers(void **state)
{
    static const uint8_t in[9] = {0,    0x81, 0x92, 0xA3, 0xB4,
                                  0xC5, 0xD6, 0xE7, 0xF8};
    const uint8_t *p = in + 1; /* on no alignment */
    uint8_t out[9] = {0};

    (void)state;
    assert_int_equal(load_u16le(p), 0x9281);
    assert_int_equal(load_u32le(p), 0xB4A39281);
    assert_true(load_u64le(p) == UINT64_C(0xF8E7D6C5B4A39281));
    assert_int_equal(load_u16be(p), 0x8192);
    assert_int_equal(load_u32be(p), 0x8192A3B4);
    assert_true(load_u64be(p) == UINT64_C(0x8192A3B4C5D6E7F8));
    store_u64le(out + 1, load_u64le(p));
    assert_memory_equal(in, out, 9);
    memset(out + 1, 0, 8);
    store_u64be(out + 1, load_u64be(p));
    assert_memory_equal(in, out, 9);
    store_u16le(out, 0x1234);
    assert_memory_equal(out, "\x34\x12", 2);
    store_u16be(out, 0x1234);
    assert_memory_equal(out, "\x12\x34", 2);
    store_u32le(out, 0x12345678);
    assert_memory_equal(out, "\x78\x56\x34\x12", 4);
    store_u32be(out, 0x12345678);
    assert_memory_equal(out, "\x12\x34\x56\x78", 4);
}

static void texts_and_spans(void **state)
{
    (void)state;
    assert_true(text_is(TEXT_LITERAL("abc"), "abc"));
    assert_false(text_is(TEXT_LITERAL("abc"), "ab"));
    assert_false(text_is(TEXT_LITERAL("abc"), "abd"));
    assert_true(text_equal((struct text){NULL, 0}, TEXT_LITERAL("")));
    assert_true(span_equal(SPAN(NULL, 0), SPAN("x", 0)));
    assert_false(span_equal(SPAN("x", 1), SPAN("y", 1)));
    assert_false(span_equal(SPAN("x", 1), SPAN("xx", 2)));
}

static void ids_sort_by_time(void **state)
{
    static const uint8_t random[10] = {0xFF, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    static const uint8_t zeros[10] = {0};
    struct id earlier = id_make(0x010203040506, random);
    struct id later = id_make(0x010203040507, zeros);

    (void)state;
    assert_memory_equal(earlier.bytes, "\1\2\3\4\5\6\xFF\1\2\3\4\5\6\7\x8\x9",
                        16);
    assert_true(memcmp(earlier.bytes, later.bytes, 16) < 0);
    assert_true(id_equal(earlier, earlier));
    assert_false(id_equal(earlier, later));
    assert_false(id_is_zero(earlier));
    assert_true(id_is_zero((struct id){{0}}));
}

static void make_negative(void *context)
{
    static const uint8_t random[10] = {0};

    (void)context;
    (void)id_make(-1, random);
}

static void an_id_has_a_time(void **state)
{
    (void)state;
    assert_true(dies(make_negative, NULL));
}

static void secrets(void **state)
{
    uint8_t a[40];
    uint8_t b[40];

    (void)state;
    memset(a, 7, sizeof(a));
    memcpy(b, a, sizeof(a));
    assert_true(bytes_equal_secret(a, b, sizeof(a)));
    for (size_t i = 0; i < sizeof(b); i++) {
        b[i] ^= 0x80;
        assert_false(bytes_equal_secret(a, b, sizeof(a)));
        assert_true(bytes_equal_secret(a, b, i));
        b[i] ^= 0x80;
    }
    assert_true(bytes_equal_secret(a, b, 0));
    bytes_wipe(a, sizeof(a));
    assert_true(bytes_all_zero(a, sizeof(a)));
    bytes_wipe(NULL, 0);
    a[39] = 1;
    assert_false(bytes_all_zero(a, sizeof(a)));
    assert_true(bytes_all_zero(a, 39));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers),         cmocka_unit_test(texts_and_spans),
        cmocka_unit_test(ids_sort_by_time), cmocka_unit_test(an_id_has_a_time),
        cmocka_unit_test(secrets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
