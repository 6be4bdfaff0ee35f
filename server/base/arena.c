/*
 * arena.c - blocks chained from newest to first; the newest is filled.
 *
 * Blocks come zeroed and are wiped when they are given back or reused, so that
 * a taken piece is zero without a second pass. Under AddressSanitizer what was
 * not handed out is poisoned, so that an overrun inside a block is seen too.
 */
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONS 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONS 1
#endif

#ifdef ARENA_POISONS
#include <sanitizer/asan_interface.h>
static void poison(const void *p, size_t size)
{
    __asan_poison_memory_region(p, size);
}
static void unpoison(const void *p, size_t size)
{
    __asan_unpoison_memory_region(p, size);
}
#else
static void poison(const void *p, size_t size)
{
    (void)p;
    (void)size;
}
static void unpoison(const void *p, size_t size)
{
    (void)p;
    (void)size;
}
#endif

enum { ALIGN = 16, FIRST_BYTES = 16 * 1024, BLOCK_BYTES_MAX = 512 * 1024 };

struct block {
    struct block *older;
    size_t room;
    size_t used;
    alignas(ALIGN) uint8_t bytes[];
};

struct arena {
    size_t bytes_max;
    size_t used; /* handed out, rounded up to ALIGN */
    struct block *newest;
};

static_assert(offsetof(struct block, bytes) % ALIGN == 0, "pieces are aligned");

void *heap_take(size_t size)
{
    void *p = calloc(1, size > 0 ? size : 1);

    if (p == NULL) {
        BUG("out of memory");
    }
    return p;
}

struct arena *arena_new(size_t bytes_max)
{
    struct arena *a = heap_take(sizeof(*a));

    assert(bytes_max > 0);
    a->bytes_max = bytes_max;
    return a;
}

static struct block *block_new(size_t room, struct block *older)
{
    struct block *b = heap_take(sizeof(*b) + room);

    b->room = room;
    b->older = older;
    poison(b->bytes, room);
    return b;
}

static void block_wipe(struct block *b)
{
    unpoison(b->bytes, b->room);
    bytes_wipe(b->bytes, b->used);
    b->used = 0;
}

static void block_free(struct block *b)
{
    block_wipe(b);
    free(b);
}

void arena_free(struct arena *a)
{
    if (a == NULL) {
        return;
    }
    while (a->newest != NULL) {
        struct block *b = a->newest;

        a->newest = b->older;
        block_free(b);
    }
    free(a);
}

void arena_reset(struct arena *a)
{
    assert(a != NULL);
    while (a->newest != NULL && a->newest->older != NULL) {
        struct block *b = a->newest;

        a->newest = b->older;
        block_free(b);
    }
    if (a->newest != NULL) {
        block_wipe(a->newest);
        poison(a->newest->bytes, a->newest->room);
    }
    a->used = 0;
}

/* Each block is twice the one before, so that n bytes cost log n blocks. */
static size_t next_room(const struct arena *a, size_t size)
{
    size_t room = a->newest == NULL ? FIRST_BYTES : a->newest->room * 2;

    if (room > BLOCK_BYTES_MAX) {
        room = BLOCK_BYTES_MAX;
    }
    if (room > a->bytes_max) {
        room = (a->bytes_max + ALIGN - 1) / ALIGN * ALIGN;
    }
    return room < size ? size : room;
}

void *arena_take(struct arena *a, size_t size)
{
    size_t rounded;
    uint8_t *p;

    assert(a != NULL);
    if (size > a->bytes_max) {
        return NULL;
    }
    rounded = size == 0 ? ALIGN : (size + ALIGN - 1) / ALIGN * ALIGN;
    if (a->used > a->bytes_max || size > a->bytes_max - a->used) {
        return NULL;
    }
    if (a->newest == NULL || a->newest->room - a->newest->used < rounded) {
        a->newest = block_new(next_room(a, rounded), a->newest);
    }
    p = a->newest->bytes + a->newest->used;
    a->newest->used += rounded;
    a->used += rounded;
    unpoison(p, size);
    return p;
}

struct span arena_copy(struct arena *a, struct span from)
{
    uint8_t *p;

    if (from.size == 0) {
        return (struct span){NULL, 0};
    }
    assert(from.at != NULL);
    p = arena_take(a, from.size);
    if (p == NULL) {
        return (struct span){NULL, 0};
    }
    memcpy(p, from.at, from.size);
    return (struct span){p, from.size};
}

struct text arena_copy_text(struct arena *a, struct text from)
{
    char *p;

    if (from.size == 0) {
        return TEXT_LITERAL("");
    }
    assert(from.at != NULL);
    p = from.size < SIZE_MAX ? arena_take(a, from.size + 1) : NULL;
    if (p == NULL) {
        return (struct text){NULL, 0};
    }
    memcpy(p, from.at, from.size);
    return (struct text){p, from.size};
}

size_t arena_used(const struct arena *a)
{
    assert(a != NULL);
    return a->used;
}
