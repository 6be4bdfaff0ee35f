/*
 * token.c - sealed cursors.
 *
 *      token = base64url( iv[12] || AES-256-GCM(payload) || tag[16] )
 *      iv    = HMAC(key, use || payload) cut to 12;  AAD = use
 *
 * Sealed and not only signed: a page may end at a row that its reader must not
 * see, and the token would tell that row's id. The iv is made from what is
 * sealed, so that the same position gives the same token and no randomness is
 * needed (the construction of RFC 5297, with GCM in place of CTR).
 */
#include "view/parts.h"

#include <assert.h>
#include <string.h>

enum {
    USE_BYTES = 1 + 2 * ID_BYTES,
    FRAME_BYTES = CRYPT_IV_BYTES + CRYPT_TAG_BYTES,
    TOKEN_BYTES_MAX = FRAME_BYTES + TOKEN_PAYLOAD_MAX,
};
static_assert((TOKEN_BYTES_MAX * 4 + 2) / 3 + 1 <= CURSOR_CHARS,
              "the longest token and its NUL fit");

static void use_bytes(const struct token_use *use,
                      uint8_t ret[static USE_BYTES])
{
    ret[0] = (uint8_t)use->kind;
    memcpy(ret + 1, use->owner.bytes, ID_BYTES);
    memcpy(ret + 1 + ID_BYTES, use->object.bytes, ID_BYTES);
}

static void make_iv(const struct crypt_key *key,
                    const uint8_t use[static USE_BYTES], struct span payload,
                    uint8_t ret_iv[static CRYPT_IV_BYTES])
{
    uint8_t all[USE_BYTES + TOKEN_PAYLOAD_MAX];
    struct hash mac;

    memcpy(all, use, USE_BYTES);
    memcpy(all + USE_BYTES, payload.at, payload.size);
    mac = crypt_hmac(key, SPAN(all, USE_BYTES + payload.size));
    memcpy(ret_iv, mac.bytes, CRYPT_IV_BYTES);
}

void token_write(const struct crypt_key *key, const struct token_use *use,
                 struct span payload, char ret[static CURSOR_CHARS])
{
    uint8_t bytes[TOKEN_BYTES_MAX];
    uint8_t aad[USE_BYTES];
    uint8_t *cipher = bytes + CRYPT_IV_BYTES;

    assert(payload.size > 0 && payload.size <= TOKEN_PAYLOAD_MAX);
    use_bytes(use, aad);
    make_iv(key, aad, payload, bytes);
    crypt_seal(key, bytes, SPAN(aad, sizeof(aad)), payload, cipher,
               cipher + payload.size);
    (void)bytes_to_base64url(SPAN(bytes, FRAME_BYTES + payload.size), ret);
}

bool token_read(const struct crypt_key *key, const struct token_use *use,
                struct text in, uint8_t *ret_payload, size_t size)
{
    uint8_t bytes[TOKEN_BYTES_MAX];
    uint8_t plain[TOKEN_PAYLOAD_MAX];
    uint8_t iv[CRYPT_IV_BYTES];
    uint8_t aad[USE_BYTES];
    size_t got = 0;

    assert(size > 0 && size <= TOKEN_PAYLOAD_MAX);
    if (!bytes_from_base64url(in, bytes, sizeof(bytes), &got) ||
        got != FRAME_BYTES + size) {
        return false;
    }
    use_bytes(use, aad);
    if (failed(crypt_open(key, bytes, SPAN(aad, sizeof(aad)),
                          SPAN(bytes + CRYPT_IV_BYTES, size),
                          bytes + CRYPT_IV_BYTES + size, plain))) {
        return false;
    }
    make_iv(key, aad, SPAN(plain, size), iv);
    if (!bytes_equal_secret(iv, bytes, sizeof(iv))) {
        return false;
    }
    memcpy(ret_payload, plain, size);
    return true;
}

struct err page_token(const struct viewing *v, enum token_kind kind,
                      struct id object, struct span payload, struct text *ret)
{
    const struct token_use use = {kind, v->x->actor.account, object};
    struct crypt_key key = store_derive(store_of(v->t), CURSOR_PURPOSE);
    char token[CURSOR_CHARS];

    token_write(&key, &use, payload, token);
    bytes_wipe(&key, sizeof(key));
    *ret = arena_copy_text(v->a, text_of(token));
    return ret->at == NULL ? ERR(ERR_LIMIT) : OK;
}

bool page_token_read(const struct viewing *v, enum token_kind kind,
                     struct id object, struct text in, uint8_t *ret_payload,
                     size_t size)
{
    const struct token_use use = {kind, v->x->actor.account, object};
    struct crypt_key key = store_derive(store_of(v->t), CURSOR_PURPOSE);
    bool ours = token_read(&key, &use, in, ret_payload, size);

    bytes_wipe(&key, sizeof(key));
    return ours;
}

/* A live cursor belongs to nobody: it says where the reader stands, and what
 * it is sent is decided anew. */
static const struct token_use live = {.kind = TOKEN_LIVE};

enum { POSITION_BYTES = 8 + HASH_BYTES };

void cursor_write(const struct crypt_key *key, struct log_position p,
                  char ret[static CURSOR_CHARS])
{
    uint8_t payload[POSITION_BYTES];

    store_u64le(payload, p.seq);
    memcpy(payload + 8, p.hash.bytes, HASH_BYTES);
    token_write(key, &live, SPAN(payload, sizeof(payload)), ret);
}

bool cursor_read(const struct crypt_key *key, struct text in,
                 struct log_position *ret)
{
    uint8_t payload[POSITION_BYTES];

    if (!token_read(key, &live, in, payload, sizeof(payload))) {
        return false;
    }
    ret->seq = load_u64le(payload);
    memcpy(ret->hash.bytes, payload + 8, HASH_BYTES);
    return true;
}
