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

struct err quarantine_crashes(struct store_txn *t, struct command_name name,
                              uint32_t *ret_count)
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
    *ret_count = value.at == NULL ? 0 : quarantine_count(value.at);
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
    e = quarantine_crashes(t, name, &count);
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
    if (!bytes_all_zero(left.bytes, sizeof(left.bytes))) {
        e = count_crash(s, left, now_us);
        /* Without room the count waits for the next start. */
        if (failed(e) && e.code != ERR_FULL) {
            (void)close(fd); /* nothing was written */
            return e;
        }
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
