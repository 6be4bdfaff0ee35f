/*
 * table.c - rows by key, and walks in the order of keys.
 *
 * A failed put marks the whole txn: whoever ignores the failure cannot commit.
 * An LMDB cursor of a read txn outlives it unless closed; walks are counted
 * nowhere, so end them before their txn.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/inside.h"

struct table_walk {
    struct store_txn *txn;
    MDB_cursor *cursor;
    struct err stopped;
};

static MDB_dbi table_dbi(const struct store_txn *t, enum table table)
{
    assert((unsigned)table < TABLE_COUNT);
    assert(t->store->table_open[table]);
    return t->store->tables[table];
}

struct err table_get(struct store_txn *t, enum table table, struct span key,
                     struct span *ret_value)
{
    MDB_val k = val_of(key);
    MDB_val v;
    int rc;

    assert(key.size > 0 && key.size <= KEY_BYTES_MAX);
    if (failed(t->broken)) {
        return t->broken;
    }
    rc = mdb_get(t->main, table_dbi(t, table), &k, &v);
    if (rc == MDB_NOTFOUND) {
        *ret_value = (struct span){NULL, 0};
        return OK;
    }
    if (rc != 0) {
        return TXN_FAILED(t, rc);
    }
    *ret_value = span_of(v);
    return OK;
}

struct err table_put_raw(struct store_txn *t, enum table table, struct span key,
                         struct span value, unsigned flags)
{
    MDB_val k = val_of(key);
    MDB_val v = val_of(value);
    int rc;

    assert(t->write);
    assert(key.size > 0 && key.size <= KEY_BYTES_MAX);
    if (failed(t->broken)) {
        return t->broken;
    }
    rc = mdb_put(t->main, table_dbi(t, table), &k, &v, flags);
    return rc == 0 ? OK : TXN_FAILED(t, rc);
}

struct err table_put(struct store_txn *t, enum table table, struct span key,
                     struct span value)
{
    assert((unsigned)table < TABLE_COUNT);
    assert(table_info[table].class != TABLE_CLASS_LOG);
    return table_put_raw(t, table, key, value, 0);
}

struct err table_delete(struct store_txn *t, enum table table, struct span key)
{
    MDB_val k = val_of(key);
    int rc;

    assert(t->write);
    assert(key.size > 0 && key.size <= KEY_BYTES_MAX);
    assert((unsigned)table < TABLE_COUNT);
    assert(table_info[table].class != TABLE_CLASS_LOG);
    if (failed(t->broken)) {
        return t->broken;
    }
    rc = mdb_del(t->main, table_dbi(t, table), &k, NULL);
    return rc == 0 || rc == MDB_NOTFOUND ? OK : TXN_FAILED(t, rc);
}

uint64_t table_count(struct store_txn *t, enum table table)
{
    MDB_stat stat;
    int rc = mdb_stat(t->main, table_dbi(t, table), &stat);

    if (rc != 0) {
        /* Only a txn that failed before cannot say; its caller will learn of
         * that at the next put or commit. */
        return 0;
    }
    return stat.ms_entries;
}

struct err table_walk_begin(struct store_txn *t, enum table table,
                            struct table_walk **ret_w)
{
    struct table_walk *w;
    MDB_cursor *cursor;
    int rc;

    if (failed(t->broken)) {
        return t->broken;
    }
    rc = mdb_cursor_open(t->main, table_dbi(t, table), &cursor);
    if (rc != 0) {
        return TXN_FAILED(t, rc);
    }
    w = heap_take(sizeof(*w));
    w->txn = t;
    w->cursor = cursor;
    *ret_w = w;
    return OK;
}

/* One move of the cursor; keeps what stopped it, unless that is the end. */
static bool step(struct table_walk *w, MDB_cursor_op op, MDB_val *k, MDB_val *v)
{
    int rc;

    if (failed(w->stopped)) {
        return false;
    }
    rc = mdb_cursor_get(w->cursor, k, v, op);
    if (rc != 0 && rc != MDB_NOTFOUND) {
        w->stopped = TXN_FAILED(w->txn, rc);
    }
    return rc == 0;
}

static bool is_key(MDB_val k, struct span key)
{
    return k.mv_size == key.size && memcmp(k.mv_data, key.at, key.size) == 0;
}

bool table_walk_seek(struct table_walk *w, struct span from, bool forward,
                     struct span *ret_key, struct span *ret_value)
{
    MDB_val k = val_of(from);
    MDB_val v;
    bool found;

    assert(from.size <= KEY_BYTES_MAX);
    if (from.size == 0) {
        found = step(w, forward ? MDB_FIRST : MDB_LAST, &k, &v);
    } else {
        found = step(w, MDB_SET_RANGE, &k, &v);
        if (!forward && !found) {
            found = step(w, MDB_LAST, &k, &v);
        } else if (!forward && !is_key(k, from)) {
            found = step(w, MDB_PREV, &k, &v);
        }
    }
    if (!found) {
        return false;
    }
    *ret_key = span_of(k);
    *ret_value = span_of(v);
    return true;
}

bool table_walk_next(struct table_walk *w, bool forward, struct span *ret_key,
                     struct span *ret_value)
{
    MDB_val k;
    MDB_val v;

    if (!step(w, forward ? MDB_NEXT : MDB_PREV, &k, &v)) {
        return false;
    }
    *ret_key = span_of(k);
    *ret_value = span_of(v);
    return true;
}

struct err table_walk_end(struct table_walk *w)
{
    struct err e;

    if (w == NULL) {
        return OK;
    }
    e = w->stopped;
    mdb_cursor_close(w->cursor);
    free(w);
    return e;
}
