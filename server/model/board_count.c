/*
 * board_count.c - the counters of the board, kept as cases move.
 *
 * Counted once for everything and once for each city, county and township
 * that holds the case: a county is told its own numbers, never the city's.
 * Key: kind, then scope. Kinds: "open", "danger", "emergency",
 * "overdue", "state02", "day20261123".
 */
#include "model/nouns.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/path.h"
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

/* Adds to one counter in every scope. */
static struct err count_add(struct store_txn *t,
                            const char kind[static KIND_BYTES],
                            const struct scopes *scopes, int by)
{
    for (size_t i = 0; i < scopes->count; i++) {
        struct row row;
        struct err e = count_get(t, kind, scopes->codes[i], &row);

        if (failed(e)) {
            return e;
        }
        if (by < 0 && board_count_count(row.value) == 0) {
            return ERR(ERR_CORRUPT);
        }
        board_count_set_count(row.value,
                              by < 0 ? board_count_count(row.value) - 1
                                     : board_count_count(row.value) + 1);
        e = row_put(t, &row);
        if (failed(e)) {
            return e;
        }
    }
    return OK;
}

static const char kind_open[KIND_BYTES] = "open";
static const char kind_danger[KIND_BYTES] = "danger";
static const char kind_emergency[KIND_BYTES] = "emergency";
static const char kind_overdue[KIND_BYTES] = "overdue";

/* Which counters a case stands in; scopes come from its place. */
enum { KINDS_MAX = 6 };
struct standing {
    char kinds[KINDS_MAX][KIND_BYTES];
    size_t count;
    struct scopes scopes;
};

static void stands_in(struct standing *s, const char kind[static KIND_BYTES])
{
    assert(s->count < KINDS_MAX);
    memcpy(s->kinds[s->count], kind, KIND_BYTES);
    s->count++;
}

static struct standing standing_of(const uint8_t *head)
{
    struct standing s = {.scopes = scopes_of(case_head_place_code(head))};
    enum case_state state = (enum case_state)case_head_state(head);
    char kind[KIND_BYTES];

    state_kind(state, kind);
    stands_in(&s, kind);
    day_kind(case_head_day(head), kind);
    stands_in(&s, kind);
    if (!path_open(state)) {
        return s;
    }
    stands_in(&s, kind_open);
    if (case_head_danger(head) != 0) {
        stands_in(&s, kind_danger);
    }
    if (case_head_ladder_state(head) == LADDER_STATE_RUNNING) {
        stands_in(&s, kind_emergency);
    }
    if (case_head_overdue(head) != 0) {
        stands_in(&s, kind_overdue);
    }
    return s;
}

static bool has_kind(const struct standing *s, const char *kind)
{
    for (size_t i = 0; i < s->count; i++) {
        if (memcmp(s->kinds[i], kind, KIND_BYTES) == 0) {
            return true;
        }
    }
    return false;
}

static bool same_scopes(const struct scopes *a, const struct scopes *b)
{
    return a->count == b->count &&
           memcmp(a->codes, b->codes, a->count * sizeof(a->codes[0])) == 0;
}

/* Counts of one standing that the other does not have, in the same places. */
static struct err count_what(struct store_txn *t, const struct standing *of,
                             const struct standing *but, int by)
{

    for (size_t i = 0; i < of->count; i++) {
        struct err e;

        if (same_scopes(&of->scopes, &but->scopes) &&
            has_kind(but, of->kinds[i])) {
            continue;
        }
        e = count_add(t, of->kinds[i], &of->scopes, by);
        if (failed(e)) {
            return e;
        }
    }
    return OK;
}

struct err board_count_moved(struct store_txn *t, const uint8_t *before,
                             const uint8_t *after)
{
    struct standing now = standing_of(after);
    struct standing then = {0}; /* in none */
    struct err e;

    if (before != NULL) {
        then = standing_of(before);
    }
    e = count_what(t, &then, &now, -1);
    return failed(e) ? e : count_what(t, &now, &then, 1);
}

struct err board_counts_read(struct store_txn *t, uint64_t scope, uint32_t day,
                             struct board_counts *ret)
{
    char state[KIND_BYTES];
    char today[KIND_BYTES];
    const char *kinds[] = {kind_open,   state,          today,
                           kind_danger, kind_emergency, kind_overdue};
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
        .emergency = found[4],
        .overdue = found[5],
    };
    return OK;
}
