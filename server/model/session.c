/*
 * session.c - who is signed in: opened, found by its cookie, closed.
 *
 * The store knows only the hash of a session's secret: a stolen store opens no
 * session. A session is as good as its account: another version of the account
 * (disabled, a new password) ends it without a word in this table.
 */
#include "model/nouns.h"

#include <assert.h>
#include <string.h>

#include "crypt/crypt.h"
#include "model/rows.h"

enum { SECRET_BYTES = SESSION_TOKEN_BYTES - ID_BYTES };

struct actor actor_system(void) { return (struct actor){.is_system = true}; }

static struct err session_row(struct store_txn *t, struct id session,
                              struct row *ret)
{
    *ret = row_new(TABLE_SESSION, SESSION_KEY_BYTES, SESSION_BYTES);
    session_key(ret->key, session);
    return row_get(t, ret);
}

/* -------------------------------------------------------------- finding -- */

static bool secret_fits(const struct row *session, const uint8_t *secret)
{
    struct hash told = crypt_sha256(SPAN(secret, SECRET_BYTES));
    struct hash kept = session_secret_hash(session->value);

    return session->found &&
           bytes_equal_secret(told.bytes, kept.bytes, sizeof(told.bytes));
}

static bool session_alive(const struct row *session, const struct row *account,
                          const struct catalogue *c, int64_t now_us)
{
    return session_closed_us(session->value) == 0 &&
           now_us - session_opened_us(session->value) <
               catalogue_session_max_us(c) &&
           account->found &&
           account_state(account->value) == ACCOUNT_STATE_ACTIVE &&
           account_version(account->value) ==
               session_account_version(session->value);
}

static void fill_actor(const struct row *session, const struct row *account,
                       struct actor *ret)
{
    *ret = (struct actor){
        .account = account_key_account_id(account->key),
        .session = session_key_session_id(session->key),
        .account_version = account_version(account->value),
    };
    memcpy(ret->login, account_login(account->value), sizeof(ret->login));
    memcpy(ret->role, account_role(account->value), sizeof(ret->role));
    memcpy(ret->unit, account_unit(account->value), sizeof(ret->unit));
}

struct err session_find(struct store_txn *t, const struct catalogue *c,
                        struct text cookie, int64_t now_us,
                        struct actor *ret_actor, bool *ret_found)
{
    uint8_t token[SESSION_TOKEN_BYTES];
    struct id session_id;
    struct row session;
    struct row account;
    size_t size = 0;
    struct err e;

    *ret_found = false;
    if (cookie.size != SESSION_TOKEN_CHARS ||
        !bytes_from_base64url(cookie, token, sizeof(token), &size) ||
        size != sizeof(token)) {
        return OK;
    }
    memcpy(session_id.bytes, token, ID_BYTES);
    e = session_row(t, session_id, &session);
    if (!failed(e) && secret_fits(&session, token + ID_BYTES)) {
        e = account_row(t, session_account_id(session.value), &account);
        if (!failed(e) && session_alive(&session, &account, c, now_us)) {
            fill_actor(&session, &account, ret_actor);
            *ret_found = true;
        }
    }
    bytes_wipe(token, sizeof(token));
    return e;
}

/* ------------------------------------------------------------- deciding -- */

struct err decide_open_session(const struct decide_in *in, const void *body,
                               struct object object, struct outcome *ret)
{
    const struct cmd_open_session *c = body;
    struct ev_session_opened opened = {
        .account_id = c->account_id,
        .session_id = c->session_id,
        .secret_hash = c->secret_hash,
        .has_staff = true,
        .staff.address = c->address,
    };
    struct event_plain *event;
    struct row account;
    struct row session;
    struct err e = account_row(in->txn, c->account_id, &account);

    assert(object.kind == OBJECT_NONE);
    if (failed(e)) {
        return e;
    }
    e = session_row(in->txn, c->session_id, &session);
    if (failed(e)) {
        return e;
    }
    if (!account.found ||
        account_state(account.value) != ACCOUNT_STATE_ACTIVE || session.found) {
        return outcome_refuse(ret, REFUSAL_SESSION_REFUSED);
    }
    opened.staff_subject = account_subject(account.value);
    event = outcome_event(ret);
    e = ev_session_opened_encode(&opened, in->arena, event);
    if (failed(e)) {
        return e;
    }
    event_about(event, c->account_id, 0);
    ret->object = c->account_id;
    if (!c->has_account_key || !c->has_address_key) {
        return OK;
    }
    return signin_forget(in, c->account_key, c->address_key, ret);
}

struct err decide_close_session(const struct decide_in *in, const void *body,
                                struct object object, struct outcome *ret)
{
    const struct cmd_close_session *c = body;
    struct ev_session_closed closed = {
        .session_id = c->session_id,
        .cause = c->cause,
    };
    struct event_plain *event;
    struct row session;
    struct err e = session_row(in->txn, c->session_id, &session);

    assert(object.kind == OBJECT_NONE);
    if (failed(e)) {
        return e;
    }
    if (!session.found || session_closed_us(session.value) != 0) {
        return OK; /* it has ended already: nothing to record */
    }
    closed.account_id = session_account_id(session.value);
    if (!in->actor->is_system &&
        !id_equal(closed.account_id, in->actor->account)) {
        ret->denied_by_right = true;
        return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
    }
    event = outcome_event(ret);
    e = ev_session_closed_encode(&closed, in->arena, event);
    if (failed(e)) {
        return e;
    }
    event_about(event, closed.account_id, 0);
    ret->object = closed.account_id;
    return OK;
}

/* ------------------------------------------------------------- applying -- */

struct err apply_session_opened(struct store_txn *t, const struct record *r,
                                struct arena *a)
{
    struct ev_session_opened opened;
    struct hash secret;
    struct row session;
    struct row account;
    struct err e = ev_session_opened_decode(r->open, a, &opened);

    if (failed(e)) {
        return e;
    }
    e = account_row(t, opened.account_id, &account);
    if (failed(e)) {
        return e;
    }
    e = session_row(t, opened.session_id, &session);
    if (failed(e)) {
        return e;
    }
    if (!account.found || session.found ||
        !bytes_from_hex(opened.secret_hash, secret.bytes,
                        sizeof(secret.bytes))) {
        return ERR(ERR_CORRUPT);
    }
    session_set_account_id(session.value, opened.account_id);
    session_set_secret_hash(session.value, secret);
    session_set_opened_us(session.value, r->head.time_us);
    session_set_account_version(session.value, account_version(account.value));
    return row_put(t, &session);
}

struct err apply_session_closed(struct store_txn *t, const struct record *r,
                                struct arena *a)
{
    struct ev_session_closed closed;
    struct row session;
    struct err e = ev_session_closed_decode(r->open, a, &closed);

    if (failed(e)) {
        return e;
    }
    e = session_row(t, closed.session_id, &session);
    if (failed(e)) {
        return e;
    }
    if (!session.found) {
        return ERR(ERR_CORRUPT);
    }
    session_set_closed_us(session.value, r->head.time_us);
    return row_put(t, &session);
}
