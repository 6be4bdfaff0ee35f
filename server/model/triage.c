/*
 * triage.c - what a case is about and how urgent: T6 and T29.
 *
 *      TRIAGE --triage_case--> TO_DISPATCH, urgent ones at once DISPATCHED
 *      DISPATCHED, IN_PROGRESS without a category (sent out by an emergency)
 *                 --triage_case--> the same state, now classified
 *
 * What calls for an emergency, and has none, needs words: a person decides,
 * the record says why.
 */
#include "model/assignment.h"
#include "model/move.h"
#include "model/path.h"
#include "model/step.h"

#include <string.h>

/* The bits of a head for values of a list, first value first. */
static uint8_t bit_of(int value) { return (uint8_t)(1U << (value - 1)); }

/* ---------------------------------------------------------------- checks -- */

static bool category_find(const struct catalogue *c, struct text category,
                          const struct catalogue_category **ret)
{
    char code[8];

    *ret = code_pad(category, code, sizeof(code)) ? catalogue_category(c, code)
                                                  : NULL;
    return *ret != NULL;
}

static enum refusal check_places(const struct catalogue *c,
                                 const struct cmd_triage_case *b)
{
    const struct {
        bool given;
        const struct type_place *place;
    } places[] = {
        {b->has_place_now, &b->place_now},
        {b->has_place_event, &b->place_event},
        {b->has_place_home, &b->place_home},
        {b->has_place_household, &b->place_household},
    };

    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        enum refusal refusal =
            places[i].given ? place_check(c, places[i].place) : REFUSAL_NONE;

        if (refusal != REFUSAL_NONE) {
            return refusal;
        }
    }
    return REFUSAL_NONE;
}

static bool urgent_now(const struct cmd_triage_case *b)
{
    return (b->has_screen && screen_any_danger(&b->screen)) ||
           (b->has_occurring && (b->occurring == OCCURRING_NOW ||
                                 b->occurring == OCCURRING_THREAT));
}

/* What the ladder is for: a category of that urgency, a danger, or harm that
 * happens now or is about to. */
static bool calls_for_emergency(const struct catalogue_category *category,
                                const struct cmd_triage_case *b,
                                const uint8_t *head)
{
    return category->urgency == URGENCY_MOST_URGENT || urgent_now(b) ||
           case_head_danger(head) != 0;
}

static enum refusal check_triage(const struct catalogue *c,
                                 const struct cmd_triage_case *b,
                                 const uint8_t *head)
{
    const struct catalogue_category *category;
    const struct catalogue_category *second;

    if (!category_find(c, b->category, &category) ||
        (b->has_category_2 && !category_find(c, b->category_2, &second))) {
        return REFUSAL_CATEGORY_UNKNOWN;
    }
    for (size_t i = 0; i < b->child_types_count; i++) {
        if (!catalogue_child_type_known(c, b->child_types[i])) {
            return REFUSAL_CHILD_TYPE_UNKNOWN;
        }
    }
    if (calls_for_emergency(category, b, head) &&
        case_head_ladder_state(head) == LADDER_STATE_NONE &&
        !b->has_why_no_emergency) {
        return REFUSAL_TRIAGE_WHY_NO_EMERGENCY;
    }
    return check_places(c, b);
}

/* The values of the list go from the most urgent down. */
static bool lowers(enum urgency from, enum urgency to)
{
    return from != URGENCY_NONE && to > from;
}

/* Whoever may stand an emergency down answers for lowering a danger. */
static bool may_lower(const struct decide_in *in, const uint8_t *head)
{
    return !path_in_danger(head) ||
           policy_grant(in->catalogue, in->actor->role, ACT_STAND_DOWN).any;
}

/* ----------------------------------------------------------------- event -- */

static void fill_place(bool given, const struct type_place *place,
                       bool *ret_has, uint64_t *ret_code, bool *ret_has_text,
                       struct text *ret_text)
{
    *ret_has = given && place->has_code;
    *ret_code = *ret_has ? place->code : 0;
    *ret_has_text = given && place->has_text && place->text.size > 0;
    *ret_text = *ret_has_text ? place->text : (struct text){0};
}

static void fill_places(const struct cmd_triage_case *b,
                        struct ev_case_triaged *e)
{
    struct ev_case_triaged_narrative *n = &e->narrative;

    fill_place(b->has_place_now, &b->place_now, &e->has_place_code,
               &e->place_code, &n->has_place_text, &n->place_text);
    fill_place(b->has_place_event, &b->place_event, &e->has_event_code,
               &e->event_code, &n->has_event_text, &n->event_text);
    fill_place(b->has_place_home, &b->place_home, &e->has_home_code,
               &e->home_code, &n->has_home_text, &n->home_text);
    fill_place(b->has_place_household, &b->place_household,
               &e->has_household_code, &e->household_code,
               &n->has_household_text, &n->household_text);
}

static void fill_words(const struct cmd_triage_case *b,
                       struct ev_case_triaged_narrative *n)
{
    n->has_text = b->has_text;
    n->text = b->text;
    n->has_why_no_emergency = b->has_why_no_emergency;
    n->why_no_emergency = b->why_no_emergency;
    n->has_screen = b->has_screen;
    n->screen = b->screen;
}

static void fill_triaged(const struct cmd_triage_case *b, const uint8_t *head,
                         struct ev_case_triaged *e)
{
    e->category = b->category;
    e->has_category_2 = b->has_category_2;
    e->category_2 = b->category_2;
    e->urgency = b->urgency;
    e->has_risk = b->has_risk;
    e->risk = b->risk;
    e->has_danger = true; /* once marked it stays until somebody stands down */
    e->danger = case_head_danger(head) != 0 ||
                (b->has_screen && screen_any_danger(&b->screen));
    e->has_occurring = b->has_occurring;
    e->occurring = b->occurring;
    e->has_protections = b->has_protections;
    e->protections = b->protections;
    e->protections_count = b->protections_count;
    e->has_situation = b->has_situation;
    e->situation = b->situation;
    e->has_child_types = b->has_child_types;
    e->child_types = b->child_types;
    e->child_types_count = b->child_types_count;
    e->has_narrative = true;
    e->narrative_subject = case_head_narrative_subject(head);
    fill_places(b, e);
    fill_words(b, &e->narrative);
}

/* A head as the event makes it: for apply, and for what the same command does
 * next. False when a code does not fit. */
static bool head_triaged(uint8_t *head, const struct ev_case_triaged *e)
{
    char category[8];
    char category_2[8] = {0};
    uint8_t protections = 0;

    if (!code_pad(e->category, category, sizeof(category)) ||
        (e->has_category_2 &&
         !code_pad(e->category_2, category_2, sizeof(category_2)))) {
        return false;
    }
    for (size_t i = 0; i < e->protections_count; i++) {
        protections |= bit_of((int)e->protections[i]);
    }
    case_head_set_category_code(head, category);
    case_head_set_category_2_code(head, category_2);
    case_head_set_urgency(head, (uint8_t)e->urgency);
    if (e->has_risk) {
        case_head_set_risk(head, (uint8_t)e->risk);
    }
    if (e->has_occurring) {
        case_head_set_occurring(head, (uint8_t)e->occurring);
    }
    case_head_set_danger(head, e->danger);
    case_head_set_protections(head, protections);
    case_head_set_situation(head, (uint8_t)e->situation);
    case_head_set_mandatory_report(head, e->has_situation);
    case_head_set_cross_county(head, e->cross_county);
    if (e->has_place_code) {
        case_head_set_place_code(head, e->place_code);
        case_head_set_place_unknown(head, 0);
    }
    case_head_set_event_code(head, e->event_code);
    case_head_set_home_code(head, e->home_code);
    case_head_set_household_code(head, e->household_code);
    return true;
}

/* ---------------------------------------------------------------- decide -- */

/* The clock for dispatch goes on from the registration under the urgency that
 * is now known; a case that was sent out already keeps its way, with the time
 * for handling that its category has. */
static struct err clocks_of(struct move *m, const struct row *head)
{
    const char *ball = case_head_ball_unit(head->value);
    struct clock_now handle;
    struct err e;

    if (case_head_state(head->value) == CASE_STATE_TRIAGE) {
        return move_start_from(m, DUE_DISPATCH,
                               case_head_registered_us(head->value), ball);
    }
    e = clock_of_case(m->in->txn, m->case_id, DUE_HANDLE, &handle);
    if (failed(e) || !handle.running) {
        return e;
    }
    return move_start_from(m, DUE_HANDLE, handle.started_us, handle.unit);
}

static struct err emit_triaged(const struct decide_in *in,
                               const struct cmd_triage_case *b,
                               const struct row *head, struct row *ret_after,
                               struct outcome *ret)
{
    bool fresh = case_head_state(head->value) == CASE_STATE_TRIAGE;
    struct ev_case_triaged triaged = {.case_id =
                                          case_head_key_case_id(head->key)};
    struct suggestion suggestion;
    struct event_plain *event;
    struct move move;
    struct err e;

    fill_triaged(b, head->value, &triaged);
    triaged.has_classified_later = !fresh;
    triaged.classified_later = !fresh;
    *ret_after = *head;
    if (!head_triaged(ret_after->value, &triaged)) {
        return ERR(ERR_CORRUPT); /* the catalogue knew them */
    }
    dispatch_suggest(in, ret_after->value, false, &suggestion);
    triaged.has_cross_county = true;
    triaged.cross_county = suggestion.cross_county;
    case_head_set_cross_county(ret_after->value, suggestion.cross_county);
    move_begin(&move, in, triaged.case_id, ret_after->value,
               fresh ? CASE_STATE_TO_DISPATCH
                     : (enum case_state)case_head_state(head->value));
    e = clocks_of(&move, head);
    if (failed(e)) {
        return e;
    }
    triaged.move = move.made;
    case_head_set_state(ret_after->value, (uint8_t)move.made.state);
    event = outcome_event(ret);
    e = ev_case_triaged_encode(&triaged, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, ret_after);
    return OK;
}

/* An urgent case does not wait for a dispatcher where the directory leaves no
 * choice; the record says that nobody chose. */
static struct err emit_by_itself(const struct decide_in *in,
                                 const struct row *head, struct outcome *ret)
{
    struct type_receiver receivers[DISPATCH_RECEIVERS_MAX];
    struct suggestion suggestion;
    struct dispatch dispatch;
    bool signable = false;
    struct err e;

    if (case_head_state(head->value) != CASE_STATE_TO_DISPATCH ||
        case_head_urgency(head->value) == URGENCY_GENERAL ||
        !catalogue_acting(in->catalogue).dispatch_by_itself) {
        return OK;
    }
    dispatch_suggest(in, head->value, false, &suggestion);
    if (!dispatch_of_suggestion(&suggestion, DISPATCH_MODE_AUTOMATIC, receivers,
                                &dispatch)) {
        return OK;
    }
    e = dispatch_signable(in, dispatch.lead, &signable);
    if (failed(e) || !signable) {
        return e; /* a person finds another unit */
    }
    return dispatch_emit(in, case_head_key_case_id(head->key), head->value,
                         &dispatch, ret);
}

struct err decide_triage_case(const struct decide_in *in, const void *body,
                              struct object object, struct outcome *ret)
{
    const struct cmd_triage_case *c = body;
    enum refusal refusal;
    struct row head;
    struct row after;
    bool go = false;
    struct err e =
        case_for(in, COMMAND_TRIAGE_CASE, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    refusal = check_triage(in->catalogue, c, head.value);
    if (refusal != REFUSAL_NONE) {
        return outcome_refuse(ret, refusal);
    }
    if (lowers((enum urgency)case_head_urgency(head.value), c->urgency) &&
        !may_lower(in, head.value)) {
        return outcome_refuse(ret, REFUSAL_URGENCY_CENTRE_ONLY);
    }
    e = emit_triaged(in, c, &head, &after, ret);
    return failed(e) ? e : emit_by_itself(in, &after, ret);
}

struct err apply_case_triaged(struct store_txn *t, const struct record *r,
                              struct arena *a)
{
    struct ev_case_triaged triaged;
    struct step s = {0};
    struct err e = ev_case_triaged_decode(r->open, a, &triaged);

    if (!failed(e)) {
        e = step_begin(t, r, triaged.case_id, &triaged.move, &s);
    }
    if (failed(e)) {
        return e;
    }
    if (!head_triaged(s.head.value, &triaged)) {
        return ERR(ERR_CORRUPT);
    }
    return step_end(t, r, &s);
}

/* --------------------------------------------------------------- urgency -- */

struct err decide_change_urgency(const struct decide_in *in, const void *body,
                                 struct object object, struct outcome *ret)
{
    const struct cmd_change_urgency *c = body;
    struct ev_urgency_changed changed = {
        .case_id = object.id,
        .after = c->urgency,
        .has_narrative = true,
        .narrative = {.has_text = true, .text = c->text},
    };
    struct event_plain *event;
    struct move move;
    struct row head;
    bool go = false;
    struct err e =
        case_for(in, COMMAND_CHANGE_URGENCY, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    changed.before = (enum urgency)case_head_urgency(head.value);
    changed.has_before = changed.before != URGENCY_NONE;
    if (changed.before == c->urgency) {
        return outcome_refuse(ret, REFUSAL_URGENCY_SAME);
    }
    if (lowers(changed.before, c->urgency) && !may_lower(in, head.value)) {
        return outcome_refuse(ret, REFUSAL_URGENCY_CENTRE_ONLY);
    }
    changed.narrative_subject = case_head_narrative_subject(head.value);
    move_begin(&move, in, object.id, head.value,
               (enum case_state)case_head_state(head.value));
    move.urgency = c->urgency;
    e = move_restart(&move);
    if (failed(e)) {
        return e;
    }
    changed.move = move.made;
    event = outcome_event(ret);
    e = ev_urgency_changed_encode(&changed, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, &head);
    return OK;
}

struct err apply_urgency_changed(struct store_txn *t, const struct record *r,
                                 struct arena *a)
{
    struct ev_urgency_changed changed;
    struct step s = {0};
    struct err e = ev_urgency_changed_decode(r->open, a, &changed);

    if (!failed(e)) {
        e = step_begin(t, r, changed.case_id, &changed.move, &s);
    }
    if (failed(e)) {
        return e;
    }
    case_head_set_urgency(s.head.value, (uint8_t)changed.after);
    return step_end(t, r, &s);
}
