/*
 * nouns.h - what the nouns of model/ offer to the two dispatchers, decide.c
 * and apply.c, and the few things that deciders share.
 *
 * WHY     A decider says what shall be true and puts nothing; an applier makes
 *         it true from the record alone.
 * OWNS    nothing. Events and side writes point into the command's arena.
 */
#ifndef HUTONG_MODEL_NOUNS_H
#define HUTONG_MODEL_NOUNS_H

#include "model/model.h"

/* The command as its struct cmd_<name>; object as the finder found it. The
 * policy has said yes. */
typedef struct err (*decide_fn)(const struct decide_in *in, const void *body,
                                struct object object, struct outcome *ret);
/* What a command is about; id zero: no such thing. */
typedef struct err (*find_fn)(const struct decide_in *in, const void *body,
                              struct object *ret);

/* Fresh bytes for one command, each used once. */
struct entropy {
    const uint8_t *at;
    size_t used;
};
struct entropy entropy_of(const struct decide_in *in);
const uint8_t *entropy_take(struct entropy *e, size_t size);
struct id entropy_id(struct entropy *e, int64_t now_us);
/* Six decimal digits, every one of the million as likely as another. */
struct text entropy_digits6(struct entropy *e, char ret[static 6]);

/* The next event slot of an outcome, to be filled by an ev_..._encode and then
 * named by event_about. */
struct event_plain *outcome_event(struct outcome *o);
void event_about(struct event_plain *e, struct id object, uint32_t county);
/* A side write; key and value are copied into the arena; an empty value
 * deletes. ERR_LIMIT: the arena. */
struct err outcome_side(const struct decide_in *in, struct outcome *o,
                        enum table table, struct span key,
                        struct span value) MUST_USE;
struct err outcome_refuse(struct outcome *o, enum refusal refusal) MUST_USE;
/* field.invalid with one problem. */
struct err outcome_invalid(struct outcome *o, const char *pointer,
                           const char *code) MUST_USE;

/* The subject of the first part of a class; zero when there is none. */
struct id record_subject(const struct record *r, enum part_class part_class);
size_t record_subject_count(const struct record *r, enum part_class part_class);
/* Plain text of the first part of a class of an older record. ERR_CORRUPT when
 * the record has no such part. */
struct err record_open(struct store_txn *t, uint64_t seq,
                       enum part_class part_class, struct arena *a,
                       struct text *ret_json) MUST_USE;
/* When it happened, if that was told, or when it was recorded. */
int64_t record_happened_us(const struct record *r);

/* contact.c */
struct err find_contact_of_close(const struct decide_in *in, const void *body,
                                 struct object *ret) MUST_USE;
struct err find_contact_of_draft(const struct decide_in *in, const void *body,
                                 struct object *ret) MUST_USE;
struct err find_contact_of_case(const struct decide_in *in, const void *body,
                                struct object *ret) MUST_USE;
struct err decide_take_contact(const struct decide_in *in, const void *body,
                               struct object object,
                               struct outcome *ret) MUST_USE;
struct err decide_close_contact(const struct decide_in *in, const void *body,
                                struct object object,
                                struct outcome *ret) MUST_USE;
struct err apply_contact_taken(struct store_txn *t, const struct record *r,
                               struct arena *a) MUST_USE;
struct err apply_contact_closed(struct store_txn *t, const struct record *r,
                                struct arena *a) MUST_USE;
/* The contact's part of case_registered. */
struct err
contact_registered(struct store_txn *t, const struct record *r,
                   const struct ev_case_registered *registered) MUST_USE;

/* draft.c */
struct err decide_save_draft(const struct decide_in *in, const void *body,
                             struct object object,
                             struct outcome *ret) MUST_USE;
struct err apply_draft_saved(struct store_txn *t, const struct record *r,
                             struct arena *a) MUST_USE;
/* When the contact ends: its draft, if there is one, becomes draft_saved and
 * leaves the side table. */
struct err draft_keep(const struct decide_in *in, struct id contact,
                      struct id narrative_subject,
                      struct outcome *ret) MUST_USE;

/* case.c */
struct registering { /* what the form does not say */
    struct id contact;
    struct id reporter_subject; /* zero: a fresh one */
    struct id narrative_subject;
    enum channel channel;
    enum language language;   /* where the form says none */
    enum anonymity anonymity; /* the same */
    struct entropy *entropy;
};
/* The next event of an outcome: case_registered in TRIAGE, with its dispatch
 * clock. ret_head: what later events of the same frame need of the head: key,
 * state, place, danger, agent, subjects. */
struct row;
struct err case_register_emit(const struct decide_in *in,
                              const struct cmd_register_case *c,
                              const struct registering *g, struct row *ret_head,
                              struct outcome *ret) MUST_USE;
/* contact.c: what an open contact brings into its case. */
struct registering contact_registering(struct id contact, const uint8_t *head,
                                       struct entropy *entropy);
/* REFUSAL_NONE, place.unknown_code or place.empty. */
enum refusal place_check(const struct catalogue *c,
                         const struct type_place *place);
bool screen_any_danger(const struct type_screen *s); /* any yes */
struct err decide_register_case(const struct decide_in *in, const void *body,
                                struct object object,
                                struct outcome *ret) MUST_USE;
struct err decide_add_note(const struct decide_in *in, const void *body,
                           struct object object, struct outcome *ret) MUST_USE;
struct err apply_case_registered(struct store_txn *t, const struct record *r,
                                 struct arena *a) MUST_USE;
struct err apply_note_added(struct store_txn *t, const struct record *r,
                            struct arena *a) MUST_USE;

/* board_count.c: a case stood as before says (NULL: it is new), and now stands
 * as after says. */
struct err board_count_moved(struct store_txn *t, const uint8_t *before,
                             const uint8_t *after) MUST_USE;

/* account.c */
struct err decide_add_account(const struct decide_in *in, const void *body,
                              struct object object,
                              struct outcome *ret) MUST_USE;
struct err decide_disable_account(const struct decide_in *in, const void *body,
                                  struct object object,
                                  struct outcome *ret) MUST_USE;
struct err decide_issue_enrolment(const struct decide_in *in, const void *body,
                                  struct object object,
                                  struct outcome *ret) MUST_USE;
struct err decide_enrol_account(const struct decide_in *in, const void *body,
                                struct object object,
                                struct outcome *ret) MUST_USE;
struct err apply_account_added(struct store_txn *t, const struct record *r,
                               struct arena *a) MUST_USE;
struct err apply_account_disabled(struct store_txn *t, const struct record *r,
                                  struct arena *a) MUST_USE;
struct err apply_enrolment_issued(struct store_txn *t, const struct record *r,
                                  struct arena *a) MUST_USE;
struct err apply_account_enrolled(struct store_txn *t, const struct record *r,
                                  struct arena *a) MUST_USE;

/* session.c */
struct err decide_open_session(const struct decide_in *in, const void *body,
                               struct object object,
                               struct outcome *ret) MUST_USE;
struct err decide_close_session(const struct decide_in *in, const void *body,
                                struct object object,
                                struct outcome *ret) MUST_USE;
struct err apply_session_opened(struct store_txn *t, const struct record *r,
                                struct arena *a) MUST_USE;
struct err apply_session_closed(struct store_txn *t, const struct record *r,
                                struct arena *a) MUST_USE;

/* signin.c */
struct err decide_fail_signin(const struct decide_in *in, const void *body,
                              struct object object,
                              struct outcome *ret) MUST_USE;
/* Forgets the failures of one pair, and notes that it has come in. */
struct err signin_forget(const struct decide_in *in, struct text account_hex,
                         struct text address_hex, struct outcome *ret) MUST_USE;

/* trail.c */
struct err decide_record_denied(const struct decide_in *in, const void *body,
                                struct object object,
                                struct outcome *ret) MUST_USE;
struct err decide_record_read(const struct decide_in *in, const void *body,
                              struct object object,
                              struct outcome *ret) MUST_USE;

/* catalogue_adopt.c */
struct err decide_adopt_catalogue(const struct decide_in *in, const void *body,
                                  struct object object,
                                  struct outcome *ret) MUST_USE;
struct err apply_catalogue_adopted(struct store_txn *t, const struct record *r,
                                   struct arena *a) MUST_USE;

#endif
