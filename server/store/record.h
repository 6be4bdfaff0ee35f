/*
 * record.h - a record's bytes, made and taken apart, without any store.
 *
 * WHY     The worked example of schema/record.md needs fixed keys and IVs: this
 *         is where a test hands them in, so that log.c needs no switch for it.
 * SHAPE   schema/record.md.
 * THREAD  pure functions; any.
 */
#ifndef HUTONG_STORE_RECORD_H
#define HUTONG_STORE_RECORD_H

#include "store/store.h"

enum {
    RECORD_FORMAT = 1,
    RECORD_SUITE = 1, /* SHA-256, AES-256-GCM, HMAC-SHA-256 */
    RECORD_HEADER_BYTES = 224,
    RECORD_PART_BYTES = 76, /* of a part before its cipher text */
    RECORD_AT_PREV_HASH = 192,
};

struct part_lock { /* what one part is sealed with */
    uint64_t key_id;
    struct crypt_key key;
    uint8_t iv[CRYPT_IV_BYTES];
};

struct record_plan { /* all borrowed until the call returns */
    const struct frame_head *head;
    const struct event_plain *event;
    struct id log_id;
    uint32_t epoch;
    struct log_position before;
    const struct part_lock *locks; /* one for each part */
};

/* The size of the event's record; 0 when it passes a bound of limits.h. */
size_t record_size(const struct event_plain *e);
/* Writes record_size(plan->event) bytes. */
void record_seal(const struct record_plan *plan, uint8_t *ret_bytes);
/* The AAD of a part is header || open || its index: two pieces. */
struct err record_open_part(const struct record *r, size_t part_index,
                            const struct crypt_key *key,
                            uint8_t *ret_plain) MUST_USE;

#endif
