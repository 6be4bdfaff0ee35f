/*
 * pages.c - walks the trees of an LMDB snapshot with pread, believing nothing.
 *
 * A tree is walked depth first with one page per level in memory. `above` is
 * the key that everything still to come must not lie below: the last key seen,
 * or the branch key through which the walk last went down.
 *
 *   page    number u64 | pad u16 | flags u16 | lower u16 | upper u16 | nodes[]
 *           overflow pages have a count u32 in the place of lower and upper
 *   nodes[] u16 offsets, ending at lower; the nodes fill upper to the end
 *   node    lo u16 | hi u16 | flags u16 | key bytes u16 | key | value
 *           leaf: value of lo | hi << 16 bytes, or with BIG the number of its
 *           first overflow page; branch: child page lo | hi << 16 | flags << 32
 */
#include "store/pages.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/bytes.h"

enum {
    HEAD_BYTES = 16,
    NODE_BYTES = 8,
    TREE_BYTES = 48,
    NUMBER_BYTES = 8,
    DEPTH_MAX = 32,
    KEY_MAX = 511,
    SUBTREES_MAX = 128,
    FIRST_PAGE = 2, /* behind the meta pages */
};

enum { PAGE_BRANCH = 1, PAGE_LEAF = 2, PAGE_OVERFLOW = 4 };
enum { NODE_BIG = 1, NODE_SUBTREE = 2 };
enum { AT_NUMBER = 0, AT_FLAGS = 10, AT_LOWER = 12, AT_UPPER = 14 };
enum { NODE_AT_LO = 0, NODE_AT_HI = 2, NODE_AT_FLAGS = 4, NODE_AT_KEY = 6 };

struct key {
    size_t size;
    uint8_t bytes[KEY_MAX];
};

struct level { /* a page on the way down */
    uint64_t number;
    uint8_t *bytes;
    unsigned nodes;
    unsigned next; /* node to look at next */
};

struct node { /* borrows from its page */
    uint16_t flags;
    struct span key;
    const uint8_t *value;
    size_t value_bytes; /* leaf */
    uint64_t child;     /* branch */
};

struct counts {
    uint64_t branch, leaf, overflow, entries;
};

struct walk {
    int fd;
    bool whole;
    bool clear_gaps;
    size_t page_bytes;
    uint64_t last_page;
    uint8_t *reached; /* bit per page */
    uint8_t *unused;  /* bit per page: listed as free */
    uint8_t *zeros;   /* a page of them */
    struct level levels[DEPTH_MAX];
    /* of the tree that is walked now */
    bool integer_keys; /* the list of free pages */
    bool holds_trees;  /* the main tree of an environment with tables */
    struct key above;
    bool above_itself; /* the key above may itself come next */
    struct counts counts;
    /* found in the main tree */
    struct page_tree subtrees[SUBTREES_MAX];
    size_t subtree_count;
};

static struct err bad(uint64_t page)
{
    return ERR_OF(ERR_CORRUPT, page & INT32_MAX);
}

/* ---- bits ---- */

static bool bit_get(const uint8_t *bits, uint64_t n)
{
    return (bits[n / 8] >> (n % 8) & 1) != 0;
}

/* False when it was set before, or there is no such page. */
static bool bit_claim(const struct walk *w, uint8_t *bits, uint64_t n)
{
    if (n < FIRST_PAGE || n > w->last_page || bit_get(bits, n)) {
        return false;
    }
    bits[n / 8] = (uint8_t)(bits[n / 8] | 1u << (n % 8));
    return true;
}

/* ---- pages ---- */

static struct err read_at(const struct walk *w, uint64_t page, uint64_t offset,
                          uint8_t *ret, size_t size)
{
    ssize_t n =
        pread(w->fd, ret, size, (int64_t)(page * w->page_bytes + offset));

    if (n < 0) {
        return ERR_OF(ERR_SYS, errno);
    }
    return (size_t)n == size ? OK : bad(page);
}

/* Reads a branch or a leaf into level l and checks its frame. */
static struct err page_read(struct walk *w, struct level *l, uint64_t number,
                            unsigned flags)
{
    unsigned lower;
    unsigned upper;
    struct err e;

    if (!bit_claim(w, w->reached, number)) {
        return bad(number);
    }
    e = read_at(w, number, 0, l->bytes, w->page_bytes);
    if (failed(e)) {
        return e;
    }
    lower = load_u16le(l->bytes + AT_LOWER);
    upper = load_u16le(l->bytes + AT_UPPER);
    if (load_u64le(l->bytes + AT_NUMBER) != number ||
        load_u16le(l->bytes + AT_FLAGS) != flags || lower < HEAD_BYTES ||
        lower > upper || upper > w->page_bytes || lower % 2 != 0) {
        return bad(number);
    }
    l->number = number;
    l->nodes = (lower - HEAD_BYTES) / 2;
    l->next = 0;
    /* A branch with one child is possible for a moment only. */
    return l->nodes >= (flags == PAGE_BRANCH ? 2u : 1u) ? OK : bad(number);
}

/* Node number index of a page; every byte of it lies between upper and end. */
static struct err node_read(const struct walk *w, const struct level *l,
                            unsigned index, bool leaf, struct node *ret)
{
    const uint8_t *p = l->bytes;
    size_t at = load_u16le(p + HEAD_BYTES + (size_t)2 * index);
    size_t room;
    size_t lo;
    size_t hi;
    struct node n;

    if (at < load_u16le(p + AT_UPPER) || at + NODE_BYTES > w->page_bytes ||
        at % 2 != 0) {
        return bad(l->number);
    }
    room = w->page_bytes - at - NODE_BYTES;
    p += at;
    lo = load_u16le(p + NODE_AT_LO);
    hi = load_u16le(p + NODE_AT_HI);
    n.flags = load_u16le(p + NODE_AT_FLAGS);
    n.key = SPAN(p + NODE_BYTES, load_u16le(p + NODE_AT_KEY));
    n.value = n.key.at + n.key.size;
    n.value_bytes = lo | hi << 16;
    n.child = lo | hi << 16 | (uint64_t)n.flags << 32;
    if (n.key.size > KEY_MAX || n.key.size > room) {
        return bad(l->number);
    }
    room -= n.key.size;
    if (leaf &&
        ((n.flags & ~(NODE_BIG | NODE_SUBTREE)) != 0 || n.key.size == 0 ||
         room < ((n.flags & NODE_BIG) != 0 ? NUMBER_BYTES : n.value_bytes))) {
        return bad(l->number);
    }
    *ret = n;
    return OK;
}

/* The nodes fill their part of the page to the byte, so none overlap. */
static struct err nodes_fill_page(const struct walk *w, const struct level *l,
                                  bool leaf)
{
    size_t used = 0;

    for (unsigned i = 0; i < l->nodes; i++) {
        struct node n = {0};
        struct err e = node_read(w, l, i, leaf, &n);
        size_t size;

        if (failed(e)) {
            return e;
        }
        size = NODE_BYTES + n.key.size;
        if (leaf) {
            size += (n.flags & NODE_BIG) != 0 ? NUMBER_BYTES : n.value_bytes;
        }
        used += (size + 1) & ~(size_t)1;
    }
    return used == w->page_bytes - load_u16le(l->bytes + AT_UPPER)
               ? OK
               : bad(l->number);
}

/* ---- keys ---- */

static int key_compare(const struct walk *w, struct span a, struct span b)
{
    size_t both = a.size < b.size ? a.size : b.size;
    int order;

    if (w->integer_keys) {
        uint64_t x = load_u64le(a.at);
        uint64_t y = load_u64le(b.at);

        return x < y ? -1 : x > y;
    }
    order = memcmp(a.at, b.at, both);
    if (order != 0) {
        return order;
    }
    return a.size < b.size ? -1 : a.size > b.size;
}

/* Keys only go up. A branch key may come again as the leaf's. */
static bool key_goes_up(struct walk *w, struct span key, bool may_come_again)
{
    if (w->integer_keys && key.size != NUMBER_BYTES) {
        return false;
    }
    if (w->above.size > 0) {
        int order = key_compare(w, key, SPAN(w->above.bytes, w->above.size));

        if (order < 0 || (order == 0 && !w->above_itself)) {
            return false;
        }
    }
    memcpy(w->above.bytes, key.at, key.size);
    w->above.size = key.size;
    w->above_itself = may_come_again;
    return true;
}

/* ---- values ---- */

/* The pages of a value that lies outside its leaf. */
static struct err overflow_check(struct walk *w, const struct node *n)
{
    uint64_t first = load_u64le(n->value);
    uint8_t head[HEAD_BYTES];
    uint64_t needed = (HEAD_BYTES - 1 + n->value_bytes) / w->page_bytes + 1;
    uint64_t pages;
    struct err e;

    if (first < FIRST_PAGE || first > w->last_page) {
        return bad(first);
    }
    e = read_at(w, first, 0, head, sizeof(head));
    if (failed(e)) {
        return e;
    }
    pages = load_u32le(head + AT_LOWER);
    if (load_u64le(head + AT_NUMBER) != first ||
        load_u16le(head + AT_FLAGS) != PAGE_OVERFLOW || pages < needed ||
        pages > w->last_page - first + 1) {
        return bad(first);
    }
    for (uint64_t i = 0; i < pages; i++) {
        if (!bit_claim(w, w->reached, first + i)) {
            return bad(first + i);
        }
    }
    w->counts.overflow += pages;
    return OK;
}

/* A row of the list of free pages: a count, then that many page numbers. */
static struct err free_row_check(struct walk *w, const struct level *l,
                                 const struct node *n)
{
    uint8_t *copy = heap_take(n->value_bytes + 1);
    struct err e = OK;
    uint64_t count;

    if ((n->flags & NODE_BIG) != 0) {
        e = read_at(w, load_u64le(n->value), HEAD_BYTES, copy, n->value_bytes);
    } else {
        memcpy(copy, n->value, n->value_bytes);
    }
    if (!failed(e) && n->value_bytes < NUMBER_BYTES) {
        e = bad(l->number);
    }
    count = failed(e) ? 0 : load_u64le(copy);
    if (!failed(e) && count > n->value_bytes / NUMBER_BYTES - 1) {
        e = bad(l->number);
    }
    for (uint64_t i = 1; !failed(e) && i <= count; i++) {
        if (!bit_claim(w, w->unused, load_u64le(copy + i * NUMBER_BYTES))) {
            e = bad(l->number);
        }
    }
    free(copy);
    return e;
}

static struct err subtree_take(struct walk *w, const struct level *l,
                               const struct node *n)
{
    struct page_tree *t = &w->subtrees[w->subtree_count];

    if (n->flags != NODE_SUBTREE || n->value_bytes != TREE_BYTES ||
        w->subtree_count == SUBTREES_MAX) {
        return bad(l->number);
    }
    *t = (struct page_tree){
        .flags = load_u16le(n->value + 4),
        .depth = load_u16le(n->value + 6),
        .branch_pages = load_u64le(n->value + 8),
        .leaf_pages = load_u64le(n->value + 16),
        .overflow_pages = load_u64le(n->value + 24),
        .entries = load_u64le(n->value + 32),
        .root = load_u64le(n->value + 40),
    };
    if (t->flags != 0) {
        return bad(l->number);
    }
    w->subtree_count++;
    return OK;
}

static struct err leaf_check(struct walk *w, const struct level *l)
{
    struct err e = nodes_fill_page(w, l, true);

    for (unsigned i = 0; !failed(e) && i < l->nodes; i++) {
        struct node n = {0};

        e = node_read(w, l, i, true, &n);
        if (!failed(e) && !key_goes_up(w, n.key, false)) {
            e = bad(l->number);
        }
        if (!failed(e) && (n.flags & NODE_BIG) != 0) {
            e = overflow_check(w, &n);
        }
        if (!failed(e) && w->integer_keys) {
            e = free_row_check(w, l, &n);
        }
        if (!failed(e) && w->holds_trees) {
            e = subtree_take(w, l, &n);
        } else if (!failed(e) && (n.flags & NODE_SUBTREE) != 0) {
            e = bad(l->number);
        }
    }
    w->counts.entries += l->nodes;
    return e;
}

/* ---- trees ---- */

/* Goes from a branch to its next child; the leftmost key is never used. */
static struct err descend(struct walk *w, struct level *l, bool to_leaf)
{
    struct node n = {0};
    unsigned index = l->next++;
    struct err e = node_read(w, l, index, false, &n);

    if (failed(e)) {
        return e;
    }
    if (index > 0 && !key_goes_up(w, n.key, true)) {
        return bad(l->number);
    }
    return page_read(w, l + 1, n.child, to_leaf ? PAGE_LEAF : PAGE_BRANCH);
}

static struct err zeros_write(const struct walk *w, uint64_t page, size_t from,
                              size_t to)
{
    ssize_t n = pwrite(w->fd, w->zeros, to - from,
                       (int64_t)(page * w->page_bytes + from));

    return n == (ssize_t)(to - from) ? OK : ERR_OF(ERR_SYS, errno);
}

/* What lies between the offsets and the nodes is nobody's, but may be a copy of
 * a node that was moved or deleted. */
static struct err gap_clear(const struct walk *w, const struct level *l)
{
    size_t lower = load_u16le(l->bytes + AT_LOWER);
    size_t upper = load_u16le(l->bytes + AT_UPPER);

    return lower < upper ? zeros_write(w, l->number, lower, upper) : OK;
}

static struct err page_enter(struct walk *w, struct level *l, bool leaf)
{
    struct err e;

    if (w->clear_gaps) {
        e = gap_clear(w, l);
        if (failed(e)) {
            return e;
        }
    }
    if (leaf) {
        w->counts.leaf++;
        e = leaf_check(w, l);
        l->next = l->nodes;
        return e;
    }
    w->counts.branch++;
    if (!w->whole && !w->holds_trees) {
        l->next = l->nodes - 1;
    }
    return nodes_fill_page(w, l, false);
}

static struct err tree_walk(struct walk *w, const struct page_tree *t)
{
    unsigned depth = 0; /* level that is looked at */
    unsigned bottom = t->depth - 1u;
    struct err e;

    w->above.size = 0;
    w->above_itself = false;
    w->counts = (struct counts){0};
    e = page_read(w, &w->levels[0], t->root,
                  bottom == 0 ? PAGE_LEAF : PAGE_BRANCH);
    if (!failed(e)) {
        e = page_enter(w, &w->levels[0], bottom == 0);
    }
    while (!failed(e)) {
        struct level *l = &w->levels[depth];

        if (l->next == l->nodes) {
            if (depth == 0) {
                return OK;
            }
            depth--;
            continue;
        }
        depth++;
        e = descend(w, l, depth == bottom);
        if (!failed(e)) {
            e = page_enter(w, l + 1, depth == bottom);
        }
    }
    return e;
}

static struct err tree_check(struct walk *w, const struct page_tree *t)
{
    struct err e;

    if (t->root == UINT64_MAX) {
        return t->depth == 0 && t->entries == 0 ? OK : bad(0);
    }
    if (t->depth == 0 || t->depth > DEPTH_MAX) {
        return bad(t->root);
    }
    e = tree_walk(w, t);
    if (failed(e)) {
        return e;
    }
    if ((w->whole || w->holds_trees) &&
        (w->counts.branch != t->branch_pages ||
         w->counts.leaf != t->leaf_pages ||
         w->counts.overflow != t->overflow_pages ||
         w->counts.entries != t->entries)) {
        return bad(t->root);
    }
    return OK;
}

/* An environment either has named tables or, as that of the keys, plain rows
 * in its main tree: the very first node tells, and all must be alike. */
static struct err holds_trees(struct walk *w, const struct page_tree *t,
                              bool *ret)
{
    struct level *l = &w->levels[0];
    uint64_t number = t->root;
    struct node n = {0};
    struct err e = OK;

    for (unsigned depth = 1; !failed(e) && depth <= t->depth; depth++) {
        bool leaf = depth == t->depth;

        e = page_read(w, l, number, leaf ? PAGE_LEAF : PAGE_BRANCH);
        if (!failed(e)) {
            e = node_read(w, l, 0, leaf, &n);
        }
        number = n.child;
    }
    if (failed(e)) {
        return e;
    }
    *ret = t->depth > 0 && (n.flags & NODE_SUBTREE) != 0;
    /* These pages are walked properly next. */
    memset(w->reached, 0, w->last_page / 8 + 1);
    return OK;
}

static struct err check_all(struct walk *w, const struct page_meta *m)
{
    bool trees = false;
    bool whole = w->whole;
    struct err e = holds_trees(w, &m->main, &trees);

    if (failed(e)) {
        return e;
    }
    w->holds_trees = trees;
    e = tree_check(w, &m->main);
    w->holds_trees = false;
    for (size_t i = 0; !failed(e) && i < w->subtree_count; i++) {
        e = tree_check(w, &w->subtrees[i]);
    }
    if (!failed(e)) {
        w->integer_keys = true;
        w->whole = true; /* the list is short, and a writer trusts all of it */
        e = tree_check(w, &m->free);
    }
    w->whole = whole;
    for (uint64_t i = 0; !failed(e) && i <= w->last_page / 8; i++) {
        if ((w->reached[i] & w->unused[i]) != 0) {
            e = bad(i * 8);
        }
    }
    return e;
}

/* ---- the door ---- */

static struct walk *walk_new(int fd, const struct page_meta *m, bool whole)
{
    struct walk *w = heap_take(sizeof(*w));

    w->fd = fd;
    w->whole = whole;
    w->page_bytes = m->page_bytes;
    w->last_page = m->last_page;
    w->reached = heap_take(m->last_page / 8 + 1);
    w->unused = heap_take(m->last_page / 8 + 1);
    w->zeros = heap_take(w->page_bytes);
    w->levels[0].bytes = heap_take(w->page_bytes * DEPTH_MAX);
    for (size_t i = 1; i < DEPTH_MAX; i++) {
        w->levels[i].bytes = w->levels[0].bytes + i * w->page_bytes;
    }
    return w;
}

static void walk_free(struct walk *w)
{
    free(w->levels[0].bytes);
    free(w->zeros);
    free(w->unused);
    free(w->reached);
    free(w);
}

struct err pages_check(int fd, const struct page_meta *m, bool whole)
{
    struct walk *w = walk_new(fd, m, whole);
    struct err e = check_all(w, m);

    walk_free(w);
    return e;
}

/* The last key of the list of free pages, 0 when it is empty. */
static struct err free_last(struct walk *w, const struct page_tree *t,
                            uint64_t *ret)
{
    struct level *l = &w->levels[0];
    uint64_t number = t->root;
    struct node n = {0};
    struct err e = OK;

    *ret = 0;
    for (unsigned depth = 1; !failed(e) && depth <= t->depth; depth++) {
        bool leaf = depth == t->depth;

        e = page_read(w, l, number, leaf ? PAGE_LEAF : PAGE_BRANCH);
        if (!failed(e)) {
            e = node_read(w, l, l->nodes - 1, leaf, &n);
        }
        number = n.child;
    }
    if (!failed(e) && t->depth > 0) {
        e = n.key.size == NUMBER_BYTES ? OK : bad(l->number);
    }
    if (!failed(e) && t->depth > 0) {
        *ret = load_u64le(n.key.at);
    }
    return e;
}

struct err pages_check_turn(int fd, const struct page_meta m[static 2])
{
    int newer = m[1].txn_id > m[0].txn_id;
    uint64_t last[2] = {0};
    struct err e = OK;

    for (int i = 0; i < 2 && !failed(e); i++) {
        struct walk *w = walk_new(fd, &m[i], false);

        e = free_last(w, &m[i].free, &last[i]);
        walk_free(w);
        if (!failed(e) && last[i] > m[i].txn_id) {
            e = bad((uint64_t)i);
        }
    }
    /* A commit that frees nothing, into an empty tree, repeats the last. */
    if (!failed(e) && last[newer] < last[1 - newer]) {
        e = bad((uint64_t)newer);
    }
    return e;
}

/* Pages that neither walk has reached. */
static struct err unused_clear(const struct walk *a, const struct walk *b)
{
    uint64_t last = a->last_page > b->last_page ? a->last_page : b->last_page;
    struct err e = OK;

    for (uint64_t n = FIRST_PAGE; !failed(e) && n <= last; n++) {
        bool used = (n <= a->last_page && bit_get(a->reached, n)) ||
                    (n <= b->last_page && bit_get(b->reached, n));

        if (!used) {
            e = zeros_write(a, n, 0, a->page_bytes);
        }
    }
    return e;
}

struct err pages_clear(int fd, const struct page_meta m[static 2])
{
    struct walk *found[2] = {walk_new(fd, &m[0], true),
                             walk_new(fd, &m[1], true)};
    struct err e = OK;

    /* Nothing is written before both snapshots were found sound. */
    for (int i = 0; i < 2 && !failed(e); i++) {
        e = check_all(found[i], &m[i]);
    }
    if (!failed(e)) {
        e = unused_clear(found[0], found[1]);
    }
    for (int i = 0; i < 2; i++) {
        walk_free(found[i]);
    }
    for (int i = 0; i < 2 && !failed(e); i++) {
        struct walk *w = walk_new(fd, &m[i], true);

        w->clear_gaps = true;
        e = check_all(w, &m[i]);
        walk_free(w);
    }
    return e;
}
