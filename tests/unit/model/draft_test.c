/*
 * draft_test.c - what is typed is kept, sealed, and becomes one event when the
 * contact ends.
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

static enum refusal save(const char *login, struct id contact,
                         uint32_t if_match, const char *json)
{
    struct cmd_save_draft command = {.contact_id = contact,
                                     .content = text_of(json)};

    world.has_if_match = true;
    world.if_match = if_match;
    return world_do(&world, login, COMMAND_SAVE_DRAFT, &command);
}

static bool draft_row(struct id contact, uint8_t ret[static DRAFT_BYTES])
{
    return world_row(&world, TABLE_DRAFT,
                     SPAN(contact.bytes, sizeof(contact.bytes)), ret,
                     DRAFT_BYTES);
}

static void each_save_moves_the_version(void **state)
{
    struct id contact = world_take(&world, "agt01");
    uint8_t row[DRAFT_BYTES];

    (void)state;
    assert_false(draft_row(contact, row));
    for (uint32_t version = 0; version < 3; version++) {
        assert_int_equal(save("agt01", contact, version, "{\"a\":1}"),
                         REFUSAL_NONE);
        assert_int_equal(world.last.event_count, 0);
        assert_int_equal(world.last.version, version + 1);
        assert_true(id_equal(world.last.object, contact));
        assert_true(draft_row(contact, row));
        assert_int_equal(draft_version(row), version + 1);
        assert_int_equal(draft_saved_us(row), world.now_us);
    }
}

static void an_older_window_is_told_the_newer_version(void **state)
{
    struct id contact = world_take(&world, "agt01");

    (void)state;
    assert_int_equal(save("agt01", contact, 0, "1"), REFUSAL_NONE);
    assert_int_equal(save("agt01", contact, 0, "2"), REFUSAL_DRAFT_STALE);
    assert_int_equal(world.last.current_version, 1);
    assert_int_equal(save("agt01", contact, 2, "2"), REFUSAL_DRAFT_STALE);
    assert_int_equal(world.last.current_version, 1);
    assert_int_equal(save("agt01", contact, 1, "2"), REFUSAL_NONE);
}

static void a_draft_needs_a_version(void **state)
{
    struct id contact = world_take(&world, "agt01");
    struct cmd_save_draft command = {.contact_id = contact,
                                     .content = text_of("1")};

    (void)state;
    assert_int_equal(world_do(&world, "agt01", COMMAND_SAVE_DRAFT, &command),
                     REFUSAL_VERSION_REQUIRED);
}

static void nobody_else_writes_into_it(void **state)
{
    struct id contact = world_take(&world, "agt01");

    (void)state;
    assert_int_equal(save("agt02", contact, 0, "1"), REFUSAL_CONTACT_UNKNOWN);
    assert_true(world.last.denied_by_right);
    assert_int_equal(save("agt01", fixture_id(3), 0, "1"),
                     REFUSAL_CONTACT_UNKNOWN);
    assert_int_equal(save("ldr01", contact, 0, "1"), REFUSAL_NONE);
}

static void registering_keeps_the_last_words(void **state)
{
    struct id contact = world_take(&world, "agt01");
    uint8_t head[CONTACT_HEAD_BYTES];
    uint8_t row[DRAFT_BYTES];
    struct text json;

    (void)state;
    assert_int_equal(save("agt01", contact, 0, "{\"m\":\"first\"}"),
                     REFUSAL_NONE);
    assert_int_equal(save("agt01", contact, 1, "{\"m\":\"last words\"}"),
                     REFUSAL_NONE);
    (void)world_register(&world, "agt01", contact, 0);
    assert_int_equal(world.last.event_count, 2);
    assert_int_equal(world.last.events[0].type, EVENT_CASE_REGISTERED);
    assert_int_equal(world.last.events[1].type, EVENT_DRAFT_SAVED);
    assert_true(id_equal(world.last.events[1].object, contact));
    assert_true(text_holds(world.last.events[1].open, "\"draft_version\":2"));
    assert_false(text_holds(world.last.events[1].open, "last words"));
    json = world_part(&world, world.first_seq + 1, PART_CLASS_NARRATIVE);
    assert_true(text_holds(json, "{\"m\":\"last words\"}"));
    assert_false(draft_row(contact, row));
    assert_true(world_contact(&world, contact, head));
    assert_int_equal(contact_head_draft_seq(head), world.first_seq + 1);
    assert_int_equal(contact_head_version(head), 3);
    assert_int_equal(save("agt01", contact, 2, "1"), REFUSAL_CONTACT_NOT_OPEN);
}

static void closing_keeps_them_too(void **state)
{
    struct id contact = world_take(&world, "agt01");
    struct cmd_close_contact command = {.contact_id = contact,
                                        .reason = CLOSE_REASON_NUISANCE};
    uint8_t row[DRAFT_BYTES];

    (void)state;
    assert_int_equal(save("agt01", contact, 0, "\"shouted\""), REFUSAL_NONE);
    assert_int_equal(world_do(&world, "agt01", COMMAND_CLOSE_CONTACT, &command),
                     REFUSAL_NONE);
    assert_int_equal(world.last.event_count, 2);
    assert_int_equal(world.last.events[0].type, EVENT_CONTACT_CLOSED);
    assert_int_equal(world.last.events[1].type, EVENT_DRAFT_SAVED);
    assert_false(draft_row(contact, row));
    assert_int_equal(save("agt01", contact, 1, "1"), REFUSAL_CONTACT_NOT_OPEN);
}

/* One bit of the draft's row has changed. */
static void damage_draft(struct id contact)
{
    uint8_t row[4096];
    struct store_txn *t;
    struct span value;
    size_t size;

    assert_int_equal(store_write_begin(world.store.store, &t).code, ERR_NONE);
    assert_int_equal(table_get(t, TABLE_DRAFT,
                               SPAN(contact.bytes, sizeof(contact.bytes)),
                               &value)
                         .code,
                     ERR_NONE);
    size = value.size;
    assert_in_range(size, DRAFT_BYTES + 1, sizeof(row));
    memcpy(row, value.at, size);
    row[size - 1] ^= 4;
    assert_int_equal(table_put(t, TABLE_DRAFT,
                               SPAN(contact.bytes, sizeof(contact.bytes)),
                               SPAN(row, size))
                         .code,
                     ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

/* The call can be registered and ended all the same; the row is kept. */
static void a_damaged_draft_holds_nothing_up(void **state)
{
    struct id first = world_take(&world, "agt01");
    struct id second = world_take(&world, "agt01");
    struct cmd_close_contact command = {.contact_id = second,
                                        .reason = CLOSE_REASON_SILENT};
    uint8_t row[DRAFT_BYTES];

    (void)state;
    assert_int_equal(save("agt01", first, 0, "\"typed\""), REFUSAL_NONE);
    assert_int_equal(save("agt01", second, 0, "\"typed\""), REFUSAL_NONE);
    damage_draft(first);
    damage_draft(second);
    (void)world_register(&world, "agt01", first, 0);
    assert_int_equal(world.last.event_count, 1);
    assert_int_equal(world.last.events[0].type, EVENT_CASE_REGISTERED);
    assert_true(draft_row(first, row));
    assert_int_equal(world_do(&world, "agt01", COMMAND_CLOSE_CONTACT, &command),
                     REFUSAL_NONE);
    assert_int_equal(world.last.event_count, 1);
    assert_true(draft_row(second, row));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_save_moves_the_version),
        cmocka_unit_test(an_older_window_is_told_the_newer_version),
        cmocka_unit_test(a_draft_needs_a_version),
        cmocka_unit_test(nobody_else_writes_into_it),
        cmocka_unit_test(registering_keeps_the_last_words),
        cmocka_unit_test(closing_keeps_them_too),
        cmocka_unit_test(a_damaged_draft_holds_nothing_up),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
