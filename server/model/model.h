/*
 * model.h - the door of model/: the nouns, their rules, and who may.
 *
 * WHY     One noun a file; what decides about a noun and what applies its
 *         events stand together. Rights are two functions, used by the writer
 *         (authoritative) and by every read.
 * SHAPE   decide: (transaction, command, actor, time, entropy) -> events and
 *         side writes, or a refusal. No clock, randomness or I/O.
 *         apply: (transaction, record) -> derived tables. Cannot refuse; no
 *         ICU, locale, floating point or configuration.
 * OWNS    struct catalogue, an immutable picture of the adopted catalogue.
 * THREAD  decide and apply: writer thread. catalogue: built once, read by all.
 *         policy, session_find: any thread with a txn of its own.
 * ERRORS  decide: only when the world fails; "no" is outcome.refusal.
 *         apply: ERR_CORRUPT on a record it cannot read.
 * SOURCE  schema/README.md explains the ids T1.. and G1-G13.
 */
#ifndef HUTONG_MODEL_MODEL_H
#define HUTONG_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/limits.h"
#include "codec/codec.h"
#include "gen/commands.h"
#include "gen/events.h"
#include "gen/lists.h"
#include "gen/refusals.h"
#include "gen/views.h" /* struct mask, enum mask_level, enum field_group */
#include "model/city.h"
#include "model/damage.h"
#include "model/timer.h"
#include "store/store.h"

/* ------------------------------------------------------------ actors ---- */

struct actor { /* the system itself: actor_system() */
    struct id account;
    struct id session;
    char login[32];
    char role[8];
    char unit[16];
    uint32_t account_version;
    bool is_system;
};

struct actor actor_system(void);

enum { SESSION_TOKEN_BYTES = 48, SESSION_TOKEN_CHARS = 64 };
/* The cookie's value is base64url of session id (16) || secret (32). ERR_NONE
 * with *ret_found=false when unknown, closed, disabled or older than the
 * catalogue allows; idle time is the caller's (memory, net/). */
struct err session_find(struct store_txn *t, const struct catalogue *c,
                        struct text cookie, int64_t now_us,
                        struct actor *ret_actor, bool *ret_found) MUST_USE;

struct signin_account {
    bool found; /* exists, is active and has a password */
    struct id account;
    char encoded[CRYPT_PASSWORD_HASH_BYTES]; /* wipe after use */
};
struct err account_for_signin(struct store_txn *t, struct text login,
                              struct arena *a,
                              struct signin_account *ret) MUST_USE;
struct err account_for_enrolment(struct store_txn *t, struct hash token_hash,
                                 int64_t now_us, struct id *ret_account,
                                 bool *ret_found) MUST_USE;
struct err account_display_name(struct store_txn *t, struct id account,
                                struct arena *a, struct text *ret) MUST_USE;
/* Zero-padded login of an account, or "system". */
struct err account_login_of(struct store_txn *t, struct id account,
                            char ret_login[static 32]) MUST_USE;

/* How long this account from this address must wait now (0: not at all): 5
 * failures lock the pair for 30 minutes; an address alone is slowed to at most
 * 8 s, so that no attacker closes the desk (RELIABILITY 3). ret_came_in: this
 * pair has signed in before. */
struct err signin_wait_us(struct store_txn *t, struct hash account_key,
                          struct hash address_key, int64_t now_us,
                          int64_t *ret_wait_us, bool *ret_came_in) MUST_USE;

/* ------------------------------------------------------------ policy ---- */

enum object_kind { OBJECT_NONE, OBJECT_CASE, OBJECT_CONTACT, OBJECT_ACCOUNT };

struct object {
    enum object_kind kind;
    struct id id;
};

struct facts {
    enum object_kind kind;
    bool known; /* the object exists */
    bool role_known;
    bool account_active;
    bool has_object;
    enum relation
        relation;         /* closest that holds: own < unit < territory < all */
    uint8_t state;        /* case or contact state */
    bool reporter_secret; /* the reporter asked for secrecy */
    bool below_county;    /* the actor's unit is a township's or a village's */
    bool leads;           /* the actor's unit leads the case */
    bool takes_part;      /* it leads, or was given a part of its own */
    bool is_party;        /* it was named beside the lead, if only to know */
    enum relation beyond; /* the closest without the unit's part in it */
    uint8_t ticks;  /* bit n-1: enum field_tick n was given to the actor's unit
                       when the case was dispatched */
    int role_index; /* in the catalogue */
    const struct catalogue *catalogue;
    bool is_system;
};

struct decision {
    bool allow;
    bool hidden; /* a "no" that must look like "does not exist" */
    struct mask mask;
    char mask_name[16]; /* for the trail: "own", "territory", ... */
};

/* Looks up what the rules need to know, and nothing else. */
struct err policy_facts(struct store_txn *t, const struct catalogue *c,
                        const struct actor *actor, struct object object,
                        struct facts *ret) MUST_USE;
/* The same for a case head already in hand (board rows, feed). */
void policy_facts_of_case(const struct catalogue *c, const struct actor *actor,
                          const uint8_t *case_head, struct facts *ret);
/* How a case stands to somebody: registered or handled by him; his unit has
 * the ball, leads, or was given it beside the lead. */
enum { CASE_PARTIES = 6 };
bool case_is_own(const struct actor *actor, const uint8_t *case_head);
bool case_is_of_unit(const char unit[static 16], const uint8_t *case_head);
/* The unit of a receiver, by its place in the dispatch; index below
 * party_count. */
const char *case_party(const uint8_t *case_head, size_t index);
/* What the dispatch gave to a unit, as lead and as receiver: bit n-1 is enum
 * field_tick n. */
uint8_t case_fields_of(const char unit[static 16], const uint8_t *case_head);
/* Pure; default deny. */
struct decision policy_decide(const struct facts *f, enum act act);
/* Every act that the role may do to some object; count returned. */
size_t policy_may(const struct catalogue *c, const struct actor *actor,
                  enum act ret_acts[static 64]);

/* The grants of a role for one act, for the feed's audiences. */
struct grant {
    bool any;
    enum relation relation;
    struct mask mask;
    char mask_name[16];
};
struct grant policy_grant(const struct catalogue *c, const char role[static 8],
                          enum act act);

/* ------------------------------------------------------------- board ---- */

/* Kept by apply for everything (scope 0) and for each city, county and
 * township (scope: its code), not for villages. */
struct board_counts { /* danger, emergency, overdue: of the open ones */
    uint64_t open, triage, today, danger, emergency, overdue;
};
struct err board_counts_read(struct store_txn *t, uint64_t scope, uint32_t day,
                             struct board_counts *ret) MUST_USE;

/* --------------------------------------------------------- decisions ---- */

/* The earliest due time that waits; INT64_MAX: none. */
struct err model_next_due_us(struct store_txn *t, int64_t *ret) MUST_USE;

struct decide_in {
    struct store_txn *txn;
    const struct catalogue *catalogue;
    const struct actor *actor;
    int64_t now_us, wall_us; /* the log's; the machine's, for side tables */
    const uint8_t *entropy;  /* ENTROPY_BYTES fresh random bytes */
    struct arena *arena;
    bool has_if_match;
    uint32_t if_match;
};
enum { ENTROPY_BYTES = 256 };

struct side_op { /* a write to a side table; value.size 0 deletes */
    enum table table;
    struct span key, value;
};

struct outcome {
    enum refusal refusal; /* REFUSAL_NONE: granted */
    bool denied_by_right; /* then an access_denied is recorded */
    struct field_problem problem;
    uint32_t current_version; /* with version.stale / draft.stale */
    struct id object;         /* what the answer is about */
    uint32_t version;         /* of a draft, with save_draft */
    struct event_plain events[LIMIT_FRAME_EVENTS];
    size_t event_count;
    struct side_op side[LIMIT_SIDE_OPS];
    size_t side_count;
};

/* Finds the command's row, asks the policy, decides. x-internal commands need
 * no grant: no route leads to them. catalogue: NULL while a store is made. */
struct err model_decide(const struct decide_in *in, enum command command,
                        const void *body, struct outcome *ret) MUST_USE;
/* store/'s apply_fn: one row per event type. */
struct err model_apply(struct store_txn *t, const struct record *r) MUST_USE;
/* True for events whose object is a case: core then compares the head. */
bool model_event_is_case(uint16_t event_type);

#include "model/path.h" /* which command a case can take */

#endif
