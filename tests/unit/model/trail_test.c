/*
 * trail_test.c - what the trail says of reads and denials is true.
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

static enum refusal read_it(const char *login, enum read_kind kind,
                            struct id object)
{
    struct cmd_record_read command = {
        .case_id = object,
        .read_kind = kind,
        .mask = text_of("default"),
    };

    return world_do(&world, login, COMMAND_RECORD_READ, &command);
}

static void a_read_is_kept_with_its_mask(void **state)
{
    struct id made = world_case(&world, "agt01", 150222);
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_int_equal(read_it("agt02", READ_KIND_CASE, made), REFUSAL_NONE);
    assert_int_equal(world.last.events[0].type, EVENT_CHILD_OPENED);
    assert_true(id_equal(world.last.events[0].object, made));
    assert_true(text_holds(world.last.events[0].open, "\"mask\":\"default\""));
    assert_true(world_case_head(&world, made, head));
    assert_int_equal(case_head_version(head), 1); /* reading changes nothing */
    assert_false(model_event_is_case(EVENT_CHILD_OPENED));
}

static void who_may_not_read_leaves_no_read(void **state)
{
    struct id made = world_case(&world, "agt01", 150222);
    struct id contact = world_take(&world, "agt01");

    (void)state;
    assert_int_equal(read_it("cty_dm", READ_KIND_CASE, made),
                     REFUSAL_CASE_UNKNOWN);
    assert_true(world.last.denied_by_right);
    assert_int_equal(read_it("cty_gy", READ_KIND_CASE, made), REFUSAL_NONE);
    assert_int_equal(read_it("adm01", READ_KIND_CASE, made),
                     REFUSAL_CASE_UNKNOWN);
    assert_int_equal(read_it("", READ_KIND_CASE, made), REFUSAL_CASE_UNKNOWN);
    assert_int_equal(read_it("ctr01", READ_KIND_CASE, fixture_id(1)),
                     REFUSAL_CASE_UNKNOWN);
    assert_false(world.last.denied_by_right);
    assert_int_equal(read_it("agt02", READ_KIND_CONTACT, contact),
                     REFUSAL_CONTACT_UNKNOWN);
    assert_true(world.last.denied_by_right);
    assert_int_equal(read_it("agt01", READ_KIND_CONTACT, contact),
                     REFUSAL_NONE);
}

static void a_denial_is_kept(void **state)
{
    struct cmd_record_denied command = {.act = text_of("read_case"),
                                        .object_id = fixture_id(7)};

    (void)state;
    assert_int_equal(world_do(&world, "adm01", COMMAND_RECORD_DENIED, &command),
                     REFUSAL_NONE);
    assert_int_equal(world.last.events[0].type, EVENT_ACCESS_DENIED);
    assert_true(id_equal(world.last.events[0].object, command.object_id));
    assert_true(text_holds(world.last.events[0].open, "read_case"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_read_is_kept_with_its_mask),
        cmocka_unit_test(who_may_not_read_leaves_no_read),
        cmocka_unit_test(a_denial_is_kept),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
