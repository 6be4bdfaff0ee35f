/*
 * words.c - what an event says beside its name: its open facts, and what was
 * written.
 *
 * Only what is listed here is shown, each under the group it belongs to: ids,
 * subjects and places are not listed, and a member that a later event brings
 * stays hidden until somebody has thought about it. Places stand in the file.
 */
#include "view/parts.h"

#include <string.h>

/* A member, and what must be shown whole beside G11 for it to be told. */
struct told {
    const char *name;
    enum field_group group;
};

static const struct told facts_told[] = {
    {"move", GROUP_G1},
    {"state", GROUP_G1},
    {"channel", GROUP_G1},
    {"language", GROUP_G2},
    {"anonymity", GROUP_G2},
    {"children_count", GROUP_G3},
    {"occurring", GROUP_G6},
    {"danger", GROUP_G10},
    {"category", GROUP_G1},
    {"category_2", GROUP_G1},
    {"urgency", GROUP_G1},
    {"before", GROUP_G1},
    {"after", GROUP_G1},
    {"risk", GROUP_G10},
    {"protections", GROUP_G1},
    {"situation", GROUP_G6},
    {"child_types", GROUP_G6},
    {"cross_county", GROUP_G1},
    {"classified_later", GROUP_G1},
    {"assignment", GROUP_G1},
    {"mode", GROUP_G1},
    {"lead", GROUP_G1},
    {"lead_fields", GROUP_G1},
    {"receivers", GROUP_G1},
    {"rule", GROUP_G1},
    {"rule_version", GROUP_G1},
    {"designated", GROUP_G1},
    {"child_seen", GROUP_G1},
    {"occurred_at", GROUP_G1},
    {"result_code", GROUP_G1},
    {"child_safety", GROUP_G10},
    {"risk_after", GROUP_G10},
    {"reply_method", GROUP_G1},
    {"replied_at", GROUP_G1},
    {"review_steps", GROUP_G1},
    {"defects", GROUP_G1},
    {"attempt", GROUP_G1},
    {"outcome", GROUP_G1},
    {"handled", GROUP_G1},
    {"solved", GROUP_G1},
    {"satisfaction", GROUP_G1},
    {"no_callback", GROUP_G1},
    {"new_danger", GROUP_G10},
    {"redo_proposed", GROUP_G1},
    {"redo", GROUP_G1},
    {"justified", GROUP_G1},
    {"redo_count", GROUP_G1},
    {"callback_state", GROUP_G1},
    {"reason", GROUP_G1},
    {"provisional", GROUP_G1},
    {"confirmed", GROUP_G1},
    {"acting", GROUP_G1},
    {"article", GROUP_G1},
    {"transferred_to", GROUP_G1},
    {"ground", GROUP_G1},
    {"risk_at_closing", GROUP_G10},
    {"items", GROUP_G1},
    {"retention", GROUP_G1},
    {"secrecy", GROUP_G1},
    {"trigger", GROUP_G1},
    {"step", GROUP_G1},
    {"target", GROUP_G1},
    {"lamp", GROUP_G1},
    {"late", GROUP_G1},
    {"clock", GROUP_G1},
    {"deadline", GROUP_G1},
    {"due_at", GROUP_G1},
    {"unit", GROUP_G1},
};

static const struct told words_told[] = {
    {"text", GROUP_G11},
    {"reason", GROUP_G11},
    {"told", GROUP_G11},
    {"facts", GROUP_G11},
    {"basis", GROUP_G11},
    {"measures", GROUP_G11},
    {"reply_text", GROUP_G11},
    {"remaining", GROUP_G11},
    {"signed_by", GROUP_G11},
    {"handler_name", GROUP_G11},
    {"person", GROUP_G11},
    {"their_no", GROUP_G11},
    {"why_no_emergency", GROUP_G11},
    {"place_text", GROUP_G4},
    {"event_text", GROUP_G4},
    {"home_text", GROUP_G4},
    {"household_text", GROUP_G4},
    {"screen", GROUP_G10},
};

struct listing { /* which members, under which mask */
    const struct told *told;
    size_t count;
    const struct mask *mask;
};

static struct err write_told(const struct viewing *v,
                             const struct json_value *from,
                             const struct listing *l, struct json_out *o,
                             size_t *ret_count)
{
    *ret_count = 0;
    json_out_object(o);
    for (size_t i = 0; i < l->count; i++) {
        const struct json_value *value = json_member(from, l->told[i].name);
        struct text compact;
        struct err e;

        if (value == NULL || l->mask->level[l->told[i].group] != MASK_FULL) {
            continue;
        }
        e = json_compact(value, v->a, &compact);
        if (failed(e)) {
            return e;
        }
        json_out_name(o, l->told[i].name);
        json_out_raw(o, compact);
        (*ret_count)++;
    }
    json_out_object_end(o);
    return OK;
}

/* The listed members of an object as compact JSON, in the arena; empty when
 * none is there. */
static struct err tell(const struct viewing *v, struct text json,
                       const struct listing *l, struct text *ret)
{
    struct json_doc *doc = NULL;
    struct json_out o;
    struct text written;
    size_t count = 0;
    struct err e = json_parse(json, &doc, NULL);

    if (failed(e)) { /* the log wrote it itself */
        return e.code == ERR_INPUT ? ERR(ERR_CORRUPT) : e;
    }
    json_out_init(&o, LIMIT_PART_BYTES);
    e = write_told(v, json_root(doc), l, &o, &count);
    if (!failed(e)) {
        e = json_out_text(&o, &written);
    }
    if (!failed(e)) {
        *ret = (struct text){NULL, 0};
        if (count > 0) {
            *ret = arena_copy_text(v->a, written);
            e = ret->at == NULL ? ERR(ERR_LIMIT) : OK;
        }
    }
    json_out_release(&o);
    json_free(doc);
    return e;
}

/* Those of a note have a place of their own in the answer; those that were
 * registered are the story (G6) and stand in the file. */
static bool has_words_here(const struct record *r)
{
    return r->type != EVENT_NOTE_ADDED && r->type != EVENT_CASE_REGISTERED;
}

static struct err fill_written(const struct viewing *v, const struct record *r,
                               const struct listing *l,
                               struct view_timeline_entry *ret)
{
    struct opened part;
    struct err e =
        part_open(v, r, part_of_class(r, PART_CLASS_NARRATIVE, 0), &part);

    if (failed(e) || !part.present) {
        return e;
    }
    ret->has_erased = part.erased;
    ret->erased = part.erased;
    if (part.erased) {
        return OK;
    }
    e = tell(v, part.json, l, &ret->words);
    ret->has_words = !failed(e) && ret->words.size > 0;
    return e;
}

struct err fill_words(const struct viewing *v, const struct record *r,
                      const struct mask *m, struct view_timeline_entry *ret)
{
    struct mask whole = *m;
    const struct listing facts = {facts_told, ARRAY_COUNT(facts_told), &whole};
    const struct listing words = {words_told, ARRAY_COUNT(words_told), &whole};
    struct err e;

    whole.level[GROUP_G11] = MASK_FULL; /* it was asked for this event */
    e = tell(v, r->open, &facts, &ret->detail);
    if (failed(e)) {
        return e;
    }
    ret->has_detail = ret->detail.size > 0;
    return has_words_here(r) ? fill_written(v, r, &words, ret) : OK;
}
