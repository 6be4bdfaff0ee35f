/*
 * lanes.h - which waiting command is taken next.
 *
 * WHY     A child in danger must not wait behind a form or an audit entry:
 *         lanes are taken in the order contact, command, trail.
 * SHAPE   one FIFO per lane. Of each batch every later lane that has something
 *         waiting keeps LANE_SHARE places, so that a flood in one lane slows
 *         the others but never stops them.
 * OWNS    the works between lanes_add and lanes_take.
 * THREAD  writer.
 */
#ifndef HUTONG_CORE_LANES_H
#define HUTONG_CORE_LANES_H

#include "core/core.h"

enum { LANE_SHARE = 64 };
static_assert(LANE_SHARE * (LANE_COUNT - 1) < LIMIT_BATCH_COMMANDS,
              "the first lane gets most of a batch");

struct lanes { /* zero is empty */
    struct command_work *first[LANE_COUNT];
    struct command_work *last[LANE_COUNT];
    size_t count[LANE_COUNT];
};

struct lanes_taken {
    struct command_work *first; /* list through link.next, or NULL */
    size_t count;
    size_t of_lane[LANE_COUNT];
};

/* The lane of a command, from its schema. */
enum lane lane_of(const struct command_work *w);
/* The command after w in a list, or NULL. */
struct command_work *command_next(const struct command_work *w);
/* Sorts a list, oldest first, behind what waits. */
void lanes_add(struct lanes *l, struct work *list);
/* Takes at most count_max, in lane order. */
struct lanes_taken lanes_take(struct lanes *l, size_t count_max);
bool lanes_empty(const struct lanes *l);

#endif
