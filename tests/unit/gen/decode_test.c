/*
 * decode_test.c - what comes from outside into the structs of the real schema:
 * bodies, queries, paths.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gen/commands.h"
#include "gen/reads.h"
#include "gen/routes.h"

#define ID_A "00112233445566778899aabbccddeeff"
#define ID_B "ffeeddccbbaa99887766554433221100"

static struct arena *arena;

static int make_arena(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    return 0;
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(arena);
    arena = NULL;
    return 0;
}

static struct json_doc *parsed(const char *json)
{
    struct json_doc *doc = NULL;
    assert_false(failed(json_parse(text_of(json), &doc, NULL)));
    return doc;
}

static void assert_text(struct text got, const char *want)
{
    if (!text_is(got, want))
        print_error("got  %.*s\nwant %s\n", (int)got.size, got.at, want);
    assert_true(text_is(got, want));
}

static struct id id_of(const char *hex)
{
    struct id id;
    assert_true(id_from_hex(text_of(hex), &id));
    return id;
}

/* ------------------------------------------------------------ decode ---- */

static void a_whole_case_is_decoded(void **state)
{
    (void)state;
    struct json_doc *doc = parsed(
        "{\"contact_id\":\"" ID_A "\",\"matter\":\"e\\u0301\\r\\ntwo  \","
        "\"place_now\":{\"code\":\"150203001901\",\"unknown\":false},"
        "\"occurring\":\"now\",\"language\":null,\"avoid_contact\":\"  \","
        "\"reporter\":{\"name\":\"\",\"phone\":\"00000000042\"},"
        "\"children\":[{\"name\":\"a\",\"age_years\":7},{}],"
        "\"draft_version\":4294967295}");
    struct cmd_register_case c;
    struct field_problem problem;
    assert_false(
        failed(cmd_register_case_decode(json_root(doc), arena, &c, &problem)));
    json_free(doc); /* nothing points into it */
    assert_true(id_equal(c.contact_id, id_of(ID_A)));
    assert_text(c.matter, "\xc3\xa9\ntwo");
    assert_true(c.place_now.has_code);
    assert_int_equal(c.place_now.code, 150203001901);
    assert_true(c.place_now.has_unknown);
    assert_false(c.place_now.unknown);
    assert_false(c.place_now.has_text);
    assert_true(c.has_occurring);
    assert_int_equal(c.occurring, OCCURRING_NOW);
    assert_false(c.has_language);
    assert_false(c.has_avoid_contact);
    assert_true(c.has_reporter);
    assert_false(c.reporter.has_name);
    assert_text(c.reporter.phone, "00000000042");
    assert_true(c.has_children);
    assert_int_equal(c.children_count, 2);
    assert_text(c.children[0].name, "a");
    assert_int_equal(c.children[0].age_years, 7);
    assert_false(c.children[1].has_name);
    assert_false(c.has_screen);
    assert_int_equal(c.draft_version, 4294967295);
}

#define HEAD "\"contact_id\":\"" ID_A "\",\"matter\":\"m\",\"place_now\":{}"

static const struct {
    const char *json;
    const char *pointer;
    const char *code;
    int64_t bound;
} problems[] = {
    {"[]", "", "field.type", 0},
    {"{}", "/contact_id", "field.missing", 0},
    {"{\"contact_id\":\"" ID_A "\"}", "/matter", "field.missing", 0},
    {"{" HEAD ",\"extra\":1}", "/extra", "field.unknown", 0},
    {"{\"a/b~c\":1," HEAD "}", "/a~1b~0c", "field.unknown", 0},
    {"{\"contact_id\":5}", "/contact_id", "field.type", 0},
    {"{\"contact_id\":null}", "/contact_id", "field.missing", 0},
    {"{\"contact_id\":\"\"}", "/contact_id", "field.missing", 0},
    {"{\"contact_id\":\"XYZ\"}", "/contact_id", "field.pattern", 0},
    {"{\"matter\":\" \\n \"}", "/matter", "field.missing", 0},
    {"{\"matter\":\"a\\u0007\"}", "/matter", "field.bad_text", 0},
    {"{" HEAD ",\"occurring\":\"soon\"}", "/occurring", "field.not_listed", 0},
    {"{" HEAD ",\"children\":{}}", "/children", "field.type", 0},
    {"{" HEAD ",\"children\":[{},{},{},{},{},{},{},{},{}]}", "/children",
     "field.too_many", 8},
    {"{" HEAD ",\"children\":[{},5]}", "/children/1", "field.type", 0},
    {"{" HEAD ",\"children\":[{},{\"age_years\":19}]}", "/children/1/age_years",
     "field.out_of_range", 18},
    {"{" HEAD ",\"children\":[{\"age_years\":-1}]}", "/children/0/age_years",
     "field.out_of_range", 0},
    {"{" HEAD ",\"children\":[{\"age_years\":1.5}]}", "/children/0/age_years",
     "field.type", 0},
    {"{" HEAD ",\"reporter\":{\"phone\":\"12a\"}}", "/reporter/phone",
     "field.pattern", 0},
    {"{" HEAD ",\"reporter\":{\"x\":1}}", "/reporter/x", "field.unknown", 0},
    {"{\"place_now\":{\"code\":\"1502\"}}", "/place_now/code", "field.pattern",
     0},
    {"{\"place_now\":{\"unknown\":\"yes\"}}", "/place_now/unknown",
     "field.type", 0},
    /* the first in the order of the document, not of the schema */
    {"{\"screen\":{\"r9\":1},\"contact_id\":5}", "/screen/r9", "field.unknown",
     0},
    {"{\"contact_id\":5,\"screen\":{\"r9\":1}}", "/contact_id", "field.type",
     0},
};

static void the_first_problem_is_told_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(problems); i++) {
        struct json_doc *doc = parsed(problems[i].json);
        struct cmd_register_case c = {.draft_version = 77};
        struct field_problem p = {.code = ""};
        const struct err e =
            cmd_register_case_decode(json_root(doc), arena, &c, &p);
        json_free(doc);
        if (e.code != ERR_INPUT ||
            strcmp(p.pointer, problems[i].pointer) != 0 ||
            strcmp(p.code, problems[i].code) != 0)
            print_error("%s: got %s at %s\n", problems[i].json, p.code,
                        p.pointer);
        assert_int_equal(e.code, ERR_INPUT);
        assert_string_equal(p.pointer, problems[i].pointer);
        assert_string_equal(p.code, problems[i].code);
        assert_int_equal(p.bound, problems[i].bound);
        assert_int_equal(c.draft_version, 77); /* untouched */
    }
}

/* A command with count times 甲 in its name of at most 60. */
static struct err decode_name(size_t count, struct cmd_add_account *ret,
                              struct field_problem *ret_problem)
{
    char name[61 * 3 + 1] = {0};
    char json[512];
    for (size_t i = 0; i < count; i++)
        memcpy(name + 3 * i, "\xe7\x94\xb2", 3);
    (void)snprintf(json, sizeof(json),
                   "{\"display_name\":\"%s \",\"login\":\"ab\","
                   "\"role\":\"R-X\",\"unit\":\"u\"}",
                   name);
    struct json_doc *doc = parsed(json);
    const struct err e =
        cmd_add_account_decode(json_root(doc), arena, ret, ret_problem);
    json_free(doc);
    return e;
}

static void length_is_counted_in_code_points_after_cleaning(void **state)
{
    (void)state;
    struct cmd_add_account c;
    struct field_problem p;
    assert_false(failed(decode_name(60, &c, &p)));
    assert_int_equal(c.display_name.size, 180);
    assert_int_equal(decode_name(61, &c, &p).code, ERR_INPUT);
    assert_string_equal(p.code, "field.too_long");
    assert_string_equal(p.pointer, "/display_name");
    assert_int_equal(p.bound, 60);
    assert_int_equal(decode_name(0, &c, &p).code, ERR_INPUT);
    assert_string_equal(p.code, "field.missing");
}

static void a_long_unknown_name_is_cut_and_stays_utf8(void **state)
{
    (void)state;
    char json[1024] = "{\"";
    size_t size = strlen(json);
    for (size_t i = 0; i < 100; i++, size += 3)
        memcpy(json + size, "\xe7\x94\xb2", 3);
    memcpy(json + size, "\":1}", 5);
    struct json_doc *doc = parsed(json);
    struct cmd_add_note c;
    struct field_problem p;
    assert_int_equal(cmd_add_note_decode(json_root(doc), arena, &c, &p).code,
                     ERR_INPUT);
    json_free(doc);
    assert_string_equal(p.code, "field.unknown");
    assert_true(strlen(p.pointer) < sizeof(p.pointer));
    assert_true(strlen(p.pointer) > 100);
    assert_true(utf8_valid(text_of(p.pointer)));
}

static void any_json_is_kept_compact(void **state)
{
    (void)state;
    struct json_doc *doc =
        parsed("{ \"content\" : { \"b\" : [ 1, null, true ], \"a\":\"x\" } }");
    struct cmd_save_draft c;
    struct field_problem p;
    assert_false(failed(cmd_save_draft_decode(json_root(doc), arena, &c, &p)));
    json_free(doc);
    assert_text(c.content, "{\"b\":[1,null,true],\"a\":\"x\"}");
}

static void a_full_arena_is_a_limit_not_a_problem(void **state)
{
    (void)state;
    struct arena *small = arena_new(64);
    struct json_doc *doc = parsed("{" HEAD "}");
    struct cmd_register_case c;
    struct field_problem p;
    assert_int_equal(
        cmd_register_case_decode(json_root(doc), small, &c, &p).code,
        ERR_LIMIT);
    json_free(doc);
    arena_free(small);
}

static void commands_are_found_by_their_number(void **state)
{
    (void)state;
    const struct command_info *i = &command_info[COMMAND_SAVE_DRAFT];
    assert_string_equal(i->name, "save_draft");
    assert_int_equal(i->lane, LANE_CONTACT);
    assert_true(i->if_match);
    assert_false(i->idempotent);
    assert_false(i->internal);
    assert_int_equal(i->struct_bytes, sizeof(struct cmd_save_draft));
    for (int c = COMMAND_NONE + 1; c < COMMAND_COUNT; c++) {
        assert_non_null(command_info[c].decode);
        assert_true(command_info[c].struct_bytes > 0);
        assert_true(c == 1 ||
                    strcmp(command_info[c - 1].name, command_info[c].name) < 0);
    }
    struct cmd_add_note note = {.text = TEXT_LITERAL("kept")};
    const struct text no = TEXT_LITERAL("12349-20261123-0001");
    const struct text bad = TEXT_LITERAL("12349-20261123-1");
    const struct command_info *add = &command_info[COMMAND_ADD_NOTE];
    assert_false(add->path(&bad, 1, &note));
    assert_false(add->path(&no, 0, &note));
    assert_true(add->path(&no, 1, &note));
    assert_int_equal(note.no.day, 20261123);
    assert_int_equal(note.no.serial, 1);
    assert_text(note.text, "kept");
    assert_null(command_info[COMMAND_TAKE_CONTACT].path);
}

/* ------------------------------------------------------------- reads ---- */

static struct err query(enum read read, const char *const *pairs, size_t count,
                        void *ret, struct field_problem *p)
{
    struct text names[8];
    struct text values[8];
    for (size_t i = 0; i < count; i++) {
        names[i] = text_of(pairs[2 * i]);
        values[i] = text_of(pairs[2 * i + 1]);
    }
    return read_info[read].decode_query(names, values, count, arena, ret, p);
}

static void a_query_is_decoded(void **state)
{
    (void)state;
    struct read_list_cases r;
    struct field_problem p;
    const char *good[] = {"limit", "200", "state", "TRIAGE", "cursor", ""};
    assert_false(failed(query(READ_LIST_CASES, good, 3, &r, &p)));
    assert_true(r.has_limit);
    assert_int_equal(r.limit, 200);
    assert_int_equal(r.state, CASE_STATE_TRIAGE);
    assert_false(r.has_cursor);
    assert_false(failed(query(READ_LIST_CASES, NULL, 0, &r, &p)));
    assert_false(r.has_limit);

    struct read_read_timeline t;
    const char *path[] = {"no", "12349-20261123-12345", "limit", "1"};
    assert_false(failed(query(READ_READ_TIMELINE, path, 2, &t, &p)));
    assert_int_equal(t.no.serial, 12345);
}

static void a_bad_query_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *pairs[4];
        size_t count;
        const char *pointer;
        const char *code;
    } bad[] = {
        {{"limit", "0"}, 1, "/limit", "field.out_of_range"},
        {{"limit", "201"}, 1, "/limit", "field.out_of_range"},
        {{"limit", "1x"}, 1, "/limit", "field.type"},
        {{"limit", "-"}, 1, "/limit", "field.type"},
        {{"limit", "99999999999999999999"}, 1, "/limit", "field.type"},
        {{"limit", "1", "limit", "2"}, 2, "/limit", "field.too_many"},
        {{"state", "open"}, 1, "/state", "field.not_listed"},
        {{"cursor", "a b"}, 1, "/cursor", "field.pattern"},
        {{"who", "me"}, 1, "/who", "field.unknown"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct read_list_cases r;
        struct field_problem p = {.code = ""};
        assert_int_equal(
            query(READ_LIST_CASES, bad[i].pairs, bad[i].count, &r, &p).code,
            ERR_INPUT);
        assert_string_equal(p.pointer, bad[i].pointer);
        assert_string_equal(p.code, bad[i].code);
    }
    struct read_read_case c;
    struct field_problem p = {.code = ""};
    assert_int_equal(query(READ_READ_CASE, NULL, 0, &c, &p).code, ERR_INPUT);
    assert_string_equal(p.pointer, "/no");
    assert_string_equal(p.code, "field.missing");
}

static void routes_are_found(void **state)
{
    (void)state;
    struct text params[ROUTE_PARAMS_MAX];
    size_t count = 99;
    bool known = false;
    const struct route *r =
        route_find(TEXT_LITERAL("POST"), TEXT_LITERAL("/cases/x/note"), params,
                   &count, &known);
    assert_non_null(r);
    assert_int_equal(r->kind, ROUTE_COMMAND);
    assert_int_equal(r->index, COMMAND_ADD_NOTE);
    assert_int_equal(count, 1);
    assert_text(params[0], "x");
    r = route_find(TEXT_LITERAL("GET"), TEXT_LITERAL("/cases"), params, &count,
                   &known);
    assert_int_equal(r->kind, ROUTE_READ);
    assert_int_equal(r->index, READ_LIST_CASES);
    assert_int_equal(count, 0);
    r = route_find(TEXT_LITERAL("DELETE"), TEXT_LITERAL("/session"), params,
                   &count, &known);
    assert_int_equal(r->kind, ROUTE_SPECIAL);
    assert_int_equal(r->index, SPECIAL_CLOSE_SESSION);
}

static void routes_that_are_not_there(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        const char *path;
        bool known;
    } none[] = {
        {"DELETE", "/cases", true},
        {"PATCH", "/cases/1/note", true},
        {"GET", "/case", false},
        {"GET", "/cases/", false},
        {"GET", "", false},
        {"GET", "cases", false},
        {"GET", "/", false},
        {"GET", "//", false},
        {"POST", "/cases//note", false},
        {"GET", "/cases/1/2/3/4", false},
    };
    for (size_t i = 0; i < ARRAY_COUNT(none); i++) {
        struct text params[ROUTE_PARAMS_MAX];
        size_t count = 99;
        bool known = !none[i].known;
        assert_null(route_find(text_of(none[i].method), text_of(none[i].path),
                               params, &count, &known));
        assert_int_equal(known, none[i].known);
        assert_int_equal(count, 99);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_arena, free_arena)
    const struct CMUnitTest tests[] = {
        TEST(a_whole_case_is_decoded),
        TEST(the_first_problem_is_told_with_its_place),
        TEST(length_is_counted_in_code_points_after_cleaning),
        TEST(a_long_unknown_name_is_cut_and_stays_utf8),
        TEST(any_json_is_kept_compact),
        TEST(a_full_arena_is_a_limit_not_a_problem),
        TEST(commands_are_found_by_their_number),
        TEST(a_query_is_decoded),
        TEST(a_bad_query_is_refused),
        TEST(routes_are_found),
        TEST(routes_that_are_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
