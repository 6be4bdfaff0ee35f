/*
 * merkle.h - the tree over the records, inside of store/.
 *
 * UNITS   index: of a leaf, 0-based; record seq is leaf seq - 1.
 * THREAD  as the txn. Included through store/inside.h.
 * ERRORS  as store.h.
 * SOURCE  RFC 6962, section 2.1.
 */
#ifndef HUTONG_STORE_MERKLE_H
#define HUTONG_STORE_MERKLE_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

struct store_txn;

/* Puts leaf number index and every node that it completes. */
struct err merkle_add(struct store_txn *t, uint64_t index,
                      struct hash leaf) MUST_USE;
/* ERR_TAMPERED unless leaf number index and every node that it completes are
 * stored as they must be. */
struct err merkle_check(struct store_txn *t, uint64_t index,
                        struct hash leaf) MUST_USE;
/* The stored leaf; ERR_MISSING when there is none. */
struct err merkle_leaf(struct store_txn *t, uint64_t index,
                       struct hash *ret) MUST_USE;
/* Root over the first count leaves. */
struct err merkle_root(struct store_txn *t, uint64_t count,
                       struct hash *ret) MUST_USE;
/* Rows of the table for count leaves. */
uint64_t merkle_rows(uint64_t count);

#endif
