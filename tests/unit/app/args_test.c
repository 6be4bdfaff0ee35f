/*
 * args_test.c - command lines, good and bad.
 */
#include "app/args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define BIT(o) (UINT32_C(1) << (o))

static const char *const actions[] = {"add", "enrol", NULL};
static const char *const read_actions[] = {"aloud", NULL};
static const struct verb verbs[] = {
    {.name = "serve",
     .usage = "",
     .takes = BIT(OPTION_DATA) | BIT(OPTION_KEY) | BIT(OPTION_MAP_GIB) |
              BIT(OPTION_REPLAY) | BIT(OPTION_TEST_CLOCK),
     .needs = BIT(OPTION_DATA)},
    {.name = "make",
     .usage = "",
     .takes = BIT(OPTION_DATA) | BIT(OPTION_FOR_TESTS) | BIT(OPTION_TEST_CLOCK),
     .needs = BIT(OPTION_DATA)},
    {.name = "user",
     .usage = "add|enrol",
     .actions = actions,
     .takes = BIT(OPTION_DATA) | BIT(OPTION_LOGIN),
     .needs = BIT(OPTION_DATA) | BIT(OPTION_LOGIN)},
    {.name = "read",
     .usage = "aloud WORD...",
     .actions = read_actions,
     .has_words = true,
     .takes = BIT(OPTION_DATA),
     .needs = BIT(OPTION_DATA)},
    {.name = NULL},
};

/* The words of the last line: args borrow from them. */
struct line {
    char words[16][32];
    char *argv[16];
};

static bool parse(struct line *line, const char *const *words, struct args *ret,
                  char *why)
{
    int argc = 0;

    for (; words[argc] != NULL; argc++) {
        line->argv[argc] = line->words[argc];
        (void)snprintf(line->words[argc], sizeof line->words[argc], "%s",
                       words[argc]);
    }
    return args_parse(verbs, argc, line->argv, ret, why, 256);
}

#define PARSE(...)                                                             \
    parse(&line, (const char *const[]){"hutong", __VA_ARGS__, NULL}, &a, why)

static void good(void **state)
{
    struct line line;
    struct args a;
    char why[256] = "";

    (void)state;
    assert_true(PARSE("serve", "--data", "/x/y/"));
    assert_string_equal(a.verb->name, "serve");
    assert_string_equal(a.key_path, "/x/y.key");
    assert_true(a.map_bytes == UINT64_C(256) << 30);
    assert_true(PARSE("serve", "--replay", "--key", "k", "--data", "d",
                      "--map-gib", "2"));
    assert_string_equal(a.key_path, "k");
    assert_true(a.map_bytes == UINT64_C(2) << 30);
    assert_non_null(a.value[OPTION_REPLAY]);
    assert_true(PARSE("user", "enrol", "--data", "d", "--login", "l"));
    assert_string_equal(a.action, "enrol");
    assert_true(PARSE("serve", "--help") && a.help);
    assert_string_equal(a.verb->name, "serve");
    assert_true(PARSE("--help") && a.help && a.verb == NULL);
}

static void words_stand_between_options(void **state)
{
    struct line line;
    struct args a;
    char why[256] = "";

    (void)state;
    assert_true(PARSE("read", "aloud", "one", "--data", "d", "two", "-"));
    assert_string_equal(a.action, "aloud");
    assert_int_equal(a.word_count, 3);
    assert_string_equal(a.words[0], "one");
    assert_string_equal(a.words[1], "two");
    assert_string_equal(a.words[2], "-");
    assert_string_equal(a.value[OPTION_DATA], "d");
}

static void bad(void **state)
{
    struct line line;
    struct args a;
    char why[256] = "";

    (void)state;
    assert_false(parse(&line, (const char *const[]){"hutong", NULL}, &a, why));
    assert_false(PARSE("dance"));
    assert_false(PARSE("serve"));
    assert_false(PARSE("serve", "--data"));
    assert_false(PARSE("serve", "--data", "d", "--data", "e"));
    assert_false(PARSE("serve", "--data", "d", "--login", "l"));
    assert_false(PARSE("serve", "--data", "d", "extra"));
    assert_false(PARSE("serve", "--data", "d", "--map-gib", "0"));
    assert_false(PARSE("serve", "--data", "d", "--map-gib", "2x"));
    assert_false(PARSE("serve", "--data", "d", "--map-gib", "99999999999999"));
    assert_false(PARSE("user", "--data", "d", "--login", "l"));
    assert_false(PARSE("user", "explode", "--data", "d", "--login", "l"));
    assert_false(PARSE("user", "add", "--data", "d"));
    assert_non_null(strstr(why, "--login"));
    assert_false(PARSE("read", "aloud", "--data", "d"));
    assert_false(PARSE("read", "one", "--data", "d"));
    assert_false(PARSE("read", "aloud", "one", "--data", "d", "--login", "l"));
    assert_false(PARSE("read", "aloud", "one"));
}

/* What is made for tests is made early; only such a thing has a set clock. */
static void clocks(void **state)
{
    struct line line;
    struct args a;
    char why[256] = "";

    (void)state;
    assert_true(PARSE("serve", "--data", "d"));
    assert_false(a.has_test_clock);
    assert_true(PARSE("serve", "--data", "d", "--test-clock",
                      "2021-03-06T22:10:00+08:00"));
    assert_true(a.has_test_clock);
    assert_true(a.test_clock_us == INT64_C(1615039800000000));
    assert_true(PARSE("make", "--data", "d", "--for-tests"));
    assert_true(a.has_test_clock);
    assert_true(a.test_clock_us == INT64_C(1577808000000000));
    assert_true(PARSE("make", "--data", "d", "--for-tests", "--test-clock",
                      "2021-03-06T14:10:00Z"));
    assert_true(a.test_clock_us == INT64_C(1615039800000000));
    assert_true(PARSE("make", "--data", "d"));
    assert_false(a.has_test_clock);
    assert_false(
        PARSE("make", "--data", "d", "--test-clock", "2021-03-06T14:10:00Z"));
    assert_false(PARSE("serve", "--data", "d", "--test-clock", "noon"));
    assert_false(PARSE("serve", "--data", "d", "--for-tests"));
}

static void addresses(void **state)
{
    struct listen_address l;

    (void)state;
    assert_true(args_listen("127.0.0.1:0", &l));
    assert_string_equal(l.host, "127.0.0.1");
    assert_int_equal(l.port, 0);
    assert_true(args_listen("[::1]:65535", &l));
    assert_string_equal(l.host, "::1");
    assert_int_equal(l.port, 65535);
    assert_false(args_listen("127.0.0.1", &l));
    assert_false(args_listen("127.0.0.1:", &l));
    assert_false(args_listen("127.0.0.1:65536", &l));
    assert_false(args_listen("127.0.0.1:-1", &l));
    assert_false(args_listen("127.0.0.1:1x", &l));
    assert_false(args_listen("::1:80", &l));
    assert_false(args_listen(":80", &l));
    assert_false(args_listen("[]:80", &l));
    assert_false(args_listen("", &l));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good),
        cmocka_unit_test(words_stand_between_options),
        cmocka_unit_test(bad),
        cmocka_unit_test(clocks),
        cmocka_unit_test(addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
