/* encode_test.c - hexadecimal and base64url: one value, one spelling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/err.h"

static void hex(void **state)
{
    struct id id = {{0x00, 0x0f, 0xf0, 0xff, 0xab}};
    struct id back = {{1}};
    char text[ID_HEX + 1];
    uint8_t two[2];

    (void)state;
    id_to_hex(id, text);
    assert_string_equal(text, "000ff0ffab0000000000000000000000");
    assert_true(id_from_hex(text_of(text), &back));
    assert_true(id_equal(id, back));
    assert_true(bytes_from_hex(TEXT_LITERAL("00ff"), two, 2));
    assert_memory_equal(two, "\x00\xff", 2);
    assert_true(bytes_from_hex(TEXT_LITERAL(""), two, 0));
}

static void bad_hex(void **state)
{
    static const char *const bad[] = {
        "",
        "0",
        "000ff0ffab000000000000000000000",
        "000ff0ffab00000000000000000000000",
        "000FF0FFAB0000000000000000000000",
        "000ff0ffab000000000000000000000g",
        "000ff0ffab00000000000000000000/0",
        "000ff0ffab00000000000000000000:0",
        "000ff0ffab0000000000000000000 00",
    };
    struct id id = {{9}};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_false(id_from_hex(text_of(bad[i]), &id));
        assert_int_equal(id.bytes[0], 9); /* untouched */
    }
    assert_false(bytes_from_hex(TEXT_LITERAL("0"), id.bytes, SIZE_MAX));
}

/* RFC 4648 section 10, without padding. */
static void base64url(void **state)
{
    static const struct {
        const char *plain, *coded;
    } rows[] = {
        {"", ""},
        {"f", "Zg"},
        {"fo", "Zm8"},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg"},
        {"fooba", "Zm9vYmE"},
        {"foobar", "Zm9vYmFy"},
        {"\xff\xfe\xfb", "__77"},
        {"\xfb\xf0", "-_A"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        size_t size = strlen(rows[i].plain);
        size_t back_size = 99;
        uint8_t back[16];
        char text[32];

        assert_int_equal(bytes_to_base64url(SPAN(rows[i].plain, size), text),
                         strlen(rows[i].coded));
        assert_string_equal(text, rows[i].coded);
        assert_true(bytes_from_base64url(text_of(text), back, sizeof(back),
                                         &back_size));
        assert_int_equal(back_size, size);
        assert_memory_equal(back, rows[i].plain, size);
        if (size > 0) {
            assert_false(bytes_from_base64url(text_of(text), back, size - 1,
                                              &back_size));
        }
    }
}

static void bad_base64url(void **state)
{
    static const char *const bad[] = {
        "Z",    "Zm9vY", "Zg==", "Zm+v", "Zm/v",
        "Zm9 ", "Zm 9",  "Zh", /* the four bits left over are not zero */
        "Zm9",  "-_B",
    };
    uint8_t back[16];
    size_t size = 77;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_false(
            bytes_from_base64url(text_of(bad[i]), back, sizeof(back), &size));
        assert_int_equal(size, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hex),
        cmocka_unit_test(bad_hex),
        cmocka_unit_test(base64url),
        cmocka_unit_test(bad_base64url),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
