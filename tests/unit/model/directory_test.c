/*
 * directory_test.c - every row of the dispatch directory, against cells typed
 * by hand in tests/oracle/directory.tsv.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model_fixture.h"

enum { COLUMNS = 11, LINE_BYTES = 512, CELL_BYTES = 128 };

enum column {
    CATEGORY,
    NOW,
    EVENT,
    HOME,
    HOUSEHOLD,
    EMERGENCY,
    LEAD,
    TAKE_PART,
    TOLD,
    RULE,
    CROSS
};

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

static uint64_t place(const char *cell)
{
    return strcmp(cell, "-") == 0 ? 0 : strtoull(cell, NULL, 10);
}

static void put(char cell[static CELL_BYTES], const char unit[static 16])
{
    size_t used = strlen(cell);

    (void)snprintf(cell + used, CELL_BYTES - used, "%s%.16s",
                   used == 0 ? "" : " ", unit);
}

static void expect(size_t row, const char *what, const char *got,
                   const char *wanted)
{
    if (strcmp(got[0] == '\0' ? "-" : got, wanted) != 0) {
        fail_msg("line %zu: %s is \"%s\", wanted \"%s\"", row, what, got,
                 wanted);
    }
}

static void compare(size_t row, char *const cells[static COLUMNS],
                    const struct suggestion *s)
{
    char lead[CELL_BYTES] = "";
    char co[CELL_BYTES] = "";
    char told[CELL_BYTES] = "";

    for (size_t i = 0; i < s->lead_count; i++) {
        put(lead, s->leads[i]);
    }
    for (size_t i = 0; i < s->receiver_count; i++) {
        put(s->receivers[i].informed_only ? told : co, s->receivers[i].unit);
    }
    expect(row, "lead", lead, cells[LEAD]);
    expect(row, "take part", co, cells[TAKE_PART]);
    expect(row, "told", told, cells[TOLD]);
    expect(row, "rule", s->rule, cells[RULE]);
    expect(row, "cross county", s->cross_county ? "yes" : "", cells[CROSS]);
    assert_int_equal(s->version, 1);
    assert_int_equal(s->reason_zh.size > 0, s->lead_count > 0);
    assert_int_equal(s->reason_en.size > 0, s->lead_count > 0);
}

static void ask(size_t row, char *const cells[static COLUMNS])
{
    struct suggest_in in = {
        .now = place(cells[NOW]),
        .event = place(cells[EVENT]),
        .home = place(cells[HOME]),
        .household = place(cells[HOUSEHOLD]),
        .emergency = strcmp(cells[EMERGENCY], "yes") == 0,
    };
    struct suggestion s;

    if (strcmp(cells[CATEGORY], "-") != 0) {
        memcpy(in.category, cells[CATEGORY], strlen(cells[CATEGORY]));
    }
    memset(&s, 0xa5, sizeof(s));
    catalogue_suggest(world.catalogue, &in, &s);
    compare(row, cells, &s);
}

static void every_row_of_the_directory(void **state)
{
    FILE *f = fopen("tests/oracle/directory.tsv", "r");
    char line[LINE_BYTES];
    size_t row = 0;
    size_t asked = 0;

    (void)state;
    assert_non_null(f);
    while (fgets(line, sizeof(line), f) != NULL) {
        char *cells[COLUMNS];
        size_t count = 0;
        char *rest = NULL;

        row++;
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#') {
            continue;
        }
        for (char *cell = strtok_r(line, "\t", &rest); cell != NULL;
             cell = strtok_r(NULL, "\t", &rest)) {
            assert_true(count < COLUMNS);
            cells[count++] = cell;
        }
        assert_int_equal(count, COLUMNS);
        ask(row, cells);
        asked++;
    }
    assert_int_equal(fclose(f), 0);
    assert_true(asked > 80);
}

static void a_city_without_a_directory_suggests_nothing(void **state)
{
    static const char *const seeds[] = {"name", "territory", "units", "roles"};
    const struct suggest_in in = {
        .category = "C08", .now = 150204, .emergency = true};
    struct suggestion s;
    struct world bare;

    (void)state;
    world_empty(&bare);
    for (size_t i = 0; i < ARRAY_COUNT(seeds); i++) {
        assert_int_equal(world_adopt(&bare, seeds[i]), REFUSAL_NONE);
    }
    world_reload(&bare);
    catalogue_suggest(bare.catalogue, &in, &s);
    assert_int_equal(s.lead_count, 0);
    assert_int_equal(s.receiver_count, 0);
    assert_string_equal(s.rule, "");
    assert_null(catalogue_rule(bare.catalogue, DUE_SIGN, URGENCY_URGENT,
                               "C08\0\0\0\0"));
    assert_int_equal(catalogue_duty_count(bare.catalogue), 0);
    assert_false(catalogue_acting(bare.catalogue).dispatch_by_itself);
    world_free(&bare);
}

static void units_are_found_by_what_they_are(void **state)
{
    const struct catalogue *c = world.catalogue;

    (void)state;
    assert_string_equal(catalogue_centre(c)->code, "protect_centre");
    assert_string_equal(catalogue_service_centre(c)->code, "service_centre");
    assert_string_equal(catalogue_county_unit(c, 150203001901)->code, "ca_kq");
    assert_string_equal(catalogue_county_unit(c, 150271)->code, "ca_xt");
    assert_null(catalogue_county_unit(c, 150200));
    assert_null(catalogue_county_unit(c, 110101));
    assert_null(catalogue_county_unit(c, 0));
}

static void categories_say_what_they_are(void **state)
{
    const struct catalogue *c = world.catalogue;
    const struct catalogue_category *c03 = catalogue_category(c, "C03\0\0\0\0");

    (void)state;
    assert_int_equal(c03->urgency, URGENCY_MOST_URGENT);
    assert_int_equal(c03->protections, 0x2f); /* all but government */
    assert_int_equal(c03->situations, 0x7);
    assert_int_equal(c03->review_steps, 2);
    assert_int_equal(catalogue_category(c, "C08\0\0\0\0")->urgency,
                     URGENCY_URGENT);
    assert_int_equal(catalogue_category(c, "B01\0\0\0\0")->review_steps, 1);
    assert_null(catalogue_category(c, "C\0\0\0\0\0\0"));
    assert_null(catalogue_category(c, "C98\0\0\0\0"));
    assert_true(catalogue_child_type_known(c, text_of("K13")));
    assert_false(catalogue_child_type_known(c, text_of("K14")));
    assert_false(catalogue_child_type_known(c, text_of("")));
    assert_false(catalogue_child_type_known(c, text_of("K00000000")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_directory),
        cmocka_unit_test(a_city_without_a_directory_suggests_nothing),
        cmocka_unit_test(units_are_found_by_what_they_are),
        cmocka_unit_test(categories_say_what_they_are),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
