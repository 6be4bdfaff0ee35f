/*
 * shape_decode.c - a parsed JSON object into a generated struct.
 *
 * The members are taken in the order of the document, so that the first
 * problem told is the first one seen by whoever reads the document. Nesting is
 * walked with a stack of its own (C_STYLE: no recursion); the struct is built
 * in the arena and copied out only when it is whole.
 */
#include "gen/shape_table.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct member {
    struct text name;
    const struct json_value *value;
};

/* One object or one array of objects that is being filled. */
struct step {
    const struct shape *shape;      /* of the object, or of the items */
    char *at;                       /* the struct, or the first item */
    const struct json_value *array; /* NULL: an object */
    const struct member *members;
    size_t count; /* members or items */
    size_t next;  /* the one before it is being read */
    uint64_t seen;
};

struct decoder {
    enum shape_source source;
    struct arena *arena;
    struct shape_fault fault;
    const char *missing; /* a required member that is not there */
    struct step steps[2 * SHAPE_DEPTH_MAX];
    size_t depth;
};

static struct err say(struct decoder *d, const char *code, int64_t bound)
{
    d->fault = (struct shape_fault){code, bound};
    return ERR(ERR_INPUT);
}

/* ------------------------------------------------------ JSON Pointer ---- */

struct pointer {
    char *at;
    size_t size;
    size_t room;
};

static void pointer_put(struct pointer *p, const char *at, size_t size)
{
    if (size >= p->room - p->size) {
        p->room = p->size + 1; /* full: nothing more, the head is kept */
        return;
    }
    memcpy(p->at + p->size, at, size);
    p->size += size;
    p->at[p->size] = '\0';
}

/* RFC 6901 section 3; a code point is put whole or not at all. */
static void pointer_name(struct pointer *p, struct text name)
{
    pointer_put(p, "/", 1);
    for (size_t i = 0; i < name.size;) {
        size_t size = 1;
        while (i + size < name.size &&
               ((uint8_t)name.at[i + size] & 0xC0) == 0x80)
            size++;
        if (name.at[i] == '~')
            pointer_put(p, "~0", 2);
        else if (name.at[i] == '/')
            pointer_put(p, "~1", 2);
        else
            pointer_put(p, name.at + i, size);
        i += size;
    }
}

static void tell(const struct decoder *d, struct field_problem *ret)
{
    struct field_problem told = {.code = d->fault.code,
                                 .bound = d->fault.bound};
    struct pointer p = {told.pointer, 0, sizeof(told.pointer)};
    for (size_t i = 0; i < d->depth; i++) {
        const struct step *s = &d->steps[i];
        const bool last = i + 1 == d->depth;
        if (s->array != NULL && s->next > 0) {
            char digits[24];
            const int size =
                snprintf(digits, sizeof(digits), "/%zu", s->next - 1);
            pointer_put(&p, digits, size > 0 ? (size_t)size : 0);
        } else if (last && d->missing != NULL) {
            pointer_name(&p, text_of(d->missing));
        } else if (s->array == NULL && s->next > 0) {
            pointer_name(&p, s->members[s->next - 1].name);
        }
    }
    *ret = told;
}

/* ------------------------------------------------------------- steps ---- */

struct collector {
    struct member *members;
    size_t count;
    size_t room;
};

static bool collect(void *context, struct text name,
                    const struct json_value *value)
{
    struct collector *c = context;
    if (c->count == c->room)
        return false;
    c->members[c->count++] = (struct member){name, value};
    return true;
}

/* An object with more members than its shape has an unknown one among the
 * first count + 1, because the parser refuses two of one name. */
static struct err push_object(struct decoder *d, const struct shape *shape,
                              char *at, const struct json_value *v)
{
    assert(d->depth < ARRAY_COUNT(d->steps));
    if (json_type_of(v) != JSON_IS_OBJECT)
        return say(d, "field.type", 0);
    struct collector c = {.room = shape->count + 1};
    c.members = arena_take(d->arena, c.room * sizeof(*c.members));
    if (c.members == NULL)
        return ERR(ERR_LIMIT);
    json_each(v, collect, &c);
    d->steps[d->depth++] = (struct step){
        .shape = shape, .at = at, .members = c.members, .count = c.count};
    return OK;
}

/* The items of an array, zeroed, and their address in the struct. */
static struct err make_items(struct decoder *d, const struct shape_field *f,
                             size_t count, size_t size, char *at, char **ret)
{
    void *items = NULL;
    if (count > 0) {
        items = arena_take(d->arena, count * size);
        if (items == NULL)
            return ERR(ERR_LIMIT);
    }
    const void *const items_read = items;
    memcpy(at + f->offset, &items_read, sizeof(items_read));
    memcpy(at + f->count_offset, &count, sizeof(count));
    *ret = items;
    return OK;
}

/* ------------------------------------------------------------ values ---- */

static struct err read_json(struct decoder *d, const struct shape_field *f,
                            const struct json_value *v, char *at)
{
    struct text compact;
    const struct err e = json_compact(v, d->arena, &compact);
    if (failed(e))
        return e;
    if (d->source == SHAPE_OUTSIDE && compact.size > (uint64_t)f->max)
        return say(d, "field.too_long", f->max);
    memcpy(at, &compact, sizeof(compact));
    return OK;
}

static struct err read_integer(struct decoder *d, const struct shape_field *f,
                               const struct json_value *v, char *at)
{
    if (json_type_of(v) != JSON_IS_INTEGER)
        return say(d, "field.type", 0);
    const int64_t number = json_int64(v);
    if (d->source == SHAPE_OUTSIDE && number < f->min)
        return say(d, "field.out_of_range", f->min);
    if (d->source == SHAPE_OUTSIDE && number > f->max)
        return say(d, "field.out_of_range", f->max);
    memcpy(at, &number, sizeof(number));
    return OK;
}

static struct err read_boolean(struct decoder *d, const struct json_value *v,
                               char *at)
{
    if (json_type_of(v) != JSON_IS_BOOL)
        return say(d, "field.type", 0);
    const bool yes = json_bool(v);
    memcpy(at, &yes, sizeof(yes));
    return OK;
}

/* One value that is no object. */
static struct err read_plain(struct decoder *d, const struct shape_field *f,
                             const struct json_value *v, char *at)
{
    if (f->kind == SHAPE_JSON)
        return read_json(d, f, v, at);
    if (f->kind == SHAPE_INTEGER)
        return read_integer(d, f, v, at);
    if (f->kind == SHAPE_BOOLEAN)
        return read_boolean(d, v, at);
    if (json_type_of(v) != JSON_IS_TEXT)
        return say(d, "field.type", 0);
    return shape_scalar(f, d->source, json_text(v), d->arena, at, &d->fault);
}

/* A text with nothing in it is as good as a member that is not there. */
static bool left_empty(const struct decoder *d, const struct shape_field *f,
                       struct err e)
{
    return e.code == ERR_INPUT && f->optional && d->source == SHAPE_OUTSIDE &&
           strcmp(d->fault.code, "field.missing") == 0;
}

static struct err read_one(struct decoder *d, const struct shape_field *f,
                           const struct json_value *v, char *at)
{
    const struct err e = read_plain(d, f, v, at + f->offset);
    if (left_empty(d, f, e))
        return OK;
    if (!failed(e) && f->optional)
        memcpy(at + f->has_offset, &(bool){true}, sizeof(bool));
    return e;
}

static struct err read_plain_items(struct decoder *d,
                                   const struct shape_field *f,
                                   const struct json_value *v, char *items)
{
    const size_t size = shape_kind_size(f->kind);
    struct step *s = &d->steps[d->depth++];
    *s = (struct step){.array = v, .count = json_count(v)};
    while (s->next < s->count) {
        assert(items != NULL);
        const size_t index = s->next++;
        const struct err e =
            read_plain(d, f, json_item(v, index), items + index * size);
        if (failed(e))
            return e; /* the step stays: it is part of the pointer */
    }
    d->depth--;
    return OK;
}

static struct err read_array(struct decoder *d, const struct shape_field *f,
                             const struct json_value *v, char *at)
{
    assert(d->depth < ARRAY_COUNT(d->steps));
    if (json_type_of(v) != JSON_IS_ARRAY)
        return say(d, "field.type", 0);
    const size_t count = json_count(v);
    if (d->source == SHAPE_OUTSIDE && count > f->items_max)
        return say(d, "field.too_many", f->items_max);
    if (d->source == SHAPE_OUTSIDE && count < f->items_min)
        return say(d, "field.too_short", f->items_min);
    const bool objects = f->kind == SHAPE_OBJECT;
    const size_t size = objects ? f->shape->size : shape_kind_size(f->kind);
    char *items = NULL;
    const struct err e = make_items(d, f, count, size, at, &items);
    if (failed(e))
        return e;
    if (f->optional)
        memcpy(at + f->has_offset, &(bool){true}, sizeof(bool));
    if (!objects)
        return read_plain_items(d, f, v, items);
    d->steps[d->depth++] = (struct step){
        .shape = f->shape, .at = items, .array = v, .count = count};
    return OK;
}

static struct err read_field(struct decoder *d, const struct shape_field *f,
                             const struct json_value *v, char *at)
{
    if (f->kind == SHAPE_PASSED)
        return OK;
    if (json_type_of(v) == JSON_IS_NULL && f->optional)
        return OK;
    if (json_type_of(v) == JSON_IS_NULL && f->kind != SHAPE_JSON)
        return say(d, "field.missing", 0);
    if (f->array)
        return read_array(d, f, v, at);
    if (f->kind != SHAPE_OBJECT)
        return read_one(d, f, v, at);
    if (f->optional)
        memcpy(at + f->has_offset, &(bool){true}, sizeof(bool));
    return push_object(d, f->shape, at + f->offset, v);
}

/* -------------------------------------------------------------- walk ---- */

static size_t find_field(const struct shape *s, struct text name)
{
    size_t i = 0;
    while (i < s->count && !text_is(name, s->fields[i].name))
        i++;
    return i;
}

static struct err next_member(struct decoder *d)
{
    struct step *s = &d->steps[d->depth - 1];
    const struct member *m = &s->members[s->next++];
    const size_t index = find_field(s->shape, m->name);
    if (index == s->shape->count)
        return say(d, "field.unknown", 0);
    s->seen |= UINT64_C(1) << index;
    return read_field(d, &s->shape->fields[index], m->value, s->at);
}

static struct err end_object(struct decoder *d)
{
    const struct step *s = &d->steps[d->depth - 1];
    for (size_t i = 0; i < s->shape->count; i++) {
        const struct shape_field *f = &s->shape->fields[i];
        if (f->optional || f->kind == SHAPE_PASSED || ((s->seen >> i) & 1) != 0)
            continue;
        d->missing = f->name;
        return say(d, "field.missing", 0);
    }
    d->depth--;
    return OK;
}

static struct err next_item(struct decoder *d)
{
    struct step *s = &d->steps[d->depth - 1];
    if (s->next == s->count) {
        d->depth--;
        return OK;
    }
    const size_t index = s->next++;
    return push_object(d, s->shape, s->at + index * s->shape->size,
                       json_item(s->array, index));
}

static struct err walk(struct decoder *d)
{
    while (d->depth > 0) {
        const struct step *s = &d->steps[d->depth - 1];
        struct err e;
        if (s->array != NULL)
            e = next_item(d);
        else if (s->next < s->count)
            e = next_member(d);
        else
            e = end_object(d);
        if (failed(e))
            return e;
    }
    return OK;
}

static struct err decode(struct decoder *d, const struct shape *s,
                         const struct json_value *v, void *ret, size_t size)
{
    assert(s->count <= SHAPE_FIELDS_MAX);
    assert(size >= s->size);
    char *whole = arena_take(d->arena, size);
    if (whole == NULL)
        return ERR(ERR_LIMIT);
    struct err e = push_object(d, s, whole, v);
    if (!failed(e))
        e = walk(d);
    if (!failed(e))
        memcpy(ret, whole, size);
    return e;
}

struct err shape_decode(const struct shape *s, const struct json_value *v,
                        struct arena *a, void *ret,
                        struct field_problem *ret_problem)
{
    struct decoder d = {.source = SHAPE_OUTSIDE, .arena = a};
    const struct err e = decode(&d, s, v, ret, s->size);
    if (e.code == ERR_INPUT)
        tell(&d, ret_problem);
    return e;
}

struct err shape_decode_stored(const struct shape *s, struct text json,
                               struct arena *a, void *ret, size_t ret_size)
{
    struct json_doc *doc = NULL;
    struct err e = json_parse(json, &doc, NULL);
    if (!failed(e)) {
        struct decoder d = {.source = SHAPE_STORED, .arena = a};
        e = decode(&d, s, json_root(doc), ret, ret_size);
    }
    json_free(doc);
    return e.code == ERR_INPUT ? ERR(ERR_CORRUPT) : e;
}

/* ------------------------------------------------------------- query ---- */

/* How often the name at `first` comes; it is the first of its name. */
static size_t times_named(const struct shape_query *q, size_t first)
{
    size_t times = 0;
    for (size_t i = first; i < q->count; i++)
        times += text_equal(q->names[i], q->names[first]) ? 1 : 0;
    return times;
}

static struct err query_items(struct decoder *d, const struct shape_field *f,
                              const struct shape_query *q, size_t first,
                              char *at)
{
    const size_t times = times_named(q, first);
    char *items = NULL;
    if (times > f->items_max)
        return say(d, "field.too_many", f->items_max);
    struct err e =
        make_items(d, f, times, shape_kind_size(f->kind), at, &items);
    for (size_t i = first; i < q->count && !failed(e); i++) {
        if (!text_equal(q->names[i], q->names[first]))
            continue;
        e = shape_scalar(f, d->source, q->values[i], d->arena, items,
                         &d->fault);
        items += shape_kind_size(f->kind);
    }
    return e;
}

/* A name may come more than once only where the field is an array. */
static struct err query_field(struct decoder *d, const struct shape_field *f,
                              const struct shape_query *q, size_t first,
                              char *at)
{
    struct err e;
    if (f->array) {
        e = query_items(d, f, q, first, at);
    } else {
        if (times_named(q, first) > 1)
            return say(d, "field.too_many", 1);
        e = shape_scalar(f, d->source, q->values[first], d->arena,
                         at + f->offset, &d->fault);
        if (left_empty(d, f, e))
            return OK;
    }
    if (!failed(e) && f->optional)
        memcpy(at + f->has_offset, &(bool){true}, sizeof(bool));
    return e;
}

static struct err query_all(struct decoder *d, const struct shape_query *q)
{
    struct step *step = &d->steps[0];
    while (step->next < step->count) {
        const size_t i = step->next++;
        const size_t index = find_field(step->shape, q->names[i]);
        if (index == step->shape->count)
            return say(d, "field.unknown", 0);
        if (((step->seen >> index) & 1) != 0)
            continue; /* taken with the first of its name */
        step->seen |= UINT64_C(1) << index;
        const struct err e =
            query_field(d, &step->shape->fields[index], q, i, step->at);
        if (failed(e))
            return e;
    }
    return end_object(d);
}

struct err shape_decode_query(const struct shape *s, struct shape_query query,
                              struct arena *a, void *ret,
                              struct field_problem *ret_problem)
{
    assert(s->count <= SHAPE_FIELDS_MAX);
    struct decoder d = {.source = SHAPE_OUTSIDE, .arena = a, .depth = 1};
    struct member *members =
        arena_take(a, (query.count + 1) * sizeof(*members));
    char *whole = arena_take(a, s->size);
    if (members == NULL || whole == NULL)
        return ERR(ERR_LIMIT);
    for (size_t i = 0; i < query.count; i++)
        members[i] = (struct member){query.names[i], NULL};
    d.steps[0] = (struct step){
        .shape = s, .at = whole, .members = members, .count = query.count};
    const struct err e = query_all(&d, &query);
    if (e.code == ERR_INPUT)
        tell(&d, ret_problem);
    if (!failed(e))
        memcpy(ret, whole, s->size);
    return e;
}
