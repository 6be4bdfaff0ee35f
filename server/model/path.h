/*
 * path.h - which command a case can take in its state, and from whom.
 *
 * WHY     Asked by every decider and by every page that offers buttons: one
 *         table, so the two cannot disagree.
 * SHAPE   pure: a case head, an actor, a command. Rights (policy.c) come
 *         first; what depends on the body of a command comes after, in its
 *         decider.
 * SOURCE  the transitions T1-T30 that schema/README.md explains.
 */
#ifndef HUTONG_MODEL_PATH_H
#define HUTONG_MODEL_PATH_H

#include "model/model.h"

/* REFUSAL_NONE, case.wrong_state, case.same_person, case.danger_set,
 * case.emergency_running, refusal.*, review.centre_only, redo.not_proposed,
 * callback.*, emergency.*, contact.made_already, archive.*: the first that
 * holds. Commands that are not about a case: REFUSAL_NONE. */
enum refusal path_check(const struct catalogue *c, const struct actor *actor,
                        const uint8_t *case_head, enum command command);
/* Danger: a flag, or a running emergency. */
bool path_in_danger(const uint8_t *case_head);
bool path_open(enum case_state state); /* work on it goes on */
enum stage path_stage(enum case_state state);
/* The command that is expected next of whoever holds the ball; COMMAND_NONE
 * when nothing is. */
enum command path_next(const uint8_t *case_head);

/* The lamp of one step of the ladder, as the head holds it: four bits a step.
 * What was never lit, and what no rule gives, is dark. */
enum lamp path_lamp(const uint8_t *case_head, enum ladder_step step);
void path_set_lamp(uint8_t *case_head, enum ladder_step step, enum lamp lamp);

/* A clock of a case as it stands. */
struct clock_now {
    bool running; /* or overdue */
    enum due clock;
    int64_t started_us, due_us, overdue_us; /* overdue_us 0: not yet */
    uint32_t rule_version;
    char deadline[8], unit[16];
};
struct err clock_of_case(struct store_txn *t, struct id case_id, enum due clock,
                         struct clock_now *ret) MUST_USE;

#endif
