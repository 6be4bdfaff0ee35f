/*
 * listen.c - accepts, and hands to lws.
 */
#include "net/listen.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "net/inner.h"

enum {
    ACCEPTS_OF_TURN = 64, /* then the connections there are have their turn */
    REST_US = 200000,
    SAY_US = 60000000, /* one line about it a minute */
};

struct listener {
    struct net *net;
    int fd;
    uint16_t port;
    struct event *ready;
    struct event *rested;
    uint64_t rests;  /* not yet spoken of */
    int64_t said_us; /* steady */
    bool has_said;
};

socklen_t socket_address(const char *address, uint16_t port,
                         struct sockaddr_storage *ret)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
                              .sin6_port = htons(port)};

    if (inet_pton(AF_INET, address, &v4.sin_addr) == 1) {
        memcpy(ret, &v4, sizeof v4);
        return sizeof v4;
    }
    if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1) {
        memcpy(ret, &v6, sizeof v6);
        return sizeof v6;
    }
    return 0;
}

/* ------------------------------------------------------------ accept ---- */

static void address_text(const struct sockaddr_storage *a,
                         char ret[static INET6_ADDRSTRLEN])
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    memcpy(&v4, a, sizeof v4);
    memcpy(&v6, a, sizeof v6);
    if (inet_ntop(a->ss_family,
                  a->ss_family == AF_INET6 ? (const void *)&v6.sin6_addr
                                           : (const void *)&v4.sin_addr,
                  ret, INET6_ADDRSTRLEN) == NULL)
        ret[0] = '\0';
}

static void take(struct net *n, int take_fd, const struct sockaddr_storage *a)
{
    const int one = 1;
    char address[INET6_ADDRSTRLEN];

    address_text(a, address);
    if (!net_has_room(n, address)) {
        close(take_fd);
        return;
    }
    /* Answers are written whole: nothing is won by waiting for more. */
    (void)setsockopt(take_fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    /* NULL: lws has closed it. */
    (void)lws_adopt_socket_vhost(n->vhost, take_fd);
}

/* No descriptor, or no memory for one: asking again at once would be a loop
 * without an end, and would not make room. */
static void rest(struct listener *l, int sys)
{
    const struct timeval pause = {.tv_usec = REST_US};
    int64_t now_us = clock_steady_us(l->net->clock);

    event_del(l->ready);
    event_add(l->rested, &pause);
    l->rests++;
    if (l->has_said && now_us - l->said_us < SAY_US)
        return;
    DIAG(DIAG_WARN, "accept_rests", DIAG_N("sys", sys),
         DIAG_N("count", l->rests));
    l->has_said = true;
    l->said_us = now_us;
    l->rests = 0;
}

/* What is wrong with the one that was to be accepted, not with us. */
static bool is_its_own_fault(int sys)
{
    return sys == EINTR || sys == ECONNABORTED || sys == EPROTO ||
           sys == EPERM || sys == ENETDOWN || sys == ENETUNREACH ||
           sys == EHOSTDOWN || sys == EHOSTUNREACH || sys == ETIMEDOUT;
}

static void ready(evutil_socket_t fd, short what, void *context)
{
    struct listener *l = context;

    (void)what;
    for (int i = 0; i < ACCEPTS_OF_TURN; i++) {
        struct sockaddr_storage a = {0};
        socklen_t size = sizeof a;
        int one = accept4(fd, (struct sockaddr *)&a, &size,
                          SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (one >= 0) {
            take(l->net, one, &a);
            continue;
        }
        if (errno == EAGAIN)
            return;
        if (is_its_own_fault(errno))
            continue;
        rest(l, errno);
        return;
    }
}

static void rested(evutil_socket_t fd, short what, void *context)
{
    struct listener *l = context;

    (void)fd;
    (void)what;
    event_add(l->ready, NULL);
}

/* ------------------------------------------------------------- start ---- */

static struct err open_socket(struct listener *l, const char *address,
                              uint16_t port)
{
    struct sockaddr_storage a = {0};
    socklen_t size = socket_address(address, port, &a);
    const int one = 1;

    if (size == 0)
        return ERR(ERR_INPUT);
    l->fd = socket(a.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (l->fd < 0)
        return ERR_OF(ERR_SYS, errno);
    (void)setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(l->fd, (struct sockaddr *)&a, size) != 0 ||
        listen(l->fd, SOMAXCONN) != 0)
        return ERR_OF(errno == EADDRINUSE ? ERR_IN_USE : ERR_SYS, errno);
    if (getsockname(l->fd, (struct sockaddr *)&a, &size) != 0)
        return ERR_OF(ERR_SYS, errno);
    l->port = ntohs(a.ss_family == AF_INET6
                        ? ((struct sockaddr_in6 *)(void *)&a)->sin6_port
                        : ((struct sockaddr_in *)(void *)&a)->sin_port);
    return OK;
}

struct err listener_start(struct net *n, const char *address, uint16_t port,
                          struct listener **ret)
{
    struct listener *l = heap_take(sizeof *l);
    struct err e;

    l->net = n;
    l->fd = -1;
    e = open_socket(l, address, port);
    if (!failed(e)) {
        l->ready = event_new(n->base, l->fd, EV_READ | EV_PERSIST, ready, l);
        l->rested = event_new(n->base, -1, 0, rested, l);
        if (l->ready == NULL || l->rested == NULL ||
            event_add(l->ready, NULL) != 0)
            e = ERR(ERR_SYS);
    }
    if (failed(e)) {
        listener_free(l);
        return e;
    }
    *ret = l;
    return OK;
}

uint16_t listener_port(const struct listener *l) { return l->port; }

void listener_free(struct listener *l)
{
    if (l == NULL)
        return;
    if (l->ready != NULL)
        event_free(l->ready);
    if (l->rested != NULL)
        event_free(l->rested);
    if (l->fd >= 0)
        close(l->fd);
    free(l);
}
