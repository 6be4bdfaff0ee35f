/*
 * damage.h - rows that no rule could have made.
 *
 * WHY     One changed bit in one row must not close the board: the row is left
 *         out, with an alarm that names it, and everything else goes on.
 * THREAD  any. Included through model/model.h.
 */
#ifndef HUTONG_MODEL_DAMAGE_H
#define HUTONG_MODEL_DAMAGE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"
#include "gen/tables.h"

/* Every value is one that can be shown. */
bool case_head_plausible(const uint8_t head[static CASE_HEAD_BYTES]);
bool contact_head_plausible(const uint8_t head[static CONTACT_HEAD_BYTES]);
/* An error that only what was read is to blame for: ERR_CORRUPT, ERR_KEY,
 * ERR_MISSING, ERR_TAMPERED. */
bool is_damage(struct err e);
/* An alarm that names what is damaged by its id. */
void alarm_about(const char *event, struct id object);

#endif
