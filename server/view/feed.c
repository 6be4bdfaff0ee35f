/*
 * feed.c - the live board: a snapshot, and what has changed since.
 *
 * Frames are as schema/live.md says. A row is encoded under the mask of its
 * audience; nothing is opened.
 */
#include "view/parts.h"

#include <assert.h>
#include <string.h>

enum {
    SNAPSHOT_HEADS_MAX = 10000, /* looked at: below a millisecond */
    FEED_ARENA = 4 << 20,
};

static void begin_frame(struct json_out *o, const char *type)
{
    json_out_object(o);
    json_out_name(o, "type");
    json_out_literal(o, type);
    json_out_name(o, "topic");
    json_out_literal(o, "board");
}

static struct err write_counters(struct store_txn *t,
                                 const struct view_context *x,
                                 const struct audience *u, struct json_out *o)
{
    struct view_counters counters;
    struct err e = counters_read(t, x, u, &counters);

    if (!failed(e)) {
        json_out_name(o, "counters");
        view_counters_write(o, &counters, &u->grant.mask, x->lang);
    }
    return e;
}

/* ------------------------------------------------------------ snapshot -- */

static struct err write_snapshot(struct store_txn *t,
                                 const struct view_context *x,
                                 const struct audience *u, size_t limit,
                                 struct arena *a, struct json_out *o)
{
    const struct board_window w = {.limit = limit,
                                   .scan_max = SNAPSHOT_HEADS_MAX};
    struct board_rows rows;
    struct err e;

    e = board_walk(t, a, u, &w, &rows);
    if (failed(e)) {
        return e;
    }
    json_out_name(o, "rows");
    json_out_array(o);
    for (size_t i = 0; i < rows.count; i++) {
        view_case_row_write(o, &rows.rows[i], &u->grant.mask, x->lang);
    }
    json_out_array_end(o);
    json_out_name(o, "more");
    json_out_bool(o, rows.more);
    return OK;
}

struct err view_snapshot(struct store_txn *t, const struct view_context *x,
                         const struct audience *u, const char *cursor,
                         size_t limit, struct json_out *o)
{
    struct audience shown = *u;
    struct arena *a = arena_new(FEED_ARENA);
    struct err e;

    assert(u->grant.any);
    shown.grant.mask.level[GROUP_SELF] = MASK_FULL;
    begin_frame(o, "snapshot");
    json_out_name(o, "cursor");
    json_out_literal(o, cursor);
    e = write_counters(t, x, &shown, o);
    if (!failed(e)) {
        e = write_snapshot(t, x, &shown,
                           limit > LIMIT_PAGE_ROWS ? LIMIT_PAGE_ROWS : limit, a,
                           o);
    }
    json_out_object_end(o);
    arena_free(a);
    return e;
}

/* ---------------------------------------------------------------- push -- */

/* Several changes of one case: what it was before the first, and is after the
 * last. */
struct merged {
    const struct feed_change *first;
    const struct feed_change *last;
};

struct merge { /* open addressing by case id, twice as wide as it gets full */
    uint32_t *slots; /* index + 1 into cases; 0: free */
    size_t mask;
    struct merged *cases;
    size_t count;
};

static struct err merge_init(struct merge *m, struct arena *a, size_t count)
{
    size_t width = 16;

    while (width < 2 * count) {
        width *= 2;
    }
    m->mask = width - 1;
    m->count = 0;
    m->slots = arena_take(a, width * sizeof(*m->slots));
    m->cases = arena_take(a, (count + 1) * sizeof(*m->cases));
    return m->slots == NULL || m->cases == NULL ? ERR(ERR_LIMIT) : OK;
}

static void merge_add(struct merge *m, const struct feed_change *c)
{
    /* The end of an id is random. */
    size_t at = load_u32le(c->case_id.bytes + ID_BYTES - 4) & m->mask;

    while (m->slots[at] != 0) {
        struct merged *other = &m->cases[m->slots[at] - 1];

        if (id_equal(other->last->case_id, c->case_id)) {
            other->last = c;
            return;
        }
        at = (at + 1) & m->mask;
    }
    m->cases[m->count] = (struct merged){c, c};
    m->count++;
    m->slots[at] = (uint32_t)m->count;
}

static struct err write_puts(struct store_txn *t, const struct view_context *x,
                             const struct audience *u, const struct merge *m,
                             struct arena *a, struct json_out *o)
{
    json_out_name(o, "put");
    json_out_array(o);
    for (size_t i = 0; i < m->count; i++) {
        const struct feed_change *c = m->cases[i].last;
        struct view_case_row row;
        struct err e;

        if (!audience_sees(u, c->after)) {
            continue;
        }
        e = case_row_of(t, a, c->case_id, c->after, &row);
        if (is_damage(e)) {
            alarm_about("case_left_out", c->case_id);
            continue;
        }
        if (failed(e)) {
            return e;
        }
        audience_blind(u, c->after, &row);
        view_case_row_write(o, &row, &u->grant.mask, x->lang);
    }
    json_out_array_end(o);
    return OK;
}

static void write_drops(const struct audience *u, const struct merge *m,
                        struct json_out *o)
{
    json_out_name(o, "drop");
    json_out_array(o);
    for (size_t i = 0; i < m->count; i++) {
        const struct feed_change *first = m->cases[i].first;

        if (first->had_before && audience_sees(u, first->before) &&
            !audience_sees(u, m->cases[i].last->after)) {
            json_out_id(o, first->case_id);
        }
    }
    json_out_array_end(o);
}

static struct err write_push(struct store_txn *t, const struct view_context *x,
                             const struct audience *u, const struct merge *m,
                             struct arena *a, struct json_out *o)
{
    struct err e = write_puts(t, x, u, m, a, o);

    if (failed(e)) {
        return e;
    }
    write_drops(u, m, o);
    return write_counters(t, x, u, o);
}

struct err view_push(struct store_txn *t, const struct view_context *x,
                     const struct audience *u, const struct feed_span *span,
                     struct json_out *o)
{
    struct audience shown = *u;
    struct arena *a = arena_new(FEED_ARENA);
    struct merge m;
    struct err e;

    assert(u->grant.any);
    shown.grant.mask.level[GROUP_SELF] = MASK_FULL;
    e = merge_init(&m, a, span->count);
    if (failed(e)) {
        arena_free(a);
        return e;
    }
    for (size_t i = 0; i < span->count; i++) {
        merge_add(&m, &span->changes[i]);
    }
    begin_frame(o, "push");
    json_out_name(o, "from");
    json_out_literal(o, span->from);
    json_out_name(o, "to");
    json_out_literal(o, span->to);
    e = write_push(t, x, &shown, &m, a, o);
    json_out_object_end(o);
    arena_free(a);
    return e;
}
