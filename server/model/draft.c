/*
 * draft.c - what is being typed into an open contact, sealed, in a side table.
 *
 * A draft is saved every few seconds and is no event: only its last state
 * becomes one, draft_saved, when the contact ends. Its version (If-Match, 0
 * when none was saved) lets two windows of one agent not overwrite each other
 * unseen. Row: fixed part, then the sealed content as its tail. A damaged draft
 * is kept out of the log, with an alarm, and holds nothing up.
 */
#include "model/nouns.h"

#include <assert.h>
#include <string.h>

#include "base/diag.h"
#include "model/rows.h"

struct draft {
    bool found;
    uint8_t key[DRAFT_KEY_BYTES];
    uint32_t version;
    struct span sealed; /* borrowed from the txn */
};

static struct err draft_find(struct store_txn *t, struct id contact,
                             struct draft *ret)
{
    struct span value;
    struct err e;

    *ret = (struct draft){0};
    draft_key(ret->key, contact);
    e = table_get(t, TABLE_DRAFT, SPAN(ret->key, sizeof(ret->key)), &value);
    if (failed(e) || value.at == NULL) {
        return e;
    }
    if (value.size < DRAFT_BYTES) {
        return ERR(ERR_CORRUPT);
    }
    ret->found = true;
    ret->version = draft_version(value.at);
    ret->sealed = SPAN(value.at + DRAFT_BYTES, value.size - DRAFT_BYTES);
    return OK;
}

static struct side_place draft_place(const uint8_t *key, struct id subject)
{
    return (struct side_place){TABLE_DRAFT, SPAN(key, DRAFT_KEY_BYTES),
                               subject};
}

/* The row that a side write will put: fixed part and sealed tail. */
static struct err draft_row(const struct decide_in *in, const uint8_t *key,
                            struct id subject, uint32_t version,
                            struct text content, struct span *ret)
{
    struct span sealed;
    uint8_t *row;
    const struct side_place at = draft_place(key, subject);
    struct err e = store_seal_side(in->txn, &at, content, in->arena, &sealed);

    if (failed(e)) {
        return e;
    }
    row = arena_take(in->arena, DRAFT_BYTES + sealed.size);
    if (row == NULL) {
        return ERR(ERR_LIMIT);
    }
    draft_set_version(row, version);
    draft_set_saved_us(row, in->now_us);
    memcpy(row + DRAFT_BYTES, sealed.at, sealed.size);
    *ret = SPAN(row, DRAFT_BYTES + sealed.size);
    return OK;
}

struct err decide_save_draft(const struct decide_in *in, const void *body,
                             struct object object, struct outcome *ret)
{
    const struct cmd_save_draft *c = body;
    struct draft draft;
    struct row head;
    struct span row;
    struct err e = contact_row(in->txn, object.id, &head);

    if (failed(e)) {
        return e;
    }
    assert(head.found); /* the policy knew it */
    if (contact_head_state(head.value) != CONTACT_STATE_OPEN) {
        return outcome_refuse(ret, REFUSAL_CONTACT_NOT_OPEN);
    }
    if (!in->has_if_match) {
        return outcome_refuse(ret, REFUSAL_VERSION_REQUIRED);
    }
    e = draft_find(in->txn, object.id, &draft);
    if (failed(e)) {
        return e;
    }
    if (in->if_match != draft.version) {
        ret->current_version = draft.version;
        return outcome_refuse(ret, REFUSAL_DRAFT_STALE);
    }
    e = draft_row(in, draft.key, contact_head_narrative_subject(head.value),
                  draft.version + 1, c->content, &row);
    if (failed(e)) {
        return e;
    }
    ret->object = object.id;
    ret->version = draft.version + 1;
    return outcome_side(in, ret, TABLE_DRAFT,
                        SPAN(draft.key, sizeof(draft.key)), row);
}

static struct err open_last(const struct decide_in *in, struct id contact,
                            struct id narrative_subject, struct draft *draft,
                            struct text *ret_content)
{
    struct side_place at;
    struct err e = draft_find(in->txn, contact, draft);

    if (failed(e) || !draft->found) {
        return e;
    }
    at = draft_place(draft->key, narrative_subject);
    return store_open_side(in->txn, &at, draft->sealed, in->arena, ret_content);
}

struct err draft_keep(const struct decide_in *in, struct id contact,
                      struct id narrative_subject, struct outcome *ret)
{
    struct ev_draft_saved saved = {
        .contact_id = contact,
        .has_narrative = true,
        .narrative_subject = narrative_subject,
    };
    struct event_plain *event;
    struct draft draft;
    struct err e = open_last(in, contact, narrative_subject, &draft,
                             &saved.narrative.content);

    if (is_damage(e)) {
        /* A draft is typed again sooner than a call that cannot be registered
         * is told again. Its row stays, for who can mend it. */
        diag_err("draft_unreadable", e);
        alarm_about("draft_not_kept", contact);
        return OK;
    }
    if (failed(e) || !draft.found) {
        return e;
    }
    saved.draft_version = draft.version;
    event = outcome_event(ret);
    e = ev_draft_saved_encode(&saved, in->arena, event);
    if (failed(e)) {
        return e;
    }
    event_about(event, contact, 0);
    return outcome_side(in, ret, TABLE_DRAFT,
                        SPAN(draft.key, sizeof(draft.key)), (struct span){0});
}

struct err apply_draft_saved(struct store_txn *t, const struct record *r,
                             struct arena *a)
{
    struct ev_draft_saved saved;
    struct row head;
    struct err e = ev_draft_saved_decode(r->open, a, &saved);

    if (failed(e)) {
        return e;
    }
    e = contact_row(t, saved.contact_id, &head);
    if (failed(e)) {
        return e;
    }
    if (!head.found) {
        return ERR(ERR_CORRUPT);
    }
    contact_head_set_version(head.value, contact_head_version(head.value) + 1);
    contact_head_set_last_seq(head.value, r->position.seq);
    contact_head_set_draft_seq(head.value, r->position.seq);
    return row_put(t, &head);
}
