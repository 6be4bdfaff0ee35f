/*
 * board.c - the list of cases and the counters above it.
 *
 * Case ids sort by the time of registration, so the newest are found by
 * walking the heads from their end. A walk looks at a bounded number of heads,
 * whatever share of them its reader may see: the loop's thread does it.
 */
#include "view/parts.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"

enum {
    LIST_HEADS_MAX = 5000, /* looked at by one page: below a millisecond */
    /* Counters of readers for whom apply keeps none: among the newest. Half a
     * millisecond. */
    COUNT_HEADS_MAX = 20000,
};

/* Puts the walk on the newest head that is older than w->after. */
static bool window_begin(struct table_walk *walk, const struct board_window *w,
                         struct span *ret_key, struct span *ret_value)
{
    uint8_t key[CASE_HEAD_KEY_BYTES];

    if (!w->has_after) {
        return table_walk_seek(walk, (struct span){0}, false, ret_key,
                               ret_value);
    }
    case_head_key(key, w->after);
    if (!table_walk_seek(walk, SPAN(key, sizeof(key)), false, ret_key,
                         ret_value)) {
        return false;
    }
    if (!span_equal(*ret_key, SPAN(key, sizeof(key)))) {
        return true;
    }
    return table_walk_next(walk, false, ret_key, ret_value);
}

static bool same_code(const char *wanted, const char *code, size_t size)
{
    return wanted[0] == '\0' || memcmp(wanted, code, size) == 0;
}

static bool at_unit(const char unit[static 16], const uint8_t *head)
{
    return same_code(unit, case_head_ball_unit(head), 16) ||
           same_code(unit, case_head_lead_unit(head), 16);
}

static bool emergency_runs(const uint8_t *head)
{
    return case_head_ladder_state(head) == LADDER_STATE_RUNNING;
}

static bool of_danger(const struct board_filter *f, const uint8_t *head)
{
    return !f->has_danger ||
           (f->danger_known && path_in_danger(head) == f->danger);
}

static bool matches(const struct board_filter *f, const uint8_t *head)
{
    enum case_state state = (enum case_state)case_head_state(head);

    return (f->state == CASE_STATE_NONE || state == f->state) &&
           (f->stage == STAGE_NONE || path_stage(state) == f->stage) &&
           (f->urgency == URGENCY_NONE ||
            case_head_urgency(head) == (uint8_t)f->urgency) &&
           same_code(f->category, case_head_category_code(head), 8) &&
           at_unit(f->unit, head) &&
           (!f->has_overdue || (case_head_overdue(head) != 0) == f->overdue) &&
           (!f->has_emergency || emergency_runs(head) == f->emergency) &&
           of_danger(f, head);
}

/* A head that no rule made is not looked into: who makes its row leaves it
 * out, with an alarm. */
static bool wanted(const struct audience *u, const struct board_window *w,
                   const uint8_t *head)
{
    return audience_sees(u, head) &&
           (!case_head_plausible(head) || matches(&w->filter, head));
}

/* The row of the head that the walk stands on, if it is wanted. One that is
 * damaged is left out: it must not take the others with it. */
static struct err add_row(struct store_txn *t, struct arena *a,
                          const struct audience *u,
                          const struct board_window *w, struct span head,
                          struct board_rows *ret)
{
    struct err e = ERR(ERR_CORRUPT);

    if (head.size == CASE_HEAD_BYTES) {
        if (!wanted(u, w, head.at)) {
            return OK;
        }
        e = case_row_of(t, a, ret->last, head.at, &ret->rows[ret->count]);
        if (!failed(e)) {
            audience_blind(u, head.at, &ret->rows[ret->count]);
        }
    }
    if (is_damage(e)) {
        alarm_about("case_left_out", ret->last);
        return OK;
    }
    ret->count += !failed(e);
    return e;
}

/* True when a wanted head lies at or behind the walk, or the walk would have
 * to look at too many to say. A head that is not wanted tells nothing. */
static bool more_wanted(const struct audience *u, const struct board_window *w,
                        struct table_walk *walk, struct span head, bool there,
                        size_t scanned)
{
    struct span key;

    while (there && scanned < w->scan_max) {
        if (head.size == CASE_HEAD_BYTES && wanted(u, w, head.at)) {
            return true;
        }
        scanned++;
        there = table_walk_next(walk, false, &key, &head);
    }
    return there;
}

static struct err walk_rows(struct store_txn *t, struct arena *a,
                            struct table_walk *walk, const struct audience *u,
                            const struct board_window *w,
                            struct board_rows *ret)
{
    size_t scanned = 0;
    struct span key;
    struct span value;
    bool there = window_begin(walk, w, &key, &value);

    while (there && ret->count < w->limit && scanned < w->scan_max) {
        struct err e;

        if (key.size != CASE_HEAD_KEY_BYTES) {
            return ERR(ERR_CORRUPT);
        }
        ret->last = case_head_key_case_id(key.at);
        e = add_row(t, a, u, w, value, ret);
        if (failed(e)) {
            return e;
        }
        scanned++;
        there = table_walk_next(walk, false, &key, &value);
    }
    ret->more = more_wanted(u, w, walk, value, there, scanned);
    return OK;
}

struct err board_walk(struct store_txn *t, struct arena *a,
                      const struct audience *u, const struct board_window *w,
                      struct board_rows *ret)
{
    struct table_walk *walk;
    struct err ended;
    struct err e;

    assert(w->limit > 0 && w->limit <= LIMIT_PAGE_ROWS);
    *ret = (struct board_rows){0};
    ret->rows = arena_take(a, w->limit * sizeof(*ret->rows));
    if (ret->rows == NULL) {
        return ERR(ERR_LIMIT);
    }
    e = table_walk_begin(t, TABLE_CASE_HEAD, &walk);
    if (failed(e)) {
        return e;
    }
    e = walk_rows(t, a, walk, u, w, ret);
    ended = table_walk_end(walk);
    return failed(e) ? e : ended;
}

/* ------------------------------------------------------------ counters -- */

/* One head, as apply counts it. */
static void count_head(const uint8_t *head, uint32_t today,
                       struct board_counts *c)
{
    bool open = path_open((enum case_state)case_head_state(head));

    c->open += open;
    c->triage += case_head_state(head) == CASE_STATE_TRIAGE;
    c->today += case_head_day(head) == today;
    c->danger += open && case_head_danger(head) != 0;
    c->emergency += open && emergency_runs(head);
    c->overdue += open && case_head_overdue(head) != 0;
}

static struct err count_by_walk(struct store_txn *t, const struct audience *u,
                                uint32_t today, struct board_counts *ret)
{
    struct table_walk *walk;
    struct span key;
    struct span value;
    size_t scanned = 0;
    bool there;
    struct err e;

    *ret = (struct board_counts){0};
    e = table_walk_begin(t, TABLE_CASE_HEAD, &walk);
    if (failed(e)) {
        return e;
    }
    there = table_walk_seek(walk, (struct span){0}, false, &key, &value);
    while (there && scanned < COUNT_HEADS_MAX) {
        if (value.size == CASE_HEAD_BYTES && case_head_plausible(value.at) &&
            audience_sees(u, value.at)) {
            count_head(value.at, today, ret);
        }
        scanned++;
        there = table_walk_next(walk, false, &key, &value);
    }
    return table_walk_end(walk);
}

/* apply counts for everything, and for each city, county and township. */
static bool counted_scope(const struct audience *u, uint64_t *ret_scope)
{
    enum { TOWNSHIP_MAX = 999999999 };

    if (u->grant.relation == RELATION_ALL) {
        *ret_scope = 0;
        return true;
    }
    if (u->grant.relation == RELATION_TERRITORY &&
        u->territory <= TOWNSHIP_MAX) {
        *ret_scope = u->territory;
        return true;
    }
    return false;
}

struct err counters_read(struct store_txn *t, const struct view_context *x,
                         const struct audience *u, struct view_counters *ret)
{
    uint32_t today =
        civil_day(x->now_us, catalogue_utc_offset_minutes(x->catalogue));
    struct board_counts counts = {0};
    uint64_t scope = 0;
    struct err e;

    e = counted_scope(u, &scope) ? board_counts_read(t, scope, today, &counts)
                                 : count_by_walk(t, u, today, &counts);
    if (failed(e)) {
        return e;
    }
    *ret = (struct view_counters){
        .open = (int64_t)counts.open,
        .triage = (int64_t)counts.triage,
        .today = (int64_t)counts.today,
        .danger = (int64_t)counts.danger,
        .emergency = (int64_t)counts.emergency,
        .overdue = (int64_t)counts.overdue,
    };
    return OK;
}

/* ---------------------------------------------------------- list_cases -- */

struct err live_cursor(const struct viewing *v, struct text *ret)
{
    struct crypt_key key = store_derive(store_of(v->t), CURSOR_PURPOSE);
    char cursor[CURSOR_CHARS];

    cursor_write(&key, store_position(v->t), cursor);
    bytes_wipe(&key, sizeof(key));
    *ret = arena_copy_text(v->a, text_of(cursor));
    return ret->at == NULL ? ERR(ERR_LIMIT) : OK;
}

static struct err fill_page(const struct viewing *v, const struct audience *u,
                            const struct board_window *w,
                            struct view_case_page *page)
{
    struct board_rows rows;
    struct err e;

    e = board_walk(v->t, v->a, u, w, &rows);
    if (failed(e)) {
        return e;
    }
    page->rows = rows.rows;
    page->rows_count = rows.count;
    page->has_next = rows.more;
    if (rows.more) {
        e = page_token(v, TOKEN_CASES, (struct id){0},
                       SPAN(rows.last.bytes, ID_BYTES), &page->next);
        if (failed(e)) {
            return e;
        }
    }
    e = counters_read(v->t, v->x, u, &page->counters);
    return failed(e) ? e : live_cursor(v, &page->cursor);
}

/* A code that is too long for its field is no code of ours; the decoder's
 * bounds have seen to it. */
static void pad(struct text code, char *ret, size_t size)
{
    assert(code.size <= size);
    memset(ret, 0, size);
    memcpy(ret, code.at, code.size);
}

static struct board_filter filter_of(const struct read_list_cases *p,
                                     const struct mask *m)
{
    struct board_filter f = {
        .state = p->has_state ? p->state : CASE_STATE_NONE,
        .stage = p->has_stage ? p->stage : STAGE_NONE,
        .urgency = p->has_urgency ? p->urgency : URGENCY_NONE,
        .has_overdue = p->has_overdue,
        .overdue = p->overdue,
        .has_emergency = p->has_emergency,
        .emergency = p->emergency,
        .has_danger = p->has_danger,
        .danger = p->danger,
        .danger_known = m->level[GROUP_G10] == MASK_FULL,
    };

    if (p->has_category) {
        pad(p->category, f.category, sizeof(f.category));
    }
    if (p->has_unit) {
        pad(p->unit, f.unit, sizeof(f.unit));
    }
    return f;
}

struct err read_list_cases(const struct viewing *v, const void *params)
{
    const struct read_list_cases *p = params;
    struct board_window w = {
        .has_after = p->has_cursor,
        .limit = page_limit(p->has_limit, p->limit),
        .scan_max = LIST_HEADS_MAX,
    };
    struct view_case_page page = {0};
    struct audience u;
    struct grant grant;
    struct err e;

    if (!decide_role(v, ACT_READ_BOARD, &grant)) {
        return OK;
    }
    u = view_audience(v->x->catalogue, &v->x->actor);
    w.filter = filter_of(p, &grant.mask);
    if (p->has_cursor && !page_token_read(v, TOKEN_CASES, (struct id){0},
                                          p->cursor, w.after.bytes, ID_BYTES)) {
        answer_refuse(v->ret, REFUSAL_CURSOR_BAD);
        return OK;
    }
    e = fill_page(v, &u, &w, &page);
    if (failed(e)) {
        return e;
    }
    view_case_page_write(&v->ret->body, &page, &grant.mask, v->x->lang);
    return OK;
}
