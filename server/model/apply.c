/*
 * apply.c - from a record to the derived tables: one row an event type.
 *
 * Pure table work: the record and the tables, nothing else, so that replaying
 * the log gives the same tables byte for byte. It cannot refuse; a record that
 * does not fit the tables is ERR_CORRUPT.
 */
#include "model/nouns.h"

enum { APPLY_ARENA_BYTES = 4 << 20 }; /* a catalogue is the largest */

typedef struct err (*apply_one_fn)(struct store_txn *t, const struct record *r,
                                   struct arena *a);

/* The fact stands in the log and moves no table. */
static struct err apply_nothing(struct store_txn *t, const struct record *r,
                                struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return OK;
}

static const struct apply_row {
    uint16_t type;
    bool is_case; /* moves a case head */
    apply_one_fn apply;
} rows[] = {
    {EVENT_CATALOGUE_ADOPTED, false, apply_catalogue_adopted},
    {EVENT_ACCOUNT_ADDED, false, apply_account_added},
    {EVENT_ACCOUNT_DISABLED, false, apply_account_disabled},
    {EVENT_ENROLMENT_ISSUED, false, apply_enrolment_issued},
    {EVENT_ACCOUNT_ENROLLED, false, apply_account_enrolled},
    {EVENT_SESSION_OPENED, false, apply_session_opened},
    {EVENT_SESSION_CLOSED, false, apply_session_closed},
    {EVENT_ACCESS_DENIED, false, apply_nothing},
    {EVENT_CHILD_OPENED, false, apply_nothing},
    {EVENT_CONTACT_TAKEN, false, apply_contact_taken},
    {EVENT_CONTACT_CLOSED, false, apply_contact_closed},
    {EVENT_DRAFT_SAVED, false, apply_draft_saved},
    {EVENT_CASE_REGISTERED, true, apply_case_registered},
    {EVENT_NOTE_ADDED, true, apply_note_added},
};

static const struct apply_row *row_of(uint16_t type)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (rows[i].type == type) {
            return &rows[i];
        }
    }
    return NULL;
}

struct err model_apply(struct store_txn *t, const struct record *r)
{
    const struct apply_row *row = row_of(r->type);
    struct arena *a;
    struct err e;

    if (row == NULL) {
        return ERR(ERR_CORRUPT);
    }
    a = arena_new(APPLY_ARENA_BYTES);
    e = row->apply(t, r, a);
    arena_free(a);
    return e;
}

bool model_event_is_case(uint16_t event_type)
{
    const struct apply_row *row = row_of(event_type);

    return row != NULL && row->is_case;
}
