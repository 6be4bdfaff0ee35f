/*
 * keys.h - one data key per subject: made ahead, used, destroyed.
 *
 * WHY     What is said about a person is sealed under that person's own key,
 *         so that one person can be erased from a log that never changes.
 * SHAPE   Keys lie in an environment of their own, which cannot commit together
 *         with the log's: so they are made ahead, the writer only takes the
 *         next id, and a key is deleted only after its erasure is in the log.
 * THREAD  store_keys_fill and store_key_destroy: bulk thread. The rest as the
 *         txn. Included through store/store.h.
 * ERRORS  as store.h.
 */
#ifndef HUTONG_STORE_KEYS_H
#define HUTONG_STORE_KEYS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "gen/tables.h"

struct store;
struct store_txn;

/* Data keys made ahead but not yet used, as the txn sees it. */
uint64_t store_keys_ahead(struct store_txn *t);
/* Bulk thread (or before serving): makes keys until `ahead` lie in wait. */
struct err store_keys_fill(struct store *s, uint64_t ahead) MUST_USE;

/*
 *   (none) --append--> LIVE --erase--> ERASED --destroy--> DESTROYED
 *
 * ERASED is a promise: table erasure lists those whose key must still go.
 */
enum subject_state {
    SUBJECT_NONE = 0,
    SUBJECT_LIVE = 1,
    SUBJECT_ERASED = 2,
    SUBJECT_DESTROYED = 3,
};
struct err store_subject_state(struct store_txn *t, struct id subject,
                               enum subject_state *ret_state) MUST_USE;
/* Called by apply of the two events. One step to the right of the picture;
 * a subject that stands there already stays; ERR_TAMPERED otherwise. */
struct err store_subject_erase(struct store_txn *t, struct id subject) MUST_USE;
struct err store_subject_destroy(struct store_txn *t,
                                 struct id subject) MUST_USE;
/* Bulk thread: deletes a data key for good, and overwrites every place in the
 * file where it may still lie; durable when it returns. Call it for a subject
 * in state ERASED only (assert). A key that is gone is no error. ERR_AGAIN: it
 * is deleted, but a reader still holds pages from before: call again later,
 * and only then let key_destroyed be true. (What a disk or its file system
 * keeps of overwritten blocks is beyond this.) */
struct err store_key_destroy(struct store *s, struct id subject) MUST_USE;

/* --------------------------------------------------- sealed side data ---- */

struct side_place { /* which row of which side table */
    enum table table;
    struct span key;
    struct id subject; /* whose data key seals it */
};

/* Seals bytes for a side table under the subject's data key, bound to the
 * table and key by its AAD; the subject must already have a key: ERR_MISSING
 * when it has none or was erased. */
struct err store_seal_side(struct store_txn *t, const struct side_place *at,
                           struct text plain, struct arena *a,
                           struct span *ret_sealed) MUST_USE;
/* ERR_MISSING as above, ERR_KEY key absent, ERR_CORRUPT not what was sealed,
 * ERR_TAMPERED (of both): table subject does not follow from the log. */
struct err store_open_side(struct store_txn *t, const struct side_place *at,
                           struct span sealed, struct arena *a,
                           struct text *ret_plain) MUST_USE;

#endif
