/*
 * utf8.c - is this UTF-8, and how many code points.
 *
 * The table of RFC 3629 section 4 (Unicode table 3-7): only the second byte
 * has limits of its own, and they shut out overlong forms, surrogates and
 * everything above U+10FFFF.
 */
#include "base/bytes.h"

struct lead { /* a range of first bytes and what must follow */
    uint8_t from, to;
    uint8_t more; /* bytes that follow */
    uint8_t second_from, second_to;
};

static const struct lead leads[] = {
    {0xC2, 0xDF, 1, 0x80, 0xBF}, {0xE0, 0xE0, 2, 0xA0, 0xBF},
    {0xE1, 0xEC, 2, 0x80, 0xBF}, {0xED, 0xED, 2, 0x80, 0x9F},
    {0xEE, 0xEF, 2, 0x80, 0xBF}, {0xF0, 0xF0, 3, 0x90, 0xBF},
    {0xF1, 0xF3, 3, 0x80, 0xBF}, {0xF4, 0xF4, 3, 0x80, 0x8F},
};

/* Bytes of the sequence at p, or 0 when it is malformed or cut. */
static size_t sequence_bytes(const uint8_t *p, size_t left)
{
    if (p[0] < 0x80) {
        return 1;
    }
    for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
        const struct lead *l = &leads[i];

        if (p[0] < l->from || p[0] > l->to) {
            continue;
        }
        if (left <= l->more || p[1] < l->second_from || p[1] > l->second_to) {
            return 0;
        }
        for (size_t k = 2; k <= l->more; k++) {
            if (p[k] < 0x80 || p[k] > 0xBF) {
                return 0;
            }
        }
        return l->more + 1u;
    }
    return 0;
}

bool utf8_valid(struct text s)
{
    const uint8_t *p = (const uint8_t *)s.at;
    size_t at = 0;

    while (at < s.size) {
        size_t bytes = sequence_bytes(p + at, s.size - at);

        if (bytes == 0) {
            return false;
        }
        at += bytes;
    }
    return true;
}

size_t utf8_count(struct text s)
{
    size_t count = 0;

    for (size_t i = 0; i < s.size; i++) {
        /* Every byte but a continuation byte begins a code point. */
        count += ((uint8_t)s.at[i] & 0xC0) != 0x80;
    }
    return count;
}
