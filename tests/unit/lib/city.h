/*
 * city.h - a store that has the real catalogue, accounts and commands, for
 * tests above the store.
 *
 * WHY     Rights and masks are tested against schema/catalogue/roles.json as it
 *         is served, not against a table made for the test.
 * SHAPE   city_command runs one command in a transaction of its own, as the
 *         writer does, without its thread.
 * OWNS    the store's directory, the catalogue, one arena that lives as long.
 * ERRORS  a failure here fails the test. Tests run in the repository's root.
 */
#ifndef HUTONG_TESTS_CITY_H
#define HUTONG_TESTS_CITY_H

#include "lib/store_fixture.h"
#include "model/model.h"

/* 2026-11-23T02:00:00Z, ten in the morning in Baotou. */
#define CITY_TIME_US INT64_C(1795399200000000)
enum { CITY_DAY = 20261123 };

struct city {
    struct store_fixture store;
    struct catalogue *catalogue;
    struct arena *arena;
    int64_t now_us;    /* each command takes one millisecond */
    bool has_if_match; /* of the next command only */
    uint32_t if_match;
};

struct city_result {
    enum refusal refusal;
    bool denied_by_right;
    struct id object;
    uint32_t version, current_version;
    struct log_position position; /* of the first record */
};

void city_make(struct city *w, uint64_t map_bytes);
void city_free(struct city *w);

struct city_result city_command(struct city *w, const struct actor *actor,
                                enum command command, const void *body);
/* Adds an account that can sign in. */
struct actor city_actor(struct city *w, const char *login, const char *role,
                        const char *unit);
/* A contact by telephone; number may be NULL. */
struct id city_contact(struct city *w, const struct actor *agent,
                       const char *number);

struct city_case {
    struct id id;
    struct case_no no;
    struct log_position position;
};
/* A whole form: reporter, child, school, story, screen, of which every text
 * begins with a word of its own: REPORTER, CHILD, SCHOOL, STORY, PLACE, AVOID.
 * place 0: unknown. */
struct city_case city_case(struct city *w, const struct actor *agent,
                           uint64_t place);
/* The command that city_case sends, for who wants to change it; the contact
 * is taken by agent. */
struct cmd_register_case city_form(struct city *w, const struct actor *agent,
                                   uint64_t place);
struct city_case city_case_of(struct city *w, struct id case_id);
/* A note; returns its record's position. */
struct log_position city_note(struct city *w, const struct actor *actor,
                              struct case_no no, const char *text);

#endif
