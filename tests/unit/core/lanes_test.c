/*
 * lanes_test.c - the order in which commands are taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/lanes.h"

enum { MANY = 1500 };

static struct command_work works[3 * MANY];
static size_t used;

static const enum command in_lane[LANE_COUNT] = {
    [LANE_CONTACT] = COMMAND_TAKE_CONTACT,
    [LANE_COMMAND] = COMMAND_ADD_NOTE,
    [LANE_TRAIL] = COMMAND_RECORD_READ,
};

static int setup(void **state)
{
    (void)state;
    memset(works, 0, sizeof(works));
    used = 0;
    return 0;
}

static void add(struct lanes *l, enum lane lane)
{
    works[used].command = in_lane[lane];
    works[used].version = (uint32_t)used;
    lanes_add(l, &works[used].link);
    used++;
}

/* Lane order, and within a lane the order of coming. */
static void check_order(const struct lanes_taken *taken)
{
    const struct command_work *w = taken->first;
    size_t count = 0;

    while (w != NULL) {
        const struct command_work *next = command_next(w);

        count++;
        if (next != NULL) {
            assert_true(lane_of(w) <= lane_of(next));
            if (lane_of(w) == lane_of(next)) {
                assert_true(w->version < next->version);
            }
        }
        w = next;
    }
    assert_int_equal(count, taken->count);
}

static void contact_before_command_before_trail(void **state)
{
    struct lanes l = {0};
    struct lanes_taken taken;

    (void)state;
    for (int i = 0; i < 20; i++) {
        add(&l, LANE_TRAIL);
        add(&l, LANE_COMMAND);
        add(&l, LANE_CONTACT);
    }
    taken = lanes_take(&l, LIMIT_BATCH_COMMANDS);
    assert_int_equal(taken.count, 60);
    assert_int_equal(lane_of(taken.first), LANE_CONTACT);
    check_order(&taken);
    assert_true(lanes_empty(&l));
    taken = lanes_take(&l, LIMIT_BATCH_COMMANDS);
    assert_null(taken.first);
}

/* A flood of contacts slows the others but never stops them. */
static void every_lane_gets_a_share(void **state)
{
    struct lanes l = {0};
    struct lanes_taken taken;

    (void)state;
    for (int i = 0; i < MANY; i++) {
        add(&l, LANE_CONTACT);
        add(&l, LANE_TRAIL);
        add(&l, LANE_COMMAND);
    }
    taken = lanes_take(&l, LIMIT_BATCH_COMMANDS);
    assert_int_equal(taken.count, LIMIT_BATCH_COMMANDS);
    assert_int_equal(taken.of_lane[LANE_CONTACT],
                     LIMIT_BATCH_COMMANDS - 2 * LANE_SHARE);
    assert_int_equal(taken.of_lane[LANE_COMMAND], LANE_SHARE);
    assert_int_equal(taken.of_lane[LANE_TRAIL], LANE_SHARE);
    check_order(&taken);
}

static void nothing_is_lost_or_taken_twice(void **state)
{
    bool seen[3 * MANY] = {false};
    struct lanes l = {0};
    size_t count = 0;

    (void)state;
    srandom(7);
    for (int i = 0; i < 3 * MANY; i++) {
        add(&l, (enum lane)(random() % LANE_COUNT));
    }
    while (!lanes_empty(&l)) {
        struct lanes_taken taken = lanes_take(&l, LIMIT_BATCH_COMMANDS);

        assert_true(taken.count > 0 && taken.count <= LIMIT_BATCH_COMMANDS);
        check_order(&taken);
        for (const struct command_work *w = taken.first; w != NULL;
             w = command_next(w)) {
            assert_false(seen[w->version]);
            seen[w->version] = true;
            count++;
        }
    }
    assert_int_equal(count, 3 * MANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(contact_before_command_before_trail, setup),
        cmocka_unit_test_setup(every_lane_gets_a_share, setup),
        cmocka_unit_test_setup(nothing_is_lost_or_taken_twice, setup),
    };

    return cmocka_run_group_tests_name("core/lanes", tests, NULL, NULL);
}
