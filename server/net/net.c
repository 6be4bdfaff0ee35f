/*
 * net.c - starts and stops the lws context; the turn of the loop.
 *
 * Surprising: a TLS vhost of lws speaks plain text, without a word, unless one
 * more option is set in the vhost itself. So before anything is announced the
 * server sends itself plain text and must not understand it.
 */
#include "net/net.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/diag.h"
#include "net/http.h"
#include "net/listen.h"

enum {
    TICK_US = 500000,
    LIVE_WRITE_BYTES = 64 * 1024, /* of one frame; lws keeps the rest */
    LWS_HEADER_BYTES = 9 * 1024,  /* ours count: LIMIT_HEADER_BYTES */
    /* lws takes a head's place when it accepts, so with fewer places than
     * connections the silent ones would keep everybody waiting. */
    HEADERS_MAX = LIMIT_CONNECTIONS,
    FILES_KEPT = 128, /* descriptors for all but connections */
    TURNS_US = 10000, /* of the loop, while it looks at itself */
};

static const struct lws_protocols protocols[] = {
    {.name = "http", .callback = http_callback, .tx_packet_size = WRITE_BYTES},
    {.name = "hutong.live.v1",
     .callback = live_callback,
     .rx_buffer_size = 256,
     .tx_packet_size = LIVE_WRITE_BYTES},
    {.name = NULL},
};

/* ---------------------------------------------------------- the turn ---- */

int64_t net_now_us(const struct net *n) { return clock_wall_us(n->clock); }

uint32_t net_day(const struct net *n)
{
    return civil_day(net_now_us(n), catalogue_utc_offset_minutes(n->catalogue));
}

struct store_txn *net_txn(struct net *n)
{
    struct err e;

    if (n->txn != NULL)
        return n->txn;
    e = store_read_begin(n->store, &n->txn);
    if (failed(e)) {
        n->txn = NULL;
        diag_err("read_begin", e);
    }
    net_turn(n); /* it ends there */
    return n->txn;
}

void net_txn_end(struct net *n)
{
    store_end(n->txn);
    n->txn = NULL;
}

void net_turn(struct net *n)
{
    if (n->turn_due || n->turn == NULL)
        return;
    n->turn_due = true;
    event_active(n->turn, EV_READ, 0);
}

static void turn(evutil_socket_t fd, short what, void *context)
{
    struct net *n = context;

    (void)fd;
    (void)what;
    n->turn_due = false;
    core_flush(n->core);
    live_fan_out(n->live);
    conn_write_ready(n);
    net_txn_end(n);
}

static void second(evutil_socket_t fd, short what, void *context)
{
    struct net *n = context;

    (void)fd;
    (void)what;
    conn_tick(n);
    live_tick(n->live);
}

void net_run_done(struct net *n)
{
    struct batch_done *b, *next;

    worker_run_done(n->core);
    net_txn_end(n);
    b = core_take_done(n->core);
    for (; b != NULL; b = next) {
        struct command_work *w = b->commands, *after;

        next = (struct batch_done *)(void *)b->link.next;
        if (b->catalogue != NULL)
            n->catalogue = b->catalogue;
        for (; w != NULL; w = after) {
            after = (struct command_work *)(void *)w->link.next;
            command_done(n, w);
        }
        live_changes(n->live, b);
        clock_batch(n, b);
        batch_done_free(b);
    }
    net_turn(n);
}

/* ------------------------------------------------------------- start ---- */

static bool is_ipv6(const char *address)
{
    return strchr(address, ':') != NULL;
}

bool net_is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

static struct err check_options(const struct net_options *o)
{
    bool tls = o->tls_cert != NULL;

    if (tls != (o->tls_key != NULL) || (!tls && !net_is_loopback(o->address)))
        return ERR(ERR_INPUT);
    return tls ? crypt_certificate_check(o->tls_cert, o->tls_key) : OK;
}

/* Its messages may quote what a client sent: only that there was one. */
static void log_line(int level, const char *line)
{
    (void)line;
    DIAG(DIAG_WARN, "lws", DIAG_N("level", level));
}

static struct err start_lws(struct net *n, const struct net_options *o)
{
    void *loops[1] = {o->base};
    struct lws_context_creation_info i = {
        .foreign_loops = loops,
        .options = LWS_SERVER_OPTION_LIBEVENT |
                   LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   (n->tls ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT : 0),
        .pt_serv_buf_size = 4096 + LWS_PRE,
        .max_http_header_data = LWS_HEADER_BYTES,
        .max_http_header_pool = HEADERS_MAX,
        .timeout_secs = 60, /* ours are shorter */
        .user = n,
    };
    struct lws_context_creation_info v = {
        .protocols = protocols,
        .port = CONTEXT_PORT_NO_LISTEN_SERVER, /* listen.c does */
        .vhost_name = "hutong",
        .keepalive_timeout = 90,
        .options = is_ipv6(o->address) ? 0 : LWS_SERVER_OPTION_DISABLE_IPV6,
    };

    if (n->tls) {
        v.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        v.ssl_cert_filepath = o->tls_cert;
        v.ssl_private_key_filepath = o->tls_key;
        v.alpn = "http/1.1";
    }
    lws_set_log_level(LLL_ERR, log_line);
    n->lws = lws_create_context(&i);
    if (n->lws == NULL)
        return ERR(ERR_SYS);
    n->vhost = lws_create_vhost(n->lws, &v);
    if (n->vhost == NULL)
        return ERR(n->tls ? ERR_INPUT : ERR_SYS);
    return OK;
}

/* Reads what came, if anything; true when the answer is plain HTTP. */
static bool speaks_plain(struct net *n, int fd)
{
    static const char question[] = "GET /healthz HTTP/1.1\r\n"
                                   "Host: localhost\r\n"
                                   "Connection: close\r\n\r\n";
    char answer[5] = "";
    struct timeval wait = {.tv_usec = TURNS_US};
    ssize_t size = -1;

    if (send(fd, question, sizeof question - 1, MSG_NOSIGNAL) < 0)
        return false;
    for (int i = 0; i < 200 && size < 0; i++) {
        event_base_loopexit(n->base, &wait);
        event_base_loop(n->base, 0);
        size = recv(fd, answer, sizeof answer, MSG_DONTWAIT);
        if (size < 0 && errno != EAGAIN && errno != EINTR)
            return false;
    }
    return size == sizeof answer && memcmp(answer, "HTTP/", 5) == 0;
}

/* Connects to itself; only a plain server may understand plain text. */
static struct err check_self(struct net *n, const char *address)
{
    struct sockaddr_storage a = {0};
    socklen_t size = socket_address(address, net_port(n), &a);
    int fd = socket(a.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool plain;

    if (fd < 0)
        return ERR_OF(ERR_SYS, errno);
    if (connect(fd, (struct sockaddr *)&a, size) != 0) {
        close(fd);
        return ERR_OF(ERR_SYS, errno);
    }
    plain = speaks_plain(n, fd);
    close(fd);
    return plain == n->tls ? ERR(ERR_INPUT) : OK;
}

static void set_url(struct net *n, const char *address)
{
    bool v6 = is_ipv6(address);
    int size = snprintf(n->url, sizeof n->url, "%s://%s%s%s:%u",
                        n->tls ? "https" : "http", v6 ? "[" : "", address,
                        v6 ? "]" : "", net_port(n));

    assert(size > 0 && (size_t)size < sizeof n->url);
}

static struct err start_events(struct net *n)
{
    struct timeval every = {.tv_usec = TICK_US};

    n->turn = event_new(n->base, -1, 0, turn, n);
    n->second = event_new(n->base, -1, EV_PERSIST, second, n);
    if (n->turn == NULL || n->second == NULL ||
        event_add(n->second, &every) != 0)
        return ERR(ERR_SYS);
    return OK;
}

struct err net_start(const struct net_options *o, struct net **ret)
{
    struct err e = check_options(o);
    struct net *n;

    if (failed(e))
        return e;
    n = heap_take(sizeof *n);
    n->base = o->base;
    n->store = o->store;
    n->core = o->core;
    n->catalogue = o->catalogue;
    n->clock = o->clock;
    n->tls = o->tls_cert != NULL;
    n->demo = store_made(o->store) != STORE_REAL;
    n->one_click = store_is_demo(o->store) && net_is_loopback(o->address);
    n->test_clock = o->test_clock;
    n->key_signin = store_derive(o->store, "signin");
    n->key_draft = store_derive(o->store, "draft-local");
    n->key_idem = store_derive(o->store, "idem");
    n->key_cursor = store_derive(o->store, CURSOR_PURPOSE);
    n->idle = idle_new(IDLE_SESSIONS);
    crypt_random((uint8_t *)&n->seed, sizeof n->seed);
    n->networks = tally_new(LIMIT_CONNECTIONS, n->seed);
    e = start_events(n);
    if (!failed(e))
        e = session_clock_start(n);
    if (!failed(e)) {
        n->live = live_new(n);
        e = start_lws(n, o);
    }
    if (!failed(e))
        e = listener_start(n, o->address, o->port, &n->listener);
    if (!failed(e))
        e = check_self(n, o->address);
    if (failed(e)) {
        net_free(n);
        return e;
    }
    set_url(n, o->address);
    *ret = n;
    return OK;
}

uint16_t net_port(const struct net *n) { return listener_port(n->listener); }

const char *net_url(const struct net *n) { return n->url; }

bool net_has_room(const struct net *n, const char *address)
{
    struct rlimit files = {0};
    uint64_t most = LIMIT_CONNECTIONS;

    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < most)
        most = files.rlim_cur;
    most = most > FILES_KEPT ? most - FILES_KEPT : 1;
    return places_allow(&(struct places){
        .most = most,
        .held = n->figures.connections,
        .own = tally_of(n->networks, places_network(address)),
        .loopback = net_is_loopback(address),
    });
}

/* -------------------------------------------------------------- stop ---- */

void net_stop_accepting(struct net *n) { n->stopping = true; }

void net_say_goodbye(struct net *n)
{
    live_end_all(n->live);
    net_turn(n);
}

size_t net_busy(const struct net *n)
{
    return (size_t)n->figures.active + live_count(n->live);
}

void net_free(struct net *n)
{
    if (n == NULL)
        return;
    listener_free(n->listener);
    if (n->lws != NULL)
        lws_context_destroy(n->lws);
    assert(n->figures.connections == 0);
    if (n->turn != NULL)
        event_free(n->turn);
    if (n->second != NULL)
        event_free(n->second);
    live_free(n->live);
    idle_free(n->idle);
    tally_free(n->networks);
    net_txn_end(n);
    bytes_wipe(n, sizeof *n);
    free(n);
}
