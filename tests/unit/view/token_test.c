/*
 * token_test.c - cursors: read back, refused when touched or lent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "view/parts.h"

static const struct crypt_key key = {{1, 2, 3}};
static const struct crypt_key other_key = {{1, 2, 4}};

static struct log_position position(uint64_t seq)
{
    struct log_position p = {.seq = seq};

    memset(p.hash.bytes, (int)seq, HASH_BYTES);
    return p;
}

static void reads_back(void **state)
{
    struct log_position p = position(77);
    struct log_position got = {0};
    char token[CURSOR_CHARS];
    char again[CURSOR_CHARS];

    (void)state;
    cursor_write(&key, p, token);
    cursor_write(&key, p, again);
    assert_string_equal(token, again); /* net/ compares them as text */
    assert_true(cursor_read(&key, text_of(token), &got));
    assert_int_equal(got.seq, 77);
    assert_memory_equal(got.hash.bytes, p.hash.bytes, HASH_BYTES);
    cursor_write(&key, position(78), again);
    assert_string_not_equal(token, again);
}

static void any_change_is_refused(void **state)
{
    struct log_position got = position(5);
    char token[CURSOR_CHARS];
    size_t size;

    (void)state;
    cursor_write(&key, position(77), token);
    size = strlen(token);
    for (size_t i = 0; i < size; i++) {
        char was = token[i];

        token[i] = was == 'A' ? 'B' : 'A';
        assert_false(cursor_read(&key, text_of(token), &got));
        token[i] = was;
        assert_false(cursor_read(&key, (struct text){token, i}, &got));
    }
    assert_false(cursor_read(&other_key, text_of(token), &got));
    assert_false(cursor_read(&key, TEXT_LITERAL(""), &got));
    assert_false(cursor_read(&key, TEXT_LITERAL("!!!"), &got));
    assert_int_equal(got.seq, 5); /* untouched */
}

static void good_for_one_use(void **state)
{
    const struct id agent = {{1}};
    const struct id other = {{2}};
    const struct token_use use = {TOKEN_CASES, agent, {{0}}};
    const struct token_use uses[] = {
        {TOKEN_CONTACTS, agent, {{0}}},
        {TOKEN_CASES, other, {{0}}},
        {TOKEN_CASES, agent, {{9}}},
        {TOKEN_LIVE, {{0}}, {{0}}},
    };
    uint8_t payload[ID_BYTES] = {7};
    uint8_t got[TOKEN_PAYLOAD_MAX];
    char token[CURSOR_CHARS];

    (void)state;
    token_write(&key, &use, SPAN(payload, sizeof(payload)), token);
    assert_true(token_read(&key, &use, text_of(token), got, sizeof(payload)));
    assert_memory_equal(got, payload, sizeof(payload));
    for (size_t i = 0; i < ARRAY_COUNT(uses); i++) {
        assert_false(
            token_read(&key, &uses[i], text_of(token), got, sizeof(payload)));
    }
    assert_false(token_read(&key, &use, text_of(token), got, 8));
}

/* A page may end at a row that its reader must not see. */
static void tells_nothing(void **state)
{
    const struct token_use use = {.kind = TOKEN_CASES};
    uint8_t payload[ID_BYTES];
    uint8_t bytes[CURSOR_CHARS];
    char token[CURSOR_CHARS];
    size_t size = 0;

    (void)state;
    memset(payload, 'x', sizeof(payload));
    token_write(&key, &use, SPAN(payload, sizeof(payload)), token);
    assert_true(
        bytes_from_base64url(text_of(token), bytes, sizeof(bytes), &size));
    assert_null(memmem(bytes, size, payload, 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back),
        cmocka_unit_test(any_change_is_refused),
        cmocka_unit_test(good_for_one_use),
        cmocka_unit_test(tells_nothing),
    };

    return cmocka_run_group_tests_name("view/token", tests, NULL, NULL);
}
