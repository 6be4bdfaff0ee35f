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

enum {
    CATALOGUE_NODES_MAX = 4000,
    CATALOGUE_UNITS_MAX = 512,
    CATALOGUE_ROLES_MAX = 64,
    CATALOGUE_ARENA_BYTES = 8 << 20,
};

/* What a cell of the access matrix means today; see the catalogue's README. */
enum cell { CELL_NONE, CELL_MASKED, CELL_FULL, CELL_WRITE, CELL_NEED };

/* Profiles by relation; 0 is the one for every relation without its own. */
enum { PROFILE_DEFAULT = 0, PROFILE_COUNT = RELATION_MAX + 1 };

struct role {
    char code[8];
    struct text name[2]; /* by enum lang */
    uint8_t grants[ACT_MAX + 1]; /* enum relation; 0: not granted */
    bool has_profile[PROFILE_COUNT];
    uint8_t cells[PROFILE_COUNT][GROUP_COUNT]; /* enum cell */
    enum relation secret_reporter;
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
};

/* Reads one content and complains about the first thing that is wrong. */
struct reader {
    struct arena *arena;
    char why[256];    /* "" while nothing is wrong */
    bool full;        /* the arena */
    const char *list; /* the row being read: /content/list/index */
    size_t index;
};

/* Says that what stands at path (below the row) is not what it must be; always
 * false. */
bool reader_complain(struct reader *r, const char *path, const char *must);
/* The value must be an object with no members but these. */
bool reader_object(struct reader *r, const struct json_value *v,
                   const char *path, const char *const *names, size_t count);
/* A member that is one line of 1 to points_max code points. */
bool reader_text(struct reader *r, const struct json_value *object,
                 const char *name, size_t points_max, struct text *ret);
/* A member of 1 to size bytes out of a-z, 0-9 and the further characters,
 * zero-padded. */
bool reader_code(struct reader *r, const struct json_value *object,
                 const char *name, const char *further, char *ret, size_t size);
bool reader_integer(struct reader *r, const struct json_value *object,
                    const char *name, int64_t min, int64_t max, int64_t *ret);
bool reader_territory(struct reader *r, const struct json_value *object,
                      const char *name, uint64_t *ret);
/* A member that is an array of 1 to max items; NULL when it is not. */
const struct json_value *reader_list(struct reader *r,
                                     const struct json_value *content,
                                     const char *name, size_t max);
/* Zeroed memory for count rows; NULL when the arena is full. */
void *reader_rows(struct reader *r, size_t count, size_t row_bytes);

/* Each reads one kind of content into its fields of ret. */
bool read_name(struct reader *r, const struct json_value *content,
               struct catalogue *ret);
bool read_territory(struct reader *r, const struct json_value *content,
                    struct catalogue *ret);
bool read_units(struct reader *r, const struct json_value *content,
                struct catalogue *ret);
bool read_roles(struct reader *r, const struct json_value *content,
                struct catalogue *ret);

/* Reads a content by its kind. ERR_INPUT with ret_why. */
struct err catalogue_read(const char *kind, struct text content,
                          struct arena *a, struct catalogue *ret,
                          struct text *ret_why) MUST_USE;

/* NULL when there is no such role. */
const struct role *catalogue_role(const struct catalogue *c,
                                  const char code[static 8]);
int64_t catalogue_enrolment_us(const struct catalogue *c); /* of a link */
/* A code of 6 or 9 digits with zeros up to 12: one order for all levels. */
uint64_t territory_padded(uint64_t code);

#endif
