/*
 * catalogue_deadlines.c - the content deadlines: how long things may take, and
 * which of them a clock of a case runs by.
 *
 * The most particular rule counts, urgency before category: a rule for urgent
 * orders is not slowed by one for their category, unless that one says urgent
 * too.
 */
#include <string.h>

#include "model/catalogue.h"

/* ------------------------------------------------------------- looking -- */

/* 0: the rule is for something else; else the higher the more particular. */
static int fits(const struct deadline_rule *rule, enum urgency urgency,
                const char category[static 8])
{
    int score = 1;

    if (rule->urgency != URGENCY_NONE) {
        if (rule->urgency != urgency) {
            return 0;
        }
        score += 4;
    }
    if (rule->category[0] == '\0') {
        return score;
    }
    if (memcmp(rule->category, category, sizeof(rule->category)) == 0) {
        return score + 2;
    }
    /* one letter: a block */
    return rule->category[1] == '\0' && rule->category[0] == category[0]
               ? score + 1
               : 0;
}

const struct catalogue_deadline *catalogue_rule(const struct catalogue *c,
                                                enum due clock,
                                                enum urgency urgency,
                                                const char category[static 8])
{
    const struct deadline_rule *best = NULL;
    enum urgency asked = urgency == URGENCY_NONE ? URGENCY_GENERAL : urgency;
    int best_score = 0;

    for (size_t i = 0; i < c->rule_count; i++) {
        int score = c->rules[i].clock == clock
                        ? fits(&c->rules[i], asked, category)
                        : 0;

        if (score > best_score) {
            best = &c->rules[i];
            best_score = score;
        }
    }
    return best == NULL ? NULL : &c->deadlines[best->deadline].deadline;
}

uint32_t catalogue_deadlines_version(const struct catalogue *c)
{
    return c->deadlines_version;
}

/* ------------------------------------------------------------- reading -- */

static const struct unit_row {
    const char *name;
    bool runs;
    enum deadline_unit unit;
    int32_t times; /* amount of the file to amount of the clock */
} units[] = {
    {"minutes", true, DEADLINE_MINUTES, 1},
    {"hours", true, DEADLINE_MINUTES, 60},
    {"working_hours", true, DEADLINE_WORKING_HOURS, 60},
    {"working_days", true, DEADLINE_WORKING_DAYS, 1},
    {"calendar_days", true, DEADLINE_CALENDAR_DAYS, 1},
    /* figures that are kept and shown, and that no clock runs by */
    {"seconds", false, DEADLINE_MINUTES, 1},
    {"months", false, DEADLINE_MINUTES, 1},
    {"years", false, DEADLINE_MINUTES, 1},
    {"percent", false, DEADLINE_MINUTES, 1},
    {"times", false, DEADLINE_MINUTES, 1},
    {"at_once", false, DEADLINE_MINUTES, 1},
};

static bool read_amount(struct reader *r, const struct json_value *v,
                        struct deadline_row *ret)
{
    struct text word;
    int64_t amount = 0;

    if (!reader_word(r, v, "unit", &word)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_COUNT(units); i++) {
        if (!text_is(word, units[i].name)) {
            continue;
        }
        ret->runs = units[i].runs;
        ret->deadline.unit = units[i].unit;
        if (!reader_integer(r, v, "amount", ret->runs ? 1 : 0, 1000, &amount)) {
            return false;
        }
        ret->deadline.amount = (int32_t)amount * units[i].times;
        return true;
    }
    return reader_complain(r, "unit", "is no unit of time known here");
}

static const struct deadline_row *find(const struct catalogue *c,
                                       const char code[static 8])
{
    for (size_t i = 0; i < c->deadline_count; i++) {
        if (memcmp(c->deadlines[i].deadline.code, code, 8) == 0) {
            return &c->deadlines[i];
        }
    }
    return NULL;
}

static bool read_deadline(struct reader *r, const struct json_value *v,
                          struct catalogue *ret)
{
    static const char *const names[] = {"code",   "zh",   "en",      "unit",
                                        "amount", "note", "proposed"};
    struct deadline_row *row = &ret->deadlines[ret->deadline_count];
    struct catalogue_deadline *d = &row->deadline;
    struct text note;
    bool proposed = false;

    if (!reader_object(r, v, "", names, ARRAY_COUNT(names)) ||
        !reader_code(r, v, "code", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", d->code,
                     sizeof(d->code)) ||
        !reader_text(r, v, "zh", 60, &d->name_zh) ||
        !reader_text(r, v, "en", 120, &d->name_en) || !read_amount(r, v, row) ||
        !reader_word(r, v, "note", &note) ||
        (json_member(v, "proposed") != NULL &&
         !reader_bool(r, v, "proposed", &proposed))) {
        return false;
    }
    if (find(ret, d->code) != NULL) {
        return reader_complain(r, "code", "stands twice");
    }
    ret->deadline_count++;
    return true;
}

/* --------------------------------------------------------------- rules -- */

static bool read_which(struct reader *r, const struct json_value *v,
                       struct deadline_rule *rule)
{
    struct text clock;
    struct text urgency;

    if (!reader_word(r, v, "clock", &clock) ||
        !reader_word(r, v, "urgency", &urgency)) {
        return false;
    }
    rule->clock = due_from(clock);
    if (rule->clock == DUE_NONE) {
        return reader_complain(r, "clock", "is no clock of a case");
    }
    rule->urgency = urgency_from(urgency);
    if (rule->urgency == URGENCY_NONE && json_member(v, "urgency") != NULL) {
        return reader_complain(r, "urgency",
                               "must be most_urgent, urgent or general");
    }
    return json_member(v, "category") == NULL ||
           reader_code(r, v, "category", "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                       rule->category, sizeof(rule->category));
}

static bool stands_twice(const struct catalogue *c,
                         const struct deadline_rule *rule)
{
    for (size_t i = 0; i < c->rule_count; i++) {
        if (c->rules[i].clock == rule->clock &&
            c->rules[i].urgency == rule->urgency &&
            memcmp(c->rules[i].category, rule->category,
                   sizeof(rule->category)) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_rule(struct reader *r, const struct json_value *v,
                      struct catalogue *ret)
{
    static const char *const names[] = {"clock", "urgency", "category",
                                        "deadline"};
    struct deadline_rule *rule = &ret->rules[ret->rule_count];
    const struct deadline_row *row;
    char code[8];

    if (!reader_object(r, v, "", names, ARRAY_COUNT(names)) ||
        !read_which(r, v, rule) ||
        !reader_code(r, v, "deadline", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", code,
                     sizeof(code))) {
        return false;
    }
    row = find(ret, code);
    if (row == NULL) {
        return reader_complain(r, "deadline", "is no deadline of this file");
    }
    if (!row->runs) {
        return reader_complain(r, "deadline",
                               "is a figure that no clock can run by");
    }
    if (stands_twice(ret, rule)) {
        return reader_complain(r, "clock",
                               "has a rule for the same orders already");
    }
    rule->deadline = (size_t)(row - ret->deadlines);
    ret->rule_count++;
    return true;
}

bool read_deadlines(struct reader *r, const struct json_value *content,
                    struct catalogue *ret)
{
    static const char *const names[] = {"deadlines", "rules"};
    const struct json_value *deadlines;
    const struct json_value *rules;

    if (!reader_object(r, content, "", names, ARRAY_COUNT(names))) {
        return false;
    }
    deadlines = reader_list(r, content, "deadlines", CATALOGUE_DEADLINES_MAX);
    rules = reader_list(r, content, "rules", CATALOGUE_RULES_MAX);
    if (deadlines == NULL || rules == NULL) {
        return false;
    }
    ret->deadlines =
        reader_rows(r, json_count(deadlines), sizeof(*ret->deadlines));
    ret->rules = reader_rows(r, json_count(rules), sizeof(*ret->rules));
    if (ret->deadlines == NULL || ret->rules == NULL) {
        r->full = true;
        return false;
    }
    ret->deadline_count = 0;
    ret->rule_count = 0;
    return reader_each(r, "deadlines", deadlines, read_deadline, ret) &&
           reader_each(r, "rules", rules, read_rule, ret);
}
