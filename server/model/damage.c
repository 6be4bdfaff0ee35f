/*
 * damage.c - could a rule have made this row?
 *
 * A derived row is not hashed: one bit of a page may have changed. What would
 * stop an encoder is looked at here, so that one row can be left out, with an
 * alarm, where it would otherwise close the board. It is no proof that a row
 * is right: `hutong verify --replay` is.
 */
#include "model/damage.h"

#include "base/diag.h"
#include "gen/lists.h"
#include "gen/tables.h"

/* RFC 3339 has years of four digits; what happened long ago may be told. */
static bool time_fits(int64_t us)
{
    static const int64_t first_us = INT64_C(-62167219200) * 1000000; /* 0 */
    static const int64_t end_us = INT64_C(253402300800) * 1000000;   /* 10000 */

    return us >= first_us && us < end_us;
}

static bool number_fits(uint32_t day, uint32_t serial)
{
    enum { FIRST_DAY = 19700101, LAST_DAY = 99991231 };

    return day >= FIRST_DAY && day <= LAST_DAY && serial >= 1;
}

static bool place_fits(uint64_t code)
{
    static const uint64_t end = UINT64_C(1000000000000); /* twelve digits */

    return code < end;
}

/* Field by field: a value of a list that must stand, one that may be 0. */
static bool is_of(uint8_t value, int max) { return value >= 1 && value <= max; }

static bool none_or_of(uint8_t value, int max) { return value <= max; }

bool case_head_plausible(const uint8_t head[static CASE_HEAD_BYTES])
{
    return is_of(case_head_state(head), CASE_STATE_MAX) &&
           is_of(case_head_channel(head), CHANNEL_MAX) &&
           none_or_of(case_head_urgency(head), URGENCY_MAX) &&
           none_or_of(case_head_risk(head), RISK_MAX) &&
           none_or_of(case_head_language(head), LANGUAGE_MAX) &&
           none_or_of(case_head_anonymity(head), ANONYMITY_MAX) &&
           none_or_of(case_head_occurring(head), OCCURRING_MAX) &&
           none_or_of(case_head_due_clock(head), DUE_MAX) &&
           none_or_of(case_head_ladder_state(head), LADDER_STATE_MAX) &&
           none_or_of(case_head_callback_state(head), CALLBACK_STATE_MAX) &&
           none_or_of(case_head_child_safety(head), CHILD_SAFETY_MAX) &&
           time_fits(case_head_due_us(head)) &&
           time_fits(case_head_ladder_started_us(head)) &&
           number_fits(case_head_day(head), case_head_serial(head)) &&
           place_fits(case_head_place_code(head)) &&
           time_fits(case_head_registered_us(head)) &&
           time_fits(case_head_updated_us(head));
}

bool contact_head_plausible(const uint8_t head[static CONTACT_HEAD_BYTES])
{
    return is_of(contact_head_state(head), CONTACT_STATE_MAX) &&
           is_of(contact_head_channel(head), CHANNEL_MAX) &&
           none_or_of(contact_head_language(head), LANGUAGE_MAX) &&
           none_or_of(contact_head_anonymity(head), ANONYMITY_MAX) &&
           none_or_of(contact_head_close_reason(head), CLOSE_REASON_MAX) &&
           time_fits(contact_head_taken_us(head)) &&
           time_fits(contact_head_closed_us(head));
}

bool is_damage(struct err e)
{
    return e.code == ERR_CORRUPT || e.code == ERR_KEY ||
           e.code == ERR_MISSING || e.code == ERR_TAMPERED;
}

void alarm_about(const char *event, struct id object)
{
    char hex[ID_HEX + 1];

    id_to_hex(object, hex);
    DIAG(DIAG_ALARM, event, DIAG_C("id", hex));
}
