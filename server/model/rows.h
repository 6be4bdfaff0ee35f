/*
 * rows.h - rows of fixed size, for the deciders and appliers of model/.
 *
 * WHY     A span read from a write transaction lives until the next put: a row
 *         is copied out before it is changed. A row of another size than the
 *         layout says is damage, not a surprise.
 * ERRORS  ERR_CORRUPT: a row of a wrong size, or row_need found none, or (after
 *         an alarm) a head with a value that no rule gives.
 */
#ifndef HUTONG_MODEL_ROWS_H
#define HUTONG_MODEL_ROWS_H

#include "model/model.h"

enum { ROW_BYTES_MAX = 1024 };

struct row {
    enum table table;
    uint8_t key[64];
    size_t key_size;
    uint8_t value[ROW_BYTES_MAX];
    size_t size;
    bool found;
};

/* An empty row of a table: fill row.key next. */
struct row row_new(enum table table, size_t key_size, size_t size);
/* Copies the value; row.found false leaves it zero. */
struct err row_get(struct store_txn *t, struct row *row) MUST_USE;
/* The same where the row must be there. */
struct err row_need(struct store_txn *t, struct row *row) MUST_USE;
struct err row_put(struct store_txn *t, const struct row *row) MUST_USE;
struct err row_delete(struct store_txn *t, const struct row *row) MUST_USE;

/* The rows that several nouns look up. */
struct err contact_row(struct store_txn *t, struct id contact,
                       struct row *ret) MUST_USE;
struct err case_row(struct store_txn *t, struct id case_id,
                    struct row *ret) MUST_USE;
struct err account_row(struct store_txn *t, struct id account,
                       struct row *ret) MUST_USE;
/* ret->found false when no account has this login. */
struct err account_row_by_login(struct store_txn *t, struct text login,
                                struct row *ret) MUST_USE;

/* Zero-padded copy of a code into a field of a row; false when too long. */
bool code_pad(struct text code, char *ret, size_t size);

#endif
