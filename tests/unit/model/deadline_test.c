/*
 * deadline_test.c - due times worked out by hand with a calendar on paper:
 * 2021 and 2026 have tables, the years around them have none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lib/model_fixture.h"

static struct world world;

static int start(void **state)
{
    (void)state;
    world_make(&world);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    world_free(&world);
    return 0;
}

struct row {
    enum deadline_unit unit;
    int32_t amount;
    const char *from, *due; /* in the city: "2021-04-02T10:00" */
};

static int64_t city_us(const char *minute)
{
    char iso[32];
    int size = snprintf(iso, sizeof(iso), "%s:00+08:00", minute);
    int64_t us = iso_to_us(iso, (unsigned long)size);

    assert_true(us != INT64_MIN);
    return us;
}

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct catalogue_deadline d = {.unit = rows[i].unit,
                                             .amount = rows[i].amount};
        int64_t due =
            deadline_due_us(world.catalogue, &d, city_us(rows[i].from));
        char got[ISO_BYTES];

        iso_from_us(due, got);
        if (due != city_us(rows[i].due)) {
            fail_msg("row %zu, from %s: got %s, wanted %s in the city", i,
                     rows[i].from, got, rows[i].due);
        }
    }
}

static void working_days_end_at_close_of_business(void **state)
{
    static const struct row rows[] = {
        {DEADLINE_WORKING_DAYS, 5, "2021-04-02T10:00", "2021-04-12T17:00"},
        {DEADLINE_WORKING_DAYS, 1, "2021-04-23T10:00", "2021-04-25T17:00"},
        {DEADLINE_WORKING_DAYS, 2, "2021-04-01T10:06", "2021-04-06T17:00"},
        {DEADLINE_WORKING_DAYS, 5, "2021-04-19T10:00", "2021-04-25T17:00"},
        {DEADLINE_WORKING_DAYS, 10, "2021-04-25T17:00", "2021-05-11T17:00"},
        /* the day of the start is not counted, at any hour of it */
        {DEADLINE_WORKING_DAYS, 1, "2021-04-06T00:00", "2021-04-07T17:00"},
        {DEADLINE_WORKING_DAYS, 1, "2021-04-06T07:30", "2021-04-07T17:00"},
        {DEADLINE_WORKING_DAYS, 1, "2021-04-06T23:59", "2021-04-07T17:00"},
        /* a start on a day off: day 1 is still the next working day */
        {DEADLINE_WORKING_DAYS, 1, "2021-04-10T10:00", "2021-04-12T17:00"},
        {DEADLINE_WORKING_DAYS, 1, "2021-05-03T10:00", "2021-05-06T17:00"},
        {DEADLINE_WORKING_DAYS, 1, "2021-04-24T10:00", "2021-04-25T17:00"},
        {DEADLINE_WORKING_DAYS, 1, "2021-04-25T10:00", "2021-04-26T17:00"},
        {DEADLINE_WORKING_DAYS, 3, "2021-09-30T16:00", "2021-10-11T17:00"},
    };

    (void)state;
    check(rows, ARRAY_COUNT(rows));
}

static void years_end_and_begin(void **state)
{
    static const struct row rows[] = {
        /* into 2021: 2020 has no table, 2021-01-01..03 are off */
        {DEADLINE_WORKING_DAYS, 1, "2020-12-31T10:00", "2021-01-04T17:00"},
        {DEADLINE_WORKING_DAYS, 2, "2020-12-30T10:00", "2021-01-04T17:00"},
        /* out of 2021: 2022 has no table and counts Monday to Friday */
        {DEADLINE_WORKING_DAYS, 1, "2021-12-31T10:00", "2022-01-03T17:00"},
        {DEADLINE_WORKING_DAYS, 5, "2021-12-31T10:00", "2022-01-07T17:00"},
        {DEADLINE_WORKING_DAYS, 1, "2022-09-30T10:00", "2022-10-03T17:00"},
        /* before any table */
        {DEADLINE_WORKING_DAYS, 1, "2019-10-04T10:00", "2019-10-07T17:00"},
        /* 2026: the first Sunday is worked */
        {DEADLINE_WORKING_DAYS, 1, "2025-12-31T10:00", "2026-01-04T17:00"},
        {DEADLINE_WORKING_DAYS, 2, "2026-02-13T10:00", "2026-02-24T17:00"},
        {DEADLINE_WORKING_DAYS, 3, "2026-09-30T10:00", "2026-10-10T17:00"},
        {DEADLINE_WORKING_DAYS, 1, "2026-02-27T10:00", "2026-02-28T17:00"},
        {DEADLINE_WORKING_DAYS, 1, "2026-11-23T10:00", "2026-11-24T17:00"},
        {DEADLINE_WORKING_DAYS, 1, "2026-12-31T10:00", "2027-01-01T17:00"},
        /* 2024 is a leap year without a table */
        {DEADLINE_WORKING_DAYS, 1, "2024-02-28T10:00", "2024-02-29T17:00"},
    };

    (void)state;
    check(rows, ARRAY_COUNT(rows));
}

static void working_hours_count_business_hours_only(void **state)
{
    static const struct row rows[] = {
        {DEADLINE_WORKING_HOURS, 240, "2021-04-06T09:40", "2021-04-06T15:10"},
        {DEADLINE_WORKING_HOURS, 120, "2021-04-06T10:00", "2021-04-06T12:00"},
        {DEADLINE_WORKING_HOURS, 121, "2021-04-06T10:00", "2021-04-06T13:31"},
        {DEADLINE_WORKING_HOURS, 120, "2021-04-06T12:15", "2021-04-06T15:30"},
        {DEADLINE_WORKING_HOURS, 120, "2021-04-06T12:00", "2021-04-06T15:30"},
        {DEADLINE_WORKING_HOURS, 120, "2021-04-06T08:00", "2021-04-06T11:00"},
        {DEADLINE_WORKING_HOURS, 120, "2021-04-06T16:30", "2021-04-07T10:30"},
        {DEADLINE_WORKING_HOURS, 120, "2021-04-06T17:00", "2021-04-07T11:00"},
        {DEADLINE_WORKING_HOURS, 120, "2021-04-06T20:00", "2021-04-07T11:00"},
        {DEADLINE_WORKING_HOURS, 120, "2021-04-06T23:59", "2021-04-07T11:00"},
        {DEADLINE_WORKING_HOURS, 120, "2021-04-10T10:00", "2021-04-12T11:00"},
        {DEADLINE_WORKING_HOURS, 120, "2021-04-25T09:00", "2021-04-25T11:00"},
        {DEADLINE_WORKING_HOURS, 120, "2021-05-01T10:00", "2021-05-06T11:00"},
        {DEADLINE_WORKING_HOURS, 390, "2021-04-06T09:00", "2021-04-06T17:00"},
        {DEADLINE_WORKING_HOURS, 391, "2021-04-06T09:00", "2021-04-07T09:01"},
        {DEADLINE_WORKING_HOURS, 120, "2021-12-31T16:00", "2022-01-03T10:00"},
    };

    (void)state;
    check(rows, ARRAY_COUNT(rows));
}

/* A store that is older than its calendar: Monday to Friday, to midnight. */
static void without_a_calendar_weekdays_count(void **state)
{
    static const char *const seeds[] = {"name", "territory", "units", "roles"};
    const struct catalogue_deadline day = {.unit = DEADLINE_WORKING_DAYS,
                                           .amount = 1};
    const struct catalogue_deadline hours = {.unit = DEADLINE_WORKING_HOURS,
                                             .amount = 120};
    struct world bare;

    (void)state;
    world_empty(&bare);
    for (size_t i = 0; i < ARRAY_COUNT(seeds); i++) {
        assert_int_equal(world_adopt(&bare, seeds[i]), REFUSAL_NONE);
    }
    world_reload(&bare);
    assert_true(
        deadline_due_us(bare.catalogue, &day, city_us("2021-04-30T10:00")) ==
        city_us("2021-05-04T00:00"));
    assert_true(
        deadline_due_us(bare.catalogue, &hours, city_us("2021-04-30T23:00")) ==
        city_us("2021-05-03T01:00"));
    world_free(&bare);
}

static void minutes_run_day_and_night(void **state)
{
    static const struct row rows[] = {
        {DEADLINE_MINUTES, 10, "2021-05-01T03:00", "2021-05-01T03:10"},
        {DEADLINE_MINUTES, 15, "2021-04-30T23:50", "2021-05-01T00:05"},
        {DEADLINE_MINUTES, 1440, "2021-05-01T10:00", "2021-05-02T10:00"},
        {DEADLINE_MINUTES, 120, "2021-12-31T23:00", "2022-01-01T01:00"},
    };

    (void)state;
    check(rows, ARRAY_COUNT(rows));
}

static void calendar_days_do_not_end_on_a_day_off(void **state)
{
    static const struct row rows[] = {
        {DEADLINE_CALENDAR_DAYS, 10, "2021-03-16T09:00", "2021-03-26T17:00"},
        {DEADLINE_CALENDAR_DAYS, 10, "2021-04-23T09:00", "2021-05-06T17:00"},
        {DEADLINE_CALENDAR_DAYS, 3, "2021-03-17T09:00", "2021-03-22T17:00"},
        {DEADLINE_CALENDAR_DAYS, 3, "2021-04-22T09:00", "2021-04-25T17:00"},
    };

    (void)state;
    check(rows, ARRAY_COUNT(rows));
}

/* ---------------------------------------------------------------- rules -- */

static void the_most_particular_rule_counts(void **state)
{
    static const struct {
        enum due clock;
        enum urgency urgency;
        const char category[8];
        const char *deadline; /* NULL: no clock */
    } rows[] = {
        {DUE_DISPATCH, URGENCY_GENERAL, "B01", "D9"},
        {DUE_DISPATCH, URGENCY_URGENT, "B01", "D10"},
        {DUE_DISPATCH, URGENCY_MOST_URGENT, "C01", "D10"},
        {DUE_DISPATCH, URGENCY_NONE, "", "D9"},
        {DUE_SIGN, URGENCY_GENERAL, "C22", "D11"},
        {DUE_SIGN, URGENCY_URGENT, "C22", "D12"},
        {DUE_SIGN, URGENCY_MOST_URGENT, "C22", "D13"},
        {DUE_FIRST_CONTACT, URGENCY_GENERAL, "B01", "D16"},
        {DUE_FIRST_CONTACT, URGENCY_URGENT, "B01", "D16U"},
        {DUE_FIRST_CONTACT, URGENCY_MOST_URGENT, "B01", "D16U"},
        {DUE_HANDLE, URGENCY_GENERAL, "A01", "D8"},
        {DUE_HANDLE, URGENCY_GENERAL, "B99", "D17"},
        {DUE_HANDLE, URGENCY_GENERAL, "C23", "D18"},
        {DUE_HANDLE, URGENCY_GENERAL, "P04", "D19"},
        {DUE_HANDLE, URGENCY_GENERAL, "D05", "D20"},
        {DUE_HANDLE, URGENCY_GENERAL, "E01", "X3"},
        {DUE_HANDLE, URGENCY_URGENT, "A01", "D21"},
        {DUE_HANDLE, URGENCY_URGENT, "C08", "D21"},
        {DUE_HANDLE, URGENCY_MOST_URGENT, "C08", "D21"},
        {DUE_HANDLE, URGENCY_GENERAL, "", NULL},
        {DUE_HANDLE, URGENCY_URGENT, "", "D21"},
        {DUE_REVIEW, URGENCY_URGENT, "C08", "D28"},
        {DUE_CALLBACK, URGENCY_GENERAL, "C08", "D29"},
        {DUE_CALLBACK, URGENCY_URGENT, "C08", "D29U"},
        {DUE_REDO, URGENCY_GENERAL, "B01", "D31"},
        {DUE_REDO, URGENCY_MOST_URGENT, "B01", "D31U"},
        {DUE_ARCHIVE, URGENCY_URGENT, "B01", "D32"},
        {DUE_CONFIRM_REFUSAL, URGENCY_GENERAL, "E05", "X1"},
        {DUE_AUTO_CLOSE, URGENCY_GENERAL, "A01", "X2"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct catalogue_deadline *d = catalogue_rule(
            world.catalogue, rows[i].clock, rows[i].urgency, rows[i].category);
        const char *got = d == NULL ? "none" : d->code;

        if (strcmp(got, rows[i].deadline == NULL ? "none" : rows[i].deadline) !=
            0) {
            fail_msg("row %zu: got %.8s", i, got);
        }
    }
    assert_int_equal(catalogue_deadlines_version(world.catalogue), 1);
}

/* Typed so that the first that fits is never the one that counts. */
static void urgency_comes_before_category(void **state)
{
#define DEADLINE(code)                                                         \
    "{\"code\":\"" code                                                        \
    "\",\"zh\":\"a\",\"en\":\"a\",\"unit\":\"hours\",\"amount\":1}"
    static const struct {
        enum urgency urgency;
        const char category[8];
        const char *deadline;
    } rows[] = {
        {URGENCY_GENERAL, "B01", "D1"},     {URGENCY_GENERAL, "C01", "D2"},
        {URGENCY_GENERAL, "C08", "D3"},     {URGENCY_URGENT, "B01", "D4"},
        {URGENCY_URGENT, "C08", "D5"},      {URGENCY_URGENT, "C07", "D6"},
        {URGENCY_MOST_URGENT, "C08", "D3"},
    };
    const struct cmd_adopt_catalogue body = {
        .kind = text_of("deadlines"),
        .version = 2,
        .effective_from = WORLD_START_US,
        .content = text_of("{\"deadlines\":[" DEADLINE("D1") "," DEADLINE("D2") "," DEADLINE(
            "D3") "," DEADLINE("D4") "," DEADLINE("D5") "," DEADLINE("D6") "],"
                                                                           "\"r"
                                                                           "ule"
                                                                           "s\""
                                                                           ":["
                                                                           "{\""
                                                                           "clo"
                                                                           "ck"
                                                                           "\":"
                                                                           "\"h"
                                                                           "and"
                                                                           "le"
                                                                           "\","
                                                                           "\"d"
                                                                           "ead"
                                                                           "lin"
                                                                           "e\""
                                                                           ":\""
                                                                           "D1"
                                                                           "\"}"
                                                                           ","
                                                                           "{\""
                                                                           "clo"
                                                                           "ck"
                                                                           "\":"
                                                                           "\"h"
                                                                           "and"
                                                                           "le"
                                                                           "\","
                                                                           "\"c"
                                                                           "ate"
                                                                           "gor"
                                                                           "y\""
                                                                           ":\""
                                                                           "C\""
                                                                           ",\""
                                                                           "dea"
                                                                           "dli"
                                                                           "ne"
                                                                           "\":"
                                                                           "\"D"
                                                                           "2\""
                                                                           "},"
                                                                           "{\""
                                                                           "clo"
                                                                           "ck"
                                                                           "\":"
                                                                           "\"h"
                                                                           "and"
                                                                           "le"
                                                                           "\","
                                                                           "\"c"
                                                                           "ate"
                                                                           "gor"
                                                                           "y\""
                                                                           ":\""
                                                                           "C08"
                                                                           "\","
                                                                           "\"d"
                                                                           "ead"
                                                                           "lin"
                                                                           "e\""
                                                                           ":\""
                                                                           "D3"
                                                                           "\"}"
                                                                           ","
                                                                           "{\""
                                                                           "clo"
                                                                           "ck"
                                                                           "\":"
                                                                           "\"h"
                                                                           "and"
                                                                           "le"
                                                                           "\","
                                                                           "\"u"
                                                                           "rge"
                                                                           "ncy"
                                                                           "\":"
                                                                           "\"u"
                                                                           "rge"
                                                                           "nt"
                                                                           "\","
                                                                           "\"d"
                                                                           "ead"
                                                                           "lin"
                                                                           "e\""
                                                                           ":\""
                                                                           "D4"
                                                                           "\"}"
                                                                           ","
                                                                           "{\""
                                                                           "clo"
                                                                           "ck"
                                                                           "\":"
                                                                           "\"h"
                                                                           "and"
                                                                           "le"
                                                                           "\","
                                                                           "\"u"
                                                                           "rge"
                                                                           "ncy"
                                                                           "\":"
                                                                           "\"u"
                                                                           "rge"
                                                                           "nt"
                                                                           "\","
                                                                           "\"c"
                                                                           "ate"
                                                                           "gor"
                                                                           "y\""
                                                                           ":\""
                                                                           "C\""
                                                                           ",\""
                                                                           "dea"
                                                                           "dli"
                                                                           "ne"
                                                                           "\":"
                                                                           "\"D"
                                                                           "5\""
                                                                           "},"
                                                                           "{\""
                                                                           "clo"
                                                                           "ck"
                                                                           "\":"
                                                                           "\"h"
                                                                           "and"
                                                                           "le"
                                                                           "\","
                                                                           "\"u"
                                                                           "rge"
                                                                           "ncy"
                                                                           "\":"
                                                                           "\"u"
                                                                           "rge"
                                                                           "nt"
                                                                           "\","
                                                                           "\"c"
                                                                           "ate"
                                                                           "gor"
                                                                           "y\""
                                                                           ":\""
                                                                           "C07"
                                                                           "\","
                                                                           "\"d"
                                                                           "ead"
                                                                           "lin"
                                                                           "e\""
                                                                           ":\""
                                                                           "D6"
                                                                           "\"}"
                                                                           "]"
                                                                           "}"),
    };

    (void)state;
    assert_int_equal(world_do(&world, "", COMMAND_ADOPT_CATALOGUE, &body),
                     REFUSAL_NONE);
    world_reload(&world);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct catalogue_deadline *d = catalogue_rule(
            world.catalogue, DUE_HANDLE, rows[i].urgency, rows[i].category);

        assert_non_null(d);
        assert_string_equal(d->code, rows[i].deadline);
    }
    assert_null(catalogue_rule(world.catalogue, DUE_SIGN, URGENCY_URGENT,
                               "C08\0\0\0\0"));
    assert_int_equal(catalogue_deadlines_version(world.catalogue), 2);
}

static void amounts_are_those_of_the_table(void **state)
{
    static const struct {
        const char category[8];
        enum due clock;
        enum urgency urgency;
        enum deadline_unit unit;
        int32_t amount;
    } rows[] = {
        {"B01", DUE_DISPATCH, URGENCY_GENERAL, DEADLINE_WORKING_HOURS, 120},
        {"B01", DUE_DISPATCH, URGENCY_URGENT, DEADLINE_MINUTES, 15},
        {"B01", DUE_SIGN, URGENCY_GENERAL, DEADLINE_WORKING_DAYS, 1},
        {"B01", DUE_SIGN, URGENCY_URGENT, DEADLINE_MINUTES, 30},
        {"B01", DUE_SIGN, URGENCY_MOST_URGENT, DEADLINE_MINUTES, 10},
        {"B01", DUE_FIRST_CONTACT, URGENCY_URGENT, DEADLINE_MINUTES, 120},
        {"A01", DUE_HANDLE, URGENCY_GENERAL, DEADLINE_WORKING_DAYS, 2},
        {"C22", DUE_HANDLE, URGENCY_GENERAL, DEADLINE_WORKING_DAYS, 5},
        {"C22", DUE_HANDLE, URGENCY_URGENT, DEADLINE_MINUTES, 1440},
        {"C22", DUE_REDO, URGENCY_GENERAL, DEADLINE_WORKING_DAYS, 3},
        {"C22", DUE_ARCHIVE, URGENCY_GENERAL, DEADLINE_WORKING_DAYS, 10},
        {"C22", DUE_AUTO_CLOSE, URGENCY_GENERAL, DEADLINE_MINUTES, 60},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct catalogue_deadline *d = catalogue_rule(
            world.catalogue, rows[i].clock, rows[i].urgency, rows[i].category);

        assert_non_null(d);
        assert_int_equal(d->unit, rows[i].unit);
        assert_int_equal(d->amount, rows[i].amount);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(working_days_end_at_close_of_business),
        cmocka_unit_test(years_end_and_begin),
        cmocka_unit_test(working_hours_count_business_hours_only),
        cmocka_unit_test(without_a_calendar_weekdays_count),
        cmocka_unit_test(minutes_run_day_and_night),
        cmocka_unit_test(calendar_days_do_not_end_on_a_day_off),
        cmocka_unit_test(the_most_particular_rule_counts),
        cmocka_unit_test(amounts_are_those_of_the_table),
        cmocka_unit_test(urgency_comes_before_category),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
