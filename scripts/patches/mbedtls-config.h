
/*
 * What hutong's build changes in the default configuration (scripts/deps
 * appends this file to mbedtls_config.h, so that whoever includes the
 * installed headers sees the same configuration as the library).
 *
 * Several threads call the library (loop, writer, reader, secret), and PSA
 * keeps state of its own: it needs real locks.
 */
#define MBEDTLS_THREADING_C
#define MBEDTLS_THREADING_PTHREAD

/*
 * One outgoing record of 4 KiB instead of 16 saves 13 KiB for each open
 * connection; larger writes are cut into several records.
 */
#define MBEDTLS_SSL_OUT_CONTENT_LEN 4096

/* A peer that asks to renegotiate is either old or hostile. */
#undef MBEDTLS_SSL_RENEGOTIATION

/*
 * Of the suites of TLS 1.2 those that authenticate what they encrypt (AEAD):
 * a CBC suite checks the padding first, and each new way to time that check was
 * an attack of its own. And none whose traffic a stolen key opens afterwards:
 * every browser that speaks 1.2 has ECDHE.
 */
#undef MBEDTLS_CIPHER_MODE_CBC
#undef MBEDTLS_KEY_EXCHANGE_RSA_ENABLED

/* TLS over TCP only. */
#undef MBEDTLS_SSL_PROTO_DTLS
#undef MBEDTLS_SSL_DTLS_ANTI_REPLAY
#undef MBEDTLS_SSL_DTLS_HELLO_VERIFY
#undef MBEDTLS_SSL_DTLS_CLIENT_PORT_REUSE
#undef MBEDTLS_SSL_DTLS_CONNECTION_ID
#undef MBEDTLS_SSL_DTLS_CONNECTION_ID_COMPAT

/* Keys are never kept by the library in files of its own choosing. */
#undef MBEDTLS_PSA_CRYPTO_STORAGE_C
#undef MBEDTLS_PSA_ITS_FILE_C
