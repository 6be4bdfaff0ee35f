/*
 * catalogue_duty.c - the contents duty, acting and scripts: whom to call, what
 * the city lets happen by itself, and what is said.
 */
#include <string.h>

#include "model/catalogue.h"
#include "model/rows.h"

/* ---------------------------------------------------------------- duty -- */

size_t catalogue_duty_count(const struct catalogue *c) { return c->duty_count; }

const struct catalogue_duty *catalogue_duty_at(const struct catalogue *c,
                                               size_t index)
{
    return index < c->duty_count ? &c->duty[index] : NULL;
}

/* A number to dial: digits, and what people write between them. */
static bool read_phone(struct reader *r, const struct json_value *v,
                       const char *name, struct text *ret)
{
    if (json_member(v, name) == NULL) {
        return true;
    }
    if (!reader_text(r, v, name, 32, ret)) {
        return false;
    }
    for (size_t i = 0; i < ret->size; i++) {
        if (strchr("0123456789+*# ()-", ret->at[i]) == NULL) {
            return reader_complain(r, name, "is no telephone number");
        }
    }
    return true;
}

static bool read_line(struct reader *r, const struct json_value *v,
                      const char *name, struct text *ret)
{
    return json_member(v, name) == NULL || reader_text(r, v, name, 60, ret);
}

static bool read_step(struct reader *r, const struct json_value *v,
                      struct catalogue_duty *duty)
{
    struct text step;
    struct text target;

    if (!reader_word(r, v, "step", &step) ||
        !reader_word(r, v, "target", &target)) {
        return false;
    }
    duty->step = ladder_step_from(step);
    duty->target = ladder_target_from(target);
    if (duty->step == LADDER_STEP_NONE) {
        return reader_complain(r, "step", "is no step of the ladder");
    }
    return duty->target != LADDER_TARGET_NONE ||
           reader_complain(r, "target", "is nobody whom a step speaks to");
}

static bool stands_twice(const struct catalogue *c,
                         const struct catalogue_duty *duty)
{
    for (size_t i = 0; i < c->duty_row_count; i++) {
        const struct catalogue_duty *other = &c->duty_rows[i];

        if (other->step == duty->step && other->target == duty->target &&
            other->place == duty->place) {
            return true;
        }
    }
    return false;
}

/* A row without a number waits for the city to fill it in: it is checked and
 * not kept, since nobody can be called by it. */
static bool read_person(struct reader *r, const struct json_value *v,
                        struct catalogue *ret)
{
    static const char *const names[] = {
        "step", "target", "place",       "unit",         "name",
        "post", "phone",  "deputy_name", "deputy_phone", "arrival_minutes",
    };
    struct catalogue_duty *duty = &ret->duty_rows[ret->duty_row_count];
    int64_t arrival = 0;

    if (!reader_object(r, v, "", names, ARRAY_COUNT(names)) ||
        !read_step(r, v, duty) ||
        !reader_territory(r, v, "place", &duty->place) ||
        (json_member(v, "unit") != NULL &&
         !reader_code(r, v, "unit", "_-", duty->unit, sizeof(duty->unit))) ||
        !read_line(r, v, "name", &duty->name) ||
        !read_line(r, v, "post", &duty->post) ||
        !read_phone(r, v, "phone", &duty->phone) ||
        !read_line(r, v, "deputy_name", &duty->deputy_name) ||
        !read_phone(r, v, "deputy_phone", &duty->deputy_phone) ||
        (json_member(v, "arrival_minutes") != NULL &&
         !reader_integer(r, v, "arrival_minutes", 1, 1000, &arrival))) {
        return false;
    }
    duty->arrival_minutes = (uint32_t)arrival;
    if ((duty->name.size == 0) != (duty->phone.size == 0)) {
        return reader_complain(r, "phone", "and name go together");
    }
    if (stands_twice(ret, duty)) {
        return reader_complain(r, "place",
                               "has somebody for this step already");
    }
    ret->duty_row_count++;
    if (duty->phone.size > 0) {
        ret->duty[ret->duty_count++] = *duty;
    }
    return true;
}

bool read_duty(struct reader *r, const struct json_value *content,
               struct catalogue *ret)
{
    static const char *const names[] = {"duty"};
    const struct json_value *list;

    if (!reader_object(r, content, "", names, ARRAY_COUNT(names))) {
        return false;
    }
    list = reader_list(r, content, "duty", CATALOGUE_DUTY_MAX);
    if (list == NULL) {
        return false;
    }
    ret->duty = reader_rows(r, json_count(list), sizeof(*ret->duty));
    ret->duty_rows = reader_rows(r, json_count(list), sizeof(*ret->duty_rows));
    if (ret->duty == NULL || ret->duty_rows == NULL) {
        r->full = true;
        return false;
    }
    ret->duty_count = 0;
    ret->duty_row_count = 0;
    return reader_each(r, "duty", list, read_person, ret);
}

/* -------------------------------------------------------------- acting -- */

struct catalogue_acting catalogue_acting(const struct catalogue *c)
{
    return c->acting;
}

/* Heads count attempts and rounds in a byte. */
bool read_acting(struct reader *r, const struct json_value *content,
                 struct catalogue *ret)
{
    static const char *const names[] = {
        "dispatch_by_itself", "refusal_provisional", "centre_reviews_county",
        "sample_percent",     "callback_attempts",   "callback_days",
        "redo_max",
    };
    struct catalogue_acting *acting = &ret->acting;
    int64_t percent = 0;
    int64_t attempts = 0;
    int64_t days = 0;
    int64_t redo = 0;

    if (!reader_object(r, content, "", names, ARRAY_COUNT(names)) ||
        !reader_bool(r, content, names[0], &acting->dispatch_by_itself) ||
        !reader_bool(r, content, names[1], &acting->refusal_provisional) ||
        !reader_bool(r, content, names[2], &acting->centre_reviews_county) ||
        !reader_integer(r, content, names[3], 0, 100, &percent) ||
        !reader_integer(r, content, names[4], 1, 100, &attempts) ||
        !reader_integer(r, content, names[5], 1, 100, &days) ||
        !reader_integer(r, content, names[6], 0, 100, &redo)) {
        return false;
    }
    if (days > attempts) {
        return reader_complain(r, names[5],
                               "must be no more than callback_attempts");
    }
    acting->sample_percent = (uint32_t)percent;
    acting->callback_attempts = (uint32_t)attempts;
    acting->callback_days = (uint32_t)days;
    acting->redo_max = (uint32_t)redo;
    return true;
}

/* ------------------------------------------------------------- scripts -- */

static bool read_codes(struct reader *r, const struct json_value *list,
                       size_t count, struct spoken *ret)
{
    struct code8 *codes = reader_rows(r, count + 1, sizeof(*codes));

    if (codes == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!code_pad(json_text(json_item(list, i)), codes[i].code, 8)) {
            return reader_complain(r, "categories",
                                   "holds what is no code of a category");
        }
    }
    ret->categories = codes;
    ret->category_count = count;
    return true;
}

/* The lines are shown by the dashboard as they stand; nothing in the program
 * goes by them. */
static bool read_spoken(struct reader *r, const struct json_value *v,
                        struct catalogue *ret)
{
    static const char *const names[] = {"moment", "categories", "zh", "en"};
    struct spoken *spoken = &ret->spoken[r->index];
    const struct json_value *list;
    struct text shown;
    size_t count;
    char moment[32];

    return reader_object(r, v, "", names, ARRAY_COUNT(names)) &&
           reader_code(r, v, "moment", "_", moment, sizeof(moment)) &&
           reader_words(r, v, "categories", CATALOGUE_CATEGORIES_MAX, &list,
                        &count) &&
           read_codes(r, list, count, spoken) &&
           reader_text(r, v, "zh", 300, &shown) &&
           reader_text(r, v, "en", 600, &shown);
}

static bool read_forbidden(struct reader *r, const struct json_value *v,
                           struct catalogue *ret)
{
    static const char *const names[] = {"zh", "en"};
    struct text shown;

    (void)ret;
    return reader_object(r, v, "", names, ARRAY_COUNT(names)) &&
           reader_text(r, v, "zh", 300, &shown) &&
           reader_text(r, v, "en", 600, &shown);
}

bool read_scripts(struct reader *r, const struct json_value *content,
                  struct catalogue *ret)
{
    static const char *const names[] = {"lines", "forbidden"};
    const struct json_value *lines;
    const struct json_value *forbidden;

    if (!reader_object(r, content, "", names, ARRAY_COUNT(names))) {
        return false;
    }
    lines = reader_list(r, content, "lines", CATALOGUE_LINES_MAX);
    forbidden = reader_list(r, content, "forbidden", CATALOGUE_LINES_MAX);
    if (lines == NULL || forbidden == NULL) {
        return false;
    }
    ret->spoken = reader_rows(r, json_count(lines), sizeof(*ret->spoken));
    if (ret->spoken == NULL) {
        return false;
    }
    ret->spoken_count = json_count(lines);
    return reader_each(r, "lines", lines, read_spoken, ret) &&
           reader_each(r, "forbidden", forbidden, read_forbidden, ret);
}
