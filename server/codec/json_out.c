/*
 * json_out.c - JSON out, straight into one buffer that grows to a maximum.
 *
 * One bit per level says "a comma is due before what comes next": a value sets
 * it, a name clears it. Once the maximum is reached nothing more is written,
 * and json_out_text says so: half a text is never handed out.
 */
#include "codec/codec.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { FIRST_ROOM = 512, DEPTH_END = 32 };

void json_out_init(struct json_out *o, size_t size_max)
{
    assert(size_max > 0 && size_max < SIZE_MAX / 2);
    *o = (struct json_out){.size_max = size_max};
}

void json_out_release(struct json_out *o)
{
    if (o->at != NULL) {
        bytes_wipe(o->at, o->size);
        free(o->at);
    }
    *o = (struct json_out){.full = true};
}

struct err json_out_text(const struct json_out *o, struct text *ret)
{
    assert(o->depth == 0);
    if (o->full) {
        return ERR(ERR_LIMIT);
    }
    *ret = (struct text){o->at != NULL ? o->at : "", o->size};
    return OK;
}

/* False, for good, when size more bytes would pass the maximum. */
static bool make_room(struct json_out *o, size_t size)
{
    size_t room = o->room > 0 ? o->room : FIRST_ROOM;
    char *at;

    if (o->full || size > o->size_max - o->size) {
        o->full = true;
        return false;
    }
    if (o->room - o->size >= size) {
        return true;
    }
    while (room - o->size < size) {
        room *= 2;
    }
    if (room > o->size_max) {
        room = o->size_max;
    }
    at = heap_take(room);
    if (o->at != NULL) {
        memcpy(at, o->at, o->size);
        bytes_wipe(o->at, o->size);
        free(o->at);
    }
    o->at = at;
    o->room = room;
    return true;
}

static void put(struct json_out *o, const char *s, size_t size)
{
    if (size > 0 && make_room(o, size)) {
        memcpy(o->at + o->size, s, size);
        o->size += size;
    }
}

static void put_char(struct json_out *o, char c) { put(o, &c, 1); }

static void before_value(struct json_out *o)
{
    uint32_t bit = UINT32_C(1) << o->depth;

    if ((o->comma & bit) != 0) {
        put_char(o, ',');
    }
    o->comma |= bit;
}

static void open_level(struct json_out *o, char c)
{
    before_value(o);
    put_char(o, c);
    assert(o->depth + 1 < DEPTH_END);
    o->depth++;
    o->comma &= ~(UINT32_C(1) << o->depth);
}

static void close_level(struct json_out *o, char c)
{
    assert(o->depth > 0);
    o->depth--;
    put_char(o, c);
}

void json_out_object(struct json_out *o) { open_level(o, '{'); }

void json_out_object_end(struct json_out *o) { close_level(o, '}'); }

void json_out_array(struct json_out *o) { open_level(o, '['); }

void json_out_array_end(struct json_out *o) { close_level(o, ']'); }

static void put_unicode(struct json_out *o, unsigned unit)
{
    char escape[7];
    int n = snprintf(escape, sizeof(escape), "\\u%04x", unit);

    assert(n == 6);
    put(o, escape, 6);
}

static void put_escaped_char(struct json_out *o, char c)
{
    static const char from[] = "\"\\\b\f\n\r\t";
    static const char to[] = "\"\\bfnrt";
    const char *found = c != '\0' ? strchr(from, c) : NULL;

    if (found == NULL) {
        put_unicode(o, (uint8_t)c);
        return;
    }
    put_char(o, '\\');
    put_char(o, to[found - from]);
}

/* How many bytes at p must be escaped as one: 0 none, 1 a character, 3 the
 * line separators U+2028 and U+2029, which end a line in JavaScript. */
static size_t special(const char *p, size_t left)
{
    if ((uint8_t)p[0] < 0x20 || p[0] == '"' || p[0] == '\\' || p[0] == '<' ||
        p[0] == '&') {
        return 1;
    }
    if (left >= 3 && (uint8_t)p[0] == 0xE2 && (uint8_t)p[1] == 0x80 &&
        ((uint8_t)p[2] & 0xFE) == 0xA8) {
        return 3;
    }
    return 0;
}

static void put_quoted(struct json_out *o, struct text v)
{
    size_t plain = 0; /* start of what was not yet written */
    size_t i = 0;

    put_char(o, '"');
    while (i < v.size) {
        size_t bytes = special(v.at + i, v.size - i);

        if (bytes == 0) {
            i++;
            continue;
        }
        put(o, v.at + plain, i - plain);
        if (bytes == 3) {
            put_unicode(o, 0x2028u + ((uint8_t)v.at[i + 2] & 1u));
        } else {
            put_escaped_char(o, v.at[i]);
        }
        i += bytes;
        plain = i;
    }
    put(o, v.at + plain, v.size - plain);
    put_char(o, '"');
}

void json_out_name(struct json_out *o, const char *name)
{
    assert(o->depth > 0);
    before_value(o);
    put_quoted(o, text_of(name));
    put_char(o, ':');
    o->comma &= ~(UINT32_C(1) << o->depth);
}

void json_out_text_value(struct json_out *o, struct text v)
{
    before_value(o);
    put_quoted(o, v);
}

void json_out_literal(struct json_out *o, const char *ascii)
{
    json_out_text_value(o, text_of(ascii));
}

void json_out_raw(struct json_out *o, struct text json)
{
    before_value(o);
    put(o, json.at, json.size);
}

void json_out_integer(struct json_out *o, int64_t v)
{
    char digits[24];
    int n = snprintf(digits, sizeof(digits), "%" PRId64, v);

    assert(n > 0);
    json_out_raw(o, (struct text){digits, (size_t)n});
}

void json_out_bool(struct json_out *o, bool v)
{
    json_out_raw(o, v ? TEXT_LITERAL("true") : TEXT_LITERAL("false"));
}

void json_out_null(struct json_out *o)
{
    json_out_raw(o, TEXT_LITERAL("null"));
}

void json_out_id(struct json_out *o, struct id v)
{
    char hex[ID_HEX + 1];

    id_to_hex(v, hex);
    json_out_literal(o, hex);
}

void json_out_time(struct json_out *o, int64_t wall_us)
{
    char iso[ISO_BYTES];

    iso_from_us(wall_us, iso);
    json_out_literal(o, iso);
}
