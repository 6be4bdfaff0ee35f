/*
 * seen.h - what a reader of a city is shown, as text and as parsed JSON.
 *
 * OWNS    struct seen its answer and document: seen_free.
 * ERRORS  a failure here fails the test; a refusal is a result.
 */
#ifndef HUTONG_TESTS_SEEN_H
#define HUTONG_TESTS_SEEN_H

#include "lib/city.h"
#include "view/view.h"

struct seen {
    enum refusal refusal;
    bool denied_by_right;
    struct id denied_object;
    char etag[24];
    struct text body; /* empty when refused */
    struct json_out out;
    struct json_doc *doc;
    const struct json_value *root;
};

struct view_context seen_context(const struct city *w,
                                 const struct actor *actor);
struct seen seen_read(struct city *w, const struct actor *actor, enum read read,
                      const void *params);
struct seen seen_answer(struct city *w, const struct actor *actor,
                        enum command command, const struct city_result *r);
struct seen seen_case(struct city *w, const struct actor *actor,
                      struct case_no no);
/* Takes over what was written to out. */
struct seen seen_text(struct json_out *take_out);
void seen_free(struct seen *s);
/* True when the body holds these bytes. */
bool seen_has(const struct seen *s, const char *bytes);
/* A member by path, "row/no"; NULL when it is not there. */
const struct json_value *seen_at(const struct seen *s, const char *path);
/* Asserts that it is there and of the type. */
struct text seen_string(const struct seen *s, const char *path);
int64_t seen_integer(const struct seen *s, const char *path);
bool seen_true(const struct seen *s, const char *path);
/* A whole trail need. */
struct trail_need seen_need(struct city *w, const struct actor *actor,
                            enum read read, const void *params);

#endif
