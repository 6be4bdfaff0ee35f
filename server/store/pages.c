/*
 * pages.c - walks the trees of an LMDB snapshot with pread, believing nothing.
 *
 * A tree is walked depth first with one page per level in memory. `above` is
 * the key that everything still to come must not lie below: the last key seen,
 * or the branch key through which the walk last went down.
 */
#include "store/pages.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "store/page_node.h"

enum { DEPTH_MAX = 32, SUBTREES_MAX = 128, TREE_BYTES = 48 };

struct key {
    size_t size;
    uint8_t bytes[PAGE_KEY_MAX];
};

struct counts {
    uint64_t branch, leaf, overflow, entries;
};

struct walk {
    struct page_file file;
    bool whole;
    bool clear_gaps;
    uint8_t *reached; /* bit per page */
    uint8_t *unused;  /* bit per page: listed as free */
    uint8_t *zeros;   /* a page of them */
    struct page_view levels[DEPTH_MAX];
    /* of the tree that is walked now */
    bool integer_keys; /* the list of free pages */
    bool holds_trees;  /* the main tree of an environment with tables */
    struct key above;
    bool above_itself; /* the key above may itself come next */
    struct counts counts;
    /* found in the main tree */
    struct page_tree subtrees[SUBTREES_MAX];
    size_t spared_as[SUBTREES_MAX]; /* index of its name; count: not spared */
    size_t subtree_count;
    struct pages_spared spared;
};

/* ---- bits ---- */

static bool bit_get(const uint8_t *bits, uint64_t n)
{
    return (bits[n / 8] >> (n % 8) & 1) != 0;
}

/* False when it was set before, or there is no such page. */
static bool bit_claim(const struct walk *w, uint8_t *bits, uint64_t n)
{
    if (n < PAGE_FIRST || n > w->file.last_page || bit_get(bits, n)) {
        return false;
    }
    bits[n / 8] = (uint8_t)(bits[n / 8] | 1u << (n % 8));
    return true;
}

/* A page that no tree has reached before. */
static struct err page_reach(struct walk *w, struct page_view *l,
                             uint64_t number, unsigned flags)
{
    return bit_claim(w, w->reached, number)
               ? page_view_read(&w->file, l, number, flags)
               : page_bad(number);
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
    if (w->integer_keys && key.size != PAGE_NUMBER_BYTES) {
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
static struct err overflow_check(struct walk *w, const struct page_node *n)
{
    uint64_t first = load_u64le(n->value);
    uint8_t head[PAGE_HEAD_BYTES];
    uint64_t needed =
        (PAGE_HEAD_BYTES - 1 + n->value_bytes) / w->file.page_bytes + 1;
    uint64_t pages;
    struct err e;

    if (first < PAGE_FIRST || first > w->file.last_page) {
        return page_bad(first);
    }
    e = page_bytes_read(&w->file, first, 0, head, sizeof(head));
    if (failed(e)) {
        return e;
    }
    pages = load_u32le(head + PAGE_AT_LOWER);
    if (load_u64le(head + PAGE_AT_NUMBER) != first ||
        load_u16le(head + PAGE_AT_FLAGS) != PAGE_OVERFLOW || pages < needed ||
        pages > w->file.last_page - first + 1) {
        return page_bad(first);
    }
    for (uint64_t i = 0; i < pages; i++) {
        if (!bit_claim(w, w->reached, first + i)) {
            return page_bad(first + i);
        }
    }
    w->counts.overflow += pages;
    return OK;
}

/* A row of the list of free pages: a count, then that many page numbers. */
static struct err free_row_check(struct walk *w, const struct page_view *l,
                                 const struct page_node *n)
{
    uint8_t *copy = heap_take(n->value_bytes + 1);
    struct err e = OK;
    uint64_t count;

    if ((n->flags & PAGE_NODE_BIG) != 0) {
        e = page_bytes_read(&w->file, load_u64le(n->value), PAGE_HEAD_BYTES,
                            copy, n->value_bytes);
    } else {
        memcpy(copy, n->value, n->value_bytes);
    }
    if (!failed(e) && n->value_bytes < PAGE_NUMBER_BYTES) {
        e = page_bad(l->number);
    }
    count = failed(e) ? 0 : load_u64le(copy);
    if (!failed(e) && count > n->value_bytes / PAGE_NUMBER_BYTES - 1) {
        e = page_bad(l->number);
    }
    for (uint64_t i = 1; !failed(e) && i <= count; i++) {
        if (!bit_claim(w, w->unused,
                       load_u64le(copy + i * PAGE_NUMBER_BYTES))) {
            e = page_bad(l->number);
        }
    }
    free(copy);
    return e;
}

/* The index of a name among those that are spared, or their count. */
static size_t spared_index(const struct walk *w, struct span name)
{
    size_t i = 0;

    while (i < w->spared.count &&
           !span_equal(name, SPAN((const uint8_t *)w->spared.names[i],
                                  strlen(w->spared.names[i])))) {
        i++;
    }
    return i;
}

static struct err subtree_take(struct walk *w, const struct page_view *l,
                               const struct page_node *n)
{
    struct page_tree *t = &w->subtrees[w->subtree_count];

    if (n->flags != PAGE_NODE_SUBTREE || n->value_bytes != TREE_BYTES ||
        w->subtree_count == SUBTREES_MAX) {
        return page_bad(l->number);
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
        return page_bad(l->number);
    }
    w->spared_as[w->subtree_count++] = spared_index(w, n->key);
    return OK;
}

static struct err leaf_check(struct walk *w, const struct page_view *l)
{
    struct err e = page_nodes_fill(&w->file, l, true);

    for (unsigned i = 0; !failed(e) && i < l->nodes; i++) {
        struct page_node n = {0};

        e = page_node_at(&w->file, l, i, true, &n);
        if (!failed(e) && !key_goes_up(w, n.key, false)) {
            e = page_bad(l->number);
        }
        if (!failed(e) && (n.flags & PAGE_NODE_BIG) != 0) {
            e = overflow_check(w, &n);
        }
        if (!failed(e) && w->integer_keys) {
            e = free_row_check(w, l, &n);
        }
        if (!failed(e) && w->holds_trees) {
            e = subtree_take(w, l, &n);
        } else if (!failed(e) && (n.flags & PAGE_NODE_SUBTREE) != 0) {
            e = page_bad(l->number);
        }
    }
    w->counts.entries += l->nodes;
    return e;
}

/* ---- trees ---- */

/* Goes from a branch to its next child; the leftmost key is never used. */
static struct err descend(struct walk *w, struct page_view *l, bool to_leaf)
{
    struct page_node n = {0};
    unsigned index = l->next++;
    struct err e = page_node_at(&w->file, l, index, false, &n);

    if (failed(e)) {
        return e;
    }
    if (index > 0 && !key_goes_up(w, n.key, true)) {
        return page_bad(l->number);
    }
    return page_reach(w, l + 1, n.child, to_leaf ? PAGE_LEAF : PAGE_BRANCH);
}

static struct err zeros_write(const struct walk *w, uint64_t page, size_t from,
                              size_t to)
{
    ssize_t n = pwrite(w->file.fd, w->zeros, to - from,
                       (int64_t)(page * w->file.page_bytes + from));

    return n == (ssize_t)(to - from) ? OK : ERR_OF(ERR_SYS, errno);
}

/* What lies between the offsets and the nodes is nobody's, but may be a copy of
 * a node that was moved or deleted. */
static struct err gap_clear(const struct walk *w, const struct page_view *l)
{
    size_t lower = load_u16le(l->bytes + PAGE_AT_LOWER);
    size_t upper = load_u16le(l->bytes + PAGE_AT_UPPER);

    return lower < upper ? zeros_write(w, l->number, lower, upper) : OK;
}

static struct err page_enter(struct walk *w, struct page_view *l, bool leaf)
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
    return page_nodes_fill(&w->file, l, false);
}

static struct err tree_walk(struct walk *w, const struct page_tree *t)
{
    unsigned depth = 0; /* level that is looked at */
    unsigned bottom = t->depth - 1u;
    struct err e;

    w->above.size = 0;
    w->above_itself = false;
    w->counts = (struct counts){0};
    e = page_reach(w, &w->levels[0], t->root,
                   bottom == 0 ? PAGE_LEAF : PAGE_BRANCH);
    if (!failed(e)) {
        e = page_enter(w, &w->levels[0], bottom == 0);
    }
    while (!failed(e)) {
        struct page_view *l = &w->levels[depth];

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
        return t->depth == 0 && t->entries == 0 ? OK : page_bad(0);
    }
    if (t->depth == 0 || t->depth > DEPTH_MAX) {
        return page_bad(t->root);
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
        return page_bad(t->root);
    }
    return OK;
}

/* An environment either has named tables or, as that of the keys, plain rows
 * in its main tree: the very first node tells, and all must be alike. */
static struct err holds_trees(struct walk *w, const struct page_tree *t,
                              bool *ret)
{
    struct page_view *l = &w->levels[0];
    uint64_t number = t->root;
    struct page_node n = {0};
    struct err e = OK;

    for (unsigned depth = 1; !failed(e) && depth <= t->depth; depth++) {
        bool leaf = depth == t->depth;

        e = page_reach(w, l, number, leaf ? PAGE_LEAF : PAGE_BRANCH);
        if (!failed(e)) {
            e = page_node_at(&w->file, l, 0, leaf, &n);
        }
        number = n.child;
    }
    if (failed(e)) {
        return e;
    }
    *ret = t->depth > 0 && (n.flags & PAGE_NODE_SUBTREE) != 0;
    /* These pages are walked properly next. */
    memset(w->reached, 0, w->file.last_page / 8 + 1);
    return OK;
}

/* No page that a tree has reached is listed as free. */
static struct err unused_check(const struct walk *w)
{
    for (uint64_t i = 0; i <= w->file.last_page / 8; i++) {
        if ((w->reached[i] & w->unused[i]) != 0) {
            return page_bad(i * 8);
        }
    }
    return OK;
}

/* A tree that may be damaged; then what it reached counts for nothing. */
static struct err spared_check(struct walk *w, size_t subtree)
{
    size_t size = w->file.last_page / 8 + 1;
    uint8_t *before = heap_take(size);
    struct err e;

    memcpy(before, w->reached, size);
    e = tree_check(w, &w->subtrees[subtree]);
    if (!failed(e)) {
        e = unused_check(w);
    }
    if (e.code == ERR_CORRUPT) {
        memcpy(w->reached, before, size);
        w->spared.ret_damaged[w->spared_as[subtree]] = true;
        e = OK;
    }
    free(before);
    return e;
}

static struct err subtrees_check(struct walk *w, bool spared)
{
    struct err e = OK;

    for (size_t i = 0; !failed(e) && i < w->subtree_count; i++) {
        if (spared != (w->spared_as[i] < w->spared.count)) {
            continue;
        }
        e = spared ? spared_check(w, i) : tree_check(w, &w->subtrees[i]);
    }
    return e;
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
    if (!failed(e)) {
        e = subtrees_check(w, false);
    }
    if (!failed(e)) {
        w->integer_keys = true;
        w->whole = true; /* the list is short, and a writer trusts all of it */
        e = tree_check(w, &m->free);
    }
    w->integer_keys = false;
    w->whole = whole;
    if (!failed(e)) {
        e = unused_check(w);
    }
    /* Last, so that a damaged tree takes no page from a sound one. */
    return failed(e) ? e : subtrees_check(w, true);
}

/* ---- the door ---- */

static struct walk *walk_new(int fd, const struct page_meta *m, bool whole)
{
    struct walk *w = heap_take(sizeof(*w));

    w->file.fd = fd;
    w->whole = whole;
    w->file.page_bytes = m->page_bytes;
    w->file.last_page = m->last_page;
    w->reached = heap_take(m->last_page / 8 + 1);
    w->unused = heap_take(m->last_page / 8 + 1);
    w->zeros = heap_take(w->file.page_bytes);
    w->levels[0].bytes = heap_take(w->file.page_bytes * DEPTH_MAX);
    for (size_t i = 1; i < DEPTH_MAX; i++) {
        w->levels[i].bytes = w->levels[0].bytes + i * w->file.page_bytes;
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

struct err pages_check_but(int fd, const struct page_meta *m,
                           const struct pages_spared *spared)
{
    struct walk *w = walk_new(fd, m, true);
    struct err e;

    w->spared = *spared;
    e = check_all(w, m);
    walk_free(w);
    return e;
}

/* The last key of the list of free pages, 0 when it is empty. */
static struct err free_last(struct walk *w, const struct page_tree *t,
                            uint64_t *ret)
{
    struct page_view *l = &w->levels[0];
    uint64_t number = t->root;
    struct page_node n = {0};
    struct err e = OK;

    *ret = 0;
    for (unsigned depth = 1; !failed(e) && depth <= t->depth; depth++) {
        bool leaf = depth == t->depth;

        e = page_reach(w, l, number, leaf ? PAGE_LEAF : PAGE_BRANCH);
        if (!failed(e)) {
            e = page_node_at(&w->file, l, l->nodes - 1, leaf, &n);
        }
        number = n.child;
    }
    if (!failed(e) && t->depth > 0) {
        e = n.key.size == PAGE_NUMBER_BYTES ? OK : page_bad(l->number);
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
            e = page_bad((uint64_t)i);
        }
    }
    /* A commit that frees nothing, into an empty tree, repeats the last. */
    if (!failed(e) && last[newer] < last[1 - newer]) {
        e = page_bad((uint64_t)newer);
    }
    return e;
}

/* Pages that neither walk has reached. */
static struct err unused_clear(const struct walk *a, const struct walk *b)
{
    uint64_t last = a->file.last_page > b->file.last_page ? a->file.last_page
                                                          : b->file.last_page;
    struct err e = OK;

    for (uint64_t n = PAGE_FIRST; !failed(e) && n <= last; n++) {
        bool used = (n <= a->file.last_page && bit_get(a->reached, n)) ||
                    (n <= b->file.last_page && bit_get(b->reached, n));

        if (!used) {
            e = zeros_write(a, n, 0, a->file.page_bytes);
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
