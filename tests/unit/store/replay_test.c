/* replay_test.c - the same log makes the same tables, and a writer does not
 * disturb those who check beside it. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/store_fixture.h"
#include "store/inside.h"

static struct store *scratch(const struct store_fixture *f, const char *name)
{
    char path[PATH_MAX];
    struct main_plan plan = {.path = path,
                             .map_bytes = FIXTURE_MAP_BYTES,
                             .log_id = store_log_id(f->store),
                             .throw_away = true};
    struct store *s;

    assert_int_equal(path_join(f->root, name, path).code, ERR_NONE);
    assert_int_equal(main_new(&plan, &s).code, ERR_NONE);
    return s;
}

static void two_replays_are_equal(void **state)
{
    struct store_fixture f;
    struct store_txn *a;
    struct store_txn *b;
    struct store *twice[2];
    struct verify_report report = {0};

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 10);
    fixture_records(f.store, 2500);
    for (int i = 0; i < 2; i++) {
        struct replay_plan plan = {.from = f.store};

        twice[i] = scratch(&f, i == 0 ? "first" : "second");
        plan.to = twice[i];
        /* In steps that end at frames (records 1, 2-4, 5, 6-8, ...). */
        assert_int_equal(replay(&plan, i == 0 ? 2500 : 1201, &report).code,
                         ERR_NONE);
        assert_int_equal(replay(&plan, 2500, &report).code, ERR_NONE);
    }
    assert_int_equal(store_read_begin(twice[0], &a).code, ERR_NONE);
    assert_int_equal(store_read_begin(twice[1], &b).code, ERR_NONE);
    assert_int_equal(replay_compare(a, b, &report).code, ERR_NONE);
    store_end(b);
    assert_int_equal(store_read_begin(f.store, &b).code, ERR_NONE);
    assert_int_equal(replay_compare(a, b, &report).code, ERR_NONE);
    assert_string_equal(report.what, "");
    store_end(b);
    store_end(a);
    store_close(twice[0]);
    store_close(twice[1]);
    store_fixture_free(&f);
}

static void a_frame_is_not_cut(void **state)
{
    struct store_fixture f;
    struct verify_report report = {0};
    struct replay_plan plan;
    struct store_txn *t;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 10);
    fixture_records(f.store, 8);
    plan = (struct replay_plan){.from = f.store, .to = scratch(&f, "s")};
    /* Record 3 is in the middle of the frame 2 to 4: it goes on to its end. */
    assert_int_equal(replay(&plan, 3, &report).code, ERR_TAMPERED);
    assert_string_equal(report.what, "frame");
    assert_int_equal(store_read_begin(plan.to, &t).code, ERR_NONE);
    assert_int_equal(store_position(t).seq, 0);
    store_end(t);
    store_close(plan.to);
    store_fixture_free(&f);
}

static void beyond_the_end(void **state)
{
    struct store_fixture f;
    struct verify_report report = {0};
    struct replay_plan plan;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 10);
    fixture_records(f.store, 8);
    plan = (struct replay_plan){.from = f.store, .to = scratch(&f, "s")};
    assert_int_equal(replay(&plan, 9, &report).code, ERR_TAMPERED);
    assert_string_equal(report.what, "chain");
    assert_int_equal(report.bad_seq, 9);
    store_close(plan.to);
    store_fixture_free(&f);
}

static struct err refused_here(struct verify_report *report)
{
    struct err first = verify_report(report, ERR(ERR_CORRUPT), "first", 4);

    assert_int_equal(first.code, ERR_CORRUPT);
    return verify_report(report, ERR(ERR_TAMPERED), "second", 5);
}

static void the_first_finding_stands(void **state)
{
    struct verify_report report = {0};

    (void)state;
    assert_int_equal(refused_here(&report).code, ERR_TAMPERED);
    assert_string_equal(report.what, "first");
    assert_int_equal(report.bad_seq, 4);
}

/* ---- beside a writer ---- */

static struct err no_apply(struct store_txn *t, const struct record *r)
{
    (void)t;
    (void)r;
    return OK;
}

enum { ROUNDS = 25, ROUND_RECORDS = 300, ROUND_KEYS = 100 };

/* Who writes beside a check may come only so far in a round: where a check is
 * slow the log would else outgrow the map, and each check with it. Shared with
 * a process, too. */
struct pace {
    struct store *store; /* the writer's */
    atomic_uint_fast64_t records;
    atomic_uint_fast64_t keys;
    atomic_bool stop;
};

static uint64_t records_of(struct store *s)
{
    struct store_txn *t;
    uint64_t seq;

    assert_int_equal(store_read_begin(s, &t).code, ERR_NONE);
    seq = store_position(t).seq;
    store_end(t);
    return seq;
}

static void next_round(struct pace *p, uint64_t records)
{
    atomic_store(&p->records, records + ROUND_RECORDS);
    (void)atomic_fetch_add(&p->keys, ROUND_KEYS);
}

static void write_some(struct pace *p)
{
    if (records_of(p->store) < atomic_load(&p->records)) {
        fixture_records(p->store, 7);
    } else {
        (void)usleep(1000);
    }
}

static void *write_on(void *context)
{
    struct pace *p = context;

    while (!atomic_load(&p->stop)) {
        write_some(p);
    }
    return NULL;
}

static void *fill_on(void *context)
{
    struct pace *p = context;
    uint64_t ahead = 20;

    while (!atomic_load(&p->stop)) {
        if (ahead < atomic_load(&p->keys)) {
            assert_int_equal(store_keys_fill(p->store, ahead++).code, ERR_NONE);
        }
        (void)usleep(1000);
    }
    return NULL;
}

/* The scrub of a running server: in its process, beside writer and bulk. */
static void checked_in_the_same_process(void **state)
{
    struct store_fixture f;
    struct pace pace = {0};
    pthread_t threads[2];
    struct verify_report report;
    uint64_t records = 0;
    struct err e = OK;

    (void)state;
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 20);
    pace.store = f.store;
    assert_int_equal(pthread_create(&threads[0], NULL, write_on, &pace), 0);
    assert_int_equal(pthread_create(&threads[1], NULL, fill_on, &pace), 0);
    for (int round = 0; round < ROUNDS && !failed(e);) {
        next_round(&pace, records);
        e = store_verify(f.store, no_apply, &report);
        round += report.records > records; /* some came since the last */
        records = report.records;
    }
    atomic_store(&pace.stop, true);
    assert_int_equal(pthread_join(threads[0], NULL), 0);
    assert_int_equal(pthread_join(threads[1], NULL), 0);
    if (failed(e)) {
        print_error("%s %s %d %s\n", err_name(e.code), report.what, e.sys,
                    e.where);
    }
    assert_int_equal(e.code, ERR_NONE);
    store_fixture_free(&f);
}

/* `verify` while the server runs: another process, opened read-only. */
static int verify_beside(const struct store_fixture *f, struct pace *p)
{
    struct store_options beside = f->options;
    uint64_t records = 0;

    beside.lock = false;
    beside.read_only = true;
    for (int round = 0; round < ROUNDS;) {
        struct verify_report report;
        struct store *s;
        struct err e = store_open(&beside, &s);

        if (failed(e)) {
            (void)fprintf(stderr, "open %s %d %s\n", err_name(e.code), e.sys,
                          e.where);
            return 1;
        }
        next_round(p, records);
        e = store_verify(s, no_apply, &report);
        store_close(s);
        if (failed(e)) {
            (void)fprintf(stderr, "verify %s %d %s %s\n", err_name(e.code),
                          e.sys, e.where, report.what);
            return 2;
        }
        round += report.records > records;
        records = report.records;
    }
    return 0;
}

static void checked_from_another_process(void **state)
{
    struct store_fixture f;
    struct pace *pace = mmap(NULL, sizeof(*pace), PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child;
    int status = 0;

    (void)state;
    assert_true(pace != MAP_FAILED);
    store_fixture_make(&f, FIXTURE_MAP_BYTES, 50);
    fixture_records(f.store, 10);
    store_fixture_close(&f);
    child = fork(); /* before anything is open in it */
    if (child == 0) {
        _exit(verify_beside(&f, pace));
    }
    /* The store is opened while it is checked already, and again. */
    assert_int_equal(store_fixture_reopen(&f).code, ERR_NONE);
    pace->store = f.store;
    while (waitpid(child, &status, WNOHANG) == 0) {
        write_some(pace);
    }
    assert_int_equal(status, 0);
    store_fixture_free(&f);
    assert_int_equal(munmap(pace, sizeof(*pace)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_replays_are_equal),
        cmocka_unit_test(a_frame_is_not_cut),
        cmocka_unit_test(beyond_the_end),
        cmocka_unit_test(the_first_finding_stands),
        cmocka_unit_test(checked_in_the_same_process),
        cmocka_unit_test(checked_from_another_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
