/*
 * head.h - the head of an HTTP request, read strictly from its bytes.
 *
 * WHY     libwebsockets' parser takes what a strict server refuses: a bare
 *         LF, a space before the colon, two lengths, a length with a sign.
 *         Whatever two parsers may read differently is refused here before
 *         it is parsed there (request smuggling, RFC 9112 section 11.2).
 * SHAPE   head_take collects bytes until the empty line; head_parse reads
 *         the block. Both are pure.
 * OWNS    struct head_bytes owns its bytes; struct head borrows from them.
 * SOURCE  RFC 9110, RFC 9112.
 */
#ifndef HUTONG_NET_HEAD_H
#define HUTONG_NET_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum http_method {
    METHOD_OTHER,
    METHOD_GET,
    METHOD_HEAD,
    METHOD_POST,
    METHOD_PUT,
    METHOD_PATCH,
    METHOD_DELETE,
    METHOD_OPTIONS,
};

enum head_field {
    FIELD_HOST,
    FIELD_CONTENT_LENGTH,
    FIELD_CONTENT_TYPE,
    FIELD_TRANSFER_ENCODING,
    FIELD_EXPECT,
    FIELD_CONNECTION,
    FIELD_UPGRADE,
    FIELD_ORIGIN,
    FIELD_COOKIE,
    FIELD_ACCEPT_ENCODING,
    FIELD_ACCEPT_LANGUAGE,
    FIELD_IF_MATCH,
    FIELD_IF_NONE_MATCH,
    FIELD_IDEMPOTENCY_KEY,
    FIELD_HUTONG,
    FIELD_HUTONG_BACKGROUND,
    FIELD_WEBSOCKET_KEY,
    FIELD_WEBSOCKET_VERSION,
    FIELD_WEBSOCKET_PROTOCOL,
    FIELD_COUNT
};

enum {
    HEAD_FIELDS_MAX = 64, /* lws keeps fewer than 98 fragments in all */
    HEAD_QUERY_PARTS_MAX = 24,
};

struct head_bytes {
    char *at;
    size_t size, room;
    bool has_line; /* the first line is whole, and sound */
};

enum head_state {
    HEAD_MORE,      /* the empty line has not come yet */
    HEAD_WHOLE,     /* it has; what follows is not the head's */
    HEAD_MALFORMED, /* 400 */
    HEAD_TOO_LARGE, /* 431 */
};

/* Takes bytes of in until the head is whole; ret_taken counts them. */
enum head_state head_take(struct head_bytes *h, struct span in,
                          size_t *ret_taken);
/* Forgets what was collected and frees it; for the next request. */
void head_release(struct head_bytes *h);

struct head {
    enum http_method method;
    struct text method_text;
    struct text path;  /* as sent, still percent-encoded */
    struct text query; /* without '?', as sent */
    bool version_1_0;
    bool close;   /* the connection ends with this answer */
    bool upgrade; /* a well-formed request for a WebSocket's upgrade */
    bool has_length;
    uint64_t body_bytes;
    struct text field[FIELD_COUNT]; /* at NULL: absent */
};

/* False: 400 and a closed connection. */
bool head_parse(struct text block, struct head *ret_head);

#endif
