/*
 * catalogue_adopt.c - a city's decision enters the log.
 *
 * A bad file only ever makes adoption refuse; what stands goes on. What one
 * file cannot say about itself, catalogue_cross.c holds against all that
 * stands.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "model/catalogue.h"
#include "model/nouns.h"
#include "model/rows.h"

/* ------------------------------------------------------------------ files --
 */

static struct err say(struct arena *a, const char *sentence,
                      struct text *ret_why)
{
    *ret_why = arena_copy_text(a, text_of(sentence));
    return ERR(ret_why->at == NULL ? ERR_LIMIT : ERR_INPUT);
}

static struct err read_head(const struct json_value *root, struct arena *a,
                            struct cmd_adopt_catalogue *ret,
                            struct text *ret_why)
{
    const struct json_value *kind = json_member(root, "kind");
    const struct json_value *version = json_member(root, "version");
    const struct json_value *from = json_member(root, "effective_from");

    if (kind == NULL || json_type_of(kind) != JSON_IS_TEXT) {
        return say(a, catalogue_kinds_say, ret_why);
    }
    if (version == NULL || json_type_of(version) != JSON_IS_INTEGER ||
        json_int64(version) < 1 || json_int64(version) > 1000000) {
        return say(a, "/version: must be a whole number from 1 to 1000000",
                   ret_why);
    }
    if (from == NULL || json_type_of(from) != JSON_IS_TEXT) {
        return say(a, "/effective_from: must be a time as in RFC 3339",
                   ret_why);
    }
    ret->kind = arena_copy_text(a, json_text(kind)); /* has a NUL behind it */
    ret->version = json_int64(version);
    ret->effective_from = iso_to_us(json_text(from).at, json_text(from).size);
    if (ret->kind.at == NULL) {
        return ERR(ERR_LIMIT);
    }
    if (ret->effective_from == INT64_MIN) {
        return say(a, "/effective_from: must be a time as in RFC 3339",
                   ret_why);
    }
    return OK;
}

static struct err read_file(const struct json_value *root, struct arena *a,
                            struct cmd_adopt_catalogue *ret,
                            struct text *ret_why)
{
    const struct json_value *content = json_member(root, "content");
    struct err e = read_head(root, a, ret, ret_why);

    if (failed(e)) {
        return e;
    }
    if (content == NULL || json_count(root) != 4) {
        return say(a,
                   "/: must hold kind, version, effective_from and content, "
                   "nothing else",
                   ret_why);
    }
    e = json_compact(content, a, &ret->content);
    if (failed(e)) {
        return e;
    }
    return catalogue_check(ret->kind.at, ret->content, a, ret_why);
}

struct err catalogue_file_read(struct text file, struct arena *a,
                               struct cmd_adopt_catalogue *ret,
                               struct text *ret_why)
{
    struct cmd_adopt_catalogue found = {0};
    struct json_doc *doc = NULL;
    struct err e = json_parse(file, &doc, NULL);

    if (e.code == ERR_INPUT) {
        return say(a, "/: is not JSON, or is too long", ret_why);
    }
    if (failed(e)) {
        return e;
    }
    if (json_type_of(json_root(doc)) != JSON_IS_OBJECT) {
        e = say(a, "/: must be an object", ret_why);
    } else {
        e = read_file(json_root(doc), a, &found, ret_why);
    }
    json_free(doc);
    if (!failed(e)) {
        *ret = found;
    }
    return e;
}

/* --------------------------------------------------------------- deciding --
 */

/* The JSON path before the first colon of a sentence, for the answer. */
static void point_at(struct text sentence, struct outcome *ret)
{
    size_t size = 0;

    while (size < sentence.size && sentence.at[size] != ':' &&
           size < sizeof(ret->problem.pointer) - 1) {
        size++;
    }
    memcpy(ret->problem.pointer, sentence.at, size);
    ret->problem.pointer[size] = '\0';
}

struct err decide_adopt_catalogue(const struct decide_in *in, const void *body,
                                  struct object object, struct outcome *ret)
{
    const struct cmd_adopt_catalogue *c = body;
    struct ev_catalogue_adopted adopted = {
        .kind = c->kind,
        .version = c->version,
        .effective_from = c->effective_from,
        .content = c->content,
    };
    struct event_plain *event;
    struct text content;
    struct text sentence = {"", 0};
    uint32_t version = 0;
    char kind[33] = "";
    struct err e;

    assert(object.kind == OBJECT_NONE);
    if (!code_pad(c->kind, kind, sizeof(kind) - 1)) {
        return outcome_refuse(ret, REFUSAL_CATALOGUE_INVALID);
    }
    e = catalogue_check(kind, c->content, in->arena, &sentence);
    if (!failed(e)) {
        e = catalogue_cross_check(in->txn, c, 1, in->arena, &sentence);
    }
    if (e.code == ERR_INPUT) {
        point_at(sentence, ret);
        return outcome_refuse(ret, REFUSAL_CATALOGUE_INVALID);
    }
    if (failed(e)) {
        return e;
    }
    e = catalogue_newest(in->txn, kind, in->arena, &content, &version);
    if (failed(e)) {
        return e;
    }
    if (c->version <= (int64_t)version) {
        ret->current_version = version;
        return outcome_refuse(ret, REFUSAL_CATALOGUE_VERSION);
    }
    event = outcome_event(ret);
    e = ev_catalogue_adopted_encode(&adopted, in->arena, event);
    if (failed(e)) {
        return e;
    }
    event_about(event, (struct id){{0}}, 0);
    return OK;
}

/* --------------------------------------------------------------- applying --
 */

struct err apply_catalogue_adopted(struct store_txn *t, const struct record *r,
                                   struct arena *a)
{
    struct ev_catalogue_adopted adopted;
    struct row row =
        row_new(TABLE_CATALOGUE, CATALOGUE_KEY_BYTES, CATALOGUE_BYTES);
    char kind[32];
    struct err e = ev_catalogue_adopted_decode(r->open, a, &adopted);

    if (failed(e)) {
        return e;
    }
    if (!code_pad(adopted.kind, kind, sizeof(kind))) {
        return ERR(ERR_CORRUPT);
    }
    catalogue_key(row.key, kind, (uint32_t)adopted.version);
    catalogue_set_seq(row.value, r->position.seq);
    catalogue_set_effective_us(row.value, adopted.effective_from);
    return row_put(t, &row);
}
