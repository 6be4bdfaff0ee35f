/*
 * answer.c - from a read or a granted command to its answer.
 *
 *      facts ──> decide ── no ──> as if the object did not exist
 *            │
 *      render under the mask of that decision
 *
 * A reader without the act gets the same answer for an object that is there
 * as for one that is not, and so learns nothing from asking.
 */
#include "view/parts.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { PAGE_ROWS = 50 };

void answer_init(struct answer *a)
{
    *a = (struct answer){0};
    json_out_init(&a->body, LIMIT_ANSWER_BYTES);
}

void answer_release(struct answer *a) { json_out_release(&a->body); }

void answer_refuse(struct answer *a, enum refusal refusal)
{
    a->refusal = refusal;
}

void answer_etag(struct answer *a, int64_t version)
{
    int n = snprintf(a->etag, sizeof(a->etag), "\"%lld\"", (long long)version);

    assert(n > 0 && (size_t)n < sizeof(a->etag));
}

size_t page_limit(bool has_limit, int64_t limit)
{
    if (!has_limit) {
        return PAGE_ROWS;
    }
    assert(limit >= 1); /* the decoder's bounds */
    return limit > LIMIT_PAGE_ROWS ? LIMIT_PAGE_ROWS : (size_t)limit;
}

struct err padded_text(struct arena *a, const char *at, size_t size_max,
                       struct text *ret)
{
    struct text copy =
        arena_copy_text(a, (struct text){at, strnlen(at, size_max)});

    if (copy.at == NULL) {
        return ERR(ERR_LIMIT);
    }
    *ret = copy;
    return OK;
}

struct err login_text(const struct viewing *v, struct id account,
                      struct text *ret)
{
    char login[32];
    struct err e = account_login_of(v->t, account, login);

    return failed(e) ? e : padded_text(v->a, login, sizeof(login), ret);
}

/* ------------------------------------------------------------ deciding -- */

bool decide_role(const struct viewing *v, enum act act, struct grant *ret_grant)
{
    struct grant grant = policy_grant(v->x->catalogue, v->x->actor.role, act);

    if (!grant.any) {
        answer_refuse(v->ret, REFUSAL_RIGHT_DENIED);
        v->ret->denied_by_right = true;
        return false;
    }
    grant.mask.level[GROUP_SELF] = MASK_FULL;
    *ret_grant = grant;
    return true;
}

static struct err decide_at(const struct viewing *v, enum act act,
                            struct object object, struct facts *ret_facts,
                            struct decision *ret)
{
    struct err e =
        policy_facts(v->t, v->x->catalogue, &v->x->actor, object, ret_facts);

    if (failed(e)) {
        return e;
    }
    *ret = policy_decide(ret_facts, act);
    ret->mask.level[GROUP_SELF] = MASK_FULL;
    return OK;
}

struct err decide_object(const struct viewing *v, enum act act,
                         struct object object, enum refusal unknown,
                         struct decision *ret_decision, bool *ret_allowed)
{
    struct decision decision = {0};
    struct facts facts;
    struct err e = decide_at(v, act, object, &facts, &decision);

    *ret_allowed = false;
    if (failed(e)) {
        return e;
    }
    if (facts.known && decision.allow) {
        *ret_decision = decision;
        *ret_allowed = true;
        return OK;
    }
    answer_refuse(v->ret, !facts.known || decision.hidden
                              ? unknown
                              : REFUSAL_RIGHT_DENIED);
    v->ret->denied_by_right = facts.known;
    if (facts.known) {
        v->ret->denied_object = object.id;
    }
    return OK;
}

struct err answer_mask(const struct viewing *v, enum act act,
                       struct object object, struct mask *ret)
{
    struct decision decision = {0};
    struct facts facts;
    struct err e = decide_at(v, act, object, &facts, &decision);

    if (failed(e)) {
        return e;
    }
    if (!decision.allow) { /* who may do but not read still gets the number */
        decision.mask = (struct mask){0};
        decision.mask.level[GROUP_SELF] = MASK_FULL;
        decision.mask.level[GROUP_G1] = MASK_FULL;
    }
    *ret = decision.mask;
    return OK;
}

/* --------------------------------------------------------------- parts -- */

size_t part_of_class(const struct record *r, enum part_class class, size_t nth)
{
    for (size_t i = 0; i < r->part_count; i++) {
        if (r->parts[i].part_class == class && nth-- == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

struct err part_open(const struct viewing *v, const struct record *r,
                     size_t part_index, struct opened *ret)
{
    struct text json;
    struct err e;

    *ret = (struct opened){.present = part_index != SIZE_MAX};
    if (!ret->present) {
        return OK;
    }
    e = log_open_part(v->t, r, part_index, v->a, &json);
    if (failed(e) && e.code == ERR_MISSING) {
        ret->erased = true;
        return OK;
    }
    if (!failed(e)) {
        ret->json = json;
    }
    return e;
}

/* --------------------------------------------------------------- reads -- */

/* What a read is about, for the trail: a member of its parameters. */
enum about {
    ABOUT_NOTHING,
    ABOUT_CASE_NO,
    ABOUT_CONTACT_ID,
};

static const struct read_row {
    struct err (*render)(const struct viewing *v, const void *params);
    enum about about;
    size_t about_offset;
} read_rows[READ_COUNT] = {
    [READ_LIST_CASES] = {.render = read_list_cases},
    [READ_LIST_CONTACTS] = {.render = read_list_contacts},
    [READ_LIST_DUTY] = {.render = read_list_duty},
    [READ_LIST_UNITS] = {.render = read_list_units},
    [READ_LIST_WORK] = {.render = read_list_work},
    [READ_READ_CASE] = {read_read_case, ABOUT_CASE_NO,
                        offsetof(struct read_read_case, no)},
    [READ_READ_CATALOGUE] = {.render = read_read_catalogue},
    [READ_READ_CONTACT] = {read_read_contact, ABOUT_CONTACT_ID,
                           offsetof(struct read_read_contact, contact_id)},
    [READ_READ_DRAFT] = {read_read_draft, ABOUT_CONTACT_ID,
                         offsetof(struct read_read_draft, contact_id)},
    [READ_READ_TERRITORY] = {.render = read_read_territory},
    [READ_READ_TIMELINE] = {read_read_timeline, ABOUT_CASE_NO,
                            offsetof(struct read_read_timeline, no)},
};

/* Of a number that no case has the id is zero. */
static struct err find_object(struct store_txn *t, const struct read_row *row,
                              const void *params, struct object *ret)
{
    const uint8_t *at = (const uint8_t *)params + row->about_offset;
    struct id case_id = {{0}};
    bool found = false;
    struct case_no no;
    struct err e;

    if (row->about == ABOUT_CONTACT_ID) {
        ret->kind = OBJECT_CONTACT;
        memcpy(&ret->id, at, sizeof(ret->id));
        return OK;
    }
    assert(row->about == ABOUT_CASE_NO);
    memcpy(&no, at, sizeof(no));
    e = case_by_number(t, no, &case_id, &found);
    *ret = (struct object){OBJECT_CASE, case_id};
    return e;
}

static bool shows_somebody(const struct mask *m)
{
    for (int group = GROUP_G2; group < GROUP_G13; group++) {
        if (m->level[group] != MASK_NONE) {
            return true;
        }
    }
    return false;
}

struct err view_trail_need(struct store_txn *t, const struct view_context *x,
                           enum read read, const void *params,
                           struct trail_need *ret)
{
    struct viewing v = {.t = t, .x = x};
    struct decision decision = {0};
    struct object object = {0};
    const struct read_row *row;
    struct facts facts;
    bool is_case;
    struct err e;

    assert(read > READ_NONE && read < READ_COUNT);
    row = &read_rows[read];
    *ret = (struct trail_need){0};
    if (row->about == ABOUT_NOTHING) {
        return OK;
    }
    e = find_object(t, row, params, &object);
    if (failed(e) || id_is_zero(object.id)) {
        return e;
    }
    is_case = object.kind == OBJECT_CASE;
    e = decide_at(&v, is_case ? ACT_READ_CASE : ACT_READ_CONTACT, object,
                  &facts, &decision);
    if (failed(e) || !facts.known || !decision.allow) {
        return e;
    }
    ret->needed = shows_somebody(&decision.mask);
    ret->case_id = object.id;
    ret->kind = is_case ? READ_KIND_CASE : READ_KIND_CONTACT;
    memcpy(ret->mask_name, decision.mask_name, sizeof(ret->mask_name));
    return OK;
}

/* A refused answer has no body; a body that was cut is no answer. */
static struct err finish(struct answer *a)
{
    struct text body;

    if (a->refusal != REFUSAL_NONE) {
        assert(a->body.size == 0);
        return OK;
    }
    return json_out_text(&a->body, &body);
}

struct err view_read(struct store_txn *t, const struct view_context *x,
                     enum read read, const void *params, struct arena *a,
                     struct answer *ret)
{
    const struct viewing v = {t, x, a, ret};
    struct err e;

    assert(read > READ_NONE && read < READ_COUNT);
    assert(read_rows[read].render != NULL);
    e = read_rows[read].render(&v, params);
    return failed(e) ? e : finish(ret);
}

/* ------------------------------------------------------------ commands -- */

static struct err (*const command_rows[COMMAND_COUNT])(
    const struct viewing *v, const struct granted *g) = {
    [COMMAND_ADD_NOTE] = answer_note,
    [COMMAND_ANSWER_CASE] = answer_row,
    [COMMAND_ARCHIVE_CASE] = answer_row,
    [COMMAND_CHANGE_URGENCY] = answer_row,
    [COMMAND_CHECK_ARCHIVE] = answer_row,
    [COMMAND_CLOSE_CASE] = answer_row,
    [COMMAND_CLOSE_CONTACT] = answer_contact,
    [COMMAND_DECIDE_REDO] = answer_row,
    [COMMAND_DECIDE_REFUSAL] = answer_row,
    [COMMAND_DISPATCH_CASE] = answer_row,
    [COMMAND_MARK_LADDER] = answer_row,
    [COMMAND_PROPOSE_REFUSAL] = answer_row,
    [COMMAND_RAISE_EMERGENCY] = answer_registered,
    [COMMAND_RECORD_CALLBACK] = answer_row,
    [COMMAND_RECORD_FIRST_CONTACT] = answer_row,
    [COMMAND_REGISTER_CASE] = answer_registered,
    [COMMAND_REVIEW_RESULT] = answer_row,
    [COMMAND_SAVE_DRAFT] = answer_draft,
    [COMMAND_SIGN_CASE] = answer_row,
    [COMMAND_STAND_DOWN] = answer_row,
    [COMMAND_START_EMERGENCY] = answer_row,
    [COMMAND_SUBMIT_RESULT] = answer_row,
    [COMMAND_SUPPLEMENT_CASE] = answer_row,
    [COMMAND_TAKE_CONTACT] = answer_contact,
    [COMMAND_TRIAGE_CASE] = answer_row,
    [COMMAND_VOID_CASE] = answer_row,
};

struct err view_command_answer(struct store_txn *t,
                               const struct view_context *x,
                               const struct granted *g, struct arena *a,
                               struct answer *ret)
{
    const struct viewing v = {t, x, a, ret};
    struct err e;

    assert(g->command > COMMAND_NONE && g->command < COMMAND_COUNT);
    assert(command_rows[g->command] != NULL); /* internal ones have none */
    e = command_rows[g->command](&v, g);
    return failed(e) ? e : finish(ret);
}
