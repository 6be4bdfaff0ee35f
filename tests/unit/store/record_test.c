/*
 * record_test.c - the layout of schema/record.md, byte for byte.
 *
 * The example in that page is made here with fixed keys and IVs and compared
 * with what the page shows, so that neither can change without the other.
 */
#include "store/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EXAMPLE_BYTES = 224 + 28 + 2 * 76 + 14 + 2, BYTES_A_LINE = 24 };

struct example {
    struct frame_head head;
    struct event_plain event;
    struct part_lock locks[2];
    struct record_plan plan;
    uint8_t bytes[EXAMPLE_BYTES];
};

static struct id id_of(uint8_t b)
{
    struct id id;

    memset(id.bytes, b, sizeof(id.bytes));
    return id;
}

static void example_make(struct example *x)
{
    memset(x, 0, sizeof(*x));
    x->head = (struct frame_head){
        .time_us = INT64_C(1795449900123456),
        .flags = RECORD_TRAINING,
        .frame_index = 0,
        .frame_count = 2,
        .idem_day = 20261123,
        .actor = id_of(0x55),
        .unit = "12349",
        .role = "R-AGT",
        .session = id_of(0x66),
    };
    memset(x->head.idem_key, 0x33, 16);
    memset(x->head.idem_mac, 0x44, 16);
    x->event = (struct event_plain){
        .type = 12,
        .version = 1,
        .object = id_of(0x77),
        .territory = 150222,
        .open = TEXT_LITERAL("{\"no\":\"12349-20261123-0001\"}"),
        .parts = {{id_of(0x88), 1, TEXT_LITERAL("{\"name\":\"甲\"}")},
                  {id_of(0x99), 2, TEXT_LITERAL("{}")}},
        .part_count = 2,
    };
    for (uint8_t i = 0; i < 2; i++) {
        x->locks[i].key_id = 7u + i;
        memset(x->locks[i].key.bytes, 0xA0 + i, CRYPT_KEY_BYTES);
        memset(x->locks[i].iv, 0xB0 + i, CRYPT_IV_BYTES);
    }
    x->plan = (struct record_plan){.head = &x->head,
                                   .event = &x->event,
                                   .log_id = id_of(0x11),
                                   .epoch = 1,
                                   .before = {.seq = 41},
                                   .locks = x->locks};
    memset(x->plan.before.hash.bytes, 0x22, HASH_BYTES);
    assert_int_equal(record_size(&x->event), EXAMPLE_BYTES);
    record_seal(&x->plan, x->bytes);
}

/* ---- the page ---- */

/* The bytes as the page shows them: offset, then hexadecimal in fours. */
static void dump(struct span s, char *ret, size_t room)
{
    size_t n = 0;

    for (size_t i = 0; i < s.size; i++) {
        if (i % BYTES_A_LINE == 0) {
            n += (size_t)snprintf(ret + n, room - n, "%s    %04zx ",
                                  i > 0 ? "\n" : "", i);
        }
        n += (size_t)snprintf(ret + n, room - n, "%s%02x",
                              i % 4 == 0 ? " " : "", s.at[i]);
    }
}

static void the_page_shows_it(void **state)
{
    static char page[65536];
    char want[4 * EXAMPLE_BYTES];
    char hash[2 * HASH_BYTES + 1];
    struct example x;
    struct record r;
    FILE *f = fopen("schema/record.md", "re");

    (void)state;
    assert_non_null(f);
    assert_true(fread(page, 1, sizeof(page) - 1, f) > 0);
    (void)fclose(f);
    example_make(&x);
    dump(SPAN(x.bytes, EXAMPLE_BYTES), want, sizeof(want));
    assert_int_equal(record_parse(SPAN(x.bytes, EXAMPLE_BYTES), &r).code,
                     ERR_NONE);
    bytes_to_hex(SPAN(r.position.hash.bytes, HASH_BYTES), hash);
    if (strstr(page, want) == NULL || strstr(page, hash) == NULL) {
        /* Too long for cmocka's own buffer. */
        (void)fprintf(stderr, "the example is\n%s\nhash %s\n", want, hash);
    }
    assert_non_null(strstr(page, want));
    assert_non_null(strstr(page, hash));
}

/* ---- reading ---- */

static void what_is_sealed_can_be_read(void **state)
{
    struct example x;
    struct record r;
    uint8_t plain[14];

    (void)state;
    example_make(&x);
    assert_int_equal(record_parse(SPAN(x.bytes, EXAMPLE_BYTES), &r).code,
                     ERR_NONE);
    assert_int_equal(r.position.seq, 42);
    assert_true(id_equal(r.log_id, id_of(0x11)));
    assert_int_equal(r.epoch, 1);
    assert_int_equal(r.type, 12);
    assert_int_equal(r.version, 1);
    assert_int_equal(r.apply_version, STORE_APPLY_VERSION);
    assert_int_equal(r.territory, 150222);
    assert_true(r.head.time_us == x.head.time_us);
    assert_true(r.occurred_us == x.head.time_us); /* not told otherwise */
    assert_int_equal(r.head.flags, RECORD_TRAINING);
    assert_int_equal(r.head.frame_index, 0);
    assert_int_equal(r.head.frame_count, 2);
    assert_int_equal(r.head.idem_day, 20261123);
    assert_memory_equal(r.head.idem_key, x.head.idem_key, 16);
    assert_memory_equal(r.head.idem_mac, x.head.idem_mac, 16);
    assert_true(id_equal(r.head.actor, id_of(0x55)));
    assert_memory_equal(r.head.unit, x.head.unit, 16);
    assert_memory_equal(r.head.role, x.head.role, 8);
    assert_true(id_equal(r.head.session, id_of(0x66)));
    assert_true(id_equal(r.object, id_of(0x77)));
    assert_memory_equal(r.prev_hash.bytes, x.plan.before.hash.bytes, 32);
    assert_true(text_equal(r.open, x.event.open));
    assert_int_equal(r.part_count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(id_equal(r.parts[i].subject, x.event.parts[i].subject));
        assert_int_equal(r.parts[i].key_id, 7 + i);
        assert_int_equal(r.parts[i].part_class, 1 + i);
        assert_int_equal(record_open_part(&r, i, &x.locks[i].key, plain).code,
                         ERR_NONE);
        assert_memory_equal(plain, x.event.parts[i].json.at,
                            x.event.parts[i].json.size);
    }
}

static void the_time_it_happened(void **state)
{
    struct example x;
    struct record r;

    (void)state;
    example_make(&x);
    x.event.occurred_us = 5;
    record_seal(&x.plan, x.bytes);
    assert_int_equal(record_parse(SPAN(x.bytes, EXAMPLE_BYTES), &r).code,
                     ERR_NONE);
    assert_int_equal(r.occurred_us, 5);
}

/* Every part, with each byte of the record changed in turn: header, open and
 * the part's own bytes are all authenticated; another part's are not. */
static void a_part_opens_in_its_place_only(void **state)
{
    struct example x;
    struct record r;
    uint8_t plain[14];
    size_t end_of_0 = 224 + 28 + 76 + 14;
    size_t refused = 0;

    (void)state;
    example_make(&x);
    for (size_t i = 0; i < end_of_0; i++) {
        x.bytes[i] ^= 0x01;
        if (!failed(record_parse(SPAN(x.bytes, EXAMPLE_BYTES), &r)) &&
            r.part_count > 0) {
            struct err e = record_open_part(&r, 0, &x.locks[0].key, plain);
            /* Subject, key id and class are bound by the hash, not by AAD. */
            bool names = i >= 224 + 28 && i < 224 + 28 + 25;

            assert_int_equal(e.code, names ? ERR_NONE : ERR_CORRUPT);
            refused += failed(e);
        }
        x.bytes[i] ^= 0x01;
    }
    assert_true(refused > 150);
    assert_int_equal(record_parse(SPAN(x.bytes, EXAMPLE_BYTES), &r).code,
                     ERR_NONE);
    assert_int_equal(record_open_part(&r, 0, &x.locks[1].key, plain).code,
                     ERR_CORRUPT);
    /* The same part under another index. */
    r.parts[1] = r.parts[0];
    assert_int_equal(record_open_part(&r, 1, &x.locks[0].key, plain).code,
                     ERR_CORRUPT);
}

static void every_bit_changes_the_hash(void **state)
{
    struct example x;
    struct record r;
    struct record changed;

    (void)state;
    example_make(&x);
    assert_int_equal(record_parse(SPAN(x.bytes, EXAMPLE_BYTES), &r).code,
                     ERR_NONE);
    for (size_t i = 0; i < EXAMPLE_BYTES * 8; i++) {
        x.bytes[i / 8] ^= (uint8_t)(1u << (i % 8));
        if (!failed(record_parse(SPAN(x.bytes, EXAMPLE_BYTES), &changed))) {
            assert_memory_not_equal(changed.position.hash.bytes,
                                    r.position.hash.bytes, HASH_BYTES);
        }
        x.bytes[i / 8] ^= (uint8_t)(1u << (i % 8));
    }
}

/* ---- refusing ---- */

struct change {
    const char *why;
    size_t at;
    size_t bytes; /* 1, 2, 4 or 8, little-endian */
    uint64_t value;
};

static void layouts_that_are_refused(void **state)
{
    static const struct change changes[] = {
        {"magic", 0, 1, 'X'},
        {"magic's version", 3, 1, '2'},
        {"format", 4, 1, 2},
        {"suite", 5, 1, 2},
        {"record bytes one more", 16, 4, EXAMPLE_BYTES + 1},
        {"record bytes one less", 16, 4, EXAMPLE_BYTES - 1},
        {"record bytes huge", 16, 4, UINT32_MAX},
        {"open bytes one more", 20, 4, 29},
        {"open bytes one less", 20, 4, 27},
        {"open bytes beyond", 20, 4, EXAMPLE_BYTES},
        {"open bytes huge", 20, 4, UINT32_MAX},
        {"no part", 14, 2, 0},
        {"one part", 14, 2, 1},
        {"three parts", 14, 2, 3},
        {"many parts", 14, 2, UINT16_MAX},
        {"seq 0", 48, 8, 0},
        {"frame index at its end", 56, 2, 2},
        {"frame of none", 58, 2, 0},
        {"frame too large", 58, 2, LIMIT_FRAME_EVENTS + 1},
        {"reserved first", 120, 1, 1},
        {"reserved last", 127, 1, 1},
        {"key id 0", 224 + 28 + 16, 8, 0},
        {"pad first", 224 + 28 + 25, 1, 1},
        {"pad last", 224 + 28 + 27, 1, 1},
        {"part bytes one more", 224 + 28 + 28, 4, 15},
        {"part bytes one less", 224 + 28 + 28, 4, 13},
        {"part bytes huge", 224 + 28 + 28, 4, UINT32_MAX},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(changes); i++) {
        struct example x;
        struct record r;

        example_make(&x);
        for (size_t b = 0; b < changes[i].bytes; b++) {
            x.bytes[changes[i].at + b] = (uint8_t)(changes[i].value >> 8 * b);
        }
        if (!failed(record_parse(SPAN(x.bytes, EXAMPLE_BYTES), &r))) {
            print_error("accepted: %s\n", changes[i].why);
            fail();
        }
    }
}

static void every_cut_is_refused(void **state)
{
    struct example x;
    struct record r;

    (void)state;
    example_make(&x);
    for (size_t size = 0; size < EXAMPLE_BYTES; size++) {
        uint8_t *copy = malloc(size + 1); /* a read past the end is seen */

        assert_non_null(copy);
        memcpy(copy, x.bytes, size);
        assert_int_equal(record_parse(SPAN(copy, size), &r).code, ERR_CORRUPT);
        if (size >= 24) {
            store_u32le(copy + 16, (uint32_t)size); /* and says so itself */
            assert_int_equal(record_parse(SPAN(copy, size), &r).code,
                             ERR_CORRUPT);
        }
        free(copy);
    }
}

static void sizes_are_bounded(void **state)
{
    static char large[LIMIT_OPEN_BYTES + 1];
    struct event_plain e = {.open = {large, LIMIT_OPEN_BYTES}};

    (void)state;
    memset(large, ' ', sizeof(large));
    assert_int_equal(record_size(&e), 224 + LIMIT_OPEN_BYTES);
    e.open.size = LIMIT_OPEN_BYTES + 1;
    assert_int_equal(record_size(&e), 0);
    e.open.size = 0;
    e.part_count = LIMIT_PARTS;
    assert_int_equal(record_size(&e), 224 + LIMIT_PARTS * 76);
    e.part_count = LIMIT_PARTS + 1;
    assert_int_equal(record_size(&e), 0);
    e.part_count = 1;
    e.parts[0].json = (struct text){large, LIMIT_PART_BYTES};
    assert_int_equal(record_size(&e), 224 + 76 + LIMIT_PART_BYTES);
    e.parts[0].json.size++;
    assert_int_equal(record_size(&e), 0);
    /* Each within its bound, all together above the record's. */
    e.part_count = 5;
    for (size_t i = 0; i < 5; i++) {
        e.parts[i].json = (struct text){large, LIMIT_PART_BYTES};
    }
    assert_int_equal(record_size(&e), 0);
}

static void the_smallest_record(void **state)
{
    struct example x;
    struct record r;

    (void)state;
    example_make(&x);
    x.event.open = (struct text){NULL, 0};
    x.event.part_count = 0;
    x.plan.before = (struct log_position){.seq = 0};
    assert_int_equal(record_size(&x.event), 224);
    record_seal(&x.plan, x.bytes);
    assert_int_equal(record_parse(SPAN(x.bytes, 224), &r).code, ERR_NONE);
    assert_int_equal(r.open.size, 0);
    assert_int_equal(r.position.seq, 1);
    assert_true(bytes_all_zero(r.prev_hash.bytes, HASH_BYTES));
}

/* xorshift64* (Vigna 2016), the same on every machine. */
static uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(0x2545F4914F6CDD1D);
}

/* Bytes changed at random, sizes made to fit again: read or refused, never read
 * past the end, and what is read adds up. */
static void random_damage(void **state)
{
    uint64_t seed = 1;

    (void)state;
    for (int trial = 0; trial < 20000; trial++) {
        struct example x;
        struct record r;
        size_t size;
        uint8_t *copy;

        size = 1 + random_next(&seed) % EXAMPLE_BYTES;
        copy = malloc(size);
        assert_non_null(copy);
        example_make(&x);
        memcpy(copy, x.bytes, size);
        for (uint64_t n = random_next(&seed) % 4; n > 0; n--) {
            copy[random_next(&seed) % size] = (uint8_t)random_next(&seed);
        }
        if (size >= 24 && random_next(&seed) % 2 == 0) {
            store_u32le(copy + 16, (uint32_t)size);
            store_u16le(copy + 14, (uint16_t)(random_next(&seed) % 3));
        }
        if (!failed(record_parse(SPAN(copy, size), &r))) {
            size_t sum = RECORD_HEADER_BYTES + r.open.size;

            for (size_t i = 0; i < r.part_count; i++) {
                sum += RECORD_PART_BYTES + r.parts[i].cipher.size;
            }
            assert_int_equal(sum, size);
        }
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_shows_it),
        cmocka_unit_test(what_is_sealed_can_be_read),
        cmocka_unit_test(the_time_it_happened),
        cmocka_unit_test(a_part_opens_in_its_place_only),
        cmocka_unit_test(every_bit_changes_the_hash),
        cmocka_unit_test(layouts_that_are_refused),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(the_smallest_record),
        cmocka_unit_test(random_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
