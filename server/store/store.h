/*
 * store.h - the door of store/: one log, its tables, its keys.
 *
 * WHY     One ordered, hash-chained, sealed log is the truth. Everything else
 *         is made from it by apply, or stands beside it and says so.
 * SHAPE   DIR/main/data.mdb   log + derived + side tables (schema/table/)
 *         DIR/keys/data.mdb   data keys, wrapped by the master key
 *         DIR/lock            flock: one server, rebuild or restore at a time
 *         DIR/control         unix socket of the running server (app/)
 *         the master key      a file outside DIR, 0400, 64 hex digits and LF
 *         record bytes        schema/record.md
 * UNITS   seq: 1-based, dense. times: microseconds since 1970 UTC.
 * OWNS    both LMDB environments and the flock. A span read from a txn lives
 *         until that txn ends (write txn: until the next put).
 * THREAD  one write txn at a time, on the writer's thread. Read txns on any
 *         thread, each used by one thread at a time (MDB_NOTLS).
 *         store_keys_fill on the bulk thread only.
 * ERRORS  ERR_FULL disk or map full, txn must be aborted; ERR_CORRUPT bytes
 *         that do not parse or whose hash is wrong; ERR_TAMPERED chain, Merkle
 *         or table does not follow; ERR_KEY wrong master or absent data key;
 *         ERR_IN_USE; ERR_VERSION tables of another layout; ERR_SYS the rest.
 * SOURCE  ARCHITECTURE.md 3-4 as kept in server/README.md; LMDB 0.9.24 lmdb.h.
 */
#ifndef HUTONG_STORE_STORE_H
#define HUTONG_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "codec/codec.h"
#include "crypt/crypt.h"
#include "gen/tables.h" /* enum table, table_info[] {name, class} */

struct store;
struct store_txn;

struct log_position {
    uint64_t seq;     /* 0: empty log */
    struct hash hash; /* leaf of record seq; zero for the empty log */
};

/* ------------------------------------------------------------- life ---- */

enum store_made_by { STORE_REAL = 0, STORE_DEMO = 1, STORE_TEST = 2 };

struct store_options {
    const char *dir;
    const char *key_path; /* master key */
    uint64_t map_bytes;   /* address space reserved for main */
    bool lock;            /* take the flock: serve, rebuild, user offline */
    bool read_only;       /* verify beside a running server: no flock */
};

/* Makes DIR (0700), both environments, a log id, the master key file when it
 * does not exist (0400); fsyncs the directories. ERR_IN_USE if DIR already
 * holds a store, ERR_SYS otherwise. */
struct err store_create(const struct store_options *o,
                        enum store_made_by made_by) MUST_USE;
/* Checks in this order: files there and not shorter than me_last_pgno says
 * (ERR_CORRUPT), tables_version (ERR_VERSION), the master key against the key
 * check value (ERR_KEY), then the tail of the log since the last checkpoint
 * (at most 1024 records): hash, chain, Merkle root. */
struct err store_open(const struct store_options *o,
                      struct store **ret_store) MUST_USE;
void store_close(struct store *s);
enum store_made_by store_made(const struct store *s);
struct id store_log_id(const struct store *s);
/* A sub-key of the master key for one purpose: "idem", "draft-local",
 * "blind", "cursor", ... Deterministic. */
struct crypt_key store_derive(const struct store *s, const char *purpose);

struct store_room {
    uint64_t map_bytes, map_used_bytes; /* of main */
    uint64_t disk_free_bytes;
};
struct store_room store_room(const struct store *s);

/* ----------------------------------------------------- transactions ---- */

struct err store_read_begin(struct store *s, struct store_txn **ret_t) MUST_USE;
struct err store_write_begin(struct store *s,
                             struct store_txn **ret_t) MUST_USE;
/* Returns after fdatasync. On any failure the txn is gone and nothing stands.
 */
struct err store_commit(struct store_txn *t) MUST_USE;
/* Ends a read txn or forgets a write txn; NULL is a no-op. */
void store_end(struct store_txn *t);
/* What the txn sees (own appends included). */
struct log_position store_position(const struct store_txn *t);
struct store *store_of(const struct store_txn *t);

/* ------------------------------------------------------------ tables ---- */

/* *ret_value = {NULL,0} when absent. */
struct err table_get(struct store_txn *t, enum table table, struct span key,
                     struct span *ret_value) MUST_USE;
struct err table_put(struct store_txn *t, enum table table, struct span key,
                     struct span value) MUST_USE;
/* Absent is not an error. */
struct err table_delete(struct store_txn *t, enum table table,
                        struct span key) MUST_USE;
uint64_t table_count(struct store_txn *t, enum table table);

/* A walk in key order; end it before its txn. In a write txn a put or delete
 * to the same table ends what the walk may promise. */
struct table_walk;
struct err table_walk_begin(struct store_txn *t, enum table table,
                            struct table_walk **ret_w) MUST_USE;
/* First entry with key >= from (forward) or the last with key <= from (not
 * forward); an empty from means the very first / last. False: none. */
bool table_walk_seek(struct table_walk *w, struct span from, bool forward,
                     struct span *ret_key, struct span *ret_value);
bool table_walk_next(struct table_walk *w, bool forward, struct span *ret_key,
                     struct span *ret_value);
/* ERR_NONE, or what stopped the walk early. */
struct err table_walk_end(struct table_walk *w) MUST_USE;

/* --------------------------------------------------------------- log ---- */

enum record_flag { RECORD_TRAINING = 1, RECORD_LATE_ENTRY = 2 };

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
 * a derived table: call store_apply next. ERR_AGAIN: key pool empty. */
struct err log_append(struct store_txn *t, const struct frame_head *h,
                      const struct event_plain *e,
                      struct record *ret_record) MUST_USE;
/* Puts a record's bytes unchanged (rebuild, restore); checks the chain. */
struct err log_append_raw(struct store_txn *t, struct span bytes,
                          struct record *ret_record) MUST_USE;
/* The store's own derived tables: merkle, subject, idempotency, counters.
 * Deterministic from the record and the tables alone. */
struct err store_apply(struct store_txn *t, const struct record *r) MUST_USE;
/* ERR_MISSING beyond the end. The hash is checked against the next record's
 * prev_hash, or the head for the last. */
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

/* --------------------------------------------------- sealed side data ---- */

/* Seals bytes for a side table under the subject's data key, bound to the
 * table and key by its AAD; the subject must already have a key. */
struct err store_seal_side(struct store_txn *t, enum table table,
                           struct span key, struct id subject,
                           struct text plain, struct arena *a,
                           struct span *ret_sealed) MUST_USE;
struct err store_open_side(struct store_txn *t, enum table table,
                           struct span key, struct id subject,
                           struct span sealed, struct arena *a,
                           struct text *ret_plain) MUST_USE;

/* -------------------------------------------------------------- keys ---- */

/* Data keys made ahead but not yet used, as the txn sees it. */
uint64_t store_keys_ahead(struct store_txn *t);
/* Bulk thread (or before serving): makes keys until `ahead` lie in wait. */
struct err store_keys_fill(struct store *s, uint64_t ahead) MUST_USE;

/* ------------------------------------------------------------ proving ---- */

/* model/ hands its apply down, so that store/ can replay without knowing the
 * domain. Must be deterministic (ARCHITECTURE 2). */
typedef struct err (*apply_fn)(struct store_txn *t, const struct record *r);

struct verify_report {
    uint64_t records;
    uint64_t bad_seq; /* 0, or the first record that is wrong */
    const char *what; /* "chain" "merkle" "hash" "table:case_head" ... */
    struct log_position head;
    struct hash root;
};

/* Sizes, every record's hash and chain, Merkle nodes and root, every part's
 * key present; with apply: replays into a scratch store beside DIR and compares
 * every derived table byte for byte. Returns ERR_TAMPERED / ERR_CORRUPT with
 * the report filled. Works on a read-only store beside a running server (one
 * snapshot, renewed by key). */
struct err store_verify(struct store *s, apply_fn apply_or_null,
                        struct verify_report *ret) MUST_USE;
/* Rebuilds main beside DIR/main from the log (side tables copied), verifies,
 * renames. The store must not be open elsewhere; o->lock is taken. */
struct err store_rebuild(const struct store_options *o, apply_fn apply,
                         struct verify_report *ret) MUST_USE;

#endif
