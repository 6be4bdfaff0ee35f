/*
 * inflight.c - one file of 16 bytes, and the table of quarantine.
 *
 * pwrite and not a mapping: a page that the disk has no room for is an error
 * that can be passed over, not a SIGBUS.
 */
#include "core/inflight.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "crypt/crypt.h"

#define FORGOTTEN_US (INT64_C(24) * 3600 * 1000000)

enum { FORGOTTEN_MAX = 64 }; /* at one start */

struct command_name command_name_of(const struct command_work *w)
{
    struct command_name name = {0};
    uint8_t all[4 + sizeof(w->idem_key) + sizeof(w->idem_mac)] = {0};
    struct hash hash;

    if (bytes_all_zero(w->idem_mac, sizeof(w->idem_mac))) {
        return name;
    }
    if (w->has_idem) {
        store_u32le(all, w->idem_day);
        memcpy(all + 4, w->idem_key, sizeof(w->idem_key));
    }
    memcpy(all + 4 + sizeof(w->idem_key), w->idem_mac, sizeof(w->idem_mac));
    hash = crypt_sha256(SPAN(all, sizeof(all)));
    memcpy(name.bytes, hash.bytes, sizeof(name.bytes));
    return name;
}

static struct span key_of(const struct command_name *name,
                          uint8_t ret_key[static QUARANTINE_KEY_BYTES])
{
    quarantine_key(ret_key, name->bytes);
    return SPAN(ret_key, QUARANTINE_KEY_BYTES);
}

/* Also when the clock was set back by more than that since. */
static bool is_old(const uint8_t *row, int64_t now_us)
{
    int64_t age_us = now_us - quarantine_last_us(row);

    return age_us >= FORGOTTEN_US || age_us <= -FORGOTTEN_US;
}

struct err quarantine_crashes(struct store_txn *t, struct command_name name,
                              int64_t now_us, uint32_t *ret_count)
{
    uint8_t key[QUARANTINE_KEY_BYTES];
    struct span value;
    struct err e;

    e = table_get(t, TABLE_QUARANTINE, key_of(&name, key), &value);
    if (failed(e)) {
        return e;
    }
    if (value.at != NULL && value.size != QUARANTINE_BYTES) {
        return ERR(ERR_CORRUPT);
    }
    *ret_count = value.at == NULL || is_old(value.at, now_us)
                     ? 0
                     : quarantine_count(value.at);
    return OK;
}

/* One crash more against the name. */
static struct err count_crash(struct store *s, struct command_name name,
                              int64_t now_us)
{
    uint8_t key[QUARANTINE_KEY_BYTES];
    uint8_t value[QUARANTINE_BYTES] = {0};
    struct store_txn *t;
    uint32_t count = 0;
    struct err e;

    e = store_write_begin(s, &t);
    if (failed(e)) {
        return e;
    }
    e = quarantine_crashes(t, name, now_us, &count);
    if (!failed(e)) {
        quarantine_set_count(value, count + 1);
        quarantine_set_last_us(value, now_us);
        e = table_put(t, TABLE_QUARANTINE, key_of(&name, key),
                      SPAN(value, sizeof(value)));
    }
    if (failed(e)) {
        store_end(t);
        return e;
    }
    DIAG(count + 1 < QUARANTINE_CRASHES ? DIAG_WARN : DIAG_ALARM,
         "command_in_flight_at_crash", DIAG_N("crashes", count + 1));
    return store_commit(t);
}

struct old_rows {
    uint8_t keys[FORGOTTEN_MAX][QUARANTINE_KEY_BYTES];
    size_t count;
};

static struct err find_old(struct store_txn *t, int64_t now_us,
                           struct old_rows *ret)
{
    struct table_walk *walk;
    struct span key;
    struct span value;
    bool there;
    struct err e = table_walk_begin(t, TABLE_QUARANTINE, &walk);

    ret->count = 0;
    if (failed(e)) {
        return e;
    }
    there = table_walk_seek(walk, (struct span){0}, true, &key, &value);
    while (there && ret->count < FORGOTTEN_MAX) {
        if (key.size == QUARANTINE_KEY_BYTES &&
            (value.size != QUARANTINE_BYTES || is_old(value.at, now_us))) {
            memcpy(ret->keys[ret->count], key.at, key.size);
            ret->count++;
        }
        there = table_walk_next(walk, true, &key, &value);
    }
    return table_walk_end(walk);
}

static struct err delete_old(struct store *s, const struct old_rows *old)
{
    struct store_txn *t;
    struct err e = store_write_begin(s, &t);

    if (failed(e)) {
        return e;
    }
    for (size_t i = 0; i < old->count && !failed(e); i++) {
        e = table_delete(t, TABLE_QUARANTINE,
                         SPAN(old->keys[i], QUARANTINE_KEY_BYTES));
    }
    if (failed(e)) {
        store_end(t);
        return e;
    }
    return store_commit(t);
}

static struct err forget_old(struct store *s, int64_t now_us)
{
    struct old_rows old;
    struct store_txn *t;
    struct err e = store_read_begin(s, &t);

    if (failed(e)) {
        return e;
    }
    e = find_old(t, now_us, &old);
    store_end(t);
    return failed(e) || old.count == 0 ? e : delete_old(s, &old);
}

/* The name that a dead process left, zero when none. */
static struct command_name name_left(int fd)
{
    struct command_name name = {0};
    ssize_t got = pread(fd, name.bytes, sizeof(name.bytes), 0);

    if (got != (ssize_t)sizeof(name.bytes)) { /* new, or cut short */
        memset(&name, 0, sizeof(name));
    }
    return name;
}

struct err inflight_open(struct inflight *f, const char *dir, struct store *s,
                         int64_t now_us)
{
    struct command_name left;
    char path[4096];
    struct err e;
    int fd;
    int n;

    *f = (struct inflight){.fd = -1};
    if (dir == NULL) {
        return OK;
    }
    n = snprintf(path, sizeof(path), "%s/inflight", dir);
    if (n < 0 || (size_t)n >= sizeof(path)) {
        return ERR(ERR_INPUT);
    }
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return ERR_OF(ERR_SYS, errno);
    }
    left = name_left(fd);
    e = forget_old(s, now_us);
    if (!failed(e) && !bytes_all_zero(left.bytes, sizeof(left.bytes))) {
        e = count_crash(s, left, now_us);
    }
    if (failed(e) && e.code != ERR_FULL) {
        (void)close(fd); /* nothing was written */
        return e;
    }
    if (failed(e)) { /* a start without room is no reason to refuse it */
        diag_err("crash_not_counted", e);
    }
    f->fd = fd;
    f->marked = true; /* whatever was left there */
    inflight_mark(f, (struct command_name){0});
    return OK;
}

void inflight_close(struct inflight *f)
{
    if (f->fd >= 0) {
        (void)close(f->fd); /* no data waits: pwrite has handed it over */
    }
    *f = (struct inflight){.fd = -1};
}

void inflight_mark(struct inflight *f, struct command_name name)
{
    bool zero = bytes_all_zero(name.bytes, sizeof(name.bytes));

    if (f->fd < 0 || (zero && !f->marked)) {
        return;
    }
    if (pwrite(f->fd, name.bytes, sizeof(name.bytes), 0) !=
        (ssize_t)sizeof(name.bytes)) {
        diag_err("inflight_mark", ERR_OF(ERR_SYS, errno));
        inflight_close(f);
        return;
    }
    f->marked = !zero;
}
