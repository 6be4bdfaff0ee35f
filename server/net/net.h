/*
 * net.h - the door of net/: HTTP, the guard, static files, sessions, live.
 *
 * WHY     libwebsockets lives in this room only. Everything from outside is
 *         bounded and checked here; what is granted or refused is decided
 *         below (model/), never here.
 * SHAPE   request -> guard -> route (gen/routes.h) -> session -> decode ->
 *         lane or reader -> answer. Live: upgrade -> session -> audience ->
 *         snapshot -> pushes.
 * OWNS    the lws context and every connection.
 * THREAD  the loop thread; net_wake from any.
 * SOURCE  RFC 9110, 9112, 6455, 9457; PARTS.md traps 1-11 as kept in
 *         server/README.md.
 */
#ifndef HUTONG_NET_NET_H
#define HUTONG_NET_NET_H

#include <event2/event.h>

#include "core/core.h"
#include "view/view.h"

struct net;

struct net_options {
    struct event_base *base;
    struct store *store;
    struct core *core;
    const struct catalogue *catalogue;
    struct clock *clock;
    const char *address; /* "127.0.0.1" or "::1"; others only with TLS */
    uint16_t port;       /* 0: any free port */
    const char *tls_cert, *tls_key; /* both or neither */
    bool test_clock; /* clock is one of clock_new_test, moved over the API */
};

/* ERR_INPUT: a non-loopback address without TLS, or unreadable certificate;
 * ERR_IN_USE: the port. */
struct err net_start(const struct net_options *o, struct net **ret) MUST_USE;
uint16_t net_port(const struct net *n);
/* "http://127.0.0.1:12349" */
const char *net_url(const struct net *n);
/* Results of core wait: called by app's wake event on the loop. */
void net_run_done(struct net *n);

/* What becomes of a command of the app's own (control socket): called on the
 * loop; w and its arena are net's again when it returns. */
typedef void (*net_done_fn)(void *context, const struct command_work *w);
/* Sends a command as the system. Takes the arena, in which the body lies.
 * False: too many wait, and done is not called. */
bool net_submit(struct net *n, enum command command, struct arena *take_a,
                const void *body, net_done_fn done, void *context);

/* From now on 503 to commands and on /healthz. Reads go on. */
void net_stop_accepting(struct net *n);
/* After core has stopped and its results were run: asks the live clients to
 * close (1001). Let the loop turn a little, then net_free. */
void net_say_goodbye(struct net *n);
/* Connections that still have something to read or write. */
size_t net_busy(const struct net *n);
/* Closes what is left and frees everything; NULL is a no-op. */
void net_free(struct net *n);

#endif
