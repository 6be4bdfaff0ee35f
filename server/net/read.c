/*
 * read.c - GET: on the loop when the tables are warm, else on the reader.
 *
 *   may a child's file be shown by it? -- no --> read
 *        | yes
 *        record_read, committed -> read, in a transaction that sees it
 *
 * What cannot be put in the trail is not shown (503 trail.unavailable). Core
 * drops a record_read that already stands there for 15 minutes.
 */
#include "net/inner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "net/fields.h"

struct read_job {
    struct job job;          /* first */
    struct request *request; /* NULL: the client left */
    struct store *store;
    struct arena *arena;
    enum read read;
    const void *params;
    struct view_context view;
    struct answer answer;
    struct err e;
};

static struct read_job *of_job(struct job *j)
{
    return (struct read_job *)(void *)j;
}

static void job_free(struct read_job *j)
{
    answer_release(&j->answer);
    arena_free(j->arena);
    free(j);
}

static void forget(void *under_way)
{
    struct read_job *j = under_way;

    j->request = NULL;
}

static void read_done(struct request *q, enum read read, struct err e,
                      struct answer *take_a)
{
    if (failed(e)) {
        answer_release(take_a);
        request_failed(q, e);
        return;
    }
    if (take_a->denied_by_right)
        command_record_denied(q->net, &q->actor, read_info[read].act,
                              take_a->denied_object);
    request_answer_view(q, 200, take_a);
}

/* -------------------------------------------------------- on the loop ---- */

static void read_here(struct request *q, enum read read, const void *params)
{
    struct store_txn *t = net_txn(q->net);
    struct view_context x = request_view(q);
    struct answer a;
    struct err e;

    answer_init(&a);
    e = t == NULL ? ERR(ERR_AGAIN)
                  : view_read(t, &x, read, params, q->arena, &a);
    read_done(q, read, e, &a);
}

/* ------------------------------------------------------ on the reader ---- */

static void run(struct job *job)
{
    struct read_job *j = of_job(job);
    struct store_txn *t;

    j->e = store_read_begin(j->store, &t);
    if (failed(j->e))
        return;
    j->e = view_read(t, &j->view, j->read, j->params, j->arena, &j->answer);
    store_end(t);
}

static void done(struct job *job)
{
    struct read_job *j = of_job(job);
    struct request *q = j->request;

    if (q != NULL) {
        q->forget = NULL;
        if (job->cancelled)
            request_refuse(q, REFUSAL_SERVER_STOPPING);
        else
            read_done(q, j->read, j->e, &j->answer);
    }
    job_free(j);
}

static void read_there(struct read_job *take_j)
{
    struct request *q = take_j->request;

    if (worker_submit(q->net->core, &take_j->job))
        return;
    q->forget = NULL;
    job_free(take_j);
    request_refuse(q, REFUSAL_SERVER_BUSY);
}

static void trailed(void *context, const struct command_work *w)
{
    struct read_job *j = context;
    struct request *q = j->request;

    if (q == NULL) {
        job_free(j);
        return;
    }
    if (w->refusal == REFUSAL_NONE) {
        read_there(j);
        return;
    }
    q->forget = NULL;
    job_free(j);
    request_refuse(q, REFUSAL_TRAIL_UNAVAILABLE);
}

static void trail_first(struct read_job *take_j, const struct trail_need *need)
{
    struct request *q = take_j->request;
    struct arena *a;
    struct cmd_record_read *body = command_body(sizeof *body, &a);
    struct command_work *w;

    body->case_id = need->case_id;
    body->read_kind = need->kind;
    body->mask = arena_copy_text(
        a, (struct text){need->mask_name,
                         strnlen(need->mask_name, sizeof need->mask_name)});
    w = command_new(COMMAND_RECORD_READ, a, body);
    if (w != NULL)
        w->actor = q->actor;
    if (command_send(q->net, w, trailed, take_j))
        return;
    q->forget = NULL;
    job_free(take_j);
    request_refuse(q, REFUSAL_TRAIL_UNAVAILABLE);
}

static struct read_job *job_new(struct request *q, enum read read,
                                const void *params)
{
    struct read_job *j = heap_take(sizeof *j);

    j->job.kind = WORKER_READER;
    j->job.run = run;
    j->job.done = done;
    j->request = q;
    j->store = q->net->store;
    j->arena = q->arena;
    j->read = read;
    j->params = params;
    j->view = request_view(q);
    answer_init(&j->answer);
    q->arena = NULL;
    q->under_way = j;
    q->forget = forget;
    return j;
}

static void read_with_trail(struct request *q, enum read read,
                            const void *params)
{
    struct view_context x = request_view(q);
    struct store_txn *t = net_txn(q->net);
    struct trail_need need = {.needed = false};
    struct err e = t == NULL ? ERR(ERR_AGAIN)
                             : view_trail_need(t, &x, read, params, &need);

    if (failed(e))
        request_failed(q, e);
    else if (need.needed)
        trail_first(job_new(q, read, params), &need);
    else
        read_there(job_new(q, read, params));
}

/* ------------------------------------------------------------ params ---- */

/* The names of "/cases/{no}/timeline" in the order of its parameters. */
static size_t names_of(const char *path, struct text *ret_names, size_t max)
{
    size_t count = 0;

    for (const char *p = strchr(path, '{'); p != NULL && count < max;
         p = strchr(p + 1, '{')) {
        const char *end = strchr(p, '}');

        assert(end != NULL);
        ret_names[count++] = (struct text){p + 1, (size_t)(end - p - 1)};
    }
    return count;
}

/* NULL: answered. */
static const void *decode(struct request *q, enum read read)
{
    const struct read_info *info = &read_info[read];
    struct text names[QUERY_MAX + ROUTE_PARAMS_MAX];
    struct text values[QUERY_MAX + ROUTE_PARAMS_MAX];
    struct field_problem problem = {.code = NULL};
    struct query query;
    void *params = arena_take(q->arena, info->struct_bytes);
    size_t count = names_of(q->route->path, names, ROUTE_PARAMS_MAX);
    struct err e;

    assert(count == q->param_count);
    memcpy(values, q->params, count * sizeof values[0]);
    if (!fields_query(q->head.query, q->arena, &query)) {
        request_refuse(q, REFUSAL_REQUEST_MALFORMED);
        return NULL;
    }
    memcpy(names + count, query.names, query.count * sizeof names[0]);
    memcpy(values + count, query.values, query.count * sizeof values[0]);
    count += query.count;
    e = params == NULL ? ERR(ERR_LIMIT)
                       : info->decode_query(names, values, count, q->arena,
                                            params, &problem);
    if (!failed(e))
        return params;
    if (e.code == ERR_INPUT && problem.code != NULL)
        request_refuse_field(q, REFUSAL_FIELD_INVALID, &problem, 0);
    else
        request_failed(q, e);
    return NULL;
}

void read_run(struct request *q)
{
    enum read read = (enum read)q->route->index;
    const void *params = decode(q, read);

    if (params == NULL)
        return;
    if (read_info[read].where == READ_ON_LOOP)
        read_here(q, read, params);
    else
        read_with_trail(q, read, params);
}
