/*
 * queue.h - the one way memory moves between threads.
 *
 * WHY     Between threads work moves, it is not shared: one queue type, its
 *         mutex and condition in one file.
 * SHAPE   an intrusive FIFO of struct work; many producers, one consumer.
 * OWNS    nothing: a pushed item belongs to the consumer that takes it.
 * ERRORS  queue_push is false when count_max items wait, or after a close:
 *         the item stays the caller's.
 */
#ifndef HUTONG_BASE_QUEUE_H
#define HUTONG_BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct work { /* embed as the first member */
    struct work *next;
};

struct queue;

/* wake (may be NULL) is called, outside the lock, when an item is pushed into
 * an empty queue: an eventfd write towards a loop. */
struct queue *queue_new(size_t count_max, void (*wake)(void *), void *context);
/* Must be empty. */
void queue_free(struct queue *q);
bool queue_push(struct queue *q, struct work *item);
/* Pushes a whole list (first..last) in one go: count items. */
bool queue_push_list(struct queue *q, struct work *first, struct work *last,
                     size_t count);
/* Everything queued, oldest first, or NULL. Never waits. */
struct work *queue_take_all(struct queue *q);
/* The same, but waits until there is something, until timeout_us has passed
 * (< 0: for ever), until poked or closed; NULL then. */
struct work *queue_wait_all(struct queue *q, int64_t timeout_us);
/* Ends the consumer's wait, or else its next one, with nothing to take. */
void queue_poke(struct queue *q);
/* No more pushes; wakes the waiting consumer. */
void queue_close(struct queue *q);
bool queue_closed(struct queue *q);
size_t queue_count(struct queue *q);

#endif
