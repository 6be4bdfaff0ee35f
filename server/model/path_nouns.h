/*
 * path_nouns.h - what the nouns of the path of a case offer to the two
 * dispatchers, decide.c and apply.c; for the others see nouns.h.
 *
 * OWNS    nothing. Events point into the command's arena.
 */
#ifndef HUTONG_MODEL_PATH_NOUNS_H
#define HUTONG_MODEL_PATH_NOUNS_H

#include "model/nouns.h"

/* The finders of commands whose path names a case. */
struct err find_case_of_add_note(const struct decide_in *in, const void *body,
                                 struct object *ret) MUST_USE;
struct err find_contact_of_raise_emergency(const struct decide_in *in,
                                           const void *body,
                                           struct object *ret) MUST_USE;
struct err find_case_of_triage_case(const struct decide_in *in,
                                    const void *body,
                                    struct object *ret) MUST_USE;
struct err find_case_of_change_urgency(const struct decide_in *in,
                                       const void *body,
                                       struct object *ret) MUST_USE;
struct err find_case_of_answer_case(const struct decide_in *in,
                                    const void *body,
                                    struct object *ret) MUST_USE;
struct err find_case_of_propose_refusal(const struct decide_in *in,
                                        const void *body,
                                        struct object *ret) MUST_USE;
struct err find_case_of_decide_refusal(const struct decide_in *in,
                                       const void *body,
                                       struct object *ret) MUST_USE;
struct err find_case_of_void_case(const struct decide_in *in, const void *body,
                                  struct object *ret) MUST_USE;
struct err find_case_of_dispatch_case(const struct decide_in *in,
                                      const void *body,
                                      struct object *ret) MUST_USE;
struct err find_case_of_sign_case(const struct decide_in *in, const void *body,
                                  struct object *ret) MUST_USE;
struct err find_case_of_record_first_contact(const struct decide_in *in,
                                             const void *body,
                                             struct object *ret) MUST_USE;
struct err find_case_of_submit_result(const struct decide_in *in,
                                      const void *body,
                                      struct object *ret) MUST_USE;
struct err find_case_of_review_result(const struct decide_in *in,
                                      const void *body,
                                      struct object *ret) MUST_USE;
struct err find_case_of_record_callback(const struct decide_in *in,
                                        const void *body,
                                        struct object *ret) MUST_USE;
struct err find_case_of_decide_redo(const struct decide_in *in,
                                    const void *body,
                                    struct object *ret) MUST_USE;
struct err find_case_of_close_case(const struct decide_in *in, const void *body,
                                   struct object *ret) MUST_USE;
struct err find_case_of_check_archive(const struct decide_in *in,
                                      const void *body,
                                      struct object *ret) MUST_USE;
struct err find_case_of_archive_case(const struct decide_in *in,
                                     const void *body,
                                     struct object *ret) MUST_USE;
struct err find_case_of_supplement_case(const struct decide_in *in,
                                        const void *body,
                                        struct object *ret) MUST_USE;
struct err find_case_of_start_emergency(const struct decide_in *in,
                                        const void *body,
                                        struct object *ret) MUST_USE;
struct err find_case_of_mark_ladder(const struct decide_in *in,
                                    const void *body,
                                    struct object *ret) MUST_USE;
struct err find_case_of_stand_down(const struct decide_in *in, const void *body,
                                   struct object *ret) MUST_USE;

/* triage.c */
struct err decide_triage_case(const struct decide_in *in, const void *body,
                              struct object object,
                              struct outcome *ret) MUST_USE;
struct err decide_change_urgency(const struct decide_in *in, const void *body,
                                 struct object object,
                                 struct outcome *ret) MUST_USE;
struct err apply_case_triaged(struct store_txn *t, const struct record *r,
                              struct arena *a) MUST_USE;
struct err apply_urgency_changed(struct store_txn *t, const struct record *r,
                                 struct arena *a) MUST_USE;

/* refuse.c */
struct err decide_answer_case(const struct decide_in *in, const void *body,
                              struct object object,
                              struct outcome *ret) MUST_USE;
struct err decide_propose_refusal(const struct decide_in *in, const void *body,
                                  struct object object,
                                  struct outcome *ret) MUST_USE;
struct err decide_decide_refusal(const struct decide_in *in, const void *body,
                                 struct object object,
                                 struct outcome *ret) MUST_USE;
struct err decide_void_case(const struct decide_in *in, const void *body,
                            struct object object, struct outcome *ret) MUST_USE;
struct err apply_case_answered(struct store_txn *t, const struct record *r,
                               struct arena *a) MUST_USE;
struct err apply_refusal_proposed(struct store_txn *t, const struct record *r,
                                  struct arena *a) MUST_USE;
struct err apply_refusal_decided(struct store_txn *t, const struct record *r,
                                 struct arena *a) MUST_USE;
struct err apply_case_voided(struct store_txn *t, const struct record *r,
                             struct arena *a) MUST_USE;

/* assignment.c */
struct err decide_dispatch_case(const struct decide_in *in, const void *body,
                                struct object object,
                                struct outcome *ret) MUST_USE;
struct err decide_sign_case(const struct decide_in *in, const void *body,
                            struct object object, struct outcome *ret) MUST_USE;
/* result.c */
struct err decide_record_first_contact(const struct decide_in *in,
                                       const void *body, struct object object,
                                       struct outcome *ret) MUST_USE;
struct err decide_submit_result(const struct decide_in *in, const void *body,
                                struct object object,
                                struct outcome *ret) MUST_USE;
struct err apply_case_dispatched(struct store_txn *t, const struct record *r,
                                 struct arena *a) MUST_USE;
struct err apply_case_signed(struct store_txn *t, const struct record *r,
                             struct arena *a) MUST_USE;
struct err apply_first_contact_made(struct store_txn *t, const struct record *r,
                                    struct arena *a) MUST_USE;
struct err apply_result_submitted(struct store_txn *t, const struct record *r,
                                  struct arena *a) MUST_USE;

/* review.c */
struct err decide_review_result(const struct decide_in *in, const void *body,
                                struct object object,
                                struct outcome *ret) MUST_USE;
/* callback.c */
struct err decide_record_callback(const struct decide_in *in, const void *body,
                                  struct object object,
                                  struct outcome *ret) MUST_USE;
struct err decide_decide_redo(const struct decide_in *in, const void *body,
                              struct object object,
                              struct outcome *ret) MUST_USE;
struct err apply_review_passed(struct store_txn *t, const struct record *r,
                               struct arena *a) MUST_USE;
struct err apply_review_returned(struct store_txn *t, const struct record *r,
                                 struct arena *a) MUST_USE;
struct err apply_callback_recorded(struct store_txn *t, const struct record *r,
                                   struct arena *a) MUST_USE;
struct err apply_redo_decided(struct store_txn *t, const struct record *r,
                              struct arena *a) MUST_USE;

/* close.c */
struct err decide_close_case(const struct decide_in *in, const void *body,
                             struct object object,
                             struct outcome *ret) MUST_USE;
struct err decide_check_archive(const struct decide_in *in, const void *body,
                                struct object object,
                                struct outcome *ret) MUST_USE;
struct err decide_archive_case(const struct decide_in *in, const void *body,
                               struct object object,
                               struct outcome *ret) MUST_USE;
struct err decide_supplement_case(const struct decide_in *in, const void *body,
                                  struct object object,
                                  struct outcome *ret) MUST_USE;
struct err apply_case_closed(struct store_txn *t, const struct record *r,
                             struct arena *a) MUST_USE;
struct err apply_archive_checked(struct store_txn *t, const struct record *r,
                                 struct arena *a) MUST_USE;
struct err apply_case_archived(struct store_txn *t, const struct record *r,
                               struct arena *a) MUST_USE;
struct err apply_case_supplemented(struct store_txn *t, const struct record *r,
                                   struct arena *a) MUST_USE;

/* ladder.c */
struct err decide_raise_emergency(const struct decide_in *in, const void *body,
                                  struct object object,
                                  struct outcome *ret) MUST_USE;
struct err decide_start_emergency(const struct decide_in *in, const void *body,
                                  struct object object,
                                  struct outcome *ret) MUST_USE;
struct err decide_mark_ladder(const struct decide_in *in, const void *body,
                              struct object object,
                              struct outcome *ret) MUST_USE;
struct err decide_stand_down(const struct decide_in *in, const void *body,
                             struct object object,
                             struct outcome *ret) MUST_USE;
struct err apply_emergency_started(struct store_txn *t, const struct record *r,
                                   struct arena *a) MUST_USE;
struct err apply_ladder_marked(struct store_txn *t, const struct record *r,
                               struct arena *a) MUST_USE;
struct err apply_emergency_stood_down(struct store_txn *t,
                                      const struct record *r,
                                      struct arena *a) MUST_USE;

/* tick.c */
struct err decide_tick(const struct decide_in *in, const void *body,
                       struct object object, struct outcome *ret) MUST_USE;
struct err apply_clock_overdue(struct store_txn *t, const struct record *r,
                               struct arena *a) MUST_USE;

#endif
