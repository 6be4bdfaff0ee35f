/*
 * parts.h - what the files of view/ share.
 *
 *      answer.c    dispatch by read and by command; the way to a decision
 *      problem.c   refusals as problem+json
 *      token.c     sealed cursors
 *      row.c       case heads, and board rows made of them
 *      board.c     list_cases, counters
 *      audience.c  who sees which rows
 *      feed.c      snapshot and push
 *      case.c      the case file: what is sealed
 *      next.c      the case file: how it stands, what comes next
 *      who.c       what can be done to a case, and who can
 *      work.c      what waits for a reader
 *      timeline.c  what happened to a case
 *      words.c     what an event says, as far as the mask lets it
 *      city.c      the city's decisions, and who is on duty
 *      contact.c   contacts and drafts
 *      self.c      me and territory
 *      units.c     names of units
 *      demo.c      the accounts of a demonstration
 *
 * OWNS    nothing. Texts that a file puts into a view struct lie in the arena,
 *         in the catalogue, or in the transaction.
 */
#ifndef HUTONG_VIEW_PARTS_H
#define HUTONG_VIEW_PARTS_H

#include "view/view.h"

/* What one read or command answer is made with. */
struct viewing {
    struct store_txn *t;
    const struct view_context *x;
    struct arena *a;
    struct answer *ret;
};

/* ---- answer.c ---- */

void answer_refuse(struct answer *a, enum refusal refusal);
/* Sets the ETag to a version in quotes. */
void answer_etag(struct answer *a, int64_t version);
/* May this reader do act to object? *ret_allowed false: ret is refused,
 * with unknown when the reader must not learn that the object exists. */
struct err decide_object(const struct viewing *v, enum act act,
                         struct object object, enum refusal unknown,
                         struct decision *ret_decision,
                         bool *ret_allowed) MUST_USE;
/* May the role do act to anything at all? False: right.denied. */
bool decide_role(const struct viewing *v, enum act act,
                 struct grant *ret_grant);
/* Rows asked for, or the default. */
size_t page_limit(bool has_limit, int64_t limit);
/* Text of a zero-padded field, copied into the arena. */
struct err padded_text(struct arena *a, const char *at, size_t size_max,
                       struct text *ret) MUST_USE;
/* The login of an account, in the arena. */
struct err login_text(const struct viewing *v, struct id account,
                      struct text *ret) MUST_USE;

/* ---- token.c ---- */

enum token_kind {
    TOKEN_LIVE = 1,
    TOKEN_CASES,
    TOKEN_CONTACTS,
    TOKEN_TIMELINE,
};

enum { TOKEN_PAYLOAD_MAX = 40 };

/* What a token is good for; the same again when it is read. */
struct token_use {
    enum token_kind kind;
    struct id owner;  /* account; zero: anybody */
    struct id object; /* case; zero: none */
};

/* Writes the token and a NUL. */
void token_write(const struct crypt_key *key, const struct token_use *use,
                 struct span payload, char ret[static CURSOR_CHARS]);
/* False when it is not one of ours for this use, or of another size. */
bool token_read(const struct crypt_key *key, const struct token_use *use,
                struct text in, uint8_t *ret_payload, size_t size);
/* The same under the store's own key, for a page; the text in the arena. */
struct err page_token(const struct viewing *v, enum token_kind kind,
                      struct id object, struct span payload,
                      struct text *ret) MUST_USE;
bool page_token_read(const struct viewing *v, enum token_kind kind,
                     struct id object, struct text in, uint8_t *ret_payload,
                     size_t size);

/* ---- row.c ---- */

/* Copies a head; *ret_found false when there is none. */
struct err case_head_get(struct store_txn *t, struct id case_id,
                         uint8_t ret_head[static CASE_HEAD_BYTES],
                         bool *ret_found) MUST_USE;
struct err case_by_number(struct store_txn *t, struct case_no no,
                          struct id *ret_case, bool *ret_found) MUST_USE;
/* A row of a head, which is borrowed while the row is used. No part is opened:
 * a row holds no sealed field. Of damage (is_damage) the caller leaves the row
 * out, with an alarm. */
struct err case_row_of(struct store_txn *t, struct arena *a, struct id case_id,
                       const uint8_t head[static CASE_HEAD_BYTES],
                       struct view_case_row *ret) MUST_USE;

/* The row of a granted command, under the doer's mask, with its ETag. */
struct err answer_row(const struct viewing *v,
                      const struct granted *g) MUST_USE;

/* ---- who.c ---- */

enum { CASE_ACTS_MAX = 40, WHO_ROLES_MAX = 20 };

/* What the policy looks at, for a head that is already in hand. */
struct facts case_facts(const struct view_context *x, const uint8_t *head);
/* Every command that this reader can send about a case now, in the order of
 * the path; count returned. Whether the reader may see it was asked before. */
size_t who_may(const struct view_context *x, const uint8_t *head,
               enum command ret[static CASE_ACTS_MAX]);
bool who_may_one(const struct view_context *x, const uint8_t *head,
                 enum command command);
/* The same for any that takes the case a step on its way. */
bool who_may_move(const struct view_context *x, const uint8_t *head);
/* What the right to a command is called. */
enum act who_act(enum command command);

struct who_roles {
    const struct text *codes; /* in the arena */
    size_t count;
};
/* The roles that hold the right to a command, wherever. */
struct err who_roles(const struct viewing *v, enum command command,
                     struct who_roles *ret) MUST_USE;
/* Their names in the reader's language, for a sentence; in the arena. */
struct err who_names(const struct view_context *x, enum command command,
                     struct arena *a, struct text *ret) MUST_USE;

/* ---- next.c ---- */

/* Fills what is not sealed of how a case stands. */
struct err fill_standing(const struct viewing *v, struct id case_id,
                         const uint8_t *head,
                         struct view_case_file *file) MUST_USE;

/* ---- words.c ---- */

/* detail and words of an event that the log shows, under the mask. */
struct err fill_words(const struct viewing *v, const struct record *r,
                      const struct mask *m,
                      struct view_timeline_entry *ret) MUST_USE;

/* ---- board.c ---- */

struct err counters_read(struct store_txn *t, const struct view_context *x,
                         const struct audience *u,
                         struct view_counters *ret) MUST_USE;
/* Where the live feed goes on from what this transaction sees. */
struct err live_cursor(const struct viewing *v, struct text *ret) MUST_USE;
struct err read_list_cases(const struct viewing *v,
                           const void *params) MUST_USE;

/* What narrows a list; a member that is not set, or 0, narrows nothing. */
struct board_filter {
    enum case_state state;
    enum stage stage;
    enum urgency urgency;
    char category[8]; /* zero padded */
    char unit[16];    /* leads, or holds the ball */
    bool has_overdue, overdue;
    bool has_emergency, emergency;
    bool has_danger, danger;
    bool danger_known; /* false: the reader must not know, so none is found */
};

struct board_window { /* which rows of the board */
    bool has_after;
    struct id after; /* older than this one */
    struct board_filter filter;
    size_t limit;
    size_t scan_max;
};

struct board_rows {
    struct view_case_row *rows; /* in the arena */
    size_t count;
    bool more;      /* older rows, or heads that were not looked at */
    struct id last; /* the oldest head that was looked at */
};

struct err board_walk(struct store_txn *t, struct arena *a,
                      const struct audience *u, const struct board_window *w,
                      struct board_rows *ret) MUST_USE;

/* ---- case.c, timeline.c, contact.c, self.c, units.c, work.c, city.c ---- */

struct err read_read_case(const struct viewing *v, const void *params) MUST_USE;
struct err read_read_timeline(const struct viewing *v,
                              const void *params) MUST_USE;
struct err read_list_contacts(const struct viewing *v,
                              const void *params) MUST_USE;
struct err read_read_contact(const struct viewing *v,
                             const void *params) MUST_USE;
struct err read_read_draft(const struct viewing *v,
                           const void *params) MUST_USE;
struct err read_read_territory(const struct viewing *v,
                               const void *params) MUST_USE;
struct err read_list_units(const struct viewing *v,
                           const void *params) MUST_USE;
struct err read_list_work(const struct viewing *v, const void *params) MUST_USE;
struct err read_read_catalogue(const struct viewing *v,
                               const void *params) MUST_USE;
struct err read_list_duty(const struct viewing *v, const void *params) MUST_USE;

/* The number that a contact came from; empty when it gave none. */
struct contact_number {
    bool erased;
    struct text number;
};
struct err contact_number_open(const struct viewing *v, struct id contact,
                               struct contact_number *ret) MUST_USE;

struct err answer_registered(const struct viewing *v,
                             const struct granted *g) MUST_USE;
struct err answer_note(const struct viewing *v,
                       const struct granted *g) MUST_USE;
struct err answer_contact(const struct viewing *v,
                          const struct granted *g) MUST_USE;
struct err answer_draft(const struct viewing *v,
                        const struct granted *g) MUST_USE;

/* ---- answer.c: sealed parts ---- */

struct opened {
    bool present, erased; /* erased: its subject was */
    struct text json;     /* empty unless it was opened */
};
/* Opens one part of a record; an index of SIZE_MAX stands for none. */
struct err part_open(const struct viewing *v, const struct record *r,
                     size_t part_index, struct opened *ret) MUST_USE;
/* Index of the nth part of a class, or SIZE_MAX. */
size_t part_of_class(const struct record *r, enum part_class class, size_t nth);
/* The mask under which the doer of a granted command sees its answer. */
struct err answer_mask(const struct viewing *v, enum act act,
                       struct object object, struct mask *ret) MUST_USE;

#endif
