/*
 * assignment.c - a case is given to a unit, signed for, worked on, and its
 * result handed in.
 *
 *      TO_DISPATCH --dispatch--> DISPATCHED --sign--> IN_PROGRESS
 *      REDO --sign--> IN_PROGRESS --submit_result--> SUBMITTED
 *
 * The day of dispatch is not counted: that is in the rule of the clock handle,
 * so it starts here and not when somebody signs. It goes on while a child is
 * not safe, whatever was handed in.
 */
#include "model/assignment.h"

#include <assert.h>
#include <string.h>

#include "model/move.h"
#include "model/path.h"

enum { UNIT_BYTES = 16, PARTY_FIELD_BITS = 8 };

#define TICK(field) (1U << ((unsigned)(field)-1))

static const uint8_t lead_default =
    TICK(FIELD_TICK_CHILD) | TICK(FIELD_TICK_ADDRESS) |
    TICK(FIELD_TICK_GUARDIAN) | TICK(FIELD_TICK_NARRATIVE) |
    TICK(FIELD_TICK_SUSPECT);
static const uint8_t receiver_default = TICK(FIELD_TICK_CHILD) |
                                        TICK(FIELD_TICK_ADDRESS) |
                                        TICK(FIELD_TICK_NARRATIVE);

static struct text unit_text(const char unit[static UNIT_BYTES])
{
    return (struct text){unit, strnlen(unit, UNIT_BYTES)};
}

/* ------------------------------------------------------------- dispatch -- */

static uint8_t ticks_of(const enum field_tick *fields, size_t count)
{
    uint8_t ticks = 0;

    for (size_t i = 0; i < count; i++) {
        assert(fields[i] > 0 && (unsigned)fields[i] <= FIELD_TICKS_MAX);
        ticks = (uint8_t)(ticks | TICK(fields[i]));
    }
    return ticks;
}

/* One of each, in the order of the list. */
static size_t fields_of(uint8_t ticks,
                        enum field_tick ret[static FIELD_TICKS_MAX])
{
    size_t count = 0;

    for (unsigned i = 1; i <= FIELD_TICKS_MAX; i++) {
        if ((ticks & TICK(i)) != 0) {
            ret[count] = (enum field_tick)i;
            count++;
        }
    }
    return count;
}

static uint8_t ticks_of_receiver(const struct type_receiver *r)
{
    if (r->has_informed_only && r->informed_only) {
        return 0;
    }
    return r->has_fields ? ticks_of(r->fields, r->fields_count)
                         : receiver_default;
}

void dispatch_suggest(const struct decide_in *in, const uint8_t *head,
                      bool emergency, struct suggestion *ret)
{
    struct suggest_in ask = {
        .now = case_head_place_code(head),
        .event = case_head_event_code(head),
        .home = case_head_home_code(head),
        .household = case_head_household_code(head),
        .emergency = emergency,
    };

    memcpy(ask.category, case_head_category_code(head), sizeof(ask.category));
    *ret = (struct suggestion){0};
    catalogue_suggest(in->catalogue, &ask, ret);
}

bool dispatch_of_suggestion(
    const struct suggestion *s, enum dispatch_mode mode,
    struct type_receiver ret_receivers[static DISPATCH_RECEIVERS_MAX],
    struct dispatch *ret)
{
    if (s->lead_count != 1) {
        return false;
    }
    *ret = (struct dispatch){
        .mode = mode,
        .lead = unit_text(s->leads[0]),
        .receivers = ret_receivers,
        .rule = {s->rule, strnlen(s->rule, sizeof(s->rule))},
        .rule_version = s->version,
    };
    for (size_t i = 0; i < s->receiver_count; i++) {
        const struct suggested_receiver *r = &s->receivers[i];

        if (text_equal(unit_text(r->unit), ret->lead) ||
            ret->receivers_count == DISPATCH_RECEIVERS_MAX) {
            continue;
        }
        ret_receivers[ret->receivers_count] = (struct type_receiver){
            .unit = unit_text(r->unit),
            .has_informed_only = r->informed_only,
            .informed_only = r->informed_only,
        };
        ret->receivers_count++;
    }
    return true;
}

/* The receivers with their fields told one by one, so that a later default
 * does not change what was given. */
struct resolved {
    struct type_receiver receivers[DISPATCH_RECEIVERS_MAX];
    enum field_tick fields[DISPATCH_RECEIVERS_MAX][FIELD_TICKS_MAX];
    enum field_tick lead_fields[FIELD_TICKS_MAX];
};

static void resolve(const struct dispatch *d, struct resolved *space,
                    struct ev_case_dispatched *ret)
{
    uint8_t lead = d->has_lead_fields
                       ? ticks_of(d->lead_fields, d->lead_fields_count)
                       : lead_default;

    assert(d->receivers_count <= DISPATCH_RECEIVERS_MAX);
    for (size_t i = 0; i < d->receivers_count; i++) {
        const struct type_receiver *r = &d->receivers[i];
        struct type_receiver *to = &space->receivers[i];

        *to = *r;
        to->has_fields = true;
        to->fields = space->fields[i];
        to->fields_count = fields_of(ticks_of_receiver(r), space->fields[i]);
    }
    ret->lead = d->lead;
    ret->has_lead_fields = true;
    ret->lead_fields = space->lead_fields;
    ret->lead_fields_count = fields_of(lead, space->lead_fields);
    ret->has_receivers = d->receivers_count > 0;
    ret->receivers = space->receivers;
    ret->receivers_count = d->receivers_count;
    ret->has_rule = d->rule.size > 0 && d->rule_version > 0;
    ret->rule = d->rule;
    ret->has_rule_version = ret->has_rule;
    ret->rule_version = d->rule_version;
}

static struct err dispatch_move(const struct decide_in *in, struct id case_id,
                                const uint8_t *head,
                                const char lead[static UNIT_BYTES],
                                struct move *ret)
{
    struct err e;

    move_begin(ret, in, case_id, head, CASE_STATE_DISPATCHED);
    move_ball(ret, lead);
    move_stop(ret, CLOCK_DISPATCH);
    e = move_start(ret, CLOCK_SIGN, lead);
    return failed(e) ? e : move_start(ret, CLOCK_HANDLE, lead);
}

struct err dispatch_emit(const struct decide_in *in, struct id case_id,
                         const uint8_t *head, const struct dispatch *d,
                         struct outcome *ret)
{
    struct ev_case_dispatched given = {
        .case_id = case_id,
        .assignment = (int64_t)case_head_assignments(head) + 1,
        .mode = d->mode,
        .has_narrative = d->text.size > 0,
        .narrative_subject = case_head_narrative_subject(head),
        .narrative = {.has_text = d->text.size > 0, .text = d->text},
    };
    struct resolved space = {0};
    struct event_plain *event;
    char lead[UNIT_BYTES];
    struct move m;
    struct err e;

    if (given.assignment > DISPATCHES_MAX) {
        return ERR(ERR_LIMIT);
    }
    if (!code_pad(d->lead, lead, sizeof(lead))) {
        BUG("a lead that is no unit");
    }
    resolve(d, &space, &given);
    e = dispatch_move(in, case_id, head, lead, &m);
    if (failed(e)) {
        return e;
    }
    given.move = m.made;
    event = outcome_event(ret);
    e = ev_case_dispatched_encode(&given, in->arena, event);
    if (failed(e)) {
        return e;
    }
    event_about(event, case_id, territory_county(case_head_place_code(head)));
    ret->object = case_id;
    return OK;
}
struct err decide_dispatch_case(const struct decide_in *in, const void *body,
                                struct object object, struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err decide_sign_case(const struct decide_in *in, const void *body,
                            struct object object, struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err decide_record_first_contact(const struct decide_in *in,
                                       const void *body, struct object object,
                                       struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err decide_submit_result(const struct decide_in *in, const void *body,
                                struct object object, struct outcome *ret)
{
    (void)in;
    (void)body;
    (void)object;
    return outcome_refuse(ret, REFUSAL_RIGHT_DENIED);
}

struct err apply_case_dispatched(struct store_txn *t, const struct record *r,
                                 struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}

struct err apply_case_signed(struct store_txn *t, const struct record *r,
                             struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}

struct err apply_first_contact_made(struct store_txn *t, const struct record *r,
                                    struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}

struct err apply_result_submitted(struct store_txn *t, const struct record *r,
                                  struct arena *a)
{
    (void)t;
    (void)r;
    (void)a;
    return ERR(ERR_CORRUPT);
}
