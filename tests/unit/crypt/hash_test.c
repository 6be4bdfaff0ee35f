/* hash_test.c - published answers, and what must differ. */
#include "crypt/crypt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/death.h"

static struct text hex_of(struct span s, char *room)
{
    bytes_to_hex(s, room);
    return text_of(room);
}

/* FIPS 180-4 examples; RFC 6962 section 2.1.1 hash of the empty tree. */
static void sha256(void **state)
{
    static const struct {
        const char *in, *want;
    } rows[] = {
        {"",
         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc",
         "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    char room[65];

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct hash h = crypt_sha256(SPAN(rows[i].in, strlen(rows[i].in)));

        assert_true(text_is(hex_of(SPAN(h.bytes, 32), room), rows[i].want));
    }
}

static void prefixed_is_one_after_the_other(void **state)
{
    static const char whole[] = "\1leftright";
    struct hash want = crypt_sha256(SPAN(whole, sizeof(whole) - 1));
    struct hash got =
        crypt_sha256_prefixed(1, SPAN("left", 4), SPAN("right", 5));

    (void)state;
    assert_memory_equal(got.bytes, want.bytes, 32);
    got = crypt_sha256_prefixed(1, SPAN("leftright", 9), SPAN(NULL, 0));
    assert_memory_equal(got.bytes, want.bytes, 32);
    got = crypt_sha256_prefixed(0, SPAN("leftright", 9), SPAN(NULL, 0));
    assert_memory_not_equal(got.bytes, want.bytes, 32);
}

/* Made with openssl dgst -sha256 -mac HMAC over a key of 32 bytes 0x0b. */
static void hmac(void **state)
{
    struct crypt_key key;
    struct hash h;
    char room[65];

    (void)state;
    memset(key.bytes, 0x0b, sizeof(key.bytes));
    h = crypt_hmac(&key, SPAN("Hi There", 8));
    assert_true(text_is(
        hex_of(SPAN(h.bytes, 32), room),
        "198a607eb44bfbc69903a0f1cf2bbdc5ba0aa3f3d9ae3c1c7a3b1696a0b68cf7"));
}

static void purposes_have_keys_of_their_own(void **state)
{
    struct crypt_key key = {{1}};
    struct crypt_key other = {{2}};
    struct crypt_key a = crypt_derive(&key, "a");

    (void)state;
    assert_memory_equal(a.bytes, crypt_derive(&key, "a").bytes, 32);
    assert_memory_not_equal(a.bytes, crypt_derive(&key, "b").bytes, 32);
    assert_memory_not_equal(a.bytes, crypt_derive(&other, "a").bytes, 32);
    assert_memory_not_equal(a.bytes, key.bytes, 32);
}

static void derive_for_nothing(void *context)
{
    struct crypt_key key = {{1}};

    (void)context;
    (void)crypt_derive(&key, "");
}

static void a_purpose_is_named(void **state)
{
    (void)state;
    assert_true(dies(derive_for_nothing, NULL));
}

static void commitments(void **state)
{
    struct crypt_key key = {{1}};
    struct crypt_key other = {{1, 1}};
    uint8_t a[16];
    uint8_t b[16];

    (void)state;
    crypt_commit(&key, a);
    crypt_commit(&key, b);
    assert_memory_equal(a, b, 16);
    crypt_commit(&other, b);
    assert_memory_not_equal(a, b, 16);
    assert_memory_not_equal(a, key.bytes, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256),
        cmocka_unit_test(prefixed_is_one_after_the_other),
        cmocka_unit_test(hmac),
        cmocka_unit_test(purposes_have_keys_of_their_own),
        cmocka_unit_test(a_purpose_is_named),
        cmocka_unit_test(commitments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
