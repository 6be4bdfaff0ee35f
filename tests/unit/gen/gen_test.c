/*
 * gen_test.c - tables, lists, refusals and small values that scripts/gen makes
 * of the real schema. The schema's own rules are tested in scripts/gen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "gen/lists.h"
#include "gen/openapi.h"
#include "gen/refusals.h"
#include "gen/shapes.h"
#include "gen/tables.h"

/* ------------------------------------------- tables, lists, refusals ---- */

static void table_rows_keep_what_was_put(void **state)
{
    (void)state;
    const struct id agent = {{1, 2, 3}};
    uint8_t row[CASE_HEAD_BYTES] = {0};
    case_head_set_version(row, 0x01020304);
    case_head_set_state(row, CASE_STATE_VOID);
    case_head_set_place_code(row, 150203001901);
    case_head_set_due_us(row, -5);
    case_head_set_agent(row, agent);
    case_head_set_ball_unit(row, "cty_kq\0\0\0\0\0\0\0\0\0\0");
    assert_int_equal(case_head_version(row), 0x01020304);
    assert_int_equal(row[0], 4); /* little-endian */
    assert_int_equal(case_head_state(row), CASE_STATE_VOID);
    assert_int_equal(case_head_place_code(row), 150203001901);
    assert_int_equal(case_head_due_us(row), -5);
    assert_true(id_equal(case_head_agent(row), agent));
    assert_string_equal(case_head_ball_unit(row), "cty_kq");
    assert_int_equal(case_head_risk(row), 0);
    assert_int_equal(CASE_HEAD_BYTES % 8, 0);
}

static void table_keys_sort_as_their_fields(void **state)
{
    (void)state;
    uint8_t low[CASE_BY_NO_KEY_BYTES];
    uint8_t high[CASE_BY_NO_KEY_BYTES];
    case_by_no_key(low, 20261123, 255);
    case_by_no_key(high, 20261123, 256);
    assert_true(memcmp(low, high, sizeof(low)) < 0);
    assert_int_equal(case_by_no_key_day(high), 20261123);
    assert_int_equal(case_by_no_key_serial(high), 256);
    assert_int_equal(high[CASE_BY_NO_KEY_BYTES - 2], 1); /* big-endian */
    for (int t = 1; t < TABLE_COUNT; t++)
        assert_true(table_info[t - 1].number < table_info[t].number);
    assert_string_equal(table_info[TABLE_CASE_HEAD].name, "case_head");
    assert_int_equal(table_info[TABLE_CASE_HEAD].class, TABLE_CLASS_DERIVED);
    assert_int_equal(table_info[TABLE_DRAFT].class, TABLE_CLASS_SIDE);
    assert_false(bytes_all_zero(tables_version, sizeof(tables_version)));
}

static void lists_and_refusals_go_both_ways(void **state)
{
    (void)state;
    assert_string_equal(channel_code(CHANNEL_NONE), "");
    assert_string_equal(channel_code((enum channel)99), "");
    assert_int_equal(channel_from(TEXT_LITERAL("")), CHANNEL_NONE);
    assert_int_equal(channel_from(TEXT_LITERAL("Phone")), CHANNEL_NONE);
    for (int i = 1; i <= CHANNEL_MAX; i++) {
        const char *code = channel_code((enum channel)i);
        if (code[0] != '\0')
            assert_int_equal(channel_from(text_of(code)), i);
    }
    assert_string_equal(channel_name(CHANNEL_PHONE, LANG_EN), "Telephone");
    assert_string_equal(channel_name(CHANNEL_PHONE, LANG_ZH),
                        "\xe7\x94\xb5\xe8\xaf\x9d");
    for (int i = 1; i < REFUSAL_COUNT; i++) {
        const struct refusal_info *r = &refusal_info[i];
        assert_int_equal(refusal_from_code(r->code), i);
        assert_in_range(r->status, 400, 599);
        assert_true(r->text[LANG_ZH][0] != '\0' && r->text[LANG_EN][0] != '\0');
    }
    assert_int_equal(refusal_from_code("no.such"), REFUSAL_NONE);
    assert_int_equal(refusal_from_code(""), REFUSAL_NONE);
}

static void case_numbers_and_places_have_one_spelling(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "12349-20261123-001",
                                      "12349-20261123-00001",
                                      "12349-20261123-0000",
                                      "12345-20261123-0001",
                                      "12349-20261323-0001",
                                      "12349-20261100-0001",
                                      "12349-2026112a-0001",
                                      "12349 20261123-0001",
                                      "12349-20261123-0001 ",
                                      "12349-20261123-1234567890"};
    static const char *const good[] = {"12349-20261123-0001",
                                       "12349-20261231-12345"};
    static const char *const places[] = {"",       "15020",   "050203",
                                         "15020a", "1502030", "1502030019011"};
    struct case_no no;
    uint64_t code;
    char again[CASE_NO_BYTES];
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        assert_false(case_no_from(text_of(bad[i]), &no));
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        assert_true(case_no_from(text_of(good[i]), &no));
        assert_int_equal(case_no_to(no, again), strlen(good[i]));
        assert_string_equal(again, good[i]);
    }
    for (size_t i = 0; i < ARRAY_COUNT(places); i++)
        assert_false(territory_from(text_of(places[i]), &code));
    assert_true(territory_from(TEXT_LITERAL("150203001"), &code));
    assert_int_equal(code, 150203001);
    assert_int_equal(territory_township(150203001), 150203001);
}

static void the_document_is_json(void **state)
{
    (void)state;
    assert_int_equal(openapi_json_size, strlen(openapi_json));
    assert_memory_equal(openapi_json, "{\"openapi\":\"3.1.", 16);
}

int main(void)
{
#define TEST(f) cmocka_unit_test(f)
    const struct CMUnitTest tests[] = {
        TEST(table_rows_keep_what_was_put),
        TEST(table_keys_sort_as_their_fields),
        TEST(lists_and_refusals_go_both_ways),
        TEST(case_numbers_and_places_have_one_spelling),
        TEST(the_document_is_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
