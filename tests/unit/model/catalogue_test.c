/*
 * catalogue_test.c - the seed is good, what is wrong is named, versions follow.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

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

/* ------------------------------------------------------------- the seed -- */

static void the_seed_holds_the_city(void **state)
{
    const struct catalogue *c = world.catalogue;
    size_t counties = 0;
    size_t townships = 0;
    size_t villages = 0;

    (void)state;
    for (size_t i = 0; i < catalogue_place_count(c); i++) {
        const struct catalogue_place *place = catalogue_place_at(c, i);
        bool invented = place->code % 1000 >= 900 && place->code > 999999999;

        assert_ptr_equal(catalogue_place(c, place->code), place);
        assert_true(place->pinyin.size > 0 && place->initials.size > 0);
        counties += place->code < 1000000 && place->code % 100 != 0 ? 1 : 0;
        townships += place->code > 999999 && place->code < 1000000000 ? 1 : 0;
        villages += place->code > 999999999 && !invented ? 1 : 0;
    }
    assert_int_equal(counties, 10);
    assert_int_equal(townships, 91);
    assert_int_equal(villages, 855);
    assert_true(text_is(catalogue_place(c, 150271)->kind, "zone"));
    assert_true(text_is(catalogue_place(c, 150223214)->kind, "sumu"));
    assert_true(text_is(catalogue_place(c, 150222)->pinyin, "guyangxian"));
    assert_true(text_is(catalogue_place(c, 150222)->initials, "gyx"));
    assert_int_equal(catalogue_place(c, 150222)->also.size, 0);
    assert_true(text_is(catalogue_place(c, 150207)->also, "郊区 jiaoqu jq"));
    assert_null(catalogue_place(c, 150201));
    assert_null(catalogue_place(c, 0));
    assert_null(catalogue_place(c, 150222000000));
}

static void the_seed_names_the_line(void **state)
{
    const struct catalogue *c = world.catalogue;

    (void)state;
    assert_true(text_is(catalogue_public_number(c), "12349"));
    assert_true(text_is(catalogue_product(c, LANG_ZH), "护童"));
    assert_true(text_is(catalogue_product(c, LANG_EN), "hutong"));
    assert_int_equal(catalogue_utc_offset_minutes(c), 480);
    assert_int_equal(catalogue_idle_us(c), INT64_C(900) * 1000000);
    assert_int_equal(catalogue_session_max_us(c), INT64_C(43200) * 1000000);
    assert_int_equal(catalogue_territory_version(c), 1);
    assert_non_null(catalogue_unit(c, "service_centre\0"));
    assert_true(catalogue_unit(c, "service_centre\0")->may_see_all);
    assert_int_equal(catalogue_unit(c, "ca_gy\0\0\0\0\0\0\0\0\0\0")->territory,
                     150222);
    assert_null(catalogue_unit(c, "nowhere\0\0\0\0\0\0\0\0"));
    assert_true(catalogue_role_known(c, "R-AUD\0\0"));
    assert_false(catalogue_role_known(c, "R-XXX\0\0"));
}

static void every_demo_account_fits(void **state)
{
    struct json_doc *doc = NULL;
    const struct json_value *list;

    (void)state;
    assert_false(failed(json_parse(world_seed("demo/accounts"), &doc, NULL)));
    list = json_member(json_root(doc), "accounts");
    assert_true(json_count(list) >= 25);
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json_value *a = json_item(list, i);
        char role[8] = "";
        char unit[16] = "";
        struct text text = json_text(json_member(a, "role"));

        memcpy(role, text.at, text.size);
        text = json_text(json_member(a, "unit"));
        memcpy(unit, text.at, text.size);
        assert_true(catalogue_role_known(world.catalogue, role));
        assert_non_null(catalogue_unit(world.catalogue, unit));
        assert_true(json_text(json_member(a, "display_name")).size > 0);
    }
    json_free(doc);
}

static void the_real_seed_is_good_too(void **state)
{
    static const char *const kinds[] = {
        "name",      "territory", "units", "roles",  "categories", "calendar",
        "deadlines", "directory", "duty",  "acting", "scripts",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        struct cmd_adopt_catalogue command;
        struct text why = {"", 0};

        if (failed(catalogue_file_read(world_seed(kinds[i]), world.arena,
                                       &command, &why))) {
            fail_msg("%s: %.*s", kinds[i], (int)why.size, why.at);
        }
        assert_true(text_is(command.kind, kinds[i]));
        assert_int_equal(command.version, 1);
        assert_true(command.effective_from > 0);
    }
}

/* ------------------------------------------------------------- territory -- */

static void places_lie_within_each_other(void **state)
{
    static const struct {
        uint64_t above, place;
        bool holds;
    } rows[] = {
        {150200, 150222, true},
        {150200, 150222102201, true},
        {150200, 150200, true},
        {150222, 150222102201, true},
        {150222, 150223102201, false},
        {150222, 150200, false},
        {150223104, 150223104902, true},
        {150223104, 150223105, false},
        {150223104, 150223, false},
        {150223104902, 150223104902, true},
        {150223104902, 150223104, false},
        {150000, 150222102, true},
        {150000, 110101, false},
        {150200, 150302, false},
        {0, 150222, false},
        {150200, 0, false},
        {0, 0, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (territory_holds(rows[i].above, rows[i].place) != rows[i].holds) {
            fail_msg("row %zu", i);
        }
    }
    assert_int_equal(territory_county(150222), 150222);
    assert_int_equal(territory_county(150222102), 150222);
    assert_int_equal(territory_county(150222102201), 150222);
    assert_int_equal(territory_county(0), 0);
}

/* ------------------------------------------------------------ complaints -- */

static void what_is_wrong_is_named_with_its_place(void **state)
{
#define ROLE_MASK                                                              \
    "{\"G1\":\"F\",\"G2\":\"-\",\"G3\":\"M\",\"G4\":\"-\",\"G5\":\"-\","       \
    "\"G6\":\"-\",\"G7\":\"R\",\"G8\":\"W\",\"G9\":\"need\",\"G10\":\"F\","    \
    "\"G11\":\"F\",\"G12\":\"F\",\"G13\":\"F\"}"
#define ACTING(attempts, days)                                                 \
    "{\"dispatch_by_itself\":true,\"refusal_provisional\":true,"               \
    "\"centre_reviews_county\":true,\"sample_percent\":10,"                    \
    "\"callback_attempts\":" attempts ",\"callback_days\":" days               \
    ",\"redo_max\":2}"
#define ROLE(grants, masks)                                                    \
    "{\"roles\":[{\"code\":\"R-X\",\"zh\":\"a\",\"en\":\"a\","                 \
    "\"grants\":" grants ",\"masks\":" masks "}]}"
#define NODE(code, name)                                                       \
    "{\"code\":\"" code "\",\"name\":\"" name                                  \
    "\",\"kind\":\"city\",\"pinyin\":\"a\",\"initials\":\"a\"}"
#define NODES(list) "{\"edition\":\"1\",\"nodes\":[" list "]}"
    static const struct {
        const char *kind, *content, *why;
    } rows[] = {
        {"weather", "{}", "/kind: must be name"},
        {"name", "{", "/content: is not JSON"},
        {"name", "[]", "/content: must be an object"},
        {"name", "{\"product_zh\":\"\"}", "/content/product_zh: must be"},
        {"name", "{\"product_zh\":\"a\\nb\"}", "/content/product_zh: must be"},
        {"name", "{\"colour\":1}", "/content/colour: is not a member"},
        {"name", "{\"product_zh\":\"a\",\"product_en\":\"a\"}",
         "/content/public_number: must be"},
        {"name",
         "{\"product_zh\":\"a\",\"product_en\":\"a\",\"public_number\":\"1\","
         "\"utc_offset_minutes\":9999}",
         "/content/utc_offset_minutes: must be a whole number from -720"},
        {"territory", "{\"edition\":\"1\"}", "/content/nodes: must be a list"},
        {"territory", NODES(""), "/content/nodes: must be a list"},
        {"territory", NODES("7"), "/content/nodes/0: must be an object"},
        {"territory", NODES(NODE("1502", "a")),
         "/content/nodes/0/code: must be a code of 6, 9 or 12"},
        {"territory", NODES(NODE("150200", "")),
         "/content/nodes/0/name: must be"},
        {"territory", NODES(NODE("150200", "a") "," NODE("150200", "a")),
         "/content/nodes/1/code: must be above"},
        {"territory", NODES(NODE("150202", "a")),
         "/content/nodes/0/code: must lie below"},
        {"territory", NODES(NODE("150200", "a") "," NODE("150202001", "a")),
         "/content/nodes/1/code: must lie below"},
        {"units", "{\"units\":[{\"code\":\"A\"}]}",
         "/content/units/0/code: must be 1 to 16"},
        {"units",
         "{\"units\":[{\"code\":\"a\",\"zh\":\"a\",\"en\":\"a\","
         "\"territory\":150200}]}",
         "/content/units/0/territory: must be a code"},
        {"units",
         "{\"units\":[{\"code\":\"a\",\"zh\":\"a\",\"en\":\"a\","
         "\"territory\":\"150200\",\"may_see_all\":1}]}",
         "/content/units/0/may_see_all: must be true or false"},
        {"units",
         "{\"units\":[{\"code\":\"a\",\"zh\":\"a\",\"en\":\"a\","
         "\"territory\":\"150200\"},{\"code\":\"a\",\"zh\":\"a\","
         "\"en\":\"a\",\"territory\":\"150200\"}]}",
         "/content/units/1/code: stands twice"},
        {"roles", ROLE("{\"fly\":\"all\"}", "{}"),
         "/content/roles/0/grants/fly: is no act"},
        {"roles", ROLE("{\"read_case\":\"some\"}", "{}"),
         "/content/roles/0/grants/read_case: must be own"},
        {"roles", ROLE("[]", "{}"), "/content/roles/0/grants: must be"},
        {"roles", ROLE("{}", "{\"near\":{}}"),
         "/content/roles/0/masks/near: must be own"},
        {"roles", ROLE("{}", "{\"own\":{\"G1\":\"F\"}}"),
         "/content/roles/0/masks/own/G2: must be F"},
        {"roles", ROLE("{}", "{\"own\":{\"G1\":\"Full\"}}"),
         "/content/roles/0/masks/own/G1: must be F"},
        {"roles", ROLE("{}", "{\"own\":{\"G99\":\"F\"}}"),
         "/content/roles/0/masks/own/G99: is not a member"},
        {"roles",
         "{\"roles\":[{\"code\":\"R-X\",\"zh\":\"a\",\"en\":\"a\","
         "\"grants\":{},\"masks\":{},\"secret_reporter\":\"some\"}]}",
         "/content/roles/0/secret_reporter: must be own"},
        {"roles",
         "{\"roles\":[{\"code\":\"R-X\",\"zh\":\"a\",\"en\":\"a\","
         "\"grants\":{},\"masks\":{}},{\"code\":\"R-X\",\"zh\":\"a\","
         "\"en\":\"a\",\"grants\":{},\"masks\":{}}]}",
         "/content/roles/1/code: stands twice"},
        {"roles", ROLE("{\"read_case\":\"all\"}", "{\"own\":" ROLE_MASK "}"),
         "/content/roles/0/masks: has no profile"},
        {"acting", ACTING("2", "3"),
         "/content/callback_days: must be no more than callback_attempts"},
        {"acting", ACTING("0", "0"), "/content/callback_attempts: "},
        {"acting", ACTING("3", "0"), "/content/callback_days: "},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct text why = {"", 0};
        struct err e = catalogue_check(rows[i].kind, text_of(rows[i].content),
                                       world.arena, &why);

        assert_int_equal(e.code, ERR_INPUT);
        if (!text_holds(why, rows[i].why)) {
            fail_msg("%zu: \"%.*s\", wanted \"%s\"", i, (int)why.size, why.at,
                     rows[i].why);
        }
    }
    assert_false(failed(catalogue_check(
        "roles",
        text_of(ROLE("{\"read_case\":\"all\"}", "{\"all\":" ROLE_MASK "}")),
        world.arena, &(struct text){0})));
}

static void a_file_has_four_members(void **state)
{
    static const struct {
        const char *file, *why;
    } rows[] = {
        {"nothing", "/: is not JSON"},
        {"[1]", "/: must be an object"},
        {"{\"version\":1}", "/kind: must be"},
        {"{\"kind\":\"name\",\"version\":0}", "/version: must be"},
        {"{\"kind\":\"name\",\"version\":1}", "/effective_from: must be"},
        {"{\"kind\":\"name\",\"version\":1,\"effective_from\":\"soon\"}",
         "/effective_from: must be"},
        {"{\"kind\":\"name\",\"version\":1,"
         "\"effective_from\":\"2026-01-01T00:00:00Z\"}",
         "/: must hold"},
        {"{\"kind\":\"name\",\"version\":1,"
         "\"effective_from\":\"2026-01-01T00:00:00Z\",\"content\":{},"
         "\"more\":1}",
         "/: must hold"},
        {"{\"kind\":\"name\",\"version\":1,"
         "\"effective_from\":\"2026-01-01T00:00:00Z\",\"content\":{}}",
         "/content/product_zh: must be"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct cmd_adopt_catalogue command;
        struct text why = {"", 0};

        assert_int_equal(catalogue_file_read(text_of(rows[i].file), world.arena,
                                             &command, &why)
                             .code,
                         ERR_INPUT);
        if (!text_holds(why, rows[i].why)) {
            fail_msg("%zu: \"%.*s\"", i, (int)why.size, why.at);
        }
    }
}

/* -------------------------------------------------------------- adopting -- */

static const char *const other_name =
    "{\"product_zh\":\"护童\",\"product_en\":\"hutong\","
    "\"public_number\":\"12349\",\"utc_offset_minutes\":0,"
    "\"session_idle_minutes\":5,\"session_max_hours\":1,"
    "\"enrolment_hours\":1}";

static void a_version_must_follow(void **state)
{
    struct cmd_adopt_catalogue command = {.kind = text_of("name"),
                                          .version = 1,
                                          .effective_from = WORLD_START_US,
                                          .content = text_of(other_name)};

    (void)state;
    assert_int_equal(world_do(&world, "", COMMAND_ADOPT_CATALOGUE, &command),
                     REFUSAL_CATALOGUE_VERSION);
    assert_int_equal(world.last.current_version, 1);
    command.version = 3;
    assert_int_equal(
        world_do(&world, "agt01", COMMAND_ADOPT_CATALOGUE, &command),
        REFUSAL_RIGHT_DENIED);
    assert_int_equal(
        world_do(&world, "adm01", COMMAND_ADOPT_CATALOGUE, &command),
        REFUSAL_NONE);
    assert_int_equal(world.last.event_count, 1);
    assert_true(id_is_zero(world.last.object));
    world_reload(&world);
    assert_int_equal(catalogue_utc_offset_minutes(world.catalogue), 0);
    command.version = 2;
    assert_int_equal(world_do(&world, "", COMMAND_ADOPT_CATALOGUE, &command),
                     REFUSAL_CATALOGUE_VERSION);
    assert_int_equal(world.last.current_version, 3);
}

static void what_is_wrong_is_not_adopted(void **state)
{
    struct cmd_adopt_catalogue command = {.kind = text_of("name"),
                                          .version = 9,
                                          .effective_from = WORLD_START_US,
                                          .content = text_of("{}")};

    (void)state;
    assert_int_equal(world_do(&world, "", COMMAND_ADOPT_CATALOGUE, &command),
                     REFUSAL_CATALOGUE_INVALID);
    command.kind = text_of("weather");
    assert_int_equal(world_do(&world, "", COMMAND_ADOPT_CATALOGUE, &command),
                     REFUSAL_CATALOGUE_INVALID);
    command.kind = text_of("units");
    command.content =
        text_of("{\"units\":[{\"code\":\"a\",\"zh\":\"a\",\"en\":\"a\","
                "\"territory\":\"150299\"}]}");
    assert_int_equal(world_do(&world, "", COMMAND_ADOPT_CATALOGUE, &command),
                     REFUSAL_CATALOGUE_INVALID);
}

static void a_store_without_a_kind_does_not_load(void **state)
{
    struct world bare;
    struct catalogue *c = NULL;
    struct store_txn *t;

    (void)state;
    world_empty(&bare);
    assert_int_equal(world_adopt(&bare, "name"), REFUSAL_NONE);
    assert_false(failed(store_read_begin(bare.store.store, &t)));
    assert_int_equal(catalogue_load(t, &c).code, ERR_MISSING);
    assert_null(c);
    store_end(t);
    /* Units before their territory, accounts before their roles: no. */
    assert_int_equal(world_adopt(&bare, "units"), REFUSAL_CATALOGUE_INVALID);
    assert_int_equal(
        world_add_account(&bare, "agt01", "R-AGT", "service_centre"),
        REFUSAL_ACCOUNT_ROLE_UNKNOWN);
    world_free(&bare);
    catalogue_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_seed_holds_the_city),
        cmocka_unit_test(the_seed_names_the_line),
        cmocka_unit_test(every_demo_account_fits),
        cmocka_unit_test(the_real_seed_is_good_too),
        cmocka_unit_test(places_lie_within_each_other),
        cmocka_unit_test(what_is_wrong_is_named_with_its_place),
        cmocka_unit_test(a_file_has_four_members),
        cmocka_unit_test(what_is_wrong_is_not_adopted),
        cmocka_unit_test(a_version_must_follow),
        cmocka_unit_test(a_store_without_a_kind_does_not_load),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
