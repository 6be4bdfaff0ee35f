/*
 * ask.c - asks a running server over DIR/control, else does it itself.
 */
#include "app/ask.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/control.h"
#include "app/exits.h"
#include "app/offline.h"

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
static bool talk(int fd, struct text request, char *ret, size_t room,
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

static int read_answer(const char *verb, struct text line)
{
    const struct json_value *code;
    struct json_doc *doc = NULL;
    int ret = APP_DONE;

    if (failed(json_parse(line, &doc, NULL)))
        return exits_tell(verb, APP_AGAIN, "the server answered nonsense.");
    code = json_member(json_root(doc), "refused");
    if (code != NULL && json_type_of(code) == JSON_IS_TEXT) {
        struct text t = json_text(code);

        (void)fprintf(stderr, "hutong %s: refused: %.*s\n", verb, (int)t.size,
                      t.at);
        ret = APP_FAILED;
    }
    json_free(doc);
    return ret;
}

static int run_online(const char *verb, int fd, struct text request)
{
    char answer[CONTROL_ANSWER_BYTES];
    size_t size = 0;

    if (!talk(fd, request, answer, sizeof answer, &size))
        return exits_tell(verb, APP_AGAIN,
                          "the server ended the talk; try again.");
    return read_answer(verb, (struct text){answer, size - 1});
}

/* ----------------------------------------------------------- offline ---- */

static int run_offline(const struct args *a, struct text request)
{
    const char *verb = a->verb->name;
    struct control_request r;
    enum refusal refusal = REFUSAL_NONE;
    struct offline *o = NULL;
    struct err e;

    if (!control_parse(request, &r)) {
        (void)fprintf(stderr, "hutong %s: refused: %s\n", verb, r.why);
        return APP_FAILED;
    }
    e = offline_open(a, &o);
    if (failed(e)) {
        arena_free(r.arena);
        return exits_say(verb, a->value[OPTION_DATA], e);
    }
    e = offline_run(o, r.command, r.arena, r.body, &refusal);
    offline_close(o);
    if (failed(e))
        return exits_say(verb, a->value[OPTION_DATA], e);
    if (refusal == REFUSAL_NONE)
        return APP_DONE;
    (void)fprintf(stderr, "hutong %s: refused: %s\n", verb,
                  refusal_info[refusal].code);
    return APP_FAILED;
}

int ask_run(const struct args *a, struct text request)
{
    int fd = connect_to(a->value[OPTION_DATA]);
    int ret;

    if (fd < 0)
        return run_offline(a, request);
    ret = run_online(a->verb->name, fd, request);
    close(fd);
    return ret;
}
