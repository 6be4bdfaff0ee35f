/*
 * shape_encode.c - generated structs into JSON, in the order of the schema.
 *
 * One writer for events, where every byte must come out the same on every
 * machine, and for views, where a mask decides what is written: a field of a
 * group that the reader may not see is not written at all, an object or array
 * whose every leaf is hidden is not either.
 */
#include "gen/shape_table.h"

#include <assert.h>
#include <string.h>

enum { LEVEL_NONE = 0, LEVEL_MASKED = 1, LEVEL_FULL = 2 }; /* mask_level */

/* One object or one array of objects that is being written. */
struct pen {
    const struct shape *shape; /* of the object, or of the items */
    const char *at;            /* the struct, or the first item */
    bool array;
    size_t count; /* fields or items */
    size_t next;
};

struct writer {
    struct json_out *out;
    const uint8_t *levels;
    struct pen pens[2 * SHAPE_DEPTH_MAX];
    size_t depth;
};

/* ------------------------------------------------------------ masked ---- */

static size_t first_code_point(struct text s)
{
    size_t size = s.size > 0 ? 1 : 0;
    while (size < s.size && ((uint8_t)s.at[size] & 0xC0) == 0x80)
        size++;
    return size;
}

/* "王小明" is shown as "王**". */
static void write_masked_name(struct json_out *o, struct text s)
{
    char shown[8] = {0};
    const size_t size = first_code_point(s);
    if (size > 4) {
        json_out_literal(o, "**");
        return;
    }
    memcpy(shown, s.at, size);
    shown[size] = '*';
    shown[size + 1] = '*';
    json_out_text_value(o, (struct text){shown, size + 2});
}

/* "00000000042" is shown as "**42". */
static void write_masked_phone(struct json_out *o, struct text s)
{
    char shown[4] = {'*', '*', 0, 0};
    size_t found = 0;
    for (size_t i = s.size; i > 0 && found < 2; i--)
        if (s.at[i - 1] >= '0' && s.at[i - 1] <= '9')
            shown[3 - found++] = s.at[i - 1];
    json_out_text_value(o, (struct text){shown, found == 2 ? 4 : 2});
}

/* ------------------------------------------------------------ values ---- */

static struct text text_at(const char *at)
{
    struct text s;
    memcpy(&s, at, sizeof(s));
    return s.at == NULL ? (struct text){"", 0} : s;
}

static void write_list(struct json_out *o, const struct list_table *list,
                       const char *at)
{
    unsigned int number;
    memcpy(&number, at, sizeof(number));
    const struct list_entry *entry = list_by_number(list, number);
    if (entry == NULL) /* from damaged bytes: shown as nothing */
        json_out_null(o);
    else
        json_out_literal(o, entry->code);
}

/* A damaged time may lie where no calendar does. */
static void write_time(struct json_out *o, int64_t us)
{
    static const int64_t first_us = INT64_C(-62167219200) * 1000000; /* 0 */
    static const int64_t end_us = INT64_C(253402300800) * 1000000;   /* 10000 */
    if (us < first_us || us >= end_us)
        json_out_null(o);
    else
        json_out_time(o, us);
}

static void write_digits(struct json_out *o, uint64_t code, bool masked)
{
    char digits[TERRITORY_BYTES];
    territory_to(masked ? territory_township(code) : code, digits);
    json_out_literal(o, digits);
}

static void write_case_no(struct json_out *o, const char *at)
{
    struct case_no no;
    char digits[CASE_NO_BYTES];
    memcpy(&no, at, sizeof(no));
    case_no_to(no, digits);
    json_out_literal(o, digits);
}

static void write_text(struct json_out *o, const struct shape_field *f,
                       struct text s, bool masked)
{
    if (masked && f->mask == SHAPE_MASK_NAME)
        write_masked_name(o, s);
    else if (masked && f->mask == SHAPE_MASK_PHONE)
        write_masked_phone(o, s);
    else if (f->kind == SHAPE_JSON)
        json_out_raw(o, s.size > 0 ? s : TEXT_LITERAL("null"));
    else
        json_out_text_value(o, s);
}

static int64_t integer_at(const char *at)
{
    int64_t number;
    memcpy(&number, at, sizeof(number));
    return number;
}

static struct id id_at(const char *at)
{
    struct id id;
    memcpy(&id, at, sizeof(id));
    return id;
}

static bool boolean_at(const char *at)
{
    bool yes;
    memcpy(&yes, at, sizeof(yes));
    return yes;
}

static void write_plain(struct json_out *o, const struct shape_field *f,
                        const char *at, bool masked)
{
    switch ((enum shape_kind)f->kind) {
    case SHAPE_LINE:
    case SHAPE_PROSE:
    case SHAPE_TOKEN:
    case SHAPE_JSON:
        write_text(o, f, text_at(at), masked);
        return;
    case SHAPE_ID:
        json_out_id(o, id_at(at));
        return;
    case SHAPE_LIST:
        write_list(o, f->list, at);
        return;
    case SHAPE_CASE_NO:
        write_case_no(o, at);
        return;
    case SHAPE_TIME:
        write_time(o, integer_at(at));
        return;
    case SHAPE_TERRITORY:
        write_digits(o, (uint64_t)integer_at(at), masked);
        return;
    case SHAPE_INTEGER:
        json_out_integer(o, integer_at(at));
        return;
    case SHAPE_BOOLEAN:
        json_out_bool(o, boolean_at(at));
        return;
    case SHAPE_SECRET:
    case SHAPE_OBJECT:
    case SHAPE_PASSED:
        break;
    }
    BUG("a kind that is never written as a value");
}

/* ------------------------------------------------------------- masks ---- */

static uint8_t level_of(const struct writer *w, const struct shape_field *f)
{
    return w->levels == NULL ? LEVEL_FULL : w->levels[f->group];
}

/* Some leaf of the shape would be written under these levels. */
static bool shape_shows(const struct writer *w, const struct shape *s)
{
    if (w->levels == NULL)
        return true;
    for (size_t g = 0; g < 16; g++) {
        const bool full = ((s->groups_full >> g) & 1) != 0;
        const bool masked = ((s->groups_masked >> g) & 1) != 0;
        if (full && w->levels[g] == LEVEL_FULL)
            return true;
        if (masked && w->levels[g] == LEVEL_MASKED)
            return true;
    }
    return false;
}

static bool field_shows(const struct writer *w, const struct shape_field *f)
{
    const uint8_t level = level_of(w, f);
    if (f->kind == SHAPE_PASSED || level == LEVEL_NONE)
        return false;
    if (f->kind == SHAPE_OBJECT)
        return shape_shows(w, f->shape);
    return level == LEVEL_FULL || f->mask != SHAPE_MASK_OMIT;
}

/* -------------------------------------------------------------- walk ---- */

static void push(struct writer *w, struct pen pen)
{
    assert(w->depth < ARRAY_COUNT(w->pens));
    w->pens[w->depth++] = pen;
}

static void push_object(struct writer *w, const struct shape *s, const char *at)
{
    json_out_object(w->out);
    push(w, (struct pen){.shape = s, .at = at, .count = s->count});
}

static size_t size_at(const char *at)
{
    size_t size;
    memcpy(&size, at, sizeof(size));
    return size;
}

static void write_array(struct writer *w, const struct shape_field *f,
                        const char *at)
{
    const bool masked = level_of(w, f) != LEVEL_FULL;
    const size_t count = size_at(at + f->count_offset);
    const void *items;
    memcpy(&items, at + f->offset, sizeof(items));
    assert(count == 0 || items != NULL);
    json_out_array(w->out);
    if (f->kind == SHAPE_OBJECT) {
        push(w, (struct pen){.shape = f->shape,
                             .at = items,
                             .array = true,
                             .count = count});
        return;
    }
    const size_t size = shape_kind_size(f->kind);
    for (size_t i = 0; i < count; i++)
        write_plain(w->out, f, (const char *)items + i * size, masked);
    json_out_array_end(w->out);
}

static void write_field(struct writer *w, const struct shape_field *f,
                        const char *at)
{
    if (f->optional && !boolean_at(at + f->has_offset)) {
        /* items without has_x would be lost without a word */
        assert(!f->array || size_at(at + f->count_offset) == 0);
        return;
    }
    if (!field_shows(w, f))
        return;
    json_out_name(w->out, f->name);
    if (f->array)
        write_array(w, f, at);
    else if (f->kind == SHAPE_OBJECT)
        push_object(w, f->shape, at + f->offset);
    else
        write_plain(w->out, f, at + f->offset, level_of(w, f) != LEVEL_FULL);
}

static void step(struct writer *w, bool last)
{
    struct pen *p = &w->pens[w->depth - 1];
    if (p->next == p->count) {
        if (p->array)
            json_out_array_end(w->out);
        else if (!last)
            json_out_object_end(w->out);
        w->depth--;
        return;
    }
    const size_t index = p->next++;
    if (p->array)
        push_object(w, p->shape, p->at + index * p->shape->size);
    else
        write_field(w, &p->shape->fields[index], p->at);
}

void shape_write_members(struct json_out *o, const struct shape *s,
                         const void *from, const uint8_t *levels)
{
    struct writer w = {.out = o, .levels = levels};
    push(&w, (struct pen){.shape = s, .at = from, .count = s->count});
    while (w.depth > 0)
        step(&w, w.depth == 1);
}

/* ------------------------------------------------------------ events ---- */

/* What was written, copied to the arena; the buffer is wiped. */
static struct err take_text(struct json_out *o, struct arena *a,
                            struct text *ret)
{
    struct text written;
    struct err e = json_out_text(o, &written);
    if (!failed(e)) {
        const struct text copy = arena_copy_text(a, written);
        if (copy.at == NULL)
            e = ERR(ERR_LIMIT);
        else
            *ret = copy;
    }
    json_out_release(o);
    return e;
}

static size_t part_count_of(const struct shape_part *p, const char *from)
{
    if (!p->many)
        return boolean_at(from + p->present_offset) ? 1 : 0;
    const size_t count = size_at(from + p->present_offset);
    assert(count <= p->count_max);
    return count;
}

static struct id subject_of(const struct shape_part *p, const char *from,
                            size_t index)
{
    return id_at(from + p->subject_offset + index * sizeof(struct id));
}

static struct err write_part(const struct shape_part *p, const char *from,
                             size_t index, struct arena *a,
                             struct event_plain *ret)
{
    if (ret->part_count == LIMIT_PARTS)
        return ERR(ERR_LIMIT);
    struct part_plain *part = &ret->parts[ret->part_count];
    struct json_out o;
    json_out_init(&o, LIMIT_PART_BYTES);
    json_out_object(&o);
    shape_write_members(&o, p->shape, from + p->offset + index * p->shape->size,
                        NULL);
    json_out_object_end(&o);
    const struct err e = take_text(&o, a, &part->json);
    if (failed(e))
        return e;
    part->subject = subject_of(p, from, index);
    part->part_class = p->part_class;
    ret->part_count++;
    return OK;
}

static void write_subjects(struct json_out *o, const struct shape_event *e,
                           const char *from)
{
    json_out_name(o, "subjects");
    json_out_array(o);
    for (size_t i = 0; i < e->part_count; i++) {
        const size_t count = part_count_of(&e->parts[i], from);
        for (size_t j = 0; j < count; j++)
            json_out_id(o, subject_of(&e->parts[i], from, j));
    }
    json_out_array_end(o);
}

static struct err write_open(const struct shape_event *e, const char *from,
                             struct arena *a, struct text *ret)
{
    struct json_out o;
    json_out_init(&o, LIMIT_OPEN_BYTES);
    json_out_object(&o);
    shape_write_members(&o, e->open, from, NULL);
    if (e->part_count > 0)
        write_subjects(&o, e, from);
    json_out_object_end(&o);
    return take_text(&o, a, ret);
}

struct err shape_event_encode(const struct shape_event *e, const void *from,
                              struct arena *a, struct event_plain *ret)
{
    struct event_plain made = *ret;
    made.type = e->type;
    made.version = e->version;
    made.part_count = 0;
    struct err error = write_open(e, from, a, &made.open);
    for (size_t i = 0; i < e->part_count && !failed(error); i++) {
        const size_t count = part_count_of(&e->parts[i], from);
        for (size_t j = 0; j < count && !failed(error); j++)
            error = write_part(&e->parts[i], from, j, a, &made);
    }
    if (!failed(error))
        *ret = made;
    return error;
}
