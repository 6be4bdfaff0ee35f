/* shapes.c - see shapes.h. Digits are read and written by hand: the standard
 * readers take signs, spaces and overflow, none of which may pass here. */
#include "gen/shapes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char PREFIX[] = "12349-";
enum { PREFIX_SIZE = sizeof(PREFIX) - 1, DAY_SIZE = 8, SERIAL_SIZE_MIN = 4 };
enum { SERIAL_SIZE_MAX = 9 };

static bool read_digits(const char *at, size_t size, uint64_t *ret_number)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++) {
        if (at[i] < '0' || at[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(at[i] - '0');
    }
    *ret_number = number;
    return true;
}

bool case_no_from(struct text s, struct case_no *ret_no)
{
    const size_t fixed = PREFIX_SIZE + DAY_SIZE + 1;
    if (s.size < fixed + SERIAL_SIZE_MIN || s.size > fixed + SERIAL_SIZE_MAX)
        return false;
    if (memcmp(s.at, PREFIX, PREFIX_SIZE) != 0 || s.at[fixed - 1] != '-')
        return false;
    const char *digits = s.at + fixed;
    const size_t size = s.size - fixed;
    if (size > SERIAL_SIZE_MIN && digits[0] == '0')
        return false; /* one number, one spelling */
    uint64_t day = 0;
    uint64_t serial = 0;
    if (!read_digits(s.at + PREFIX_SIZE, DAY_SIZE, &day) ||
        !read_digits(digits, size, &serial))
        return false;
    const uint64_t month = day / 100 % 100;
    const uint64_t of_month = day % 100;
    if (month < 1 || month > 12 || of_month < 1 || of_month > 31 || serial < 1)
        return false;
    *ret_no = (struct case_no){(uint32_t)day, (uint32_t)serial};
    return true;
}

size_t case_no_to(struct case_no no, char ret_text[static CASE_NO_BYTES])
{
    const int size =
        snprintf(ret_text, CASE_NO_BYTES, "%s%08" PRIu32 "-%04" PRIu32, PREFIX,
                 no.day % 100000000, no.serial);
    return size < 0 ? 0 : (size_t)size;
}

bool territory_from(struct text s, uint64_t *ret_code)
{
    uint64_t code = 0;
    if (s.size != 6 && s.size != 9 && s.size != 12)
        return false;
    if (s.at[0] == '0' || !read_digits(s.at, s.size, &code))
        return false;
    *ret_code = code;
    return true;
}

size_t territory_to(uint64_t code, char ret_text[static TERRITORY_BYTES])
{
    const int size =
        snprintf(ret_text, TERRITORY_BYTES, "%" PRIu64, code % 1000000000000);
    return size < 0 ? 0 : (size_t)size;
}

uint64_t territory_township(uint64_t code)
{
    return code >= 100000000000 ? code / 1000 : code;
}
