/*
 * encode.c - hexadecimal and base64url, both strict when read.
 *
 * One value has one spelling: upper-case hex, padding, and base64 whose unused
 * bits are not zero are refused, so that a token cannot be spelt twice.
 */
#include <assert.h>

#include "base/bytes.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void bytes_to_hex(struct span in, char *ret_hex)
{
    for (size_t i = 0; i < in.size; i++) {
        ret_hex[2 * i] = hex_digits[in.at[i] >> 4];
        ret_hex[2 * i + 1] = hex_digits[in.at[i] & 15];
    }
    ret_hex[2 * in.size] = '\0';
}

bool bytes_from_hex(struct text in, uint8_t *ret_bytes, size_t size)
{
    if (size > SIZE_MAX / 2 || in.size != 2 * size) {
        return false;
    }
    for (size_t i = 0; i < in.size; i++) {
        if (hex_value(in.at[i]) < 0) {
            return false;
        }
    }
    for (size_t i = 0; i < size; i++) {
        ret_bytes[i] = (uint8_t)(hex_value(in.at[2 * i]) << 4 |
                                 hex_value(in.at[2 * i + 1]));
    }
    return true;
}

void id_to_hex(struct id a, char ret_hex[static ID_HEX + 1])
{
    bytes_to_hex(SPAN(a.bytes, ID_BYTES), ret_hex);
}

bool id_from_hex(struct text s, struct id *ret_id)
{
    return bytes_from_hex(s, ret_id->bytes, ID_BYTES);
}

size_t bytes_to_base64url(struct span in, char *ret_text)
{
    size_t n = 0;
    uint32_t bits = 0;
    unsigned held = 0; /* bits not yet written: 0, 2 or 4 */

    for (size_t i = 0; i < in.size; i++) {
        bits = bits << 8 | in.at[i];
        held += 8;
        while (held >= 6) {
            held -= 6;
            ret_text[n++] = base64_digits[bits >> held & 63];
        }
    }
    if (held > 0) {
        ret_text[n++] = base64_digits[bits << (6 - held) & 63];
    }
    ret_text[n] = '\0';
    assert(n == (in.size * 4 + 2) / 3);
    return n;
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    if (c == '-') {
        return 62;
    }
    return c == '_' ? 63 : -1;
}

/* True when in decodes to a whole number of bytes in one spelling only. */
static bool base64_valid(struct text in)
{
    unsigned spare = (unsigned)(in.size % 4 * 6 % 8);

    if (in.size % 4 == 1) {
        return false;
    }
    for (size_t i = 0; i < in.size; i++) {
        if (base64_value(in.at[i]) < 0) {
            return false;
        }
    }
    return spare == 0 ||
           (base64_value(in.at[in.size - 1]) & ((1 << spare) - 1)) == 0;
}

bool bytes_from_base64url(struct text in, uint8_t *ret, size_t max,
                          size_t *ret_size)
{
    size_t size = in.size / 4 * 3 + in.size % 4 * 6 / 8;
    size_t n = 0;
    uint32_t bits = 0;
    unsigned held = 0;

    if (size > max || !base64_valid(in)) {
        return false;
    }
    for (size_t i = 0; i < in.size; i++) {
        bits = bits << 6 | (uint32_t)base64_value(in.at[i]);
        held += 6;
        if (held >= 8) {
            held -= 8;
            ret[n++] = (uint8_t)(bits >> held);
        }
    }
    assert(n == size);
    *ret_size = size;
    return true;
}
