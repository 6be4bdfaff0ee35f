/* txn_test.c - what a txn sees, and a map or a disk that is full. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/death.h"
#include "lib/store_fixture.h"

static uint64_t seq_of(struct store *s)
{
    struct store_txn *t;
    uint64_t seq;

    assert_int_equal(store_read_begin(s, &t).code, ERR_NONE);
    seq = store_position(t).seq;
    store_end(t);
    return seq;
}

static void a_reader_keeps_its_snapshot(void **state)
{
    struct store_fixture f;
    struct store_txn *reader;
    struct store_txn *writer;
    struct record r;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    assert_int_equal(store_read_begin(f.store, &reader).code, ERR_NONE);
    assert_int_equal(store_write_begin(f.store, &writer).code, ERR_NONE);
    fixture_append(writer, 1, "{}", 0, "");
    assert_int_equal(store_position(writer).seq, 1);
    assert_int_equal(store_commit(writer).code, ERR_NONE);
    assert_int_equal(store_position(reader).seq, 0);
    assert_int_equal(log_read(reader, 1, &r).code, ERR_MISSING);
    store_end(reader);
    assert_int_equal(seq_of(f.store), 1);
    store_fixture_free(&f);
}

static const char large[3000] = {1};

/* Puts rows until it says no; the row number at which it did. */
static uint32_t fill(struct store_txn *t, struct err *ret_e)
{
    struct err e = OK;
    uint32_t n = 0;

    while (!failed(e)) {
        uint8_t key[4];

        store_u32be(key, n++);
        e = table_put(t, TABLE_CHECKPOINT, SPAN(key, 4),
                      SPAN(large, sizeof(large)));
    }
    *ret_e = e;
    return n;
}

static void a_full_map_is_refused_and_recovers(void **state)
{
    struct store_fixture f;
    struct store_txn *t;
    struct span v;
    struct record r;
    struct frame_head h = fixture_head(1000000);
    struct event_plain event = fixture_event("{}", 0, "");
    struct err e;
    uint8_t key[4] = {0};

    (void)state;
    store_fixture_make(&f, 1 << 20, 10);
    fixture_records(f.store, 10);
    assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
    assert_true(fill(t, &e) > 50);
    assert_int_equal(e.code, ERR_FULL);
    /* The first failure stands, whatever is tried next. */
    assert_int_equal(table_get(t, TABLE_CHECKPOINT, SPAN(key, 4), &v).code,
                     ERR_FULL);
    assert_int_equal(table_delete(t, TABLE_CHECKPOINT, SPAN(key, 4)).code,
                     ERR_FULL);
    assert_int_equal(log_append(t, &h, &event, &r).code, ERR_FULL);
    assert_int_equal(store_commit(t).code, ERR_FULL);
    /* Nothing of it stands; reads and smaller writes go on. */
    assert_int_equal(seq_of(f.store), 10);
    assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
    assert_int_equal(table_count(t, TABLE_CHECKPOINT), 0);
    fixture_append(t, 1000000, "{}", 0, "");
    assert_int_equal(store_commit(t).code, ERR_NONE);
    assert_int_equal(seq_of(f.store), 11);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    store_fixture_free(&f);
}

/* A map that really is full, commit by commit, then one with room. */
static void more_room_lets_it_go_on(void **state)
{
    struct store_fixture f;
    struct store_txn *t;
    struct store_room room;
    struct err e = OK;
    uint64_t count = 0;

    (void)state;
    store_fixture_make(&f, 1 << 20, 0);
    while (!failed(e)) {
        struct frame_head h = fixture_head(5);
        struct event_plain event = fixture_event("", 0, "");
        struct record r;

        event.open = (struct text){large, sizeof(large)};
        assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
        e = log_append(t, &h, &event, &r);
        if (!failed(e)) {
            e = store_apply(t, &r);
        }
        if (failed(e)) {
            store_end(t);
        } else {
            e = store_commit(t);
            count += !failed(e);
        }
    }
    assert_int_equal(e.code, ERR_FULL);
    assert_true(count > 50);
    assert_int_equal(seq_of(f.store), count);
    room = store_room(f.store);
    assert_int_equal(room.map_bytes, 1 << 20);
    assert_true(room.map_used_bytes > room.map_bytes * 85 / 100);
    assert_true(room.disk_free_bytes > 0);
    f.options.map_bytes = 2 << 20;
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    assert_int_equal(seq_of(f.store), count);
    assert_int_equal(store_write_begin(f.store, &t).code, ERR_NONE);
    fixture_append(t, 5, "{}", 0, "");
    assert_int_equal(store_commit(t).code, ERR_NONE);
    store_fixture_free(&f);
}

/* In a child: a file that may not grow (EFBIG) is as a full disk. */
static int commit_beyond_the_limit(const struct store_options *o)
{
    const struct rlimit limit = {300000, 300000};
    struct store *s;
    struct store_txn *t;
    struct err e = store_open(o, &s);
    uint32_t rows;

    (void)signal(SIGXFSZ, SIG_IGN);
    if (failed(e) || setrlimit(RLIMIT_FSIZE, &limit) != 0 ||
        failed(store_write_begin(s, &t))) {
        return 1;
    }
    for (rows = 0; rows < 200 && !failed(e); rows++) {
        uint8_t key[4];

        store_u32be(key, rows);
        e = table_put(t, TABLE_CHECKPOINT, SPAN(key, 4),
                      SPAN(large, sizeof(large)));
    }
    e = failed(e) ? e : store_commit(t);
    if (e.code != ERR_FULL) {
        return 2;
    }
    /* Reads go on, and a write that fits. */
    if (failed(store_read_begin(s, &t)) || store_position(t).seq != 20 ||
        table_count(t, TABLE_CHECKPOINT) != 0) {
        return 3;
    }
    store_end(t);
    if (failed(store_write_begin(s, &t)) ||
        failed(table_put(t, TABLE_ERASURE, SPAN("x", 1), SPAN("y", 1))) ||
        failed(store_commit(t))) {
        return 4;
    }
    store_close(s);
    return 0;
}

static void a_full_disk_is_refused(void **state)
{
    struct store_fixture f;
    struct store_txn *t;
    int status = -1;
    pid_t child;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 10);
    fixture_records(f.store, 20);
    store_fixture_close(&f);
    child = fork();
    if (child == 0) {
        _exit(commit_beyond_the_limit(&f.options));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    assert_int_equal(store_read_begin(f.store, &t).code, ERR_NONE);
    assert_int_equal(table_count(t, TABLE_ERASURE), 1);
    store_end(t);
    store_fixture_free(&f);
}

static void write_read_only(void *context)
{
    struct store_txn *t;
    struct err e = store_write_begin(context, &t);

    (void)e;
}

static void a_read_only_store_is_not_written(void **state)
{
    struct store_fixture f;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 0);
    f.options.lock = false;
    f.options.read_only = true;
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    assert_true(dies(write_read_only, f.store));
    store_fixture_free(&f);
}

/* ---- killed while it writes ---- */

/* Commits for ever; tells each sequence number after its commit. */
static void write_and_tell(const struct store_options *o, int told)
{
    struct store *s;
    struct err e = store_open(o, &s);

    while (!failed(e)) {
        struct store_txn *t;
        uint64_t seq;

        fixture_records(s, 4);
        e = store_read_begin(s, &t);
        if (!failed(e)) {
            seq = store_position(t).seq;
            store_end(t);
            if (write(told, &seq, sizeof(seq)) != sizeof(seq)) {
                break;
            }
            e = store_keys_fill(s, seq % 7);
        }
    }
    _exit(1);
}

/* I1, I2, I5 of a durable log: what was told is there, the log verifies, and
 * the next commits work. */
static void killed_while_it_writes(void **state)
{
    struct store_fixture f;
    uint64_t told = 0;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 20);
    for (unsigned round = 0; round < 40; round++) {
        struct verify_report report;
        uint64_t seq;
        pid_t child;
        int ends[2];
        int status;

        store_fixture_close(&f);
        assert_int_equal(pipe(ends), 0);
        child = fork();
        if (child == 0) {
            write_and_tell(&f.options, ends[1]);
        }
        assert_int_equal(close(ends[1]), 0);
        /* Every other time it must have come to write before it is killed,
         * however slow the machine. */
        if (round % 2 == 1) {
            assert_int_equal(read(ends[0], &told, sizeof(told)), sizeof(told));
        }
        (void)usleep(4000 + round * 1700);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        while (read(ends[0], &seq, sizeof(seq)) == sizeof(seq)) {
            told = seq;
        }
        assert_int_equal(close(ends[0]), 0);
        assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
        assert_true(seq_of(f.store) >= told);
        assert_int_equal(store_verify(f.store, NULL, &report).code, ERR_NONE);
        fixture_records(f.store, 3);
    }
    assert_true(told > 40);
    store_fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_keeps_its_snapshot),
        cmocka_unit_test(a_full_map_is_refused_and_recovers),
        cmocka_unit_test(more_room_lets_it_go_on),
        cmocka_unit_test(a_full_disk_is_refused),
        cmocka_unit_test(a_read_only_store_is_not_written),
        cmocka_unit_test(killed_while_it_writes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
