/*
 * record.c - the fixed layout of schema/record.md, in both directions.
 *
 * Reading trusts nothing: every size is checked before it is used, and every
 * byte that means nothing must be zero, so that one record has one spelling.
 */
#include "store/record.h"

#include <assert.h>
#include <string.h>

enum {
    AT_MAGIC = 0,
    AT_FORMAT = 4,
    AT_SUITE = 5,
    AT_APPLY_VERSION = 6,
    AT_FLAGS = 8,
    AT_EVENT_TYPE = 10,
    AT_EVENT_VERSION = 12,
    AT_PART_COUNT = 14,
    AT_RECORD_BYTES = 16,
    AT_OPEN_BYTES = 20,
    AT_LOG_ID = 24,
    AT_EPOCH = 40,
    AT_TERRITORY = 44,
    AT_SEQ = 48,
    AT_FRAME_INDEX = 56,
    AT_FRAME_COUNT = 58,
    AT_IDEM_DAY = 60,
    AT_TIME_US = 64,
    AT_OCCURRED_US = 72,
    AT_ACTOR = 80,
    AT_UNIT = 96,
    AT_ROLE = 112,
    AT_RESERVED = 120,
    AT_SESSION = 128,
    AT_IDEM_KEY = 144,
    AT_IDEM_MAC = 160,
    AT_OBJECT = 176,
    AT_PREV_HASH = RECORD_AT_PREV_HASH,
    AT_OPEN = RECORD_HEADER_BYTES,
};

enum { /* within a part */
       PART_SUBJECT = 0,
       PART_KEY_ID = 16,
       PART_CLASS = 24,
       PART_PAD = 25,
       PART_CIPHER_BYTES = 28,
       PART_COMMIT = 32,
       PART_IV = 48,
       PART_TAG = 60,
       PART_CIPHER = RECORD_PART_BYTES,
};

static_assert(AT_PREV_HASH + HASH_BYTES == RECORD_HEADER_BYTES, "header size");
static_assert(PART_TAG + CRYPT_TAG_BYTES == PART_CIPHER, "part size");

static const uint8_t magic[4] = {'H', 'T', 'R', '1'};
static const uint8_t leaf_prefix = 0x00;

size_t record_size(const struct event_plain *e)
{
    size_t size = RECORD_HEADER_BYTES;

    if (e->open.size > LIMIT_OPEN_BYTES || e->part_count > LIMIT_PARTS) {
        return 0;
    }
    size += e->open.size;
    for (size_t i = 0; i < e->part_count; i++) {
        if (e->parts[i].json.size > LIMIT_PART_BYTES) {
            return 0;
        }
        size += RECORD_PART_BYTES + e->parts[i].json.size;
    }
    return size <= LIMIT_RECORD_BYTES ? size : 0;
}

/* ---- writing ---- */

static void put_header(const struct record_plan *plan, size_t size, uint8_t *p)
{
    const struct frame_head *h = plan->head;
    const struct event_plain *e = plan->event;

    memset(p, 0, RECORD_HEADER_BYTES);
    memcpy(p + AT_MAGIC, magic, sizeof(magic));
    p[AT_FORMAT] = RECORD_FORMAT;
    p[AT_SUITE] = RECORD_SUITE;
    store_u16le(p + AT_APPLY_VERSION, STORE_APPLY_VERSION);
    store_u16le(p + AT_FLAGS, h->flags);
    store_u16le(p + AT_EVENT_TYPE, e->type);
    store_u16le(p + AT_EVENT_VERSION, e->version);
    store_u16le(p + AT_PART_COUNT, (uint16_t)e->part_count);
    store_u32le(p + AT_RECORD_BYTES, (uint32_t)size);
    store_u32le(p + AT_OPEN_BYTES, (uint32_t)e->open.size);
    memcpy(p + AT_LOG_ID, plan->log_id.bytes, ID_BYTES);
    store_u32le(p + AT_EPOCH, plan->epoch);
    store_u32le(p + AT_TERRITORY, e->territory);
    store_u64le(p + AT_SEQ, plan->before.seq + 1);
    store_u16le(p + AT_FRAME_INDEX, h->frame_index);
    store_u16le(p + AT_FRAME_COUNT, h->frame_count);
    store_u32le(p + AT_IDEM_DAY, h->idem_day);
    store_u64le(p + AT_TIME_US, (uint64_t)h->time_us);
    store_u64le(p + AT_OCCURRED_US,
                (uint64_t)(e->occurred_us != 0 ? e->occurred_us : h->time_us));
    memcpy(p + AT_ACTOR, h->actor.bytes, ID_BYTES);
    memcpy(p + AT_UNIT, h->unit, sizeof(h->unit));
    memcpy(p + AT_ROLE, h->role, sizeof(h->role));
    memcpy(p + AT_SESSION, h->session.bytes, ID_BYTES);
    memcpy(p + AT_IDEM_KEY, h->idem_key, sizeof(h->idem_key));
    memcpy(p + AT_IDEM_MAC, h->idem_mac, sizeof(h->idem_mac));
    memcpy(p + AT_OBJECT, e->object.bytes, ID_BYTES);
    memcpy(p + AT_PREV_HASH, plan->before.hash.bytes, HASH_BYTES);
}

/* Seals one part; head is header || open, which must stand already. */
static size_t put_part(const struct part_plain *plain,
                       const struct part_lock *lock, size_t part_index,
                       struct span head, uint8_t *p)
{
    uint8_t index[2];
    struct crypt_box box = {.key = &lock->key,
                            .iv = lock->iv,
                            .aad = head,
                            .aad_more = SPAN(index, sizeof(index))};

    store_u16le(index, (uint16_t)part_index);
    memcpy(p + PART_SUBJECT, plain->subject.bytes, ID_BYTES);
    store_u64le(p + PART_KEY_ID, lock->key_id);
    p[PART_CLASS] = plain->part_class;
    memset(p + PART_PAD, 0, PART_CIPHER_BYTES - PART_PAD);
    store_u32le(p + PART_CIPHER_BYTES, (uint32_t)plain->json.size);
    crypt_commit(&lock->key, p + PART_COMMIT);
    memcpy(p + PART_IV, lock->iv, CRYPT_IV_BYTES);
    crypt_seal_box(&box, SPAN(plain->json.at, plain->json.size),
                   p + PART_CIPHER, p + PART_TAG);
    return RECORD_PART_BYTES + plain->json.size;
}

void record_seal(const struct record_plan *plan, uint8_t *ret_bytes)
{
    const struct event_plain *e = plan->event;
    size_t size = record_size(e);
    size_t at = RECORD_HEADER_BYTES;
    struct span head;

    assert(size > 0);
    put_header(plan, size, ret_bytes);
    if (e->open.size > 0) {
        memcpy(ret_bytes + at, e->open.at, e->open.size);
    }
    at += e->open.size;
    head = SPAN(ret_bytes, at);
    for (size_t i = 0; i < e->part_count; i++) {
        at += put_part(&e->parts[i], &plan->locks[i], i, head, ret_bytes + at);
    }
    assert(at == size);
}

/* ---- reading ---- */

static bool fixed_bytes_valid(struct span in)
{
    const uint8_t *p = in.at;

    return memcmp(p + AT_MAGIC, magic, sizeof(magic)) == 0 &&
           p[AT_FORMAT] == RECORD_FORMAT && p[AT_SUITE] == RECORD_SUITE &&
           load_u32le(p + AT_RECORD_BYTES) == in.size &&
           load_u32le(p + AT_OPEN_BYTES) <= LIMIT_OPEN_BYTES &&
           load_u32le(p + AT_OPEN_BYTES) <= in.size - RECORD_HEADER_BYTES &&
           load_u16le(p + AT_PART_COUNT) <= LIMIT_PARTS &&
           load_u64le(p + AT_SEQ) > 0 &&
           load_u16le(p + AT_FRAME_INDEX) < load_u16le(p + AT_FRAME_COUNT) &&
           load_u16le(p + AT_FRAME_COUNT) <= LIMIT_FRAME_EVENTS &&
           bytes_all_zero(p + AT_RESERVED, AT_SESSION - AT_RESERVED);
}

static struct frame_head take_head(const uint8_t *p)
{
    struct frame_head h = {
        .time_us = (int64_t)load_u64le(p + AT_TIME_US),
        .flags = load_u16le(p + AT_FLAGS),
        .frame_index = load_u16le(p + AT_FRAME_INDEX),
        .frame_count = load_u16le(p + AT_FRAME_COUNT),
        .idem_day = load_u32le(p + AT_IDEM_DAY),
    };

    memcpy(h.idem_key, p + AT_IDEM_KEY, sizeof(h.idem_key));
    memcpy(h.idem_mac, p + AT_IDEM_MAC, sizeof(h.idem_mac));
    memcpy(h.actor.bytes, p + AT_ACTOR, ID_BYTES);
    memcpy(h.unit, p + AT_UNIT, sizeof(h.unit));
    memcpy(h.role, p + AT_ROLE, sizeof(h.role));
    memcpy(h.session.bytes, p + AT_SESSION, ID_BYTES);
    return h;
}

/* Takes one part off the front of *rest; false when it does not fit. */
static bool take_part(struct span *rest, struct record_part *ret)
{
    const uint8_t *p = rest->at;
    size_t bytes;

    if (rest->size < RECORD_PART_BYTES) {
        return false;
    }
    bytes = load_u32le(p + PART_CIPHER_BYTES);
    if (bytes > LIMIT_PART_BYTES || bytes > rest->size - RECORD_PART_BYTES ||
        !bytes_all_zero(p + PART_PAD, PART_CIPHER_BYTES - PART_PAD) ||
        load_u64le(p + PART_KEY_ID) == 0) {
        return false;
    }
    memcpy(ret->subject.bytes, p + PART_SUBJECT, ID_BYTES);
    ret->key_id = load_u64le(p + PART_KEY_ID);
    ret->part_class = p[PART_CLASS];
    ret->commit = p + PART_COMMIT;
    ret->iv = p + PART_IV;
    ret->tag = p + PART_TAG;
    ret->cipher = SPAN(p + PART_CIPHER, bytes);
    *rest = SPAN(p + PART_CIPHER + bytes, rest->size - PART_CIPHER - bytes);
    return true;
}

static void take_fields(struct span bytes, struct record *r)
{
    const uint8_t *p = bytes.at;

    r->bytes = bytes;
    r->position.seq = load_u64le(p + AT_SEQ);
    r->position.hash = crypt_sha256_prefixed(leaf_prefix, bytes, SPAN(NULL, 0));
    r->head = take_head(p);
    memcpy(r->log_id.bytes, p + AT_LOG_ID, ID_BYTES);
    r->epoch = load_u32le(p + AT_EPOCH);
    r->type = load_u16le(p + AT_EVENT_TYPE);
    r->version = load_u16le(p + AT_EVENT_VERSION);
    r->apply_version = load_u16le(p + AT_APPLY_VERSION);
    r->territory = load_u32le(p + AT_TERRITORY);
    r->occurred_us = (int64_t)load_u64le(p + AT_OCCURRED_US);
    memcpy(r->object.bytes, p + AT_OBJECT, ID_BYTES);
    memcpy(r->prev_hash.bytes, p + AT_PREV_HASH, HASH_BYTES);
    r->open.at = (const char *)p + AT_OPEN;
    r->open.size = load_u32le(p + AT_OPEN_BYTES);
    r->part_count = load_u16le(p + AT_PART_COUNT);
}

struct err record_parse(struct span bytes, struct record *ret_record)
{
    struct record r = {.part_count = 0};
    struct span rest;

    if (bytes.size < RECORD_HEADER_BYTES || bytes.size > LIMIT_RECORD_BYTES ||
        !fixed_bytes_valid(bytes)) {
        return ERR(ERR_CORRUPT);
    }
    take_fields(bytes, &r);
    rest = SPAN(bytes.at + AT_OPEN + r.open.size,
                bytes.size - AT_OPEN - r.open.size);
    for (size_t i = 0; i < r.part_count; i++) {
        if (!take_part(&rest, &r.parts[i])) {
            return ERR(ERR_CORRUPT);
        }
    }
    if (rest.size != 0) {
        return ERR(ERR_CORRUPT);
    }
    *ret_record = r;
    return OK;
}

struct err record_open_part(const struct record *r, size_t part_index,
                            const struct crypt_key *key, uint8_t *ret_plain)
{
    const struct record_part *part = &r->parts[part_index];
    uint8_t commit[CRYPT_COMMIT_BYTES];
    uint8_t index[2];
    struct crypt_box box = {
        .key = key,
        .iv = part->iv,
        .aad = SPAN(r->bytes.at, AT_OPEN + r->open.size),
        .aad_more = SPAN(index, sizeof(index)),
    };

    assert(part_index < r->part_count);
    store_u16le(index, (uint16_t)part_index);
    crypt_commit(key, commit);
    if (!bytes_equal_secret(commit, part->commit, sizeof(commit))) {
        return ERR(ERR_CORRUPT);
    }
    return crypt_open_box(&box, part->cipher, part->tag, ret_plain);
}
