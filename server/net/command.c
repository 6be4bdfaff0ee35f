/*
 * command.c - from a decoded body to a lane, and from a commit to an answer.
 *
 * A command outlives its client: when the connection goes, only the wish to
 * be told is dropped. Work and body lie in one arena, which goes with them.
 *
 * Surprising: a denial is put into the trail after the answer. About what does
 * not exist there is no denial, and whoever asks must not be answered sooner.
 */
#include "net/inner.h"

#include <assert.h>
#include <string.h>

#include "base/diag.h"

/* Whom to tell; lies in the command's arena. */
struct sent {
    net_done_fn done; /* NULL: nobody any more */
    void *context;
};

void *command_body(size_t size, struct arena **ret_arena)
{
    struct arena *a = arena_new(LIMIT_COMMAND_ARENA);
    void *body = arena_take(a, size);

    if (body == NULL)
        BUG("a new arena is full");
    *ret_arena = a;
    return body;
}

struct command_work *command_new(enum command command, struct arena *take_a,
                                 const void *body)
{
    struct command_work *w = arena_take(take_a, sizeof *w);

    assert(command > COMMAND_NONE && command < COMMAND_COUNT);
    if (w == NULL) {
        arena_free(take_a);
        return NULL;
    }
    w->command = command;
    w->body = body;
    w->arena = take_a;
    w->actor = actor_system();
    return w;
}

static struct sent *hand_over(struct net *n, struct command_work *take_w,
                              net_done_fn done, void *context)
{
    struct sent *s = arena_take(take_w->arena, sizeof *s);

    if (s == NULL) {
        arena_free(take_w->arena);
        return NULL;
    }
    *s = (struct sent){done, context};
    take_w->owner = s;
    if (!core_submit(n->core, take_w)) {
        arena_free(take_w->arena);
        return NULL;
    }
    net_turn(n);
    return s;
}

bool command_send(struct net *n, struct command_work *take_w, net_done_fn done,
                  void *context)
{
    return take_w != NULL && hand_over(n, take_w, done, context) != NULL;
}

bool net_submit(struct net *n, enum command command, struct arena *take_a,
                const void *body, net_done_fn done, void *context)
{
    return command_send(n, command_new(command, take_a, body), done, context);
}

static void forget(void *under_way)
{
    struct sent *s = under_way;

    s->done = NULL;
}

bool command_send_for(struct request *q, struct command_work *take_w,
                      net_done_fn done)
{
    struct sent *s;

    if (take_w == NULL)
        return false;
    if (q->arena == take_w->arena)
        q->arena = NULL;
    s = hand_over(q->net, take_w, done, q);
    q->under_way = s;
    q->forget = s == NULL ? NULL : forget;
    return s != NULL;
}

void command_record_denied(struct net *n, const struct actor *actor,
                           const char *act, struct id object)
{
    struct arena *a;
    struct cmd_record_denied *body = command_body(sizeof *body, &a);
    struct command_work *w;

    body->act = text_of(act);
    body->object_id = object;
    w = command_new(COMMAND_RECORD_DENIED, a, body);
    if (w != NULL)
        w->actor = *actor;
    if (!command_send(n, w, NULL, NULL))
        DIAG(DIAG_WARN, "denial_not_recorded", DIAG_N("count", 1));
}

/* Sessions end for the live clients too, but only once it is committed. */
static void tell_live(struct net *n, const struct command_work *w)
{
    if (w->refusal != REFUSAL_NONE)
        return;
    if (w->command == COMMAND_CLOSE_SESSION) {
        const struct cmd_close_session *body = w->body;

        live_end_session(n->live, body->session_id);
        idle_forget(n->idle, body->session_id);
    } else if (w->command == COMMAND_DISABLE_ACCOUNT ||
               w->command == COMMAND_ENROL_ACCOUNT) {
        /* With the old password its sessions ended, too. */
        live_end_account(n->live, w->object);
    }
}

void command_done(struct net *n, struct command_work *take_w)
{
    struct sent *s = take_w->owner;
    struct arena *a = take_w->arena;

    tell_live(n, take_w);
    if (s->done != NULL)
        s->done(s->context, take_w);
    if (take_w->denied_by_right && take_w->command != COMMAND_RECORD_DENIED)
        command_record_denied(n, &take_w->actor,
                              command_info[take_w->command].act,
                              take_w->object);
    arena_free(a);
}

/* ---------------------------------------------- a request's command ---- */

static void refuse(struct request *q, const struct view_context *x,
                   const struct command_work *w, struct store_txn *t)
{
    const struct refused refused = {
        .command = w->command,
        .refusal = w->refusal,
        .object = w->object,
        .problem = w->problem.code == NULL ? NULL : &w->problem,
        .version = w->current_version,
    };
    struct err e;

    if (t == NULL) {
        request_refuse_field(q, w->refusal, refused.problem, refused.version);
        return;
    }
    e = reply_command_problem(&q->reply, t, x, &refused, w->arena);
    if (failed(e))
        request_failed(q, e);
    else
        request_answered(q);
}

static void answer(void *context, const struct command_work *w)
{
    struct request *q = context;
    struct view_context x = request_view(q);
    struct store_txn *t = net_txn(q->net);
    struct answer a;
    struct err e;

    q->forget = NULL;
    if (w->refusal != REFUSAL_NONE) {
        refuse(q, &x, w, t);
        return;
    }
    if (t == NULL) {
        request_refuse(q, REFUSAL_SERVER_FAILED);
        return;
    }
    answer_init(&a);
    e = view_command_answer(
        t, &x,
        &(struct granted){w->command, w->object, w->version, w->position},
        w->arena, &a);
    if (failed(e)) {
        answer_release(&a);
        request_failed(q, e);
        return;
    }
    request_answer_view(q, command_info[w->command].success, &a);
}

static void mac_start(uint8_t *at, const char *name, size_t *size)
{
    size_t name_size = strlen(name) + 1;

    memcpy(at, name, name_size);
    *size = name_size;
}

/* 16 bytes that bind account and key, and 16 that bind what was asked. */
static bool mark_repeat(struct request *q, struct command_work *w)
{
    const struct command_info *info = &command_info[w->command];
    struct text key = q->head.field[FIELD_IDEMPOTENCY_KEY];
    size_t room = strlen(info->name) + q->head.path.size + q->body_size + 2 +
                  ID_BYTES + key.size;
    uint8_t *at = arena_take(w->arena, room);
    size_t size = 0;
    struct hash mac;

    if (at == NULL)
        return false;
    mac_start(at, info->name, &size);
    memcpy(at + size, q->head.path.at, q->head.path.size);
    size += q->head.path.size;
    at[size++] = 0;
    if (q->body_size > 0)
        memcpy(at + size, q->body, q->body_size);
    size += q->body_size;
    mac = crypt_hmac(&q->net->key_idem, SPAN(at, size));
    memcpy(w->idem_mac, mac.bytes, sizeof w->idem_mac);
    if (!info->idempotent)
        return true;
    w->has_idem = true;
    w->idem_day = q->idem_day;
    memcpy(at, q->actor.account.bytes, ID_BYTES);
    memcpy(at + ID_BYTES, key.at, key.size);
    mac = crypt_hmac(&q->net->key_idem, SPAN(at, ID_BYTES + key.size));
    memcpy(w->idem_key, mac.bytes, sizeof w->idem_key);
    return true;
}

void command_run(struct request *q)
{
    enum command command = (enum command)q->route->index;
    const struct command_info *info = &command_info[command];
    void *body = arena_take(q->arena, info->struct_bytes);
    struct command_work *w;

    assert(!info->internal);
    if (body == NULL) {
        request_failed(q, ERR(ERR_LIMIT));
        return;
    }
    if (!request_decode(q, info->decode, body))
        return;
    if (info->path != NULL && !info->path(q->params, q->param_count, body)) {
        request_refuse(q, REFUSAL_ROUTE_UNKNOWN);
        return;
    }
    w = command_new(command, q->arena, body);
    if (w == NULL || !mark_repeat(q, w)) {
        if (w == NULL)
            q->arena = NULL;
        request_failed(q, ERR(ERR_LIMIT));
        return;
    }
    w->actor = q->actor;
    w->has_if_match = info->if_match;
    w->if_match = q->if_match;
    if (!command_send_for(q, w, answer))
        request_refuse(q, q->net->stopping ? REFUSAL_SERVER_STOPPING
                                           : REFUSAL_SERVER_BUSY);
}
