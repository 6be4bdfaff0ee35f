/*
 * link.c - makes the token of a one-time link.
 */
#include "app/link.h"

#include <assert.h>

#include "crypt/crypt.h"

enum { TOKEN_BYTES = 32 };

void link_make(struct link *ret_link)
{
    uint8_t token[TOKEN_BYTES];
    struct hash hash;
    size_t size;

    crypt_random(token, sizeof token);
    size = bytes_to_base64url(SPAN(token, sizeof token), ret_link->token);
    assert(size == LINK_TOKEN_CHARS);
    bytes_wipe(token, sizeof token);
    hash = crypt_sha256(SPAN(ret_link->token, size));
    bytes_to_hex(SPAN(hash.bytes, HASH_BYTES), ret_link->hash_hex);
}
