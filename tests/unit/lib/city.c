/*
 * city.c - see city.h.
 */
#include "lib/city.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypt/crypt.h"

enum { CITY_ARENA = 256 << 20, FILE_BYTES_MAX = 1 << 20 };

/* ------------------------------------------------------------ commands -- */

static void append(struct store_txn *t, const struct frame_head *head,
                   const struct event_plain *event,
                   struct log_position *ret_position)
{
    struct record r;

    assert_int_equal(log_append(t, head, event, &r).code, ERR_NONE);
    assert_int_equal(store_apply(t, &r).code, ERR_NONE);
    assert_int_equal(model_apply(t, &r).code, ERR_NONE);
    *ret_position = r.position;
}

static void keep(struct city *w, struct store_txn *t, const struct actor *actor,
                 const struct outcome *o, struct city_result *ret)
{
    struct frame_head head = {
        .time_us = w->now_us,
        .frame_count = (uint16_t)o->event_count,
        .actor = actor->account,
        .session = actor->session,
    };

    memcpy(head.unit, actor->unit, sizeof(head.unit));
    memcpy(head.role, actor->role, sizeof(head.role));
    for (size_t i = 0; i < o->event_count; i++) {
        struct log_position position;

        head.frame_index = (uint16_t)i;
        append(t, &head, &o->events[i], &position);
        if (i == 0) {
            ret->position = position;
        }
    }
    for (size_t i = 0; i < o->side_count; i++) {
        const struct side_op *op = &o->side[i];
        struct err e = op->value.size > 0
                           ? table_put(t, op->table, op->key, op->value)
                           : table_delete(t, op->table, op->key);

        assert_int_equal(e.code, ERR_NONE);
    }
}

struct city_result city_command(struct city *w, const struct actor *actor,
                                enum command command, const void *body)
{
    struct outcome *o = heap_take(sizeof(*o));
    uint8_t entropy[ENTROPY_BYTES];
    struct decide_in in = {
        .catalogue = w->catalogue,
        .actor = actor,
        .entropy = entropy,
        .arena = w->arena,
        .has_if_match = w->has_if_match,
        .if_match = w->if_match,
    };
    struct city_result ret;

    w->has_if_match = false;
    w->now_us += 1000;
    in.now_us = w->now_us;
    in.wall_us = w->now_us;
    crypt_random(entropy, sizeof(entropy));
    assert_int_equal(store_write_begin(w->store.store, &in.txn).code, ERR_NONE);
    assert_int_equal(model_decide(&in, command, body, o).code, ERR_NONE);
    ret = (struct city_result){
        .refusal = o->refusal,
        .denied_by_right = o->denied_by_right,
        .object = o->object,
        .version = o->version,
        .current_version = o->current_version,
    };
    if (o->refusal == REFUSAL_NONE) {
        keep(w, in.txn, actor, o, &ret);
        assert_int_equal(store_commit(in.txn).code, ERR_NONE);
    } else {
        store_end(in.txn);
    }
    free(o);
    return ret;
}

static struct city_result must(struct city *w, const struct actor *actor,
                               enum command command, const void *body)
{
    struct city_result ret = city_command(w, actor, command, body);

    if (ret.refusal != REFUSAL_NONE) {
        fail_msg("refused: %s", refusal_info[ret.refusal].code);
    }
    return ret;
}

/* ----------------------------------------------------------- catalogue -- */

static void adopt(struct city *w, const char *kind)
{
    struct actor system = actor_system();
    struct cmd_adopt_catalogue body;
    struct text why = {0};
    char path[128];
    uint8_t *bytes;
    size_t size;

    (void)snprintf(path, sizeof(path), "schema/catalogue/%s.json", kind);
    bytes = fixture_file_read(path, &size);
    assert_true(size < FILE_BYTES_MAX);
    assert_int_equal(
        catalogue_file_read((struct text){(const char *)bytes, size}, w->arena,
                            &body, &why)
            .code,
        ERR_NONE);
    (void)must(w, &system, COMMAND_ADOPT_CATALOGUE, &body);
    free(bytes);
}

static void load_catalogue(struct city *w)
{
    struct store_txn *t;

    assert_int_equal(store_read_begin(w->store.store, &t).code, ERR_NONE);
    assert_int_equal(catalogue_load(t, &w->catalogue).code, ERR_NONE);
    store_end(t);
}

void city_make(struct city *w, uint64_t map_bytes)
{
    static const char *const kinds[] = {
        "name",     "territory", "units",     "roles", "categories",
        "calendar", "deadlines", "directory", "duty",  "acting",
    };

    memset(w, 0, sizeof(*w));
    store_fixture_make(&w->store, map_bytes, LIMIT_KEY_POOL);
    w->arena = arena_new(CITY_ARENA);
    w->now_us = CITY_TIME_US;
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        adopt(w, kinds[i]);
    }
    load_catalogue(w);
}

void city_free(struct city *w)
{
    catalogue_free(w->catalogue);
    arena_free(w->arena);
    store_fixture_free(&w->store);
}

/* ------------------------------------------------------------- persons -- */

static uint32_t version_of(struct city *w, struct id account)
{
    uint8_t key[ACCOUNT_KEY_BYTES];
    struct store_txn *t;
    struct span value;
    uint32_t version;

    account_key(key, account);
    assert_int_equal(store_read_begin(w->store.store, &t).code, ERR_NONE);
    assert_int_equal(
        table_get(t, TABLE_ACCOUNT, SPAN(key, sizeof(key)), &value).code,
        ERR_NONE);
    assert_non_null(value.at);
    version = account_version(value.at);
    store_end(t);
    return version;
}

struct actor city_actor(struct city *w, const char *login, const char *role,
                        const char *unit)
{
    struct actor system = actor_system();
    struct actor actor = {0};
    const struct cmd_add_account body = {
        .login = text_of(login),
        .role = text_of(role),
        .unit = text_of(unit),
        .display_name = text_of(login),
        .has_password_hash = true,
        .password_hash = TEXT_LITERAL("$argon2id$test"),
    };

    actor.account = must(w, &system, COMMAND_ADD_ACCOUNT, &body).object;
    crypt_random(actor.session.bytes, sizeof(actor.session.bytes));
    memcpy(actor.login, login, strnlen(login, sizeof(actor.login)));
    memcpy(actor.role, role, strnlen(role, sizeof(actor.role)));
    memcpy(actor.unit, unit, strnlen(unit, sizeof(actor.unit)));
    actor.account_version = version_of(w, actor.account);
    return actor;
}

/* --------------------------------------------------------------- cases -- */

struct id city_contact(struct city *w, const struct actor *agent,
                       const char *number)
{
    struct cmd_take_contact body = {.channel = CHANNEL_PHONE};

    if (number != NULL) {
        body.has_number = true;
        body.number = text_of(number);
    }
    return must(w, agent, COMMAND_TAKE_CONTACT, &body).object;
}

static const struct type_child form_child = {
    .has_name = true,
    .name = {"CHILD name", 10},
    .has_sex = true,
    .sex = SEX_FEMALE,
    .has_age_years = true,
    .age_years = 9,
    .has_school = true,
    .school = {"SCHOOL first", 12},
};

struct cmd_register_case city_form(struct city *w, const struct actor *agent,
                                   uint64_t place)
{
    struct cmd_register_case body = {
        .contact_id = city_contact(w, agent, "00000000042"),
        .matter = TEXT_LITERAL("STORY of what happened"),
        .has_occurring = true,
        .occurring = OCCURRING_NOW,
        .has_reporter = true,
        .reporter = {.has_name = true,
                     .name = TEXT_LITERAL("REPORTER name"),
                     .has_phone = true,
                     .phone = TEXT_LITERAL("00000000043"),
                     .has_caller_is = true,
                     .caller_is = CALLER_IS_NEIGHBOUR},
        .has_children = true,
        .children = &form_child,
        .children_count = 1,
        .has_screen = true,
        .screen = {.has_r1 = true, .r1 = TRI_YES},
        .has_avoid_contact = true,
        .avoid_contact = TEXT_LITERAL("AVOID the uncle"),
    };

    body.place_now.has_text = true;
    body.place_now.text = TEXT_LITERAL("PLACE behind the shop");
    body.place_now.has_code = place != 0;
    body.place_now.code = place;
    body.place_now.has_unknown = place == 0;
    body.place_now.unknown = place == 0;
    return body;
}

struct city_case city_case_of(struct city *w, struct id case_id)
{
    struct city_case ret = {.id = case_id};
    uint8_t key[CASE_HEAD_KEY_BYTES];
    struct store_txn *t;
    struct span value;

    case_head_key(key, case_id);
    assert_int_equal(store_read_begin(w->store.store, &t).code, ERR_NONE);
    assert_int_equal(
        table_get(t, TABLE_CASE_HEAD, SPAN(key, sizeof(key)), &value).code,
        ERR_NONE);
    assert_non_null(value.at);
    ret.no.day = case_head_day(value.at);
    ret.no.serial = case_head_serial(value.at);
    store_end(t);
    return ret;
}

struct city_case city_case(struct city *w, const struct actor *agent,
                           uint64_t place)
{
    const struct cmd_register_case body = city_form(w, agent, place);
    struct city_result result = must(w, agent, COMMAND_REGISTER_CASE, &body);
    struct city_case ret = city_case_of(w, result.object);

    ret.position = result.position;
    return ret;
}

struct log_position city_note(struct city *w, const struct actor *actor,
                              struct case_no no, const char *text)
{
    const struct cmd_add_note body = {.no = no, .text = text_of(text)};

    return must(w, actor, COMMAND_ADD_NOTE, &body).position;
}
