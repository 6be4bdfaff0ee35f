/*
 * head_test.c - heads that are taken, and heads that are refused.
 */
#include "net/head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"

/* Whole, in pieces of `step` bytes. */
static enum head_state feed(struct head_bytes *h, const char *bytes,
                            size_t size, size_t step, size_t *ret_used)
{
    enum head_state state = HEAD_MORE;
    size_t at = 0;

    while (at < size && state == HEAD_MORE) {
        size_t n = size - at < step ? size - at : step, taken = 0;

        state = head_take(h, SPAN(bytes + at, n), &taken);
        assert_true(taken <= n);
        at += taken;
    }
    *ret_used = at;
    return state;
}

static bool parses(const char *bytes, struct head *ret_head,
                   struct head_bytes *h)
{
    size_t used;

    *h = (struct head_bytes){0};
    if (feed(h, bytes, strlen(bytes), strlen(bytes), &used) != HEAD_WHOLE)
        return false;
    return head_parse((struct text){h->at, h->size}, ret_head);
}

#define REST "Host: h\r\n\r\n"

static void reads_a_head(void **state)
{
    struct head_bytes b;
    struct head h;

    (void)state;
    assert_true(parses("POST /api/v1/cases?a=1&b=%20 HTTP/1.1\r\n"
                       "host: 127.0.0.1:80\r\nContent-Length: 12\r\n"
                       "X-Hutong:  1 \r\nConnection: keep-alive, close\r\n\r\n",
                       &h, &b));
    assert_int_equal(h.method, METHOD_POST);
    assert_true(text_is(h.path, "/api/v1/cases"));
    assert_true(text_is(h.query, "a=1&b=%20"));
    assert_true(text_is(h.field[FIELD_HOST], "127.0.0.1:80"));
    assert_true(text_is(h.field[FIELD_HUTONG], "1"));
    assert_int_equal(h.body_bytes, 12);
    assert_true(h.close && h.has_length && !h.upgrade);
    assert_null(h.field[FIELD_ORIGIN].at);
    head_release(&b);
}

static void pieces_do_not_matter(void **state)
{
    static const char bytes[] = "GET / HTTP/1.1\r\n" REST "rest";

    (void)state;
    for (size_t step = 1; step < sizeof bytes; step++) {
        struct head_bytes b = {0};
        size_t used;

        assert_int_equal(feed(&b, bytes, sizeof bytes - 1, step, &used),
                         HEAD_WHOLE);
        assert_int_equal(used, sizeof bytes - 1 - 4);
        head_release(&b);
    }
}

static void refuses_what_two_could_read_differently(void **state)
{
    static const char *const wrong[] = {
        "GET / HTTP/1.1\nHost: h\n\n",
        "GET / HTTP/1.1\r\nHost: h\r\n\n",
        "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\n" REST,
        "GET / HTTP/1.1\r\nHost : h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n: no name\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/9.9\r\n" REST,
        "GET / HTTP/1.2\r\n" REST,
        "GET /\r\n" REST,
        "GET  / HTTP/1.1\r\n" REST,
        "GET x HTTP/1.1\r\n" REST,
        "GET /%zz HTTP/1.1\r\n" REST,
        "GET /%2 HTTP/1.1\r\n" REST,
        "GET /%00 HTTP/1.1\r\n" REST,
        "GET /%1f HTTP/1.1\r\n" REST,
        "GET /%7F HTTP/1.1\r\n" REST,
        "GET /\x80 HTTP/1.1\r\n" REST,
        "GET / HTTP/1.1\r\nContent-Length: 5\r\n" REST,
        "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" REST,
        "GET / HTTP/1.1\r\nExpect: 100-continue\r\n" REST,
        "GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: upgrade\r\n" REST,
        "GET / HTTP/1.1\r\nUpgrade: websocket\r\n" REST,
        "POST / HTTP/1.1\r\n" REST,
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n" REST,
        "POST / HTTP/1.1\r\nContent-Length: +5\r\n" REST,
        "POST / HTTP/1.1\r\nContent-Length: 05\r\n" REST,
        "POST / HTTP/1.1\r\nContent-Length: 00\r\n" REST,
        "POST / HTTP/1.1\r\nContent-Length: 5 5\r\n" REST,
        "POST / HTTP/1.1\r\nContent-Length: 5, 5\r\n" REST,
        "POST / HTTP/1.1\r\nContent-Length:\r\n" REST,
        "POST / HTTP/1.1\r\nContent-Length: 4294967301\r\n" REST,
        "POST / HTTP/1.1\r\nContent-Length: 18446744073709551621\r\n" REST,
        "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n" REST,
        "POST / HTTP/1.1\r\nContent-Length: 5\r\nCONTENT-LENGTH: 6\r\n" REST,
        "GET / HTTP/1.1\r\nCookie: a=1\r\nCookie: b=2\r\n" REST,
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct head_bytes b;
        struct head h;

        if (parses(wrong[i], &h, &b))
            fail_msg("taken: %s", wrong[i]);
        head_release(&b);
    }
}

static void refuses_a_nul(void **state)
{
    static const char bytes[] = "GET / HTTP/1.1\r\nHost: h\0\r\n\r\n";
    struct head_bytes b = {0};
    size_t used;

    (void)state;
    assert_int_equal(feed(&b, bytes, sizeof bytes - 1, 7, &used),
                     HEAD_MALFORMED);
    head_release(&b);
}

static void says_no_before_the_end(void **state)
{
    struct head_bytes b = {0};
    size_t used;

    (void)state;
    assert_int_equal(feed(&b, "GET /\r\n", 7, 7, &used), HEAD_MALFORMED);
    head_release(&b);
}

static void has_a_largest_size(void **state)
{
    static char bytes[LIMIT_HEADER_BYTES + 64];
    struct head_bytes b = {0};
    size_t used, size;

    (void)state;
    size = (size_t)snprintf(bytes, sizeof bytes, "GET / HTTP/1.1\r\nX: ");
    memset(bytes + size, 'x', sizeof bytes - size);
    assert_int_equal(feed(&b, bytes, sizeof bytes, 100, &used), HEAD_TOO_LARGE);
    assert_int_equal(used, LIMIT_HEADER_BYTES + 1);
    head_release(&b);
}

static void counts_fields_and_parts_of_a_query(void **state)
{
    static char bytes[LIMIT_HEADER_BYTES];
    struct head_bytes b;
    struct head h;
    size_t size;

    (void)state;
    size =
        (size_t)snprintf(bytes, sizeof bytes, "GET / HTTP/1.1\r\nHost: h\r\n");
    for (int i = 0; i < HEAD_FIELDS_MAX; i++)
        size += (size_t)snprintf(bytes + size, sizeof bytes - size, "A: b\r\n");
    (void)snprintf(bytes + size, sizeof bytes - size, "\r\n");
    assert_false(parses(bytes, &h, &b));
    head_release(&b);
    size = (size_t)snprintf(bytes, sizeof bytes, "GET /?");
    for (int i = 0; i < HEAD_QUERY_PARTS_MAX; i++)
        size += (size_t)snprintf(bytes + size, sizeof bytes - size, "&");
    (void)snprintf(bytes + size, sizeof bytes - size, " HTTP/1.1\r\n" REST);
    assert_false(parses(bytes, &h, &b));
    head_release(&b);
}

static void version_1_0_closes(void **state)
{
    struct head_bytes b;
    struct head h;

    (void)state;
    assert_true(parses("GET / HTTP/1.0\r\n\r\n", &h, &b));
    assert_true(h.close && h.version_1_0);
    head_release(&b);
}

static void knows_an_upgrade(void **state)
{
    struct head_bytes b;
    struct head h;

    (void)state;
    assert_true(parses("GET /api/v1/live HTTP/1.1\r\nUpgrade: WebSocket\r\n"
                       "Connection: keep-alive, Upgrade\r\n" REST,
                       &h, &b));
    assert_true(h.upgrade);
    head_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_head),
        cmocka_unit_test(pieces_do_not_matter),
        cmocka_unit_test(refuses_what_two_could_read_differently),
        cmocka_unit_test(refuses_a_nul),
        cmocka_unit_test(says_no_before_the_end),
        cmocka_unit_test(has_a_largest_size),
        cmocka_unit_test(counts_fields_and_parts_of_a_query),
        cmocka_unit_test(version_1_0_closes),
        cmocka_unit_test(knows_an_upgrade),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
