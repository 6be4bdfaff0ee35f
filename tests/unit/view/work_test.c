/*
 * work_test.c - what waits for whom, and in which order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/posed.h"
#include "lib/seen.h"

enum { GUYANG = 150222102, KUNDULUN = 150203001 };

static struct city city;
static struct actor agt01, agt02, leader, centre, caller_back, guyang, kundulun,
    education, quality;

/* One case of each standing, by what it waits for. */
static struct city_case triage, others_triage, to_dispatch, dispatched,
    in_progress, submitted, at_centre, callback, redo, closed, archived,
    partners;

static struct city_case posed(const struct actor *actor, uint64_t place,
                              enum case_state state, const char *ball)
{
    struct city_case made = city_case(&city, actor, place);
    uint8_t head[CASE_HEAD_BYTES];

    posed_state(&city, made.id, state, ball,
                state < CASE_STATE_DISPATCHED ? "" : ball);
    posed_get(&city, made.id, head);
    case_head_set_danger(head, 0);
    case_head_set_category_code(head, "A01\0\0\0\0");
    posed_put(&city, made.id, head);
    posed_no_clock(&city, made.id);
    return made;
}

static void change(struct city_case made, void (*set)(uint8_t *head))
{
    uint8_t head[CASE_HEAD_BYTES];

    posed_get(&city, made.id, head);
    set(head);
    posed_put(&city, made.id, head);
}

static void first_step(uint8_t *head)
{
    case_head_set_review_step(head, 1);
    case_head_set_review_steps(head, 2);
}

static void last_step(uint8_t *head)
{
    case_head_set_review_step(head, 2);
    case_head_set_review_steps(head, 2);
}

static void redo_proposed(uint8_t *head)
{
    case_head_set_callback_state(head, CALLBACK_STATE_REDO_PROPOSED);
}

static void emergency(uint8_t *head)
{
    case_head_set_ladder_state(head, LADDER_STATE_RUNNING);
}

static void stood_down(uint8_t *head)
{
    case_head_set_ladder_state(head, LADDER_STATE_STOOD_DOWN);
}

static void people(void)
{
    agt01 = city_actor(&city, "agt01", "R-AGT", "service_centre");
    agt02 = city_actor(&city, "agt02", "R-AGT", "service_centre");
    leader = city_actor(&city, "ldr01", "R-LDR", "service_centre");
    centre = city_actor(&city, "ctr01", "R-CTR", "protect_centre");
    caller_back = city_actor(&city, "cbk01", "R-CBK", "service_centre");
    guyang = city_actor(&city, "cty_gy", "R-CTY", "ca_gy");
    kundulun = city_actor(&city, "cty_kq", "R-CTY", "ca_kq");
    education = city_actor(&city, "ptl_edu", "R-PTL", "education");
    quality = city_actor(&city, "qc01", "R-QC", "service_centre");
}

static int setup(void **state)
{
    (void)state;
    city_make(&city, FIXTURE_MAP_BYTES);
    people();
    triage = posed(&agt01, GUYANG, CASE_STATE_TRIAGE, "service_centre");
    others_triage = posed(&agt02, GUYANG, CASE_STATE_TRIAGE, "service_centre");
    to_dispatch =
        posed(&agt01, GUYANG, CASE_STATE_TO_DISPATCH, "service_centre");
    dispatched = posed(&agt01, GUYANG, CASE_STATE_DISPATCHED, "ca_gy");
    in_progress = posed(&agt01, GUYANG, CASE_STATE_IN_PROGRESS, "ca_gy");
    submitted = posed(&agt01, GUYANG, CASE_STATE_SUBMITTED, "ca_gy");
    change(submitted, first_step);
    at_centre = posed(&agt01, GUYANG, CASE_STATE_SUBMITTED, "protect_centre");
    change(at_centre, last_step);
    callback = posed(&agt01, KUNDULUN, CASE_STATE_CALLBACK, "service_centre");
    redo = posed(&agt01, KUNDULUN, CASE_STATE_CALLBACK, "protect_centre");
    change(redo, redo_proposed);
    closed = posed(&agt01, KUNDULUN, CASE_STATE_CLOSED, "protect_centre");
    archived = posed(&agt01, KUNDULUN, CASE_STATE_ARCHIVED, "");
    partners = posed(&agt01, KUNDULUN, CASE_STATE_IN_PROGRESS, "education");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    city_free(&city);
    return 0;
}

static struct seen work(const struct actor *actor, int64_t limit)
{
    const struct read_list_work params = {.has_limit = true, .limit = limit};

    return seen_read(&city, actor, READ_LIST_WORK, &params);
}

static bool lists(const struct seen *s, struct city_case made)
{
    char no[CASE_NO_BYTES];

    (void)case_no_to(made.no, no);
    return seen_has(s, no);
}

static size_t rows_of(const struct seen *s)
{
    return json_count(seen_at(s, "rows"));
}

static void check_first(const struct seen *s, size_t index,
                        struct city_case made)
{
    char path[32];
    char no[CASE_NO_BYTES];

    (void)snprintf(path, sizeof(path), "rows/%zu/no", index);
    (void)case_no_to(made.no, no);
    if (!text_is(seen_string(s, path), no)) {
        fail_msg("row %zu is not %s", index, no);
    }
}

static void an_agent_has_his_own(void **state)
{
    struct seen s = work(&agt01, 200);

    (void)state;
    assert_int_equal(rows_of(&s), 1);
    assert_true(lists(&s, triage));
    assert_false(seen_true(&s, "more"));
    seen_free(&s);
    s = work(&agt02, 200);
    assert_int_equal(rows_of(&s), 1);
    assert_true(lists(&s, others_triage));
    seen_free(&s);
}

static void a_leader_has_the_desk(void **state)
{
    struct seen s = work(&leader, 200);

    (void)state;
    assert_int_equal(rows_of(&s), 3);
    assert_true(lists(&s, triage) && lists(&s, others_triage) &&
                lists(&s, to_dispatch));
    seen_free(&s);
}

static void a_unit_has_what_it_leads(void **state)
{
    struct seen s = work(&guyang, 200);

    (void)state;
    assert_int_equal(rows_of(&s), 3);
    assert_true(lists(&s, dispatched) && lists(&s, in_progress) &&
                lists(&s, submitted));
    seen_free(&s);
    s = work(&kundulun, 200);
    assert_int_equal(rows_of(&s), 0);
    seen_free(&s);
    s = work(&education, 200);
    assert_int_equal(rows_of(&s), 1);
    assert_true(lists(&s, partners));
    seen_free(&s);
}

static void callbacks_and_the_centre(void **state)
{
    struct seen s = work(&caller_back, 200);

    (void)state;
    assert_int_equal(rows_of(&s), 1);
    assert_true(lists(&s, callback));
    seen_free(&s);
    s = work(&centre, 200);
    assert_true(lists(&s, at_centre) && lists(&s, redo) && lists(&s, closed));
    assert_false(lists(&s, archived) || lists(&s, dispatched) ||
                 lists(&s, in_progress) || lists(&s, partners));
    seen_free(&s);
}

static void who_has_no_work_is_refused(void **state)
{
    struct seen s = work(&quality, 200);

    (void)state;
    assert_int_equal(s.refusal, REFUSAL_RIGHT_DENIED);
    assert_true(s.denied_by_right);
    seen_free(&s);
}

/* Overdue first, then by due time, then what no clock runs for; each case
 * once, however many clocks it has. */
static void most_urgent_clock_first(void **state)
{
    struct seen s;

    (void)state;
    posed_clock(&city, submitted.id, DUE_REVIEW, CITY_TIME_US + 9000000, false);
    posed_clock(&city, in_progress.id, DUE_HANDLE, CITY_TIME_US + 5000000,
                false);
    posed_clock(&city, in_progress.id, DUE_FIRST_CONTACT,
                CITY_TIME_US - 5000000, true);
    s = work(&guyang, 200);
    assert_int_equal(rows_of(&s), 3);
    check_first(&s, 0, in_progress);
    check_first(&s, 1, submitted);
    check_first(&s, 2, dispatched);
    seen_free(&s);
    posed_clock(&city, dispatched.id, DUE_SIGN, CITY_TIME_US + 8000000, false);
    s = work(&guyang, 200);
    check_first(&s, 1, dispatched);
    check_first(&s, 2, submitted);
    seen_free(&s);
}

static void a_short_page_says_that_there_is_more(void **state)
{
    struct seen s = work(&guyang, 2);

    (void)state;
    assert_int_equal(rows_of(&s), 2);
    assert_true(seen_true(&s, "more"));
    check_first(&s, 0, in_progress);
    seen_free(&s);
    s = work(&guyang, 3);
    assert_false(seen_true(&s, "more"));
    seen_free(&s);
}

/* Before everything else, for all who may mark the ladder. */
static void running_emergencies_come_first(void **state)
{
    struct seen s;

    (void)state;
    change(partners, emergency);
    s = work(&agt02, 200);
    assert_int_equal(rows_of(&s), 2);
    check_first(&s, 0, partners);
    seen_free(&s);
    s = work(&centre, 200);
    check_first(&s, 0, partners);
    seen_free(&s);
    s = work(&centre, 1);
    assert_int_equal(rows_of(&s), 1);
    check_first(&s, 0, partners);
    assert_true(seen_true(&s, "more"));
    seen_free(&s);
    /* A partner marks no ladder, and has it as its work. */
    s = work(&education, 200);
    assert_int_equal(rows_of(&s), 1);
    seen_free(&s);
    /* Of another county. */
    s = work(&guyang, 200);
    assert_false(lists(&s, partners));
    seen_free(&s);
    s = work(&kundulun, 200);
    assert_true(lists(&s, partners));
    seen_free(&s);
    change(partners, stood_down);
    s = work(&agt02, 200);
    assert_false(lists(&s, partners));
    seen_free(&s);
}

static void a_damaged_head_is_left_out(void **state)
{
    uint8_t head[CASE_HEAD_BYTES];
    uint8_t whole[CASE_HEAD_BYTES];
    struct seen s;

    (void)state;
    posed_get(&city, dispatched.id, whole);
    memcpy(head, whole, sizeof(head));
    case_head_set_state(head, 200);
    posed_put(&city, dispatched.id, head);
    s = work(&guyang, 200);
    assert_int_equal(rows_of(&s), 2);
    seen_free(&s);
    posed_put(&city, dispatched.id, whole);
    s = work(&guyang, 200);
    assert_int_equal(rows_of(&s), 3);
    seen_free(&s);
}

static void nothing_sealed(void **state)
{
    struct seen s = work(&guyang, 200);

    (void)state;
    assert_false(seen_has(&s, "REPORTER") || seen_has(&s, "CHILD") ||
                 seen_has(&s, "SCHOOL") || seen_has(&s, "STORY") ||
                 seen_has(&s, "PLACE") || seen_has(&s, "0000000004"));
    seen_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_agent_has_his_own),
        cmocka_unit_test(a_leader_has_the_desk),
        cmocka_unit_test(a_unit_has_what_it_leads),
        cmocka_unit_test(callbacks_and_the_centre),
        cmocka_unit_test(who_has_no_work_is_refused),
        cmocka_unit_test(most_urgent_clock_first),
        cmocka_unit_test(a_short_page_says_that_there_is_more),
        cmocka_unit_test(running_emergencies_come_first),
        cmocka_unit_test(a_damaged_head_is_left_out),
        cmocka_unit_test(nothing_sealed),
    };

    return cmocka_run_group_tests_name("view/work", tests, setup, teardown);
}
