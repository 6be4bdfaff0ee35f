/*
 * page_node.c - every offset of a page is checked before it is followed.
 */
#include "store/page_node.h"

#include <errno.h>
#include <unistd.h>

enum { NODE_BYTES = 8 };
enum { NODE_AT_LO = 0, NODE_AT_HI = 2, NODE_AT_FLAGS = 4, NODE_AT_KEY = 6 };

struct err page_bad(uint64_t page)
{
    return ERR_OF(ERR_CORRUPT, page & INT32_MAX);
}

struct err page_bytes_read(const struct page_file *f, uint64_t page,
                           uint64_t offset, uint8_t *ret, size_t size)
{
    ssize_t n =
        pread(f->fd, ret, size, (int64_t)(page * f->page_bytes + offset));

    if (n < 0) {
        return ERR_OF(ERR_SYS, errno);
    }
    return (size_t)n == size ? OK : page_bad(page);
}

struct err page_view_read(const struct page_file *f, struct page_view *v,
                          uint64_t number, unsigned flags)
{
    unsigned lower;
    unsigned upper;
    struct err e;

    e = page_bytes_read(f, number, 0, v->bytes, f->page_bytes);
    if (failed(e)) {
        return e;
    }
    lower = load_u16le(v->bytes + PAGE_AT_LOWER);
    upper = load_u16le(v->bytes + PAGE_AT_UPPER);
    if (load_u64le(v->bytes + PAGE_AT_NUMBER) != number ||
        load_u16le(v->bytes + PAGE_AT_FLAGS) != flags ||
        lower < PAGE_HEAD_BYTES || lower > upper || upper > f->page_bytes ||
        lower % 2 != 0) {
        return page_bad(number);
    }
    v->number = number;
    v->nodes = (lower - PAGE_HEAD_BYTES) / 2;
    v->next = 0;
    /* A branch with one child is possible for a moment only. */
    return v->nodes >= (flags == PAGE_BRANCH ? 2u : 1u) ? OK : page_bad(number);
}

struct err page_node_at(const struct page_file *f, const struct page_view *v,
                        unsigned index, bool leaf, struct page_node *ret)
{
    const uint8_t *p = v->bytes;
    size_t at = load_u16le(p + PAGE_HEAD_BYTES + (size_t)2 * index);
    size_t room;
    size_t lo;
    size_t hi;
    struct page_node n;

    if (at < load_u16le(p + PAGE_AT_UPPER) || at + NODE_BYTES > f->page_bytes ||
        at % 2 != 0) {
        return page_bad(v->number);
    }
    room = f->page_bytes - at - NODE_BYTES;
    p += at;
    lo = load_u16le(p + NODE_AT_LO);
    hi = load_u16le(p + NODE_AT_HI);
    n.flags = load_u16le(p + NODE_AT_FLAGS);
    n.key = SPAN(p + NODE_BYTES, load_u16le(p + NODE_AT_KEY));
    n.value = n.key.at + n.key.size;
    n.value_bytes = lo | hi << 16;
    n.child = lo | hi << 16 | (uint64_t)n.flags << 32;
    if (n.key.size > PAGE_KEY_MAX || n.key.size > room) {
        return page_bad(v->number);
    }
    room -= n.key.size;
    if (leaf && ((n.flags & ~(PAGE_NODE_BIG | PAGE_NODE_SUBTREE)) != 0 ||
                 n.key.size == 0 ||
                 room < ((n.flags & PAGE_NODE_BIG) != 0 ? PAGE_NUMBER_BYTES
                                                        : n.value_bytes))) {
        return page_bad(v->number);
    }
    *ret = n;
    return OK;
}

struct err page_nodes_fill(const struct page_file *f, const struct page_view *v,
                           bool leaf)
{
    size_t used = 0;

    for (unsigned i = 0; i < v->nodes; i++) {
        struct page_node n = {0};
        struct err e = page_node_at(f, v, i, leaf, &n);
        size_t size;

        if (failed(e)) {
            return e;
        }
        size = NODE_BYTES + n.key.size;
        if (leaf) {
            size += (n.flags & PAGE_NODE_BIG) != 0 ? PAGE_NUMBER_BYTES
                                                   : n.value_bytes;
        }
        used += (size + 1) & ~(size_t)1;
    }
    return used == f->page_bytes - load_u16le(v->bytes + PAGE_AT_UPPER)
               ? OK
               : page_bad(v->number);
}
