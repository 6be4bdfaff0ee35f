/* civil_test.c - civil dates against libc's, RFC 3339 in and out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/err.h"
#include "lib/death.h"

static const int64_t day_us = INT64_C(86400000000);

static void dates_are_libcs(void **state)
{
    (void)state;
    /* Every 13th day of 0000 to 9999. */
    for (int64_t day = -719528; day < 2932897; day += 13) {
        time_t t = (time_t)day * 86400;
        struct tm tm;
        uint32_t want;

        assert_non_null(gmtime_r(&t, &tm));
        want = (uint32_t)((tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 +
                          tm.tm_mday);
        assert_int_equal(civil_day(day * day_us, 0), want);
        assert_int_equal(civil_day(day * day_us + day_us - 1, 0), want);
    }
}

static void an_offset_moves_the_day(void **state)
{
    int64_t t = iso_to_us("2026-11-23T16:05:00Z", 20);

    (void)state;
    assert_int_equal(civil_day(t, 0), 20261123);
    assert_int_equal(civil_day(t, 480), 20261124);
    assert_int_equal(civil_day(t, -965), 20261123);
    assert_int_equal(civil_day(t, -966), 20261122);
}

static void out_and_in(void **state)
{
    static const int64_t times[] = {
        0,
        -1,
        1,
        INT64_C(1795449900123456),
        INT64_C(951782400000000), /* 2000-02-29 */
        INT64_C(-62167219200000000),
        INT64_C(253402300799999999),
    };
    char iso[ISO_BYTES];

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(times); i++) {
        iso_from_us(times[i], iso);
        assert_int_equal(strlen(iso), ISO_BYTES - 1);
        assert_true(iso_to_us(iso, strlen(iso)) == times[i]);
    }
    iso_from_us(INT64_C(1795449900123456), iso);
    assert_string_equal(iso, "2026-11-23T16:05:00.123456Z");
    iso_from_us(-1, iso);
    assert_string_equal(iso, "1969-12-31T23:59:59.999999Z");
}

static void spellings(void **state)
{
    static const char *const same[] = {
        "2026-11-23T16:05:00Z",         "2026-11-23t16:05:00z",
        "2026-11-24T00:05:00+08:00",    "2026-11-23T11:35:00-04:30",
        "2026-11-23T16:05:00.0Z",       "2026-11-23T16:05:00.000000000Z",
        "2026-11-23T16:05:00.0000009Z", "2026-11-23T16:05:00-00:00",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(same); i++) {
        assert_true(iso_to_us(same[i], strlen(same[i])) ==
                    INT64_C(1795449900000000));
    }
    assert_true(iso_to_us("2026-11-23T16:05:00.5Z", 22) ==
                INT64_C(1795449900500000));
    /* A leap second is the second after, on the last minute of a UTC day. */
    assert_true(iso_to_us("2016-12-31T23:59:60Z", 20) ==
                INT64_C(1483228800000000));
    assert_true(iso_to_us("2017-01-01T07:59:60+08:00", 25) ==
                INT64_C(1483228800000000));
}

static void malformed(void **state)
{
    static const char *const bad[] = {
        "",
        "2026-11-23",
        "2026-11-23T16:05Z",
        "2026-11-23T16:05:00",
        "2026-11-23 16:05:00Z",
        "2026-13-23T16:05:00Z",
        "2026-00-23T16:05:00Z",
        "2026-11-31T16:05:00Z",
        "2026-11-00T16:05:00Z",
        "2026-02-29T16:05:00Z",
        "1900-02-29T16:05:00Z",
        "2026-11-23T24:05:00Z",
        "2026-11-23T16:60:00Z",
        "2026-11-23T16:05:61Z",
        "2026-11-23T16:05:60Z",
        "2026-11-23T16:05:00.Z",
        "2026-11-23T16:05:00.0000000000Z",
        "2026-11-23T16:05:00,5Z",
        "2026-11-23T16:05:00+24:00",
        "2026-11-23T16:05:00+08:60",
        "2026-11-23T16:05:00+0800",
        "2026-11-23T16:05:00+08",
        "2026-11-23T16:05:00Zx",
        "2026-11-23T16:05:00Z ",
        " 2026-11-23T16:05:00Z",
        "+026-11-23T16:05:00Z",
        "2026-1-23T16:05:00Z",
        "9999-12-31T23:59:59-00:01",
        "0000-01-01T00:00:00+00:01",
        "9999-12-31T23:59:60Z",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        size_t size = strlen(bad[i]);
        char *copy = malloc(size + 1);

        assert_non_null(copy);
        memcpy(copy, bad[i], size);
        assert_true(iso_to_us(copy, size) == INT64_MIN);
        free(copy);
    }
    assert_true(iso_to_us("2000-02-29T16:05:00Z", 20) != INT64_MIN);
    for (unsigned long cut = 0; cut < 20; cut++) {
        assert_true(iso_to_us("2026-11-23T16:05:00Z", cut) == INT64_MIN);
    }
}

static void beyond_four_digits(void *context)
{
    char iso[ISO_BYTES];

    (void)context;
    iso_from_us(INT64_C(253402300800000000), iso);
}

static void years_have_four_digits(void **state)
{
    (void)state;
    assert_true(dies(beyond_four_digits, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_libcs),
        cmocka_unit_test(an_offset_moves_the_day),
        cmocka_unit_test(out_and_in),
        cmocka_unit_test(spellings),
        cmocka_unit_test(malformed),
        cmocka_unit_test(years_have_four_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
