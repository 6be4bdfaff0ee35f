/*
 * reader.c - reads JSON that an operator wrote, and says what is wrong in one
 * sentence that names the place: "/content/units/3/code: must be ...".
 */
#include <stdio.h>
#include <string.h>

#include "model/catalogue.h"

bool reader_complain(struct reader *r, const char *path, const char *must)
{
    char row[64] = "";

    if (r->why[0] != '\0') {
        return false; /* the first thing that is wrong is told */
    }
    if (r->list != NULL) {
        (void)snprintf(row, sizeof(row), "/%s/%zu", r->list, r->index);
    }
    /* Cut where it does not fit: a sentence for a person. */
    (void)snprintf(r->why, sizeof(r->why), "/content%s%s%s: %s", row,
                   path[0] == '\0' ? "" : "/", path, must);
    return false;
}

struct members {
    struct reader *reader;
    const char *path;
    const char *const *names;
    size_t count;
    bool good;
};

static bool known_member(void *context, struct text name,
                         const struct json_value *value)
{
    struct members *m = context;
    char path[96];

    (void)value; /* looked at by name, later */
    for (size_t i = 0; i < m->count; i++) {
        if (text_is(name, m->names[i])) {
            return true;
        }
    }
    (void)snprintf(path, sizeof(path), "%s%s%.*s", m->path,
                   m->path[0] == '\0' ? "" : "/",
                   (int)(name.size < 40 ? name.size : 40), name.at);
    m->good = reader_complain(m->reader, path, "is not a member known here");
    return false;
}

bool reader_object(struct reader *r, const struct json_value *v,
                   const char *path, const char *const *names, size_t count)
{
    struct members m = {r, path, names, count, true};

    if (v == NULL || json_type_of(v) != JSON_IS_OBJECT) {
        return reader_complain(r, path, "must be an object");
    }
    json_each(v, known_member, &m);
    return m.good;
}

static bool copy_text(struct reader *r, struct text from, struct text *ret)
{
    *ret = arena_copy_text(r->arena, from);
    r->full = ret->at == NULL && from.size > 0;
    return !r->full;
}

bool reader_text(struct reader *r, const struct json_value *object,
                 const char *name, size_t points_max, struct text *ret)
{
    const struct json_value *v = json_member(object, name);
    char must[64];
    struct text text;

    (void)snprintf(must, sizeof(must),
                   "must be one line of 1 to %zu characters", points_max);
    if (v == NULL || json_type_of(v) != JSON_IS_TEXT) {
        return reader_complain(r, name, must);
    }
    text = json_text(v);
    for (size_t i = 0; i < text.size; i++) {
        if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7f) {
            return reader_complain(r, name, must);
        }
    }
    if (text.size == 0 || utf8_count(text) > points_max) {
        return reader_complain(r, name, must);
    }
    return copy_text(r, text, ret);
}

static bool in_alphabet(char c, const char *further)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr(further, c) != NULL);
}

bool reader_code(struct reader *r, const struct json_value *object,
                 const char *name, const char *further, char *ret, size_t size)
{
    const struct json_value *v = json_member(object, name);
    char must[96];
    struct text text = {NULL, 0};
    bool good = v != NULL && json_type_of(v) == JSON_IS_TEXT;

    if (good) {
        text = json_text(v);
        good = text.size > 0 && text.size <= size;
    }
    for (size_t i = 0; good && i < text.size; i++) {
        good = in_alphabet(text.at[i], further);
    }
    if (!good) {
        (void)snprintf(must, sizeof(must),
                       "must be 1 to %zu characters out of a-z 0-9 %.32s", size,
                       further);
        return reader_complain(r, name, must);
    }
    memset(ret, 0, size);
    memcpy(ret, text.at, text.size);
    return true;
}

bool reader_integer(struct reader *r, const struct json_value *object,
                    const char *name, int64_t min, int64_t max, int64_t *ret)
{
    const struct json_value *v = json_member(object, name);
    char must[96];

    if (v == NULL || json_type_of(v) != JSON_IS_INTEGER ||
        json_int64(v) < min || json_int64(v) > max) {
        (void)snprintf(must, sizeof(must),
                       "must be a whole number from %lld to %lld",
                       (long long)min, (long long)max);
        return reader_complain(r, name, must);
    }
    *ret = json_int64(v);
    return true;
}

bool reader_territory(struct reader *r, const struct json_value *object,
                      const char *name, uint64_t *ret)
{
    const struct json_value *v = json_member(object, name);

    if (v == NULL || json_type_of(v) != JSON_IS_TEXT ||
        !territory_from(json_text(v), ret)) {
        return reader_complain(r, name, "must be a code of 6, 9 or 12 digits");
    }
    return true;
}

const struct json_value *reader_list(struct reader *r,
                                     const struct json_value *content,
                                     const char *name, size_t max)
{
    const struct json_value *v = json_member(content, name);
    char must[64];

    if (v == NULL || json_type_of(v) != JSON_IS_ARRAY || json_count(v) == 0 ||
        json_count(v) > max) {
        (void)snprintf(must, sizeof(must), "must be a list of 1 to %zu rows",
                       max);
        (void)reader_complain(r, name, must); /* NULL says it too */
        return NULL;
    }
    return v;
}

void *reader_rows(struct reader *r, size_t count, size_t row_bytes)
{
    void *rows = arena_take(r->arena, count * row_bytes); /* count is bounded */

    r->full = rows == NULL;
    return rows;
}

bool reader_bool(struct reader *r, const struct json_value *object,
                 const char *name, bool *ret)
{
    const struct json_value *v = json_member(object, name);

    if (v == NULL || json_type_of(v) != JSON_IS_BOOL) {
        return reader_complain(r, name, "must be true or false");
    }
    *ret = json_bool(v);
    return true;
}

bool reader_word(struct reader *r, const struct json_value *object,
                 const char *name, struct text *ret)
{
    const struct json_value *v = json_member(object, name);

    *ret = (struct text){"", 0};
    if (v == NULL) {
        return true;
    }
    if (json_type_of(v) != JSON_IS_TEXT) {
        return reader_complain(r, name, "must be a text");
    }
    *ret = json_text(v);
    return true;
}

bool reader_words(struct reader *r, const struct json_value *object,
                  const char *name, size_t max, const struct json_value **ret,
                  size_t *ret_count)
{
    const struct json_value *v = json_member(object, name);
    char must[64];

    *ret = v;
    *ret_count = 0;
    if (v == NULL) {
        return true;
    }
    (void)snprintf(must, sizeof(must), "must be a list of at most %zu texts",
                   max);
    if (json_type_of(v) != JSON_IS_ARRAY || json_count(v) > max) {
        return reader_complain(r, name, must);
    }
    for (size_t i = 0; i < json_count(v); i++) {
        if (json_type_of(json_item(v, i)) != JSON_IS_TEXT) {
            return reader_complain(r, name, must);
        }
    }
    *ret_count = json_count(v);
    return true;
}

bool reader_each(struct reader *r, const char *name,
                 const struct json_value *list, reader_row_fn read,
                 struct catalogue *ret)
{
    r->list = name;
    for (r->index = 0; r->index < json_count(list); r->index++) {
        if (!read(r, json_item(list, r->index), ret)) {
            return false;
        }
    }
    r->list = NULL;
    return true;
}
