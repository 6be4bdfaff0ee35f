/*
 * catalogue.h - the inside of struct catalogue, for model/ alone.
 *
 * WHY     A city's decisions, read once from the log into plain rows. What
 *         checks a file before it is adopted and what loads it afterwards is
 *         one and the same reader, so the two cannot disagree.
 * OWNS    struct catalogue owns its arena, which holds all rows and texts.
 * THREAD  built by one, then read by all.
 */
#ifndef HUTONG_MODEL_CATALOGUE_H
#define HUTONG_MODEL_CATALOGUE_H

#include "model/model.h"
#include "model/reader.h"

enum {
    CATALOGUE_NODES_MAX = 4000,
    CATALOGUE_UNITS_MAX = 512,
    CATALOGUE_ROLES_MAX = 64,
    CATALOGUE_CATEGORIES_MAX = 200,
    CATALOGUE_CHILD_TYPES_MAX = 64,
    CATALOGUE_SITUATIONS_MAX = 9, /* enum bits of a category */
    CATALOGUE_YEARS_MAX = 50,
    CATALOGUE_YEAR_DAYS_MAX = 120, /* holidays of a year */
    CATALOGUE_SPANS_MAX = 4,       /* of business hours in a day */
    CATALOGUE_DEADLINES_MAX = 200,
    CATALOGUE_RULES_MAX = 400,
    CATALOGUE_DUTY_MAX = 2000,
    CATALOGUE_LINES_MAX = 400,
    CATALOGUE_ARENA_BYTES = 8 << 20,
};

/* What a cell of the access matrix means today; see the catalogue's README. */
enum cell {
    CELL_NONE,
    CELL_MASKED,
    CELL_FULL,
    CELL_WRITE,
    CELL_NEED,
    CELL_OWN,
};

/* Profiles by relation; 0 is the one for every relation without its own. */
enum { PROFILE_DEFAULT = 0, PROFILE_COUNT = RELATION_MAX + 1 };

struct role {
    char code[8];
    struct text name[2];         /* by enum lang */
    uint8_t grants[ACT_MAX + 1]; /* enum relation; 0: not granted */
    bool has_profile[PROFILE_COUNT];
    uint8_t cells[PROFILE_COUNT][GROUP_COUNT]; /* enum cell */
    enum relation secret_reporter;
};

struct code8 {
    char code[8]; /* zero padded when shorter */
};

/* Business hours in minutes since midnight: from <= minute < to. */
struct business_span {
    int32_t from, to;
};

/* A year's public holidays and shifted working weekends, as days since
 * 1970-01-01, in order. */
struct calendar_year {
    int32_t year;
    const int32_t *holidays, *working;
    size_t holiday_count, working_count;
    struct business_span hours[CATALOGUE_SPANS_MAX]; /* in order, apart */
    size_t hour_count;
};

struct deadline_row {
    struct catalogue_deadline deadline;
    bool runs; /* a clock can run by it; else a figure, like a percentage */
};

struct deadline_rule {
    enum due clock;
    enum urgency urgency; /* NONE: any */
    char category[8];     /* a code, a block of one letter, or "": any */
    size_t deadline;      /* index */
};

/* Whom a rule of the directory means. */
enum party_kind {
    PARTY_UNIT,        /* the one that is named */
    PARTY_COUNTY,      /* civil affairs of the county of the rule's place */
    PARTY_EACH_COUNTY, /* of every county among the places */
    PARTY_TOWNSHIP, /* the unit of the place's township, where there is one */
    PARTY_VILLAGE,
    PARTY_CENTRE,
    PARTY_BUREAU,
    PARTY_ABOVE,    /* above the counties: the bureau */
    PARTY_PROVIDER, /* every unit of that kind */
};
struct party {
    enum party_kind kind;
    char unit[16]; /* PARTY_UNIT */
};

enum {
    DIRECTORY_PARTIES_MAX = 6, /* what a dispatch can take */
    DIRECTORY_PLACES_MAX = 4,
};
enum which_place { PLACE_NOW, PLACE_EVENT, PLACE_HOME, PLACE_HOUSEHOLD };

struct directory_rule {
    char id[40];
    const struct code8 *categories; /* codes, or blocks of one letter */
    size_t category_count;
    enum which_place places[DIRECTORY_PLACES_MAX]; /* the first that is known */
    size_t place_count;
    struct party leads[DIRECTORY_PARTIES_MAX];
    size_t lead_count;
    struct party co[DIRECTORY_PARTIES_MAX], inform[DIRECTORY_PARTIES_MAX];
    size_t co_count, inform_count;
    struct text reason_zh, reason_en;
};

struct directory {
    struct directory_rule *rules;
    size_t rule_count;
    struct directory_rule emergency, cross_county, unknown_place;
    uint32_t version; /* 0: none was adopted */
};

struct spoken {
    const struct code8 *categories;
    size_t category_count;
};

struct catalogue {
    struct arena *arena;
    struct text product[2]; /* by enum lang */
    struct text public_number;
    int32_t utc_offset_minutes;
    int64_t idle_us, session_max_us, enrolment_us;
    uint32_t territory_version;
    struct catalogue_place *places; /* in order of code */
    size_t place_count;
    struct catalogue_unit *units;
    size_t unit_count;
    struct role *roles;
    size_t role_count;
    struct catalogue_category *categories;
    size_t category_count;
    struct code8 *child_types;
    size_t child_type_count;
    struct calendar_year *years; /* in order */
    size_t year_count;
    struct deadline_row *deadlines;
    size_t deadline_count;
    struct deadline_rule *rules;
    size_t rule_count;
    uint32_t deadlines_version;
    struct directory directory;
    struct catalogue_duty *duty; /* those that can be called */
    size_t duty_count;
    struct catalogue_duty *duty_rows; /* as they stand in the file */
    size_t duty_row_count;
    struct spoken *spoken; /* lines of the script, without their words */
    size_t spoken_count;
    struct catalogue_acting acting;
};

/* Saturday or Sunday; day: since 1970-01-01. */
bool calendar_weekend(int32_t day);

/* Each reads one kind of content into its fields of ret. */
bool read_name(struct reader *r, const struct json_value *content,
               struct catalogue *ret);
bool read_territory(struct reader *r, const struct json_value *content,
                    struct catalogue *ret);
bool read_units(struct reader *r, const struct json_value *content,
                struct catalogue *ret);
bool read_roles(struct reader *r, const struct json_value *content,
                struct catalogue *ret);
bool read_categories(struct reader *r, const struct json_value *content,
                     struct catalogue *ret);
bool read_calendar(struct reader *r, const struct json_value *content,
                   struct catalogue *ret);
bool read_deadlines(struct reader *r, const struct json_value *content,
                    struct catalogue *ret);
bool read_directory(struct reader *r, const struct json_value *content,
                    struct catalogue *ret);
bool read_duty(struct reader *r, const struct json_value *content,
               struct catalogue *ret);
bool read_acting(struct reader *r, const struct json_value *content,
                 struct catalogue *ret);
bool read_scripts(struct reader *r, const struct json_value *content,
                  struct catalogue *ret);

/* Reads a content by its kind. ERR_INPUT with ret_why. */
struct err catalogue_read(const char *kind, struct text content,
                          struct arena *a, struct catalogue *ret,
                          struct text *ret_why) MUST_USE;

/* What is said of a kind that is none. */
extern const char catalogue_kinds_say[];
/* All kinds, in the order in which they are adopted. */
size_t catalogue_kind_count(void);
const char *catalogue_kind_name(size_t index);
void catalogue_set_version(struct catalogue *c, const char *kind,
                           uint32_t version);

/* Holds the last of count files, adopted one after the other, against what
 * stands in the log. ERR_INPUT with ret_why. */
struct err catalogue_cross_check(struct store_txn *t,
                                 const struct cmd_adopt_catalogue *files,
                                 size_t count, struct arena *a,
                                 struct text *ret_why) MUST_USE;

/* NULL when there is no such role. */
const struct role *catalogue_role(const struct catalogue *c,
                                  const char code[static 8]);
int64_t catalogue_enrolment_us(const struct catalogue *c); /* of a link */
/* A code of 6 or 9 digits with zeros up to 12: one order for all levels. */
uint64_t territory_padded(uint64_t code);

#endif
