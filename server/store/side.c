/*
 * side.c - rows of side tables sealed under a subject's data key.
 *
 * SHAPE   key id u64le | commit[16] | iv[12] | tag[16] | cipher text.
 *         AAD = "side" | log id | table number u8 | subject | the row's key, so
 *         that a sealed row opens in its own place only.
 */
#include <assert.h>
#include <string.h>

#include "store/inside.h"

enum {
    LABEL_BYTES = 4,
    AT_KEY_ID = 0,
    AT_COMMIT = 8,
    AT_IV = AT_COMMIT + CRYPT_COMMIT_BYTES,
    AT_TAG = AT_IV + CRYPT_IV_BYTES,
    AT_CIPHER = AT_TAG + CRYPT_TAG_BYTES,
    AAD_BYTES = LABEL_BYTES + ID_BYTES + 1 + ID_BYTES,
};

static const uint8_t label[LABEL_BYTES] = {'s', 'i', 'd', 'e'};

static void side_aad(const struct store_txn *t, const struct side_place *at,
                     uint8_t ret_aad[static AAD_BYTES])
{
    assert((unsigned)at->table < TABLE_COUNT);
    assert(table_info[at->table].class == TABLE_CLASS_SIDE);
    memcpy(ret_aad, label, sizeof(label));
    memcpy(ret_aad + LABEL_BYTES, t->store->log_id.bytes, ID_BYTES);
    ret_aad[LABEL_BYTES + ID_BYTES] = table_info[at->table].number;
    memcpy(ret_aad + LABEL_BYTES + ID_BYTES + 1, at->subject.bytes, ID_BYTES);
}

struct err store_seal_side(struct store_txn *t, const struct side_place *at,
                           struct text plain, struct arena *a,
                           struct span *ret_sealed)
{
    uint8_t aad[AAD_BYTES];
    struct data_key key;
    struct crypt_box box = {.key = &key.key, .aad_more = at->key};
    uint8_t *p;
    struct err e = subject_data_key(t, at->subject, &key);

    if (failed(e)) {
        return e;
    }
    p = plain.size <= LIMIT_PART_BYTES ? arena_take(a, AT_CIPHER + plain.size)
                                       : NULL;
    if (p == NULL) {
        bytes_wipe(&key, sizeof(key));
        return ERR(ERR_LIMIT);
    }
    side_aad(t, at, aad);
    store_u64le(p + AT_KEY_ID, key.id);
    crypt_commit(&key.key, p + AT_COMMIT);
    crypt_random(p + AT_IV, CRYPT_IV_BYTES);
    box.iv = p + AT_IV;
    box.aad = SPAN(aad, sizeof(aad));
    crypt_seal_box(&box, SPAN(plain.at, plain.size), p + AT_CIPHER, p + AT_TAG);
    bytes_wipe(&key, sizeof(key));
    *ret_sealed = SPAN(p, AT_CIPHER + plain.size);
    return OK;
}

static struct err open_with(const struct crypt_box *box, struct span sealed,
                            struct arena *a, struct text *ret_plain)
{
    struct span cipher = SPAN(sealed.at + AT_CIPHER, sealed.size - AT_CIPHER);
    uint8_t commit[CRYPT_COMMIT_BYTES];
    uint8_t *plain;
    struct err e;

    crypt_commit(box->key, commit);
    if (!bytes_equal_secret(commit, sealed.at + AT_COMMIT, sizeof(commit))) {
        return ERR(ERR_CORRUPT);
    }
    plain = arena_take(a, cipher.size);
    if (plain == NULL) {
        return ERR(ERR_LIMIT);
    }
    e = crypt_open_box(box, cipher, sealed.at + AT_TAG, plain);
    if (!failed(e)) {
        *ret_plain = (struct text){(const char *)plain, cipher.size};
    }
    return e;
}

struct err store_open_side(struct store_txn *t, const struct side_place *at,
                           struct span sealed, struct arena *a,
                           struct text *ret_plain)
{
    uint8_t aad[AAD_BYTES];
    struct data_key key;
    struct crypt_box box = {.key = &key.key, .aad_more = at->key};
    struct err e = subject_data_key(t, at->subject, &key);

    if (failed(e)) {
        return e;
    }
    if (sealed.size < AT_CIPHER ||
        load_u64le(sealed.at + AT_KEY_ID) != key.id) {
        e = ERR(ERR_CORRUPT);
    } else {
        side_aad(t, at, aad);
        box.iv = sealed.at + AT_IV;
        box.aad = SPAN(aad, sizeof(aad));
        e = open_with(&box, sealed, a, ret_plain);
    }
    bytes_wipe(&key, sizeof(key));
    return e;
}
