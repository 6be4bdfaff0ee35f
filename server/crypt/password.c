/*
 * password.c - argon2id, as the encoded string that libargon2 writes.
 *
 * The string says how much memory and time its check takes. It comes from the
 * log, yet it is bounded before use: a damaged one must not ask for 4 GiB.
 */
#include "crypt/crypt.h"

#include <assert.h>
#include <string.h>

#include <argon2.h>

#include "base/limits.h"

struct cost {
    uint32_t memory_kib;
    uint32_t passes;
    uint32_t lanes;
};

enum { SALT_BYTES = 16, MAC_BYTES = 32 };

/* RFC 9106 section 4, second choice. */
static const struct cost full_cost = {65536, 3, 1};
static const struct cost cheap_cost = {64, 1, 1};

static const char prefix[] = "$argon2id$v=19$m=";

static void hash_with(const struct cost *c, struct text password,
                      const uint8_t salt[static SALT_BYTES],
                      char ret_encoded[static CRYPT_PASSWORD_HASH_BYTES])
{
    int result;

    assert(password.size <= LIMIT_PASSWORD_BYTES);
    assert(argon2_encodedlen(c->passes, c->memory_kib, c->lanes, SALT_BYTES,
                             MAC_BYTES,
                             Argon2_id) <= CRYPT_PASSWORD_HASH_BYTES);
    result = argon2id_hash_encoded(
        c->passes, c->memory_kib, c->lanes, password.at, password.size, salt,
        SALT_BYTES, MAC_BYTES, ret_encoded, CRYPT_PASSWORD_HASH_BYTES);
    if (result != ARGON2_OK) {
        BUG("argon2id_hash_encoded: out of memory");
    }
}

void crypt_password_hash(struct text password,
                         char ret_encoded[static CRYPT_PASSWORD_HASH_BYTES])
{
    uint8_t salt[SALT_BYTES];

    crypt_random(salt, sizeof(salt));
    hash_with(&full_cost, password, salt, ret_encoded);
}

void crypt_password_hash_cheap(
    struct text password, char ret_encoded[static CRYPT_PASSWORD_HASH_BYTES])
{
    uint8_t salt[SALT_BYTES];

    crypt_random(salt, sizeof(salt));
    hash_with(&cheap_cost, password, salt, ret_encoded);
}

/* Up to 6 digits, then the character end; 0 when it is anything else. */
static uint32_t take_number(const char **at, char end)
{
    uint32_t v = 0;
    int digits = 0;

    for (; **at >= '0' && **at <= '9' && digits < 6; digits++) {
        v = v * 10 + (uint32_t)(**at - '0');
        (*at)++;
    }
    if (digits == 0 || **at != end) {
        return 0;
    }
    (*at)++;
    return v;
}

static bool take_name(const char **at, const char *name)
{
    size_t size = strlen(name);

    if (strncmp(*at, name, size) != 0) {
        return false;
    }
    *at += size;
    return true;
}

/* False when encoded does not begin as libargon2 writes it. */
static bool cost_of(const char *encoded, struct cost *ret_cost)
{
    const char *at = encoded;
    struct cost c = {0};

    if (strnlen(encoded, CRYPT_PASSWORD_HASH_BYTES) ==
        CRYPT_PASSWORD_HASH_BYTES) {
        return false;
    }
    if (!take_name(&at, prefix) ||
        (c.memory_kib = take_number(&at, ',')) == 0 || !take_name(&at, "t=") ||
        (c.passes = take_number(&at, ',')) == 0 || !take_name(&at, "p=") ||
        (c.lanes = take_number(&at, '$')) == 0) {
        return false;
    }
    *ret_cost = c;
    return true;
}

bool crypt_password_is_cheap(const char *encoded)
{
    struct cost c;

    return cost_of(encoded, &c) &&
           (c.memory_kib < full_cost.memory_kib || c.passes < full_cost.passes);
}

bool crypt_password_verify(const char *encoded, struct text password)
{
    struct cost c;
    int result;

    if (password.size > LIMIT_PASSWORD_BYTES || !cost_of(encoded, &c)) {
        return false;
    }
    if (c.memory_kib > full_cost.memory_kib || c.passes > full_cost.passes ||
        c.lanes > full_cost.lanes) {
        return false;
    }
    result = argon2id_verify(encoded, password.at, password.size);
    if (result == ARGON2_MEMORY_ALLOCATION_ERROR) {
        BUG("argon2id_verify: out of memory");
    }
    return result == ARGON2_OK;
}

void crypt_password_pretend(struct text password)
{
    static const uint8_t salt[SALT_BYTES] = {0};
    char encoded[CRYPT_PASSWORD_HASH_BYTES];

    if (password.size > LIMIT_PASSWORD_BYTES) {
        return; /* as crypt_password_verify does */
    }
    hash_with(&full_cost, password, salt, encoded);
    bytes_wipe(encoded, sizeof(encoded));
}
