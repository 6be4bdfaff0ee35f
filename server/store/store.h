/*
 * store.h - the door of store/: one log, its tables, its keys.
 *
 * WHY     One ordered, hash-chained, sealed log is the truth. Everything else
 *         is made from it by apply, or stands beside it and says so.
 *         This door has four leaves: here life, transactions and tables;
 *         log.h records; keys.h what is sealed; proof.h verify and rebuild.
 * SHAPE   DIR/main/data.mdb   log + derived + side tables (schema/table/)
 *         DIR/keys/data.mdb   data keys, wrapped by the master key
 *         DIR/lock            flock: one server, rebuild or restore at a time
 *         DIR/control         unix socket of the running server (app/)
 *         the master key      a file outside DIR, 0400, 64 hex digits and LF
 *         record bytes        schema/record.md
 *         DIR/main.*, check.* what is being made; settled by the next open,
 *                             but for the scratch of a check that is running
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
 * SOURCE  server/README.md; LMDB 0.9.24 lmdb.h.
 */
#ifndef HUTONG_STORE_STORE_H
#define HUTONG_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "crypt/crypt.h"
#include "gen/tables.h" /* enum table, table_info[] {name, class} */
#include "store/keys.h"
#include "store/log.h"
#include "store/proof.h"

struct store;
struct store_txn;

/* ------------------------------------------------------------- life ---- */

enum store_made_by {
    STORE_REAL = 0,
    STORE_DEMO = 1,
    STORE_TEST = 2,      /* real but for what tests may do to it */
    STORE_DEMO_TEST = 3, /* both */
};

struct store_options {
    const char *dir;
    const char *key_path; /* master key */
    uint64_t map_bytes;   /* address space reserved for main */
    bool lock;            /* take the flock: serve, rebuild, user offline */
    bool read_only;       /* verify beside a running server: no flock, and the
                             tail is left to store_verify */
};

/* Makes DIR (0700), both environments, a log id, the master key file when it
 * does not exist (0400); fsyncs the directories. ERR_IN_USE if DIR already
 * holds a store, ERR_SYS otherwise. */
struct err store_create(const struct store_options *o,
                        enum store_made_by made_by) MUST_USE;
/* Checks in this order: files there (ERR_MISSING) and not shorter than their
 * meta pages say, pages sound (all of a small store, the ends of the tables of
 * a large one: ERR_CORRUPT), tables_version (ERR_VERSION), the master key
 * against the key check value (ERR_KEY), then the last checkpoint and the tail
 * of the log since then (at most 1024 records): hash, chain, Merkle nodes. */
struct err store_open(const struct store_options *o,
                      struct store **ret_store) MUST_USE;
void store_close(struct store *s);
enum store_made_by store_made(const struct store *s);
bool store_is_demo(const struct store *s);
/* Its clock may be a test's. */
bool store_is_for_tests(const struct store *s);
struct id store_log_id(const struct store *s);
/* A sub-key of the master key for one purpose: "idem", "draft-local",
 * "blind", "cursor", ... Deterministic. */
struct crypt_key store_derive(const struct store *s, const char *purpose);

struct store_room {
    uint64_t map_bytes, map_used_bytes; /* of main */
    uint64_t disk_free_bytes;
};
struct store_room store_room(const struct store *s);
/* Forgets the read txns of processes that have died, and says how many: as long
 * as one is remembered, no page that was freed since is used again, and the
 * files grow with each commit. Any thread; call it now and then. */
unsigned store_readers_check(struct store *s);

/* ----------------------------------------------------- transactions ---- */

struct err store_read_begin(struct store *s, struct store_txn **ret_t) MUST_USE;
struct err store_write_begin(struct store *s,
                             struct store_txn **ret_t) MUST_USE;
/* Returns after fdatasync. On any failure the txn is gone and nothing stands.
 * A txn in which a put failed commits nothing: it returns that failure. */
struct err store_commit(struct store_txn *t) MUST_USE;
/* Ends a read txn or forgets a write txn; NULL is a no-op. */
void store_end(struct store_txn *t);
/* What the txn sees (own appends included). */
struct log_position store_position(const struct store_txn *t);
struct store *store_of(const struct store_txn *t);

/* ------------------------------------------------------------ tables ---- */

/* *ret_value = {NULL,0} when absent; the at of an empty value is not NULL. */
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

#endif
