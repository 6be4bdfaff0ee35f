/* tail_test.c - what every start looks at, and how far back it looks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/store_damage.h"
#include "store/inside.h"

/* The error of an open with a byte of record seq changed. */
static int32_t open_with_flip(struct store_fixture *f, uint64_t seq)
{
    struct damage d;
    size_t size;
    size_t offset = damage_record_offset(f, seq, &size);
    struct err e;

    store_fixture_close(f);
    damage_init(&d, f, "main/data.mdb");
    damage_flip(&d, offset + size - 1, 0x01);
    e = store_fixture_reopen(f);
    store_fixture_close(f);
    damage_undo(&d);
    damage_release(&d);
    assert_int_equal(store_fixture_reopen(f).code, ERR_NONE);
    return e.code;
}

static void checkpoint_with(struct store *s, const char *note)
{
    struct store_txn *t;

    assert_int_equal(store_write_begin(s, &t).code, ERR_NONE);
    assert_int_equal(log_checkpoint(t, 1, text_of(note)).code, ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

static void checkpoint(struct store *s) { checkpoint_with(s, ""); }

static void the_last_thousand_are_looked_at(void **state)
{
    struct store_fixture f;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 20);
    fixture_records(f.store, 1200);
    assert_int_equal(open_with_flip(&f, 1200), ERR_CORRUPT);
    assert_int_equal(open_with_flip(&f, 1000), ERR_CORRUPT);
    assert_int_equal(open_with_flip(&f, 1200 - TAIL_RECORDS + 1), ERR_CORRUPT);
    assert_int_equal(open_with_flip(&f, 1200 - TAIL_RECORDS), ERR_NONE);
    assert_int_equal(open_with_flip(&f, 1), ERR_NONE);
    checkpoint(f.store);
    /* Nothing came after it; the last is looked at all the same. */
    assert_int_equal(open_with_flip(&f, 1200), ERR_CORRUPT);
    assert_int_equal(open_with_flip(&f, 1199), ERR_NONE);
    fixture_records(f.store, 5);
    assert_int_equal(open_with_flip(&f, 1201), ERR_CORRUPT);
    assert_int_equal(open_with_flip(&f, 1200), ERR_NONE);
    store_fixture_free(&f);
}

/* Changes a bit of the checkpoint of record seq, and its size. */
static void checkpoint_change(struct store *s, uint64_t seq, size_t at,
                              size_t size)
{
    uint8_t key[CHECKPOINT_KEY_BYTES];
    uint8_t value[CHECKPOINT_BYTES + 8];
    struct store_txn *t;
    struct span row;

    checkpoint_key(key, seq);
    assert_int_equal(store_write_begin(s, &t).code, ERR_NONE);
    assert_int_equal(
        table_get(t, TABLE_CHECKPOINT, SPAN(key, sizeof(key)), &row).code,
        ERR_NONE);
    assert_true(row.size >= size && size <= sizeof(value));
    memcpy(value, row.at, size);
    value[at] ^= 0x01;
    assert_int_equal(table_put(t, TABLE_CHECKPOINT, SPAN(key, sizeof(key)),
                               SPAN(value, size))
                         .code,
                     ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

/* What verify says of the checkpoints, and a rebuild makes of them. */
static void verify_and_rebuild(struct store_fixture *f, int32_t verified,
                               int32_t rebuilt, uint64_t dropped)
{
    struct verify_report report;

    assert_int_equal(store_verify(f->store, NULL, &report).code, verified);
    assert_string_equal(report.what, verified == 0 ? "" : "checkpoint");
    store_fixture_close(f);
    assert_int_equal(store_rebuild(&f->options, NULL, &report).code, rebuilt);
    assert_int_equal(report.checkpoints_dropped, dropped);
    if (rebuilt == 0) {
        assert_int_equal(store_fixture_reopen(f).code, ERR_NONE);
        assert_int_equal(store_verify(f->store, NULL, &report).code, ERR_NONE);
    } else {
        assert_string_equal(report.what, "checkpoint");
    }
}

/* A damaged row stops nobody: the one before it is taken, or none. */
static void a_damaged_checkpoint_is_passed_over(void **state)
{
    static const struct {
        size_t at, size;
        int32_t verified;
        uint64_t dropped;
    } rows[] = {
        {0, CHECKPOINT_BYTES, ERR_TAMPERED, 1},  /* hash */
        {63, CHECKPOINT_BYTES, ERR_TAMPERED, 1}, /* root */
        {64, CHECKPOINT_BYTES, ERR_NONE, 0},     /* the time: its own affair */
        {64, CHECKPOINT_BYTES - 8, ERR_CORRUPT, 1},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows) * 2; i++) {
        struct store_fixture f;
        size_t row = i / 2;

        store_fixture_make(&f, FIXTURE_MAP_BYTES, 20);
        if (i % 2 == 1) {
            fixture_records(f.store, 5);
            checkpoint(f.store);
        }
        fixture_records(f.store, 10 - i % 2 * 5);
        checkpoint(f.store);
        checkpoint_change(f.store, 10, rows[row].at, rows[row].size);
        fixture_records(f.store, 3);
        assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
        verify_and_rebuild(&f, rows[row].verified, ERR_NONE, rows[row].dropped);
        store_fixture_free(&f);
    }
}

/* The one before it says where the tail begins. */
static void the_tail_begins_at_one_that_fits(void **state)
{
    struct store_fixture f;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 20);
    fixture_records(f.store, 10);
    checkpoint(f.store);
    fixture_records(f.store, 10);
    checkpoint(f.store);
    fixture_records(f.store, 10);
    assert_int_equal(open_with_flip(&f, 15), ERR_NONE);
    checkpoint_change(f.store, 20, 0, CHECKPOINT_BYTES);
    assert_int_equal(open_with_flip(&f, 15), ERR_CORRUPT);
    assert_int_equal(open_with_flip(&f, 10), ERR_NONE);
    store_fixture_free(&f);
}

static void a_signed_checkpoint_must_fit(void **state)
{
    struct store_fixture f;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 20);
    fixture_records(f.store, 10);
    checkpoint_with(f.store, "signed");
    checkpoint_change(f.store, 10, 0, CHECKPOINT_BYTES + 6);
    verify_and_rebuild(&f, ERR_TAMPERED, ERR_TAMPERED, 0);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_TAMPERED);
    store_fixture_free(&f);
}

/* When none of them fits it is not they that were changed. */
static void many_that_do_not_fit_are_believed(void **state)
{
    struct store_fixture f;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 20);
    for (uint64_t seq = 1; seq <= 3; seq++) {
        assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
        fixture_records(f.store, 1);
        checkpoint(f.store);
        checkpoint_change(f.store, seq, 0, CHECKPOINT_BYTES);
    }
    assert_int_equal(store_fixture_reopen(&f).code, ERR_TAMPERED);
    store_fixture_free(&f);
}

/* A checkpoint of record 50 in a log of 10. Whoever cuts a log cuts this too,
 * unless it is signed. */
static void a_log_that_was_longer(void **state)
{
    (void)state;
    for (size_t note = 0; note < 2; note++) {
        struct store_fixture f;
        uint8_t key[CHECKPOINT_KEY_BYTES];
        uint8_t value[CHECKPOINT_BYTES + 1] = {0};
        struct store_txn *t;

        store_fixture_make(&f, FIXTURE_MAP_BYTES, 20);
        fixture_records(f.store, 10);
        checkpoint_key(key, 50);
        assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
        assert_int_equal(table_put(t, TABLE_CHECKPOINT, SPAN(key, sizeof(key)),
                                   SPAN(value, CHECKPOINT_BYTES + note))
                             .code,
                         ERR_NONE);
        assert_int_equal(store_commit(t).code, ERR_NONE);
        verify_and_rebuild(&f, ERR_TAMPERED, note == 0 ? 0 : ERR_TAMPERED,
                           1 - note);
        assert_int_equal(store_fixture_reopen(&f).code,
                         note == 0 ? 0 : ERR_TAMPERED);
        store_fixture_free(&f);
    }
}

static void head_change(struct store *s, size_t at, size_t size)
{
    uint8_t key[LOG_HEAD_KEY_BYTES];
    uint8_t value[LOG_HEAD_BYTES];
    struct store_txn *t;
    struct span row;

    log_head_key(key, 0);
    assert_int_equal(store_write_begin(s, &t).code, ERR_NONE);
    assert_int_equal(
        table_get(t, TABLE_LOG_HEAD, SPAN(key, sizeof(key)), &row).code,
        ERR_NONE);
    memcpy(value, row.at, sizeof(value));
    value[at] ^= 0x01;
    assert_int_equal(
        table_put(t, TABLE_LOG_HEAD, SPAN(key, sizeof(key)), SPAN(value, size))
            .code,
        ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

static void the_head_must_fit(void **state)
{
    static const struct {
        size_t at, size;
        int32_t code;
    } rows[] = {
        {0, LOG_HEAD_BYTES, ERR_TAMPERED},  /* seq: one more than there is */
        {8, LOG_HEAD_BYTES, ERR_TAMPERED},  /* time */
        {24, LOG_HEAD_BYTES, ERR_TAMPERED}, /* hash of the last record */
        {0, LOG_HEAD_BYTES - 8, ERR_CORRUPT},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct store_fixture f;

        store_fixture_make(&f, FIXTURE_MAP_BYTES, 20);
        fixture_records(f.store, 10);
        head_change(f.store, rows[i].at, rows[i].size);
        assert_int_equal(store_fixture_reopen(&f).code, rows[i].code);
        store_fixture_free(&f);
    }
}

static void a_node_of_the_tail_must_fit(void **state)
{
    struct store_fixture f;
    struct store_txn *t;
    struct hash wrong = {{1}};
    uint8_t key[MERKLE_KEY_BYTES];

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 20);
    fixture_records(f.store, 10);
    merkle_key(key, 1, 4);
    assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
    assert_int_equal(table_put(t, TABLE_MERKLE, SPAN(key, sizeof(key)),
                               SPAN(wrong.bytes, HASH_BYTES))
                         .code,
                     ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_TAMPERED);
    store_fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_thousand_are_looked_at),
        cmocka_unit_test(a_damaged_checkpoint_is_passed_over),
        cmocka_unit_test(the_tail_begins_at_one_that_fits),
        cmocka_unit_test(a_signed_checkpoint_must_fit),
        cmocka_unit_test(many_that_do_not_fit_are_believed),
        cmocka_unit_test(a_log_that_was_longer),
        cmocka_unit_test(the_head_must_fit),
        cmocka_unit_test(a_node_of_the_tail_must_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
