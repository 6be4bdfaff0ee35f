/*
 * crypt.h - the door of crypt/: hashes, sealing, passwords, randomness.
 *
 * WHY     mbedTLS and argon2 are used in this room only.
 * UNITS   sizes in bytes.
 * THREAD  any, after crypt_start. Contexts are per call.
 * ERRORS  crypt_open: ERR_CORRUPT when the tag does not match (output wiped).
 *         Anything else the library refuses stops the process: it is a bug.
 * SOURCE  NIST SP 800-38D (GCM), FIPS 180-4, RFC 2104, RFC 5869, RFC 9106.
 */
#ifndef HUTONG_CRYPT_CRYPT_H
#define HUTONG_CRYPT_CRYPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

enum {
    CRYPT_KEY_BYTES = 32,
    CRYPT_IV_BYTES = 12,
    CRYPT_TAG_BYTES = 16,
    CRYPT_COMMIT_BYTES = 16,
    CRYPT_PASSWORD_HASH_BYTES = 160, /* encoded argon2id string with its NUL */
};

struct crypt_key { /* wipe with bytes_wipe when done */
    uint8_t bytes[CRYPT_KEY_BYTES];
};

/* Once per process, before anything else here and before lws: psa_crypto_init,
 * self-test of the primitives. Not dumpable memory is the app's concern. */
struct err crypt_start(void) MUST_USE;

struct hash crypt_sha256(struct span in);
/* SHA-256(prefix byte || a || b); b may be empty: RFC 6962 leaves and nodes. */
struct hash crypt_sha256_prefixed(uint8_t prefix, struct span a, struct span b);
struct hash crypt_hmac(const struct crypt_key *key, struct span in);
/* HKDF-SHA-256 with an empty salt: a sub-key for one purpose. */
struct crypt_key crypt_derive(const struct crypt_key *key, const char *purpose);
/* 16 bytes that bind a ciphertext to one key (GCM alone does not commit). */
void crypt_commit(const struct crypt_key *key,
                  uint8_t ret_commit[static CRYPT_COMMIT_BYTES]);

/* A PEM or DER certificate and the private key that belongs to it. ERR_INPUT:
 * one cannot be read, or they are no pair. */
struct err crypt_certificate_check(const char *certificate_path,
                                   const char *key_path) MUST_USE;

/* Kernel randomness. */
void crypt_random(void *ret, size_t size);

/* AES-256-GCM. ret_cipher holds plain.size bytes and may equal plain.at. */
void crypt_seal(const struct crypt_key *key, const uint8_t iv[static 12],
                struct span aad, struct span plain, uint8_t *ret_cipher,
                uint8_t ret_tag[static CRYPT_TAG_BYTES]);
struct err crypt_open(const struct crypt_key *key, const uint8_t iv[static 12],
                      struct span aad, struct span cipher,
                      const uint8_t tag[static CRYPT_TAG_BYTES],
                      uint8_t *ret_plain) MUST_USE;

/* The same with the AAD in two pieces, aad || aad_more, so that a caller whose
 * AAD is not in one place need not copy it. */
struct crypt_box {
    const struct crypt_key *key;
    const uint8_t *iv; /* CRYPT_IV_BYTES */
    struct span aad;
    struct span aad_more;
};
void crypt_seal_box(const struct crypt_box *b, struct span plain,
                    uint8_t *ret_cipher,
                    uint8_t ret_tag[static CRYPT_TAG_BYTES]);
struct err crypt_open_box(const struct crypt_box *b, struct span cipher,
                          const uint8_t tag[static CRYPT_TAG_BYTES],
                          uint8_t *ret_plain) MUST_USE;

/* argon2id, t=3 m=64 MiB p=1 (RFC 9106 section 4, second choice, t kept).
 * About 200 ms: secret thread only. cheap is for test accounts of `demo`
 * made in bulk at creation time: never accepted by serve outside a test store;
 * verify reads the parameters from the encoded string. */
void crypt_password_hash(struct text password,
                         char ret_encoded[static CRYPT_PASSWORD_HASH_BYTES]);
void crypt_password_hash_cheap(
    struct text password, char ret_encoded[static CRYPT_PASSWORD_HASH_BYTES]);
bool crypt_password_is_cheap(const char *encoded);
/* False too for an encoded string that is malformed or asks for more memory
 * or time than crypt_password_hash does. */
bool crypt_password_verify(const char *encoded, struct text password);
/* Spends the time of a verify, for an account that does not exist. */
void crypt_password_pretend(struct text password);

#endif
