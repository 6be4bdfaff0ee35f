/*
 * control_test.c - what the control socket lets through.
 */
#include "app/control.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void takes_its_commands(void **state)
{
    struct control_request r;

    (void)state;
    assert_true(control_parse(
        text_of("{\"command\":\"add_account\",\"body\":{\"login\":\"agt09\","
                "\"role\":\"R-AGT\",\"unit\":\"u\",\"display_name\":\"x\","
                "\"token_hash\":\"" HASH "\"}}"),
        &r));
    assert_int_equal(r.command, COMMAND_ADD_ACCOUNT);
    assert_true(
        text_is(((const struct cmd_add_account *)r.body)->login, "agt09"));
    arena_free(r.arena);
    assert_true(control_parse(
        text_of(
            "{\"command\":\"disable_account\",\"body\":{\"login\":\"a9\"}}"),
        &r));
    arena_free(r.arena);
}

/* Whether its content is one is decided behind the socket. */
static void takes_a_catalogue(void **state)
{
    struct control_request r;
    const struct cmd_adopt_catalogue *body;

    (void)state;
    assert_true(control_parse(
        text_of("{\"command\":\"adopt_catalogue\",\"body\":{\"kind\":"
                "\"acting\",\"version\":2,\"effective_from\":"
                "\"2026-01-01T00:00:00Z\",\"content\":{\"x\": [1]}}}"),
        &r));
    assert_int_equal(r.command, COMMAND_ADOPT_CATALOGUE);
    body = r.body;
    assert_true(text_is(body->kind, "acting"));
    assert_int_equal(body->version, 2);
    assert_true(text_is(body->content, "{\"x\":[1]}"));
    arena_free(r.arena);
}

static void refuses_the_rest(void **state)
{
    static const char *const wrong[] = {
        "",
        "[]",
        "{",
        "{\"command\":\"add_account\"}",
        "{\"command\":\"take_contact\",\"body\":{\"channel\":\"phone\"}}",
        "{\"command\":\"disable_account\",\"body\":{\"login\":\"BIG\"}}",
        "{\"command\":\"disable_account\",\"body\":{}}",
        "{\"command\":7,\"body\":{}}",
        "{\"command\":\"add_account\",\"body\":{\"login\":\"agt09\","
        "\"role\":\"R-AGT\",\"unit\":\"u\",\"display_name\":\"x\","
        "\"password_hash\":\"x\"}}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct control_request r;

        if (control_parse(text_of(wrong[i]), &r))
            fail_msg("taken: %s", wrong[i]);
        assert_null(r.arena);
        assert_int_not_equal(strlen(r.why), 0);
    }
}

static void knows_where_it_is(void **state)
{
    char dir[200];
    struct sockaddr_un a;

    (void)state;
    assert_true(control_address("/x", &a));
    assert_string_equal(a.sun_path, "/x/control");
    memset(dir, 'd', sizeof dir - 1);
    dir[sizeof dir - 1] = '\0';
    assert_false(control_address(dir, &a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_its_commands),
        cmocka_unit_test(takes_a_catalogue),
        cmocka_unit_test(refuses_the_rest),
        cmocka_unit_test(knows_where_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
