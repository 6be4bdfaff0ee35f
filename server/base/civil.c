/*
 * civil.c - civil dates and RFC 3339 text, without libc's time zone state.
 *
 * Days are counted in eras of 400 years that begin on 1 March, so that the
 * leap day is the last of its year (Howard Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms").
 */
#include <assert.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/clock.h"

enum { SECOND_US = 1000000, DAY_SECONDS = 86400 };

static const int64_t day_us = (int64_t)DAY_SECONDS * SECOND_US;
/* 0000-01-01 and 10000-01-01 in days since 1970-01-01: what four digits hold */
enum { DAY_FIRST = -719528, DAY_END = 2932897 };

struct civil {
    int year, month, day;
};

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static int64_t days_from_civil(struct civil c)
{
    int64_t year = c.month <= 2 ? c.year - 1 : c.year;
    int64_t era = floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t month_from_march = (c.month + 9) % 12;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + c.day - 1;
    int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

static struct civil civil_from_days(int64_t days)
{
    int64_t z = days + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                           day_of_era / 146096) /
                          365;
    int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int month = (int)((month_from_march + 2) % 12) + 1;

    return (struct civil){
        .year = (int)(year_of_era + era * 400 + (month <= 2)),
        .month = month,
        .day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
    };
}

uint32_t civil_day(int64_t wall_us, int32_t utc_offset_minutes)
{
    int64_t days = floor_div(
        wall_us + (int64_t)utc_offset_minutes * 60 * SECOND_US, day_us);
    struct civil c;

    assert(utc_offset_minutes > -1440 && utc_offset_minutes < 1440);
    assert(days >= DAY_FIRST && days < DAY_END);
    c = civil_from_days(days);
    return (uint32_t)(c.year * 10000 + c.month * 100 + c.day);
}

void iso_from_us(int64_t wall_us, char ret_iso[static ISO_BYTES])
{
    int64_t days = floor_div(wall_us, day_us);
    int64_t rest_us = wall_us - days * day_us;
    int seconds = (int)(rest_us / SECOND_US);
    struct civil c;
    int n;

    assert(days >= DAY_FIRST && days < DAY_END);
    c = civil_from_days(days);
    n = snprintf(ret_iso, ISO_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
                 c.year, c.month, c.day, seconds / 3600, seconds / 60 % 60,
                 seconds % 60, (int)(rest_us % SECOND_US));
    assert(n == ISO_BYTES - 1);
}

/* ---- reading ---- */

struct cursor {
    const char *at;
    const char *end;
    bool bad;
};

/* Exactly count digits with a value from low to high. */
static int take_number(struct cursor *c, int count, int low, int high)
{
    int v = 0;

    for (int i = 0; i < count; i++) {
        if (c->at == c->end || *c->at < '0' || *c->at > '9') {
            c->bad = true;
            return low;
        }
        v = v * 10 + (*c->at++ - '0');
    }
    if (v < low || v > high) {
        c->bad = true;
        return low;
    }
    return v;
}

static void take_one_of(struct cursor *c, const char *two)
{
    if (c->at < c->end && (*c->at == two[0] || *c->at == two[1])) {
        c->at++;
    } else {
        c->bad = true;
    }
}

/* ".123" in microseconds; digits beyond the sixth are cut off. */
static int take_fraction(struct cursor *c)
{
    int us = 0;
    int digits = 0;

    if (c->at == c->end || *c->at != '.') {
        return 0;
    }
    c->at++;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
        if (digits < 6) {
            us = us * 10 + (*c->at - '0');
        }
        digits++;
    }
    if (digits < 1 || digits > 9) {
        c->bad = true;
    }
    for (; digits < 6; digits++) {
        us *= 10;
    }
    return us;
}

/* Z, or an offset; in seconds to take off. */
static int take_offset(struct cursor *c)
{
    int sign;
    int seconds;

    if (c->at < c->end && (*c->at == 'Z' || *c->at == 'z')) {
        c->at++;
        return 0;
    }
    sign = c->at < c->end && *c->at == '-' ? -1 : 1;
    take_one_of(c, "+-");
    seconds = take_number(c, 2, 0, 23) * 3600;
    take_one_of(c, "::");
    seconds += take_number(c, 2, 0, 59) * 60;
    return sign * seconds;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

static struct civil take_date(struct cursor *c)
{
    struct civil date;

    date.year = take_number(c, 4, 0, 9999);
    take_one_of(c, "--");
    date.month = take_number(c, 2, 1, 12);
    take_one_of(c, "--");
    date.day = take_number(c, 2, 1, days_in_month(date.year, date.month));
    return date;
}

static int take_time(struct cursor *c)
{
    int seconds = take_number(c, 2, 0, 23) * 3600;

    take_one_of(c, "::");
    seconds += take_number(c, 2, 0, 59) * 60;
    take_one_of(c, "::");
    return seconds + take_number(c, 2, 0, 60);
}

int64_t iso_to_us(const char *s, unsigned long size)
{
    struct cursor c = {.at = s, .end = s + size};
    struct civil date = take_date(&c);
    bool leap_second;
    int seconds;
    int fraction_us;
    int64_t utc;

    take_one_of(&c, "Tt");
    seconds = take_time(&c);
    /* A leap second is the last of a UTC day; POSIX has no number for it
     * other than that of the second after. */
    leap_second = !c.bad && c.at[-2] == '6';
    fraction_us = take_fraction(&c);
    utc = days_from_civil(date) * DAY_SECONDS + seconds - take_offset(&c);
    if (c.bad || c.at != c.end) {
        return INT64_MIN;
    }
    if (leap_second && floor_div(utc, DAY_SECONDS) * DAY_SECONDS != utc) {
        return INT64_MIN;
    }
    if (utc < (int64_t)DAY_FIRST * DAY_SECONDS ||
        utc >= (int64_t)DAY_END * DAY_SECONDS) {
        return INT64_MIN;
    }
    return utc * SECOND_US + fraction_us;
}
