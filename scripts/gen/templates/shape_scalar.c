/*
 * shape_scalar.c - one text from outside, or from the log, into one value.
 *
 * One reader a kind, in a table. An enum member is written as unsigned int,
 * which is what gcc and clang make of every generated enum (asserted where
 * the lists are generated).
 */
#include "gen/shape_table.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "text/text.h"

struct want { /* what a reader is given */
    const struct shape_field *field;
    enum shape_source source;
    struct text text;
    struct arena *arena;
    char *at;
    struct shape_fault *fault;
};

static struct err say(const struct want *w, const char *code, int64_t bound)
{
    *w->fault = (struct shape_fault){code, bound};
    return ERR(ERR_INPUT);
}

static struct err keep(const struct want *w, struct text s)
{
    const struct text copy = arena_copy_text(w->arena, s);
    if (copy.at == NULL && s.size > 0)
        return ERR(ERR_LIMIT);
    memcpy(w->at, &copy, sizeof(copy));
    return OK;
}

static struct err check_length(const struct want *w, size_t count)
{
    if (count > (uint64_t)w->field->max)
        return say(w, "field.too_long", w->field->max);
    if (count < (uint64_t)w->field->min)
        return say(w, "field.too_short", w->field->min);
    return OK;
}

static struct err read_words(const struct want *w)
{
    struct text clean;
    const enum text_kind kind =
        w->field->kind == SHAPE_PROSE ? TEXT_PROSE : TEXT_LINE;
    /* NFC makes at most four code points of four bytes into one: what is
     * longer cannot fit, so ICU need not look at it. */
    if (w->text.size / 16 > (uint64_t)w->field->max)
        return say(w, "field.too_long", w->field->max);
    struct err e = text_clean(w->text, kind, w->arena, &clean);
    if (e.code == ERR_INPUT)
        return say(w, "field.bad_text", 0);
    if (failed(e))
        return e;
    if (clean.size == 0)
        return say(w, "field.missing", 0);
    e = check_length(w, utf8_count(clean));
    if (failed(e))
        return e;
    memcpy(w->at, &clean, sizeof(clean));
    return OK;
}

static struct err read_secret(const struct want *w)
{
    if (w->text.size == 0)
        return say(w, "field.missing", 0);
    if (!utf8_valid(w->text))
        return say(w, "field.bad_text", 0);
    const struct err e = check_length(w, utf8_count(w->text));
    return failed(e) ? e : keep(w, w->text);
}

static bool token_has(const struct shape_token *t, char c)
{
    const uint8_t u = (uint8_t)c;
    if (u >= 128)
        return false;
    return ((u < 64 ? t->low >> u : t->high >> (u - 64)) & 1) != 0;
}

static struct err read_token(const struct want *w)
{
    if (w->text.size == 0)
        return say(w, "field.missing", 0);
    const struct err e = check_length(w, w->text.size);
    if (failed(e))
        return e;
    for (size_t i = 0; i < w->text.size; i++)
        if (!token_has(w->field->token, w->text.at[i]))
            return say(w, "field.pattern", 0);
    return keep(w, w->text);
}

static struct err read_id(const struct want *w)
{
    struct id id;
    if (!id_from_hex(w->text, &id))
        return say(w, "field.pattern", 0);
    memcpy(w->at, &id, sizeof(id));
    return OK;
}

static struct err read_list(const struct want *w)
{
    const struct list_entry *entry = list_by_code(w->field->list, w->text);
    if (entry == NULL)
        return say(w, "field.not_listed", 0);
    const unsigned int number = entry->number;
    memcpy(w->at, &number, sizeof(number));
    return OK;
}

static struct err read_case_no(const struct want *w)
{
    struct case_no no;
    if (!case_no_from(w->text, &no))
        return say(w, "field.pattern", 0);
    memcpy(w->at, &no, sizeof(no));
    return OK;
}

static struct err read_time(const struct want *w)
{
    const int64_t us = iso_to_us(w->text.at, w->text.size);
    if (us == INT64_MIN)
        return say(w, "field.pattern", 0);
    memcpy(w->at, &us, sizeof(us));
    return OK;
}

static struct err read_territory(const struct want *w)
{
    uint64_t code;
    if (!territory_from(w->text, &code))
        return say(w, "field.pattern", 0);
    memcpy(w->at, &code, sizeof(code));
    return OK;
}

/* Of a query only: in a body an integer is a JSON integer. */
static struct err read_integer(const struct want *w)
{
    const bool minus = w->text.size > 0 && w->text.at[0] == '-';
    const size_t first = minus ? 1 : 0;
    if (w->text.size == first || w->text.size > first + 18)
        return say(w, "field.type", 0);
    int64_t number = 0;
    for (size_t i = first; i < w->text.size; i++) {
        if (w->text.at[i] < '0' || w->text.at[i] > '9')
            return say(w, "field.type", 0);
        number = number * 10 + (w->text.at[i] - '0');
    }
    number = minus ? -number : number;
    if (number < w->field->min)
        return say(w, "field.out_of_range", w->field->min);
    if (number > w->field->max)
        return say(w, "field.out_of_range", w->field->max);
    memcpy(w->at, &number, sizeof(number));
    return OK;
}

static struct err read_boolean(const struct want *w)
{
    const bool yes = text_is(w->text, "true");
    if (!yes && !text_is(w->text, "false"))
        return say(w, "field.type", 0);
    memcpy(w->at, &yes, sizeof(yes));
    return OK;
}

static const struct {
    size_t size;
    struct err (*read)(const struct want *w);
} kinds[] = {
    [SHAPE_LINE] = {sizeof(struct text), read_words},
    [SHAPE_PROSE] = {sizeof(struct text), read_words},
    [SHAPE_TOKEN] = {sizeof(struct text), read_token},
    [SHAPE_SECRET] = {sizeof(struct text), read_secret},
    [SHAPE_JSON] = {sizeof(struct text), NULL},
    [SHAPE_ID] = {sizeof(struct id), read_id},
    [SHAPE_LIST] = {sizeof(unsigned int), read_list},
    [SHAPE_CASE_NO] = {sizeof(struct case_no), read_case_no},
    [SHAPE_TIME] = {sizeof(int64_t), read_time},
    [SHAPE_TERRITORY] = {sizeof(uint64_t), read_territory},
    [SHAPE_INTEGER] = {sizeof(int64_t), read_integer},
    [SHAPE_BOOLEAN] = {sizeof(bool), read_boolean},
};

size_t shape_kind_size(uint8_t kind)
{
    assert(kind < ARRAY_COUNT(kinds));
    return kinds[kind].size;
}

static bool is_words(uint8_t kind)
{
    return kind == SHAPE_LINE || kind == SHAPE_PROSE || kind == SHAPE_TOKEN ||
           kind == SHAPE_SECRET;
}

struct err shape_scalar(const struct shape_field *f, enum shape_source source,
                        struct text s, struct arena *a, char *at,
                        struct shape_fault *ret_fault)
{
    assert(f->kind < ARRAY_COUNT(kinds));
    assert(kinds[f->kind].read != NULL);
    const struct want w = {f, source, s, a, at, ret_fault};
    if (source == SHAPE_STORED && is_words(f->kind))
        return keep(&w, s);
    if (s.size == 0)
        return say(&w, "field.missing", 0);
    return kinds[f->kind].read(&w);
}

bool shape_path(uint8_t kind, struct text s, void *ret)
{
    if (kind == SHAPE_ID) {
        struct id id;
        if (!id_from_hex(s, &id))
            return false;
        memcpy(ret, &id, sizeof(id));
        return true;
    }
    if (kind == SHAPE_CASE_NO) {
        struct case_no no;
        if (!case_no_from(s, &no))
            return false;
        memcpy(ret, &no, sizeof(no));
        return true;
    }
    assert(kind == SHAPE_LINE);
    if (s.size == 0 || s.size > 128 || !utf8_valid(s))
        return false;
    for (size_t i = 0; i < s.size; i++)
        if ((uint8_t)s.at[i] < 0x20 || s.at[i] == 0x7f)
            return false;
    memcpy(ret, &s, sizeof(s));
    return true;
}
