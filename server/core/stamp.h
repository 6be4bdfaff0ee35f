/*
 * stamp.h - the time that commands are given.
 *
 * WHY     What the log says of time stands for ever: one step of the machine's
 *         clock by years would put every later record there. So the wall clock
 *         is held against CLOCK_BOOTTIME, which only runs. When it moved by
 *         more than STAMP_STEP_US against that since the last command, it is
 *         not believed until the restart: time goes on from the last command,
 *         and an alarm asks for a person.
 * UNITS   microseconds since 1970 UTC; never decreasing.
 * THREAD  writer.
 */
#ifndef HUTONG_CORE_STAMP_H
#define HUTONG_CORE_STAMP_H

#include <stdbool.h>

#include "base/clock.h"

#define STAMP_STEP_US (INT64_C(5) * 60 * 1000000)

struct stamp {
    int64_t wall_us, boot_us; /* as they were at the last command */
    int64_t time_us;          /* that it was given */
    bool held;                /* the wall clock is not believed */
};

/* last_us: of the last record. */
void stamp_init(struct stamp *s, const struct clock *c, int64_t last_us);
int64_t stamp_next(struct stamp *s, const struct clock *c);

#endif
