/*
 * signin.c - failed sign-ins, and how long they make one wait.
 *
 * Two counts: of the pair (account, address), and of the address alone (the
 * account key is zero). Five failures lock the pair for 30 minutes: from
 * another address the same account still comes in, so that nobody can lock an
 * agent out from afar. An address alone is slowed down, never locked: a whole
 * desk may sit behind one. After 30 minutes without a failure a count begins
 * again. Side table: failures are no facts about a child, and the keys are
 * MACs.
 *
 * A pair that has come in before is not held by the address, and not locked:
 * one machine behind the desk's address could otherwise keep the whole desk
 * out, with five wrong passwords for each account every half an hour. After
 * the fifth failure it pauses, 2 s at first, each time twice as long, 60 s at
 * most.
 *
 * What this leaves to who guesses, for one account and address in a day: a
 * pair that never came in, 5 in 30 minutes: 240. One that did, 10 in the first
 * two minutes and then one a minute: 1,450. An address with no such pair, one
 * in 8 seconds: 10,800 for all its accounts together. A password has twelve
 * characters at least, so none of these is a way in.
 *
 * Times here are the wall's and not the log's, since net/ asks with the wall's.
 * A clock set back leaves failures in the future: such a one makes nobody wait,
 * but it counts, so the next puts everything right.
 */
#include "model/nouns.h"

#include <assert.h>
#include <string.h>

#include "model/rows.h"

#define LOCK_US (INT64_C(30) * 60 * 1000000)
#define SLOW_US_MAX (INT64_C(8) * 1000000)
#define PAUSE_US_FIRST (INT64_C(2) * 1000000)
#define PAUSE_US_MAX (INT64_C(60) * 1000000)

enum {
    PAIR_FAILURES_MAX = 5,
    ADDRESS_FAILURES_FREE = 5, /* before the address is slowed */
    COUNT_MAX = 1000000,
};

static struct err failure_row(struct store_txn *t, struct hash account,
                              struct hash address, struct row *ret)
{
    *ret = row_new(TABLE_SIGNIN_FAILURE, SIGNIN_FAILURE_KEY_BYTES,
                   SIGNIN_FAILURE_BYTES);
    signin_failure_key(ret->key, account, address);
    return row_get(t, ret);
}

/* A count whose last failure is long ago stands for nothing. */
static uint32_t failures(const struct row *row, int64_t now_us)
{
    if (!row->found || now_us - signin_failure_last_us(row->value) >= LOCK_US) {
        return 0;
    }
    return signin_failure_count(row->value);
}

static struct err count_failure(const struct decide_in *in, struct hash account,
                                struct hash address, struct outcome *ret)
{
    struct row row;
    uint32_t count;
    struct err e = failure_row(in->txn, account, address, &row);

    if (failed(e)) {
        return e;
    }
    count = failures(&row, in->wall_us);
    if (count == 0) {
        signin_failure_set_first_us(row.value, in->wall_us);
    }
    signin_failure_set_count(row.value, count < COUNT_MAX ? count + 1 : count);
    signin_failure_set_last_us(row.value, in->wall_us);
    return outcome_side(in, ret, TABLE_SIGNIN_FAILURE,
                        SPAN(row.key, row.key_size), SPAN(row.value, row.size));
}

struct err decide_fail_signin(const struct decide_in *in, const void *body,
                              struct object object, struct outcome *ret)
{
    const struct cmd_fail_signin *c = body;
    struct hash account = {{0}};
    struct hash address = {{0}};
    struct err e;

    assert(object.kind == OBJECT_NONE);
    if (!bytes_from_hex(c->account_key, account.bytes, sizeof(account.bytes)) ||
        !bytes_from_hex(c->address_key, address.bytes, sizeof(address.bytes))) {
        return outcome_invalid(ret, "/account_key", "field.pattern");
    }
    e = count_failure(in, account, address, ret);
    if (failed(e)) {
        return e;
    }
    return count_failure(in, (struct hash){{0}}, address, ret);
}

struct err signin_forget(const struct decide_in *in, struct text account_hex,
                         struct text address_hex, struct outcome *ret)
{
    struct row row = row_new(TABLE_SIGNIN_FAILURE, SIGNIN_FAILURE_KEY_BYTES,
                             SIGNIN_FAILURE_BYTES);
    struct hash account = {{0}};
    struct hash address = {{0}};

    if (!bytes_from_hex(account_hex, account.bytes, sizeof(account.bytes)) ||
        !bytes_from_hex(address_hex, address.bytes, sizeof(address.bytes))) {
        return outcome_invalid(ret, "/account_key", "field.pattern");
    }
    signin_failure_key(row.key, account, address);
    signin_failure_set_came_in(row.value, 1);
    return outcome_side(in, ret, TABLE_SIGNIN_FAILURE,
                        SPAN(row.key, row.key_size), SPAN(row.value, row.size));
}

/* 1 s after the sixth failure, doubled with each, 8 s at most. */
static int64_t slow_us(uint32_t count)
{
    uint32_t over = count - ADDRESS_FAILURES_FREE;

    if (count <= ADDRESS_FAILURES_FREE) {
        return 0;
    }
    return over > 3 ? SLOW_US_MAX : (INT64_C(1000000) << (over - 1));
}

/* Of a pair that has failed too often. */
static int64_t pause_us(uint32_t count, bool came_in)
{
    uint32_t over = count - PAIR_FAILURES_MAX;

    if (count < PAIR_FAILURES_MAX) {
        return 0;
    }
    if (!came_in) {
        return LOCK_US;
    }
    return over > 4 ? PAUSE_US_MAX : PAUSE_US_FIRST << over;
}

static int64_t wait_after(const struct row *row, int64_t needed_us,
                          int64_t now_us)
{
    int64_t last_us = signin_failure_last_us(row->value);

    if (!row->found || last_us > now_us || now_us - last_us >= needed_us) {
        return 0;
    }
    return needed_us - (now_us - last_us);
}

struct err signin_wait_us(struct store_txn *t, struct hash account_key,
                          struct hash address_key, int64_t now_us,
                          int64_t *ret_wait_us, bool *ret_came_in)
{
    struct row pair;
    struct row address;
    int64_t slow;
    int64_t own;
    struct err e = failure_row(t, account_key, address_key, &pair);

    if (failed(e)) {
        return e;
    }
    e = failure_row(t, (struct hash){{0}}, address_key, &address);
    if (failed(e)) {
        return e;
    }
    *ret_came_in = pair.found && signin_failure_came_in(pair.value) != 0;
    own = wait_after(&pair, pause_us(failures(&pair, now_us), *ret_came_in),
                     now_us);
    slow =
        *ret_came_in
            ? 0
            : wait_after(&address, slow_us(failures(&address, now_us)), now_us);
    *ret_wait_us = own > slow ? own : slow;
    return OK;
}
