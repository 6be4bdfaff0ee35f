/* json_out_test.c - commas, escapes, bounds; what is written can be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/codec.h"
#include "lib/death.h"

static void check(struct json_out *o, const char *want)
{
    struct text t;

    assert_int_equal(json_out_text(o, &t).code, ERR_NONE);
    if (!text_is(t, want)) {
        print_error("got %.*s\n", (int)t.size, t.at);
    }
    assert_true(text_is(t, want));
    json_out_release(o);
}

static void shapes(void **state)
{
    struct json_out o;

    (void)state;
    json_out_init(&o, 4096);
    json_out_object(&o);
    json_out_name(&o, "a");
    json_out_array(&o);
    json_out_integer(&o, INT64_MIN);
    json_out_array(&o);
    json_out_array_end(&o);
    json_out_object(&o);
    json_out_object_end(&o);
    json_out_array_end(&o);
    json_out_name(&o, "b");
    json_out_bool(&o, true);
    json_out_name(&o, "c");
    json_out_bool(&o, false);
    json_out_name(&o, "d");
    json_out_null(&o);
    json_out_name(&o, "e");
    json_out_raw(&o, TEXT_LITERAL("{\"x\":1}"));
    json_out_name(&o, "f");
    json_out_literal(&o, "t");
    json_out_object_end(&o);
    check(&o, "{\"a\":[-9223372036854775808,[],{}],\"b\":true,\"c\":false,"
              "\"d\":null,\"e\":{\"x\":1},\"f\":\"t\"}");
}

static void special_values(void **state)
{
    struct id id = {{0xab, 1}};
    struct json_out o;

    (void)state;
    json_out_init(&o, 4096);
    json_out_array(&o);
    json_out_id(&o, id);
    json_out_time(&o, 0);
    json_out_array_end(&o);
    check(&o, "[\"ab010000000000000000000000000000\","
              "\"1970-01-01T00:00:00.000000Z\"]");
    json_out_init(&o, 10);
    check(&o, "");
}

static void escapes(void **state)
{
    static const struct {
        const char *in, *want;
    } rows[] = {
        {"", "\"\""},
        {"\"\\/", "\"\\\"\\\\/\""},
        {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
        {"\x01\x1f\x7f", "\"\\u0001\\u001f\x7f\""},
        {"a<b>&c", "\"a\\u003cb>\\u0026c\""},
        {"\xE2\x80\xA8\xE2\x80\xA9", "\"\\u2028\\u2029\""},
        {"\xE2\x80\xA7\xE2\x80\xAA", "\"\xE2\x80\xA7\xE2\x80\xAA\""},
        {"\xE7\x94\xB2\xF0\x9F\x98\x80", "\"\xE7\x94\xB2\xF0\x9F\x98\x80\""},
    };
    struct json_out o;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        json_out_init(&o, 4096);
        json_out_text_value(&o, text_of(rows[i].in));
        check(&o, rows[i].want);
    }
    json_out_init(&o, 4096);
    json_out_text_value(&o, (struct text){"a\0b", 3});
    check(&o, "\"a\\u0000b\"");
    json_out_init(&o, 4096);
    json_out_text_value(&o, (struct text){"\xE2\x80", 2});
    check(&o, "\"\xE2\x80\"");
}

/* Every code point that may stand in a text comes back as it was. */
static void what_is_written_can_be_read(void **state)
{
    char all[3 * 0x800];
    size_t size = 0;
    struct json_doc *d;
    struct json_out o;
    struct text t;

    (void)state;
    for (unsigned c = 1; c < 0x80; c++) {
        all[size++] = (char)c;
    }
    for (unsigned c = 0x2000; c < 0x2100; c++) {
        all[size++] = (char)(0xE0 | c >> 12);
        all[size++] = (char)(0x80 | (c >> 6 & 0x3F));
        all[size++] = (char)(0x80 | (c & 0x3F));
    }
    json_out_init(&o, 1 << 16);
    json_out_text_value(&o, (struct text){all, size});
    assert_int_equal(json_out_text(&o, &t).code, ERR_NONE);
    assert_int_equal(json_parse(t, &d, NULL).code, ERR_NONE);
    assert_true(text_equal(json_text(json_root(d)), (struct text){all, size}));
    json_free(d);
    json_out_release(&o);
}

static void the_maximum_is_kept(void **state)
{
    struct json_out o;
    struct text t = TEXT_LITERAL("untouched");

    (void)state;
    for (size_t max = 1; max < 1200; max += max < 20 ? 1 : 97) {
        json_out_init(&o, max);
        json_out_array(&o);
        for (int i = 0; i < 400; i++) {
            json_out_literal(&o, "x");
        }
        json_out_array_end(&o);
        assert_int_equal(json_out_text(&o, &t).code, ERR_LIMIT);
        assert_true(text_is(t, "untouched"));
        assert_true(o.size <= max);
        json_out_release(&o);
    }
    json_out_init(&o, 1601);
    json_out_array(&o);
    for (int i = 0; i < 400; i++) {
        json_out_literal(&o, "x");
    }
    json_out_array_end(&o);
    assert_int_equal(json_out_text(&o, &t).code, ERR_NONE);
    assert_int_equal(t.size, 1601);
    json_out_release(&o);
    /* Full stays full, even for what would fit. */
    json_out_init(&o, 4);
    json_out_literal(&o, "12345");
    json_out_null(&o);
    assert_int_equal(json_out_text(&o, &t).code, ERR_LIMIT);
    json_out_release(&o);
}

static void close_nothing(void *context)
{
    struct json_out o;

    (void)context;
    json_out_init(&o, 10);
    json_out_array_end(&o);
}

static void leave_open(void *context)
{
    struct json_out o;
    struct text t;
    struct err e;

    (void)context;
    json_out_init(&o, 10);
    json_out_array(&o);
    e = json_out_text(&o, &t);
    (void)e;
}

static void too_deep(void *context)
{
    struct json_out o;

    (void)context;
    json_out_init(&o, 1000);
    for (int i = 0; i < 40; i++) {
        json_out_array(&o);
    }
}

static void wrong_nesting_is_a_bug(void **state)
{
    (void)state;
    assert_true(dies(close_nothing, NULL));
    assert_true(dies(leave_open, NULL));
    assert_true(dies(too_deep, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes),
        cmocka_unit_test(special_values),
        cmocka_unit_test(escapes),
        cmocka_unit_test(what_is_written_can_be_read),
        cmocka_unit_test(the_maximum_is_kept),
        cmocka_unit_test(wrong_nesting_is_a_bug),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
