/*
 * main_path.c - see main_path.h.
 */
#include "lib/main_path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MUST(refusal) assert_int_equal((refusal), REFUSAL_NONE)
#define OK_OR_FAIL(e) assert_int_equal((e).code, ERR_NONE)

void path_world(struct world *w)
{
    static const char *const people[][3] = {
        {"cty_gy2", "R-CTY", "ca_gy"}, {"ctr02", "R-CTR", "protect_centre"},
        {"pol01", "R-PTL", "police"},  {"ctr03", "R-CTR", "protect_centre"},
        {"pol02", "R-PTL", "police"},  {"cbk01", "R-CBK", "service_centre"},
        {"cty_dm2", "R-CTY", "ca_dm"}, {"cty_gy3", "R-CTY", "ca_gy"},
    };

    world_make(w);
    for (size_t i = 0; i < ARRAY_COUNT(people); i++) {
        MUST(world_add_account(w, people[i][0], people[i][1], people[i][2]));
    }
}

void path_acting(struct world *w, const char *content)
{
    static const char kind[] = "acting";
    struct cmd_adopt_catalogue command = {
        .kind = text_of(kind),
        .effective_from = WORLD_START_US,
        .content = text_of(content),
    };
    struct text before;
    struct store_txn *t;
    uint32_t version;

    OK_OR_FAIL(store_read_begin(w->store.store, &t));
    OK_OR_FAIL(catalogue_newest(t, kind, w->arena, &before, &version));
    store_end(t);
    command.version = (int64_t)version + 1;
    MUST(world_do(w, "", COMMAND_ADOPT_CATALOGUE, &command));
    world_reload(w);
}

/* ---------------------------------------------------------------- steps -- */

struct id path_triaged(struct world *w, const char *category)
{
    struct cmd_triage_case command = {
        .category = text_of(category),
        .urgency = URGENCY_GENERAL,
        .has_why_no_emergency = true,
        .why_no_emergency = text_of("孩子现在安全"),
    };
    struct id case_id = world_case(w, "agt01", PATH_PLACE);

    command.no = world_no(w, case_id);
    MUST(world_do(w, "agt01", COMMAND_TRIAGE_CASE, &command));
    assert_int_equal(path_state(w, case_id), CASE_STATE_TO_DISPATCH);
    return case_id;
}

void path_dispatch(struct world *w, struct id case_id, const char *lead)
{
    struct cmd_dispatch_case command = {
        .no = world_no(w, case_id),
        .lead = text_of(lead),
        .has_text = true,
        .text = text_of("就近办理"),
    };

    MUST(world_do(w, "ldr01", COMMAND_DISPATCH_CASE, &command));
}

void path_sign(struct world *w, struct id case_id, const char *login)
{
    struct cmd_sign_case command = {.no = world_no(w, case_id)};

    MUST(world_do(w, login, COMMAND_SIGN_CASE, &command));
}

void path_submit(struct world *w, struct id case_id, const char *login,
                 enum child_safety safety)
{
    struct cmd_submit_result command = {
        .no = world_no(w, case_id),
        .result_code = RESULT_CODE_SOLVED,
        .facts = text_of("已入户核实"),
        .child_safety = safety,
        .has_remaining = true,
        .remaining = text_of("每周走访"),
    };

    MUST(world_do(w, login, COMMAND_SUBMIT_RESULT, &command));
}

void path_pass(struct world *w, struct id case_id, const char *login)
{
    struct cmd_review_result command = {.no = world_no(w, case_id),
                                        .passed = true};

    MUST(world_do(w, login, COMMAND_REVIEW_RESULT, &command));
}

struct cmd_record_callback path_answer(struct world *w, struct id case_id,
                                       enum satisfaction satisfaction)
{
    return (struct cmd_record_callback){
        .no = world_no(w, case_id),
        .outcome = CALLBACK_OUTCOME_CONNECTED,
        .has_handled = true,
        .handled = TRI_YES,
        .has_solved = true,
        .solved = TRI_YES,
        .has_satisfaction = true,
        .satisfaction = satisfaction,
    };
}

/* ----------------------------------------------------------------- ways -- */

struct id path_dispatched(struct world *w, const char *category)
{
    struct id case_id = path_triaged(w, category);

    path_dispatch(w, case_id, "ca_gy");
    return case_id;
}

struct id path_signed(struct world *w, const char *category)
{
    struct id case_id = path_dispatched(w, category);

    path_sign(w, case_id, "cty_gy");
    return case_id;
}

struct id path_submitted(struct world *w, const char *category,
                         enum child_safety safety)
{
    struct id case_id = path_signed(w, category);

    path_submit(w, case_id, "cty_gy", safety);
    return case_id;
}

struct id path_called(struct world *w)
{
    struct id case_id = path_submitted(w, "B01", CHILD_SAFETY_SAFE);

    path_pass(w, case_id, "ctr01");
    return case_id;
}

struct id path_content(struct world *w)
{
    struct id case_id = path_called(w);
    struct cmd_record_callback command =
        path_answer(w, case_id, SATISFACTION_SATISFIED);

    MUST(world_do(w, "cbk01", COMMAND_RECORD_CALLBACK, &command));
    return case_id;
}

struct id path_closed(struct world *w)
{
    struct id case_id = path_content(w);
    struct cmd_close_case command = {
        .no = world_no(w, case_id),
        .ground = CLOSE_GROUND_NEED_MET,
        .text = text_of("符合儿童最大利益"),
    };

    MUST(world_do(w, "cbk01", COMMAND_CLOSE_CASE, &command));
    return case_id;
}

struct id path_checked(struct world *w)
{
    static const enum archive_item items[] = {
        ARCHIVE_ITEM_REGISTRATION, ARCHIVE_ITEM_DISPATCH, ARCHIVE_ITEM_RESULTS,
        ARCHIVE_ITEM_REVIEW,       ARCHIVE_ITEM_CALLBACK, ARCHIVE_ITEM_HASHES,
    };
    struct id case_id = path_closed(w);
    struct cmd_check_archive command = {
        .no = world_no(w, case_id),
        .items = items,
        .items_count = ARRAY_COUNT(items),
    };

    MUST(world_do(w, "ctr02", COMMAND_CHECK_ARCHIVE, &command));
    return case_id;
}

struct id path_archived(struct world *w)
{
    struct id case_id = path_checked(w);
    struct cmd_archive_case command = {
        .no = world_no(w, case_id),
        .retention = RETENTION_Y30,
        .secrecy = SECRECY_SENSITIVE,
    };

    MUST(world_do(w, "ctr02", COMMAND_ARCHIVE_CASE, &command));
    return case_id;
}

/* --------------------------------------------------------------- looking -- */

enum case_state path_state(struct world *w, struct id case_id)
{
    uint8_t head[CASE_HEAD_BYTES];

    assert_true(world_case_head(w, case_id, head));
    return (enum case_state)case_head_state(head);
}

static bool read_clock(struct world *w, struct id case_id, enum due clock,
                       uint8_t ret[static CASE_CLOCK_BYTES])
{
    uint8_t key[CASE_CLOCK_KEY_BYTES];

    case_clock_key(key, case_id, (uint8_t)clock);
    return world_row(w, TABLE_CASE_CLOCK, SPAN(key, sizeof(key)), ret,
                     CASE_CLOCK_BYTES);
}

bool path_runs(struct world *w, struct id case_id, enum due clock)
{
    uint8_t row[CASE_CLOCK_BYTES];

    return read_clock(w, case_id, clock, row);
}

int64_t path_due_us(struct world *w, struct id case_id, enum due clock)
{
    uint8_t row[CASE_CLOCK_BYTES];

    assert_true(read_clock(w, case_id, clock, row));
    return case_clock_due_us(row);
}

struct id path_account(struct world *w, const char *login)
{
    return world_actor(w, login).account;
}

/* Codes and ids are ASCII; the words of these tests are not. */
static void hold_no_words(const struct record *r)
{
    for (size_t i = 0; i < r->open.size; i++) {
        if (((unsigned char)r->open.at[i] & 0x80U) != 0) {
            fail_msg("event %u at %llu holds words", (unsigned)r->type,
                     (unsigned long long)r->position.seq);
        }
    }
}

static size_t look_at_open_parts(struct world *w)
{
    struct store_txn *t;
    uint64_t last;
    size_t count = 0;

    OK_OR_FAIL(store_read_begin(w->store.store, &t));
    last = store_position(t).seq;
    for (uint64_t seq = 1; seq <= last; seq++) {
        struct record r;

        OK_OR_FAIL(log_read(t, seq, &r));
        if (model_event_is_case(r.type)) {
            hold_no_words(&r);
            count++;
        }
    }
    store_end(t);
    return count;
}

void path_replay(struct world *w)
{
    struct verify_report report = {0};
    struct err e = store_verify(w->store.store, model_apply, &report);

    if (failed(e)) {
        fail_msg("%s at %llu: %s", err_name(e.code),
                 (unsigned long long)report.bad_seq, report.what);
    }
    assert_true(report.records > 0);
    assert_true(look_at_open_parts(w) > 10);
}
