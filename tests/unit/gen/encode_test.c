/*
 * encode_test.c - events and back, and views under masks, of the real schema.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gen/events.h"
#include "gen/views.h"

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

/* ------------------------------------------------------------ events ---- */

static struct ev_case_registered sample(void)
{
    struct ev_case_registered e = {
        .case_id = id_of(ID_A),
        .contact_id = id_of(ID_B),
        .day = 20261123,
        .serial = 7,
        .state = CASE_STATE_TRIAGE,
        .channel = CHANNEL_PHONE,
        .has_place_code = true,
        .place_code = 150203001901,
        .danger = true,
        .has_narrative = true,
        .narrative_subject = id_of(ID_A),
        .narrative = {.matter = TEXT_LITERAL("<a> \"b\"\n"),
                      .has_screen = true,
                      .screen = {.has_r1 = true, .r1 = TRI_YES}},
        .children_count = 2,
        .children_subject = {id_of(ID_B), id_of(ID_A)},
        .children = {{.has_age_years = true, .age_years = 7}},
    };
    return e;
}

static void an_event_has_one_spelling(void **state)
{
    (void)state;
    const struct ev_case_registered e = sample();
    struct event_plain plain = {.territory = 150203, .occurred_us = 5};
    assert_false(failed(ev_case_registered_encode(&e, arena, &plain)));
    assert_int_equal(plain.type, EVENT_CASE_REGISTERED);
    assert_int_equal(plain.version, 1);
    assert_int_equal(plain.territory, 150203); /* the caller's */
    assert_int_equal(plain.occurred_us, 5);
    assert_text(plain.open,
                "{\"case_id\":\"" ID_A "\",\"contact_id\":\"" ID_B
                "\",\"day\":20261123,\"serial\":7,\"state\":\"TRIAGE\","
                "\"channel\":\"phone\",\"place_code\":\"150203001901\","
                "\"danger\":true,\"children_count\":2,\"subjects\":[\"" ID_A
                "\",\"" ID_B "\",\"" ID_A "\"]}");
    assert_int_equal(plain.part_count, 3);
    assert_int_equal(plain.parts[0].part_class, PART_CLASS_NARRATIVE);
    assert_text(plain.parts[0].json, "{\"matter\":\"\\u003ca> \\\"b\\\"\\n\","
                                     "\"screen\":{\"r1\":\"yes\"}}");
    assert_int_equal(plain.parts[1].part_class, PART_CLASS_CHILD);
    assert_true(id_equal(plain.parts[1].subject, id_of(ID_B)));
    assert_text(plain.parts[1].json, "{\"age_years\":7}");
    assert_text(plain.parts[2].json, "{}");

    struct event_plain again = {0};
    assert_false(failed(ev_case_registered_encode(&e, arena, &again)));
    assert_true(text_equal(again.open, plain.open));
}

static void an_event_is_read_back(void **state)
{
    (void)state;
    const struct ev_case_registered e = sample();
    struct event_plain plain = {0};
    assert_false(failed(ev_case_registered_encode(&e, arena, &plain)));
    struct ev_case_registered back;
    assert_false(failed(ev_case_registered_decode(plain.open, arena, &back)));
    assert_true(id_equal(back.case_id, e.case_id));
    assert_int_equal(back.serial, 7);
    assert_int_equal(back.state, CASE_STATE_TRIAGE);
    assert_int_equal(back.place_code, 150203001901);
    assert_false(back.has_language);
    assert_int_equal(back.children_count, 2);
    assert_false(back.has_narrative); /* sealed: not in the open */
    struct ev_case_registered_narrative n;
    assert_false(failed(
        ev_case_registered_decode_narrative(plain.parts[0].json, arena, &n)));
    assert_text(n.matter, "<a> \"b\"\n");
    assert_int_equal(n.screen.r1, TRI_YES);
    struct ev_case_registered_children c;
    assert_false(failed(
        ev_case_registered_decode_children(plain.parts[1].json, arena, &c)));
    assert_int_equal(c.age_years, 7);
}

static void an_event_that_is_malformed_is_corrupt(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "{",
        "[]",
        "{}",
        "{\"contact_id\":\"" ID_A "\",\"reason\":\"no\",\"subjects\":[]}",
        "{\"contact_id\":\"" ID_A "\",\"reason\":5}",
        "{\"contact_id\":\"" ID_A "\",\"reason\":\"silent\",\"x\":1}",
        "{\"contact_id\":\"\",\"reason\":\"silent\"}",
    };
    struct ev_contact_closed e;
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        assert_int_equal(
            ev_contact_closed_decode(text_of(bad[i]), arena, &e).code,
            ERR_CORRUPT);
    struct arena *small = arena_new(64);
    assert_int_equal(
        ev_contact_closed_decode(
            TEXT_LITERAL("{\"contact_id\":\"" ID_A "\",\"reason\":\"silent\"}"),
            small, &e)
            .code,
        ERR_LIMIT);
    arena_free(small);
}

/* A bound that moves must not stop a replay of what was logged before. */
static void a_stored_event_is_taken_as_it_stands(void **state)
{
    (void)state;
    struct ev_catalogue_adopted e;
    assert_false(failed(ev_catalogue_adopted_decode(
        TEXT_LITERAL("{\"kind\":\"A B\",\"version\":0,\"effective_from\":"
                     "\"2026-11-23T00:00:00Z\",\"content\":{\"a\":[1]}}"),
        arena, &e)));
    assert_text(e.kind, "A B");
    assert_int_equal(e.version, 0);
    assert_text(e.content, "{\"a\":[1]}");
}

static void too_many_parts_are_a_limit(void **state)
{
    (void)state;
    struct ev_note_added e = {.has_narrative = true,
                              .narrative = {.text = {NULL, 0}}};
    struct event_plain plain = {0};
    assert_false(failed(ev_note_added_encode(&e, arena, &plain)));
    assert_text(plain.parts[0].json, "{\"text\":\"\"}");
    struct arena *small = arena_new(64);
    plain = (struct event_plain){.type = 9};
    assert_int_equal(ev_note_added_encode(&e, small, &plain).code, ERR_LIMIT);
    assert_int_equal(plain.type, 9); /* untouched */
    arena_free(small);
    assert_string_equal(event_name(EVENT_NOTE_ADDED), "note_added");
    assert_string_equal(event_name(65535), "");
    assert_string_equal(event_info_of(EVENT_NOTE_ADDED)->object, "case");
}

/* ------------------------------------------------------------- views ---- */

static struct mask mask_all(uint8_t level)
{
    struct mask m;
    memset(m.level, level, sizeof(m.level));
    m.level[GROUP_SELF] = MASK_FULL;
    return m;
}

static void assert_file(const struct view_case_file *v, struct mask m,
                        const char *want)
{
    struct json_out o;
    struct text got;
    json_out_init(&o, 1 << 16);
    view_case_file_write(&o, v, &m, LANG_ZH);
    assert_false(failed(json_out_text(&o, &got)));
    assert_text(got, want);
    json_out_release(&o);
}

static const struct text acts[] = {{"add_note", 8}, {"read_case", 9}};
static const struct view_child children[] = {
    {.has_name = true,
     .name = {"\xe7\x94\xb2\xe4\xb8\x80", 6},
     .has_age_years = true,
     .age_years = 7},
};

static struct view_case_file case_file(void)
{
    struct view_case_file v = {
        .row = {.id = id_of(ID_A),
                .no = {20261123, 1},
                .state = CASE_STATE_TRIAGE,
                .channel = CHANNEL_PHONE,
                .has_risk = true,
                .risk = RISK_RED,
                .has_place_code = true,
                .place_code = 150203001901},
        .contact_id = id_of(ID_B),
        .has_matter = true,
        .matter = TEXT_LITERAL("words"),
        .has_screen = true,
        .screen = {.has_r1 = true, .r1 = TRI_NO},
        .has_children = true,
        .children = children,
        .children_count = 1,
        .has_reporter = true,
        .reporter = {.has_name = true,
                     .name = TEXT_LITERAL("Otgon"),
                     .has_phone = true,
                     .phone = TEXT_LITERAL("0472-000 42")},
        .may = acts,
        .may_count = 2,
        .mask = TEXT_LITERAL("own"),
    };
    return v;
}

#define ROW                                                                    \
    "\"id\":\"" ID_A "\",\"no\":\"12349-20261123-0001\","                      \
    "\"state\":\"TRIAGE\",\"channel\":\"phone\","
#define TIMES                                                                  \
    "\"registered_at\":\"1970-01-01T00:00:00.000000Z\","                       \
    "\"updated_at\":\"1970-01-01T00:00:00.000000Z\","
#define TAIL "\"may\":[\"add_note\",\"read_case\"],\"mask\":\"own\"}"

static void all_is_shown_to_who_may_see_all(void **state)
{
    (void)state;
    const struct view_case_file v = case_file();
    assert_file(
        &v, mask_all(MASK_FULL),
        "{\"row\":{" ROW "\"risk\":\"red\"," TIMES
        "\"place_code\":\"150203001901\",\"version\":0},"
        "\"contact_id\":\"" ID_B "\",\"matter\":\"words\","
        "\"screen\":{\"r1\":\"no\"},\"children\":[{\"name\":"
        "\"\xe7\x94\xb2\xe4\xb8\x80\",\"age_years\":7}],"
        "\"reporter\":{\"name\":\"Otgon\",\"phone\":\"0472-000 42\"}," TAIL);
}

static void masked_forms_are_shown(void **state)
{
    (void)state;
    const struct view_case_file v = case_file();
    struct mask m = mask_all(MASK_MASKED);
    m.level[GROUP_G1] = MASK_FULL;
    assert_file(&v, m,
                "{\"row\":{" ROW TIMES
                "\"place_code\":\"150203001\",\"version\":0},"
                "\"contact_id\":\"" ID_B "\","
                "\"children\":[{\"name\":\"\xe7\x94\xb2**\"}],"
                "\"reporter\":{\"name\":\"O**\",\"phone\":\"**42\"}," TAIL);
}

static void what_is_hidden_leaves_no_trace(void **state)
{
    (void)state;
    const struct view_case_file v = case_file();
    assert_file(&v, mask_all(MASK_NONE), "{" TAIL);
    struct mask m = mask_all(MASK_NONE);
    m.level[GROUP_G10] = MASK_FULL;
    assert_file(&v, m, "{\"screen\":{\"r1\":\"no\"}," TAIL);
    /* a container needs its own group, and so do the leaves */
    m = mask_all(MASK_NONE);
    m.level[GROUP_G3] = MASK_FULL;
    assert_file(&v, m, "{" TAIL);
}

static void a_place_is_masked_to_its_township(void **state)
{
    (void)state;
    struct view_case_file v = case_file();
    struct mask m = mask_all(MASK_MASKED);
    assert_file(&v, m,
                "{\"row\":{\"place_code\":\"150203001\"},"
                "\"children\":[{\"name\":\"\xe7\x94\xb2**\"}],"
                "\"reporter\":{\"name\":\"O**\",\"phone\":\"**42\"}," TAIL);
    v.row.place_code = 150203;
    v.has_children = v.has_reporter = false;
    v.children_count = 0;
    assert_file(&v, m, "{\"row\":{\"place_code\":\"150203\"}," TAIL);
}

static void short_names_and_numbers_tell_no_more(void **state)
{
    (void)state;
    struct view_case_file v = case_file();
    v.has_children = false;
    v.children_count = 0;
    v.reporter.name = TEXT_LITERAL("O");
    v.reporter.phone = TEXT_LITERAL("7");
    struct mask m = mask_all(MASK_NONE);
    m.level[GROUP_G1] = MASK_FULL;
    m.level[GROUP_G2] = MASK_MASKED;
    assert_file(&v, m,
                "{\"row\":{" ROW TIMES "\"version\":0},"
                "\"contact_id\":\"" ID_B "\","
                "\"reporter\":{\"name\":\"O**\",\"phone\":\"**\"}," TAIL);
}

/* Bytes of a damaged row: nothing is shown for them, and nobody stops. */
static void what_no_list_holds_is_null(void **state)
{
    (void)state;
    const struct view_contact c = {
        .id = id_of(ID_A),
        .state = (enum contact_state)200,
        .channel = CHANNEL_PHONE,
        .taken_at = INT64_MAX,
    };
    struct mask mask = {{0}};
    struct json_out o;
    struct text text;
    for (size_t i = 0; i < GROUP_COUNT; i++)
        mask.level[i] = MASK_FULL;
    json_out_init(&o, 4096);
    view_contact_write(&o, &c, &mask, LANG_ZH);
    assert_false(failed(json_out_text(&o, &text)));
    assert_non_null(memmem(text.at, text.size, "\"state\":null", 12));
    assert_non_null(memmem(text.at, text.size, "\"taken_at\":null", 15));
    json_out_release(&o);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_arena, free_arena)
    const struct CMUnitTest tests[] = {
        TEST(an_event_has_one_spelling),
        TEST(an_event_is_read_back),
        TEST(an_event_that_is_malformed_is_corrupt),
        TEST(a_stored_event_is_taken_as_it_stands),
        TEST(too_many_parts_are_a_limit),
        TEST(all_is_shown_to_who_may_see_all),
        TEST(masked_forms_are_shown),
        TEST(what_is_hidden_leaves_no_trace),
        TEST(a_place_is_masked_to_its_township),
        TEST(short_names_and_numbers_tell_no_more),
        cmocka_unit_test(what_no_list_holds_is_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
