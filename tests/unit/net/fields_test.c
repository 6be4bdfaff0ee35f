/*
 * fields_test.c - cookies, languages, codings, origins, keys, queries.
 */
#include "net/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

#define T(s) TEXT_LITERAL(s)
static const struct text none = {NULL, 0};

static void cookies(void **state)
{
    (void)state;
    assert_true(
        text_is(fields_cookie(T("a=1; hutong=x=y; b"), "hutong"), "x=y"));
    assert_true(text_is(fields_cookie(T("hutong="), "hutong"), ""));
    assert_null(fields_cookie(T("xhutong=1; hutongx=2"), "hutong").at);
    assert_null(fields_cookie(T("hutong=1; hutong=2"), "hutong").at);
    assert_null(fields_cookie(none, "hutong").at);
    assert_null(fields_cookie(T("hutong=1"), "__Host-hutong").at);
}

static void codings(void **state)
{
    (void)state;
    assert_int_equal(fields_coding(T("gzip, deflate, br"), true, true),
                     CODING_BROTLI);
    assert_int_equal(fields_coding(T("gzip, br;q=0.5"), true, true),
                     CODING_GZIP);
    assert_int_equal(fields_coding(T("br;q=0, gzip;q=0"), true, true),
                     CODING_IDENTITY);
    assert_int_equal(fields_coding(T("br"), false, true), CODING_IDENTITY);
    assert_int_equal(fields_coding(T("*"), false, true), CODING_GZIP);
    assert_int_equal(fields_coding(T("*;q=0.1, br;q=0"), true, true),
                     CODING_GZIP);
    assert_int_equal(fields_coding(none, true, true), CODING_IDENTITY);
}

static void languages(void **state)
{
    (void)state;
    assert_true(fields_wants_english(T("en-US,en;q=0.9")));
    assert_false(fields_wants_english(T("zh-CN,zh;q=0.9,en;q=0.8")));
    assert_false(fields_wants_english(T("en;q=0.3, zh;q=0.4")));
    assert_false(fields_wants_english(T("fr")));
    assert_false(fields_wants_english(T("eng")));
    assert_false(fields_wants_english(none));
}

static void origins(void **state)
{
    (void)state;
    assert_true(fields_origin_fits(T("http://h:1"), "http", T("h:1")));
    assert_false(fields_origin_fits(T("https://h:1"), "http", T("h:1")));
    assert_false(fields_origin_fits(T("http://h:12"), "http", T("h:1")));
    assert_false(fields_origin_fits(T("http://h:1/"), "http", T("h:1")));
    assert_false(fields_origin_fits(T("null"), "http", T("h:1")));
    assert_false(fields_origin_fits(none, "http", T("h:1")));
}

static void media_types(void **state)
{
    (void)state;
    assert_true(fields_is_json(T("application/json")));
    assert_true(fields_is_json(T("Application/JSON; charset=UTF-8")));
    assert_false(fields_is_json(T("application/json; charset=latin1")));
    assert_false(fields_is_json(T("application/jsonx")));
    assert_false(fields_is_json(T("text/plain")));
    assert_false(fields_is_json(none));
}

static void idempotency_keys(void **state)
{
    uint32_t day = 0;

    (void)state;
    assert_true(fields_idempotency(T("20261123-abcdefABCDEF0-_9"), &day));
    assert_int_equal(day, 20261123);
    assert_false(fields_idempotency(T("20261123-abcdefABCDEF0-_"), &day));
    assert_false(fields_idempotency(T("20261323-abcdefABCDEF0-_9"), &day));
    assert_false(fields_idempotency(T("20261131-abcdefABCDEF0-_9"), &day));
    assert_false(fields_idempotency(T("20261123_abcdefABCDEF0-_9"), &day));
    assert_false(fields_idempotency(T("20261123-abcdefABCDEF0-_!"), &day));
    assert_false(fields_idempotency(none, &day));
    assert_int_equal(fields_days_between(20261130, 20261201), 1);
    assert_int_equal(fields_days_between(20270101, 20261231), -1);
}

static void versions_and_tags(void **state)
{
    uint32_t v = 9;

    (void)state;
    assert_true(fields_version(T("\"0\""), &v) && v == 0);
    assert_true(fields_version(T("\"4294967295\""), &v) && v == UINT32_MAX);
    assert_false(fields_version(T("\"4294967296\""), &v));
    assert_false(fields_version(T("7"), &v));
    assert_false(fields_version(T("\"\""), &v));
    assert_false(fields_version(T("W/\"7\""), &v));
    assert_true(fields_tag_matches(T("\"a\", W/\"b\""), "\"b\""));
    assert_true(fields_tag_matches(T("*"), "\"b\""));
    assert_false(fields_tag_matches(T("\"a\""), "\"b\""));
    assert_false(fields_tag_matches(none, "\"b\""));
}

static void queries(void **state)
{
    struct arena *a = arena_new(65536);
    struct query q;

    (void)state;
    assert_true(fields_query(T("limit=5&state=TRIAGE&x=%E6%8A%A4+%2B"), a, &q));
    assert_int_equal(q.count, 3);
    assert_true(text_is(query_value(&q, "limit"), "5"));
    assert_true(text_is(query_value(&q, "x"), "护 +"));
    assert_null(query_value(&q, "y").at);
    assert_true(fields_query(T(""), a, &q));
    assert_int_equal(q.count, 0);
    assert_true(fields_query(T("flag"), a, &q));
    assert_int_equal(query_value(&q, "flag").size, 0);
    assert_false(fields_query(T("x=%ff"), a, &q));
    assert_false(fields_query(T("x=%0a"), a, &q));
    assert_false(fields_query(T("a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&"
                                "a&a"),
                              a, &q));
    arena_free(a);
}

static void a_name_twice_is_seen(void **state)
{
    struct arena *a = arena_new(4096);
    struct query q;

    (void)state;
    assert_true(fields_query(T("a=1&b=2&ab=3"), a, &q));
    assert_false(query_repeats(&q));
    assert_true(fields_query(T("a=1&b=2&%61=1"), a, &q));
    assert_true(query_repeats(&q));
    assert_true(fields_query((struct text){NULL, 0}, a, &q));
    assert_false(query_repeats(&q));
    arena_free(a);
}

static void dates(void **state)
{
    char date[FIELDS_DATE_BYTES];

    (void)state;
    fields_date(0, date);
    assert_string_equal(date, "Thu, 01 Jan 1970 00:00:00 GMT");
    /* The example of RFC 9110, 5.6.7. */
    fields_date(784111777000000, date);
    assert_string_equal(date, "Sun, 06 Nov 1994 08:49:37 GMT");
    fields_date(1709164800000000 + 86399999999, date);
    assert_string_equal(date, "Thu, 29 Feb 2024 23:59:59 GMT");
}

static void a_host_is_this_machine_or_not(void **state)
{
    static const struct {
        const char *host;
        bool loopback;
    } rows[] = {
        {"127.0.0.1", true},
        {"127.0.0.1:12349", true},
        {"127.255.0.9:1", true},
        {"[::1]", true},
        {"[::1]:80", true},
        {"localhost", true},
        {"LocalHost:8080", true},
        {"", false},
        {":80", false},
        {"localhost:", false},
        {"localhost:8o", false},
        {"localhost:123456", false},
        {"localhost.", false},
        {"localhost.evil.example", false},
        {"127.0.0.1.evil.example", false},
        {"127.evil.example:80", false},
        {"127.1", false},
        {"2130706433", false},
        {"0.0.0.0", false},
        {"10.0.0.1", false},
        {"128.0.0.1", false},
        {"[::1", false},
        {"[::1]x", false},
        {"[::2]", false},
        {"::1", false},
        {"evil.example", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        assert_int_equal(fields_host_is_loopback(text_of(rows[i].host)),
                         rows[i].loopback);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cookies),
        cmocka_unit_test(codings),
        cmocka_unit_test(languages),
        cmocka_unit_test(origins),
        cmocka_unit_test(media_types),
        cmocka_unit_test(idempotency_keys),
        cmocka_unit_test(versions_and_tags),
        cmocka_unit_test(queries),
        cmocka_unit_test(a_name_twice_is_seen),
        cmocka_unit_test(dates),
        cmocka_unit_test(a_host_is_this_machine_or_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
