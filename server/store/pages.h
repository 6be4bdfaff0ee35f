/*
 * pages.h - LMDB's file read page by page, without LMDB.
 *
 * WHY     LMDB trusts its pages: a damaged pointer in one is a crash, and a
 *         file that was cut short is SIGBUS. Read with pread first, damage is
 *         an error. Once a snapshot's pages are found sound, LMDB may walk it.
 * SHAPE   pages 0 and 1 are meta pages, written in turn; the newer one says
 *         where the trees of its snapshot begin. LMDB 0.9, 64-bit, no DUPSORT.
 * THREAD  any; the file may be written meanwhile by LMDB, as long as a read
 *         txn of the snapshot is held.
 * ERRORS  ERR_CORRUPT, sys = number of the page; ERR_SYS from pread.
 * SOURCE  LMDB 0.9.24 mdb.c: struct MDB_page, MDB_node, MDB_db, MDB_meta.
 */
#ifndef HUTONG_STORE_PAGES_H
#define HUTONG_STORE_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct page_tree { /* MDB_db */
    uint16_t flags;
    uint16_t depth;
    uint64_t branch_pages, leaf_pages, overflow_pages;
    uint64_t entries;
    uint64_t root; /* UINT64_MAX when empty */
};

struct page_meta { /* MDB_meta */
    uint32_t page_bytes;
    uint64_t last_page;
    uint64_t txn_id;
    struct page_tree free; /* pages that may be used again */
    struct page_tree main;
};

/* Both meta pages, checked alone, against each other, and against the size of
 * the file. ERR_MISSING when the file is empty: LMDB never got to write. */
struct err pages_read_metas(int fd, struct page_meta ret[static 2]) MUST_USE;

/* ERR_CORRUPT unless each meta page is of the txn that it says. A commit lists
 * the pages that it freed under its own id, last in the list of free pages: so
 * no list may end after its own txn, nor that of the newer before that of the
 * older. Without this a flipped bit in an id could pass the older snapshot off
 * as the newer, and the last commit would be gone. */
struct err pages_check_turn(int fd,
                            const struct page_meta m[static 2]) MUST_USE;

/* Walks the trees of the snapshot m: every page that is reached lies where it
 * says, has room for what it holds, keeps its keys in order and is reached
 * once, and none of them is listed as free. whole=false looks at the last page
 * of each level only. */
struct err pages_check(int fd, const struct page_meta *m, bool whole) MUST_USE;

struct pages_spared { /* trees that may be damaged, by name */
    const char *const *names;
    size_t count;
    bool *ret_damaged; /* one of each name */
};
/* As a whole pages_check, but the trees that are spared are only said to be
 * damaged: whoever walks none of those may walk the rest. */
struct err pages_check_but(int fd, const struct page_meta *m,
                           const struct pages_spared *spared) MUST_USE;

/* Writes zeros over every page that neither snapshot reaches, and over the
 * unused middle of those that one does. The caller holds LMDB's write lock, and
 * no reader is older than the older of the two. */
struct err pages_clear(int fd, const struct page_meta m[static 2]) MUST_USE;

#endif
