/*
 * board_count.c - the counters of the board, kept as cases move.
 *
 * Counted once for everything and once for each city, county and township
 * that holds the case: a county is told its own numbers, never the city's.
 * Key: kind, then scope. Kinds: "open", "danger", "state02", "day20261123".
 */
#include "model/nouns.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/rows.h"

enum { SCOPES_MAX = 4, KIND_BYTES = 16 };

struct scopes {
    uint64_t codes[SCOPES_MAX];
    size_t count;
};

static void scopes_add(struct scopes *s, uint64_t code)
{
    assert(s->count < SCOPES_MAX);
    for (size_t i = 0; i < s->count; i++) {
        if (s->codes[i] == code) {
            return;
        }
    }
    s->codes[s->count] = code;
    s->count++;
}

static struct scopes scopes_of(uint64_t place)
{
    struct scopes s = {.count = 1}; /* 0: everything */
    uint64_t county = territory_county(place);

    if (county != 0) {
        scopes_add(&s, county / 100 * 100);
        scopes_add(&s, county);
        scopes_add(&s, territory_township(place));
    }
    return s;
}

static void state_kind(enum case_state state, char ret[static KIND_BYTES])
{
    memset(ret, 0, KIND_BYTES);
    (void)snprintf(ret, KIND_BYTES, "state%02u", (unsigned)state); /* fits */
}

static void day_kind(uint32_t day, char ret[static KIND_BYTES])
{
    memset(ret, 0, KIND_BYTES);
    (void)snprintf(ret, KIND_BYTES, "day%u", (unsigned)day); /* fits */
}

static struct err count_get(struct store_txn *t,
                            const char kind[static KIND_BYTES], uint64_t scope,
                            struct row *ret)
{
    *ret = row_new(TABLE_BOARD_COUNT, BOARD_COUNT_KEY_BYTES, BOARD_COUNT_BYTES);
    board_count_key(ret->key, kind, scope);
    return row_get(t, ret);
}

static struct err count_add(struct store_txn *t,
                            const char kind[static KIND_BYTES],
                            const struct scopes *scopes)
{
    for (size_t i = 0; i < scopes->count; i++) {
        struct row row;
        struct err e = count_get(t, kind, scopes->codes[i], &row);

        if (failed(e)) {
            return e;
        }
        board_count_set_count(row.value, board_count_count(row.value) + 1);
        e = row_put(t, &row);
        if (failed(e)) {
            return e;
        }
    }
    return OK;
}

static const char kind_open[KIND_BYTES] = "open";
static const char kind_danger[KIND_BYTES] = "danger";

struct err board_count_registered(struct store_txn *t, const uint8_t *case_head)
{
    struct scopes scopes = scopes_of(case_head_place_code(case_head));
    char kind[KIND_BYTES];
    struct err e = count_add(t, kind_open, &scopes);

    if (failed(e)) {
        return e;
    }
    state_kind((enum case_state)case_head_state(case_head), kind);
    e = count_add(t, kind, &scopes);
    if (failed(e)) {
        return e;
    }
    day_kind(case_head_day(case_head), kind);
    e = count_add(t, kind, &scopes);
    if (failed(e) || case_head_danger(case_head) == 0) {
        return e;
    }
    return count_add(t, kind_danger, &scopes);
}

struct err board_counts_read(struct store_txn *t, uint64_t scope, uint32_t day,
                             struct board_counts *ret)
{
    char state[KIND_BYTES];
    char today[KIND_BYTES];
    const char *kinds[] = {kind_open, state, today, kind_danger};
    uint64_t found[ARRAY_COUNT(kinds)];

    state_kind(CASE_STATE_TRIAGE, state);
    day_kind(day, today);
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        struct row row;
        struct err e = count_get(t, kinds[i], scope, &row);

        if (failed(e)) {
            return e;
        }
        found[i] = board_count_count(row.value);
    }
    *ret = (struct board_counts){
        .open = found[0],
        .triage = found[1],
        .today = found[2],
        .danger = found[3],
    };
    return OK;
}
