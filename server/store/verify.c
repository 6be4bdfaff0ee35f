/*
 * verify.c - is every record what it was, and does everything follow from it.
 *
 * Three places know the hash of record n: the record itself when it is hashed
 * again, leaf n-1 of the Merkle table, and the prev_hash of record n+1 (for the
 * last one log_head). Whichever of them stands alone is the one that changed:
 *
 *   record = leaf                      the record is right
 *   record = next, leaf differs        table:merkle
 *   record alone                       record n was changed
 *
 * The log only grows, so it may be read in slices, each in a snapshot of its
 * own; what must hold for the log as a whole is checked in the last of them.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "store/inside.h"
#include "store/record.h"

enum { SLICE = 2000, LEAF_PREFIX = 0x00 };

struct progress { /* what has been found right */
    struct store *store;
    struct verify_report *report;
    struct log_position at;
    int64_t time_us;
    uint16_t frame_index;
    uint16_t frame_count;
    uint64_t last_key_id; /* that a record has used */
};

static bool hash_equal(struct hash a, struct hash b)
{
    return memcmp(a.bytes, b.bytes, HASH_BYTES) == 0;
}

struct err verify_report(struct verify_report *ret, struct err e,
                         const char *what, uint64_t seq)
{
    assert(failed(e));
    if (ret->what[0] == '\0') {
        (void)snprintf(ret->what, sizeof(ret->what), "%s", what);
        ret->bad_seq = seq;
    }
    return e;
}

/* ---- one record ---- */

/* The hash of the stored bytes is not that of its leaf: who is wrong? */
static struct err blame(struct progress *p, struct store_txn *t, uint64_t seq,
                        struct hash found)
{
    struct hash claimed = {{0}};
    struct err e = log_hash_claimed(t, seq, &claimed);

    if (!failed(e) && hash_equal(claimed, found)) {
        return verify_report(p->report, ERR(ERR_TAMPERED), "table:merkle", 0);
    }
    return verify_report(p->report, ERR(ERR_CORRUPT), "hash", seq);
}

/* A record that is not there: was it cut off, or is the head wrong? */
static struct err blame_missing(struct progress *p, struct store_txn *t,
                                uint64_t seq)
{
    struct hash leaf;
    uint64_t last = 0;
    struct err e = log_last(t, &last);

    if (failed(e)) {
        return verify_report(p->report, e, "log", seq);
    }
    if (last < seq && failed(merkle_leaf(t, seq - 1, &leaf))) {
        return verify_report(p->report, ERR(ERR_TAMPERED), "table:log_head", 0);
    }
    return verify_report(p->report, ERR(ERR_TAMPERED), "chain", seq);
}

static struct err keys_present(struct progress *p, struct store_txn *t,
                               const struct record *r)
{
    for (size_t i = 0; p->store->keys != NULL && i < r->part_count; i++) {
        bool present = false;
        bool erased = false;
        struct err e = key_present(t, r->parts[i].key_id, &present);

        if (!failed(e) && !present) {
            e = subject_erased_now(p->store, r->parts[i].subject, &erased);
        }
        if (!failed(e) && !present && !erased) {
            e = ERR(ERR_KEY);
        }
        if (failed(e)) {
            return verify_report(p->report, e, "key", r->position.seq);
        }
    }
    return OK;
}

/* Does table subject say of each part what the record says? The writer seals by
 * that table, and a record that is sealed by a wrong one stays so. */
static struct err subjects_check(struct progress *p, struct store_txn *t,
                                 const struct record *r)
{
    uint64_t seq = r->position.seq;

    for (size_t i = 0; i < r->part_count; i++) {
        const struct record_part *part = &r->parts[i];
        bool first = part->key_id == p->last_key_id + 1;
        struct span row = {NULL, 0};
        struct err e = subject_row(t, part->subject, &row);

        if (part->key_id > p->last_key_id + 1) {
            return verify_report(p->report, ERR(ERR_TAMPERED), "key", seq);
        }
        if (!failed(e) &&
            (row.at == NULL || subject_key_id(row.at) != part->key_id ||
             (first && subject_first_seq(row.at) != seq))) {
            e = ERR(ERR_TAMPERED);
        }
        if (failed(e)) {
            return verify_report(p->report, e, "table:subject", 0);
        }
        p->last_key_id += first;
    }
    return OK;
}

/* Does the frame of r go on where the last record's stood? */
static bool frame_goes_on(const struct progress *p, const struct record *r)
{
    const struct store_txn like = {.frame_index = p->frame_index,
                                   .frame_count = p->frame_count};

    return log_frame_follows(&like, r->head.frame_index, r->head.frame_count);
}

/* The hash is right; does the record stand where it says? */
static struct err place_check(struct progress *p, const struct record *r)
{
    uint64_t seq = p->at.seq + 1;

    if (r->position.seq != seq || !hash_equal(r->prev_hash, p->at.hash) ||
        !id_equal(r->log_id, p->store->log_id) ||
        r->head.time_us < p->time_us) {
        return verify_report(p->report, ERR(ERR_TAMPERED), "chain", seq);
    }
    if (!frame_goes_on(p, r)) {
        return verify_report(p->report, ERR(ERR_TAMPERED), "frame", seq);
    }
    return OK;
}

static struct err record_check(struct progress *p, struct store_txn *t,
                               uint64_t seq)
{
    struct span bytes = {NULL, 0};
    struct hash leaf = {{0}};
    struct hash found;
    struct record r;
    struct err e = log_bytes(t, seq, &bytes);

    if (failed(e)) {
        return e.code == ERR_MISSING ? blame_missing(p, t, seq)
                                     : verify_report(p->report, e, "log", seq);
    }
    found = crypt_sha256_prefixed(LEAF_PREFIX, bytes, SPAN(NULL, 0));
    e = merkle_leaf(t, seq - 1, &leaf);
    if (failed(e) || !hash_equal(leaf, found)) {
        return blame(p, t, seq, found);
    }
    e = record_parse(bytes, &r);
    if (failed(e)) {
        return verify_report(p->report, e, "layout", seq);
    }
    e = place_check(p, &r);
    if (failed(e)) {
        return e;
    }
    e = merkle_check(t, seq - 1, found);
    if (failed(e)) {
        return verify_report(p->report, e, "table:merkle", 0);
    }
    e = keys_present(p, t, &r);
    if (!failed(e)) {
        e = subjects_check(p, t, &r);
    }
    if (failed(e)) {
        return e;
    }
    p->at = r.position;
    p->time_us = r.head.time_us;
    p->frame_index = r.head.frame_index;
    p->frame_count = r.head.frame_count;
    return OK;
}

/* ---- the log as a whole ---- */

static struct err end_check(struct progress *p, struct store_txn *t)
{
    uint64_t last = 0;
    struct err e = log_last(t, &last);

    if (failed(e)) {
        return verify_report(p->report, e, "log", 0);
    }
    if (last != p->at.seq || !hash_equal(t->position.hash, p->at.hash) ||
        t->time_us != p->time_us) {
        return verify_report(p->report, ERR(ERR_TAMPERED), "table:log_head", 0);
    }
    if (t->next_key_id != p->last_key_id + 1) {
        return verify_report(p->report, ERR(ERR_TAMPERED), "table:log_head", 0);
    }
    if (table_count(t, TABLE_SUBJECT) != p->last_key_id) {
        return verify_report(p->report, ERR(ERR_TAMPERED), "table:subject", 0);
    }
    if (p->frame_count > 0 && p->frame_index + 1 != p->frame_count) {
        return verify_report(p->report, ERR(ERR_TAMPERED), "frame", last);
    }
    if (table_count(t, TABLE_MERKLE) != merkle_rows(last)) {
        return verify_report(p->report, ERR(ERR_TAMPERED), "table:merkle", 0);
    }
    e = checkpoints_check(t);
    if (failed(e)) {
        return verify_report(p->report, e, "checkpoint", 0);
    }
    e = log_merkle_root(t, &p->report->root);
    if (failed(e)) {
        return verify_report(p->report, e, "table:merkle", 0);
    }
    p->report->records = p->at.seq;
    p->report->head = p->at;
    return OK;
}

/* Goes on for one slice; *ret_done when the end of the log was in it. */
static struct err slice_check(struct progress *p, bool *ret_done)
{
    struct store_txn *t;
    uint64_t first = p->at.seq + 1;
    struct err e = store_read_begin(p->store, &t);

    if (failed(e)) {
        return verify_report(p->report, e, "table:log_head", 0);
    }
    for (uint64_t seq = first;
         !failed(e) && seq <= t->position.seq && seq < first + SLICE; seq++) {
        e = record_check(p, t, seq);
    }
    if (!failed(e) && p->at.seq == t->position.seq) {
        e = end_check(p, t);
        *ret_done = true;
    }
    store_end(t);
    return e;
}

struct err verify_log(struct store *s, struct verify_report *ret)
{
    struct progress p = {.store = s, .report = ret};
    bool done = false;
    struct err e = OK;

    while (!failed(e) && !done) {
        e = slice_check(&p, &done);
    }
    return e;
}

/* ---- the tables ---- */

/* Replays until the scratch store stands where a snapshot does, and compares
 * with that snapshot. */
static struct err tables_check(const struct replay_plan *plan,
                               struct verify_report *ret)
{
    struct store_txn *t;
    struct store_txn *scratch;
    struct err e = store_read_begin(plan->from, &t);

    if (failed(e)) {
        return verify_report(ret, e, "table:log_head", 0);
    }
    e = replay(plan, store_position(t).seq, ret);
    if (!failed(e)) {
        e = store_read_begin(plan->to, &scratch);
        if (!failed(e)) {
            e = replay_compare(t, scratch, ret);
            store_end(scratch);
        }
    }
    store_end(t);
    return e;
}

/* A check must not be what fills the disk of a running server. */
static bool room_for_another(const struct store *s)
{
    struct store_room room = store_room(s);

    return room.disk_free_bytes / 5 >= room.map_used_bytes / 4;
}

static struct err replay_check(struct store *s, apply_fn apply,
                               struct verify_report *ret)
{
    char path[PATH_MAX];
    struct main_plan scratch = {
        .path = path,
        .map_bytes = store_room(s).map_bytes,
        .log_id = s->log_id,
        .throw_away = true,
    };
    struct replay_plan plan = {.from = s, .apply = apply};
    struct err removed;
    int fd = -1;
    struct err e =
        room_for_another(s) ? scratch_make(s->dir, path, &fd) : ERR(ERR_FULL);

    if (failed(e)) {
        return verify_report(ret, e, "scratch", 0);
    }
    e = main_new(&scratch, &plan.to);
    if (failed(e)) {
        e = verify_report(ret, e, "scratch", 0);
    } else {
        /* Most of the log first, so that the snapshot which is compared is
         * not held while it is replayed. */
        e = replay(&plan, ret->head.seq, ret);
        if (!failed(e)) {
            e = tables_check(&plan, ret);
        }
    }
    store_close(plan.to);
    removed = scratch_drop(path, fd);
    return failed(e) ? e : removed;
}

struct err store_verify(struct store *s, apply_fn apply_or_null,
                        struct verify_report *ret)
{
    uint64_t bad_id = 0;
    struct err e;

    memset(ret, 0, sizeof(*ret));
    e = env_check_pages(s->main, true);
    if (failed(e)) {
        return verify_report(ret, e, "pages", 0);
    }
    e = env_check_pages(s->keys, true);
    if (!failed(e)) {
        e = keys_check(s, &bad_id);
    }
    if (failed(e)) {
        return verify_report(ret, e, "keys", 0);
    }
    e = verify_log(s, ret);
    if (!failed(e) && apply_or_null != NULL) {
        e = replay_check(s, apply_or_null, ret);
    }
    return e;
}
