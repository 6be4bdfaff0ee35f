/*
 * inner.h - what the files of net/ share, and nobody else sees.
 *
 * SHAPE   struct net owns everything. A struct conn stands beside each lws
 *         connection (its opaque user data); it holds at most one struct
 *         request, or one struct live_client.
 *
 *           HEAD --> BODY --> BUSY --> ANSWERING --> HEAD (keep-alive)
 *             |                            |
 *             |                            +--> closed
 *             +--> LINGER (refused; the rest is dropped until it closes)
 *             +--> UPGRADE --> LIVE --> LIVE_CLOSING
 *
 * WHY     One request at a time on a connection: where it ends is counted here,
 *         and the next one waits until its answer was written.
 * THREAD  the loop.
 */
#ifndef HUTONG_NET_INNER_H
#define HUTONG_NET_INNER_H

#include <libwebsockets.h>

#include "gen/routes.h"
#include "net/frames.h"
#include "net/head.h"
#include "net/idle.h"
#include "net/net.h"
#include "net/places.h"
#include "net/request.h"
#include "net/tally.h"

enum {
    WRITE_BYTES = 16 * 1024, /* of one lws_write */
    WRITE_BURST = 8,         /* writes of one WRITEABLE */
    ADDRESS_CHARS = 64,
    IDLE_SESSIONS = 16384,
};

/* Each kind of waiting has one length, so a list of it is in order. */
enum wait_kind {
    WAIT_NONE,
    WAIT_HEAD,   /* for the rest of a head */
    WAIT_BODY,   /* for the rest of a body */
    WAIT_IDLE,   /* between two requests */
    WAIT_WRITE,  /* for the client to read */
    WAIT_LINGER, /* for the client to close */
    WAIT_COUNT
};

enum conn_phase {
    CONN_HEAD,
    CONN_BODY,
    CONN_BUSY,
    CONN_ANSWERING,
    CONN_LINGER,
    CONN_UPGRADE,
    CONN_LIVE,
    CONN_LIVE_CLOSING,
};

struct net_figures {
    uint64_t requests, refused, malformed, timeouts, live_pushes, live_cut;
    uint64_t status[6]; /* by hundreds */
    uint64_t connections;
    uint64_t active;     /* requests not yet answered */
    uint64_t body_bytes; /* room that their bodies have taken */
};

/* The test clock, on its way. */
struct clock_move {
    bool under_way;
    int64_t to_us;
    struct request *request; /* NULL: the client left */
};

struct conn;
struct listener;
struct live;
struct live_client;

struct net {
    struct event_base *base;
    struct store *store;
    struct core *core;
    const struct catalogue *catalogue;
    struct clock *clock;
    int64_t session_zero_us; /* of session_now_us, at boot */
    struct lws_context *lws;
    struct lws_vhost *vhost;
    struct listener *listener;
    struct event *turn;   /* once, after what is ready now */
    struct event *second; /* twice a second */
    struct store_txn *txn;
    struct conn *ready_first, *ready_last;
    struct conn *wait_first[WAIT_COUNT], *wait_last[WAIT_COUNT];
    struct idle_table *idle;
    uint64_t seed;          /* of tallies */
    struct tally *networks; /* connections of each */
    struct live *live;
    struct signin_job *signins; /* under way, through next */
    struct crypt_key key_signin, key_draft, key_idem, key_cursor;
    struct net_figures figures;
    struct clock_move moving;
    bool tls, stopping, demo, turn_due;
    bool test_clock; /* may be moved from outside */
    bool one_click;  /* a demonstration, heard on this machine only */
    char url[96];
    uint8_t out[LWS_PRE + WRITE_BYTES];
};

struct conn {
    struct net *net;
    struct lws *wsi;
    enum conn_phase phase;
    bool is_ready;
    bool loopback;
    struct head_bytes head_bytes;
    struct request *request;
    struct live_client *live;
    struct frames frames;
    enum wait_kind wait;
    int64_t wait_until_us;
    struct conn *wait_before, *wait_after;
    struct conn *ready_before, *ready_after;
    char address[ADDRESS_CHARS];
    struct id network; /* of the address */
};

/* ------------------------------------------------------------- conn ---- */

struct conn *conn_new(struct net *n, struct lws *wsi);
void conn_free(struct conn *c);
/* Raw bytes, before lws sees them: how many of them it may take now (the rest
 * is shown again later), CONN_DROP: none, ever, or CONN_END: close. */
#define CONN_DROP (SIZE_MAX - 1)
#define CONN_END SIZE_MAX
struct raw_bytes { /* lws's own buffer */
    uint8_t *at;
    size_t size;
};
size_t conn_bytes(struct conn *c, struct raw_bytes in);
/* WRITEABLE. <0: close. */
int conn_write(struct conn *c);
void conn_wait(struct conn *c, enum wait_kind kind);
/* Its answer or frames are written at the end of this turn. */
void conn_ready(struct conn *c);
/* Answers outside any request, and lingers. */
void conn_refuse(struct conn *c, enum refusal refusal, struct reply *take_r);
/* Closes from an event of our own, at once. */
void conn_kill(struct conn *c);
void conn_tick(struct net *n);
void conn_write_ready(struct net *n);

/* -------------------------------------------------------------- net ---- */

/* The read transaction of this turn, or NULL after a diagnostic. */
struct store_txn *net_txn(struct net *n);
/* The next net_txn sees the newest commit. */
void net_txn_end(struct net *n);
/* Something is to be done at the end of this turn. */
void net_turn(struct net *n);
/* False: one more connection, or one more of this address, is too many. */
bool net_has_room(const struct net *n, const char *address);
bool net_is_loopback(const char *address);
int64_t net_now_us(const struct net *n);
uint32_t net_day(const struct net *n);

/* ---------------------------------------------------------- the API ---- */

void command_run(struct request *q);
/* An arena of its own and a zeroed body in it, for a command of the server. */
void *command_body(size_t size, struct arena **ret_arena);
/* A command of the server itself; it lies in its arena with its body. NULL:
 * the arena is full, and freed. */
struct command_work *command_new(enum command command, struct arena *take_a,
                                 const void *body);
bool command_send(struct net *n, struct command_work *take_w, net_done_fn done,
                  void *context);
/* The same for a request: done is told nothing once its client left. */
bool command_send_for(struct request *q, struct command_work *take_w,
                      net_done_fn done);
/* Puts a refused act into the trail; its client was answered and does not
 * wait. Core records it once a minute for each session, act and object. */
void command_record_denied(struct net *n, const struct actor *actor,
                           const char *act, struct id object);
void command_done(struct net *n, struct command_work *take_w);

void read_run(struct request *q);
void signin_run(struct request *q);
void enrol_run(struct request *q);
/* A demonstration: who is there, and a session without a password. */
void demo_accounts_run(struct request *q);
void demo_signin_run(struct request *q);
/* May this client be asked for no password? Also by the name that it calls us
 * by, since any page can make a name of its own lead to this machine. */
bool demo_admits(const struct request *q);
/* Only with net.test_clock. */
void clock_run(struct request *q);
void clock_batch(struct net *n, const struct batch_done *b);
void session_read(struct request *q);
void session_close(struct request *q);
/* The view `me` of an actor, as the answer. */
void session_answer_me(struct request *q);
/* Sets actor; false: answered with 401. */
bool session_admit(struct request *q);
/* The value of our cookie; size 0 when there is none. */
struct text session_token(const struct net *n, const struct head *h);
/* The time that ages sessions: the wall's as it was at the start, and from
 * there on only what went by. Setting the machine's clock ends no session. A
 * test clock drives it; timers of sockets go by clock_steady_us. */
int64_t session_now_us(const struct net *n);
/* Once, at the start. */
struct err session_clock_start(struct net *n) MUST_USE;
/* Who holds this value; false: nobody, or idle too long. */
bool session_of(struct net *n, struct text token, bool touch,
                struct actor *ret_actor);
bool session_idle_out(struct net *n, struct id session);
void session_cookie(const struct net *n, const char *value, char *ret,
                    size_t room);
void files_answer(struct request *q);
void health_answer(struct request *q);
void metrics_answer(struct request *q);

/* ------------------------------------------------------------- live ---- */

struct live *live_new(struct net *n);
void live_free(struct live *l);
/* REFUSAL_NONE: lws may upgrade; then live_open. */
enum refusal live_admit(struct conn *c, const struct head *h,
                        struct reply *ret_reply);
int live_open(struct conn *c);
void live_close(struct conn *c);
int live_write(struct conn *c);
/* A client's frames; as conn_bytes. */
size_t live_bytes(struct conn *c, struct span in);
void live_changes(struct live *l, const struct batch_done *b);
void live_fan_out(struct live *l);
void live_tick(struct live *l);
void live_end_session(struct live *l, struct id session);
void live_end_account(struct live *l, struct id account);
void live_end_all(struct live *l);
size_t live_count(const struct live *l);

#endif
