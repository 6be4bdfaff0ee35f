/*
 * catalogue_calendar.c - the content calendar: public holidays, shifted
 * working weekends and business hours, year by year, as the State Council's
 * notice of each year says.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "model/catalogue.h"

/* ---------------------------------------------------------------- days -- */

static const int64_t calendar_day_us = INT64_C(86400) * 1000000;

/* "2021-04-25" in days since 1970-01-01. */
static bool day_of(struct text text, int32_t *ret)
{
    char iso[] = "0000-00-00T00:00:00Z";
    int64_t us;

    if (text.size != 10) {
        return false;
    }
    memcpy(iso, text.at, text.size);
    us = iso_to_us(iso, sizeof(iso) - 1);
    if (us == INT64_MIN) {
        return false;
    }
    *ret = (int32_t)(us / calendar_day_us); /* from 1970 on, see the year */
    return true;
}

static int32_t year_of(int32_t day)
{
    return (int32_t)(civil_day((int64_t)day * calendar_day_us, 0) / 10000);
}

bool calendar_weekend(int32_t day)
{
    int32_t weekday = (day + 4) % 7; /* 1970-01-01 was a Thursday; 0: Sunday */

    return weekday == 0 || weekday == 6;
}

static bool complain_at(struct reader *r, const char *name, size_t index,
                        const char *must)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "%s/%zu", name, index);
    return reader_complain(r, path, must);
}

static bool read_days(struct reader *r, const struct json_value *v,
                      const char *name, int32_t year, const int32_t **ret,
                      size_t *ret_count)
{
    const struct json_value *list;
    int32_t *days;
    size_t count;

    if (!reader_words(r, v, name, CATALOGUE_YEAR_DAYS_MAX, &list, &count)) {
        return false;
    }
    days = reader_rows(r, count == 0 ? 1 : count, sizeof(*days));
    if (days == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!day_of(json_text(json_item(list, i)), &days[i])) {
            return complain_at(r, name, i, "must be a day like 2026-10-01");
        }
        if (year_of(days[i]) != year) {
            return complain_at(r, name, i, "is a day of another year");
        }
        if (i > 0 && days[i] <= days[i - 1]) {
            return complain_at(r, name, i, "must be after the one before it");
        }
    }
    *ret = days;
    *ret_count = count;
    return true;
}

static bool check_working(struct reader *r, const struct calendar_year *y)
{
    for (size_t i = 0; i < y->working_count; i++) {
        if (!calendar_weekend(y->working[i])) {
            return complain_at(r, "working_weekends", i, "is no weekend day");
        }
        for (size_t k = 0; k < y->holiday_count; k++) {
            if (y->holidays[k] == y->working[i]) {
                return complain_at(r, "working_weekends", i,
                                   "is a holiday as well");
            }
        }
    }
    return true;
}

/* --------------------------------------------------------------- hours -- */

static bool digit_pair(const char *at, int32_t below, int32_t *ret)
{
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9') {
        return false;
    }
    *ret = (at[0] - '0') * 10 + (at[1] - '0');
    return *ret < below;
}

/* "13:30" in minutes since midnight. */
static bool minute_of(struct text text, int32_t *ret)
{
    int32_t hour;
    int32_t minute;

    if (text.size != 5 || text.at[2] != ':' ||
        !digit_pair(text.at, 24, &hour) ||
        !digit_pair(text.at + 3, 60, &minute)) {
        return false;
    }
    *ret = hour * 60 + minute;
    return true;
}

static bool read_span(struct reader *r, const struct json_value *v,
                      size_t index, struct calendar_year *y)
{
    static const char *const names[] = {"from", "to"};
    struct business_span *span = &y->hours[index];
    char path[32];
    struct text from;
    struct text to;

    (void)snprintf(path, sizeof(path), "hours/%zu", index);
    if (!reader_object(r, v, path, names, ARRAY_COUNT(names)) ||
        !reader_word(r, v, "from", &from) || !reader_word(r, v, "to", &to)) {
        return false;
    }
    if (!minute_of(from, &span->from) || !minute_of(to, &span->to) ||
        span->from >= span->to) {
        return reader_complain(r, path, "must go from 09:00 to 12:00, say");
    }
    if (index > 0 && span->from < y->hours[index - 1].to) {
        return reader_complain(r, path, "overlaps the one before it");
    }
    y->hour_count = index + 1;
    return true;
}

static bool read_hours(struct reader *r, const struct json_value *v,
                       struct calendar_year *y)
{
    const struct json_value *list =
        reader_list(r, v, "hours", CATALOGUE_SPANS_MAX);

    if (list == NULL) {
        return false;
    }
    for (size_t i = 0; i < json_count(list); i++) {
        if (!read_span(r, json_item(list, i), i, y)) {
            return false;
        }
    }
    return true;
}

/* --------------------------------------------------------------- years -- */

static bool read_year(struct reader *r, const struct json_value *v,
                      struct catalogue *ret)
{
    static const char *const names[] = {"year", "holidays", "working_weekends",
                                        "hours"};
    struct calendar_year *y = &ret->years[ret->year_count];
    int64_t year = 0;

    if (!reader_object(r, v, "", names, ARRAY_COUNT(names)) ||
        !reader_integer(r, v, "year", 1970, 9999, &year)) {
        return false;
    }
    y->year = (int32_t)year;
    if (ret->year_count > 0 &&
        y->year <= ret->years[ret->year_count - 1].year) {
        return reader_complain(r, "year", "must be after the one before it");
    }
    if (!read_days(r, v, "holidays", y->year, &y->holidays,
                   &y->holiday_count) ||
        !read_days(r, v, "working_weekends", y->year, &y->working,
                   &y->working_count) ||
        !check_working(r, y) || !read_hours(r, v, y)) {
        return false;
    }
    ret->year_count++;
    return true;
}

bool read_calendar(struct reader *r, const struct json_value *content,
                   struct catalogue *ret)
{
    static const char *const names[] = {"years"};
    const struct json_value *list;

    if (!reader_object(r, content, "", names, ARRAY_COUNT(names))) {
        return false;
    }
    list = reader_list(r, content, "years", CATALOGUE_YEARS_MAX);
    if (list == NULL) {
        return false;
    }
    ret->years = reader_rows(r, json_count(list), sizeof(*ret->years));
    if (ret->years == NULL) {
        return false;
    }
    ret->year_count = 0;
    return reader_each(r, "years", list, read_year, ret);
}
