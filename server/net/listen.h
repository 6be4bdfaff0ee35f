/*
 * listen.h - the listening socket.
 *
 * WHY     lws's own listener asks again at once, and writes a line each time,
 *         when there is no descriptor left for who waits: a loop that spins at
 *         full speed. And it knows an address only after the connection was
 *         made. So the socket is ours, and lws gets what was accepted.
 * SHAPE   accepts some a turn. When the machine has no room for one more it
 *         rests for REST_US; those who come wait in the kernel's queue.
 * OWNS    the socket and two events.
 * THREAD  the loop.
 */
#ifndef HUTONG_NET_LISTEN_H
#define HUTONG_NET_LISTEN_H

#include "net/net.h"

struct listener;

/* ERR_INPUT: not an address in numbers; ERR_IN_USE: the port. */
struct err listener_start(struct net *n, const char *address, uint16_t port,
                          struct listener **ret) MUST_USE;
uint16_t listener_port(const struct listener *l);
/* NULL is a no-op. */
void listener_free(struct listener *l);

/* A socket address from its numeric form; 0: it is none. */
socklen_t socket_address(const char *address, uint16_t port,
                         struct sockaddr_storage *ret);

#endif
