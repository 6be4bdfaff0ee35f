/*
 * clock.h - time as something that is handed in.
 *
 * UNITS   wall: microseconds since 1970-01-01 UTC. steady: microseconds of
 *         CLOCK_BOOTTIME, for time-outs and rates.
 * THREAD  the real clock: any. A test clock is moved by one thread and read
 *         by many (one atomic).
 */
#ifndef HUTONG_BASE_CLOCK_H
#define HUTONG_BASE_CLOCK_H

#include <stdint.h>

struct clock;

/* The machine's clock. */
struct clock *clock_new_real(void);
/* A clock that stands at wall_us until moved; steady stays the machine's. */
struct clock *clock_new_test(int64_t wall_us);
void clock_free(struct clock *c);
int64_t clock_wall_us(const struct clock *c);
int64_t clock_steady_us(const struct clock *c);
/* What the wall clock is held against: CLOCK_BOOTTIME; of a test clock, what
 * clock_move_to has moved it by. */
int64_t clock_boot_us(const struct clock *c);
/* Test clocks only (BUG otherwise). move: time goes by, never backwards. step:
 * the clock is set, and no time goes by. */
void clock_move_to(struct clock *c, int64_t wall_us);
void clock_step_to(struct clock *c, int64_t wall_us);

/* Civil date of a wall time at a fixed offset from UTC: 20261123. */
uint32_t civil_day(int64_t wall_us, int32_t utc_offset_minutes);
/* "2026-11-23T16:05:00.123456Z" and a NUL: 28 bytes. */
enum { ISO_BYTES = 28 };
void iso_from_us(int64_t wall_us, char ret_iso[static ISO_BYTES]);
/* Accepts RFC 3339 with Z or an offset; returns INT64_MIN when malformed. */
int64_t iso_to_us(const char *s, unsigned long size);

#endif
