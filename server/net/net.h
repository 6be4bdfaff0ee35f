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
};

/* ERR_INPUT: a non-loopback address without TLS, or unreadable certificate;
 * ERR_IN_USE: the port. */
struct err net_start(const struct net_options *o, struct net **ret) MUST_USE;
uint16_t net_port(const struct net *n);
/* "http://127.0.0.1:12349" */
const char *net_url(const struct net *n);
/* Results of core wait: called by app's wake event on the loop. */
void net_run_done(struct net *n);
/* 503 to new commands; call again drain when core has drained. */
void net_stop_accepting(struct net *n);
/* Closes WebSockets with 1001 and frees everything. */
void net_free(struct net *n);

#endif
