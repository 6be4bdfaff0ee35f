/*
 * control.c - listens on DIR/control; each client asks one thing and is
 * answered after the commit.
 */
#include "app/control.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/diag.h"

/* A client that says nothing for so long gives its place to others. */
enum { CLIENT_SILENT_S = 5, LINE_BYTES_FIRST = 4096 };

struct client {
    struct control *control;
    struct event *event;
    int fd;
    bool waits; /* its command is under way */
    size_t size, room;
    char *line; /* grows up to CONTROL_LINE_BYTES */
};

struct control {
    struct event_base *base;
    struct net *net;
    struct event *event;
    int fd;
    struct sockaddr_un address;
    struct client *clients[CONTROL_CLIENTS_MAX];
};

bool control_address(const char *dir, struct sockaddr_un *ret_address)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int size = snprintf(a.sun_path, sizeof a.sun_path, "%s/control", dir);

    if (size < 0 || (size_t)size >= sizeof a.sun_path)
        return false;
    *ret_address = a;
    return true;
}

/* ------------------------------------------------------------ parse ---- */

static const enum command allowed[] = {
    COMMAND_ADD_ACCOUNT,
    COMMAND_DISABLE_ACCOUNT,
    COMMAND_ISSUE_ENROLMENT,
    COMMAND_ADOPT_CATALOGUE,
};

static enum command command_of(const struct json_value *name)
{
    if (name == NULL || json_type_of(name) != JSON_IS_TEXT)
        return COMMAND_NONE;
    for (size_t i = 0; i < ARRAY_COUNT(allowed); i++)
        if (text_is(json_text(name), command_info[allowed[i]].name))
            return allowed[i];
    return COMMAND_NONE;
}

/* Passwords are set by their owners, through a link. */
static bool has_password(const struct control_request *r)
{
    const struct cmd_add_account *body = r->body;

    return r->command == COMMAND_ADD_ACCOUNT && body->has_password_hash;
}

static bool decode(const struct json_value *v, struct control_request *r)
{
    const struct command_info *info;
    struct field_problem problem = {.code = NULL};
    const struct json_value *body = json_member(v, "body");
    void *ret;

    r->command = command_of(json_member(v, "command"));
    if (r->command == COMMAND_NONE || body == NULL)
        return false;
    info = &command_info[r->command];
    ret = arena_take(r->arena, info->struct_bytes);
    if (ret == NULL || failed(info->decode(body, r->arena, ret, &problem))) {
        (void)snprintf(r->why, sizeof r->why, "field.invalid %s %s",
                       problem.pointer,
                       problem.code == NULL ? "" : problem.code);
        return false;
    }
    r->body = ret;
    if (!has_password(r))
        return true;
    (void)snprintf(r->why, sizeof r->why, "field.invalid /password_hash");
    return false;
}

bool control_parse(struct text line, struct control_request *ret_request)
{
    struct json_doc *doc = NULL;
    bool fine;

    *ret_request = (struct control_request){.why = "request.malformed"};
    if (failed(json_parse(line, &doc, NULL))) {
        (void)snprintf(ret_request->why, sizeof ret_request->why,
                       "json.invalid");
        return false;
    }
    ret_request->arena = arena_new(LIMIT_COMMAND_ARENA);
    fine = json_type_of(json_root(doc)) == JSON_IS_OBJECT &&
           decode(json_root(doc), ret_request);
    json_free(doc);
    if (!fine) {
        arena_free(ret_request->arena);
        ret_request->arena = NULL;
    }
    return fine;
}

/* ---------------------------------------------------------- clients ---- */

static void client_free(struct client *c)
{
    struct control *o = c->control;

    for (size_t i = 0; o != NULL && i < CONTROL_CLIENTS_MAX; i++)
        if (o->clients[i] == c)
            o->clients[i] = NULL;
    if (c->event != NULL)
        event_free(c->event);
    if (c->fd >= 0)
        close(c->fd);
    free(c->line);
    free(c);
}

/* The line is short and the socket empty: it is written in one go. What would
 * need an escape in JSON comes from the client's own words: a '?' stands for
 * it. */
static void answer(struct client *take_c, const char *name, const char *text)
{
    char line[CONTROL_ANSWER_BYTES],
        safe[sizeof(((struct control_request *)NULL)->why)];
    const char *value = text == NULL ? NULL : safe;
    int size;

    for (size_t i = 0; text != NULL && i < sizeof safe; i++) {
        bool bad =
            text[i] == '"' || text[i] == '\\' || (text[i] > 0 && text[i] < ' ');

        safe[i] = text[i];
        if (bad)
            safe[i] = '?';
        if (text[i] == '\0')
            break;
    }
    safe[sizeof safe - 1] = '\0';
    size = snprintf(line, sizeof line, "{\"%s\":%s%s%s}\n", name,
                    value == NULL ? "" : "\"", value == NULL ? "true" : value,
                    value == NULL ? "" : "\"");

    if (size > 0 && (size_t)size < sizeof line && take_c->fd >= 0)
        (void)send(take_c->fd, line, (size_t)size, MSG_NOSIGNAL);
    client_free(take_c);
}

static void done(void *context, const struct command_work *w)
{
    char why[sizeof(((struct control_request *)NULL)->why)];
    struct client *c = context;

    c->waits = false;
    if (w->refusal == REFUSAL_NONE) {
        answer(c, "done", NULL);
        return;
    }
    (void)snprintf(why, sizeof why, "%s%s%s", refusal_info[w->refusal].code,
                   w->problem.pointer[0] == '\0' ? "" : " ",
                   w->problem.pointer);
    answer(c, "refused", why);
}

static void run(struct client *c)
{
    struct control_request r;

    if (!control_parse((struct text){c->line, c->size - 1}, &r)) {
        answer(c, "refused", r.why);
        return;
    }
    c->waits = true;
    event_del(c->event);
    if (net_submit(c->control->net, r.command, r.arena, r.body, done, c))
        return;
    answer(c, "refused", "server.busy");
}

/* For at least one byte more. */
static void make_room(struct client *c)
{
    size_t room = c->room == 0 ? LINE_BYTES_FIRST : c->room * 2;
    char *line;

    assert(c->size < CONTROL_LINE_BYTES);
    if (c->size < c->room)
        return;
    room = room > CONTROL_LINE_BYTES ? CONTROL_LINE_BYTES : room;
    line = heap_take(room);
    if (c->size > 0)
        memcpy(line, c->line, c->size);
    free(c->line);
    c->line = line;
    c->room = room;
}

static void readable(evutil_socket_t fd, short what, void *context)
{
    struct client *c = context;
    ssize_t size;

    if ((what & EV_TIMEOUT) != 0) {
        client_free(c);
        return;
    }
    make_room(c);
    size = recv(fd, c->line + c->size, c->room - c->size, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size <= 0) {
        client_free(c);
        return;
    }
    c->size += (size_t)size;
    if (c->line[c->size - 1] == '\n')
        run(c);
    else if (c->size == CONTROL_LINE_BYTES)
        answer(c, "refused", "json.too_long");
}

static bool is_ours(int fd)
{
    struct ucred peer = {0};
    socklen_t size = sizeof peer;

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == geteuid() || peer.uid == 0);
}

static struct client **free_place(struct control *o)
{
    for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
        if (o->clients[i] == NULL)
            return &o->clients[i];
    return NULL;
}

static void acceptable(evutil_socket_t listener, short what, void *context)
{
    struct control *o = context;
    struct client **place = free_place(o), *c;
    const struct timeval silent = {.tv_sec = CLIENT_SILENT_S};
    int fd = accept4((int)listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    (void)what;
    if (fd < 0)
        return;
    if (place == NULL || !is_ours(fd)) {
        DIAG(DIAG_WARN, "control_refused", DIAG_N("full", place == NULL));
        close(fd);
        return;
    }
    c = heap_take(sizeof *c);
    c->control = o;
    c->fd = fd;
    c->event = event_new(o->base, fd, EV_READ | EV_PERSIST, readable, c);
    if (c->event == NULL || event_add(c->event, &silent) != 0) {
        client_free(c);
        return;
    }
    *place = c;
}

/* ------------------------------------------------------------- life ---- */

struct err control_start(struct event_base *base, struct net *n,
                         const char *dir, struct control **ret_control)
{
    struct control *o = heap_take(sizeof *o);
    struct err e = OK;

    o->base = base;
    o->net = n;
    o->fd = -1;
    if (!control_address(dir, &o->address)) {
        free(o);
        return ERR(ERR_LIMIT);
    }
    (void)unlink(o->address.sun_path);
    o->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (o->fd < 0 ||
        bind(o->fd, (struct sockaddr *)&o->address, sizeof o->address) != 0 ||
        listen(o->fd, CONTROL_CLIENTS_MAX) != 0)
        e = ERR_OF(ERR_SYS, errno);
    if (!failed(e)) {
        o->event = event_new(base, o->fd, EV_READ | EV_PERSIST, acceptable, o);
        if (o->event == NULL || event_add(o->event, NULL) != 0)
            e = ERR(ERR_SYS);
    }
    if (failed(e)) {
        control_free(o);
        return e;
    }
    *ret_control = o;
    return OK;
}

void control_free(struct control *o)
{
    if (o == NULL)
        return;
    for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        assert(o->clients[i] == NULL || !o->clients[i]->waits);
        if (o->clients[i] != NULL)
            client_free(o->clients[i]);
    }
    if (o->event != NULL)
        event_free(o->event);
    if (o->fd >= 0) {
        close(o->fd);
        (void)unlink(o->address.sun_path);
    }
    free(o);
}
