/*
 * move.h - what every transition of a case has in common: the state, who holds
 * the ball, and the clocks.
 *
 * WHY     A transition says in its event which clocks start, with their due
 *         times and the rule that they rest on, and which stop; so replay needs
 *         no calendar, and a later rule does not move an old due time.
 * SHAPE   decide: move_begin, move_start/stop..., m.made goes into the event.
 *         apply:  move_apply, then the noun's own fields, then case_put.
 * SOURCE  schema/type/move.json; tables case_clock and timer.
 */
#ifndef HUTONG_MODEL_MOVE_H
#define HUTONG_MODEL_MOVE_H

#include "model/path_nouns.h"
#include "model/rows.h"

enum { MOVE_STARTS_MAX = 6, MOVE_STOPS_MAX = 10 };

struct move {
    const struct decide_in *in;
    struct id case_id;
    const uint8_t *head;   /* as it stands before the command */
    enum urgency urgency;  /* in force for the rules; from the head */
    char category[8];      /* the same */
    struct type_move made; /* points into this struct: keep it in place */
    struct type_clock_start starts[MOVE_STARTS_MAX];
    struct type_clock_stop stops[MOVE_STOPS_MAX];
    char units[MOVE_STARTS_MAX][16]; /* of the starts */
};

/* ret must not be moved afterwards. The ball stays where it is until
 * move_ball. */
void move_begin(struct move *ret, const struct decide_in *in, struct id case_id,
                const uint8_t *head, enum case_state state);
/* A unit code that outlives the encoding, like a member of the head. */
void move_ball(struct move *m, const char unit[static 16]);
/* Starts a clock now, by the city's rule for (clock, urgency, category); where
 * the city has no such rule none starts. unit: who answers for it. */
struct err move_start(struct move *m, enum due clock,
                      const char unit[static 16]) MUST_USE;
/* The same counted from an earlier moment (a changed urgency, rule 7). */
struct err move_start_from(struct move *m, enum due clock, int64_t from_us,
                           const char unit[static 16]) MUST_USE;
/* Rule 7: counts every clock that depends on the urgency anew from where it
 * started; one that is past by that is overdue at once. */
struct err move_restart(struct move *m) MUST_USE;
void move_stop(struct move *m, enum due clock);
/* Stops every clock that runs. */
struct err move_stop_all(struct move *m) MUST_USE;

/* Apply: state, ball, clocks, timers, and what the head says of them
 * (due_us, due_clock, due_deadline, due_rule_version, overdue, overdue_count,
 * moved_version). The caller puts the head with case_put. */
struct err move_apply(struct store_txn *t, const struct record *r,
                      struct id case_id, const struct type_move *m,
                      struct row *head) MUST_USE;

/* A clock passed its due time: it stays, as overdue. */
struct err clock_passed(struct store_txn *t, struct id case_id, enum due clock,
                        int64_t at_us, uint8_t *head) MUST_USE;

/* case.c: every event of a case ends here: version, last event, timeline,
 * counters. before: the head as it was; NULL when it is new. */
struct err case_put(struct store_txn *t, const struct record *r,
                    const uint8_t *before, struct row *head) MUST_USE;
/* The head of the case that an event speaks of; ERR_CORRUPT when absent. */
struct err case_need(struct store_txn *t, struct id case_id,
                     struct row *ret) MUST_USE;
/* Reads the head and checks what every command on a case checks: If-Match
 * (version.stale when the case has moved since), then path_check. *ret_go is
 * false when the outcome already holds the refusal. */
struct err case_for(const struct decide_in *in, enum command command,
                    struct id case_id, struct row *ret_head,
                    struct outcome *ret, bool *ret_go) MUST_USE;
/* ladder.c: starts the emergency of a case that has none, as part of another
 * command; head becomes what it makes of it. */
struct err emergency_emit(const struct decide_in *in,
                          enum emergency_trigger trigger, struct row *head,
                          struct outcome *ret) MUST_USE;
/* Names the event after its encoding: about the case, in its county. */
void case_event(struct outcome *o, struct event_plain *event,
                const struct row *head);

#endif
