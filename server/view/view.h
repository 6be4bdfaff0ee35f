/*
 * view.h - the door of view/: what may be seen, as bytes.
 *
 * WHY     An answer is built under the reader's mask by generated serializers:
 *         no unmasked JSON exists for a masked reader, and a sealed part that
 *         the mask hides is not even opened.
 * THREAD  any, with a read txn of its own; struct feed: the loop only.
 * ERRORS  a refusal in struct answer; err when the world fails.
 */
#ifndef HUTONG_VIEW_VIEW_H
#define HUTONG_VIEW_VIEW_H

#include "gen/reads.h"
#include "model/model.h"

struct view_context {
    const struct catalogue *catalogue;
    struct actor actor;
    enum lang lang;
    int64_t now_us;
    struct store_room room;
    bool demo;
};

struct answer {
    enum refusal refusal;    /* REFUSAL_NONE: body is the 200 answer */
    bool denied_by_right;    /* net/ sends record_denied */
    struct id denied_object; /* zero: no one object */
    struct json_out body;    /* release with answer_release */
    char etag[24];           /* "" or a version in quotes: "\"7\"" */
};
void answer_init(struct answer *a);
void answer_release(struct answer *a);

/* What must stand in the trail before this read may be answered: net/ sends
 * record_read and calls view_read once that is durable. Nothing is needed for
 * what will be refused, or shows no child, reporter or story. */
struct trail_need {
    bool needed;
    struct id case_id; /* or the contact's id */
    enum read_kind kind;
    char mask_name[16];
};
struct err view_trail_need(struct store_txn *t, const struct view_context *x,
                           enum read read, const void *params,
                           struct trail_need *ret) MUST_USE;
/* Decides and renders one read; params is struct read_<name>. A case that the
 * reader may not see answers like an unknown one (then denied_by_right tells
 * net/ to send record_denied for denied_object: nobody outside learns it). */
struct err view_read(struct store_txn *t, const struct view_context *x,
                     enum read read, const void *params, struct arena *a,
                     struct answer *ret) MUST_USE;
/* What core's command_work says of a command that was granted. */
struct granted {
    enum command command;
    struct id object;
    uint32_t version;
    struct log_position position; /* of its first record */
};
/* The answer to it, under today's mask. */
struct err view_command_answer(struct store_txn *t,
                               const struct view_context *x,
                               const struct granted *g, struct arena *a,
                               struct answer *ret) MUST_USE;
/* GET /session. draft_key: 64 hex digits. */
struct err view_me(struct store_txn *t, const struct view_context *x,
                   const char *draft_key_hex, struct arena *a,
                   struct answer *ret) MUST_USE;

/* GET /demo/accounts; net/ asks only where that is allowed. */
struct err view_demo(struct store_txn *t, const struct view_context *x,
                     struct arena *a, struct answer *ret) MUST_USE;

/* RFC 9457 problem for a refusal, in the reader's language. problem and
 * version may be NULL / 0; version is shown with draft.stale and
 * version.stale, also when it is 0. */
void view_problem(struct json_out *o, enum refusal refusal, enum lang lang,
                  const struct field_problem *problem, uint32_t version);

/* A command that was refused. */
struct refused {
    enum command command;
    enum refusal refusal;
    struct id object;                    /* zero: none, or not to be told */
    const struct field_problem *problem; /* or NULL */
    uint32_t version;                    /* as above */
};
/* The same, and for right.denied who could do it; for case.wrong_state how the
 * case stands, what comes next, which unit holds it and who could do that. The
 * refusal itself says that this reader may know of the case; it is asked
 * again, and where it may not nothing of it is told. */
struct err view_command_problem(struct store_txn *t,
                                const struct view_context *x,
                                const struct refused *r, struct arena *a,
                                struct json_out *o) MUST_USE;

/* -------------------------------------------------------------- feed ---- */

/* An audience shares one mask and one scope, so a row is encoded once for it.
 * Only what the scope uses is filled, so that equal audiences are equal. A
 * row of the board is shown under the mask of the grant, also to the agent
 * whose case it is: nothing on a row needs more. */
struct audience {
    struct grant grant;
    uint64_t territory; /* with grant.relation territory */
    char unit[16];      /* with unit or territory */
    struct id account;  /* with own, and for who registers cases */
};
/* ret.grant.any false: this actor has no board. */
struct audience view_audience(const struct catalogue *c,
                              const struct actor *actor);
bool audience_equal(const struct audience *a, const struct audience *b);
bool audience_sees(const struct audience *a, const uint8_t *case_head);
/* Takes the place out of a row for who sees the case only because the dispatch
 * named his unit, and was not given the address. */
void audience_blind(const struct audience *a, const uint8_t *case_head,
                    struct view_case_row *row);

/* Opaque cursor token of a position, sealed: the same position gives the same
 * token, and nobody without the key can read or make one. key: store_derive of
 * CURSOR_PURPOSE. cursor_read: false for anything else. */
#define CURSOR_PURPOSE "cursor"
enum { CURSOR_CHARS = 96 };
void cursor_write(const struct crypt_key *key, struct log_position p,
                  char ret[static CURSOR_CHARS]);
bool cursor_read(const struct crypt_key *key, struct text in,
                 struct log_position *ret);

struct feed_change { /* copied from core's struct change by net/ */
    struct id case_id;
    bool had_before;
    uint8_t before[CASE_HEAD_BYTES];
    uint8_t after[CASE_HEAD_BYTES];
    uint16_t event;
    uint64_t seq;
};
/* {"type":"snapshot",...}: newest rows up to limit that the audience sees. A
 * bounded number of heads is looked at; "more" is true when the walk stopped
 * before the oldest. */
struct err view_snapshot(struct store_txn *t, const struct view_context *x,
                         const struct audience *u, const char *cursor,
                         size_t limit, struct json_out *o) MUST_USE;
struct feed_span { /* what happened in (from, to]; cursors as text */
    const struct feed_change *changes;
    size_t count;
    const char *from, *to;
};
/* {"type":"push",...}: puts and drops by audience; several changes of one case
 * become one put of its last head. counters are read from t. */
struct err view_push(struct store_txn *t, const struct view_context *x,
                     const struct audience *u, const struct feed_span *span,
                     struct json_out *o) MUST_USE;

#endif
