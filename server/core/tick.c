/*
 * tick.c - what the clock asks: one command for each due time that has come.
 *
 *      due 10:00 ──┐          batch at 10:07
 *      due 10:05 ──┼──> tick@10:00, tick@10:05, commands@10:07, ticks born
 *      due 11:00   │    meanwhile; the next batch is wanted at 11:00
 *
 * Surprising: a tick runs at its due time and not at the time of its batch, so
 * a timer that is born by one, and is due before now, takes its turn among the
 * others. What fell due while nobody served is handled by the first batch.
 *
 * A tick that fails, or changes nothing, would be the earliest for ever: it is
 * put aside for a minute, with an alarm, and the others go on.
 */
#include "core/writer.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "crypt/crypt.h"

#define ASIDE_US INT64_C(60000000)
#define PAUSE_US INT64_C(1000000) /* until there may be room again */

enum { TICK_MAC_BYTES = 1 + 8 + ID_BYTES + 4 };

static int64_t steady_us(const struct writer *w)
{
    return clock_steady_us(w->o.clock);
}

/* --------------------------------------------------------------- aside -- */

static void forget_aside(struct tick *k, int64_t now_us)
{
    size_t kept = 0;

    for (size_t i = 0; i < k->aside_count; i++) {
        if (k->aside_until_us[i] > now_us) {
            k->aside[kept] = k->aside[i];
            k->aside_until_us[kept] = k->aside_until_us[i];
            kept++;
        }
    }
    k->aside_count = kept;
}

static void pause_for(struct writer *w, int64_t us)
{
    w->tick.pause_until_us = steady_us(w) + us;
}

static void put_aside(struct writer *w, const struct timer *timer)
{
    struct tick *k = &w->tick;

    DIAG(DIAG_ALARM, "tick_failed", DIAG_N("clock", timer->clock),
         DIAG_N("due_s", timer->due_us / 1000000));
    (void)atomic_fetch_add(&w->figures.ticks_failed, 1);
    if (k->aside_count == TIMERS_ASIDE_MAX) { /* so many: not their fault */
        DIAG(DIAG_ALARM, "timers_hold", DIAG_N("failed", k->aside_count));
        pause_for(w, ASIDE_US);
        return;
    }
    k->aside[k->aside_count] = *timer;
    k->aside_until_us[k->aside_count] = steady_us(w) + ASIDE_US;
    k->aside_count++;
}

bool tick_blamed(struct writer *w, struct err e)
{
    struct tick *k = &w->tick;
    bool running = k->running;

    k->running = false;
    k->next_due_us = INT64_MIN; /* what was handled is not */
    if (e.code == ERR_FULL || e.code == ERR_AGAIN) {
        if (k->count == 0) {
            return false;
        }
        pause_for(w, PAUSE_US);
    } else if (running) {
        diag_err("tick_not_kept", e);
        put_aside(w, &k->now);
    }
    return running;
}

/* ------------------------------------------------------------- running -- */

/* A tick has a name, so that one that kills the process twice is quarantined
 * like a command from outside. */
static void name_tick(struct command_work *c, const struct timer *timer)
{
    uint8_t all[TICK_MAC_BYTES] = {'t'};
    struct hash hash;

    store_u64le(all + 1, (uint64_t)timer->due_us);
    memcpy(all + 9, timer->case_id.bytes, ID_BYTES);
    store_u32le(all + 9 + ID_BYTES, (uint32_t)timer->clock);
    hash = crypt_sha256(SPAN(all, sizeof(all)));
    memcpy(c->idem_mac, hash.bytes, sizeof(c->idem_mac));
}

static struct err run_one(struct writer *w, const struct timer *timer)
{
    const struct cmd_tick body = {
        .has_case_id = true,
        .case_id = timer->case_id,
        .has_clock = true,
        .clock = timer->clock,
        .has_due_at = true,
        .due_at = timer->due_us,
    };
    struct command_work *c = &w->tick.work;
    uint64_t events = w->run.event_count;
    int64_t time_us = w->run.time_us;
    struct err e;

    arena_reset(c->arena);
    c->command = COMMAND_TICK;
    c->body = &body;
    c->actor = actor_system();
    name_tick(c, timer);
    crypt_random(c->entropy, sizeof(c->entropy));
    w->tick.now = *timer;
    w->tick.count++;
    w->tick.running = true;
    e = writer_command(w, c, timer->due_us > time_us ? timer->due_us : time_us);
    c->body = NULL;
    if (failed(e)) {
        return e;
    }
    w->tick.running = false;
    if (c->refusal == REFUSAL_SERVER_BUSY ||
        c->refusal == REFUSAL_SERVER_FULL) {
        pause_for(w, PAUSE_US);
    } else if (c->refusal != REFUSAL_NONE || w->run.event_count == events) {
        put_aside(w, timer);
    }
    return OK;
}

/* A timer that cannot even be read holds them all: there is no order without
 * it. */
static struct err find_next(struct writer *w, struct store_txn *t,
                            struct timer *ret)
{
    struct tick *k = &w->tick;
    struct err e = model_next_timer(t, k->aside, k->aside_count, ret);

    if (!is_damage(e)) {
        return e;
    }
    diag_err("timers_unreadable", e);
    DIAG(DIAG_ALARM, "timers_hold", DIAG_N("failed", k->aside_count));
    pause_for(w, ASIDE_US);
    ret->due_us = INT64_MAX;
    return OK;
}

bool tick_holds(const struct writer *w)
{
    return w->stamp.held || w->o.catalogue == NULL ||
           steady_us(w) < w->tick.pause_until_us;
}

struct err tick_run(struct writer *w)
{
    struct tick *k = &w->tick;
    int64_t now_us = stamp_next(&w->stamp, w->o.clock);
    struct timer timer;
    struct err e;

    forget_aside(k, steady_us(w));
    k->next_due_us = INT64_MIN; /* while nothing is looked up */
    while (!tick_holds(w)) {
        e = find_next(w, w->run.t, &timer);
        if (failed(e)) {
            return e;
        }
        k->next_due_us = timer.due_us;
        if (timer.due_us > now_us || k->count == LIMIT_BATCH_TICKS) {
            break;
        }
        if (k->count > 0 && timer_equal(&timer, &k->now)) {
            put_aside(w, &timer); /* handled, and it is still there */
            continue;
        }
        e = run_one(w, &timer);
        if (failed(e)) {
            return e;
        }
    }
    return OK;
}

/* ------------------------------------------------------------- waiting -- */

/* How long until something that was put aside is tried again. */
static int64_t again_in_us(const struct writer *w)
{
    const struct tick *k = &w->tick;
    int64_t now_us = steady_us(w);
    int64_t us = INT64_MAX;

    for (size_t i = 0; i < k->aside_count; i++) {
        int64_t left_us = k->aside_until_us[i] - now_us;

        us = left_us < us ? left_us : us;
    }
    return us;
}

/* How long until the next due time; not above 0: now. */
static int64_t due_in_us(struct writer *w)
{
    int64_t now_us = stamp_next(&w->stamp, w->o.clock);

    return w->tick.next_due_us <= now_us ? 0 : w->tick.next_due_us - now_us;
}

bool tick_wanted(struct writer *w)
{
    bool due = due_in_us(w) == 0 || again_in_us(w) <= 0;

    return atomic_load(&w->tick.asked) || (due && !tick_holds(w));
}

int64_t tick_wait_us(struct writer *w, int64_t max_us)
{
    int64_t left_us = due_in_us(w);
    int64_t again_us = again_in_us(w);
    int64_t pause_us = w->tick.pause_until_us - steady_us(w);

    if (w->stamp.held || w->o.catalogue == NULL) {
        return max_us;
    }
    left_us = again_us < left_us ? again_us : left_us;
    left_us = pause_us > left_us ? pause_us : left_us;
    left_us = left_us > 0 ? left_us : 0;
    return left_us < max_us ? left_us : max_us;
}

struct err tick_init(struct writer *w, struct store_txn *t)
{
    struct timer first;
    struct err e;

    w->tick.work.arena = arena_new(LIMIT_COMMAND_ARENA);
    e = find_next(w, t, &first);
    w->tick.next_due_us = first.due_us;
    return e;
}

void tick_release(struct writer *w)
{
    arena_free(w->tick.work.arena);
    w->tick.work.arena = NULL;
}
