/*
 * apply_test.c - the tables follow from the log alone, and hold no words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model_fixture.h"

#include "model/nouns.h"

/* What must never stand in clear, whatever table it lands near. */
static const char *const canaries[] = {
    "己大勇",       "00000000021", "00000000022", "甲小雨", "测试小学",
    "对门在打孩子", "3号楼",       "草稿的原话",  "记一笔", "10.9.8.7",
    "测试人员",     "午后可打",    "argon2id",
};

static void tell_a_day(struct world *w)
{
    struct type_child child = {.has_name = true,
                               .name = text_of("甲小雨"),
                               .has_school = true,
                               .school = text_of("测试小学")};
    struct cmd_take_contact take = {.channel = CHANNEL_PHONE,
                                    .has_number = true,
                                    .number = text_of("00000000021")};
    struct cmd_register_case reg = {
        .matter = text_of("对门在打孩子"),
        .place_now = {.has_code = true,
                      .code = 150203001901,
                      .has_text = true,
                      .text = text_of("3号楼")},
        .has_reporter = true,
        .reporter = {.has_name = true,
                     .name = text_of("己大勇"),
                     .has_phone = true,
                     .phone = text_of("00000000022"),
                     .has_safe_time = true,
                     .safe_time = text_of("午后可打")},
        .has_children = true,
        .children = &child,
        .children_count = 1,
    };
    struct cmd_add_note note = {.text = text_of("记一笔")};
    struct cmd_open_session session = {
        .account_id = world_actor(w, "agt01").account,
        .session_id = fixture_id(60),
        .secret_hash = text_of("00000000000000000000000000000000"
                               "00000000000000000000000000000001"),
        .address = text_of("10.9.8.7"),
    };
    struct cmd_close_contact close = {.reason = CLOSE_REASON_TEST};
    struct id made;

    assert_int_equal(world_do(w, "", COMMAND_OPEN_SESSION, &session),
                     REFUSAL_NONE);
    assert_int_equal(world_do(w, "agt01", COMMAND_TAKE_CONTACT, &take),
                     REFUSAL_NONE);
    reg.contact_id = w->last.object;
    world_save_draft(w, "agt01", reg.contact_id, 0, "\"草稿的原话\"");
    assert_int_equal(world_do(w, "agt01", COMMAND_REGISTER_CASE, &reg),
                     REFUSAL_NONE);
    made = w->last.object;
    note.no = world_no(w, made);
    assert_int_equal(world_do(w, "ctr01", COMMAND_ADD_NOTE, &note),
                     REFUSAL_NONE);
    close.contact_id = world_take(w, "agt02");
    world_save_draft(w, "agt02", close.contact_id, 0, "\"草稿的原话\"");
    assert_int_equal(world_do(w, "agt02", COMMAND_CLOSE_CONTACT, &close),
                     REFUSAL_NONE);
    /* One draft still lies in its side table. */
    world_save_draft(w, "agt01", world_take(w, "agt01"), 0, "\"草稿的原话\"");
}

static struct world world;

static int start(void **state)
{
    (void)state;
    world_make(&world);
    tell_a_day(&world);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    world_free(&world);
    return 0;
}

static void a_replay_gives_the_same_tables(void **state)
{
    struct verify_report report = {0};
    struct err e = store_verify(world.store.store, model_apply, &report);

    (void)state;
    if (failed(e)) {
        fail_msg("%s at %llu: %s", err_name(e.code),
                 (unsigned long long)report.bad_seq, report.what);
    }
    assert_true(report.records > 20);
}

static void compare_table(struct store_txn *const t[2], enum table table)
{
    struct table_walk *walk[2];
    struct span key[2];
    struct span value[2];
    bool more[2];

    for (int i = 0; i < 2; i++) {
        assert_false(failed(table_walk_begin(t[i], table, &walk[i])));
        more[i] = table_walk_seek(walk[i], (struct span){0}, true, &key[i],
                                  &value[i]);
    }
    while (more[0] && more[1]) {
        if (!span_equal(key[0], key[1]) || !span_equal(value[0], value[1])) {
            fail_msg("table %s differs", table_info[table].name);
        }
        for (int i = 0; i < 2; i++) {
            more[i] = table_walk_next(walk[i], true, &key[i], &value[i]);
        }
    }
    assert_int_equal(more[0], more[1]);
    for (int i = 0; i < 2; i++) {
        assert_false(failed(table_walk_end(walk[i])));
    }
}

/* The same day with the same clock and the same fresh bytes, in another store
 * with other keys: every table of model/ is the same to the byte. */
static void another_store_comes_out_equal(void **state)
{
    struct store_txn *t[2];
    struct world other;

    (void)state;
    world_make(&other);
    tell_a_day(&other);
    assert_false(failed(store_read_begin(world.store.store, &t[0])));
    assert_false(failed(store_read_begin(other.store.store, &t[1])));
    for (int table = TABLE_CONTACT_HEAD; table < TABLE_COUNT; table++) {
        if (table_info[table].class == TABLE_CLASS_DERIVED) {
            compare_table(t, (enum table)table);
        }
    }
    store_end(t[0]);
    store_end(t[1]);
    world_free(&other);
}

static bool opened_somewhere(const char *word)
{
    struct store_txn *t;
    uint64_t last;
    bool found = false;

    assert_false(failed(store_read_begin(world.store.store, &t)));
    last = store_position(t).seq;
    for (uint64_t seq = 1; seq <= last && !found; seq++) {
        struct record r;

        assert_false(failed(log_read(t, seq, &r)));
        for (size_t i = 0; i < r.part_count && !found; i++) {
            struct text json;

            assert_false(failed(log_open_part(t, &r, i, world.arena, &json)));
            found = text_holds(json, word);
        }
    }
    store_end(t);
    return found;
}

static void look_for_words(enum table table, struct span bytes)
{
    struct text text = {(const char *)bytes.at, bytes.size};

    for (size_t i = 0; i < ARRAY_COUNT(canaries); i++) {
        if (bytes.size > 0 && text_holds(text, canaries[i])) {
            fail_msg("%s stands in table %s", canaries[i],
                     table_info[table].name);
        }
    }
}

static void no_table_holds_a_word(void **state)
{
    struct store_txn *t;

    (void)state;
    /* What is looked for is there to be found, once opened. */
    for (size_t i = 0; i < ARRAY_COUNT(canaries); i++) {
        if (!opened_somewhere(canaries[i])) {
            fail_msg("%s was never sealed", canaries[i]);
        }
    }
    assert_false(failed(store_read_begin(world.store.store, &t)));
    for (int table = 0; table < TABLE_COUNT; table++) {
        struct table_walk *walk;
        struct span key;
        struct span value;
        bool more;

        assert_false(failed(table_walk_begin(t, (enum table)table, &walk)));
        more = table_walk_seek(walk, (struct span){0}, true, &key, &value);
        while (more) {
            look_for_words((enum table)table, key);
            look_for_words((enum table)table, value);
            more = table_walk_next(walk, true, &key, &value);
        }
        assert_false(failed(table_walk_end(walk)));
    }
    store_end(t);
}

/* ------------------------------------------------- records that do not fit --
 */

static struct err apply_version(uint16_t type, uint16_t version,
                                const char *open)
{
    struct record r = {
        .type = type,
        .version = version,
        .position = {.seq = 1000},
        .open = text_of(open),
    };
    struct store_txn *t;
    struct err e;

    assert_false(failed(store_write_begin(world.store.store, &t)));
    e = model_apply(t, &r);
    store_end(t);
    return e;
}

static struct err apply_open(uint16_t type, const char *open)
{
    return apply_version(type, 1, open);
}

/* What a newer server wrote is not read by older rules. */
static void another_version_is_not_read(void **state)
{
    (void)state;
    assert_int_equal(apply_version(EVENT_CHILD_OPENED, 1, "{}").code, ERR_NONE);
    assert_int_equal(apply_version(EVENT_CHILD_OPENED, 2, "{}").code,
                     ERR_VERSION);
    assert_int_equal(apply_version(EVENT_NOTE_ADDED, 0, "{}").code,
                     ERR_VERSION);
    assert_int_equal(apply_version(99, 1, "{}").code, ERR_CORRUPT);
}

#define ID1 "00000000000000000000000000000001"

static void a_record_that_does_not_fit_is_damage(void **state)
{
    static const struct {
        uint16_t type;
        const char *open;
    } rows[] = {
        {99, "{}"},
        {0, "{}"},
        {EVENT_CONTACT_CLOSED,
         "{\"contact_id\":\"" ID1 "\",\"reason\":\"test\"}"},
        {EVENT_DRAFT_SAVED, "{\"contact_id\":\"" ID1 "\",\"draft_version\":1}"},
        {EVENT_NOTE_ADDED, "{\"case_id\":\"" ID1 "\"}"},
        {EVENT_ACCOUNT_DISABLED, "{\"account_id\":\"" ID1 "\"}"},
        {EVENT_ACCOUNT_ENROLLED, "{\"account_id\":\"" ID1 "\"}"},
        {EVENT_ENROLMENT_ISSUED,
         "{\"account_id\":\"" ID1 "\",\"token_hash\":\"" ID1 ID1
         "\",\"token_until\":\"2026-01-01T00:00:00Z\"}"},
        {EVENT_SESSION_OPENED,
         "{\"account_id\":\"" ID1 "\",\"session_id\":\"" ID1
         "\",\"secret_hash\":\"" ID1 ID1 "\"}"},
        {EVENT_SESSION_CLOSED,
         "{\"account_id\":\"" ID1 "\",\"session_id\":\"" ID1
         "\",\"cause\":\"x\"}"},
        {EVENT_CASE_REGISTERED,
         "{\"case_id\":\"" ID1 "\",\"contact_id\":\"" ID1
         "\",\"day\":20261124,\"serial\":1,\"state\":\"TRIAGE\","
         "\"channel\":\"phone\",\"danger\":false}"},
        {EVENT_CATALOGUE_ADOPTED, "{}"},
        {EVENT_CONTACT_TAKEN, "{"},
        {EVENT_ACCOUNT_ADDED, "[]"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct err e = apply_open(rows[i].type, rows[i].open);

        if (e.code != ERR_CORRUPT) {
            fail_msg("row %zu: %s", i, err_name(e.code));
        }
    }
}

/* What was made once is not made again by the same id. */
static void a_record_that_comes_twice_is_damage(void **state)
{
    static const uint16_t makers[] = {
        EVENT_ACCOUNT_ADDED,  EVENT_SESSION_OPENED,  EVENT_CONTACT_TAKEN,
        EVENT_CONTACT_CLOSED, EVENT_CASE_REGISTERED,
    };
    struct store_txn *t;
    uint64_t last;
    size_t tried = 0;

    (void)state;
    assert_false(failed(store_write_begin(world.store.store, &t)));
    last = store_position(t).seq;
    for (uint64_t seq = 1; seq <= last; seq++) {
        struct record r;

        assert_false(failed(log_read(t, seq, &r)));
        for (size_t i = 0; i < ARRAY_COUNT(makers); i++) {
            if (r.type == makers[i]) {
                assert_int_equal(model_apply(t, &r).code, ERR_CORRUPT);
                tried++;
            }
        }
    }
    store_end(t);
    assert_true(tried > ARRAY_COUNT(makers));
}

static void every_event_has_a_row(void **state)
{
    (void)state;
    for (uint16_t type = 0; type < 256; type++) {
        const struct event_info *info = event_info_of(type);

        if (info == NULL) {
            assert_false(model_event_is_case(type));
            continue;
        }
        /* A malformed event is damage for all that read it; never unknown. */
        if (type != EVENT_ACCESS_DENIED && type != EVENT_CHILD_OPENED) {
            assert_int_equal(apply_open(type, "7").code, ERR_CORRUPT);
        } else {
            assert_int_equal(apply_open(type, "7").code, ERR_NONE);
        }
        if (model_event_is_case(type)) {
            assert_string_equal(info->object, "case");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_replay_gives_the_same_tables),
        cmocka_unit_test(another_store_comes_out_equal),
        cmocka_unit_test(no_table_holds_a_word),
        cmocka_unit_test(a_record_that_does_not_fit_is_damage),
        cmocka_unit_test(a_record_that_comes_twice_is_damage),
        cmocka_unit_test(every_event_has_a_row),
        cmocka_unit_test(another_version_is_not_read),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
