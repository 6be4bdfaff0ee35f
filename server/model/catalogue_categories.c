/*
 * catalogue_categories.c - the content categories: matters, child types and
 * the situations of a mandatory report.
 */
#include <string.h>

#include "model/catalogue.h"
#include "model/rows.h"

static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* ------------------------------------------------------------- looking -- */

const struct catalogue_category *catalogue_category(const struct catalogue *c,
                                                    const char code[static 8])
{
    for (size_t i = 0; i < c->category_count; i++) {
        if (memcmp(c->categories[i].code, code,
                   sizeof(c->categories[i].code)) == 0) {
            return &c->categories[i];
        }
    }
    return NULL;
}

bool catalogue_child_type_known(const struct catalogue *c, struct text code)
{
    char padded[8];

    if (!code_pad(code, padded, sizeof(padded))) {
        return false;
    }
    for (size_t i = 0; i < c->child_type_count; i++) {
        if (memcmp(c->child_types[i].code, padded, sizeof(padded)) == 0) {
            return true;
        }
    }
    return false;
}

/* ---------------------------------------------------------- categories -- */

static bool read_urgency(struct reader *r, const struct json_value *v,
                         const char *name, enum urgency *ret)
{
    struct text word;

    if (!reader_word(r, v, name, &word)) {
        return false;
    }
    *ret = urgency_from(word);
    return *ret != URGENCY_NONE ||
           reader_complain(r, name, "must be most_urgent, urgent or general");
}

static bool read_protections(struct reader *r, const struct json_value *v,
                             uint8_t *ret)
{
    const struct json_value *list;
    size_t count;

    if (!reader_words(r, v, "protections", PROTECTION_MAX, &list, &count)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        enum protection p = protection_from(json_text(json_item(list, i)));

        if (p == PROTECTION_NONE) {
            return reader_complain(r, "protections", "holds no protection");
        }
        *ret = (uint8_t)(*ret | 1U << (p - 1));
    }
    return true;
}

static bool read_situations(struct reader *r, const struct json_value *v,
                            uint16_t *ret)
{
    static const char must[] = "must be a list of numbers from 1 to 9";
    const struct json_value *list = json_member(v, "situations");

    if (list == NULL) {
        return true;
    }
    if (json_type_of(list) != JSON_IS_ARRAY) {
        return reader_complain(r, "situations", must);
    }
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json_value *n = json_item(list, i);

        if (json_type_of(n) != JSON_IS_INTEGER || json_int64(n) < 1 ||
            json_int64(n) > CATALOGUE_SITUATIONS_MAX) {
            return reader_complain(r, "situations", must);
        }
        *ret = (uint16_t)(*ret | 1U << (json_int64(n) - 1));
    }
    return true;
}

static bool read_block(struct reader *r, const struct json_value *v,
                       const char *code)
{
    struct text block;

    return reader_word(r, v, "block", &block) &&
           ((block.size == 1 && block.at[0] == code[0]) ||
            reader_complain(r, "block", "must be the letter of the code"));
}

static bool read_category(struct reader *r, const struct json_value *v,
                          struct catalogue *ret)
{
    static const char *const names[] = {
        "code",        "zh",         "en",           "block", "urgency",
        "urgency_now", "situations", "review_steps", "cpims", "protections",
    };
    struct catalogue_category *c = &ret->categories[ret->category_count];
    const struct json_value *cpims;
    enum urgency now;
    int64_t steps = 0;
    size_t count;

    if (!reader_object(r, v, "", names, ARRAY_COUNT(names)) ||
        !reader_code(r, v, "code", upper, c->code, sizeof(c->code)) ||
        !reader_text(r, v, "zh", 60, &c->name_zh) ||
        !reader_text(r, v, "en", 120, &c->name_en) ||
        !read_block(r, v, c->code) ||
        !read_urgency(r, v, "urgency", &c->urgency) ||
        (json_member(v, "urgency_now") != NULL &&
         !read_urgency(r, v, "urgency_now", &now)) ||
        !read_protections(r, v, &c->protections) ||
        !read_situations(r, v, &c->situations) ||
        !reader_words(r, v, "cpims", 4, &cpims, &count) ||
        !reader_integer(r, v, "review_steps", 1, 2, &steps)) {
        return false;
    }
    c->review_steps = (uint8_t)steps;
    if (c->code[1] == '\0' || c->code[0] < 'A' || c->code[0] > 'Z') {
        return reader_complain(r, "code", "must be a letter and digits");
    }
    if (catalogue_category(ret, c->code) != NULL) {
        return reader_complain(r, "code", "stands twice");
    }
    ret->category_count++;
    return true;
}

/* --------------------------------------------------------- other lists -- */

static bool read_child_type(struct reader *r, const struct json_value *v,
                            struct catalogue *ret)
{
    static const char *const names[] = {"code", "zh", "en"};
    struct code8 *type = &ret->child_types[ret->child_type_count];
    struct text shown;

    if (!reader_object(r, v, "", names, ARRAY_COUNT(names)) ||
        !reader_code(r, v, "code", upper, type->code, sizeof(type->code)) ||
        !reader_text(r, v, "zh", 60, &shown) ||
        !reader_text(r, v, "en", 120, &shown)) {
        return false;
    }
    if (catalogue_child_type_known(
            ret, (struct text){type->code, strnlen(type->code, 8)})) {
        return reader_complain(r, "code", "stands twice");
    }
    ret->child_type_count++;
    return true;
}

/* The numbers are the law's: each stands once, in order. */
static bool read_situation(struct reader *r, const struct json_value *v,
                           struct catalogue *ret)
{
    static const char *const names[] = {"number", "zh", "en"};
    struct text shown;
    int64_t number = 0;

    (void)ret; /* shown by the dashboard; a category names it by number */
    return reader_object(r, v, "", names, ARRAY_COUNT(names)) &&
           reader_integer(r, v, "number", 1, CATALOGUE_SITUATIONS_MAX,
                          &number) &&
           reader_text(r, v, "zh", 120, &shown) &&
           reader_text(r, v, "en", 200, &shown) &&
           (number == (int64_t)r->index + 1 ||
            reader_complain(r, "number", "must count from 1 on"));
}

bool read_categories(struct reader *r, const struct json_value *content,
                     struct catalogue *ret)
{
    static const char *const names[] = {"categories", "child_types",
                                        "situations"};
    const struct json_value *categories;
    const struct json_value *types;
    const struct json_value *situations;

    if (!reader_object(r, content, "", names, ARRAY_COUNT(names))) {
        return false;
    }
    categories =
        reader_list(r, content, "categories", CATALOGUE_CATEGORIES_MAX);
    types = reader_list(r, content, "child_types", CATALOGUE_CHILD_TYPES_MAX);
    situations =
        reader_list(r, content, "situations", CATALOGUE_SITUATIONS_MAX);
    if (categories == NULL || types == NULL || situations == NULL) {
        return false;
    }
    ret->categories =
        reader_rows(r, json_count(categories), sizeof(*ret->categories));
    ret->child_types =
        reader_rows(r, json_count(types), sizeof(*ret->child_types));
    if (ret->categories == NULL || ret->child_types == NULL) {
        r->full = true;
        return false;
    }
    ret->category_count = 0;
    ret->child_type_count = 0;
    return reader_each(r, "categories", categories, read_category, ret) &&
           reader_each(r, "child_types", types, read_child_type, ret) &&
           reader_each(r, "situations", situations, read_situation, ret);
}
