/*
 * request.h - one request and its reply.
 *
 * WHY     Everything that one exchange needs is in one struct, and goes with
 *         it. What is under way on another thread is told when the client
 *         leaves; it goes on without a reader.
 * OWNS    a request owns its body, its arena (until it goes with a command or
 *         a job) and its reply; its head borrows from the connection.
 * THREAD  the loop.
 */
#ifndef HUTONG_NET_REQUEST_H
#define HUTONG_NET_REQUEST_H

#include "gen/routes.h"
#include "net/head.h"
#include "view/view.h"

struct conn;
struct net;

struct reply {
    uint16_t status;
    const char *media; /* NULL: no body */
    const char *cache; /* NULL: no-store */
    const char *coding;
    const char *allow;
    bool vary;
    bool upgrade_hint; /* 426 */
    uint32_t retry_after_s;
    char etag[80];
    char set_cookie[192];
    struct json_out json; /* a body of its own ... */
    struct span fixed;    /* ... or one that lives longer than all */
    bool has_json;
};

/* Releases the body. */
void reply_release(struct reply *r);
/* Status line and fields, up to and with the empty line; 0: too long. */
size_t reply_head(const struct net *n, const struct reply *r, bool close,
                  char *ret, size_t room);
struct span reply_body(const struct reply *r);
/* An RFC 9457 problem in r, for a refusal. problem may be NULL. */
void reply_problem(struct reply *r, enum refusal refusal, enum lang lang,
                   const struct field_problem *problem, uint32_t version);

/* The same for a command, in a transaction of this turn. On failure r has no
 * body. */
struct err reply_command_problem(struct reply *r, struct store_txn *t,
                                 const struct view_context *x,
                                 const struct refused *refused,
                                 struct arena *a) MUST_USE;

struct request {
    struct conn *conn;
    struct net *net;
    struct head head;    /* borrows from conn->head_bytes */
    struct arena *arena; /* NULL once it went with a command or job */
    enum lang lang;
    bool unsafe;
    bool has_actor;
    struct actor actor;
    const struct route *route; /* NULL: not of the API */
    struct text params[ROUTE_PARAMS_MAX];
    size_t param_count;
    char *body;
    size_t body_size;
    size_t body_room; /* 0: the body is not kept */
    uint32_t idem_day;
    uint32_t if_match;
    bool admitted; /* the body is wanted */
    bool answered; /* reply is whole */
    struct reply reply;
    size_t body_sent;
    bool head_sent;
    /* What is under way for it, and how to tell it that the client left. */
    void *under_way;
    void (*forget)(void *under_way);
};

struct request *request_new(struct conn *c, const struct head *h);
/* Also when the client left: what is under way goes on without it. */
void request_free(struct request *q);
/* Everything that the head alone can decide; false: answered. */
bool request_admit(struct request *q);
/* Takes room for the body; false: there is none, and it was answered. */
bool request_take_room(struct request *q);
/* The body is there. */
void request_run(struct request *q);
/* Answers; the connection writes it at the end of this turn. */
void request_answered(struct request *q);
void request_refuse(struct request *q, enum refusal refusal);
void request_refuse_field(struct request *q, enum refusal refusal,
                          const struct field_problem *problem,
                          uint32_t version);
/* A refusal's usual meaning of a failed call. */
void request_failed(struct request *q, struct err e);
/* JSON body of a view, 200 or as given; takes o's buffer. */
void request_answer_json(struct request *q, uint16_t status,
                         struct json_out *take_o);
/* An answer of view/; takes its body. */
void request_answer_view(struct request *q, uint16_t status,
                         struct answer *take_a);
struct view_context request_view(const struct request *q);
/* Parses the body and decodes it; false: answered. */
bool request_decode(struct request *q,
                    struct err (*decode)(const struct json_value *v,
                                         struct arena *a, void *ret,
                                         struct field_problem *ret_problem),
                    void *ret);

#endif
