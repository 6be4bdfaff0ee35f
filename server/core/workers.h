/*
 * workers.h - the reader, secret and bulk threads.
 *
 * WHY     The loop never waits for a cold page or a password hash.
 * SHAPE   submit -> queue of the kind -> its one thread: run -> finished queue
 *         --wake--> loop: done.
 * OWNS    the threads; a job from submit until done is called.
 * THREAD  workers_submit: any. workers_run_done: the loop.
 * ERRORS  workers_start: ERR_SYS when a thread cannot be made.
 */
#ifndef HUTONG_CORE_WORKERS_H
#define HUTONG_CORE_WORKERS_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/core.h"

struct worker {
    pthread_t thread;
    bool started;
    enum worker_kind kind;
    struct queue *waiting;
    struct queue *finished;      /* borrowed: one for all kinds */
    _Atomic size_t count;        /* submitted, not yet run */
    const atomic_bool *stopping; /* borrowed */
};

struct workers {
    struct worker of[WORKER_COUNT];
    struct queue *finished;
    atomic_bool stopping;
};

/* Starts a thread that takes no signals: those are the loop's. */
struct err thread_start(pthread_t *ret_thread, void *(*run)(void *),
                        void *context) MUST_USE;

/* w must stay where it is until workers_release. */
struct err workers_start(struct workers *w, void (*wake)(void *),
                         void *wake_context) MUST_USE;
/* A job without done does not come back. */
bool workers_submit(struct workers *w, struct job *j);
void workers_run_done(struct workers *w);
/* Drains readers, cancels the rest, joins. Twice is once. */
void workers_stop(struct workers *w);
/* After workers_stop, when nothing waits in finished. */
void workers_release(struct workers *w);

#endif
