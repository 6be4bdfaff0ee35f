/*
 * city.c - what the city has decided, as it was adopted, and whom to call.
 *
 * Of the kinds only those are shown that a page builds its lists of; units,
 * roles and the duty roster have reads of their own, without what is inside.
 */
#include "view/parts.h"

#include <assert.h>
#include <string.h>

static const struct mask self_mask = {.level = {[GROUP_SELF] = MASK_FULL}};

/* ------------------------------------------------------------ catalogue -- */

static bool is_shown(struct text kind)
{
    static const char *const kinds[] = {
        "name",    "categories", "child_types", "deadlines",
        "scripts", "acting",     "directory",   "calendar",
    };

    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        if (text_is(kind, kinds[i])) {
            return true;
        }
    }
    return false;
}

struct err read_read_catalogue(const struct viewing *v, const void *params)
{
    const struct read_read_catalogue *p = params;
    struct view_catalogue answer = {.kind = p->kind};
    struct grant grant;
    uint32_t version = 0;
    char kind[32] = {0};
    struct err e;

    if (!decide_role(v, ACT_READ_CATALOGUE, &grant)) {
        return OK;
    }
    if (!is_shown(p->kind)) {
        answer_refuse(v->ret, REFUSAL_CATALOGUE_UNKNOWN);
        return OK;
    }
    assert(p->kind.size < sizeof(kind));
    memcpy(kind, p->kind.at, p->kind.size);
    e = catalogue_newest(v->t, kind, v->a, &answer.content, &version);
    if (failed(e)) {
        return e;
    }
    if (version == 0) { /* this city never adopted one */
        answer_refuse(v->ret, REFUSAL_CATALOGUE_UNKNOWN);
        return OK;
    }
    answer.version = version;
    view_catalogue_write(&v->ret->body, &answer, &self_mask, v->x->lang);
    answer_etag(v->ret, version);
    return OK;
}

/* ----------------------------------------------------------------- duty -- */

enum {
    DUTY_SHOWN_MAX = 40,
    COUNTY_MAX = 999999,
    TOWNSHIP_MAX = 999999999,
};

/* How near: a village before its township, county and city. */
static int depth_of(uint64_t place)
{
    if (place > TOWNSHIP_MAX) {
        return 3;
    }
    if (place > COUNTY_MAX) {
        return 2;
    }
    return place % 100 != 0 ? 1 : 0;
}

/* Those of the whole city serve a place that is not known, too. */
static bool serves(const struct catalogue_duty *d, uint64_t place)
{
    return place == 0 ? depth_of(d->place) == 0
                      : territory_holds(d->place, place);
}

/* 110, 120 and 119 in this order, then everybody else. */
static int help_first(const struct catalogue_duty *d)
{
    return d->target <= LADDER_TARGET_P119 ? (int)d->target
                                           : (int)LADDER_TARGET_P119 + 1;
}

/* Help before all, then by step, and the nearest first. */
static bool before(const struct catalogue_duty *a,
                   const struct catalogue_duty *b)
{
    if (help_first(a) != help_first(b)) {
        return help_first(a) < help_first(b);
    }
    if (a->step != b->step) {
        return a->step < b->step;
    }
    return depth_of(a->place) > depth_of(b->place);
}

/* Keeps the list in order; what comes last falls off a full one. */
static void insert(const struct catalogue_duty *list[static DUTY_SHOWN_MAX],
                   size_t *count, const struct catalogue_duty *d)
{
    size_t at = *count;

    while (at > 0 && before(d, list[at - 1])) {
        at--;
    }
    if (at == DUTY_SHOWN_MAX) {
        return;
    }
    *count += *count < DUTY_SHOWN_MAX;
    for (size_t i = *count - 1; i > at; i--) {
        list[i] = list[i - 1];
    }
    list[at] = d;
}

static struct view_duty_person person_of(const struct catalogue_duty *d)
{
    return (struct view_duty_person){
        .step = d->step,
        .target = d->target,
        .has_unit = d->unit[0] != '\0',
        .unit = {d->unit, strnlen(d->unit, sizeof(d->unit))},
        .name = d->name,
        .has_post = d->post.size > 0,
        .post = d->post,
        .phone = d->phone,
        .has_deputy_name = d->deputy_name.size > 0,
        .deputy_name = d->deputy_name,
        .has_deputy_phone = d->deputy_phone.size > 0,
        .deputy_phone = d->deputy_phone,
        .has_arrival_minutes = d->arrival_minutes != 0,
        .arrival_minutes = d->arrival_minutes,
    };
}

struct err read_list_duty(const struct viewing *v, const void *params)
{
    const struct read_list_duty *p = params;
    const struct catalogue *c = v->x->catalogue;
    const struct catalogue_duty *found[DUTY_SHOWN_MAX] = {0};
    struct view_duty_person *persons;
    struct view_duty duty = {0};
    struct grant grant;

    if (!decide_role(v, ACT_READ_CATALOGUE, &grant)) {
        return OK;
    }
    persons = arena_take(v->a, DUTY_SHOWN_MAX * sizeof(*persons));
    if (persons == NULL) {
        return ERR(ERR_LIMIT);
    }
    for (size_t i = 0; i < catalogue_duty_count(c); i++) {
        const struct catalogue_duty *d = catalogue_duty_at(c, i);

        if (serves(d, p->has_place ? p->place : 0)) {
            insert(found, &duty.persons_count, d);
        }
    }
    for (size_t i = 0; i < duty.persons_count; i++) {
        persons[i] = person_of(found[i]);
    }
    duty.persons = persons;
    view_duty_write(&v->ret->body, &duty, &self_mask, v->x->lang);
    return OK;
}
