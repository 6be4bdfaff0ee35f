/*
 * apply.c - from a record to the derived tables: one row an event version.
 *
 * Pure table work: the record and the tables, nothing else, so that replaying
 * the log gives the same tables byte for byte. It cannot refuse; a record that
 * does not fit the tables is ERR_CORRUPT, one of a newer server ERR_VERSION.
 */
#include "model/path_nouns.h"

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
    uint16_t version;
    bool is_case; /* moves a case head */
    apply_one_fn apply;
} rows[] = {
    {EVENT_CATALOGUE_ADOPTED, 1, false, apply_catalogue_adopted},
    {EVENT_ACCOUNT_ADDED, 1, false, apply_account_added},
    {EVENT_ACCOUNT_DISABLED, 1, false, apply_account_disabled},
    {EVENT_ENROLMENT_ISSUED, 1, false, apply_enrolment_issued},
    {EVENT_ACCOUNT_ENROLLED, 1, false, apply_account_enrolled},
    {EVENT_SESSION_OPENED, 1, false, apply_session_opened},
    {EVENT_SESSION_CLOSED, 1, false, apply_session_closed},
    {EVENT_ACCESS_DENIED, 1, false, apply_nothing},
    {EVENT_CHILD_OPENED, 1, false, apply_nothing},
    {EVENT_CONTACT_TAKEN, 1, false, apply_contact_taken},
    {EVENT_CONTACT_CLOSED, 1, false, apply_contact_closed},
    {EVENT_DRAFT_SAVED, 1, false, apply_draft_saved},
    {EVENT_CASE_REGISTERED, 1, true, apply_case_registered},
    {EVENT_NOTE_ADDED, 1, true, apply_note_added},
    {EVENT_CASE_TRIAGED, 1, true, apply_case_triaged},
    {EVENT_CASE_DISPATCHED, 1, true, apply_case_dispatched},
    {EVENT_CASE_SIGNED, 1, true, apply_case_signed},
    {EVENT_FIRST_CONTACT_MADE, 1, true, apply_first_contact_made},
    {EVENT_RESULT_SUBMITTED, 1, true, apply_result_submitted},
    {EVENT_REVIEW_PASSED, 1, true, apply_review_passed},
    {EVENT_REVIEW_RETURNED, 1, true, apply_review_returned},
    {EVENT_CALLBACK_RECORDED, 1, true, apply_callback_recorded},
    {EVENT_REDO_DECIDED, 1, true, apply_redo_decided},
    {EVENT_CASE_CLOSED, 1, true, apply_case_closed},
    {EVENT_ARCHIVE_CHECKED, 1, true, apply_archive_checked},
    {EVENT_CASE_ARCHIVED, 1, true, apply_case_archived},
    {EVENT_CASE_SUPPLEMENTED, 1, true, apply_case_supplemented},
    {EVENT_CASE_ANSWERED, 1, true, apply_case_answered},
    {EVENT_REFUSAL_PROPOSED, 1, true, apply_refusal_proposed},
    {EVENT_REFUSAL_DECIDED, 1, true, apply_refusal_decided},
    {EVENT_CASE_VOIDED, 1, true, apply_case_voided},
    {EVENT_URGENCY_CHANGED, 1, true, apply_urgency_changed},
    {EVENT_EMERGENCY_STARTED, 1, true, apply_emergency_started},
    {EVENT_LADDER_MARKED, 1, true, apply_ladder_marked},
    {EVENT_EMERGENCY_STOOD_DOWN, 1, true, apply_emergency_stood_down},
    {EVENT_CLOCK_OVERDUE, 1, true, apply_clock_overdue},
};

/* A version is read by the rules that it was written by, or not at all. */
static const struct apply_row *row_of(uint16_t type, uint16_t version)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (rows[i].type == type && rows[i].version == version) {
            return &rows[i];
        }
    }
    return NULL;
}

static bool type_known(uint16_t type)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (rows[i].type == type) {
            return true;
        }
    }
    return false;
}

struct err model_apply(struct store_txn *t, const struct record *r)
{
    const struct apply_row *row = row_of(r->type, r->version);
    struct arena *a;
    struct err e;

    if (row == NULL) {
        return type_known(r->type) ? ERR(ERR_VERSION) : ERR(ERR_CORRUPT);
    }
    if (r->apply_version > STORE_APPLY_VERSION) {
        return ERR(ERR_VERSION);
    }
    a = arena_new(APPLY_ARENA_BYTES);
    e = row->apply(t, r, a);
    arena_free(a);
    return e;
}

bool model_event_is_case(uint16_t event_type)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (rows[i].type == event_type && rows[i].is_case) {
            return true;
        }
    }
    return false;
}
