/*
 * subject_test.c - nobody is sealed under another's key, whatever a damaged row
 * says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/store_fixture.h"
#include "store/inside.h"

/* Subjects 1, 2, 3 with keys 1, 2, 3, first named by records 1, 2, 3. */
static void make(struct store_fixture *f)
{
    struct store_txn *t;

    store_fixture_make(f, FIXTURE_MAP_BYTES, 10);
    assert_int_equal(store_write_begin(f->store, &t).code, ERR_NONE);
    for (uint8_t subject = 1; subject <= 3; subject++) {
        fixture_append(t, 1, "{}", subject, "{}");
    }
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

/* Changes bits of a byte of the value of a row. */
static void flip(struct store *s, enum table table, struct span key, size_t at,
                 uint8_t bits)
{
    uint8_t value[64];
    struct store_txn *t;
    struct span row;

    assert_int_equal(store_write_begin(s, &t).code, ERR_NONE);
    assert_int_equal(table_get(t, table, key, &row).code, ERR_NONE);
    assert_true(row.at != NULL && row.size <= sizeof(value));
    memcpy(value, row.at, row.size);
    value[at] ^= bits;
    assert_int_equal(table_put(t, table, key, SPAN(value, row.size)).code,
                     ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

static void flip_subject(struct store *s, uint8_t subject, size_t at,
                         uint8_t bits)
{
    uint8_t key[SUBJECT_KEY_BYTES];

    subject_key(key, fixture_id(subject));
    flip(s, TABLE_SUBJECT, SPAN(key, sizeof(key)), at, bits);
}

static void flip_head(struct store *s, size_t at, uint8_t bits)
{
    uint8_t key[LOG_HEAD_KEY_BYTES];

    log_head_key(key, 0);
    flip(s, TABLE_LOG_HEAD, SPAN(key, sizeof(key)), at, bits);
}

/* Where a little-endian or big-endian number has its lowest byte. */
static size_t lowest_byte(void)
{
    uint8_t value[SUBJECT_BYTES] = {0};

    subject_set_key_id(value, 1);
    return value[0] == 1 ? 0 : 7;
}

static int32_t append_code(struct store_txn *t, uint8_t subject)
{
    struct frame_head h = fixture_head(2);
    struct event_plain e = fixture_event("{}", subject, "{}");
    struct record r;

    return log_append(t, &h, &e, &r).code;
}

static int32_t seal_code(struct store_txn *t, uint8_t subject)
{
    struct arena *a = arena_new(1 << 16);
    struct side_place at = {TABLE_DRAFT, SPAN("row", 3), fixture_id(subject)};
    struct span sealed;
    struct err e = store_seal_side(t, &at, TEXT_LITERAL("x"), a, &sealed);

    arena_free(a);
    return e.code;
}

static void verify_says(struct store *s, const char *what)
{
    struct verify_report report;

    assert_int_equal(store_verify(s, NULL, &report).code, ERR_TAMPERED);
    assert_string_equal(report.what, what);
}

/* Key 3 becomes 2, which is another's; or the first record becomes another, in
 * which the subject is not named, or one that is not there. */
static void a_row_is_held_to_its_record(void **state)
{
    static const struct {
        size_t field;
        uint8_t bits;
    } rows[] = {{0, 1}, {8, 1}, {8, 64}};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct store_fixture f;
        struct store_txn *t;

        make(&f);
        flip_subject(f.store, 3, rows[i].field + lowest_byte(), rows[i].bits);
        assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
        assert_int_equal(append_code(t, 3), ERR_TAMPERED);
        assert_int_equal(seal_code(t, 3), ERR_TAMPERED);
        assert_int_equal(seal_code(t, 2), ERR_NONE);
        /* Nothing was put: the others go on. */
        fixture_append(t, 2, "{}", 2, "{}");
        assert_int_equal(store_commit(t).code, ERR_NONE);
        verify_says(f.store, "table:subject");
        store_fixture_free(&f);
    }
}

/* A subject met earlier in the same txn is found too. */
static void a_new_subject_is_known_at_once(void **state)
{
    struct store_fixture f;
    struct store_txn *t;

    (void)state;
    make(&f);
    assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
    fixture_append(t, 2, "{}", 4, "{}");
    assert_int_equal(seal_code(t, 4), ERR_NONE);
    fixture_append(t, 2, "{}", 4, "{}");
    store_end(t);
    store_fixture_free(&f);
}

/* The next key, the time apart: each number that the writer would go on from.
 */
static void a_wrong_head_is_not_gone_on_from(void **state)
{
    static const struct {
        size_t field;
        uint8_t bits;
        const char *what;
    } rows[] = {
        {16, 1, "table:log_head"}, /* next_key_id 4 -> 5: a gap */
        {16, 7, "table:log_head"}, /* 4 -> 3: another's */
        {0, 1, "table:log_head"},  /* seq 3 -> 2 */
        {0, 4, "table:log_head"},  /* 3 -> 7 */
        {24, 1, "table:log_head"}, /* hash */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct store_fixture f;
        struct store_txn *t;
        bool number = rows[i].field < 24;

        make(&f);
        flip_head(f.store, rows[i].field + (number ? lowest_byte() : 0),
                  rows[i].bits);
        assert_int_equal(store_write_begin(f.store, &t).code, ERR_TAMPERED);
        assert_int_equal(store_keys_fill(f.store, 20).code, ERR_TAMPERED);
        verify_says(f.store, rows[i].what);
        assert_true(failed(store_fixture_reopen(&f)));
        store_fixture_free(&f);
    }
}

/* A subject whose row is gone would be met again. */
static void a_lost_row_is_missed(void **state)
{
    struct store_fixture f;
    struct store_txn *t;
    uint8_t key[SUBJECT_KEY_BYTES];

    (void)state;
    make(&f);
    subject_key(key, fixture_id(2));
    assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
    assert_int_equal(
        table_delete(t, TABLE_SUBJECT, SPAN(key, sizeof(key))).code, ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
    assert_int_equal(store_write_begin(f.store, &t).code, ERR_TAMPERED);
    verify_says(f.store, "table:subject");
    assert_int_equal(store_fixture_reopen(&f).code, ERR_TAMPERED);
    store_fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_held_to_its_record),
        cmocka_unit_test(a_new_subject_is_known_at_once),
        cmocka_unit_test(a_wrong_head_is_not_gone_on_from),
        cmocka_unit_test(a_lost_row_is_missed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
