/*
 * timeline.c - what happened to a case, newest first.
 *
 * Table case_timeline names the records of a case; each is read from the log,
 * hash-checked. What was written is opened only when the mask shows the
 * handling log whole (G11); words.c says what is told of it.
 */
#include "view/parts.h"

#include <assert.h>
#include <string.h>

/* How far the log of one case is open to its reader. */
struct log_view {
    const struct mask *mask;
    bool has_case; /* it was given to his unit */
};

static struct err log_view_of(const struct viewing *v, struct id case_id,
                              const struct mask *m, struct log_view *ret)
{
    uint8_t head[CASE_HEAD_BYTES];
    bool found = false;
    struct err e = case_head_get(v->t, case_id, head, &found);

    *ret = (struct log_view){.mask = m};
    if (!failed(e) && found) {
        ret->has_case = case_is_of_unit(v->x->actor.unit, head);
    }
    return e;
}

/* Entries hold what may be shown and nothing else, so where the log is open in
 * part the writer need not hide it again. */
static struct mask writers_mask(const struct mask *m)
{
    struct mask mask = *m;

    if (mask.level[GROUP_G11] == MASK_MASKED) {
        mask.level[GROUP_G11] = MASK_FULL;
    }
    return mask;
}

static struct err fill_note(const struct viewing *v, const struct record *r,
                            struct view_timeline_entry *ret)
{
    struct ev_note_added_narrative note;
    struct opened part;
    struct err e;

    e = part_open(v, r, part_of_class(r, PART_CLASS_NARRATIVE, 0), &part);
    if (failed(e) || !part.present) {
        return e;
    }
    ret->has_erased = part.erased;
    ret->erased = part.erased;
    if (part.erased) {
        return OK;
    }
    e = ev_note_added_decode_narrative(part.json, v->a, &note);
    if (!failed(e)) {
        ret->has_note = true;
        ret->note = note.text;
    }
    return e;
}

static struct err fill_actor(const struct viewing *v, const struct record *r,
                             struct view_timeline_entry *ret)
{
    struct err e = login_text(v, r->head.actor, &ret->actor);

    if (!failed(e)) {
        e = padded_text(v->a, r->head.role, sizeof(r->head.role), &ret->role);
    }
    if (!failed(e)) {
        e = padded_text(v->a, r->head.unit, sizeof(r->head.unit), &ret->unit);
    }
    ret->has_actor = !failed(e);
    ret->has_role = !failed(e) && ret->role.size > 0;
    ret->has_unit = !failed(e) && ret->unit.size > 0;
    return e;
}

/* What is written to the unit that the case was given to. */
static bool is_told_to_unit(uint16_t event)
{
    return event == EVENT_CASE_DISPATCHED || event == EVENT_REVIEW_RETURNED ||
           event == EVENT_REDO_DECIDED;
}

/* Whole, or where the log shows a reader only his own: what his unit did, and
 * what was told to it while it has the case. */
static bool shows_log(const struct viewing *v, const struct log_view *l,
                      const struct record *r)
{
    const char *unit = v->x->actor.unit;

    if (l->mask->level[GROUP_G11] != MASK_MASKED) {
        return l->mask->level[GROUP_G11] == MASK_FULL;
    }
    return unit[0] != '\0' &&
           (memcmp(unit, r->head.unit, sizeof(r->head.unit)) == 0 ||
            (l->has_case && is_told_to_unit(r->type)));
}

static struct err fill_entry(const struct viewing *v, uint64_t seq,
                             const struct log_view *l,
                             struct view_timeline_entry *ret)
{
    struct record r;
    struct err e;

    e = log_read(v->t, seq, &r);
    if (failed(e)) {
        return e;
    }
    *ret = (struct view_timeline_entry){
        .seq = (int64_t)seq,
        .at = r.head.time_us,
        .event = text_of(event_name(r.type)),
    };
    if (!shows_log(v, l, &r)) {
        return OK;
    }
    e = fill_actor(v, &r, ret);
    if (!failed(e)) {
        e = fill_words(v, &r, l->mask, ret);
    }
    if (!failed(e) && r.type == EVENT_NOTE_ADDED) {
        e = fill_note(v, &r, ret);
    }
    return e;
}

/* ---------------------------------------------------------------- page -- */

struct entries {
    uint64_t seqs[LIMIT_PAGE_ROWS];
    size_t count;
    bool more;
};

/* The newest records of a case below before_seq. */
static struct err find_entries(struct store_txn *t, struct id case_id,
                               uint64_t before_seq, size_t limit,
                               struct entries *ret)
{
    uint8_t from[CASE_TIMELINE_KEY_BYTES];
    struct table_walk *walk;
    struct span key;
    struct span value;
    bool there;
    struct err e;

    assert(before_seq > 0 && limit <= LIMIT_PAGE_ROWS);
    ret->count = 0;
    case_timeline_key(from, case_id, before_seq - 1);
    e = table_walk_begin(t, TABLE_CASE_TIMELINE, &walk);
    if (failed(e)) {
        return e;
    }
    there =
        table_walk_seek(walk, SPAN(from, sizeof(from)), false, &key, &value);
    while (there && id_equal(case_timeline_key_case_id(key.at), case_id) &&
           ret->count < limit) {
        ret->seqs[ret->count] = case_timeline_key_seq(key.at);
        ret->count++;
        there = table_walk_next(walk, false, &key, &value);
    }
    ret->more = there && id_equal(case_timeline_key_case_id(key.at), case_id);
    return table_walk_end(walk);
}

static struct err write_page(const struct viewing *v, struct id case_id,
                             const struct mask *m, const struct entries *found)
{
    struct view_timeline_entry *rows =
        arena_take(v->a, (found->count + 1) * sizeof(*rows));
    struct view_timeline_page page = {.rows = rows, .has_next = found->more};
    struct mask written = writers_mask(m);
    struct log_view log;
    uint8_t last[8];
    struct err e;

    if (rows == NULL) {
        return ERR(ERR_LIMIT);
    }
    e = log_view_of(v, case_id, m, &log);
    if (failed(e)) {
        return e;
    }
    for (size_t i = 0; i < found->count; i++) {
        e = fill_entry(v, found->seqs[i], &log, &rows[i]);
        if (failed(e)) {
            return e;
        }
        page.rows_count++;
    }
    if (found->more) {
        store_u64le(last, found->seqs[found->count - 1]);
        e = page_token(v, TOKEN_TIMELINE, case_id, SPAN(last, sizeof(last)),
                       &page.next);
        if (failed(e)) {
            return e;
        }
    }
    view_timeline_page_write(&v->ret->body, &page, &written, v->x->lang);
    return OK;
}

struct err read_read_timeline(const struct viewing *v, const void *params)
{
    const struct read_read_timeline *p = params;
    struct object object = {.kind = OBJECT_CASE};
    uint64_t before_seq = UINT64_MAX;
    struct decision decision;
    struct entries found = {0};
    uint8_t last[8];
    bool known = false;
    bool allowed = false;
    struct err e;

    e = case_by_number(v->t, p->no, &object.id, &known);
    if (failed(e)) {
        return e;
    }
    e = decide_object(v, ACT_READ_CASE, object, REFUSAL_CASE_UNKNOWN, &decision,
                      &allowed);
    if (failed(e) || !allowed) {
        return e;
    }
    if (p->has_cursor) {
        if (!page_token_read(v, TOKEN_TIMELINE, object.id, p->cursor, last,
                             sizeof(last))) {
            answer_refuse(v->ret, REFUSAL_CURSOR_BAD);
            return OK;
        }
        before_seq = load_u64le(last);
    }
    e = find_entries(v->t, object.id, before_seq,
                     page_limit(p->has_limit, p->limit), &found);
    return failed(e) ? e : write_page(v, object.id, &decision.mask, &found);
}

/* ---------------------------------------------------------------- note -- */

struct err answer_note(const struct viewing *v, const struct granted *g)
{
    const struct object object = {OBJECT_CASE, g->object};
    struct view_timeline_entry entry;
    struct mask mask;
    struct mask written;
    struct log_view log;
    struct err e;

    e = answer_mask(v, ACT_READ_CASE, object, &mask);
    if (!failed(e)) {
        e = log_view_of(v, g->object, &mask, &log);
    }
    if (!failed(e)) {
        e = fill_entry(v, g->position.seq, &log, &entry);
    }
    if (!failed(e)) {
        written = writers_mask(&mask);
        view_timeline_entry_write(&v->ret->body, &entry, &written, v->x->lang);
    }
    return e;
}
