/*
 * writer.h - what the files of the writer share.
 *
 *      command.c   one command in an open transaction
 *      tick.c      the commands that the clock asks
 *      batch.c     one transaction for many commands; one by one when it fails
 *      picture.c   the catalogue, when it changes
 *      writer.c    the thread: take, run, deliver; room, keys, checkpoints
 *
 * OWNS    struct writer belongs to the writer's thread while it runs, but for
 *         figures, which are atomics.
 */
#ifndef HUTONG_CORE_WRITER_H
#define HUTONG_CORE_WRITER_H

#include <stdatomic.h>

#include "core/core.h"
#include "core/inflight.h"
#include "core/lanes.h"
#include "core/recent.h"
#include "core/stamp.h"
#include "core/workers.h"

struct figures {
    _Atomic uint64_t commands, refusals, events, commits, batch_max, full;
    _Atomic uint64_t ticks, ticks_failed;
    _Atomic uint64_t waiting[LANE_COUNT];
    _Atomic uint64_t commit_us_total, commit_us_max;
};

/* The bulk job that fills the key pool; never twice at once. */
struct key_filler {
    struct job job;
    struct store *store;
    atomic_bool busy;
    _Atomic int32_t failed_code; /* enum err_code; 0: nothing failed */
};

struct noted { /* trail entries to remember once they are durable */
    struct recent_key key;
    int64_t at_us;
};

/* A catalogue that was adopted while we run; none is freed before the end,
 * since somebody may still read by it. */
struct picture {
    struct catalogue *catalogue;
    struct picture *before;
};

struct run { /* one transaction and what it makes */
    struct store_txn *t;
    struct batch_done *out;
    bool room_low; /* ordinary commands are refused */
    bool wrote;
    bool keys_low;
    bool checkpoint; /* one was put */
    int64_t time_us; /* of the newest command, at least the last record's */
    uint64_t event_count;
    size_t noted_count;
    struct noted noted[LIMIT_BATCH_COMMANDS];
    struct outcome outcome; /* of the command being run: too big for a stack */
};

enum { TIMERS_ASIDE_MAX = 32 };

struct tick {          /* what tick.c keeps */
    atomic_bool asked; /* by core_tick; the only member of others */
    bool running;      /* the command being run is a tick */
    size_t count;      /* of ticks in the transaction being made */
    struct timer now;  /* the newest of them */
    struct command_work work;
    /* Those that could not be handled, and until when they are passed over;
     * steady time. */
    struct timer aside[TIMERS_ASIDE_MAX];
    int64_t aside_until_us[TIMERS_ASIDE_MAX];
    size_t aside_count;
    int64_t pause_until_us; /* none is handled before that; steady */
    int64_t next_due_us;    /* INT64_MIN: it must be looked up */
};

struct writer {
    struct core_options o;
    struct queue *in;   /* borrowed from core */
    struct queue *done; /* borrowed from core */
    struct workers *workers;
    struct figures figures;
    struct lanes lanes;
    struct inflight inflight;
    struct stamp stamp;
    struct tick tick;
    struct recent *recent;
    struct key_filler filler;
    struct picture *pictures; /* adopted since the start, newest first */
    struct run run;
    int64_t last_time_us; /* of the last durable record */
    size_t change_room;   /* of the batch being run */
    uint64_t head_seq;
    uint64_t checkpoint_seq; /* the newest one's */
    int64_t checkpoint_steady_us;
    int64_t keys_wanted_us; /* steady; when bulk was last asked */
    bool dead;              /* a store error that a test looks at */
};

/* ---- command.c ---- */

/* Runs one command in w->run, at a time not before that of the last one. An
 * error means that the transaction holds half a command and must be aborted; a
 * refusal has put nothing. */
struct err writer_command(struct writer *w, struct command_work *c,
                          int64_t time_us) MUST_USE;

/* ---- tick.c ---- */

/* Finds the first due time in t; for the start. */
struct err tick_init(struct writer *w, struct store_txn *t) MUST_USE;
void tick_release(struct writer *w);
/* Runs what is due by now in w->run, in order of due times, each as if at its
 * own; at most LIMIT_BATCH_TICKS of one transaction. What cannot be handled is
 * put aside for a minute. Errors as of writer_command. */
struct err tick_run(struct writer *w) MUST_USE;
/* The transaction is aborted for e. True: a tick was at fault, and will not be
 * in the next attempt. */
bool tick_blamed(struct writer *w, struct err e);
/* Somebody asked, or something is due. */
bool tick_wanted(struct writer *w);
/* How long the writer may wait for commands, at most max_us. */
int64_t tick_wait_us(struct writer *w, int64_t max_us);
/* True while no due time is handled. */
bool tick_holds(const struct writer *w);

/* ---- batch.c ---- */

/* Runs the commands of b and fills everything in it. An error is one that no
 * refusal stands for: the caller stops. */
struct err batch_run(struct writer *w, struct batch_done *b) MUST_USE;
/* Room for one more change; the caller fills it and counts it. */
struct change *batch_change(struct writer *w, struct batch_done *b);
void work_refuse(struct command_work *c, enum refusal refusal);

/* ---- picture.c ---- */

/* After the commit of a batch that adopted a catalogue: builds the picture that
 * the next command is decided by, and hands it to the loop with the batch. */
void picture_renew(struct writer *w, struct batch_done *b);
void picture_release(struct writer *w);

/* ---- writer.c ---- */

/* A checkpoint bounds what a start has to check: one every 1,000 records, and
 * after a minute with any. It goes into the transaction of a batch. */
bool checkpoint_due(const struct writer *w, uint64_t head_seq);
void checkpoint_made(struct writer *w, uint64_t head_seq);

/* Reads where the log stands, fills the key pool, counts crashes. */
struct err writer_prepare(struct writer *w) MUST_USE;
/* The thread; context is the writer. Ends when `in` is closed and empty. */
void *writer_main(void *context);
void writer_release(struct writer *w);

#endif
