/*
 * reader.h - reads JSON that an operator wrote into plain rows, for model/
 * alone.
 *
 * WHY     Every kind of the catalogue complains in the same way: the first
 * thing that is wrong, with its JSON path, in one sentence. OWNS    nothing:
 * rows and texts lie in the reader's arena. ERRORS  each returns false, or
 * NULL, after it has complained; full is set when it was the arena.
 */
#ifndef HUTONG_MODEL_READER_H
#define HUTONG_MODEL_READER_H

#include "model/model.h"

/* Reads one content and complains about the first thing that is wrong. */
struct reader {
    struct arena *arena;
    char why[256];    /* "" while nothing is wrong */
    bool full;        /* the arena */
    const char *list; /* the row being read: /content/list/index */
    size_t index;
};

/* Says that what stands at path (below the row) is not what it must be; always
 * false. */
bool reader_complain(struct reader *r, const char *path, const char *must);
/* The value must be an object with no members but these. */
bool reader_object(struct reader *r, const struct json_value *v,
                   const char *path, const char *const *names, size_t count);
/* A member that is one line of 1 to points_max code points. */
bool reader_text(struct reader *r, const struct json_value *object,
                 const char *name, size_t points_max, struct text *ret);
/* A member of 1 to size bytes out of a-z, 0-9 and the further characters,
 * zero-padded. */
bool reader_code(struct reader *r, const struct json_value *object,
                 const char *name, const char *further, char *ret, size_t size);
bool reader_integer(struct reader *r, const struct json_value *object,
                    const char *name, int64_t min, int64_t max, int64_t *ret);
bool reader_territory(struct reader *r, const struct json_value *object,
                      const char *name, uint64_t *ret);
/* A member that is an array of 1 to max items; NULL when it is not. */
const struct json_value *reader_list(struct reader *r,
                                     const struct json_value *content,
                                     const char *name, size_t max);
/* Zeroed memory for count rows; NULL when the arena is full. */
void *reader_rows(struct reader *r, size_t count, size_t row_bytes);

/* A member that is true or false. */
bool reader_bool(struct reader *r, const struct json_value *object,
                 const char *name, bool *ret);
/* A text member, borrowed from the document; empty when it is left out. */
bool reader_word(struct reader *r, const struct json_value *object,
                 const char *name, struct text *ret);
/* A list member of texts, at most max; left out is empty. */
bool reader_words(struct reader *r, const struct json_value *object,
                  const char *name, size_t max, const struct json_value **ret,
                  size_t *ret_count);
/* Reads each item of a list; what is wrong is named below /content/name/i. */
typedef bool (*reader_row_fn)(struct reader *r, const struct json_value *v,
                              struct catalogue *ret);
bool reader_each(struct reader *r, const char *name,
                 const struct json_value *list, reader_row_fn read,
                 struct catalogue *ret);

#endif
