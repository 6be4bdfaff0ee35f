/*
 * catalogue_cross.c - a file against all that stands: what one file cannot say
 * about itself.
 *
 * The whole picture is built with the new file in it, so that a file is refused
 * for what it names and lacks, and also for what others name and it takes away.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "model/catalogue.h"
#include "model/rows.h"

struct cross {
    struct store_txn *t;
    struct arena *arena;
    const struct cmd_adopt_catalogue *file; /* the one that is looked at */
    struct catalogue whole;                 /* with the file in it */
    struct catalogue before;                /* the kind as it stood */
    char why[320];                          /* "" while nothing is wrong */
};

/* -------------------------------------------------------------- saying -- */

static bool is_kind(const struct cross *x, const char *kind)
{
    return text_is(x->file->kind, kind);
}

/* Of another file's row it is told what the new one does to it; always
 * false. */
__attribute__((format(printf, 4, 5))) static bool
complain(struct cross *x, const char *kind, const char *must,
         const char *path_format, ...)
{
    char path[96];
    va_list list;

    va_start(list, path_format);
    (void)vsnprintf(path, sizeof(path), path_format, list);
    va_end(list);
    if (x->why[0] == '\0') {
        /* Cut where it does not fit: a sentence for a person. */
        (void)snprintf(x->why, sizeof(x->why),
                       is_kind(x, kind) ? "/content/%s: %s"
                                        : "/content: with it, %s %s",
                       path, must);
    }
    return false;
}

/* ------------------------------------------------------------- building -- */

static struct err read_standing(struct cross *x, const char *kind,
                                struct catalogue *ret)
{
    struct text content;
    struct text sentence;
    uint32_t version = 0;
    struct err e = catalogue_newest(x->t, kind, x->arena, &content, &version);

    if (failed(e) || version == 0) {
        return e;
    }
    e = catalogue_read(kind, content, x->arena, ret, &sentence);
    return e.code == ERR_INPUT ? ERR(ERR_CORRUPT) : e;
}

static struct err build(struct cross *x,
                        const struct cmd_adopt_catalogue *files, size_t count,
                        struct text *ret_why)
{
    struct err e = OK;

    for (size_t k = 0; k < catalogue_kind_count() && !failed(e); k++) {
        const char *kind = catalogue_kind_name(k);
        const struct cmd_adopt_catalogue *newest = NULL;
        const struct cmd_adopt_catalogue *older = NULL;
        struct text sentence;

        for (size_t i = 0; i < count; i++) {
            if (text_is(files[i].kind, kind)) {
                older = newest;
                newest = &files[i];
            }
        }
        if (newest == NULL) {
            e = read_standing(x, kind, &x->whole);
            continue;
        }
        e = catalogue_read(kind, newest->content, x->arena, &x->whole, ret_why);
        if (failed(e) || newest != x->file) {
            continue;
        }
        e = older == NULL ? read_standing(x, kind, &x->before)
                          : catalogue_read(kind, older->content, x->arena,
                                           &x->before, &sentence);
    }
    return e;
}

/* --------------------------------------------------------------- checks -- */

static bool known_category(const struct catalogue *c, const char code[static 8])
{
    if (c->category_count == 0) {
        return true; /* none were adopted: nothing to hold it against */
    }
    for (size_t i = 0; i < c->category_count; i++) {
        if (memcmp(c->categories[i].code, code, 8) == 0 ||
            (code[1] == '\0' && c->categories[i].code[0] == code[0])) {
            return true;
        }
    }
    return false;
}

static const char no_category[] = "is no category, and no block of any";
static const char no_unit[] = "is no unit that stands";
static const char no_place[] = "is no place of the territory that stands";

static bool check_units(struct cross *x)
{
    const struct catalogue *c = &x->whole;

    for (size_t i = 0; i < c->unit_count; i++) {
        if (catalogue_place(c, c->units[i].territory) == NULL) {
            return complain(x, "units", no_place, "units/%zu/territory", i);
        }
    }
    return true;
}

/* Cases and accounts say these codes, for ever. */
static bool check_kept(struct cross *x)
{
    for (size_t i = 0; i < x->before.unit_count; i++) {
        const char *code = x->before.units[i].code;

        if (catalogue_unit(&x->whole, code) == NULL) {
            return complain(x, "units",
                            "is missing: a unit is never taken away",
                            "units: %.16s", code);
        }
    }
    for (size_t i = 0; i < x->before.category_count; i++) {
        const char *code = x->before.categories[i].code;

        if (catalogue_category(&x->whole, code) == NULL) {
            return complain(x, "categories",
                            "is missing: a category is never taken away",
                            "categories: %.8s", code);
        }
    }
    for (size_t i = 0; i < x->before.child_type_count; i++) {
        const char *code = x->before.child_types[i].code;

        if (!catalogue_child_type_known(
                &x->whole, (struct text){code, strnlen(code, 8)})) {
            return complain(x, "categories",
                            "is missing: a child type is never taken away",
                            "child_types: %.8s", code);
        }
    }
    return true;
}

static bool check_deadlines(struct cross *x)
{
    const struct catalogue *c = &x->whole;

    for (size_t i = 0; i < c->rule_count; i++) {
        if (c->rules[i].category[0] != '\0' &&
            !known_category(c, c->rules[i].category)) {
            return complain(x, "deadlines", no_category, "rules/%zu/category",
                            i);
        }
    }
    return true;
}

static bool has_kind(const struct catalogue *c, enum unit_kind kind)
{
    for (size_t i = 0; i < c->unit_count; i++) {
        if (c->units[i].kind == kind) {
            return true;
        }
    }
    return false;
}

static bool party_stands(const struct catalogue *c, const struct party *p)
{
    switch (p->kind) {
    case PARTY_UNIT:
        return catalogue_unit(c, p->unit) != NULL;
    case PARTY_COUNTY:
    case PARTY_EACH_COUNTY:
        return has_kind(c, UNIT_COUNTY);
    case PARTY_CENTRE:
        return has_kind(c, UNIT_CENTRE);
    case PARTY_BUREAU:
    case PARTY_ABOVE:
        return has_kind(c, UNIT_BUREAU);
    case PARTY_TOWNSHIP:
    case PARTY_VILLAGE:
    case PARTY_PROVIDER:
        return true; /* where there is none, none is named */
    }
    BUG("a party of no kind");
}

static bool check_parties(struct cross *x, const char *row, const char *name,
                          const struct party *parties, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!party_stands(&x->whole, &parties[i])) {
            return complain(x, "directory", no_unit, "%s/%s/%zu", row, name, i);
        }
    }
    return true;
}

static bool check_rule(struct cross *x, const char *row,
                       const struct directory_rule *rule)
{
    for (size_t i = 0; i < rule->category_count; i++) {
        if (!known_category(&x->whole, rule->categories[i].code)) {
            return complain(x, "directory", no_category, "%s/categories/%zu",
                            row, i);
        }
    }
    return check_parties(x, row, "lead", rule->leads, rule->lead_count) &&
           check_parties(x, row, "co", rule->co, rule->co_count) &&
           check_parties(x, row, "inform", rule->inform, rule->inform_count);
}

static bool check_directory(struct cross *x)
{
    const struct directory *d = &x->whole.directory;

    for (size_t i = 0; i < d->rule_count; i++) {
        char row[32];

        (void)snprintf(row, sizeof(row), "rules/%zu", i);
        if (!check_rule(x, row, &d->rules[i])) {
            return false;
        }
    }
    return check_rule(x, "special/emergency", &d->emergency) &&
           check_rule(x, "special/cross_county", &d->cross_county) &&
           check_rule(x, "special/unknown_place", &d->unknown_place);
}

static bool check_duty(struct cross *x)
{
    const struct catalogue *c = &x->whole;

    for (size_t i = 0; i < c->duty_row_count; i++) {
        const struct catalogue_duty *row = &c->duty_rows[i];

        if (catalogue_place(c, row->place) == NULL) {
            return complain(x, "duty", no_place, "duty/%zu/place", i);
        }
        if (row->unit[0] != '\0' && catalogue_unit(c, row->unit) == NULL) {
            return complain(x, "duty", no_unit, "duty/%zu/unit", i);
        }
    }
    return true;
}

static bool check_scripts(struct cross *x)
{
    const struct catalogue *c = &x->whole;

    for (size_t i = 0; i < c->spoken_count; i++) {
        for (size_t k = 0; k < c->spoken[i].category_count; k++) {
            if (!known_category(c, c->spoken[i].categories[k].code)) {
                return complain(x, "scripts", no_category,
                                "lines/%zu/categories/%zu", i, k);
            }
        }
    }
    return true;
}

/* A calendar that begins in a year that it has no table for is the wrong
 * file. */
static bool check_calendar(struct cross *x)
{
    const struct catalogue *c = &x->whole;
    int32_t year =
        (int32_t)(civil_day(x->file->effective_from, c->utc_offset_minutes) /
                  10000);

    if (!is_kind(x, "calendar")) {
        return true;
    }
    for (size_t i = 0; i < c->year_count; i++) {
        if (c->years[i].year == year) {
            return true;
        }
    }
    return complain(x, "calendar",
                    "holds no table of the year that it begins in", "years");
}

/* ------------------------------------------------------------- accounts -- */

static void check_account(struct cross *x, const uint8_t *account)
{
    char role[8];
    char unit[16];

    if (account_state(account) != ACCOUNT_STATE_ACTIVE) {
        return;
    }
    memcpy(role, account_role(account), sizeof(role));
    memcpy(unit, account_unit(account), sizeof(unit));
    if (is_kind(x, "roles") && !catalogue_role_known(&x->whole, role)) {
        (void)complain(x, "roles", "is missing: an account has it",
                       "roles: %.8s", role);
    }
    if (is_kind(x, "units") && catalogue_unit(&x->whole, unit) == NULL) {
        (void)complain(x, "units", "is missing: an account is in it",
                       "units: %.16s", unit);
    }
}

static struct err check_accounts(struct cross *x)
{
    struct table_walk *walk;
    struct span key;
    struct span value;
    struct err e;
    bool more;

    if (!is_kind(x, "roles") && !is_kind(x, "units")) {
        return OK;
    }
    e = table_walk_begin(x->t, TABLE_ACCOUNT, &walk);
    if (failed(e)) {
        return e;
    }
    more = table_walk_seek(walk, (struct span){NULL, 0}, true, &key, &value);
    while (more && x->why[0] == '\0') {
        check_account(x, value.at);
        more = table_walk_next(walk, true, &key, &value);
    }
    return table_walk_end(walk);
}

/* ---------------------------------------------------------------- whole -- */

static bool (*const checks[])(struct cross *x) = {
    check_units, check_kept,    check_deadlines, check_directory,
    check_duty,  check_scripts, check_calendar,
};

struct err catalogue_cross_check(struct store_txn *t,
                                 const struct cmd_adopt_catalogue *files,
                                 size_t count, struct arena *a,
                                 struct text *ret_why)
{
    struct cross *x = arena_take(a, sizeof(*x));
    struct err e;

    assert(count > 0);
    if (x == NULL) {
        return ERR(ERR_LIMIT);
    }
    x->t = t;
    x->arena = a;
    x->file = &files[count - 1];
    e = build(x, files, count, ret_why);
    if (failed(e)) {
        return e;
    }
    for (size_t i = 0; i < ARRAY_COUNT(checks) && x->why[0] == '\0'; i++) {
        (void)checks[i](x); /* what it found stands in why */
    }
    e = check_accounts(x);
    if (failed(e) || x->why[0] == '\0') {
        return e;
    }
    *ret_why = arena_copy_text(a, text_of(x->why));
    return ERR(ret_why->at == NULL ? ERR_LIMIT : ERR_INPUT);
}

static struct err standing_version(struct store_txn *t,
                                   const struct cmd_adopt_catalogue *files,
                                   size_t before, const char *kind,
                                   struct arena *a, int64_t *ret_version)
{
    struct text content;
    uint32_t version = 0;
    struct err e = catalogue_newest(t, kind, a, &content, &version);

    *ret_version = version;
    for (size_t i = 0; i < before; i++) {
        if (text_is(files[i].kind, kind)) {
            *ret_version = files[i].version;
        }
    }
    return e;
}

struct err catalogue_adopt_check(struct store_txn *t,
                                 const struct cmd_adopt_catalogue *files,
                                 size_t count, struct arena *a,
                                 struct text *ret_why)
{
    const struct cmd_adopt_catalogue *last = &files[count - 1];
    char kind[33] = "";
    char why[96];
    int64_t version = 0;
    struct err e;

    assert(count > 0);
    if (!code_pad(last->kind, kind, sizeof(kind) - 1)) {
        return ERR(ERR_LIMIT); /* catalogue_file_read let it through */
    }
    e = standing_version(t, files, count - 1, kind, a, &version);
    if (failed(e)) {
        return e;
    }
    if (last->version > version) {
        return catalogue_cross_check(t, files, count, a, ret_why);
    }
    (void)snprintf(why, sizeof(why),
                   "/version: must be above %lld, which stands",
                   (long long)version);
    *ret_why = arena_copy_text(a, text_of(why));
    return ERR(ret_why->at == NULL ? ERR_LIMIT : ERR_INPUT);
}
