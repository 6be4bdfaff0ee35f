/* log_test.c - appending, reading, opening; and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/death.h"
#include "lib/store_damage.h"
#include "store/inside.h"
#include "store/record.h"

static struct store_txn *write_begin(struct store *s)
{
    struct store_txn *t;

    assert_int_equal(store_write_begin(s, &t).code, ERR_NONE);
    return t;
}

static struct store_txn *read_begin(struct store *s)
{
    struct store_txn *t;

    assert_int_equal(store_read_begin(s, &t).code, ERR_NONE);
    return t;
}

static void commit(struct store_txn *t)
{
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

static void what_is_appended_can_be_read(void **state)
{
    struct store_fixture f;
    struct arena *a = arena_new(1 << 16);
    struct store_txn *t;
    struct record r;
    struct text plain;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 10);
    t = read_begin(f.store);
    assert_int_equal(store_position(t).seq, 0);
    assert_true(bytes_all_zero(store_position(t).hash.bytes, HASH_BYTES));
    assert_int_equal(log_read(t, 1, &r).code, ERR_MISSING);
    store_end(t);
    t = write_begin(f.store);
    fixture_append(t, 10, "{\"a\":1}", 1, "{\"name\":\"one\"}");
    /* Visible in its own txn. */
    assert_int_equal(log_read(t, 1, &r).code, ERR_NONE);
    fixture_append(t, 10, "{\"a\":2}", 2, "{\"name\":\"two\"}");
    fixture_append(t, 11, "{\"a\":3}", 1, "{\"name\":\"three\"}");
    commit(t);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    t = read_begin(f.store);
    assert_ptr_equal(store_of(t), f.store);
    assert_int_equal(store_position(t).seq, 3);
    assert_int_equal(log_read(t, 0, &r).code, ERR_MISSING);
    assert_int_equal(log_read(t, 4, &r).code, ERR_MISSING);
    assert_int_equal(log_read(t, UINT64_MAX, &r).code, ERR_MISSING);
    assert_int_equal(log_read(t, 3, &r).code, ERR_NONE);
    assert_true(text_is(r.open, "{\"a\":3}"));
    assert_memory_equal(r.position.hash.bytes, store_position(t).hash.bytes,
                        HASH_BYTES);
    assert_true(id_equal(r.log_id, store_log_id(f.store)));
    assert_int_equal(log_open_part(t, &r, 0, a, &plain).code, ERR_NONE);
    assert_true(text_is(plain, "{\"name\":\"three\"}"));
    assert_int_equal(r.parts[0].key_id,
                     1); /* the same subject as in record 1 */
    assert_int_equal(log_read(t, 2, &r).code, ERR_NONE);
    assert_int_equal(r.parts[0].key_id, 2);
    store_end(t);
    arena_free(a);
    store_fixture_free(&f);
}

static void one_event_about_several(void **state)
{
    struct store_fixture f;
    struct frame_head h = fixture_head(1);
    struct event_plain e = fixture_event("{}", 1, "[0]");
    struct arena *a = arena_new(1 << 16);
    struct store_txn *t;
    struct record r;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 10);
    /* Subjects 1 2 1 3, of which 2 is known already. */
    t = write_begin(f.store);
    fixture_append(t, 1, "{}", 2, "{}");
    e.parts[1] = (struct part_plain){fixture_id(2), 1, TEXT_LITERAL("[1]")};
    e.parts[2] = (struct part_plain){fixture_id(1), 1, TEXT_LITERAL("[2]")};
    e.parts[3] = (struct part_plain){fixture_id(3), 1, TEXT_LITERAL("")};
    e.part_count = 4;
    assert_int_equal(log_append(t, &h, &e, &r).code, ERR_NONE);
    assert_int_equal(store_apply(t, &r).code, ERR_NONE);
    commit(t);
    t = read_begin(f.store);
    assert_int_equal(log_read(t, 2, &r).code, ERR_NONE);
    assert_int_equal(r.parts[0].key_id, 2);
    assert_int_equal(r.parts[1].key_id, 1);
    assert_int_equal(r.parts[2].key_id, 2);
    assert_int_equal(r.parts[3].key_id, 3);
    assert_memory_not_equal(r.parts[0].iv, r.parts[2].iv, CRYPT_IV_BYTES);
    for (size_t i = 0; i < 4; i++) {
        struct text plain;

        assert_int_equal(log_open_part(t, &r, i, a, &plain).code, ERR_NONE);
        assert_true(text_equal(plain, e.parts[i].json));
    }
    assert_int_equal(store_keys_ahead(t), 7);
    store_end(t);
    arena_free(a);
    store_fixture_free(&f);
}

static void the_record_outlives_puts(void **state)
{
    static char large[20000];
    struct store_fixture f;
    struct frame_head h = fixture_head(1);
    struct event_plain e = fixture_event("", 0, "");
    struct store_txn *t;
    struct record r;

    (void)state;
    memset(large, 'x', sizeof(large));
    e.open = (struct text){large, sizeof(large)};
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    t = write_begin(f.store);
    assert_int_equal(log_append(t, &h, &e, &r).code, ERR_NONE);
    assert_int_equal(store_apply(t, &r).code, ERR_NONE);
    for (uint32_t i = 0; i < 2000; i++) {
        uint8_t key[4];

        store_u32be(key, i);
        assert_int_equal(
            table_put(t, TABLE_CHECKPOINT, SPAN(key, 4), SPAN(large, 3000))
                .code,
            ERR_NONE);
    }
    assert_true(text_equal(r.open, e.open));
    store_end(t);
    store_fixture_free(&f);
}

/* Damage to a record, or to a leaf, is no reason not to read the one before. */
static void each_record_is_read_by_itself(void **state)
{
    struct store_fixture f;
    uint8_t key[MERKLE_KEY_BYTES];
    struct store_txn *t;
    struct record r;
    struct damage d;
    size_t size;
    size_t offset;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 10);
    fixture_records(f.store, 10);
    offset = damage_record_offset(&f, 6, &size);
    store_fixture_close(&f);
    damage_init(&d, &f, "main/data.mdb");
    damage_flip(&d, offset + RECORD_AT_PREV_HASH, 0x01);
    f.options.read_only = true; /* the start would refuse this */
    f.options.lock = false;
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    assert_int_equal(store_read_begin(f.store, &t).code, ERR_NONE);
    assert_int_equal(log_read(t, 5, &r).code, ERR_NONE);
    assert_int_equal(log_read(t, 6, &r).code, ERR_CORRUPT);
    assert_int_equal(log_read(t, 7, &r).code, ERR_NONE);
    store_end(t);
    store_fixture_close(&f);
    damage_undo(&d);
    damage_release(&d);
    f.options.read_only = false;
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    merkle_key(key, 0, 4);
    assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
    assert_int_equal(table_put(t, TABLE_MERKLE, SPAN(key, sizeof(key)),
                               SPAN(fixture_id(1).bytes, ID_BYTES))
                         .code,
                     ERR_NONE);
    assert_int_equal(log_read(t, 5, &r).code, ERR_NONE);
    store_end(t);
    store_fixture_free(&f);
}

static void too_large_is_refused(void **state)
{
    static char large[LIMIT_OPEN_BYTES + 1];
    struct store_fixture f;
    struct frame_head h = fixture_head(1);
    struct event_plain e = fixture_event("{}", 0, "");
    struct store_txn *t;
    struct record r;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    t = write_begin(f.store);
    e.open = (struct text){large, sizeof(large)};
    assert_int_equal(log_append(t, &h, &e, &r).code, ERR_LIMIT);
    /* It left no trace, and the txn goes on. */
    e.open = (struct text){large, sizeof(large) - 1};
    assert_int_equal(log_append(t, &h, &e, &r).code, ERR_NONE);
    assert_int_equal(store_apply(t, &r).code, ERR_NONE);
    commit(t);
    t = read_begin(f.store);
    assert_int_equal(log_read(t, 1, &r).code, ERR_NONE);
    assert_int_equal(r.open.size, LIMIT_OPEN_BYTES);
    store_end(t);
    store_fixture_free(&f);
}

static void an_empty_pool_can_be_filled(void **state)
{
    struct store_fixture f;
    struct frame_head h = fixture_head(1);
    struct event_plain e = fixture_event("{}", 1, "{}");
    struct store_txn *t;
    struct record r;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    t = write_begin(f.store);
    assert_int_equal(store_keys_ahead(t), 0);
    assert_int_equal(log_append(t, &h, &e, &r).code, ERR_AGAIN);
    fixture_append(t, 1, "{}", 0, ""); /* needs none */
    /* Made by the bulk thread meanwhile: seen by the same txn. */
    assert_int_equal(store_keys_fill(f.store, 1).code, ERR_NONE);
    fixture_append(t, 1, "{}", 1, "{}");
    e.parts[0].subject = fixture_id(2);
    assert_int_equal(log_append(t, &h, &e, &r).code, ERR_AGAIN);
    commit(t);
    t = read_begin(f.store);
    assert_int_equal(store_position(t).seq, 2);
    store_end(t);
    store_fixture_free(&f);
}

static void key_delete(struct store *s, uint64_t key_id)
{
    uint8_t id[8];
    MDB_val k = val_of(SPAN(id, sizeof(id)));
    MDB_txn *txn;

    store_u64be(id, key_id);
    assert_int_equal(mdb_txn_begin(s->keys, NULL, 0, &txn), 0);
    assert_int_equal(mdb_del(txn, s->keys_table, &k, NULL), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
}

static void an_absent_key_is_damage(void **state)
{
    struct store_fixture f;
    struct frame_head h = fixture_head(2);
    struct event_plain e = fixture_event("{}", 1, "{}");
    struct arena *a = arena_new(1 << 16);
    struct store_txn *t;
    struct record r;
    struct text plain;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 3);
    t = write_begin(f.store);
    fixture_append(t, 1, "{}", 1, "{}");
    commit(t);
    key_delete(f.store, 1);
    key_delete(f.store, 2);
    t = write_begin(f.store);
    assert_int_equal(log_read(t, 1, &r).code, ERR_NONE);
    assert_int_equal(log_open_part(t, &r, 0, a, &plain).code, ERR_KEY);
    assert_int_equal(log_append(t, &h, &e, &r).code, ERR_KEY);
    /* A hole in the pool is damage too, not an empty pool. */
    e.parts[0].subject = fixture_id(2);
    assert_int_equal(log_append(t, &h, &e, &r).code, ERR_KEY);
    store_end(t);
    arena_free(a);
    store_fixture_free(&f);
}

static void an_erased_subject_is_missing(void **state)
{
    struct store_fixture f;
    struct frame_head h = fixture_head(2);
    struct event_plain e = fixture_event("{}", 1, "{}");
    struct arena *a = arena_new(1 << 16);
    struct store_txn *t;
    struct record r;
    struct text plain;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 3);
    t = write_begin(f.store);
    fixture_append(t, 1, "{}", 1, "{}");
    assert_int_equal(store_subject_erase(t, fixture_id(1)).code, ERR_NONE);
    commit(t);
    for (int round = 0; round < 2; round++) {
        /* Before and after the key is gone. */
        t = write_begin(f.store);
        assert_int_equal(log_read(t, 1, &r).code, ERR_NONE);
        assert_int_equal(log_open_part(t, &r, 0, a, &plain).code, ERR_MISSING);
        assert_int_equal(log_append(t, &h, &e, &r).code, ERR_MISSING);
        store_end(t);
        assert_int_equal(store_key_destroy(f.store, fixture_id(1)).code,
                         ERR_NONE);
    }
    arena_free(a);
    store_fixture_free(&f);
}

/* A reader from before the erasure looks for the key after it: no damage. */
static void erased_while_it_is_read(void **state)
{
    struct store_fixture f;
    struct arena *a = arena_new(1 << 16);
    struct side_place at = {TABLE_DRAFT, SPAN("row", 3), fixture_id(1)};
    struct store_txn *t;
    struct store_txn *reader;
    struct record r;
    struct text plain;
    struct span sealed;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 3);
    t = write_begin(f.store);
    fixture_append(t, 1, "{}", 1, "{}");
    commit(t);
    reader = read_begin(f.store);
    t = write_begin(f.store);
    assert_int_equal(store_subject_erase(t, fixture_id(1)).code, ERR_NONE);
    commit(t);
    key_delete(f.store, 1);
    assert_int_equal(log_read(reader, 1, &r).code, ERR_NONE);
    assert_int_equal(log_open_part(reader, &r, 0, a, &plain).code, ERR_MISSING);
    assert_int_equal(
        store_seal_side(reader, &at, TEXT_LITERAL("x"), a, &sealed).code,
        ERR_MISSING);
    store_end(reader);
    arena_free(a);
    store_fixture_free(&f);
}

static void a_full_arena_opens_nothing(void **state)
{
    struct store_fixture f;
    struct arena *a = arena_new(16);
    struct store_txn *t;
    struct record r;
    struct text plain;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 3);
    t = write_begin(f.store);
    r = fixture_append(t, 1, "{}", 1, "more than sixteen bytes");
    assert_int_equal(log_open_part(t, &r, 0, a, &plain).code, ERR_LIMIT);
    store_end(t);
    arena_free(a);
    store_fixture_free(&f);
}

static void repeated_commands_are_found(void **state)
{
    static const uint8_t key[16] = {1, 2, 3};
    static const uint8_t other[16] = {1, 2, 4};
    struct store_fixture f;
    struct frame_head h = fixture_head(1);
    struct event_plain e = fixture_event("{}", 0, "");
    struct idem_found found;
    struct store_txn *t;
    struct record r;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    t = write_begin(f.store);
    fixture_append(t, 1, "{}", 0, "");
    h.idem_day = 20261123;
    memcpy(h.idem_key, key, 16);
    memset(h.idem_mac, 0x5A, 16);
    h.frame_count = 2;
    for (h.frame_index = 0; h.frame_index < 2; h.frame_index++) {
        e.object = fixture_id((uint8_t)(50 + h.frame_index));
        assert_int_equal(log_append(t, &h, &e, &r).code, ERR_NONE);
        assert_int_equal(store_apply(t, &r).code, ERR_NONE);
    }
    commit(t);
    t = read_begin(f.store);
    assert_int_equal(log_idempotent(t, 20261123, key, &found).code, ERR_NONE);
    assert_true(found.found);
    assert_int_equal(found.first_seq, 2);
    assert_true(id_equal(found.object, fixture_id(50)));
    assert_memory_equal(found.mac, h.idem_mac, 16);
    assert_int_equal(log_idempotent(t, 20261124, key, &found).code, ERR_NONE);
    assert_false(found.found);
    assert_int_equal(log_idempotent(t, 20261123, other, &found).code, ERR_NONE);
    assert_false(found.found);
    assert_int_equal(table_count(t, TABLE_IDEM), 1);
    store_end(t);
    store_fixture_free(&f);
}

/* ---- raw ---- */

/* An empty store of the same log, without keys. */
static struct store *twin(struct store_fixture *f)
{
    static char path[PATH_MAX];
    struct main_plan plan = {.path = path,
                             .map_bytes = FIXTURE_MAP_BYTES,
                             .log_id = store_log_id(f->store),
                             .throw_away = true};
    struct store *s;

    assert_int_equal(path_join(f->root, "twin", path).code, ERR_NONE);
    assert_int_equal(main_new(&plan, &s).code, ERR_NONE);
    return s;
}

static void raw_follows_or_is_refused(void **state)
{
    struct store_fixture f;
    struct store *copy;
    struct store_txn *from;
    struct store_txn *to;
    struct span bytes;
    struct record r;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 10);
    fixture_records(f.store, 20);
    copy = twin(&f);
    from = read_begin(f.store);
    to = write_begin(copy);
    assert_int_equal(log_bytes(from, 2, &bytes).code, ERR_NONE);
    assert_int_equal(log_append_raw(to, bytes, &r).code, ERR_TAMPERED);
    for (uint64_t seq = 1; seq <= 20; seq++) {
        assert_int_equal(log_bytes(from, seq, &bytes).code, ERR_NONE);
        assert_int_equal(log_append_raw(to, bytes, &r).code, ERR_NONE);
        assert_ptr_equal(r.bytes.at, bytes.at);
        assert_int_equal(store_apply(to, &r).code, ERR_NONE);
        /* Not twice. */
        assert_int_equal(log_append_raw(to, bytes, &r).code, ERR_TAMPERED);
    }
    commit(to);
    to = read_begin(copy);
    assert_memory_equal(store_position(to).hash.bytes,
                        store_position(from).hash.bytes, HASH_BYTES);
    store_end(to);
    store_end(from);
    store_close(copy);
    store_fixture_free(&f);
}

/* Record 1 with one field changed must not become the log's first. */
static void raw_checks_each_field(void **state)
{
    static const struct {
        size_t at;
        int32_t code;
    } changes[] = {
        {0, ERR_CORRUPT},    /* magic */
        {24, ERR_TAMPERED},  /* log id */
        {49, ERR_TAMPERED},  /* seq */
        {56, ERR_CORRUPT},   /* frame index at its count */
        {192, ERR_TAMPERED}, /* prev hash */
    };
    struct store_fixture f;
    struct store *copy;
    struct store_txn *from;
    struct store_txn *to;
    struct span bytes;
    struct record r;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 10);
    fixture_records(f.store, 3);
    copy = twin(&f);
    from = read_begin(f.store);
    to = write_begin(copy);
    assert_int_equal(log_bytes(from, 1, &bytes).code, ERR_NONE);
    for (size_t i = 0; i < ARRAY_COUNT(changes); i++) {
        uint8_t changed[16384];

        assert_true(bytes.size <= sizeof(changed));
        memcpy(changed, bytes.at, bytes.size);
        changed[changes[i].at] ^= 0x01;
        assert_int_equal(log_append_raw(to, SPAN(changed, bytes.size), &r).code,
                         changes[i].code);
    }
    assert_int_equal(store_position(to).seq, 0);
    store_end(to);
    store_end(from);
    store_close(copy);
    store_fixture_free(&f);
}

/* A frame whose second record is missing, and time that goes back. */
static void raw_checks_frame_and_time(void **state)
{
    struct store_fixture f;
    struct store *copy;
    struct store_txn *to;
    struct frame_head h = fixture_head(50);
    struct event_plain e = fixture_event("{}", 0, "");
    uint8_t bytes[512];
    size_t size = record_size(&e);
    struct record_plan plan = {.head = &h, .event = &e, .epoch = 1};
    struct record r;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    copy = twin(&f);
    plan.log_id = store_log_id(copy);
    to = write_begin(copy);
    h.frame_count = 3;
    h.frame_index = 1;
    record_seal(&plan, bytes);
    assert_int_equal(log_append_raw(to, SPAN(bytes, size), &r).code,
                     ERR_TAMPERED);
    h.frame_index = 0;
    record_seal(&plan, bytes);
    assert_int_equal(log_append_raw(to, SPAN(bytes, size), &r).code, ERR_NONE);
    assert_int_equal(store_apply(to, &r).code, ERR_NONE);
    plan.before = store_position(to);
    h.frame_index = 2;
    record_seal(&plan, bytes);
    assert_int_equal(log_append_raw(to, SPAN(bytes, size), &r).code,
                     ERR_TAMPERED);
    h.frame_index = 1;
    h.frame_count = 2;
    record_seal(&plan, bytes);
    assert_int_equal(log_append_raw(to, SPAN(bytes, size), &r).code,
                     ERR_TAMPERED);
    h.frame_count = 3;
    h.time_us = 49;
    record_seal(&plan, bytes);
    assert_int_equal(log_append_raw(to, SPAN(bytes, size), &r).code,
                     ERR_TAMPERED);
    h.time_us = 50;
    record_seal(&plan, bytes);
    assert_int_equal(log_append_raw(to, SPAN(bytes, size), &r).code, ERR_NONE);
    store_end(to);
    store_close(copy);
    store_fixture_free(&f);
}

/* ---- bugs of a caller ---- */

struct wrong {
    struct store *store;
    struct frame_head first;
    struct frame_head second;
    bool apply_first;
    bool commit;
};

static void append_twice(void *context)
{
    struct wrong *w = context;
    struct event_plain e = fixture_event("{}", 0, "");
    struct store_txn *t;
    struct record r;
    struct err err = store_write_begin(w->store, &t);

    err = log_append(t, &w->first, &e, &r);
    if (w->apply_first) {
        err = store_apply(t, &r);
    }
    if (w->commit) {
        err = store_commit(t);
    } else {
        err = log_append(t, &w->second, &e, &r);
    }
    (void)err;
}

/* The child never commits, and dies with LMDB's lock, which is robust. */
static bool append_dies(struct store_fixture *f, struct wrong w)
{
    w.store = f->store;
    return dies(append_twice, &w);
}

static void wrong_orders_are_bugs(void **state)
{
    struct store_fixture f;
    struct wrong good = {.first = fixture_head(5),
                         .second = fixture_head(5),
                         .apply_first = true};
    struct wrong w;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    assert_false(append_dies(&f, good));
    w = good;
    w.apply_first = false; /* apply forgotten before the next */
    assert_true(append_dies(&f, w));
    w.commit = true; /* and before the commit */
    assert_true(append_dies(&f, w));
    w = good;
    w.second.time_us = 4; /* time goes back */
    assert_true(append_dies(&f, w));
    w = good;
    w.first.frame_count = 2; /* the frame is not finished: next frame */
    assert_true(append_dies(&f, w));
    w.commit = true; /* and commit */
    assert_true(append_dies(&f, w));
    w = good;
    w.first.frame_index = 1; /* begins in its middle */
    w.first.frame_count = 2;
    assert_true(append_dies(&f, w));
    w = good;
    w.second.frame_count = LIMIT_FRAME_EVENTS + 1;
    assert_true(append_dies(&f, w));
    store_fixture_free(&f);
}

static void checkpoints_take_the_root(void **state)
{
    struct store_fixture f;
    struct store_txn *t;
    struct hash root;
    uint8_t key[CHECKPOINT_KEY_BYTES];
    struct span row;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 10);
    fixture_records(f.store, 7);
    t = write_begin(f.store);
    assert_int_equal(log_checkpoint(t, 99, TEXT_LITERAL("note")).code,
                     ERR_NONE);
    checkpoint_key(key, 7);
    assert_int_equal(
        table_get(t, TABLE_CHECKPOINT, SPAN(key, sizeof(key)), &row).code,
        ERR_NONE);
    assert_int_equal(row.size, CHECKPOINT_BYTES + 4);
    assert_memory_equal(row.at + CHECKPOINT_BYTES, "note", 4);
    assert_int_equal(log_merkle_root(t, &root).code, ERR_NONE);
    assert_memory_equal(checkpoint_root(row.at).bytes, root.bytes, HASH_BYTES);
    commit(t);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    store_fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_appended_can_be_read),
        cmocka_unit_test(one_event_about_several),
        cmocka_unit_test(the_record_outlives_puts),
        cmocka_unit_test(each_record_is_read_by_itself),
        cmocka_unit_test(too_large_is_refused),
        cmocka_unit_test(an_empty_pool_can_be_filled),
        cmocka_unit_test(an_absent_key_is_damage),
        cmocka_unit_test(an_erased_subject_is_missing),
        cmocka_unit_test(erased_while_it_is_read),
        cmocka_unit_test(a_full_arena_opens_nothing),
        cmocka_unit_test(repeated_commands_are_found),
        cmocka_unit_test(raw_follows_or_is_refused),
        cmocka_unit_test(raw_checks_each_field),
        cmocka_unit_test(raw_checks_frame_and_time),
        cmocka_unit_test(wrong_orders_are_bugs),
        cmocka_unit_test(checkpoints_take_the_root),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
