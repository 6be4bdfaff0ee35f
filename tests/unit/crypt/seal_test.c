/* seal_test.c - what was sealed opens; with any byte changed it does not. */
#include "crypt/crypt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct crypt_key key = {{1, 2, 3}};
static const uint8_t iv[12] = {4, 5, 6};

/* GCM specification (McGrew, Viega), test case 16: 256-bit key, AAD. */
static void published_answer(void **state)
{
    struct crypt_key k;
    uint8_t nonce[12];
    uint8_t plain[60];
    uint8_t aad[20];
    uint8_t want[60];
    uint8_t want_tag[16];
    uint8_t cipher[60];
    uint8_t tag[16];

    (void)state;
    assert_true(bytes_from_hex(TEXT_LITERAL("feffe9928665731c6d6a8f9467308308"
                                            "feffe9928665731c6d6a8f9467308308"),
                               k.bytes, 32));
    assert_true(
        bytes_from_hex(TEXT_LITERAL("cafebabefacedbaddecaf888"), nonce, 12));
    assert_true(bytes_from_hex(
        TEXT_LITERAL("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d"
                     "8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657"
                     "ba637b39"),
        plain, 60));
    assert_true(bytes_from_hex(
        TEXT_LITERAL("feedfacedeadbeeffeedfacedeadbeefabaddad2"), aad, 20));
    assert_true(bytes_from_hex(
        TEXT_LITERAL("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd"
                     "2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0a"
                     "bcc9f662"),
        want, 60));
    assert_true(bytes_from_hex(TEXT_LITERAL("76fc6ece0f4e1768cddf8853bb2d551b"),
                               want_tag, 16));
    crypt_seal(&k, nonce, SPAN(aad, 20), SPAN(plain, 60), cipher, tag);
    assert_memory_equal(cipher, want, 60);
    assert_memory_equal(tag, want_tag, 16);
}

static void sealed_opens(void **state)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 512, 100000};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        uint8_t *plain = malloc(sizes[i] + 1);
        uint8_t *cipher = malloc(sizes[i] + 1);
        uint8_t tag[16];

        assert_non_null(plain);
        assert_non_null(cipher);
        memset(plain, 'p', sizes[i] + 1);
        crypt_seal(&key, iv, SPAN("aad", 3), SPAN(plain, sizes[i]), cipher,
                   tag);
        /* In place, both ways. */
        assert_int_equal(crypt_open(&key, iv, SPAN("aad", 3),
                                    SPAN(cipher, sizes[i]), tag, cipher)
                             .code,
                         ERR_NONE);
        assert_memory_equal(plain, cipher, sizes[i]);
        crypt_seal(&key, iv, SPAN(NULL, 0), SPAN(plain, sizes[i]), plain, tag);
        assert_int_equal(crypt_open(&key, iv, SPAN(NULL, 0),
                                    SPAN(plain, sizes[i]), tag, plain)
                             .code,
                         ERR_NONE);
        assert_memory_equal(plain, cipher, sizes[i]);
        free(plain);
        free(cipher);
    }
}

static void two_pieces_are_one_aad(void **state)
{
    struct crypt_box box = {.key = &key, .iv = iv};
    uint8_t whole[4];
    uint8_t pieces[4];
    uint8_t whole_tag[16];
    uint8_t tag[16];

    (void)state;
    crypt_seal(&key, iv, SPAN("0123456789abcdefXYZ", 19), SPAN("text", 4),
               whole, whole_tag);
    for (size_t cut = 0; cut <= 19; cut++) {
        box.aad = SPAN("0123456789abcdefXYZ", cut);
        box.aad_more = SPAN("0123456789abcdefXYZ" + cut, 19 - cut);
        crypt_seal_box(&box, SPAN("text", 4), pieces, tag);
        assert_memory_equal(pieces, whole, 4);
        assert_memory_equal(tag, whole_tag, 16);
        assert_int_equal(crypt_open_box(&box, SPAN(whole, 4), tag, pieces).code,
                         ERR_NONE);
        assert_memory_equal(pieces, "text", 4);
    }
}

/* One bit of each byte of each input. */
static void any_change_is_seen(void **state)
{
    struct crypt_key k = key;
    uint8_t nonce[12];
    uint8_t aad[21] = "additional and clear";
    uint8_t cipher[19];
    uint8_t tag[16];
    uint8_t plain[19];
    struct {
        uint8_t *at;
        size_t size;
    } inputs[] = {
        {k.bytes, 32}, {nonce, 12}, {aad, 20}, {cipher, 19}, {tag, 16}};

    (void)state;
    memcpy(nonce, iv, 12);
    crypt_seal(&k, nonce, SPAN(aad, 20), SPAN("nobody may read it!", 19),
               cipher, tag);
    for (size_t i = 0; i < ARRAY_COUNT(inputs); i++) {
        for (size_t n = 0; n < inputs[i].size; n++) {
            inputs[i].at[n] ^= (uint8_t)(1u << (n % 8));
            memset(plain, 0xFF, sizeof(plain));
            assert_int_equal(crypt_open(&k, nonce, SPAN(aad, 20),
                                        SPAN(cipher, 19), tag, plain)
                                 .code,
                             ERR_CORRUPT);
            assert_true(bytes_all_zero(plain, sizeof(plain)));
            inputs[i].at[n] ^= (uint8_t)(1u << (n % 8));
        }
    }
    assert_int_equal(
        crypt_open(&k, nonce, SPAN(aad, 19), SPAN(cipher, 19), tag, plain).code,
        ERR_CORRUPT);
    assert_int_equal(
        crypt_open(&k, nonce, SPAN(aad, 20), SPAN(cipher, 18), tag, plain).code,
        ERR_CORRUPT);
    assert_int_equal(
        crypt_open(&k, nonce, SPAN(aad, 20), SPAN(cipher, 19), tag, plain).code,
        ERR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_answer),
        cmocka_unit_test(sealed_opens),
        cmocka_unit_test(two_pieces_are_one_aad),
        cmocka_unit_test(any_change_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
