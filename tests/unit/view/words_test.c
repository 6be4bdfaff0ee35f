/*
 * words_test.c - what the timeline tells of an event, member by member.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/posed.h"
#include "lib/seen.h"

enum { GUYANG = 150222102 };

static struct city city;
static struct actor agent, county, caller_back, partner;

static int setup(void **state)
{
    (void)state;
    city_make(&city, FIXTURE_MAP_BYTES);
    agent = city_actor(&city, "agt01", "R-AGT", "service_centre");
    county = city_actor(&city, "cty_gy", "R-CTY", "ca_gy");
    caller_back = city_actor(&city, "cbk01", "R-CBK", "service_centre");
    partner = city_actor(&city, "ptr_wf", "R-PTR", "women");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    city_free(&city);
    return 0;
}

static struct id subject_of(struct city_case made)
{
    uint8_t head[CASE_HEAD_BYTES];

    posed_get(&city, made.id, head);
    return case_head_narrative_subject(head);
}

/* Classified with everything that there is to say. */
static struct city_case triaged(void)
{
    static const enum protection protections[] = {PROTECTION_FAMILY};
    const struct text types[] = {TEXT_LITERAL("left_behind")};
    struct city_case made = city_case(&city, &agent, GUYANG);
    const struct ev_case_triaged triage = {
        .case_id = made.id,
        .move = {.state = CASE_STATE_TO_DISPATCH},
        .category = TEXT_LITERAL("C08"),
        .urgency = URGENCY_MOST_URGENT,
        .has_risk = true,
        .risk = RISK_RED,
        .has_danger = true,
        .danger = true,
        .has_occurring = true,
        .occurring = OCCURRING_THREAT,
        .has_place_code = true,
        .place_code = 150222102,
        .has_event_code = true,
        .event_code = 150203001,
        .has_home_code = true,
        .home_code = 150204001,
        .has_household_code = true,
        .household_code = 150207100,
        .has_protections = true,
        .protections = protections,
        .protections_count = 1,
        .has_situation = true,
        .situation = 4,
        .has_child_types = true,
        .child_types = types,
        .child_types_count = 1,
        .narrative_subject = subject_of(made),
        .has_narrative = true,
        .narrative = {.has_text = true,
                      .text = TEXT_LITERAL("REMARK of the agent"),
                      .has_place_text = true,
                      .place_text = TEXT_LITERAL("PLACENOW"),
                      .has_event_text = true,
                      .event_text = TEXT_LITERAL("PLACEEVENT"),
                      .has_home_text = true,
                      .home_text = TEXT_LITERAL("PLACEHOME"),
                      .has_household_text = true,
                      .household_text = TEXT_LITERAL("PLACEHOUSE"),
                      .has_why_no_emergency = true,
                      .why_no_emergency = TEXT_LITERAL("WHYNOT"),
                      .has_screen = true,
                      .screen = {.has_r3 = true, .r3 = TRI_YES}},
    };
    struct event_plain event = {0};

    assert_int_equal(ev_case_triaged_encode(&triage, city.arena, &event).code,
                     ERR_NONE);
    (void)posed_event(&city, &agent, made.id, &event);
    return made;
}

static struct seen timeline(const struct actor *actor, struct city_case made)
{
    const struct read_read_timeline params = {.no = made.no};

    return seen_read(&city, actor, READ_READ_TIMELINE, &params);
}

static void the_one_who_works_on_it(void **state)
{
    struct seen s = timeline(&agent, triaged());

    (void)state;
    assert_true(text_is(seen_string(&s, "rows/0/event"), "case_triaged"));
    assert_true(text_is(seen_string(&s, "rows/0/detail/category"), "C08"));
    assert_true(
        text_is(seen_string(&s, "rows/0/detail/urgency"), "most_urgent"));
    assert_true(
        text_is(seen_string(&s, "rows/0/detail/move/state"), "TO_DISPATCH"));
    assert_true(text_is(seen_string(&s, "rows/0/detail/risk"), "red"));
    assert_true(seen_true(&s, "rows/0/detail/danger"));
    assert_int_equal(seen_integer(&s, "rows/0/detail/situation"), 4);
    assert_true(
        text_is(seen_string(&s, "rows/0/words/text"), "REMARK of the agent"));
    assert_true(
        text_is(seen_string(&s, "rows/0/words/why_no_emergency"), "WHYNOT"));
    assert_true(
        text_is(seen_string(&s, "rows/0/words/home_text"), "PLACEHOME"));
    assert_true(text_is(seen_string(&s, "rows/0/words/screen/r3"), "yes"));
    seen_free(&s);
}

/* Ids, subjects and places are in no row, whoever reads; of the first event
 * neither the story nor who called. */
static void nothing_that_is_an_id_or_a_place(void **state)
{
    struct city_case made = triaged();
    struct seen s = timeline(&agent, made);

    (void)state;
    assert_false(seen_has(&s, "case_id") || seen_has(&s, "contact_id") ||
                 seen_has(&s, "subject") || seen_has(&s, "_code\":\"15"));
    assert_false(seen_has(&s, "150222102") || seen_has(&s, "150203001") ||
                 seen_has(&s, "150204001") || seen_has(&s, "150207100"));
    assert_false(seen_has(&s, "STORY") || seen_has(&s, "REPORTER") ||
                 seen_has(&s, "CHILD") || seen_has(&s, "PLACE behind"));
    assert_null(seen_at(&s, "rows/1/words"));
    assert_true(text_is(seen_string(&s, "rows/1/detail/channel"), "phone"));
    seen_free(&s);
}

/* The callback agent has the handling log whole, but neither address, story
 * nor risk; the county has no reporter. */
static void each_member_under_its_group(void **state)
{
    struct city_case made = triaged();
    struct seen s = timeline(&caller_back, made);

    (void)state;
    assert_true(seen_has(&s, "REMARK"));
    assert_true(text_is(seen_string(&s, "rows/0/detail/category"), "C08"));
    assert_false(seen_has(&s, "PLACE"));
    assert_null(seen_at(&s, "rows/0/words/screen"));
    assert_null(seen_at(&s, "rows/0/detail/risk"));
    assert_null(seen_at(&s, "rows/0/detail/danger"));
    assert_null(seen_at(&s, "rows/0/detail/occurring"));
    assert_null(seen_at(&s, "rows/0/detail/situation"));
    assert_null(seen_at(&s, "rows/0/detail/child_types"));
    seen_free(&s);
    s = timeline(&county, made);
    assert_true(seen_has(&s, "PLACEHOME"));
    assert_true(text_is(seen_string(&s, "rows/0/detail/risk"), "red"));
    assert_null(seen_at(&s, "rows/1/detail/anonymity"));
    assert_null(seen_at(&s, "rows/1/detail/language"));
    seen_free(&s);
    s = timeline(&partner, made);
    assert_int_equal(json_count(seen_at(&s, "rows")), 2);
    assert_false(seen_has(&s, "detail") || seen_has(&s, "words") ||
                 seen_has(&s, "REMARK"));
    seen_free(&s);
}

static void erased_words_say_so(void **state)
{
    struct city_case made = triaged();
    struct store_txn *t;
    struct seen s;

    (void)state;
    assert_int_equal(store_write_begin(city.store.store, &t).code, ERR_NONE);
    assert_int_equal(store_subject_erase(t, subject_of(made)).code, ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
    s = timeline(&agent, made);
    assert_true(seen_true(&s, "rows/0/erased"));
    assert_null(seen_at(&s, "rows/0/words"));
    assert_true(text_is(seen_string(&s, "rows/0/detail/category"), "C08"));
    seen_free(&s);
    s = timeline(&partner, made);
    assert_null(seen_at(&s, "rows/0/erased"));
    seen_free(&s);
}

/* The log of a unit that handles a case: what it did, and what it was told. */
static void a_unit_has_its_own_log(void **state)
{
    static const char *const texts[] = {"OURNOTE", "THEIRNOTE"};
    struct actor ours = city_actor(&city, "ptl_edu", "R-PTL", "education");
    struct actor police = city_actor(&city, "ptl_pol", "R-PTL", "police");
    struct actor leader = city_actor(&city, "ldr01", "R-LDR", "service_centre");
    struct city_case made = triaged();
    const struct cmd_dispatch_case dispatch = {
        .no = made.no,
        .lead = text_of("education"),
        .has_text = true,
        .text = text_of("ORDERTEXT"),
    };
    struct seen s;

    (void)state;
    assert_int_equal(
        city_command(&city, &leader, COMMAND_DISPATCH_CASE, &dispatch).refusal,
        REFUSAL_NONE);
    (void)city_note(&city, &ours, made.no, texts[0]);
    (void)city_note(&city, &agent, made.no, texts[1]);
    s = timeline(&ours, made);
    assert_true(seen_has(&s, "OURNOTE"));
    assert_true(seen_has(&s, "ORDERTEXT"));
    assert_false(seen_has(&s, "THEIRNOTE") || seen_has(&s, "REMARK") ||
                 seen_has(&s, "WHYNOT"));
    assert_null(seen_at(&s, "rows/0/actor"));
    assert_true(text_is(seen_string(&s, "rows/1/actor"), "ptl_edu"));
    assert_int_equal(json_count(seen_at(&s, "rows")), 5);
    seen_free(&s);
    s = timeline(&police, made);
    assert_int_equal(s.refusal, REFUSAL_CASE_UNKNOWN);
    seen_free(&s);
}

/* Who reads the words reads a child's file: it stands in the trail before. */
static void the_trail_covers_the_words(void **state)
{
    struct city_case made = triaged();
    const struct read_read_timeline params = {.no = made.no};
    struct trail_need need =
        seen_need(&city, &caller_back, READ_READ_TIMELINE, &params);

    (void)state;
    assert_true(need.needed);
    assert_true(id_equal(need.case_id, made.id));
    assert_int_equal(need.kind, READ_KIND_CASE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_one_who_works_on_it),
        cmocka_unit_test(nothing_that_is_an_id_or_a_place),
        cmocka_unit_test(each_member_under_its_group),
        cmocka_unit_test(erased_words_say_so),
        cmocka_unit_test(a_unit_has_its_own_log),
        cmocka_unit_test(the_trail_covers_the_words),
    };

    return cmocka_run_group_tests_name("view/words", tests, setup, teardown);
}
