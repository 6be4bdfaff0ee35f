/*
 * deadline.c - when a deadline falls due; pure.
 *
 *   minutes         run on, day and night (Civil Code art. 201)
 *   working hours   run in the business hours of working days only
 *   working days    the day of the start is not counted, whatever day it is;
 *                   the last day ends at its close of business (art. 203)
 *   calendar days   the same counted over all days; when the last is no working
 *                   day, the next working day is the last
 *
 * A year without a table of its own counts Monday to Friday, with the business
 * hours of the nearest table before it, else of the first.
 */
#include <assert.h>

#include "base/clock.h"
#include "model/catalogue.h"

enum { DAY_MINUTES = 1440, HORIZON_DAYS = 20000, NOON_MINUTE = 720 };
static const int64_t minute_us = INT64_C(60) * 1000000;
static const int64_t day_us = DAY_MINUTES * INT64_C(60) * 1000000;

/* -------------------------------------------------------- the calendar -- */

/* The table of a day's year, else the nearest before it, else the first; NULL
 * when there is none at all. */
static const struct calendar_year *table_of(const struct catalogue *c,
                                            int32_t day)
{
    int32_t year = (int32_t)(civil_day((int64_t)day * day_us, 0) / 10000);
    const struct calendar_year *found = c->year_count > 0 ? c->years : NULL;

    for (size_t i = 0; i < c->year_count && c->years[i].year <= year; i++) {
        found = &c->years[i];
    }
    return found;
}

static bool holds(const int32_t *days, size_t count, int32_t day)
{
    for (size_t i = 0; i < count; i++) {
        if (days[i] == day) {
            return true;
        }
    }
    return false;
}

/* The days of a table lie in its own year: the table of another year knows
 * neither a holiday nor a shifted weekend of this one. */
static bool working_day(const struct catalogue *c, int32_t day)
{
    const struct calendar_year *y = table_of(c, day);

    if (y != NULL && holds(y->working, y->working_count, day)) {
        return true;
    }
    return !calendar_weekend(day) &&
           !(y != NULL && holds(y->holidays, y->holiday_count, day));
}

static const struct business_span whole_day = {0, DAY_MINUTES};

/* The business hours of a day, in order; without any table the whole day. */
static const struct business_span *hours_of(const struct catalogue *c,
                                            int32_t day, size_t *ret_count)
{
    const struct calendar_year *y = table_of(c, day);

    *ret_count = y == NULL ? 1 : y->hour_count;
    return y == NULL ? &whole_day : y->hours;
}

/* ----------------------------------------------------------- counting -- */

static int32_t local_day(const struct catalogue *c, int64_t us)
{
    int64_t local = us + c->utc_offset_minutes * minute_us;

    assert(local >= 0);
    return (int32_t)(local / day_us);
}

static int64_t at_minute(const struct catalogue *c, int32_t day, int32_t minute)
{
    return (int64_t)day * day_us +
           ((int64_t)minute - c->utc_offset_minutes) * minute_us;
}

static int64_t close_of(const struct catalogue *c, int32_t day)
{
    size_t count = 0;
    const struct business_span *hours = hours_of(c, day, &count);

    return at_minute(c, day, hours[count - 1].to);
}

static int64_t after_working_days(const struct catalogue *c, int32_t day,
                                  int32_t amount)
{
    for (int32_t i = 0; i < HORIZON_DAYS && amount > 0; i++) {
        day++;
        amount -= working_day(c, day) ? 1 : 0;
    }
    return close_of(c, day);
}

static int64_t after_calendar_days(const struct catalogue *c, int32_t day,
                                   int32_t amount)
{
    day += amount;
    for (int32_t i = 0; i < HORIZON_DAYS && !working_day(c, day); i++) {
        day++;
    }
    return close_of(c, day);
}

/* Takes what a day can give from *left_us; returns when it ran out, or 0. */
static int64_t spend_day(const struct catalogue *c, int32_t day,
                         int64_t from_us, int64_t *left_us)
{
    size_t count = 0;
    const struct business_span *hours = hours_of(c, day, &count);

    for (size_t i = 0; i < count; i++) {
        int64_t open_us = at_minute(c, day, hours[i].from);
        int64_t close_us = at_minute(c, day, hours[i].to);

        open_us = open_us < from_us ? from_us : open_us;
        if (open_us >= close_us) {
            continue;
        }
        if (*left_us <= close_us - open_us) {
            return open_us + *left_us;
        }
        *left_us -= close_us - open_us;
    }
    return 0;
}

static int64_t after_working_minutes(const struct catalogue *c, int64_t from_us,
                                     int32_t amount)
{
    int64_t left_us = amount * minute_us;
    int32_t day = local_day(c, from_us);

    for (int32_t i = 0; i < HORIZON_DAYS; i++, day++) {
        int64_t due_us =
            working_day(c, day) ? spend_day(c, day, from_us, &left_us) : 0;

        if (due_us != 0) {
            return due_us;
        }
    }
    return at_minute(c, day, NOON_MINUTE); /* decades away: a bound, no rule */
}

int64_t deadline_due_us(const struct catalogue *c,
                        const struct catalogue_deadline *d, int64_t from_us)
{
    assert(d->amount > 0);
    switch (d->unit) {
    case DEADLINE_MINUTES:
        return from_us + d->amount * minute_us;
    case DEADLINE_WORKING_HOURS:
        return after_working_minutes(c, from_us, d->amount);
    case DEADLINE_WORKING_DAYS:
        return after_working_days(c, local_day(c, from_us), d->amount);
    case DEADLINE_CALENDAR_DAYS:
        return after_calendar_days(c, local_day(c, from_us), d->amount);
    }
    BUG("a deadline of no unit");
}
