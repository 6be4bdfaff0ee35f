/*
 * replay.c - makes derived tables again from the log, and compares.
 *
 * Two stores at a time, read txn here and write txn there; a batch is some
 * thousand records, so that no reader holds old pages for long and no write
 * txn grows without bound.
 */
#include <assert.h>
#include <stdio.h>

#include "store/inside.h"

enum { BATCH = 1000 };

/* One record from one log to the end of the other. */
static struct err replay_one(const struct replay_plan *p,
                             struct store_txn *from, struct store_txn *to,
                             struct verify_report *ret)
{
    uint64_t seq = to->position.seq + 1;
    struct span bytes = {NULL, 0};
    struct record r;
    struct err e = log_bytes(from, seq, &bytes);

    if (failed(e)) {
        e = e.code == ERR_MISSING ? ERR(ERR_TAMPERED) : e;
        return verify_report(ret, e, "chain", seq);
    }
    e = log_append_raw(to, bytes, &r);
    if (failed(e)) {
        return verify_report(ret, e, e.code == ERR_CORRUPT ? "layout" : "chain",
                             seq);
    }
    e = store_apply(to, &r);
    if (!failed(e) && p->apply != NULL) {
        e = p->apply(to, &r);
    }
    return failed(e) ? verify_report(ret, e, "apply", seq) : OK;
}

static struct err replay_batch(const struct replay_plan *p,
                               struct store_txn *from, uint64_t until,
                               struct verify_report *ret, uint64_t *ret_seq)
{
    struct store_txn *to;
    uint64_t first;
    bool inside = false; /* a frame */
    struct err e = store_write_begin(p->to, &to);

    if (failed(e)) {
        return verify_report(ret, e, "scratch", 0);
    }
    first = to->position.seq;
    while (!failed(e) && to->position.seq < until &&
           (inside || to->position.seq < first + BATCH)) {
        e = replay_one(p, from, to, ret);
        inside = to->frame_index + 1 < to->frame_count;
    }
    if (!failed(e) && inside) {
        e = verify_report(ret, ERR(ERR_TAMPERED), "frame", to->position.seq);
    }
    if (failed(e)) {
        store_end(to);
        return e;
    }
    *ret_seq = to->position.seq;
    e = store_commit(to);
    return failed(e) ? verify_report(ret, e, "scratch", 0) : OK;
}

struct err replay(const struct replay_plan *p, uint64_t until,
                  struct verify_report *ret)
{
    uint64_t seq = 0;
    struct err e = OK;

    while (!failed(e) && seq < until) {
        struct store_txn *from;

        e = store_read_begin(p->from, &from);
        if (failed(e)) {
            return verify_report(ret, e, "log_head", 0);
        }
        e = replay_batch(p, from, until, ret, &seq);
        store_end(from);
    }
    return e;
}

static bool same_row(const struct span a[2], const struct span b[2])
{
    return span_equal(a[0], b[0]) && span_equal(a[1], b[1]);
}

/* Two walks in step. *ret_same is set when neither was stopped early. */
static struct err walks_compare(struct table_walk *a, struct table_walk *b,
                                bool *ret_same)
{
    struct span row_a[2];
    struct span row_b[2];
    bool more_a = table_walk_seek(a, SPAN(NULL, 0), true, &row_a[0], &row_a[1]);
    bool more_b = table_walk_seek(b, SPAN(NULL, 0), true, &row_b[0], &row_b[1]);
    struct err e_a;
    struct err e_b;

    while (more_a && more_b && same_row(row_a, row_b)) {
        more_a = table_walk_next(a, true, &row_a[0], &row_a[1]);
        more_b = table_walk_next(b, true, &row_b[0], &row_b[1]);
    }
    e_a = table_walk_end(a);
    e_b = table_walk_end(b);
    *ret_same = !more_a && !more_b;
    return failed(e_a) ? e_a : e_b;
}

static struct err table_compare(struct store_txn *a, struct store_txn *b,
                                enum table table, bool *ret_same)
{
    struct table_walk *walk_a;
    struct table_walk *walk_b;
    struct err e = table_walk_begin(a, table, &walk_a);

    if (failed(e)) {
        return e;
    }
    e = table_walk_begin(b, table, &walk_b);
    if (failed(e)) {
        struct err ignored = table_walk_end(walk_a);

        (void)ignored; /* e says more */
        return e;
    }
    return walks_compare(walk_a, walk_b, ret_same);
}

struct err replay_compare(struct store_txn *a, struct store_txn *b,
                          struct verify_report *ret)
{
    for (unsigned i = 0; i < TABLE_COUNT; i++) {
        char what[sizeof(ret->what)];
        bool same = false;
        struct err e;

        if (table_info[i].class != TABLE_CLASS_DERIVED) {
            continue;
        }
        e = table_compare(a, b, (enum table)i, &same);
        if (!failed(e) && !same) {
            e = ERR(ERR_TAMPERED);
        }
        if (failed(e)) {
            (void)snprintf(what, sizeof(what), "table:%s", table_info[i].name);
            return verify_report(ret, e, what, 0);
        }
    }
    return OK;
}
