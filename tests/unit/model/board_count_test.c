/*
 * board_count_test.c - the counters of the board, for everything and by place.
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

static struct board_counts counts(uint64_t scope, uint32_t day)
{
    struct board_counts c;
    struct store_txn *t;

    assert_false(failed(store_read_begin(world.store.store, &t)));
    assert_false(failed(board_counts_read(t, scope, day, &c)));
    store_end(t);
    return c;
}

static void nothing_is_zero(void **state)
{
    struct board_counts c = counts(0, 20261124);

    (void)state;
    assert_int_equal(c.open, 0);
    assert_int_equal(c.triage, 0);
    assert_int_equal(c.today, 0);
    assert_int_equal(c.danger, 0);
}

static void each_place_counts_its_own(void **state)
{
    static const struct {
        uint64_t scope;
        uint64_t open;
    } rows[] = {
        {0, 6},         {150200, 5},    {150223, 3},    {150222, 1},
        {150223104, 2}, {150222102, 0}, {150223214, 0}, {150203, 0},
    };
    static const uint64_t places[] = {
        150223104902, 150223104, 150223, 150222, 150200, 0,
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        (void)world_case(&world, "agt01", places[i]);
    }
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct board_counts c = counts(rows[i].scope, 20261124);

        assert_int_equal(c.open, rows[i].open);
        assert_int_equal(c.triage, rows[i].open);
        assert_int_equal(c.today, rows[i].open);
        assert_int_equal(c.danger, 0);
        assert_int_equal(counts(rows[i].scope, 20261125).today, 0);
    }
}

static void danger_is_counted_apart(void **state)
{
    struct cmd_register_case command = {
        .contact_id = world_take(&world, "agt01"),
        .matter = text_of("叙述"),
        .place_now = {.has_code = true, .code = 150206001},
        .has_screen = true,
        .screen = {.has_r4 = true, .r4 = TRI_YES},
    };

    (void)state;
    assert_int_equal(world_do(&world, "agt01", COMMAND_REGISTER_CASE, &command),
                     REFUSAL_NONE);
    assert_int_equal(counts(150206001, 20261124).danger, 1);
    assert_int_equal(counts(150206, 20261124).danger, 1);
    assert_int_equal(counts(0, 20261124).danger, 1);
    assert_int_equal(counts(150223, 20261124).danger, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_zero),
        cmocka_unit_test(each_place_counts_its_own),
        cmocka_unit_test(danger_is_counted_apart),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
