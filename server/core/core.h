/*
 * core.h - the door of core/: lanes, the writer, and the workers.
 *
 * WHY     Nothing leaves before it is durable. The loop hands commands over;
 *         one writer thread takes everything that waits, in lane order, decides
 *         and applies each in one LMDB transaction, commits once, hands all
 *         results back. Group commit comes by itself. What falls due is a
 *         command of the writer's own: it wakes for it, also at the start for
 *         what was missed.
 * SHAPE   loop --core_submit--> (turn) --core_flush--> one queue ==> writer,
 *         which sorts into lanes ==> done queue --wake--> loop
 *         --core_take_done--> batches, oldest first.
 * OWNS    its threads. A command_work belongs to core from submit until it
 *         comes back in a batch; its arena goes with it.
 * THREAD  core_submit, core_take_done, worker_submit, worker_take_done: the
 *         loop. wake is called on any thread.
 * ERRORS  refusals in command_work.refusal; ENOSPC and the like become
 *         REFUSAL_SERVER_FULL for those that fail one by one; any other store
 *         failure stops the process after a diagnostic (crash-only).
 */
#ifndef HUTONG_CORE_CORE_H
#define HUTONG_CORE_CORE_H

#include "base/clock.h"
#include "base/queue.h"
#include "model/model.h"

struct core;

struct core_options {
    struct store *store;
    const struct catalogue *catalogue;
    const struct clock *clock;
    void (*wake)(void *context); /* results wait: call core_take_done soon */
    void *wake_context;
    /* The store's folder: DIR/inflight names the command being run, so that
     * one that kills the process twice is quarantined. NULL: no such file. */
    const char *dir;
    /* After a store error that is no refusal, on the writer's thread. NULL:
     * the process stops (crash-only). A test may look instead: the writer then
     * refuses everything. */
    void (*fatal)(void *context, struct err e);
    void *fatal_context;
};

struct command_work {
    struct work link;
    /* in */
    enum command command;
    const void *body; /* struct cmd_<name>, in arena */
    struct arena *arena;
    struct actor actor;
    bool has_idem;
    uint32_t idem_day;
    uint8_t idem_key[16]; /* MAC of account || key */
    uint8_t idem_mac[16]; /* MAC of command || path || body bytes; also for
                             commands from outside that take no key; zero:
                             the server's own, never quarantined */
    bool has_if_match;
    uint32_t if_match;
    uint16_t flags;                 /* enum record_flag */
    uint8_t entropy[ENTROPY_BYTES]; /* filled by core_submit */
    void *owner; /* the loop's, opaque; NULL once the client left */
    /* out */
    enum refusal refusal;
    /* To be put into the trail by a record_denied of the loop's, after the
     * answer: an answer that waited for that commit would tell, by its time,
     * that there is something to be denied. */
    bool denied_by_right;
    struct field_problem problem;
    uint32_t current_version;
    struct id object;
    uint32_t version;
    bool repeated; /* an idempotent repeat: object is the first one's */
    /* Of this command's first record (a repeat: of the first time); with no
     * record, the head that the command saw. */
    struct log_position position;
    int64_t time_us;
};

struct change { /* a case whose head the batch changed, in log order */
    struct id case_id;
    bool had_before;
    uint8_t before[CASE_HEAD_BYTES];
    uint8_t after[CASE_HEAD_BYTES];
    uint16_t event;
    struct log_position position;
};

struct batch_done {
    struct work link;
    struct command_work *commands; /* list through link.next, or NULL */
    size_t command_count;
    struct change *changes;
    size_t change_count;
    struct log_position position; /* head after the commit */
    bool committed; /* something became durable: the head may have moved */
    /* The city's decisions after a catalogue was adopted, else NULL: from here
     * on for everything that the loop does. Lives as long as core. */
    const struct catalogue *catalogue;
    bool asked; /* it began after the core_tick before it */
    /* No due time is handled now: the wall clock is not believed, or there is
     * no room. */
    bool timers_hold;
    /* The earliest one that waits, INT64_MAX: none. What is due already is
     * handled next, without being asked for. */
    int64_t next_due_us;
};

/* Fills the key pool, counts what was in flight at a crash, starts the
 * threads. The store must hold its flock. */
struct err core_start(const struct core_options *o,
                      struct core **ret_core) MUST_USE;
/* False when the lane is full or core is stopping: the work stays the
 * caller's (503). Lane comes from command_info. Fills entropy.
 * record_read and record_denied may be sent every time: what already stands
 * in the trail (same session, object and mask within 15 min; same denial within
 * a minute) is granted without another record. */
bool core_submit(struct core *c, struct command_work *w);
/* Hands what was submitted in this loop turn to the writer in one go. */
void core_flush(struct core *c);
/* Lets the writer look at its clock now, and answer with a batch of which
 * asked is true, perhaps without commands. It looks by itself when the next due
 * time comes; this is for a clock that was moved. */
void core_tick(struct core *c);
struct batch_done *core_take_done(struct core *c); /* list, or NULL */
void batch_done_free(struct batch_done *b);        /* not its commands */
/* Refuses new work, drains, joins the threads. Results still wait in
 * core_take_done and worker_run_done. Twice is once. */
void core_stop(struct core *c);
/* Stops it; every result must have been taken. NULL is a no-op. */
void core_free(struct core *c);

struct core_figures { /* for /metrics; any thread */
    uint64_t commands, refusals, events, commits, batch_max;
    uint64_t full; /* commands refused for want of room */
    uint64_t ticks, ticks_failed;
    uint64_t waiting[LANE_COUNT];
    uint64_t commit_us_total, commit_us_max;
};
struct core_figures core_figures(const struct core *c);

/* ----------------------------------------------------------- workers ---- */

/* reader, secret, bulk: a job runs there and comes back to the loop. */
enum worker_kind { WORKER_READER, WORKER_SECRET, WORKER_BULK, WORKER_COUNT };

struct job {
    struct work link;
    void (*run)(struct job *j);  /* on the worker's thread */
    void (*done)(struct job *j); /* on the loop, from core_run_done */
    enum worker_kind kind;
    /* Out: core stopped before a secret or bulk job was run; done is still
     * called. Readers are drained. */
    bool cancelled;
};
/* False when too many wait or core is stopping (503): the job stays the
 * caller's. */
bool worker_submit(struct core *c, struct job *j);
/* Calls done of every finished job, which may free it. */
void worker_run_done(struct core *c);

#endif
