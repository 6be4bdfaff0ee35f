/*
 * batch_test.c - no room, no keys, a store that fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/desk.h"

enum { SMALL_MAP = 6 << 20, GUYANG = 150222102, EARLY = 4 };

/* How many pages a command takes depends on where its ids, which are random,
 * fall in the tables. Well apart from that: five small commands take some 10
 * pages, one with the larger words takes 62 in a row, and 40 are left. */
enum { ROOM_FOR_MANY = 160 << 10, NEVER_FITS = 250 << 10 };

static const struct cmd_take_contact phone = {.channel = CHANNEL_PHONE};
static char story[16000];
static char epic[NEVER_FITS];

static void make(struct desk *d, struct actor *agent, uint64_t map_bytes)
{
    desk_make(d, map_bytes);
    *agent = city_actor(&d->city, "agt01", "R-AGT", "service_centre");
    memset(story, 's', sizeof(story));
    memset(epic, 'e', sizeof(epic));
}

static struct command_work *big_note(struct desk *d, const struct actor *agent)
{
    const struct cmd_add_note note = {.no = {CITY_DAY, 1},
                                      .text = {story, sizeof(story)}};

    return desk_work(d, agent, COMMAND_ADD_NOTE, &note, sizeof(note));
}

static size_t room_left(const struct desk *d)
{
    struct store_room room = store_room(d->city.store.store);

    return room.map_bytes - room.map_used_bytes;
}

/* A contact and its case; refused, or REFUSAL_NONE. */
static enum refusal add_case(struct desk *d, const struct actor *agent)
{
    struct cmd_register_case form = {
        .matter = {story, sizeof(story)},
        .place_now = {.has_code = true, .code = GUYANG},
    };
    struct command_work *w =
        desk_work(d, agent, COMMAND_TAKE_CONTACT, &phone, sizeof(phone));
    enum refusal refusal;

    assert_true(desk_submit(d, w));
    desk_wait(d);
    refusal = w->refusal;
    form.contact_id = w->object;
    desk_drop(w);
    if (refusal == REFUSAL_NONE) {
        refusal = desk_do(d, agent, COMMAND_REGISTER_CASE, &form, sizeof(form));
    }
    d->order_count = 0;
    d->change_count = 0;
    return refusal;
}

static enum refusal note(struct desk *d, const struct actor *agent)
{
    struct command_work *w = big_note(d, agent);
    enum refusal refusal;

    assert_true(desk_submit(d, w));
    desk_wait(d);
    refusal = w->refusal;
    desk_drop(w);
    d->order_count = 0;
    return refusal;
}

/* Many at once, some of which cannot be kept: the others stand. What a first
 * attempt made of them is not told twice. */
static void those_that_fit_stand(struct desk *d, const struct actor *agent,
                                 const struct id contacts[static EARLY + 1])
{
    struct cmd_register_case form = {
        .contact_id = contacts[EARLY],
        .matter = TEXT_LITERAL("STORY"),
        .place_now = {.has_code = true, .code = GUYANG},
    };
    uint64_t records = desk_records(d);

    assert_true(desk_submit(
        d, desk_work(d, agent, COMMAND_REGISTER_CASE, &form, sizeof(form))));
    form.matter = (struct text){epic, sizeof(epic)};
    for (int i = 0; i < EARLY; i++) {
        form.contact_id = contacts[i];
        assert_true(desk_submit(d, desk_work(d, agent, COMMAND_REGISTER_CASE,
                                             &form, sizeof(form))));
        assert_true(desk_submit(d, desk_work(d, agent, COMMAND_TAKE_CONTACT,
                                             &phone, sizeof(phone))));
    }
    d->batches = 0;
    desk_wait(d);
    assert_int_equal(d->batches, 1);
    assert_int_equal(d->order_count, 2 * EARLY + 1);
    for (size_t i = 0; i < d->order_count; i++) {
        assert_int_equal(d->order[i]->refusal,
                         i == 0 || d->order[i]->command == COMMAND_TAKE_CONTACT
                             ? REFUSAL_NONE
                             : REFUSAL_SERVER_FULL);
        desk_drop(d->order[i]);
    }
    d->order_count = 0;
    assert_int_equal(d->change_count, 1);
    assert_int_equal(desk_records(d), records + EARLY + 1);
}

static void a_full_map_refuses_and_recovers(void **state)
{
    static struct desk d;
    struct actor agent;
    struct id early[EARLY + 1];
    enum refusal refusal = REFUSAL_NONE;
    size_t count = 0;

    (void)state;
    make(&d, &agent, SMALL_MAP);
    for (int i = 0; i <= EARLY; i++) {
        early[i] = city_contact(&d.city, &agent, NULL);
    }
    desk_start(&d, CITY_TIME_US + 60000000);
    while (room_left(&d) > ROOM_FOR_MANY) {
        assert_int_equal(add_case(&d, &agent), REFUSAL_NONE);
        count++;
    }
    assert_true(count > 10);
    /* Ordinary commands stopped before; contacts go on while they fit. */
    assert_int_equal(note(&d, &agent), REFUSAL_SERVER_FULL);
    those_that_fit_stand(&d, &agent, early);
    while (refusal == REFUSAL_NONE) {
        refusal = add_case(&d, &agent);
        assert_true(count++ < 10000);
    }
    assert_int_equal(refusal, REFUSAL_SERVER_FULL);
    assert_int_equal(note(&d, &agent), REFUSAL_SERVER_FULL);
    assert_int_equal(core_figures(d.core).full, EARLY + 3);
    desk_verify(&d);
    /* More room, and everything goes on. */
    desk_stop(&d);
    d.city.store.options.map_bytes = 4 * (uint64_t)SMALL_MAP;
    assert_int_equal(store_fixture_reopen(&d.city.store).code, ERR_NONE);
    desk_start(&d, CITY_TIME_US + 120000000);
    assert_int_equal(note(&d, &agent), REFUSAL_NONE);
    assert_int_equal(
        desk_do(&d, &agent, COMMAND_TAKE_CONTACT, &phone, sizeof(phone)),
        REFUSAL_NONE);
    desk_verify(&d);
    desk_free(&d);
}

/* The next shift can sign in, and somebody can be shut out. */
static void people_come_and_go(struct desk *d, const struct actor *agent)
{
    static const char hash[] =
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    const struct cmd_open_session in = {.account_id = agent->account,
                                        .session_id = fixture_id(9),
                                        .secret_hash = text_of(hash),
                                        .address = TEXT_LITERAL("::1")};
    const struct cmd_close_session out = {.session_id = fixture_id(9),
                                          .cause = TEXT_LITERAL("test")};
    const struct cmd_issue_enrolment again = {
        .login = TEXT_LITERAL("agt01"),
        .token_hash = text_of(hash),
    };
    const struct cmd_disable_account off = {.login = TEXT_LITERAL("agt02")};
    const struct actor system = actor_system();

    assert_int_equal(desk_do(d, agent, COMMAND_OPEN_SESSION, &in, sizeof(in)),
                     REFUSAL_NONE);
    assert_int_equal(
        desk_do(d, agent, COMMAND_CLOSE_SESSION, &out, sizeof(out)),
        REFUSAL_NONE);
    assert_int_equal(
        desk_do(d, &system, COMMAND_ISSUE_ENROLMENT, &again, sizeof(again)),
        REFUSAL_NONE);
    assert_int_equal(
        desk_do(d, &system, COMMAND_DISABLE_ACCOUNT, &off, sizeof(off)),
        REFUSAL_NONE);
}

/* At 85 % notes stop; contacts, the trail and sessions have the rest. */
static void a_reserve_is_kept_for_contacts(void **state)
{
    static struct desk d;
    struct actor agent;
    struct city_case made;
    struct store_room room;
    size_t kept = 0;

    (void)state;
    make(&d, &agent, SMALL_MAP);
    (void)city_actor(&d.city, "agt02", "R-AGT", "service_centre");
    made = city_case(&d.city, &agent, GUYANG);
    assert_int_equal(made.no.serial, 1);
    desk_start(&d, CITY_TIME_US + 60000000);
    while (note(&d, &agent) == REFUSAL_NONE) {
        d.change_count = 0;
        kept++;
        assert_true(kept < 10000);
    }
    assert_true(kept > 10);
    assert_int_equal(note(&d, &agent), REFUSAL_SERVER_FULL);
    room = store_room(d.city.store.store);
    assert_in_range(room.map_used_bytes * 100 / room.map_bytes, 84, 90);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(
            desk_do(&d, &agent, COMMAND_TAKE_CONTACT, &phone, sizeof(phone)),
            REFUSAL_NONE);
    }
    {
        const struct cmd_record_read read = {.case_id = made.id,
                                             .read_kind = READ_KIND_CASE,
                                             .mask = TEXT_LITERAL("own")};

        assert_int_equal(
            desk_do(&d, &agent, COMMAND_RECORD_READ, &read, sizeof(read)),
            REFUSAL_NONE);
    }
    people_come_and_go(&d, &agent);
    assert_int_equal(note(&d, &agent), REFUSAL_SERVER_FULL);
    desk_verify(&d);
    desk_free(&d);
}

struct gate {       /* holds the bulk thread, and with it the key filler */
    struct job job; /* first */
    sem_t open;
};

static void wait_at_gate(struct job *j)
{
    (void)sem_wait(&((struct gate *)(void *)j)->open);
}

static void passed_gate(struct job *j) { (void)j; }

/* Submits count contacts with a number, which need two keys each; how many
 * were told to come again. */
static size_t busy_of(struct desk *d, const struct actor *agent, size_t count)
{
    static const struct cmd_take_contact numbered = {
        .channel = CHANNEL_PHONE,
        .has_number = true,
        .number = {"00000000042", 11},
    };
    size_t busy = 0;

    for (size_t i = 0; i < count; i++) {
        assert_true(desk_submit(d, desk_work(d, agent, COMMAND_TAKE_CONTACT,
                                             &numbered, sizeof(numbered))));
    }
    desk_wait(d);
    for (size_t i = 0; i < d->order_count; i++) {
        busy += d->order[i]->refusal == REFUSAL_SERVER_BUSY;
        assert_true(d->order[i]->refusal == REFUSAL_NONE ||
                    d->order[i]->refusal == REFUSAL_SERVER_BUSY);
        desk_drop(d->order[i]);
    }
    d->order_count = 0;
    return busy;
}

/* More subjects than keys lie ahead: some must wait, none is lost, and the
 * others of their batch stand. */
static void an_empty_key_pool_is_busy(void **state)
{
    enum { COMMANDS = 3000 };
    static struct desk d;
    struct gate gate = {
        .job = {.run = wait_at_gate, .done = passed_gate, .kind = WORKER_BULK}};
    struct actor agent;
    uint64_t records;
    size_t busy;

    (void)state;
    make(&d, &agent, FIXTURE_MAP_BYTES);
    desk_start(&d, CITY_TIME_US + 60000000);
    assert_int_equal(sem_init(&gate.open, 0, 0), 0);
    assert_true(worker_submit(d.core, &gate.job));
    records = desk_records(&d);
    busy = busy_of(&d, &agent, COMMANDS);
    assert_true(busy > 0 && busy < COMMANDS);
    assert_int_equal(desk_records(&d), records + COMMANDS - busy);
    assert_int_equal(sem_post(&gate.open), 0);
    while (busy > 0) {
        busy = busy_of(&d, &agent, busy);
    }
    assert_int_equal(desk_records(&d), records + COMMANDS);
    desk_verify(&d);
    desk_free(&d);
    (void)sem_destroy(&gate.open);
}

/* A row that no rule could have made. */
static void spoil(struct desk *d, struct id case_id, bool spoilt)
{
    static uint8_t head[CASE_HEAD_BYTES];
    uint8_t key[CASE_HEAD_KEY_BYTES];
    struct store_txn *t;
    struct span value;

    case_head_key(key, case_id);
    assert_int_equal(store_write_begin(d->city.store.store, &t).code, ERR_NONE);
    if (spoilt) {
        assert_int_equal(
            table_get(t, TABLE_CASE_HEAD, SPAN(key, sizeof(key)), &value).code,
            ERR_NONE);
        memcpy(head, value.at, sizeof(head));
    }
    assert_int_equal(table_put(t, TABLE_CASE_HEAD, SPAN(key, sizeof(key)),
                               SPAN(head, spoilt ? 5 : sizeof(head)))
                         .code,
                     ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

/* The counter of everything, which apply alone reads: in its place a row that
 * no rule could have made. */
static void spoil_counter(struct desk *d, bool spoilt)
{
    static const char kind[16] = "open";
    static uint8_t count[BOARD_COUNT_BYTES];
    uint8_t key[BOARD_COUNT_KEY_BYTES];
    struct store_txn *t;
    struct span value;

    board_count_key(key, kind, 0);
    assert_int_equal(store_write_begin(d->city.store.store, &t).code, ERR_NONE);
    if (spoilt) {
        assert_int_equal(
            table_get(t, TABLE_BOARD_COUNT, SPAN(key, sizeof(key)), &value)
                .code,
            ERR_NONE);
        memcpy(count, value.at, sizeof(count));
    }
    assert_int_equal(table_put(t, TABLE_BOARD_COUNT, SPAN(key, sizeof(key)),
                               SPAN(count, spoilt ? 5 : sizeof(count)))
                         .code,
                     ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

/* What one command is about cannot be read: that command fails, with an
 * alarm. Those of its batch stand, and nobody's desk is closed. */
static void one_damaged_object_fails_one_command(void **state)
{
    static struct desk d;
    struct actor agent;
    struct city_case made;
    struct command_work *before, *bad, *after;
    uint64_t records;

    (void)state;
    make(&d, &agent, FIXTURE_MAP_BYTES);
    made = city_case(&d.city, &agent, GUYANG);
    spoil(&d, made.id, true);
    d.look_at_fatal = true;
    desk_start(&d, CITY_TIME_US + 60000000);
    records = desk_records(&d);
    before = desk_work(&d, &agent, COMMAND_TAKE_CONTACT, &phone, sizeof(phone));
    bad = big_note(&d, &agent);
    after = desk_work(&d, &agent, COMMAND_TAKE_CONTACT, &phone, sizeof(phone));
    assert_true(desk_submit(&d, before) && desk_submit(&d, bad) &&
                desk_submit(&d, after));
    desk_wait(&d);
    assert_int_equal(d.fatal.code, ERR_NONE);
    assert_int_equal(before->refusal, REFUSAL_NONE);
    assert_int_equal(bad->refusal, REFUSAL_SERVER_FAILED);
    assert_int_equal(after->refusal, REFUSAL_NONE);
    assert_int_equal(desk_records(&d), records + 2);
    desk_drop(before);
    desk_drop(bad);
    desk_drop(after);
    desk_stop(&d);
    spoil(&d, made.id, false);
    desk_verify(&d);
    desk_free(&d);
}

/* In the middle of a command there is no way back: no answer is given as if it
 * had been written; the process would stop. */
static void an_error_while_applying_stops(void **state)
{
    static struct desk d;
    struct actor agent;
    struct command_work *before, *bad, *after;
    const struct cmd_close_session close = {.session_id = fixture_id(1),
                                            .cause = TEXT_LITERAL("test")};
    struct cmd_register_case form;
    uint64_t records;

    (void)state;
    make(&d, &agent, FIXTURE_MAP_BYTES);
    (void)city_case(&d.city, &agent, GUYANG);
    form = city_form(&d.city, &agent, GUYANG);
    spoil_counter(&d, true);
    d.look_at_fatal = true;
    desk_start(&d, CITY_TIME_US + 60000000);
    records = desk_records(&d);
    before = desk_work(&d, &agent, COMMAND_TAKE_CONTACT, &phone, sizeof(phone));
    bad = desk_work(&d, &agent, COMMAND_REGISTER_CASE, &form, sizeof(form));
    after = desk_work(&d, &agent, COMMAND_CLOSE_SESSION, &close, sizeof(close));
    assert_true(desk_submit(&d, before) && desk_submit(&d, bad) &&
                desk_submit(&d, after));
    desk_wait(&d);
    assert_int_equal(d.fatal.code, ERR_CORRUPT);
    assert_int_equal(before->refusal, REFUSAL_SERVER_FAILED);
    assert_int_equal(bad->refusal, REFUSAL_SERVER_FAILED);
    assert_int_equal(after->refusal, REFUSAL_SERVER_FAILED);
    assert_int_equal(d.change_count, 0);
    assert_int_equal(desk_records(&d), records);
    /* And it stays so: nothing is written by a writer that stopped. */
    assert_int_equal(
        desk_do(&d, &agent, COMMAND_TAKE_CONTACT, &phone, sizeof(phone)),
        REFUSAL_SERVER_FAILED);
    desk_drop(before);
    desk_drop(bad);
    desk_drop(after);
    desk_stop(&d);
    assert_int_equal(desk_records(&d), records);
    spoil_counter(&d, false);
    desk_verify(&d);
    desk_free(&d);
}

/* A counter that has lost a bit: no second case gets a number that one has. */
static void a_number_is_given_once(void **state)
{
    static struct desk d;
    struct actor agent;
    struct cmd_register_case form;
    uint8_t key[DAY_SERIAL_KEY_BYTES];
    uint8_t zero[DAY_SERIAL_BYTES] = {0};
    uint8_t one[DAY_SERIAL_BYTES] = {0};
    struct store_txn *t;
    uint64_t records;

    (void)state;
    make(&d, &agent, FIXTURE_MAP_BYTES);
    (void)city_case(&d.city, &agent, GUYANG);
    form = city_form(&d.city, &agent, GUYANG);
    day_serial_key(key, CITY_DAY);
    day_serial_set_serial(one, 1);
    for (int turn = 0; turn < 2; turn++) {
        assert_int_equal(store_write_begin(d.city.store.store, &t).code,
                         ERR_NONE);
        assert_int_equal(table_put(t, TABLE_DAY_SERIAL, SPAN(key, sizeof(key)),
                                   SPAN(turn == 0 ? zero : one, sizeof(one)))
                             .code,
                         ERR_NONE);
        assert_int_equal(store_commit(t).code, ERR_NONE);
        desk_start(&d, CITY_TIME_US + 60000000);
        records = desk_records(&d);
        assert_int_equal(
            desk_do(&d, &agent, COMMAND_REGISTER_CASE, &form, sizeof(form)),
            turn == 0 ? REFUSAL_SERVER_FAILED : REFUSAL_NONE);
        assert_int_equal(desk_records(&d), records + (turn == 0 ? 0 : 1));
        desk_stop(&d);
    }
    desk_verify(&d);
    desk_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_map_refuses_and_recovers),
        cmocka_unit_test(a_reserve_is_kept_for_contacts),
        cmocka_unit_test(an_empty_key_pool_is_busy),
        cmocka_unit_test(one_damaged_object_fails_one_command),
        cmocka_unit_test(an_error_while_applying_stops),
        cmocka_unit_test(a_number_is_given_once),
    };

    return cmocka_run_group_tests_name("core/batch", tests, NULL, NULL);
}
