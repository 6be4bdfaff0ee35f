/*
 * args.h - the command line, read into one struct; pure.
 *
 * SHAPE   hutong VERB [ACTION] [WORD ...] --option VALUE ...; each option at
 *         most once, words (file names, say) only where the verb takes them.
 * OWNS    nothing: texts borrow from argv.
 */
#ifndef HUTONG_APP_ARGS_H
#define HUTONG_APP_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option {
    OPTION_DATA,
    OPTION_KEY,
    OPTION_LISTEN,
    OPTION_TLS_CERT,
    OPTION_TLS_KEY,
    OPTION_MAP_GIB,
    OPTION_PASSWORD,
    OPTION_REPLAY,
    OPTION_LOGIN,
    OPTION_ROLE,
    OPTION_UNIT,
    OPTION_NAME,
    OPTION_FOR_TESTS,
    OPTION_TEST_CLOCK,
    OPTION_COUNT
};

enum { ARGS_WORDS_MAX = 32 };

struct verb; /* what a verb takes: see verbs.c */

struct args {
    const struct verb *verb;
    const char *action; /* of `user`, `catalogue`; else NULL */
    const char *words[ARGS_WORDS_MAX];
    size_t word_count;
    const char *value[OPTION_COUNT]; /* NULL: not given; "" for a flag */
    char key_path[4096];             /* --key, or DIR.key */
    uint64_t map_bytes;
    int64_t test_clock_us; /* --test-clock; with --for-tests also without */
    bool has_test_clock;
    bool help;
};

struct verb {
    const char *name;
    const char *usage; /* what follows the name */
    const char *summary;
    const char *const *actions; /* NULL-terminated, or NULL */
    bool has_words;             /* at least one */
    uint32_t takes;             /* 1 << option */
    uint32_t needs;
    int (*run)(const struct args *a);
};

/* False: ret_why is a sentence for stderr. verbs ends with a NULL name. */
bool args_parse(const struct verb *verbs, int argc, char **argv,
                struct args *ret_args, char *ret_why, size_t why_bytes);
const char *option_name(enum option option);

struct listen_address {
    char host[64];
    uint16_t port;
};
/* "127.0.0.1:12349", "[::1]:0". */
bool args_listen(const char *text, struct listen_address *ret_address);

#endif
