/*
 * assignment.c - a case is given to a unit, and signed for.
 *
 *      TO_DISPATCH --dispatch--> DISPATCHED --sign--> IN_PROGRESS
 *      REDO --sign--> IN_PROGRESS
 *
 * The day of dispatch is not counted: that is in the rule of the clock handle,
 * so it starts here and not when somebody signs. It goes on while a child is
 * not safe, whatever was handed in.
 */
#include "model/assignment.h"

#include <assert.h>
#include <string.h>

#include "model/step.h"

enum { PARTY_FIELD_BITS = 8 };

#define TICK(field) (1U << ((unsigned)(field)-1))

static const uint8_t lead_default =
    TICK(FIELD_TICK_CHILD) | TICK(FIELD_TICK_ADDRESS) |
    TICK(FIELD_TICK_GUARDIAN) | TICK(FIELD_TICK_NARRATIVE) |
    TICK(FIELD_TICK_SUSPECT);
static const uint8_t receiver_default = TICK(FIELD_TICK_CHILD) |
                                        TICK(FIELD_TICK_ADDRESS) |
                                        TICK(FIELD_TICK_NARRATIVE);

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
    move_stop(ret, DUE_DISPATCH);
    e = move_start(ret, DUE_SIGN, lead);
    return failed(e) ? e : move_start(ret, DUE_HANDLE, lead);
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

static bool named_twice(const struct cmd_dispatch_case *c, size_t index)
{
    struct text unit = c->receivers[index].unit;

    if (text_equal(unit, c->lead)) {
        return true;
    }
    for (size_t i = 0; i < index; i++) {
        if (text_equal(unit, c->receivers[i].unit)) {
            return true;
        }
    }
    return false;
}

static bool unit_known(const struct catalogue *c, struct text unit)
{
    char code[UNIT_BYTES];

    return code_pad(unit, code, sizeof(code)) &&
           catalogue_unit(c, code) != NULL;
}

static enum refusal check_units(const struct catalogue *catalogue,
                                const struct cmd_dispatch_case *c)
{
    if (!unit_known(catalogue, c->lead)) {
        return REFUSAL_UNIT_UNKNOWN;
    }
    for (size_t i = 0; i < c->receivers_count; i++) {
        if (!unit_known(catalogue, c->receivers[i].unit)) {
            return REFUSAL_UNIT_UNKNOWN;
        }
        if (named_twice(c, i)) {
            return REFUSAL_UNIT_TWICE;
        }
    }
    return REFUSAL_NONE;
}

static bool signs(const struct catalogue *c, struct text unit, struct span row)
{
    char code[UNIT_BYTES];
    struct grant grant;

    if (row.size != ACCOUNT_BYTES || !code_pad(unit, code, sizeof(code)) ||
        account_state(row.at) != ACCOUNT_STATE_ACTIVE ||
        memcmp(account_unit(row.at), code, sizeof(code)) != 0) {
        return false;
    }
    grant = policy_grant(c, account_role(row.at), ACT_SIGN_CASE);
    return grant.any && grant.relation >= RELATION_UNIT;
}

struct err dispatch_signable(const struct decide_in *in, struct text unit,
                             bool *ret)
{
    struct table_walk *walk;
    struct span key;
    struct span row;
    bool more;
    struct err e = table_walk_begin(in->txn, TABLE_ACCOUNT, &walk);

    *ret = false;
    if (failed(e)) {
        return e;
    }
    more = table_walk_seek(walk, (struct span){0}, true, &key, &row);
    while (more && !*ret) {
        *ret = signs(in->catalogue, unit, row);
        more = table_walk_next(walk, true, &key, &row);
    }
    return table_walk_end(walk);
}

static bool is_suggested(const struct suggestion *s, struct text lead)
{
    for (size_t i = 0; i < s->lead_count; i++) {
        if (text_equal(unit_text(s->leads[i]), lead)) {
            return true;
        }
    }
    return false;
}

struct err decide_dispatch_case(const struct decide_in *in, const void *body,
                                struct object object, struct outcome *ret)
{
    const struct cmd_dispatch_case *c = body;
    struct dispatch d = {
        .lead = c->lead,
        .has_lead_fields = c->has_lead_fields,
        .lead_fields = c->lead_fields,
        .lead_fields_count = c->lead_fields_count,
        .receivers = c->receivers,
        .receivers_count = c->receivers_count,
        .text = c->has_text ? c->text : (struct text){0},
    };
    enum refusal refusal;
    struct suggestion s;
    struct row head;
    bool signable;
    bool go;
    struct err e =
        case_for(in, COMMAND_DISPATCH_CASE, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    refusal = check_units(in->catalogue, c);
    if (refusal != REFUSAL_NONE) {
        return outcome_refuse(ret, refusal);
    }
    e = dispatch_signable(in, c->lead, &signable);
    if (failed(e) || !signable) {
        return failed(e) ? e
                         : outcome_refuse(ret, REFUSAL_DISPATCH_NOBODY_SIGNS);
    }
    dispatch_suggest(in, head.value, false, &s);
    d.rule = (struct text){s.rule, strnlen(s.rule, sizeof(s.rule))};
    d.rule_version = s.version;
    d.mode = is_suggested(&s, c->lead) ? DISPATCH_MODE_SUGGESTED
                                       : DISPATCH_MODE_CHOSEN;
    if (d.mode == DISPATCH_MODE_CHOSEN && !c->has_text) {
        return outcome_refuse(ret, REFUSAL_DISPATCH_REASON_REQUIRED);
    }
    return dispatch_emit(in, object.id, head.value, &d, ret);
}

/* False when the unit does not fit; a party is one of the head's six. */
static bool put_party(uint8_t *head, size_t index, struct text unit)
{
    static void (*const set[DISPATCH_RECEIVERS_MAX])(uint8_t *,
                                                     const char *) = {
        case_head_set_party_1, case_head_set_party_2, case_head_set_party_3,
        case_head_set_party_4, case_head_set_party_5, case_head_set_party_6,
    };
    char code[UNIT_BYTES] = {0};

    if (unit.size > 0 && !code_pad(unit, code, sizeof(code))) {
        return false;
    }
    set[index](head, code);
    return true;
}

static bool put_parties(uint8_t *head, const struct ev_case_dispatched *given)
{
    uint64_t fields = 0;
    uint8_t informed = 0;

    for (size_t i = 0; i < DISPATCH_RECEIVERS_MAX; i++) {
        const struct type_receiver *r = &given->receivers[i];
        bool is_party = i < given->receivers_count;

        if (!put_party(head, i, is_party ? r->unit : (struct text){0})) {
            return false;
        }
        if (is_party) {
            fields |= (uint64_t)ticks_of(r->fields, r->fields_count)
                      << (PARTY_FIELD_BITS * i);
            informed = (uint8_t)(informed | (r->informed_only ? 1U << i : 0U));
        }
    }
    case_head_set_party_count(head, (uint8_t)given->receivers_count);
    case_head_set_party_fields(head, fields);
    case_head_set_informed_mask(head, informed);
    return true;
}

struct err apply_case_dispatched(struct store_txn *t, const struct record *r,
                                 struct arena *a)
{
    struct ev_case_dispatched given;
    char lead[UNIT_BYTES];
    struct step s;
    struct err e = ev_case_dispatched_decode(r->open, a, &given);

    if (failed(e)) {
        return e;
    }
    if (given.receivers_count > DISPATCH_RECEIVERS_MAX ||
        given.assignment > DISPATCHES_MAX ||
        !code_pad(given.lead, lead, sizeof(lead))) {
        return ERR(ERR_CORRUPT);
    }
    e = step_begin(t, r, given.case_id, &given.move, &s);
    if (failed(e)) {
        return e;
    }
    if (!put_parties(s.head.value, &given)) {
        return ERR(ERR_CORRUPT);
    }
    case_head_set_lead_unit(s.head.value, lead);
    case_head_set_lead_fields(
        s.head.value, ticks_of(given.lead_fields, given.lead_fields_count));
    case_head_set_designated(s.head.value, given.designated);
    case_head_set_assignments(s.head.value, (uint8_t)given.assignment);
    return step_end(t, r, &s);
}

/* ----------------------------------------------------------------- sign -- */

/* The account that handles: named by its login, else whoever signs; zero when
 * it is none of the lead unit's that works. */
static struct err find_handler(const struct decide_in *in,
                               const struct cmd_sign_case *c,
                               const uint8_t *head, struct id *ret)
{
    struct row account;
    struct err e = c->has_handler
                       ? account_row_by_login(in->txn, c->handler, &account)
                       : account_row(in->txn, in->actor->account, &account);

    *ret = (struct id){0};
    if (!failed(e) && account.found &&
        account_state(account.value) == ACCOUNT_STATE_ACTIVE &&
        text_equal(unit_text(account_unit(account.value)),
                   unit_text(case_head_lead_unit(head)))) {
        *ret = account_key_account_id(account.key);
    }
    return e;
}

/* The time of a redo runs on until there is a result. */
static struct err sign_move(const struct decide_in *in, struct id case_id,
                            const uint8_t *head, struct move *ret)
{
    const char *lead = case_head_lead_unit(head);

    move_begin(ret, in, case_id, head, CASE_STATE_IN_PROGRESS);
    move_ball(ret, lead);
    move_stop(ret, DUE_SIGN);
    return case_head_contacted(head) != 0
               ? OK
               : move_start(ret, DUE_FIRST_CONTACT, lead);
}

struct err decide_sign_case(const struct decide_in *in, const void *body,
                            struct object object, struct outcome *ret)
{
    const struct cmd_sign_case *c = body;
    struct ev_case_signed made = {
        .case_id = object.id,
        .has_assignment = true,
        .has_narrative = c->has_handler_name || c->has_text,
        .narrative = {.has_handler_name = c->has_handler_name,
                      .handler_name = c->handler_name,
                      .has_text = c->has_text,
                      .text = c->text},
    };
    struct event_plain *event;
    struct row head;
    struct move m;
    bool go;
    struct err e = case_for(in, COMMAND_SIGN_CASE, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    e = find_handler(in, c, head.value, &made.handler);
    if (failed(e)) {
        return e;
    }
    if (id_is_zero(made.handler)) {
        return outcome_refuse(ret, REFUSAL_HANDLER_UNKNOWN);
    }
    e = sign_move(in, object.id, head.value, &m);
    if (failed(e)) {
        return e;
    }
    made.move = m.made;
    made.assignment = case_head_assignments(head.value);
    made.narrative_subject = case_head_narrative_subject(head.value);
    event = outcome_event(ret);
    e = ev_case_signed_encode(&made, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, &head);
    return OK;
}

struct err apply_case_signed(struct store_txn *t, const struct record *r,
                             struct arena *a)
{
    struct ev_case_signed made;
    struct step s;
    struct err e = ev_case_signed_decode(r->open, a, &made);

    if (failed(e)) {
        return e;
    }
    e = step_begin(t, r, made.case_id, &made.move, &s);
    if (failed(e)) {
        return e;
    }
    case_head_set_handler(s.head.value, made.handler);
    return step_end(t, r, &s);
}
