/*
 * user.c - accounts from the command line.
 *
 * The token of a link is made here and only its hash goes into the command: no
 * server and no log ever sees it.
 */
#include <stdio.h>
#include <string.h>

#include "app/ask.h"
#include "app/exits.h"
#include "app/link.h"
#include "app/verbs.h"
#include "codec/codec.h"

enum { REQUEST_BYTES = 4096 };

static const struct action {
    const char *name;
    const char *command;
    bool has_link, is_whole; /* role, unit and name too */
} actions[] = {
    {"add", "add_account", true, true},
    {"disable", "disable_account", false, false},
    {"enrol", "issue_enrolment", true, false},
};

static const struct action *action_of(const struct args *a)
{
    for (size_t i = 0; i < ARRAY_COUNT(actions); i++)
        if (strcmp(actions[i].name, a->action) == 0)
            return &actions[i];
    BUG("an action that args let through");
}

static void put(struct json_out *o, const char *name, const char *value)
{
    json_out_name(o, name);
    json_out_text_value(o, text_of(value));
}

/* {"command":"add_account","body":{...}} */
static void write_request(struct json_out *o, const struct args *a,
                          const struct action *action, const char *hash_hex)
{
    json_out_object(o);
    put(o, "command", action->command);
    json_out_name(o, "body");
    json_out_object(o);
    put(o, "login", a->value[OPTION_LOGIN]);
    if (action->is_whole) {
        put(o, "role", a->value[OPTION_ROLE]);
        put(o, "unit", a->value[OPTION_UNIT]);
        put(o, "display_name", a->value[OPTION_NAME]);
    }
    if (action->has_link)
        put(o, "token_hash", hash_hex);
    json_out_object_end(o);
    json_out_object_end(o);
}

static bool is_complete(const struct args *a, const struct action *action)
{
    return !action->is_whole ||
           (a->value[OPTION_ROLE] != NULL && a->value[OPTION_UNIT] != NULL &&
            a->value[OPTION_NAME] != NULL);
}

int verb_user(const struct args *a)
{
    const struct action *action = action_of(a);
    struct link link;
    struct json_out o;
    struct text request;
    int ret;

    if (!is_complete(a, action))
        return exits_tell("user", APP_USAGE,
                          "add needs --login, --role, --unit and --name.");
    link_make(&link);
    json_out_init(&o, REQUEST_BYTES);
    write_request(&o, a, action, link.hash_hex);
    if (failed(json_out_text(&o, &request))) {
        json_out_release(&o);
        return exits_tell("user", APP_USAGE, "what was given is too long.");
    }
    ret = ask_run(a, request);
    if (ret == APP_DONE && action->has_link)
        (void)printf("/enrol#%s\n", link.token);
    bytes_wipe(&link, sizeof link);
    json_out_release(&o);
    return ret;
}
