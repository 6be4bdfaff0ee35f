/*
 * live.h - what live.c (clients) and live_frame.c (frames) share.
 *
 * WHY     Those who may see the same rows under the same mask are one
 *         audience: a frame is encoded once for it and sent to all.
 * OWNS    struct live owns the ring, the audiences and their frames. A client
 *         belongs to its connection.
 * THREAD  the loop.
 */
#ifndef HUTONG_NET_LIVE_H
#define HUTONG_NET_LIVE_H

#include "net/inner.h"
#include "net/ring.h"

enum {
    FRAMES_KEPT = 8,         /* pushes of one audience */
    FRAME_CHANGES_MAX = 256, /* of one push */
    SNAPSHOT_ROWS = LIMIT_PAGE_ROWS,
};

/* Bytes that stand to be written: LWS_PRE of room, then the text. */
struct frame {
    uint8_t *room;
    size_t size;
    uint64_t from, to; /* numbers of the ring */
};

struct live_audience {
    struct live_audience *next;
    struct audience audience;
    size_t clients;
    struct frame snapshot;
    struct frame pushes[FRAMES_KEPT];
    size_t push_next;
};

enum live_want { WANT_RESTART = 1, WANT_SNAPSHOT = 2, WANT_HELLO = 4 };

struct live_client {
    struct conn *conn;
    struct live_client *before, *after;
    struct live_audience *audience;
    struct actor actor;
    char token[SESSION_TOKEN_CHARS + 1]; /* looked at again each minute */
    bool established;
    uint8_t want;    /* enum live_want */
    uint64_t number; /* its place in the ring */
    uint16_t close_code;
    bool ping_due;
    uint8_t restarts;
    int64_t heard_us, pinged_us, checked_us, stuck_us; /* steady */
};

struct live {
    struct net *net;
    struct ring *ring;
    struct live_audience *audiences;
    struct live_client *first;
    struct tally *sessions; /* clients of each */
    size_t count;
    bool fan_out_due;
};

void frame_release(struct frame *f);
/* Each returns a frame that lives until the next call for that audience, or
 * NULL after a diagnostic. */
const struct frame *frame_snapshot(struct live *l, struct live_client *c);
const struct frame *frame_push(struct live *l, struct live_client *c);
/* hello and restart; the caller releases. */
struct frame frame_hello(struct live *l, const struct live_client *c);
struct frame frame_restart(void);

#endif
