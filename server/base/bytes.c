/*
 * bytes.c - spans, texts, ids, integers in bytes, and the care for secrets.
 *
 * Integers are assembled from single bytes: right on any alignment and byte
 * order, and compilers make one load of it.
 */
#include "base/bytes.h"

#include <assert.h>
#include <string.h>

static bool same(const void *a, const void *b, size_t size)
{
    return size == 0 || memcmp(a, b, size) == 0;
}

struct text text_of(const char *zero_terminated)
{
    assert(zero_terminated != NULL);
    return (struct text){zero_terminated, strlen(zero_terminated)};
}

bool text_equal(struct text a, struct text b)
{
    return a.size == b.size && same(a.at, b.at, a.size);
}

bool text_is(struct text a, const char *zero_terminated)
{
    return text_equal(a, text_of(zero_terminated));
}

bool span_equal(struct span a, struct span b)
{
    return a.size == b.size && same(a.at, b.at, a.size);
}

bool id_equal(struct id a, struct id b)
{
    return memcmp(a.bytes, b.bytes, ID_BYTES) == 0;
}

bool id_is_zero(struct id a) { return bytes_all_zero(a.bytes, ID_BYTES); }

struct id id_make(int64_t time_ms, const uint8_t random[static 10])
{
    struct id a;
    uint8_t time[8];

    assert(time_ms >= 0);
    assert(time_ms < INT64_C(1) << 48);
    store_u64be(time, (uint64_t)time_ms);
    memcpy(a.bytes, time + 2, 6);
    memcpy(a.bytes + 6, random, 10);
    return a;
}

uint16_t load_u16le(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }

uint32_t load_u32le(const uint8_t *p)
{
    return load_u16le(p) | (uint32_t)load_u16le(p + 2) << 16;
}

uint64_t load_u64le(const uint8_t *p)
{
    return load_u32le(p) | (uint64_t)load_u32le(p + 4) << 32;
}

void store_u16le(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

void store_u32le(uint8_t *p, uint32_t v)
{
    store_u16le(p, (uint16_t)v);
    store_u16le(p + 2, (uint16_t)(v >> 16));
}

void store_u64le(uint8_t *p, uint64_t v)
{
    store_u32le(p, (uint32_t)v);
    store_u32le(p + 4, (uint32_t)(v >> 32));
}

uint16_t load_u16be(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

uint32_t load_u32be(const uint8_t *p)
{
    return (uint32_t)load_u16be(p) << 16 | load_u16be(p + 2);
}

uint64_t load_u64be(const uint8_t *p)
{
    return (uint64_t)load_u32be(p) << 32 | load_u32be(p + 4);
}

void store_u16be(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

void store_u32be(uint8_t *p, uint32_t v)
{
    store_u16be(p, (uint16_t)(v >> 16));
    store_u16be(p + 2, (uint16_t)v);
}

void store_u64be(uint8_t *p, uint64_t v)
{
    store_u32be(p, (uint32_t)(v >> 32));
    store_u32be(p + 4, (uint32_t)v);
}

bool bytes_equal_secret(const void *a, const void *b, size_t size)
{
    const volatile uint8_t *x = a;
    const volatile uint8_t *y = b;
    uint8_t differs = 0;

    for (size_t i = 0; i < size; i++) {
        differs = (uint8_t)(differs | (x[i] ^ y[i]));
    }
    return differs == 0;
}

void bytes_wipe(void *p, size_t size)
{
    if (size == 0) {
        return;
    }
    memset(p, 0, size);
    /* The compiler must believe that somebody looks at the zeros. */
    __asm__ __volatile__("" : : "r"(p) : "memory");
}

bool bytes_all_zero(const void *p, size_t size)
{
    const uint8_t *b = p;
    uint8_t any = 0;

    for (size_t i = 0; i < size; i++) {
        any |= b[i];
    }
    return any == 0;
}
