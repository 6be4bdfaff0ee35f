/*
 * clock.c - the machine's clock, and one that a test moves.
 *
 * A test clock is atomics, so that the thread that moves it and those that
 * read it need no lock.
 */
#include "base/clock.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"

struct clock {
    bool test;
    _Atomic int64_t wall_us; /* test clocks only */
    _Atomic int64_t step_us; /* the same: of wall_us, by which it was set */
};

static int64_t machine_us(clockid_t which)
{
    struct timespec now;

    if (clock_gettime(which, &now) != 0) {
        BUG("clock_gettime");
    }
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct clock *clock_new_real(void) { return heap_take(sizeof(struct clock)); }

struct clock *clock_new_test(int64_t wall_us)
{
    struct clock *c = heap_take(sizeof(*c));

    c->test = true;
    atomic_init(&c->wall_us, wall_us);
    atomic_init(&c->step_us, 0);
    return c;
}

void clock_free(struct clock *c) { free(c); }

int64_t clock_wall_us(const struct clock *c)
{
    assert(c != NULL);
    return c->test ? atomic_load(&c->wall_us) : machine_us(CLOCK_REALTIME);
}

int64_t clock_steady_us(const struct clock *c)
{
    assert(c != NULL);
    return machine_us(CLOCK_BOOTTIME);
}

int64_t clock_boot_us(const struct clock *c)
{
    assert(c != NULL);
    return c->test ? atomic_load(&c->wall_us) - atomic_load(&c->step_us)
                   : machine_us(CLOCK_BOOTTIME);
}

void clock_step_to(struct clock *c, int64_t wall_us)
{
    assert(c != NULL);
    if (!c->test) {
        BUG("only a test clock is set");
    }
    (void)atomic_fetch_add(&c->step_us, wall_us - atomic_load(&c->wall_us));
    atomic_store(&c->wall_us, wall_us);
}

void clock_move_to(struct clock *c, int64_t wall_us)
{
    assert(c != NULL);
    if (!c->test) {
        BUG("only a test clock is moved");
    }
    assert(wall_us >= atomic_load(&c->wall_us));
    atomic_store(&c->wall_us, wall_us);
}
