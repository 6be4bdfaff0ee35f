/*
 * log.h - records: appended, read, applied, looked up.
 *
 * WHY     The log is the truth; a record is read only through its hash.
 * SHAPE   schema/record.md. A frame is the records of one command.
 * OWNS    nothing: a record borrows, as store.h says of spans.
 * THREAD  as the txn. Included through store/store.h.
 * ERRORS  as store.h.
 */
#ifndef HUTONG_STORE_LOG_H
#define HUTONG_STORE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "codec/codec.h"

struct store_txn;

struct log_position {
    uint64_t seq;     /* 0: empty log */
    struct hash hash; /* leaf of record seq; zero for the empty log */
};

enum record_flag { RECORD_TRAINING = 1, RECORD_LATE_ENTRY = 2 };

/* Of the rules by which apply reads an event; stands in each record. */
enum { STORE_APPLY_VERSION = 1 };

/* What a frame's records share; taken from the command and its actor. */
struct frame_head {
    int64_t time_us; /* >= the last record's (assert) */
    uint16_t flags;
    uint16_t frame_index;
    uint16_t frame_count;
    uint32_t idem_day; /* 0: no idempotency key */
    uint8_t idem_key[16];
    uint8_t idem_mac[16];
    struct id actor; /* account; zero = the system */
    char unit[16];   /* unit code, zero padded */
    char role[8];    /* "R-AGT", zero padded */
    struct id session;
};

struct record_part { /* borrowed from the record's bytes */
    struct id subject;
    uint64_t key_id;
    uint8_t part_class;
    const uint8_t *commit, *iv, *tag;
    struct span cipher;
};

struct record { /* a parsed, hash-checked record; borrows */
    struct span bytes;
    struct log_position position;
    struct id log_id;
    uint32_t epoch;
    struct frame_head head;
    uint16_t type, version, apply_version;
    uint32_t territory;
    int64_t occurred_us;
    struct id object;
    struct hash prev_hash;
    struct text open;
    size_t part_count;
    struct record_part parts[LIMIT_PARTS];
};

/* Seals the parts (a subject without a key gets the next one of the pool),
 * chains, and puts the record. Fresh IVs come from the kernel. Does not touch
 * a derived table: call store_apply next (assert). The record's bytes live
 * until the next log_append of this txn, whatever is put meanwhile. A frame's
 * events come one after the other, frame_index 0 to frame_count - 1 (assert),
 * and a frame that was begun is finished before the commit. ERR_LIMIT: larger
 * than limits.h allows. ERR_AGAIN: key pool empty. ERR_MISSING: a subject of
 * the event was erased. ERR_KEY: its key is absent without that. ERR_TAMPERED:
 * the first record about it names another key. Of all these nothing was put. */
struct err log_append(struct store_txn *t, const struct frame_head *h,
                      const struct event_plain *e,
                      struct record *ret_record) MUST_USE;
/* Puts a record's bytes unchanged (rebuild, restore); checks chain, log id,
 * time and frame: ERR_TAMPERED. The record borrows bytes. */
struct err log_append_raw(struct store_txn *t, struct span bytes,
                          struct record *ret_record) MUST_USE;
/* The store's own derived tables: merkle, subject, idempotency, counters.
 * Deterministic from the record and the tables alone. */
struct err store_apply(struct store_txn *t, const struct record *r) MUST_USE;
/* ERR_MISSING beyond the end. The hash is checked against its leaf, and where
 * that differs against the next record's prev_hash; for the last against the
 * head. */
struct err log_read(struct store_txn *t, uint64_t seq,
                    struct record *ret_record) MUST_USE;
/* Parses bytes alone (no chain). */
struct err record_parse(struct span bytes, struct record *ret_record) MUST_USE;
/* Decrypts one part. ERR_MISSING: the subject was erased (table subject says
 * so). ERR_KEY: the key is absent without an erasure. ERR_CORRUPT: tag. */
struct err log_open_part(struct store_txn *t, const struct record *r,
                         size_t part_index, struct arena *a,
                         struct text *ret_json) MUST_USE;
/* RFC 6962 root over all leaves seen by the txn. */
struct err log_merkle_root(struct store_txn *t, struct hash *ret_root) MUST_USE;
/* Notes in table checkpoint that the log was this at its present end: a later
 * open or verify holds it to that. note: the signed text, may be empty. */
struct err log_checkpoint(struct store_txn *t, int64_t time_us,
                          struct text note) MUST_USE;

/* Looks up an earlier frame with the same (day, key). */
struct idem_found {
    bool found;
    uint8_t mac[16];
    uint64_t first_seq;
    struct id object;
};
struct err log_idempotent(struct store_txn *t, uint32_t day,
                          const uint8_t key[static 16],
                          struct idem_found *ret) MUST_USE;

#endif
