/*
 * txn.c - transactions: what one sees of the log, and how one ends.
 *
 * A write txn in which anything failed commits nothing: LMDB marks it so for
 * its own failures, broken does for ours too.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/inside.h"

/* Takes the end of the log from the one row of log_head. */
static struct err take_head(struct store_txn *t)
{
    uint8_t key[LOG_HEAD_KEY_BYTES];
    struct span row;
    struct err e;

    t->next_key_id = 1;
    if (t->store->foreign) {
        return OK; /* rebuild counts for itself */
    }
    log_head_key(key, 0);
    e = table_get(t, TABLE_LOG_HEAD, SPAN(key, sizeof(key)), &row);
    if (failed(e) || row.at == NULL) {
        return e;
    }
    if (row.size != LOG_HEAD_BYTES) {
        return ERR(ERR_CORRUPT);
    }
    t->position.seq = log_head_seq(row.at);
    t->position.hash = log_head_hash(row.at);
    t->time_us = log_head_time_us(row.at);
    t->next_key_id = log_head_next_key_id(row.at);
    return OK;
}

struct err head_check(struct store_txn *t)
{
    struct hash leaf = {{0}};
    struct err e = OK;

    if (t->store->foreign) {
        return OK;
    }
    if (table_count(t, TABLE_LOG) != t->position.seq ||
        table_count(t, TABLE_SUBJECT) + 1 != t->next_key_id) {
        return ERR(ERR_TAMPERED);
    }
    if (t->position.seq > 0) {
        e = merkle_leaf(t, t->position.seq - 1, &leaf);
    }
    if (failed(e)) {
        return e.code == ERR_MISSING ? ERR(ERR_TAMPERED) : e;
    }
    return memcmp(leaf.bytes, t->position.hash.bytes, HASH_BYTES) == 0
               ? OK
               : ERR(ERR_TAMPERED);
}

static struct err begin(struct store *s, bool write, struct store_txn **ret_t)
{
    struct store_txn *t = heap_take(sizeof(*t));
    int rc = mdb_txn_begin(s->main, NULL, write ? 0 : MDB_RDONLY, &t->main);
    struct err e;

    if (rc != 0) {
        free(t);
        return LMDB_ERR(rc);
    }
    t->store = s;
    t->write = write;
    e = take_head(t);
    if (!failed(e) && write) {
        e = head_check(t);
    }
    if (failed(e)) {
        store_end(t);
        return e;
    }
    *ret_t = t;
    return OK;
}

struct err store_read_begin(struct store *s, struct store_txn **ret_t)
{
    return begin(s, false, ret_t);
}

struct err store_write_begin(struct store *s, struct store_txn **ret_t)
{
    assert(!s->read_only);
    return begin(s, true, ret_t);
}

/* Everything but the main txn, which has ended. */
static void forget(struct store_txn *t)
{
    mdb_txn_abort(t->keys); /* NULL is fine */
    free(t);
}

struct err store_commit(struct store_txn *t)
{
    struct store *s = t->store;
    struct err e = t->broken;
    int rc;

    assert(t->write);
    if (failed(e)) {
        store_end(t);
        return e;
    }
    assert(!t->apply_due);
    assert(t->frame_count == 0 || t->frame_index + 1 == t->frame_count);
    rc = mdb_txn_commit(t->main);
    forget(t);
    return rc == 0 ? OK : WRITE_ERR(rc, s->dir);
}

void store_end(struct store_txn *t)
{
    if (t == NULL) {
        return;
    }
    mdb_txn_abort(t->main);
    forget(t);
}

struct log_position store_position(const struct store_txn *t)
{
    return t->position;
}

struct store *store_of(const struct store_txn *t) { return t->store; }
