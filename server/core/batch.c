/*
 * batch.c - many commands, one transaction, one fdatasync.
 *
 * A transaction that fails for want of room, or in the middle of a command, is
 * aborted whole and its commands are run again one at a time: those that still
 * fail are refused, the others stand.
 */
#include "core/writer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"

void work_refuse(struct command_work *c, enum refusal refusal)
{
    c->refusal = refusal;
    c->repeated = false;
}

struct change *batch_change(struct writer *w, struct batch_done *b)
{
    assert(b->change_count <= w->change_room);
    if (b->change_count == w->change_room) {
        size_t room = w->change_room == 0 ? 16 : w->change_room * 2;
        struct change *more = heap_take(room * sizeof(*more));

        if (b->change_count > 0) {
            memcpy(more, b->changes, b->change_count * sizeof(*more));
        }
        free(b->changes);
        b->changes = more;
        w->change_room = room;
    }
    return &b->changes[b->change_count];
}

/* The refusal that stands for an error, or REFUSAL_NONE: none does. */
static enum refusal refusal_for(struct err e)
{
    switch (e.code) {
    case ERR_FULL:
        return REFUSAL_SERVER_FULL;
    case ERR_AGAIN: /* the key pool is empty */
        return REFUSAL_SERVER_BUSY;
    case ERR_LIMIT: /* an event larger than a record may be */
    case ERR_INPUT: /* an event about somebody who was erased */
        return REFUSAL_SERVER_FAILED;
    default: /* err.code is a number: every other one stops the process */
        return REFUSAL_NONE;
    }
}

static struct err commit_timed(struct writer *w)
{
    int64_t began_us = clock_steady_us(w->o.clock);
    uint64_t took_us;
    struct err e;

    e = store_commit(w->run.t);
    w->run.t = NULL;
    took_us = (uint64_t)(clock_steady_us(w->o.clock) - began_us);
    atomic_fetch_add(&w->figures.commits, failed(e) ? 0 : 1);
    atomic_fetch_add(&w->figures.commit_us_total, took_us);
    if (took_us > atomic_load(&w->figures.commit_us_max)) {
        atomic_store(&w->figures.commit_us_max, took_us);
    }
    return e;
}

/* Makes the transaction durable, and only then remembers what it held. */
static struct err commit(struct writer *w)
{
    struct run *r = &w->run;
    struct log_position head = store_position(r->t);
    struct err e;

    r->checkpoint = checkpoint_due(w, head.seq);
    if (r->checkpoint) {
        e = log_checkpoint(r->t, r->time_us, (struct text){0});
        if (failed(e)) {
            return e;
        }
    }
    e = commit_timed(w);
    if (failed(e)) {
        return e;
    }
    atomic_fetch_add(&w->figures.events, r->event_count);
    atomic_fetch_add(&w->figures.ticks, w->tick.count);
    if (r->checkpoint) {
        checkpoint_made(w, head.seq);
    }
    r->out->position = head;
    r->out->committed = true;
    if (r->event_count > 0) {
        w->last_time_us = r->time_us;
    }
    for (size_t i = 0; i < r->noted_count; i++) {
        recent_note(w->recent, r->noted[i].key, r->noted[i].at_us);
    }
    return OK;
}

static struct err run_all(struct writer *w, struct command_work *first,
                          size_t count)
{
    struct command_work *c = first;

    for (size_t i = 0; i < count; i++) {
        struct err e = writer_command(w, c, stamp_next(&w->stamp, w->o.clock));

        if (failed(e)) {
            return e;
        }
        c = command_next(c);
    }
    return OK;
}

/* What is due comes before the commands, so that none is still in time that is
 * too late; and what they gave birth to, after them. */
static struct err run_ticks_and_all(struct writer *w,
                                    struct command_work *first, size_t count)
{
    struct err e = tick_run(w);

    if (!failed(e) && count > 0) {
        e = run_all(w, first, count);
        return failed(e) ? e : tick_run(w);
    }
    return e;
}

/* One transaction for count commands. On an error nothing of it stands. */
static struct err attempt_once(struct writer *w, struct batch_done *b,
                               struct command_work *first, size_t count)
{
    struct run *r = &w->run;
    size_t changes_before = b->change_count;
    struct err e;

    r->out = b;
    r->wrote = false;
    r->keys_low = false;
    r->time_us = w->last_time_us;
    r->event_count = 0;
    r->noted_count = 0;
    w->tick.count = 0;
    w->tick.running = false;
    e = store_write_begin(w->o.store, &r->t);
    if (failed(e)) {
        return e;
    }
    e = run_ticks_and_all(w, first, count);
    /* A crash from here on is the store's, not a command's: only an error that
     * stops the process is one of the command that was run. */
    if (!failed(e) || refusal_for(e) != REFUSAL_NONE) {
        inflight_mark(&w->inflight, (struct command_name){0});
    }
    if (!failed(e)) {
        if (r->wrote) {
            e = commit(w);
        } else {
            b->position = store_position(r->t);
        }
    }
    if (failed(e)) {
        b->change_count = changes_before;
    }
    store_end(r->t);
    r->t = NULL;
    return e;
}

/* The same, without a tick that fails. It ends: each round puts one aside, or
 * all off. */
static struct err attempt(struct writer *w, struct batch_done *b,
                          struct command_work *first, size_t count)
{
    struct err e;

    do {
        e = attempt_once(w, b, first, count);
    } while (failed(e) && refusal_for(e) != REFUSAL_NONE && tick_blamed(w, e));
    return e;
}

static void count_figures(struct writer *w, const struct batch_done *b)
{
    struct command_work *c = b->commands;
    uint64_t refusals = 0;
    uint64_t full = 0;

    for (size_t i = 0; i < b->command_count; i++) {
        refusals += c->refusal != REFUSAL_NONE;
        full += c->refusal == REFUSAL_SERVER_FULL;
        c = command_next(c);
    }
    atomic_fetch_add(&w->figures.commands, b->command_count);
    atomic_fetch_add(&w->figures.refusals, refusals);
    atomic_fetch_add(&w->figures.full, full);
    if (b->command_count > atomic_load(&w->figures.batch_max)) {
        atomic_store(&w->figures.batch_max, b->command_count);
    }
}

/* Refuses c and all behind it. */
static void refuse_from(struct command_work *c, enum refusal refusal)
{
    while (c != NULL) {
        work_refuse(c, refusal);
        c = command_next(c);
    }
}

/* The whole batch has failed: each command for itself. */
static struct err one_by_one(struct writer *w, struct batch_done *b)
{
    struct err last = OK;
    size_t count = 0;

    for (struct command_work *c = b->commands; c != NULL; c = command_next(c)) {
        struct err e = attempt(w, b, c, 1);

        if (!failed(e)) {
            continue;
        }
        if (refusal_for(e) == REFUSAL_NONE) {
            refuse_from(c, REFUSAL_SERVER_FAILED);
            return e;
        }
        work_refuse(c, refusal_for(e));
        last = e;
        count++;
    }
    if (count > 0) { /* one line a batch: the disk may be full of lines */
        diag_err("not_kept", last);
        DIAG(DIAG_ALARM, "commands_not_kept", DIAG_N("count", count));
    }
    return OK;
}

struct err batch_run(struct writer *w, struct batch_done *b)
{
    struct err e;

    assert((b->commands != NULL) == (b->command_count > 0));
    w->change_room = 0;
    e = w->dead ? ERR(ERR_SYS) : attempt(w, b, b->commands, b->command_count);
    if (failed(e)) {
        if (refusal_for(e) == REFUSAL_NONE) {
            refuse_from(b->commands, REFUSAL_SERVER_FAILED);
        } else {
            e = one_by_one(w, b);
        }
    }
    count_figures(w, b);
    b->timers_hold = tick_holds(w);
    b->next_due_us = b->timers_hold ? INT64_MAX : w->tick.next_due_us;
    return e;
}
