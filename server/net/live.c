/*
 * live.c - who follows the board, and what is written to them when.
 *
 * Surprising: a client has no queue. It has a place in the ring; when it can
 * take more, the frame from that place on is written to it. One that falls far
 * behind is told to start over, and one that does it again, or does not read at
 * all, is cut off with 1013. So memory does not grow with slow clients.
 */
#include "net/live.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "net/fields.h"

enum {
    PING_US = 30000000,
    SILENT_US = 75000000, /* no pong for two pings: gone */
    CHECK_US = 60000000,  /* is the session still what it was? */
    STUCK_US = 20000000,  /* a frame half written for so long */
    CHANGE_BYTES = 512,   /* of one change on the wire, roughly */
    RESTARTS_MAX = 1,     /* then it is cut off */
    CLOSE_GOING_AWAY = 1001,
    CLOSE_PROTOCOL = 1002,
    CLOSE_POLICY = 1008,
    CLOSE_TOO_LONG = 1009,
    CLOSE_TRY_LATER = 1013,
    CLOSE_SIGN_IN = 4401,
};

struct live *live_new(struct net *n)
{
    struct live *l = heap_take(sizeof *l);
    struct store_txn *t = net_txn(n);
    struct log_position base = {0};

    if (t != NULL)
        base = store_position(t);
    l->net = n;
    l->ring = ring_new(base);
    l->sessions = tally_new(LIMIT_CONNECTIONS, n->seed);
    return l;
}

void live_free(struct live *l)
{
    if (l == NULL)
        return;
    assert(l->audiences == NULL && l->first == NULL);
    ring_free(l->ring);
    tally_free(l->sessions);
    free(l);
}

size_t live_count(const struct live *l) { return l == NULL ? 0 : l->count; }

/* ------------------------------------------------------- audiences ---- */

static struct live_audience *audience_take(struct live *l,
                                           const struct audience *a)
{
    struct live_audience *u = l->audiences;

    while (u != NULL && !audience_equal(&u->audience, a))
        u = u->next;
    if (u == NULL) {
        u = heap_take(sizeof *u);
        u->audience = *a;
        u->next = l->audiences;
        l->audiences = u;
    }
    u->clients++;
    return u;
}

static void audience_leave(struct live *l, struct live_audience *u)
{
    struct live_audience **link = &l->audiences;

    if (--u->clients > 0)
        return;
    while (*link != u)
        link = &(*link)->next;
    *link = u->next;
    frame_release(&u->snapshot);
    for (size_t i = 0; i < FRAMES_KEPT; i++)
        frame_release(&u->pushes[i]);
    free(u);
}

/* ----------------------------------------------------------- admit ---- */

static bool key_is_sound(struct text key)
{
    return key.size == 24 && key.at[22] == '=' && key.at[23] == '=';
}

static enum refusal admit_handshake(const struct net *n, const struct head *h,
                                    struct reply *ret_reply)
{
    const struct text *f = h->field;

    if (!text_is(h->path, "/api/v1/live"))
        return REFUSAL_REQUEST_MALFORMED;
    if (!text_is(f[FIELD_WEBSOCKET_VERSION], "13")) {
        reply_problem(ret_reply, REFUSAL_REQUEST_MALFORMED, LANG_ZH, NULL, 0);
        ret_reply->status = 426;
        ret_reply->upgrade_hint = true;
        return REFUSAL_REQUEST_MALFORMED;
    }
    if (!key_is_sound(f[FIELD_WEBSOCKET_KEY]) ||
        !fields_lists(f[FIELD_WEBSOCKET_PROTOCOL], "hutong.live.v1"))
        return REFUSAL_REQUEST_MALFORMED;
    if (!fields_origin_fits(f[FIELD_ORIGIN], n->tls ? "https" : "http",
                            f[FIELD_HOST]))
        return REFUSAL_ORIGIN_REFUSED;
    return n->stopping ? REFUSAL_SERVER_STOPPING : REFUSAL_NONE;
}

/* Where the client may go on; false: it needs a snapshot. */
static bool resume(const struct live *l, struct text after,
                   uint64_t *ret_number)
{
    struct log_position p;

    return after.at != NULL && cursor_read(&l->net->key_cursor, after, &p) &&
           ring_find(l->ring, p, ret_number);
}

static enum refusal admit_topic(const struct head *h, struct live *l,
                                bool *ret_resumes, uint64_t *ret_number)
{
    struct arena *a = arena_new(LIMIT_COMMAND_ARENA);
    enum refusal refusal = REFUSAL_NONE;
    struct query query;

    if (!fields_query(h->query, a, &query) || query_repeats(&query))
        refusal = REFUSAL_REQUEST_MALFORMED;
    else if (!text_is(query_value(&query, "topic"), "board"))
        refusal = REFUSAL_LIVE_TOPIC;
    else
        *ret_resumes = resume(l, query_value(&query, "after"), ret_number);
    arena_free(a);
    return refusal;
}

static struct live_client *client_new(struct conn *c, const struct head *h,
                                      const struct actor *actor,
                                      const struct audience *audience)
{
    struct live_client *v = heap_take(sizeof *v);
    struct text token = session_token(c->net, h);

    assert(token.size < sizeof v->token);
    memcpy(v->token, token.at, token.size);
    v->conn = c;
    v->actor = *actor;
    v->audience = audience_take(c->net->live, audience);
    tally_add(c->net->live->sessions, actor->session);
    v->heard_us = v->pinged_us = v->checked_us = clock_steady_us(c->net->clock);
    return v;
}

enum refusal live_admit(struct conn *c, const struct head *h,
                        struct reply *ret_reply)
{
    struct net *n = c->net;
    enum refusal refusal = admit_handshake(n, h, ret_reply);
    struct text token = session_token(n, h);
    bool resumes = false;
    uint64_t number = 0;
    struct audience audience;
    struct actor actor;

    if (refusal != REFUSAL_NONE)
        return refusal;
    /* A page opens this by itself: it is no sign of a person. */
    if (!session_of(n, token, false, &actor))
        return token.size > 0 ? REFUSAL_SESSION_EXPIRED
                              : REFUSAL_SESSION_REQUIRED;
    refusal = admit_topic(h, n->live, &resumes, &number);
    if (refusal != REFUSAL_NONE)
        return refusal;
    audience = view_audience(n->catalogue, &actor);
    if (!audience.grant.any)
        return REFUSAL_RIGHT_DENIED;
    if (tally_of(n->live->sessions, actor.session) >= LIMIT_SESSION_SOCKETS)
        return REFUSAL_SERVER_BUSY;
    c->live = client_new(c, h, &actor, &audience);
    c->live->number = resumes ? number : ring_next(n->live->ring);
    c->live->want = resumes ? WANT_HELLO : WANT_SNAPSHOT;
    return REFUSAL_NONE;
}

int live_open(struct conn *c)
{
    struct live *l = c->net->live;
    struct live_client *v = c->live;

    if (v == NULL || c->phase != CONN_UPGRADE)
        return -1;
    c->phase = CONN_LIVE;
    conn_wait(c, WAIT_NONE);
    head_release(&c->head_bytes);
    v->established = true;
    v->after = l->first;
    if (v->after != NULL)
        v->after->before = v;
    l->first = v;
    l->count++;
    conn_ready(c);
    return 0;
}

void live_close(struct conn *c)
{
    struct live *l = c->net->live;
    struct live_client *v = c->live;

    if (v->established) {
        if (v->before != NULL)
            v->before->after = v->after;
        else
            l->first = v->after;
        if (v->after != NULL)
            v->after->before = v->before;
        assert(l->count > 0);
        l->count--;
    }
    audience_leave(l, v->audience);
    tally_remove(l->sessions, v->actor.session);
    bytes_wipe(v, sizeof *v);
    free(v);
    c->live = NULL;
}

/* ----------------------------------------------------------- write ---- */

static bool has_something(const struct live *l, const struct live_client *v)
{
    return v->close_code != 0 || v->ping_due || v->want != 0 ||
           v->number < ring_next(l->ring);
}

static int write_frame(struct live_client *v, const struct frame *f)
{
    if (f == NULL || f->room == NULL)
        return -1;
    v->conn->net->figures.live_pushes++;
    return lws_write(v->conn->wsi, f->room + LWS_PRE, f->size, LWS_WRITE_TEXT) <
                   0
               ? -1
               : 0;
}

static int write_own(struct live_client *v, struct frame take_f)
{
    int written = write_frame(v, &take_f);

    frame_release(&take_f);
    return written;
}

static int write_ping(struct live_client *v)
{
    uint8_t room[LWS_PRE + 1] = {0};

    v->ping_due = false;
    return lws_write(v->conn->wsi, room + LWS_PRE, 0, LWS_WRITE_PING) < 0 ? -1
                                                                          : 0;
}

/* One frame, the most urgent first. */
static int write_next(struct live *l, struct live_client *v)
{
    const struct frame *f;

    if (v->ping_due)
        return write_ping(v);
    if (v->number < ring_oldest(l->ring))
        v->want |= WANT_RESTART | WANT_SNAPSHOT;
    if ((v->want & WANT_RESTART) != 0) {
        v->want = WANT_SNAPSHOT;
        return write_own(v, frame_restart());
    }
    if ((v->want & WANT_SNAPSHOT) != 0) {
        v->want = 0;
        v->number = ring_next(l->ring);
        return write_frame(v, frame_snapshot(l, v));
    }
    if ((v->want & WANT_HELLO) != 0) {
        v->want = 0;
        return write_own(v, frame_hello(l, v));
    }
    f = frame_push(l, v);
    if (f == NULL)
        return -1;
    v->number = f->to;
    return write_frame(v, f);
}

static void say_close(struct conn *c, uint16_t code)
{
    c->phase = CONN_LIVE_CLOSING;
    conn_wait(c, WAIT_WRITE);
    lws_close_reason(c->wsi, (enum lws_close_status)code, NULL, 0);
}

int live_write(struct conn *c)
{
    struct live *l = c->net->live;
    struct live_client *v = c->live;

    if (c->phase != CONN_LIVE)
        return 0;
    for (int i = 0; i < WRITE_BURST; i++) {
        if (lws_partial_buffered(c->wsi) || !has_something(l, v))
            return 0;
        if (v->close_code != 0) {
            say_close(c, v->close_code);
            return -1;
        }
        if (write_next(l, v) < 0)
            return -1;
    }
    lws_callback_on_writable(c->wsi);
    return 0;
}

/* Behind what is half written: it is read when the client reads again. */
static void cut_off(struct live_client *v)
{
    uint8_t room[LWS_PRE + 4] = {0};

    /* A whole frame: lws takes it as it is, behind the rest of the last. */
    room[LWS_PRE] = 0x88;
    room[LWS_PRE + 1] = 2;
    store_u16be(room + LWS_PRE + 2, CLOSE_TRY_LATER);
    v->conn->net->figures.live_cut++;
    v->conn->phase = CONN_LIVE_CLOSING;
    conn_wait(v->conn, WAIT_WRITE);
    if (lws_write(v->conn->wsi, room + LWS_PRE, 4, LWS_WRITE_HTTP) < 0)
        conn_kill(v->conn);
}

/* ------------------------------------------------------------ read ---- */

size_t live_bytes(struct conn *c, struct span in)
{
    enum frames_verdict verdict = frames_look(&c->frames, in);

    if (c->live == NULL)
        return CONN_END;
    if (c->phase == CONN_LIVE_CLOSING)
        return verdict == FRAMES_CLOSE ? CONN_END : CONN_DROP;
    c->live->heard_us = clock_steady_us(c->net->clock);
    switch (verdict) {
    case FRAMES_FINE:
    case FRAMES_CLOSE:
        return in.size;
    case FRAMES_PROTOCOL:
        say_close(c, CLOSE_PROTOCOL);
        return CONN_END;
    case FRAMES_SENT:
        say_close(c, CLOSE_POLICY);
        return CONN_END;
    case FRAMES_LONG:
        say_close(c, CLOSE_TOO_LONG);
        return CONN_END;
    }
    BUG("no such verdict");
}

/* --------------------------------------------------------- fan out ---- */

void live_changes(struct live *l, const struct batch_done *b)
{
    for (size_t i = 0; i < b->change_count; i++) {
        const struct change *from = &b->changes[i];
        struct feed_change to = {
            .case_id = from->case_id,
            .had_before = from->had_before,
            .event = from->event,
            .seq = from->position.seq,
        };

        memcpy(to.before, from->before, sizeof to.before);
        memcpy(to.after, from->after, sizeof to.after);
        ring_add(l->ring, &to, from->position);
        l->fan_out_due = true;
    }
}

void live_fan_out(struct live *l)
{
    if (!l->fan_out_due)
        return;
    l->fan_out_due = false;
    for (struct live_client *v = l->first; v != NULL; v = v->after)
        if (v->conn->phase == CONN_LIVE && !lws_partial_buffered(v->conn->wsi))
            conn_ready(v->conn);
}

static void end_with(struct live_client *v, uint16_t code)
{
    if (v->conn->phase != CONN_LIVE || v->close_code != 0)
        return;
    v->close_code = code;
    conn_ready(v->conn);
}

void live_end_session(struct live *l, struct id session)
{
    for (struct live_client *v = l->first; v != NULL; v = v->after)
        if (id_equal(v->actor.session, session))
            end_with(v, CLOSE_SIGN_IN);
}

void live_end_account(struct live *l, struct id account)
{
    for (struct live_client *v = l->first; v != NULL; v = v->after)
        if (id_equal(v->actor.account, account))
            end_with(v, CLOSE_SIGN_IN);
}

void live_end_all(struct live *l)
{
    for (struct live_client *v = l->first; v != NULL; v = v->after)
        end_with(v, CLOSE_GOING_AWAY);
}

/* ------------------------------------------------------------ tick ---- */

/* The session may have ended, or its rights may be others now. */
static void check_session(struct live *l, struct live_client *v)
{
    struct audience audience;
    struct actor actor;

    if (!session_of(l->net, text_of(v->token), false, &actor)) {
        end_with(v, CLOSE_SIGN_IN);
        return;
    }
    audience = view_audience(l->net->catalogue, &actor);
    if (!audience.grant.any) {
        end_with(v, CLOSE_POLICY);
        return;
    }
    v->actor = actor;
    if (audience_equal(&audience, &v->audience->audience))
        return;
    audience_leave(l, v->audience);
    v->audience = audience_take(l, &audience);
    v->want = WANT_SNAPSHOT;
    conn_ready(v->conn);
}

/* True: it was cut off. */
static bool check_pace(struct live *l, struct live_client *v, int64_t now_us)
{
    uint64_t behind = ring_next(l->ring) - v->number;

    if (!lws_partial_buffered(v->conn->wsi)) {
        v->stuck_us = 0;
        if (has_something(l, v))
            conn_ready(v->conn);
        return false;
    }
    if (v->stuck_us == 0)
        v->stuck_us = now_us;
    if (behind * CHANGE_BYTES > LIMIT_LIVE_QUEUE_BYTES) {
        v->number = ring_next(l->ring);
        v->want = WANT_RESTART | WANT_SNAPSHOT;
        v->restarts++;
    }
    if (v->restarts <= RESTARTS_MAX && now_us - v->stuck_us < STUCK_US)
        return false;
    cut_off(v);
    return true;
}

static void client_tick(struct live *l, struct live_client *v, int64_t now_us)
{
    if (check_pace(l, v, now_us))
        return;
    if (now_us - v->heard_us > SILENT_US) {
        conn_kill(v->conn);
        return;
    }
    if (now_us - v->pinged_us > PING_US) {
        v->pinged_us = now_us;
        v->ping_due = true;
        conn_ready(v->conn);
    }
    if (now_us - v->checked_us > CHECK_US ||
        session_idle_out(l->net, v->actor.session)) {
        v->checked_us = now_us;
        check_session(l, v);
    }
}

void live_tick(struct live *l)
{
    int64_t now_us = clock_steady_us(l->net->clock);
    struct live_client *after;

    for (struct live_client *v = l->first; v != NULL; v = after) {
        after = v->after; /* v may be killed */
        if (v->conn->phase == CONN_LIVE)
            client_tick(l, v, now_us);
    }
}
