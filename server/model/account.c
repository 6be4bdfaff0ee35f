/*
 * account.c - who works here: added, invited, enrolled, disabled.
 *
 *      add_account --link--> INVITED --enrol_account--> ACTIVE
 *           |                  ^  ^                       |
 *           |                  |  +--- issue_enrolment ---+  (stays ACTIVE
 *      password (demo)         |                          |   until it is used)
 *           |                  +-- issue_enrolment -- DISABLED <--
 * disable_account
 *           +--> ACTIVE
 *
 * There is no default password anywhere: an account gets a one-time link. The
 * password hash lies sealed in the log; the table only says in which record.
 * Whatever changes who may come in moves the account's version, and a session
 * of an older version is dead.
 */
#include "model/nouns.h"

#include <assert.h>
#include <string.h>

#include "model/catalogue.h"
#include "model/rows.h"

static bool hash_of_hex(struct text hex, struct hash *ret)
{
    return bytes_from_hex(hex, ret->bytes, sizeof(ret->bytes));
}

static int64_t link_until(const struct decide_in *in)
{
    return in->now_us + catalogue_enrolment_us(in->catalogue);
}

/* ------------------------------------------------------------- deciding -- */

static enum refusal check_role_and_unit(const struct catalogue *catalogue,
                                        const struct cmd_add_account *c)
{
    char role[8];
    char unit[16];

    if (catalogue == NULL || !code_pad(c->role, role, sizeof(role)) ||
        !catalogue_role_known(catalogue, role)) {
        return REFUSAL_ACCOUNT_ROLE_UNKNOWN;
    }
    if (!code_pad(c->unit, unit, sizeof(unit)) ||
        catalogue_unit(catalogue, unit) == NULL) {
        return REFUSAL_ACCOUNT_UNIT_UNKNOWN;
    }
    return REFUSAL_NONE;
}

/* A password known to whoever makes the account is for invented people only. */
static bool may_have_password(const struct decide_in *in)
{
    return store_made(store_of(in->txn)) != STORE_REAL;
}

struct err decide_add_account(const struct decide_in *in, const void *body,
                              struct object object, struct outcome *ret)
{
    const struct cmd_add_account *c = body;
    enum refusal refusal = check_role_and_unit(in->catalogue, c);
    struct entropy entropy = entropy_of(in);
    struct ev_account_added added = {
        .account_id = entropy_id(&entropy, in->now_us),
        .login = c->login,
        .role = c->role,
        .unit = c->unit,
        .has_token_hash = c->has_token_hash,
        .token_hash = c->token_hash,
        .has_token_until = c->has_token_hash,
        .has_staff = true,
        .staff_subject = entropy_id(&entropy, in->now_us),
        .staff.display_name = c->display_name,
        .staff.has_password_hash = c->has_password_hash,
        .staff.password_hash = c->password_hash,
    };
    struct event_plain *event;
    struct row other;
    struct err e = account_row_by_login(in->txn, c->login, &other);

    assert(object.kind == OBJECT_NONE);
    if (failed(e)) {
        return e;
    }
    if (c->has_token_hash == c->has_password_hash ||
        (c->has_password_hash && !may_have_password(in))) {
        return outcome_invalid(ret, "/token_hash", "field.missing");
    }
    if (other.found || text_is(c->login, "system")) {
        refusal = REFUSAL_ACCOUNT_LOGIN_TAKEN;
    }
    if (refusal != REFUSAL_NONE) {
        return outcome_refuse(ret, refusal);
    }
    added.token_until = c->has_token_hash ? link_until(in) : 0;
    event = outcome_event(ret);
    e = ev_account_added_encode(&added, in->arena, event);
    if (failed(e)) {
        return e;
    }
    event_about(event, added.account_id, 0);
    ret->object = added.account_id;
    return OK;
}

struct err decide_disable_account(const struct decide_in *in, const void *body,
                                  struct object object, struct outcome *ret)
{
    const struct cmd_disable_account *c = body;
    struct ev_account_disabled disabled = {0};
    struct event_plain *event;
    struct row account;
    struct err e = account_row_by_login(in->txn, c->login, &account);

    assert(object.kind == OBJECT_NONE);
    if (failed(e)) {
        return e;
    }
    if (!account.found) {
        return outcome_refuse(ret, REFUSAL_ACCOUNT_UNKNOWN);
    }
    ret->object = account_key_account_id(account.key);
    if (account_state(account.value) == ACCOUNT_STATE_DISABLED) {
        return OK; /* it is so already: nothing to record */
    }
    disabled.account_id = ret->object;
    event = outcome_event(ret);
    e = ev_account_disabled_encode(&disabled, in->arena, event);
    if (failed(e)) {
        return e;
    }
    event_about(event, ret->object, 0);
    return OK;
}

struct err decide_issue_enrolment(const struct decide_in *in, const void *body,
                                  struct object object, struct outcome *ret)
{
    const struct cmd_issue_enrolment *c = body;
    struct ev_enrolment_issued issued = {.token_hash = c->token_hash};
    struct event_plain *event;
    struct row account;
    struct err e = account_row_by_login(in->txn, c->login, &account);

    assert(object.kind == OBJECT_NONE);
    if (failed(e)) {
        return e;
    }
    if (!account.found) {
        return outcome_refuse(ret, REFUSAL_ACCOUNT_UNKNOWN);
    }
    ret->object = account_key_account_id(account.key);
    issued.account_id = ret->object;
    issued.token_until = link_until(in);
    event = outcome_event(ret);
    e = ev_enrolment_issued_encode(&issued, in->arena, event);
    if (failed(e)) {
        return e;
    }
    event_about(event, ret->object, 0);
    return OK;
}

struct err decide_enrol_account(const struct decide_in *in, const void *body,
                                struct object object, struct outcome *ret)
{
    const struct cmd_enrol_account *c = body;
    struct ev_account_enrolled enrolled = {
        .account_id = c->account_id,
        .has_staff = true,
        .staff.password_hash = c->password_hash,
    };
    struct hash token = {{0}};
    struct event_plain *event;
    struct row account;
    struct id holder;
    bool found = false;
    struct err e;

    assert(object.kind == OBJECT_NONE);
    if (!hash_of_hex(c->token_hash, &token)) {
        return outcome_refuse(ret, REFUSAL_ENROLMENT_UNKNOWN);
    }
    e = account_for_enrolment(in->txn, token, in->now_us, &holder, &found);
    if (failed(e)) {
        return e;
    }
    if (!found || !id_equal(holder, c->account_id)) {
        return outcome_refuse(ret, REFUSAL_ENROLMENT_UNKNOWN);
    }
    e = account_row(in->txn, holder, &account);
    if (failed(e)) {
        return e;
    }
    enrolled.staff_subject = account_subject(account.value);
    event = outcome_event(ret);
    e = ev_account_enrolled_encode(&enrolled, in->arena, event);
    if (failed(e)) {
        return e;
    }
    event_about(event, holder, 0);
    ret->object = holder;
    return OK;
}

/* ------------------------------------------------------------- applying -- */

static struct err put_link(struct store_txn *t, struct row *account,
                           struct text token_hex, int64_t until_us)
{
    struct row link =
        row_new(TABLE_ENROLMENT, ENROLMENT_KEY_BYTES, ENROLMENT_BYTES);
    struct hash token;

    if (!hash_of_hex(token_hex, &token)) {
        return ERR(ERR_CORRUPT);
    }
    account_set_token_hash(account->value, token);
    account_set_token_until_us(account->value, until_us);
    enrolment_key(link.key, token);
    enrolment_set_account_id(link.value, account_key_account_id(account->key));
    enrolment_set_until_us(link.value, until_us);
    return row_put(t, &link);
}

/* An account has one link at most: an older one ends. */
static struct err drop_link(struct store_txn *t, struct row *account)
{
    struct row link =
        row_new(TABLE_ENROLMENT, ENROLMENT_KEY_BYTES, ENROLMENT_BYTES);

    enrolment_key(link.key, account_token_hash(account->value));
    account_set_token_hash(account->value, (struct hash){{0}});
    account_set_token_until_us(account->value, 0);
    return row_delete(t, &link);
}

static void next_version(struct row *account)
{
    account_set_version(account->value, account_version(account->value) + 1);
}

struct err apply_account_added(struct store_txn *t, const struct record *r,
                               struct arena *a)
{
    struct row index =
        row_new(TABLE_ACCOUNT_BY_LOGIN, ACCOUNT_BY_LOGIN_KEY_BYTES,
                ACCOUNT_BY_LOGIN_BYTES);
    struct ev_account_added added;
    char login[32];
    char role[8];
    char unit[16];
    struct row account;
    struct err e = ev_account_added_decode(r->open, a, &added);

    if (failed(e)) {
        return e;
    }
    e = account_row(t, added.account_id, &account);
    if (failed(e)) {
        return e;
    }
    if (account.found || !code_pad(added.login, login, sizeof(login)) ||
        !code_pad(added.role, role, sizeof(role)) ||
        !code_pad(added.unit, unit, sizeof(unit))) {
        return ERR(ERR_CORRUPT);
    }
    account_set_login(account.value, login);
    account_set_role(account.value, role);
    account_set_unit(account.value, unit);
    account_set_subject(account.value, record_subject(r, PART_CLASS_STAFF));
    account_set_added_seq(account.value, r->position.seq);
    next_version(&account);
    if (added.has_token_hash) {
        account_set_state(account.value, ACCOUNT_STATE_INVITED);
        e = put_link(t, &account, added.token_hash, added.token_until);
    } else {
        account_set_state(account.value, ACCOUNT_STATE_ACTIVE);
        account_set_password_seq(account.value, r->position.seq);
    }
    if (failed(e)) {
        return e;
    }
    account_by_login_key(index.key, login);
    account_by_login_set_account_id(index.value, added.account_id);
    e = row_put(t, &index);
    return failed(e) ? e : row_put(t, &account);
}

static struct err known_account(struct store_txn *t, struct id account,
                                struct row *ret)
{
    struct err e = account_row(t, account, ret);

    if (failed(e)) {
        return e;
    }
    return ret->found ? OK : ERR(ERR_CORRUPT);
}

struct err apply_account_disabled(struct store_txn *t, const struct record *r,
                                  struct arena *a)
{
    struct ev_account_disabled disabled;
    struct row account;
    struct err e = ev_account_disabled_decode(r->open, a, &disabled);

    if (failed(e)) {
        return e;
    }
    e = known_account(t, disabled.account_id, &account);
    if (failed(e)) {
        return e;
    }
    account_set_state(account.value, ACCOUNT_STATE_DISABLED);
    account_set_password_seq(account.value, 0);
    next_version(&account);
    e = drop_link(t, &account);
    return failed(e) ? e : row_put(t, &account);
}

struct err apply_enrolment_issued(struct store_txn *t, const struct record *r,
                                  struct arena *a)
{
    struct ev_enrolment_issued issued;
    struct row account;
    struct err e = ev_enrolment_issued_decode(r->open, a, &issued);

    if (failed(e)) {
        return e;
    }
    e = known_account(t, issued.account_id, &account);
    if (failed(e)) {
        return e;
    }
    e = drop_link(t, &account);
    if (failed(e)) {
        return e;
    }
    if (account_state(account.value) == ACCOUNT_STATE_DISABLED) {
        account_set_state(account.value, ACCOUNT_STATE_INVITED);
    }
    e = put_link(t, &account, issued.token_hash, issued.token_until);
    return failed(e) ? e : row_put(t, &account);
}

struct err apply_account_enrolled(struct store_txn *t, const struct record *r,
                                  struct arena *a)
{
    struct ev_account_enrolled enrolled;
    struct row account;
    struct err e = ev_account_enrolled_decode(r->open, a, &enrolled);

    if (failed(e)) {
        return e;
    }
    e = known_account(t, enrolled.account_id, &account);
    if (failed(e)) {
        return e;
    }
    e = drop_link(t, &account);
    if (failed(e)) {
        return e;
    }
    account_set_state(account.value, ACCOUNT_STATE_ACTIVE);
    account_set_password_seq(account.value, r->position.seq);
    next_version(&account);
    return row_put(t, &account);
}
