/*
 * case.c - the case file: the head, and the sealed parts that the mask lets be
 * shown. What it hides is not decrypted.
 *
 *      part        opened when the mask shows
 *      reporter    G2, whole or masked
 *      narrative   G4 place, G6 story or G10 screen, whole
 *      children    G3, whole or masked, or G4 school, whole
 */
#include "view/parts.h"

#include <assert.h>
#include <string.h>

static bool shown(const struct mask *m, enum field_group group)
{
    return m->level[group] != MASK_NONE;
}

static bool full(const struct mask *m, enum field_group group)
{
    return m->level[group] == MASK_FULL;
}

/* ------------------------------------------------------------ reporter -- */

static void copy_reporter(const struct ev_case_registered_reporter *from,
                          struct view_reporter *to)
{
    to->has_name = from->has_name;
    to->name = from->name;
    to->has_caller_is = from->has_caller_is;
    to->caller_is = from->caller_is;
    to->has_phone = from->has_phone;
    to->phone = from->phone;
    to->has_callback_phone = from->has_callback_phone;
    to->callback_phone = from->callback_phone;
    to->has_safe_time = from->has_safe_time;
    to->safe_time = from->safe_time;
    to->has_wants_reply = from->has_wants_reply;
    to->wants_reply = from->wants_reply;
}

static struct err fill_reporter(const struct viewing *v, const struct record *r,
                                struct view_case_file *file)
{
    struct ev_case_registered_reporter reporter;
    struct opened part;
    struct err e;

    e = part_open(v, r, part_of_class(r, PART_CLASS_REPORTER, 0), &part);
    if (failed(e) || !part.present) {
        return e;
    }
    file->has_reporter = true;
    file->reporter.has_erased = part.erased;
    file->reporter.erased = part.erased;
    if (part.erased) {
        return OK;
    }
    e = ev_case_registered_decode_reporter(part.json, v->a, &reporter);
    if (!failed(e)) {
        copy_reporter(&reporter, &file->reporter);
    }
    return e;
}

/* The number that the contact came from. */
static struct err fill_number(const struct viewing *v, struct id contact,
                              struct view_case_file *file)
{
    struct contact_number number = {0};
    struct err e = contact_number_open(v, contact, &number);

    if (failed(e)) {
        return e;
    }
    if (number.erased) {
        file->has_reporter = true;
        file->reporter.has_erased = true;
        file->reporter.erased = true;
    } else if (number.number.size > 0) {
        file->has_reporter = true;
        file->reporter.has_number = true;
        file->reporter.number = number.number;
    }
    return OK;
}

/* ----------------------------------------------------------- narrative -- */

static void copy_screen(const struct type_screen *from, struct view_screen *to)
{
    *to = (struct view_screen){
        .has_r1 = from->has_r1,
        .r1 = from->r1,
        .has_r2 = from->has_r2,
        .r2 = from->r2,
        .has_r3 = from->has_r3,
        .r3 = from->r3,
        .has_r4 = from->has_r4,
        .r4 = from->r4,
        .has_r5 = from->has_r5,
        .r5 = from->r5,
        .has_r6 = from->has_r6,
        .r6 = from->r6,
        .has_r7 = from->has_r7,
        .r7 = from->r7,
        .has_r8 = from->has_r8,
        .r8 = from->r8,
    };
}

static struct err fill_narrative(const struct viewing *v,
                                 const struct record *r,
                                 struct view_case_file *file)
{
    struct ev_case_registered_narrative story;
    struct opened part;
    struct err e;

    e = part_open(v, r, part_of_class(r, PART_CLASS_NARRATIVE, 0), &part);
    if (failed(e) || !part.present) {
        return e;
    }
    file->has_erased = part.erased;
    file->erased = part.erased;
    if (part.erased) {
        return OK;
    }
    e = ev_case_registered_decode_narrative(part.json, v->a, &story);
    if (failed(e)) {
        return e;
    }
    file->has_matter = true;
    file->matter = story.matter;
    file->has_place_text = story.has_place_text;
    file->place_text = story.place_text;
    file->has_avoid_contact = story.has_avoid_contact;
    file->avoid_contact = story.avoid_contact;
    file->has_screen = story.has_screen;
    if (story.has_screen) {
        copy_screen(&story.screen, &file->screen);
    }
    return OK;
}

/* ------------------------------------------------------------ children -- */

static struct err fill_child(const struct viewing *v, const struct record *r,
                             size_t part_index, struct view_child *ret)
{
    struct ev_case_registered_children child;
    struct opened part;
    struct err e;

    e = part_open(v, r, part_index, &part);
    if (failed(e)) {
        return e;
    }
    *ret =
        (struct view_child){.has_erased = part.erased, .erased = part.erased};
    if (part.erased) {
        return OK;
    }
    e = ev_case_registered_decode_children(part.json, v->a, &child);
    if (failed(e)) {
        return e;
    }
    ret->has_name = child.has_name;
    ret->name = child.name;
    ret->has_sex = child.has_sex;
    ret->sex = child.sex;
    ret->has_age_years = child.has_age_years;
    ret->age_years = child.age_years;
    ret->has_school = child.has_school;
    ret->school = child.school;
    return OK;
}

static struct err fill_children(const struct viewing *v, const struct record *r,
                                struct view_case_file *file)
{
    struct view_child *children =
        arena_take(v->a, LIMIT_PARTS * sizeof(*children));
    size_t count = 0;

    if (children == NULL) {
        return ERR(ERR_LIMIT);
    }
    for (size_t i = 0; i < r->part_count; i++) {
        struct err e;

        if (r->parts[i].part_class != PART_CLASS_CHILD) {
            continue;
        }
        e = fill_child(v, r, i, &children[count]);
        if (failed(e)) {
            return e;
        }
        count++;
    }
    file->has_children = count > 0;
    file->children = children;
    file->children_count = count;
    return OK;
}

/* ---------------------------------------------------------------- file -- */

static struct err fill_sealed(const struct viewing *v, const struct mask *m,
                              const uint8_t *head, struct view_case_file *file)
{
    struct record r;
    struct err e;

    e = log_read(v->t, case_head_registered_seq(head), &r);
    if (!failed(e) && shown(m, GROUP_G2)) {
        e = fill_reporter(v, &r, file);
    }
    if (!failed(e) && shown(m, GROUP_G2)) {
        e = fill_number(v, case_head_contact_id(head), file);
    }
    if (!failed(e) &&
        (full(m, GROUP_G4) || full(m, GROUP_G6) || full(m, GROUP_G10))) {
        e = fill_narrative(v, &r, file);
    }
    if (!failed(e) && (shown(m, GROUP_G3) || full(m, GROUP_G4))) {
        e = fill_children(v, &r, file);
    }
    return e;
}

static void fill_places(const uint8_t *head, struct view_case_file *file)
{
    file->event_code = case_head_event_code(head);
    file->has_event_code = file->event_code != 0;
    file->home_code = case_head_home_code(head);
    file->has_home_code = file->home_code != 0;
    file->household_code = case_head_household_code(head);
    file->has_household_code = file->household_code != 0;
}

static struct err fill_class(const struct viewing *v, const uint8_t *head,
                             struct view_case_file *file)
{
    enum protection *protections =
        arena_take(v->a, PROTECTION_MAX * sizeof(*protections));

    if (protections == NULL) {
        return ERR(ERR_LIMIT);
    }
    for (int p = 1; p <= (int)PROTECTION_MAX; p++) {
        if ((case_head_protections(head) >> (p - 1) & 1) != 0) {
            protections[file->protections_count] = (enum protection)p;
            file->protections_count++;
        }
    }
    file->protections = protections;
    file->has_protections = file->protections_count > 0;
    file->situation = case_head_situation(head);
    file->has_situation = file->situation != 0;
    file->child_safety = (enum child_safety)case_head_child_safety(head);
    file->has_child_safety = file->child_safety != CHILD_SAFETY_NONE;
    file->review_steps = case_head_review_steps(head);
    file->has_review_steps = file->review_steps != 0;
    file->callback_state = (enum callback_state)case_head_callback_state(head);
    file->has_callback_state = file->callback_state != CALLBACK_STATE_NONE;
    file->callback_attempts = case_head_callback_attempts(head);
    file->has_callback_attempts = file->has_callback_state;
    return OK;
}

static void fill_head(const uint8_t *head, struct view_case_file *file)
{
    file->contact_id = case_head_contact_id(head);
    file->language = (enum language)case_head_language(head);
    file->has_language = file->language != LANGUAGE_NONE;
    file->anonymity = (enum anonymity)case_head_anonymity(head);
    file->has_anonymity = file->anonymity != ANONYMITY_NONE;
    file->occurring = (enum occurring)case_head_occurring(head);
    file->has_occurring = file->occurring != OCCURRING_NONE;
}

static struct err fill_file(const struct viewing *v, struct object object,
                            const struct decision *d,
                            struct view_case_file *file)
{
    uint8_t head[CASE_HEAD_BYTES];
    bool found = false;
    struct err e;

    e = case_head_get(v->t, object.id, head, &found);
    if (failed(e)) {
        return e;
    }
    if (!found) { /* the policy has just seen it */
        return ERR(ERR_CORRUPT);
    }
    fill_head(head, file);
    fill_places(head, file);
    e = fill_class(v, head, file);
    if (!failed(e)) {
        e = padded_text(v->a, case_head_category_2_code(head), 8,
                        &file->category_2);
        file->has_category_2 = !failed(e) && file->category_2.size > 0;
    }
    if (!failed(e)) {
        e = case_row_of(v->t, v->a, object.id, head, &file->row);
    }
    file->row.place_code = case_head_place_code(head); /* under the mask */
    if (!failed(e)) {
        e = fill_sealed(v, &d->mask, head, file);
    }
    if (!failed(e)) {
        e = padded_text(v->a, d->mask_name, sizeof(d->mask_name), &file->mask);
    }
    return failed(e) ? e : fill_standing(v, object.id, head, file);
}

struct err read_read_case(const struct viewing *v, const void *params)
{
    const struct read_read_case *p = params;
    struct view_case_file file = {0};
    struct object object = {.kind = OBJECT_CASE};
    struct decision decision;
    bool found = false;
    bool allowed = false;
    struct err e;

    e = case_by_number(v->t, p->no, &object.id, &found);
    if (failed(e)) {
        return e;
    }
    e = decide_object(v, ACT_READ_CASE, object, REFUSAL_CASE_UNKNOWN, &decision,
                      &allowed);
    if (failed(e) || !allowed) {
        return e;
    }
    e = fill_file(v, object, &decision, &file);
    if (failed(e)) {
        return e;
    }
    view_case_file_write(&v->ret->body, &file, &decision.mask, v->x->lang);
    answer_etag(v->ret, file.row.version);
    return OK;
}

/* ---------------------------------------------------------- registered -- */

struct err answer_registered(const struct viewing *v, const struct granted *g)
{
    const struct object object = {OBJECT_CASE, g->object};
    struct view_case_registered_answer answer;
    struct ev_case_registered_reporter reporter;
    uint8_t head[CASE_HEAD_BYTES];
    struct opened part = {0};
    struct record r;
    struct mask mask;
    bool found = false;
    struct err e;

    e = case_head_get(v->t, g->object, head, &found);
    if (failed(e) || !found) {
        return failed(e) ? e : ERR(ERR_CORRUPT);
    }
    e = answer_mask(v, ACT_READ_CASE, object, &mask);
    if (failed(e)) {
        return e;
    }
    answer = (struct view_case_registered_answer){
        .id = g->object,
        .no = {case_head_day(head), case_head_serial(head)},
        .state = (enum case_state)case_head_state(head),
        .version = case_head_version(head),
    };
    if (full(&mask, GROUP_G2)) {
        e = log_read(v->t, case_head_registered_seq(head), &r);
        if (!failed(e)) {
            e = part_open(v, &r, part_of_class(&r, PART_CLASS_REPORTER, 0),
                          &part);
        }
    }
    if (!failed(e) && part.json.size > 0) {
        e = ev_case_registered_decode_reporter(part.json, v->a, &reporter);
        if (!failed(e)) {
            answer.has_query_code = reporter.has_query_code;
            answer.query_code = reporter.query_code;
        }
    }
    if (!failed(e)) {
        view_case_registered_answer_write(&v->ret->body, &answer, &mask,
                                          v->x->lang);
    }
    return e;
}
