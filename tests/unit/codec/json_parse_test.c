/* json_parse_test.c - what is read, and all the ways to say no. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/codec.h"
#include "lib/death.h"

static struct json_doc *parsed(const char *s)
{
    struct json_doc *d = NULL;

    assert_int_equal(json_parse(text_of(s), &d, NULL).code, ERR_NONE);
    return d;
}

static void values(void **state)
{
    struct json_doc *d =
        parsed(" {\"t\":\"\\u7532\\n\",\"i\":-9223372036854775808,\"b\":true,"
               "\"f\":false,\"n\":null,\"r\":1.5,\"a\":[1,2,3],\"o\":{}} ");
    const struct json_value *v = json_root(d);

    (void)state;
    assert_int_equal(json_type_of(v), JSON_IS_OBJECT);
    assert_int_equal(json_count(v), 8);
    assert_true(text_is(json_text(json_member(v, "t")), "\xE7\x94\xB2\n"));
    assert_true(json_int64(json_member(v, "i")) == INT64_MIN);
    assert_true(json_bool(json_member(v, "b")));
    assert_false(json_bool(json_member(v, "f")));
    assert_int_equal(json_type_of(json_member(v, "n")), JSON_IS_NULL);
    assert_int_equal(json_type_of(json_member(v, "r")), JSON_IS_REAL);
    assert_int_equal(json_type_of(json_member(v, "o")), JSON_IS_OBJECT);
    assert_null(json_member(v, "x"));
    v = json_member(v, "a");
    assert_int_equal(json_type_of(v), JSON_IS_ARRAY);
    assert_int_equal(json_count(v), 3);
    assert_int_equal(json_int64(json_item(v, 2)), 3);
    assert_null(json_item(v, 3));
    assert_null(json_member(v, "t"));
    json_free(d);
    json_free(NULL);
}

static void any_type_at_the_top(void **state)
{
    static const struct {
        const char *s;
        enum json_type type;
    } rows[] = {
        {"1", JSON_IS_INTEGER},  {"-0", JSON_IS_INTEGER},
        {"1e3", JSON_IS_REAL},   {"\"\"", JSON_IS_TEXT},
        {"null", JSON_IS_NULL},  {"true", JSON_IS_BOOL},
        {"[]\n", JSON_IS_ARRAY}, {"\t{}\r\n", JSON_IS_OBJECT},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct json_doc *d = parsed(rows[i].s);

        assert_int_equal(json_type_of(json_root(d)), rows[i].type);
        json_free(d);
    }
}

static void says_no(void **state)
{
    static const struct {
        const char *s, *code;
    } rows[] = {
        {"", "json.syntax"},
        {" ", "json.syntax"},
        {"nul", "json.syntax"},
        {"NaN", "json.syntax"},
        {"01", "json.syntax"},
        {"+1", "json.syntax"},
        {"1.", "json.syntax"},
        {"[1,]", "json.syntax"},
        {"{\"a\":1,}", "json.syntax"},
        {"{a:1}", "json.syntax"},
        {"{'a':1}", "json.syntax"},
        {"\"\n\"", "json.syntax"},
        {"\"", "json.syntax"},
        {"\"\\", "json.syntax"},
        {"\"\\x\"", "json.syntax"},
        {"\"\\ud800\"", "json.syntax"},
        {"\"\\u0000\"", "json.syntax"},
        {"[", "json.syntax"},
        {"]", "json.syntax"},
        {"9223372036854775808", "json.syntax"},
        {"1e999", "json.syntax"},
        {"// c\n1", "json.syntax"},
        {"1 2", "json.trailing"},
        {"{}{}", "json.trailing"},
        {"[1]]", "json.trailing"},
        {"{\"a\":1,\"b\":2,\"a\":3}", "json.duplicate_key"},
        {"[{\"a\":{\"b\":1,\"b\":1}}]", "json.duplicate_key"},
        {"{\"a\":1,\"\\u0061\":1}", "json.duplicate_key"},
        {"\"\xFF\"", "json.not_utf8"},
        {"\"\xED\xA0\x80\"", "json.not_utf8"},
        {"\xEF\xBB\xBF{}", "json.syntax"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct json_problem problem = {0};
        struct json_doc *d = NULL;
        size_t size = strlen(rows[i].s);
        char *copy = malloc(size + 1);

        assert_non_null(copy);
        memcpy(copy, rows[i].s, size);
        assert_int_equal(
            json_parse((struct text){copy, size}, &d, &problem).code,
            ERR_INPUT);
        assert_string_equal(problem.code, rows[i].code);
        assert_true(problem.offset <= size);
        assert_null(d);
        assert_int_equal(json_parse((struct text){copy, size}, &d, NULL).code,
                         ERR_INPUT);
        free(copy);
    }
}

static void a_nul_is_never_json(void **state)
{
    static const struct text rows[] = {{"1\0", 2},
                                       {"\0", 1},
                                       {"\"a\0b\"", 5},
                                       {"{}\0{}", 5},
                                       {"{\"a\0\":1}", 8}};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct json_problem problem = {0};
        struct json_doc *d = NULL;

        assert_int_equal(json_parse(rows[i], &d, &problem).code, ERR_INPUT);
        assert_string_equal(problem.code, "json.syntax");
    }
}

/* `depth` times open, then close, from the heap. */
static char *nested(size_t depth, char open, char close)
{
    char *s = malloc(2 * depth + 1);

    assert_non_null(s);
    memset(s, open, depth);
    memset(s + depth, close, depth);
    s[2 * depth] = '\0';
    return s;
}

static void depth_is_bounded(void **state)
{
    struct json_problem problem = {0};
    struct json_doc *d = NULL;
    char *s = nested(LIMIT_JSON_DEPTH, '[', ']');

    (void)state;
    json_free(parsed(s));
    free(s);
    s = nested(LIMIT_JSON_DEPTH + 1, '[', ']');
    assert_int_equal(json_parse(text_of(s), &d, &problem).code, ERR_INPUT);
    assert_string_equal(problem.code, "json.too_deep");
    assert_int_equal(problem.offset, LIMIT_JSON_DEPTH);
    free(s);
    s = nested(200000, '[', ']');
    assert_int_equal(json_parse(text_of(s), &d, &problem).code, ERR_INPUT);
    assert_string_equal(problem.code, "json.too_deep");
    free(s);
    s = nested(100000, '{', '}');
    assert_int_equal(json_parse(text_of(s), &d, &problem).code, ERR_INPUT);
    assert_string_equal(problem.code, "json.too_deep");
    free(s);
}

static void brackets_in_strings_are_not_depth(void **state)
{
    struct json_doc *d =
        parsed("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[[[[\","
               "\"\\\\\",\"{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{\"]");

    (void)state;
    assert_int_equal(json_count(json_root(d)), 3);
    json_free(d);
}

static void size_is_bounded(void **state)
{
    size_t size = LIMIT_JSON_BYTES + 1;
    struct json_problem problem = {0};
    struct json_doc *d = NULL;
    char *s = malloc(size);

    (void)state;
    assert_non_null(s);
    memset(s, ' ', size);
    s[0] = '7';
    assert_int_equal(json_parse((struct text){s, size}, &d, &problem).code,
                     ERR_INPUT);
    assert_string_equal(problem.code, "json.too_long");
    assert_int_equal(json_parse((struct text){s, size - 1}, &d, NULL).code,
                     ERR_NONE);
    json_free(d);
    free(s);
}

/* As many members as fit: memory is bounded, nothing is quadratic. */
static void many_members(void **state)
{
    char *s = malloc(LIMIT_JSON_BYTES);
    struct json_doc *d;
    size_t size = 1;
    size_t count = 0;

    (void)state;
    assert_non_null(s);
    s[0] = '{';
    while (size + 16 < LIMIT_JSON_BYTES && count < LIMIT_JSON_VALUES) {
        int n =
            snprintf(s + size, 16, "%s\"%zx\":1", count > 0 ? "," : "", count);

        assert_true(n > 0);
        size += (size_t)n;
        count++;
    }
    s[size++] = '}';
    assert_int_equal(json_parse((struct text){s, size}, &d, NULL).code,
                     ERR_NONE);
    assert_int_equal(json_count(json_root(d)), count);
    json_free(d);
    free(s);
}

struct seen {
    int count;
    int stop_at;
};

static bool see(void *context, struct text name, const struct json_value *value)
{
    struct seen *s = context;

    assert_int_equal(name.size, 1);
    assert_int_equal(json_int64(value), name.at[0] - 'a');
    return ++s->count != s->stop_at;
}

static void each_member_is_seen(void **state)
{
    struct json_doc *d = parsed("{\"c\":2,\"a\":0,\"b\":1}");
    struct seen all = {0, 0};
    struct seen two = {0, 2};

    (void)state;
    json_each(json_root(d), see, &all);
    assert_int_equal(all.count, 3);
    json_each(json_root(d), see, &two);
    assert_int_equal(two.count, 2);
    json_free(d);
}

static void number_as_text(void *context)
{
    (void)context;
    (void)json_text(json_root(parsed("1")));
}

static void text_as_number(void *context)
{
    (void)context;
    (void)json_int64(json_root(parsed("\"1\"")));
}

static void number_as_bool(void *context)
{
    (void)context;
    (void)json_bool(json_root(parsed("0")));
}

static void the_type_is_asked_first(void **state)
{
    (void)state;
    assert_true(dies(number_as_text, NULL));
    assert_true(dies(text_as_number, NULL));
    assert_true(dies(number_as_bool, NULL));
}

/* xorshift64* (Vigna 2016), the same on every machine. */
static uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(0x2545F4914F6CDD1D);
}

/* Made of the bytes that matter: parsed or refused, never read past the end. */
static void random_texts(void **state)
{
    static const char alphabet[] =
        "{}[]\",:\\u0019aeE+-. \n\x80\xE7\x94\xB2tfn";
    uint64_t seed = 1;
    size_t good = 0;

    (void)state;
    for (int trial = 0; trial < 60000; trial++) {
        size_t size = random_next(&seed) % 24;
        char *s = malloc(size + 1);
        struct json_problem problem = {0};
        struct json_doc *d = NULL;
        struct err e;

        assert_non_null(s);
        for (size_t i = 0; i < size; i++) {
            s[i] = alphabet[random_next(&seed) % (sizeof(alphabet) - 1)];
        }
        e = json_parse((struct text){s, size}, &d, &problem);
        assert_int_equal(failed(e), d == NULL);
        assert_int_equal(failed(e), problem.code != NULL);
        assert_true(problem.offset <= size);
        good += !failed(e);
        json_free(d);
        free(s);
    }
    assert_true(good > 100);
}

/* An array of count integers holds count values more than itself begins. */
static void values_are_bounded(void **state)
{
    char *s = malloc(LIMIT_JSON_VALUES * 2 + 8);
    struct json_problem problem = {0};
    struct json_doc *d = NULL;
    size_t size = 0;

    (void)state;
    assert_non_null(s);
    s[size++] = '[';
    while (size < LIMIT_JSON_VALUES * 2 - 1) {
        s[size++] = '0';
        s[size++] = ',';
    }
    s[size++] = '0';
    s[size] = ']';
    assert_int_equal(json_parse((struct text){s, size + 1}, &d, NULL).code,
                     ERR_NONE);
    json_free(d);
    d = NULL;
    s[size++] = ',';
    s[size++] = '0';
    s[size++] = ']';
    assert_int_equal(json_parse((struct text){s, size}, &d, &problem).code,
                     ERR_INPUT);
    assert_string_equal(problem.code, "json.too_long");
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(any_type_at_the_top),
        cmocka_unit_test(says_no),
        cmocka_unit_test(a_nul_is_never_json),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(brackets_in_strings_are_not_depth),
        cmocka_unit_test(size_is_bounded),
        cmocka_unit_test(values_are_bounded),
        cmocka_unit_test(many_members),
        cmocka_unit_test(each_member_is_seen),
        cmocka_unit_test(the_type_is_asked_first),
        cmocka_unit_test(random_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
