/*
 * audience_test.c - what an audience sees is what the policy allows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypt/crypt.h"
#include "lib/city.h"
#include "view/view.h"

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

static const struct {
    const char *role, *unit;
} readers[] = {
    {"R-AGT", "service_centre"}, {"R-LDR", "service_centre"},
    {"R-CTR", "protect_centre"}, {"R-CTY", "ca_gy"},
    {"R-CTY", "ca_kq"},          {"R-TWN", "twn_sxl"},
    {"R-TWN", "twn_blm"},        {"R-PTR", "women"},
    {"R-PTL", "education"},      {"R-ADM", "system"},
    {"R-VIL", "twn_blm"},        {"R-CTY", "no_such_unit"},
    {"R-SEN", "service_centre"}, {"R-DSP", "service_centre"},
    {"R-CBK", "service_centre"}, {"R-QC", "service_centre"},
    {"R-KNW", "service_centre"}, {"R-BUR", "bureau"},
    {"R-PTL", "twn_blm"},        {"R-PRV", "women"},
    {"R-LEA", "leading_group"},  {"R-SEC", "system"},
    {"R-AUD", "system"},         {"R-NONE", "system"},
};

static const uint64_t places[] = {
    0,         150200,       150222,       150203,       150223,
    150222102, 150222102201, 150203001001, 150203001901, 150223104,
};

static const char *const units[] = {"", "service_centre", "ca_gy", "education",
                                    "twn_blm"};

static struct actor reader(size_t index, uint8_t account)
{
    struct actor actor = {.account = fixture_id(account)};

    memcpy(actor.role, readers[index].role, strlen(readers[index].role));
    memcpy(actor.unit, readers[index].unit, strlen(readers[index].unit));
    return actor;
}

/* Some head, told by a number. */
static void make_head(uint32_t seed, uint8_t head[static CASE_HEAD_BYTES])
{
    char unit[16] = "";

    memset(head, 0, CASE_HEAD_BYTES);
    case_head_set_state(head, CASE_STATE_TRIAGE);
    case_head_set_place_code(head, places[seed % ARRAY_COUNT(places)]);
    seed /= ARRAY_COUNT(places);
    memcpy(unit, units[seed % ARRAY_COUNT(units)],
           strlen(units[seed % ARRAY_COUNT(units)]));
    case_head_set_ball_unit(head, unit);
    seed /= ARRAY_COUNT(units);
    memset(unit, 0, sizeof(unit));
    memcpy(unit, units[seed % ARRAY_COUNT(units)],
           strlen(units[seed % ARRAY_COUNT(units)]));
    case_head_set_lead_unit(head, unit);
    seed /= ARRAY_COUNT(units);
    case_head_set_agent(head, fixture_id((uint8_t)(seed % 3)));
    seed /= 3;
    case_head_set_handler(head, seed % 4 == 3
                                    ? (struct id){{0}}
                                    : fixture_id((uint8_t)(seed % 4)));
    seed /= 4;
    memset(unit, 0, sizeof(unit));
    memcpy(unit, units[seed % ARRAY_COUNT(units)],
           strlen(units[seed % ARRAY_COUNT(units)]));
    case_head_set_party_2(head, unit);
    case_head_set_party_count(head, (uint8_t)(seed % 4));
}

/* Account 2 owns cases; account 0 is in a head where nobody else is. */
static void sees_what_the_policy_allows(void **state)
{
    enum { HEADS = 10 * 5 * 5 * 3 * 4 * 20 };
    uint8_t head[CASE_HEAD_BYTES];
    size_t seen = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(readers); i++) {
        /* Only who registers or handles cases owns any. */
        bool owner =
            policy_grant(city.catalogue, reader(i, 9).role, ACT_REGISTER_CASE)
                .any ||
            policy_grant(city.catalogue, reader(i, 9).role, ACT_SIGN_CASE).any;
        struct actor actor = reader(i, owner ? 2 : 9);
        struct audience u = view_audience(city.catalogue, &actor);

        for (uint32_t seed = 0; seed < HEADS; seed++) {
            struct facts facts;
            bool allowed;

            make_head(seed, head);
            policy_facts_of_case(city.catalogue, &actor, head, &facts);
            allowed =
                policy_decide(&facts, ACT_READ_BOARD).allow &&
                policy_grant(city.catalogue, actor.role, ACT_READ_BOARD).any;
            /* The policy hides a case from who may see the board but read no
             * file; the board shows its row all the same. */
            if (policy_grant(city.catalogue, actor.role, ACT_READ_CASE).any) {
                if (audience_sees(&u, head) != allowed) {
                    fail_msg("%s %s seed %u: policy %d", readers[i].role,
                             readers[i].unit, seed, allowed);
                }
            }
            seen += audience_sees(&u, head);
        }
    }
    assert_true(seen > 0);
}

static void shared_when_equal(void **state)
{
    struct actor a = reader(7, 10);
    struct actor b = reader(7, 11);
    struct actor c = reader(4, 10);
    struct audience ua = view_audience(city.catalogue, &a);
    struct audience ub = view_audience(city.catalogue, &b);
    struct audience uc = view_audience(city.catalogue, &c);

    (void)state;
    assert_true(audience_equal(&ua, &ub)); /* two readers of one partner */
    assert_false(audience_equal(&ua, &uc));
    /* Two officers of one county: each may handle cases of his own. */
    a = reader(3, 10);
    b = reader(3, 11);
    ua = view_audience(city.catalogue, &a);
    ub = view_audience(city.catalogue, &b);
    assert_false(audience_equal(&ua, &ub));
    a = reader(0, 10);
    b = reader(0, 11);
    ua = view_audience(city.catalogue, &a);
    ub = view_audience(city.catalogue, &b);
    assert_true(audience_equal(&ua, &ub)); /* two agents */
}

static void no_board(void **state)
{
    struct actor admin = reader(9, 10);
    struct audience u = view_audience(city.catalogue, &admin);
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    assert_false(u.grant.any);
    make_head(1, head);
    assert_false(audience_sees(&u, head));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sees_what_the_policy_allows),
        cmocka_unit_test(shared_when_equal),
        cmocka_unit_test(no_board),
    };

    return cmocka_run_group_tests_name("view/audience", tests, setup, teardown);
}
