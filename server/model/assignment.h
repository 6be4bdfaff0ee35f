/*
 * assignment.h - giving a case to a lead unit and to others, for everybody who
 * may: a person, the triage of an urgent case, an emergency.
 *
 * WHY     However a case comes to a unit, the event is the same: assignment,
 *         lead, receivers, what each is given, the rule that it rests on.
 * SHAPE   dispatch_suggest, then dispatch_of_suggestion or a person's choice,
 *         then dispatch_emit.
 * OWNS    nothing; a struct dispatch borrows until dispatch_emit returns.
 * ERRORS  ERR_LIMIT: the arena, or the case was given out DISPATCHES_MAX times.
 * SOURCE  T7 and the dispatch directory; schema/event/case_dispatched.json.
 */
#ifndef HUTONG_MODEL_ASSIGNMENT_H
#define HUTONG_MODEL_ASSIGNMENT_H

#include "model/nouns.h"

enum { DISPATCH_RECEIVERS_MAX = 6, DISPATCHES_MAX = 255, FIELD_TICKS_MAX = 8 };

struct dispatch {
    enum dispatch_mode mode;
    struct text lead;     /* a known unit */
    bool has_lead_fields; /* else all but health and files */
    const enum field_tick *lead_fields;
    size_t lead_fields_count;
    /* Known units, none twice, at most DISPATCH_RECEIVERS_MAX. Without fields
     * a receiver is given child, address and narrative; nothing when it is
     * only informed. */
    const struct type_receiver *receivers;
    size_t receivers_count;
    struct text rule; /* of the directory; empty: none */
    uint32_t rule_version;
    struct text text; /* words, for the sealed part; may be empty */
};

/* Asks the directory about a case as its head says. */
void dispatch_suggest(const struct decide_in *in, const uint8_t *head,
                      bool emergency, struct suggestion *ret);
/* What the directory says, as it is: false unless it names exactly one lead.
 * ret borrows the suggestion and the receivers. */
bool dispatch_of_suggestion(
    const struct suggestion *s, enum dispatch_mode mode,
    struct type_receiver ret_receivers[static DISPATCH_RECEIVERS_MAX],
    struct dispatch *ret);
/* True when somebody of the unit has an active account whose role signs: else
 * a case that is sent there could never be taken up. */
struct err dispatch_signable(const struct decide_in *in, struct text unit,
                             bool *ret) MUST_USE;
/* Adds case_dispatched: DISPATCHED, the ball to the lead, clock dispatch stops,
 * sign and handle start. head: as it stands just before this event, with the
 * urgency, category and places that an earlier event of the same command gives
 * it. Events after it must count one assignment more. */
struct err dispatch_emit(const struct decide_in *in, struct id case_id,
                         const uint8_t *head, const struct dispatch *d,
                         struct outcome *ret) MUST_USE;

#endif
