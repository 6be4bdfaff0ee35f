/*
 * tail.c - what every start checks: the last checkpoint, and the records since.
 *
 * The whole log is for store_verify; a start looks at what the last hours
 * wrote, 1024 records at most, and at the last record always. A checkpoint says
 * how far back that is: without one that fits, the records say it all the same.
 */
#include <string.h>

#include "store/inside.h"

/* One, and one that is damaged while that is still there. */
enum { CHECKPOINTS_WRONG_MAX = 2 };

static bool hash_equal(struct hash a, struct hash b)
{
    return memcmp(a.bytes, b.bytes, HASH_BYTES) == 0;
}

struct err log_last(struct store_txn *t, uint64_t *ret_seq)
{
    struct table_walk *w;
    struct span key;
    struct span value;
    uint64_t seq = 0;
    struct err e = table_walk_begin(t, TABLE_LOG, &w);
    struct err end;

    if (failed(e)) {
        return e;
    }
    if (table_walk_seek(w, SPAN(NULL, 0), false, &key, &value)) {
        e = key.size == LOG_KEY_BYTES ? OK : ERR(ERR_TAMPERED);
        seq = failed(e) ? 0 : log_key_seq(key.at);
    }
    end = table_walk_end(w);
    if (failed(e) || failed(end)) {
        return failed(end) ? end : e;
    }
    *ret_seq = seq;
    return OK;
}

/* ---- checkpoints ---- */

/* ERR_NONE, or what is wrong: the row, or what it is held to. */
static struct err checkpoint_check(struct store_txn *t, struct span key,
                                   struct span value)
{
    struct hash leaf = {{0}};
    struct hash root = {{0}};
    uint64_t seq;
    struct err e = OK;

    if (key.size != CHECKPOINT_KEY_BYTES || value.size < CHECKPOINT_BYTES) {
        return ERR(ERR_CORRUPT);
    }
    seq = checkpoint_key_seq(key.at);
    if (seq > t->position.seq) {
        return ERR(ERR_TAMPERED); /* the log was longer once */
    }
    if (seq > 0) {
        e = merkle_leaf(t, seq - 1, &leaf);
    }
    if (!failed(e)) {
        e = merkle_root(t, seq, &root);
    }
    if (failed(e)) {
        return e.code == ERR_MISSING ? ERR(ERR_TAMPERED) : e;
    }
    if (!hash_equal(leaf, checkpoint_hash(value.at)) ||
        !hash_equal(root, checkpoint_root(value.at))) {
        return ERR(ERR_TAMPERED);
    }
    return OK;
}

struct err checkpoint_judge(struct store_txn *t, struct span key,
                            struct span value, bool *ret_fits)
{
    struct err e = checkpoint_check(t, key, value);
    bool disagrees = e.code == ERR_CORRUPT || e.code == ERR_TAMPERED;

    /* A signature is proof against us; a bare row proves nothing against a
     * person, who would have changed it too, and may be what was damaged. */
    if (failed(e) && (!disagrees || value.size > CHECKPOINT_BYTES)) {
        return e;
    }
    *ret_fits = !failed(e);
    return OK;
}

struct err checkpoints_check(struct store_txn *t)
{
    struct table_walk *w;
    struct span key;
    struct span value;
    bool found;
    struct err e = table_walk_begin(t, TABLE_CHECKPOINT, &w);
    struct err end;

    if (failed(e)) {
        return e;
    }
    found = table_walk_seek(w, SPAN(NULL, 0), true, &key, &value);
    while (found && !failed(e)) {
        e = checkpoint_check(t, key, value);
        found = table_walk_next(w, true, &key, &value);
    }
    end = table_walk_end(w);
    return failed(end) ? end : e;
}

/* The newest checkpoint that fits, 0 when there is none. One row that does not
 * is passed over; when several do not, it is not the rows that are wrong. */
static struct err checkpoint_last(struct store_txn *t, uint64_t *ret_seq)
{
    struct table_walk *w;
    struct span key;
    struct span value;
    unsigned wrong = 0;
    bool fits = false;
    bool found;
    struct err e = table_walk_begin(t, TABLE_CHECKPOINT, &w);
    struct err end;

    if (failed(e)) {
        return e;
    }
    found = table_walk_seek(w, SPAN(NULL, 0), false, &key, &value);
    while (found && !fits && !failed(e)) {
        e = checkpoint_judge(t, key, value, &fits);
        if (!failed(e) && fits) {
            *ret_seq = checkpoint_key_seq(key.at);
        } else if (!failed(e) && ++wrong > CHECKPOINTS_WRONG_MAX) {
            e = ERR(ERR_TAMPERED);
        } else {
            found = table_walk_next(w, false, &key, &value);
        }
    }
    end = table_walk_end(w);
    return failed(end) ? end : e;
}

/* ---- records ---- */

static struct err records_check(struct store_txn *t, uint64_t first)
{
    struct hash before = {{0}};
    struct err e = OK;

    for (uint64_t seq = first; !failed(e) && seq <= t->position.seq; seq++) {
        struct record r;

        e = log_read(t, seq, &r);
        if (!failed(e)) {
            e = merkle_check(t, seq - 1, r.position.hash);
        }
        if (!failed(e) && seq > first && !hash_equal(r.prev_hash, before)) {
            e = ERR(ERR_TAMPERED);
        }
        if (!failed(e) && seq == t->position.seq &&
            r.head.time_us != t->time_us) {
            e = ERR(ERR_TAMPERED);
        }
        if (!failed(e)) {
            before = r.position.hash;
        }
    }
    return e;
}

struct err tail_check(struct store *s)
{
    struct store_txn *t;
    uint64_t last = 0;
    uint64_t checked = 0;
    uint64_t first;
    struct err e = store_read_begin(s, &t);

    if (failed(e)) {
        return e;
    }
    e = log_last(t, &last);
    if (!failed(e) && last != t->position.seq) {
        e = ERR(ERR_TAMPERED);
    }
    if (!failed(e)) {
        e = head_check(t);
    }
    if (!failed(e)) {
        e = checkpoint_last(t, &checked);
    }
    if (!failed(e) && last > 0) {
        first = checked < last ? checked + 1 : last;
        if (last - first >= TAIL_RECORDS) {
            first = last - TAIL_RECORDS + 1;
        }
        e = records_check(t, first);
    }
    store_end(t);
    return e;
}
