/*
 * contact.c - one call, message, visit or report: taken, then ended.
 *
 *                  take_contact
 *                       |
 *                     OPEN  ---- save_draft (draft.c), as often as typed
 *                    /    \
 *      register_case        close_contact
 *           |                     |
 *      REGISTERED               CLOSED
 *
 * A contact is stored before anything is decided about it, and never deleted:
 * once in, never lost. Its narrative subject gets a key at once, so that what
 * is typed can be sealed; a reporter gets one when there is anything to seal.
 */
#include "model/nouns.h"

#include <assert.h>
#include <string.h>

#include "model/rows.h"

struct err find_contact_of_close(const struct decide_in *in, const void *body,
                                 struct object *ret)
{
    const struct cmd_close_contact *c = body;

    (void)in; /* the finders share one shape */
    *ret = (struct object){OBJECT_CONTACT, c->contact_id};
    return OK;
}

struct err find_contact_of_draft(const struct decide_in *in, const void *body,
                                 struct object *ret)
{
    const struct cmd_save_draft *c = body;

    (void)in;
    *ret = (struct object){OBJECT_CONTACT, c->contact_id};
    return OK;
}

struct err find_contact_of_case(const struct decide_in *in, const void *body,
                                struct object *ret)
{
    const struct cmd_register_case *c = body;

    (void)in;
    *ret = (struct object){OBJECT_CONTACT, c->contact_id};
    return OK;
}

/* ------------------------------------------------------------- deciding -- */

struct err decide_take_contact(const struct decide_in *in, const void *body,
                               struct object object, struct outcome *ret)
{
    const struct cmd_take_contact *c = body;
    struct entropy entropy = entropy_of(in);
    struct ev_contact_taken taken = {
        .contact_id = entropy_id(&entropy, in->now_us),
        .channel = c->channel,
        .has_number_withheld = c->has_number_withheld,
        .number_withheld = c->number_withheld,
        .has_language = c->has_language,
        .language = c->language,
        .has_anonymity = c->has_anonymity,
        .anonymity = c->anonymity,
        .has_narrative = true,
        .narrative_subject = entropy_id(&entropy, in->now_us),
    };
    struct event_plain *event;
    struct err e;

    assert(object.kind == OBJECT_NONE);
    if (c->has_occurred_at && c->occurred_at > in->now_us) {
        return outcome_invalid(ret, "/occurred_at", "field.out_of_range");
    }
    if (c->has_number) {
        taken.has_reporter = true;
        taken.reporter_subject = entropy_id(&entropy, in->now_us);
        taken.reporter.has_number = true;
        taken.reporter.number = c->number;
    }
    event = outcome_event(ret);
    e = ev_contact_taken_encode(&taken, in->arena, event);
    if (failed(e)) {
        return e;
    }
    event_about(event, taken.contact_id, 0);
    event->occurred_us = c->has_occurred_at ? c->occurred_at : 0;
    ret->object = taken.contact_id;
    return OK;
}

struct err decide_close_contact(const struct decide_in *in, const void *body,
                                struct object object, struct outcome *ret)
{
    const struct cmd_close_contact *c = body;
    struct ev_contact_closed closed = {
        .contact_id = object.id,
        .reason = c->reason,
    };
    struct event_plain *event;
    struct row head;
    struct err e = contact_row(in->txn, object.id, &head);

    if (failed(e)) {
        return e;
    }
    assert(head.found); /* the policy knew it */
    if (contact_head_state(head.value) != CONTACT_STATE_OPEN) {
        return outcome_refuse(ret, REFUSAL_CONTACT_NOT_OPEN);
    }
    event = outcome_event(ret);
    e = ev_contact_closed_encode(&closed, in->arena, event);
    if (failed(e)) {
        return e;
    }
    event_about(event, object.id, 0);
    ret->object = object.id;
    return draft_keep(in, object.id, contact_head_narrative_subject(head.value),
                      ret);
}

struct registering contact_registering(struct id contact, const uint8_t *head,
                                       struct entropy *entropy)
{
    return (struct registering){
        .contact = contact,
        .reporter_subject = contact_head_reporter_subject(head),
        .narrative_subject = contact_head_narrative_subject(head),
        .channel = (enum channel)contact_head_channel(head),
        .language = (enum language)contact_head_language(head),
        .anonymity = (enum anonymity)contact_head_anonymity(head),
        .entropy = entropy,
    };
}

/* ------------------------------------------------------------- applying -- */

static struct err put_by_agent(struct store_txn *t, const struct row *head)
{
    struct row index =
        row_new(TABLE_CONTACT_BY_AGENT, CONTACT_BY_AGENT_KEY_BYTES,
                CONTACT_BY_AGENT_BYTES);

    contact_by_agent_key(index.key, contact_head_agent(head->value),
                         contact_head_key_contact_id(head->key));
    contact_by_agent_set_state(index.value, contact_head_state(head->value));
    return row_put(t, &index);
}

static struct err put_contact(struct store_txn *t, const struct record *r,
                              struct row *head)
{
    struct err e;

    contact_head_set_version(head->value,
                             contact_head_version(head->value) + 1);
    contact_head_set_last_seq(head->value, r->position.seq);
    e = row_put(t, head);
    return failed(e) ? e : put_by_agent(t, head);
}

struct err apply_contact_taken(struct store_txn *t, const struct record *r,
                               struct arena *a)
{
    struct ev_contact_taken taken;
    struct row head;
    struct err e = ev_contact_taken_decode(r->open, a, &taken);

    if (failed(e)) {
        return e;
    }
    e = contact_row(t, taken.contact_id, &head);
    if (failed(e)) {
        return e;
    }
    if (head.found) {
        return ERR(ERR_CORRUPT); /* taken twice */
    }
    contact_head_set_state(head.value, CONTACT_STATE_OPEN);
    contact_head_set_channel(head.value, (uint8_t)taken.channel);
    contact_head_set_language(head.value, (uint8_t)taken.language);
    contact_head_set_anonymity(head.value, (uint8_t)taken.anonymity);
    contact_head_set_number_withheld(head.value, taken.number_withheld);
    contact_head_set_training(head.value,
                              (r->head.flags & RECORD_TRAINING) != 0);
    contact_head_set_taken_us(head.value, record_happened_us(r));
    contact_head_set_agent(head.value, r->head.actor);
    contact_head_set_reporter_subject(head.value,
                                      record_subject(r, PART_CLASS_REPORTER));
    contact_head_set_narrative_subject(head.value,
                                       record_subject(r, PART_CLASS_NARRATIVE));
    contact_head_set_taken_seq(head.value, r->position.seq);
    contact_head_set_unit(head.value, r->head.unit);
    return put_contact(t, r, &head);
}

/* The open contact that an event ends. */
static struct err contact_ended(struct store_txn *t, const struct record *r,
                                struct id contact, enum contact_state state,
                                struct row *ret)
{
    struct err e = contact_row(t, contact, ret);

    if (failed(e)) {
        return e;
    }
    if (!ret->found || contact_head_state(ret->value) != CONTACT_STATE_OPEN) {
        return ERR(ERR_CORRUPT);
    }
    contact_head_set_state(ret->value, (uint8_t)state);
    contact_head_set_closed_us(ret->value, r->head.time_us);
    return OK;
}

struct err apply_contact_closed(struct store_txn *t, const struct record *r,
                                struct arena *a)
{
    struct ev_contact_closed closed;
    struct row head;
    struct err e = ev_contact_closed_decode(r->open, a, &closed);

    if (failed(e)) {
        return e;
    }
    e = contact_ended(t, r, closed.contact_id, CONTACT_STATE_CLOSED, &head);
    if (failed(e)) {
        return e;
    }
    contact_head_set_close_reason(head.value, (uint8_t)closed.reason);
    return put_contact(t, r, &head);
}

/* Who asked for secrecy once, in the call or in the form, has it: the codes
 * grow with what they ask for. */
static_assert((int)ANONYMITY_NAMED < (int)ANONYMITY_ANONYMOUS &&
                  (int)ANONYMITY_ANONYMOUS < (int)ANONYMITY_SECRET,
              "the larger is the stricter");

static void keep_strictest(uint8_t *head, enum anonymity asked)
{
    if ((uint8_t)asked > contact_head_anonymity(head)) {
        contact_head_set_anonymity(head, (uint8_t)asked);
    }
}

struct err contact_registered(struct store_txn *t, const struct record *r,
                              const struct ev_case_registered *registered)
{
    struct row head;
    struct err e = contact_ended(t, r, registered->contact_id,
                                 CONTACT_STATE_REGISTERED, &head);

    if (failed(e)) {
        return e;
    }
    keep_strictest(head.value, registered->anonymity);
    contact_head_set_case_id(head.value, registered->case_id);
    contact_head_set_reporter_subject(head.value,
                                      record_subject(r, PART_CLASS_REPORTER));
    return put_contact(t, r, &head);
}
