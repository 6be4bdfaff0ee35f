/*
 * verify.c - `verify` and `rebuild`: is the store what its log proves?
 *
 * Surprising: the check runs in a child process. Damage can make LMDB follow a
 * wild pointer; then the child dies and the parent says that it is damaged.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/exits.h"
#include "app/offline.h"
#include "app/verbs.h"

/* One line of JSON, for programs. */
static void print_report(const struct verify_report *r, struct err e)
{
    char head[2 * HASH_BYTES + 1], root[2 * HASH_BYTES + 1];
    struct json_out o;
    struct text text;

    bytes_to_hex(SPAN(r->head.hash.bytes, HASH_BYTES), head);
    bytes_to_hex(SPAN(r->root.bytes, HASH_BYTES), root);
    json_out_init(&o, LIMIT_ANSWER_BYTES);
    json_out_object(&o);
    json_out_name(&o, "ok");
    json_out_bool(&o, !failed(e));
    json_out_name(&o, "records");
    json_out_integer(&o, (int64_t)r->records);
    json_out_name(&o, "head");
    json_out_literal(&o, head);
    json_out_name(&o, "root");
    json_out_literal(&o, root);
    json_out_name(&o, "what");
    json_out_literal(&o, r->what[0] != '\0' ? r->what
                         : failed(e)        ? err_name(e.code)
                                            : "");
    json_out_name(&o, "seq");
    json_out_integer(&o, (int64_t)r->bad_seq);
    json_out_object_end(&o);
    if (!failed(json_out_text(&o, &text)))
        (void)printf("%.*s\n", (int)text.size, text.at);
    json_out_release(&o);
}

/* A record that is not as its hash says was changed, whoever did it: the
 * report names it, and that is a failed check, not an unreadable store. */
static int verdict(const struct args *a, const struct verify_report *r,
                   struct err e)
{
    if (e.code == ERR_CORRUPT && r->bad_seq != 0)
        e.code = ERR_TAMPERED;
    print_report(r, e);
    if (e.code == ERR_CORRUPT && r->what[0] != '\0') {
        /* It could be read; what was read is not what it must be. */
        e.code = ERR_TAMPERED;
    }
    if (failed(e))
        return exits_say(a->verb->name, a->value[OPTION_DATA], e);
    (void)printf("%s: %llu records, all as their hashes say.\n",
                 a->value[OPTION_DATA], (unsigned long long)r->records);
    if (r->checkpoints_dropped > 0)
        (void)printf("%s: %llu unsigned checkpoints did not fit the log and "
                     "were dropped.\n",
                     a->value[OPTION_DATA],
                     (unsigned long long)r->checkpoints_dropped);
    return APP_DONE;
}

static int verify_here(const struct args *a)
{
    struct store_options options = app_store_options(a, false, true);
    struct verify_report report = {.records = 0};
    struct store *s = NULL;
    struct err e = store_open(&options, &s);

    if (!failed(e))
        e = store_verify(
            s, a->value[OPTION_REPLAY] == NULL ? NULL : model_apply, &report);
    if (s != NULL)
        store_close(s);
    return verdict(a, &report, e);
}

static int rebuild_here(const struct args *a)
{
    struct store_options options = app_store_options(a, true, false);
    struct verify_report report = {.records = 0};
    struct err e = store_rebuild(&options, model_apply, &report);

    return verdict(a, &report, e);
}

static int in_a_child(const struct args *a, int (*run)(const struct args *a))
{
    const struct verify_report none = {.what = "crash"};
    int status = 0;
    pid_t child;

    (void)fflush(stdout);
    child = fork();
    if (child < 0)
        return exits_tell(a->verb->name, APP_AGAIN, "no process is to be had.");
    if (child == 0) {
        status = run(a);
        (void)fflush(stdout);
        _exit(status);
    }
    while (waitpid(child, &status, 0) < 0)
        ;
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    print_report(&none, ERR(ERR_CORRUPT));
    return exits_tell(a->verb->name, APP_DAMAGED,
                      "reading the store ended the process: it is damaged. "
                      "Restore a backup.");
}

int verb_verify(const struct args *a) { return in_a_child(a, verify_here); }

int verb_rebuild(const struct args *a) { return in_a_child(a, rebuild_here); }
