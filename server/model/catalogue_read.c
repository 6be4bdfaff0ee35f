/*
 * catalogue_read.c - the contents name, territory and units; roles stand in
 * role_read.c.
 */
#include <string.h>

#include "model/catalogue.h"

/* ----------------------------------------------------------------- name -- */

bool read_name(struct reader *r, const struct json_value *content,
               struct catalogue *ret)
{
    static const char *const names[] = {
        "product_zh",           "product_en",        "public_number",
        "utc_offset_minutes",   "session_max_hours", "enrolment_hours",
        "session_idle_minutes",
    };
    int64_t offset = 0;
    int64_t idle = 0;
    int64_t max = 0;
    int64_t enrolment = 0;

    if (!reader_object(r, content, "", names, ARRAY_COUNT(names)) ||
        !reader_text(r, content, "product_zh", 60, &ret->product[LANG_ZH]) ||
        !reader_text(r, content, "product_en", 60, &ret->product[LANG_EN]) ||
        !reader_text(r, content, "public_number", 20, &ret->public_number) ||
        !reader_integer(r, content, "utc_offset_minutes", -720, 840, &offset) ||
        !reader_integer(r, content, "session_idle_minutes", 1, 1440, &idle) ||
        !reader_integer(r, content, "session_max_hours", 1, 168, &max) ||
        !reader_integer(r, content, "enrolment_hours", 1, 720, &enrolment)) {
        return false;
    }
    ret->utc_offset_minutes = (int32_t)offset;
    ret->idle_us = idle * 60 * 1000000;
    ret->session_max_us = max * 3600 * 1000000;
    ret->enrolment_us = enrolment * 3600 * 1000000;
    return true;
}

/* ------------------------------------------------------------ territory -- */

static bool has_above(const struct catalogue *c, uint64_t code)
{
    uint64_t above = code / 1000;

    if (code < 1000000) { /* a county; the city itself has nothing above */
        above = code / 100 * 100;
    }
    return above == code || catalogue_place(c, above) != NULL;
}

static bool read_node(struct reader *r, const struct json_value *v,
                      struct catalogue *ret)
{
    static const char *const names[] = {"code",   "name",     "kind",
                                        "pinyin", "initials", "also"};
    struct catalogue_place *place = &ret->places[ret->place_count];
    char kind[16];

    if (!reader_object(r, v, "", names, ARRAY_COUNT(names)) ||
        !reader_territory(r, v, "code", &place->code) ||
        !reader_text(r, v, "name", 60, &place->name) ||
        !reader_code(r, v, "kind", "_", kind, sizeof(kind)) ||
        !reader_text(r, v, "kind", 16, &place->kind) ||
        !reader_text(r, v, "pinyin", 120, &place->pinyin) ||
        !reader_text(r, v, "initials", 40, &place->initials) ||
        (json_member(v, "also") != NULL &&
         !reader_text(r, v, "also", 200, &place->also))) {
        return false;
    }
    if (ret->place_count > 0 &&
        territory_padded(place->code) <=
            territory_padded(ret->places[ret->place_count - 1].code)) {
        return reader_complain(r, "code", "must be above the one before it");
    }
    if (!has_above(ret, place->code)) {
        return reader_complain(r, "code",
                               "must lie below a place that stands before it");
    }
    ret->place_count++;
    return true;
}

bool read_territory(struct reader *r, const struct json_value *content,
                    struct catalogue *ret)
{
    static const char *const names[] = {"edition", "nodes"};
    const struct json_value *list;
    struct text edition;

    if (!reader_object(r, content, "", names, ARRAY_COUNT(names)) ||
        !reader_text(r, content, "edition", 40, &edition)) {
        return false;
    }
    list = reader_list(r, content, "nodes", CATALOGUE_NODES_MAX);
    if (list == NULL) {
        return false;
    }
    ret->places = reader_rows(r, json_count(list), sizeof(*ret->places));
    if (ret->places == NULL) {
        return false;
    }
    ret->place_count = 0;
    r->list = "nodes";
    for (r->index = 0; r->index < json_count(list); r->index++) {
        if (!read_node(r, json_item(list, r->index), ret)) {
            return false;
        }
    }
    return true;
}

/* ---------------------------------------------------------------- units -- */

static bool read_unit_kind(struct reader *r, const struct json_value *v,
                           enum unit_kind *ret)
{
    static const char *const kinds[] = {
        [UNIT_DEPARTMENT] = "department",
        [UNIT_SERVICE_CENTRE] = "service_centre",
        [UNIT_CENTRE] = "centre",
        [UNIT_BUREAU] = "bureau",
        [UNIT_COUNTY] = "county",
        [UNIT_TOWNSHIP] = "township",
        [UNIT_VILLAGE] = "village",
        [UNIT_PROVIDER] = "provider",
        [UNIT_LEADING] = "leading",
        [UNIT_SYSTEM] = "system",
    };
    struct text word;

    *ret = UNIT_DEPARTMENT;
    if (!reader_word(r, v, "kind", &word)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        if (text_is(word, kinds[i])) {
            *ret = (enum unit_kind)i;
            return true;
        }
    }
    return word.size == 0 ||
           reader_complain(r, "kind", "is no kind of unit known here");
}

static bool read_unit(struct reader *r, const struct json_value *v,
                      struct catalogue *ret)
{
    static const char *const names[] = {"code", "zh",        "en",
                                        "kind", "territory", "may_see_all"};
    struct catalogue_unit *unit = &ret->units[ret->unit_count];
    const struct json_value *all = json_member(v, "may_see_all");

    if (!reader_object(r, v, "", names, ARRAY_COUNT(names)) ||
        !reader_code(r, v, "code", "_-", unit->code, sizeof(unit->code)) ||
        !reader_text(r, v, "zh", 60, &unit->name_zh) ||
        !reader_text(r, v, "en", 60, &unit->name_en) ||
        !read_unit_kind(r, v, &unit->kind) ||
        !reader_territory(r, v, "territory", &unit->territory)) {
        return false;
    }
    if (all != NULL && json_type_of(all) != JSON_IS_BOOL) {
        return reader_complain(r, "may_see_all", "must be true or false");
    }
    unit->may_see_all = all != NULL && json_bool(all);
    if (catalogue_unit(ret, unit->code) != NULL) {
        return reader_complain(r, "code", "stands twice");
    }
    ret->unit_count++;
    return true;
}

bool read_units(struct reader *r, const struct json_value *content,
                struct catalogue *ret)
{
    static const char *const names[] = {"units"};
    const struct json_value *list;

    if (!reader_object(r, content, "", names, ARRAY_COUNT(names))) {
        return false;
    }
    list = reader_list(r, content, "units", CATALOGUE_UNITS_MAX);
    if (list == NULL) {
        return false;
    }
    ret->units = reader_rows(r, json_count(list), sizeof(*ret->units));
    if (ret->units == NULL) {
        return false;
    }
    ret->unit_count = 0;
    r->list = "units";
    for (r->index = 0; r->index < json_count(list); r->index++) {
        if (!read_unit(r, json_item(list, r->index), ret)) {
            return false;
        }
    }
    return true;
}
