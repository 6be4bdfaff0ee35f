/*
 * files.c - the dashboard from memory, and what operators ask.
 *
 * An unknown path without a dot is a place inside the dashboard, and gets its
 * page: the browser's router knows it.
 */
#include "net/inner.h"

#include <stdio.h>
#include <string.h>

#include "net/assets.h"
#include "net/fields.h"

static const struct asset *find(struct text path)
{
    size_t low = 0, high = assets_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct asset *a = &assets_table[middle];
        size_t size = strlen(a->path);
        int order =
            memcmp(path.at, a->path, path.size < size ? path.size : size);

        if (order == 0 && path.size == size)
            return a;
        if (order < 0 || (order == 0 && path.size < size))
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static const struct asset *find_for(struct text path)
{
    const struct asset *a = find(path);

    if (a != NULL || memchr(path.at, '.', path.size) != NULL)
        return a;
    return find(TEXT_LITERAL("/index.html"));
}

static void choose(struct request *q, const struct asset *a)
{
    struct reply *r = &q->reply;

    r->vary = a->br != NULL || a->gz != NULL;
    switch (fields_coding(q->head.field[FIELD_ACCEPT_ENCODING], a->br != NULL,
                          a->gz != NULL)) {
    case CODING_BROTLI:
        r->coding = "br";
        r->fixed = SPAN(a->br, a->br_size);
        return;
    case CODING_GZIP:
        r->coding = "gzip";
        r->fixed = SPAN(a->gz, a->gz_size);
        return;
    case CODING_IDENTITY:
        r->fixed = SPAN(a->identity, a->identity_size);
        return;
    }
    BUG("no such coding");
}

/* A strong tag names the bytes that are sent, so each coding has its own. */
static void tag(struct reply *r, const char *etag)
{
    size_t size = strlen(etag);

    if (r->coding == NULL)
        (void)snprintf(r->etag, sizeof r->etag, "%s", etag);
    else
        (void)snprintf(r->etag, sizeof r->etag, "%.*s-%s\"",
                       (int)(size > 0 ? size - 1 : 0), etag, r->coding);
}

void files_answer(struct request *q)
{
    const struct asset *a = find_for(q->head.path);
    struct reply *r = &q->reply;

    if (a == NULL) {
        request_refuse(q, REFUSAL_ROUTE_UNKNOWN);
        return;
    }
    r->status = 200;
    r->media = a->mime;
    r->cache =
        a->immutable ? "public, max-age=31536000, immutable" : "no-cache";
    choose(q, a);
    tag(r, a->etag);
    if (fields_tag_matches(q->head.field[FIELD_IF_NONE_MATCH], r->etag))
        r->status = 304;
    request_answered(q);
}

void health_answer(struct request *q)
{
    struct net *n = q->net;
    struct store_txn *t = net_txn(n);
    struct json_out o;
    bool fine = !n->stopping && t != NULL;

    json_out_init(&o, LIMIT_ANSWER_BYTES);
    json_out_object(&o);
    json_out_name(&o, "status");
    json_out_literal(&o, n->stopping ? "stopping" : fine ? "ok" : "failed");
    /* From afar the position would tell that something was recorded: a denial,
     * so a case that is hidden. */
    if (q->conn->loopback) {
        json_out_name(&o, "seq");
        json_out_integer(&o, t == NULL ? 0 : (int64_t)store_position(t).seq);
    }
    json_out_name(&o, "server_time");
    json_out_time(&o, net_now_us(n));
    json_out_object_end(&o);
    request_answer_json(q, fine ? 200 : 503, &o);
}
