/*
 * shape_table.h - how generated structs are described to the one decoder and
 * the one encoder that serve them all. Included by generated .c files only.
 *
 * WHY     A hundred structs with thousands of generated lines could not be
 *         read; a hundred tables and two interpreters can.
 * SHAPE   struct shape lists the fields of one C struct: name, kind, offset,
 *         bounds, group. A member is moved with memcpy at its offset, so that
 *         no pointer is ever cast to another type.
 * OWNS    nothing: tables are constant, texts go to the caller's arena.
 * THREAD  any.
 */
#ifndef HUTONG_GEN_SHAPE_TABLE_H
#define HUTONG_GEN_SHAPE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/codec.h"
#include "gen/shapes.h"

enum { SHAPE_DEPTH_MAX = 6, SHAPE_FIELDS_MAX = 64 };

enum shape_kind {
    SHAPE_LINE,
    SHAPE_PROSE,
    SHAPE_TOKEN,
    SHAPE_SECRET,
    SHAPE_JSON,
    SHAPE_ID,
    SHAPE_LIST,
    SHAPE_CASE_NO,
    SHAPE_TIME,
    SHAPE_TERRITORY,
    SHAPE_INTEGER,
    SHAPE_BOOLEAN,
    SHAPE_OBJECT,
    SHAPE_PASSED, /* known to be there, read by nobody: "subjects" */
};

enum shape_mask {
    SHAPE_MASK_OMIT,
    SHAPE_MASK_NAME,
    SHAPE_MASK_PHONE,
    SHAPE_MASK_TOWNSHIP,
};

struct list_entry {
    const char *code;
    uint32_t number;
    const char *name[2]; /* by enum lang */
};

struct list_table {
    const char *name;
    const struct list_entry *entries; /* in the order of the schema */
    size_t count;
};

struct shape_token { /* the characters of an ASCII token, one bit each */
    uint64_t low;    /* 0 to 63 */
    uint64_t high;   /* 64 to 127 */
};

struct shape;

struct shape_field {
    const char *name;
    uint8_t kind; /* enum shape_kind; of the items when it is an array */
    bool array;
    bool optional;
    uint8_t group; /* enum field_group, views only */
    uint8_t mask;  /* enum shape_mask */
    uint32_t offset;
    uint32_t has_offset;   /* optional only */
    uint32_t count_offset; /* array only */
    uint32_t items_min;
    uint32_t items_max;
    int64_t min;
    int64_t max;
    const struct list_table *list;
    const struct shape_token *token;
    const struct shape *shape;
};

struct shape {
    const struct shape_field *fields;
    size_t count;
    size_t size;            /* sizeof the C struct */
    uint16_t groups_full;   /* bit per group that has a leaf here */
    uint16_t groups_masked; /* bit per group that has a masked form here */
};

/* Where a value comes from decides how hard it is looked at: what a user sends
 * is cleaned and bounded; what the log holds was, and is taken as it stands,
 * so that a bound that changes later cannot stop a replay. */
enum shape_source { SHAPE_OUTSIDE, SHAPE_STORED };

struct shape_fault {
    const char *code; /* "field.too_long" */
    int64_t bound;
};

/* sizeof one value of a kind, not SHAPE_OBJECT. */
size_t shape_kind_size(uint8_t kind);
/* Reads one text into the member at `at`. ERR_INPUT with ret_fault filled;
 * "field.missing" when nothing is left of it. ERR_LIMIT from the arena. */
struct err shape_scalar(const struct shape_field *f, enum shape_source source,
                        struct text s, struct arena *a, char *at,
                        struct shape_fault *ret_fault) MUST_USE;

/* Fills the struct at ret, whole or not at all. The first problem in the
 * order of the document goes to ret_problem. ERR_INPUT, ERR_LIMIT. */
struct err shape_decode(const struct shape *s, const struct json_value *v,
                        struct arena *a, void *ret,
                        struct field_problem *ret_problem) MUST_USE;
/* The same for a part of a stored event; every failure but a full arena is
 * ERR_CORRUPT. ret_size: the struct may go on behind the shape. */
struct err shape_decode_stored(const struct shape *s, struct text json,
                               struct arena *a, void *ret,
                               size_t ret_size) MUST_USE;
struct shape_query { /* names and values of a path and query, borrowed */
    const struct text *names;
    const struct text *values;
    size_t count;
};
/* The same for a path and query. */
struct err shape_decode_query(const struct shape *s, struct shape_query query,
                              struct arena *a, void *ret,
                              struct field_problem *ret_problem) MUST_USE;
/* Reads a path parameter: SHAPE_ID, SHAPE_CASE_NO or SHAPE_LINE (borrowed). */
bool shape_path(uint8_t kind, struct text s, void *ret);

struct shape_part { /* one kind of sealed part of an event */
    const struct shape *shape;
    uint8_t part_class;
    bool many;
    uint32_t present_offset; /* bool has_x, or size_t x_count */
    uint32_t subject_offset;
    uint32_t offset;
    uint32_t count_max;
};

struct shape_event {
    uint16_t type;
    uint16_t version;
    const struct shape *open;
    const struct shape_part *parts;
    size_t part_count;
};

/* Fills type, version, open and parts of ret; the rest of it stays. */
struct err shape_event_encode(const struct shape_event *e, const void *from,
                              struct arena *a,
                              struct event_plain *ret) MUST_USE;
/* Writes the members, without the braces. levels: enum mask_level by group,
 * or NULL where nothing is masked. */
void shape_write_members(struct json_out *o, const struct shape *s,
                         const void *from, const uint8_t *levels);

/* NULL when the number, or the code, is not in the list. */
const struct list_entry *list_by_number(const struct list_table *list,
                                        uint32_t number);
const struct list_entry *list_by_code(const struct list_table *list,
                                      struct text code);

#endif
