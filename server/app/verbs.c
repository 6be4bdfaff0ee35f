/*
 * verbs.c - the table of verbs, and what --help says.
 */
#include "app/verbs.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "app/app.h"
#include "app/exits.h"
#include "base/diag.h"
#include "crypt/crypt.h"

#define TAKES(option) (UINT32_C(1) << OPTION_##option)
#define STORE (TAKES(DATA) | TAKES(KEY) | TAKES(MAP_GIB))

static const char *const user_actions[] = {"add", "disable", "enrol", NULL};

static const char *const catalogue_actions[] = {"adopt", "show", NULL};

static const struct verb verbs[] = {
    {.name = "serve",
     .usage = "--data DIR [--key FILE] [--listen 127.0.0.1:12349]\n"
              "      [--tls-cert FILE --tls-key FILE] [--map-gib N] "
              "[--test-clock TIME]",
     .summary = "Serves the store until SIGTERM. The first line on stdout is "
                "\"listening URL\".\n"
                "Port 0 takes a free one. An address other than loopback "
                "needs TLS.\n"
                "While nobody has enrolled, the second line is the link by "
                "which `admin` does.\n"
                "--test-clock, on a store made for tests: the time stands "
                "still until it is moved\n"
                "over POST /api/v1/test/clock.",
     .takes = STORE | TAKES(LISTEN) | TAKES(TLS_CERT) | TAKES(TLS_KEY) |
              TAKES(TEST_CLOCK),
     .needs = TAKES(DATA),
     .run = verb_serve},
    {.name = "init",
     .usage = "--data DIR [--key FILE] [--map-gib N] [--for-tests "
              "[--test-clock TIME]]",
     .summary = "Makes a store with the catalogue of the city and the account "
                "`admin`, and a\n"
                "master key beside it (DIR.key). Keep the key apart from "
                "backups of the store.\n"
                "--for-tests: one whose clock a test may set, made at the "
                "beginning of 2020.",
     .takes = STORE | TAKES(FOR_TESTS) | TAKES(TEST_CLOCK),
     .needs = TAKES(DATA),
     .run = verb_init},
    {.name = "demo",
     .usage = "--data DIR --password PASSWORD [--key FILE] [--map-gib N]\n"
              "      [--for-tests [--test-clock TIME]]",
     .summary = "Makes a store for demonstrations: invented people, one "
                "password for all. From this\n"
                "machine they are also taken by a click. --for-tests as for "
                "init.",
     .takes = STORE | TAKES(PASSWORD) | TAKES(FOR_TESTS) | TAKES(TEST_CLOCK),
     .needs = TAKES(DATA) | TAKES(PASSWORD),
     .run = verb_demo},
    {.name = "verify",
     .usage = "--data DIR [--key FILE] [--replay] [--map-gib N]",
     .summary = "Checks every record, the chain, the proof tree and the keys; "
                "with --replay also\n"
                "that the tables are what the log makes. Also beside a "
                "running server. Prints one\n"
                "line of JSON, then a sentence.",
     .takes = STORE | TAKES(REPLAY),
     .needs = TAKES(DATA),
     .run = verb_verify},
    {.name = "rebuild",
     .usage = "--data DIR [--key FILE] [--map-gib N]",
     .summary = "Makes the tables anew from the log, beside the old ones, and "
                "puts them in place\n"
                "when they verify. No server may run.",
     .takes = STORE,
     .needs = TAKES(DATA),
     .run = verb_rebuild},
    {.name = "user",
     .usage = "add --data DIR --login L --role R --unit U --name N\n"
              "      disable --data DIR --login L\n"
              "      enrol --data DIR --login L",
     .summary = "Adds an account, disables one, or makes a fresh one-time "
                "link for one. Works beside\n"
                "a running server and without one. `add` and `enrol` print "
                "the link; it is shown once.",
     .actions = user_actions,
     .takes = STORE | TAKES(LOGIN) | TAKES(ROLE) | TAKES(UNIT) | TAKES(NAME),
     .needs = TAKES(DATA) | TAKES(LOGIN),
     .run = verb_user},
    {.name = "catalogue",
     .usage = "adopt FILE [FILE...] --data DIR [--key FILE] [--map-gib N]\n"
              "      show KIND --data DIR [--key FILE] [--map-gib N]",
     .summary = "Puts new versions of the city's decisions into the log, in "
                "the order given; a running\n"
                "server goes by them at once. All files are checked before "
                "the first is adopted. `show`\n"
                "prints the version that stands, as a file.",
     .actions = catalogue_actions,
     .has_words = true,
     .takes = STORE,
     .needs = TAKES(DATA),
     .run = verb_catalogue},
    {.name = NULL},
};

static int help(const struct verb *v)
{
    if (v != NULL) {
        (void)printf("hutong %s %s\n\n%s\n", v->name, v->usage, v->summary);
        return APP_DONE;
    }
    (void)printf("hutong - a hotline and case server for child protection\n\n");
    for (v = verbs; v->name != NULL; v++)
        (void)printf("  hutong %s %s\n", v->name, v->usage);
    (void)printf(
        "\n  hutong VERB --help tells more.\n\n"
        "Exit codes: 0 done, 1 a check failed or the rules said no, "
        "2 rolled back,\n"
        "3 unreadable or damaged, 4 in use, 64 usage, 75 try again.\n");
    return APP_DONE;
}

/* What is held in memory here must not be dumped or read by a debugger of the
 * same user; a client that leaves must not end the process. */
static void harden(void)
{
    struct rlimit none = {0, 0};

    (void)umask(077);
    (void)signal(SIGPIPE, SIG_IGN);
    if (setrlimit(RLIMIT_CORE, &none) != 0 ||
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        DIAG(DIAG_WARN, "not_hardened", DIAG_N("dumpable", 1));
}

int app_main(int argc, char **argv)
{
    struct args a;
    char why[512];
    struct err e;

    if (!args_parse(verbs, argc, argv, &a, why, sizeof why)) {
        (void)fprintf(stderr, "hutong: %s\n", why);
        return APP_USAGE;
    }
    if (a.help)
        return help(a.verb);
    harden();
    e = crypt_start();
    if (failed(e))
        return exits_say(a.verb->name, "self-test", e);
    return a.verb->run(&a);
}
