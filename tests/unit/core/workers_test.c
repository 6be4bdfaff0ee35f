/*
 * workers_test.c - jobs run elsewhere and come back here.
 */
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/workers.h"

enum { JOBS = 300 };

struct counted {
    struct job job; /* first */
    pthread_t loop;
    bool ran, came_back;
    sem_t *gate; /* waits for it when not NULL */
};

static void run(struct job *j)
{
    struct counted *c = (struct counted *)(void *)j;

    if (c->gate != NULL) {
        (void)sem_wait(c->gate); /* woken by the test only */
    }
    assert_false(pthread_equal(pthread_self(), c->loop));
    c->ran = true;
}

static void done(struct job *j)
{
    struct counted *c = (struct counted *)(void *)j;

    assert_true(pthread_equal(pthread_self(), c->loop));
    c->came_back = true;
}

static struct counted counted(enum worker_kind kind)
{
    return (struct counted){
        .job = {.run = run, .done = done, .kind = kind},
        .loop = pthread_self(),
    };
}

static void wake(void *context)
{
    (void)sem_post(context); /* at its maximum somebody is awake anyway */
}

static void every_job_comes_back(void **state)
{
    static struct counted jobs[JOBS];
    struct workers w = {0};
    sem_t woken;
    size_t back = 0;

    (void)state;
    assert_int_equal(sem_init(&woken, 0, 0), 0);
    assert_int_equal(workers_start(&w, wake, &woken).code, ERR_NONE);
    for (size_t i = 0; i < JOBS; i++) {
        jobs[i] = counted(i % 10 == 0 ? WORKER_BULK : WORKER_READER);
        assert_true(workers_submit(&w, &jobs[i].job));
    }
    while (back < JOBS) {
        assert_int_equal(sem_wait(&woken), 0);
        workers_run_done(&w);
        back = 0;
        for (size_t i = 0; i < JOBS; i++) {
            back += jobs[i].came_back;
        }
    }
    for (size_t i = 0; i < JOBS; i++) {
        assert_true(jobs[i].ran && !jobs[i].job.cancelled);
    }
    workers_stop(&w);
    workers_release(&w);
    (void)sem_destroy(&woken);
}

/* Readers are drained; a password hash that nobody waits for is not begun. */
static void stop_drains_readers_and_cancels_secrets(void **state)
{
    static struct counted secrets[LIMIT_SECRET_JOBS], reads[20];
    struct counted extra = counted(WORKER_SECRET);
    struct workers w = {0};
    sem_t gate;
    size_t cancelled = 0;

    (void)state;
    assert_int_equal(sem_init(&gate, 0, 0), 0);
    assert_int_equal(workers_start(&w, NULL, NULL).code, ERR_NONE);
    for (size_t i = 0; i < LIMIT_SECRET_JOBS; i++) {
        secrets[i] = counted(WORKER_SECRET);
        secrets[i].gate = &gate;
        assert_true(workers_submit(&w, &secrets[i].job));
    }
    assert_false(workers_submit(&w, &extra.job)); /* the bound */
    for (size_t i = 0; i < 20; i++) {
        reads[i] = counted(WORKER_READER);
        assert_true(workers_submit(&w, &reads[i].job));
    }
    atomic_store(&w.stopping, true); /* before the first is let through */
    for (size_t i = 0; i < LIMIT_SECRET_JOBS; i++) {
        (void)sem_post(&gate); /* cannot overflow */
    }
    workers_stop(&w);
    workers_stop(&w);
    assert_false(workers_submit(&w, &extra.job));
    workers_run_done(&w);
    for (size_t i = 0; i < LIMIT_SECRET_JOBS; i++) {
        assert_true(secrets[i].came_back);
        assert_true(secrets[i].ran != secrets[i].job.cancelled);
        cancelled += secrets[i].job.cancelled;
    }
    assert_true(cancelled >= LIMIT_SECRET_JOBS - 1);
    for (size_t i = 0; i < 20; i++) {
        assert_true(reads[i].ran && reads[i].came_back);
    }
    workers_release(&w);
    (void)sem_destroy(&gate);
}

static void free_itself(struct job *j) { free(j); }

/* Without done a job is its owner's again as soon as it has run: it may be
 * gone, or be used for the next one. */
static void a_job_without_done_is_not_looked_at_again(void **state)
{
    struct workers w = {0};

    (void)state;
    assert_int_equal(workers_start(&w, NULL, NULL).code, ERR_NONE);
    for (int i = 0; i < 20; i++) {
        struct job *j = calloc(1, sizeof(*j));

        assert_non_null(j);
        j->run = free_itself;
        j->kind = WORKER_READER; /* drained by the stop */
        assert_true(workers_submit(&w, j));
    }
    workers_stop(&w);
    workers_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_comes_back),
        cmocka_unit_test(stop_drains_readers_and_cancels_secrets),
        cmocka_unit_test(a_job_without_done_is_not_looked_at_again),
    };

    return cmocka_run_group_tests_name("core/workers", tests, NULL, NULL);
}
