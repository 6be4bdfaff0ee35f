/*
 * account_find.c - looks accounts up for those who let people in and for those
 * who show names.
 *
 * A sign-in name that does not exist walks the same path as one that does, on
 * some other account, and is then told "no": neither the store nor the time it
 * takes says who works here.
 */
#include "model/nouns.h"

#include <assert.h>
#include <string.h>

#include "model/rows.h"

static bool can_sign_in(const struct row *account)
{
    return account->found &&
           account_state(account->value) == ACCOUNT_STATE_ACTIVE &&
           account_password_seq(account->value) != 0;
}

static bool copy_account(struct span key, struct span value, struct row *ret)
{
    if (key.size != ACCOUNT_KEY_BYTES || value.size != ACCOUNT_BYTES) {
        return false;
    }
    memcpy(ret->key, key.at, key.size);
    memcpy(ret->value, value.at, value.size);
    ret->found = true;
    return true;
}

/* The account with a password that comes first; found false when none has. */
static struct err any_account(struct store_txn *t, struct row *ret)
{
    struct table_walk *walk;
    struct span key;
    struct span value;
    bool sound = true;
    bool more;
    struct err e = table_walk_begin(t, TABLE_ACCOUNT, &walk);

    *ret = row_new(TABLE_ACCOUNT, ACCOUNT_KEY_BYTES, ACCOUNT_BYTES);
    if (failed(e)) {
        return e;
    }
    more = table_walk_seek(walk, (struct span){0}, true, &key, &value);
    while (more && sound && !can_sign_in(ret)) {
        sound = copy_account(key, value, ret);
        more = table_walk_next(walk, true, &key, &value);
    }
    ret->found = can_sign_in(ret);
    e = table_walk_end(walk);
    if (failed(e)) {
        return e;
    }
    return sound ? OK : ERR(ERR_CORRUPT);
}

/* The password hash lies in account_added (demo) or account_enrolled. */
static struct err open_password(struct store_txn *t, const struct row *account,
                                struct arena *a, struct text *ret)
{
    uint64_t seq = account_password_seq(account->value);
    struct text json;
    struct err e = record_open(t, seq, PART_CLASS_STAFF, a, &json);

    if (failed(e)) {
        return e;
    }
    if (seq == account_added_seq(account->value)) {
        struct ev_account_added_staff added;

        e = ev_account_added_decode_staff(json, a, &added);
        if (failed(e)) {
            return e;
        }
        *ret = added.password_hash;
        return OK;
    }
    struct ev_account_enrolled_staff enrolled;

    e = ev_account_enrolled_decode_staff(json, a, &enrolled);
    if (failed(e)) {
        return e;
    }
    *ret = enrolled.password_hash;
    return OK;
}

struct err account_for_signin(struct store_txn *t, struct text login,
                              struct arena *a, struct signin_account *ret)
{
    struct signin_account found = {0};
    struct row account;
    struct row other;
    struct text encoded;
    struct err e = account_row_by_login(t, login, &account);

    if (failed(e)) {
        return e;
    }
    found.found = can_sign_in(&account);
    e = any_account(t, &other);
    if (failed(e)) {
        return e;
    }
    if (!found.found && !other.found) {
        *ret = found; /* nobody has a password yet */
        return OK;
    }
    e = open_password(t, found.found ? &account : &other, a, &encoded);
    if (failed(e)) {
        return e;
    }
    if (encoded.size == 0 || encoded.size >= sizeof(found.encoded)) {
        return ERR(ERR_CORRUPT);
    }
    if (found.found) {
        memcpy(found.encoded, encoded.at, encoded.size);
        found.account = account_key_account_id(account.key);
    }
    *ret = found;
    bytes_wipe(&found, sizeof(found));
    return OK;
}

struct err account_for_enrolment(struct store_txn *t, struct hash token_hash,
                                 int64_t now_us, struct id *ret_account,
                                 bool *ret_found)
{
    struct row link =
        row_new(TABLE_ENROLMENT, ENROLMENT_KEY_BYTES, ENROLMENT_BYTES);
    struct err e;

    enrolment_key(link.key, token_hash);
    e = row_get(t, &link);
    if (failed(e)) {
        return e;
    }
    *ret_found = link.found && enrolment_until_us(link.value) > now_us;
    if (*ret_found) {
        *ret_account = enrolment_account_id(link.value);
    }
    return OK;
}

struct err account_display_name(struct store_txn *t, struct id account,
                                struct arena *a, struct text *ret)
{
    struct ev_account_added_staff staff;
    struct text json;
    struct row row;
    struct err e = account_row(t, account, &row);

    if (failed(e)) {
        return e;
    }
    if (!row.found) {
        return ERR(ERR_MISSING);
    }
    e = record_open(t, account_added_seq(row.value), PART_CLASS_STAFF, a,
                    &json);
    if (failed(e)) {
        return e;
    }
    e = ev_account_added_decode_staff(json, a, &staff);
    if (failed(e)) {
        return e;
    }
    *ret = staff.display_name;
    return OK;
}

struct err account_login_of(struct store_txn *t, struct id account,
                            char ret_login[static 32])
{
    struct row row;
    struct err e;

    if (id_is_zero(account)) {
        (void)code_pad(TEXT_LITERAL("system"), ret_login, 32); /* it fits */
        return OK;
    }
    e = account_row(t, account, &row);
    if (failed(e)) {
        return e;
    }
    if (!row.found) {
        return ERR(ERR_MISSING);
    }
    memcpy(ret_login, account_login(row.value), 32);
    return OK;
}
