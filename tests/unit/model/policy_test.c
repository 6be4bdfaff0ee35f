/*
 * policy_test.c - the access matrix typed by hand, against policy_decide over
 * the real roles; then the facts, which need a store.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model_fixture.h"

enum { LINES_MAX = 512, LINE_BYTES = 160, COLUMNS = 7 };

struct line {
    char text[LINE_BYTES];
    char *column[COLUMNS];
    size_t count;
};

static struct line lines[LINES_MAX];
static size_t line_count;
static struct world world;

static void read_oracle(void)
{
    FILE *f = fopen("tests/oracle/spine_matrix.tsv", "r");
    char text[LINE_BYTES];

    assert_non_null(f);
    while (fgets(text, sizeof(text), f) != NULL) {
        struct line *l = &lines[line_count];
        char *rest = NULL;
        char *word;

        text[strcspn(text, "\n")] = '\0';
        if (text[0] == '#' || text[0] == '\0') {
            continue;
        }
        assert_true(line_count < LINES_MAX);
        memcpy(l->text, text, sizeof(text));
        for (word = strtok_r(l->text, "\t", &rest); word != NULL;
             word = strtok_r(NULL, "\t", &rest)) {
            assert_true(l->count < COLUMNS);
            l->column[l->count] = word;
            l->count++;
        }
        line_count++;
    }
    assert_int_equal(fclose(f), 0);
    assert_true(line_count > 100);
}

static int start(void **state)
{
    (void)state;
    read_oracle();
    world_make(&world);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    world_free(&world);
    return 0;
}

static const struct line *find_line(const char *kind, const char *role,
                                    const char *what)
{
    for (size_t i = 0; i < line_count; i++) {
        if (strcmp(lines[i].column[0], kind) == 0 &&
            strcmp(lines[i].column[1], role) == 0 &&
            strcmp(lines[i].column[2], what) == 0) {
            return &lines[i];
        }
    }
    return NULL;
}

static const char *const role_codes[] = {
    "R-AGT", "R-SEN", "R-LDR", "R-DSP", "R-CBK", "R-QC",  "R-KNW",
    "R-CTR", "R-BUR", "R-CTY", "R-TWN", "R-VIL", "R-PTL", "R-PTR",
    "R-PRV", "R-LEA", "R-ADM", "R-SEC", "R-AUD",
};

/* Facts as if the actor of this role stood so to the object. */
static struct facts facts_of(const char *role, enum object_kind kind,
                             enum relation relation)
{
    struct actor actor = {.account = fixture_id(9)};
    uint8_t head[CASE_HEAD_BYTES] = {0};
    struct facts f;

    memcpy(actor.role, role, strlen(role));
    case_head_set_state(head, CASE_STATE_TRIAGE);
    policy_facts_of_case(world.catalogue, &actor, head, &f);
    assert_true(f.role_known);
    f.kind = kind;
    f.has_object = kind != OBJECT_NONE;
    f.relation = relation;
    f.leads = relation <= RELATION_UNIT; /* as typed: by its unit's own case */
    f.takes_part = f.leads;
    f.state = kind == OBJECT_CONTACT ? CONTACT_STATE_OPEN : CASE_STATE_TRIAGE;
    return f;
}

static enum object_kind kind_of(enum act act)
{
    switch ((int)act) {
    case ACT_SAVE_DRAFT:
    case ACT_CLOSE_CONTACT:
    case ACT_REGISTER_CASE:
    case ACT_READ_CONTACT:
        return OBJECT_CONTACT;
    case ACT_READ_CASE:
    case ACT_ADD_NOTE:
    case ACT_TRIAGE_CASE:
    case ACT_DISPATCH_CASE:
    case ACT_SIGN_CASE:
    case ACT_FIRST_CONTACT:
    case ACT_SUBMIT_RESULT:
    case ACT_REVIEW_RESULT:
    case ACT_RECORD_CALLBACK:
    case ACT_DECIDE_REDO:
    case ACT_CLOSE_CASE:
    case ACT_CHECK_ARCHIVE:
    case ACT_ARCHIVE_CASE:
    case ACT_SUPPLEMENT_CASE:
    case ACT_ANSWER_CASE:
    case ACT_PROPOSE_REFUSAL:
    case ACT_DECIDE_REFUSAL:
    case ACT_VOID_CASE:
    case ACT_CHANGE_URGENCY:
    case ACT_MARK_LADDER:
    case ACT_STAND_DOWN:
        return OBJECT_CASE;
    default:
        return OBJECT_NONE;
    }
}

static bool is_servers_own(enum act act)
{
    static const char *const own[] = {"open_session",  "close_session",
                                      "enrol_account", "fail_signin",
                                      "record_denied", "record_read"};

    for (size_t i = 0; i < ARRAY_COUNT(own); i++) {
        if (strcmp(own[i], act_code(act)) == 0) {
            return true;
        }
    }
    return false;
}

static char cell_of(struct decision d)
{
    if (d.allow) {
        return 'Y';
    }
    return d.hidden ? 'H' : 'N';
}

/* ------------------------------------------------------------ the oracle -- */

static void every_role_and_act_is_as_typed(void **state)
{
    size_t used = 0;

    (void)state;
    for (size_t r = 0; r < ARRAY_COUNT(role_codes); r++) {
        for (int a = 1; a <= ACT_MAX; a++) {
            enum act act = (enum act)a;
            enum object_kind kind = kind_of(act);
            const struct line *l =
                find_line("may", role_codes[r], act_code(act));

            if (is_servers_own(act)) {
                continue;
            }
            used += l == NULL ? 0 : 1;
            for (int i = RELATION_OWN; i <= RELATION_ALL; i++) {
                struct facts f =
                    facts_of(role_codes[r], kind, (enum relation)i);
                char got = cell_of(policy_decide(&f, act));
                char want = kind == OBJECT_NONE ? 'N' : 'H';

                if (l != NULL) {
                    assert_int_equal(l->count, 7);
                    want = kind == OBJECT_NONE ? l->column[6][0]
                                               : l->column[2 + i][0];
                }
                if (got != want) {
                    fail_msg("%s %s %s: %c, typed %c", role_codes[r],
                             act_code(act), relation_code((enum relation)i),
                             got, want);
                }
            }
        }
    }
    for (size_t i = 0; i < line_count; i++) {
        used -= strcmp(lines[i].column[0], "may") == 0 ? 1 : 0;
    }
    assert_int_equal(used, 0); /* no line names what does not exist */
}

static void check_mask(const struct line *l, enum object_kind kind,
                       enum act act)
{
    enum relation relation = relation_from(text_of(l->column[2]));
    struct facts f = facts_of(l->column[1], kind, relation);
    struct decision d = policy_decide(&f, act);

    assert_true(d.allow);
    assert_int_equal(strlen(l->column[3]), 13);
    assert_int_equal(d.mask.level[GROUP_SELF], MASK_FULL);
    for (int g = 0; g < 13; g++) {
        char got = "-MF"[d.mask.level[GROUP_G1 + g]];

        if (got != l->column[3][g]) {
            fail_msg("%s %s %s G%d: %c, typed %c", l->column[0], l->column[1],
                     l->column[2], g + 1, got, l->column[3][g]);
        }
    }
}

static void every_mask_is_as_typed(void **state)
{
    size_t checked = 0;

    (void)state;
    for (size_t i = 0; i < line_count; i++) {
        if (strcmp(lines[i].column[0], "case") == 0) {
            check_mask(&lines[i], OBJECT_CASE, ACT_READ_CASE);
            checked++;
        } else if (strcmp(lines[i].column[0], "contact") == 0) {
            check_mask(&lines[i], OBJECT_CONTACT, ACT_READ_CONTACT);
            checked++;
        }
    }
    assert_int_equal(checked, 25);
}

static void a_secret_reporter_is_as_typed(void **state)
{
    size_t checked = 0;

    (void)state;
    for (size_t i = 0; i < line_count; i++) {
        const struct line *l = &lines[i];
        struct decision d;
        struct facts f;

        if (strcmp(l->column[0], "secret") != 0) {
            continue;
        }
        f = facts_of(l->column[1], OBJECT_CASE,
                     relation_from(text_of(l->column[2])));
        f.reporter_secret = true;
        d = policy_decide(&f, ACT_READ_CASE);
        assert_true(d.allow);
        if ("-MF"[d.mask.level[GROUP_G2]] != l->column[3][0]) {
            fail_msg("secret %s %s", l->column[1], l->column[2]);
        }
        checked++;
    }
    assert_int_equal(checked, 14);
}

/* --------------------------------------------------------------- the no -- */

static void nobody_who_left_may_do_anything(void **state)
{
    (void)state;
    for (size_t r = 0; r < ARRAY_COUNT(role_codes); r++) {
        for (int a = 1; a <= ACT_MAX; a++) {
            enum act act = (enum act)a;
            struct facts f =
                facts_of(role_codes[r], kind_of(act), RELATION_OWN);

            f.account_active = false;
            assert_int_equal(policy_decide(&f, act).allow, is_servers_own(act));
            f.account_active = true;
            f.role_known = false;
            assert_int_equal(policy_decide(&f, act).allow, is_servers_own(act));
        }
    }
}

static void what_does_not_exist_is_hidden(void **state)
{
    struct facts f = facts_of("R-CTR", OBJECT_CASE, RELATION_ALL);
    struct decision d;

    (void)state;
    f.known = false;
    d = policy_decide(&f, ACT_READ_CASE);
    assert_false(d.allow);
    assert_true(d.hidden);
    assert_true(bytes_all_zero(d.mask.level + GROUP_G1, GROUP_COUNT - 1));
}

static void the_system_touches_no_case(void **state)
{
    struct facts f = {.is_system = true, .known = true};

    (void)state;
    for (int a = 1; a <= ACT_MAX; a++) {
        enum act act = (enum act)a;
        bool want = is_servers_own(act) || act == ACT_MANAGE_ACCOUNTS ||
                    act == ACT_ADOPT_CATALOGUE || act == ACT_TICK;

        f.kind = kind_of(act);
        f.has_object = f.kind != OBJECT_NONE;
        assert_int_equal(policy_decide(&f, act).allow, want);
    }
}

static void the_servers_own_acts_have_no_route(void **state)
{
    (void)state;
    for (int c = 1; c < COMMAND_COUNT; c++) {
        enum act act = act_from(text_of(command_info[c].act));

        assert_int_not_equal(act, ACT_NONE);
        if (is_servers_own(act) || act == ACT_MANAGE_ACCOUNTS ||
            act == ACT_ADOPT_CATALOGUE || act == ACT_TICK) {
            assert_true(command_info[c].internal);
        }
    }
}

static void an_own_mask_ends_with_the_case(void **state)
{
    static const enum case_state ended[] = {
        CASE_STATE_CLOSED, CASE_STATE_ARCHIVED, CASE_STATE_VOID};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(ended); i++) {
        struct facts f = facts_of("R-AGT", OBJECT_CASE, RELATION_OWN);
        struct decision d;

        f.state = (uint8_t)ended[i];
        f.reporter_secret = true;
        d = policy_decide(&f, ACT_READ_CASE);
        assert_true(d.allow);
        assert_string_equal(d.mask_name, "default");
        assert_int_equal(d.mask.level[GROUP_G3], MASK_MASKED);
        assert_int_equal(d.mask.level[GROUP_G6], MASK_NONE);
        assert_int_equal(d.mask.level[GROUP_G2], MASK_NONE);
    }
}

static void writing_ends_with_the_call(void **state)
{
    struct facts f = facts_of("R-AGT", OBJECT_CONTACT, RELATION_OWN);

    (void)state;
    assert_int_equal(policy_decide(&f, ACT_READ_CONTACT).mask.level[GROUP_G7],
                     MASK_FULL);
    f.state = CONTACT_STATE_REGISTERED;
    assert_int_equal(policy_decide(&f, ACT_READ_CONTACT).mask.level[GROUP_G7],
                     MASK_NONE);
    assert_int_equal(policy_decide(&f, ACT_READ_CONTACT).mask.level[GROUP_G2],
                     MASK_FULL);
}

/* -------------------------------------------------------------- the facts --
 */

static enum relation relation_to(const char *login, struct object object)
{
    struct actor actor = world_actor(&world, login);
    struct store_txn *t;
    struct facts f;

    assert_false(failed(store_read_begin(world.store.store, &t)));
    assert_false(failed(policy_facts(t, world.catalogue, &actor, object, &f)));
    store_end(t);
    assert_true(f.known && f.account_active && f.role_known);
    return f.relation;
}

static void relations_are_the_closest_that_holds(void **state)
{
    struct object seen = {OBJECT_CASE,
                          world_case(&world, "agt01", 150223104902)};
    struct object open = {OBJECT_CONTACT, world_take(&world, "agt01")};
    struct object nowhere = {OBJECT_CASE, world_case(&world, "agt01", 0)};

    (void)state;
    assert_int_equal(relation_to("agt01", seen), RELATION_OWN);
    assert_int_equal(relation_to("agt02", seen), RELATION_UNIT);
    assert_int_equal(relation_to("ctr01", seen), RELATION_TERRITORY);
    assert_int_equal(relation_to("cty_dm", seen), RELATION_TERRITORY);
    assert_int_equal(relation_to("twn_blm", seen), RELATION_TERRITORY);
    assert_int_equal(relation_to("cty_gy", seen), RELATION_ALL);
    assert_int_equal(relation_to("ctr01", nowhere), RELATION_ALL);
    assert_int_equal(relation_to("cty_dm", nowhere), RELATION_ALL);
    assert_int_equal(relation_to("agt01", open), RELATION_OWN);
    assert_int_equal(relation_to("agt02", open), RELATION_UNIT);
    assert_int_equal(relation_to("ctr01", open), RELATION_ALL);
}

/* What one of a unit may do to a case that this unit leads, takes part in, or
 * is only told of. */
static bool may_as(const char *role, const char *lead, bool informed,
                   enum act act)
{
    static const char unit[16] = "education";
    struct actor actor = {.account = fixture_id(9)};
    uint8_t head[CASE_HEAD_BYTES] = {0};
    char lead_unit[16] = {0};
    struct facts f;

    memcpy(actor.role, role, strlen(role));
    memcpy(actor.unit, unit, sizeof(actor.unit));
    memcpy(lead_unit, lead, strlen(lead));
    case_head_set_state(head, CASE_STATE_DISPATCHED);
    case_head_set_lead_unit(head, lead_unit);
    case_head_set_party_1(head, unit);
    case_head_set_party_count(head, 1);
    case_head_set_informed_mask(head, informed ? 1 : 0);
    policy_facts_of_case(world.catalogue, &actor, head, &f);
    return policy_decide(&f, act).allow;
}

static void only_the_lead_signs_and_hands_in(void **state)
{
    (void)state;
    assert_true(may_as("R-PTL", "education", false, ACT_SIGN_CASE));
    assert_true(may_as("R-PTL", "education", false, ACT_SUBMIT_RESULT));
    assert_true(may_as("R-PTL", "ca_dm", false, ACT_READ_CASE));
    assert_true(may_as("R-PTL", "ca_dm", false, ACT_FIRST_CONTACT));
    assert_true(may_as("R-PTL", "ca_dm", false, ACT_ADD_NOTE));
    assert_false(may_as("R-PTL", "ca_dm", false, ACT_SIGN_CASE));
    assert_false(may_as("R-PTL", "ca_dm", false, ACT_SUBMIT_RESULT));
}

static void who_is_only_told_reads(void **state)
{
    (void)state;
    assert_true(may_as("R-PTL", "ca_dm", true, ACT_READ_CASE));
    assert_false(may_as("R-PTL", "ca_dm", true, ACT_ADD_NOTE));
    assert_false(may_as("R-PTL", "ca_dm", true, ACT_FIRST_CONTACT));
    assert_false(may_as("R-PTL", "ca_dm", true, ACT_SIGN_CASE));
}

static void a_session_of_an_older_account_version_is_nobody(void **state)
{
    struct actor actor = world_actor(&world, "agt02");
    struct object none = {OBJECT_NONE, {{0}}};
    struct store_txn *t;
    struct facts f;

    (void)state;
    actor.account_version++;
    assert_false(failed(store_read_begin(world.store.store, &t)));
    assert_false(failed(policy_facts(t, world.catalogue, &actor, none, &f)));
    store_end(t);
    assert_false(f.account_active);
    assert_false(policy_decide(&f, ACT_READ_BOARD).allow);
}

static void an_account_is_an_object_like_any_other(void **state)
{
    struct actor agent = world_actor(&world, "agt01");
    struct actor admin = world_actor(&world, "adm01");
    struct object object = {OBJECT_ACCOUNT, agent.account};
    struct store_txn *t;
    struct facts f;

    (void)state;
    assert_int_equal(relation_to("agt01", object), RELATION_OWN);
    assert_int_equal(relation_to("agt02", object), RELATION_ALL);
    assert_false(failed(store_read_begin(world.store.store, &t)));
    assert_false(failed(policy_facts(t, world.catalogue, &admin, object, &f)));
    assert_true(policy_decide(&f, ACT_MANAGE_ACCOUNTS).allow);
    assert_false(failed(policy_facts(t, world.catalogue, &agent, object, &f)));
    assert_int_equal(cell_of(policy_decide(&f, ACT_MANAGE_ACCOUNTS)), 'H');
    object.id = fixture_id(1);
    assert_false(failed(policy_facts(t, world.catalogue, &admin, object, &f)));
    assert_int_equal(cell_of(policy_decide(&f, ACT_MANAGE_ACCOUNTS)), 'H');
    store_end(t);
}

static void grants_and_menus_follow_the_roles(void **state)
{
    struct actor actor = world_actor(&world, "cty_gy");
    struct grant grant =
        policy_grant(world.catalogue, actor.role, ACT_READ_BOARD);
    enum act acts[64];

    (void)state;
    assert_true(grant.any);
    assert_int_equal(grant.relation, RELATION_TERRITORY);
    assert_string_equal(grant.mask_name, "territory");
    assert_int_equal(grant.mask.level[GROUP_G2], MASK_NONE);
    assert_int_equal(policy_may(world.catalogue, &actor, acts), 12);
    assert_false(
        policy_grant(world.catalogue, actor.role, ACT_TAKE_CONTACT).any);
    actor = world_actor(&world, "adm01");
    assert_false(policy_grant(world.catalogue, actor.role, ACT_READ_BOARD).any);
    memset(actor.role, 'X', sizeof(actor.role));
    assert_int_equal(policy_may(world.catalogue, &actor, acts), 0);
    assert_false(policy_grant(world.catalogue, actor.role, ACT_READ_BOARD).any);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_role_and_act_is_as_typed),
        cmocka_unit_test(every_mask_is_as_typed),
        cmocka_unit_test(a_secret_reporter_is_as_typed),
        cmocka_unit_test(nobody_who_left_may_do_anything),
        cmocka_unit_test(what_does_not_exist_is_hidden),
        cmocka_unit_test(the_system_touches_no_case),
        cmocka_unit_test(the_servers_own_acts_have_no_route),
        cmocka_unit_test(an_own_mask_ends_with_the_case),
        cmocka_unit_test(writing_ends_with_the_call),
        cmocka_unit_test(relations_are_the_closest_that_holds),
        cmocka_unit_test(only_the_lead_signs_and_hands_in),
        cmocka_unit_test(who_is_only_told_reads),
        cmocka_unit_test(a_session_of_an_older_account_version_is_nobody),
        cmocka_unit_test(an_account_is_an_object_like_any_other),
        cmocka_unit_test(grants_and_menus_follow_the_roles),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
