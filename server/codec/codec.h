/*
 * codec.h - the door of codec/: JSON in and out, and events before sealing.
 *
 * WHY     jansson is used in this room only; what comes from outside is
 *         bounded before it is parsed, what goes out is written straight into
 *         one growing buffer with a maximum.
 * OWNS    struct json_doc owns its values; a struct json_value * is borrowed
 *         from it. Texts read from a value live as long as the doc.
 * ERRORS  json_parse: ERR_INPUT with struct json_problem filled; ERR_LIMIT.
 * SOURCE  RFC 8259; jansson 2.14 (its own nesting limit is 2,048, and it
 *         accepts bytes after the value unless the length consumed is checked).
 *         No name of ours may be one of jansson's: the linker would give ours
 *         to the library.
 */
#ifndef HUTONG_CODEC_CODEC_H
#define HUTONG_CODEC_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/limits.h"

struct json_doc;
struct json_value;

struct json_problem {
    const char *code; /* json.syntax json.too_deep json.too_long
                         json.duplicate_key json.not_utf8 json.trailing */
    size_t offset;    /* byte where it was seen */
};

/* Parses one JSON text of any type, up to LIMIT_JSON_BYTES: what the log may
 * hold. A body from outside has met LIMIT_BODY_BYTES before. ret_problem may
 * be NULL. */
struct err json_parse(struct text in, struct json_doc **ret_doc,
                      struct json_problem *ret_problem) MUST_USE;
/* Wipes the strings it owns and frees; NULL is a no-op. */
void json_free(struct json_doc *d);
const struct json_value *json_root(const struct json_doc *d);

enum json_type {
    JSON_IS_NULL,
    JSON_IS_BOOL,
    JSON_IS_INTEGER,
    JSON_IS_REAL,
    JSON_IS_TEXT,
    JSON_IS_ARRAY,
    JSON_IS_OBJECT,
};
enum json_type json_type_of(const struct json_value *v);
/* NULL when v is no object or has no such member. */
const struct json_value *json_member(const struct json_value *v,
                                     const char *name);
size_t json_count(const struct json_value *v); /* array items / members */
const struct json_value *json_item(const struct json_value *v, size_t index);
/* The caller has checked the type (assert). */
bool json_bool(const struct json_value *v);
int64_t json_int64(const struct json_value *v); /* json_integer is jansson's */
struct text json_text(const struct json_value *v);
/* Calls see for each member until it returns false; for unknown fields. */
void json_each(const struct json_value *v,
               bool (*see)(void *context, struct text name,
                           const struct json_value *value),
               void *context);
/* The value as compact JSON, members in the order they came, in the arena;
 * the next parse of it gives the same text again. ERR_LIMIT: the arena. */
struct err json_compact(const struct json_value *v, struct arena *a,
                        struct text *ret) MUST_USE;

/* ---- writing: compact JSON, UTF-8, escapes only what RFC 8259 demands plus
 * U+2028/2029, '<' and '&' as \u00XX so that it may stand in a page. ---- */
struct json_out {
    char *at;
    size_t size;
    size_t room;
    size_t size_max;
    bool full; /* sticky: size_max was reached */
    uint8_t depth;
    uint32_t comma; /* bit per depth: a member was written */
};

/* A buffer that may grow to size_max; release wipes. */
void json_out_init(struct json_out *o, size_t size_max);
void json_out_release(struct json_out *o);
/* The text so far; borrowed. ERR_LIMIT when it was cut. */
struct err json_out_text(const struct json_out *o, struct text *ret) MUST_USE;
void json_out_object(struct json_out *o);
void json_out_object_end(struct json_out *o);
void json_out_array(struct json_out *o);
void json_out_array_end(struct json_out *o);
/* Before a value inside an object. name is a plain ASCII literal. */
void json_out_name(struct json_out *o, const char *name);
void json_out_text_value(struct json_out *o, struct text v);
void json_out_literal(struct json_out *o, const char *ascii); /* quoted */
void json_out_integer(struct json_out *o, int64_t v);
void json_out_bool(struct json_out *o, bool v);
void json_out_null(struct json_out *o);
void json_out_id(struct json_out *o, struct id v);
void json_out_time(struct json_out *o, int64_t wall_us); /* RFC 3339, Z */
/* Already JSON: copied as it is. */
void json_out_raw(struct json_out *o, struct text json);

/* ---- an event before it is sealed: what decide makes, what the store takes
 * (schema/event makes the encoders) ---- */
struct part_plain {
    struct id subject;  /* whose key seals it */
    uint8_t part_class; /* enum part_class of gen/events.h */
    struct text json;
};

struct event_plain {
    uint16_t type; /* enum event_type of gen/events.h */
    uint16_t version;
    struct id object;    /* contact, case or account that it is about */
    uint32_t territory;  /* county code, 0 = none */
    int64_t occurred_us; /* 0: the command's time */
    struct text open;
    struct part_plain parts[LIMIT_PARTS];
    size_t part_count;
};

/* ---- problems of a decoded command, for problem+json ---- */
struct field_problem {
    char pointer[128]; /* JSON Pointer, "/children/0/name" */
    const char *code;  /* field.missing field.unknown field.type field.too_long
                          field.too_short field.out_of_range field.not_listed
                          field.pattern field.bad_text field.too_many */
    int64_t bound;     /* the bound that was passed, or 0 */
};

#endif
