/*
 * picture_test.c - a catalogue that is adopted while core runs counts from the
 * next batch on, for the writer and for the loop.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/desk.h"

static struct desk desk;
static struct actor admin;

static int setup(void **state)
{
    (void)state;
    desk_make(&desk, FIXTURE_MAP_BYTES);
    admin = city_actor(&desk.city, "adm01", "R-ADM", "system");
    desk_start(&desk, CITY_TIME_US + 60000000);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_verify(&desk);
    desk_free(&desk);
    return 0;
}

/* schema/catalogue/units.json with one more unit in front. */
static struct text units_with(const char *code)
{
    static const char opening[] = "\"units\": [";
    size_t size;
    uint8_t *file = fixture_file_read("schema/catalogue/units.json", &size);
    char *bytes = heap_take(size + 256);
    const char *at;
    int written;

    memcpy(bytes, file, size);
    at = strstr(bytes, opening) + strlen(opening);
    written = snprintf((char *)file, size,
                       "%.*s{\"code\":\"%s\",\"zh\":\"a\",\"en\":"
                       "\"a\",\"territory\":\"150200\"},",
                       (int)(at - bytes), bytes, code);
    assert_true(written > 0 && (size_t)written < size);
    memmove(bytes + written, at, size - (size_t)(at - bytes));
    memcpy(bytes, file, (size_t)written);
    free(file);
    return text_of(bytes);
}

static enum refusal adopt_units(const char *code, int64_t version)
{
    struct text file = units_with(code);
    struct cmd_adopt_catalogue body;
    struct text why;
    enum refusal refusal;

    assert_int_equal(
        catalogue_file_read(file, desk.city.arena, &body, &why).code, ERR_NONE);
    free((void *)(uintptr_t)file.at);
    body.version = version;
    refusal =
        desk_do(&desk, &admin, COMMAND_ADOPT_CATALOGUE, &body, sizeof(body));
    return refusal;
}

static enum refusal add_account_in(const char *login, const char *unit)
{
    const struct cmd_add_account body = {
        .login = text_of(login),
        .role = TEXT_LITERAL("R-AGT"),
        .unit = text_of(unit),
        .display_name = TEXT_LITERAL("a"),
        .has_password_hash = true,
        .password_hash = TEXT_LITERAL("$argon2id$test"),
    };

    return desk_do(&desk, &admin, COMMAND_ADD_ACCOUNT, &body, sizeof(body));
}

static void the_next_command_is_decided_by_it(void **state)
{
    const struct catalogue *first;

    (void)state;
    assert_int_equal(add_account_in("agt01", "unit_one"),
                     REFUSAL_ACCOUNT_UNIT_UNKNOWN);
    assert_null(desk.catalogue);
    assert_int_equal(adopt_units("unit_one", 2), REFUSAL_NONE);
    first = desk.catalogue;
    assert_non_null(first);
    assert_ptr_not_equal(first, desk.city.catalogue);
    assert_non_null(catalogue_unit(first, "unit_one\0\0\0\0\0\0\0"));
    assert_int_equal(add_account_in("agt01", "unit_one"), REFUSAL_NONE);
}

static void what_is_refused_brings_no_picture(void **state)
{
    const struct catalogue *standing = desk.catalogue;

    (void)state;
    assert_int_equal(adopt_units("unit_one", 2), REFUSAL_CATALOGUE_VERSION);
    /* without unit_one, in which agt01 is */
    assert_int_equal(adopt_units("unit_two", 3), REFUSAL_CATALOGUE_INVALID);
    assert_ptr_equal(desk.catalogue, standing);
    assert_int_equal(add_account_in("agt02", "unit_two"),
                     REFUSAL_ACCOUNT_UNIT_UNKNOWN);
}

/* Somebody may still read by an old one: AddressSanitizer looks on. */
static void old_pictures_live_on(void **state)
{
    const struct catalogue *old = desk.catalogue;

    (void)state;
    assert_int_equal(adopt_units("unit_one", 4), REFUSAL_NONE);
    assert_ptr_not_equal(desk.catalogue, old);
    assert_non_null(catalogue_unit(old, "unit_one\0\0\0\0\0\0\0"));
    assert_true(text_is(catalogue_public_number(old), "12349"));
    assert_true(catalogue_place_count(old) ==
                catalogue_place_count(desk.catalogue));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_command_is_decided_by_it),
        cmocka_unit_test(what_is_refused_brings_no_picture),
        cmocka_unit_test(old_pictures_live_on),
    };

    return cmocka_run_group_tests_name("core/picture", tests, setup, teardown);
}
