/*
 * problem.c - a refusal as RFC 9457 problem+json.
 *
 *      {"type":"urn:hutong:refusal:field.invalid","title":"...","status":422,
 *       "code":"field.invalid",
 *       "errors":[{"pointer":"/matter","code":"field.missing","bound":0}],
 *       "version":7,"state":"DISPATCHED","next":"sign_case",
 *       "unit":"ca_gy","who":"..."}    from errors on only where they apply
 *
 * A "no" that leaves a person alone with it costs a child time: who can do it
 * is said with it.
 */
#include "view/parts.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* A pointer may name a member that a client made up, cut at the end of the
 * field: never half a code point. */
static struct text pointer_text(const struct field_problem *p)
{
    struct text pointer = {p->pointer, strnlen(p->pointer, sizeof(p->pointer))};

    while (!utf8_valid(pointer)) {
        assert(pointer.size > 0);
        pointer.size--;
    }
    return pointer;
}

static void write_errors(struct json_out *o, const struct field_problem *p)
{
    json_out_name(o, "errors");
    json_out_array(o);
    json_out_object(o);
    json_out_name(o, "pointer");
    json_out_text_value(o, pointer_text(p));
    json_out_name(o, "code");
    json_out_literal(o, p->code);
    json_out_name(o, "bound");
    json_out_integer(o, p->bound);
    json_out_object_end(o);
    json_out_array_end(o);
}

static bool is_stale(enum refusal refusal)
{
    return refusal == REFUSAL_DRAFT_STALE || refusal == REFUSAL_VERSION_STALE;
}

/* Beside what every refusal of its kind says. */
struct more {
    struct text who;          /* empty: what the refusal says itself */
    const char *state, *next; /* or NULL */
    struct text unit;
};

static void write_more(struct json_out *o, const struct more *m,
                       const char *usual_who)
{
    struct text who = m->who.size > 0 ? m->who : text_of(usual_who);

    if (m->state != NULL) {
        json_out_name(o, "state");
        json_out_literal(o, m->state);
    }
    if (m->next != NULL) {
        json_out_name(o, "next");
        json_out_literal(o, m->next);
    }
    if (m->unit.size > 0) {
        json_out_name(o, "unit");
        json_out_text_value(o, m->unit);
    }
    if (who.size > 0) {
        json_out_name(o, "who");
        json_out_text_value(o, who);
    }
}

static void write_problem(struct json_out *o, const struct refused *r,
                          enum lang lang, const struct more *m)
{
    const struct refusal_info *row = &refusal_info[r->refusal];
    char type[96];
    int n;

    assert(r->refusal > REFUSAL_NONE && r->refusal < REFUSAL_COUNT);
    n = snprintf(type, sizeof(type), "urn:hutong:refusal:%s", row->code);
    assert(n > 0 && (size_t)n < sizeof(type));
    json_out_object(o);
    json_out_name(o, "type");
    json_out_text_value(o, text_of(type));
    json_out_name(o, "title");
    json_out_text_value(o, text_of(row->text[lang]));
    json_out_name(o, "status");
    json_out_integer(o, row->status);
    json_out_name(o, "code");
    json_out_text_value(o, text_of(row->code));
    if (r->problem != NULL && r->problem->code != NULL) {
        write_errors(o, r->problem);
    }
    if (r->version != 0 || is_stale(r->refusal)) {
        json_out_name(o, "version");
        json_out_integer(o, r->version);
    }
    write_more(o, m, row->who[lang]);
    json_out_object_end(o);
}

void view_problem(struct json_out *o, enum refusal refusal, enum lang lang,
                  const struct field_problem *problem, uint32_t version)
{
    const struct refused refused = {
        .refusal = refusal,
        .problem = problem,
        .version = version,
    };

    write_problem(o, &refused, lang, &(struct more){0});
}

/* ------------------------------------------------------------- commands -- */

static struct err fill_state(struct store_txn *t, const struct view_context *x,
                             struct id case_id, struct arena *a, struct more *m)
{
    uint8_t head[CASE_HEAD_BYTES];
    struct facts facts;
    enum command next;
    bool found = false;
    struct err e = case_head_get(t, case_id, head, &found);

    if (failed(e) || !found) {
        return e;
    }
    facts = case_facts(x, head);
    if (!policy_decide(&facts, ACT_READ_CASE).allow) {
        return OK;
    }
    m->state = case_state_code((enum case_state)case_head_state(head));
    next = path_next(head);
    if (next == COMMAND_NONE) {
        return OK;
    }
    m->next = command_info[next].name;
    e = padded_text(a, case_head_ball_unit(head), 16, &m->unit);
    return failed(e) ? e : who_names(x, next, a, &m->who);
}

struct err view_command_problem(struct store_txn *t,
                                const struct view_context *x,
                                const struct refused *r, struct arena *a,
                                struct json_out *o)
{
    struct more m = {0};
    struct err e = OK;

    if (r->refusal == REFUSAL_RIGHT_DENIED) {
        e = who_names(x, r->command, a, &m.who);
    } else if (r->refusal == REFUSAL_CASE_WRONG_STATE &&
               !id_is_zero(r->object)) {
        e = fill_state(t, x, r->object, a, &m);
    }
    if (!failed(e)) {
        write_problem(o, r, x->lang, &m);
    }
    return e;
}
