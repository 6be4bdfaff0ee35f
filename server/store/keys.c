/*
 * keys.c - data keys, wrapped by the master key, in their own environment.
 *
 * SHAPE   key id u64 big-endian -> iv[12] tag[16] sealed key[32];
 *         AES-256-GCM under a key derived from the master, AAD = log id ||
 *         key id u64be, so that no row can stand in for another.
 * A txn reads keys from a snapshot of its own, begun when first needed: a key
 * that is not in it may have been made since, so it is renewed once.
 */
#include <assert.h>
#include <string.h>

#include "store/inside.h"

enum {
    AT_IV = 0,
    AT_TAG = CRYPT_IV_BYTES,
    AT_SEALED = AT_TAG + CRYPT_TAG_BYTES,
    FILL_BATCH = 1024, /* keys per commit */
    ID_KEY_BYTES = 8,
    AAD_BYTES = ID_BYTES + ID_KEY_BYTES,
};

static_assert(AT_SEALED + CRYPT_KEY_BYTES == WRAPPED_BYTES, "wrapped key");

static void wrap_aad(const struct store *s, uint64_t key_id,
                     uint8_t ret_aad[static AAD_BYTES])
{
    memcpy(ret_aad, s->log_id.bytes, ID_BYTES);
    store_u64be(ret_aad + ID_BYTES, key_id);
}

static void wrap_new(const struct store *s, uint64_t key_id,
                     uint8_t ret_row[static WRAPPED_BYTES])
{
    struct crypt_key key;
    uint8_t aad[AAD_BYTES];

    crypt_random(key.bytes, sizeof(key.bytes));
    crypt_random(ret_row + AT_IV, CRYPT_IV_BYTES);
    wrap_aad(s, key_id, aad);
    crypt_seal(&s->wrap, ret_row + AT_IV, SPAN(aad, sizeof(aad)),
               SPAN(key.bytes, sizeof(key.bytes)), ret_row + AT_SEALED,
               ret_row + AT_TAG);
    bytes_wipe(&key, sizeof(key));
}

static struct err unwrap(const struct store *s, uint64_t key_id,
                         struct span row, struct crypt_key *ret_key)
{
    uint8_t aad[AAD_BYTES];
    struct crypt_key key;
    struct err e;

    if (row.size != WRAPPED_BYTES) {
        return ERR(ERR_KEY);
    }
    wrap_aad(s, key_id, aad);
    e = crypt_open(&s->wrap, row.at + AT_IV, SPAN(aad, sizeof(aad)),
                   SPAN(row.at + AT_SEALED, CRYPT_KEY_BYTES), row.at + AT_TAG,
                   key.bytes);
    if (failed(e)) {
        return ERR(ERR_KEY);
    }
    *ret_key = key;
    bytes_wipe(&key, sizeof(key));
    return OK;
}

/* ---- reading ---- */

/* The txn's snapshot of the keys; renew begins it anew. */
static struct err snapshot(struct store_txn *t, bool renew)
{
    int rc;

    assert(t->store->keys != NULL);
    if (t->keys != NULL && !renew) {
        return OK;
    }
    mdb_txn_abort(t->keys); /* NULL is fine */
    t->keys = NULL;
    rc = mdb_txn_begin(t->store->keys, NULL, MDB_RDONLY, &t->keys);
    return rc == 0 ? OK : LMDB_ERR(rc);
}

/* {NULL,0} when absent. */
static struct err row_get(struct store_txn *t, uint64_t key_id, bool renew,
                          struct span *ret)
{
    uint8_t id[ID_KEY_BYTES];
    MDB_val k;
    MDB_val v;
    int rc;
    struct err e = snapshot(t, renew);

    if (failed(e)) {
        return e;
    }
    store_u64be(id, key_id);
    k = val_of(SPAN(id, sizeof(id)));
    rc = mdb_get(t->keys, t->store->keys_table, &k, &v);
    if (rc != 0 && rc != MDB_NOTFOUND) {
        return LMDB_ERR(rc);
    }
    *ret = rc == 0 ? span_of(v) : (struct span){NULL, 0};
    return OK;
}

struct err key_fetch(struct store_txn *t, uint64_t key_id,
                     struct crypt_key *ret_key)
{
    struct span row = {NULL, 0};
    struct err e = row_get(t, key_id, false, &row);

    if (!failed(e) && row.at == NULL) {
        e = row_get(t, key_id, true, &row);
    }
    if (failed(e)) {
        return e;
    }
    if (row.at == NULL) {
        return ERR(ERR_MISSING);
    }
    return unwrap(t->store, key_id, row, ret_key);
}

struct err key_present(struct store_txn *t, uint64_t key_id, bool *ret_present)
{
    struct span row = {NULL, 0};
    struct err e = row_get(t, key_id, false, &row);

    if (!failed(e) && row.at == NULL) {
        e = row_get(t, key_id, true, &row);
    }
    if (!failed(e)) {
        *ret_present = row.at != NULL;
    }
    return e;
}

static struct err last_id(MDB_txn *txn, MDB_dbi table, uint64_t *ret_id)
{
    MDB_cursor *cursor;
    MDB_val k;
    MDB_val v;
    int rc = mdb_cursor_open(txn, table, &cursor);

    if (rc != 0) {
        return LMDB_ERR(rc);
    }
    rc = mdb_cursor_get(cursor, &k, &v, MDB_LAST);
    mdb_cursor_close(cursor);
    if (rc == MDB_NOTFOUND) {
        *ret_id = 0;
        return OK;
    }
    if (rc != 0) {
        return LMDB_ERR(rc);
    }
    if (k.mv_size != ID_KEY_BYTES) {
        return ERR(ERR_CORRUPT);
    }
    *ret_id = load_u64be(k.mv_data);
    return OK;
}

struct err key_last(struct store_txn *t, uint64_t *ret_id)
{
    struct err e = snapshot(t, true);

    return failed(e) ? e : last_id(t->keys, t->store->keys_table, ret_id);
}

uint64_t store_keys_ahead(struct store_txn *t)
{
    uint64_t last = 0;

    if (failed(key_last(t, &last)) || last < t->next_key_id) {
        return 0; /* none, or none that can be reached: the same to a caller */
    }
    return last - t->next_key_id + 1;
}

/* ---- filling ---- */

/* Adds keys up to and with want, FILL_BATCH at most; says how far it came. */
static struct err fill_some(struct store *s, uint64_t first, uint64_t want,
                            uint64_t *ret_last)
{
    MDB_txn *txn;
    uint64_t last = 0;
    int rc = mdb_txn_begin(s->keys, NULL, 0, &txn);
    struct err e;

    if (rc != 0) {
        return LMDB_ERR(rc);
    }
    e = last_id(txn, s->keys_table, &last);
    if (failed(e)) {
        mdb_txn_abort(txn);
        return e;
    }
    /* An id that was ever in use is never made again: its absence is either
     * an erasure or damage, and must stay visible. */
    last = last < first - 1 ? first - 1 : last;
    for (int i = 0; rc == 0 && i < FILL_BATCH && last < want; i++) {
        uint8_t id[ID_KEY_BYTES];
        uint8_t row[WRAPPED_BYTES];
        MDB_val k = val_of(SPAN(id, sizeof(id)));
        MDB_val v = val_of(SPAN(row, sizeof(row)));

        store_u64be(id, ++last);
        wrap_new(s, last, row);
        rc = mdb_put(txn, s->keys_table, &k, &v, MDB_APPEND);
    }
    if (rc != 0) {
        mdb_txn_abort(txn);
        return LMDB_ERR(rc);
    }
    rc = mdb_txn_commit(txn);
    if (rc != 0) {
        return WRITE_ERR(rc, s->dir);
    }
    *ret_last = last;
    return OK;
}

struct err store_keys_fill(struct store *s, uint64_t ahead)
{
    struct store_txn *t;
    uint64_t first;
    uint64_t last = 0;
    struct err e = store_read_begin(s, &t);

    assert(!s->read_only && s->keys != NULL);
    if (failed(e)) {
        return e;
    }
    first = t->next_key_id;
    e = head_check(t); /* a wrong number would be a gap in the keys for ever */
    if (!failed(e)) {
        e = key_last(t, &last);
    }
    store_end(t);
    while (!failed(e) && last < first + ahead - 1) {
        e = fill_some(s, first, first + ahead - 1, &last);
    }
    return e;
}

/* ---- checking ---- */

struct err keys_check(struct store *s, uint64_t *ret_bad_id)
{
    MDB_cursor *cursor;
    MDB_txn *txn;
    MDB_val k;
    MDB_val v;
    struct err e = OK;
    int rc = mdb_txn_begin(s->keys, NULL, MDB_RDONLY, &txn);

    if (rc != 0) {
        return LMDB_ERR(rc);
    }
    rc = mdb_cursor_open(txn, s->keys_table, &cursor);
    if (rc != 0) {
        mdb_txn_abort(txn);
        return LMDB_ERR(rc);
    }
    rc = mdb_cursor_get(cursor, &k, &v, MDB_FIRST);
    while (rc == 0 && !failed(e)) {
        struct crypt_key key;

        if (k.mv_size != ID_KEY_BYTES) {
            e = ERR(ERR_CORRUPT);
            break;
        }
        *ret_bad_id = load_u64be(k.mv_data);
        e = unwrap(s, *ret_bad_id, span_of(v), &key);
        bytes_wipe(&key, sizeof(key));
        rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    if (!failed(e) && rc != MDB_NOTFOUND) {
        e = LMDB_ERR(rc);
    }
    return e;
}
