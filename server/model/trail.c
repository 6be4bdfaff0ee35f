/*
 * trail.c - reads and denials are facts too.
 *
 * Both commands are the server's own: no route leads to them. What the trail
 * says must be true, so a read is judged again here: who may not read the case
 * leaves no child_opened behind.
 */
#include "model/nouns.h"

#include <assert.h>

struct err decide_record_denied(const struct decide_in *in, const void *body,
                                struct object object, struct outcome *ret)
{
    const struct cmd_record_denied *c = body;
    struct ev_access_denied denied = {
        .act = c->act,
        .object_id = c->object_id,
    };
    struct event_plain *event = outcome_event(ret);
    struct err e = ev_access_denied_encode(&denied, in->arena, event);

    assert(object.kind == OBJECT_NONE);
    if (failed(e)) {
        return e;
    }
    event_about(event, c->object_id, 0);
    ret->object = c->object_id;
    return OK;
}

struct err decide_record_read(const struct decide_in *in, const void *body,
                              struct object object, struct outcome *ret)
{
    const struct cmd_record_read *c = body;
    bool is_case = c->read_kind == READ_KIND_CASE;
    struct object seen = {is_case ? OBJECT_CASE : OBJECT_CONTACT, c->case_id};
    struct ev_child_opened opened = {
        .case_id = c->case_id,
        .read_kind = c->read_kind,
        .mask = c->mask,
    };
    struct event_plain *event;
    struct facts facts;
    struct err e =
        policy_facts(in->txn, in->catalogue, in->actor, seen, &facts);

    assert(object.kind == OBJECT_NONE);
    if (failed(e)) {
        return e;
    }
    ret->object = c->case_id;
    if (!policy_decide(&facts, is_case ? ACT_READ_CASE : ACT_READ_CONTACT)
             .allow) {
        ret->denied_by_right = facts.known;
        return outcome_refuse(ret, is_case ? REFUSAL_CASE_UNKNOWN
                                           : REFUSAL_CONTACT_UNKNOWN);
    }
    event = outcome_event(ret);
    e = ev_child_opened_encode(&opened, in->arena, event);
    if (failed(e)) {
        return e;
    }
    event_about(event, c->case_id, 0);
    return OK;
}
