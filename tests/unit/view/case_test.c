/*
 * case_test.c - the case file under the masks of the real roles.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/seen.h"

enum { GUYANG_TOWNSHIP = 150222102, KUNDULUN_STREET = 150203001 };

/* What one role may see of a case in Guyang that agt01 registered; typed from
 * the access table of the plan, not from roles.json. F full, M masked, - not
 * at all, 0: the case is unknown to it. */
struct expectation {
    const char *login, *role, *unit;
    bool known;
    char reporter, child, school, story, screen;
};

static const struct expectation matrix[] = {
    {"agt02", "R-AGT", "service_centre", true, '-', 'M', '-', '-', '-'},
    {"sen01", "R-SEN", "service_centre", true, 'F', 'F', 'F', 'F', 'F'},
    {"ldr01", "R-LDR", "service_centre", true, 'F', 'F', 'F', 'F', 'F'},
    {"ctr01", "R-CTR", "protect_centre", true, 'F', 'F', 'F', 'F', 'F'},
    {"cbk01", "R-CBK", "service_centre", true, 'F', 'M', '-', '-', '-'},
    {"cty_gy", "R-CTY", "ca_gy", true, '-', 'F', 'F', 'F', 'F'},
    {"cty_kq", "R-CTY", "ca_kq", false, '-', '-', '-', '-', '-'},
    {"twn_sxl", "R-TWN", "twn_sxl", false, '-', '-', '-', '-', '-'},
    {"ptr_wf", "R-PTR", "women", true, '-', 'M', '-', '-', '-'},
    {"ptl_edu", "R-PTL", "education", false, '-', '-', '-', '-', '-'},
    {"dsp01", "R-DSP", "service_centre", true, '-', '-', '-', '-', '-'},
    {"qc01", "R-QC", "service_centre", false, '-', '-', '-', '-', '-'},
    {"knw01", "R-KNW", "service_centre", false, '-', '-', '-', '-', '-'},
    {"lea01", "R-LEA", "leading_group", false, '-', '-', '-', '-', '-'},
    {"adm01", "R-ADM", "system", false, '-', '-', '-', '-', '-'},
    {"sec01", "R-SEC", "system", false, '-', '-', '-', '-', '-'},
    {"aud01", "R-AUD", "system", false, '-', '-', '-', '-', '-'},
};

static struct city city;
static struct actor agt01;

static int setup(void **state)
{
    (void)state;
    city_make(&city, FIXTURE_MAP_BYTES);
    agt01 = city_actor(&city, "agt01", "R-AGT", "service_centre");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    city_free(&city);
    return 0;
}

/* The whole word, its first letter, or nothing of it. */
static void check(const struct seen *s, const char *who, char level,
                  const char *whole, const char *masked)
{
    bool shows = seen_has(s, whole);

    if ((level == 'F') != shows) {
        fail_msg("%s: %s is %s", who, whole, shows ? "shown" : "hidden");
    }
    if (level == 'M' && !seen_has(s, masked)) {
        fail_msg("%s: %s is not shown", who, masked);
    }
    if (level == '-' && masked[0] != '\0' && seen_has(s, masked)) {
        fail_msg("%s: %s is shown", who, masked);
    }
}

static void masks_of_every_role(void **state)
{
    struct city_case made = city_case(&city, &agt01, GUYANG_TOWNSHIP);

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(matrix); i++) {
        const struct expectation *x = &matrix[i];
        struct actor actor = city_actor(&city, x->login, x->role, x->unit);
        struct seen s = seen_case(&city, &actor, made.no);

        if (!x->known) {
            assert_int_equal(s.refusal, REFUSAL_CASE_UNKNOWN);
            assert_true(s.denied_by_right);
            assert_true(id_equal(s.denied_object, made.id));
        } else {
            assert_int_equal(s.refusal, REFUSAL_NONE);
            check(&s, x->login, x->reporter, "REPORTER", "\"R**\"");
            check(&s, x->login, x->reporter, "00000000042", "**42");
            check(&s, x->login, x->reporter, "00000000043", "**43");
            check(&s, x->login, x->child, "CHILD", "\"C**\"");
            check(&s, x->login, x->school, "SCHOOL", "");
            check(&s, x->login, x->school, "PLACE", "");
            check(&s, x->login, x->story, "STORY", "");
            check(&s, x->login, x->story, "AVOID", "");
            check(&s, x->login, x->screen, "\"r1\"", "");
        }
        seen_free(&s);
    }
}

static void own_case_is_shown_whole(void **state)
{
    struct city_case made = city_case(&city, &agt01, GUYANG_TOWNSHIP);
    struct seen s = seen_case(&city, &agt01, made.no);

    (void)state;
    assert_true(seen_has(&s, "REPORTER") && seen_has(&s, "CHILD") &&
                seen_has(&s, "STORY") && seen_has(&s, "00000000042"));
    assert_true(text_is(seen_string(&s, "mask"), "own"));
    assert_true(text_is(seen_string(&s, "row/agent"), "agt01"));
    assert_true(text_is(seen_string(&s, "row/state"), "TRIAGE"));
    assert_true(text_is(seen_string(&s, "row/unit"), "service_centre"));
    assert_true(text_is(seen_string(&s, "row/place_code"), "150222102"));
    assert_true(text_is(seen_string(&s, "row/last_event"), "case_registered"));
    assert_true(text_is(seen_string(&s, "may/0"), "triage_case"));
    assert_int_equal(seen_integer(&s, "children/0/age_years"), 9);
    assert_string_equal(s.etag, "\"1\"");
    seen_free(&s);
}

static void buttons_follow_rights(void **state)
{
    struct city_case made = city_case(&city, &agt01, GUYANG_TOWNSHIP);
    struct actor other = city_actor(&city, "agt03", "R-AGT", "service_centre");
    struct seen s = seen_case(&city, &other, made.no);

    (void)state;
    /* Danger anybody may tell; the rest is for whose case it is. */
    assert_int_equal(json_count(seen_at(&s, "may")), 1);
    assert_true(text_is(seen_string(&s, "may/0"), "start_emergency"));
    seen_free(&s);
}

/* The two answers must be the same to the byte. */
static void hidden_case_is_as_unknown(void **state)
{
    struct city_case made = city_case(&city, &agt01, KUNDULUN_STREET);
    struct actor county = city_actor(&city, "cty_gy2", "R-CTY", "ca_gy");
    struct seen hidden = seen_case(&city, &county, made.no);
    struct seen absent = seen_case(
        &city, &county, (struct case_no){CITY_DAY, made.no.serial + 5000});

    (void)state;
    assert_int_equal(hidden.refusal, REFUSAL_CASE_UNKNOWN);
    assert_int_equal(absent.refusal, REFUSAL_CASE_UNKNOWN);
    assert_string_equal(hidden.etag, absent.etag);
    assert_true(hidden.denied_by_right);
    assert_false(absent.denied_by_right);
    seen_free(&hidden);
    seen_free(&absent);
}

static struct id subject_of(struct city_case made, enum part_class class)
{
    struct id subject = {{0}};
    struct store_txn *t;
    struct record r;

    assert_int_equal(store_read_begin(city.store.store, &t).code, ERR_NONE);
    assert_int_equal(log_read(t, made.position.seq, &r).code, ERR_NONE);
    for (size_t i = 0; i < r.part_count; i++) {
        if (r.parts[i].part_class == class) {
            subject = r.parts[i].subject;
        }
    }
    store_end(t);
    assert_false(id_is_zero(subject));
    return subject;
}

static void erase(struct id subject)
{
    struct store_txn *t;

    assert_int_equal(store_write_begin(city.store.store, &t).code, ERR_NONE);
    assert_int_equal(store_subject_erase(t, subject).code, ERR_NONE);
    assert_int_equal(store_commit(t).code, ERR_NONE);
}

/* An erased part says so to who opens it. Who must not see it must not even
 * have it opened, and so sees nothing of that. */
static void erased_parts_and_no_opening_of_hidden(void **state)
{
    struct city_case made = city_case(&city, &agt01, GUYANG_TOWNSHIP);
    struct actor county = city_actor(&city, "cty_gy3", "R-CTY", "ca_gy");
    struct actor partner = city_actor(&city, "ptr_wf2", "R-PTR", "women");
    struct seen s;

    (void)state;
    erase(subject_of(made, PART_CLASS_REPORTER));
    s = seen_case(&city, &agt01, made.no);
    assert_true(seen_true(&s, "reporter/erased"));
    assert_true(seen_has(&s, "STORY") && seen_has(&s, "CHILD"));
    assert_false(seen_has(&s, "REPORTER") || seen_has(&s, "00000000042"));
    seen_free(&s);
    s = seen_case(&city, &county, made.no); /* no G2 */
    assert_null(seen_at(&s, "reporter"));
    assert_true(seen_has(&s, "STORY"));
    seen_free(&s);

    erase(subject_of(made, PART_CLASS_NARRATIVE));
    s = seen_case(&city, &county, made.no);
    assert_true(seen_true(&s, "erased"));
    assert_false(seen_has(&s, "STORY") || seen_has(&s, "PLACE"));
    assert_true(seen_has(&s, "CHILD"));
    seen_free(&s);
    s = seen_case(&city, &partner, made.no); /* no G6, G4 masked, no G10 */
    assert_null(seen_at(&s, "erased"));
    seen_free(&s);

    erase(subject_of(made, PART_CLASS_CHILD));
    s = seen_case(&city, &county, made.no);
    assert_true(seen_true(&s, "children/0/erased"));
    assert_false(seen_has(&s, "CHILD"));
    seen_free(&s);
}

/* A reporter who asks for secrecy is the centre's alone. */
static void secret_reporter(void **state)
{
    struct cmd_register_case form = city_form(&city, &agt01, GUYANG_TOWNSHIP);
    struct actor leader = city_actor(&city, "ldr02", "R-LDR", "service_centre");
    struct actor centre = city_actor(&city, "ctr02", "R-CTR", "protect_centre");
    struct city_case made;
    struct seen s;

    (void)state;
    form.has_anonymity = true;
    form.anonymity = ANONYMITY_SECRET;
    made = city_case_of(
        &city,
        city_command(&city, &agt01, COMMAND_REGISTER_CASE, &form).object);
    s = seen_case(&city, &leader, made.no);
    assert_null(seen_at(&s, "reporter"));
    assert_false(seen_has(&s, "REPORTER") || seen_has(&s, "00000000042"));
    seen_free(&s);
    s = seen_case(&city, &centre, made.no);
    assert_true(seen_has(&s, "REPORTER"));
    seen_free(&s);
}

static void answer_to_registration(void **state)
{
    struct cmd_register_case form = city_form(&city, &agt01, GUYANG_TOWNSHIP);
    struct city_result r =
        city_command(&city, &agt01, COMMAND_REGISTER_CASE, &form);
    struct seen s = seen_answer(&city, &agt01, COMMAND_REGISTER_CASE, &r);

    (void)state;
    assert_int_equal(seen_string(&s, "query_code").size, 6);
    assert_true(text_is(seen_string(&s, "state"), "TRIAGE"));
    assert_int_equal(seen_integer(&s, "version"), 1);
    assert_int_equal(seen_string(&s, "no").size, strlen("12349-20261123-0001"));
    seen_free(&s);
}

static void trail_needs(void **state)
{
    struct city_case made = city_case(&city, &agt01, GUYANG_TOWNSHIP);
    struct actor admin = city_actor(&city, "adm02", "R-ADM", "system");
    const struct read_read_case params = {.no = made.no};
    const struct read_read_case none = {.no = {CITY_DAY, 9999}};
    struct trail_need need;

    (void)state;
    need = seen_need(&city, &agt01, READ_READ_CASE, &params);
    assert_true(need.needed);
    assert_true(id_equal(need.case_id, made.id));
    assert_int_equal(need.kind, READ_KIND_CASE);
    assert_string_equal(need.mask_name, "own");
    assert_false(seen_need(&city, &admin, READ_READ_CASE, &params).needed);
    assert_false(seen_need(&city, &agt01, READ_READ_CASE, &none).needed);
    assert_false(
        seen_need(&city, &agt01, READ_LIST_CASES, &(struct read_list_cases){0})
            .needed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masks_of_every_role),
        cmocka_unit_test(own_case_is_shown_whole),
        cmocka_unit_test(buttons_follow_rights),
        cmocka_unit_test(hidden_case_is_as_unknown),
        cmocka_unit_test(erased_parts_and_no_opening_of_hidden),
        cmocka_unit_test(secret_reporter),
        cmocka_unit_test(answer_to_registration),
        cmocka_unit_test(trail_needs),
    };

    return cmocka_run_group_tests_name("view/case", tests, setup, teardown);
}
