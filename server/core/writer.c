/*
 * writer.c - the writer's thread: take, run, deliver.
 *
 * Group commit comes by itself: whatever came while the last batch was being
 * made durable is the next batch.
 */
#include "core/writer.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/diag.h"

enum {
    CHECKPOINT_RECORDS = 1000, /* below what store_open is willing to check */
    EXIT_TRY_AGAIN = 75,
    EXIT_DAMAGED = 3,
};
#define CHECKPOINT_US INT64_C(60000000)
#define KEYS_AGAIN_US INT64_C(1000000)

/* ---------------------------------------------------------------- keys -- */

static void fill_keys(struct job *j)
{
    struct key_filler *f = (struct key_filler *)(void *)j;
    struct err e = store_keys_fill(f->store, LIMIT_KEY_POOL);

    if (failed(e)) {
        diag_err("key_pool", e);
    }
    atomic_store(&f->failed_code, e.code);
    atomic_store(&f->busy, false);
}

/* Asks bulk for more keys, unless it is at it, or has just found no room. */
static void want_keys(struct writer *w)
{
    int64_t now_us = clock_steady_us(w->o.clock);

    if (atomic_load(&w->filler.failed_code) == ERR_FULL &&
        now_us - w->keys_wanted_us < KEYS_AGAIN_US) {
        return;
    }
    if (atomic_exchange(&w->filler.busy, true)) {
        return;
    }
    w->keys_wanted_us = now_us;
    w->filler.job =
        (struct job){.run = fill_keys, .done = NULL, .kind = WORKER_BULK};
    if (!workers_submit(w->workers, &w->filler.job)) {
        atomic_store(&w->filler.busy,
                     false); /* asked again by the next batch */
    }
}

/* The keys' environment failed in a way that more room does not mend. */
static bool keys_failed(const struct writer *w)
{
    int32_t code = atomic_load(&w->filler.failed_code);

    return code != ERR_NONE && code != ERR_FULL;
}

/* ---------------------------------------------------------------- room -- */

/* Ordinary commands stop while those with x-reserve still have room. */
static bool room_low(const struct store *s)
{
    struct store_room room = store_room(s);

    return room.map_used_bytes / LIMIT_MAP_PERCENT >= room.map_bytes / 100 ||
           room.disk_free_bytes < LIMIT_DISK_RESERVE_BYTES;
}

/* --------------------------------------------------------- checkpoints -- */

bool checkpoint_due(const struct writer *w, uint64_t head_seq)
{
    if (head_seq <= w->checkpoint_seq) {
        return false;
    }
    return head_seq - w->checkpoint_seq >= CHECKPOINT_RECORDS ||
           clock_steady_us(w->o.clock) - w->checkpoint_steady_us >=
               CHECKPOINT_US;
}

void checkpoint_made(struct writer *w, uint64_t head_seq)
{
    w->checkpoint_seq = head_seq;
    w->checkpoint_steady_us = clock_steady_us(w->o.clock);
    (void)store_readers_check(w->o.store); /* how many is no matter here */
}

/* With no batch at hand: a quiet minute, and the end. */
static struct err write_checkpoint(struct writer *w)
{
    struct store_txn *t;
    uint64_t head_seq;
    struct err e;

    e = store_write_begin(w->o.store, &t);
    if (failed(e)) {
        return e;
    }
    head_seq = store_position(t).seq;
    e = log_checkpoint(t, w->last_time_us, (struct text){0});
    if (failed(e)) {
        store_end(t);
        return e;
    }
    e = store_commit(t);
    if (!failed(e)) {
        checkpoint_made(w, head_seq);
    }
    return e;
}

/* False: the store failed, and the process should stop with *ret_e. */
static bool checkpoint_keep(struct writer *w, struct err *ret_e)
{
    struct err e = write_checkpoint(w);

    if (!failed(e)) {
        return true;
    }
    diag_err("checkpoint", e);
    if (e.code == ERR_FULL) { /* only a longer tail to check at start */
        w->checkpoint_steady_us = clock_steady_us(w->o.clock);
        return true;
    }
    *ret_e = e;
    return false;
}

/* ---------------------------------------------------------------- stop -- */

/* A store that fails in a way that no refusal stands for: stop, and let the
 * next start find a whole store. The mark of the command being run stays. */
static void fatal(struct writer *w, struct err e)
{
    diag_err("store_failed", e);
    w->dead = true;
    if (w->o.fatal != NULL) {
        w->o.fatal(w->o.fatal_context, e);
        return;
    }
    _exit(e.code == ERR_CORRUPT || e.code == ERR_TAMPERED || e.code == ERR_KEY
              ? EXIT_DAMAGED
              : EXIT_TRY_AGAIN);
}

/* -------------------------------------------------------------- thread -- */

/* A batch in which only the clock was looked at is no news, unless somebody
 * asked for it. */
static void deliver(struct writer *w, struct batch_done *b)
{
    if (b->command_count == 0 && !b->committed && !b->asked) {
        batch_done_free(b);
    } else if (!queue_push(w->done, &b->link)) {
        BUG("the done queue is never closed");
    }
}

static void run_batch(struct writer *w)
{
    struct lanes_taken taken = lanes_take(&w->lanes, LIMIT_BATCH_COMMANDS);
    struct batch_done *b = heap_take(sizeof(*b));
    bool was_dead = w->dead;
    struct err e;

    b->asked = atomic_exchange(&w->tick.asked, false);
    for (int lane = 0; lane < LANE_COUNT; lane++) {
        (void)atomic_fetch_sub(&w->figures.waiting[lane], taken.of_lane[lane]);
    }
    b->commands = taken.first;
    b->command_count = taken.count;
    w->run.room_low = room_low(w->o.store);
    if (w->run.room_low) { /* perhaps it is only held by a dead reader */
        (void)store_readers_check(w->o.store);
    }
    e = batch_run(w, b);
    if (!failed(e) && keys_failed(w)) {
        e = ERR(atomic_load(&w->filler.failed_code));
    }
    if (failed(e) && !was_dead) {
        fatal(w, e);
    }
    if (w->run.keys_low && !w->dead) {
        want_keys(w);
    }
    if (b->committed) {
        w->head_seq = b->position.seq;
    }
    picture_renew(w, b);
    deliver(w, b);
}

/* Waits for commands or the next due time; false when there will be no more
 * commands. */
static bool take_commands(struct writer *w)
{
    struct work *list;

    if (!lanes_empty(&w->lanes)) {
        lanes_add(&w->lanes, queue_take_all(w->in));
        return true;
    }
    list = queue_wait_all(w->in, tick_wait_us(w, CHECKPOINT_US));
    if (list == NULL && queue_closed(w->in)) {
        /* What came between the wait and the closing. */
        list = queue_take_all(w->in);
        if (list == NULL) {
            return false;
        }
    }
    lanes_add(&w->lanes, list);
    return true;
}

void *writer_main(void *context)
{
    struct writer *w = context;
    struct err e;

    while (take_commands(w)) {
        if (!lanes_empty(&w->lanes) || tick_wanted(w)) {
            run_batch(w);
        } else if (!w->dead && checkpoint_due(w, w->head_seq) &&
                   !checkpoint_keep(w, &e)) {
            fatal(w, e);
        }
    }
    if (!w->dead && w->head_seq > w->checkpoint_seq) {
        (void)checkpoint_keep(w, &e); /* it has said so: we stop anyway */
    }
    if (!w->dead) {
        inflight_mark(&w->inflight, (struct command_name){0});
    }
    return NULL;
}

/* Where the log stands: the newest time and the newest checkpoint. */
static struct err read_state(struct writer *w, struct store_txn *t,
                             uint64_t *ret_keys_ahead)
{
    struct log_position head = store_position(t);
    struct table_walk *walk;
    struct record last;
    struct span key;
    struct span value;
    struct err e;

    w->head_seq = head.seq;
    if (head.seq > 0) {
        e = log_read(t, head.seq, &last);
        if (failed(e)) {
            return e;
        }
        w->last_time_us = last.head.time_us;
    }
    e = table_walk_begin(t, TABLE_CHECKPOINT, &walk);
    if (failed(e)) {
        return e;
    }
    if (table_walk_seek(walk, (struct span){0}, false, &key, &value)) {
        w->checkpoint_seq = checkpoint_key_seq(key.at);
    }
    if (w->checkpoint_seq > head.seq) { /* damaged: the next one is due */
        w->checkpoint_seq = 0;
    }
    *ret_keys_ahead = store_keys_ahead(t);
    return table_walk_end(walk);
}

struct err writer_prepare(struct writer *w)
{
    struct store_txn *t;
    uint64_t keys_ahead = 0;
    struct err e;

    w->recent = recent_new();
    w->inflight.fd = -1;
    w->filler.store = w->o.store;
    atomic_init(&w->filler.busy, false);
    w->checkpoint_steady_us = clock_steady_us(w->o.clock);
    e = store_read_begin(w->o.store, &t);
    if (failed(e)) {
        return e;
    }
    e = read_state(w, t, &keys_ahead);
    if (!failed(e)) {
        e = tick_init(w, t);
    }
    store_end(t);
    if (failed(e)) {
        return e;
    }
    stamp_init(&w->stamp, w->o.clock, w->last_time_us);
    if (keys_ahead < LIMIT_KEY_POOL_LOW) {
        e = store_keys_fill(w->o.store, LIMIT_KEY_POOL);
        /* Without room the server still starts: reads go on. */
        if (failed(e) && e.code != ERR_FULL) {
            return e;
        }
    }
    return inflight_open(&w->inflight, w->o.dir, w->o.store,
                         clock_wall_us(w->o.clock));
}

void writer_release(struct writer *w)
{
    tick_release(w);
    inflight_close(&w->inflight);
    recent_free(w->recent);
    w->recent = NULL;
    picture_release(w);
}
