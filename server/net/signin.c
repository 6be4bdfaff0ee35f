/*
 * signin.c - signing in, and setting the first password by a one-time link.
 *
 *   body -> how long must this pair wait? -> secret worker (argon2id)
 *        -> open_session or fail_signin, committed -> answer
 *
 * An account that does not exist costs the same time and gets the same answer.
 * Attempts of one pair run one after the other: five at once would be five
 * guesses before the first failure is counted.
 *
 * Surprising: jobs wait here and not in the worker's queue, which would serve
 * them in the order of their coming. Pairs (account, address) that signed in
 * before, and holders of a link, go first; of the others few may wait, so that
 * strangers keep each other waiting, but never the desk. A job whose client
 * left before its turn is not run.
 */
#include "net/inner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"

enum {
    PASSWORD_CHARS_MIN = 12,
    SECRET_BYTES = 32,
    STRANGERS_MAX = 16, /* of all addresses */
    STRANGERS_OF_NETWORK_MAX = 2,
    HANDED_OUT_MAX = 2, /* one runs, one is ready to */
};

struct signin_job {
    struct job job; /* first */
    struct signin_job *next;
    struct net *net;
    struct request *request; /* NULL: the client left */
    bool enrols;
    bool known;             /* came in before, or holds a link */
    bool listed;            /* in net.signins: handed to start() */
    bool waits, handed_out; /* for the worker; with the worker */
    struct id network;
    struct hash account_key, address_key;
    struct id account;
    bool found, right;
    char encoded[CRYPT_PASSWORD_HASH_BYTES];
    char token_hash[2 * HASH_BYTES + 1];
    char address[ADDRESS_CHARS];
    char password[LIMIT_PASSWORD_BYTES];
    size_t password_size;
    /* Of the session that was opened. */
    char cookie[SESSION_TOKEN_CHARS + 1];
};

static struct signin_job *of_job(struct job *j)
{
    return (struct signin_job *)(void *)j;
}

static void unlist(struct signin_job *j)
{
    struct signin_job **link = &j->net->signins;

    while (*link != NULL && *link != j)
        link = &(*link)->next;
    assert(*link == j);
    *link = j->next;
    j->listed = false;
}

static void job_free(struct signin_job *j)
{
    if (j->listed)
        unlist(j);
    bytes_wipe(j, sizeof *j);
    free(j);
}

static void forget(void *under_way)
{
    struct signin_job *j = under_way;

    j->request = NULL;
    if (j->waits)
        job_free(j);
}

static void detach(struct signin_job *j)
{
    if (j->request != NULL)
        j->request->forget = NULL;
    j->request = NULL;
}

static void refuse(struct signin_job *take_j, enum refusal refusal)
{
    struct request *q = take_j->request;

    detach(take_j);
    if (q != NULL)
        request_refuse(q, refusal);
    job_free(take_j);
}

/* ---------------------------------------------------------- counting ---- */

static struct hash key_of(const struct net *n, const char *kind,
                          struct text what)
{
    uint8_t in[128];
    size_t kind_size = strlen(kind) + 1;
    size_t size = what.size;

    if (size > sizeof in - kind_size)
        size = sizeof in - kind_size;
    memcpy(in, kind, kind_size);
    if (size > 0)
        memcpy(in + kind_size, what.at, size);
    return crypt_hmac(&n->key_signin, SPAN(in, kind_size + size));
}

/* False: too many are under way for one more. */
static bool has_place(const struct net *n, const struct signin_job *j)
{
    size_t all = 0, strangers = 0, of_network = 0;

    for (const struct signin_job *o = n->signins; o != NULL; o = o->next) {
        all++;
        if (o->known)
            continue;
        strangers++;
        if (id_equal(o->network, j->network))
            of_network++;
    }
    if (j->known)
        return all < LIMIT_SECRET_JOBS;
    return strangers < STRANGERS_MAX && of_network < STRANGERS_OF_NETWORK_MAX;
}

static bool is_under_way(const struct net *n, const struct signin_job *j)
{
    for (const struct signin_job *o = n->signins; o != NULL; o = o->next)
        if (memcmp(&o->account_key, &j->account_key, HASH_BYTES) == 0 &&
            memcmp(&o->address_key, &j->address_key, HASH_BYTES) == 0)
            return true;
    return false;
}

/* False: answered with 429. */
static bool may_try(struct request *q, struct signin_job *j)
{
    struct store_txn *t = net_txn(q->net);
    int64_t wait_us = 0;
    struct err e =
        t == NULL ? ERR(ERR_AGAIN)
                  : signin_wait_us(t, j->account_key, j->address_key,
                                   net_now_us(q->net), &wait_us, &j->known);

    if (failed(e)) {
        request_failed(q, e);
        return false;
    }
    if (wait_us <= 0 && !is_under_way(q->net, j))
        return true;
    request_refuse(q, REFUSAL_SESSION_SLOW_DOWN);
    q->reply.retry_after_s = (uint32_t)(wait_us / 1000000 + 1);
    return false;
}

static struct text hex_in(struct arena *a, struct span in)
{
    char *hex = arena_take(a, 2 * in.size + 1);

    if (hex == NULL)
        BUG("a new arena is full");
    bytes_to_hex(in, hex);
    return (struct text){hex, 2 * in.size};
}

static void failure_counted(void *context, const struct command_work *w)
{
    struct signin_job *j = context;

    (void)w; /* counted or not, the answer is the same */
    refuse(j, j->enrols ? REFUSAL_ENROLMENT_UNKNOWN : REFUSAL_SESSION_WRONG);
}

static void count_failure(struct signin_job *take_j)
{
    struct arena *a;
    struct cmd_fail_signin *body = command_body(sizeof *body, &a);

    body->account_key = hex_in(a, SPAN(take_j->account_key.bytes, HASH_BYTES));
    body->address_key = hex_in(a, SPAN(take_j->address_key.bytes, HASH_BYTES));
    if (!net_submit(take_j->net, COMMAND_FAIL_SIGNIN, a, body, failure_counted,
                    take_j))
        refuse(take_j, REFUSAL_SERVER_BUSY);
}

/* ---------------------------------------------------------- opening ---- */

/* Nobody has its cookie: the client left while it was opened. */
static void close_unheld(struct net *n, struct id session)
{
    struct arena *a;
    struct cmd_close_session *body = command_body(sizeof *body, &a);

    body->session_id = session;
    body->cause = TEXT_LITERAL("signed_out");
    if (!net_submit(n, COMMAND_CLOSE_SESSION, a, body, NULL, NULL))
        DIAG(DIAG_WARN, "session_end_not_sent", DIAG_N("sessions", 1));
}

static void opened(void *context, const struct command_work *w)
{
    struct signin_job *j = context;
    struct request *q = j->request;
    const struct cmd_open_session *body = w->body;
    struct store_txn *t = net_txn(j->net);
    bool found = false;
    struct err e;

    if (w->refusal == REFUSAL_NONE && q == NULL)
        close_unheld(j->net, body->session_id);
    if (w->refusal != REFUSAL_NONE || q == NULL) {
        refuse(j, w->refusal == REFUSAL_NONE ? REFUSAL_SESSION_REFUSED
                                             : w->refusal);
        return;
    }
    detach(j);
    e = t == NULL ? ERR(ERR_AGAIN)
                  : session_find(t, j->net->catalogue,
                                 (struct text){j->cookie, SESSION_TOKEN_CHARS},
                                 net_now_us(j->net), &q->actor, &found);
    if (failed(e) || !found) {
        request_failed(q, failed(e) ? e : ERR(ERR_MISSING));
    } else {
        idle_touch(j->net->idle, body->session_id, session_now_us(j->net));
        session_answer_me(q);
        if (q->reply.status == 200)
            session_cookie(j->net, j->cookie, q->reply.set_cookie,
                           sizeof q->reply.set_cookie);
    }
    job_free(j);
}

static void open_session(struct signin_job *take_j)
{
    struct arena *a;
    struct cmd_open_session *body = command_body(sizeof *body, &a);
    uint8_t token[SESSION_TOKEN_BYTES], random[10];
    struct hash hash;

    crypt_random(random, sizeof random);
    crypt_random(token + ID_BYTES, SECRET_BYTES);
    body->session_id = id_make(net_now_us(take_j->net) / 1000, random);
    memcpy(token, body->session_id.bytes, ID_BYTES);
    hash = crypt_sha256(SPAN(token + ID_BYTES, SECRET_BYTES));
    body->account_id = take_j->account;
    body->secret_hash = hex_in(a, SPAN(hash.bytes, HASH_BYTES));
    body->address = arena_copy_text(a, text_of(take_j->address));
    body->has_account_key = body->has_address_key = true;
    body->account_key = hex_in(a, SPAN(take_j->account_key.bytes, HASH_BYTES));
    body->address_key = hex_in(a, SPAN(take_j->address_key.bytes, HASH_BYTES));
    static_assert(sizeof token * 4 / 3 == SESSION_TOKEN_CHARS, "base64url");
    (void)bytes_to_base64url(SPAN(token, sizeof token), take_j->cookie);
    bytes_wipe(token, sizeof token);
    if (!net_submit(take_j->net, COMMAND_OPEN_SESSION, a, body, opened, take_j))
        refuse(take_j, REFUSAL_SERVER_BUSY);
}

/* ----------------------------------------------------------- worker ---- */

/* The one whose turn it is: of those that are known the oldest, or else of
 * the others. */
static struct signin_job *next_job(struct net *n, size_t *ret_handed_out)
{
    struct signin_job *best = NULL;

    *ret_handed_out = 0;
    for (struct signin_job *j = n->signins; j != NULL; j = j->next) {
        /* A job that was freed has left the list; the analyzer loses that.
         * NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
        *ret_handed_out += j->handed_out ? 1 : 0;
        if (j->waits && (best == NULL || j->known || !best->known))
            best = j; /* the list begins with the newest */
    }
    return best;
}

static void hand_out(struct net *n)
{
    size_t handed_out;
    struct signin_job *j;

    while ((j = next_job(n, &handed_out)) != NULL &&
           handed_out < HANDED_OUT_MAX) {
        j->waits = false;
        j->handed_out = worker_submit(n->core, &j->job);
        if (j->handed_out)
            continue;
        unlist(j);
        refuse(j, n->stopping ? REFUSAL_SERVER_STOPPING : REFUSAL_SERVER_BUSY);
    }
}

/* It came back; the next may go. */
static void came_back(struct signin_job *j)
{
    j->handed_out = false;
    hand_out(j->net);
}

static void check_password(struct job *job)
{
    struct signin_job *j = of_job(job);
    struct text password = {j->password, j->password_size};

    if (j->found)
        j->right = crypt_password_verify(j->encoded, password);
    else
        crypt_password_pretend(password);
    bytes_wipe(j->password, sizeof j->password);
}

static void password_checked(struct job *job)
{
    struct signin_job *j = of_job(job);

    came_back(j);
    if (job->cancelled)
        refuse(j, REFUSAL_SERVER_STOPPING);
    else if (j->found && j->right)
        open_session(j);
    else
        count_failure(j);
}

/* Answered with 503 when there is no place; then the job is freed. */
static void start(struct request *q, struct signin_job *take_j,
                  void (*run)(struct job *), void (*done)(struct job *))
{
    struct net *n = q->net;

    if (!has_place(n, take_j)) {
        job_free(take_j);
        request_refuse(q, REFUSAL_SERVER_BUSY);
        return;
    }
    take_j->job.kind = WORKER_SECRET;
    take_j->job.run = run;
    take_j->job.done = done;
    take_j->request = q;
    take_j->next = n->signins;
    n->signins = take_j;
    take_j->listed = true;
    q->under_way = take_j;
    q->forget = forget;
    take_j->waits = true;
    hand_out(n);
}

static struct signin_job *job_new(struct request *q, struct text password)
{
    struct signin_job *j = heap_take(sizeof *j);

    assert(password.size <= sizeof j->password);
    j->net = q->net;
    memcpy(j->password, password.at, password.size);
    j->password_size = password.size;
    memcpy(j->address, q->conn->address, sizeof j->address);
    j->network = q->conn->network;
    j->address_key = key_of(q->net, "address", text_of(j->address));
    return j;
}

static struct err decode_signin(const struct json_value *v, struct arena *a,
                                void *ret, struct field_problem *ret_problem)
{
    return special_open_session_decode(v, a, ret, ret_problem);
}

void signin_run(struct request *q)
{
    struct special_open_session body;
    struct signin_account account = {.found = false};
    struct signin_job *j;
    struct store_txn *t;
    struct err e;

    if (!request_decode(q, decode_signin, &body))
        return;
    j = job_new(q, body.password);
    j->account_key = key_of(q->net, "account", body.login);
    if (!may_try(q, j)) {
        job_free(j);
        return;
    }
    t = net_txn(q->net);
    e = t == NULL ? ERR(ERR_AGAIN)
                  : account_for_signin(t, body.login, q->arena, &account);
    if (failed(e)) {
        job_free(j);
        request_failed(q, e);
        return;
    }
    j->found = account.found;
    j->account = account.account;
    memcpy(j->encoded, account.encoded, sizeof j->encoded);
    bytes_wipe(&account, sizeof account);
    start(q, j, check_password, password_checked);
}

/* ------------------------------------------------------ demonstration ---- */

static struct err decode_demo(const struct json_value *v, struct arena *a,
                              void *ret, struct field_problem *ret_problem)
{
    return special_open_demo_session_decode(v, a, ret, ret_problem);
}

/* demo_admits has said that this is no place for secrets. */
void demo_signin_run(struct request *q)
{
    static const struct text nothing = {"", 0};
    struct special_open_demo_session body;
    struct signin_account account = {.found = false};
    struct store_txn *t = net_txn(q->net);
    struct signin_job *j;
    struct err e;

    assert(demo_admits(q));
    if (!request_decode(q, decode_demo, &body))
        return;
    e = t == NULL ? ERR(ERR_AGAIN)
                  : account_for_signin(t, body.login, q->arena, &account);
    bytes_wipe(account.encoded, sizeof account.encoded);
    if (failed(e)) {
        request_failed(q, e);
        return;
    }
    if (!account.found) {
        request_refuse(q, REFUSAL_ACCOUNT_UNKNOWN);
        return;
    }
    j = job_new(q, nothing);
    j->account = account.account;
    j->account_key = key_of(q->net, "account", body.login);
    j->request = q;
    q->under_way = j;
    q->forget = forget;
    open_session(j);
}

/* ---------------------------------------------------------- enrolment ---- */

static void hash_password(struct job *job)
{
    struct signin_job *j = of_job(job);

    crypt_password_hash((struct text){j->password, j->password_size},
                        j->encoded);
    bytes_wipe(j->password, sizeof j->password);
}

static void enrolled(void *context, const struct command_work *w)
{
    struct signin_job *j = context;
    struct request *q = j->request;
    struct store_txn *t = net_txn(j->net);
    char login[32] = "";
    struct json_out o;
    struct err e;

    if (w->refusal != REFUSAL_NONE || q == NULL) {
        refuse(j, w->refusal == REFUSAL_NONE ? REFUSAL_ENROLMENT_UNKNOWN
                                             : w->refusal);
        return;
    }
    detach(j);
    e = t == NULL ? ERR(ERR_AGAIN) : account_login_of(t, j->account, login);
    if (failed(e)) {
        request_failed(q, e);
    } else {
        json_out_init(&o, LIMIT_ANSWER_BYTES);
        json_out_object(&o);
        json_out_name(&o, "login");
        json_out_text_value(&o,
                            (struct text){login, strnlen(login, sizeof login)});
        json_out_object_end(&o);
        request_answer_json(q, 200, &o);
    }
    job_free(j);
}

static void password_hashed(struct job *job)
{
    struct signin_job *j = of_job(job);
    struct arena *a;
    struct cmd_enrol_account *body;

    came_back(j);
    if (job->cancelled) {
        refuse(j, REFUSAL_SERVER_STOPPING);
        return;
    }
    body = command_body(sizeof *body, &a);
    body->account_id = j->account;
    body->token_hash = arena_copy_text(a, text_of(j->token_hash));
    body->password_hash = arena_copy_text(a, text_of(j->encoded));
    if (!net_submit(j->net, COMMAND_ENROL_ACCOUNT, a, body, enrolled, j))
        refuse(j, REFUSAL_SERVER_BUSY);
}

static bool is_weak(struct text password, const char login[static 32])
{
    return utf8_count(password) < PASSWORD_CHARS_MIN ||
           text_equal(password, (struct text){login, strnlen(login, 32)});
}

static struct err decode_enrol(const struct json_value *v, struct arena *a,
                               void *ret, struct field_problem *ret_problem)
{
    return special_enrol_decode(v, a, ret, ret_problem);
}

static struct err find_enrolment(struct net *n, struct signin_job *j,
                                 struct hash token, char ret_login[static 32])
{
    struct store_txn *t = net_txn(n);
    struct err e;

    if (t == NULL)
        return ERR(ERR_AGAIN);
    e = account_for_enrolment(t, token, net_now_us(n), &j->account, &j->found);
    if (failed(e) || !j->found)
        return e;
    return account_login_of(t, j->account, ret_login);
}

void enrol_run(struct request *q)
{
    struct special_enrol body;
    char login[32] = "";
    struct hash token;
    struct signin_job *j;
    struct err e;

    if (!request_decode(q, decode_enrol, &body))
        return;
    token = crypt_sha256(SPAN(body.token.at, body.token.size));
    j = job_new(q, body.password);
    j->enrols = true;
    j->account_key = key_of(q->net, "enrolment", (struct text){NULL, 0});
    bytes_to_hex(SPAN(token.bytes, HASH_BYTES), j->token_hash);
    if (!may_try(q, j)) {
        job_free(j);
        return;
    }
    e = find_enrolment(q->net, j, token, login);
    if (failed(e)) {
        job_free(j);
        request_failed(q, e);
        return;
    }
    if (j->found && is_weak(body.password, login)) {
        job_free(j);
        request_refuse(q, REFUSAL_PASSWORD_TOO_WEAK);
        return;
    }
    j->known = j->found;
    if (!j->found) {
        j->request = q;
        q->under_way = j;
        q->forget = forget;
        count_failure(j);
        return;
    }
    start(q, j, hash_password, password_hashed);
}
