/*
 * frames_test.c - what a live client may send, and what ends its connection.
 */
#include "net/frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(...)                                                             \
    SPAN(((const uint8_t[]){__VA_ARGS__}),                                     \
         sizeof((const uint8_t[]){__VA_ARGS__}))
#define MASK 1, 2, 3, 4

static void verdicts(void **state)
{
    const struct row {
        struct span in;
        enum frames_verdict verdict;
    } rows[] = {
        {BYTES(0x89, 0x80, MASK), FRAMES_FINE},
        {BYTES(0x8a, 0x82, MASK, 9, 9), FRAMES_FINE},
        {BYTES(0x88, 0x82, MASK, 9, 9), FRAMES_CLOSE},
        {BYTES(0x81, 0x81, MASK, 9), FRAMES_SENT},
        {BYTES(0x82, 0x80, MASK), FRAMES_SENT},
        {BYTES(0x01, 0x80, MASK), FRAMES_SENT},
        {BYTES(0x80, 0x80, MASK), FRAMES_SENT},
        {BYTES(0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 1, MASK), FRAMES_LONG},
        {BYTES(0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, MASK), FRAMES_LONG},
        {BYTES(0x81, 0xfe, 0xff, 0xff, MASK), FRAMES_SENT},
        {BYTES(0x89, 0x00), FRAMES_PROTOCOL}, /* no mask */
        {BYTES(0x09, 0x80), FRAMES_PROTOCOL}, /* cut control */
        {BYTES(0x89, 0xfe), FRAMES_PROTOCOL}, /* long control */
        {BYTES(0xc9, 0x80), FRAMES_PROTOCOL}, /* RSV1 */
        {BYTES(0x83, 0x80), FRAMES_PROTOCOL}, /* no such frame */
        {BYTES(0x8b, 0x80), FRAMES_PROTOCOL},
        {BYTES(0x89, 0x81, MASK, 0, 0x81, 0x80, MASK), FRAMES_SENT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct frames whole = {.payload = 0}, pieces = {.payload = 0};
        enum frames_verdict last = FRAMES_FINE;

        if (frames_look(&whole, rows[i].in) != rows[i].verdict)
            fail_msg("row %zu, whole", i);
        for (size_t at = 0; at < rows[i].in.size && last == FRAMES_FINE; at++)
            last = frames_look(&pieces, SPAN(rows[i].in.at + at, 1));
        if (last != rows[i].verdict)
            fail_msg("row %zu, in pieces", i);
    }
}

static void a_close_is_found_behind_a_message(void **state)
{
    struct frames f = {.payload = 0};

    (void)state;
    assert_int_equal(frames_look(&f, BYTES(0x81, 0x83, MASK, 7)), FRAMES_SENT);
    assert_int_equal(frames_look(&f, BYTES(7, 7)), FRAMES_FINE);
    assert_int_equal(frames_look(&f, BYTES(0x88, 0x80, MASK)), FRAMES_CLOSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts),
        cmocka_unit_test(a_close_is_found_behind_a_message),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
