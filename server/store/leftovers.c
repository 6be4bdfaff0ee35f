/*
 * leftovers.c - one main environment takes the place of another.
 *
 *   main.part --finished--> main.new --+--> main
 *                           main  -----+--> main.old --> removed
 *
 * rename(2) cannot replace a directory that is not empty, so there are two
 * steps, and a moment with no main: main.new beside no main says that it was
 * meant to be main. Whoever holds the lock settles this before anything else.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "store/inside.h"

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

/* What a verify that was killed left behind. */
static struct err scratch_remove(const char *dir)
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
                e = env_remove(path);
            }
        }
    }
    (void)closedir(d); /* only read */
    return e;
}

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
    return failed(e) ? e : scratch_remove(dir);
}
