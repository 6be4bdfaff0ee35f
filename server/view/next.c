/*
 * next.c - the part of the case file that says how the case stands and what
 * comes next: clocks, the ladder, the buttons, who is waited for, where it
 * should go, and what the archive will find.
 *
 * Nothing here is sealed: it comes from the head, the clocks and the
 * catalogue.
 */
#include "view/parts.h"

#include <assert.h>
#include <string.h>

/* --------------------------------------------------------------- clocks -- */

static struct err fill_clock(const struct viewing *v,
                             const struct clock_now *from,
                             struct view_clock *ret)
{
    struct err e;

    *ret = (struct view_clock){
        .clock = from->clock,
        .started_at = from->started_us,
        .due_at = from->due_us,
        .overdue = from->overdue_us != 0,
        .has_rule_version = from->rule_version != 0,
        .rule_version = from->rule_version,
    };
    e = padded_text(v->a, from->deadline, sizeof(from->deadline),
                    &ret->deadline);
    if (!failed(e)) {
        e = padded_text(v->a, from->unit, sizeof(from->unit), &ret->unit);
    }
    ret->has_unit = !failed(e) && ret->unit.size > 0;
    return e;
}

static struct err fill_clocks(const struct viewing *v, struct id case_id,
                              struct view_case_file *file)
{
    struct view_clock *clocks = arena_take(v->a, DUE_MAX * sizeof(*clocks));

    if (clocks == NULL) {
        return ERR(ERR_LIMIT);
    }
    for (int clock = 1; clock <= (int)DUE_MAX; clock++) {
        struct clock_now now;
        struct err e = clock_of_case(v->t, case_id, (enum due)clock, &now);

        if (!failed(e) && now.running) {
            e = fill_clock(v, &now, &clocks[file->clocks_count]);
            file->clocks_count++;
        }
        if (failed(e)) {
            return e;
        }
    }
    file->clocks = clocks;
    file->has_clocks = file->clocks_count > 0;
    return OK;
}

/* --------------------------------------------------------------- ladder -- */

static struct err fill_ladder(const struct viewing *v, const uint8_t *head,
                              struct view_case_file *file)
{
    struct view_lamp *lamps;

    if (case_head_ladder_state(head) == 0) {
        return OK;
    }
    lamps = arena_take(v->a, LADDER_STEP_MAX * sizeof(*lamps));
    if (lamps == NULL) {
        return ERR(ERR_LIMIT);
    }
    for (int step = 1; step <= (int)LADDER_STEP_MAX; step++) {
        lamps[step - 1] = (struct view_lamp){
            .step = (enum ladder_step)step,
            .lamp = path_lamp(head, (enum ladder_step)step),
        };
    }
    file->has_ladder = true;
    file->ladder = lamps;
    file->ladder_count = LADDER_STEP_MAX;
    return OK;
}

/* -------------------------------------------------------------- parties -- */

static struct err fill_parties(const struct viewing *v, const uint8_t *head,
                               struct view_case_file *file)
{
    struct view_party *parties =
        arena_take(v->a, CASE_PARTIES * sizeof(*parties));
    struct err e = OK;

    if (parties == NULL) {
        return ERR(ERR_LIMIT);
    }
    for (size_t i = 0;
         i < case_head_party_count(head) && i < CASE_PARTIES && !failed(e);
         i++) {
        struct view_party *party = &parties[file->parties_count];

        *party = (struct view_party){
            .has_informed_only = true,
            .informed_only = (case_head_informed_mask(head) >> i & 1) != 0,
        };
        e = padded_text(v->a, case_party(head, i), 16, &party->unit);
        file->parties_count += !failed(e) && party->unit.size > 0;
    }
    file->parties = parties;
    file->has_parties = file->parties_count > 0;
    return e;
}

/* -------------------------------------------------------- buttons, next -- */

static struct err fill_may(const struct viewing *v, const uint8_t *head,
                           struct view_case_file *file)
{
    struct text *may = arena_take(v->a, CASE_ACTS_MAX * sizeof(*may));
    enum command commands[CASE_ACTS_MAX];

    if (may == NULL) {
        return ERR(ERR_LIMIT);
    }
    file->may_count = who_may(v->x, head, commands);
    for (size_t i = 0; i < file->may_count; i++) {
        may[i] = text_of(command_info[commands[i]].name);
    }
    file->may = may;
    return OK;
}

static struct err fill_next(const struct viewing *v, const uint8_t *head,
                            struct view_case_file *file)
{
    enum command next = path_next(head);
    struct view_next_step *step = &file->next;
    struct who_roles roles;
    struct err e;

    if (next == COMMAND_NONE) {
        return OK;
    }
    e = who_roles(v, next, &roles);
    if (failed(e)) {
        return e;
    }
    file->has_next = true;
    *step = (struct view_next_step){
        .act = text_of(command_info[next].name),
        .has_roles = roles.count > 0,
        .roles = roles.codes,
        .roles_count = roles.count,
        .has_clock = case_head_due_us(head) != 0,
        .clock = (enum due)case_head_due_clock(head),
        .has_due_at = case_head_due_us(head) != 0,
        .due_at = case_head_due_us(head),
        .has_mine = true,
        .mine = who_may_one(v->x, head, next),
    };
    e = padded_text(v->a, case_head_ball_unit(head), 16, &step->unit);
    step->has_unit = !failed(e) && step->unit.size > 0;
    return e;
}

/* ----------------------------------------------------------- suggestion -- */

/* When a clock would fall due that started now; false: the city has no such
 * rule. */
static bool due_from_now(const struct viewing *v, const uint8_t *head,
                         enum due clock, int64_t *ret_us)
{
    const struct catalogue_deadline *rule = catalogue_rule(
        v->x->catalogue, clock, (enum urgency)case_head_urgency(head),
        case_head_category_code(head));

    if (rule == NULL) {
        return false;
    }
    *ret_us = deadline_due_us(v->x->catalogue, rule, v->x->now_us);
    return true;
}

static struct err copy_leads(const struct viewing *v,
                             const struct suggestion *from,
                             struct view_suggestion *to)
{
    struct text *leads = arena_take(v->a, SUGGEST_UNITS_MAX * sizeof(*leads));
    struct view_party *receivers =
        arena_take(v->a, SUGGEST_UNITS_MAX * sizeof(*receivers));
    struct err e = OK;

    assert(from->lead_count <= SUGGEST_UNITS_MAX);
    assert(from->receiver_count <= SUGGEST_UNITS_MAX);
    if (leads == NULL || receivers == NULL) {
        return ERR(ERR_LIMIT);
    }
    for (size_t i = 0; i < from->lead_count && !failed(e); i++) {
        e = padded_text(v->a, from->leads[i], sizeof(from->leads[i]),
                        &leads[i]);
    }
    for (size_t i = 0; i < from->receiver_count && !failed(e); i++) {
        const struct suggested_receiver *r = &from->receivers[i];

        receivers[i] = (struct view_party){
            .has_informed_only = true,
            .informed_only = r->informed_only,
        };
        e = padded_text(v->a, r->unit, sizeof(r->unit), &receivers[i].unit);
    }
    to->leads = leads;
    to->leads_count = from->lead_count;
    to->receivers = receivers;
    to->receivers_count = from->receiver_count;
    return e;
}

static struct err copy_suggestion(const struct viewing *v, const uint8_t *head,
                                  const struct suggestion *from,
                                  struct view_suggestion *to)
{
    struct err e = copy_leads(v, from, to);

    if (!failed(e)) {
        e = padded_text(v->a, from->rule, sizeof(from->rule), &to->rule);
    }
    if (failed(e)) {
        return e;
    }
    to->has_lead = from->lead_count == 1;
    if (to->has_lead) {
        to->lead = to->leads[0];
    }
    to->has_rule = to->rule.size > 0;
    to->has_rule_version = to->has_rule && from->version != 0;
    to->rule_version = from->version;
    to->reason = v->x->lang == LANG_ZH ? from->reason_zh : from->reason_en;
    to->has_reason = to->reason.size > 0;
    to->has_cross_county = true;
    to->cross_county = from->cross_county;
    to->has_sign_due_at = due_from_now(v, head, DUE_SIGN, &to->sign_due_at);
    to->has_handle_due_at =
        due_from_now(v, head, DUE_HANDLE, &to->handle_due_at);
    return OK;
}

/* For who dispatches, and whoever classifies a case may go straight on. */
static bool wants_suggestion(const struct viewing *v, const uint8_t *head)
{
    struct facts facts = case_facts(v->x, head);
    uint8_t state = case_head_state(head);

    return (state == CASE_STATE_TRIAGE || state == CASE_STATE_TO_DISPATCH) &&
           policy_decide(&facts, ACT_DISPATCH_CASE).allow;
}

static struct err fill_suggestion(const struct viewing *v, const uint8_t *head,
                                  struct view_case_file *file)
{
    struct suggest_in ask = {
        .now = case_head_place_code(head),
        .event = case_head_event_code(head),
        .home = case_head_home_code(head),
        .household = case_head_household_code(head),
        .emergency = case_head_ladder_state(head) == LADDER_STATE_RUNNING,
    };
    struct suggestion found;

    if (!wants_suggestion(v, head)) {
        return OK;
    }
    memcpy(ask.category, case_head_category_code(head), sizeof(ask.category));
    catalogue_suggest(v->x->catalogue, &ask, &found);
    file->has_suggestion = true;
    return copy_suggestion(v, head, &found, &file->suggestion);
}

/* -------------------------------------------------------------- archive -- */

/* What of F12 a record of this kind shows to be there. */
static enum archive_item item_of(uint16_t event)
{
    static const struct {
        uint16_t event;
        enum archive_item item;
    } items[] = {
        {EVENT_CASE_REGISTERED, ARCHIVE_ITEM_REGISTRATION},
        {EVENT_CASE_DISPATCHED, ARCHIVE_ITEM_DISPATCH},
        {EVENT_LADDER_MARKED, ARCHIVE_ITEM_LADDER},
        {EVENT_FIRST_CONTACT_MADE, ARCHIVE_ITEM_VISITS},
        {EVENT_CASE_TRIAGED, ARCHIVE_ITEM_ASSESSMENT},
        {EVENT_RESULT_SUBMITTED, ARCHIVE_ITEM_RESULTS},
        {EVENT_CASE_ANSWERED, ARCHIVE_ITEM_RESULTS},
        {EVENT_REFUSAL_DECIDED, ARCHIVE_ITEM_RESULTS},
        {EVENT_CLOCK_OVERDUE, ARCHIVE_ITEM_SUPERVISION},
        {EVENT_CALLBACK_RECORDED, ARCHIVE_ITEM_CALLBACK},
        {EVENT_REVIEW_PASSED, ARCHIVE_ITEM_REVIEW},
    };

    for (size_t i = 0; i < ARRAY_COUNT(items); i++) {
        if (items[i].event == event) {
            return items[i].item;
        }
    }
    return ARCHIVE_ITEM_NONE;
}

enum { ARCHIVE_EVENTS_MAX = 2000 }; /* looked at, from the first on */

static struct err walk_items(const struct viewing *v, struct id case_id,
                             bool ret[static ARCHIVE_ITEM_MAX + 1])
{
    uint8_t from[CASE_TIMELINE_KEY_BYTES];
    struct table_walk *walk;
    struct span key;
    struct span value;
    bool there;
    struct err e = table_walk_begin(v->t, TABLE_CASE_TIMELINE, &walk);

    if (failed(e)) {
        return e;
    }
    case_timeline_key(from, case_id, 0);
    there = table_walk_seek(walk, SPAN(from, sizeof(from)), true, &key, &value);
    for (size_t i = 0; there && i < ARCHIVE_EVENTS_MAX &&
                       id_equal(case_timeline_key_case_id(key.at), case_id);
         i++) {
        if (value.size == CASE_TIMELINE_BYTES) {
            ret[item_of(case_timeline_event(value.at))] = true;
        }
        there = table_walk_next(walk, true, &key, &value);
    }
    return table_walk_end(walk);
}

static struct err fill_archive(const struct viewing *v, struct id case_id,
                               const uint8_t *head, struct view_case_file *file)
{
    bool found[ARCHIVE_ITEM_MAX + 1] = {false};
    enum archive_item *items;
    uint8_t state = case_head_state(head);
    struct err e;

    if (state != CASE_STATE_CLOSED && state != CASE_STATE_ARCHIVE_CHK) {
        return OK;
    }
    items = arena_take(v->a, ARCHIVE_ITEM_MAX * sizeof(*items));
    if (items == NULL) {
        return ERR(ERR_LIMIT);
    }
    e = walk_items(v, case_id, found);
    if (failed(e)) {
        return e;
    }
    found[ARCHIVE_ITEM_CONTACTS] = !id_is_zero(case_head_contact_id(head));
    found[ARCHIVE_ITEM_HASHES] = true; /* every record is in the chain */
    for (int item = 1; item <= (int)ARCHIVE_ITEM_MAX; item++) {
        if (found[item]) {
            items[file->archive_items_count] = (enum archive_item)item;
            file->archive_items_count++;
        }
    }
    file->has_archive_items = true;
    file->archive_items = items;
    return OK;
}

/* ----------------------------------------------------------------- all -- */

struct err fill_standing(const struct viewing *v, struct id case_id,
                         const uint8_t *head, struct view_case_file *file)
{
    struct err e = fill_clocks(v, case_id, file);

    if (!failed(e)) {
        e = fill_ladder(v, head, file);
    }
    if (!failed(e)) {
        e = fill_parties(v, head, file);
    }
    if (!failed(e)) {
        e = fill_may(v, head, file);
    }
    if (!failed(e)) {
        e = fill_next(v, head, file);
    }
    if (!failed(e)) {
        e = fill_suggestion(v, head, file);
    }
    return failed(e) ? e : fill_archive(v, case_id, head, file);
}
