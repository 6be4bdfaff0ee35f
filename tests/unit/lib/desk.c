/*
 * desk.c - see desk.h.
 */
#include "lib/desk.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void desk_make(struct desk *d, uint64_t map_bytes)
{
    memset(d, 0, sizeof(*d));
    city_make(&d->city, map_bytes);
    assert_int_equal(sem_init(&d->woken, 0, 0), 0);
}

static void wake(void *context)
{
    struct desk *d = context;

    (void)sem_post(&d->woken); /* at its maximum somebody is awake anyway */
}

static void note_fatal(void *context, struct err e)
{
    struct desk *d = context;

    d->fatal = e;
}

void desk_start(struct desk *d, int64_t wall_us)
{
    struct core_options o = {
        .store = d->city.store.store,
        .catalogue = d->city.catalogue,
        .wake = wake,
        .wake_context = d,
        .dir = d->city.store.dir,
        .fatal = d->look_at_fatal ? note_fatal : NULL,
        .fatal_context = d,
    };

    assert_null(d->core);
    d->clock = clock_new_test(wall_us);
    o.clock = d->clock;
    assert_int_equal(core_start(&o, &d->core).code, ERR_NONE);
}

static void take_batch(struct desk *d, struct batch_done *b)
{
    struct command_work *w = b->commands;

    for (size_t i = 0; i < b->command_count; i++) {
        struct command_work *next = (struct command_work *)(void *)w->link.next;

        assert_true(d->order_count < DESK_CHANGES);
        d->order[d->order_count] = w;
        d->order_count++;
        d->waiting--;
        w = next;
    }
    assert_null(w);
    for (size_t i = 0; i < b->change_count; i++) {
        assert_true(d->change_count < DESK_CHANGES);
        d->changes[d->change_count] = b->changes[i];
        d->change_count++;
    }
    d->position = b->position;
    d->asked = b->asked;
    d->timers_hold = b->timers_hold;
    d->next_due_us = b->next_due_us;
    d->catalogue = b->catalogue != NULL ? b->catalogue : d->catalogue;
    d->batches++;
    batch_done_free(b);
}

static void take_done(struct desk *d)
{
    struct batch_done *b = core_take_done(d->core);

    while (b != NULL) {
        struct batch_done *next = (struct batch_done *)(void *)b->link.next;

        take_batch(d, b);
        b = next;
    }
}

void desk_stop(struct desk *d)
{
    if (d->core == NULL) {
        return;
    }
    core_stop(d->core);
    take_done(d);
    worker_run_done(d->core);
    core_free(d->core);
    d->core = NULL;
    clock_free(d->clock);
    d->clock = NULL;
    assert_int_equal(d->waiting, 0);
}

void desk_free(struct desk *d)
{
    desk_stop(d);
    (void)sem_destroy(&d->woken);
    city_free(&d->city);
}

struct command_work *desk_work(struct desk *d, const struct actor *actor,
                               enum command command, const void *body,
                               size_t size)
{
    struct arena *a = arena_new(LIMIT_COMMAND_ARENA);
    struct command_work *w = heap_take(sizeof(*w));
    void *copy = arena_take(a, size);

    (void)d;
    memcpy(copy, body, size);
    w->command = command;
    w->body = copy;
    w->arena = a;
    w->actor = *actor;
    return w;
}

void desk_key(struct command_work *w, uint8_t n, uint8_t body)
{
    w->has_idem = true;
    w->idem_day = CITY_DAY;
    memset(w->idem_key, n, sizeof(w->idem_key));
    memset(w->idem_mac, body, sizeof(w->idem_mac));
}

bool desk_submit(struct desk *d, struct command_work *w)
{
    bool taken = core_submit(d->core, w);

    d->waiting += taken;
    return taken;
}

static void wait_woken(struct desk *d)
{
    while (sem_wait(&d->woken) != 0) {
        assert_int_equal(errno, EINTR);
    }
    take_done(d);
}

void desk_wait_batch(struct desk *d)
{
    size_t batches = d->batches;

    take_done(d);
    while (d->batches == batches) {
        wait_woken(d);
    }
}

void desk_tick(struct desk *d)
{
    do {
        core_tick(d->core);
        do {
            desk_wait_batch(d);
        } while (!d->asked);
    } while (d->next_due_us <= clock_wall_us(d->clock));
}

void desk_wait(struct desk *d)
{
    core_flush(d->core);
    take_done(d);
    while (d->waiting > 0) {
        wait_woken(d);
    }
}

void desk_drop(struct command_work *w)
{
    arena_free(w->arena);
    free(w);
}

enum refusal desk_do(struct desk *d, const struct actor *actor,
                     enum command command, const void *body, size_t size)
{
    struct command_work *w = desk_work(d, actor, command, body, size);
    enum refusal refusal;

    assert_true(desk_submit(d, w));
    desk_wait(d);
    refusal = w->refusal;
    desk_drop(w);
    d->order_count = 0; /* w stood last in it */
    return refusal;
}

uint64_t desk_records(struct desk *d)
{
    struct store_txn *t;
    uint64_t seq;

    assert_int_equal(store_read_begin(d->city.store.store, &t).code, ERR_NONE);
    seq = store_position(t).seq;
    store_end(t);
    return seq;
}

void desk_verify(struct desk *d)
{
    struct verify_report report;
    struct err e = store_verify(d->city.store.store, model_apply, &report);

    if (failed(e)) {
        fail_msg("verify: %s at %llu", report.what,
                 (unsigned long long)report.bad_seq);
    }
}
