/*
 * subject.c - whose data key is which, and what the log says of that.
 *
 * A row of table subject has no hash of its own. Sealing under another person's
 * key would bind two persons to one erasure, in a log that cannot be changed:
 * so a row is held to the record from which it was made before it is used.
 */
#include <string.h>

#include "store/inside.h"

struct err subject_row(struct store_txn *t, struct id subject, struct span *ret)
{
    uint8_t key[SUBJECT_KEY_BYTES];
    struct span row = {NULL, 0};
    struct err e;

    subject_key(key, subject);
    e = table_get(t, TABLE_SUBJECT, SPAN(key, sizeof(key)), &row);
    if (failed(e)) {
        return e;
    }
    if (row.at != NULL && row.size != SUBJECT_BYTES) {
        return ERR(ERR_CORRUPT);
    }
    *ret = row;
    return OK;
}

struct err store_subject_state(struct store_txn *t, struct id subject,
                               enum subject_state *ret_state)
{
    struct span row = {NULL, 0};
    struct err e = subject_row(t, subject, &row);

    if (failed(e)) {
        return e;
    }
    if (row.at == NULL) {
        *ret_state = SUBJECT_NONE;
        return OK;
    }
    if (subject_state(row.at) < SUBJECT_LIVE ||
        subject_state(row.at) > SUBJECT_DESTROYED) {
        return ERR(ERR_CORRUPT);
    }
    *ret_state = (enum subject_state)subject_state(row.at);
    return OK;
}

struct err subject_erased_now(struct store *s, struct id subject, bool *ret)
{
    enum subject_state state = SUBJECT_NONE;
    struct store_txn *t;
    struct err e = store_read_begin(s, &t);

    if (failed(e)) {
        return e;
    }
    e = store_subject_state(t, subject, &state);
    store_end(t);
    if (!failed(e)) {
        *ret = state == SUBJECT_ERASED || state == SUBJECT_DESTROYED;
    }
    return e;
}

struct err subject_key_fetch(struct store_txn *t, struct id subject,
                             uint64_t key_id, struct crypt_key *ret_key)
{
    bool erased = false;
    struct err e = key_fetch(t, key_id, ret_key);

    if (e.code != ERR_MISSING) {
        return e;
    }
    e = subject_erased_now(t->store, subject, &erased);
    if (failed(e)) {
        return e;
    }
    return erased ? ERR(ERR_MISSING) : ERR(ERR_KEY);
}

/* Does the first record about subject say that its key is key, number key_id?
 * Records are read through their hash, and the commitment is of the key. */
static struct err first_part_check(struct store_txn *t, struct id subject,
                                   uint64_t first_seq,
                                   const struct data_key *key)
{
    uint8_t commit[CRYPT_COMMIT_BYTES];
    struct record r;
    struct err e = log_read(t, first_seq, &r);

    if (failed(e)) {
        return e.code == ERR_MISSING ? ERR(ERR_TAMPERED) : e;
    }
    crypt_commit(&key->key, commit);
    for (size_t i = 0; i < r.part_count; i++) {
        const struct record_part *part = &r.parts[i];

        if (id_equal(part->subject, subject) && part->key_id == key->id &&
            bytes_equal_secret(commit, part->commit, sizeof(commit))) {
            return OK;
        }
    }
    return ERR(ERR_TAMPERED);
}

struct err subject_data_key(struct store_txn *t, struct id subject,
                            struct data_key *ret)
{
    struct span row = {NULL, 0};
    struct data_key found;
    struct err e = subject_row(t, subject, &row);

    if (failed(e)) {
        return e;
    }
    if (row.at == NULL || subject_state(row.at) != SUBJECT_LIVE) {
        return ERR(ERR_MISSING);
    }
    found.id = subject_key_id(row.at);
    e = subject_key_fetch(t, subject, found.id, &found.key);
    if (failed(e)) {
        return e;
    }
    e = first_part_check(t, subject, subject_first_seq(row.at), &found);
    if (!failed(e)) {
        *ret = found;
    }
    bytes_wipe(&found, sizeof(found));
    return e;
}
