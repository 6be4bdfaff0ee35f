/*
 * posed.h - cases put into a standing by hand, for tests of what is shown.
 *
 * WHY     What a page shows of a state must not hang on the commands that lead
 *         there: those have tests of their own.
 * ERRORS  a failure here fails the test.
 */
#ifndef HUTONG_TESTS_POSED_H
#define HUTONG_TESTS_POSED_H

#include "lib/city.h"

void posed_get(struct city *w, struct id case_id,
               uint8_t ret_head[static CASE_HEAD_BYTES]);
void posed_put(struct city *w, struct id case_id,
               const uint8_t head[static CASE_HEAD_BYTES]);
/* The head with another state, ball and lead unit; "" leaves a unit empty. */
void posed_state(struct city *w, struct id case_id, enum case_state state,
                 const char *ball, const char *lead);
/* A clock that runs, or is overdue, by its two tables and the head. */
void posed_clock(struct city *w, struct id case_id, enum due clock,
                 int64_t due_us, bool overdue);
/* As if no clock had ever run for it. */
void posed_no_clock(struct city *w, struct id case_id);
/* Logs an event by an actor and applies it. */
struct log_position posed_event(struct city *w, const struct actor *actor,
                                struct id case_id,
                                const struct event_plain *event);
/* A code as a field of sixteen. */
struct posed_unit {
    char code[16];
} posed_unit(const char *code);

#endif
