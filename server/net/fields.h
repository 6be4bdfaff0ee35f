/*
 * fields.h - what stands in single header fields and in a query; pure.
 *
 * OWNS    nothing; answers borrow from the input or the arena.
 * SOURCE  RFC 9110 section 12.5 (negotiation), RFC 6265 section 5.4 (cookies),
 *         RFC 6454 section 6.2 (origins), RFC 3986 section 2.1 (percent).
 */
#ifndef HUTONG_NET_FIELDS_H
#define HUTONG_NET_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"

/* Without spaces and tabs at both ends. */
struct text fields_trim(struct text s);
/* ASCII letters alike in both cases; lower is a literal in lower case. */
bool fields_same(struct text s, const char *lower);
/* True when the comma-separated list holds the token; absent: false. */
bool fields_lists(struct text list, const char *lower);

/* The value of one cookie; {NULL, 0} when it is not there, or twice. */
struct text fields_cookie(struct text cookies, const char *name);

enum coding { CODING_IDENTITY, CODING_GZIP, CODING_BROTLI };
/* The best of what is to be had that the client accepts. */
enum coding fields_coding(struct text accept, bool has_brotli, bool has_gzip);

/* True when English is wanted more than Chinese; absent: false. */
bool fields_wants_english(struct text accept_language);

/* origin is exactly scheme://host, as a browser writes it. */
bool fields_origin_fits(struct text origin, const char *scheme,
                        struct text host);

/* A Host that can only mean this machine: localhost, an address of 127.0.0.0/8
 * or [::1], with a port or without. Not a name that DNS may point here. */
bool fields_host_is_loopback(struct text host);

/* application/json, with or without charset=utf-8. */
bool fields_is_json(struct text content_type);

/* "20261123-" and 16 to 48 of [A-Za-z0-9_-]; ret_day 20261123, a real date. */
bool fields_idempotency(struct text key, uint32_t *ret_day);
/* Both are dates like 20261123: late minus early, in days. */
int64_t fields_days_between(uint32_t early, uint32_t late);

/* "\"7\"" as an If-Match gives it. */
bool fields_version(struct text if_match, uint32_t *ret_version);
/* An If-None-Match that holds this tag, or '*'. */
bool fields_tag_matches(struct text if_none_match, const char *etag);

/* %41 becomes A; with plus, '+' becomes a space. False: not UTF-8, or a
 * control character, or the arena is full. */
bool fields_decode(struct text in, bool plus, struct arena *a,
                   struct text *ret_out);

enum { QUERY_MAX = 24 };
struct query {
    struct text names[QUERY_MAX], values[QUERY_MAX];
    size_t count;
};
/* Splits a=b&c=d; false: malformed, or more than QUERY_MAX. */
bool fields_query(struct text in, struct arena *a, struct query *ret_query);
/* True when a name is there more than once. */
bool query_repeats(const struct query *q);
/* The value of one name; {NULL, 0} when it is not there. */
struct text query_value(const struct query *q, const char *name);

/* "Mon, 23 Nov 2026 16:05:00 GMT" (RFC 9110, 5.6.7: IMF-fixdate). */
enum { FIELDS_DATE_BYTES = 30 };
void fields_date(int64_t wall_us, char ret_date[static FIELDS_DATE_BYTES]);

#endif
