/*
 * case.c - one matter to be handled: registered from a contact, then noted.
 *
 *      contact OPEN --register_case--> TRIAGE --add_note--> (the same state)
 *
 * Only the words and a place, or 不明, are asked for; everything about the
 * reporter is optional (anonymous is normal). Any yes among R1-R8 marks
 * danger: suspicion is enough. Every event of a case moves its version.
 */
#include "model/move.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "model/path.h"
#include "model/rows.h"

/* ---------------------------------------------------------- registering -- */

enum refusal place_check(const struct catalogue *c,
                         const struct type_place *place)
{
    if (place->has_code) {
        return catalogue_place(c, place->code) != NULL
                   ? REFUSAL_NONE
                   : REFUSAL_PLACE_UNKNOWN_CODE;
    }
    if (place->has_unknown && place->unknown) {
        return REFUSAL_NONE;
    }
    return place->has_text && place->text.size > 0 ? REFUSAL_NONE
                                                   : REFUSAL_PLACE_EMPTY;
}

bool screen_any_danger(const struct type_screen *s)
{
    return s->r1 == TRI_YES || s->r2 == TRI_YES || s->r3 == TRI_YES ||
           s->r4 == TRI_YES || s->r5 == TRI_YES || s->r6 == TRI_YES ||
           s->r7 == TRI_YES || s->r8 == TRI_YES;
}

/* ERR_CORRUPT when the number is some case's: a number is given once, and a
 * counter that was damaged must not make the log say it twice. */
static struct err number_free(struct store_txn *t, uint32_t day,
                              uint32_t serial)
{
    struct row no =
        row_new(TABLE_CASE_BY_NO, CASE_BY_NO_KEY_BYTES, CASE_BY_NO_BYTES);
    struct err e;

    case_by_no_key(no.key, day, serial);
    e = row_get(t, &no);
    return failed(e) || !no.found ? e : ERR(ERR_CORRUPT);
}

/* The next serial of the civil day on which it is registered. */
static struct err next_no(const struct decide_in *in,
                          struct ev_case_registered *ret)
{
    struct row day =
        row_new(TABLE_DAY_SERIAL, DAY_SERIAL_KEY_BYTES, DAY_SERIAL_BYTES);
    uint32_t today =
        civil_day(in->now_us, catalogue_utc_offset_minutes(in->catalogue));
    struct err e;

    day_serial_key(day.key, today);
    e = row_get(in->txn, &day);
    if (failed(e)) {
        return e;
    }
    ret->day = today;
    ret->serial = (int64_t)day_serial_serial(day.value) + 1;
    return number_free(in->txn, today, (uint32_t)ret->serial);
}

/* What stands in the contact holds where the form says nothing. */
static void fill_open(const struct cmd_register_case *c,
                      const struct registering *g,
                      struct ev_case_registered *ret)
{
    ret->contact_id = g->contact;
    ret->state = CASE_STATE_TRIAGE;
    ret->channel = g->channel;
    ret->language = c->has_language ? c->language : g->language;
    ret->has_language = ret->language != LANGUAGE_NONE;
    ret->anonymity = c->has_anonymity ? c->anonymity : g->anonymity;
    ret->has_anonymity = ret->anonymity != ANONYMITY_NONE;
    ret->has_place_code = c->place_now.has_code;
    ret->place_code = c->place_now.has_code ? c->place_now.code : 0;
    ret->place_unknown = !c->place_now.has_code && c->place_now.unknown;
    ret->has_place_unknown = ret->place_unknown;
    ret->has_occurring = c->has_occurring;
    ret->occurring = c->occurring;
    ret->danger = c->has_screen && screen_any_danger(&c->screen);
}

static void fill_reporter(const struct cmd_register_case *c,
                          struct text query_code,
                          struct ev_case_registered_reporter *ret)
{
    const struct type_reporter *r = &c->reporter;

    *ret = (struct ev_case_registered_reporter){
        .has_query_code = true,
        .query_code = query_code,
    };
    if (!c->has_reporter) {
        return;
    }
    ret->has_name = r->has_name;
    ret->name = r->name;
    ret->has_caller_is = r->has_caller_is;
    ret->caller_is = r->caller_is;
    ret->has_phone = r->has_phone;
    ret->phone = r->phone;
    ret->has_callback_phone = r->has_callback_phone;
    ret->callback_phone = r->callback_phone;
    ret->has_safe_time = r->has_safe_time;
    ret->safe_time = r->safe_time;
    ret->has_wants_reply = r->has_wants_reply;
    ret->wants_reply = r->wants_reply;
}

static void fill_narrative(const struct cmd_register_case *c,
                           struct ev_case_registered_narrative *ret)
{
    *ret = (struct ev_case_registered_narrative){
        .matter = c->matter,
        .has_place_text = c->place_now.has_text,
        .place_text = c->place_now.text,
        .has_avoid_contact = c->has_avoid_contact,
        .avoid_contact = c->avoid_contact,
        .has_screen = c->has_screen,
        .screen = c->screen,
    };
}

/* Every child is a person of its own: one that is erased leaves the others. */
static void fill_children(const struct cmd_register_case *c,
                          struct entropy *entropy, int64_t now_us,
                          struct ev_case_registered *ret)
{
    assert(c->children_count <= ARRAY_COUNT(ret->children));
    ret->children_count = c->children_count;
    for (size_t i = 0; i < c->children_count; i++) {
        const struct type_child *child = &c->children[i];

        ret->children_subject[i] = entropy_id(entropy, now_us);
        ret->children[i] = (struct ev_case_registered_children){
            .has_name = child->has_name,
            .name = child->name,
            .has_sex = child->has_sex,
            .sex = child->sex,
            .has_age_years = child->has_age_years,
            .age_years = child->age_years,
            .has_school = child->has_school,
            .school = child->school,
        };
    }
}

/* The head as far as the form makes it: for the rules about what comes next. */
static void fill_early(const struct decide_in *in,
                       const struct ev_case_registered *e, struct row *ret)
{
    *ret = row_new(TABLE_CASE_HEAD, CASE_HEAD_KEY_BYTES, CASE_HEAD_BYTES);
    case_head_key(ret->key, e->case_id);
    ret->found = true;
    case_head_set_state(ret->value, (uint8_t)e->state);
    case_head_set_place_code(ret->value, e->place_code);
    case_head_set_place_unknown(ret->value, e->place_unknown);
    case_head_set_occurring(ret->value, (uint8_t)e->occurring);
    case_head_set_danger(ret->value, e->danger);
    case_head_set_agent(ret->value, in->actor->account);
    case_head_set_ball_unit(ret->value, in->actor->unit);
    case_head_set_registered_us(ret->value, in->now_us);
    case_head_set_narrative_subject(ret->value, e->narrative_subject);
    case_head_set_reporter_subject(ret->value, e->reporter_subject);
}

/* Danger is dispatched as urgent from the first minute; what is not yet
 * classified, as general. */
static struct err emit_registered(const struct decide_in *in,
                                  struct ev_case_registered *registered,
                                  const struct row *head, struct outcome *ret)
{
    struct event_plain *event;
    struct move move;
    struct err e;

    move_begin(&move, in, registered->case_id, head->value, CASE_STATE_TRIAGE);
    move.urgency = registered->danger ? URGENCY_URGENT : URGENCY_GENERAL;
    move_ball(&move, in->actor->unit);
    e = move_start(&move, DUE_DISPATCH, in->actor->unit);
    if (failed(e)) {
        return e;
    }
    registered->has_move = true;
    registered->move = move.made;
    event = outcome_event(ret);
    e = ev_case_registered_encode(registered, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, head);
    return OK;
}

struct err case_register_emit(const struct decide_in *in,
                              const struct cmd_register_case *c,
                              const struct registering *g, struct row *ret_head,
                              struct outcome *ret)
{
    struct ev_case_registered registered = {
        .case_id = entropy_id(g->entropy, in->now_us),
        .has_reporter = true,
        .reporter_subject = g->reporter_subject,
        .has_narrative = true,
        .narrative_subject = g->narrative_subject,
    };
    char digits[6];
    struct err e = next_no(in, &registered);

    if (failed(e)) {
        return e;
    }
    if (id_is_zero(registered.reporter_subject)) {
        registered.reporter_subject = entropy_id(g->entropy, in->now_us);
    }
    fill_open(c, g, &registered);
    fill_reporter(c, entropy_digits6(g->entropy, digits), &registered.reporter);
    fill_narrative(c, &registered.narrative);
    fill_children(c, g->entropy, in->now_us, &registered);
    fill_early(in, &registered, ret_head);
    e = emit_registered(in, &registered, ret_head, ret);
    bytes_wipe(digits, sizeof(digits));
    return e;
}

struct err decide_register_case(const struct decide_in *in, const void *body,
                                struct object object, struct outcome *ret)
{
    const struct cmd_register_case *c = body;
    enum refusal refusal = place_check(in->catalogue, &c->place_now);
    struct entropy entropy = entropy_of(in);
    struct registering g;
    struct row contact;
    struct row head;
    struct err e = contact_row(in->txn, object.id, &contact);

    if (failed(e)) {
        return e;
    }
    assert(contact.found); /* the policy knew it */
    if (contact_head_state(contact.value) != CONTACT_STATE_OPEN) {
        return outcome_refuse(ret, REFUSAL_CONTACT_NOT_OPEN);
    }
    if (refusal != REFUSAL_NONE) {
        return outcome_refuse(ret, refusal);
    }
    g = contact_registering(object.id, contact.value, &entropy);
    e = case_register_emit(in, c, &g, &head, ret);
    if (failed(e)) {
        return e;
    }
    return draft_keep(in, object.id,
                      contact_head_narrative_subject(contact.value), ret);
}

struct err decide_add_note(const struct decide_in *in, const void *body,
                           struct object object, struct outcome *ret)
{
    bool go = false;
    const struct cmd_add_note *c = body;
    struct ev_note_added note = {
        .case_id = object.id,
        .has_narrative = true,
        .narrative.text = c->text,
    };
    struct event_plain *event;
    struct row head;
    struct err e = case_for(in, COMMAND_ADD_NOTE, object.id, &head, ret, &go);

    if (failed(e) || !go) {
        return e;
    }
    note.narrative_subject = case_head_narrative_subject(head.value);
    event = outcome_event(ret);
    e = ev_note_added_encode(&note, in->arena, event);
    if (failed(e)) {
        return e;
    }
    case_event(ret, event, &head);
    return OK;
}

/* ------------------------------------------------------------- applying -- */

struct err case_need(struct store_txn *t, struct id case_id, struct row *ret)
{
    struct err e = case_row(t, case_id, ret);

    return failed(e) || ret->found ? e : ERR(ERR_CORRUPT);
}

struct err case_put(struct store_txn *t, const struct record *r,
                    const uint8_t *before, struct row *head)
{
    struct row line = row_new(TABLE_CASE_TIMELINE, CASE_TIMELINE_KEY_BYTES,
                              CASE_TIMELINE_BYTES);
    struct err e;

    case_head_set_version(head->value, case_head_version(head->value) + 1);
    case_head_set_updated_us(head->value, r->head.time_us);
    case_head_set_last_seq(head->value, r->position.seq);
    case_head_set_last_event(head->value, r->type);
    e = row_put(t, head);
    if (failed(e)) {
        return e;
    }
    case_timeline_key(line.key, case_head_key_case_id(head->key),
                      r->position.seq);
    case_timeline_set_event(line.value, r->type);
    e = row_put(t, &line);
    return failed(e) ? e : board_count_moved(t, before, head->value);
}

static struct err put_no(struct store_txn *t,
                         const struct ev_case_registered *e)
{
    struct row no =
        row_new(TABLE_CASE_BY_NO, CASE_BY_NO_KEY_BYTES, CASE_BY_NO_BYTES);
    struct row day =
        row_new(TABLE_DAY_SERIAL, DAY_SERIAL_KEY_BYTES, DAY_SERIAL_BYTES);
    struct err err;

    err = number_free(t, (uint32_t)e->day, (uint32_t)e->serial);
    if (failed(err)) {
        return err;
    }
    case_by_no_key(no.key, (uint32_t)e->day, (uint32_t)e->serial);
    case_by_no_set_case_id(no.value, e->case_id);
    err = row_put(t, &no);
    if (failed(err)) {
        return err;
    }
    day_serial_key(day.key, (uint32_t)e->day);
    day_serial_set_serial(day.value, (uint32_t)e->serial);
    return row_put(t, &day);
}

static void fill_head(const struct record *r,
                      const struct ev_case_registered *e, uint8_t *head)
{
    size_t children = record_subject_count(r, PART_CLASS_CHILD);

    case_head_set_day(head, (uint32_t)e->day);
    case_head_set_serial(head, (uint32_t)e->serial);
    case_head_set_state(head, (uint8_t)e->state);
    case_head_set_channel(head, (uint8_t)e->channel);
    case_head_set_language(head, (uint8_t)e->language);
    case_head_set_anonymity(head, (uint8_t)e->anonymity);
    case_head_set_occurring(head, (uint8_t)e->occurring);
    case_head_set_danger(head, e->danger);
    case_head_set_place_unknown(head, e->place_unknown);
    case_head_set_children_count(head, (uint8_t)children);
    case_head_set_training(head, (r->head.flags & RECORD_TRAINING) != 0);
    case_head_set_place_code(head, e->place_code);
    case_head_set_registered_us(head, r->head.time_us);
    case_head_set_agent(head, r->head.actor);
    case_head_set_contact_id(head, e->contact_id);
    case_head_set_narrative_subject(head,
                                    record_subject(r, PART_CLASS_NARRATIVE));
    case_head_set_reporter_subject(head,
                                   record_subject(r, PART_CLASS_REPORTER));
    case_head_set_ball_unit(head, r->head.unit);
    case_head_set_registered_seq(head, r->position.seq);
}

struct err apply_case_registered(struct store_txn *t, const struct record *r,
                                 struct arena *a)
{
    struct ev_case_registered registered;
    struct row head;
    struct err e = ev_case_registered_decode(r->open, a, &registered);

    if (failed(e)) {
        return e;
    }
    e = case_row(t, registered.case_id, &head);
    if (failed(e)) {
        return e;
    }
    if (head.found) {
        return ERR(ERR_CORRUPT); /* registered twice */
    }
    fill_head(r, &registered, head.value);
    if (registered.has_move) {
        e = move_apply(t, r, registered.case_id, &registered.move, &head);
        if (failed(e)) {
            return e;
        }
    }
    e = case_put(t, r, NULL, &head);
    if (failed(e)) {
        return e;
    }
    e = put_no(t, &registered);
    return failed(e) ? e : contact_registered(t, r, &registered);
}

struct err apply_note_added(struct store_txn *t, const struct record *r,
                            struct arena *a)
{
    struct ev_note_added note;
    struct row before;
    struct row head;
    struct err e = ev_note_added_decode(r->open, a, &note);

    if (failed(e)) {
        return e;
    }
    e = case_need(t, note.case_id, &before);
    if (failed(e)) {
        return e;
    }
    head = before;
    return case_put(t, r, before.value, &head);
}
