/*
 * clean.c - NFC, line ends, trimming, and what is not let in.
 *
 * Nothing is removed silently but space at the ends and the CR of a line end:
 * a text that holds something dangerous is refused whole, so that nobody reads
 * another text than the one that was typed.
 */
#include "text/text.h"

#include <assert.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

struct units { /* UTF-16 in the arena */
    UChar *at;
    int32_t count;
};

/* ---- what is refused ---- */

static bool is_control(UChar32 c)
{
    return c < 0x20 ? c != '\t' && c != '\n' : c >= 0x7F && c <= 0x9F;
}

static bool is_noncharacter(UChar32 c) { return (c & 0xFFFE) == 0xFFFE; }

static bool is_line_break(UChar32 c)
{
    return c == '\n' || c == 0x2028 || c == 0x2029;
}

struct bidi { /* what is open and must be closed in the same line */
    int embeddings;
    int isolates;
};

/* False when c closes what was not open, or a line ends with some open. */
static bool bidi_step(struct bidi *b, UChar32 c)
{
    if (c == 0x202A || c == 0x202B || c == 0x202D || c == 0x202E) {
        b->embeddings++;
    } else if (c == 0x202C) {
        b->embeddings--;
    } else if (c >= 0x2066 && c <= 0x2068) {
        b->isolates++;
    } else if (c == 0x2069) {
        b->isolates--;
    } else if (is_line_break(c)) {
        return b->embeddings == 0 && b->isolates == 0;
    }
    return b->embeddings >= 0 && b->isolates >= 0;
}

/* The text came from valid UTF-8: a lead is followed by its trail. */
static UChar32 next_code_point(struct units u, int32_t *i)
{
    UChar32 c = u.at[(*i)++];

    if ((c & 0xFC00) == 0xD800 && *i < u.count) {
        c = 0x10000 + ((c & 0x3FF) << 10) + (u.at[(*i)++] & 0x3FF);
    }
    return c;
}

static bool allowed(struct units u, enum text_kind kind)
{
    struct bidi bidi = {0};

    for (int32_t i = 0; i < u.count;) {
        UChar32 c = next_code_point(u, &i);

        if (is_control(c) || is_noncharacter(c) || !bidi_step(&bidi, c)) {
            return false;
        }
        if (kind == TEXT_LINE && is_line_break(c)) {
            return false;
        }
    }
    return bidi.embeddings == 0 && bidi.isolates == 0;
}

/* ---- steps on UTF-16; each makes its input shorter, or a new one ---- */

static struct err widen(struct text in, struct arena *a, struct units *ret)
{
    UErrorCode status = U_ZERO_ERROR;
    struct units u = {.at = arena_take(a, in.size * sizeof(UChar))};

    if (u.at == NULL) {
        return ERR(ERR_LIMIT);
    }
    /* No byte of UTF-8 makes more than one unit. */
    u_strFromUTF8(u.at, (int32_t)in.size, &u.count, in.at, (int32_t)in.size,
                  &status);
    if (U_FAILURE(status)) {
        return ERR(ERR_INPUT);
    }
    *ret = u;
    return OK;
}

static struct err normalise(struct units in, struct arena *a, struct units *ret)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    struct units out = {0};
    int32_t room;

    if (U_FAILURE(status)) {
        return ERR_OF(ERR_SYS, status);
    }
    if (unorm2_spanQuickCheckYes(nfc, in.at, in.count, &status) == in.count &&
        U_SUCCESS(status)) {
        *ret = in;
        return OK;
    }
    status = U_ZERO_ERROR;
    /* UAX #15 section 9: no text grows more than threefold in NFC/UTF-16. */
    room = in.count * 3;
    out.at = arena_take(a, (size_t)room * sizeof(UChar));
    if (out.at == NULL) {
        return ERR(ERR_LIMIT);
    }
    out.count = unorm2_normalize(nfc, in.at, in.count, out.at, room, &status);
    if (U_FAILURE(status)) {
        return ERR_OF(ERR_SYS, status);
    }
    *ret = out;
    return OK;
}

/* CR LF and CR become LF. */
static void join_line_ends(struct units *u)
{
    int32_t to = 0;

    for (int32_t i = 0; i < u->count; i++) {
        UChar c = u->at[i];

        if (c == '\r') {
            i += i + 1 < u->count && u->at[i + 1] == '\n';
            c = '\n';
        }
        u->at[to++] = c;
    }
    u->count = to;
}

/* All White_Space of Unicode lies in the first plane: one unit each. */
static void trim(struct units *u, enum text_kind kind)
{
    while (u->count > 0 && u_isUWhiteSpace(u->at[u->count - 1])) {
        u->count--;
    }
    while (kind == TEXT_LINE && u->count > 0 && u_isUWhiteSpace(u->at[0])) {
        u->at++;
        u->count--;
    }
}

static struct err narrow(struct units u, struct arena *a, struct text *ret)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t room = u.count * 3 + 1; /* no unit makes more than three bytes */
    int32_t size = 0;
    char *at = arena_take(a, (size_t)room);

    if (at == NULL) {
        return ERR(ERR_LIMIT);
    }
    u_strToUTF8(at, room, &size, u.at, u.count, &status);
    if (U_FAILURE(status)) {
        return ERR_OF(ERR_SYS, status);
    }
    *ret = (struct text){at, (size_t)size};
    return OK;
}

struct err text_clean(struct text in, enum text_kind kind, struct arena *a,
                      struct text *ret)
{
    struct units u = {0};
    struct err e;

    assert(kind == TEXT_LINE || kind == TEXT_PROSE);
    if (in.size == 0) {
        *ret = TEXT_LITERAL("");
        return OK;
    }
    if (in.size > INT32_MAX / 8) {
        return ERR(ERR_LIMIT);
    }
    if (!utf8_valid(in)) {
        return ERR(ERR_INPUT);
    }
    e = widen(in, a, &u);
    if (failed(e)) {
        return e;
    }
    e = normalise(u, a, &u);
    if (failed(e)) {
        return e;
    }
    join_line_ends(&u);
    trim(&u, kind);
    if (!allowed(u, kind)) {
        return ERR(ERR_INPUT);
    }
    return narrow(u, a, ret);
}
