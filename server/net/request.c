/*
 * request.c - one request from its head to its answer: what it may, what it
 * means, and how it is answered.
 *
 * The order of the checks is the order of the refusals that a client sees:
 * address, method, page mark and origin, session, then what the body needs.
 */
#include "net/inner.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "gen/openapi.h"
#include "net/fields.h"

/* Bodies of those who have not signed in yet. */
enum { STRANGER_BODY_BYTES = 4096 };

/* Strangers get none of the last half of the room: a body is announced for
 * nothing, and need not be sent. */
enum { STRANGER_BODIES_BYTES = LIMIT_BODIES_BYTES / 2 };

enum { API_PREFIX = 7 }; /* "/api/v1" */

struct request *request_new(struct conn *c, const struct head *h)
{
    struct request *q = heap_take(sizeof *q);

    q->conn = c;
    q->net = c->net;
    q->net->figures.active++;
    q->head = *h;
    q->arena = arena_new(LIMIT_COMMAND_ARENA);
    q->lang = fields_wants_english(h->field[FIELD_ACCEPT_LANGUAGE]) ? LANG_EN
                                                                    : LANG_ZH;
    q->unsafe = h->method != METHOD_GET && h->method != METHOD_HEAD &&
                h->method != METHOD_OPTIONS && h->method != METHOD_OTHER;
    return q;
}

void request_free(struct request *q)
{
    if (q == NULL)
        return;
    assert(q->net->figures.active > 0);
    q->net->figures.active--;
    if (q->forget != NULL)
        q->forget(q->under_way);
    if (q->body != NULL) {
        bytes_wipe(q->body, q->body_size);
        free(q->body);
    }
    assert(q->net->figures.body_bytes >= q->body_room);
    q->net->figures.body_bytes -= q->body_room;
    reply_release(&q->reply);
    arena_free(q->arena);
    free(q);
}

/* --------------------------------------------------------- answers ---- */

void request_refuse_field(struct request *q, enum refusal refusal,
                          const struct field_problem *problem, uint32_t version)
{
    reply_problem(&q->reply, refusal, q->lang, problem, version);
    request_answered(q);
}

void request_refuse(struct request *q, enum refusal refusal)
{
    request_refuse_field(q, refusal, NULL, 0);
}

void request_failed(struct request *q, struct err e)
{
    assert(failed(e));
    diag_err("request_failed", e);
    request_refuse(q, REFUSAL_SERVER_FAILED);
}

void request_answer_json(struct request *q, uint16_t status,
                         struct json_out *take_o)
{
    struct text text;

    if (failed(json_out_text(take_o, &text))) {
        json_out_release(take_o);
        request_failed(q, ERR(ERR_LIMIT));
        return;
    }
    reply_release(&q->reply);
    q->reply.status = status;
    q->reply.media = "application/json";
    q->reply.json = *take_o;
    q->reply.has_json = true;
    *take_o = (struct json_out){0};
    request_answered(q);
}

void request_answer_view(struct request *q, uint16_t status,
                         struct answer *take_a)
{
    char etag[sizeof take_a->etag];

    if (take_a->refusal != REFUSAL_NONE) {
        enum refusal refusal = take_a->refusal;

        answer_release(take_a);
        request_refuse(q, refusal);
        return;
    }
    memcpy(etag, take_a->etag, sizeof etag);
    if (etag[0] != '\0' && !q->unsafe &&
        fields_tag_matches(q->head.field[FIELD_IF_NONE_MATCH], etag)) {
        answer_release(take_a);
        q->reply.status = 304;
        request_answered(q);
    } else {
        request_answer_json(q, status, &take_a->body);
        answer_release(take_a);
    }
    if (q->reply.status < 400)
        memcpy(q->reply.etag, etag, sizeof etag);
}

struct view_context request_view(const struct request *q)
{
    const struct net *n = q->net;

    return (struct view_context){
        .catalogue = n->catalogue,
        .actor = q->actor,
        .lang = q->lang,
        .now_us = net_now_us(n),
        .room = store_room(n->store),
        .demo = n->demo,
    };
}

static enum refusal refusal_of_json(const struct json_problem *p)
{
    if (p->code != NULL && strcmp(p->code, "json.too_deep") == 0)
        return REFUSAL_JSON_TOO_DEEP;
    if (p->code != NULL && strcmp(p->code, "json.too_long") == 0)
        return REFUSAL_JSON_TOO_LONG;
    return REFUSAL_JSON_INVALID;
}

bool request_decode(struct request *q,
                    struct err (*decode)(const struct json_value *v,
                                         struct arena *a, void *ret,
                                         struct field_problem *ret_problem),
                    void *ret)
{
    struct json_problem json = {0};
    struct field_problem problem = {.code = NULL};
    struct json_doc *doc = NULL;
    struct err e;

    e = json_parse((struct text){q->body, q->body_size}, &doc, &json);
    if (failed(e)) {
        request_refuse(q, refusal_of_json(&json));
        return false;
    }
    e = decode(json_root(doc), q->arena, ret, &problem);
    json_free(doc);
    if (!failed(e))
        return true;
    if (e.code == ERR_INPUT && problem.code != NULL)
        request_refuse_field(q, REFUSAL_FIELD_INVALID, &problem, 0);
    else if (e.code == ERR_LIMIT)
        request_refuse(q, REFUSAL_JSON_TOO_LONG);
    else
        request_failed(q, e);
    return false;
}

/* ----------------------------------------------------------- routes ---- */

static bool starts_with(struct text s, const char *prefix)
{
    size_t size = strlen(prefix);

    return s.size >= size && memcmp(s.at, prefix, size) == 0;
}

/* "GET, POST" for the methods that have a route here. */
static const char *allowed(struct request *q, struct text path)
{
    static const char *const names[] = {"GET", "POST", "PUT", "PATCH",
                                        "DELETE"};
    enum { ROOM = 64 };
    char *list = arena_take(q->arena, ROOM);
    size_t size = 0;

    for (size_t i = 0; list != NULL && i < ARRAY_COUNT(names); i++) {
        struct text params[ROUTE_PARAMS_MAX];
        size_t count = 0;
        bool known = false;

        if (route_find(text_of(names[i]), path, params, &count, &known) == NULL)
            continue;
        size += (size_t)snprintf(list + size, ROOM - size, "%s%s%s",
                                 size > 0 ? ", " : "", names[i],
                                 i == 0 ? ", HEAD" : "");
        assert(size < ROOM);
    }
    return list;
}

static bool refuse_method(struct request *q, const char *allow)
{
    request_refuse(q, REFUSAL_ROUTE_METHOD);
    q->reply.allow = allow;
    return false;
}

static bool refuse(struct request *q, enum refusal refusal)
{
    request_refuse(q, refusal);
    return false;
}

/* Parameters are decoded one by one, after the path was cut at its '/'. */
static bool decode_params(struct request *q)
{
    for (size_t i = 0; i < q->param_count; i++)
        if (!fields_decode(q->params[i], false, q->arena, &q->params[i]))
            return false;
    return true;
}

/* What only some servers have does not exist on the others. */
static bool is_served_here(const struct request *q, struct text path)
{
    if (starts_with(path, "/test/"))
        return q->net->test_clock && q->conn->loopback;
    return !starts_with(path, "/demo/") || demo_admits(q);
}

static bool find_route(struct request *q)
{
    struct text path = q->head.path, method = q->head.method_text;
    bool known = false;

    path.at += API_PREFIX;
    path.size -= API_PREFIX;
    if (!is_served_here(q, path))
        return refuse(q, REFUSAL_ROUTE_UNKNOWN);
    if (q->head.method == METHOD_HEAD)
        method = TEXT_LITERAL("GET");
    q->route = route_find(method, path, q->params, &q->param_count, &known);
    if (q->route == NULL && known)
        return refuse_method(q, allowed(q, path));
    if (q->route == NULL || !decode_params(q))
        return refuse(q, REFUSAL_ROUTE_UNKNOWN);
    return true;
}

/* Where no route is generated: the dashboard and what operators look at. */
static bool admit_plain(struct request *q)
{
    struct text path = q->head.path;

    if (starts_with(path, "/api/") || text_is(path, "/api"))
        return refuse(q, REFUSAL_ROUTE_UNKNOWN);
    if (q->head.method != METHOD_GET && q->head.method != METHOD_HEAD)
        return refuse_method(q, "GET, HEAD");
    if (text_is(path, "/metrics") && !q->conn->loopback)
        return refuse(q, REFUSAL_ROUTE_UNKNOWN);
    return true;
}

/* ------------------------------------------------------------ admit ---- */

static bool admit_origin(struct request *q)
{
    const struct text *f = q->head.field;

    if (!q->unsafe)
        return true;
    if (!text_is(f[FIELD_HUTONG], "1"))
        return refuse(q, REFUSAL_HEADER_MISSING);
    if (f[FIELD_ORIGIN].at != NULL &&
        !fields_origin_fits(f[FIELD_ORIGIN], q->net->tls ? "https" : "http",
                            f[FIELD_HOST]))
        return refuse(q, REFUSAL_ORIGIN_REFUSED);
    return true;
}

static bool needs_session(const struct request *q)
{
    return q->route->kind != ROUTE_SPECIAL ||
           special_info[q->route->index].auth;
}

static bool takes_json(const struct request *q)
{
    return q->head.method == METHOD_POST || q->head.method == METHOD_PUT ||
           q->head.method == METHOD_PATCH;
}

static bool admit_idempotency(struct request *q)
{
    struct text key = q->head.field[FIELD_IDEMPOTENCY_KEY];
    int64_t ahead;

    if (key.at == NULL)
        return refuse(q, REFUSAL_IDEMPOTENCY_REQUIRED);
    if (!fields_idempotency(key, &q->idem_day))
        return refuse(q, REFUSAL_IDEMPOTENCY_MALFORMED);
    ahead = fields_days_between(net_day(q->net), q->idem_day);
    if (ahead > 1 || ahead < -30)
        return refuse(q, REFUSAL_IDEMPOTENCY_DATE);
    return true;
}

static bool admit_command(struct request *q)
{
    const struct command_info *info = &command_info[q->route->index];

    if (info->idempotent && !admit_idempotency(q))
        return false;
    if (!info->if_match)
        return true;
    if (q->head.field[FIELD_IF_MATCH].at == NULL)
        return refuse(q, REFUSAL_VERSION_REQUIRED);
    if (!fields_version(q->head.field[FIELD_IF_MATCH], &q->if_match))
        return refuse(q, REFUSAL_REQUEST_MALFORMED);
    return true;
}

bool request_admit(struct request *q)
{
    if (!starts_with(q->head.path, "/api/v1/"))
        return admit_plain(q);
    if (!find_route(q) || !admit_origin(q))
        return false;
    if (q->net->stopping && q->unsafe)
        return refuse(q, REFUSAL_SERVER_STOPPING);
    if (needs_session(q) && !session_admit(q))
        return false;
    if (!q->has_actor && q->head.body_bytes > STRANGER_BODY_BYTES)
        return refuse(q, REFUSAL_JSON_TOO_LONG);
    if (takes_json(q) && !fields_is_json(q->head.field[FIELD_CONTENT_TYPE]))
        return refuse(q, REFUSAL_REQUEST_MEDIA_TYPE);
    return q->route->kind != ROUTE_COMMAND || admit_command(q);
}

bool request_take_room(struct request *q)
{
    struct net_figures *f = &q->net->figures;
    uint64_t most = q->has_actor ? LIMIT_BODIES_BYTES : STRANGER_BODIES_BYTES;
    size_t room = (size_t)q->head.body_bytes;

    assert(q->body == NULL && room <= LIMIT_BODY_BYTES);
    if (room == 0)
        return true;
    if (f->body_bytes + room > most)
        return refuse(q, REFUSAL_SERVER_BUSY);
    f->body_bytes += room;
    q->body_room = room;
    q->body = heap_take(room);
    return true;
}

/* -------------------------------------------------------------- run ---- */

static void live_without_upgrade(struct request *q)
{
    request_refuse(q, REFUSAL_REQUEST_MALFORMED);
    q->reply.status = 426;
    q->reply.upgrade_hint = true;
}

static void openapi_answer(struct request *q);

static void run_special(struct request *q)
{
    switch ((enum special)q->route->index) {
    case SPECIAL_OPEN_SESSION:
        signin_run(q);
        return;
    case SPECIAL_READ_SESSION:
        session_read(q);
        return;
    case SPECIAL_CLOSE_SESSION:
        session_close(q);
        return;
    case SPECIAL_ENROL:
        enrol_run(q);
        return;
    case SPECIAL_LIVE:
        live_without_upgrade(q);
        return;
    case SPECIAL_LIST_DEMO_ACCOUNTS:
        demo_accounts_run(q);
        return;
    case SPECIAL_OPEN_DEMO_SESSION:
        demo_signin_run(q);
        return;
    case SPECIAL_MOVE_TEST_CLOCK:
        clock_run(q);
        return;
    case SPECIAL_OPENAPI:
        openapi_answer(q);
        return;
    case SPECIAL_COUNT:
        break;
    }
    BUG("no such special");
}

static void run_plain(struct request *q)
{
    if (text_is(q->head.path, "/healthz"))
        health_answer(q);
    else if (text_is(q->head.path, "/metrics"))
        metrics_answer(q);
    else
        files_answer(q);
}

void request_run(struct request *q)
{
    if (q->route == NULL) {
        run_plain(q);
        return;
    }
    switch (q->route->kind) {
    case ROUTE_COMMAND:
        command_run(q);
        return;
    case ROUTE_READ:
        read_run(q);
        return;
    case ROUTE_SPECIAL:
        run_special(q);
        return;
    }
    BUG("no such route");
}

static void openapi_answer(struct request *q)
{
    q->reply.status = 200;
    q->reply.media = "application/json";
    q->reply.fixed = SPAN(openapi_json, openapi_json_size);
    request_answered(q);
}
