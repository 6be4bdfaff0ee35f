/*
 * seen.c - see seen.h.
 */
#include "lib/seen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct view_context seen_context(const struct city *w,
                                 const struct actor *actor)
{
    return (struct view_context){
        .catalogue = w->catalogue,
        .actor = *actor,
        .lang = LANG_ZH,
        .now_us = w->now_us,
    };
}

struct seen seen_text(struct json_out *take_out)
{
    struct seen s = {.out = *take_out};

    assert_int_equal(json_out_text(&s.out, &s.body).code, ERR_NONE);
    if (s.body.size > 0) {
        assert_int_equal(json_parse(s.body, &s.doc, NULL).code, ERR_NONE);
        s.root = json_root(s.doc);
    }
    return s;
}

static struct seen seen_of(struct answer *take_answer)
{
    struct seen s = seen_text(&take_answer->body);

    s.refusal = take_answer->refusal;
    s.denied_by_right = take_answer->denied_by_right;
    s.denied_object = take_answer->denied_object;
    memcpy(s.etag, take_answer->etag, sizeof(s.etag));
    assert_true((s.refusal == REFUSAL_NONE) == (s.body.size > 0));
    return s;
}

struct seen seen_read(struct city *w, const struct actor *actor, enum read read,
                      const void *params)
{
    struct view_context x = seen_context(w, actor);
    struct arena *a = arena_new(LIMIT_COMMAND_ARENA);
    struct answer answer;
    struct store_txn *t;
    struct seen s;

    answer_init(&answer);
    assert_int_equal(store_read_begin(w->store.store, &t).code, ERR_NONE);
    assert_int_equal(view_read(t, &x, read, params, a, &answer).code, ERR_NONE);
    store_end(t);
    s = seen_of(&answer);
    arena_free(a);
    return s;
}

struct seen seen_answer(struct city *w, const struct actor *actor,
                        enum command command, const struct city_result *r)
{
    struct view_context x = seen_context(w, actor);
    struct arena *a = arena_new(LIMIT_COMMAND_ARENA);
    struct answer answer;
    struct store_txn *t;
    struct seen s;

    answer_init(&answer);
    assert_int_equal(store_read_begin(w->store.store, &t).code, ERR_NONE);
    assert_int_equal(
        view_command_answer(
            t, &x,
            &(struct granted){command, r->object, r->version, r->position}, a,
            &answer)
            .code,
        ERR_NONE);
    store_end(t);
    s = seen_of(&answer);
    arena_free(a);
    return s;
}

struct seen seen_case(struct city *w, const struct actor *actor,
                      struct case_no no)
{
    const struct read_read_case params = {.no = no};

    return seen_read(w, actor, READ_READ_CASE, &params);
}

void seen_free(struct seen *s)
{
    json_free(s->doc);
    json_out_release(&s->out);
    *s = (struct seen){0};
}

bool seen_has(const struct seen *s, const char *bytes)
{
    return s->body.size > 0 &&
           memmem(s->body.at, s->body.size, bytes, strlen(bytes)) != NULL;
}

const struct json_value *seen_at(const struct seen *s, const char *path)
{
    const struct json_value *v = s->root;

    while (v != NULL && *path != '\0') {
        const char *end = strchrnul(path, '/');
        char name[64] = {0};

        memcpy(name, path, (size_t)(end - path));
        if (json_type_of(v) == JSON_IS_ARRAY) {
            size_t index = (size_t)strtoul(name, NULL, 10);

            v = index < json_count(v) ? json_item(v, index) : NULL;
        } else {
            v = json_member(v, name);
        }
        path = *end == '/' ? end + 1 : end;
    }
    return v;
}

struct text seen_string(const struct seen *s, const char *path)
{
    const struct json_value *v = seen_at(s, path);

    if (v == NULL) {
        fail_msg("%s is not there", path);
    }
    assert_int_equal(json_type_of(v), JSON_IS_TEXT);
    return json_text(v);
}

int64_t seen_integer(const struct seen *s, const char *path)
{
    const struct json_value *v = seen_at(s, path);

    if (v == NULL) {
        fail_msg("%s is not there", path);
    }
    assert_int_equal(json_type_of(v), JSON_IS_INTEGER);
    return json_int64(v);
}

bool seen_true(const struct seen *s, const char *path)
{
    const struct json_value *v = seen_at(s, path);

    return v != NULL && json_type_of(v) == JSON_IS_BOOL && json_bool(v);
}

struct trail_need seen_need(struct city *w, const struct actor *actor,
                            enum read read, const void *params)
{
    struct view_context x = seen_context(w, actor);
    struct trail_need need;
    struct store_txn *t;

    assert_int_equal(store_read_begin(w->store.store, &t).code, ERR_NONE);
    assert_int_equal(view_trail_need(t, &x, read, params, &need).code,
                     ERR_NONE);
    store_end(t);
    return need;
}
