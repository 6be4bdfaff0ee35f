/*
 * leftovers.c - one main environment takes the place of another; and the
 * scratch of a check, which may run while somebody else opens the store.
 *
 *   main.part --finished--> main.new --+--> main
 *                           main  -----+--> main.old --> removed
 *
 * rename(2) cannot replace a directory that is not empty, so there are two
 * steps, and a moment with no main: main.new beside no main says that it was
 * meant to be main. Whoever holds the lock settles this before anything else.
 *
 * A check does not hold that lock: it runs beside a server, or while one
 * starts. It holds its scratch with a flock of its own, which ends with the
 * process however that ends, and what nobody holds is left over.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "store/inside.h"

enum { SCRATCH_TRIES = 20 };

struct names { /* the paths that take part */
    char part[PATH_MAX], fresh[PATH_MAX], main[PATH_MAX], old[PATH_MAX];
};

static struct err names_of(const char *dir, struct names *ret)
{
    struct err e = path_join(dir, "main.part", ret->part);

    if (!failed(e)) {
        e = path_join(dir, "main.new", ret->fresh);
    }
    if (!failed(e)) {
        e = path_join(dir, "main", ret->main);
    }
    if (!failed(e)) {
        e = path_join(dir, "main.old", ret->old);
    }
    return e;
}

/* main.new becomes main, in the place of main if there is one. */
static struct err put_in_place(const char *dir, const struct names *n)
{
    struct err e = OK;

    if (path_exists(n->main)) {
        e = path_rename(n->main, n->old);
    }
    if (!failed(e)) {
        e = path_rename(n->fresh, n->main);
    }
    if (!failed(e)) {
        e = dir_sync(dir);
    }
    return failed(e) ? e : env_remove(n->old);
}

struct err main_replace(const char *dir)
{
    struct names n;
    struct err e = names_of(dir, &n);

    if (!failed(e)) {
        e = dir_sync(n.part);
    }
    if (!failed(e)) {
        e = path_rename(n.part, n.fresh);
    }
    if (!failed(e)) {
        e = dir_sync(dir);
    }
    return failed(e) ? e : put_in_place(dir, &n);
}

/* ---- the scratch of a check ---- */

static struct err scratch_hold(const char *path, int *ret_fd)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct err e;

    if (fd < 0) {
        return ERR_OF(errno == ENOENT ? ERR_MISSING : ERR_SYS, errno);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        e = ERR_OF(errno == EWOULDBLOCK ? ERR_IN_USE : ERR_SYS, errno);
        (void)close(fd); /* only read */
        return e;
    }
    *ret_fd = fd;
    return OK;
}

/* Makes one and holds it. ERR_IN_USE or ERR_MISSING: a sweep came between. */
static struct err scratch_try(char path[static PATH_MAX], int *ret_fd)
{
    int fd = -1;
    struct err e;

    if (mkdtemp(path) == NULL) {
        return ERR_OF(ERR_SYS, errno);
    }
    e = scratch_hold(path, &fd);
    if (failed(e)) {
        return e;
    }
    if (!path_exists(path)) { /* removed before it was held */
        (void)close(fd);      /* only read */
        return ERR(ERR_MISSING);
    }
    *ret_fd = fd;
    return OK;
}

struct err scratch_make(const char *dir, char ret_path[static PATH_MAX],
                        int *ret_fd)
{
    struct err e = OK;

    /* A sweep happens once at a start: a second one in a row is rare. */
    for (int i = 0; i < SCRATCH_TRIES; i++) {
        e = path_join(dir, "check.XXXXXX", ret_path);
        if (!failed(e)) {
            e = scratch_try(ret_path, ret_fd);
        }
        if (e.code != ERR_IN_USE && e.code != ERR_MISSING) {
            break;
        }
    }
    return e;
}

struct err scratch_drop(const char *path, int fd)
{
    struct err e = env_remove(path);

    (void)close(fd); /* lets go of the flock */
    return e;
}

/* One folder of a check: removed, unless the check is running. */
static struct err scratch_settle(const char *path)
{
    int fd = -1;
    struct err e = scratch_hold(path, &fd);

    if (e.code == ERR_IN_USE || e.code == ERR_MISSING) {
        return OK; /* running, or ended by itself in this moment */
    }
    return failed(e) ? e : scratch_drop(path, fd);
}

/* What checks that were killed left behind. */
static struct err scratches_settle(const char *dir)
{
    static const char prefix[] = "check.";
    DIR *d = opendir(dir);
    struct dirent *entry;
    struct err e = OK;

    if (d == NULL) {
        return ERR_OF(ERR_SYS, errno);
    }
    while (!failed(e)) {
        char path[PATH_MAX];

        /* Unsafe only where threads share one DIR. */
        entry = readdir(d); /* NOLINT(concurrency-mt-unsafe) */
        if (entry == NULL) {
            break;
        }
        if (strncmp(entry->d_name, prefix, sizeof(prefix) - 1) == 0) {
            e = path_join(dir, entry->d_name, path);
            if (!failed(e)) {
                e = scratch_settle(path);
            }
        }
    }
    (void)closedir(d); /* only read */
    return e;
}

/* ---- all of it ---- */

struct err leftovers_settle(const char *dir)
{
    struct names n;
    struct err e = names_of(dir, &n);

    if (!failed(e)) {
        e = env_remove(n.part);
    }
    if (!failed(e) && path_exists(n.fresh)) {
        /* It was finished before it got this name. With main still there its
         * maker died before the first step; both say the same, so go on. */
        e = put_in_place(dir, &n);
    }
    if (!failed(e) && path_exists(n.main)) {
        e = env_remove(n.old);
    }
    return failed(e) ? e : scratches_settle(dir);
}
