/*
 * lmdb.c - LMDB's values and errors in our own words.
 *
 * LMDB never writes through the pointer of a key or value that it is given,
 * yet its struct has no const: val_of is the one place that drops it.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "store/inside.h"

struct err store_lmdb_err(int rc, const char *where)
{
    int32_t code = ERR_SYS;

    assert(rc != 0);
    switch (rc) {
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case ENOSPC:
    case EFBIG:
    case EDQUOT:
        code = ERR_FULL;
        break;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_CURSOR_FULL:
    case MDB_INCOMPATIBLE:
        code = ERR_CORRUPT;
        break;
    case MDB_VERSION_MISMATCH:
        code = ERR_VERSION;
        break;
    case MDB_READERS_FULL:
        code = ERR_LIMIT;
        break;
    default:
        break;
    }
    return (struct err){.code = code, .sys = rc, .where = where};
}

MDB_val val_of(struct span s)
{
    MDB_val v = {.mv_size = s.size};

    memcpy(&v.mv_data, &s.at, sizeof(s.at));
    return v;
}

struct span span_of(MDB_val v) { return SPAN(v.mv_data, v.mv_size); }

struct err txn_failed(struct store_txn *t, int rc, const char *where)
{
    if (!t->write) {
        return store_lmdb_err(rc, where);
    }
    if (!failed(t->broken)) {
        t->broken = store_write_err(rc, t->store->dir, where);
    }
    return t->broken;
}
