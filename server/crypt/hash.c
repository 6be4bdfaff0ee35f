/*
 * hash.c - SHA-256, HMAC, HKDF and the commitment to a key.
 *
 * The library fails here only for arguments that cannot be: a bug.
 */
#include "crypt/crypt.h"

#include <assert.h>
#include <string.h>

#include <mbedtls/hkdf.h>
#include <mbedtls/md.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/sha256.h>

static void must(int result)
{
    if (result != 0) {
        BUG("mbedTLS hash");
    }
}

static const mbedtls_md_info_t *sha256_info(void)
{
    const mbedtls_md_info_t *info =
        mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);

    if (info == NULL) {
        BUG("mbedTLS without SHA-256");
    }
    return info;
}

struct hash crypt_sha256(struct span in)
{
    struct hash out;

    must(mbedtls_sha256(in.at, in.size, out.bytes, 0));
    return out;
}

struct hash crypt_sha256_prefixed(uint8_t prefix, struct span a, struct span b)
{
    mbedtls_sha256_context context;
    struct hash out;

    mbedtls_sha256_init(&context);
    must(mbedtls_sha256_starts(&context, 0));
    must(mbedtls_sha256_update(&context, &prefix, 1));
    must(mbedtls_sha256_update(&context, a.at, a.size));
    must(mbedtls_sha256_update(&context, b.at, b.size));
    must(mbedtls_sha256_finish(&context, out.bytes));
    mbedtls_sha256_free(&context);
    return out;
}

struct hash crypt_hmac(const struct crypt_key *key, struct span in)
{
    struct hash out;

    must(mbedtls_md_hmac(sha256_info(), key->bytes, CRYPT_KEY_BYTES, in.at,
                         in.size, out.bytes));
    return out;
}

struct crypt_key crypt_derive(const struct crypt_key *key, const char *purpose)
{
    struct crypt_key out;

    assert(purpose != NULL && purpose[0] != '\0');
    must(mbedtls_hkdf(sha256_info(), NULL, 0, key->bytes, CRYPT_KEY_BYTES,
                      (const unsigned char *)purpose, strlen(purpose),
                      out.bytes, CRYPT_KEY_BYTES));
    return out;
}

void crypt_commit(const struct crypt_key *key,
                  uint8_t ret_commit[static CRYPT_COMMIT_BYTES])
{
    static const char label[] = "hutong key commitment v1";
    struct hash mac = crypt_hmac(key, SPAN(label, sizeof(label) - 1));

    memcpy(ret_commit, mac.bytes, CRYPT_COMMIT_BYTES);
}
