/*
 * catalogue_directory.c - the content directory: which unit leads an order, who
 * takes part, and who is told. directory.c looks it up.
 */
#include <stdio.h>
#include <string.h>

#include "model/catalogue.h"
#include "model/rows.h"

/* ------------------------------------------------------------- parties -- */

static const struct {
    const char *word;
    enum party_kind kind;
} words[] = {
    {"county", PARTY_COUNTY},     {"each_county", PARTY_EACH_COUNTY},
    {"township", PARTY_TOWNSHIP}, {"village", PARTY_VILLAGE},
    {"centre", PARTY_CENTRE},     {"bureau", PARTY_BUREAU},
    {"above", PARTY_ABOVE},       {"provider", PARTY_PROVIDER},
};

static bool party_of(struct text text, struct party *ret)
{
    static const char prefix[] = "unit:";
    const size_t skip = sizeof(prefix) - 1;

    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (text_is(text, words[i].word)) {
            ret->kind = words[i].kind;
            return true;
        }
    }
    ret->kind = PARTY_UNIT;
    return text.size > skip && memcmp(text.at, prefix, skip) == 0 &&
           code_pad((struct text){text.at + skip, text.size - skip}, ret->unit,
                    sizeof(ret->unit));
}

static bool read_parties(struct reader *r, const struct json_value *v,
                         const char *name, struct party *ret, size_t *ret_count)
{
    const struct json_value *list;
    size_t count;

    if (!reader_words(r, v, name, DIRECTORY_PARTIES_MAX, &list, &count)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        char path[64];

        if (!party_of(json_text(json_item(list, i)), &ret[i])) {
            (void)snprintf(path, sizeof(path), "%s/%zu", name, i);
            return reader_complain(r, path,
                                   "must be county, each_county, township, "
                                   "village, centre, bureau, above, provider "
                                   "or unit:CODE");
        }
    }
    *ret_count = count;
    return true;
}

/* ---------------------------------------------------------------- rows -- */

static bool read_places(struct reader *r, const struct json_value *v,
                        struct directory_rule *rule)
{
    static const char *const places[] = {
        [PLACE_NOW] = "now",
        [PLACE_EVENT] = "event",
        [PLACE_HOME] = "home",
        [PLACE_HOUSEHOLD] = "household",
    };
    const struct json_value *list;
    size_t count;

    if (!reader_words(r, v, "place", DIRECTORY_PLACES_MAX, &list, &count)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;

        while (k < ARRAY_COUNT(places) &&
               !text_is(json_text(json_item(list, i)), places[k])) {
            k++;
        }
        if (k == ARRAY_COUNT(places)) {
            return reader_complain(r, "place",
                                   "must be of now, event, home, household");
        }
        rule->places[i] = (enum which_place)k;
    }
    rule->place_count = count;
    return true;
}

static bool read_reason(struct reader *r, const struct json_value *v,
                        struct directory_rule *rule)
{
    return reader_text(r, v, "zh", 150, &rule->reason_zh) &&
           reader_text(r, v, "en", 300, &rule->reason_en);
}

static bool needs_place(const struct party *parties, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (parties[i].kind == PARTY_COUNTY ||
            parties[i].kind == PARTY_TOWNSHIP ||
            parties[i].kind == PARTY_VILLAGE) {
            return true;
        }
    }
    return false;
}

static bool read_who(struct reader *r, const struct json_value *v,
                     struct directory_rule *rule)
{
    if (!read_places(r, v, rule) ||
        !read_parties(r, v, "lead", rule->leads, &rule->lead_count) ||
        !read_parties(r, v, "co", rule->co, &rule->co_count) ||
        !read_parties(r, v, "inform", rule->inform, &rule->inform_count) ||
        !read_reason(r, v, rule)) {
        return false;
    }
    if (rule->lead_count == 0) {
        return reader_complain(r, "lead", "must name who leads");
    }
    if (rule->co_count + rule->inform_count > DIRECTORY_PARTIES_MAX) {
        return reader_complain(r, "co", "and inform name more than six");
    }
    if (rule->place_count == 0 &&
        (needs_place(rule->leads, rule->lead_count) ||
         needs_place(rule->co, rule->co_count) ||
         needs_place(rule->inform, rule->inform_count))) {
        return reader_complain(r, "place", "must say whose county is meant");
    }
    return true;
}

static bool taken(const struct directory *d, size_t before,
                  const char code[static 8])
{
    for (size_t i = 0; i < before; i++) {
        for (size_t k = 0; k < d->rules[i].category_count; k++) {
            if (memcmp(d->rules[i].categories[k].code, code, 8) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool read_matters(struct reader *r, const struct json_value *v,
                         const struct directory *d, struct directory_rule *rule)
{
    const struct json_value *list =
        reader_list(r, v, "categories", CATALOGUE_CATEGORIES_MAX);
    struct code8 *codes;
    size_t count;

    if (list == NULL ||
        !reader_words(r, v, "categories", CATALOGUE_CATEGORIES_MAX, &list,
                      &count)) {
        return false;
    }
    codes = reader_rows(r, count, sizeof(*codes));
    if (codes == NULL) {
        return false;
    }
    rule->categories = codes;
    for (size_t i = 0; i < count; i++) {
        char path[32];

        (void)snprintf(path, sizeof(path), "categories/%zu", i);
        if (!code_pad(json_text(json_item(list, i)), codes[i].code, 8)) {
            return reader_complain(r, path, "is no code of a category");
        }
        rule->category_count = i;
        if (taken(d, r->index + 1, codes[i].code)) {
            return reader_complain(r, path, "has a rule already");
        }
    }
    rule->category_count = count;
    return true;
}

static bool read_rule(struct reader *r, const struct json_value *v,
                      struct catalogue *ret)
{
    static const char *const names[] = {"id", "categories", "place", "lead",
                                        "co", "inform",     "zh",    "en"};
    struct directory *d = &ret->directory;
    /* made by read_directory as rows that can be written */
    struct directory_rule *rule = &d->rules[r->index];

    if (!reader_object(r, v, "", names, ARRAY_COUNT(names)) ||
        !reader_code(r, v, "id", "ABCDEFGHIJKLMNOPQRSTUVWXYZ_.-", rule->id,
                     sizeof(rule->id) - 1) ||
        !read_matters(r, v, d, rule) || !read_who(r, v, rule)) {
        return false;
    }
    for (size_t i = 0; i < r->index; i++) {
        if (memcmp(d->rules[i].id, rule->id, sizeof(rule->id)) == 0) {
            return reader_complain(r, "id", "stands twice");
        }
    }
    d->rule_count = r->index + 1;
    return true;
}

static bool read_special(struct reader *r, const struct json_value *content,
                         const char *name, struct directory_rule *rule)
{
    static const char *const names[] = {"place",  "lead", "co",
                                        "inform", "zh",   "en"};
    const struct json_value *special = json_member(content, "special");
    const struct json_value *v =
        special == NULL ? NULL : json_member(special, name);

    r->list = NULL;
    if (v == NULL) {
        return reader_complain(r, "special",
                               "must hold emergency, cross_county and "
                               "unknown_place");
    }
    memset(rule, 0, sizeof(*rule));
    memcpy(rule->id, name, strlen(name));
    return reader_object(r, v, name, names, ARRAY_COUNT(names)) &&
           read_who(r, v, rule);
}

bool read_directory(struct reader *r, const struct json_value *content,
                    struct catalogue *ret)
{
    static const char *const names[] = {"rules", "special"};
    struct directory *d = &ret->directory;
    const struct json_value *list;

    if (!reader_object(r, content, "", names, ARRAY_COUNT(names))) {
        return false;
    }
    list = reader_list(r, content, "rules", CATALOGUE_RULES_MAX);
    if (list == NULL) {
        return false;
    }
    d->rules = reader_rows(r, json_count(list), sizeof(*d->rules));
    if (d->rules == NULL) {
        return false;
    }
    d->rule_count = 0;
    return reader_each(r, "rules", list, read_rule, ret) &&
           read_special(r, content, "emergency", &d->emergency) &&
           read_special(r, content, "cross_county", &d->cross_county) &&
           read_special(r, content, "unknown_place", &d->unknown_place);
}
