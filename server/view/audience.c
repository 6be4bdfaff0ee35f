/*
 * audience.c - who sees which rows of the board.
 *
 * The same question as policy_decide(facts of the case, read_board), asked for
 * many readers at once; a test holds the two together.
 */
#include "view/parts.h"

#include <assert.h>
#include <string.h>

/* Who registers or handles cases has some of his own, wherever they lie by
 * now. */
static bool may_own(const struct catalogue *c, const struct actor *actor)
{
    return policy_grant(c, actor->role, ACT_REGISTER_CASE).any ||
           policy_grant(c, actor->role, ACT_SIGN_CASE).any ||
           policy_grant(c, actor->role, ACT_SUBMIT_RESULT).any;
}

struct audience view_audience(const struct catalogue *c,
                              const struct actor *actor)
{
    struct audience u = {
        .grant = policy_grant(c, actor->role, ACT_READ_BOARD),
    };
    enum relation widest = u.grant.relation;

    if (!u.grant.any || widest == RELATION_ALL) {
        return u;
    }
    if (widest == RELATION_OWN || may_own(c, actor)) {
        u.account = actor->account;
    }
    if (widest >= RELATION_UNIT) {
        memcpy(u.unit, actor->unit, sizeof(u.unit));
    }
    if (widest == RELATION_TERRITORY) {
        const struct catalogue_unit *unit = catalogue_unit(c, actor->unit);

        u.territory = unit == NULL ? 0 : unit->territory;
    }
    return u;
}

bool audience_equal(const struct audience *a, const struct audience *b)
{
    return a->grant.any == b->grant.any &&
           a->grant.relation == b->grant.relation &&
           memcmp(&a->grant.mask, &b->grant.mask, sizeof(a->grant.mask)) == 0 &&
           a->territory == b->territory &&
           memcmp(a->unit, b->unit, sizeof(a->unit)) == 0 &&
           id_equal(a->account, b->account);
}

static bool own(const struct audience *u, const uint8_t *case_head)
{
    const struct actor actor = {.account = u->account};

    return !id_is_zero(u->account) && case_is_own(&actor, case_head);
}

static bool of_territory(const struct audience *u, const uint8_t *case_head)
{
    return u->territory != 0 &&
           territory_holds(u->territory, case_head_place_code(case_head));
}

/* A grant holds for its relation and all closer ones. */
bool audience_sees(const struct audience *u, const uint8_t *case_head)
{
    if (!u->grant.any) {
        return false;
    }
    return u->grant.relation == RELATION_ALL || own(u, case_head) ||
           case_is_of_unit(u->unit, case_head) || of_territory(u, case_head);
}

static bool is_unit(const struct audience *u, const char unit[static 16])
{
    return memcmp(u->unit, unit, sizeof(u->unit)) == 0;
}

/* Sees it for no other reason than that the dispatch named the unit. */
static bool only_named(const struct audience *u, const uint8_t *head)
{
    return u->grant.relation != RELATION_ALL && !own(u, head) &&
           !of_territory(u, head) && !is_unit(u, case_head_lead_unit(head)) &&
           !is_unit(u, case_head_ball_unit(head));
}

void audience_blind(const struct audience *u, const uint8_t *case_head,
                    struct view_case_row *row)
{
    const uint8_t address = 1U << (FIELD_TICK_ADDRESS - 1);

    if (only_named(u, case_head) &&
        (case_fields_of(u->unit, case_head) & address) == 0) {
        row->has_place_code = false;
        row->place_code = 0;
    }
}
