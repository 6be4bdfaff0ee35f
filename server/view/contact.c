/*
 * contact.c - contacts and their drafts, as their agent sees them.
 */
#include "view/parts.h"

#include <assert.h>
#include <string.h>

enum { LIST_CONTACTS_MAX = 2000 }; /* looked at by one page */

static struct err contact_head_get(struct store_txn *t, struct id contact,
                                   uint8_t ret_head[static CONTACT_HEAD_BYTES],
                                   bool *ret_found)
{
    uint8_t key[CONTACT_HEAD_KEY_BYTES];
    struct span value;
    struct err e;

    contact_head_key(key, contact);
    e = table_get(t, TABLE_CONTACT_HEAD, SPAN(key, sizeof(key)), &value);
    if (failed(e)) {
        return e;
    }
    if (value.at != NULL && value.size != CONTACT_HEAD_BYTES) {
        return ERR(ERR_CORRUPT);
    }
    if (value.at != NULL && !contact_head_plausible(value.at)) {
        return ERR(ERR_CORRUPT);
    }
    *ret_found = value.at != NULL;
    if (*ret_found) {
        memcpy(ret_head, value.at, CONTACT_HEAD_BYTES);
    }
    return OK;
}

/* ------------------------------------------------------------- contact -- */

static struct err open_number(const struct viewing *v, uint64_t taken_seq,
                              struct contact_number *ret)
{
    struct ev_contact_taken_reporter reporter;
    struct opened part;
    struct record r;
    struct err e;

    e = log_read(v->t, taken_seq, &r);
    if (!failed(e)) {
        e = part_open(v, &r, part_of_class(&r, PART_CLASS_REPORTER, 0), &part);
    }
    if (failed(e)) {
        return e;
    }
    ret->erased = part.erased;
    if (part.json.size == 0) {
        return OK;
    }
    e = ev_contact_taken_decode_reporter(part.json, v->a, &reporter);
    if (!failed(e) && reporter.has_number) {
        ret->number = reporter.number;
    }
    return e;
}

struct err contact_number_open(const struct viewing *v, struct id contact,
                               struct contact_number *ret)
{
    uint8_t head[CONTACT_HEAD_BYTES];
    bool found = false;
    struct err e;

    e = contact_head_get(v->t, contact, head, &found);
    if (failed(e) || !found) {
        return e;
    }
    return open_number(v, contact_head_taken_seq(head), ret);
}

/* The draft's row; an absent one is empty. */
static struct err draft_row(struct store_txn *t, struct id contact,
                            uint8_t ret_key[static DRAFT_KEY_BYTES],
                            struct span *ret_value)
{
    struct err e;

    draft_key(ret_key, contact);
    e = table_get(t, TABLE_DRAFT, SPAN(ret_key, DRAFT_KEY_BYTES), ret_value);
    if (!failed(e) && ret_value->at != NULL && ret_value->size < DRAFT_BYTES) {
        return ERR(ERR_CORRUPT);
    }
    return e;
}

static struct err fill_case_no(struct store_txn *t, struct id case_id,
                               struct view_contact *ret)
{
    uint8_t head[CASE_HEAD_BYTES];
    bool found = false;
    struct err e;

    if (id_is_zero(case_id)) {
        return OK;
    }
    e = case_head_get(t, case_id, head, &found);
    if (!failed(e) && found) {
        ret->has_case_no = true;
        ret->case_no =
            (struct case_no){case_head_day(head), case_head_serial(head)};
    }
    return e;
}

/* Everything but what is sealed. */
static struct err fill_contact(const struct viewing *v, struct id id,
                               const uint8_t *head, struct view_contact *ret)
{
    uint8_t key[DRAFT_KEY_BYTES];
    struct span draft;
    struct err e;

    *ret = (struct view_contact){
        .id = id,
        .state = (enum contact_state)contact_head_state(head),
        .channel = (enum channel)contact_head_channel(head),
        .has_language = contact_head_language(head) != 0,
        .language = (enum language)contact_head_language(head),
        .has_anonymity = contact_head_anonymity(head) != 0,
        .anonymity = (enum anonymity)contact_head_anonymity(head),
        .has_number_withheld = true,
        .number_withheld = contact_head_number_withheld(head) != 0,
        .taken_at = contact_head_taken_us(head),
        .has_closed_at = contact_head_closed_us(head) != 0,
        .closed_at = contact_head_closed_us(head),
        .has_close_reason = contact_head_close_reason(head) != 0,
        .close_reason = (enum close_reason)contact_head_close_reason(head),
    };
    e = draft_row(v->t, id, key, &draft);
    if (failed(e)) {
        return e;
    }
    ret->draft_version = draft.at == NULL ? 0 : draft_version(draft.at);
    e = fill_case_no(v->t, contact_head_case_id(head), ret);
    return failed(e) ? e : login_text(v, contact_head_agent(head), &ret->agent);
}

/* One contact with its number, when the mask shows that. */
static struct err write_contact(const struct viewing *v, struct id id,
                                const struct mask *m)
{
    uint8_t head[CONTACT_HEAD_BYTES];
    struct contact_number number = {0};
    struct view_contact contact;
    bool found = false;
    struct err e;

    e = contact_head_get(v->t, id, head, &found);
    if (failed(e) || !found) {
        return failed(e) ? e : ERR(ERR_CORRUPT);
    }
    e = fill_contact(v, id, head, &contact);
    if (!failed(e) && m->level[GROUP_G2] != MASK_NONE) {
        e = open_number(v, contact_head_taken_seq(head), &number);
    }
    if (failed(e)) {
        return e;
    }
    contact.has_number = number.number.size > 0;
    contact.number = number.number;
    view_contact_write(&v->ret->body, &contact, m, v->x->lang);
    return OK;
}

struct err read_read_contact(const struct viewing *v, const void *params)
{
    const struct read_read_contact *p = params;
    const struct object object = {OBJECT_CONTACT, p->contact_id};
    struct decision decision;
    bool allowed = false;
    struct err e;

    e = decide_object(v, ACT_READ_CONTACT, object, REFUSAL_CONTACT_UNKNOWN,
                      &decision, &allowed);
    if (failed(e) || !allowed) {
        return e;
    }
    return write_contact(v, p->contact_id, &decision.mask);
}

struct err answer_contact(const struct viewing *v, const struct granted *g)
{
    const struct object object = {OBJECT_CONTACT, g->object};
    struct mask mask;
    struct err e = answer_mask(v, ACT_READ_CONTACT, object, &mask);

    return failed(e) ? e : write_contact(v, g->object, &mask);
}

/* ---------------------------------------------------------------- list -- */

struct contacts_window {
    struct id agent;
    struct id before;         /* older than this contact */
    enum contact_state state; /* 0: any */
    size_t limit;
};

struct contacts_found {
    struct id ids[LIMIT_PAGE_ROWS];
    size_t count;
    bool more;
    struct id last; /* the oldest that was looked at */
};

/* True when the walk stands on a contact of the window's agent. */
static bool is_theirs(bool there, const struct contacts_window *w,
                      struct span key)
{
    return there && id_equal(contact_by_agent_key_agent(key.at), w->agent);
}

static struct err find_contacts(struct store_txn *t,
                                const struct contacts_window *w,
                                struct contacts_found *ret)
{
    uint8_t from[CONTACT_BY_AGENT_KEY_BYTES];
    struct table_walk *walk;
    size_t scanned = 0;
    struct span value;
    struct span key;
    bool there;
    struct err e;

    ret->count = 0;
    contact_by_agent_key(from, w->agent, w->before);
    e = table_walk_begin(t, TABLE_CONTACT_BY_AGENT, &walk);
    if (failed(e)) {
        return e;
    }
    there =
        table_walk_seek(walk, SPAN(from, sizeof(from)), false, &key, &value);
    if (there && span_equal(key, SPAN(from, sizeof(from)))) {
        there = table_walk_next(walk, false, &key, &value);
    }
    while (is_theirs(there, w, key) && ret->count < w->limit &&
           scanned < LIST_CONTACTS_MAX) {
        ret->last = contact_by_agent_key_contact_id(key.at);
        if (w->state == CONTACT_STATE_NONE ||
            contact_by_agent_state(value.at) == (uint8_t)w->state) {
            ret->ids[ret->count] = ret->last;
            ret->count++;
        }
        scanned++;
        there = table_walk_next(walk, false, &key, &value);
    }
    ret->more = is_theirs(there, w, key);
    return table_walk_end(walk);
}

static struct err fill_row(const struct viewing *v, struct id id,
                           struct view_contact *ret)
{
    uint8_t head[CONTACT_HEAD_BYTES];
    bool there = false;
    struct err e = contact_head_get(v->t, id, head, &there);

    if (failed(e) || !there) {
        return failed(e) ? e : ERR(ERR_CORRUPT);
    }
    return fill_contact(v, id, head, ret);
}

/* Rows of a list open nothing: the number stands in the contact itself. A
 * damaged one is left out. */
static struct err fill_rows(const struct viewing *v,
                            const struct contacts_found *found,
                            struct view_contact_page *page)
{
    struct view_contact *rows =
        arena_take(v->a, (found->count + 1) * sizeof(*rows));

    if (rows == NULL) {
        return ERR(ERR_LIMIT);
    }
    page->rows = rows;
    for (size_t i = 0; i < found->count; i++) {
        struct err e = fill_row(v, found->ids[i], &rows[page->rows_count]);

        if (is_damage(e)) {
            alarm_about("contact_left_out", found->ids[i]);
        } else if (failed(e)) {
            return e;
        } else {
            page->rows_count++;
        }
    }
    return OK;
}

static struct err write_contacts(const struct viewing *v,
                                 const struct contacts_window *w,
                                 const struct mask *m)
{
    struct view_contact_page page = {0};
    struct contacts_found found;
    struct err e;

    e = find_contacts(v->t, w, &found);
    if (!failed(e)) {
        e = fill_rows(v, &found, &page);
    }
    if (!failed(e) && found.more) {
        page.has_next = true;
        e = page_token(v, TOKEN_CONTACTS, (struct id){0},
                       SPAN(found.last.bytes, ID_BYTES), &page.next);
    }
    if (!failed(e)) {
        view_contact_page_write(&v->ret->body, &page, m, v->x->lang);
    }
    return e;
}

struct err read_list_contacts(const struct viewing *v, const void *params)
{
    const struct read_list_contacts *p = params;
    struct contacts_window w = {
        .agent = v->x->actor.account,
        .state = p->has_state ? p->state : CONTACT_STATE_NONE,
        .limit = page_limit(p->has_limit, p->limit),
    };
    struct grant grant;

    if (!decide_role(v, ACT_READ_CONTACT, &grant)) {
        return OK;
    }
    memset(w.before.bytes, 0xff, sizeof(w.before.bytes));
    if (p->has_cursor &&
        !page_token_read(v, TOKEN_CONTACTS, (struct id){0}, p->cursor,
                         w.before.bytes, ID_BYTES)) {
        answer_refuse(v->ret, REFUSAL_CURSOR_BAD);
        return OK;
    }
    return write_contacts(v, &w, &grant.mask);
}

/* --------------------------------------------------------------- draft -- */

static struct err open_draft(const struct viewing *v,
                             const struct side_place *place, struct span row,
                             struct view_draft *ret)
{
    struct text content;
    struct err e;

    e = store_open_side(v->t, place,
                        SPAN(row.at + DRAFT_BYTES, row.size - DRAFT_BYTES),
                        v->a, &content);
    if (failed(e) && e.code == ERR_MISSING) { /* erased */
        return OK;
    }
    if (!failed(e)) {
        ret->has_content = true;
        ret->content = content;
    }
    return e;
}

/* A draft is a whole form in one text: reporter, children, place, story and
 * screen. Who may not see each of them whole sees none of it. */
static bool shows_form(const struct mask *m)
{
    static const enum field_group groups[] = {GROUP_G2, GROUP_G3, GROUP_G4,
                                              GROUP_G6, GROUP_G10};

    for (size_t i = 0; i < ARRAY_COUNT(groups); i++) {
        if (m->level[groups[i]] != MASK_FULL) {
            return false;
        }
    }
    return true;
}

static struct err fill_draft(const struct viewing *v, struct id contact,
                             const struct mask *m, struct view_draft *ret)
{
    uint8_t head[CONTACT_HEAD_BYTES];
    uint8_t key[DRAFT_KEY_BYTES];
    struct span row;
    bool found = false;
    struct err e;

    *ret = (struct view_draft){.contact_id = contact};
    e = draft_row(v->t, contact, key, &row);
    if (failed(e) || row.at == NULL) {
        return e;
    }
    ret->version = draft_version(row.at);
    ret->has_saved_at = true;
    ret->saved_at = draft_saved_us(row.at);
    if (!shows_form(m)) {
        return OK;
    }
    e = contact_head_get(v->t, contact, head, &found);
    if (failed(e) || !found) {
        return failed(e) ? e : ERR(ERR_CORRUPT);
    }
    return open_draft(v,
                      &(struct side_place){
                          .table = TABLE_DRAFT,
                          .key = SPAN(key, sizeof(key)),
                          .subject = contact_head_narrative_subject(head),
                      },
                      row, ret);
}

struct err read_read_draft(const struct viewing *v, const void *params)
{
    const struct read_read_draft *p = params;
    const struct object object = {OBJECT_CONTACT, p->contact_id};
    struct decision decision;
    struct view_draft draft;
    bool allowed = false;
    struct err e;

    e = decide_object(v, ACT_READ_CONTACT, object, REFUSAL_CONTACT_UNKNOWN,
                      &decision, &allowed);
    if (failed(e) || !allowed) {
        return e;
    }
    e = fill_draft(v, p->contact_id, &decision.mask, &draft);
    if (failed(e)) {
        return e;
    }
    view_draft_write(&v->ret->body, &draft, &decision.mask, v->x->lang);
    answer_etag(v->ret, draft.version);
    return OK;
}

struct err answer_draft(const struct viewing *v, const struct granted *g)
{
    const struct object object = {OBJECT_CONTACT, g->object};
    /* The contact may have ended since, and its draft with it. */
    struct view_draft_saved_answer answer = {.version = g->version,
                                             .saved_at = v->x->now_us};
    uint8_t key[DRAFT_KEY_BYTES];
    struct span row;
    struct mask mask;
    struct err e;

    e = answer_mask(v, ACT_READ_CONTACT, object, &mask);
    if (!failed(e)) {
        e = draft_row(v->t, g->object, key, &row);
    }
    if (failed(e)) {
        return e;
    }
    if (row.at != NULL && draft_version(row.at) == g->version) {
        answer.saved_at = draft_saved_us(row.at);
    }
    view_draft_saved_answer_write(&v->ret->body, &answer, &mask, v->x->lang);
    answer_etag(v->ret, answer.version);
    return OK;
}
