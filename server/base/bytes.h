/*
 * bytes.h - spans, text, ids, and moving integers in and out of bytes.
 *
 * WHY     Pointer and length go together; no struct is ever cast onto bytes.
 * SHAPE   struct id: 48-bit milliseconds big-endian, then 80 random bits, so
 *         that ids sort by the time they were made. Text form: 32 lower hex.
 * OWNS    nothing: spans and texts borrow.
 */
#ifndef HUTONG_BASE_BYTES_H
#define HUTONG_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span { /* bytes; at may be NULL only when size is 0 */
    const uint8_t *at;
    size_t size;
};

struct text { /* UTF-8, not NUL-terminated */
    const char *at;
    size_t size;
};

enum { ID_BYTES = 16, ID_HEX = 32, HASH_BYTES = 32 };

struct id {
    uint8_t bytes[ID_BYTES];
};

struct hash {
    uint8_t bytes[HASH_BYTES];
};

#define SPAN(p, n) ((struct span){(const uint8_t *)(p), (n)})
#define TEXT_LITERAL(s) ((struct text){"" s, sizeof(s) - 1})

struct text text_of(const char *zero_terminated);
bool text_equal(struct text a, struct text b);
bool text_is(struct text a, const char *zero_terminated);
bool span_equal(struct span a, struct span b);

bool id_equal(struct id a, struct id b);
bool id_is_zero(struct id a);
/* time_ms in the top 48 bits, the first 10 bytes of random below. */
struct id id_make(int64_t time_ms, const uint8_t random[static 10]);
/* Writes 32 hex digits and a NUL. */
void id_to_hex(struct id a, char ret_hex[static ID_HEX + 1]);
/* False unless s is exactly 32 lower-case hex digits. */
bool id_from_hex(struct text s, struct id *ret_id);

void bytes_to_hex(struct span in, char *ret_hex /* 2*size+1 */);
bool bytes_from_hex(struct text in, uint8_t *ret_bytes, size_t size);
/* base64url without padding (RFC 4648 section 5); returns chars written, the
 * buffer must hold (size*4+2)/3+1; a NUL is added. */
size_t bytes_to_base64url(struct span in, char *ret_text);
bool bytes_from_base64url(struct text in, uint8_t *ret, size_t max,
                          size_t *ret_size);

uint16_t load_u16le(const uint8_t *p);
uint32_t load_u32le(const uint8_t *p);
uint64_t load_u64le(const uint8_t *p);
void store_u16le(uint8_t *p, uint16_t v);
void store_u32le(uint8_t *p, uint32_t v);
void store_u64le(uint8_t *p, uint64_t v);
uint16_t load_u16be(const uint8_t *p);
uint32_t load_u32be(const uint8_t *p);
uint64_t load_u64be(const uint8_t *p);
void store_u16be(uint8_t *p, uint16_t v);
void store_u32be(uint8_t *p, uint32_t v);
void store_u64be(uint8_t *p, uint64_t v);

/* Constant time in size. */
bool bytes_equal_secret(const void *a, const void *b, size_t size);
/* Overwrites, never optimised away. */
void bytes_wipe(void *p, size_t size);
bool bytes_all_zero(const void *p, size_t size);
/* Strict UTF-8 (no surrogates, no overlong, <= U+10FFFF). */
bool utf8_valid(struct text s);
/* Code points in valid UTF-8. */
size_t utf8_count(struct text s);

#endif
