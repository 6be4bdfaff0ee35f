/*
 * inside.h - what the files of store/ share, and nobody else sees.
 *
 * WHY     One idea a file needs the bodies of struct store and store_txn in
 *         several files; outside of store/ they stay closed.
 * OWNS    see store.h. LMDB is included here and nowhere else.
 * SHAPE   DIR/main.part  an environment being made; thrown away at the start
 *         DIR/main.new   a finished one, about to become main
 *         DIR/main.old   the one that it replaces
 *         DIR/check.*    scratch of store_verify, in no hurry to be durable
 * SOURCE  LMDB 0.9.24 lmdb.h.
 */
#ifndef HUTONG_STORE_INSIDE_H
#define HUTONG_STORE_INSIDE_H

#include <limits.h>
#include <lmdb.h>

#include "store/merkle.h"
#include "store/store.h"

enum {
    KEY_BYTES_MAX = 511,          /* LMDB's MDB_MAXKEYSIZE */
    TABLES_MAX = 128,             /* LMDB's maxdbs */
    READERS_MAX = 512,            /* read txns at one time, all processes */
    TAIL_RECORDS = 1024,          /* checked by store_open */
    KEY_CHECK_BYTES = 16,         /* of the master key, in meta */
    WRAPPED_BYTES = 12 + 16 + 32, /* iv, tag, sealed data key */
};

struct store {
    char dir[PATH_MAX];
    int lock_fd; /* -1: not held */
    bool read_only;
    bool foreign; /* perhaps of another version: only its log is believed */
    MDB_env *main;
    MDB_env *keys;
    MDB_dbi tables[TABLE_COUNT];
    bool table_open[TABLE_COUNT]; /* false only in another version's store */
    MDB_dbi keys_table;
    struct id log_id;
    enum store_made_by made_by;
    struct crypt_key wrap;   /* seals data keys */
    struct crypt_key derive; /* root of store_derive */
    uint8_t *record_room;    /* where the writer builds a record */
};

struct store_txn {
    struct store *store;
    MDB_txn *main;
    MDB_txn *keys; /* snapshot of the data keys, begun when first needed */
    bool write;
    struct err broken; /* a write failed: nothing may be committed */
    struct log_position position;
    int64_t time_us;      /* of the last record */
    uint64_t next_key_id; /* the first data key that no record uses */
    bool apply_due;       /* a record stands whose apply is still missing */
    uint16_t frame_index; /* of the last record of this txn */
    uint16_t frame_count; /* 0: none yet */
};

/* ---- lmdb.c ---- */

/* What LMDB or errno say, as an err: full, corrupt, version, or system. */
struct err store_lmdb_err(int rc, const char *where) MUST_USE;
#define LMDB_ERR(rc) store_lmdb_err((rc), ERR_WHERE)
MDB_val val_of(struct span s);
struct span span_of(MDB_val v);
/* Remembers that a write txn failed; returns the first failure. */
struct err txn_failed(struct store_txn *t, int rc, const char *where) MUST_USE;
#define TXN_FAILED(t, rc) txn_failed((t), (rc), ERR_WHERE)

/* ---- room.c ---- */

/* As store_lmdb_err for a failed write below dir: an EIO that was only a disk
 * without room is ERR_FULL. */
struct err store_write_err(int rc, const char *dir, const char *where) MUST_USE;
#define WRITE_ERR(rc, dir) store_write_err((rc), (dir), ERR_WHERE)

/* ---- env.c ---- */

struct env_options {
    const char *path; /* directory */
    uint64_t map_bytes;
    bool create; /* make it when it is not there; else ERR_MISSING */
    bool read_only;
    bool throw_away; /* MDB_NOSYNC: scratch only, never a store */
};
/* Opens an environment that is there or makes one. Checks the size of the file
 * against what its meta pages say before LMDB maps it. */
struct err env_open(const struct env_options *o, MDB_env **ret_env) MUST_USE;
/* Checks that the pages of the newest snapshot are sound, all of them or, in a
 * large file unless whole is asked for, those at the end of each table. */
struct err env_check_pages(MDB_env *env, bool whole) MUST_USE;
/* Checks all pages of the log and of what stands beside it; of derived tables
 * it is only said which are damaged: a rebuild is for those. */
struct err env_check_log(MDB_env *env,
                         bool ret_damaged[static TABLE_COUNT]) MUST_USE;

/* ---- files.c ---- */

struct err path_join(const char *dir, const char *name,
                     char ret_path[static PATH_MAX]) MUST_USE;
struct err dir_make(const char *path) MUST_USE; /* 0700; there is fine */
struct err dir_sync(const char *path) MUST_USE;
struct err dir_sync_parent(const char *path) MUST_USE;
bool path_exists(const char *path);
struct err path_rename(const char *from, const char *to) MUST_USE;
/* Removes an environment's directory and its two files; absent is fine. */
struct err env_remove(const char *path) MUST_USE;
/* The flock on DIR/lock; ERR_IN_USE when another process holds it. */
struct err lock_take(const char *dir, int *ret_fd) MUST_USE;
struct err master_read(const char *path, struct crypt_key *ret_key) MUST_USE;
/* Reads it, or makes one when there is none. */
struct err master_read_or_make(const char *path,
                               struct crypt_key *ret_key) MUST_USE;

/* ---- life.c ---- */

struct main_plan { /* a main environment that is not there yet */
    const char *path;
    uint64_t map_bytes;
    struct id log_id;
    enum store_made_by made_by;
    bool throw_away; /* scratch */
};
/* Makes it, with every table, as a store without keys and without meta. */
struct err main_new(const struct main_plan *plan,
                    struct store **ret_store) MUST_USE;
/* Writes the meta row of a new main environment. */
struct err meta_write(struct store *s,
                      const uint8_t check[static KEY_CHECK_BYTES],
                      int64_t created_us) MUST_USE;
/* The value of the meta row, as a txn sees it. ERR_MISSING. */
struct err meta_read(struct store_txn *t, struct span *ret) MUST_USE;
/* As store_open; with any_version a store of other tables is opened too, for
 * store_rebuild: its tables may be absent, derived ones that are damaged count
 * as that, and its tail is not checked. */
struct err store_open_as(const struct store_options *o, bool any_version,
                         struct store **ret_store) MUST_USE;

/* ---- leftovers.c ---- */
/* DIR/main.part is finished: it becomes main, at once and for good. */
struct err main_replace(const char *dir) MUST_USE;
/* Finishes or forgets what a crash left half done in DIR. */
struct err leftovers_settle(const char *dir) MUST_USE;
/* A folder DIR/check.*; leftovers_settle lets it be while the fd is open. */
struct err scratch_make(const char *dir, char ret_path[static PATH_MAX],
                        int *ret_fd) MUST_USE;
struct err scratch_drop(const char *path, int fd) MUST_USE;

/* ---- tail.c ---- */

/* The last checkpoint, and the log since then. */
struct err tail_check(struct store *s) MUST_USE;
/* ERR_TAMPERED unless every checkpoint is of this log. */
struct err checkpoints_check(struct store_txn *t) MUST_USE;
/* Is this row a checkpoint of this log? A signed one must be. */
struct err checkpoint_judge(struct store_txn *t, struct span key,
                            struct span value, bool *ret_fits) MUST_USE;
/* The highest key in table log, 0 when it is empty. */
struct err log_last(struct store_txn *t, uint64_t *ret_seq) MUST_USE;

/* ---- txn.c, table.c ---- */

/* Whoever writes goes on from the one row of log_head, which has no hash of its
 * own. ERR_TAMPERED unless it agrees with how many records and subjects there
 * are (a key is taken by each subject, once, in order) and with the last leaf.
 */
struct err head_check(struct store_txn *t) MUST_USE;

/* table_put without the class check: for the log itself. */
struct err table_put_raw(struct store_txn *t, enum table table, struct span key,
                         struct span value, unsigned flags) MUST_USE;

/* ---- keys.c ---- */

/* The data key of id, from the txn's snapshot of the keys, renewed once when
 * it is not there. ERR_MISSING: not there; ERR_KEY: does not open. */
struct err key_fetch(struct store_txn *t, uint64_t key_id,
                     struct crypt_key *ret_key) MUST_USE;
/* The highest id in the keys environment, 0 when it holds none. */
struct err key_last(struct store_txn *t, uint64_t *ret_id) MUST_USE;
/* Is there a row for key_id now? */
struct err key_present(struct store_txn *t, uint64_t key_id,
                       bool *ret_present) MUST_USE;
/* Opens every wrapped key. ERR_KEY with the id of the first that fails. */
struct err keys_check(struct store *s, uint64_t *ret_bad_id) MUST_USE;

/* ---- log.c ---- */

/* The stored bytes of a record, as they are. ERR_MISSING. */
struct err log_bytes(struct store_txn *t, uint64_t seq,
                     struct span *ret) MUST_USE;
/* What the log says elsewhere that the hash of record seq is: the next record,
 * or for the last one log_head. */
struct err log_hash_claimed(struct store_txn *t, uint64_t seq,
                            struct hash *ret) MUST_USE;
/* May a record with these follow the last one of the txn? */
bool log_frame_follows(const struct store_txn *t, uint16_t frame_index,
                       uint16_t frame_count);

/* ---- subject.c ---- */

/* The subject's row of table subject; {NULL,0} when there is none. */
struct err subject_row(struct store_txn *t, struct id subject,
                       struct span *ret) MUST_USE;
/* The state of a subject as of now: an erasure may have been committed after a
 * txn's snapshot, and its key be gone. */
struct err subject_erased_now(struct store *s, struct id subject,
                              bool *ret) MUST_USE;
/* As key_fetch, of a subject that is live in the txn. ERR_MISSING: it has been
 * erased since; ERR_KEY: absent without that. */
struct err subject_key_fetch(struct store_txn *t, struct id subject,
                             uint64_t key_id,
                             struct crypt_key *ret_key) MUST_USE;
struct data_key {
    uint64_t id;
    struct crypt_key key;
};
/* The data key of a live subject. ERR_MISSING: it has none, or was erased;
 * ERR_KEY: absent without that; ERR_TAMPERED: the first record about the
 * subject says otherwise. */
struct err subject_data_key(struct store_txn *t, struct id subject,
                            struct data_key *ret) MUST_USE;

/* ---- replay.c ---- */

/* Appends and applies the records after to's position, up to and with until,
 * from one store to another, in batches that end with a frame. The report
 * names the record that failed. */
struct replay_plan {
    struct store *from;
    struct store *to;
    apply_fn apply; /* may be NULL: the store's own tables only */
};
struct err replay(const struct replay_plan *p, uint64_t until,
                  struct verify_report *ret) MUST_USE;
/* Compares every derived table. ERR_TAMPERED with the table in ret->what. */
struct err replay_compare(struct store_txn *a, struct store_txn *b,
                          struct verify_report *ret) MUST_USE;

/* ---- verify.c ---- */
/* Fills in what is wrong and where; returns e. */
struct err verify_report(struct verify_report *ret, struct err e,
                         const char *what, uint64_t seq) MUST_USE;
/* Every record, leaf, node and checkpoint; keys if the store has them. */
struct err verify_log(struct store *s, struct verify_report *ret) MUST_USE;

#endif
