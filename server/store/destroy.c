/*
 * destroy.c - a data key goes for good.
 *
 * LMDB never writes over a page in use: it makes another one and keeps the old
 * until some later commit has a need for it. A row that was only deleted can
 * so be read in the file for months, and the master key that wraps it is still
 * there; and a page in use may hold copies of rows in its unused middle.
 * Therefore, once two commits have gone by, all that neither meta page reaches
 * is overwritten, under the write lock, unless a reader may still look at it.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "store/inside.h"
#include "store/pages.h"

enum { ID_KEY_BYTES = 8 };

/* ---- the row ---- */

/* Writes zeros over the row, or deletes it; absent is fine. Two commits, so
 * that no copy of the key is left in the page of its neighbours. */
static struct err row_change(struct store *s, uint64_t key_id, bool delete)
{
    static const uint8_t zeros[WRAPPED_BYTES];
    uint8_t id[ID_KEY_BYTES];
    MDB_val k = val_of(SPAN(id, sizeof(id)));
    MDB_val v;
    MDB_txn *txn;
    int rc = mdb_txn_begin(s->keys, NULL, 0, &txn);

    if (rc != 0) {
        return LMDB_ERR(rc);
    }
    store_u64be(id, key_id);
    rc = mdb_get(txn, s->keys_table, &k, &v);
    if (rc == 0 && delete) {
        rc = mdb_del(txn, s->keys_table, &k, NULL);
    } else if (rc == 0) {
        v = val_of(
            SPAN(zeros, v.mv_size < WRAPPED_BYTES ? v.mv_size : WRAPPED_BYTES));
        rc = mdb_put(txn, s->keys_table, &k, &v, 0);
    }
    if (rc != 0) {
        mdb_txn_abort(txn);
        return rc == MDB_NOTFOUND ? OK : LMDB_ERR(rc);
    }
    rc = mdb_txn_commit(txn);
    return rc == 0 ? OK : WRITE_ERR(rc, s->dir);
}

/* ---- the pages ---- */

/* mdb_reader_list gives lines "pid thread txn", "-" for a txn that ended. */
static int see_reader(const char *line, void *context)
{
    uint64_t *oldest = context;
    const char *at = strrchr(line, ' ');
    uint64_t txn_id = 0;
    bool any = false;

    for (; at != NULL && at[1] >= '0' && at[1] <= '9'; at++) {
        txn_id = txn_id * 10 + (uint64_t)(at[1] - '0');
        any = true;
    }
    if (any && txn_id < *oldest) {
        *oldest = txn_id;
    }
    return 0;
}

static struct err no_older_reader(MDB_env *env,
                                  const struct page_meta m[static 2])
{
    uint64_t older = m[0].txn_id < m[1].txn_id ? m[0].txn_id : m[1].txn_id;
    uint64_t oldest = UINT64_MAX;
    int dead = 0;
    int rc = mdb_reader_check(env, &dead);

    if (rc != 0) {
        return LMDB_ERR(rc);
    }
    if (mdb_reader_list(env, see_reader, &oldest) < 0) {
        return ERR(ERR_SYS);
    }
    return oldest < older ? ERR(ERR_AGAIN) : OK;
}

/* Under the write lock: no page is taken into use meanwhile, and a reader that
 * begins now begins with the newest snapshot. */
static struct err scrub_locked(MDB_env *env)
{
    struct page_meta m[2];
    int fd;
    int rc = mdb_env_get_fd(env, &fd);
    struct err e;

    assert(rc == 0);
    e = pages_read_metas(fd, m);
    if (!failed(e)) {
        e = pages_check_turn(fd, m);
    }
    if (!failed(e)) {
        e = no_older_reader(env, m);
    }
    if (!failed(e)) {
        e = pages_clear(fd, m);
    }
    if (!failed(e) && fdatasync(fd) != 0) {
        e = ERR_OF(ERR_SYS, errno);
    }
    return e;
}

static struct err scrub(MDB_env *env)
{
    MDB_txn *txn;
    struct err e;
    int rc = mdb_txn_begin(env, NULL, 0, &txn);

    if (rc != 0) {
        return LMDB_ERR(rc);
    }
    e = scrub_locked(env);
    mdb_txn_abort(txn);
    return e;
}

/* ---- the door ---- */

static struct err erased_key_id(struct store *s, struct id subject,
                                uint64_t *ret_id)
{
    struct store_txn *t;
    struct span row = {NULL, 0};
    struct err e = store_read_begin(s, &t);

    if (failed(e)) {
        return e;
    }
    e = subject_row(t, subject, &row);
    if (!failed(e)) {
        assert(row.at != NULL);
        assert(subject_state(row.at) == SUBJECT_ERASED);
        *ret_id = subject_key_id(row.at);
    }
    store_end(t);
    return e;
}

struct err store_key_destroy(struct store *s, struct id subject)
{
    uint64_t key_id = 0;
    struct err e;

    assert(!s->read_only && s->keys != NULL);
    e = erased_key_id(s, subject, &key_id);
    if (!failed(e)) {
        e = row_change(s, key_id, false);
    }
    if (!failed(e)) {
        e = row_change(s, key_id, true);
    }
    return failed(e) ? e : scrub(s->keys);
}
