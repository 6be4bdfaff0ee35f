/*
 * demo.c - a demonstration is entered by a click: who may be, and by whom it
 * may be asked. The session itself is opened in signin.c.
 */
#include "net/fields.h"
#include "net/inner.h"

bool demo_admits(const struct request *q)
{
    return q->net->one_click && q->conn->loopback &&
           fields_host_is_loopback(q->head.field[FIELD_HOST]);
}

void demo_accounts_run(struct request *q)
{
    struct view_context x = request_view(q);
    struct store_txn *t = net_txn(q->net);
    struct arena *arena = arena_new(LIMIT_COMMAND_ARENA);
    struct answer a;
    struct err e;

    answer_init(&a);
    e = t == NULL ? ERR(ERR_AGAIN) : view_demo(t, &x, arena, &a);
    if (failed(e)) {
        answer_release(&a);
        request_failed(q, e);
    } else {
        request_answer_view(q, 200, &a);
    }
    arena_free(arena);
}
