/*
 * files.c - directories, the lock, the master key's file.
 *
 * A name in a directory is durable only after an fsync of the directory, which
 * LMDB leaves to its caller.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/inside.h"

enum { MASTER_FILE_BYTES = 2 * CRYPT_KEY_BYTES + 1 };

struct err path_join(const char *dir, const char *name,
                     char ret_path[static PATH_MAX])
{
    int n;

    assert(dir != ret_path);
    n = snprintf(ret_path, PATH_MAX, "%s/%s", dir, name);
    return n > 0 && n < PATH_MAX ? OK : ERR(ERR_LIMIT);
}

struct err dir_make(const char *path)
{
    struct stat st;

    if (mkdir(path, 0700) == 0) {
        return OK;
    }
    if (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        return OK;
    }
    return ERR_OF(ERR_SYS, errno);
}

struct err dir_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct err e = OK;

    if (fd < 0) {
        return ERR_OF(ERR_SYS, errno);
    }
    if (fsync(fd) != 0) {
        e = ERR_OF(ERR_SYS, errno);
    }
    (void)close(fd); /* only read */
    return e;
}

struct err dir_sync_parent(const char *path)
{
    char parent[PATH_MAX];
    size_t size = strlen(path);

    while (size > 1 && path[size - 1] == '/') {
        size--;
    }
    while (size > 0 && path[size - 1] != '/') {
        size--;
    }
    if (size == 0) {
        return dir_sync(".");
    }
    assert(size < PATH_MAX);
    memcpy(parent, path, size);
    parent[size] = '\0';
    return dir_sync(parent);
}

bool path_exists(const char *path)
{
    struct stat st;

    /* What cannot be looked at is there: nobody may build over it. */
    return lstat(path, &st) == 0 || errno != ENOENT;
}

struct err path_rename(const char *from, const char *to)
{
    return rename(from, to) == 0 ? OK : ERR_OF(ERR_SYS, errno);
}

static struct err remove_one(int result)
{
    return result == 0 || errno == ENOENT ? OK : ERR_OF(ERR_SYS, errno);
}

struct err env_remove(const char *path)
{
    static const char *const names[] = {"data.mdb", "lock.mdb"};

    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        char file[PATH_MAX];
        struct err e = path_join(path, names[i], file);

        if (failed(e)) {
            return e;
        }
        e = remove_one(unlink(file));
        if (failed(e)) {
            return e;
        }
    }
    return remove_one(rmdir(path));
}

struct err lock_take(const char *dir, int *ret_fd)
{
    char path[PATH_MAX];
    struct err e = path_join(dir, "lock", path);
    int fd;

    if (failed(e)) {
        return e;
    }
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return ERR_OF(errno == ENOENT ? ERR_MISSING : ERR_SYS, errno);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        e = ERR_OF(errno == EWOULDBLOCK ? ERR_IN_USE : ERR_SYS, errno);
        (void)close(fd); /* nothing was written */
        return e;
    }
    *ret_fd = fd;
    return OK;
}

/* ---- the master key ---- */

/* The whole of an open file, if it is a regular one that only its owner can
 * read. */
static struct err master_text(int fd, char ret_text[static MASTER_FILE_BYTES])
{
    struct stat st;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
        st.st_size != MASTER_FILE_BYTES) {
        return ERR(ERR_KEY);
    }
    if ((st.st_mode & 077) != 0) {
        return ERR_OF(ERR_KEY, EPERM);
    }
    if (read(fd, ret_text, MASTER_FILE_BYTES) != MASTER_FILE_BYTES) {
        return ERR_OF(ERR_KEY, errno);
    }
    return OK;
}

struct err master_read(const char *path, struct crypt_key *ret_key)
{
    char text[MASTER_FILE_BYTES];
    struct crypt_key key = {{0}};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct err e;

    if (fd < 0) {
        return ERR_OF(ERR_KEY, errno);
    }
    e = master_text(fd, text);
    (void)close(fd); /* only read */
    if (failed(e)) {
        return e;
    }
    if (text[MASTER_FILE_BYTES - 1] == '\n' &&
        bytes_from_hex((struct text){text, MASTER_FILE_BYTES - 1}, key.bytes,
                       CRYPT_KEY_BYTES)) {
        *ret_key = key;
    } else {
        e = ERR(ERR_KEY);
    }
    bytes_wipe(&key, sizeof(key));
    bytes_wipe(text, sizeof(text));
    return e;
}

static struct err master_write(int fd, const struct crypt_key *key)
{
    char text[MASTER_FILE_BYTES + 1];
    struct err e = OK;

    bytes_to_hex(SPAN(key->bytes, CRYPT_KEY_BYTES), text);
    text[MASTER_FILE_BYTES - 1] = '\n';
    if (write(fd, text, MASTER_FILE_BYTES) != MASTER_FILE_BYTES ||
        fsync(fd) != 0) {
        e = ERR_OF(ERR_SYS, errno);
    }
    bytes_wipe(text, sizeof(text));
    return e;
}

struct err master_read_or_make(const char *path, struct crypt_key *ret_key)
{
    struct crypt_key key;
    struct err e;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);

    if (fd < 0) {
        return errno == EEXIST ? master_read(path, ret_key)
                               : ERR_OF(ERR_SYS, errno);
    }
    crypt_random(key.bytes, sizeof(key.bytes));
    e = master_write(fd, &key);
    if (close(fd) != 0 && !failed(e)) {
        e = ERR_OF(ERR_SYS, errno);
    }
    if (!failed(e)) {
        e = dir_sync_parent(path);
    }
    if (!failed(e)) {
        *ret_key = key;
    } else {
        (void)unlink(path); /* it holds half a key, or one nobody may trust */
    }
    bytes_wipe(&key, sizeof(key));
    return e;
}
