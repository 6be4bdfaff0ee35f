/*
 * page_node.h - one page of LMDB's file, and the nodes in it.
 *
 * SHAPE   page    number u64 | pad u16 | flags u16 | lower u16 | upper u16 |
 *                 offsets; an overflow page has a count u32 in the place of
 *                 lower and upper
 *         offsets u16 each, ending at lower; the nodes fill upper to the end
 *         node    lo u16 | hi u16 | flags u16 | key bytes u16 | key | value
 *                 leaf: value of lo | hi << 16 bytes, or with BIG the number
 *                 of its first overflow page
 *                 branch: child page lo | hi << 16 | flags << 32
 * OWNS    nothing: a node borrows from its view, a view has its caller's room.
 * THREAD  any. ERRORS as pages.h.
 * SOURCE  LMDB 0.9.24 mdb.c: struct MDB_page, MDB_node.
 */
#ifndef HUTONG_STORE_PAGE_NODE_H
#define HUTONG_STORE_PAGE_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

enum {
    PAGE_HEAD_BYTES = 16,
    PAGE_NUMBER_BYTES = 8,
    PAGE_KEY_MAX = 511,
    PAGE_FIRST = 2, /* behind the meta pages */
};
enum { PAGE_BRANCH = 1, PAGE_LEAF = 2, PAGE_OVERFLOW = 4 };
enum { PAGE_NODE_BIG = 1, PAGE_NODE_SUBTREE = 2 };
enum {
    PAGE_AT_NUMBER = 0,
    PAGE_AT_FLAGS = 10,
    PAGE_AT_LOWER = 12,
    PAGE_AT_UPPER = 14,
};

struct page_file {
    int fd;
    size_t page_bytes;
    uint64_t last_page;
};

struct page_view {
    uint64_t number;
    uint8_t *bytes; /* page_bytes of room */
    unsigned nodes;
    unsigned next; /* for the caller: node to look at next */
};

struct page_node {
    uint16_t flags;
    struct span key;
    const uint8_t *value;
    size_t value_bytes; /* leaf */
    uint64_t child;     /* branch */
};

/* ERR_CORRUPT with the number of the page. */
struct err page_bad(uint64_t page) MUST_USE;
struct err page_bytes_read(const struct page_file *f, uint64_t page,
                           uint64_t offset, uint8_t *ret, size_t size) MUST_USE;
/* Reads a branch or a leaf (flags) and checks its frame; v->bytes is room. */
struct err page_view_read(const struct page_file *f, struct page_view *v,
                          uint64_t number, unsigned flags) MUST_USE;
/* Node number index; every byte of it lies between upper and the end. */
struct err page_node_at(const struct page_file *f, const struct page_view *v,
                        unsigned index, bool leaf,
                        struct page_node *ret) MUST_USE;
/* The nodes fill their part of the page to the byte, so none overlap. */
struct err page_nodes_fill(const struct page_file *f, const struct page_view *v,
                           bool leaf) MUST_USE;

#endif
