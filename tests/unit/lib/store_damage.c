/*
 * store_damage.c - see store_damage.h.
 */
#include "lib/store_damage.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/inside.h"

size_t damage_offset(const struct store_fixture *f, const uint8_t *at)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[1024];
    size_t offset = SIZE_MAX;

    (void)f;
    assert_non_null(maps);
    while (fgets(line, sizeof(line), maps) != NULL) {
        char *end;
        uintptr_t from = (uintptr_t)strtoull(line, &end, 16);
        uintptr_t to = (uintptr_t)strtoull(end + 1, &end, 16);
        uint64_t file_offset = strtoull(end + 6, &end, 16);

        if ((uintptr_t)at >= from && (uintptr_t)at < to) {
            assert_non_null(strstr(line, "/main/data.mdb"));
            offset = (size_t)((uintptr_t)at - from + file_offset);
        }
    }
    (void)fclose(maps);
    assert_true(offset != SIZE_MAX);
    return offset;
}

size_t damage_record_offset(const struct store_fixture *f, uint64_t seq,
                            size_t *ret_size)
{
    struct store_txn *t;
    struct span bytes;
    size_t offset;

    assert_int_equal(store_read_begin(f->store, &t).code, ERR_NONE);
    assert_int_equal(log_bytes(t, seq, &bytes).code, ERR_NONE);
    offset = damage_offset(f, bytes.at);
    store_end(t);
    *ret_size = bytes.size;
    return offset;
}

void damage_init(struct damage *d, const struct store_fixture *f,
                 const char *name)
{
    assert_null(f->store);
    (void)snprintf(d->path, sizeof(d->path), "%s/%s", f->dir, name);
    d->bytes = fixture_file_read(d->path, &d->size);
}

static void write_at(struct damage *d, size_t offset, const uint8_t *bytes,
                     size_t size)
{
    int fd = open(d->path, O_WRONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, size, (int64_t)offset), size);
    assert_int_equal(close(fd), 0);
}

void damage_flip(struct damage *d, size_t offset, uint8_t bits)
{
    uint8_t changed;

    assert_true(offset < d->size);
    changed = d->bytes[offset] ^ bits;
    write_at(d, offset, &changed, 1);
}

void damage_cut(struct damage *d, size_t size)
{
    assert_int_equal(truncate(d->path, (int64_t)size), 0);
}

void damage_undo(struct damage *d)
{
    write_at(d, 0, d->bytes, d->size);
    assert_int_equal(truncate(d->path, (int64_t)d->size), 0);
}

void damage_release(struct damage *d) { free(d->bytes); }

uint64_t damage_random(uint64_t *seed)
{
    /* xorshift64* (Vigna 2016) */
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(0x2545F4914F6CDD1D);
}
