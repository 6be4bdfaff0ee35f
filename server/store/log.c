/*
 * log.c - the log itself: append, read, look up.
 *
 * The record under construction lies in the store's own room, not in LMDB's
 * page: apply puts rows while it reads the record, and a put may move pages.
 */
#include <assert.h>
#include <string.h>

#include "store/inside.h"
#include "store/record.h"

enum { EPOCH = 1 }; /* of the one machine; replication will count them */

static bool hash_equal(struct hash a, struct hash b)
{
    return memcmp(a.bytes, b.bytes, HASH_BYTES) == 0;
}

/* ---- reading ---- */

struct err log_bytes(struct store_txn *t, uint64_t seq, struct span *ret)
{
    uint8_t key[LOG_KEY_BYTES];
    struct span bytes;
    struct err e;

    log_key(key, seq);
    e = table_get(t, TABLE_LOG, SPAN(key, sizeof(key)), &bytes);
    if (failed(e)) {
        return e;
    }
    if (bytes.at == NULL) {
        return ERR(ERR_MISSING);
    }
    *ret = bytes;
    return OK;
}

struct err log_hash_claimed(struct store_txn *t, uint64_t seq, struct hash *ret)
{
    struct span next;
    struct err e;

    if (seq == t->position.seq) {
        *ret = t->position.hash;
        return OK;
    }
    e = log_bytes(t, seq + 1, &next);
    if (failed(e)) {
        return e.code == ERR_MISSING ? ERR(ERR_TAMPERED) : e;
    }
    if (next.size < RECORD_HEADER_BYTES) {
        return ERR(ERR_CORRUPT);
    }
    memcpy(ret->bytes, next.at + RECORD_AT_PREV_HASH, HASH_BYTES);
    return OK;
}

/* Is found what the hash of record seq was? Its leaf says so, without a look at
 * the neighbour, which may be large, cold or damaged; a leaf that says
 * otherwise may itself be the damaged one. The last is held to log_head, at no
 * cost. */
static struct err hash_check(struct store_txn *t, uint64_t seq,
                             struct hash found)
{
    struct hash other = {{0}};
    struct err e;

    if (seq < t->position.seq) {
        e = merkle_leaf(t, seq - 1, &other);
        if (!failed(e) && hash_equal(found, other)) {
            return OK;
        }
    }
    e = log_hash_claimed(t, seq, &other);
    if (failed(e)) {
        return e;
    }
    return hash_equal(found, other) ? OK : ERR(ERR_CORRUPT);
}

struct err log_read(struct store_txn *t, uint64_t seq,
                    struct record *ret_record)
{
    struct record r;
    struct span bytes = {NULL, 0};
    struct err e;

    if (seq == 0 || seq > t->position.seq) {
        return ERR(ERR_MISSING);
    }
    e = log_bytes(t, seq, &bytes);
    if (failed(e)) {
        return e.code == ERR_MISSING ? ERR(ERR_TAMPERED) : e;
    }
    e = record_parse(bytes, &r);
    if (!failed(e)) {
        e = hash_check(t, seq, r.position.hash);
    }
    if (failed(e)) {
        return e;
    }
    if (r.position.seq != seq || !id_equal(r.log_id, t->store->log_id)) {
        return ERR(ERR_TAMPERED);
    }
    *ret_record = r;
    return OK;
}

struct err log_open_part(struct store_txn *t, const struct record *r,
                         size_t part_index, struct arena *a,
                         struct text *ret_json)
{
    const struct record_part *part = &r->parts[part_index];
    enum subject_state state = SUBJECT_NONE;
    struct crypt_key key;
    uint8_t *plain;
    struct err e;

    assert(part_index < r->part_count);
    e = store_subject_state(t, part->subject, &state);
    if (failed(e)) {
        return e;
    }
    if (state == SUBJECT_ERASED || state == SUBJECT_DESTROYED) {
        return ERR(ERR_MISSING);
    }
    e = subject_key_fetch(t, part->subject, part->key_id, &key);
    if (failed(e)) {
        return e;
    }
    plain = arena_take(a, part->cipher.size);
    e = plain == NULL ? ERR(ERR_LIMIT)
                      : record_open_part(r, part_index, &key, plain);
    bytes_wipe(&key, sizeof(key));
    if (!failed(e)) {
        *ret_json = (struct text){(const char *)plain, part->cipher.size};
    }
    return e;
}

struct err log_idempotent(struct store_txn *t, uint32_t day,
                          const uint8_t key[static 16], struct idem_found *ret)
{
    uint8_t row_key[IDEM_KEY_BYTES];
    struct idem_found found = {.found = false};
    struct span row = {NULL, 0};
    struct err e;

    idem_key(row_key, day, key);
    e = table_get(t, TABLE_IDEM, SPAN(row_key, sizeof(row_key)), &row);
    if (failed(e)) {
        return e;
    }
    if (row.at != NULL) {
        if (row.size != IDEM_BYTES) {
            return ERR(ERR_CORRUPT);
        }
        found.found = true;
        memcpy(found.mac, idem_mac(row.at), sizeof(found.mac));
        found.first_seq = idem_first_seq(row.at);
        found.object = idem_object(row.at);
    }
    *ret = found;
    return OK;
}

/* ---- appending ---- */

bool log_frame_follows(const struct store_txn *t, uint16_t frame_index,
                       uint16_t frame_count)
{
    bool inside = t->frame_count > 0 && t->frame_index + 1 < t->frame_count;

    if (frame_index >= frame_count || frame_count > LIMIT_FRAME_EVENTS) {
        return false;
    }
    if (!inside) {
        return frame_index == 0;
    }
    return frame_index == t->frame_index + 1 && frame_count == t->frame_count;
}

static struct err record_put(struct store_txn *t, const struct record *r)
{
    uint8_t key[LOG_KEY_BYTES];
    struct err e;

    log_key(key, r->position.seq);
    e = table_put_raw(t, TABLE_LOG, SPAN(key, sizeof(key)), r->bytes,
                      MDB_APPEND);
    if (failed(e)) {
        return e;
    }
    t->position = r->position;
    t->time_us = r->head.time_us;
    t->frame_index = r->head.frame_index;
    t->frame_count = r->head.frame_count;
    t->apply_due = true;
    return OK;
}

/* The key of a subject that has one already. */
static struct err lock_old(struct store_txn *t, struct id subject,
                           struct part_lock *ret)
{
    struct data_key found;
    struct err e = subject_data_key(t, subject, &found);

    if (!failed(e)) {
        ret->key_id = found.id;
        ret->key = found.key;
        bytes_wipe(&found, sizeof(found));
    }
    return e;
}

/* The next key of the pool, which lies in wait or must be waited for. */
static struct err lock_new(struct store_txn *t, uint64_t key_id,
                           struct part_lock *ret)
{
    uint64_t last = 0;
    struct err e = key_fetch(t, key_id, &ret->key);

    ret->key_id = key_id;
    if (e.code != ERR_MISSING) {
        return e;
    }
    e = key_last(t, &last);
    if (failed(e)) {
        return e;
    }
    return last < key_id ? ERR(ERR_AGAIN) : ERR(ERR_KEY);
}

/* Finds or takes a key for each part. Several parts may speak of one new
 * subject: the first of them takes the key. */
static struct err locks_find(struct store_txn *t, const struct event_plain *e,
                             struct part_lock locks[static LIMIT_PARTS])
{
    uint64_t next = t->next_key_id;

    for (size_t i = 0; i < e->part_count; i++) {
        struct span row = {NULL, 0};
        size_t same = 0;
        struct err err = subject_row(t, e->parts[i].subject, &row);

        if (failed(err)) {
            return err;
        }
        while (same < i &&
               !id_equal(e->parts[same].subject, e->parts[i].subject)) {
            same++;
        }
        if (same < i) {
            locks[i].key_id = locks[same].key_id;
            locks[i].key = locks[same].key;
        } else if (row.at != NULL) {
            err = lock_old(t, e->parts[i].subject, &locks[i]);
        } else {
            err = lock_new(t, next++, &locks[i]);
        }
        if (failed(err)) {
            return err;
        }
        crypt_random(locks[i].iv, CRYPT_IV_BYTES);
    }
    return OK;
}

struct err log_append(struct store_txn *t, const struct frame_head *h,
                      const struct event_plain *e, struct record *ret_record)
{
    struct part_lock locks[LIMIT_PARTS];
    struct record r;
    struct record_plan plan = {
        .head = h,
        .event = e,
        .log_id = t->store->log_id,
        .epoch = EPOCH,
        .before = t->position,
        .locks = locks,
    };
    size_t size = record_size(e);
    struct err err;

    assert(t->write && !t->apply_due);
    assert(h->time_us >= t->time_us);
    assert(log_frame_follows(t, h->frame_index, h->frame_count));
    if (size == 0) {
        return ERR(ERR_LIMIT);
    }
    err = locks_find(t, e, locks);
    if (!failed(err)) {
        record_seal(&plan, t->store->record_room);
        err = record_parse(SPAN(t->store->record_room, size), &r);
        assert(!failed(err)); /* what we write, we can read */
        err = record_put(t, &r);
    }
    bytes_wipe(locks, sizeof(locks));
    if (failed(err)) {
        return err;
    }
    *ret_record = r;
    return OK;
}

struct err log_append_raw(struct store_txn *t, struct span bytes,
                          struct record *ret_record)
{
    struct record r;
    struct err e = record_parse(bytes, &r);

    assert(t->write && !t->apply_due);
    if (failed(e)) {
        return e;
    }
    if (r.position.seq != t->position.seq + 1 ||
        !hash_equal(r.prev_hash, t->position.hash) ||
        !id_equal(r.log_id, t->store->log_id) || r.head.time_us < t->time_us ||
        !log_frame_follows(t, r.head.frame_index, r.head.frame_count)) {
        return ERR(ERR_TAMPERED);
    }
    e = record_put(t, &r);
    if (failed(e)) {
        return e;
    }
    *ret_record = r;
    return OK;
}

struct err log_checkpoint(struct store_txn *t, int64_t time_us,
                          struct text note)
{
    uint8_t key[CHECKPOINT_KEY_BYTES];
    uint8_t value[CHECKPOINT_BYTES + LIMIT_NOTE_BYTES] = {0};
    struct hash root = {{0}};
    struct err e;

    assert(t->write && !t->apply_due);
    assert(note.size <= LIMIT_NOTE_BYTES);
    e = log_merkle_root(t, &root);
    if (failed(e)) {
        return e;
    }
    checkpoint_key(key, t->position.seq);
    checkpoint_set_hash(value, t->position.hash);
    checkpoint_set_root(value, root);
    checkpoint_set_time_us(value, time_us);
    if (note.size > 0) {
        memcpy(value + CHECKPOINT_BYTES, note.at, note.size);
    }
    return table_put(t, TABLE_CHECKPOINT, SPAN(key, sizeof(key)),
                     SPAN(value, CHECKPOINT_BYTES + note.size));
}
