/* apply_test.c - the store's own tables, row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/death.h"
#include "lib/store_fixture.h"
#include "store/inside.h"
#include "store/record.h"

static enum subject_state state_of(struct store_txn *t, uint8_t subject)
{
    enum subject_state s;

    assert_int_equal(store_subject_state(t, fixture_id(subject), &s).code,
                     ERR_NONE);
    return s;
}

static void subjects_are_met_once(void **state)
{
    struct store_fixture f;
    struct store_txn *t;
    struct span row;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 5);
    assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
    assert_int_equal(state_of(t, 1), SUBJECT_NONE);
    fixture_append(t, 7, "{}", 1, "{}");
    fixture_append(t, 8, "{}", 2, "{}");
    fixture_append(t, 9, "{}", 1, "{}");
    assert_int_equal(state_of(t, 1), SUBJECT_LIVE);
    assert_int_equal(subject_row(t, fixture_id(1), &row).code, ERR_NONE);
    assert_int_equal(row.size, SUBJECT_BYTES);
    assert_int_equal(subject_key_id(row.at), 1);
    assert_int_equal(subject_first_seq(row.at), 1);
    assert_int_equal(subject_part_class(row.at), 2);
    assert_int_equal(table_count(t, TABLE_SUBJECT), 2);
    assert_int_equal(t->next_key_id, 3);
    store_end(t);
    store_fixture_free(&f);
}

static void the_head_is_kept(void **state)
{
    struct store_fixture f;
    struct store_txn *t;
    struct span row;
    struct record r;
    uint8_t key[LOG_HEAD_KEY_BYTES];

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 5);
    assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
    r = fixture_append(t, 7, "{}", 1, "{}");
    log_head_key(key, 0);
    assert_int_equal(
        table_get(t, TABLE_LOG_HEAD, SPAN(key, sizeof(key)), &row).code,
        ERR_NONE);
    assert_int_equal(log_head_seq(row.at), 1);
    assert_int_equal(log_head_time_us(row.at), 7);
    assert_int_equal(log_head_next_key_id(row.at), 2);
    assert_memory_equal(log_head_hash(row.at).bytes, r.position.hash.bytes,
                        HASH_BYTES);
    assert_int_equal(table_count(t, TABLE_LOG_HEAD), 1);
    store_end(t);
    store_fixture_free(&f);
}

static void erasure_goes_one_way(void **state)
{
    struct store_fixture f;
    struct store_txn *t;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 5);
    assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
    assert_int_equal(store_subject_erase(t, fixture_id(1)).code, ERR_TAMPERED);
    assert_int_equal(store_subject_destroy(t, fixture_id(1)).code,
                     ERR_TAMPERED);
    fixture_append(t, 7, "{}", 1, "{}");
    fixture_append(t, 7, "{}", 2, "{}");
    assert_int_equal(store_subject_destroy(t, fixture_id(1)).code,
                     ERR_TAMPERED);
    assert_int_equal(store_subject_erase(t, fixture_id(1)).code, ERR_NONE);
    assert_int_equal(store_subject_erase(t, fixture_id(1)).code, ERR_NONE);
    assert_int_equal(state_of(t, 1), SUBJECT_ERASED);
    assert_int_equal(state_of(t, 2), SUBJECT_LIVE);
    assert_int_equal(table_count(t, TABLE_ERASURE), 1);
    assert_int_equal(store_subject_destroy(t, fixture_id(1)).code, ERR_NONE);
    assert_int_equal(store_subject_destroy(t, fixture_id(1)).code, ERR_NONE);
    assert_int_equal(state_of(t, 1), SUBJECT_DESTROYED);
    assert_int_equal(table_count(t, TABLE_ERASURE), 0);
    assert_int_equal(store_subject_erase(t, fixture_id(1)).code, ERR_TAMPERED);
    store_end(t);
    store_fixture_free(&f);
}

/* Records that no log_append makes: a key out of turn, a key changed. */
static void keys_are_taken_in_turn(void **state)
{
    static const struct {
        uint8_t subject;
        uint64_t key_id;
        int32_t code;
    } rows[] = {
        {1, 2, ERR_TAMPERED},                       /* the first would be 1 */
        {1, 1, ERR_NONE},     {2, 1, ERR_TAMPERED}, /* that of another */
        {1, 2, ERR_TAMPERED},                       /* not its own */
        {2, 3, ERR_TAMPERED}, {2, 2, ERR_NONE},     {1, 1, ERR_NONE},
    };
    struct store_fixture f;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct frame_head h = fixture_head(1);
        struct event_plain e = fixture_event("{}", rows[i].subject, "{}");
        struct part_lock lock = {.key_id = rows[i].key_id};
        struct record_plan plan = {.head = &h,
                                   .event = &e,
                                   .log_id = store_log_id(f.store),
                                   .epoch = 1,
                                   .locks = &lock};
        struct store_txn *t;
        struct record r;
        uint8_t bytes[1024];
        struct err err;

        assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
        plan.before = store_position(t);
        record_seal(&plan, bytes);
        assert_int_equal(
            log_append_raw(t, SPAN(bytes, record_size(&e)), &r).code, ERR_NONE);
        err = store_apply(t, &r);
        assert_int_equal(err.code, rows[i].code);
        if (failed(err)) {
            store_end(t);
        } else {
            assert_int_equal(store_commit(t).code, ERR_NONE);
        }
    }
    store_fixture_free(&f);
}

static void rows_of_another_size_are_corrupt(void **state)
{
    struct store_fixture f;
    struct store_txn *t;
    enum subject_state s;
    uint8_t key[SUBJECT_KEY_BYTES];
    uint8_t value[SUBJECT_BYTES] = {0};

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
    subject_key(key, fixture_id(1));
    assert_int_equal(
        table_put(t, TABLE_SUBJECT, SPAN(key, sizeof(key)), SPAN(value, 3))
            .code,
        ERR_NONE);
    assert_int_equal(store_subject_state(t, fixture_id(1), &s).code,
                     ERR_CORRUPT);
    for (unsigned bad = 0; bad < 256; bad++) {
        subject_set_state(value, (uint8_t)bad);
        assert_int_equal(table_put(t, TABLE_SUBJECT, SPAN(key, sizeof(key)),
                                   SPAN(value, sizeof(value)))
                             .code,
                         ERR_NONE);
        assert_int_equal(store_subject_state(t, fixture_id(1), &s).code,
                         bad >= SUBJECT_LIVE && bad <= SUBJECT_DESTROYED
                             ? ERR_NONE
                             : ERR_CORRUPT);
    }
    store_end(t);
    store_fixture_free(&f);
}

static void apply_twice(void *context)
{
    struct store_txn *t;
    struct err e = store_write_begin(context, &t);
    struct record r = fixture_append(t, 1, "{}", 0, "");

    e = store_apply(t, &r);
    (void)e;
}

static void a_record_is_applied_once(void **state)
{
    struct store_fixture f;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    assert_true(dies(apply_twice, f.store));
    store_fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(subjects_are_met_once),
        cmocka_unit_test(the_head_is_kept),
        cmocka_unit_test(erasure_goes_one_way),
        cmocka_unit_test(keys_are_taken_in_turn),
        cmocka_unit_test(rows_of_another_size_are_corrupt),
        cmocka_unit_test(a_record_is_applied_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
