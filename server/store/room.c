/*
 * room.c - how much room is left, what keeps it from being used again, and
 * whether a write failed for want of it.
 *
 * LMDB calls a short write EIO, and a write to a disk that is nearly full is
 * short before it is ENOSPC. An EIO of the disk itself must stop the process,
 * a full disk must not: so after an EIO the room is looked at.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "store/inside.h"

/* More than LMDB ever writes in one call: 64 pages, or one value. */
enum { PROBE_BYTES = 4 << 20 };

static_assert((int)PROBE_BYTES > 2 * (int)LIMIT_RECORD_BYTES, "probe");

static uint64_t disk_free(const char *dir)
{
    struct statvfs disk;

    /* A disk that cannot be asked counts as full: the refusal is safe. */
    if (statvfs(dir, &disk) != 0) {
        return 0;
    }
    return (uint64_t)disk.f_bavail * disk.f_frsize;
}

struct store_room store_room(const struct store *s)
{
    struct store_room room = {0};
    MDB_envinfo info;
    MDB_stat stat;

    if (mdb_env_info(s->main, &info) != 0 ||
        mdb_env_stat(s->main, &stat) != 0) {
        BUG("mdb_env_info");
    }
    room.map_bytes = info.me_mapsize;
    room.map_used_bytes = (info.me_last_pgno + 1) * stat.ms_psize;
    room.disk_free_bytes = disk_free(s->dir);
    return room;
}

/* A quota is seen only by trying: a file without a name, gone when closed. */
static bool quota_reached(const char *dir)
{
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    int rc;

    if (fd < 0) {
        return errno == ENOSPC || errno == EDQUOT;
    }
    rc = posix_fallocate(fd, 0, PROBE_BYTES);
    (void)close(fd); /* nothing in it matters */
    return rc == ENOSPC || rc == EDQUOT || rc == EFBIG;
}

unsigned store_readers_check(struct store *s)
{
    MDB_env *const envs[] = {s->main, s->keys};
    unsigned sum = 0;

    for (size_t i = 0; i < ARRAY_COUNT(envs); i++) {
        int dead = 0;

        /* Fails only when the lock cannot be had: the next call tries again. */
        if (mdb_reader_check(envs[i], &dead) == 0 && dead > 0) {
            sum += (unsigned)dead;
        }
    }
    return sum;
}

static bool file_limit_near(const char *dir)
{
    static const char *const names[] = {"main/data.mdb", "keys/data.mdb"};
    struct rlimit limit;
    bool near = false;

    if (getrlimit(RLIMIT_FSIZE, &limit) != 0 ||
        limit.rlim_cur == RLIM_INFINITY) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        char path[PATH_MAX];
        struct stat st;

        if (!failed(path_join(dir, names[i], path)) && stat(path, &st) == 0 &&
            (uint64_t)st.st_size + PROBE_BYTES > limit.rlim_cur) {
            near = true;
        }
    }
    return near;
}

struct err store_write_err(int rc, const char *dir, const char *where)
{
    struct err e = store_lmdb_err(rc, where);

    if (rc == EIO && (disk_free(dir) < PROBE_BYTES || file_limit_near(dir) ||
                      quota_reached(dir))) {
        e.code = ERR_FULL;
    }
    return e;
}
