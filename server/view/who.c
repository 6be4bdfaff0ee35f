/*
 * who.c - what can be done to a case, by this reader and by whom else.
 *
 * The same two questions as in the writer, the policy and then the path, so a
 * button that is shown is one that works. What the body of a command says is
 * judged only there.
 */
#include "view/parts.h"

#include <assert.h>
#include <string.h>

/* In the order of the path; moves: it is work that waits for somebody. */
static const struct case_act {
    enum command command;
    enum act act;
    bool moves;
} case_acts[] = {
    {COMMAND_TRIAGE_CASE, ACT_TRIAGE_CASE, true},
    {COMMAND_ANSWER_CASE, ACT_ANSWER_CASE, true},
    {COMMAND_PROPOSE_REFUSAL, ACT_PROPOSE_REFUSAL, true},
    {COMMAND_DECIDE_REFUSAL, ACT_DECIDE_REFUSAL, true},
    {COMMAND_DISPATCH_CASE, ACT_DISPATCH_CASE, true},
    {COMMAND_SIGN_CASE, ACT_SIGN_CASE, true},
    {COMMAND_RECORD_FIRST_CONTACT, ACT_FIRST_CONTACT, true},
    {COMMAND_SUBMIT_RESULT, ACT_SUBMIT_RESULT, true},
    {COMMAND_REVIEW_RESULT, ACT_REVIEW_RESULT, true},
    {COMMAND_RECORD_CALLBACK, ACT_RECORD_CALLBACK, true},
    {COMMAND_DECIDE_REDO, ACT_DECIDE_REDO, true},
    {COMMAND_CLOSE_CASE, ACT_CLOSE_CASE, true},
    {COMMAND_CHECK_ARCHIVE, ACT_CHECK_ARCHIVE, true},
    {COMMAND_ARCHIVE_CASE, ACT_ARCHIVE_CASE, true},
    {COMMAND_SUPPLEMENT_CASE, ACT_SUPPLEMENT_CASE, false},
    {COMMAND_VOID_CASE, ACT_VOID_CASE, false},
    {COMMAND_CHANGE_URGENCY, ACT_CHANGE_URGENCY, false},
    {COMMAND_START_EMERGENCY, ACT_RAISE_EMERGENCY, false},
    {COMMAND_MARK_LADDER, ACT_MARK_LADDER, false},
    {COMMAND_STAND_DOWN, ACT_STAND_DOWN, false},
    {COMMAND_ADD_NOTE, ACT_ADD_NOTE, false},
};

static_assert(ARRAY_COUNT(case_acts) <= CASE_ACTS_MAX, "may holds them all");

struct facts case_facts(const struct view_context *x, const uint8_t *head)
{
    struct facts facts;

    policy_facts_of_case(x->catalogue, &x->actor, head, &facts);
    return facts;
}

static bool can(const struct view_context *x, const struct facts *facts,
                const uint8_t *head, const struct case_act *row)
{
    return path_check(x->catalogue, &x->actor, head, row->command) ==
               REFUSAL_NONE &&
           policy_decide(facts, row->act).allow;
}

size_t who_may(const struct view_context *x, const uint8_t *head,
               enum command ret[static CASE_ACTS_MAX])
{
    struct facts facts = case_facts(x, head);
    size_t count = 0;

    for (size_t i = 0; i < ARRAY_COUNT(case_acts); i++) {
        if (can(x, &facts, head, &case_acts[i])) {
            ret[count] = case_acts[i].command;
            count++;
        }
    }
    return count;
}

bool who_may_one(const struct view_context *x, const uint8_t *head,
                 enum command command)
{
    struct facts facts = case_facts(x, head);

    for (size_t i = 0; i < ARRAY_COUNT(case_acts); i++) {
        if (case_acts[i].command == command) {
            return can(x, &facts, head, &case_acts[i]);
        }
    }
    return false;
}

bool who_may_move(const struct view_context *x, const uint8_t *head)
{
    struct facts facts = case_facts(x, head);

    for (size_t i = 0; i < ARRAY_COUNT(case_acts); i++) {
        if (case_acts[i].moves && can(x, &facts, head, &case_acts[i])) {
            return true;
        }
    }
    return false;
}

/* --------------------------------------------------------------- others -- */

enum act who_act(enum command command)
{
    assert(command > COMMAND_NONE && command < COMMAND_COUNT);
    return act_from(text_of(command_info[command].act));
}

struct err who_roles(const struct viewing *v, enum command command,
                     struct who_roles *ret)
{
    struct granted_role roles[GRANTED_ROLES_MAX];
    size_t count =
        catalogue_roles_for(v->x->catalogue, who_act(command), roles);
    struct text *codes = arena_take(v->a, WHO_ROLES_MAX * sizeof(*codes));

    if (codes == NULL) {
        return ERR(ERR_LIMIT);
    }
    *ret = (struct who_roles){.codes = codes};
    for (size_t i = 0; i < count && i < WHO_ROLES_MAX; i++) {
        struct err e =
            padded_text(v->a, roles[i].code, sizeof(roles[i].code), &codes[i]);

        if (failed(e)) {
            return e;
        }
        ret->count++;
    }
    return OK;
}

struct err who_names(const struct view_context *x, enum command command,
                     struct arena *a, struct text *ret)
{
    static const char between[2][4] = {"、", ", "};
    struct granted_role roles[GRANTED_ROLES_MAX];
    size_t count = catalogue_roles_for(x->catalogue, who_act(command), roles);
    size_t between_size = strlen(between[x->lang]);
    size_t size = 0;
    char *at;

    for (size_t i = 0; i < count; i++) {
        size += roles[i].name[x->lang].size + between_size;
    }
    at = arena_take(a, size + 1);
    if (at == NULL) {
        return ERR(ERR_LIMIT);
    }
    size = 0;
    for (size_t i = 0; i < count; i++) {
        struct text name = roles[i].name[x->lang];

        if (i > 0) {
            memcpy(at + size, between[x->lang], between_size);
            size += between_size;
        }
        memcpy(at + size, name.at, name.size);
        size += name.size;
    }
    *ret = (struct text){at, size};
    return OK;
}
