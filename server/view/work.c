/*
 * work.c - what waits for a reader, most urgent first.
 *
 *      timers   overdue ones, then by due time     ─┐  seen by the audience,
 *      heads    those that no clock runs for,       ├─ and the reader can take
 *               newest first                       ─┘  the case a step on
 *
 * Running emergencies come before everything else, for those who may mark the
 * ladder. A bounded number is looked at, by a reader's thread: each case is
 * asked for every command that could take it on.
 */
#include "view/parts.h"

#include <assert.h>
#include <string.h>

enum { WORK_LOOKED_MAX = 5000 };

struct work_list {
    struct view_case_row *rows; /* in the arena */
    size_t count;
};

struct work {
    struct audience audience;
    struct work_list urgent, rest; /* each up to limit */
    size_t limit;
    size_t looked;
    bool more; /* some did not fit, or were not looked at */
};

static bool holds(const struct work_list *l, struct id case_id)
{
    for (size_t i = 0; i < l->count; i++) {
        if (id_equal(l->rows[i].id, case_id)) {
            return true;
        }
    }
    return false;
}

/* The list that a case belongs in; NULL: it does not wait for this reader. */
static struct work_list *list_for(const struct viewing *v, struct work *w,
                                  const uint8_t *head)
{
    if (!audience_sees(&w->audience, head)) {
        return NULL;
    }
    if (who_may_one(v->x, head, COMMAND_MARK_LADDER)) {
        return &w->urgent;
    }
    return who_may_move(v->x, head) ? &w->rest : NULL;
}

static struct err add(const struct viewing *v, struct work *w,
                      struct id case_id, const uint8_t *head)
{
    struct work_list *l = list_for(v, w, head);
    struct err e;

    if (l == NULL || holds(l, case_id)) {
        return OK;
    }
    if (l->count == w->limit) {
        w->more = true;
        return OK;
    }
    e = case_row_of(v->t, v->a, case_id, head, &l->rows[l->count]);
    if (failed(e)) {
        return e;
    }
    audience_blind(&w->audience, head, &l->rows[l->count]);
    l->count++;
    return OK;
}

/* A damaged head is left out: it must not take the others with it. */
static struct err look(const struct viewing *v, struct work *w,
                       struct id case_id, struct span head)
{
    struct err e = ERR(ERR_CORRUPT);

    w->looked++;
    if (head.size == CASE_HEAD_BYTES && case_head_plausible(head.at)) {
        e = add(v, w, case_id, head.at);
    }
    if (is_damage(e)) {
        alarm_about("case_left_out", case_id);
        return OK;
    }
    return e;
}

static struct err look_up(const struct viewing *v, struct work *w,
                          struct id case_id)
{
    uint8_t key[CASE_HEAD_KEY_BYTES];
    struct span head;
    struct err e;

    case_head_key(key, case_id);
    e = table_get(v->t, TABLE_CASE_HEAD, SPAN(key, sizeof(key)), &head);
    return failed(e) ? e : look(v, w, case_id, head);
}

static bool full(const struct work *w) { return w->looked == WORK_LOOKED_MAX; }

static struct err by_timers(const struct viewing *v, struct work *w)
{
    struct table_walk *walk;
    struct span key;
    struct span value;
    struct err ended;
    bool there;
    struct err e = table_walk_begin(v->t, TABLE_TIMER, &walk);

    if (failed(e)) {
        return e;
    }
    there = table_walk_seek(walk, (struct span){0}, true, &key, &value);
    while (there && !full(w) && !failed(e)) {
        if (key.size == TIMER_KEY_BYTES) {
            e = look_up(v, w, timer_key_case_id(key.at));
        }
        there = table_walk_next(walk, true, &key, &value);
    }
    w->more = w->more || there;
    ended = table_walk_end(walk);
    return failed(e) ? e : ended;
}

/* True for a head that a timer has led to already. */
static bool has_clock(struct span head)
{
    return head.size == CASE_HEAD_BYTES && case_head_due_us(head.at) != 0;
}

static struct err without_clock(const struct viewing *v, struct work *w)
{
    struct table_walk *walk;
    struct span key;
    struct span head;
    struct err ended;
    bool there;
    size_t walked = 0;
    struct err e = table_walk_begin(v->t, TABLE_CASE_HEAD, &walk);

    if (failed(e)) {
        return e;
    }
    there = table_walk_seek(walk, (struct span){0}, false, &key, &head);
    while (there && walked < WORK_LOOKED_MAX && !full(w) && !failed(e)) {
        if (key.size == CASE_HEAD_KEY_BYTES && !has_clock(head)) {
            e = look(v, w, case_head_key_case_id(key.at), head);
        }
        walked++;
        there = table_walk_next(walk, false, &key, &head);
    }
    ended = table_walk_end(walk);
    return failed(e) ? e : ended;
}

static bool take_lists(struct arena *a, struct work *w)
{
    w->urgent.rows = arena_take(a, 2 * w->limit * sizeof(*w->urgent.rows));
    w->rest.rows = arena_take(a, w->limit * sizeof(*w->rest.rows));
    return w->urgent.rows != NULL && w->rest.rows != NULL;
}

/* The urgent list has room for both. */
static void join(struct work *w, struct view_work_page *page)
{
    size_t room = w->limit - w->urgent.count;
    size_t taken = w->rest.count < room ? w->rest.count : room;

    memcpy(w->urgent.rows + w->urgent.count, w->rest.rows,
           taken * sizeof(*w->rest.rows));
    page->rows = w->urgent.rows;
    page->rows_count = w->urgent.count + taken;
    page->more = w->more || taken < w->rest.count;
}

struct err read_list_work(const struct viewing *v, const void *params)
{
    const struct read_list_work *p = params;
    struct work w = {.limit = page_limit(p->has_limit, p->limit)};
    struct view_work_page page = {0};
    struct grant grant;
    struct err e;

    if (!decide_role(v, ACT_READ_WORK, &grant)) {
        return OK;
    }
    w.audience = view_audience(v->x->catalogue, &v->x->actor);
    w.audience.grant.mask.level[GROUP_SELF] = MASK_FULL;
    if (!take_lists(v->a, &w)) {
        return ERR(ERR_LIMIT);
    }
    e = by_timers(v, &w);
    if (!failed(e)) {
        e = without_clock(v, &w);
    }
    if (!failed(e)) {
        e = live_cursor(v, &page.cursor);
    }
    if (failed(e)) {
        return e;
    }
    page.has_cursor = true;
    join(&w, &page);
    view_work_page_write(&v->ret->body, &page, &w.audience.grant.mask,
                         v->x->lang);
    return OK;
}
