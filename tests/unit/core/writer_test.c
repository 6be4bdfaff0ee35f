/*
 * writer_test.c - checkpoints and what a start finds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/desk.h"

static struct desk desk;
static struct actor agent;

static int setup(void **state)
{
    (void)state;
    desk_make(&desk, FIXTURE_MAP_BYTES);
    agent = city_actor(&desk.city, "agt01", "R-AGT", "service_centre");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_verify(&desk);
    desk_free(&desk);
    return 0;
}

static void take(size_t count)
{
    static const struct cmd_take_contact phone = {.channel = CHANNEL_PHONE};

    for (size_t i = 0; i < count; i++) {
        assert_true(
            desk_submit(&desk, desk_work(&desk, &agent, COMMAND_TAKE_CONTACT,
                                         &phone, sizeof(phone))));
    }
    desk_wait(&desk);
    for (size_t i = 0; i < desk.order_count; i++) {
        desk_drop(desk.order[i]);
    }
    desk.order_count = 0;
}

static uint64_t newest_checkpoint(uint64_t *ret_count)
{
    struct table_walk *walk;
    struct store_txn *t;
    struct span key;
    struct span value;
    uint64_t seq = 0;

    assert_int_equal(store_read_begin(desk.city.store.store, &t).code,
                     ERR_NONE);
    *ret_count = table_count(t, TABLE_CHECKPOINT);
    assert_int_equal(table_walk_begin(t, TABLE_CHECKPOINT, &walk).code,
                     ERR_NONE);
    if (table_walk_seek(walk, (struct span){0}, false, &key, &value)) {
        seq = checkpoint_key_seq(key.at);
    }
    assert_int_equal(table_walk_end(walk).code, ERR_NONE);
    store_end(t);
    return seq;
}

static void one_every_thousand_records_and_at_the_end(void **state)
{
    uint64_t count = 0;
    uint64_t seq;

    (void)state;
    desk_start(&desk, CITY_TIME_US + 60000000);
    take(400);
    assert_int_equal(newest_checkpoint(&count), 0);
    take(800);
    seq = newest_checkpoint(&count);
    assert_int_equal(count, 1);
    assert_true(seq >= 1000);
    take(10);
    desk_stop(&desk);
    assert_int_equal(newest_checkpoint(&count), desk_records(&desk));
    assert_int_equal(count, 2);
    /* Nothing new, nothing noted. */
    desk_start(&desk, CITY_TIME_US + 60000000);
    desk_stop(&desk);
    (void)newest_checkpoint(&count);
    assert_int_equal(count, 2);
    assert_int_equal(store_fixture_reopen(&desk.city.store).code, ERR_NONE);
}

static void keys_lie_ahead_at_start(void **state)
{
    struct store_txn *t;

    (void)state;
    desk_start(&desk, CITY_TIME_US + 60000000);
    assert_int_equal(store_read_begin(desk.city.store.store, &t).code,
                     ERR_NONE);
    assert_true(store_keys_ahead(t) >= LIMIT_KEY_POOL_LOW);
    store_end(t);
    desk_stop(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_every_thousand_records_and_at_the_end),
        cmocka_unit_test(keys_lie_ahead_at_start),
    };

    return cmocka_run_group_tests_name("core/writer", tests, setup, teardown);
}
