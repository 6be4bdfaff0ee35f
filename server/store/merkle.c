/*
 * merkle.c - the tree of RFC 6962 over the records, as rows.
 *
 * Row (level, index) covers leaves index * 2^level up to the next multiple.
 * Only complete nodes are stored, so that no row is ever rewritten, and the
 * root of any earlier length can still be computed. Level 0 repeats the hash
 * of each record: when a record and its hash no longer agree, it tells whether
 * the record was changed or the one after it.
 */
#include <assert.h>
#include <string.h>

#include "store/inside.h"

enum { NODE_PREFIX = 0x01, LEVELS = 64 };

static struct hash node_of(struct hash left, struct hash right)
{
    return crypt_sha256_prefixed(NODE_PREFIX, SPAN(left.bytes, HASH_BYTES),
                                 SPAN(right.bytes, HASH_BYTES));
}

static bool hash_equal(struct hash a, struct hash b)
{
    return memcmp(a.bytes, b.bytes, HASH_BYTES) == 0;
}

static struct err node_put(struct store_txn *t, uint8_t level, uint64_t index,
                           struct hash h)
{
    uint8_t key[MERKLE_KEY_BYTES];
    uint8_t value[MERKLE_BYTES] = {0};

    merkle_key(key, level, index);
    merkle_set_hash(value, h);
    return table_put(t, TABLE_MERKLE, SPAN(key, sizeof(key)),
                     SPAN(value, sizeof(value)));
}

static struct err node_get(struct store_txn *t, uint8_t level, uint64_t index,
                           struct hash *ret)
{
    uint8_t key[MERKLE_KEY_BYTES];
    struct span value;
    struct err e;

    merkle_key(key, level, index);
    e = table_get(t, TABLE_MERKLE, SPAN(key, sizeof(key)), &value);
    if (failed(e)) {
        return e;
    }
    if (value.at == NULL) {
        return ERR(ERR_MISSING);
    }
    if (value.size != MERKLE_BYTES) {
        return ERR(ERR_CORRUPT);
    }
    *ret = merkle_hash(value.at);
    return OK;
}

/* A node that must be there. */
static struct err node_need(struct store_txn *t, uint8_t level, uint64_t index,
                            struct hash *ret)
{
    struct err e = node_get(t, level, index, ret);

    return e.code == ERR_MISSING ? ERR(ERR_TAMPERED) : e;
}

struct err merkle_add(struct store_txn *t, uint64_t index, struct hash leaf)
{
    struct hash node = leaf;
    struct err e = node_put(t, 0, index, leaf);

    for (uint8_t level = 0; !failed(e) && index % 2 == 1; level++) {
        struct hash left = {{0}};

        e = node_need(t, level, index - 1, &left);
        if (failed(e)) {
            return e;
        }
        node = node_of(left, node);
        index /= 2;
        e = node_put(t, (uint8_t)(level + 1), index, node);
    }
    return e;
}

struct err merkle_check(struct store_txn *t, uint64_t index, struct hash leaf)
{
    struct hash node = leaf;
    struct hash stored = {{0}};
    struct hash left = {{0}};
    struct err e = node_need(t, 0, index, &stored);

    for (uint8_t level = 0; !failed(e); level++) {
        if (!hash_equal(stored, node)) {
            return ERR(ERR_TAMPERED);
        }
        if (index % 2 == 0) {
            return OK;
        }
        e = node_need(t, level, index - 1, &left);
        if (failed(e)) {
            return e;
        }
        node = node_of(left, node);
        index /= 2;
        e = node_need(t, (uint8_t)(level + 1), index, &stored);
    }
    return e;
}

struct err merkle_leaf(struct store_txn *t, uint64_t index, struct hash *ret)
{
    return node_get(t, 0, index, ret);
}

struct err merkle_root(struct store_txn *t, uint64_t count, struct hash *ret)
{
    struct hash root = crypt_sha256(SPAN(NULL, 0)); /* of no leaves */
    bool any = false;

    /* The complete subtrees, from the last and smallest to the first. */
    for (unsigned level = 0; level < LEVELS; level++) {
        uint64_t nodes = count >> level;
        struct hash node = {{0}};
        struct err e;

        if (nodes % 2 == 0) {
            continue;
        }
        e = node_need(t, (uint8_t)level, nodes - 1, &node);
        if (failed(e)) {
            return e;
        }
        root = any ? node_of(node, root) : node;
        any = true;
    }
    *ret = root;
    return OK;
}

uint64_t merkle_rows(uint64_t count)
{
    uint64_t rows = 0;

    for (; count > 0; count /= 2) {
        rows += count;
    }
    return rows;
}

struct err log_merkle_root(struct store_txn *t, struct hash *ret_root)
{
    assert(!t->apply_due);
    return merkle_root(t, t->position.seq, ret_root);
}
