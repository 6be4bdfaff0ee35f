/*
 * core_test.c - from submit to the batch that comes back.
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
    desk_start(&desk, CITY_TIME_US + 60000000);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_verify(&desk);
    desk_free(&desk);
    return 0;
}

static struct command_work *work_in(enum lane lane)
{
    static const struct cmd_take_contact phone = {.channel = CHANNEL_PHONE};
    const struct cmd_close_session close = {.session_id = fixture_id(1),
                                            .cause = TEXT_LITERAL("test")};
    const struct cmd_record_denied denied = {
        .act = TEXT_LITERAL("read_case"),
        .object_id = fixture_id((uint8_t)desk.order_count)};

    switch (lane) {
    case LANE_CONTACT:
        return desk_work(&desk, &agent, COMMAND_TAKE_CONTACT, &phone,
                         sizeof(phone));
    case LANE_COMMAND:
        return desk_work(&desk, &agent, COMMAND_CLOSE_SESSION, &close,
                         sizeof(close));
    case LANE_TRAIL:
        return desk_work(&desk, &agent, COMMAND_RECORD_DENIED, &denied,
                         sizeof(denied));
    case LANE_COUNT:
        break;
    }
    BUG("no such lane");
}

static void drop_all(void)
{
    for (size_t i = 0; i < desk.order_count; i++) {
        desk_drop(desk.order[i]);
    }
    desk.order_count = 0;
}

/* What is handed over in one turn becomes one transaction, in lane order. */
static void one_turn_is_one_commit(void **state)
{
    struct core_figures before = core_figures(desk.core);
    struct core_figures after;

    (void)state;
    desk.batches = 0;
    for (int i = 0; i < 100; i++) {
        assert_true(desk_submit(&desk, work_in(LANE_TRAIL)));
        assert_true(desk_submit(&desk, work_in(LANE_CONTACT)));
    }
    desk_wait(&desk);
    after = core_figures(desk.core);
    assert_int_equal(desk.batches, 1);
    assert_int_equal(after.commits, before.commits + 1);
    assert_int_equal(after.commands, before.commands + 200);
    assert_true(after.events >= before.events + 100);
    assert_true(after.batch_max >= 200);
    assert_int_equal(after.waiting[LANE_CONTACT], 0);
    assert_int_equal(desk.order_count, 200);
    for (size_t i = 0; i < 200; i++) {
        assert_int_equal(desk.order[i]->refusal, REFUSAL_NONE);
        assert_int_equal(command_info[desk.order[i]->command].lane,
                         i < 100 ? LANE_CONTACT : LANE_TRAIL);
    }
    drop_all();
}

static void more_than_a_batch(void **state)
{
    uint64_t records = desk_records(&desk);

    (void)state;
    desk.batches = 0;
    for (int i = 0; i < LIMIT_BATCH_COMMANDS + 1; i++) {
        assert_true(desk_submit(&desk, work_in(LANE_CONTACT)));
    }
    desk_wait(&desk);
    assert_int_equal(desk.batches, 2);
    assert_int_equal(desk_records(&desk), records + LIMIT_BATCH_COMMANDS + 1);
    for (size_t i = 1; i < desk.order_count; i++) {
        assert_true(desk.order[i - 1]->position.seq <
                    desk.order[i]->position.seq);
    }
    drop_all();
}

/* The bound holds for what waits, whether flushed or not. */
static void a_full_lane_says_so(void **state)
{
    struct command_work *extra = work_in(LANE_COMMAND);
    size_t taken = 0;

    (void)state;
    while (taken < LIMIT_LANE_COMMANDS - 16) {
        assert_true(desk_submit(&desk, work_in(LANE_TRAIL)));
        taken++;
    }
    for (int i = 0; i < 17; i++) {
        struct command_work *w = work_in(LANE_TRAIL);

        if (i == 16) {
            assert_false(desk_submit(&desk, w));
            desk_drop(w);
        } else {
            assert_true(desk_submit(&desk, w));
        }
    }
    assert_true(desk_submit(&desk, extra)); /* another lane has room */
    assert_int_equal(core_figures(desk.core).waiting[LANE_TRAIL],
                     LIMIT_LANE_COMMANDS);
    desk.waiting = 0; /* more than the desk keeps in order */
    core_flush(desk.core);
    core_stop(desk.core);
    {
        struct batch_done *b = core_take_done(desk.core);
        size_t count = 0;

        while (b != NULL) {
            struct batch_done *next = (struct batch_done *)(void *)b->link.next;
            struct command_work *w = b->commands;

            while (w != NULL) {
                struct command_work *after =
                    (struct command_work *)(void *)w->link.next;

                desk_drop(w);
                count++;
                w = after;
            }
            batch_done_free(b);
            b = next;
        }
        assert_int_equal(count, LIMIT_LANE_COMMANDS + 1);
    }
    desk_stop(&desk);
    desk_start(&desk, CITY_TIME_US + 60000000);
}

/* What was accepted is run, also what the loop had not yet flushed. */
static void stop_drains(void **state)
{
    uint64_t records = desk_records(&desk);
    struct command_work *late = work_in(LANE_CONTACT);

    (void)state;
    for (int i = 0; i < 300; i++) {
        assert_true(desk_submit(&desk, work_in(LANE_CONTACT)));
        if (i == 150) {
            core_flush(desk.core);
        }
    }
    core_stop(desk.core);
    assert_false(core_submit(desk.core, late));
    desk_drop(late);
    desk_stop(&desk);
    assert_int_equal(desk.order_count, 300);
    assert_int_equal(desk_records(&desk), records + 300);
    drop_all();
    desk_start(&desk, CITY_TIME_US + 60000000);
}

static void ids_are_fresh(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        assert_true(desk_submit(&desk, work_in(LANE_CONTACT)));
    }
    desk_wait(&desk);
    for (size_t i = 0; i < 50; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_false(
                id_equal(desk.order[i]->object, desk.order[j]->object));
        }
    }
    drop_all();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_turn_is_one_commit),
        cmocka_unit_test(more_than_a_batch),
        cmocka_unit_test(a_full_lane_says_so),
        cmocka_unit_test(stop_drains),
        cmocka_unit_test(ids_are_fresh),
    };

    return cmocka_run_group_tests_name("core/core", tests, setup, teardown);
}
