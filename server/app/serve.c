/*
 * serve.c - `serve`: store, catalogue, core, net, control, and the loop.
 *
 *   SIGTERM or SIGINT -> 503 to new commands -> the writer drains -> its
 *   answers go out -> live clients are told to go (1001) -> exit 0
 *
 * What is started last is stopped first.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "app/control.h"
#include "app/exits.h"
#include "app/link.h"
#include "app/offline.h"
#include "app/verbs.h"
#include "app/wake.h"
#include "base/diag.h"

enum { FILES_WANTED = LIMIT_CONNECTIONS + 1024, GOODBYE_US = 1500000 };

struct server {
    const struct args *args;
    struct store *store;
    struct catalogue *catalogue;
    struct clock *clock;
    struct core *core;
    struct event_base *base;
    struct net *net;
    struct control *control;
    struct wake wake;
    struct event *results, *term, *interrupt;
    struct link link;  /* of the first administrator; wiped when printed */
    const char *unfit; /* why the store cannot be served so; or NULL */
};

static const char default_listen[] = "127.0.0.1:12349";

static void raise_files(void)
{
    struct rlimit files = {0};

    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    files.rlim_cur =
        files.rlim_max < FILES_WANTED ? files.rlim_max : FILES_WANTED;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0)
        DIAG(DIAG_WARN, "files_limit", DIAG_N("most", files.rlim_cur));
}

/* ------------------------------------------------------------ events ---- */

static void on_results(evutil_socket_t fd, short what, void *context)
{
    struct server *s = context;

    (void)fd;
    (void)what;
    wake_clear(&s->wake);
    net_run_done(s->net);
}

static void on_signal(evutil_socket_t number, short what, void *context)
{
    struct server *s = context;

    (void)what;
    DIAG(DIAG_INFO, "stopping", DIAG_N("signal", number));
    event_base_loopbreak(s->base);
}

static struct err start_events(struct server *s)
{
    s->results =
        event_new(s->base, s->wake.fd, EV_READ | EV_PERSIST, on_results, s);
    s->term = evsignal_new(s->base, SIGTERM, on_signal, s);
    s->interrupt = evsignal_new(s->base, SIGINT, on_signal, s);
    if (s->results == NULL || s->term == NULL || s->interrupt == NULL ||
        event_add(s->results, NULL) != 0 || event_add(s->term, NULL) != 0 ||
        event_add(s->interrupt, NULL) != 0)
        return ERR(ERR_SYS);
    return OK;
}

static void event_release(struct event *e)
{
    if (e != NULL)
        event_free(e);
}

/* ------------------------------------------------------------- start ---- */

static struct err load_catalogue(struct server *s)
{
    struct store_txn *t;
    struct err e = store_read_begin(s->store, &t);

    if (failed(e))
        return e;
    e = catalogue_load(t, &s->catalogue);
    store_end(t);
    return e;
}

static struct err start_core(struct server *s)
{
    struct core_options o = {
        .store = s->store,
        .catalogue = s->catalogue,
        .clock = s->clock,
        .wake = wake_up,
        .wake_context = &s->wake,
        .dir = s->args->value[OPTION_DATA],
    };

    return core_start(&o, &s->core);
}

static struct err start_net(struct server *s, const struct listen_address *at)
{
    struct net_options o = {
        .base = s->base,
        .store = s->store,
        .core = s->core,
        .catalogue = s->catalogue,
        .clock = s->clock,
        .address = at->host,
        .port = at->port,
        .tls_cert = s->args->value[OPTION_TLS_CERT],
        .tls_key = s->args->value[OPTION_TLS_KEY],
        .test_clock = s->args->has_test_clock,
    };

    return net_start(&o, &s->net);
}

/* A test may set the clock of a store that was made for it, and not back. */
static struct err check_test_clock(struct server *s)
{
    struct store_txn *t;
    struct record last;
    struct log_position head;
    struct err e;

    if (!s->args->has_test_clock)
        return OK;
    if (!store_is_for_tests(s->store)) {
        s->unfit = "--test-clock is for stores made with --for-tests only.";
        return ERR(ERR_INPUT);
    }
    e = store_read_begin(s->store, &t);
    if (failed(e))
        return e;
    head = store_position(t);
    e = head.seq == 0 ? OK : log_read(t, head.seq, &last);
    if (!failed(e) && head.seq > 0 &&
        last.head.time_us > s->args->test_clock_us) {
        s->unfit = "--test-clock stands before the last record of the store.";
        e = ERR(ERR_INPUT);
    }
    store_end(t);
    return e;
}

static struct err start_store(struct server *s)
{
    struct store_options o = app_store_options(s->args, true, false);
    struct err e = store_open(&o, &s->store);

    if (!failed(e))
        e = check_test_clock(s);
    return failed(e) ? e : load_catalogue(s);
}

/* ------------------------------------------------- the first enrolment ---- */

static struct err anybody_enrolled(struct server *s, bool *ret_anybody)
{
    struct table_walk *w;
    struct store_txn *t;
    struct span key, value;
    bool anybody = false, more;
    struct err e = store_read_begin(s->store, &t);

    if (failed(e))
        return e;
    e = table_walk_begin(t, TABLE_ACCOUNT, &w);
    if (!failed(e)) {
        more = table_walk_seek(w, (struct span){NULL, 0}, true, &key, &value);
        while (more && !anybody) {
            anybody = account_password_seq(value.at) != 0;
            more = table_walk_next(w, true, &key, &value);
        }
        e = table_walk_end(w);
    }
    store_end(t);
    *ret_anybody = anybody;
    return e;
}

static void link_issued(void *context, const struct command_work *w)
{
    struct server *s = context;

    if (w->refusal == REFUSAL_NONE)
        (void)printf("%s/enrol#%s\n", net_url(s->net), s->link.token);
    else
        DIAG(DIAG_WARN, "no_enrolment_link",
             DIAG_C("refused", refusal_info[w->refusal].code));
    (void)fflush(stdout);
    bytes_wipe(&s->link, sizeof s->link);
}

/* While nobody has a password the only way in is a fresh link for `admin`. */
static struct err offer_link(struct server *s)
{
    bool anybody = false;
    struct err e = anybody_enrolled(s, &anybody);
    struct cmd_issue_enrolment *body;
    struct arena *a;

    if (failed(e) || anybody)
        return e;
    link_make(&s->link);
    body = app_body(sizeof *body, &a);
    body->login = TEXT_LITERAL("admin");
    body->token_hash = arena_copy_text(a, text_of(s->link.hash_hex));
    if (!net_submit(s->net, COMMAND_ISSUE_ENROLMENT, a, body, link_issued, s))
        return ERR(ERR_AGAIN);
    return OK;
}

/* -------------------------------------------------------------- stop ---- */

static void say_goodbye(struct server *s)
{
    int64_t until_us = clock_steady_us(s->clock) + GOODBYE_US;

    net_stop_accepting(s->net);
    core_stop(s->core);
    net_run_done(s->net);
    net_say_goodbye(s->net);
    while (net_busy(s->net) > 0 && clock_steady_us(s->clock) < until_us) {
        struct timeval little = {.tv_usec = 20000};

        event_base_loopexit(s->base, &little);
        event_base_loop(s->base, 0);
    }
}

static void server_release(struct server *s)
{
    control_free(s->control);
    net_free(s->net);
    core_free(s->core);
    event_release(s->results);
    event_release(s->term);
    event_release(s->interrupt);
    if (s->base != NULL)
        event_base_free(s->base);
    catalogue_free(s->catalogue);
    if (s->store != NULL)
        store_close(s->store);
    clock_free(s->clock);
    wake_release(&s->wake);
}

/* --------------------------------------------------------------- run ---- */

static struct err start(struct server *s, const struct listen_address *at)
{
    struct err e = start_store(s);

    if (failed(e))
        return e;
    s->base = event_base_new();
    e = s->base == NULL ? ERR(ERR_SYS) : start_core(s);
    if (!failed(e))
        e = start_net(s, at);
    if (!failed(e))
        e = start_events(s);
    if (!failed(e))
        e = control_start(s->base, s->net, s->args->value[OPTION_DATA],
                          &s->control);
    return e;
}

static int explain(const struct server *s, struct err e)
{
    const struct args *a = s->args;

    if (s->unfit != NULL)
        return exits_tell("serve", APP_USAGE, s->unfit);
    if (s->core == NULL)
        return exits_say("serve", a->value[OPTION_DATA], e);
    if (s->net == NULL && e.code == ERR_INPUT)
        return exits_tell("serve", APP_USAGE,
                          a->value[OPTION_TLS_CERT] == NULL
                              ? "without --tls-cert and --tls-key it listens "
                                "on a loopback address only (127.0.0.1, ::1)."
                              : "the certificate or its key cannot be used, or "
                                "the address is none.");
    if (s->net == NULL && e.code == ERR_IN_USE)
        return exits_tell("serve", APP_IN_USE,
                          "another program listens on that port.");
    return exits_say("serve", "listening", e);
}

int verb_serve(const struct args *a)
{
    const char *listen = a->value[OPTION_LISTEN];
    struct server s = {.args = a, .wake = {-1}};
    struct listen_address at;
    struct err e;
    int ret = APP_DONE;

    if (!args_listen(listen == NULL ? default_listen : listen, &at))
        return exits_tell("serve", APP_USAGE,
                          "--listen takes ADDRESS:PORT, like 127.0.0.1:12349 "
                          "or [::1]:12349.");
    raise_files();
    s.clock =
        a->has_test_clock ? clock_new_test(a->test_clock_us) : clock_new_real();
    e = wake_init(&s.wake);
    if (!failed(e))
        e = start(&s, &at);
    if (failed(e)) {
        ret = explain(&s, e);
        server_release(&s);
        return ret;
    }
    (void)printf("listening %s\n", net_url(s.net));
    (void)fflush(stdout);
    e = offer_link(&s);
    if (failed(e))
        diag_err("no_enrolment_link", e);
    event_base_dispatch(s.base);
    say_goodbye(&s);
    server_release(&s);
    return ret;
}
