/*
 * live_frame.c - encodes the frames of schema/live.md, once per audience.
 *
 * A server's frames are not masked, so lws writes the same few bytes of header
 * before the same text for every client: one buffer serves all.
 */
#include "net/live.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"

void frame_release(struct frame *f)
{
    if (f->room != NULL) {
        bytes_wipe(f->room, LWS_PRE + f->size);
        free(f->room);
    }
    *f = (struct frame){0};
}

/* Takes the text of o. False: it was cut. */
static bool frame_set(struct frame *f, struct json_out *take_o)
{
    struct text text;
    bool whole = !failed(json_out_text(take_o, &text));

    frame_release(f);
    if (whole) {
        f->room = heap_take(LWS_PRE + text.size);
        f->size = text.size;
        memcpy(f->room + LWS_PRE, text.at, text.size);
    }
    json_out_release(take_o);
    return whole;
}

static void cursor_of(const struct live *l, uint64_t number,
                      char ret[static CURSOR_CHARS])
{
    cursor_write(&l->net->key_cursor, ring_position(l->ring, number), ret);
}

static struct view_context view_of(const struct live *l,
                                   const struct live_client *c)
{
    return (struct view_context){
        .catalogue = l->net->catalogue,
        .actor = c->actor,
        .lang = LANG_ZH, /* rows carry codes, not words */
        .now_us = net_now_us(l->net),
        .demo = l->net->demo,
    };
}

const struct frame *frame_snapshot(struct live *l, struct live_client *c)
{
    struct live_audience *u = c->audience;
    struct frame *f = &u->snapshot;
    struct store_txn *t = net_txn(l->net);
    struct view_context x = view_of(l, c);
    char cursor[CURSOR_CHARS];
    struct json_out o;
    struct err e;

    if (f->room != NULL && f->to == ring_next(l->ring))
        return f;
    if (t == NULL)
        return NULL;
    cursor_of(l, ring_next(l->ring), cursor);
    json_out_init(&o, LIMIT_ANSWER_BYTES);
    e = view_snapshot(t, &x, &u->audience, cursor, SNAPSHOT_ROWS, &o);
    if (failed(e)) {
        diag_err("live_snapshot", e);
        json_out_release(&o);
        return NULL;
    }
    if (!frame_set(f, &o))
        return NULL;
    f->from = f->to = ring_next(l->ring);
    return f;
}

static struct frame *frame_kept(struct live_audience *u, uint64_t from)
{
    for (size_t i = 0; i < FRAMES_KEPT; i++)
        if (u->pushes[i].room != NULL && u->pushes[i].from == from)
            return &u->pushes[i];
    return NULL;
}

const struct frame *frame_push(struct live *l, struct live_client *c)
{
    struct live_audience *u = c->audience;
    struct frame *f = frame_kept(u, c->number);
    struct view_context x = view_of(l, c);
    struct store_txn *t;
    const struct feed_change *changes;
    char from[CURSOR_CHARS], to[CURSOR_CHARS];
    size_t count;
    struct json_out o;
    struct err e;

    if (f != NULL)
        return f;
    t = net_txn(l->net);
    if (t == NULL)
        return NULL;
    changes = ring_changes(l->ring, c->number, FRAME_CHANGES_MAX, &count);
    assert(count > 0);
    cursor_of(l, c->number, from);
    cursor_of(l, c->number + count, to);
    json_out_init(&o, LIMIT_ANSWER_BYTES);
    e = view_push(t, &x, &u->audience,
                  &(struct feed_span){changes, count, from, to}, &o);
    if (failed(e)) {
        diag_err("live_push", e);
        json_out_release(&o);
        return NULL;
    }
    f = &u->pushes[u->push_next++ % FRAMES_KEPT];
    if (!frame_set(f, &o))
        return NULL;
    f->from = c->number;
    f->to = c->number + count;
    return f;
}

static void begin(struct json_out *o, const char *type)
{
    json_out_init(o, LIMIT_ANSWER_BYTES);
    json_out_object(o);
    json_out_name(o, "type");
    json_out_literal(o, type);
    json_out_name(o, "topic");
    json_out_literal(o, "board");
}

struct frame frame_hello(struct live *l, const struct live_client *c)
{
    struct frame f = {0};
    char cursor[CURSOR_CHARS];
    struct json_out o;

    cursor_of(l, c->number, cursor);
    begin(&o, "hello");
    json_out_name(&o, "cursor");
    json_out_literal(&o, cursor);
    json_out_name(&o, "server_time");
    json_out_time(&o, net_now_us(l->net));
    json_out_object_end(&o);
    (void)frame_set(&f, &o); /* a few hundred bytes: never cut */
    return f;
}

struct frame frame_restart(void)
{
    struct frame f = {0};
    struct json_out o;

    begin(&o, "restart");
    json_out_object_end(&o);
    (void)frame_set(&f, &o); /* never cut */
    return f;
}
