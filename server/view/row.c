/*
 * row.c - case heads, and rows of the board made of them.
 *
 * A head holds no name, number or word of anybody: a row is made without
 * opening anything. Nobody's trail names who looked at a row, so it tells the
 * township at most; the village stands in the file.
 */
#include "view/parts.h"

#include <assert.h>
#include <string.h>

struct err case_head_get(struct store_txn *t, struct id case_id,
                         uint8_t ret_head[static CASE_HEAD_BYTES],
                         bool *ret_found)
{
    uint8_t key[CASE_HEAD_KEY_BYTES];
    struct span value;
    struct err e;

    case_head_key(key, case_id);
    e = table_get(t, TABLE_CASE_HEAD, SPAN(key, sizeof(key)), &value);
    if (failed(e)) {
        return e;
    }
    if (value.at != NULL && value.size != CASE_HEAD_BYTES) {
        return ERR(ERR_CORRUPT);
    }
    if (value.at != NULL && !case_head_plausible(value.at)) {
        alarm_about("case_damaged", case_id);
        return ERR(ERR_CORRUPT);
    }
    *ret_found = value.at != NULL;
    if (*ret_found) {
        memcpy(ret_head, value.at, CASE_HEAD_BYTES);
    }
    return OK;
}

struct err case_by_number(struct store_txn *t, struct case_no no,
                          struct id *ret_case, bool *ret_found)
{
    uint8_t key[CASE_BY_NO_KEY_BYTES];
    struct span value;
    struct err e;

    case_by_no_key(key, no.day, no.serial);
    e = table_get(t, TABLE_CASE_BY_NO, SPAN(key, sizeof(key)), &value);
    if (failed(e)) {
        return e;
    }
    if (value.at != NULL && value.size != CASE_BY_NO_BYTES) {
        return ERR(ERR_CORRUPT);
    }
    *ret_found = value.at != NULL;
    if (*ret_found) {
        *ret_case = case_by_no_case_id(value.at);
    }
    return OK;
}

/* Who and which unit: looked up or copied, so that the row outlives the head.
 */
static struct err fill_names(struct store_txn *t, struct arena *a,
                             const uint8_t *head, struct view_case_row *row)
{
    struct id agent = case_head_agent(head);
    char login[32];
    struct err e;

    e = padded_text(a, case_head_ball_unit(head), 16, &row->unit);
    if (failed(e)) {
        return e;
    }
    row->has_unit = row->unit.size > 0;
    if (id_is_zero(agent)) {
        return OK;
    }
    e = account_login_of(t, agent, login);
    if (failed(e)) {
        return e;
    }
    row->has_agent = true;
    return padded_text(a, login, sizeof(login), &row->agent);
}

struct err case_row_of(struct store_txn *t, struct arena *a, struct id case_id,
                       const uint8_t head[static CASE_HEAD_BYTES],
                       struct view_case_row *ret)
{
    const char *event = event_name(case_head_last_event(head));

    if (!case_head_plausible(head)) {
        return ERR(ERR_CORRUPT);
    }
    *ret = (struct view_case_row){
        .id = case_id,
        .no = {case_head_day(head), case_head_serial(head)},
        .state = (enum case_state)case_head_state(head),
        .channel = (enum channel)case_head_channel(head),
        .has_urgency = case_head_urgency(head) != 0,
        .urgency = (enum urgency)case_head_urgency(head),
        .has_risk = case_head_risk(head) != 0,
        .risk = (enum risk)case_head_risk(head),
        .has_danger = true,
        .danger = case_head_danger(head) != 0,
        .registered_at = case_head_registered_us(head),
        .updated_at = case_head_updated_us(head),
        .has_place_code = case_head_place_code(head) != 0,
        .place_code = territory_township(case_head_place_code(head)),
        .has_place_unknown = true,
        .place_unknown = case_head_place_unknown(head) != 0,
        .version = case_head_version(head),
        .has_last_event = event[0] != '\0',
        .last_event = text_of(event),
    };
    return fill_names(t, a, head, ret);
}
