/*
 * control.h - the unix socket DIR/control, by which the operator talks to a
 * running server.
 *
 * WHY     Accounts are made by who runs the machine, not over the network.
 * SHAPE   one line of JSON each way: {"command":NAME,"body":{...}} and
 *         {"done":true} or {"refused":CODE}, for a catalogue with the path of
 *         what is wrong in it behind the code. The commands are those of one
 *         small table in control.c.
 * OWNS    the socket file: made at start, removed at the end.
 * THREAD  the loop. control_parse: any.
 * SOURCE  unix(7), SO_PEERCRED: only the server's own user is heard.
 */
#ifndef HUTONG_APP_CONTROL_H
#define HUTONG_APP_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/un.h>

#include "model/model.h"
#include "net/net.h"

enum {
    CONTROL_LINE_BYTES = LIMIT_JSON_BYTES + 1, /* with a catalogue in it */
    CONTROL_ANSWER_BYTES = 512,
    CONTROL_CLIENTS_MAX = 8,
};

struct control;

/* False: the path is too long for a socket. */
bool control_address(const char *dir, struct sockaddr_un *ret_address);
/* The store's lock is held: a socket file that is there is a leftover. */
struct err control_start(struct event_base *base, struct net *n,
                         const char *dir,
                         struct control **ret_control) MUST_USE;
/* NULL is a no-op. */
void control_free(struct control *c);

struct control_request {
    enum command command;
    struct arena *arena; /* the body lies in it; the caller's */
    const void *body;
    char why[192]; /* when it was refused */
};
/* False: why is filled and there is no arena. */
bool control_parse(struct text line, struct control_request *ret_request);

#endif
