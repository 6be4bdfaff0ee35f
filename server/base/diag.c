/*
 * diag.c - one diagnostic line, put together in a buffer, one write(2).
 *
 * A line that does not fit is cut and ends in "...": a diagnostic must never
 * be a reason to fail.
 */
#include "base/diag.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { LINE_BYTES = 1024, FIELDS_MAX = 8 };

static const char cut_end[] = "...\n";

struct line { /* the text never takes the room of its end */
    size_t size;
    bool cut;
    char at[LINE_BYTES];
};

static const char *const level_names[] = {
    [DIAG_INFO] = "info", [DIAG_WARN] = "warn", [DIAG_ALARM] = "alarm"};

static void add(struct line *l, const char *s)
{
    size_t room = LINE_BYTES - sizeof(cut_end) - l->size;
    size_t size = strlen(s);

    if (size > room) {
        size = room;
        l->cut = true;
    }
    memcpy(l->at + l->size, s, size);
    l->size += size;
}

static void end_line(struct line *l)
{
    const char *end = l->cut ? cut_end : "\n";
    size_t size = strlen(end);

    memcpy(l->at + l->size, end, size);
    l->size += size;
}

static void add_time(struct line *l)
{
    struct timespec now = {0};
    char iso[ISO_BYTES];

    /* A clock that fails shows as 1970; the line matters more. */
    (void)clock_gettime(CLOCK_REALTIME, &now);
    iso_from_us((int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000, iso);
    add(l, iso);
}

static void add_field(struct line *l, const struct diag_field *f)
{
    char number[32];

    add(l, " ");
    add(l, f->name);
    add(l, "=");
    if (f->code != NULL) {
        add(l, f->code);
        return;
    }
    (void)snprintf(number, sizeof(number), "%" PRId64, f->number);
    add(l, number);
}

void diag_line(enum diag_level level, const char *event,
               const struct diag_field *fields, size_t count)
{
    struct line l = {.size = 0};
    size_t done = 0;

    assert((size_t)level < ARRAY_COUNT(level_names));
    assert(event != NULL);
    assert(count <= FIELDS_MAX);
    add_time(&l);
    add(&l, " ");
    add(&l, level_names[level]);
    add(&l, " ");
    add(&l, event);
    for (size_t i = 0; i < count; i++) {
        add_field(&l, &fields[i]);
    }
    end_line(&l);
    while (done < l.size) {
        ssize_t n = write(STDERR_FILENO, l.at + done, l.size - done);

        if (n <= 0) {
            return; /* nobody is left to be told */
        }
        done += (size_t)n;
    }
}

void diag_err(const char *event, struct err e)
{
    DIAG(DIAG_ALARM, event, DIAG_C("err", err_name(e.code)),
         DIAG_N("sys", e.sys), DIAG_C("where", e.where ? e.where : "-"));
}
