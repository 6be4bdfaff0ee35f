/*
 * units.c - the names of the units that rows and timelines tell by code.
 */
#include "view/parts.h"

#include <string.h>

static const struct mask self_mask = {.level = {[GROUP_SELF] = MASK_FULL}};

static struct view_unit unit_of(const struct catalogue_unit *unit)
{
    return (struct view_unit){
        .code = {unit->code, strnlen(unit->code, sizeof(unit->code))},
        .zh = unit->name_zh,
        .en = unit->name_en,
    };
}

struct err read_list_units(const struct viewing *v, const void *params)
{
    const struct catalogue *c = v->x->catalogue;
    size_t count = catalogue_unit_count(c);
    struct view_units units;
    struct view_unit *list;
    struct grant grant;

    (void)params; /* it has none */
    if (!decide_role(v, ACT_READ_TERRITORY, &grant)) {
        return OK;
    }
    list = arena_take(v->a, (count + 1) * sizeof(*list));
    if (list == NULL) {
        return ERR(ERR_LIMIT);
    }
    for (size_t i = 0; i < count; i++) {
        list[i] = unit_of(catalogue_unit_at(c, i));
    }
    units = (struct view_units){.units = list, .units_count = count};
    view_units_write(&v->ret->body, &units, &self_mask, v->x->lang);
    return OK;
}
