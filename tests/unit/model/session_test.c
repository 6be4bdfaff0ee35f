/*
 * session_test.c - a cookie opens one session, while all that it rests on
 * holds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model_fixture.h"

static struct world world;

static int start(void **state)
{
    (void)state;
    world_make(&world);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    world_free(&world);
    return 0;
}

#define HOUR_US (INT64_C(3600) * 1000000)

struct cookie {
    uint8_t token[SESSION_TOKEN_BYTES];
    char text[SESSION_TOKEN_CHARS + 1];
    char secret_hex[2 * HASH_BYTES + 1];
    struct id session;
};

static struct cookie cookie_of(uint8_t n)
{
    struct cookie c;
    struct hash hash;

    memset(c.token, n, sizeof(c.token));
    memcpy(c.session.bytes, c.token, ID_BYTES);
    (void)bytes_to_base64url(SPAN(c.token, sizeof(c.token)), c.text);
    hash =
        crypt_sha256(SPAN(c.token + ID_BYTES, SESSION_TOKEN_BYTES - ID_BYTES));
    bytes_to_hex(SPAN(hash.bytes, sizeof(hash.bytes)), c.secret_hex);
    return c;
}

static enum refusal open_it(const char *login, const struct cookie *c)
{
    struct cmd_open_session command = {
        .account_id = world_actor(&world, login).account,
        .session_id = c->session,
        .secret_hash = text_of(c->secret_hex),
        .address = text_of("10.0.0.7"),
    };

    return world_do(&world, "", COMMAND_OPEN_SESSION, &command);
}

static bool finds(const char *text, struct actor *ret)
{
    struct store_txn *t;
    bool found = true;

    assert_false(failed(store_read_begin(world.store.store, &t)));
    assert_false(failed(session_find(t, world.catalogue, text_of(text),
                                     world.now_us, ret, &found)));
    store_end(t);
    return found;
}

static enum refusal close_it(const char *login, struct id session)
{
    struct cmd_close_session command = {.session_id = session,
                                        .cause = text_of("sign_out")};

    return world_do(&world, login, COMMAND_CLOSE_SESSION, &command);
}

static void a_cookie_brings_its_actor(void **state)
{
    struct cookie c = cookie_of(1);
    struct actor agent = world_actor(&world, "agt01");
    struct actor found;

    (void)state;
    assert_false(finds(c.text, &found));
    assert_int_equal(open_it("agt01", &c), REFUSAL_NONE);
    assert_true(finds(c.text, &found));
    assert_true(id_equal(found.account, agent.account));
    assert_true(id_equal(found.session, c.session));
    assert_memory_equal(found.login, agent.login, sizeof(found.login));
    assert_memory_equal(found.role, agent.role, sizeof(found.role));
    assert_memory_equal(found.unit, agent.unit, sizeof(found.unit));
    assert_int_equal(found.account_version, agent.account_version);
    assert_false(found.is_system);
    assert_false(text_holds(world.last.events[0].open, "10.0.0.7"));
    assert_true(text_holds(
        world_part(&world, world.first_seq, PART_CLASS_STAFF), "10.0.0.7"));
}

static void no_other_cookie_does(void **state)
{
    struct cookie c = cookie_of(2);
    struct actor found;
    char text[SESSION_TOKEN_CHARS + 2];

    (void)state;
    assert_int_equal(open_it("agt01", &c), REFUSAL_NONE);
    for (size_t i = 0; i < SESSION_TOKEN_CHARS; i++) {
        memcpy(text, c.text, sizeof(c.text));
        text[i] = text[i] == 'A' ? 'B' : 'A';
        assert_false(finds(text, &found));
        text[i] = '\0';
        assert_false(finds(text, &found));
    }
    memcpy(text, c.text, sizeof(c.text));
    text[SESSION_TOKEN_CHARS] = 'A';
    text[SESSION_TOKEN_CHARS + 1] = '\0';
    assert_false(finds(text, &found));
    memcpy(text, c.text, sizeof(c.text));
    text[3] = '*';
    assert_false(finds(text, &found));
}

static void it_ends_when_it_is_closed(void **state)
{
    struct cookie c = cookie_of(3);
    struct actor found;

    (void)state;
    assert_int_equal(open_it("agt01", &c), REFUSAL_NONE);
    assert_int_equal(close_it("agt02", c.session), REFUSAL_RIGHT_DENIED);
    assert_true(finds(c.text, &found));
    assert_int_equal(close_it("agt01", c.session), REFUSAL_NONE);
    assert_int_equal(world.last.event_count, 1);
    assert_false(finds(c.text, &found));
    assert_int_equal(close_it("agt01", c.session), REFUSAL_NONE);
    assert_int_equal(world.last.event_count, 0);
    assert_int_equal(close_it("", fixture_id(3)), REFUSAL_NONE);
    assert_int_equal(world.last.event_count, 0);
    /* An id is used once. */
    assert_int_equal(open_it("agt01", &c), REFUSAL_SESSION_REFUSED);
}

static void it_ends_by_its_age(void **state)
{
    struct cookie c = cookie_of(4);
    struct actor found;

    (void)state;
    assert_int_equal(open_it("agt01", &c), REFUSAL_NONE);
    world.now_us += 12 * HOUR_US - 1;
    assert_true(finds(c.text, &found));
    world.now_us += 1;
    assert_false(finds(c.text, &found));
}

static void it_ends_with_its_account(void **state)
{
    struct cmd_disable_account disable = {.login = text_of("sen01")};
    struct cookie c = cookie_of(5);
    struct cookie other = cookie_of(6);
    struct actor found;

    (void)state;
    assert_int_equal(open_it("sen01", &c), REFUSAL_NONE);
    assert_int_equal(open_it("agt01", &other), REFUSAL_NONE);
    assert_int_equal(world_do(&world, "", COMMAND_DISABLE_ACCOUNT, &disable),
                     REFUSAL_NONE);
    assert_false(finds(c.text, &found));
    assert_true(finds(other.text, &found));
    c = cookie_of(7);
    assert_int_equal(open_it("sen01", &c), REFUSAL_SESSION_REFUSED);
}

static void a_new_password_ends_it(void **state)
{
    static const char *const digits =
        "9999999999999999999999999999999999999999999999999999999999999999";
    struct cmd_issue_enrolment issue = {.login = text_of("agt02"),
                                        .token_hash = text_of(digits)};
    struct cmd_enrol_account enrol = {
        .account_id = world_actor(&world, "agt02").account,
        .token_hash = text_of(digits),
        .password_hash = text_of("$argon2id$new"),
    };
    struct cookie c = cookie_of(8);
    struct actor found;

    (void)state;
    assert_int_equal(open_it("agt02", &c), REFUSAL_NONE);
    assert_int_equal(world_do(&world, "", COMMAND_ISSUE_ENROLMENT, &issue),
                     REFUSAL_NONE);
    assert_true(finds(c.text, &found));
    assert_int_equal(world_do(&world, "", COMMAND_ENROL_ACCOUNT, &enrol),
                     REFUSAL_NONE);
    assert_false(finds(c.text, &found));
}

static void nobody_signs_in_who_is_not_there(void **state)
{
    struct cookie c = cookie_of(9);
    struct cmd_open_session command = {
        .account_id = fixture_id(1),
        .session_id = c.session,
        .secret_hash = text_of(c.secret_hex),
        .address = text_of("::1"),
    };

    (void)state;
    assert_int_equal(world_do(&world, "", COMMAND_OPEN_SESSION, &command),
                     REFUSAL_SESSION_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cookie_brings_its_actor),
        cmocka_unit_test(no_other_cookie_does),
        cmocka_unit_test(it_ends_when_it_is_closed),
        cmocka_unit_test(it_ends_by_its_age),
        cmocka_unit_test(it_ends_with_its_account),
        cmocka_unit_test(a_new_password_ends_it),
        cmocka_unit_test(nobody_signs_in_who_is_not_there),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
