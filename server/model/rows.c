/*
 * rows.c - copies rows out of the store and puts them back whole.
 */
#include "model/rows.h"

#include <assert.h>
#include <string.h>

static_assert((int)CASE_HEAD_BYTES <= (int)ROW_BYTES_MAX,
              "the largest row that is changed must fit");

struct row row_new(enum table table, size_t key_size, size_t size)
{
    struct row row = {.table = table, .key_size = key_size, .size = size};

    assert(key_size <= sizeof(row.key));
    assert(size <= sizeof(row.value));
    return row;
}

struct err row_get(struct store_txn *t, struct row *row)
{
    struct span value;
    struct err e =
        table_get(t, row->table, SPAN(row->key, row->key_size), &value);

    if (failed(e)) {
        return e;
    }
    row->found = value.at != NULL;
    if (!row->found) {
        memset(row->value, 0, sizeof(row->value));
        return OK;
    }
    if (value.size != row->size) {
        return ERR(ERR_CORRUPT);
    }
    memcpy(row->value, value.at, value.size);
    return OK;
}

struct err row_need(struct store_txn *t, struct row *row)
{
    struct err e = row_get(t, row);

    if (failed(e)) {
        return e;
    }
    return row->found ? OK : ERR(ERR_CORRUPT);
}

struct err row_put(struct store_txn *t, const struct row *row)
{
    return table_put(t, row->table, SPAN(row->key, row->key_size),
                     SPAN(row->value, row->size));
}

struct err row_delete(struct store_txn *t, const struct row *row)
{
    return table_delete(t, row->table, SPAN(row->key, row->key_size));
}

struct err contact_row(struct store_txn *t, struct id contact, struct row *ret)
{
    struct err e;

    *ret =
        row_new(TABLE_CONTACT_HEAD, CONTACT_HEAD_KEY_BYTES, CONTACT_HEAD_BYTES);
    contact_head_key(ret->key, contact);
    e = row_get(t, ret);
    if (failed(e) || !ret->found || contact_head_plausible(ret->value)) {
        return e;
    }
    alarm_about("contact_damaged", contact);
    return ERR(ERR_CORRUPT);
}

struct err case_row(struct store_txn *t, struct id case_id, struct row *ret)
{
    struct err e;

    *ret = row_new(TABLE_CASE_HEAD, CASE_HEAD_KEY_BYTES, CASE_HEAD_BYTES);
    case_head_key(ret->key, case_id);
    e = row_get(t, ret);
    if (failed(e) || !ret->found || case_head_plausible(ret->value)) {
        return e;
    }
    alarm_about("case_damaged", case_id);
    return ERR(ERR_CORRUPT);
}

struct err account_row(struct store_txn *t, struct id account, struct row *ret)
{
    *ret = row_new(TABLE_ACCOUNT, ACCOUNT_KEY_BYTES, ACCOUNT_BYTES);
    account_key(ret->key, account);
    return row_get(t, ret);
}

struct err account_row_by_login(struct store_txn *t, struct text login,
                                struct row *ret)
{
    struct row index =
        row_new(TABLE_ACCOUNT_BY_LOGIN, ACCOUNT_BY_LOGIN_KEY_BYTES,
                ACCOUNT_BY_LOGIN_BYTES);
    char padded[32];
    struct err e;

    *ret = row_new(TABLE_ACCOUNT, ACCOUNT_KEY_BYTES, ACCOUNT_BYTES);
    if (!code_pad(login, padded, sizeof(padded))) {
        return OK;
    }
    account_by_login_key(index.key, padded);
    e = row_get(t, &index);
    if (failed(e) || !index.found) {
        return e;
    }
    account_key(ret->key, account_by_login_account_id(index.value));
    return row_need(t, ret);
}

bool code_pad(struct text code, char *ret, size_t size)
{
    if (code.size == 0 || code.size > size) {
        return false;
    }
    memset(ret, 0, size);
    memcpy(ret, code.at, code.size);
    return true;
}
