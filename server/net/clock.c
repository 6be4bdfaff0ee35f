/*
 * clock.c - moves the clock of a server under test.
 *
 *   to 12:00 ──> 10:00 ─tick─> 10:30 ─tick─> 12:00 ─tick─> answer
 *                 due           born there
 *
 * The clock stands at each due time in turn until the writer has handled what
 * is due there, so that whoever looks meanwhile sees a time that has come. One
 * move at a time; a second one is told that the server is busy.
 */
#include "net/inner.h"

#include <assert.h>

static void answer_now(struct request *q)
{
    static const struct mask mask = {.level = {[GROUP_SELF] = MASK_FULL}};
    const struct view_test_clock clock = {.now = net_now_us(q->net)};
    struct json_out o;

    json_out_init(&o, LIMIT_ANSWER_BYTES);
    view_test_clock_write(&o, &clock, &mask, q->lang);
    request_answer_json(q, 200, &o);
}

static void forget(void *under_way)
{
    struct net *n = under_way;

    n->moving.request = NULL; /* the move itself goes on */
}

static void end_move(struct net *n, enum refusal refusal)
{
    struct request *q = n->moving.request;

    n->moving.under_way = false;
    n->moving.request = NULL;
    if (q == NULL)
        return;
    q->forget = NULL;
    if (refusal == REFUSAL_NONE)
        answer_now(q);
    else
        request_refuse(q, refusal);
}

void clock_batch(struct net *n, const struct batch_done *b)
{
    int64_t now_us = net_now_us(n);

    if (!n->moving.under_way || !b->asked)
        return;
    if (b->timers_hold || n->stopping) {
        end_move(n,
                 n->stopping ? REFUSAL_SERVER_STOPPING : REFUSAL_SERVER_BUSY);
        return;
    }
    if (b->next_due_us > now_us && now_us == n->moving.to_us) {
        end_move(n, REFUSAL_NONE);
        return;
    }
    if (b->next_due_us > now_us)
        clock_move_to(n->clock, b->next_due_us < n->moving.to_us
                                    ? b->next_due_us
                                    : n->moving.to_us);
    core_tick(n->core);
}

static struct err decode(const struct json_value *v, struct arena *a, void *ret,
                         struct field_problem *ret_problem)
{
    return special_move_test_clock_decode(v, a, ret, ret_problem);
}

/* False: answered. Where the body says that the clock should stand. */
static bool read_target(struct request *q, int64_t *ret_to_us)
{
    static const struct field_problem missing = {.code = "field.missing",
                                                 .pointer = "/to"};
    struct special_move_test_clock body;

    if (!request_decode(q, decode, &body))
        return false;
    if (body.has_to == body.has_advance_ms) {
        request_refuse_field(q, REFUSAL_FIELD_INVALID, &missing, 0);
        return false;
    }
    *ret_to_us =
        body.has_to ? body.to : net_now_us(q->net) + body.advance_ms * 1000;
    return true;
}

void clock_run(struct request *q)
{
    struct net *n = q->net;
    int64_t to_us;

    assert(n->test_clock);
    if (!read_target(q, &to_us))
        return;
    if (to_us < net_now_us(n)) {
        request_refuse(q, REFUSAL_CLOCK_BACKWARDS);
        return;
    }
    if (n->moving.under_way) {
        request_refuse(q, REFUSAL_SERVER_BUSY);
        return;
    }
    n->moving.under_way = true;
    n->moving.to_us = to_us;
    n->moving.request = q;
    q->under_way = n;
    q->forget = forget;
    core_tick(n->core); /* first what is due where it stands */
}
