/*
 * need_test.c - what a dispatch opens to the units that it names, and what
 * stays shut below the county.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/city.h"

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

static struct actor actor_of(const char *role, const char *unit)
{
    struct actor actor = {.account = fixture_id(7)};

    memcpy(actor.role, role, strlen(role));
    memcpy(actor.unit, unit, strlen(unit));
    return actor;
}

/* Bailingmiao; led by the education bureau, with women and the town beside it.
 */
static void make_head(uint8_t head[static CASE_HEAD_BYTES], uint8_t lead_fields,
                      uint64_t party_fields)
{
    memset(head, 0, CASE_HEAD_BYTES);
    case_head_set_state(head, CASE_STATE_IN_PROGRESS);
    case_head_set_place_code(head, 150223104);
    case_head_set_lead_unit(head, "education\0\0\0\0\0\0");
    case_head_set_ball_unit(head, "education\0\0\0\0\0\0");
    case_head_set_party_1(head, "women\0\0\0\0\0\0\0\0\0\0");
    case_head_set_party_2(head, "twn_blm\0\0\0\0\0\0\0\0");
    case_head_set_party_count(head, 2);
    case_head_set_lead_fields(head, lead_fields);
    case_head_set_party_fields(head, party_fields);
}

static struct decision read_by(const char *role, const char *unit,
                               const uint8_t *head)
{
    struct actor actor = actor_of(role, unit);
    struct facts facts;

    policy_facts_of_case(city.catalogue, &actor, head, &facts);
    return policy_decide(&facts, ACT_READ_CASE);
}

/* Each tick opens its group and no other: child G3, address G4, guardian G5,
 * narrative G6, health G7, files G8, suspect G12. */
static void one_tick_one_group(void **state)
{
    static const enum field_group groups[] = {
        GROUP_G3, GROUP_G4, GROUP_G5, GROUP_G6, GROUP_G7, GROUP_G8, GROUP_G12,
    };
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    for (unsigned tick = 0; tick < 7; tick++) {
        struct decision d;

        make_head(head, (uint8_t)(1U << tick), 0);
        d = read_by("R-PTL", "education", head);
        assert_true(d.allow);
        for (size_t i = 0; i < ARRAY_COUNT(groups); i++) {
            assert_int_equal(d.mask.level[groups[i]],
                             groups[i] == groups[tick] ? MASK_FULL : MASK_NONE);
        }
        assert_int_equal(d.mask.level[GROUP_G1], MASK_FULL);
        assert_int_equal(d.mask.level[GROUP_G2], MASK_NONE);
        assert_int_equal(d.mask.level[GROUP_G9], MASK_NONE);
        assert_int_equal(d.mask.level[GROUP_G11], MASK_MASKED); /* its own */
        assert_int_equal(d.mask.level[GROUP_G13], MASK_NONE);
    }
}

static void ticks_are_of_one_unit(void **state)
{
    uint8_t head[CASE_HEAD_BYTES];
    struct decision d;

    (void)state;
    make_head(head, 0x08, 0x0001); /* the lead the story, women the child */
    d = read_by("R-PTL", "education", head);
    assert_int_equal(d.mask.level[GROUP_G6], MASK_FULL);
    assert_int_equal(d.mask.level[GROUP_G3], MASK_NONE);
    d = read_by("R-PTL", "women", head);
    assert_int_equal(d.mask.level[GROUP_G6], MASK_NONE);
    assert_int_equal(d.mask.level[GROUP_G3], MASK_FULL);
    assert_false(read_by("R-PTL", "police", head).allow);
}

/* Of a party that is no longer counted nothing is left. */
static void ticks_end_with_the_party(void **state)
{
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    make_head(head, 0, 0x0001);
    case_head_set_party_count(head, 0);
    assert_false(read_by("R-PTL", "women", head).allow);
}

/* A town sees the case by its place; health only as the dispatch says. */
static void health_for_the_town(void **state)
{
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    make_head(head, 0x7F, 0x0000);
    assert_int_equal(read_by("R-TWN", "twn_blm", head).mask.level[GROUP_G7],
                     MASK_NONE);
    make_head(head, 0x00, 0x1000);
    assert_int_equal(read_by("R-TWN", "twn_blm", head).mask.level[GROUP_G7],
                     MASK_FULL);
}

/* The table gives the centre's role who called; a unit of a town takes it
 * away. */
static void no_reporter_below_the_county(void **state)
{
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    make_head(head, 0, 0);
    assert_int_equal(
        read_by("R-CTR", "protect_centre", head).mask.level[GROUP_G2],
        MASK_FULL);
    assert_int_equal(read_by("R-CTR", "ca_gy", head).mask.level[GROUP_G2],
                     MASK_FULL);
    assert_int_equal(read_by("R-CTR", "twn_blm", head).mask.level[GROUP_G2],
                     MASK_NONE);
    assert_int_equal(read_by("R-CTR", "twn_blm", head).mask.level[GROUP_G3],
                     MASK_FULL);
}

/* A row of the board is no file. */
static void no_tick_on_the_board(void **state)
{
    char role[8] = "R-PTL";
    struct grant g = policy_grant(city.catalogue, role, ACT_READ_BOARD);

    (void)state;
    assert_true(g.any);
    for (int group = GROUP_G2; group <= GROUP_G10; group++) {
        assert_int_equal(g.mask.level[group], MASK_NONE);
    }
}

static void roles_that_hold_a_grant(void **state)
{
    struct granted_role roles[GRANTED_ROLES_MAX];
    size_t count =
        catalogue_roles_for(city.catalogue, ACT_DECIDE_REFUSAL, roles);

    (void)state;
    assert_int_equal(count, 2);
    assert_string_equal(roles[0].code, "R-LDR");
    assert_true(text_is(roles[0].name[LANG_EN], "Shift leader"));
    assert_string_equal(roles[1].code, "R-CTR");
    assert_true(text_is(roles[1].name[LANG_ZH], "市未保中心值班员/主管"));
    assert_int_equal(roles[1].relation, RELATION_ALL);
    assert_int_equal(catalogue_roles_for(city.catalogue, ACT_TICK, roles), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_tick_one_group),
        cmocka_unit_test(ticks_are_of_one_unit),
        cmocka_unit_test(ticks_end_with_the_party),
        cmocka_unit_test(health_for_the_town),
        cmocka_unit_test(no_reporter_below_the_county),
        cmocka_unit_test(no_tick_on_the_board),
        cmocka_unit_test(roles_that_hold_a_grant),
    };

    return cmocka_run_group_tests_name("model/need", tests, setup, teardown);
}
