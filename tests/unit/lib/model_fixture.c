/*
 * model_fixture.c - see model_fixture.h.
 */
#include "lib/model_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gen/catalogue_seed.h"

enum { WORLD_ARENA_BYTES = 64 << 20, WORLD_KEYS = 512 };

#define OK_OR_FAIL(e) assert_int_equal((e).code, ERR_NONE)

struct text world_seed(const char *name)
{
    for (size_t i = 0; i < catalogue_seed_count; i++) {
        if (strcmp(catalogue_seed[i].name, name) == 0) {
            return (struct text){catalogue_seed[i].json,
                                 catalogue_seed[i].size};
        }
    }
    fail_msg("no seed %s", name);
    return (struct text){NULL, 0};
}

void world_empty(struct world *w)
{
    memset(w, 0, sizeof(*w));
    store_fixture_make(&w->store, FIXTURE_MAP_BYTES, WORLD_KEYS);
    w->arena = arena_new(WORLD_ARENA_BYTES);
    w->now_us = WORLD_START_US;
}

void world_free(struct world *w)
{
    catalogue_free(w->catalogue);
    arena_free(w->arena);
    store_fixture_free(&w->store);
}

void world_make(struct world *w)
{
    static const char *const seeds[] = {
        "name",     "demo/territory", "demo/units", "roles",     "categories",
        "calendar", "deadlines",      "directory",  "demo/duty", "acting",
    };
    static const char *const people[][3] = {
        {"agt01", "R-AGT", "service_centre"},
        {"agt02", "R-AGT", "service_centre"},
        {"sen01", "R-SEN", "service_centre"},
        {"ldr01", "R-LDR", "service_centre"},
        {"ctr01", "R-CTR", "protect_centre"},
        {"cty_gy", "R-CTY", "ca_gy"},
        {"cty_dm", "R-CTY", "ca_dm"},
        {"twn_blm", "R-TWN", "twn_blm"},
        {"adm01", "R-ADM", "system"},
    };

    world_empty(w);
    for (size_t i = 0; i < ARRAY_COUNT(seeds); i++) {
        assert_int_equal(world_adopt(w, seeds[i]), REFUSAL_NONE);
    }
    world_reload(w);
    for (size_t i = 0; i < ARRAY_COUNT(people); i++) {
        assert_int_equal(
            world_add_account(w, people[i][0], people[i][1], people[i][2]),
            REFUSAL_NONE);
    }
}

void world_reload(struct world *w)
{
    struct store_txn *t;

    catalogue_free(w->catalogue);
    w->catalogue = NULL;
    OK_OR_FAIL(store_read_begin(w->store.store, &t));
    OK_OR_FAIL(catalogue_load(t, &w->catalogue));
    store_end(t);
}

/* ----------------------------------------------------------- commands -- */

struct actor world_actor(struct world *w, const char *login)
{
    struct actor actor = actor_system();
    uint8_t row[ACCOUNT_BYTES];
    uint8_t index[ACCOUNT_BY_LOGIN_BYTES];
    uint8_t key[ACCOUNT_KEY_BYTES];
    char padded[32] = "";

    if (login[0] == '\0') {
        return actor;
    }
    memcpy(padded, login, strlen(login));
    assert_true(world_row(w, TABLE_ACCOUNT_BY_LOGIN,
                          SPAN(padded, sizeof(padded)), index, sizeof(index)));
    account_key(key, account_by_login_account_id(index));
    assert_true(
        world_row(w, TABLE_ACCOUNT, SPAN(key, sizeof(key)), row, sizeof(row)));
    actor = (struct actor){
        .account = account_by_login_account_id(index),
        .session = fixture_id(201),
        .account_version = account_version(row),
    };
    memcpy(actor.login, padded, sizeof(actor.login));
    memcpy(actor.role, account_role(row), sizeof(actor.role));
    memcpy(actor.unit, account_unit(row), sizeof(actor.unit));
    return actor;
}

/* Different bytes for every command, the same in every run. */
static void fill_entropy(struct world *w, uint8_t ret[static ENTROPY_BYTES])
{
    for (size_t at = 0; at < ENTROPY_BYTES; at += HASH_BYTES) {
        uint8_t seed[16];
        struct hash hash;

        store_u64le(seed, w->draws);
        store_u64le(seed + 8, at);
        hash = crypt_sha256(SPAN(seed, sizeof(seed)));
        memcpy(ret + at, hash.bytes, sizeof(hash.bytes));
    }
    w->draws++;
}

static void decide(struct world *w, struct store_txn *t,
                   const struct actor *actor, enum command command,
                   const void *body)
{
    uint8_t entropy[ENTROPY_BYTES];
    struct decide_in in = {
        .txn = t,
        .catalogue = w->catalogue,
        .actor = actor,
        .now_us = w->now_us,
        .wall_us = w->now_us - w->wall_behind_us,
        .entropy = entropy,
        .arena = w->arena,
        .has_if_match = w->has_if_match,
        .if_match = w->if_match,
    };

    fill_entropy(w, entropy);
    w->has_if_match = false;
    OK_OR_FAIL(model_decide(&in, command, body, &w->last));
    if (w->last.refusal != REFUSAL_NONE) {
        assert_int_equal(w->last.event_count, 0);
        assert_int_equal(w->last.side_count, 0);
    }
}

static void append_all(struct world *w, struct store_txn *t,
                       const struct actor *actor)
{
    struct frame_head head = {
        .time_us = w->now_us,
        .flags = w->flags,
        .frame_count = (uint16_t)w->last.event_count,
        .actor = actor->account,
        .session = actor->session,
    };

    memcpy(head.unit, actor->unit, sizeof(head.unit));
    memcpy(head.role, actor->role, sizeof(head.role));
    w->first_seq = store_position(t).seq + 1;
    for (size_t i = 0; i < w->last.event_count; i++) {
        struct record r;

        head.frame_index = (uint16_t)i;
        OK_OR_FAIL(log_append(t, &head, &w->last.events[i], &r));
        OK_OR_FAIL(store_apply(t, &r));
        OK_OR_FAIL(model_apply(t, &r));
    }
}

static void write_side(struct world *w, struct store_txn *t)
{
    for (size_t i = 0; i < w->last.side_count; i++) {
        const struct side_op *op = &w->last.side[i];

        if (op->value.size == 0) {
            OK_OR_FAIL(table_delete(t, op->table, op->key));
        } else {
            OK_OR_FAIL(table_put(t, op->table, op->key, op->value));
        }
    }
}

enum refusal world_do_as(struct world *w, const struct actor *actor,
                         enum command command, const void *body)
{
    struct store_txn *t;

    w->now_us += 1000000;
    OK_OR_FAIL(store_write_begin(w->store.store, &t));
    decide(w, t, actor, command, body);
    if (w->last.refusal != REFUSAL_NONE) {
        store_end(t);
        return w->last.refusal;
    }
    append_all(w, t, actor);
    write_side(w, t);
    OK_OR_FAIL(store_commit(t));
    return REFUSAL_NONE;
}

enum refusal world_do(struct world *w, const char *login, enum command command,
                      const void *body)
{
    struct actor actor = world_actor(w, login);

    return world_do_as(w, &actor, command, body);
}

enum refusal world_ask(struct world *w, const struct actor *actor,
                       enum command command, const void *body)
{
    struct store_txn *t;

    OK_OR_FAIL(store_write_begin(w->store.store, &t));
    decide(w, t, actor, command, body);
    store_end(t);
    return w->last.refusal;
}

/* ----------------------------------------------------------- shortcuts -- */

enum refusal world_adopt(struct world *w, const char *seed)
{
    struct cmd_adopt_catalogue command;
    struct text why = {"", 0};
    struct err e =
        catalogue_file_read(world_seed(seed), w->arena, &command, &why);

    if (failed(e)) {
        fail_msg("%s: %.*s", seed, (int)why.size, why.at);
    }
    return world_do(w, "", COMMAND_ADOPT_CATALOGUE, &command);
}

enum refusal world_add_account(struct world *w, const char *login,
                               const char *role, const char *unit)
{
    struct cmd_add_account command = {
        .login = text_of(login),
        .role = text_of(role),
        .unit = text_of(unit),
        .display_name = text_of("测试人员"),
        .has_password_hash = true,
        .password_hash = text_of("$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA"),
    };

    return world_do(w, "", COMMAND_ADD_ACCOUNT, &command);
}

struct id world_take(struct world *w, const char *login)
{
    struct cmd_take_contact command = {.channel = CHANNEL_PHONE};

    assert_int_equal(world_do(w, login, COMMAND_TAKE_CONTACT, &command),
                     REFUSAL_NONE);
    return w->last.object;
}

struct id world_register(struct world *w, const char *login, struct id contact,
                         uint64_t place)
{
    struct cmd_register_case command = {
        .contact_id = contact,
        .matter = text_of("测试叙述"),
        .place_now = {.has_code = place != 0,
                      .code = place,
                      .has_unknown = place == 0,
                      .unknown = place == 0},
    };

    assert_int_equal(world_do(w, login, COMMAND_REGISTER_CASE, &command),
                     REFUSAL_NONE);
    return w->last.object;
}

struct id world_case(struct world *w, const char *login, uint64_t place)
{
    return world_register(w, login, world_take(w, login), place);
}

void world_save_draft(struct world *w, const char *login, struct id contact,
                      uint32_t if_match, const char *json)
{
    struct cmd_save_draft command = {.contact_id = contact,
                                     .content = text_of(json)};

    w->has_if_match = true;
    w->if_match = if_match;
    assert_int_equal(world_do(w, login, COMMAND_SAVE_DRAFT, &command),
                     REFUSAL_NONE);
}

/* -------------------------------------------------------------- looking -- */

bool world_row(struct world *w, enum table table, struct span key,
               uint8_t *ret_value, size_t size)
{
    struct store_txn *t;
    struct span value;
    bool found;

    OK_OR_FAIL(store_read_begin(w->store.store, &t));
    OK_OR_FAIL(table_get(t, table, key, &value));
    found = value.at != NULL;
    if (found) {
        assert_true(value.size >= size);
        memcpy(ret_value, value.at, size);
    }
    store_end(t);
    return found;
}

bool world_contact(struct world *w, struct id contact,
                   uint8_t ret_head[static CONTACT_HEAD_BYTES])
{
    return world_row(w, TABLE_CONTACT_HEAD,
                     SPAN(contact.bytes, sizeof(contact.bytes)), ret_head,
                     CONTACT_HEAD_BYTES);
}

bool world_case_head(struct world *w, struct id case_id,
                     uint8_t ret_head[static CASE_HEAD_BYTES])
{
    return world_row(w, TABLE_CASE_HEAD,
                     SPAN(case_id.bytes, sizeof(case_id.bytes)), ret_head,
                     CASE_HEAD_BYTES);
}

struct case_no world_no(struct world *w, struct id case_id)
{
    uint8_t head[CASE_HEAD_BYTES];

    assert_true(world_case_head(w, case_id, head));
    return (struct case_no){case_head_day(head), case_head_serial(head)};
}

struct text world_part(struct world *w, uint64_t seq, enum part_class class)
{
    struct text json = {"", 0};
    struct store_txn *t;
    struct record r;

    OK_OR_FAIL(store_read_begin(w->store.store, &t));
    OK_OR_FAIL(log_read(t, seq, &r));
    for (size_t i = 0; i < r.part_count; i++) {
        if (r.parts[i].part_class == class) {
            OK_OR_FAIL(log_open_part(t, &r, i, w->arena, &json));
            break;
        }
    }
    store_end(t);
    return json;
}

bool text_holds(struct text text, const char *word)
{
    return memmem(text.at, text.size, word, strlen(word)) != NULL;
}
