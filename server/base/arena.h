/*
 * arena.h - memory that lives as long as one command, request or answer.
 *
 * WHY     Every piece of work frees everything at once, and wipes it: plain
 *         text of a child must not linger in freed blocks.
 * OWNS    its blocks, taken from the heap up to bytes_max in all.
 * ERRORS  arena_take returns NULL when bytes_max is reached: ERR_LIMIT to the
 *         caller. malloc NULL stops the process: restart, replay.
 * THREAD  one thread at a time; may move between threads with its work.
 */
#ifndef HUTONG_BASE_ARENA_H
#define HUTONG_BASE_ARENA_H

#include <stddef.h>

#include "base/bytes.h"

struct arena;

/* A new empty arena that may grow to bytes_max. */
struct arena *arena_new(size_t bytes_max);
/* Wipes and frees everything taken from it; NULL is a no-op. */
void arena_free(struct arena *a);
/* Wipes and forgets everything, keeps its first block for reuse. */
void arena_reset(struct arena *a);
/* size zeroed bytes, aligned to 16; NULL when the arena is full. */
void *arena_take(struct arena *a, size_t size);
/* Copies; at is NULL on a full arena when size > 0. The copy of a text has a
 * NUL behind it that size does not count. */
struct span arena_copy(struct arena *a, struct span from);
struct text arena_copy_text(struct arena *a, struct text from);
/* Bytes handed out so far. */
size_t arena_used(const struct arena *a);

/* malloc that stops the process instead of returning NULL; zeroed. */
void *heap_take(size_t size);

#endif
