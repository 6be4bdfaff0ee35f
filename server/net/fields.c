/*
 * fields.c - reads single header fields and queries.
 *
 * All of it is text in, value out: nothing is kept.
 */
#include "net/fields.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

struct text fields_trim(struct text s)
{
    while (s.size > 0 && (s.at[0] == ' ' || s.at[0] == '\t')) {
        s.at++;
        s.size--;
    }
    while (s.size > 0 && (s.at[s.size - 1] == ' ' || s.at[s.size - 1] == '\t'))
        s.size--;
    return s;
}

bool fields_same(struct text s, const char *lower)
{
    if (s.at == NULL || s.size != strlen(lower))
        return false;
    for (size_t i = 0; i < s.size; i++) {
        char c = s.at[i];

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != lower[i])
            return false;
    }
    return true;
}

/* The next part up to `at`, trimmed; false at the end. */
static bool next_part(struct text *rest, char at, struct text *ret_part)
{
    const char *found;
    size_t size;

    if (rest->at == NULL)
        return false;
    found = memchr(rest->at, at, rest->size);
    size = found == NULL ? rest->size : (size_t)(found - rest->at);
    *ret_part = fields_trim((struct text){rest->at, size});
    *rest = found == NULL ? (struct text){NULL, 0}
                          : (struct text){found + 1, rest->size - size - 1};
    return true;
}

bool fields_lists(struct text list, const char *lower)
{
    struct text part;

    while (next_part(&list, ',', &part))
        if (fields_same(part, lower))
            return true;
    return false;
}

struct text fields_cookie(struct text cookies, const char *name)
{
    struct text part, found = {NULL, 0};
    size_t size = strlen(name);

    while (next_part(&cookies, ';', &part)) {
        if (part.size <= size || part.at[size] != '=' ||
            memcmp(part.at, name, size) != 0)
            continue;
        if (found.at != NULL)
            return (struct text){NULL, 0};
        found = (struct text){part.at + size + 1, part.size - size - 1};
    }
    return found;
}

/* The weight of one "name;q=0.5" in thousandths; 1000 without a q. */
static int weight_of(struct text parameters)
{
    struct text part;
    int scale = 100, weight;

    while (next_part(&parameters, ';', &part)) {
        if (part.size < 3 || (part.at[0] != 'q' && part.at[0] != 'Q') ||
            part.at[1] != '=')
            continue;
        if (part.at[2] != '0' && part.at[2] != '1')
            return 0;
        weight = (part.at[2] - '0') * 1000;
        for (size_t i = 4; i < part.size && scale > 0; i++, scale /= 10)
            if (part.at[i] >= '0' && part.at[i] <= '9')
                weight += (part.at[i] - '0') * scale;
        return weight > 1000 ? 1000 : weight;
    }
    return 1000;
}

/* The weight that a list gives to a name; otherwise when it is not named. */
static int weight_in(struct text list, const char *lower, int otherwise)
{
    struct text part, name;

    while (next_part(&list, ',', &part))
        if (next_part(&part, ';', &name) && fields_same(name, lower))
            return weight_of(part);
    return otherwise;
}

enum coding fields_coding(struct text accept, bool has_brotli, bool has_gzip)
{
    int any = weight_in(accept, "*", 0);
    int brotli = has_brotli ? weight_in(accept, "br", any) : 0;
    int gzip = has_gzip ? weight_in(accept, "gzip", any) : 0;

    if (brotli > 0 && brotli >= gzip)
        return CODING_BROTLI;
    return gzip > 0 ? CODING_GZIP : CODING_IDENTITY;
}

/* The highest weight of a tag that begins so: "en", "en-US". */
static int weight_of_language(struct text list, const char *lower)
{
    struct text part, name;
    int best = 0, weight;

    while (next_part(&list, ',', &part)) {
        if (!next_part(&part, ';', &name) || name.size < 2)
            continue;
        if (name.size > 2 && name.at[2] != '-')
            continue;
        name.size = 2;
        weight = fields_same(name, lower) ? weight_of(part) : 0;
        best = weight > best ? weight : best;
    }
    return best;
}

bool fields_wants_english(struct text accept_language)
{
    return weight_of_language(accept_language, "en") >
           weight_of_language(accept_language, "zh");
}

bool fields_origin_fits(struct text origin, const char *scheme,
                        struct text host)
{
    size_t size = strlen(scheme);

    if (origin.at == NULL || host.at == NULL ||
        origin.size != size + 3 + host.size)
        return false;
    return memcmp(origin.at, scheme, size) == 0 &&
           memcmp(origin.at + size, "://", 3) == 0 &&
           memcmp(origin.at + size + 3, host.at, host.size) == 0;
}

/* Nothing, or ':' and digits. */
static bool is_port(struct text s)
{
    if (s.size == 0)
        return true;
    if (s.size == 1 || s.size > 6 || s.at[0] != ':')
        return false;
    for (size_t i = 1; i < s.size; i++)
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
    return true;
}

bool fields_host_is_loopback(struct text host)
{
    char address[INET_ADDRSTRLEN] = "";
    struct in_addr four;
    size_t name = 0;

    if (host.size >= 5 && memcmp(host.at, "[::1]", 5) == 0)
        return is_port((struct text){host.at + 5, host.size - 5});
    while (name < host.size && host.at[name] != ':')
        name++;
    if (!is_port((struct text){host.at + name, host.size - name}))
        return false;
    if (fields_same((struct text){host.at, name}, "localhost"))
        return true;
    if (name == 0 || name >= sizeof address)
        return false;
    memcpy(address, host.at, name);
    return inet_pton(AF_INET, address, &four) == 1 &&
           ntohl(four.s_addr) >> 24 == 127;
}

bool fields_is_json(struct text content_type)
{
    struct text part;

    if (!next_part(&content_type, ';', &part) ||
        !fields_same(part, "application/json"))
        return false;
    if (!next_part(&content_type, ';', &part))
        return true;
    return fields_same(part, "charset=utf-8") && content_type.at == NULL;
}

/* Microseconds at the start of a day, INT64_MIN when there is no such day. */
static int64_t day_start_us(uint32_t day)
{
    char iso[32];
    int size = snprintf(iso, sizeof iso, "%04u-%02u-%02uT00:00:00Z",
                        day / 10000, day / 100 % 100, day % 100);

    assert(size > 0 && (size_t)size < sizeof iso);
    return iso_to_us(iso, (unsigned long)size);
}

bool fields_idempotency(struct text key, uint32_t *ret_day)
{
    uint32_t day = 0;

    if (key.size < 9 + 16 || key.size > 9 + 48 || key.at[8] != '-')
        return false;
    for (size_t i = 0; i < key.size; i++) {
        char c = key.at[i];
        bool digit = c >= '0' && c <= '9';
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

        if (i < 8 && !digit)
            return false;
        if (i < 8)
            day = day * 10 + (uint32_t)(c - '0');
        if (i > 8 && !digit && !letter && c != '-' && c != '_')
            return false;
    }
    if (day_start_us(day) == INT64_MIN)
        return false;
    *ret_day = day;
    return true;
}

int64_t fields_days_between(uint32_t early, uint32_t late)
{
    int64_t a = day_start_us(early), b = day_start_us(late);

    assert(a != INT64_MIN && b != INT64_MIN);
    return (b - a) / (INT64_C(86400) * 1000000);
}

bool fields_version(struct text if_match, uint32_t *ret_version)
{
    uint64_t v = 0;

    if (if_match.size < 3 || if_match.size > 12 || if_match.at[0] != '"' ||
        if_match.at[if_match.size - 1] != '"')
        return false;
    for (size_t i = 1; i + 1 < if_match.size; i++) {
        if (if_match.at[i] < '0' || if_match.at[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(if_match.at[i] - '0');
    }
    if (v > UINT32_MAX)
        return false;
    *ret_version = (uint32_t)v;
    return true;
}

bool fields_tag_matches(struct text if_none_match, const char *etag)
{
    struct text part;

    while (next_part(&if_none_match, ',', &part)) {
        if (part.size > 2 && part.at[0] == 'W' && part.at[1] == '/')
            part = (struct text){part.at + 2, part.size - 2};
        if (text_is(part, "*") || text_is(part, etag))
            return true;
    }
    return false;
}

static uint8_t hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return (uint8_t)(c - '0');
    return (uint8_t)((c | 0x20) - 'a' + 10);
}

bool fields_decode(struct text in, bool plus, struct arena *a,
                   struct text *ret_out)
{
    char *out = arena_take(a, in.size + 1);
    size_t size = 0;

    if (out == NULL)
        return false;
    for (size_t i = 0; i < in.size; i++) {
        uint8_t c = (uint8_t)in.at[i];

        if (c == '+' && plus)
            c = ' ';
        if (c == '%') {
            if (i + 2 >= in.size)
                return false;
            c = (uint8_t)((hex_value(in.at[i + 1]) << 4) |
                          hex_value(in.at[i + 2]));
            i += 2;
        }
        if (c < 0x20 || c == 0x7f)
            return false;
        out[size++] = (char)c;
    }
    *ret_out = (struct text){out, size};
    return utf8_valid(*ret_out);
}

bool fields_query(struct text in, struct arena *a, struct query *ret_query)
{
    struct query q = {.count = 0};
    struct text part, name;

    if (in.size == 0)
        in.at = NULL;
    while (next_part(&in, '&', &part)) {
        if (q.count == QUERY_MAX || !next_part(&part, '=', &name))
            return false;
        if (!fields_decode(name, true, a, &q.names[q.count]) ||
            !fields_decode(part, true, a, &q.values[q.count]))
            return false;
        q.count++;
    }
    *ret_query = q;
    return true;
}

bool query_repeats(const struct query *q)
{
    for (size_t i = 0; i < q->count; i++)
        for (size_t j = 0; j < i; j++)
            if (text_equal(q->names[i], q->names[j]))
                return true;
    return false;
}

struct text query_value(const struct query *q, const char *name)
{
    for (size_t i = 0; i < q->count; i++)
        if (text_is(q->names[i], name))
            return q->values[i];
    return (struct text){NULL, 0};
}

void fields_date(int64_t wall_us, char ret_date[static FIELDS_DATE_BYTES])
{
    static const char days[7][4] = {"Thu", "Fri", "Sat", "Sun",
                                    "Mon", "Tue", "Wed"}; /* of 1970-01-01 on */
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr",
                                       "May", "Jun", "Jul", "Aug",
                                       "Sep", "Oct", "Nov", "Dec"};
    char iso[ISO_BYTES];
    int month;

    assert(wall_us >= 0);
    iso_from_us(wall_us, iso);
    month = (iso[5] - '0') * 10 + (iso[6] - '0');
    assert(month >= 1 && month <= 12);
    (void)snprintf(ret_date, FIELDS_DATE_BYTES, "%s, %.2s %s %.4s %.8s GMT",
                   days[wall_us / 86400000000 % 7], iso + 8, months[month - 1],
                   iso, iso + 11);
}
