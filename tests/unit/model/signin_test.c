/*
 * signin_test.c - failures make one wait; the desk is never shut from afar.
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

#define SECOND_US INT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)

static struct hash key_of(uint8_t n)
{
    struct hash hash;

    memset(hash.bytes, n, sizeof(hash.bytes));
    return hash;
}

static struct text hex_of(uint8_t n)
{
    struct hash hash = key_of(n);
    char hex[2 * HASH_BYTES + 1];

    bytes_to_hex(SPAN(hash.bytes, sizeof(hash.bytes)), hex);
    return arena_copy_text(world.arena, text_of(hex));
}

static void fail_once(uint8_t account, uint8_t address)
{
    struct cmd_fail_signin command = {.account_key = hex_of(account),
                                      .address_key = hex_of(address)};

    assert_int_equal(world_do(&world, "", COMMAND_FAIL_SIGNIN, &command),
                     REFUSAL_NONE);
    assert_int_equal(world.last.event_count, 0);
    assert_int_equal(world.last.side_count, 2);
}

static bool came_in;

static int64_t wait_us(uint8_t account, uint8_t address)
{
    struct store_txn *t;
    int64_t wait = -1;

    assert_false(failed(store_read_begin(world.store.store, &t)));
    assert_false(failed(signin_wait_us(t, key_of(account), key_of(address),
                                       world.now_us - world.wall_behind_us,
                                       &wait, &came_in)));
    store_end(t);
    return wait;
}

static void five_failures_lock_the_pair_alone(void **state)
{
    (void)state;
    assert_int_equal(wait_us(1, 1), 0);
    for (int i = 0; i < 4; i++) {
        fail_once(1, 1);
        assert_int_equal(wait_us(1, 1), 0);
    }
    fail_once(1, 1);
    assert_int_equal(wait_us(1, 1), 30 * MINUTE_US);
    assert_int_equal(wait_us(1, 2), 0); /* the agent, from elsewhere */
    assert_int_equal(wait_us(2, 1), 0); /* the next seat at that address */
    world.now_us += 29 * MINUTE_US;
    assert_int_equal(wait_us(1, 1), MINUTE_US);
    world.now_us += MINUTE_US;
    assert_int_equal(wait_us(1, 1), 0);
    fail_once(1, 1); /* counts from one again */
    assert_int_equal(wait_us(1, 1), 0);
}

static void an_address_is_slowed_and_never_locked(void **state)
{
    static const int64_t seconds[] = {0, 0, 0, 0, 0, 1, 2, 4, 8, 8, 8};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(seconds); i++) {
        fail_once((uint8_t)(20 + i), 3);
        assert_int_equal(wait_us(99, 3), seconds[i] * SECOND_US);
    }
    world.now_us += 8 * SECOND_US;
    assert_int_equal(wait_us(99, 3), 0);
}

static void a_good_password_forgets_the_pair(void **state)
{
    struct cmd_open_session command = {
        .account_id = world_actor(&world, "agt01").account,
        .session_id = fixture_id(50),
        .secret_hash = hex_of(1),
        .address = text_of("10.0.0.1"),
        .has_account_key = true,
        .account_key = hex_of(40),
        .has_address_key = true,
        .address_key = hex_of(4),
    };

    (void)state;
    for (int i = 0; i < 4; i++) {
        fail_once(40, 4);
    }
    assert_int_equal(world_do(&world, "", COMMAND_OPEN_SESSION, &command),
                     REFUSAL_NONE);
    fail_once(40, 4);
    assert_int_equal(wait_us(40, 4), 0);
    command.session_id = fixture_id(51);
    command.account_key = text_of("zz");
    assert_int_equal(world_do(&world, "", COMMAND_OPEN_SESSION, &command),
                     REFUSAL_FIELD_INVALID);
}

/* Somebody at the same address guesses: who works there still comes in. */
static void an_address_does_not_hold_who_came_in_before(void **state)
{
    struct cmd_open_session command = {
        .account_id = world_actor(&world, "agt01").account,
        .session_id = fixture_id(55),
        .secret_hash = hex_of(1),
        .address = text_of("10.0.0.1"),
        .has_account_key = true,
        .account_key = hex_of(41),
        .has_address_key = true,
        .address_key = hex_of(5),
    };

    (void)state;
    assert_int_equal(world_do(&world, "", COMMAND_OPEN_SESSION, &command),
                     REFUSAL_NONE);
    for (int i = 0; i < 12; i++) {
        fail_once((uint8_t)(60 + i), 5);
    }
    assert_int_equal(wait_us(99, 5), 8 * SECOND_US);
    assert_false(came_in);
    assert_int_equal(wait_us(41, 5), 0);
    assert_true(came_in);
}

/* One machine at the desk's address must not lock the whole desk out. */
static void a_pair_that_came_in_pauses_and_is_never_locked(void **state)
{
    static const int64_t seconds[] = {0, 0, 0, 0, 2, 4, 8, 16, 32, 60, 60, 60};
    struct cmd_open_session command = {
        .account_id = world_actor(&world, "agt01").account,
        .session_id = fixture_id(56),
        .secret_hash = hex_of(1),
        .address = text_of("10.0.0.1"),
        .has_account_key = true,
        .account_key = hex_of(43),
        .has_address_key = true,
        .address_key = hex_of(7),
    };
    int tries = 0;

    (void)state;
    assert_int_equal(world_do(&world, "", COMMAND_OPEN_SESSION, &command),
                     REFUSAL_NONE);
    for (size_t i = 0; i < ARRAY_COUNT(seconds); i++) {
        fail_once(43, 7);
        assert_int_equal(wait_us(43, 7), seconds[i] * SECOND_US);
    }
    assert_int_equal(wait_us(44, 7), 8 * SECOND_US); /* a stranger there */
    world.now_us += 60 * SECOND_US;
    assert_int_equal(wait_us(43, 7), 0);
    fail_once(43, 7);
    assert_int_equal(wait_us(43, 7), 60 * SECOND_US);
    world.now_us += 30 * MINUTE_US; /* quiet: it counts from one again */
    for (int64_t end_us = world.now_us + 24 * 60 * MINUTE_US;
         world.now_us < end_us; world.now_us += wait_us(43, 7)) {
        fail_once(43, 7);
        tries++;
    }
    assert_in_range(tries, 1400, 1450); /* of a day, as signin.c says */
    command.session_id = fixture_id(57);
    assert_int_equal(world_do(&world, "", COMMAND_OPEN_SESSION, &command),
                     REFUSAL_NONE);
    fail_once(43, 7);
    assert_int_equal(wait_us(43, 7), 0);
}

/* A clock set back leaves failures in the future: they must not make a desk
 * wait for as long as the step was, nor be forgotten. */
static void no_wait_is_longer_than_its_pause(void **state)
{
    (void)state;
    for (int i = 0; i < 12; i++) {
        fail_once(42, 6);
    }
    assert_int_equal(wait_us(42, 6), 30 * MINUTE_US);
    world.wall_behind_us = 3600 * SECOND_US;
    assert_int_equal(wait_us(42, 6), 0);
    assert_int_equal(wait_us(99, 6), 0);
    fail_once(42, 6);
    assert_int_equal(wait_us(42, 6), 30 * MINUTE_US);
    assert_int_equal(wait_us(99, 6), 8 * SECOND_US);
    world.now_us += 30 * MINUTE_US;
    assert_int_equal(wait_us(42, 6), 0);
    world.wall_behind_us = 0;
}

static void keys_are_hashes(void **state)
{
    struct cmd_fail_signin command = {.account_key = text_of("agt01"),
                                      .address_key = hex_of(1)};

    (void)state;
    assert_int_equal(world_do(&world, "", COMMAND_FAIL_SIGNIN, &command),
                     REFUSAL_FIELD_INVALID);
    command.account_key = hex_of(1);
    command.address_key = text_of("10.0.0.1");
    assert_int_equal(world_do(&world, "", COMMAND_FAIL_SIGNIN, &command),
                     REFUSAL_FIELD_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_failures_lock_the_pair_alone),
        cmocka_unit_test(an_address_is_slowed_and_never_locked),
        cmocka_unit_test(a_good_password_forgets_the_pair),
        cmocka_unit_test(an_address_does_not_hold_who_came_in_before),
        cmocka_unit_test(a_pair_that_came_in_pauses_and_is_never_locked),
        cmocka_unit_test(no_wait_is_longer_than_its_pause),
        cmocka_unit_test(keys_are_hashes),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
