/*
 * catalogue.c - the picture of a city's decisions: loaded, and looked into.
 */
#include "model/catalogue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/rows.h"

/* --------------------------------------------------------------- looking -- */

int32_t catalogue_utc_offset_minutes(const struct catalogue *c)
{
    return c->utc_offset_minutes;
}

struct text catalogue_product(const struct catalogue *c, enum lang lang)
{
    return c->product[lang];
}

struct text catalogue_public_number(const struct catalogue *c)
{
    return c->public_number;
}

int64_t catalogue_idle_us(const struct catalogue *c) { return c->idle_us; }

int64_t catalogue_session_max_us(const struct catalogue *c)
{
    return c->session_max_us;
}

int64_t catalogue_enrolment_us(const struct catalogue *c)
{
    return c->enrolment_us;
}

uint32_t catalogue_territory_version(const struct catalogue *c)
{
    return c->territory_version;
}

size_t catalogue_place_count(const struct catalogue *c)
{
    return c->place_count;
}

const struct catalogue_place *catalogue_place_at(const struct catalogue *c,
                                                 size_t index)
{
    assert(index < c->place_count);
    return &c->places[index];
}

const struct catalogue_place *catalogue_place(const struct catalogue *c,
                                              uint64_t code)
{
    uint64_t wanted = territory_padded(code);
    size_t low = 0;
    size_t high = c->place_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (territory_padded(c->places[middle].code) < wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == c->place_count || c->places[low].code != code) {
        return NULL;
    }
    return &c->places[low];
}

size_t catalogue_unit_count(const struct catalogue *c) { return c->unit_count; }

const struct catalogue_unit *catalogue_unit_at(const struct catalogue *c,
                                               size_t index)
{
    assert(index < c->unit_count);
    return &c->units[index];
}

const struct catalogue_unit *catalogue_unit(const struct catalogue *c,
                                            const char code[static 16])
{
    for (size_t i = 0; i < c->unit_count; i++) {
        if (memcmp(c->units[i].code, code, sizeof(c->units[i].code)) == 0) {
            return &c->units[i];
        }
    }
    return NULL;
}

const struct role *catalogue_role(const struct catalogue *c,
                                  const char code[static 8])
{
    for (size_t i = 0; i < c->role_count; i++) {
        if (memcmp(c->roles[i].code, code, sizeof(c->roles[i].code)) == 0) {
            return &c->roles[i];
        }
    }
    return NULL;
}

bool catalogue_role_known(const struct catalogue *c, const char role[static 8])
{
    return catalogue_role(c, role) != NULL;
}

/* ------------------------------------------------------------- territory -- */

enum { COUNTY_MAX = 999999, TOWNSHIP_MAX = 999999999 };

uint64_t territory_padded(uint64_t code)
{
    if (code <= COUNTY_MAX) {
        return code * 1000000;
    }
    return code <= TOWNSHIP_MAX ? code * 1000 : code;
}

uint32_t territory_county(uint64_t code)
{
    return (uint32_t)(territory_padded(code) / 1000000);
}

bool territory_holds(uint64_t above, uint64_t place)
{
    uint64_t unit = 1; /* of what is compared, in padded codes */

    if (above == 0 || place == 0) {
        return false;
    }
    if (above <= COUNTY_MAX) {
        unit = 1000000;
        for (uint64_t code = above; code % 100 == 0; code /= 100) {
            unit *= 100; /* a city, or a province */
        }
    } else if (above <= TOWNSHIP_MAX) {
        unit = 1000;
    }
    return territory_padded(above) / unit == territory_padded(place) / unit;
}

/* --------------------------------------------------------------- reading -- */

typedef bool (*read_fn)(struct reader *r, const struct json_value *content,
                        struct catalogue *ret);

/* What a store that is older than a kind has not adopted yet is empty: no
 * rule, no clock, no suggestion. */
static const struct kind {
    const char *name;
    read_fn read;
    bool needed; /* nothing can be served without it */
} kinds[] = {
    {"name", read_name, true},
    {"territory", read_territory, true},
    {"units", read_units, true},
    {"roles", read_roles, true},
    {"categories", read_categories, false},
    {"calendar", read_calendar, false},
    {"deadlines", read_deadlines, false},
    {"directory", read_directory, false},
    {"duty", read_duty, false},
    {"acting", read_acting, false},
    {"scripts", read_scripts, false},
};

static struct err why(struct arena *a, const char *sentence,
                      struct text *ret_why)
{
    *ret_why = arena_copy_text(a, text_of(sentence));
    return ERR(ret_why->at == NULL ? ERR_LIMIT : ERR_INPUT);
}

const char catalogue_kinds_say[] =
    "/kind: must be name, territory, units, roles, categories, calendar, "
    "deadlines, directory, duty, acting or scripts";

size_t catalogue_kind_count(void) { return ARRAY_COUNT(kinds); }

const char *catalogue_kind_name(size_t index)
{
    assert(index < ARRAY_COUNT(kinds));
    return kinds[index].name;
}

struct err catalogue_read(const char *kind, struct text content,
                          struct arena *a, struct catalogue *ret,
                          struct text *ret_why)
{
    const struct kind *k = NULL;
    struct reader r = {.arena = a};
    struct json_doc *doc = NULL;
    struct err e;

    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        if (strcmp(kinds[i].name, kind) == 0) {
            k = &kinds[i];
        }
    }
    if (k == NULL) {
        return why(a, catalogue_kinds_say, ret_why);
    }
    e = json_parse(content, &doc, NULL);
    if (e.code == ERR_INPUT) {
        return why(a, "/content: is not JSON", ret_why);
    }
    if (failed(e)) {
        return e;
    }
    if (!k->read(&r, json_root(doc), ret)) {
        e = r.full ? ERR(ERR_LIMIT) : why(a, r.why, ret_why);
    }
    json_free(doc);
    return e;
}

struct err catalogue_check(const char *kind, struct text content,
                           struct arena *a, struct text *ret_why)
{
    struct catalogue scratch = {0};

    return catalogue_read(kind, content, a, &scratch, ret_why);
}

/* --------------------------------------------------------------- loading -- */

static struct err newest_seq(struct store_txn *t, const char *kind,
                             uint64_t *ret_seq, uint32_t *ret_version)
{
    uint8_t last[CATALOGUE_KEY_BYTES];
    char padded[32];
    struct table_walk *walk;
    struct span key;
    struct span value;
    struct err e = table_walk_begin(t, TABLE_CATALOGUE, &walk);

    *ret_seq = 0;
    *ret_version = 0;
    if (failed(e)) {
        return e;
    }
    if (code_pad(text_of(kind), padded, sizeof(padded))) {
        catalogue_key(last, padded, UINT32_MAX);
        if (table_walk_seek(walk, SPAN(last, sizeof(last)), false, &key,
                            &value) &&
            key.size == sizeof(last) && value.size == CATALOGUE_BYTES &&
            memcmp(catalogue_key_kind(key.at), padded, sizeof(padded)) == 0) {
            *ret_seq = catalogue_seq(value.at);
            *ret_version = catalogue_key_version(key.at);
        }
    }
    return table_walk_end(walk);
}

struct err catalogue_newest(struct store_txn *t, const char *kind,
                            struct arena *a, struct text *ret_content,
                            uint32_t *ret_version)
{
    struct ev_catalogue_adopted adopted;
    struct record r;
    uint64_t seq = 0;
    uint32_t version = 0;
    struct err e = newest_seq(t, kind, &seq, &version);

    if (failed(e)) {
        return e;
    }
    if (seq == 0) {
        *ret_content = (struct text){NULL, 0};
        *ret_version = 0;
        return OK;
    }
    e = log_read(t, seq, &r);
    if (failed(e)) {
        return e;
    }
    e = ev_catalogue_adopted_decode(r.open, a, &adopted);
    if (failed(e)) {
        return e;
    }
    *ret_content = adopted.content;
    *ret_version = version;
    return OK;
}

void catalogue_set_version(struct catalogue *c, const char *kind,
                           uint32_t version)
{
    if (strcmp(kind, "territory") == 0) {
        c->territory_version = version;
    } else if (strcmp(kind, "deadlines") == 0) {
        c->deadlines_version = version;
    } else if (strcmp(kind, "directory") == 0) {
        c->directory.version = version;
    }
}

static struct err load_kind(struct store_txn *t, const struct kind *k,
                            struct catalogue *c)
{
    const char *kind = k->name;
    struct text content;
    struct text sentence;
    uint32_t version = 0;
    struct err e = catalogue_newest(t, kind, c->arena, &content, &version);

    if (failed(e)) {
        return e;
    }
    if (version == 0) {
        return k->needed ? ERR(ERR_MISSING) : OK;
    }
    e = catalogue_read(kind, content, c->arena, c, &sentence);
    if (e.code == ERR_INPUT) {
        return ERR(ERR_CORRUPT); /* it was checked before it was adopted */
    }
    if (!failed(e)) {
        catalogue_set_version(c, kind, version);
    }
    return e;
}

struct err catalogue_load(struct store_txn *t, struct catalogue **ret)
{
    struct catalogue *c = heap_take(sizeof(*c));
    struct err e = OK;

    c->arena = arena_new(CATALOGUE_ARENA_BYTES);
    for (size_t i = 0; i < ARRAY_COUNT(kinds) && !failed(e); i++) {
        e = load_kind(t, &kinds[i], c);
    }
    if (failed(e)) {
        catalogue_free(c);
        return e;
    }
    *ret = c;
    return OK;
}

void catalogue_free(struct catalogue *c)
{
    if (c == NULL) {
        return;
    }
    arena_free(c->arena);
    free(c);
}
