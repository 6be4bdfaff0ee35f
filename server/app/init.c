/*
 * init.c - makes a store: the seed of the city's decisions, then accounts.
 *
 * Surprising: the first accounts are added in a second round of the core, which
 * only then knows the catalogue that the first round adopted.
 */
#include <stdio.h>
#include <string.h>

#include "app/exits.h"
#include "app/link.h"
#include "app/offline.h"
#include "app/verbs.h"
#include "gen/catalogue_seed.h"

enum { PASSWORD_CHARS_MIN = 8 };

static const char *const seeds_real[] = {
    "name",      "territory", "units", "roles",  "categories", "calendar",
    "deadlines", "directory", "duty",  "acting", "scripts",    NULL};
static const char *const seeds_demo[] = {
    "name",       "demo/territory", "demo/units", "roles",
    "categories", "calendar",       "deadlines",  "directory",
    "demo/duty",  "acting",         "scripts",    NULL};

static struct text seed(const char *name)
{
    for (size_t i = 0; i < catalogue_seed_count; i++)
        if (strcmp(catalogue_seed[i].name, name) == 0)
            return (struct text){catalogue_seed[i].json,
                                 catalogue_seed[i].size};
    BUG("a seed that is not in the program");
}

static struct err granted(struct err e, enum refusal refusal)
{
    if (failed(e) || refusal == REFUSAL_NONE)
        return e;
    (void)fprintf(stderr, "hutong: %s\n", refusal_info[refusal].code);
    return ERR(ERR_INPUT);
}

static struct err adopt(struct offline *o, const char *name)
{
    struct arena *a;
    struct cmd_adopt_catalogue *body = app_body(sizeof *body, &a);
    enum refusal refusal = REFUSAL_NONE;
    struct text why = {NULL, 0};
    struct err e;

    e = catalogue_file_read(seed(name), a, body, &why);
    if (failed(e)) {
        (void)fprintf(stderr, "hutong: %s: %.*s\n", name, (int)why.size,
                      why.at == NULL ? "" : why.at);
        arena_free(a);
        return e;
    }
    e = offline_run(o, COMMAND_ADOPT_CATALOGUE, a, body, &refusal);
    return granted(e, refusal);
}

static struct err adopt_all(struct offline *o, const char *const *names)
{
    struct err e = OK;

    for (size_t i = 0; names[i] != NULL && !failed(e); i++)
        e = adopt(o, names[i]);
    return failed(e) ? e : offline_reload(o);
}

/* Nobody learns this token: the first `serve` prints a link of its own. */
static struct err add_admin(struct offline *o)
{
    struct arena *a;
    struct cmd_add_account *body = app_body(sizeof *body, &a);
    enum refusal refusal = REFUSAL_NONE;
    struct link link;
    struct err e;

    link_make(&link);
    *body = (struct cmd_add_account){
        .login = TEXT_LITERAL("admin"),
        .role = TEXT_LITERAL("R-ADM"),
        .unit = TEXT_LITERAL("system"),
        .display_name = TEXT_LITERAL("系统管理员"),
        .has_token_hash = true,
        .token_hash = arena_copy_text(a, text_of(link.hash_hex)),
    };
    bytes_wipe(&link, sizeof link);
    e = offline_run(o, COMMAND_ADD_ACCOUNT, a, body, &refusal);
    return granted(e, refusal);
}

static struct text member(const struct json_value *v, const char *name)
{
    const struct json_value *found = json_member(v, name);

    if (found == NULL || json_type_of(found) != JSON_IS_TEXT)
        BUG("an account of the demonstration lacks a member");
    return json_text(found);
}

static struct err add_demo(struct offline *o, const struct json_value *v,
                           const char *encoded)
{
    struct arena *a;
    struct cmd_add_account *body = app_body(sizeof *body, &a);
    enum refusal refusal = REFUSAL_NONE;
    struct err e;

    *body = (struct cmd_add_account){
        .login = arena_copy_text(a, member(v, "login")),
        .role = arena_copy_text(a, member(v, "role")),
        .unit = arena_copy_text(a, member(v, "unit")),
        .display_name = arena_copy_text(a, member(v, "display_name")),
        .has_password_hash = true,
        .password_hash = arena_copy_text(a, text_of(encoded)),
    };
    e = offline_run(o, COMMAND_ADD_ACCOUNT, a, body, &refusal);
    return granted(e, refusal);
}

/* One hash for all, since it is one password: the time of a sign-in must be
 * that of a real store, and a hash for each would take seconds. */
static struct err add_demo_accounts(struct offline *o, const char *password)
{
    char encoded[CRYPT_PASSWORD_HASH_BYTES];
    const struct json_value *list;
    struct json_doc *doc = NULL;
    struct err e = json_parse(seed("demo/accounts"), &doc, NULL);

    if (failed(e))
        return e;
    crypt_password_hash(text_of(password), encoded);
    list = json_member(json_root(doc), "accounts");
    for (size_t i = 0; list != NULL && i < json_count(list) && !failed(e); i++)
        e = add_demo(o, json_item(list, i), encoded);
    json_free(doc);
    return e;
}

static int make(const struct args *a, bool demo)
{
    bool tests = a->value[OPTION_FOR_TESTS] != NULL;
    enum store_made_by made_by = demo    ? tests ? STORE_DEMO_TEST : STORE_DEMO
                                 : tests ? STORE_TEST
                                         : STORE_REAL;
    struct store_options options = app_store_options(a, true, false);
    const char *dir = a->value[OPTION_DATA];
    struct offline *o = NULL;
    struct err e = store_create(&options, made_by);

    if (e.code == ERR_IN_USE)
        return exits_tell(a->verb->name, APP_IN_USE,
                          "there is a store already; name another --data.");
    if (!failed(e))
        e = offline_open(a, &o);
    if (!failed(e))
        e = adopt_all(o, demo ? seeds_demo : seeds_real);
    if (!failed(e))
        e = demo ? add_demo_accounts(o, a->value[OPTION_PASSWORD])
                 : add_admin(o);
    offline_close(o);
    if (failed(e))
        return exits_say(a->verb->name, dir, e);
    (void)printf("made %s, with its master key in %s\n", dir, a->key_path);
    return APP_DONE;
}

int verb_init(const struct args *a) { return make(a, false); }

int verb_demo(const struct args *a)
{
    size_t size = strlen(a->value[OPTION_PASSWORD]);

    if (size < PASSWORD_CHARS_MIN || size > LIMIT_PASSWORD_BYTES)
        return exits_tell("demo", APP_USAGE,
                          "the password needs 8 to 256 characters.");
    return make(a, true);
}
