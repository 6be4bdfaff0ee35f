/*
 * seal.c - AES-256-GCM, one context per call.
 *
 * A wrong tag leaves nothing of the plain text behind: the library zeroes the
 * output, and so do we.
 */
#include "crypt/crypt.h"

#include <assert.h>

#include <mbedtls/gcm.h>

static void must(int result)
{
    if (result != 0) {
        BUG("mbedTLS GCM");
    }
}

/* A context that has taken key, IV and AAD. */
static void begin(mbedtls_gcm_context *g, const struct crypt_box *b, int mode)
{
    mbedtls_gcm_init(g);
    must(mbedtls_gcm_setkey(g, MBEDTLS_CIPHER_ID_AES, b->key->bytes,
                            CRYPT_KEY_BYTES * 8));
    must(mbedtls_gcm_starts(g, mode, b->iv, CRYPT_IV_BYTES));
    if (b->aad.size > 0) {
        must(mbedtls_gcm_update_ad(g, b->aad.at, b->aad.size));
    }
    if (b->aad_more.size > 0) {
        must(mbedtls_gcm_update_ad(g, b->aad_more.at, b->aad_more.size));
    }
}

static void run(mbedtls_gcm_context *g, struct span in, uint8_t *ret_out,
                uint8_t ret_tag[static CRYPT_TAG_BYTES])
{
    size_t written = 0;
    size_t last = 0;

    if (in.size > 0) {
        must(mbedtls_gcm_update(g, in.at, in.size, ret_out, in.size, &written));
    }
    must(mbedtls_gcm_finish(g, NULL, 0, &last, ret_tag, CRYPT_TAG_BYTES));
    assert(written + last == in.size);
    mbedtls_gcm_free(g);
}

void crypt_seal_box(const struct crypt_box *b, struct span plain,
                    uint8_t *ret_cipher,
                    uint8_t ret_tag[static CRYPT_TAG_BYTES])
{
    mbedtls_gcm_context g;

    begin(&g, b, MBEDTLS_GCM_ENCRYPT);
    run(&g, plain, ret_cipher, ret_tag);
}

struct err crypt_open_box(const struct crypt_box *b, struct span cipher,
                          const uint8_t tag[static CRYPT_TAG_BYTES],
                          uint8_t *ret_plain)
{
    mbedtls_gcm_context g;
    uint8_t expected[CRYPT_TAG_BYTES];

    begin(&g, b, MBEDTLS_GCM_DECRYPT);
    run(&g, cipher, ret_plain, expected);
    if (!bytes_equal_secret(expected, tag, CRYPT_TAG_BYTES)) {
        bytes_wipe(ret_plain, cipher.size);
        return ERR(ERR_CORRUPT);
    }
    return OK;
}

void crypt_seal(const struct crypt_key *key, const uint8_t iv[static 12],
                struct span aad, struct span plain, uint8_t *ret_cipher,
                uint8_t ret_tag[static CRYPT_TAG_BYTES])
{
    crypt_seal_box(&(struct crypt_box){.key = key, .iv = iv, .aad = aad}, plain,
                   ret_cipher, ret_tag);
}

struct err crypt_open(const struct crypt_key *key, const uint8_t iv[static 12],
                      struct span aad, struct span cipher,
                      const uint8_t tag[static CRYPT_TAG_BYTES],
                      uint8_t *ret_plain)
{
    return crypt_open_box(&(struct crypt_box){.key = key, .iv = iv, .aad = aad},
                          cipher, tag, ret_plain);
}
