/*
 * contact_test.c - an agent's contacts and drafts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/seen.h"

static struct city city;
static struct actor agent, other, leader, county;

static int setup(void **state)
{
    (void)state;
    city_make(&city, FIXTURE_MAP_BYTES);
    agent = city_actor(&city, "agt01", "R-AGT", "service_centre");
    other = city_actor(&city, "agt02", "R-AGT", "service_centre");
    leader = city_actor(&city, "ldr01", "R-LDR", "service_centre");
    county = city_actor(&city, "cty_gy", "R-CTY", "ca_gy");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    city_free(&city);
    return 0;
}

static struct seen contact(const struct actor *actor, struct id id)
{
    const struct read_read_contact params = {.contact_id = id};

    return seen_read(&city, actor, READ_READ_CONTACT, &params);
}

static struct seen draft(const struct actor *actor, struct id id)
{
    const struct read_read_draft params = {.contact_id = id};

    return seen_read(&city, actor, READ_READ_DRAFT, &params);
}

static void mine_with_its_number(void **state)
{
    struct id id = city_contact(&city, &agent, "00000000077");
    struct seen s = contact(&agent, id);
    char hex[ID_HEX + 1];

    (void)state;
    id_to_hex(id, hex);
    assert_true(text_is(seen_string(&s, "id"), hex));
    assert_true(text_is(seen_string(&s, "state"), "open"));
    assert_true(text_is(seen_string(&s, "channel"), "phone"));
    assert_true(text_is(seen_string(&s, "agent"), "agt01"));
    assert_true(text_is(seen_string(&s, "number"), "00000000077"));
    assert_int_equal(seen_integer(&s, "draft_version"), 0);
    assert_null(seen_at(&s, "closed_at"));
    seen_free(&s);
}

static void not_of_others(void **state)
{
    struct id id = city_contact(&city, &agent, "00000000077");
    const struct read_read_contact params = {.contact_id = id};
    struct id absent = id;
    struct seen s = contact(&other, id);

    (void)state;
    assert_int_equal(s.refusal, REFUSAL_CONTACT_UNKNOWN);
    assert_true(s.denied_by_right);
    seen_free(&s);
    s = draft(&other, id);
    assert_int_equal(s.refusal, REFUSAL_CONTACT_UNKNOWN);
    seen_free(&s);
    s = contact(&county, id); /* has not the act at all */
    assert_int_equal(s.refusal, REFUSAL_CONTACT_UNKNOWN);
    seen_free(&s);
    absent.bytes[15] ^= 1;
    s = contact(&agent, absent);
    assert_int_equal(s.refusal, REFUSAL_CONTACT_UNKNOWN);
    assert_false(s.denied_by_right);
    seen_free(&s);
    s = contact(&leader, id);
    assert_int_equal(s.refusal, REFUSAL_NONE);
    seen_free(&s);
    assert_true(seen_need(&city, &agent, READ_READ_CONTACT, &params).needed);
    assert_false(seen_need(&city, &other, READ_READ_CONTACT, &params).needed);
}

static struct city_result save(struct id id, uint32_t seen_version,
                               const char *json)
{
    const struct cmd_save_draft body = {.contact_id = id,
                                        .content = text_of(json)};

    city.has_if_match = true;
    city.if_match = seen_version;
    return city_command(&city, &agent, COMMAND_SAVE_DRAFT, &body);
}

static void draft_saved_and_read(void **state)
{
    struct id id = city_contact(&city, &agent, NULL);
    struct city_result r;
    struct seen s = draft(&agent, id);

    (void)state;
    assert_int_equal(seen_integer(&s, "version"), 0);
    assert_null(seen_at(&s, "content"));
    assert_string_equal(s.etag, "\"0\"");
    seen_free(&s);
    r = save(id, 0, "{\"matter\":\"DRAFT words\"}");
    assert_int_equal(r.refusal, REFUSAL_NONE);
    s = seen_answer(&city, &agent, COMMAND_SAVE_DRAFT, &r);
    assert_int_equal(seen_integer(&s, "version"), 1);
    assert_string_equal(s.etag, "\"1\"");
    assert_true(seen_string(&s, "saved_at").size > 0);
    seen_free(&s);
    s = draft(&agent, id);
    assert_true(text_is(seen_string(&s, "content/matter"), "DRAFT words"));
    assert_string_equal(s.etag, "\"1\"");
    seen_free(&s);
    s = contact(&agent, id);
    assert_int_equal(seen_integer(&s, "draft_version"), 1);
    seen_free(&s);
}

static void draft_of_ended_contact_is_gone(void **state)
{
    struct id id = city_contact(&city, &agent, NULL);
    const struct cmd_close_contact body = {.contact_id = id,
                                           .reason = CLOSE_REASON_SILENT};
    struct city_result saved = save(id, 0, "{}");
    struct city_result r =
        city_command(&city, &agent, COMMAND_CLOSE_CONTACT, &body);
    struct seen s = seen_answer(&city, &agent, COMMAND_CLOSE_CONTACT, &r);

    (void)state;
    assert_true(text_is(seen_string(&s, "state"), "closed"));
    assert_true(text_is(seen_string(&s, "close_reason"), "silent"));
    assert_true(seen_string(&s, "closed_at").size > 0);
    seen_free(&s);
    s = draft(&agent, id);
    assert_int_equal(seen_integer(&s, "version"), 0);
    seen_free(&s);
    /* An answer that is made after that is still what was granted. */
    s = seen_answer(&city, &agent, COMMAND_SAVE_DRAFT, &saved);
    assert_int_equal(seen_integer(&s, "version"), 1);
    seen_free(&s);
}

static void list_of_mine(void **state)
{
    struct actor fresh = city_actor(&city, "agt09", "R-AGT", "service_centre");
    struct read_list_contacts params = {.has_limit = true, .limit = 2};
    struct id ids[5];
    char hex[ID_HEX + 1];
    char cursor[CURSOR_CHARS] = "";
    size_t count = 0;
    struct seen s;

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        ids[i] = city_contact(&city, &fresh, "00000000078");
        (void)city_contact(&city, &other, "00000000079");
    }
    do {
        s = seen_read(&city, &fresh, READ_LIST_CONTACTS, &params);
        if (count == 0) {
            id_to_hex(ids[4], hex);
            assert_true(text_is(seen_string(&s, "rows/0/id"), hex));
        }
        assert_false(seen_has(&s, "0000000007")); /* a list opens nothing */
        count += json_count(seen_at(&s, "rows"));
        params.has_cursor = seen_at(&s, "next") != NULL;
        if (params.has_cursor) {
            struct text next = seen_string(&s, "next");

            memset(cursor, 0, sizeof(cursor));
            memcpy(cursor, next.at, next.size);
            params.cursor = text_of(cursor);
        }
        seen_free(&s);
    } while (params.has_cursor);
    assert_int_equal(count, 5);
    params = (struct read_list_contacts){.has_state = true,
                                         .state = CONTACT_STATE_CLOSED};
    s = seen_read(&city, &fresh, READ_LIST_CONTACTS, &params);
    assert_int_equal(json_count(seen_at(&s, "rows")), 0);
    seen_free(&s);
    params = (struct read_list_contacts){.has_cursor = true,
                                         .cursor = text_of(cursor)};
    s = seen_read(&city, &other, READ_LIST_CONTACTS, &params);
    assert_int_equal(s.refusal, REFUSAL_CURSOR_BAD);
    seen_free(&s);
    s = seen_read(&city, &county, READ_LIST_CONTACTS, &params);
    assert_int_equal(s.refusal, REFUSAL_RIGHT_DENIED);
    seen_free(&s);
}

static void registered_shows_its_number(void **state)
{
    struct city_case made = city_case(&city, &agent, 150222102);
    struct read_list_contacts params = {.has_state = true,
                                        .state = CONTACT_STATE_REGISTERED};
    struct seen s = seen_read(&city, &agent, READ_LIST_CONTACTS, &params);
    char no[CASE_NO_BYTES];

    (void)state;
    (void)case_no_to(made.no, no);
    assert_true(text_is(seen_string(&s, "rows/0/case_no"), no));
    seen_free(&s);
}

/* Who asked for secrecy: neither the contact nor its draft shows the leader
 * what the case hides. The agent goes on writing. */
static void a_secret_reporter_is_secret_everywhere(void **state)
{
    const struct cmd_take_contact call = {.channel = CHANNEL_PHONE,
                                          .has_number = true,
                                          .number = TEXT_LITERAL("00000000042"),
                                          .has_anonymity = true,
                                          .anonymity = ANONYMITY_SECRET};
    struct cmd_register_case form;
    struct id id =
        city_command(&city, &agent, COMMAND_TAKE_CONTACT, &call).object;
    struct seen s;

    (void)state;
    assert_int_equal(save(id, 0, "{\"reporter\":\"DRAFT 042\"}").refusal,
                     REFUSAL_NONE);
    s = draft(&agent, id);
    assert_true(seen_has(&s, "DRAFT 042"));
    seen_free(&s);
    s = draft(&leader, id);
    assert_int_equal(s.refusal, REFUSAL_NONE);
    assert_int_equal(seen_integer(&s, "version"), 1);
    assert_false(seen_has(&s, "DRAFT 042"));
    seen_free(&s);
    /* Said only in the form. */
    form = city_form(&city, &agent, 0);
    form.has_anonymity = true;
    form.anonymity = ANONYMITY_SECRET;
    assert_int_equal(
        city_command(&city, &agent, COMMAND_REGISTER_CASE, &form).refusal,
        REFUSAL_NONE);
    s = contact(&leader, form.contact_id);
    assert_int_equal(s.refusal, REFUSAL_NONE);
    assert_true(text_is(seen_string(&s, "anonymity"), "secret"));
    assert_null(seen_at(&s, "number"));
    seen_free(&s);
    /* Said in the call, taken back by nobody. */
    form = city_form(&city, &agent, 0);
    form.contact_id = id;
    form.has_anonymity = true;
    form.anonymity = ANONYMITY_NAMED;
    assert_int_equal(
        city_command(&city, &agent, COMMAND_REGISTER_CASE, &form).refusal,
        REFUSAL_NONE);
    s = contact(&leader, id);
    assert_true(text_is(seen_string(&s, "anonymity"), "secret"));
    assert_null(seen_at(&s, "number"));
    seen_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mine_with_its_number),
        cmocka_unit_test(not_of_others),
        cmocka_unit_test(draft_saved_and_read),
        cmocka_unit_test(draft_of_ended_contact_is_gone),
        cmocka_unit_test(list_of_mine),
        cmocka_unit_test(registered_shows_its_number),
        cmocka_unit_test(a_secret_reporter_is_secret_everywhere),
    };

    return cmocka_run_group_tests_name("view/contact", tests, setup, teardown);
}
