/*
 * self_test.c - me, the territory, and the names of the units.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/seen.h"

static struct city city;

static int setup(void **state)
{
    (void)state;
    city_make(&city, FIXTURE_MAP_BYTES);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    city_free(&city);
    return 0;
}

static struct seen me(const struct actor *actor, enum lang lang)
{
    struct view_context x = seen_context(&city, actor);
    struct arena *a = arena_new(LIMIT_COMMAND_ARENA);
    struct answer answer;
    struct store_txn *t;
    struct seen s;

    x.lang = lang;
    x.demo = true;
    answer_init(&answer);
    assert_int_equal(store_read_begin(city.store.store, &t).code, ERR_NONE);
    assert_int_equal(view_me(t, &x, "00ff", a, &answer).code, ERR_NONE);
    store_end(t);
    s = seen_text(&answer.body);
    arena_free(a);
    return s;
}

static bool may(const struct seen *s, const char *act)
{
    const struct json_value *list = seen_at(s, "may");

    for (size_t i = 0; i < json_count(list); i++) {
        if (text_is(json_text(json_item(list, i)), act)) {
            return true;
        }
    }
    return false;
}

static void who_i_am(void **state)
{
    struct actor agent = city_actor(&city, "agt01", "R-AGT", "service_centre");
    struct seen s = me(&agent, LANG_EN);

    (void)state;
    assert_true(text_is(seen_string(&s, "login"), "agt01"));
    assert_true(text_is(seen_string(&s, "display_name"), "agt01"));
    assert_true(text_is(seen_string(&s, "role"), "R-AGT"));
    assert_true(text_is(seen_string(&s, "unit"), "service_centre"));
    assert_true(
        text_is(seen_string(&s, "unit_name"), "Baotou 12349 Service Centre"));
    assert_true(text_is(seen_string(&s, "draft_key"), "00ff"));
    assert_int_equal(seen_integer(&s, "server_day"), CITY_DAY);
    assert_true(seen_integer(&s, "idle_seconds") > 0);
    assert_true(seen_true(&s, "demo"));
    assert_true(may(&s, "take_contact") && may(&s, "read_board"));
    assert_false(may(&s, "manage_accounts"));
    seen_free(&s);
}

static void administrators_have_no_content(void **state)
{
    struct actor admin = city_actor(&city, "adm01", "R-ADM", "system");
    struct seen s = me(&admin, LANG_ZH);

    (void)state;
    assert_false(may(&s, "read_case") || may(&s, "read_board") ||
                 may(&s, "read_contact") || may(&s, "register_case"));
    seen_free(&s);
}

static void territory(void **state)
{
    struct actor county = city_actor(&city, "cty_gy", "R-CTY", "ca_gy");
    const struct read_read_territory none = {0};
    struct seen s = seen_read(&city, &county, READ_READ_TERRITORY, &none);

    (void)state;
    assert_true(json_count(seen_at(&s, "nodes")) > 900);
    assert_true(text_is(seen_string(&s, "nodes/0/code"), "150200"));
    assert_true(text_is(seen_string(&s, "nodes/0/initials"), "bts"));
    assert_int_equal(seen_integer(&s, "version"),
                     catalogue_territory_version(city.catalogue));
    assert_string_equal(s.etag, "\"1\"");
    assert_null(seen_at(&s, "nodes/0/also"));
    assert_true(seen_has(&s, "\"also\":\"白云矿区 "));
    seen_free(&s);
}

static void units(void **state)
{
    struct actor auditor = city_actor(&city, "aud01", "R-AUD", "system");
    const struct read_list_units none = {0};
    struct seen s = seen_read(&city, &auditor, READ_LIST_UNITS, &none);

    (void)state;
    assert_int_equal(json_count(seen_at(&s, "units")),
                     catalogue_unit_count(city.catalogue));
    assert_true(text_is(seen_string(&s, "units/0/code"),
                        catalogue_unit_at(city.catalogue, 0)->code));
    assert_true(seen_has(&s, "{\"code\":\"ca_gy\",\"zh\":\"固阳县民政局\","
                             "\"en\":\"Guyang County Civil Affairs\"}"));
    seen_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_i_am),
        cmocka_unit_test(administrators_have_no_content),
        cmocka_unit_test(territory),
        cmocka_unit_test(units),
    };

    return cmocka_run_group_tests_name("view/self", tests, setup, teardown);
}
