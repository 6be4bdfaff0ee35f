/*
 * start.c - brings the library up, proves that it computes what the standards
 * say, and takes randomness from the kernel.
 *
 * Known answers: FIPS 180-4 "abc"; RFC 4231 case 2 would need a short key, so
 * HMAC and HKDF are proven through RFC 5869 case 3, whose salt is empty too;
 * GCM by test case 14 of the GCM specification (McGrew and Viega).
 */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <mbedtls/hkdf.h>
#include <mbedtls/md.h>
#include <psa/crypto.h>

#include "crypt/crypt.h"

static bool sha256_right(void)
{
    static const uint8_t want[HASH_BYTES] = {
        0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
        0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
        0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    struct hash whole = crypt_sha256(SPAN("abc", 3));
    struct hash pieces = crypt_sha256_prefixed('a', SPAN("b", 1), SPAN("c", 1));

    return memcmp(whole.bytes, want, HASH_BYTES) == 0 &&
           memcmp(pieces.bytes, want, HASH_BYTES) == 0;
}

static bool hkdf_right(void)
{
    static const uint8_t want[] = {
        0x8d, 0xa4, 0xe7, 0x75, 0xa5, 0x63, 0xc1, 0x8f, 0x71, 0x5f, 0x80,
        0x2a, 0x06, 0x3c, 0x5a, 0x31, 0xb8, 0xa1, 0x1f, 0x5c, 0x5e, 0xe1,
        0x87, 0x9e, 0xc3, 0x45, 0x4e, 0x5f, 0x3c, 0x73, 0x8d, 0x2d, 0x9d,
        0x20, 0x13, 0x95, 0xfa, 0xa4, 0xb6, 0x1a, 0x96, 0xc8};
    uint8_t ikm[22];
    uint8_t got[sizeof(want)];

    memset(ikm, 0x0b, sizeof(ikm));
    return mbedtls_hkdf(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), NULL, 0,
                        ikm, sizeof(ikm), NULL, 0, got, sizeof(got)) == 0 &&
           memcmp(got, want, sizeof(want)) == 0;
}

static bool gcm_right(void)
{
    static const uint8_t want[] = {0xce, 0xa7, 0x40, 0x3d, 0x4d, 0x60,
                                   0x6b, 0x6e, 0x07, 0x4e, 0xc5, 0xd3,
                                   0xba, 0xf3, 0x9d, 0x18};
    static const uint8_t want_tag[] = {0xd0, 0xd1, 0xc8, 0xa7, 0x99, 0x99,
                                       0x6b, 0xf0, 0x26, 0x5b, 0x98, 0xb5,
                                       0xd4, 0x8a, 0xb9, 0x19};
    static const struct crypt_key zero_key = {{0}};
    static const uint8_t zeros[16] = {0};
    uint8_t cipher[16];
    uint8_t tag[CRYPT_TAG_BYTES];
    uint8_t plain[16];

    crypt_seal(&zero_key, zeros, SPAN(NULL, 0), SPAN(zeros, 16), cipher, tag);
    if (memcmp(cipher, want, 16) != 0 || memcmp(tag, want_tag, 16) != 0) {
        return false;
    }
    if (failed(crypt_open(&zero_key, zeros, SPAN(NULL, 0), SPAN(cipher, 16),
                          tag, plain)) ||
        !bytes_all_zero(plain, 16)) {
        return false;
    }
    tag[0] ^= 1;
    return failed(crypt_open(&zero_key, zeros, SPAN(NULL, 0), SPAN(cipher, 16),
                             tag, plain));
}

struct err crypt_start(void)
{
    psa_status_t status = psa_crypto_init();

    if (status != PSA_SUCCESS) {
        return ERR_OF(ERR_SYS, status);
    }
    if (!sha256_right() || !hkdf_right() || !gcm_right()) {
        return ERR(ERR_SYS);
    }
    return OK;
}

void crypt_random(void *ret, size_t size)
{
    uint8_t *at = ret;

    while (size > 0) {
        ssize_t n = getrandom(at, size, 0);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            BUG("getrandom");
        }
        at += n;
        size -= (size_t)n;
    }
}
