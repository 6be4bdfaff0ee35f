/*
 * json_parse.c - one JSON text in, bounded before jansson sees it.
 *
 * jansson stops at 2,048 levels by its own limit, and the memory that it takes
 * holds what a child said: so a scanner of our own, which knows strings and
 * nothing else of the grammar, refuses depth and length first, and jansson's
 * allocator wipes what it frees. A json_value is jansson's json_t under another
 * name; as_jansson is the one place that says so.
 */
#include "codec/codec.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

struct json_doc {
    json_t *root;
};

/* ---- memory: the size stands before each block, so that free can wipe ---- */

enum { MEMORY_HEAD = 16 };

static_assert(MEMORY_HEAD % alignof(max_align_t) == 0, "blocks stay aligned");

static void *wiping_malloc(size_t size)
{
    uint8_t *block;

    if (size > SIZE_MAX - MEMORY_HEAD) {
        return NULL;
    }
    block = malloc(size + MEMORY_HEAD);
    if (block == NULL) {
        return NULL;
    }
    memcpy(block, &size, sizeof(size));
    return block + MEMORY_HEAD;
}

static void wiping_free(void *p)
{
    uint8_t *block = p;
    size_t size;

    if (p == NULL) {
        return;
    }
    block -= MEMORY_HEAD;
    memcpy(&size, block, sizeof(size));
    bytes_wipe(block, size + MEMORY_HEAD);
    free(block);
}

/* Before main: jansson must never free with one what it took with another. */
__attribute__((constructor)) static void set_allocator(void)
{
    json_set_alloc_funcs(wiping_malloc, wiping_free);
}

/* ---- before jansson ---- */

/* The first byte that is nested deeper than allowed, that begins one value too
 * many (each empty array costs a hundred times its two bytes, and the loop
 * waits), or NUL; size if none. */
static size_t scan(struct text in, const char **ret_code)
{
    size_t depth = 0;
    size_t values = 0;
    bool in_string = false;

    for (size_t i = 0; i < in.size; i++) {
        char c = in.at[i];

        if (c == '\0') {
            *ret_code = "json.syntax";
            return i;
        }
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
            continue;
        }
        in_string = c == '"';
        if (c == '[' || c == '{') {
            depth++;
        }
        if (depth > LIMIT_JSON_DEPTH) {
            *ret_code = "json.too_deep";
            return i;
        }
        values += c == '[' || c == '{' || c == ',';
        if (values > LIMIT_JSON_VALUES) {
            *ret_code = "json.too_long";
            return i;
        }
        if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return in.size;
}

static struct err refuse(struct json_problem *ret_problem, const char *code,
                         size_t offset)
{
    if (ret_problem != NULL) {
        *ret_problem = (struct json_problem){.code = code, .offset = offset};
    }
    return ERR(ERR_INPUT);
}

static const char *code_of(const json_error_t *e)
{
    enum json_error_code code = json_error_code(e);

    if (code == json_error_duplicate_key) {
        return "json.duplicate_key";
    }
    if (code == json_error_end_of_input_expected) {
        return "json.trailing";
    }
    if (code == json_error_invalid_utf8) {
        return "json.not_utf8";
    }
    return code == json_error_stack_overflow ? "json.too_deep" : "json.syntax";
}

struct err json_parse(struct text in, struct json_doc **ret_doc,
                      struct json_problem *ret_problem)
{
    const char *code = NULL;
    json_error_t error = {0};
    struct json_doc *d;
    json_t *root;
    size_t stop;

    if (in.size > LIMIT_JSON_BYTES) {
        return refuse(ret_problem, "json.too_long", LIMIT_JSON_BYTES);
    }
    stop = scan(in, &code);
    if (stop < in.size) {
        return refuse(ret_problem, code, stop);
    }
    if (!utf8_valid(in)) {
        return refuse(ret_problem, "json.not_utf8", 0);
    }
    root = json_loadb(in.size > 0 ? in.at : "", in.size,
                      JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (root == NULL) {
        if (json_error_code(&error) == json_error_out_of_memory) {
            BUG("out of memory");
        }
        return refuse(ret_problem, code_of(&error),
                      error.position > 0 ? (size_t)error.position : 0);
    }
    if (error.position < 0 || (size_t)error.position != in.size) {
        json_decref(root);
        return refuse(ret_problem, "json.trailing",
                      error.position > 0 ? (size_t)error.position : 0);
    }
    d = heap_take(sizeof(*d));
    d->root = root;
    *ret_doc = d;
    return OK;
}

void json_free(struct json_doc *d)
{
    if (d == NULL) {
        return;
    }
    json_decref(d->root);
    free(d);
}

/* ---- looking at values ---- */

/* The one cast: jansson's readers take a json_t that is not const. */
static json_t *as_jansson(const struct json_value *v)
{
    const union {
        const struct json_value *ours;
        json_t *theirs;
    } same = {.ours = v};

    assert(v != NULL);
    return same.theirs;
}

static const struct json_value *as_value(const json_t *j)
{
    return (const struct json_value *)j;
}

const struct json_value *json_root(const struct json_doc *d)
{
    assert(d != NULL);
    return as_value(d->root);
}

enum json_type json_type_of(const struct json_value *v)
{
    switch (json_typeof(as_jansson(v))) {
    case JSON_OBJECT:
        return JSON_IS_OBJECT;
    case JSON_ARRAY:
        return JSON_IS_ARRAY;
    case JSON_STRING:
        return JSON_IS_TEXT;
    case JSON_INTEGER:
        return JSON_IS_INTEGER;
    case JSON_REAL:
        return JSON_IS_REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return JSON_IS_BOOL;
    case JSON_NULL:
        return JSON_IS_NULL;
    }
    BUG("a json type of its own");
}

const struct json_value *json_member(const struct json_value *v,
                                     const char *name)
{
    return as_value(json_object_get(as_jansson(v), name));
}

size_t json_count(const struct json_value *v)
{
    json_t *j = as_jansson(v);

    return json_is_object(j) ? json_object_size(j) : json_array_size(j);
}

const struct json_value *json_item(const struct json_value *v, size_t index)
{
    return as_value(json_array_get(as_jansson(v), index));
}

bool json_bool(const struct json_value *v)
{
    json_t *j = as_jansson(v);

    assert(json_is_boolean(j));
    return json_is_true(j);
}

int64_t json_int64(const struct json_value *v)
{
    json_t *j = as_jansson(v);

    assert(json_is_integer(j));
    return json_integer_value(j);
}

struct text json_text(const struct json_value *v)
{
    json_t *j = as_jansson(v);

    assert(json_is_string(j));
    return (struct text){json_string_value(j), json_string_length(j)};
}

void json_each(const struct json_value *v,
               bool (*see)(void *context, struct text name,
                           const struct json_value *value),
               void *context)
{
    json_t *j = as_jansson(v);

    for (void *at = json_object_iter(j); at != NULL;
         at = json_object_iter_next(j, at)) {
        if (!see(context, text_of(json_object_iter_key(at)),
                 as_value(json_object_iter_value(at)))) {
            return;
        }
    }
}

struct err json_compact(const struct json_value *v, struct arena *a,
                        struct text *ret)
{
    const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
    json_t *j = as_jansson(v);
    size_t size = json_dumpb(j, NULL, 0, flags);
    char *at;

    assert(size > 0);
    at = arena_take(a, size + 1);
    if (at == NULL) {
        return ERR(ERR_LIMIT);
    }
    if (json_dumpb(j, at, size, flags) != size) {
        BUG("a value changed its length");
    }
    *ret = (struct text){at, size};
    return OK;
}
