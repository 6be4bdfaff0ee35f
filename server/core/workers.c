/*
 * workers.c - one thread per kind of slow work.
 *
 * The bound counts what was submitted and has not run yet, also what the
 * thread has already taken from its queue.
 */
#include "core/workers.h"

#include <assert.h>
#include <signal.h>

#include "base/err.h"

enum { BULK_JOBS = 64 };

static const size_t count_max[WORKER_COUNT] = {
    [WORKER_READER] = LIMIT_READ_JOBS,
    [WORKER_SECRET] = LIMIT_SECRET_JOBS,
    [WORKER_BULK] = BULK_JOBS,
};

struct err thread_start(pthread_t *ret_thread, void *(*run)(void *),
                        void *context)
{
    sigset_t all;
    sigset_t before;
    int result;

    (void)sigfillset(&all); /* fails for no argument that we could give */
    result = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (result != 0) {
        return ERR_OF(ERR_SYS, result);
    }
    result = pthread_create(ret_thread, NULL, run, context);
    if (pthread_sigmask(SIG_SETMASK, &before, NULL) != 0) {
        BUG("pthread_sigmask");
    }
    return result == 0 ? OK : ERR_OF(ERR_SYS, result);
}

static void run_one(struct worker *w, struct job *j)
{
    /* One that does not come back is its owner's again once it has run. */
    bool comes_back = j->done != NULL;

    if (w->kind != WORKER_READER && atomic_load(w->stopping)) {
        j->cancelled = true;
    } else {
        j->run(j);
    }
    /* Before the job goes: from then on it is the loop's. */
    (void)atomic_fetch_sub(&w->count, 1);
    if (comes_back && !queue_push(w->finished, &j->link)) {
        BUG("the finished queue holds every job that may wait");
    }
}

static void *worker_main(void *context)
{
    struct worker *w = context;
    struct work *list;

    /* NULL: closed and empty. */
    while ((list = queue_wait_all(w->waiting, -1)) != NULL) {
        while (list != NULL) {
            struct work *next = list->next;

            run_one(w, (struct job *)(void *)list);
            list = next;
        }
    }
    return NULL;
}

struct err workers_start(struct workers *w, void (*wake)(void *),
                         void *wake_context)
{
    atomic_init(&w->stopping, false);
    /* The loop may be slow to take what is finished; jobs are bounded where
     * they are made, by requests. */
    w->finished = queue_new(SIZE_MAX / 2, wake, wake_context);
    for (int kind = 0; kind < WORKER_COUNT; kind++) {
        struct worker *one = &w->of[kind];
        struct err e;

        one->kind = (enum worker_kind)kind;
        one->finished = w->finished;
        one->stopping = &w->stopping;
        atomic_init(&one->count, 0);
        one->waiting = queue_new(count_max[kind], NULL, NULL);
        e = thread_start(&one->thread, worker_main, one);
        if (failed(e)) {
            return e;
        }
        one->started = true;
    }
    return OK;
}

bool workers_submit(struct workers *w, struct job *j)
{
    struct worker *one;

    assert(j->kind < WORKER_COUNT);
    assert(j->run != NULL);
    one = &w->of[j->kind];
    j->cancelled = false;
    if (atomic_fetch_add(&one->count, 1) >= count_max[j->kind] ||
        !queue_push(one->waiting, &j->link)) {
        (void)atomic_fetch_sub(&one->count, 1);
        return false;
    }
    return true;
}

void workers_run_done(struct workers *w)
{
    struct work *list = queue_take_all(w->finished);

    while (list != NULL) {
        struct work *next = list->next;
        struct job *j = (struct job *)(void *)list;

        j->done(j);
        list = next;
    }
}

void workers_stop(struct workers *w)
{
    atomic_store(&w->stopping, true);
    for (int kind = 0; kind < WORKER_COUNT; kind++) {
        if (w->of[kind].waiting != NULL) {
            queue_close(w->of[kind].waiting);
        }
    }
    for (int kind = 0; kind < WORKER_COUNT; kind++) {
        struct worker *one = &w->of[kind];

        if (one->started && pthread_join(one->thread, NULL) != 0) {
            BUG("pthread_join");
        }
        one->started = false;
    }
}

void workers_release(struct workers *w)
{
    for (int kind = 0; kind < WORKER_COUNT; kind++) {
        queue_free(w->of[kind].waiting);
        w->of[kind].waiting = NULL;
    }
    queue_free(w->finished);
    w->finished = NULL;
}
