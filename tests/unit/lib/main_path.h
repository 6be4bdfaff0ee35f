/*
 * main_path.h - cases that have come some way, for tests of the main path.
 *
 * WHY     Each step is the real command by somebody who may; what a step does
 *         besides is the matter of its own test.
 * SHAPE   a case in Guyang County, whose civil affairs lead. Handler cty_gy,
 *         reviewers cty_gy2 and ctr01, callback cbk01, archivist ctr02.
 * ERRORS  whatever is refused on the way fails the test.
 */
#ifndef HUTONG_TESTS_MAIN_PATH_H
#define HUTONG_TESTS_MAIN_PATH_H

#include "lib/model_fixture.h"

#define PATH_PLACE UINT64_C(150222)
#define PATH_DAY_US (INT64_C(86400) * 1000000)

/* world_make, and more people: cty_gy2 cty_gy3 cty_dm2 ctr02 ctr03 cbk01 pol01
 * pol02.
 */
void path_world(struct world *w);
/* What the city lets happen, as the content of a newer file of the kind. */
void path_acting(struct world *w, const char *content);
/* Triaged, not urgent: waits for its dispatch. B01 is reviewed in one step,
 * C08 in two. */
struct id path_triaged(struct world *w, const char *category);
struct id path_dispatched(struct world *w, const char *category);
struct id path_signed(struct world *w, const char *category);
struct id path_submitted(struct world *w, const char *category,
                         enum child_safety safety);
struct id path_called(struct world *w); /* B01, waits for its callback */
struct id path_content(struct world *w);
struct id path_closed(struct world *w);
struct id path_checked(struct world *w);
struct id path_archived(struct world *w);

/* Single steps, for ways that turn round. */
void path_dispatch(struct world *w, struct id case_id, const char *lead);
void path_sign(struct world *w, struct id case_id, const char *login);
void path_submit(struct world *w, struct id case_id, const char *login,
                 enum child_safety safety);
void path_pass(struct world *w, struct id case_id, const char *login);
/* A call that was answered. */
struct cmd_record_callback path_answer(struct world *w, struct id case_id,
                                       enum satisfaction satisfaction);

enum case_state path_state(struct world *w, struct id case_id);
/* Whether a clock of the case runs, and until when. */
bool path_runs(struct world *w, struct id case_id, enum due clock);
int64_t path_due_us(struct world *w, struct id case_id, enum due clock);
struct id path_account(struct world *w, const char *login);
/* Applying the log again gives the same tables; and no word that was said of a
 * case stands in the open part of an event. */
void path_replay(struct world *w);

#endif
