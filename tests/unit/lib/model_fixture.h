/*
 * model_fixture.h - a city with its catalogue and people, for tests of rules:
 * given what was done before, when this is asked, then these events or this no.
 *
 * OWNS    a real store in a directory of its own; an arena for all texts.
 * ERRORS  a failure of the world fails the test; refusals are results.
 */
#ifndef HUTONG_TESTS_MODEL_FIXTURE_H
#define HUTONG_TESTS_MODEL_FIXTURE_H

#include "lib/store_fixture.h"
#include "model/model.h"

struct world {
    struct store_fixture store;
    struct catalogue *catalogue;
    struct arena *arena;
    int64_t now_us;         /* moves a second with every command */
    int64_t wall_behind_us; /* the machine's clock behind the log's time */
    uint64_t draws;         /* commands so far: the seed of their entropy */
    uint16_t flags;         /* of the records that are made */
    bool has_if_match;      /* for the next command only */
    uint32_t if_match;
    struct outcome last;
    uint64_t first_seq; /* of the last command's events */
};

/* 2026-11-24 16:00 in the city, 08:00 UTC. */
#define WORLD_START_US INT64_C(1795507200000000)

/* An empty test store. */
void world_empty(struct world *w);
/* The demonstration's catalogue, and the accounts of the desk:
 * agt01 agt02 sen01 ldr01 ctr01 cty_gy cty_dm twn_blm adm01. */
void world_make(struct world *w);
void world_free(struct world *w);

/* login "" is the system itself. */
struct actor world_actor(struct world *w, const char *login);
/* Decides; granted: logs, applies, writes side tables, commits. */
enum refusal world_do(struct world *w, const char *login, enum command command,
                      const void *body);
enum refusal world_do_as(struct world *w, const struct actor *actor,
                         enum command command, const void *body);
/* The same without the commit: what stands is untouched. */
enum refusal world_ask(struct world *w, const struct actor *actor,
                       enum command command, const void *body);
/* One seed of schema/catalogue as text. */
struct text world_seed(const char *name);
enum refusal world_adopt(struct world *w, const char *seed);
void world_reload(struct world *w);
enum refusal world_add_account(struct world *w, const char *login,
                               const char *role, const char *unit);

/* Granted or the test fails; each gives the id of what it made. */
struct id world_take(struct world *w, const char *login);
struct id world_register(struct world *w, const char *login, struct id contact,
                         uint64_t place);
struct id world_case(struct world *w, const char *login, uint64_t place);
void world_save_draft(struct world *w, const char *login, struct id contact,
                      uint32_t if_match, const char *json);

/* Rows as they stand; false when absent. */
bool world_row(struct world *w, enum table table, struct span key,
               uint8_t *ret_value, size_t size);
bool world_contact(struct world *w, struct id contact,
                   uint8_t ret_head[static CONTACT_HEAD_BYTES]);
bool world_case_head(struct world *w, struct id case_id,
                     uint8_t ret_head[static CASE_HEAD_BYTES]);
struct case_no world_no(struct world *w, struct id case_id);
/* A part of a record, opened; the text lies in the arena. */
struct text world_part(struct world *w, uint64_t seq, enum part_class class);
/* True when text holds word. */
bool text_holds(struct text text, const char *word);

#endif
