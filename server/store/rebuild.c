/*
 * rebuild.c - the same log, the same side rows, all derived tables made again.
 *
 * The new environment grows in DIR/main.part and takes main's place only when
 * it is whole and was read back. Derived tables of the old one are believed in
 * one thing: where the log ends, because nothing in a log tells that its tail
 * was cut. A side table whose layout changes needs a new name.
 */
#include <assert.h>
#include <string.h>
#include <unistd.h>

#include "store/inside.h"

enum { LEAF_PREFIX = 0x00 };

static bool hash_equal(struct hash a, struct hash b)
{
    return memcmp(a.bytes, b.bytes, HASH_BYTES) == 0;
}

/* ---- the end of the old log ---- */

static bool head_agrees(struct store_txn *old, struct log_position end)
{
    uint8_t key[LOG_HEAD_KEY_BYTES];
    struct span row = {NULL, 0};

    if (!old->store->table_open[TABLE_LOG_HEAD]) {
        return false;
    }
    log_head_key(key, 0);
    if (failed(table_get(old, TABLE_LOG_HEAD, SPAN(key, sizeof(key)), &row))) {
        return false;
    }
    if (row.at == NULL) {
        return end.seq == 0;
    }
    return row.size == LOG_HEAD_BYTES && log_head_seq(row.at) == end.seq &&
           hash_equal(log_head_hash(row.at), end.hash);
}

static bool leaf_agrees(struct store_txn *old, struct log_position end)
{
    struct hash leaf;

    if (!old->store->table_open[TABLE_MERKLE] || end.seq == 0) {
        return false;
    }
    return !failed(merkle_leaf(old, end.seq - 1, &leaf)) &&
           hash_equal(leaf, end.hash) &&
           merkle_leaf(old, end.seq, &leaf).code == ERR_MISSING;
}

static struct err end_check(struct store *old, struct store *new,
                            struct verify_report *ret)
{
    struct store_txn *t;
    struct store_txn *made;
    struct log_position end;
    struct err e = store_read_begin(new, &made);

    if (failed(e)) {
        return e;
    }
    end = store_position(made);
    store_end(made);
    e = store_read_begin(old, &t);
    if (failed(e)) {
        return e;
    }
    if (!head_agrees(t, end) && !leaf_agrees(t, end)) {
        e = verify_report(ret, ERR(ERR_TAMPERED), "table:log_head", end.seq);
    }
    store_end(t);
    return e;
}

/* A record that was changed is refused where the chain breaks, at the one
 * behind it. Its old leaf, if it can be read, tells them apart. */
static struct err blame(struct store *old, struct err e,
                        struct verify_report *ret)
{
    struct store_txn *t;
    struct span bytes = {NULL, 0};
    struct hash leaf = {{0}};
    struct hash found;
    uint64_t seq = ret->bad_seq - 1;

    if (ret->bad_seq < 2 || strcmp(ret->what, "chain") != 0 ||
        !old->table_open[TABLE_MERKLE] || failed(store_read_begin(old, &t))) {
        return e;
    }
    if (!failed(log_bytes(t, seq, &bytes)) &&
        !failed(merkle_leaf(t, seq - 1, &leaf))) {
        found = crypt_sha256_prefixed(LEAF_PREFIX, bytes, SPAN(NULL, 0));
        if (!hash_equal(found, leaf)) {
            ret->what[0] = '\0';
            e = verify_report(ret, ERR(ERR_CORRUPT), "hash", seq);
        }
    }
    store_end(t);
    return e;
}

/* ---- side tables ---- */

/* Copies one row; but a checkpoint only as long as it fits. */
static struct err row_copy(struct store_txn *to, enum table table,
                           const struct span row[2], uint64_t *ret_dropped)
{
    bool fits = true;
    struct err e = OK;

    if (table == TABLE_CHECKPOINT) {
        e = checkpoint_judge(to, row[0], row[1], &fits);
    }
    if (failed(e)) {
        return e;
    }
    *ret_dropped += !fits;
    return fits ? table_put(to, table, row[0], row[1]) : OK;
}

static struct err rows_copy(struct store_txn *from, struct store_txn *to,
                            enum table table, uint64_t *ret_dropped)
{
    struct table_walk *w;
    struct span row[2];
    struct err end;
    struct err e = table_walk_begin(from, table, &w);
    bool more;

    if (failed(e)) {
        return e;
    }
    more = table_walk_seek(w, SPAN(NULL, 0), true, &row[0], &row[1]);
    while (more && !failed(e)) {
        e = row_copy(to, table, row, ret_dropped);
        more = table_walk_next(w, true, &row[0], &row[1]);
    }
    end = table_walk_end(w);
    return failed(e) ? e : end;
}

static struct err sides_copy(struct store_txn *from, struct store_txn *to,
                             struct verify_report *ret)
{
    struct err e = OK;

    for (unsigned i = 0; !failed(e) && i < TABLE_COUNT; i++) {
        if (table_info[i].class == TABLE_CLASS_SIDE && i != TABLE_META &&
            from->store->table_open[i]) {
            e = rows_copy(from, to, (enum table)i, &ret->checkpoints_dropped);
        }
        if (failed(e) && i == TABLE_CHECKPOINT) {
            e = verify_report(ret, e, "checkpoint", 0);
        }
    }
    return e;
}

/* Side rows in one commit, meta in the next: with meta it is a store. */
static struct err sides_and_meta(struct store *old, struct store *new,
                                 struct verify_report *ret)
{
    uint8_t check[KEY_CHECK_BYTES];
    int64_t created_us = 0;
    struct store_txn *from;
    struct store_txn *to = NULL;
    struct span meta = {NULL, 0};
    struct err e = store_read_begin(old, &from);

    if (failed(e)) {
        return e;
    }
    e = meta_read(from, &meta);
    if (!failed(e)) {
        memcpy(check, meta_key_check(meta.at), sizeof(check));
        created_us = meta_created_us(meta.at);
        e = store_write_begin(new, &to);
    }
    if (!failed(e)) {
        e = sides_copy(from, to, ret);
    }
    store_end(from);
    if (failed(e)) {
        store_end(to);
        return e;
    }
    e = store_commit(to);
    return failed(e) ? e : meta_write(new, check, created_us);
}

/* ---- all of it ---- */

static struct err build(struct store *old, struct store *new, apply_fn apply,
                        struct verify_report *ret)
{
    struct replay_plan plan = {.from = old, .to = new, .apply = apply};
    struct store_txn *t;
    uint64_t last = 0;
    struct err e = store_read_begin(old, &t);

    if (failed(e)) {
        return e;
    }
    e = log_last(t, &last);
    store_end(t);
    if (failed(e)) {
        return verify_report(ret, e, "log", 0);
    }
    e = replay(&plan, last, ret);
    if (failed(e)) {
        return blame(old, e, ret);
    }
    e = end_check(old, new, ret);
    if (!failed(e)) {
        e = sides_and_meta(old, new, ret);
    }
    if (!failed(e)) {
        e = env_check_pages(new->main, true);
    }
    return failed(e) ? e : verify_log(new, ret);
}

/* DIR is locked and settled. */
static struct err rebuild_locked(const struct store_options *o, apply_fn apply,
                                 struct verify_report *ret)
{
    char path[PATH_MAX];
    struct main_plan plan = {.path = path, .map_bytes = o->map_bytes};
    struct store *old;
    struct store *new = NULL;
    struct err e = path_join(o->dir, "main.part", path);

    if (!failed(e)) {
        e = store_open_as(o, true, &old);
    }
    if (failed(e)) {
        return e;
    }
    plan.log_id = old->log_id;
    plan.made_by = old->made_by;
    e = main_new(&plan, &new);
    if (!failed(e)) {
        e = build(old, new, apply, ret);
    }
    store_close(new);
    store_close(old);
    return failed(e) ? e : main_replace(o->dir);
}

struct err store_rebuild(const struct store_options *o, apply_fn apply,
                         struct verify_report *ret)
{
    struct store_options unlocked = *o;
    struct err left;
    int lock_fd = -1;
    struct err e = lock_take(o->dir, &lock_fd);

    memset(ret, 0, sizeof(*ret));
    if (failed(e)) {
        return e;
    }
    unlocked.lock = false; /* it is held here, over the renaming too */
    unlocked.read_only = false;
    e = leftovers_settle(o->dir);
    if (!failed(e)) {
        e = rebuild_locked(&unlocked, apply, ret);
    }
    if (failed(e)) {
        left = leftovers_settle(o->dir);
        (void)left; /* e says more; the next open settles it */
    }
    (void)close(lock_fd); /* lets go of the flock */
    return e;
}
