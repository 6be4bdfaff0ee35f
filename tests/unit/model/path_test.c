/*
 * path_test.c - which state takes which command, and from whom.
 *
 * The cells are typed by hand from the transitions T3 to T30: a letter a
 * state.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model_fixture.h"
#include "model/path.h"

static struct world world;

static int start(void **state)
{
    (void)state;
    world_make(&world);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    world_free(&world);
    return 0;
}

/* In the order of the columns below. */
static const uint8_t states[] = {
    CASE_STATE_TRIAGE,      CASE_STATE_REFUSED,    CASE_STATE_ANSWERED,
    CASE_STATE_TO_DISPATCH, CASE_STATE_DISPATCHED, CASE_STATE_IN_PROGRESS,
    CASE_STATE_RETURN_REQ,  CASE_STATE_SUSPENDED,  CASE_STATE_SUBMITTED,
    CASE_STATE_CALLBACK,    CASE_STATE_REDO,       CASE_STATE_CLOSED,
    CASE_STATE_ARCHIVE_CHK, CASE_STATE_ARCHIVED,   CASE_STATE_MERGED,
    CASE_STATE_REOPENED,    CASE_STATE_VOID,
};

static const struct {
    enum command command;
    const char *takes; /* y: takes it, a letter: refused for another reason */
} cells[] = {
    /*                              T R A D S P R S S C R C A A M R V */
    {COMMAND_TRIAGE_CASE, "y................"},
    {COMMAND_ANSWER_CASE, "y................"},
    {COMMAND_PROPOSE_REFUSAL, "y................"},
    {COMMAND_DECIDE_REFUSAL, "p................"},
    {COMMAND_VOID_CASE, "y................"},
    {COMMAND_DISPATCH_CASE, "...y............."},
    {COMMAND_SIGN_CASE, "....y.....y......"},
    {COMMAND_RECORD_FIRST_CONTACT, ".....y..........."},
    {COMMAND_SUBMIT_RESULT, ".....y..........."},
    {COMMAND_REVIEW_RESULT, "........y........"},
    {COMMAND_RECORD_CALLBACK, ".........y......."},
    {COMMAND_DECIDE_REDO, ".........r......."},
    {COMMAND_CLOSE_CASE, ".........c......."},
    {COMMAND_CHECK_ARCHIVE, "...........y....."},
    {COMMAND_ARCHIVE_CASE, "............y...."},
    {COMMAND_SUPPLEMENT_CASE, ".............y..."},
    {COMMAND_ADD_NOTE, "yyyyyyyyyyyyy.yyy"},
    {COMMAND_CHANGE_URGENCY, "y..yyyyyyyy......"},
    {COMMAND_START_EMERGENCY, "y..yyyyyyyy......"},
    {COMMAND_MARK_LADDER, "lllllllllllllllll"},
    {COMMAND_STAND_DOWN, "lllllllllllllllll"},
};

static enum refusal meaning(char cell)
{
    switch (cell) {
    case 'y':
        return REFUSAL_NONE;
    case '.':
        return REFUSAL_CASE_WRONG_STATE;
    case 'p':
        return REFUSAL_REFUSAL_NOT_PROPOSED;
    case 'r':
        return REFUSAL_REDO_NOT_PROPOSED;
    case 'c':
        return REFUSAL_CALLBACK_NOT_DONE;
    case 'l':
        return REFUSAL_EMERGENCY_NOT_RUNNING;
    default:
        fail_msg("no such cell: %c", cell);
        return REFUSAL_NONE;
    }
}

/* A head with a category, so that it is not triaged a second time. */
static void make_head(uint8_t *head, uint8_t state)
{
    static const char category[8] = "B01";

    memset(head, 0, CASE_HEAD_BYTES);
    case_head_set_state(head, state);
    case_head_set_category_code(head, category);
}

static void every_state_and_command(void **state)
{
    struct actor actor = world_actor(&world, "ctr01");
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cells); i++) {
        assert_int_equal(strlen(cells[i].takes), ARRAY_COUNT(states));
        for (size_t s = 0; s < ARRAY_COUNT(states); s++) {
            make_head(head, states[s]);
            if (path_check(world.catalogue, &actor, head, cells[i].command) !=
                meaning(cells[i].takes[s])) {
                fail_msg("%s in state %u", command_info[cells[i].command].name,
                         (unsigned)states[s]);
            }
        }
    }
}

static enum refusal check(const char *login, const uint8_t *head,
                          enum command command)
{
    struct actor actor = world_actor(&world, login);

    return path_check(world.catalogue, &actor, head, command);
}

static struct id account(const char *login)
{
    return world_actor(&world, login).account;
}

static void who_handled_does_not_review_call_back_or_archive(void **state)
{
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    make_head(head, CASE_STATE_SUBMITTED);
    case_head_set_review_step(head, 1);
    case_head_set_review_steps(head, 2);
    case_head_set_ball_unit(head, world_actor(&world, "cty_dm").unit);
    case_head_set_agent(head, account("agt01"));
    case_head_set_handler(head, account("cty_dm"));
    assert_int_equal(check("cty_dm", head, COMMAND_REVIEW_RESULT),
                     REFUSAL_CASE_SAME_PERSON);
    assert_int_equal(check("ctr01", head, COMMAND_REVIEW_RESULT), REFUSAL_NONE);
    case_head_set_submitter(head, account("ctr01"));
    assert_int_equal(check("ctr01", head, COMMAND_REVIEW_RESULT),
                     REFUSAL_CASE_SAME_PERSON);
    case_head_set_submitter(head, account("cty_dm"));
    case_head_set_reviewer(head, account("ctr01"));
    case_head_set_state(head, CASE_STATE_CALLBACK);
    assert_int_equal(check("ctr01", head, COMMAND_RECORD_CALLBACK),
                     REFUSAL_CASE_SAME_PERSON);
    assert_int_equal(check("agt01", head, COMMAND_RECORD_CALLBACK),
                     REFUSAL_CASE_SAME_PERSON);
    assert_int_equal(check("cty_dm", head, COMMAND_RECORD_CALLBACK),
                     REFUSAL_CASE_SAME_PERSON);
    assert_int_equal(check("agt02", head, COMMAND_RECORD_CALLBACK),
                     REFUSAL_NONE);
    case_head_set_caller_back(head, account("agt02"));
    case_head_set_state(head, CASE_STATE_CLOSED);
    assert_int_equal(check("agt02", head, COMMAND_CHECK_ARCHIVE),
                     REFUSAL_CASE_SAME_PERSON);
    assert_int_equal(check("ctr01", head, COMMAND_CHECK_ARCHIVE),
                     REFUSAL_CASE_SAME_PERSON);
    assert_int_equal(check("ldr01", head, COMMAND_CHECK_ARCHIVE), REFUSAL_NONE);
}

static void the_second_step_is_the_centres(void **state)
{
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    make_head(head, CASE_STATE_SUBMITTED);
    case_head_set_review_step(head, 2);
    case_head_set_review_steps(head, 2);
    assert_int_equal(check("cty_gy", head, COMMAND_REVIEW_RESULT),
                     REFUSAL_REVIEW_CENTRE_ONLY);
    assert_int_equal(check("ctr01", head, COMMAND_REVIEW_RESULT), REFUSAL_NONE);
    case_head_set_reviewer(head, account("ctr01"));
    assert_int_equal(check("ctr01", head, COMMAND_REVIEW_RESULT),
                     REFUSAL_CASE_SAME_PERSON);
}

static void danger_is_never_refused_or_answered_away(void **state)
{
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    for (int way = 0; way < 2; way++) {
        make_head(head, CASE_STATE_TRIAGE);
        if (way == 0) {
            case_head_set_danger(head, 1);
        } else {
            case_head_set_ladder_state(head, LADDER_STATE_RUNNING);
        }
        assert_int_equal(check("agt01", head, COMMAND_PROPOSE_REFUSAL),
                         REFUSAL_CASE_DANGER_SET);
        assert_int_equal(check("agt01", head, COMMAND_ANSWER_CASE),
                         REFUSAL_CASE_DANGER_SET);
    }
    assert_int_equal(check("ldr01", head, COMMAND_VOID_CASE),
                     REFUSAL_CASE_EMERGENCY_RUNNING);
    assert_int_equal(check("ldr01", head, COMMAND_START_EMERGENCY),
                     REFUSAL_EMERGENCY_RUNNING);
}

static void a_callback_ends_after_enough_tries_on_enough_days(void **state)
{
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    make_head(head, CASE_STATE_CALLBACK);
    case_head_set_callback_state(head, CALLBACK_STATE_TRIED);
    case_head_set_callback_attempts(head, 3);
    case_head_set_callback_days(head, 1);
    assert_int_equal(check("ctr01", head, COMMAND_CLOSE_CASE),
                     REFUSAL_CALLBACK_NOT_DONE);
    case_head_set_callback_days(head, 2);
    assert_int_equal(check("ctr01", head, COMMAND_CLOSE_CASE), REFUSAL_NONE);
    case_head_set_callback_attempts(head, 2);
    assert_int_equal(check("ctr01", head, COMMAND_CLOSE_CASE),
                     REFUSAL_CALLBACK_NOT_DONE);
    case_head_set_callback_state(head, CALLBACK_STATE_DONE);
    assert_int_equal(check("ctr01", head, COMMAND_CLOSE_CASE), REFUSAL_NONE);
    case_head_set_ladder_state(head, LADDER_STATE_RUNNING);
    assert_int_equal(check("ctr01", head, COMMAND_CLOSE_CASE),
                     REFUSAL_CASE_EMERGENCY_RUNNING);
}

static void what_comes_next(void **state)
{
    static const struct {
        uint8_t state;
        enum command want;
    } rows[] = {
        {CASE_STATE_TRIAGE, COMMAND_TRIAGE_CASE},
        {CASE_STATE_TO_DISPATCH, COMMAND_DISPATCH_CASE},
        {CASE_STATE_DISPATCHED, COMMAND_SIGN_CASE},
        {CASE_STATE_IN_PROGRESS, COMMAND_RECORD_FIRST_CONTACT},
        {CASE_STATE_SUBMITTED, COMMAND_REVIEW_RESULT},
        {CASE_STATE_CALLBACK, COMMAND_RECORD_CALLBACK},
        {CASE_STATE_REDO, COMMAND_SIGN_CASE},
        {CASE_STATE_CLOSED, COMMAND_CHECK_ARCHIVE},
        {CASE_STATE_ARCHIVE_CHK, COMMAND_ARCHIVE_CASE},
        {CASE_STATE_ARCHIVED, COMMAND_NONE},
        {CASE_STATE_VOID, COMMAND_NONE},
    };
    uint8_t head[CASE_HEAD_BYTES];

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        make_head(head, rows[i].state);
        assert_int_equal(path_next(head), rows[i].want);
    }
    make_head(head, CASE_STATE_IN_PROGRESS);
    case_head_set_contacted(head, 1);
    assert_int_equal(path_next(head), COMMAND_SUBMIT_RESULT);
    make_head(head, CASE_STATE_CALLBACK);
    case_head_set_callback_state(head, CALLBACK_STATE_REDO_PROPOSED);
    assert_int_equal(path_next(head), COMMAND_DECIDE_REDO);
    case_head_set_callback_state(head, CALLBACK_STATE_DONE);
    assert_int_equal(path_next(head), COMMAND_CLOSE_CASE);
    make_head(head, CASE_STATE_TRIAGE);
    case_head_set_refusal_state(head, 1);
    assert_int_equal(path_next(head), COMMAND_DECIDE_REFUSAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_and_command),
        cmocka_unit_test(who_handled_does_not_review_call_back_or_archive),
        cmocka_unit_test(the_second_step_is_the_centres),
        cmocka_unit_test(danger_is_never_refused_or_answered_away),
        cmocka_unit_test(a_callback_ends_after_enough_tries_on_enough_days),
        cmocka_unit_test(what_comes_next),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
