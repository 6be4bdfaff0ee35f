/*
 * user.c - accounts from the command line, through a running server's socket
 * or, when none runs, straight on the store.
 *
 * The token of a link is made here and only its hash goes into the command: no
 * server and no log ever sees it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/control.h"
#include "app/exits.h"
#include "app/link.h"
#include "app/offline.h"
#include "app/verbs.h"

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

/* ------------------------------------------------------------ online ---- */

/* -1: no server listens there. */
static int connect_to(const char *dir)
{
    struct sockaddr_un address;
    int fd;

    if (!control_address(dir, &address))
        return -1;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 &&
        connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool send_all(int fd, struct text what)
{
    size_t sent = 0;

    while (sent < what.size) {
        ssize_t n = send(fd, what.at + sent, what.size - sent, MSG_NOSIGNAL);

        if (n < 0 && errno != EINTR)
            return false;
        sent += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Reads the one line of the answer; false: none came. */
static bool ask(int fd, struct text request, char *ret, size_t room,
                size_t *ret_size)
{
    size_t size = 0;

    if (!send_all(fd, request) || !send_all(fd, TEXT_LITERAL("\n")))
        return false;
    while (size < room && (size == 0 || ret[size - 1] != '\n')) {
        ssize_t n = recv(fd, ret + size, room - size, 0);

        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        size += n > 0 ? (size_t)n : 0;
    }
    *ret_size = size;
    return true;
}

static int read_answer(struct text line)
{
    const struct json_value *code;
    struct json_doc *doc = NULL;
    int ret = APP_DONE;

    if (failed(json_parse(line, &doc, NULL)))
        return exits_tell("user", APP_AGAIN, "the server answered nonsense.");
    code = json_member(json_root(doc), "refused");
    if (code != NULL && json_type_of(code) == JSON_IS_TEXT) {
        struct text t = json_text(code);

        (void)fprintf(stderr, "hutong user: refused: %.*s\n", (int)t.size,
                      t.at);
        ret = APP_FAILED;
    }
    json_free(doc);
    return ret;
}

static int run_online(int fd, struct text request)
{
    char answer[CONTROL_LINE_BYTES];
    size_t size = 0;

    if (!ask(fd, request, answer, sizeof answer, &size))
        return exits_tell("user", APP_AGAIN,
                          "the server ended the talk; try again.");
    return read_answer((struct text){answer, size - 1});
}

/* ----------------------------------------------------------- offline ---- */

static int run_offline(const struct args *a, struct text request)
{
    struct control_request r;
    enum refusal refusal = REFUSAL_NONE;
    struct offline *o = NULL;
    struct err e;

    if (!control_parse(request, &r)) {
        (void)fprintf(stderr, "hutong user: refused: %s\n", r.why);
        return APP_FAILED;
    }
    e = offline_open(a, &o);
    if (failed(e)) {
        arena_free(r.arena);
        return exits_say("user", a->value[OPTION_DATA], e);
    }
    e = offline_run(o, r.command, r.arena, r.body, &refusal);
    offline_close(o);
    if (failed(e))
        return exits_say("user", a->value[OPTION_DATA], e);
    if (refusal == REFUSAL_NONE)
        return APP_DONE;
    (void)fprintf(stderr, "hutong user: refused: %s\n",
                  refusal_info[refusal].code);
    return APP_FAILED;
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
    int fd, ret;

    if (!is_complete(a, action))
        return exits_tell("user", APP_USAGE,
                          "add needs --login, --role, --unit and --name.");
    link_make(&link);
    json_out_init(&o, CONTROL_LINE_BYTES);
    write_request(&o, a, action, link.hash_hex);
    if (failed(json_out_text(&o, &request))) {
        json_out_release(&o);
        return exits_tell("user", APP_USAGE, "what was given is too long.");
    }
    fd = connect_to(a->value[OPTION_DATA]);
    ret = fd >= 0 ? run_online(fd, request) : run_offline(a, request);
    if (fd >= 0)
        close(fd);
    if (ret == APP_DONE && action->has_link)
        (void)printf("/enrol#%s\n", link.token);
    bytes_wipe(&link, sizeof link);
    json_out_release(&o);
    return ret;
}
