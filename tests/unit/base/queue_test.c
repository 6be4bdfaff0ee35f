/* queue_test.c - order, bounds, waking, and four producers at once. */
#include "base/queue.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/err.h"

struct item {
    struct work work;
    int producer;
    int number;
};

static void count_wake(void *context) { ++*(int *)context; }

static void first_in_first_out(void **state)
{
    int wakes = 0;
    struct queue *q = queue_new(3, count_wake, &wakes);
    struct item items[4] = {{.number = 0}, {.number = 1}, {.number = 2}};
    struct work *w;

    (void)state;
    assert_null(queue_take_all(q));
    assert_true(queue_push(q, &items[0].work));
    assert_true(queue_push(q, &items[1].work));
    assert_int_equal(wakes, 1); /* only into an empty queue */
    assert_true(queue_push(q, &items[2].work));
    assert_false(queue_push(q, &items[3].work)); /* full */
    assert_int_equal(queue_count(q), 3);
    w = queue_take_all(q);
    for (int i = 0; i < 3; i++) {
        assert_ptr_equal(w, &items[i].work);
        w = w->next;
    }
    assert_null(w);
    assert_int_equal(queue_count(q), 0);
    assert_true(queue_push(q, &items[3].work));
    assert_int_equal(wakes, 2);
    assert_ptr_equal(queue_take_all(q), &items[3].work);
    queue_free(q);
    queue_free(NULL);
}

static void a_list_goes_whole_or_not(void **state)
{
    struct queue *q = queue_new(3, NULL, NULL);
    struct item items[4] = {{.number = 0}};

    (void)state;
    items[0].work.next = &items[1].work;
    assert_true(queue_push_list(q, &items[0].work, &items[1].work, 2));
    items[2].work.next = &items[3].work;
    assert_false(queue_push_list(q, &items[2].work, &items[3].work, 2));
    assert_int_equal(queue_count(q), 2);
    assert_ptr_equal(queue_take_all(q), &items[0].work);
    queue_free(q);
}

static void closing(void **state)
{
    int wakes = 0;
    struct queue *q = queue_new(3, count_wake, &wakes);
    struct item items[2] = {{.number = 0}};

    (void)state;
    assert_true(queue_push(q, &items[0].work));
    assert_false(queue_closed(q));
    queue_close(q);
    assert_true(queue_closed(q));
    assert_false(queue_push(q, &items[1].work));
    assert_int_equal(wakes, 1);
    /* What was in it is still handed out, without waiting. */
    assert_ptr_equal(queue_wait_all(q, -1), &items[0].work);
    assert_null(queue_wait_all(q, -1));
    queue_free(q);
}

static void waiting_ends(void **state)
{
    struct queue *q = queue_new(3, NULL, NULL);
    struct clock *c = clock_new_real();
    int64_t before = clock_steady_us(c);

    (void)state;
    assert_null(queue_wait_all(q, 0));
    assert_null(queue_wait_all(q, 20000));
    assert_true(clock_steady_us(c) - before >= 20000);
    clock_free(c);
    queue_free(q);
}

enum { PRODUCERS = 4, EACH = 5000 };

struct shared {
    struct queue *queue;
    struct item (*items)[EACH];
};

struct producer {
    struct shared *shared;
    int index;
};

static void *produce(void *context)
{
    struct producer *p = context;
    struct item *items = p->shared->items[p->index];

    for (int i = 0; i < EACH; i++) {
        items[i].producer = p->index;
        items[i].number = i;
        while (!queue_push(p->shared->queue, &items[i].work)) {
            struct timespec t = {.tv_nsec = 10000};

            (void)nanosleep(&t, NULL);
        }
    }
    return NULL;
}

static void each_producer_keeps_its_order(void **state)
{
    static struct item items[PRODUCERS][EACH];
    struct shared shared = {queue_new(64, NULL, NULL), items};
    struct producer producers[PRODUCERS];
    pthread_t threads[PRODUCERS];
    int next[PRODUCERS] = {0};
    int taken = 0;

    (void)state;
    for (int i = 0; i < PRODUCERS; i++) {
        producers[i] = (struct producer){&shared, i};
        assert_int_equal(
            pthread_create(&threads[i], NULL, produce, &producers[i]), 0);
    }
    while (taken < PRODUCERS * EACH) {
        struct work *w = queue_wait_all(shared.queue, -1);

        assert_non_null(w);
        for (; w != NULL; w = w->next) {
            const struct item *item = (const struct item *)(const void *)w;

            assert_int_equal(item->number, next[item->producer]);
            next[item->producer]++;
            taken++;
        }
    }
    for (int i = 0; i < PRODUCERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    queue_free(shared.queue);
}

static void *close_later(void *context)
{
    struct timespec t = {.tv_nsec = 20000000};

    (void)nanosleep(&t, NULL);
    queue_close(context);
    return NULL;
}

static void closing_wakes_the_consumer(void **state)
{
    struct queue *q = queue_new(1, NULL, NULL);
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, close_later, q), 0);
    assert_null(queue_wait_all(q, -1));
    assert_int_equal(pthread_join(thread, NULL), 0);
    queue_free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_in_first_out),
        cmocka_unit_test(a_list_goes_whole_or_not),
        cmocka_unit_test(closing),
        cmocka_unit_test(waiting_ends),
        cmocka_unit_test(each_producer_keeps_its_order),
        cmocka_unit_test(closing_wakes_the_consumer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
