/*
 * lanes.c - three FIFOs that only the writer touches.
 *
 * Commands cross from the loop in one queue and are sorted here, so that
 * the writer has one place to wait at.
 */
#include "core/lanes.h"

#include <assert.h>

enum lane lane_of(const struct command_work *w)
{
    assert(w->command > COMMAND_NONE && w->command < COMMAND_COUNT);
    return command_info[w->command].lane;
}

struct command_work *command_next(const struct command_work *w)
{
    /* link is the first member: its address is the work's. */
    return (struct command_work *)(void *)w->link.next;
}

void lanes_add(struct lanes *l, struct work *list)
{
    struct command_work *w = (struct command_work *)(void *)list;

    while (w != NULL) {
        struct command_work *next = command_next(w);
        enum lane lane = lane_of(w);

        w->link.next = NULL;
        if (l->first[lane] == NULL) {
            l->first[lane] = w;
        } else {
            l->last[lane]->link.next = &w->link;
        }
        l->last[lane] = w;
        l->count[lane]++;
        w = next;
    }
}

/* Places that lanes after this one keep. */
static size_t kept_after(const struct lanes *l, int lane)
{
    size_t kept = 0;

    for (int later = lane + 1; later < LANE_COUNT; later++) {
        kept += l->count[later] < LANE_SHARE ? l->count[later] : LANE_SHARE;
    }
    return kept;
}

/* Moves n > 0 works from the front of a lane to the end of what was taken. */
static struct command_work *move_front(struct lanes *l, int lane, size_t n,
                                       struct lanes_taken *taken,
                                       struct command_work *end)
{
    struct command_work *first = l->first[lane];
    struct command_work *last = first;

    assert(n > 0 && n <= l->count[lane]);
    for (size_t i = 1; i < n; i++) {
        last = command_next(last);
    }
    l->first[lane] = command_next(last);
    last->link.next = NULL;
    if (l->first[lane] == NULL) {
        l->last[lane] = NULL;
    }
    l->count[lane] -= n;
    if (end == NULL) {
        taken->first = first;
    } else {
        end->link.next = &first->link;
    }
    taken->count += n;
    taken->of_lane[lane] = n;
    return last;
}

struct lanes_taken lanes_take(struct lanes *l, size_t count_max)
{
    struct lanes_taken taken = {0};
    struct command_work *end = NULL;

    assert(count_max > (size_t)LANE_SHARE * (LANE_COUNT - 1));
    for (int lane = 0; lane < LANE_COUNT; lane++) {
        size_t room = count_max - taken.count - kept_after(l, lane);
        size_t n = l->count[lane] < room ? l->count[lane] : room;

        if (n > 0) {
            end = move_front(l, lane, n, &taken, end);
        }
    }
    assert(taken.count <= count_max);
    return taken;
}

bool lanes_empty(const struct lanes *l)
{
    for (int lane = 0; lane < LANE_COUNT; lane++) {
        if (l->count[lane] > 0) {
            return false;
        }
    }
    return true;
}
