/*
 * shapes.h - the small value types that generated structs share.
 *
 * WHY     A case number and a territory code are values with a text form; both
 *         forms are known in one place.
 * SHAPE   case number: 12349-YYYYMMDD-NNNN, at least four digits of serial,
 *         more when a day needs them, never a leading zero beyond the fourth.
 *         territory: 6 digits county, 9 township, 12 village; kept as number.
 * ERRORS  the readers return false and leave ret untouched.
 * SOURCE  made by scripts/gen from its templates; never edited, never
 *         committed. GB/T 2260 and the statistics bureau's 12-digit codes.
 */
#ifndef HUTONG_GEN_SHAPES_H
#define HUTONG_GEN_SHAPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* Longest text forms, with their NUL. */
enum { CASE_NO_BYTES = 26, TERRITORY_BYTES = 13 };

struct case_no {
    uint32_t day;    /* 20261123 */
    uint32_t serial; /* 1-based within the day */
};

bool case_no_from(struct text s, struct case_no *ret_no);
/* Writes the text form and a NUL; returns its size without the NUL. */
size_t case_no_to(struct case_no no, char ret_text[static CASE_NO_BYTES]);

bool territory_from(struct text s, uint64_t *ret_code);
/* Writes the digits and a NUL; returns their count. */
size_t territory_to(uint64_t code, char ret_text[static TERRITORY_BYTES]);
/* A village's code cut to its township; any other code as it is. */
uint64_t territory_township(uint64_t code);

#endif
