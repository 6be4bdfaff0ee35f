/*
 * metrics.c - figures in Prometheus' text form; to loopback only.
 *
 * Counts and sizes, never a name, a number or an address.
 */
#include "net/inner.h"

#include <stdarg.h>
#include <stdio.h>

enum { METRICS_BYTES = 8192 };

struct page {
    char *at;
    size_t size;
};

__attribute__((format(printf, 2, 3))) static void put(struct page *p,
                                                      const char *format, ...)
{
    va_list arguments;
    int size;

    va_start(arguments, format);
    size =
        vsnprintf(p->at + p->size, METRICS_BYTES - p->size, format, arguments);
    va_end(arguments);
    if (size > 0 && (size_t)size < METRICS_BYTES - p->size)
        p->size += (size_t)size;
}

static void one(struct page *p, const char *kind, const char *name,
                uint64_t value)
{
    put(p, "# TYPE hutong_%s %s\nhutong_%s %llu\n", name, kind, name,
        (unsigned long long)value);
}

static void put_core(struct page *p, const struct core *core)
{
    static const char *const lanes[LANE_COUNT] = {"contact", "command",
                                                  "trail"};
    struct core_figures f = core_figures(core);

    one(p, "counter", "commands_total", f.commands);
    one(p, "counter", "refusals_total", f.refusals);
    one(p, "counter", "events_total", f.events);
    one(p, "counter", "ticks_total", f.ticks);
    one(p, "counter", "ticks_failed_total", f.ticks_failed);
    one(p, "counter", "commits_total", f.commits);
    one(p, "counter", "commit_microseconds_total", f.commit_us_total);
    one(p, "gauge", "commit_microseconds_max", f.commit_us_max);
    one(p, "gauge", "batch_max", f.batch_max);
    one(p, "counter", "refused_full_total", f.full);
    put(p, "# TYPE hutong_waiting gauge\n");
    for (size_t i = 0; i < LANE_COUNT; i++)
        put(p, "hutong_waiting{lane=\"%s\"} %llu\n", lanes[i],
            (unsigned long long)f.waiting[i]);
}

static void put_net(struct page *p, const struct net *n)
{
    const struct net_figures *f = &n->figures;

    one(p, "counter", "http_requests_total", f->requests);
    one(p, "counter", "http_malformed_total", f->malformed);
    one(p, "counter", "http_timeouts_total", f->timeouts);
    one(p, "gauge", "connections", f->connections);
    one(p, "gauge", "body_bytes", f->body_bytes);
    one(p, "gauge", "live_clients", live_count(n->live));
    one(p, "counter", "live_frames_total", f->live_pushes);
    one(p, "counter", "live_cut_total", f->live_cut);
    one(p, "gauge", "sessions_heard", idle_count(n->idle));
    put(p, "# TYPE hutong_http_answers_total counter\n");
    for (size_t i = 2; i < ARRAY_COUNT(f->status); i++)
        put(p, "hutong_http_answers_total{status=\"%zuxx\"} %llu\n", i,
            (unsigned long long)f->status[i]);
}

void metrics_answer(struct request *q)
{
    struct net *n = q->net;
    struct store_room room = store_room(n->store);
    struct store_txn *t = net_txn(n);
    struct page p = {.at = arena_take(q->arena, METRICS_BYTES)};

    if (p.at == NULL) {
        request_failed(q, ERR(ERR_LIMIT));
        return;
    }
    put_core(&p, n->core);
    put_net(&p, n);
    one(&p, "gauge", "log_records", t == NULL ? 0 : store_position(t).seq);
    one(&p, "gauge", "store_map_bytes", room.map_bytes);
    one(&p, "gauge", "store_map_used_bytes", room.map_used_bytes);
    one(&p, "gauge", "store_disk_free_bytes", room.disk_free_bytes);
    q->reply.status = 200;
    q->reply.media = "text/plain; version=0.0.4; charset=utf-8";
    q->reply.fixed = SPAN(p.at, p.size);
    request_answered(q);
}
