/*
 * conn.c - one connection: bytes in, one request at a time, one answer out.
 *
 * Surprising: bytes are counted here, and lws gets those of one request only.
 * It would take what follows a body for more of the body. What comes before
 * the answer was written waits in lws's buffer, at most one read of it.
 */
#include "net/inner.h"

#include <assert.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "net/fields.h"

enum { SEND_ROOM_BYTES = 128 * 1024 }; /* the kernel doubles it */

/* The whole of what it may wait, in microseconds; see WAIT_ in inner.h. */
static const int64_t wait_us[WAIT_COUNT] = {
    [WAIT_NONE] = 0,        [WAIT_HEAD] = 9000000,   [WAIT_BODY] = 29000000,
    [WAIT_IDLE] = 75000000, [WAIT_WRITE] = 30000000, [WAIT_LINGER] = 2000000,
};

/* What the kernel keeps for a client that does not read is bounded too: its
 * own bound is megabytes a connection. A failure leaves that one. */
static void bound_unsent(int fd)
{
    const int room = SEND_ROOM_BYTES;

    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
}

/* And is given back with the connection, not minutes later. */
static void forget_unsent(int fd)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};
    int unsent = 0;

    if (ioctl(fd, SIOCOUTQ, &unsent) == 0 && unsent > 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

struct conn *conn_new(struct net *n, struct lws *wsi)
{
    struct conn *c = heap_take(sizeof *c);

    c->net = n;
    c->wsi = wsi;
    c->phase = CONN_HEAD;
    bound_unsent(lws_get_socket_fd(wsi));
    lws_get_peer_simple(wsi, c->address, sizeof c->address);
    c->loopback = net_is_loopback(c->address);
    c->network = places_network(c->address);
    tally_add(n->networks, c->network);
    conn_wait(c, WAIT_HEAD);
    n->figures.connections++;
    return c;
}

static void unwait(struct conn *c)
{
    struct net *n = c->net;

    if (c->wait == WAIT_NONE)
        return;
    if (c->wait_before != NULL)
        c->wait_before->wait_after = c->wait_after;
    else
        n->wait_first[c->wait] = c->wait_after;
    if (c->wait_after != NULL)
        c->wait_after->wait_before = c->wait_before;
    else
        n->wait_last[c->wait] = c->wait_before;
    c->wait_before = c->wait_after = NULL;
    c->wait = WAIT_NONE;
}

void conn_wait(struct conn *c, enum wait_kind kind)
{
    struct net *n = c->net;

    unwait(c);
    if (kind == WAIT_NONE)
        return;
    c->wait = kind;
    c->wait_until_us = clock_steady_us(n->clock) + wait_us[kind];
    c->wait_before = n->wait_last[kind];
    if (c->wait_before != NULL)
        c->wait_before->wait_after = c;
    else
        n->wait_first[kind] = c;
    n->wait_last[kind] = c;
}

static void unready(struct conn *c)
{
    struct net *n = c->net;

    if (!c->is_ready)
        return;
    if (c->ready_before != NULL)
        c->ready_before->ready_after = c->ready_after;
    else
        n->ready_first = c->ready_after;
    if (c->ready_after != NULL)
        c->ready_after->ready_before = c->ready_before;
    else
        n->ready_last = c->ready_before;
    c->ready_before = c->ready_after = NULL;
    c->is_ready = false;
}

void conn_ready(struct conn *c)
{
    struct net *n = c->net;

    if (c->is_ready)
        return;
    c->is_ready = true;
    c->ready_before = n->ready_last;
    if (c->ready_before != NULL)
        c->ready_before->ready_after = c;
    else
        n->ready_first = c;
    n->ready_last = c;
    net_turn(n);
}

/* PARTS: the connection's WRITEABLE is run here and now; asking lws to call
 * it would cost two epoll_ctl each time. Never from inside an lws callback. */
void conn_write_ready(struct net *n)
{
    struct conn *c;

    while ((c = n->ready_first) != NULL) {
        struct lws_pollfd poll = {.fd = lws_get_socket_fd(c->wsi),
                                  .events = LWS_POLLOUT,
                                  .revents = LWS_POLLOUT};

        unready(c);
        if (lws_partial_buffered(c->wsi))
            lws_callback_on_writable(c->wsi);
        else
            lws_service_fd(n->lws, &poll);
    }
}

void conn_free(struct conn *c)
{
    if (c == NULL)
        return;
    unwait(c);
    unready(c);
    if (c->live != NULL)
        live_close(c);
    request_free(c->request);
    head_release(&c->head_bytes);
    assert(c->net->figures.connections > 0);
    c->net->figures.connections--;
    tally_remove(c->net->networks, c->network);
    free(c);
}

void conn_kill(struct conn *c)
{
    forget_unsent(lws_get_socket_fd(c->wsi));
    /* lws would first wait for what it still has to send. */
    (void)shutdown(lws_get_socket_fd(c->wsi), SHUT_RDWR);
    conn_wait(c, WAIT_LINGER);
    lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_SYNC);
}

static void count_status(struct net *n, uint16_t status)
{
    n->figures.status[status / 100 % ARRAY_COUNT(n->figures.status)]++;
}

/* ------------------------------------------------------------ in ---- */

void conn_refuse(struct conn *c, enum refusal refusal, struct reply *take_r)
{
    struct net *n = c->net;
    struct reply own = {0};
    struct reply *r = take_r == NULL ? &own : take_r;
    char *out = (char *)n->out + LWS_PRE;
    size_t size;
    struct span body;

    if (take_r == NULL)
        reply_problem(r, refusal, LANG_ZH, NULL, 0);
    c->phase = CONN_LINGER;
    conn_wait(c, WAIT_LINGER);
    n->figures.refused++;
    count_status(n, r->status);
    body = reply_body(r);
    size = reply_head(n, r, true, out, WRITE_BYTES);
    if (size > 0 && body.size <= WRITE_BYTES - size) {
        memcpy(out + size, body.at, body.size);
        size += body.size;
        if (lws_write(c->wsi, n->out + LWS_PRE, size, LWS_WRITE_HTTP) >= 0 &&
            !lws_partial_buffered(c->wsi))
            /* The client sees the end at once; what it still sends is read
             * and dropped, lest a reset should overtake the answer. */
            (void)shutdown(lws_get_socket_fd(c->wsi), SHUT_WR);
    }
    reply_release(r);
    request_free(c->request); /* its arena may hold a field of the reply */
    c->request = NULL;
    head_release(&c->head_bytes);
}

static size_t head_is_wrong(struct conn *c, enum refusal refusal)
{
    c->net->figures.malformed++;
    conn_refuse(c, refusal, NULL);
    return CONN_DROP;
}

/* Not admitted: answered and dropped. */
static bool upgrade(struct conn *c, const struct head *h)
{
    struct reply reply = {0};
    enum refusal refusal = live_admit(c, h, &reply);
    bool english = fields_wants_english(h->field[FIELD_ACCEPT_LANGUAGE]);

    if (refusal == REFUSAL_NONE) {
        c->phase = CONN_UPGRADE;
        return true;
    }
    if (reply.status == 0)
        reply_problem(&reply, refusal, english ? LANG_EN : LANG_ZH, NULL, 0);
    conn_refuse(c, refusal, &reply);
    return false;
}

static void head_is_whole(struct conn *c, const struct head *h)
{
    c->request = request_new(c, h);
    c->net->figures.requests++;
    c->phase = CONN_BODY;
    conn_wait(c, WAIT_BODY);
    c->request->admitted =
        request_admit(c->request) && request_take_room(c->request);
}

static void body_is_whole(struct conn *c)
{
    struct request *q = c->request;

    c->phase = CONN_BUSY;
    conn_wait(c, WAIT_NONE);
    if (q->admitted)
        request_run(q);
    else
        request_answered(q);
}

/* Takes what belongs to the body. */
static size_t take_body(struct conn *c, struct raw_bytes in)
{
    struct request *q = c->request;
    size_t want = (size_t)q->head.body_bytes - q->body_size;
    size_t take = in.size < want ? in.size : want;

    if (q->body != NULL && take > 0)
        memcpy(q->body + q->body_size, in.at, take);
    if (take > 0)
        bytes_wipe(in.at, take); /* lws only counts them */
    q->body_size += take;
    if (q->body_size == q->head.body_bytes)
        body_is_whole(c);
    return take;
}

/* lws could not parse it, so it is answered without lws. */
static size_t method_is_unknown(struct conn *c)
{
    struct reply reply = c->request->reply;

    assert(!c->request->admitted && c->request->answered);
    c->request->reply = (struct reply){0};
    conn_refuse(c, REFUSAL_ROUTE_METHOD, &reply);
    return CONN_DROP;
}

/* Without TLS there is no certificate to say whose server this is: a page of
 * any site could let its own name point at the loopback and then ask in that
 * name (DNS rebinding), with an Origin that fits its Host. HTTP/1.0 without
 * Host is no browser. */
static bool host_is_ours(const struct net *n, const struct head *h)
{
    struct text host = h->field[FIELD_HOST];

    return n->tls || host.at == NULL || fields_host_is_loopback(host);
}

static size_t take_head(struct conn *c, struct raw_bytes in)
{
    size_t taken = 0;
    struct head h;

    if (c->head_bytes.size == 0)
        conn_wait(c, WAIT_HEAD);
    switch (head_take(&c->head_bytes, SPAN(in.at, in.size), &taken)) {
    case HEAD_MORE:
        return taken;
    case HEAD_MALFORMED:
        return head_is_wrong(c, REFUSAL_REQUEST_MALFORMED);
    case HEAD_TOO_LARGE:
        return head_is_wrong(c, REFUSAL_REQUEST_TOO_LARGE_HEADER);
    case HEAD_WHOLE:
        break;
    }
    if (!head_parse((struct text){c->head_bytes.at, c->head_bytes.size}, &h))
        return head_is_wrong(c, REFUSAL_REQUEST_MALFORMED);
    if (!host_is_ours(c->net, &h))
        return head_is_wrong(c, REFUSAL_REQUEST_MALFORMED);
    if (h.upgrade)
        return upgrade(c, &h) ? taken : CONN_DROP;
    if (h.body_bytes > LIMIT_BODY_BYTES)
        return head_is_wrong(c, REFUSAL_JSON_TOO_LONG);
    head_is_whole(c, &h);
    if (h.method == METHOD_OTHER)
        return method_is_unknown(c);
    in = (struct raw_bytes){in.at + taken, in.size - taken};
    return taken + take_body(c, in);
}

size_t conn_bytes(struct conn *c, struct raw_bytes in)
{
    assert(in.size > 0);
    switch (c->phase) {
    case CONN_HEAD:
        return take_head(c, in);
    case CONN_BODY:
        return take_body(c, in);
    case CONN_BUSY:
    case CONN_ANSWERING:
        return 0; /* the next request waits for its turn */
    case CONN_LINGER:
        return CONN_DROP;
    case CONN_UPGRADE:
        return in.size;
    case CONN_LIVE:
    case CONN_LIVE_CLOSING:
        return live_bytes(c, SPAN(in.at, in.size));
    }
    BUG("no such phase");
}

/* ----------------------------------------------------------- out ---- */

void request_answered(struct request *q)
{
    struct conn *c = q->conn;

    q->answered = true;
    if (c == NULL || c->phase != CONN_BUSY)
        return; /* its body still comes */
    c->phase = CONN_ANSWERING;
    conn_wait(c, WAIT_WRITE);
    conn_ready(c);
}

static bool is_bodiless(const struct request *q)
{
    return q->head.method == METHOD_HEAD || q->reply.status == 204 ||
           q->reply.status == 304;
}

/* The next bytes into net's buffer; SIZE_MAX: the head does not fit. */
static size_t fill(struct conn *c)
{
    struct request *q = c->request;
    struct span body =
        is_bodiless(q) ? (struct span){NULL, 0} : reply_body(&q->reply);
    char *out = (char *)c->net->out + LWS_PRE;
    size_t size = 0, rest;

    if (!q->head_sent) {
        size = reply_head(c->net, &q->reply, q->head.close, out, WRITE_BYTES);
        if (size == 0)
            return SIZE_MAX;
        q->head_sent = true;
    }
    assert(q->body_sent <= body.size);
    rest = body.size - q->body_sent;
    rest = rest < WRITE_BYTES - size ? rest : WRITE_BYTES - size;
    if (body.at != NULL)
        memcpy(out + size, body.at + q->body_sent, rest);
    q->body_sent += rest;
    return size + rest;
}

static bool is_written(const struct request *q)
{
    return q->head_sent &&
           (is_bodiless(q) || q->body_sent == reply_body(&q->reply).size);
}

static int finish(struct conn *c)
{
    bool close = c->request->head.close;

    count_status(c->net, c->request->reply.status);
    request_free(c->request);
    c->request = NULL;
    head_release(&c->head_bytes);
    c->phase = CONN_HEAD;
    conn_wait(c, WAIT_IDLE);
    if (close)
        return -1;
    return lws_http_transaction_completed(c->wsi) ? -1 : 0;
}

/* What was written must not stay in the buffer that all share. */
static int write_out(struct conn *c, size_t size)
{
    uint8_t *out = c->net->out + LWS_PRE;
    int written = lws_write(c->wsi, out, size, LWS_WRITE_HTTP);

    bytes_wipe(out, size);
    return written;
}

int conn_write(struct conn *c)
{
    if (c->phase == CONN_LIVE || c->phase == CONN_LIVE_CLOSING)
        return live_write(c);
    if (c->phase != CONN_ANSWERING)
        return 0;
    for (int i = 0; i < WRITE_BURST; i++) {
        size_t size;

        if (lws_partial_buffered(c->wsi))
            return 0; /* lws calls again when that went out */
        if (is_written(c->request))
            return finish(c);
        size = fill(c);
        if (size == SIZE_MAX || write_out(c, size) < 0)
            return -1;
        conn_wait(c, WAIT_WRITE);
    }
    lws_callback_on_writable(c->wsi);
    return 0;
}

/* ------------------------------------------------------- waiting ---- */

static void waited_too_long(struct conn *c)
{
    bool said_something = c->head_bytes.size > 0;

    c->net->figures.timeouts++;
    if ((c->wait == WAIT_HEAD && said_something) || c->wait == WAIT_BODY)
        conn_refuse(c, REFUSAL_REQUEST_TIMEOUT, NULL);
    else
        conn_kill(c);
}

void conn_tick(struct net *n)
{
    int64_t now_us = clock_steady_us(n->clock);

    for (size_t kind = WAIT_NONE + 1; kind < WAIT_COUNT; kind++)
        while (n->wait_first[kind] != NULL &&
               n->wait_first[kind]->wait_until_us <= now_us)
            waited_too_long(n->wait_first[kind]);
}
