/*
 * queue.c - the queue, and the only mutex and condition of the program.
 *
 * Waiting uses CLOCK_MONOTONIC, so that a jump of the wall clock neither
 * wakes nor holds the writer.
 */
#include "base/queue.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"

struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t filled; /* an item came, or the queue was closed */
    struct work *first;
    struct work *last;
    size_t count;
    size_t count_max;
    bool closed;
    bool poked; /* until a wait has ended by it */
    void (*wake)(void *);
    void *context;
};

/* The pthread calls here fail only for a wrong argument: a bug. */
static void must(int result)
{
    if (result != 0) {
        BUG("pthread");
    }
}

struct queue *queue_new(size_t count_max, void (*wake)(void *), void *context)
{
    struct queue *q = heap_take(sizeof(*q));
    pthread_condattr_t steady;

    assert(count_max > 0);
    must(pthread_mutex_init(&q->mutex, NULL));
    must(pthread_condattr_init(&steady));
    must(pthread_condattr_setclock(&steady, CLOCK_MONOTONIC));
    must(pthread_cond_init(&q->filled, &steady));
    must(pthread_condattr_destroy(&steady));
    q->count_max = count_max;
    q->wake = wake;
    q->context = context;
    return q;
}

void queue_free(struct queue *q)
{
    if (q == NULL) {
        return;
    }
    assert(q->first == NULL);
    must(pthread_cond_destroy(&q->filled));
    must(pthread_mutex_destroy(&q->mutex));
    free(q);
}

bool queue_push(struct queue *q, struct work *item)
{
    return queue_push_list(q, item, item, 1);
}

bool queue_push_list(struct queue *q, struct work *first, struct work *last,
                     size_t count)
{
    bool taken;
    bool was_empty;

    assert(first != NULL && last != NULL);
    assert(count > 0);
    must(pthread_mutex_lock(&q->mutex));
    was_empty = q->first == NULL;
    taken = !q->closed && count <= q->count_max - q->count;
    if (taken) {
        last->next = NULL;
        if (was_empty) {
            q->first = first;
        } else {
            q->last->next = first;
        }
        q->last = last;
        q->count += count;
        must(pthread_cond_signal(&q->filled));
    }
    must(pthread_mutex_unlock(&q->mutex));
    if (taken && was_empty && q->wake != NULL) {
        q->wake(q->context);
    }
    return taken;
}

/* Under the mutex. */
static struct work *take_locked(struct queue *q)
{
    struct work *all = q->first;

    q->first = NULL;
    q->last = NULL;
    q->count = 0;
    return all;
}

struct work *queue_take_all(struct queue *q)
{
    struct work *all;

    must(pthread_mutex_lock(&q->mutex));
    all = take_locked(q);
    must(pthread_mutex_unlock(&q->mutex));
    return all;
}

static struct timespec deadline_after(int64_t timeout_us)
{
    struct timespec at;
    int64_t ns;

    if (clock_gettime(CLOCK_MONOTONIC, &at) != 0) {
        BUG("clock_gettime");
    }
    ns = at.tv_nsec + timeout_us % 1000000 * 1000;
    at.tv_sec += timeout_us / 1000000 + ns / 1000000000;
    at.tv_nsec = ns % 1000000000;
    return at;
}

struct work *queue_wait_all(struct queue *q, int64_t timeout_us)
{
    struct timespec deadline = {0};
    struct work *all;
    int result = 0;

    if (timeout_us >= 0) {
        deadline = deadline_after(timeout_us);
    }
    must(pthread_mutex_lock(&q->mutex));
    while (q->first == NULL && !q->closed && !q->poked && result == 0) {
        result = timeout_us < 0
                     ? pthread_cond_wait(&q->filled, &q->mutex)
                     : pthread_cond_timedwait(&q->filled, &q->mutex, &deadline);
    }
    q->poked = false;
    all = take_locked(q);
    must(pthread_mutex_unlock(&q->mutex));
    return all;
}

void queue_poke(struct queue *q)
{
    must(pthread_mutex_lock(&q->mutex));
    q->poked = true;
    must(pthread_cond_signal(&q->filled));
    must(pthread_mutex_unlock(&q->mutex));
}

void queue_close(struct queue *q)
{
    must(pthread_mutex_lock(&q->mutex));
    q->closed = true;
    must(pthread_cond_broadcast(&q->filled));
    must(pthread_mutex_unlock(&q->mutex));
}

bool queue_closed(struct queue *q)
{
    bool closed;

    must(pthread_mutex_lock(&q->mutex));
    closed = q->closed;
    must(pthread_mutex_unlock(&q->mutex));
    return closed;
}

size_t queue_count(struct queue *q)
{
    size_t count;

    must(pthread_mutex_lock(&q->mutex));
    count = q->count;
    must(pthread_mutex_unlock(&q->mutex));
    return count;
}
