/*
 * certificate.c - can this certificate and this key be served together?
 *
 * Looked at before lws takes them: it says no more than that it failed, and
 * does not notice a key that belongs to another certificate.
 */
#include "crypt/crypt.h"

#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

static int random_bytes(void *context, unsigned char *ret, size_t size)
{
    (void)context;
    crypt_random(ret, size);
    return 0;
}

struct err crypt_certificate_check(const char *certificate_path,
                                   const char *key_path)
{
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;
    int sys;

    mbedtls_x509_crt_init(&certificate);
    mbedtls_pk_init(&key);
    sys = mbedtls_x509_crt_parse_file(&certificate, certificate_path);
    if (sys == 0)
        sys =
            mbedtls_pk_parse_keyfile(&key, key_path, NULL, random_bytes, NULL);
    if (sys == 0)
        sys = mbedtls_pk_check_pair(&certificate.pk, &key, random_bytes, NULL);
    mbedtls_pk_free(&key);
    mbedtls_x509_crt_free(&certificate);
    return sys == 0 ? OK : ERR_OF(ERR_INPUT, sys);
}
