/*
 * picture.c - takes up a catalogue that was adopted while the server runs.
 *
 *   commit ──> catalogue_load ──> the writer's next command
 *                            └──> batch_done ──> the loop's next answer
 *
 * The writer swaps its own pointer between two batches and the loop its own
 * when it takes the batch, so neither ever sees a half one and no pointer is
 * shared. Loading reads the whole territory: some tens of milliseconds in which
 * nothing is decided, a few times a year.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/diag.h"
#include "core/writer.h"

static bool adopted_one(const struct batch_done *b)
{
    const struct command_work *c = b->commands;

    for (size_t i = 0; i < b->command_count; i++) {
        if (c->command == COMMAND_ADOPT_CATALOGUE &&
            c->refusal == REFUSAL_NONE) {
            return true;
        }
        c = (const struct command_work *)(const void *)c->link.next;
    }
    return false;
}

static struct err load(struct store *s, struct catalogue **ret)
{
    struct store_txn *t;
    struct err e = store_read_begin(s, &t);

    if (failed(e)) {
        return e;
    }
    e = catalogue_load(t, ret);
    store_end(t);
    return e;
}

void picture_renew(struct writer *w, struct batch_done *b)
{
    struct catalogue *c = NULL;
    struct picture *p;
    struct err e;

    if (!b->committed || !adopted_one(b)) {
        return;
    }
    e = load(w->o.store, &c);
    if (e.code == ERR_MISSING) {
        return; /* a store that is just being made */
    }
    if (failed(e)) { /* it was checked before: what stands goes on */
        diag_err("catalogue_not_taken_up", e);
        DIAG(DIAG_ALARM, "catalogue_not_taken_up", DIAG_N("code", e.code));
        return;
    }
    p = heap_take(sizeof(*p));
    *p = (struct picture){.catalogue = c, .before = w->pictures};
    w->pictures = p;
    w->o.catalogue = c;
    b->catalogue = c;
}

void picture_release(struct writer *w)
{
    while (w->pictures != NULL) {
        struct picture *p = w->pictures;

        w->pictures = p->before;
        catalogue_free(p->catalogue);
        free(p);
    }
}
