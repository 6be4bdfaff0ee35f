/*
 * apply.c - the store's own derived tables, from the record and themselves.
 *
 * Nothing here knows the time, the keys or the domain: a replay on any machine
 * makes the same rows. What a domain event means for a subject's key is told
 * by its apply, through store_subject_erase and store_subject_destroy.
 */
#include <assert.h>

#include "store/inside.h"

/* ---- subjects ---- */

/* A subject that is sealed for the first time takes its key. */
static struct err subject_meet(struct store_txn *t, const struct record *r,
                               const struct record_part *part)
{
    uint8_t key[SUBJECT_KEY_BYTES];
    uint8_t value[SUBJECT_BYTES] = {0};
    struct span row = {NULL, 0};
    struct err e = subject_row(t, part->subject, &row);

    if (failed(e)) {
        return e;
    }
    if (row.at != NULL) {
        return subject_key_id(row.at) == part->key_id ? OK : ERR(ERR_TAMPERED);
    }
    if (part->key_id != t->next_key_id) {
        return ERR(ERR_TAMPERED); /* keys are taken in order, each once */
    }
    t->next_key_id++;
    subject_key(key, part->subject);
    subject_set_key_id(value, part->key_id);
    subject_set_first_seq(value, r->position.seq);
    subject_set_part_class(value, part->part_class);
    subject_set_state(value, SUBJECT_LIVE);
    return table_put(t, TABLE_SUBJECT, SPAN(key, sizeof(key)),
                     SPAN(value, sizeof(value)));
}

/* Moves a subject from one state to the next; there already is fine. */
static struct err subject_move(struct store_txn *t, struct id subject,
                               uint8_t from, uint8_t to, uint64_t *ret_key_id)
{
    uint8_t key[SUBJECT_KEY_BYTES];
    uint8_t value[SUBJECT_BYTES] = {0};
    struct span row = {NULL, 0};
    struct err e = subject_row(t, subject, &row);

    if (failed(e)) {
        return e;
    }
    if (row.at == NULL ||
        (subject_state(row.at) != from && subject_state(row.at) != to)) {
        return ERR(ERR_TAMPERED);
    }
    subject_key(key, subject);
    *ret_key_id = subject_key_id(row.at);
    subject_set_key_id(value, subject_key_id(row.at));
    subject_set_first_seq(value, subject_first_seq(row.at));
    subject_set_part_class(value, subject_part_class(row.at));
    subject_set_state(value, to);
    return table_put(t, TABLE_SUBJECT, SPAN(key, sizeof(key)),
                     SPAN(value, sizeof(value)));
}

struct err store_subject_erase(struct store_txn *t, struct id subject)
{
    uint8_t key[ERASURE_KEY_BYTES];
    uint8_t value[ERASURE_BYTES] = {0};
    uint64_t key_id = 0;
    struct err e =
        subject_move(t, subject, SUBJECT_LIVE, SUBJECT_ERASED, &key_id);

    if (failed(e)) {
        return e;
    }
    erasure_key(key, key_id);
    erasure_set_subject(value, subject);
    return table_put(t, TABLE_ERASURE, SPAN(key, sizeof(key)),
                     SPAN(value, sizeof(value)));
}

struct err store_subject_destroy(struct store_txn *t, struct id subject)
{
    uint8_t key[ERASURE_KEY_BYTES];
    uint64_t key_id = 0;
    struct err e =
        subject_move(t, subject, SUBJECT_ERASED, SUBJECT_DESTROYED, &key_id);

    if (failed(e)) {
        return e;
    }
    erasure_key(key, key_id);
    return table_delete(t, TABLE_ERASURE, SPAN(key, sizeof(key)));
}

/* ---- the rest ---- */

/* The first record of a frame stands for the whole command. */
static struct err idem_remember(struct store_txn *t, const struct record *r)
{
    uint8_t key[IDEM_KEY_BYTES];
    uint8_t value[IDEM_BYTES] = {0};

    if (r->head.idem_day == 0 || r->head.frame_index != 0) {
        return OK;
    }
    idem_key(key, r->head.idem_day, r->head.idem_key);
    idem_set_mac(value, r->head.idem_mac);
    idem_set_first_seq(value, r->position.seq);
    idem_set_object(value, r->object);
    idem_set_frame_count(value, r->head.frame_count);
    return table_put(t, TABLE_IDEM, SPAN(key, sizeof(key)),
                     SPAN(value, sizeof(value)));
}

static struct err head_put(struct store_txn *t)
{
    uint8_t key[LOG_HEAD_KEY_BYTES];
    uint8_t value[LOG_HEAD_BYTES] = {0};

    log_head_key(key, 0);
    log_head_set_seq(value, t->position.seq);
    log_head_set_time_us(value, t->time_us);
    log_head_set_next_key_id(value, t->next_key_id);
    log_head_set_hash(value, t->position.hash);
    return table_put(t, TABLE_LOG_HEAD, SPAN(key, sizeof(key)),
                     SPAN(value, sizeof(value)));
}

struct err store_apply(struct store_txn *t, const struct record *r)
{
    struct err e;

    assert(t->write && t->apply_due);
    assert(r->position.seq == t->position.seq);
    e = merkle_add(t, r->position.seq - 1, r->position.hash);
    for (size_t i = 0; !failed(e) && i < r->part_count; i++) {
        e = subject_meet(t, r, &r->parts[i]);
    }
    if (!failed(e)) {
        e = idem_remember(t, r);
    }
    if (!failed(e)) {
        e = head_put(t);
    }
    if (failed(e)) {
        return e;
    }
    t->apply_due = false;
    return OK;
}
