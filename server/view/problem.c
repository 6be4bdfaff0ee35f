/*
 * problem.c - a refusal as RFC 9457 problem+json.
 *
 *      {"type":"urn:hutong:refusal:field.invalid","title":"...","status":422,
 *       "code":"field.invalid",
 *       "errors":[{"pointer":"/matter","code":"field.missing","bound":0}],
 *       "version":7,"who":"..."}       the last three only where they apply
 */
#include "view/view.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* A pointer may name a member that a client made up, cut at the end of the
 * field: never half a code point. */
static struct text pointer_text(const struct field_problem *p)
{
    struct text pointer = {p->pointer, strnlen(p->pointer, sizeof(p->pointer))};

    while (!utf8_valid(pointer)) {
        assert(pointer.size > 0);
        pointer.size--;
    }
    return pointer;
}

static void write_errors(struct json_out *o, const struct field_problem *p)
{
    json_out_name(o, "errors");
    json_out_array(o);
    json_out_object(o);
    json_out_name(o, "pointer");
    json_out_text_value(o, pointer_text(p));
    json_out_name(o, "code");
    json_out_literal(o, p->code);
    json_out_name(o, "bound");
    json_out_integer(o, p->bound);
    json_out_object_end(o);
    json_out_array_end(o);
}

static bool is_stale(enum refusal refusal)
{
    return refusal == REFUSAL_DRAFT_STALE || refusal == REFUSAL_VERSION_STALE;
}

void view_problem(struct json_out *o, enum refusal refusal, enum lang lang,
                  const struct field_problem *problem, uint32_t version)
{
    const struct refusal_info *row = &refusal_info[refusal];
    char type[96];
    int n;

    assert(refusal > REFUSAL_NONE && refusal < REFUSAL_COUNT);
    n = snprintf(type, sizeof(type), "urn:hutong:refusal:%s", row->code);
    assert(n > 0 && (size_t)n < sizeof(type));
    json_out_object(o);
    json_out_name(o, "type");
    json_out_text_value(o, text_of(type));
    json_out_name(o, "title");
    json_out_text_value(o, text_of(row->text[lang]));
    json_out_name(o, "status");
    json_out_integer(o, row->status);
    json_out_name(o, "code");
    json_out_text_value(o, text_of(row->code));
    if (problem != NULL && problem->code != NULL) {
        write_errors(o, problem);
    }
    if (version != 0 || is_stale(refusal)) {
        json_out_name(o, "version");
        json_out_integer(o, version);
    }
    if (row->who[lang][0] != '\0') {
        json_out_name(o, "who");
        json_out_text_value(o, text_of(row->who[lang]));
    }
    json_out_object_end(o);
}
