/*
 * command_test.c - one command: repeats, refusals, trail, changes, time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/desk.h"

enum { GUYANG = 150222102 };
#define MINUTE_US INT64_C(60000000)

static struct desk desk;
static struct actor agent, other, leader;

static int setup(void **state)
{
    (void)state;
    desk_make(&desk, FIXTURE_MAP_BYTES);
    agent = city_actor(&desk.city, "agt01", "R-AGT", "service_centre");
    other = city_actor(&desk.city, "agt02", "R-AGT", "service_centre");
    leader = city_actor(&desk.city, "ldr01", "R-LDR", "service_centre");
    desk_start(&desk, CITY_TIME_US + MINUTE_US);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_verify(&desk);
    desk_free(&desk);
    return 0;
}

static const struct cmd_take_contact phone = {.channel = CHANNEL_PHONE};

static struct command_work *taking(const struct actor *actor)
{
    return desk_work(&desk, actor, COMMAND_TAKE_CONTACT, &phone, sizeof(phone));
}

/* A case through core: contact, then form. */
static struct id register_case(void)
{
    struct cmd_register_case form = {
        .matter = TEXT_LITERAL("STORY"),
        .place_now = {.has_code = true, .code = GUYANG},
    };
    struct command_work *w = taking(&agent);
    struct id id;

    assert_true(desk_submit(&desk, w));
    desk_wait(&desk);
    form.contact_id = w->object;
    desk_drop(w);
    w = desk_work(&desk, &agent, COMMAND_REGISTER_CASE, &form, sizeof(form));
    assert_true(desk_submit(&desk, w));
    desk_wait(&desk);
    assert_int_equal(w->refusal, REFUSAL_NONE);
    id = w->object;
    desk_drop(w);
    return id;
}

static void repeat_gets_the_first_object(void **state)
{
    struct command_work *first = taking(&agent);
    struct command_work *again = taking(&agent);
    struct command_work *later = taking(&agent);
    uint64_t records = desk_records(&desk);

    (void)state;
    desk_key(first, 1, 1);
    desk_key(again, 1, 1);
    desk_key(later, 1, 1);
    assert_true(desk_submit(&desk, first)); /* both in one batch */
    assert_true(desk_submit(&desk, again));
    desk_wait(&desk);
    assert_int_equal(first->refusal, REFUSAL_NONE);
    assert_false(first->repeated);
    assert_true(again->repeated);
    clock_move_to(desk.clock, clock_wall_us(desk.clock) + MINUTE_US);
    assert_true(desk_submit(&desk, later)); /* and after it */
    desk_wait(&desk);
    assert_int_equal(later->refusal, REFUSAL_NONE);
    assert_true(later->repeated);
    assert_true(id_equal(first->object, again->object));
    assert_true(id_equal(first->object, later->object));
    assert_int_equal(later->position.seq, first->position.seq);
    assert_memory_equal(later->position.hash.bytes, first->position.hash.bytes,
                        HASH_BYTES);
    assert_int_equal(later->time_us, first->time_us);
    assert_int_equal(desk_records(&desk), records + 1);
    desk_drop(first);
    desk_drop(again);
    desk_drop(later);
}

static void same_key_other_body(void **state)
{
    struct command_work *first = taking(&agent);
    struct command_work *again = taking(&agent);
    uint64_t records = desk_records(&desk);

    (void)state;
    desk_key(first, 2, 1);
    desk_key(again, 2, 9);
    assert_true(desk_submit(&desk, first));
    assert_true(desk_submit(&desk, again));
    desk_wait(&desk);
    assert_int_equal(again->refusal, REFUSAL_IDEMPOTENCY_OTHER_BODY);
    assert_false(again->repeated);
    assert_int_equal(desk_records(&desk), records + 1);
    desk_drop(first);
    desk_drop(again);
}

/* A refusal by state is decided again: nothing of it was stored. */
static void refused_leaves_no_trace(void **state)
{
    const struct cmd_close_contact unknown = {.contact_id = fixture_id(9),
                                              .reason = CLOSE_REASON_TEST};
    struct command_work *w = desk_work(&desk, &agent, COMMAND_CLOSE_CONTACT,
                                       &unknown, sizeof(unknown));
    uint64_t records = desk_records(&desk);
    struct core_figures before = core_figures(desk.core);
    struct core_figures after;

    (void)state;
    desk_key(w, 3, 1);
    for (int i = 0; i < 2; i++) {
        assert_true(desk_submit(&desk, w));
        desk_wait(&desk);
        assert_int_equal(w->refusal, REFUSAL_CONTACT_UNKNOWN);
        assert_false(w->repeated);
    }
    after = core_figures(desk.core);
    assert_int_equal(desk_records(&desk), records);
    assert_int_equal(after.commits, before.commits); /* not even an fsync */
    assert_int_equal(after.refusals, before.refusals + 2);
    desk_drop(w);
}

/* No longer than for a number that nobody has: nothing waits for a disk. */
static void refused_by_right_leaves_no_trace_either(void **state)
{
    struct id id = register_case();
    struct city_case made = city_case_of(&desk.city, id);
    const struct cmd_add_note note = {.no = made.no, .text = TEXT_LITERAL("x")};
    struct command_work *w =
        desk_work(&desk, &other, COMMAND_ADD_NOTE, &note, sizeof(note));
    uint64_t records = desk_records(&desk);
    uint64_t commits = core_figures(desk.core).commits;

    (void)state;
    assert_true(desk_submit(&desk, w));
    desk_wait(&desk);
    assert_int_not_equal(w->refusal, REFUSAL_NONE);
    assert_true(w->denied_by_right);
    assert_true(id_equal(w->object, id));
    assert_int_equal(desk_records(&desk), records);
    assert_int_equal(core_figures(desk.core).commits, commits);
    desk_drop(w);
}

static void denial_is_recorded_once_a_minute(void **state)
{
    struct id id = register_case();
    const struct cmd_record_denied denied = {.act = TEXT_LITERAL("add_note"),
                                             .object_id = id};
    struct command_work *w = desk_work(&desk, &other, COMMAND_RECORD_DENIED,
                                       &denied, sizeof(denied));
    uint64_t records = desk_records(&desk);
    struct store_txn *t;
    struct record r;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_true(desk_submit(&desk, w));
        desk_wait(&desk);
        assert_int_equal(w->refusal, REFUSAL_NONE);
    }
    assert_int_equal(desk_records(&desk), records + 1);
    assert_int_equal(store_read_begin(desk.city.store.store, &t).code,
                     ERR_NONE);
    assert_int_equal(log_read(t, records + 1, &r).code, ERR_NONE);
    assert_int_equal(r.type, EVENT_ACCESS_DENIED);
    assert_true(id_equal(r.head.actor, other.account));
    assert_true(id_equal(r.object, id));
    store_end(t);
    clock_move_to(desk.clock, clock_wall_us(desk.clock) + MINUTE_US);
    assert_true(desk_submit(&desk, w));
    desk_wait(&desk);
    assert_int_equal(desk_records(&desk), records + 2);
    desk_drop(w);
}

static enum refusal read_file(const struct actor *actor, struct id id,
                              const char *mask)
{
    const struct cmd_record_read read = {
        .case_id = id, .read_kind = READ_KIND_CASE, .mask = text_of(mask)};

    return desk_do(&desk, actor, COMMAND_RECORD_READ, &read, sizeof(read));
}

static void a_read_is_recorded_once_a_quarter(void **state)
{
    struct id id = register_case();
    uint64_t records = desk_records(&desk);

    (void)state;
    assert_int_equal(read_file(&agent, id, "own"), REFUSAL_NONE);
    assert_int_equal(desk_records(&desk), records + 1);
    assert_int_equal(read_file(&agent, id, "own"), REFUSAL_NONE);
    assert_int_equal(desk_records(&desk), records + 1);
    assert_int_equal(read_file(&agent, id, "default"), REFUSAL_NONE);
    assert_int_equal(desk_records(&desk), records + 2); /* another mask */
    assert_int_equal(read_file(&leader, id, "own"), REFUSAL_NONE);
    assert_int_equal(desk_records(&desk), records + 3); /* another session */
    clock_move_to(desk.clock, clock_wall_us(desk.clock) + 15 * MINUTE_US);
    assert_int_equal(read_file(&agent, id, "own"), REFUSAL_NONE);
    assert_int_equal(desk_records(&desk), records + 4);
    /* Two in one batch are one too. */
    clock_move_to(desk.clock, clock_wall_us(desk.clock) + 15 * MINUTE_US);
    {
        const struct cmd_record_read read = {.case_id = id,
                                             .read_kind = READ_KIND_CASE,
                                             .mask = TEXT_LITERAL("own")};
        struct command_work *a =
            desk_work(&desk, &agent, COMMAND_RECORD_READ, &read, sizeof(read));
        struct command_work *b =
            desk_work(&desk, &agent, COMMAND_RECORD_READ, &read, sizeof(read));

        assert_true(desk_submit(&desk, a) && desk_submit(&desk, b));
        desk_wait(&desk);
        assert_int_equal(b->refusal, REFUSAL_NONE);
        assert_true(id_equal(b->object, id));
        desk_drop(a);
        desk_drop(b);
    }
    assert_int_equal(desk_records(&desk), records + 5);
}

static void changes_hold_heads_before_and_after(void **state)
{
    struct id id;
    struct cmd_add_note note = {.text = TEXT_LITERAL("NOTE")};
    struct command_work *a, *b;
    const struct change *c = desk.changes;

    (void)state;
    desk.change_count = 0;
    id = register_case();
    assert_int_equal(desk.change_count, 1); /* a contact is no case */
    assert_true(id_equal(c[0].case_id, id));
    assert_false(c[0].had_before);
    assert_int_equal(c[0].event, EVENT_CASE_REGISTERED);
    assert_int_equal(case_head_version(c[0].after), 1);
    note.no = city_case_of(&desk.city, id).no;
    desk.change_count = 0;
    a = desk_work(&desk, &agent, COMMAND_ADD_NOTE, &note, sizeof(note));
    b = desk_work(&desk, &leader, COMMAND_ADD_NOTE, &note, sizeof(note));
    assert_true(desk_submit(&desk, a) && desk_submit(&desk, b));
    desk_wait(&desk);
    assert_int_equal(desk.change_count, 2);
    assert_true(c[0].had_before && c[1].had_before);
    assert_int_equal(case_head_version(c[0].before), 1);
    assert_memory_equal(c[0].after, c[1].before, CASE_HEAD_BYTES);
    assert_int_equal(case_head_version(c[1].after), 3);
    assert_int_equal(c[1].position.seq, b->position.seq);
    assert_int_equal(desk.position.seq, b->position.seq);
    desk.change_count = 0;
    assert_int_equal(read_file(&leader, id, "default"), REFUSAL_NONE);
    assert_int_equal(desk.change_count, 0); /* a read changes nothing */
    desk_drop(a);
    desk_drop(b);
}

static int64_t last_time(void)
{
    struct store_txn *t;
    struct record r;
    int64_t time_us;

    assert_int_equal(store_read_begin(desk.city.store.store, &t).code,
                     ERR_NONE);
    assert_int_equal(log_read(t, store_position(t).seq, &r).code, ERR_NONE);
    time_us = r.head.time_us;
    store_end(t);
    return time_us;
}

/* The clock of the machine was set back while the server was down. */
static void time_never_decreases(void **state)
{
    int64_t before;

    (void)state;
    assert_int_equal(
        desk_do(&desk, &agent, COMMAND_TAKE_CONTACT, &phone, sizeof(phone)),
        REFUSAL_NONE);
    before = last_time();
    desk_stop(&desk);
    desk_start(&desk, CITY_TIME_US - 3600 * INT64_C(1000000));
    assert_int_equal(
        desk_do(&desk, &agent, COMMAND_TAKE_CONTACT, &phone, sizeof(phone)),
        REFUSAL_NONE);
    assert_int_equal(last_time(), before);
    clock_move_to(desk.clock, before + 5);
    assert_int_equal(
        desk_do(&desk, &agent, COMMAND_TAKE_CONTACT, &phone, sizeof(phone)),
        REFUSAL_NONE);
    assert_int_equal(last_time(), before + 5);
}

static int64_t take_at(void)
{
    assert_int_equal(
        desk_do(&desk, &agent, COMMAND_TAKE_CONTACT, &phone, sizeof(phone)),
        REFUSAL_NONE);
    return last_time();
}

/* One wrong step of the clock must not stand in the log for ever. */
static void a_step_of_the_clock_is_not_believed(void **state)
{
    const int64_t year_us = INT64_C(365) * 24 * 3600 * 1000000;
    int64_t before = take_at();
    int64_t wall = clock_wall_us(desk.clock);

    (void)state;
    clock_move_to(desk.clock, wall + 4 * MINUTE_US); /* time goes by */
    before = take_at();
    assert_true(before >= wall + 4 * MINUTE_US);
    wall = clock_wall_us(desk.clock);
    clock_step_to(desk.clock, wall + 4 * MINUTE_US); /* a little is believed */
    assert_int_equal(take_at(), before + 4 * MINUTE_US);
    before = last_time();
    clock_step_to(desk.clock, wall + 10 * year_us);
    assert_int_equal(take_at(), before);
    clock_move_to(desk.clock, wall + 10 * year_us + MINUTE_US);
    assert_int_equal(take_at(), before + MINUTE_US);
    clock_step_to(desk.clock, wall); /* put right: still held, still going */
    clock_move_to(desk.clock, wall + 2 * MINUTE_US);
    assert_int_equal(take_at(), before + 3 * MINUTE_US);
    before = last_time();
    desk_stop(&desk);
    desk_start(&desk, before + MINUTE_US); /* a restart believes it again */
    assert_int_equal(take_at(), before + MINUTE_US);
}

static void training_and_actor_stand_in_the_record(void **state)
{
    struct command_work *w = taking(&agent);
    struct store_txn *t;
    struct record r;

    (void)state;
    w->flags = RECORD_TRAINING;
    assert_true(desk_submit(&desk, w));
    desk_wait(&desk);
    assert_int_equal(store_read_begin(desk.city.store.store, &t).code,
                     ERR_NONE);
    assert_int_equal(log_read(t, w->position.seq, &r).code, ERR_NONE);
    assert_int_equal(r.head.flags, RECORD_TRAINING);
    assert_true(id_equal(r.head.actor, agent.account));
    assert_true(id_equal(r.head.session, agent.session));
    assert_string_equal(r.head.unit, "service_centre");
    assert_string_equal(r.head.role, "R-AGT");
    assert_true(id_equal(r.object, w->object));
    store_end(t);
    desk_drop(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repeat_gets_the_first_object),
        cmocka_unit_test(same_key_other_body),
        cmocka_unit_test(refused_leaves_no_trace),
        cmocka_unit_test(refused_by_right_leaves_no_trace_either),
        cmocka_unit_test(denial_is_recorded_once_a_minute),
        cmocka_unit_test(a_read_is_recorded_once_a_quarter),
        cmocka_unit_test(changes_hold_heads_before_and_after),
        cmocka_unit_test(training_and_actor_stand_in_the_record),
        cmocka_unit_test(time_never_decreases),
        cmocka_unit_test(a_step_of_the_clock_is_not_believed),
    };

    return cmocka_run_group_tests_name("core/command", tests, setup, teardown);
}
