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
#include "model/damage.h"
#include "model/timer.h"
#include "store/store.h"

/* --------------------------------------------------------- catalogue ---- */

struct catalogue;

enum unit_kind {
    UNIT_DEPARTMENT, /* of the city, and what says nothing else */
    UNIT_SERVICE_CENTRE,
    UNIT_CENTRE,
    UNIT_BUREAU,
    UNIT_COUNTY,
    UNIT_TOWNSHIP,
    UNIT_VILLAGE,
    UNIT_PROVIDER,
    UNIT_LEADING,
    UNIT_SYSTEM,
};

struct catalogue_unit {
    char code[16]; /* zero padded when shorter */
    enum unit_kind kind;
    struct text name_zh, name_en;
    uint64_t territory; /* the place it answers for; the city: 150200 */
    bool may_see_all;   /* city-level units */
};

struct catalogue_place {
    uint64_t code; /* 6, 9 or 12 digits */
    struct text name, kind, pinyin, initials;
    struct text also; /* further search words, spaces between; or empty */
};

/* Builds the picture from the newest version of each kind. ERR_MISSING when a
 * kind that serve needs was never adopted. */
struct err catalogue_load(struct store_txn *t, struct catalogue **ret) MUST_USE;
void catalogue_free(struct catalogue *c);
/* Checks the content of one catalogue file by itself: kind is one of those of
 * schema/catalogue/README.md. ERR_INPUT with ret_why, a sentence for the
 * operator that names the JSON path. */
struct err catalogue_check(const char *kind, struct text content,
                           struct arena *a, struct text *ret_why) MUST_USE;
/* Reads a whole file {"kind","version","effective_from","content"}, checks it
 * and makes of it the command that adopts it; texts lie in the arena. Adopt in
 * the order of the README. ERR_INPUT as above. */
struct err catalogue_file_read(struct text file, struct arena *a,
                               struct cmd_adopt_catalogue *ret,
                               struct text *ret_why) MUST_USE;
/* Says beforehand what adopting the last of count files would say, when those
 * before it have been adopted; the version must follow, and what it names must
 * stand. ERR_INPUT as above. */
struct err catalogue_adopt_check(struct store_txn *t,
                                 const struct cmd_adopt_catalogue *files,
                                 size_t count, struct arena *a,
                                 struct text *ret_why) MUST_USE;
/* The content and version of the newest adopted file of a kind; empty and 0
 * when there is none. */
struct err catalogue_newest(struct store_txn *t, const char *kind,
                            struct arena *a, struct text *ret_content,
                            uint32_t *ret_version) MUST_USE;
int32_t catalogue_utc_offset_minutes(const struct catalogue *c);
struct text catalogue_product(const struct catalogue *c, enum lang lang);
struct text catalogue_public_number(const struct catalogue *c);
int64_t catalogue_idle_us(const struct catalogue *c); /* of a session */
int64_t catalogue_session_max_us(const struct catalogue *c);
uint32_t catalogue_territory_version(const struct catalogue *c);
size_t catalogue_place_count(const struct catalogue *c);
const struct catalogue_place *catalogue_place_at(const struct catalogue *c,
                                                 size_t index);
const struct catalogue_place *catalogue_place(const struct catalogue *c,
                                              uint64_t code); /* or NULL */
size_t catalogue_unit_count(const struct catalogue *c);
const struct catalogue_unit *catalogue_unit_at(const struct catalogue *c,
                                               size_t index);
const struct catalogue_unit *catalogue_unit(const struct catalogue *c,
                                            const char code[static 16]);

/* A matter category, like C08. */
struct catalogue_category {
    char code[8];
    struct text name_zh, name_en;
    enum urgency urgency; /* by default */
    uint8_t protections;  /* bit n-1: enum protection n */
    uint16_t situations;  /* bit n-1: situation n of a mandatory report */
    uint8_t review_steps; /* 1, or 2: the county, then the centre */
};
const struct catalogue_category *
catalogue_category(const struct catalogue *c,
                   const char code[static 8]); /* or NULL */
bool catalogue_child_type_known(const struct catalogue *c, struct text code);

/* How long something may take. */
enum deadline_unit {
    DEADLINE_MINUTES,       /* day and night */
    DEADLINE_WORKING_HOURS, /* in minutes, in the hours of working days */
    DEADLINE_WORKING_DAYS,
    DEADLINE_CALENDAR_DAYS,
};
struct catalogue_deadline {
    char code[8]; /* D11 */
    enum deadline_unit unit;
    int32_t amount; /* minutes or days */
    struct text name_zh, name_en;
};
/* The city's rule for a clock of a case, the most particular one: urgency
 * before none, then category before block before none, so that an urgent order
 * is not slowed by a rule for its category. urgency NONE and an empty category
 * are asked as "general" and "". NULL: no rule, no clock. */
const struct catalogue_deadline *catalogue_rule(const struct catalogue *c,
                                                enum due clock,
                                                enum urgency urgency,
                                                const char category[static 8]);
uint32_t catalogue_deadlines_version(const struct catalogue *c);
/* When a deadline that starts at from_us falls due, under the working
 * calendar: deadline.c has the rules. */
int64_t deadline_due_us(const struct catalogue *c,
                        const struct catalogue_deadline *d, int64_t from_us);

/* What the dispatch directory says. */
enum { SUGGEST_UNITS_MAX = 8 };
struct suggest_in {
    char category[8];
    uint64_t now, event, home, household; /* place codes; 0: not known */
    bool emergency; /* the county of the place leads, whatever the category */
};
struct suggested_receiver {
    char unit[16];
    bool informed_only;
};
struct suggestion {
    char leads[SUGGEST_UNITS_MAX][16]; /* exactly one: it can go by itself */
    size_t lead_count;
    struct suggested_receiver receivers[SUGGEST_UNITS_MAX];
    size_t receiver_count;
    char rule[40]; /* names the rule in the directory; "" when none */
    uint32_t version;
    struct text reason_zh, reason_en; /* live as long as the catalogue */
    bool cross_county;
};
void catalogue_suggest(const struct catalogue *c, const struct suggest_in *in,
                       struct suggestion *ret);
/* The unit that is the city's protection centre, or its bureau; NULL: none. */
const struct catalogue_unit *catalogue_centre(const struct catalogue *c);
/* The unit that answers the line and calls back; NULL: none. */
const struct catalogue_unit *
catalogue_service_centre(const struct catalogue *c);
/* Civil affairs of the county that holds a place; NULL when unknown. */
const struct catalogue_unit *catalogue_county_unit(const struct catalogue *c,
                                                   uint64_t place);
/* What the city lets happen by itself at night and otherwise. */
struct catalogue_acting {
    bool dispatch_by_itself;    /* urgent, where exactly one unit leads */
    bool refusal_provisional;   /* told before it is confirmed */
    bool centre_reviews_county; /* the centre takes the county's step */
    uint32_t sample_percent;    /* of what closes by itself */
    uint32_t callback_attempts; /* then "not reached", */
    uint32_t callback_days;     /* on so many different days */
    uint32_t redo_max;          /* then it goes before the centre */
};
struct catalogue_acting catalogue_acting(const struct catalogue *c);
struct catalogue_duty {
    enum ladder_step step;
    enum ladder_target target;
    uint64_t place; /* that it serves: city, county, township or village */
    char unit[16];
    struct text name, post, phone, deputy_name, deputy_phone;
    uint32_t arrival_minutes; /* 0: not told */
};
size_t catalogue_duty_count(const struct catalogue *c);
const struct catalogue_duty *catalogue_duty_at(const struct catalogue *c,
                                               size_t index);

bool catalogue_role_known(const struct catalogue *c, const char role[static 8]);
enum { GRANTED_ROLES_MAX = 64 };
struct granted_role {
    char code[8]; /* zero padded when shorter */
    enum relation relation;
    struct text name[2]; /* by enum lang; live as long as the catalogue */
};
/* The roles that hold a grant for an act, in the catalogue's order. */
size_t catalogue_roles_for(const struct catalogue *c, enum act act,
                           struct granted_role ret[static GRANTED_ROLES_MAX]);
/* 150222 for 150222, 150222102, 150222102201; 0 for 0. */
uint32_t territory_county(uint64_t code);
/* True when place is the same as or lies below above (150200 holds all of the
 * city: a code ending 00 is a prefix). */
bool territory_holds(uint64_t above, uint64_t place);

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
