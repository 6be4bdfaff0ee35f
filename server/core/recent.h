/*
 * recent.h - what was put into the trail a moment ago.
 *
 * WHY     A file that stays open on a screen is one fact per quarter of an
 *         hour, and a button pressed ten times one denial a minute: more would
 *         bury the trail. Only what is durable may be remembered, so the
 *         writer keeps this memory and not the loop.
 * SHAPE   a fixed table of sets of RECENT_WAYS; the oldest of a set makes
 *         room. What is forgotten, also by a restart, is only recorded again.
 * THREAD  writer.
 */
#ifndef HUTONG_CORE_RECENT_H
#define HUTONG_CORE_RECENT_H

#include "base/bytes.h"

enum {
    RECENT_SETS = 4096,
    RECENT_WAYS = 4,
    RECENT_KEY_BYTES = 16,
};

struct recent_key {
    uint8_t bytes[RECENT_KEY_BYTES]; /* cut from a hash: spread evenly */
};

struct recent; /* about 400 KiB */

struct recent *recent_new(void);
void recent_free(struct recent *r);
/* True when key was noted at a time in (now - window, now]. */
bool recent_has(const struct recent *r, struct recent_key key, int64_t now_us,
                int64_t window_us);
void recent_note(struct recent *r, struct recent_key key, int64_t now_us);

#endif
