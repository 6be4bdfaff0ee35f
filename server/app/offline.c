/*
 * offline.c - a core without a loop: submit, flush, wait, take.
 */
#include "app/offline.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>

#include "app/wake.h"

struct offline {
    struct store *store;
    struct catalogue *catalogue;
    struct clock *clock;
    struct core *core;
    const char *dir;
    struct wake wake;
};

void *app_body(size_t size, struct arena **ret_arena)
{
    struct arena *a = arena_new(LIMIT_COMMAND_ARENA);
    void *body = arena_take(a, size);

    if (body == NULL)
        BUG("a new arena is full");
    *ret_arena = a;
    return body;
}

struct store_options app_store_options(const struct args *a, bool lock,
                                       bool read_only)
{
    return (struct store_options){
        .dir = a->value[OPTION_DATA],
        .key_path = a->key_path,
        .map_bytes = a->map_bytes,
        .lock = lock,
        .read_only = read_only,
    };
}

static struct err load_catalogue(struct offline *o)
{
    struct store_txn *t;
    struct err e = store_read_begin(o->store, &t);

    if (failed(e))
        return e;
    e = catalogue_load(t, &o->catalogue);
    store_end(t);
    if (e.code == ERR_MISSING) { /* a store that is just being made */
        o->catalogue = NULL;
        return OK;
    }
    return e;
}

static struct err start(struct offline *o)
{
    struct core_options options = {
        .store = o->store,
        .clock = o->clock,
        .wake = wake_up,
        .wake_context = &o->wake,
        .dir = o->dir,
    };
    struct err e = load_catalogue(o);

    if (failed(e))
        return e;
    options.catalogue = o->catalogue;
    return core_start(&options, &o->core);
}

static void stop(struct offline *o)
{
    core_free(o->core);
    catalogue_free(o->catalogue);
    o->core = NULL;
    o->catalogue = NULL;
}

struct err offline_open(const struct args *a, struct offline **ret_offline)
{
    struct store_options options = app_store_options(a, true, false);
    struct offline *o = heap_take(sizeof *o);
    struct err e = wake_init(&o->wake);

    o->dir = options.dir;
    o->clock =
        a->has_test_clock ? clock_new_test(a->test_clock_us) : clock_new_real();
    if (!failed(e))
        e = store_open(&options, &o->store);
    if (!failed(e))
        e = start(o);
    if (failed(e)) {
        offline_close(o);
        return e;
    }
    *ret_offline = o;
    return OK;
}

void offline_close(struct offline *o)
{
    if (o == NULL)
        return;
    stop(o);
    if (o->store != NULL)
        store_close(o->store);
    clock_free(o->clock);
    wake_release(&o->wake);
    free(o);
}

struct err offline_reload(struct offline *o)
{
    stop(o);
    return start(o);
}

static struct command_work *wait_for(struct offline *o)
{
    struct pollfd poll_in = {.fd = o->wake.fd, .events = POLLIN};
    struct command_work *w = NULL;

    while (w == NULL) {
        struct batch_done *b, *next;

        (void)poll(&poll_in, 1, -1);
        wake_clear(&o->wake);
        worker_run_done(o->core);
        for (b = core_take_done(o->core); b != NULL; b = next) {
            next = (struct batch_done *)(void *)b->link.next;
            assert(w == NULL || b->command_count == 0);
            if (b->command_count > 0)
                w = b->commands;
            batch_done_free(b);
        }
    }
    return w;
}

struct err offline_run(struct offline *o, enum command command,
                       struct arena *take_a, const void *body,
                       enum refusal *ret_refusal)
{
    struct command_work *w = arena_take(take_a, sizeof *w);

    if (w == NULL) {
        arena_free(take_a);
        return ERR(ERR_LIMIT);
    }
    w->command = command;
    w->body = body;
    w->arena = take_a;
    w->actor = actor_system();
    if (!core_submit(o->core, w)) {
        arena_free(take_a);
        return ERR(ERR_AGAIN);
    }
    core_flush(o->core);
    w = wait_for(o);
    *ret_refusal = w->refusal;
    arena_free(w->arena);
    return OK;
}
