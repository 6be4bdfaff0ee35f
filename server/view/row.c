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

static struct err name_unit(struct arena *a, const char *unit, bool *ret_has,
                            struct text *ret)
{
    struct err e = padded_text(a, unit, 16, ret);

    *ret_has = !failed(e) && ret->size > 0;
    return e;
}

static struct err name_person(struct store_txn *t, struct arena *a,
                              struct id account, bool *ret_has,
                              struct text *ret)
{
    char login[32];
    struct err e;

    if (id_is_zero(account)) {
        return OK;
    }
    e = account_login_of(t, account, login);
    if (!failed(e)) {
        e = padded_text(a, login, sizeof(login), ret);
    }
    *ret_has = !failed(e);
    return e;
}

/* Who and which unit: looked up or copied, so that the row outlives the head.
 */
static struct err fill_names(struct store_txn *t, struct arena *a,
                             const uint8_t *head, struct view_case_row *row)
{
    struct err e =
        name_unit(a, case_head_ball_unit(head), &row->has_unit, &row->unit);

    if (!failed(e)) {
        e = name_unit(a, case_head_lead_unit(head), &row->has_lead_unit,
                      &row->lead_unit);
    }
    if (!failed(e)) {
        e = padded_text(a, case_head_category_code(head), 8, &row->category);
    }
    if (!failed(e)) {
        row->has_category = row->category.size > 0;
        e = name_person(t, a, case_head_agent(head), &row->has_agent,
                        &row->agent);
    }
    return failed(e) ? e
                     : name_person(t, a, case_head_handler(head),
                                   &row->has_handler, &row->handler);
}

static void fill_path(const uint8_t *head, struct view_case_row *row)
{
    row->has_stage = true;
    row->stage = path_stage((enum case_state)case_head_state(head));
    row->has_due_at = case_head_due_us(head) != 0;
    row->due_at = case_head_due_us(head);
    row->has_due_clock = case_head_due_clock(head) != 0;
    row->due_clock = (enum due)case_head_due_clock(head);
    row->has_overdue = true;
    row->overdue = case_head_overdue(head) != 0;
    row->has_cross_county = true;
    row->cross_county = case_head_cross_county(head) != 0;
    row->has_redo_count = case_head_redo_count(head) != 0;
    row->redo_count = case_head_redo_count(head);
    row->has_refusal_proposed = true;
    row->refusal_proposed = path_next(head) == COMMAND_DECIDE_REFUSAL;
    row->has_review_step = case_head_review_step(head) != 0;
    row->review_step = case_head_review_step(head);
}

/* Only once an emergency ran. */
static struct err fill_ladder(struct arena *a, const uint8_t *head,
                              struct view_case_row *row)
{
    enum lamp *lamps;

    if (case_head_ladder_state(head) == 0) {
        return OK;
    }
    lamps = arena_take(a, LADDER_STEP_MAX * sizeof(*lamps));
    if (lamps == NULL) {
        return ERR(ERR_LIMIT);
    }
    for (int step = 1; step <= (int)LADDER_STEP_MAX; step++) {
        lamps[step - 1] = path_lamp(head, (enum ladder_step)step);
    }
    row->has_ladder_state = true;
    row->ladder_state = (enum ladder_state)case_head_ladder_state(head);
    row->has_ladder_started_at = case_head_ladder_started_us(head) != 0;
    row->ladder_started_at = case_head_ladder_started_us(head);
    row->has_lamps = true;
    row->lamps = lamps;
    row->lamps_count = LADDER_STEP_MAX;
    return OK;
}

struct err case_row_of(struct store_txn *t, struct arena *a, struct id case_id,
                       const uint8_t head[static CASE_HEAD_BYTES],
                       struct view_case_row *ret)
{
    const char *event = event_name(case_head_last_event(head));
    struct err e;

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
    fill_path(head, ret);
    e = fill_ladder(a, head, ret);
    return failed(e) ? e : fill_names(t, a, head, ret);
}

struct err answer_row(const struct viewing *v, const struct granted *g)
{
    const struct object object = {OBJECT_CASE, g->object};
    uint8_t head[CASE_HEAD_BYTES];
    struct view_case_row row;
    struct mask mask;
    bool found = false;
    struct err e = case_head_get(v->t, g->object, head, &found);

    if (failed(e) || !found) {
        return failed(e) ? e : ERR(ERR_CORRUPT);
    }
    e = answer_mask(v, ACT_READ_CASE, object, &mask);
    if (!failed(e)) {
        e = case_row_of(v->t, v->a, g->object, head, &row);
    }
    if (failed(e)) {
        return e;
    }
    view_case_row_write(&v->ret->body, &row, &mask, v->x->lang);
    answer_etag(v->ret, row.version);
    return OK;
}
