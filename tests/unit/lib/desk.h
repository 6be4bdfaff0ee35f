/*
 * desk.h - a city whose commands go through core, as from the loop.
 *
 * WHY     The test's thread plays the loop: it submits, flushes, waits for the
 *         wake and takes what is done.
 * OWNS    the core, the clock and every work it made, until desk_free.
 * ERRORS  a failure here fails the test; a refusal is a result.
 */
#ifndef HUTONG_TESTS_DESK_H
#define HUTONG_TESTS_DESK_H

#include <semaphore.h>

#include "core/core.h"
#include "lib/city.h"

enum { DESK_CHANGES = 4096 };

struct desk {
    struct city city;
    struct clock *clock;
    struct core *core;
    sem_t woken;
    struct err fatal; /* what the writer stopped for */
    bool look_at_fatal;
    size_t waiting; /* submitted, not yet back */
    size_t batches;
    uint64_t keys; /* idempotency keys made */
    /* of all batches, in order of their coming */
    struct change changes[DESK_CHANGES];
    size_t change_count;
    struct command_work *order[DESK_CHANGES];
    size_t order_count;
    struct log_position position;      /* of the last batch */
    bool asked, timers_hold;           /* the same */
    const struct catalogue *catalogue; /* the newest that a batch brought */
    int64_t next_due_us;
};

/* A city with map_bytes; core is not started. */
void desk_make(struct desk *d, uint64_t map_bytes);
/* Starts core with a clock that stands at wall_us. */
void desk_start(struct desk *d, int64_t wall_us);
void desk_stop(struct desk *d); /* and frees what is left of core */
void desk_free(struct desk *d);

/* A work with a body of size bytes copied into its arena; texts of the body
 * must outlive it. Ready to be changed and submitted; free with desk_drop. */
struct command_work *desk_work(struct desk *d, const struct actor *actor,
                               enum command command, const void *body,
                               size_t size);
/* Gives it the idempotency key n, and the MAC of a body that is told by
 * another number. */
void desk_key(struct command_work *w, uint8_t n, uint8_t body);
bool desk_submit(struct desk *d, struct command_work *w);
/* Flushes and waits until everything submitted is back. */
void desk_wait(struct desk *d);
/* Waits for one more batch, also one that nobody submitted. */
void desk_wait_batch(struct desk *d);
/* Lets the writer look at its clock, until nothing is due there. */
void desk_tick(struct desk *d);
void desk_drop(struct command_work *w);
/* One command from submit to result. */
enum refusal desk_do(struct desk *d, const struct actor *actor,
                     enum command command, const void *body, size_t size);
/* How many records the log holds. */
uint64_t desk_records(struct desk *d);
/* The log and every table are what they must be. */
void desk_verify(struct desk *d);

#endif
