/*
 * role_read.c - the content roles: what each role may do, and what it sees.
 *
 * A role that may read something must have a mask for it: a forgotten profile
 * is a mistake of the file, not a reader who sees nothing.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/catalogue.h"

/* ----------------------------------------------------------- one person -- */

struct row_context {
    struct reader *reader;
    struct role *role;
    size_t profile;
    const char *profile_name;
    bool good;
};

static bool complain_at(struct row_context *c, const char *member,
                        struct text name, const char *must)
{
    char path[96];

    (void)snprintf(path, sizeof(path), "%s/%.*s", member,
                   (int)(name.size < 40 ? name.size : 40), name.at);
    c->good = reader_complain(c->reader, path, must);
    return false;
}

static enum relation relation_of(const struct json_value *v)
{
    return json_type_of(v) == JSON_IS_TEXT ? relation_from(json_text(v))
                                           : RELATION_NONE;
}

static bool see_grant(void *context, struct text name,
                      const struct json_value *value)
{
    struct row_context *c = context;
    enum act act = act_from(name);
    enum relation relation = relation_of(value);

    if (act == ACT_NONE) {
        return complain_at(c, "grants", name, "is no act");
    }
    if (relation == RELATION_NONE) {
        return complain_at(c, "grants", name,
                           "must be own, unit, territory or all");
    }
    c->role->grants[act] = (uint8_t)relation;
    return true;
}

/* ----------------------------------------------------------------- masks -- */

static bool is_word(struct text cell)
{
    for (size_t i = 0; i < cell.size; i++) {
        if ((cell.at[i] < 'a' || cell.at[i] > 'z') && cell.at[i] != '_') {
            return false;
        }
    }
    return cell.size > 0 && cell.size <= 16;
}

/* False when it is no cell at all. */
static bool cell_of(struct text text, enum cell *ret)
{
    *ret = CELL_NONE;
    if (text_is(text, "F")) {
        *ret = CELL_FULL;
        return true;
    }
    if (text_is(text, "M") || text_is(text, "M>R") ||
        text_is(text, "township")) {
        *ret = CELL_MASKED;
        return true;
    }
    if (text_is(text, "W")) {
        *ret = CELL_WRITE;
        return true;
    }
    if (text_is(text, "need")) {
        *ret = CELL_NEED;
        return true;
    }
    if (text_is(text, "own")) {
        *ret = CELL_OWN;
        return true;
    }
    return text_is(text, "R") || text_is(text, "-") || is_word(text);
}

static bool read_profile(struct row_context *c, struct text name,
                         const struct json_value *profile)
{
    static const char *const groups[] = {
        "G1", "G2", "G3",  "G4",  "G5",  "G6",  "G7",
        "G8", "G9", "G10", "G11", "G12", "G13",
    };
    char path[64];

    (void)snprintf(path, sizeof(path), "masks/%.*s",
                   (int)(name.size < 40 ? name.size : 40), name.at);
    if (!reader_object(c->reader, profile, path, groups, ARRAY_COUNT(groups))) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_COUNT(groups); i++) {
        const struct json_value *v = json_member(profile, groups[i]);
        enum cell cell = CELL_NONE;

        if (v == NULL || json_type_of(v) != JSON_IS_TEXT ||
            !cell_of(json_text(v), &cell)) {
            return complain_at(c, path, text_of(groups[i]),
                               "must be F, M, M>R, R, W, - or a word");
        }
        c->role->cells[c->profile][GROUP_G1 + i] = (uint8_t)cell;
    }
    c->role->has_profile[c->profile] = true;
    return true;
}

static bool see_profile(void *context, struct text name,
                        const struct json_value *value)
{
    struct row_context *c = context;
    enum relation relation = relation_from(name);

    if (relation == RELATION_NONE && !text_is(name, "default")) {
        return complain_at(c, "masks", name,
                           "must be own, unit, territory, all or default");
    }
    c->profile = relation == RELATION_NONE ? PROFILE_DEFAULT : (size_t)relation;
    c->good = read_profile(c, name, value);
    return c->good;
}

/* ------------------------------------------------------------------ rows -- */

static bool covered(const struct role *role, enum act act)
{
    bool found = role->grants[act] == 0 || role->has_profile[PROFILE_DEFAULT];

    for (size_t i = role->grants[act]; i < PROFILE_COUNT; i++) {
        found = found || role->has_profile[i];
    }
    return found;
}

static bool read_secret(struct reader *r, const struct json_value *v,
                        struct role *role)
{
    const struct json_value *secret = json_member(v, "secret_reporter");

    role->secret_reporter = RELATION_NONE;
    if (secret == NULL) {
        return true;
    }
    role->secret_reporter = relation_of(secret);
    return role->secret_reporter != RELATION_NONE ||
           reader_complain(r, "secret_reporter",
                           "must be own, unit, territory or all");
}

static bool read_members(struct reader *r, const struct json_value *v,
                         const char *name, struct role *role,
                         bool (*see)(void *, struct text,
                                     const struct json_value *))
{
    struct row_context c = {.reader = r, .role = role, .good = true};
    const struct json_value *member = json_member(v, name);

    if (member == NULL || json_type_of(member) != JSON_IS_OBJECT) {
        return reader_complain(r, name, "must be an object");
    }
    json_each(member, see, &c);
    return c.good;
}

static bool read_role(struct reader *r, const struct json_value *v,
                      struct catalogue *ret)
{
    static const char *const names[] = {
        "code", "zh", "en", "grants", "masks", "secret_reporter",
    };
    struct role *role = &ret->roles[ret->role_count];

    if (!reader_object(r, v, "", names, ARRAY_COUNT(names)) ||
        !reader_code(r, v, "code", "ABCDEFGHIJKLMNOPQRSTUVWXYZ-", role->code,
                     sizeof(role->code)) ||
        !reader_text(r, v, "zh", 60, &role->name[LANG_ZH]) ||
        !reader_text(r, v, "en", 60, &role->name[LANG_EN]) ||
        !read_members(r, v, "grants", role, see_grant) ||
        !read_members(r, v, "masks", role, see_profile) ||
        !read_secret(r, v, role)) {
        return false;
    }
    if (!covered(role, ACT_READ_BOARD) || !covered(role, ACT_READ_CASE) ||
        !covered(role, ACT_READ_CONTACT)) {
        return reader_complain(r, "masks", "has no profile for what is read");
    }
    if (catalogue_role(ret, role->code) != NULL) {
        return reader_complain(r, "code", "stands twice");
    }
    ret->role_count++;
    return true;
}

bool read_roles(struct reader *r, const struct json_value *content,
                struct catalogue *ret)
{
    static const char *const names[] = {"roles"};
    const struct json_value *list;

    if (!reader_object(r, content, "", names, ARRAY_COUNT(names))) {
        return false;
    }
    list = reader_list(r, content, "roles", CATALOGUE_ROLES_MAX);
    if (list == NULL) {
        return false;
    }
    ret->roles = reader_rows(r, json_count(list), sizeof(*ret->roles));
    if (ret->roles == NULL) {
        return false;
    }
    ret->role_count = 0;
    r->list = "roles";
    for (r->index = 0; r->index < json_count(list); r->index++) {
        if (!read_role(r, json_item(list, r->index), ret)) {
            return false;
        }
    }
    return true;
}

/* --------------------------------------------------------------- looking -- */

size_t catalogue_roles_for(const struct catalogue *c, enum act act,
                           struct granted_role ret[static GRANTED_ROLES_MAX])
{
    size_t count = 0;

    static_assert((int)GRANTED_ROLES_MAX >= (int)CATALOGUE_ROLES_MAX,
                  "every role may hold a grant");
    for (size_t i = 0; i < c->role_count; i++) {
        const struct role *role = &c->roles[i];

        if (role->grants[act] == RELATION_NONE) {
            continue;
        }
        memcpy(ret[count].code, role->code, sizeof(role->code));
        ret[count].name[LANG_ZH] = role->name[LANG_ZH];
        ret[count].name[LANG_EN] = role->name[LANG_EN];
        ret[count].relation = (enum relation)role->grants[act];
        count++;
    }
    return count;
}
