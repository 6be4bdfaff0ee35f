/*
 * stamp.c - wall time, unless it has jumped.
 *
 * Compared from command to command: a clock that is drawn to the right time a
 * little a second never looks like a step.
 */
#include "core/stamp.h"

#include "base/diag.h"

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }

void stamp_init(struct stamp *s, const struct clock *c, int64_t last_us)
{
    *s = (struct stamp){
        .wall_us = clock_wall_us(c),
        .boot_us = clock_boot_us(c),
    };
    s->time_us = later(s->wall_us, last_us);
}

static void hold_if_stepped(struct stamp *s, int64_t wall_us, int64_t boot_us)
{
    int64_t step_us = (wall_us - s->wall_us) - (boot_us - s->boot_us);

    if (s->held || (step_us <= STAMP_STEP_US && step_us >= -STAMP_STEP_US)) {
        return;
    }
    s->held = true;
    DIAG(DIAG_ALARM, "clock_stepped", DIAG_N("seconds", step_us / 1000000));
}

int64_t stamp_next(struct stamp *s, const struct clock *c)
{
    int64_t wall_us = clock_wall_us(c);
    int64_t boot_us = clock_boot_us(c);

    hold_if_stepped(s, wall_us, boot_us);
    s->time_us = s->held ? s->time_us + later(boot_us - s->boot_us, 0)
                         : later(wall_us, s->time_us);
    s->wall_us = wall_us;
    s->boot_us = boot_us;
    return s->time_us;
}
