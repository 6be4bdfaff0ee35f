/* rebuild_test.c - tables made again from the log, and what is not believed. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/store_damage.h"
#include "store/inside.h"

/* Two domains over one log: a rebuild with the second changes the table. */
static struct err apply_tag(struct store_txn *t, const struct record *r,
                            uint8_t tag)
{
    uint8_t key[9];

    store_u64be(key, r->position.seq);
    key[8] = tag;
    return table_put(t, TABLE_CASE_BY_NO, SPAN(key, sizeof(key)),
                     SPAN(r->object.bytes, ID_BYTES));
}

static struct err apply_one(struct store_txn *t, const struct record *r)
{
    return apply_tag(t, r, 1);
}

static struct err apply_two(struct store_txn *t, const struct record *r)
{
    return apply_tag(t, r, 2);
}

static void make(struct store_fixture *f, uint64_t records)
{
    struct store_txn *t;
    struct record r;

    store_fixture_make(f, FIXTURE_MAP_BYTES, 20);
    fixture_records(f->store, records);
    assert_int_equal(store_write_begin(f->store, &t).code, ERR_NONE);
    for (uint64_t seq = 1; seq <= records; seq++) {
        assert_int_equal(log_read(t, seq, &r).code, ERR_NONE);
        assert_int_equal(apply_one(t, &r).code, ERR_NONE);
    }
    assert_int_equal(
        table_put(t, TABLE_DRAFT, SPAN("draft", 5), SPAN("kept", 4)).code,
        ERR_NONE);
    assert_int_equal(log_checkpoint(t, 1, TEXT_LITERAL("note")).code, ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

static struct err rebuild(struct store_fixture *f, apply_fn apply,
                          struct verify_report *report)
{
    store_fixture_close(f);
    return store_rebuild(&f->options, apply, report);
}

/* The store opens, verifies, and holds what it held. */
static void check(struct store_fixture *f, apply_fn apply, uint64_t records)
{
    struct verify_report report;
    struct store_txn *t;
    struct span row;

    assert_int_equal(store_fixture_reopen(f).code, ERR_NONE);
    assert_int_equal(store_verify(f->store, apply, &report).code, ERR_NONE);
    assert_int_equal(report.records, records);
    assert_int_equal(store_read_begin(f->store, &t).code, ERR_NONE);
    assert_int_equal(table_get(t, TABLE_DRAFT, SPAN("draft", 5), &row).code,
                     ERR_NONE);
    assert_true(span_equal(row, SPAN("kept", 4)));
    assert_int_equal(table_count(t, TABLE_CHECKPOINT), 1);
    assert_int_equal(table_count(t, TABLE_CASE_BY_NO), records);
    store_end(t);
}

static void the_same_store_comes_out(void **state)
{
    static const uint64_t lengths[] = {0, 1, 3, 1500};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(lengths); i++) {
        struct store_fixture f;
        struct verify_report before;
        struct verify_report report;
        struct id log_id;

        make(&f, lengths[i]);
        log_id = store_log_id(f.store);
        assert_int_equal(store_verify(f.store, apply_one, &before).code,
                         ERR_NONE);
        assert_int_equal(rebuild(&f, apply_one, &report).code, ERR_NONE);
        assert_int_equal(report.records, lengths[i]);
        assert_memory_equal(report.root.bytes, before.root.bytes, HASH_BYTES);
        check(&f, apply_one, lengths[i]);
        assert_true(id_equal(store_log_id(f.store), log_id));
        assert_int_equal(store_made(f.store), STORE_TEST);
        /* And it goes on. */
        fixture_records(f.store, 5);
        store_fixture_free(&f);
    }
}

static void parts_still_open(void **state)
{
    struct store_fixture f;
    struct verify_report report;
    struct arena *a = arena_new(1 << 16);
    struct store_txn *t;
    struct record r;
    struct text plain;

    (void)state;
    make(&f, 10);
    assert_int_equal(rebuild(&f, apply_one, &report).code, ERR_NONE);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    assert_int_equal(store_read_begin(f.store, &t).code, ERR_NONE);
    assert_int_equal(log_read(t, 2, &r).code, ERR_NONE);
    assert_int_equal(log_open_part(t, &r, 0, a, &plain).code, ERR_NONE);
    assert_true(text_is(plain, "{\"name\":\"x\"}"));
    store_end(t);
    arena_free(a);
    store_fixture_free(&f);
}

static void another_apply_makes_other_tables(void **state)
{
    struct store_fixture f;
    struct verify_report report;

    (void)state;
    make(&f, 30);
    assert_int_equal(store_verify(f.store, apply_two, &report).code,
                     ERR_TAMPERED);
    assert_string_equal(report.what, "table:case_by_no");
    assert_int_equal(rebuild(&f, apply_two, &report).code, ERR_NONE);
    check(&f, apply_two, 30);
    store_fixture_free(&f);
}

/* Every derived table is emptied or filled with nonsense: made right again,
 * as long as one of log_head and the last leaf still says where the log ends.
 */
static void derived_tables_are_not_believed(void **state)
{
    static const enum table tables[] = {TABLE_MERKLE,  TABLE_SUBJECT,
                                        TABLE_IDEM,    TABLE_LOG_HEAD,
                                        TABLE_ERASURE, TABLE_CASE_BY_NO};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(tables); i++) {
        struct store_fixture f;
        struct verify_report report;
        struct store_txn *t;
        MDB_txn *txn;

        make(&f, 30);
        assert_int_equal(mdb_txn_begin(f.store->main, NULL, 0, &txn), 0);
        assert_int_equal(mdb_drop(txn, f.store->tables[tables[i]], 0), 0);
        assert_int_equal(mdb_txn_commit(txn), 0);
        assert_int_equal(rebuild(&f, apply_one, &report).code, ERR_NONE);
        check(&f, apply_one, 30);
        assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
        assert_int_equal(
            table_put(t, tables[i], SPAN("\0", 1), SPAN("x", 1)).code,
            ERR_NONE);
        assert_int_equal(store_commit(t).code, ERR_NONE);
        assert_int_equal(rebuild(&f, apply_one, &report).code, ERR_NONE);
        check(&f, apply_one, 30);
        store_fixture_free(&f);
    }
}

/* Where the page lies in which a table begins. */
static size_t page_of(struct store_fixture *f, enum table table)
{
    struct table_walk *w;
    struct store_txn *t;
    struct span key;
    struct span value;
    size_t offset;

    assert_int_equal(store_read_begin(f->store, &t).code, ERR_NONE);
    assert_int_equal(table_walk_begin(t, table, &w).code, ERR_NONE);
    assert_true(table_walk_seek(w, SPAN(NULL, 0), true, &key, &value));
    offset = damage_offset(f, key.at);
    assert_int_equal(table_walk_end(w).code, ERR_NONE);
    store_end(t);
    return offset / 4096 * 4096;
}

/* A page of one table, or of two, is no page any more. */
static void pages_of_derived_tables_may_be_damaged(void **state)
{
    static const struct {
        enum table tables[2];
        int32_t code;
    } rows[] = {
        {{TABLE_MERKLE, TABLE_MERKLE}, ERR_NONE},
        {{TABLE_SUBJECT, TABLE_CASE_BY_NO}, ERR_NONE},
        {{TABLE_IDEM, TABLE_IDEM}, ERR_NONE},
        {{TABLE_LOG_HEAD, TABLE_SUBJECT}, ERR_NONE},
        {{TABLE_LOG_HEAD, TABLE_MERKLE}, ERR_TAMPERED}, /* where it ends? */
        {{TABLE_LOG, TABLE_LOG}, ERR_CORRUPT},
        {{TABLE_DRAFT, TABLE_IDEM}, ERR_CORRUPT},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct store_fixture f;
        struct verify_report report;
        struct damage d;
        size_t pages[2];

        make(&f, 30);
        for (int n = 0; n < 2; n++) {
            pages[n] = page_of(&f, rows[i].tables[n]);
        }
        store_fixture_close(&f);
        damage_init(&d, &f, "main/data.mdb");
        for (int n = 0; n < (pages[0] == pages[1] ? 1 : 2); n++) {
            damage_flip(&d, pages[n] + 10, 0x01); /* MDB_page.mp_flags */
        }
        assert_int_equal(store_fixture_reopen(&f).code, ERR_CORRUPT);
        assert_int_equal(store_rebuild(&f.options, apply_one, &report).code,
                         rows[i].code);
        if (failed(ERR(rows[i].code))) {
            damage_undo(&d);
        }
        damage_release(&d);
        check(&f, apply_one, 30);
        store_fixture_free(&f);
    }
}

/* Another layout: serve says ERR_VERSION, a rebuild makes it this one's. */
static void another_version_is_rebuilt(void **state)
{
    struct store_fixture f;
    struct verify_report report;
    struct store_txn *t;
    struct span row;
    uint8_t key[META_KEY_BYTES];
    uint8_t value[META_BYTES];
    MDB_txn *txn;

    (void)state;
    make(&f, 30);
    assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
    assert_int_equal(meta_read(t, &row).code, ERR_NONE);
    memcpy(value, row.at, sizeof(value));
    value[3] ^= 0xFF;
    meta_key(key, 0);
    assert_int_equal(table_put(t, TABLE_META, SPAN(key, sizeof(key)),
                               SPAN(value, sizeof(value)))
                         .code,
                     ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
    /* That version had no table idem. */
    assert_int_equal(mdb_txn_begin(f.store->main, NULL, 0, &txn), 0);
    assert_int_equal(mdb_drop(txn, f.store->tables[TABLE_IDEM], 1), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_VERSION);
    assert_int_equal(rebuild(&f, apply_one, &report).code, ERR_NONE);
    check(&f, apply_one, 30);
    store_fixture_free(&f);
}

/* ---- refusals: the old store stays as it was ---- */

static void record_delete(struct store *s, uint64_t seq)
{
    uint8_t key[LOG_KEY_BYTES];
    MDB_val k = val_of(SPAN(key, sizeof(key)));
    MDB_txn *txn;

    log_key(key, seq);
    assert_int_equal(mdb_txn_begin(s->main, NULL, 0, &txn), 0);
    assert_int_equal(mdb_del(txn, s->tables[TABLE_LOG], &k, NULL), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
}

static void a_broken_log_is_refused(void **state)
{
    static const struct {
        uint64_t seq;
        const char *what;
        uint64_t bad_seq;
    } rows[] = {
        {1, "chain", 1},
        {15, "chain", 15},
        {30, "table:log_head", 29}, /* the tail was cut */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct store_fixture f;
        struct verify_report report;
        char path[PATH_MAX];

        make(&f, 30);
        record_delete(f.store, rows[i].seq);
        assert_int_equal(rebuild(&f, apply_one, &report).code, ERR_TAMPERED);
        assert_string_equal(report.what, rows[i].what);
        assert_int_equal(report.bad_seq, rows[i].bad_seq);
        assert_int_equal(path_join(f.dir, "main.part", path).code, ERR_NONE);
        assert_false(path_exists(path));
        store_fixture_free(&f);
    }
}

static void a_changed_record_is_refused(void **state)
{
    struct store_fixture f;
    struct verify_report report;
    struct damage d;
    size_t size;
    size_t offset;

    (void)state;
    make(&f, 30);
    offset = damage_record_offset(&f, 12, &size);
    store_fixture_close(&f);
    damage_init(&d, &f, "main/data.mdb");
    damage_flip(&d, offset + size - 1, 0x01);
    assert_int_equal(store_rebuild(&f.options, apply_one, &report).code,
                     ERR_CORRUPT);
    assert_string_equal(report.what, "hash");
    assert_int_equal(report.bad_seq, 12);
    damage_undo(&d);
    damage_release(&d);
    check(&f, apply_one, 30);
    store_fixture_free(&f);
}

static struct err apply_never(struct store_txn *t, const struct record *r)
{
    (void)t;
    return r->position.seq == 20 ? ERR(ERR_CORRUPT) : OK;
}

static void an_apply_that_fails(void **state)
{
    struct store_fixture f;
    struct verify_report report;

    (void)state;
    make(&f, 30);
    assert_int_equal(rebuild(&f, apply_never, &report).code, ERR_CORRUPT);
    assert_string_equal(report.what, "apply");
    assert_int_equal(report.bad_seq, 20);
    check(&f, apply_one, 30);
    store_fixture_free(&f);
}

static void a_store_in_use_is_refused(void **state)
{
    struct store_fixture f;
    struct verify_report report;

    (void)state;
    make(&f, 3);
    assert_int_equal(store_rebuild(&f.options, apply_one, &report).code,
                     ERR_IN_USE);
    store_fixture_close(&f);
    fixture_remove_tree(f.dir);
    assert_int_equal(store_rebuild(&f.options, apply_one, &report).code,
                     ERR_MISSING);
    store_fixture_free(&f);
}

/* Too small a map for the new one: refused, and the old one opens. */
static void no_room_for_the_new_one(void **state)
{
    struct store_fixture f;
    struct verify_report report;
    struct store_options small;

    (void)state;
    make(&f, 1500);
    store_fixture_close(&f);
    small = f.options;
    small.map_bytes = 1 << 18;
    assert_int_equal(store_rebuild(&small, apply_one, &report).code, ERR_FULL);
    check(&f, apply_one, 1500);
    store_fixture_free(&f);
}

/* ---- killed at any moment: the old store or the new one ---- */

static void killed_at_any_moment(void **state)
{
    (void)state;
    for (unsigned delay_us = 0; delay_us < 60000; delay_us += 3000) {
        struct store_fixture f;
        pid_t child;
        int status;

        make(&f, 200);
        store_fixture_close(&f);
        child = fork();
        if (child == 0) {
            struct verify_report report;
            struct err e = store_rebuild(&f.options, apply_one, &report);

            _exit(failed(e) ? 1 : 0);
        }
        assert_true(child > 0);
        (void)usleep(delay_us);
        (void)kill(child, SIGKILL);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_false(WIFEXITED(status) && WEXITSTATUS(status) != 0);
        check(&f, apply_one, 200);
        store_fixture_free(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_store_comes_out),
        cmocka_unit_test(parts_still_open),
        cmocka_unit_test(another_apply_makes_other_tables),
        cmocka_unit_test(derived_tables_are_not_believed),
        cmocka_unit_test(pages_of_derived_tables_may_be_damaged),
        cmocka_unit_test(another_version_is_rebuilt),
        cmocka_unit_test(a_broken_log_is_refused),
        cmocka_unit_test(a_changed_record_is_refused),
        cmocka_unit_test(an_apply_that_fails),
        cmocka_unit_test(a_store_in_use_is_refused),
        cmocka_unit_test(no_room_for_the_new_one),
        cmocka_unit_test(killed_at_any_moment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
