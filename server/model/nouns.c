/*
 * nouns.c - what deciders and appliers of all nouns share: fresh bytes, the
 * slots of an outcome, the parts of a record.
 */
#include "model/nouns.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { ID_RANDOM_BYTES = 10, DIGITS6 = 1000000, DIGITS6_TRIES = 8 };

struct entropy entropy_of(const struct decide_in *in)
{
    assert(in->entropy != NULL);
    return (struct entropy){.at = in->entropy};
}

const uint8_t *entropy_take(struct entropy *e, size_t size)
{
    const uint8_t *at = e->at + e->used;

    assert(size <= ENTROPY_BYTES - e->used);
    e->used += size;
    return at;
}

struct id entropy_id(struct entropy *e, int64_t now_us)
{
    return id_make(now_us / 1000, entropy_take(e, ID_RANDOM_BYTES));
}

/* A draw at or above the largest multiple of a million is thrown away, else
 * the low numbers would come a little more often. All eight draws fall there
 * once in 10^29 commands; the last is then used as it is. */
struct text entropy_digits6(struct entropy *e, char ret[static 6])
{
    const uint32_t bound = UINT32_MAX / DIGITS6 * DIGITS6;
    uint32_t number = UINT32_MAX;
    int tries = 0;

    do {
        number = load_u32le(entropy_take(e, 4));
        tries++;
    } while (number >= bound && tries < DIGITS6_TRIES);
    number %= DIGITS6;
    for (int i = 5; i >= 0; i--) {
        ret[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return (struct text){ret, 6};
}

struct event_plain *outcome_event(struct outcome *o)
{
    struct event_plain *e = &o->events[o->event_count];

    assert(o->event_count < LIMIT_FRAME_EVENTS);
    *e = (struct event_plain){0};
    o->event_count++;
    return e;
}

void event_about(struct event_plain *e, struct id object, uint32_t county)
{
    assert(e->type != 0);
    e->object = object;
    e->territory = county;
}

struct err outcome_side(const struct decide_in *in, struct outcome *o,
                        enum table table, struct span key, struct span value)
{
    struct side_op *op = &o->side[o->side_count];

    assert(o->side_count < LIMIT_SIDE_OPS);
    op->table = table;
    op->key = arena_copy(in->arena, key);
    op->value = (struct span){0};
    if (op->key.at == NULL) {
        return ERR(ERR_LIMIT);
    }
    if (value.size > 0) {
        op->value = arena_copy(in->arena, value);
        if (op->value.at == NULL) {
            return ERR(ERR_LIMIT);
        }
    }
    o->side_count++;
    return OK;
}

struct err outcome_refuse(struct outcome *o, enum refusal refusal)
{
    assert(refusal != REFUSAL_NONE);
    o->refusal = refusal;
    o->event_count = 0;
    o->side_count = 0;
    return OK;
}

struct err outcome_invalid(struct outcome *o, const char *pointer,
                           const char *code)
{
    (void)snprintf(o->problem.pointer, sizeof(o->problem.pointer), "%s",
                   pointer); /* our own literals: they fit */
    o->problem.code = code;
    return outcome_refuse(o, REFUSAL_FIELD_INVALID);
}

struct id record_subject(const struct record *r, enum part_class part_class)
{
    for (size_t i = 0; i < r->part_count; i++) {
        if (r->parts[i].part_class == part_class) {
            return r->parts[i].subject;
        }
    }
    return (struct id){0};
}

size_t record_subject_count(const struct record *r, enum part_class part_class)
{
    size_t count = 0;

    for (size_t i = 0; i < r->part_count; i++) {
        count += r->parts[i].part_class == part_class ? 1 : 0;
    }
    return count;
}

struct err record_open(struct store_txn *t, uint64_t seq,
                       enum part_class part_class, struct arena *a,
                       struct text *ret_json)
{
    struct record r;
    struct err e = log_read(t, seq, &r);

    if (failed(e)) {
        return e;
    }
    for (size_t i = 0; i < r.part_count; i++) {
        if (r.parts[i].part_class == part_class) {
            return log_open_part(t, &r, i, a, ret_json);
        }
    }
    return ERR(ERR_CORRUPT);
}

int64_t record_happened_us(const struct record *r)
{
    return r->occurred_us != 0 ? r->occurred_us : r->head.time_us;
}
