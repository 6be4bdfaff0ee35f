/*
 * proof.h - is the store what its log says, and making it so.
 *
 * WHY     Tables are only believed because they can be made again and compared.
 * THREAD  verify: any but the writer's and the loop's (it takes long). rebuild:
 *         before anything else is open. Included through store/store.h.
 * ERRORS  as store.h.
 */
#ifndef HUTONG_STORE_PROOF_H
#define HUTONG_STORE_PROOF_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "store/log.h"

struct store;
struct store_options;

/* model/ hands its apply down, so that store/ can replay without knowing the
 * domain. Must be deterministic (server/README.md). */
typedef struct err (*apply_fn)(struct store_txn *t, const struct record *r);

struct verify_report {
    uint64_t records;
    uint64_t bad_seq; /* 0, or the first record that is wrong */
    char what[40];    /* of a record: "hash" "chain" "frame" "layout" "key"
                         "apply"; of the rest: "pages" "keys" "log"
                         "checkpoint" "scratch" "table:case_head" ... */
    struct log_position head;
    struct hash root;
    uint64_t checkpoints_dropped; /* by a rebuild: unsigned, not of this log */
};

/* The structure of every page of both environments; every record's hash and
 * chain; Merkle leaves, nodes and root; checkpoints; every part's key present,
 * as table subject says, and every key opening. With apply: replays into a
 * scratch store DIR/check.* and compares every derived table byte for byte;
 * ERR_FULL when the disk has no room for that beside the store. Returns
 * ERR_TAMPERED, ERR_CORRUPT or ERR_KEY with the report filled: a record whose
 * hash is neither its leaf nor what the next record says is bad_seq itself.
 * Works beside a running server, in its process or on a read-only store in
 * another: the log is read in snapshots renewed by key, but the pages and the
 * comparison each hold one snapshot for as long as they take. */
struct err store_verify(struct store *s, apply_fn apply_or_null,
                        struct verify_report *ret) MUST_USE;
/* Rebuilds main beside DIR/main from the log (side tables copied, without
 * unsigned checkpoints that do not fit), verifies, renames. The store must not
 * be open elsewhere; the flock is taken whatever o->lock says. The old derived
 * tables are not believed, and may be damaged, but that the log ends where
 * log_head or the last leaf says. A crash leaves the old store or the new one.
 */
struct err store_rebuild(const struct store_options *o, apply_fn apply,
                         struct verify_report *ret) MUST_USE;

#endif
