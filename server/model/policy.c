/*
 * policy.c - who may, and what they see: facts looked up, then a pure yes or
 * no.
 *
 * Default deny. A "no" about an object that the actor may not read looks as if
 * the object did not exist (hidden): otherwise guessing numbers would tell
 * which exist. The same two functions judge in the writer and for every read.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/catalogue.h"
#include "model/rows.h"

enum { COUNTY_MAX = 999999 }; /* codes above are townships and villages */

/* ---------------------------------------------------------------- facts -- */

static bool same_unit(const struct actor *actor, const char unit[static 16])
{
    return actor->unit[0] != '\0' &&
           memcmp(actor->unit, unit, sizeof(actor->unit)) == 0;
}

bool case_is_own(const struct actor *actor, const uint8_t *head)
{
    return id_equal(actor->account, case_head_agent(head)) ||
           (!id_is_zero(case_head_handler(head)) &&
            id_equal(actor->account, case_head_handler(head)));
}

const char *case_party(const uint8_t *head, size_t index)
{
    switch (index) {
    case 0:
        return case_head_party_1(head);
    case 1:
        return case_head_party_2(head);
    case 2:
        return case_head_party_3(head);
    case 3:
        return case_head_party_4(head);
    case 4:
        return case_head_party_5(head);
    default:
        return case_head_party_6(head);
    }
}

bool case_is_of_unit(const char unit[static 16], const uint8_t *head)
{
    if (unit[0] == '\0') {
        return false;
    }
    for (size_t i = 0; i < case_head_party_count(head) && i < CASE_PARTIES;
         i++) {
        if (memcmp(unit, case_party(head, i), 16) == 0) {
            return true;
        }
    }
    return memcmp(unit, case_head_ball_unit(head), 16) == 0 ||
           memcmp(unit, case_head_lead_unit(head), 16) == 0;
}

static bool own_territory(const struct catalogue *c, const struct actor *actor,
                          uint64_t place)
{
    const struct catalogue_unit *unit = catalogue_unit(c, actor->unit);

    return unit != NULL && territory_holds(unit->territory, place);
}

static int role_index(const struct catalogue *c, const struct actor *actor)
{
    const struct role *role = c == NULL ? NULL : catalogue_role(c, actor->role);

    return role == NULL ? -1 : (int)(role - c->roles);
}

static void facts_start(const struct catalogue *c, const struct actor *actor,
                        enum object_kind kind, struct facts *ret)
{
    int index = actor->is_system ? -1 : role_index(c, actor);

    const struct catalogue_unit *unit =
        c == NULL ? NULL : catalogue_unit(c, actor->unit);

    *ret = (struct facts){
        .kind = kind,
        .has_object = kind != OBJECT_NONE,
        .is_system = actor->is_system,
        .catalogue = c,
        .role_index = index,
        .role_known = index >= 0,
        .relation = RELATION_ALL,
        .beyond = RELATION_ALL,
        .below_county = unit != NULL && unit->territory > COUNTY_MAX,
    };
}

uint8_t case_fields_of(const char unit[static 16], const uint8_t *head)
{
    uint8_t ticks = 0;

    if (unit[0] == '\0') {
        return 0;
    }
    if (memcmp(unit, case_head_lead_unit(head), 16) == 0) {
        ticks = case_head_lead_fields(head);
    }
    for (size_t i = 0; i < case_head_party_count(head) && i < CASE_PARTIES;
         i++) {
        if (memcmp(unit, case_party(head, i), 16) == 0) {
            ticks |= (uint8_t)(case_head_party_fields(head) >> (8 * i));
        }
    }
    return ticks;
}

/* A unit that is only told of a case reads it; to work on it is for others. */
static void facts_of_part(const struct actor *actor, const uint8_t *head,
                          struct facts *ret)
{
    ret->leads = same_unit(actor, case_head_lead_unit(head));
    ret->takes_part = ret->leads;
    for (size_t i = 0; i < case_head_party_count(head) && i < CASE_PARTIES;
         i++) {
        if (same_unit(actor, case_party(head, i))) {
            ret->is_party = true;
            ret->takes_part =
                ret->leads || (case_head_informed_mask(head) >> i & 1) == 0;
        }
    }
}

static void facts_of_case(const struct catalogue *c, const struct actor *actor,
                          const uint8_t *head, struct facts *ret)
{
    ret->known = true;
    facts_of_part(actor, head, ret);
    if (own_territory(c, actor, case_head_place_code(head))) {
        ret->beyond = RELATION_TERRITORY;
    }
    ret->state = case_head_state(head);
    ret->ticks = case_fields_of(actor->unit, head);
    ret->reporter_secret = case_head_anonymity(head) == ANONYMITY_SECRET;
    if (actor->is_system || c == NULL) {
        ret->relation = RELATION_ALL;
    } else if (case_is_own(actor, head)) {
        ret->relation = RELATION_OWN;
    } else if (case_is_of_unit(actor->unit, head)) {
        ret->relation = RELATION_UNIT;
    } else {
        ret->relation = ret->beyond;
    }
}

void policy_facts_of_case(const struct catalogue *c, const struct actor *actor,
                          const uint8_t *case_head, struct facts *ret)
{
    facts_start(c, actor, OBJECT_CASE, ret);
    ret->account_active = true; /* whoever holds a head holds a session */
    facts_of_case(c, actor, case_head, ret);
}

static void facts_of_contact(const struct actor *actor, const uint8_t *head,
                             struct facts *ret)
{
    ret->known = true;
    ret->state = contact_head_state(head);
    ret->reporter_secret = contact_head_anonymity(head) == ANONYMITY_SECRET;
    if (id_equal(actor->account, contact_head_agent(head))) {
        ret->relation = RELATION_OWN;
    } else if (same_unit(actor, contact_head_unit(head))) {
        ret->relation = RELATION_UNIT;
    }
}

/* What became of the contact: its reporter is the reporter of the case. */
static struct err facts_of_its_case(struct store_txn *t, const uint8_t *head,
                                    struct facts *ret)
{
    struct id case_id = contact_head_case_id(head);
    struct row row;
    struct err e;

    if (id_is_zero(case_id)) {
        return OK;
    }
    e = case_row(t, case_id, &row);
    if (!failed(e) && row.found &&
        case_head_anonymity(row.value) == ANONYMITY_SECRET) {
        ret->reporter_secret = true;
    }
    return e;
}

static struct err facts_of_object(struct store_txn *t,
                                  const struct catalogue *c,
                                  const struct actor *actor,
                                  struct object object, struct facts *ret)
{
    struct row row;
    struct err e;

    switch (object.kind) {
    case OBJECT_NONE:
        return OK;
    case OBJECT_CASE:
        e = case_row(t, object.id, &row);
        if (!failed(e) && row.found) {
            facts_of_case(c, actor, row.value, ret);
        }
        return e;
    case OBJECT_CONTACT:
        e = contact_row(t, object.id, &row);
        if (!failed(e) && row.found) {
            facts_of_contact(actor, row.value, ret);
            e = facts_of_its_case(t, row.value, ret);
        }
        return e;
    case OBJECT_ACCOUNT:
        e = account_row(t, object.id, &row);
        ret->known = !failed(e) && row.found;
        if (ret->known && id_equal(object.id, actor->account)) {
            ret->relation = RELATION_OWN;
        }
        return e;
    }
    BUG("object kind");
}

struct err policy_facts(struct store_txn *t, const struct catalogue *c,
                        const struct actor *actor, struct object object,
                        struct facts *ret)
{
    struct row account;
    struct err e;

    facts_start(c, actor, object.kind, ret);
    ret->account_active = actor->is_system;
    if (!actor->is_system) {
        e = account_row(t, actor->account, &account);
        if (failed(e)) {
            return e;
        }
        ret->account_active =
            account.found &&
            account_state(account.value) == ACCOUNT_STATE_ACTIVE &&
            account_version(account.value) == actor->account_version;
    }
    return facts_of_object(t, c, actor, object, ret);
}

/* ---------------------------------------------------------------- masks -- */

/* The profile of a relation, or of the next wider one, or the default; -1. */
static int profile_of(const struct role *role, enum relation relation)
{
    for (int i = (int)relation; i < PROFILE_COUNT; i++) {
        if (role->has_profile[i]) {
            return i;
        }
    }
    return role->has_profile[PROFILE_DEFAULT] ? PROFILE_DEFAULT : -1;
}

struct need {       /* what turns a cell that depends on the object */
    bool writing;   /* into full: during the call */
    uint8_t groups; /* bit n-1: enum field_tick n, by the dispatch */
};

/* The tick that opens a group, or none. */
static enum field_tick tick_of(enum field_group group)
{
    static const enum field_tick ticks[GROUP_COUNT] = {
        [GROUP_G3] = FIELD_TICK_CHILD,    [GROUP_G4] = FIELD_TICK_ADDRESS,
        [GROUP_G5] = FIELD_TICK_GUARDIAN, [GROUP_G6] = FIELD_TICK_NARRATIVE,
        [GROUP_G7] = FIELD_TICK_HEALTH,   [GROUP_G8] = FIELD_TICK_FILES,
        [GROUP_G12] = FIELD_TICK_SUSPECT,
    };

    return ticks[group];
}

static bool ticked(const struct need *n, enum field_group group)
{
    enum field_tick tick = tick_of(group);

    return tick != FIELD_TICK_NONE &&
           (n->groups >> ((unsigned)tick - 1) & 1) != 0;
}

static enum mask_level level_of(enum cell cell, enum field_group group,
                                const struct need *n)
{
    switch (cell) {
    case CELL_NONE:
        return MASK_NONE;
    case CELL_MASKED:
        return MASK_MASKED;
    case CELL_FULL:
        return MASK_FULL;
    case CELL_WRITE:
        return n->writing ? MASK_FULL : MASK_NONE;
    case CELL_OWN: /* of the log, entry by entry: view/ knows which */
        return group == GROUP_G11 ? MASK_MASKED : MASK_NONE;
    case CELL_NEED:
        return ticked(n, group) ? MASK_FULL : MASK_NONE;
    }
    BUG("cell");
}

static struct mask mask_of(const struct role *role, int profile,
                           const struct need *n)
{
    struct mask mask = {{0}};

    mask.level[GROUP_SELF] = MASK_FULL;
    for (int g = GROUP_G1; profile >= 0 && g < GROUP_COUNT; g++) {
        mask.level[g] = (uint8_t)level_of((enum cell)role->cells[profile][g],
                                          (enum field_group)g, n);
    }
    return mask;
}

static void name_mask(int profile, char ret[static 16])
{
    const char *name = profile < 0 ? "none"
                       : profile == PROFILE_DEFAULT
                           ? "default"
                           : relation_code((enum relation)profile);

    memset(ret, 0, 16);
    (void)snprintf(ret, 16, "%s", name); /* the codes are short */
}

/* Work on it goes on: what ended no longer belongs to one person. */
static bool case_open(uint8_t state)
{
    return state != CASE_STATE_CLOSED && state != CASE_STATE_ARCHIVE_CHK &&
           state != CASE_STATE_ARCHIVED && state != CASE_STATE_MERGED &&
           state != CASE_STATE_VOID;
}

/* How the actor stands to the object as far as masks go. */
static enum relation mask_relation(const struct facts *f)
{
    if (f->kind == OBJECT_CASE && f->relation == RELATION_OWN &&
        !case_open(f->state)) {
        return RELATION_UNIT;
    }
    return f->relation;
}

/* Who reads a case only because it was named at the dispatch is shown what was
 * ticked, and no more: of a child between two counties each sees its part. */
static void keep_ticked(const struct role *role, const struct facts *f,
                        const struct need *n, struct mask *mask)
{
    if (!f->is_party || f->leads || f->relation != RELATION_UNIT ||
        f->beyond <= (enum relation)role->grants[ACT_READ_CASE]) {
        return;
    }
    for (int g = GROUP_G1; g < GROUP_COUNT; g++) {
        if (tick_of((enum field_group)g) != FIELD_TICK_NONE &&
            !ticked(n, (enum field_group)g)) {
            mask->level[g] = MASK_NONE;
        }
    }
}

static void fill_mask(const struct role *role, const struct facts *f,
                      enum relation granted, struct decision *ret)
{
    enum relation relation = f->has_object ? mask_relation(f) : granted;
    int profile = profile_of(role, relation);
    const struct need need = {
        .writing = f->kind == OBJECT_CONTACT && relation == RELATION_OWN &&
                   f->state == CONTACT_STATE_OPEN,
        .groups = f->ticks,
    };

    ret->mask = mask_of(role, profile, &need);
    keep_ticked(role, f, &need, &ret->mask);
    /* Who called is never told below the county, whatever the city's table
     * says. */
    if (f->below_county ||
        (f->reporter_secret && relation > role->secret_reporter)) {
        ret->mask.level[GROUP_G2] = MASK_NONE;
    }
    name_mask(profile, ret->mask_name);
}

/* ------------------------------------------------------------- deciding -- */

/* What the server does itself on anybody's behalf: no route leads there, and
 * each decider has conditions of its own. */
static bool servers_own(enum act act)
{
    return act == ACT_OPEN_SESSION || act == ACT_CLOSE_SESSION ||
           act == ACT_ENROL_ACCOUNT || act == ACT_FAIL_SIGNIN ||
           act == ACT_RECORD_DENIED || act == ACT_RECORD_READ;
}

/* What init, demo and the control socket do. */
static bool systems(enum act act)
{
    return servers_own(act) || act == ACT_MANAGE_ACCOUNTS ||
           act == ACT_ADOPT_CATALOGUE || act == ACT_TICK;
}

/* What only a unit does that the case was given to, whoever else is near: the
 * lead signs for it and hands in the result, each that takes part makes
 * contact.
 */
static bool has_part(const struct facts *f, enum act act)
{
    if (act == ACT_SIGN_CASE || act == ACT_SUBMIT_RESULT) {
        return f->leads;
    }
    return act != ACT_FIRST_CONTACT || f->takes_part;
}

/* How near the actor stands for an act. Whoever has the ball for a review takes
 * no part in the handling; the path sees to it that nobody else reviews. */
static enum relation relation_for(const struct facts *f, enum act act)
{
    bool reads = act == ACT_READ_CASE || act == ACT_READ_BOARD ||
                 act == ACT_REVIEW_RESULT;

    return f->kind == OBJECT_CASE && f->relation == RELATION_UNIT && !reads &&
                   !f->takes_part
               ? f->beyond
               : f->relation;
}

static bool granted(const struct role *role, const struct facts *f,
                    enum act act)
{
    enum relation grant = (enum relation)role->grants[act];

    if (!f->has_object) {
        return grant != RELATION_NONE;
    }
    return grant != RELATION_NONE && relation_for(f, act) <= grant &&
           (f->kind != OBJECT_CASE || has_part(f, act));
}

static bool may_read(const struct role *role, const struct facts *f)
{
    switch (f->kind) {
    case OBJECT_NONE:
        return true;
    case OBJECT_CASE:
        return granted(role, f, ACT_READ_CASE);
    case OBJECT_CONTACT:
        return granted(role, f, ACT_READ_CONTACT);
    case OBJECT_ACCOUNT:
        return granted(role, f, ACT_MANAGE_ACCOUNTS);
    }
    BUG("object kind");
}

struct decision policy_decide(const struct facts *f, enum act act)
{
    struct decision d = {.hidden = f->has_object};
    const struct role *role;

    assert(act > ACT_NONE && (int)act <= (int)ACT_MAX);
    d.mask.level[GROUP_SELF] = MASK_FULL;
    name_mask(-1, d.mask_name);
    if (servers_own(act) || (f->is_system && systems(act))) {
        d.allow = true;
        d.hidden = false;
        return d;
    }
    if (f->is_system || !f->role_known || !f->account_active) {
        return d;
    }
    role = &f->catalogue->roles[f->role_index];
    if (f->has_object && (!f->known || !may_read(role, f))) {
        return d;
    }
    d.hidden = false;
    d.allow = granted(role, f, act);
    if (d.allow) {
        fill_mask(role, f, (enum relation)role->grants[act], &d);
    }
    return d;
}

size_t policy_may(const struct catalogue *c, const struct actor *actor,
                  enum act ret_acts[static 64])
{
    const struct role *role = catalogue_role(c, actor->role);
    size_t count = 0;

    static_assert((int)ACT_MAX < 64, "me.may holds 64 acts");
    for (int act = 1; role != NULL && act <= (int)ACT_MAX; act++) {
        if (role->grants[act] != RELATION_NONE) {
            ret_acts[count] = (enum act)act;
            count++;
        }
    }
    return count;
}

struct grant policy_grant(const struct catalogue *c, const char role[static 8],
                          enum act act)
{
    const struct role *r = catalogue_role(c, role);
    const struct need nothing = {0}; /* a row is no file: no field is ticked */
    struct grant grant = {0};
    int profile;

    assert(act > ACT_NONE && (int)act <= (int)ACT_MAX);
    grant.mask.level[GROUP_SELF] = MASK_FULL;
    if (r == NULL || r->grants[act] == RELATION_NONE) {
        return grant;
    }
    grant.any = true;
    grant.relation = (enum relation)r->grants[act];
    profile = profile_of(r, grant.relation);
    grant.mask = mask_of(r, profile, &nothing);
    name_mask(profile, grant.mask_name);
    return grant;
}
