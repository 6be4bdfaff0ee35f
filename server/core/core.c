/*
 * core.c - the loop's side of core: what it hands in and takes back.
 *
 * What is submitted in one turn of the loop is collected here without a lock
 * and crosses to the writer as one list.
 */
#include "core/core.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"
#include "core/workers.h"
#include "core/writer.h"
#include "crypt/crypt.h"

struct core {
    struct writer writer;
    struct workers workers;
    struct queue *in;
    struct queue *done;
    pthread_t thread;
    bool running;
    bool stopping;
    /* submitted in this turn, not yet flushed */
    struct work *turn_first;
    struct work *turn_last;
    size_t turn_count;
};

static struct err start(struct core *c)
{
    struct err e;

    e = writer_prepare(&c->writer);
    if (failed(e)) {
        return e;
    }
    e = workers_start(&c->workers, c->writer.o.wake, c->writer.o.wake_context);
    if (failed(e)) {
        return e;
    }
    e = thread_start(&c->thread, writer_main, &c->writer);
    c->running = !failed(e);
    return e;
}

struct err core_start(const struct core_options *o, struct core **ret_core)
{
    struct core *c;
    struct err e;

    assert(o->store != NULL && o->clock != NULL);
    c = heap_take(sizeof(*c));
    c->writer.o = *o;
    c->writer.workers = &c->workers;
    /* The lanes' own bounds are counted at submit, and hold here too. */
    c->in = queue_new((size_t)LANE_COUNT * LIMIT_LANE_COMMANDS, NULL, NULL);
    c->done = queue_new(SIZE_MAX / 2, o->wake, o->wake_context);
    c->writer.in = c->in;
    c->writer.done = c->done;
    e = start(c);
    if (failed(e)) {
        core_free(c);
        return e;
    }
    *ret_core = c;
    return OK;
}

bool core_submit(struct core *c, struct command_work *w)
{
    _Atomic uint64_t *waiting = &c->writer.figures.waiting[lane_of(w)];

    assert(w->arena != NULL && w->body != NULL);
    if (c->stopping || atomic_load(waiting) >= LIMIT_LANE_COMMANDS) {
        return false;
    }
    (void)atomic_fetch_add(waiting, 1);
    crypt_random(w->entropy, sizeof(w->entropy));
    w->link.next = NULL;
    if (c->turn_first == NULL) {
        c->turn_first = &w->link;
    } else {
        c->turn_last->next = &w->link;
    }
    c->turn_last = &w->link;
    c->turn_count++;
    return true;
}

void core_flush(struct core *c)
{
    if (c->turn_count == 0) {
        return;
    }
    if (!queue_push_list(c->in, c->turn_first, c->turn_last, c->turn_count)) {
        BUG("the queue holds what the lanes may hold");
    }
    c->turn_first = NULL;
    c->turn_last = NULL;
    c->turn_count = 0;
}

void core_tick(struct core *c)
{
    atomic_store(&c->writer.tick.asked, true);
    queue_poke(c->in);
}

struct batch_done *core_take_done(struct core *c)
{
    /* link is the first member: its address is the batch's. */
    return (struct batch_done *)(void *)queue_take_all(c->done);
}

void batch_done_free(struct batch_done *b)
{
    if (b != NULL) {
        free(b->changes);
        free(b);
    }
}

void core_stop(struct core *c)
{
    core_flush(c);
    c->stopping = true;
    queue_close(c->in);
    if (c->running && pthread_join(c->thread, NULL) != 0) {
        BUG("pthread_join");
    }
    c->running = false;
    /* After the writer, which may still ask bulk for keys. */
    workers_stop(&c->workers);
}

void core_free(struct core *c)
{
    if (c == NULL) {
        return;
    }
    core_stop(c);
    workers_release(&c->workers);
    queue_free(c->in);
    queue_free(c->done);
    writer_release(&c->writer);
    free(c);
}

struct core_figures core_figures(const struct core *c)
{
    const struct figures *f = &c->writer.figures;
    struct core_figures ret = {
        .commands = atomic_load(&f->commands),
        .refusals = atomic_load(&f->refusals),
        .events = atomic_load(&f->events),
        .commits = atomic_load(&f->commits),
        .batch_max = atomic_load(&f->batch_max),
        .full = atomic_load(&f->full),
        .ticks = atomic_load(&f->ticks),
        .ticks_failed = atomic_load(&f->ticks_failed),
        .commit_us_total = atomic_load(&f->commit_us_total),
        .commit_us_max = atomic_load(&f->commit_us_max),
    };

    for (int lane = 0; lane < LANE_COUNT; lane++) {
        ret.waiting[lane] = atomic_load(&f->waiting[lane]);
    }
    return ret;
}

bool worker_submit(struct core *c, struct job *j)
{
    assert(j->done != NULL);
    return !c->stopping && workers_submit(&c->workers, j);
}

void worker_run_done(struct core *c) { workers_run_done(&c->workers); }
