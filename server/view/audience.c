/*
 * audience.c - who sees which rows of the board.
 *
 * The same question as policy_decide(facts of the case, read_board), asked for
 * many readers at once; a test holds the two together.
 */
#include "view/parts.h"

#include <assert.h>
#include <string.h>

struct audience view_audience(const struct catalogue *c,
                              const struct actor *actor)
{
    struct audience u = {
        .grant = policy_grant(c, actor->role, ACT_READ_BOARD),
    };
    const struct catalogue_unit *unit;

    if (!u.grant.any) {
        return (struct audience){0};
    }
    switch (u.grant.relation) {
    case RELATION_OWN:
        u.account = actor->account;
        return u;
    case RELATION_UNIT:
        memcpy(u.unit, actor->unit, sizeof(u.unit));
        return u;
    case RELATION_TERRITORY:
        unit = catalogue_unit(c, actor->unit);
        u.territory = unit == NULL ? 0 : unit->territory;
        u.grant.any = u.territory != 0; /* a place of nobody is no scope */
        return u;
    case RELATION_ALL:
        return u;
    case RELATION_NONE:
        break;
    }
    BUG("a grant has a relation");
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

static bool of_unit(const struct audience *u, const uint8_t *case_head)
{
    return memcmp(u->unit, case_head_ball_unit(case_head), sizeof(u->unit)) ==
               0 ||
           memcmp(u->unit, case_head_lead_unit(case_head), sizeof(u->unit)) ==
               0;
}

bool audience_sees(const struct audience *u, const uint8_t *case_head)
{
    if (!u->grant.any) {
        return false;
    }
    switch (u->grant.relation) {
    case RELATION_OWN:
        return id_equal(u->account, case_head_agent(case_head));
    case RELATION_UNIT:
        return u->unit[0] != '\0' && of_unit(u, case_head);
    case RELATION_TERRITORY:
        return territory_holds(u->territory, case_head_place_code(case_head));
    case RELATION_ALL:
        return true;
    case RELATION_NONE:
        break;
    }
    BUG("an audience has a relation");
}
