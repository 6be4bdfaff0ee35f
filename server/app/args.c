/*
 * args.c - reads the command line by a table of options.
 */
#include "app/args.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"

enum { MAP_GIB_DEFAULT = 256, MAP_GIB_MAX = 16384 };

static const struct option_row {
    const char *name;
    bool flag;
} rows[OPTION_COUNT] = {
    [OPTION_DATA] = {"--data", false},
    [OPTION_KEY] = {"--key", false},
    [OPTION_LISTEN] = {"--listen", false},
    [OPTION_TLS_CERT] = {"--tls-cert", false},
    [OPTION_TLS_KEY] = {"--tls-key", false},
    [OPTION_MAP_GIB] = {"--map-gib", false},
    [OPTION_PASSWORD] = {"--password", false},
    [OPTION_REPLAY] = {"--replay", true},
    [OPTION_LOGIN] = {"--login", false},
    [OPTION_ROLE] = {"--role", false},
    [OPTION_UNIT] = {"--unit", false},
    [OPTION_NAME] = {"--name", false},
    [OPTION_FOR_TESTS] = {"--for-tests", true},
    [OPTION_TEST_CLOCK] = {"--test-clock", false},
};

const char *option_name(enum option option) { return rows[option].name; }

static const struct verb *find_verb(const struct verb *verbs, const char *name)
{
    while (verbs->name != NULL && strcmp(verbs->name, name) != 0)
        verbs++;
    return verbs->name == NULL ? NULL : verbs;
}

static enum option find_option(const struct verb *v, const char *name)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if ((v->takes & (UINT32_C(1) << i)) != 0 &&
            strcmp(rows[i].name, name) == 0)
            return (enum option)i;
    return OPTION_COUNT;
}

static bool is_action(const struct verb *v, const char *word)
{
    for (size_t i = 0; v->actions != NULL && v->actions[i] != NULL; i++)
        if (strcmp(v->actions[i], word) == 0)
            return true;
    return false;
}

struct reader {
    int argc;
    char **argv;
    int at;
    char *why;
    size_t why_bytes;
};

static bool say(struct reader *r, const char *what, const char *word)
{
    (void)snprintf(r->why, r->why_bytes, "%s%s.", what, word);
    return false;
}

static bool take_option(struct reader *r, struct args *a)
{
    const char *word = r->argv[r->at++];
    enum option option = find_option(a->verb, word);

    if (option == OPTION_COUNT)
        return say(r, "it does not take ", word);
    if (a->value[option] != NULL)
        return say(r, "given twice: ", word);
    if (rows[option].flag) {
        a->value[option] = "";
        return true;
    }
    if (r->at == r->argc)
        return say(r, "a value must follow ", word);
    a->value[option] = r->argv[r->at++];
    return true;
}

static bool take_option_or_word(struct reader *r, struct args *a)
{
    if (!a->verb->has_words || strncmp(r->argv[r->at], "--", 2) == 0)
        return take_option(r, a);
    if (a->word_count == ARGS_WORDS_MAX)
        return say(r, "more than it can take: ", r->argv[r->at]);
    a->words[a->word_count++] = r->argv[r->at++];
    return true;
}

static bool take_words(struct reader *r, struct args *a)
{
    if (a->verb->actions != NULL) {
        if (r->at == r->argc || !is_action(a->verb, r->argv[r->at]))
            return say(r, "say what to do: ", a->verb->usage);
        a->action = r->argv[r->at++];
    }
    while (r->at < r->argc)
        if (!take_option_or_word(r, a))
            return false;
    if (a->verb->has_words && a->word_count == 0)
        return say(r, "say what to do: ", a->verb->usage);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if ((a->verb->needs & (UINT32_C(1) << i)) != 0 && a->value[i] == NULL)
            return say(r, "it needs ", rows[i].name);
    return true;
}

static bool take_map(struct reader *r, struct args *a)
{
    const char *text = a->value[OPTION_MAP_GIB];
    uint64_t gib = 0;

    if (text == NULL) {
        gib = MAP_GIB_DEFAULT;
    } else {
        for (const char *p = text; *p >= '0' && *p <= '9' && gib <= MAP_GIB_MAX;
             p++)
            gib = gib * 10 + (uint64_t)(*p - '0');
        if (gib == 0 || gib > MAP_GIB_MAX ||
            strspn(text, "0123456789") != strlen(text))
            return say(r, "not a number of GiB: ", text);
    }
    a->map_bytes = gib << 30;
    return true;
}

/* The master key lies beside the store, never in it. */
static bool take_key(struct reader *r, struct args *a)
{
    const char *key = a->value[OPTION_KEY], *data = a->value[OPTION_DATA];
    size_t size = data == NULL ? 0 : strlen(data);
    int written;

    while (size > 1 && data[size - 1] == '/')
        size--;
    if (key != NULL)
        written = snprintf(a->key_path, sizeof a->key_path, "%s", key);
    else
        written = snprintf(a->key_path, sizeof a->key_path, "%.*s.key",
                           (int)size, data == NULL ? "" : data);
    if (written < 0 || (size_t)written >= sizeof a->key_path)
        return say(r, "too long: ", "--data or --key");
    return true;
}

/* What is made for tests is made before anything that a test plays. */
static bool take_clock(struct reader *r, struct args *a)
{
    static const char early[] = "2020-01-01T00:00:00+08:00";
    const char *text = a->value[OPTION_TEST_CLOCK];

    if (text == NULL && a->value[OPTION_FOR_TESTS] != NULL)
        text = early;
    if (text == NULL)
        return true;
    if ((a->verb->takes & (UINT32_C(1) << OPTION_FOR_TESTS)) != 0 &&
        a->value[OPTION_FOR_TESTS] == NULL)
        return say(r, "--test-clock needs ", "--for-tests");
    a->test_clock_us = iso_to_us(text, strlen(text));
    a->has_test_clock = true;
    if (a->test_clock_us <= 0)
        return say(r, "not a time like 2021-03-06T22:10:00+08:00: ", text);
    return true;
}

static bool asks_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

bool args_parse(const struct verb *verbs, int argc, char **argv,
                struct args *ret_args, char *ret_why, size_t why_bytes)
{
    struct args a = {.help = asks_help(argc, argv)};
    struct reader r = {argc, argv, 2, ret_why, why_bytes};

    if (argc >= 2)
        a.verb = find_verb(verbs, argv[1]);
    if (!a.help) {
        if (argc < 2)
            return say(&r, "say what to do; `hutong --help` lists it", "");
        if (a.verb == NULL)
            return say(&r, "there is no verb ", argv[1]);
        if (!take_words(&r, &a) || !take_map(&r, &a) || !take_key(&r, &a) ||
            !take_clock(&r, &a))
            return false;
    }
    *ret_args = a;
    return true;
}

bool args_listen(const char *text, struct listen_address *ret_address)
{
    struct listen_address l = {.port = 0};
    const char *colon = strrchr(text, ':'), *host = text;
    size_t size;
    uint32_t port = 0;

    if (colon == NULL || colon[1] == '\0' ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
        strlen(colon + 1) > 5)
        return false;
    for (const char *p = colon + 1; *p != '\0'; p++)
        port = port * 10 + (uint32_t)(*p - '0');
    size = (size_t)(colon - text);
    if (size >= 2 && host[0] == '[' && host[size - 1] == ']') {
        host++;
        size -= 2;
    } else if (memchr(host, ':', size) != NULL) {
        return false; /* an IPv6 address stands in brackets */
    }
    if (size == 0 || size >= sizeof l.host || port > UINT16_MAX)
        return false;
    memcpy(l.host, host, size);
    l.port = (uint16_t)port;
    *ret_address = l;
    return true;
}
