/*
 * page_meta.c - the two meta pages of an LMDB file.
 *
 * A commit writes meta page (txn id mod 2), so the ids of the two differ by
 * one: a flipped bit that would make LMDB take the older snapshot for the
 * newer breaks that rule.
 */
#include "store/pages.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"

enum {
    PAGE_BYTES_MIN = 512,
    PAGE_BYTES_MAX = 32768,
    META_BYTES = 152, /* header and MDB_meta */
    PAGE_FLAG_META = 8,
    TREE_FLAG_INTEGER_KEY = 8,
    TREE_DEPTH_MAX = 32,
};

enum { /* within a meta page */
       AT_PAGE_NUMBER = 0,
       AT_PAGE_FLAGS = 10,
       AT_MAGIC = 16,
       AT_VERSION = 20,
       AT_FREE = 40,
       AT_MAIN = 88,
       AT_LAST_PAGE = 136,
       AT_TXN_ID = 144,
};

static const uint32_t lmdb_magic = 0xBEEFC0DE;

static struct page_tree take_tree(const uint8_t *p)
{
    return (struct page_tree){
        .flags = load_u16le(p + 4),
        .depth = load_u16le(p + 6),
        .branch_pages = load_u64le(p + 8),
        .leaf_pages = load_u64le(p + 16),
        .overflow_pages = load_u64le(p + 24),
        .entries = load_u64le(p + 32),
        .root = load_u64le(p + 40),
    };
}

static bool tree_plausible(const struct page_tree *t, uint64_t last_page)
{
    if (t->root == UINT64_MAX) {
        return t->depth == 0 && t->entries == 0;
    }
    return t->root > 1 && t->root <= last_page && t->depth > 0 &&
           t->depth <= TREE_DEPTH_MAX;
}

static struct err read_meta(int fd, uint64_t offset, uint64_t number,
                            struct page_meta *ret)
{
    uint8_t p[META_BYTES];
    ssize_t n = pread(fd, p, sizeof(p), (int64_t)offset);
    struct page_meta m;

    if (n < 0) {
        return ERR_OF(ERR_SYS, errno);
    }
    if (n != META_BYTES || load_u64le(p + AT_PAGE_NUMBER) != number ||
        load_u16le(p + AT_PAGE_FLAGS) != PAGE_FLAG_META ||
        load_u32le(p + AT_MAGIC) != lmdb_magic ||
        load_u32le(p + AT_VERSION) != 1) {
        return ERR_OF(ERR_CORRUPT, number);
    }
    m.page_bytes = load_u32le(p + AT_FREE);
    m.free = take_tree(p + AT_FREE);
    m.main = take_tree(p + AT_MAIN);
    m.last_page = load_u64le(p + AT_LAST_PAGE);
    m.txn_id = load_u64le(p + AT_TXN_ID);
    if (m.page_bytes < PAGE_BYTES_MIN || m.page_bytes > PAGE_BYTES_MAX ||
        (m.page_bytes & (m.page_bytes - 1)) != 0 ||
        m.free.flags != TREE_FLAG_INTEGER_KEY || m.main.flags != 0 ||
        m.last_page < 1 || !tree_plausible(&m.free, m.last_page) ||
        !tree_plausible(&m.main, m.last_page)) {
        return ERR_OF(ERR_CORRUPT, number);
    }
    *ret = m;
    return OK;
}

static bool in_turn(const struct page_meta m[static 2])
{
    uint64_t a = m[0].txn_id;
    uint64_t b = m[1].txn_id;

    if (a == 0 && b == 0) {
        return true; /* nothing was committed yet */
    }
    return a % 2 == 0 && b % 2 == 1 && (a == b + 1 || b == a + 1);
}

struct err pages_read_metas(int fd, struct page_meta ret[static 2])
{
    struct page_meta m[2];
    struct stat st;
    struct err e;

    if (fstat(fd, &st) != 0) {
        return ERR_OF(ERR_SYS, errno);
    }
    if (st.st_size == 0) {
        return ERR(ERR_MISSING);
    }
    e = read_meta(fd, 0, 0, &m[0]);
    if (failed(e)) {
        return e;
    }
    e = read_meta(fd, m[0].page_bytes, 1, &m[1]);
    if (failed(e)) {
        return e;
    }
    if (m[0].page_bytes != m[1].page_bytes || !in_turn(m)) {
        return ERR(ERR_CORRUPT);
    }
    /* Once more: it may have grown since, never shrunk. */
    if (fstat(fd, &st) != 0) {
        return ERR_OF(ERR_SYS, errno);
    }
    for (int i = 0; i < 2; i++) {
        if ((uint64_t)st.st_size / m[i].page_bytes <= m[i].last_page) {
            return ERR(ERR_CORRUPT);
        }
    }
    memcpy(ret, m, sizeof(m));
    return OK;
}
