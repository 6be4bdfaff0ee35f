/*
 * directory.c - what the dispatch directory says of an order; pure.
 *
 *   emergency?  ── yes ──> the rule "emergency"
 *   two counties among now, event and home?  ── yes ──> "cross_county"
 *   else the rule of the category, or of its block
 *   a county leads, and its place is not known  ──> who leads "unknown_place"
 *
 * The household does not make a case cross a county: most children of a city
 * live elsewhere than they are registered. It counts where an entitlement goes
 * by it, which the rule of the category says.
 */
#include <assert.h>
#include <string.h>

#include "model/catalogue.h"

enum { COUNTIES_MAX = 3 }; /* of now, event, home */

struct asked {
    const struct catalogue *c;
    uint64_t place; /* of the rule; 0: not known */
    uint32_t counties[COUNTIES_MAX];
    size_t county_count;
    struct suggestion *ret;
};

/* --------------------------------------------------------------- units -- */

static const struct catalogue_unit *
unit_of_kind(const struct catalogue *c, enum unit_kind kind, uint64_t territory)
{
    for (size_t i = 0; i < c->unit_count; i++) {
        const struct catalogue_unit *u = &c->units[i];

        if (u->kind == kind && (territory == 0 || u->territory == territory)) {
            return u;
        }
    }
    return NULL;
}

const struct catalogue_unit *catalogue_centre(const struct catalogue *c)
{
    return unit_of_kind(c, UNIT_CENTRE, 0);
}

const struct catalogue_unit *catalogue_service_centre(const struct catalogue *c)
{
    return unit_of_kind(c, UNIT_SERVICE_CENTRE, 0);
}

const struct catalogue_unit *catalogue_county_unit(const struct catalogue *c,
                                                   uint64_t place)
{
    uint32_t county = territory_county(place);

    return county == 0 ? NULL : unit_of_kind(c, UNIT_COUNTY, county);
}

/* The place's township or village when it is known as closely as that. */
static uint64_t level_of(uint64_t place, enum unit_kind kind)
{
    const uint64_t township_min = 100000000;
    const uint64_t village_min = 100000000000;

    if (kind == UNIT_VILLAGE) {
        return place >= village_min ? place : 0;
    }
    if (place >= village_min) {
        return place / 1000;
    }
    return place >= township_min ? place : 0;
}

/* The unit that one party means; NULL when there is none here. */
static const struct catalogue_unit *party_unit(const struct asked *a,
                                               const struct party *p)
{
    uint64_t near = 0;

    switch (p->kind) {
    case PARTY_UNIT:
        return catalogue_unit(a->c, p->unit);
    case PARTY_COUNTY:
        return catalogue_county_unit(a->c, a->place);
    case PARTY_TOWNSHIP:
        near = level_of(a->place, UNIT_TOWNSHIP);
        return near == 0 ? NULL : unit_of_kind(a->c, UNIT_TOWNSHIP, near);
    case PARTY_VILLAGE:
        near = level_of(a->place, UNIT_VILLAGE);
        return near == 0 ? NULL : unit_of_kind(a->c, UNIT_VILLAGE, near);
    case PARTY_CENTRE:
        return catalogue_centre(a->c);
    case PARTY_BUREAU:
    case PARTY_ABOVE:
        return unit_of_kind(a->c, UNIT_BUREAU, 0);
    case PARTY_EACH_COUNTY:
    case PARTY_PROVIDER:
        return NULL; /* several: see add_party */
    }
    BUG("a party of no kind");
}

/* ---------------------------------------------------------- collecting -- */

static bool is_lead(const struct suggestion *s, const char unit[static 16])
{
    for (size_t i = 0; i < s->lead_count; i++) {
        if (memcmp(s->leads[i], unit, 16) == 0) {
            return true;
        }
    }
    return false;
}

static void add_lead(struct suggestion *s, const struct catalogue_unit *u)
{
    if (u == NULL || is_lead(s, u->code) ||
        s->lead_count == SUGGEST_UNITS_MAX) {
        return;
    }
    memcpy(s->leads[s->lead_count], u->code, sizeof(u->code));
    s->lead_count++;
}

static void add_receiver(struct suggestion *s, const struct catalogue_unit *u,
                         bool informed_only)
{
    if (u == NULL || is_lead(s, u->code) ||
        s->receiver_count == SUGGEST_UNITS_MAX) {
        return;
    }
    for (size_t i = 0; i < s->receiver_count; i++) {
        if (memcmp(s->receivers[i].unit, u->code, sizeof(u->code)) == 0) {
            return;
        }
    }
    memcpy(s->receivers[s->receiver_count].unit, u->code, sizeof(u->code));
    s->receivers[s->receiver_count].informed_only = informed_only;
    s->receiver_count++;
}

enum part { PART_LEAD, PART_CO, PART_INFORM };

static void add_unit(struct asked *a, const struct catalogue_unit *u,
                     enum part part)
{
    if (part == PART_LEAD) {
        add_lead(a->ret, u);
    } else {
        add_receiver(a->ret, u, part == PART_INFORM);
    }
}

static void add_party(struct asked *a, const struct party *p, enum part part)
{
    if (p->kind == PARTY_EACH_COUNTY) {
        for (size_t i = 0; i < a->county_count; i++) {
            add_unit(a, catalogue_county_unit(a->c, a->counties[i]), part);
        }
        return;
    }
    if (p->kind == PARTY_PROVIDER) {
        for (size_t i = 0; i < a->c->unit_count; i++) {
            if (a->c->units[i].kind == UNIT_PROVIDER) {
                add_unit(a, &a->c->units[i], part);
            }
        }
        return;
    }
    add_unit(a, party_unit(a, p), part);
}

static void add_parties(struct asked *a, const struct party *parties,
                        size_t count, enum part part)
{
    for (size_t i = 0; i < count; i++) {
        add_party(a, &parties[i], part);
    }
}

/* --------------------------------------------------------------- rules -- */

static uint64_t place_of(const struct suggest_in *in, enum which_place which)
{
    switch (which) {
    case PLACE_NOW:
        return in->now;
    case PLACE_EVENT:
        return in->event;
    case PLACE_HOME:
        return in->home;
    case PLACE_HOUSEHOLD:
        return in->household;
    }
    BUG("a place of no kind");
}

/* The first place that the rule asks for and that lies in a county that has
 * civil affairs here. */
static uint64_t first_place(const struct catalogue *c,
                            const struct directory_rule *rule,
                            const struct suggest_in *in)
{
    for (size_t i = 0; i < rule->place_count; i++) {
        uint64_t place = place_of(in, rule->places[i]);

        if (catalogue_county_unit(c, place) != NULL) {
            return place;
        }
    }
    return 0;
}

static void collect_counties(struct asked *a, const struct suggest_in *in)
{
    const uint64_t places[COUNTIES_MAX] = {in->now, in->event, in->home};

    for (size_t i = 0; i < COUNTIES_MAX; i++) {
        uint32_t county = territory_county(places[i]);
        bool known = catalogue_county_unit(a->c, places[i]) == NULL;

        for (size_t k = 0; k < a->county_count; k++) {
            known = known || a->counties[k] == county;
        }
        if (!known) {
            a->counties[a->county_count++] = county;
        }
    }
}

static const struct directory_rule *rule_of(const struct directory *d,
                                            const char category[static 8])
{
    const struct directory_rule *block = NULL;

    for (size_t i = 0; i < d->rule_count; i++) {
        for (size_t k = 0; k < d->rules[i].category_count; k++) {
            const char *code = d->rules[i].categories[k].code;

            if (memcmp(code, category, 8) == 0) {
                return &d->rules[i];
            }
            if (code[1] == '\0' && code[0] == category[0]) {
                block = &d->rules[i];
            }
        }
    }
    return block;
}

static bool wants_county(const struct directory_rule *rule)
{
    for (size_t i = 0; i < rule->lead_count; i++) {
        if (rule->leads[i].kind == PARTY_COUNTY) {
            return true;
        }
    }
    return false;
}

static void follow(struct asked *a, const struct directory_rule *rule,
                   const struct suggest_in *in)
{
    const struct directory *d = &a->c->directory;
    const struct directory_rule *who = rule;

    a->place = first_place(a->c, rule, in);
    if (a->place == 0 && wants_county(rule)) {
        who = &d->unknown_place;
    }
    add_parties(a, who->leads, who->lead_count, PART_LEAD);
    add_parties(a, rule->co, rule->co_count, PART_CO);
    add_parties(a, rule->inform, rule->inform_count, PART_INFORM);
    memcpy(a->ret->rule, rule->id, sizeof(rule->id));
    a->ret->reason_zh = who->reason_zh;
    a->ret->reason_en = who->reason_en;
}

void catalogue_suggest(const struct catalogue *c, const struct suggest_in *in,
                       struct suggestion *ret)
{
    const struct directory *d = &c->directory;
    const struct directory_rule *rule = rule_of(d, in->category);
    struct asked a = {.c = c, .ret = ret};

    *ret = (struct suggestion){.version = d->version};
    if (d->version == 0) {
        return; /* the city has not adopted one */
    }
    collect_counties(&a, in);
    ret->cross_county = a.county_count > 1;
    if (in->emergency) {
        rule = &d->emergency;
    } else if (ret->cross_county) {
        rule = &d->cross_county;
    }
    if (rule != NULL) {
        follow(&a, rule, in);
    }
}
