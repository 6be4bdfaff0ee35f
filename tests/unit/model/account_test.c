/*
 * account_test.c - accounts are added, invited, enrolled, disabled.
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

static const char *const hash_a =
    "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$bm90YXBhc3N3b3Jk";

/* 64 hex digits out of one. */
static struct text token(char digit)
{
    char hex[64];

    memset(hex, digit, sizeof(hex));
    return arena_copy_text(world.arena, (struct text){hex, sizeof(hex)});
}

static struct hash token_hash(char digit)
{
    struct hash hash;

    assert_true(bytes_from_hex(token(digit), hash.bytes, sizeof(hash.bytes)));
    return hash;
}

static struct cmd_add_account invited(const char *login, char digit)
{
    return (struct cmd_add_account){
        .login = text_of(login),
        .role = text_of("R-AGT"),
        .unit = text_of("service_centre"),
        .display_name = text_of("坐席九号"),
        .has_token_hash = true,
        .token_hash = token(digit),
    };
}

static enum refusal enrol(struct id account, char digit)
{
    struct cmd_enrol_account command = {
        .account_id = account,
        .token_hash = token(digit),
        .password_hash = text_of(hash_a),
    };

    return world_do(&world, "", COMMAND_ENROL_ACCOUNT, &command);
}

static enum refusal issue(const char *login, char digit)
{
    struct cmd_issue_enrolment command = {.login = text_of(login),
                                          .token_hash = token(digit)};

    return world_do(&world, "", COMMAND_ISSUE_ENROLMENT, &command);
}

static enum refusal disable(const char *login)
{
    struct cmd_disable_account command = {.login = text_of(login)};

    return world_do(&world, "", COMMAND_DISABLE_ACCOUNT, &command);
}

static bool link_leads_to(char digit, struct id account)
{
    struct store_txn *t;
    struct id found_id = {{0}};
    bool found = false;

    assert_false(failed(store_read_begin(world.store.store, &t)));
    assert_false(failed(account_for_enrolment(
        t, token_hash(digit), world.now_us, &found_id, &found)));
    store_end(t);
    return found && id_equal(found_id, account);
}

static struct signin_account for_signin(const char *login)
{
    struct signin_account found;
    struct store_txn *t;

    assert_false(failed(store_read_begin(world.store.store, &t)));
    assert_false(
        failed(account_for_signin(t, text_of(login), world.arena, &found)));
    store_end(t);
    return found;
}

static enum account_state state_of(struct id account)
{
    uint8_t row[ACCOUNT_BYTES];

    assert_true(world_row(&world, TABLE_ACCOUNT,
                          SPAN(account.bytes, sizeof(account.bytes)), row,
                          sizeof(row)));
    return (enum account_state)account_state(row);
}

static void a_link_is_used_once(void **state)
{
    struct cmd_add_account command = invited("new01", 'a');
    struct id account;

    (void)state;
    assert_int_equal(world_do(&world, "", COMMAND_ADD_ACCOUNT, &command),
                     REFUSAL_NONE);
    account = world.last.object;
    assert_int_equal(state_of(account), ACCOUNT_STATE_INVITED);
    assert_false(for_signin("new01").found);
    assert_true(link_leads_to('a', account));
    assert_int_equal(enrol(account, 'b'), REFUSAL_ENROLMENT_UNKNOWN);
    assert_int_equal(enrol(fixture_id(1), 'a'), REFUSAL_ENROLMENT_UNKNOWN);
    assert_int_equal(enrol(account, 'x'), REFUSAL_ENROLMENT_UNKNOWN);
    assert_int_equal(enrol(account, 'a'), REFUSAL_NONE);
    assert_int_equal(state_of(account), ACCOUNT_STATE_ACTIVE);
    assert_false(link_leads_to('a', account));
    assert_int_equal(enrol(account, 'a'), REFUSAL_ENROLMENT_UNKNOWN);
    assert_true(for_signin("new01").found);
    assert_true(id_equal(for_signin("new01").account, account));
    assert_string_equal(for_signin("new01").encoded, hash_a);
}

static void a_link_grows_old(void **state)
{
    struct cmd_add_account command = invited("new02", 'c');
    struct id account;

    (void)state;
    assert_int_equal(world_do(&world, "", COMMAND_ADD_ACCOUNT, &command),
                     REFUSAL_NONE);
    account = world.last.object;
    world.now_us += 72 * HOUR_US - 2000000;
    assert_true(link_leads_to('c', account));
    world.now_us += 2000000;
    assert_false(link_leads_to('c', account));
    assert_int_equal(enrol(account, 'c'), REFUSAL_ENROLMENT_UNKNOWN);
}

static void a_new_link_ends_the_older_one(void **state)
{
    struct cmd_add_account command = invited("new03", 'd');
    struct id account;

    (void)state;
    assert_int_equal(world_do(&world, "", COMMAND_ADD_ACCOUNT, &command),
                     REFUSAL_NONE);
    account = world.last.object;
    assert_int_equal(issue("new03", 'e'), REFUSAL_NONE);
    assert_false(link_leads_to('d', account));
    assert_true(link_leads_to('e', account));
    assert_int_equal(enrol(account, 'e'), REFUSAL_NONE);
    /* A link to one who is active: the old password holds until it is used. */
    assert_int_equal(issue("new03", '1'), REFUSAL_NONE);
    assert_int_equal(state_of(account), ACCOUNT_STATE_ACTIVE);
    assert_true(for_signin("new03").found);
    assert_int_equal(issue("nobody", '2'), REFUSAL_ACCOUNT_UNKNOWN);
}

static void disabling_ends_all_there_is(void **state)
{
    struct cmd_add_account command = invited("new04", '3');
    struct actor before;
    struct id account;

    (void)state;
    assert_int_equal(world_do(&world, "", COMMAND_ADD_ACCOUNT, &command),
                     REFUSAL_NONE);
    account = world.last.object;
    assert_int_equal(enrol(account, '3'), REFUSAL_NONE);
    assert_int_equal(issue("new04", '4'), REFUSAL_NONE);
    before = world_actor(&world, "new04");
    assert_int_equal(disable("new04"), REFUSAL_NONE);
    assert_int_equal(world.last.event_count, 1);
    assert_int_equal(state_of(account), ACCOUNT_STATE_DISABLED);
    assert_false(for_signin("new04").found);
    assert_false(link_leads_to('4', account));
    assert_int_equal(world_actor(&world, "new04").account_version,
                     before.account_version + 1);
    assert_int_equal(disable("new04"), REFUSAL_NONE);
    assert_int_equal(world.last.event_count, 0); /* it was so already */
    assert_int_equal(disable("nobody"), REFUSAL_ACCOUNT_UNKNOWN);
    /* Coming back takes a new link, and a new password. */
    assert_int_equal(issue("new04", '5'), REFUSAL_NONE);
    assert_int_equal(state_of(account), ACCOUNT_STATE_INVITED);
    assert_false(for_signin("new04").found);
    assert_int_equal(enrol(account, '5'), REFUSAL_NONE);
    assert_true(for_signin("new04").found);
}

static void what_cannot_be_added(void **state)
{
    struct cmd_add_account command = invited("new05", '6');

    (void)state;
    command.role = text_of("R-XXX");
    assert_int_equal(world_do(&world, "", COMMAND_ADD_ACCOUNT, &command),
                     REFUSAL_ACCOUNT_ROLE_UNKNOWN);
    command.role = text_of("R-AGT");
    command.unit = text_of("nowhere");
    assert_int_equal(world_do(&world, "", COMMAND_ADD_ACCOUNT, &command),
                     REFUSAL_ACCOUNT_UNIT_UNKNOWN);
    command = invited("agt01", '6');
    assert_int_equal(world_do(&world, "", COMMAND_ADD_ACCOUNT, &command),
                     REFUSAL_ACCOUNT_LOGIN_TAKEN);
    command = invited("system", '6');
    assert_int_equal(world_do(&world, "", COMMAND_ADD_ACCOUNT, &command),
                     REFUSAL_ACCOUNT_LOGIN_TAKEN);
    command = invited("new05", '6');
    command.has_token_hash = false;
    assert_int_equal(world_do(&world, "", COMMAND_ADD_ACCOUNT, &command),
                     REFUSAL_FIELD_INVALID);
    command = invited("new05", '6');
    command.has_password_hash = true;
    command.password_hash = text_of(hash_a);
    assert_int_equal(world_do(&world, "", COMMAND_ADD_ACCOUNT, &command),
                     REFUSAL_FIELD_INVALID);
}

static void accounts_are_managed_by_few(void **state)
{
    static const char *const logins[] = {"agt01", "ldr01", "ctr01", "cty_gy"};
    struct cmd_add_account command = invited("new06", '7');

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(logins); i++) {
        assert_int_equal(
            world_do(&world, logins[i], COMMAND_ADD_ACCOUNT, &command),
            REFUSAL_RIGHT_DENIED);
        assert_true(world.last.denied_by_right);
    }
    assert_int_equal(world_do(&world, "adm01", COMMAND_ADD_ACCOUNT, &command),
                     REFUSAL_NONE);
}

static void who_left_can_do_nothing(void **state)
{
    struct cmd_take_contact take = {.channel = CHANNEL_PHONE};
    struct actor gone;

    (void)state;
    assert_int_equal(
        world_add_account(&world, "new07", "R-AGT", "service_centre"),
        REFUSAL_NONE);
    gone = world_actor(&world, "new07");
    assert_int_equal(world_do_as(&world, &gone, COMMAND_TAKE_CONTACT, &take),
                     REFUSAL_NONE);
    assert_int_equal(disable("new07"), REFUSAL_NONE);
    assert_int_equal(world_do_as(&world, &gone, COMMAND_TAKE_CONTACT, &take),
                     REFUSAL_RIGHT_DENIED);
    /* Nor with the version of today: the account itself is shut. */
    gone = world_actor(&world, "new07");
    assert_int_equal(world_do_as(&world, &gone, COMMAND_TAKE_CONTACT, &take),
                     REFUSAL_RIGHT_DENIED);
}

static void an_unknown_name_walks_the_known_path(void **state)
{
    size_t used[2];
    struct signin_account found;

    (void)state;
    used[0] = arena_used(world.arena);
    found = for_signin("agt01");
    assert_true(found.found);
    used[0] = arena_used(world.arena) - used[0];
    used[1] = arena_used(world.arena);
    found = for_signin("no-such-login");
    used[1] = arena_used(world.arena) - used[1];
    assert_false(found.found);
    assert_true(id_is_zero(found.account));
    assert_true(bytes_all_zero(found.encoded, sizeof(found.encoded)));
    assert_int_equal(used[0], used[1]); /* a hash was opened all the same */
    assert_false(for_signin("").found);
    assert_false(for_signin("a-login-that-is-longer-than-any-may-be").found);
}

static void names_are_found_for_those_who_show_them(void **state)
{
    struct actor agent = world_actor(&world, "agt01");
    struct store_txn *t;
    struct text name;
    char login[32];

    (void)state;
    assert_false(failed(store_read_begin(world.store.store, &t)));
    assert_false(
        failed(account_display_name(t, agent.account, world.arena, &name)));
    assert_true(text_is(name, "测试人员"));
    assert_false(failed(account_login_of(t, agent.account, login)));
    assert_memory_equal(login, agent.login, sizeof(login));
    assert_false(failed(account_login_of(t, (struct id){{0}}, login)));
    assert_string_equal(login, "system");
    assert_int_equal(account_login_of(t, fixture_id(1), login).code,
                     ERR_MISSING);
    assert_int_equal(
        account_display_name(t, fixture_id(1), world.arena, &name).code,
        ERR_MISSING);
    store_end(t);
}

static void an_empty_city_lets_nobody_in(void **state)
{
    struct signin_account found;
    struct store_txn *t;
    struct world bare;

    (void)state;
    world_empty(&bare);
    assert_false(failed(store_read_begin(bare.store.store, &t)));
    assert_false(
        failed(account_for_signin(t, text_of("admin"), bare.arena, &found)));
    assert_false(found.found);
    store_end(t);
    world_free(&bare);
}

/* A real store takes no account whose password somebody else has chosen. */
static void a_real_store_knows_links_only(void **state)
{
    struct store_fixture *f = &world.store;
    struct cmd_add_account command = invited("new08", '8');
    struct store *test_store = f->store;
    struct actor system = actor_system();
    struct store_fixture real;

    (void)state;
    store_fixture_init(&real, FIXTURE_MAP_BYTES);
    assert_false(failed(store_create(&real.options, STORE_REAL)));
    assert_false(failed(store_open(&real.options, &real.store)));
    command.has_token_hash = false;
    command.has_password_hash = true;
    command.password_hash = text_of(hash_a);
    f->store = real.store;
    assert_int_equal(world_ask(&world, &system, COMMAND_ADD_ACCOUNT, &command),
                     REFUSAL_FIELD_INVALID);
    command = invited("new08", '8');
    assert_int_equal(world_ask(&world, &system, COMMAND_ADD_ACCOUNT, &command),
                     REFUSAL_NONE);
    f->store = test_store;
    store_fixture_free(&real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_is_used_once),
        cmocka_unit_test(a_link_grows_old),
        cmocka_unit_test(a_new_link_ends_the_older_one),
        cmocka_unit_test(disabling_ends_all_there_is),
        cmocka_unit_test(what_cannot_be_added),
        cmocka_unit_test(accounts_are_managed_by_few),
        cmocka_unit_test(who_left_can_do_nothing),
        cmocka_unit_test(an_unknown_name_walks_the_known_path),
        cmocka_unit_test(names_are_found_for_those_who_show_them),
        cmocka_unit_test(an_empty_city_lets_nobody_in),
        cmocka_unit_test(a_real_store_knows_links_only),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
