/*
 * city.h - what a city has decided, to be read: territory, units, categories,
 * deadlines, directory, duty, roles.
 *
 * WHY     A city's decisions are data: they come from the adopted catalogue and
 *         are never in code. The picture is built once and shared.
 * OWNS    struct catalogue, an immutable picture; texts and rows given out live
 *         as long as it does.
 * THREAD  built once, read by all. Included through model/model.h.
 * ERRORS  ERR_INPUT with a sentence that names the JSON path.
 */
#ifndef HUTONG_MODEL_CITY_H
#define HUTONG_MODEL_CITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "codec/codec.h"
#include "gen/commands.h"
#include "gen/lists.h"
#include "store/store.h"

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

#endif
