/*
 * text.h - the door of text/: what is typed is made clean once, on the way in.
 *
 * WHY     ICU is used in this room only, and never in apply (server/README.md:
 *         replay must not depend on an ICU version).
 * THREAD  any.
 * SOURCE  Unicode UAX #15 (NFC); Mongolian and Cyrillic text are data like any
 *         other. Removed silently: nothing. Refused: control characters other
 *         than TAB and LF, U+FFFE/FFFF of every plane, and bidi controls
 *         (U+202A-202E, U+2066-2069) that are not paired within their line:
 *         they would turn round the words that follow. CR LF and CR become
 *         LF; U+2028/2029 count as line breaks.
 */
#ifndef HUTONG_TEXT_TEXT_H
#define HUTONG_TEXT_TEXT_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

enum text_kind {
    TEXT_LINE,  /* one line: no LF, trimmed */
    TEXT_PROSE, /* many lines; trailing space of the whole trimmed */
};

/* NFC, line ends, trim; ERR_INPUT when it holds what is refused. */
struct err text_clean(struct text in, enum text_kind kind, struct arena *a,
                      struct text *ret) MUST_USE;

#endif
