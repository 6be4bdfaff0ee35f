/*
 * reply.c - turns an answer into the bytes of its head.
 *
 * Every answer carries the same fields of protection: nothing of this server
 * may be framed, sniffed, or run script that did not come with it.
 */
#include "net/inner.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "net/fields.h"

static const char always[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; "
    "style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), geolocation=(), microphone=(), "
    "payment=(), usb=()\r\n";

static const char transport[] =
    "Strict-Transport-Security: max-age=63072000\r\n";

static const struct status_text {
    uint16_t status;
    const char *text;
} statuses[] = {
    {200, "OK"},
    {201, "Created"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {507, "Insufficient Storage"},
};

struct head_out {
    char *at;
    size_t size, room;
    bool full;
};

__attribute__((format(printf, 2, 3))) static void put(struct head_out *o,
                                                      const char *format, ...)
{
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(o->at + o->size, o->room - o->size, format, arguments);
    va_end(arguments);
    if (size < 0 || (size_t)size >= o->room - o->size)
        o->full = true;
    else
        o->size += (size_t)size;
}

static const char *status_words(uint16_t status)
{
    for (size_t i = 0; i < ARRAY_COUNT(statuses); i++)
        if (statuses[i].status == status)
            return statuses[i].text;
    return "Other";
}

struct span reply_body(const struct reply *r)
{
    if (r->has_json)
        return SPAN(r->json.at, r->json.size);
    return r->fixed;
}

void reply_release(struct reply *r)
{
    if (r->has_json)
        json_out_release(&r->json);
    bytes_wipe(r->set_cookie, sizeof r->set_cookie);
    *r = (struct reply){0};
}

static void put_fields(struct head_out *o, const struct reply *r)
{
    put(o, "Cache-Control: %s\r\n", r->cache == NULL ? "no-store" : r->cache);
    if (r->coding != NULL)
        put(o, "Content-Encoding: %s\r\n", r->coding);
    if (r->vary)
        put(o, "Vary: Accept-Encoding\r\n");
    if (r->allow != NULL)
        put(o, "Allow: %s\r\n", r->allow);
    if (r->upgrade_hint)
        put(o, "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
    if (r->retry_after_s > 0)
        put(o, "Retry-After: %u\r\n", r->retry_after_s);
    if (r->etag[0] != '\0')
        put(o, "ETag: %s\r\n", r->etag);
    if (r->set_cookie[0] != '\0')
        put(o, "Set-Cookie: %s\r\n", r->set_cookie);
}

size_t reply_head(const struct net *n, const struct reply *r, bool close,
                  char *ret, size_t room)
{
    struct head_out o = {.at = ret, .room = room};
    char date[FIELDS_DATE_BYTES];

    assert(r->status >= 200 && r->status < 600);
    put(&o, "HTTP/1.1 %u %s\r\n", r->status, status_words(r->status));
    fields_date(net_now_us(n), date);
    put(&o, "Date: %s\r\n", date);
    if (r->media != NULL)
        put(&o, "Content-Type: %s\r\n", r->media);
    if (r->status != 204 && r->status != 304)
        put(&o, "Content-Length: %zu\r\n", reply_body(r).size);
    put_fields(&o, r);
    put(&o, "%s%s", always, n->tls ? transport : "");
    put(&o, "%s\r\n", close ? "Connection: close\r\n" : "");
    return o.full ? 0 : o.size;
}

static void problem_begin(struct reply *r, enum refusal refusal)
{
    assert(refusal > REFUSAL_NONE && refusal < REFUSAL_COUNT);
    reply_release(r);
    r->status = refusal_info[refusal].status;
    r->media = "application/problem+json";
    if (r->status == 503 || r->status == 507)
        r->retry_after_s = 2;
    json_out_init(&r->json, LIMIT_ANSWER_BYTES);
    r->has_json = true;
}

void reply_problem(struct reply *r, enum refusal refusal, enum lang lang,
                   const struct field_problem *problem, uint32_t version)
{
    problem_begin(r, refusal);
    view_problem(&r->json, refusal, lang, problem, version);
}

struct err reply_command_problem(struct reply *r, struct store_txn *t,
                                 const struct view_context *x,
                                 const struct refused *refused, struct arena *a)
{
    struct err e;

    problem_begin(r, refused->refusal);
    e = view_command_problem(t, x, refused, a, &r->json);
    if (failed(e))
        reply_release(r);
    return e;
}
