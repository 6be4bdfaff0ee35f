/*
 * head.c - collects and parses the head of a request.
 *
 * Surprising: a repeated field is refused even where the standard allows a
 * list, unless it is one that browsers and proxies do repeat. A request body
 * without Content-Length is refused: there is no chunked coding here.
 */
#include "net/head.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "net/fields.h"

enum { HEAD_ROOM_FIRST = 1024 };

static bool byte_is_wrong(uint8_t before, uint8_t c)
{
    if (before == '\r' || c == '\n')
        return before != '\r' || c != '\n';
    return (c < 0x20 && c != '\t' && c != '\r') || c == 0x7f;
}

static void head_room(struct head_bytes *h)
{
    size_t room = h->room == 0 ? HEAD_ROOM_FIRST : h->room * 2;
    char *at = heap_take(room);

    if (h->size > 0)
        memcpy(at, h->at, h->size);
    free(h->at);
    h->at = at;
    h->room = room;
}

static bool line_is_sound(struct head_bytes *h);

enum head_state head_take(struct head_bytes *h, struct span in,
                          size_t *ret_taken)
{
    assert(h->size <= LIMIT_HEADER_BYTES);
    for (size_t i = 0; i < in.size; i++) {
        uint8_t c = in.at[i];
        uint8_t before = h->size > 0 ? (uint8_t)h->at[h->size - 1] : 0;

        *ret_taken = i + 1;
        if (byte_is_wrong(before, c) || (h->size == 0 && c == '\r'))
            return HEAD_MALFORMED;
        if (h->size == LIMIT_HEADER_BYTES)
            return HEAD_TOO_LARGE;
        if (h->size == h->room)
            head_room(h);
        h->at[h->size++] = (char)c;
        if (c == '\n' && !h->has_line && !line_is_sound(h))
            return HEAD_MALFORMED;
        if (h->size >= 4 && memcmp(h->at + h->size - 4, "\r\n\r\n", 4) == 0)
            return HEAD_WHOLE;
    }
    return HEAD_MORE;
}

void head_release(struct head_bytes *h)
{
    if (h->at != NULL) {
        bytes_wipe(h->at, h->room);
        free(h->at);
    }
    *h = (struct head_bytes){0};
}

struct field_rule {
    const char *name;
    bool repeats; /* the first one is read */
};

static const struct field_rule rules[FIELD_COUNT] = {
    [FIELD_HOST] = {"host", false},
    [FIELD_CONTENT_LENGTH] = {"content-length", false},
    [FIELD_CONTENT_TYPE] = {"content-type", false},
    [FIELD_TRANSFER_ENCODING] = {"transfer-encoding", false},
    [FIELD_EXPECT] = {"expect", false},
    [FIELD_CONNECTION] = {"connection", false},
    [FIELD_UPGRADE] = {"upgrade", false},
    [FIELD_ORIGIN] = {"origin", false},
    [FIELD_COOKIE] = {"cookie", false},
    [FIELD_ACCEPT_ENCODING] = {"accept-encoding", true},
    [FIELD_ACCEPT_LANGUAGE] = {"accept-language", true},
    [FIELD_IF_MATCH] = {"if-match", false},
    [FIELD_IF_NONE_MATCH] = {"if-none-match", false},
    [FIELD_IDEMPOTENCY_KEY] = {"idempotency-key", false},
    [FIELD_HUTONG] = {"x-hutong", false},
    [FIELD_HUTONG_BACKGROUND] = {"x-hutong-background", false},
    [FIELD_WEBSOCKET_KEY] = {"sec-websocket-key", false},
    [FIELD_WEBSOCKET_VERSION] = {"sec-websocket-version", false},
    [FIELD_WEBSOCKET_PROTOCOL] = {"sec-websocket-protocol", false},
};

static const struct method_name {
    const char *name;
    enum http_method method;
} methods[] = {
    {"GET", METHOD_GET},         {"HEAD", METHOD_HEAD},
    {"POST", METHOD_POST},       {"PUT", METHOD_PUT},
    {"PATCH", METHOD_PATCH},     {"DELETE", METHOD_DELETE},
    {"OPTIONS", METHOD_OPTIONS},
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_token_char(char c)
{
    return is_digit(c) || is_letter(c) ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Cuts s at the first `at`; false when there is none. */
static bool cut(struct text *s, char at, struct text *ret_before)
{
    const char *found = memchr(s->at, at, s->size);

    if (found == NULL)
        return false;
    *ret_before = (struct text){s->at, (size_t)(found - s->at)};
    s->at = found + 1;
    s->size -= ret_before->size + 1;
    return true;
}

/* Two digits, and no control character behind them. */
static bool escape_is_sound(struct text target, size_t at)
{
    if (at + 2 >= target.size || !is_hex(target.at[at + 1]) ||
        !is_hex(target.at[at + 2]))
        return false;
    return target.at[at + 1] >= '2' &&
           !(target.at[at + 1] == '7' && (target.at[at + 2] | 0x20) == 'f');
}

static bool target_is_sound(struct text target)
{
    size_t parts = 0;

    if (target.size == 0 || target.at[0] != '/')
        return false;
    for (size_t i = 0; i < target.size; i++) {
        char c = target.at[i];

        if (c <= 0x20 || c >= 0x7f || strchr("#\"<>\\", c) != NULL)
            return false;
        if (c == '%' && !escape_is_sound(target, i))
            return false;
        if (c == '&' || c == ';')
            parts++;
    }
    return parts < HEAD_QUERY_PARTS_MAX;
}

static bool parse_line(struct text line, struct head *h)
{
    struct text method, target;

    if (!cut(&line, ' ', &method) || !cut(&line, ' ', &target))
        return false;
    if (method.size == 0 || method.size > 16)
        return false;
    for (size_t i = 0; i < method.size; i++)
        if (!is_token_char(method.at[i]))
            return false;
    if (!text_is(line, "HTTP/1.1") && !text_is(line, "HTTP/1.0"))
        return false;
    if (!target_is_sound(target))
        return false;
    h->method_text = method;
    h->version_1_0 = text_is(line, "HTTP/1.0");
    for (size_t i = 0; i < ARRAY_COUNT(methods); i++)
        if (text_is(method, methods[i].name))
            h->method = methods[i].method;
    h->path = target;
    h->query = target;
    if (!cut(&h->query, '?', &h->path))
        h->query = (struct text){target.at + target.size, 0};
    return true;
}

/* Judged as soon as it is there: what is no HTTP/1 may never send more. */
static bool line_is_sound(struct head_bytes *h)
{
    struct head scratch = {.method = METHOD_OTHER};

    h->has_line = true;
    return parse_line((struct text){h->at, h->size - 2}, &scratch);
}

static bool parse_field(struct text line, struct head *h)
{
    struct text name;

    if (!cut(&line, ':', &name) || name.size == 0)
        return false;
    for (size_t i = 0; i < name.size; i++)
        if (!is_token_char(name.at[i]))
            return false;
    line = fields_trim(line);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (!fields_same(name, rules[i].name))
            continue;
        if (h->field[i].at == NULL)
            h->field[i] = line;
        else if (!rules[i].repeats)
            return false;
    }
    return true;
}

static bool length_is_sound(struct head *h)
{
    struct text v = h->field[FIELD_CONTENT_LENGTH];

    if (v.at == NULL)
        return true;
    if (v.size == 0 || v.size > 10 || (v.size > 1 && v.at[0] == '0'))
        return false; /* 010 is eight to who reads it as C does */
    for (size_t i = 0; i < v.size; i++) {
        if (!is_digit(v.at[i]))
            return false;
        h->body_bytes = h->body_bytes * 10 + (uint64_t)(v.at[i] - '0');
    }
    h->has_length = true;
    return h->body_bytes <= UINT32_MAX; /* more is no body but an attempt */
}

static bool host_is_sound(const struct head *h)
{
    struct text v = h->field[FIELD_HOST];

    if (v.at == NULL)
        return h->version_1_0;
    if (v.size == 0 || v.size > 255)
        return false;
    for (size_t i = 0; i < v.size; i++)
        if (!is_digit(v.at[i]) && !is_letter(v.at[i]) &&
            strchr(".-_:[]", v.at[i]) == NULL)
            return false;
    return true;
}

/* A body goes with POST, PUT and PATCH, and with them must be measured. */
static bool body_is_sound(const struct head *h)
{
    switch (h->method) {
    case METHOD_POST:
    case METHOD_PUT:
    case METHOD_PATCH:
        return h->has_length;
    case METHOD_GET:
    case METHOD_HEAD:
    case METHOD_DELETE:
    case METHOD_OPTIONS:
    case METHOD_OTHER:
        return h->body_bytes == 0;
    }
    BUG("no such method");
}

static bool upgrade_is_sound(struct head *h)
{
    if (h->field[FIELD_UPGRADE].at == NULL)
        return true;
    h->upgrade = true;
    return fields_same(h->field[FIELD_UPGRADE], "websocket") &&
           h->method == METHOD_GET && !h->version_1_0 &&
           fields_lists(h->field[FIELD_CONNECTION], "upgrade");
}

bool head_parse(struct text block, struct head *ret_head)
{
    struct head h = {.method = METHOD_OTHER};
    struct text line;
    size_t count = 0;

    assert(block.size >= 4);
    block.size -= 2; /* the empty line */
    if (!cut(&block, '\r', &line) || !parse_line(line, &h))
        return false;
    while (block.size > 1) {
        block.at++; /* the LF */
        block.size--;
        if (!cut(&block, '\r', &line) || !parse_field(line, &h) ||
            ++count > HEAD_FIELDS_MAX)
            return false;
    }
    if (h.field[FIELD_TRANSFER_ENCODING].at != NULL ||
        h.field[FIELD_EXPECT].at != NULL)
        return false;
    if (!host_is_sound(&h) || !length_is_sound(&h) || !body_is_sound(&h) ||
        !upgrade_is_sound(&h))
        return false;
    h.close = h.version_1_0 || fields_lists(h.field[FIELD_CONNECTION], "close");
    *ret_head = h;
    return true;
}
