/*
 * link.h - one-time links by which an account sets its password.
 *
 * SHAPE   a token of 32 random bytes, base64url; the store knows its hash.
 */
#ifndef HUTONG_APP_LINK_H
#define HUTONG_APP_LINK_H

#include "base/bytes.h"

enum { LINK_TOKEN_CHARS = 43 };

struct link {
    char token[LINK_TOKEN_CHARS + 1];
    char hash_hex[2 * HASH_BYTES + 1];
};

void link_make(struct link *ret_link);

#endif
