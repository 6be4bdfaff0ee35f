/*
 * step.h - what the steps of the main path share: who takes the case next, and
 * the head that an event moves.
 *
 * WHY     Who reviews, calls back and archives follows from the kind of a unit
 *         and its place, which are the city's; no code of a unit stands here.
 * SHAPE   codes of units are zero padded and live as long as the catalogue or
 *         the head that they were asked of.
 * ERRORS  step_begin: ERR_CORRUPT when the log speaks of a case that is not.
 * SOURCE  T17-T24; schema/catalogue, units and acting.
 */
#ifndef HUTONG_MODEL_STEP_H
#define HUTONG_MODEL_STEP_H

#include "model/move.h"

enum { UNIT_BYTES = 16 };

struct text unit_text(const char unit[static UNIT_BYTES]);
/* The protection centre; whoever holds the ball where a city has none. */
const char *step_centre(const struct catalogue *c, const uint8_t *head);
/* The unit that calls back: the service centre, else the protection centre. */
const char *step_service(const struct catalogue *c, const uint8_t *head);
/* Whose the first step of a review in two steps is: the lead, or above a
 * township or village the county's. NULL when the lead is the city's: then the
 * centre is the only one to review. */
const char *step_county(const struct catalogue *c, const uint8_t *head);

/* The head that an event moves, and how it stood before. */
struct step {
    struct row before, head;
};
/* Reads it and applies the move; then the noun's own fields; then step_end. */
struct err step_begin(struct store_txn *t, const struct record *r,
                      struct id case_id, const struct type_move *m,
                      struct step *ret) MUST_USE;
struct err step_end(struct store_txn *t, const struct record *r,
                    struct step *s) MUST_USE;

#endif
