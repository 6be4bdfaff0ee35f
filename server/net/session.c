/*
 * session.c - who asks: the cookie, the idle time, and the way out.
 *
 * The store knows whether a session is open; how long it was silent is known
 * here, in memory. A session that was silent too long is closed by a command,
 * so that its end stands in the log.
 */
#include "net/inner.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "net/fields.h"

/* Marks a session whose end is on its way to the log. */
#define IDLE_ENDED INT64_MIN

static const char *cookie_name(const struct net *n)
{
    return n->tls ? "__Host-hutong" : "hutong";
}

void session_cookie(const struct net *n, const char *value, char *ret,
                    size_t room)
{
    int size =
        snprintf(ret, room, "%s=%s; Path=/;%s HttpOnly; SameSite=Strict%s",
                 cookie_name(n), value, n->tls ? " Secure;" : "",
                 value[0] == '\0' ? "; Max-Age=0" : "");

    assert(size > 0 && (size_t)size < room);
}

int64_t session_now_us(const struct net *n)
{
    return n->session_zero_us + clock_boot_us(n->clock);
}

/* Not before the last record: a machine that starts with a clock of long ago
 * would take every session for one that is yet to be opened. */
struct err session_clock_start(struct net *n)
{
    int64_t start_us = net_now_us(n);
    struct store_txn *t = net_txn(n);
    struct record last;
    uint64_t seq;
    struct err e;

    if (t == NULL)
        return ERR(ERR_AGAIN);
    seq = store_position(t).seq;
    if (seq > 0) {
        e = log_read(t, seq, &last);
        if (failed(e))
            return e;
        if (last.head.time_us > start_us)
            start_us = last.head.time_us;
    }
    n->session_zero_us = start_us - clock_boot_us(n->clock);
    return OK;
}

/* Closes a session as the system; nobody waits for it. */
static void end_silent(struct net *n, struct id session)
{
    struct arena *a;
    struct cmd_close_session *body = command_body(sizeof *body, &a);

    body->session_id = session;
    body->cause = TEXT_LITERAL("idle");
    if (!net_submit(n, COMMAND_CLOSE_SESSION, a, body, NULL, NULL))
        DIAG(DIAG_WARN, "session_end_not_sent", DIAG_N("sessions", 1));
}

bool session_idle_out(struct net *n, struct id session)
{
    int64_t last_us;

    return idle_last(n->idle, session, &last_us) &&
           (last_us == IDLE_ENDED ||
            session_now_us(n) - last_us > catalogue_idle_us(n->catalogue));
}

/* Once silent for too long it stays so, and is closed once. */
static bool ends_silent(struct net *n, struct id session)
{
    int64_t last_us = 0;

    if (!session_idle_out(n, session))
        return false;
    if (idle_last(n->idle, session, &last_us) && last_us != IDLE_ENDED) {
        idle_touch(n->idle, session, IDLE_ENDED);
        end_silent(n, session);
    }
    return true;
}

struct text session_token(const struct net *n, const struct head *h)
{
    return fields_cookie(h->field[FIELD_COOKIE], cookie_name(n));
}

bool session_of(struct net *n, struct text token, bool touch,
                struct actor *ret_actor)
{
    struct store_txn *t = net_txn(n);
    bool found = false;
    struct actor actor;
    int64_t last_us;
    struct err e;

    if (token.size == 0 || t == NULL)
        return false;
    e = session_find(t, n->catalogue, token, session_now_us(n), &actor, &found);
    if (failed(e)) {
        diag_err("session_find", e);
        return false;
    }
    if (!found || ends_silent(n, actor.session))
        return false;
    /* Not heard of since the start: the time begins now. */
    if (touch || !idle_last(n->idle, actor.session, &last_us))
        idle_touch(n->idle, actor.session, session_now_us(n));
    *ret_actor = actor;
    return true;
}

bool session_admit(struct request *q)
{
    struct text token = session_token(q->net, &q->head);
    bool person = q->head.field[FIELD_HUTONG_BACKGROUND].at == NULL;

    q->has_actor = session_of(q->net, token, person, &q->actor);
    if (q->has_actor)
        return true;
    request_refuse(q, token.size > 0 ? REFUSAL_SESSION_EXPIRED
                                     : REFUSAL_SESSION_REQUIRED);
    /* The cookie is not cleared: a late answer to an old page must not take
     * away the cookie of a session that was opened since. */
    return false;
}

/* The key under which this browser seals its own copy of drafts: another for
 * each account, and another after its password or rights changed. */
static void browser_key(const struct net *n, const struct actor *actor,
                        char ret_hex[static 2 * HASH_BYTES + 1])
{
    uint8_t in[ID_BYTES + 4];
    struct hash mac;

    memcpy(in, actor->account.bytes, ID_BYTES);
    store_u32be(in + ID_BYTES, actor->account_version);
    mac = crypt_hmac(&n->key_draft, SPAN(in, sizeof in));
    bytes_to_hex(SPAN(mac.bytes, sizeof mac.bytes), ret_hex);
    bytes_wipe(&mac, sizeof mac);
}

void session_answer_me(struct request *q)
{
    struct view_context x = request_view(q);
    struct store_txn *t = net_txn(q->net);
    struct arena *arena = arena_new(LIMIT_COMMAND_ARENA);
    char key[2 * HASH_BYTES + 1];
    struct answer a;
    struct err e;

    answer_init(&a);
    browser_key(q->net, &q->actor, key);
    e = t == NULL ? ERR(ERR_AGAIN) : view_me(t, &x, key, arena, &a);
    bytes_wipe(key, sizeof key);
    if (failed(e)) {
        answer_release(&a);
        request_failed(q, e);
    } else {
        request_answer_view(q, 200, &a);
    }
    arena_free(arena);
}

void session_read(struct request *q) { session_answer_me(q); }

static void closed(void *context, const struct command_work *w)
{
    struct request *q = context;

    q->forget = NULL;
    if (w->refusal != REFUSAL_NONE) {
        request_refuse(q, w->refusal);
        return;
    }
    q->reply.status = 204;
    session_cookie(q->net, "", q->reply.set_cookie, sizeof q->reply.set_cookie);
    request_answered(q);
}

void session_close(struct request *q)
{
    struct cmd_close_session *body = arena_take(q->arena, sizeof *body);
    struct command_work *w;

    if (body == NULL) {
        request_failed(q, ERR(ERR_LIMIT));
        return;
    }
    body->session_id = q->actor.session;
    body->cause = TEXT_LITERAL("signed_out");
    w = command_new(COMMAND_CLOSE_SESSION, q->arena, body);
    if (w != NULL)
        w->actor = q->actor;
    else
        q->arena = NULL;
    if (!command_send_for(q, w, closed))
        request_refuse(q, REFUSAL_SERVER_BUSY);
}
