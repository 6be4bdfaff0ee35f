/*
 * env.c - opens an LMDB environment, after its file was looked at.
 *
 * Default flags: every commit is an fdatasync. MDB_NOTLS lets a read txn move
 * between threads. Beside a running writer a meta page may be read while it is
 * written, so what looks damaged is looked at again before it is believed.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "store/inside.h"
#include "store/pages.h"

enum {
    TRIES = 20,
    TRY_EVERY_MS = 5,
    /* 64 MiB of 4 KiB pages: looked at whole in some 30 ms at each start */
    WHOLE_PAGES_MAX = 16384,
};

static void wait_a_little(void)
{
    struct timespec t = {.tv_nsec = TRY_EVERY_MS * INT64_C(1000000)};

    (void)nanosleep(&t, NULL); /* woken early: tried early */
}

static struct err metas_read(int fd, bool may_be_written,
                             struct page_meta ret[static 2])
{
    struct err e = pages_read_metas(fd, ret);

    for (int i = 1; i < TRIES && may_be_written && e.code == ERR_CORRUPT; i++) {
        wait_a_little();
        e = pages_read_metas(fd, ret);
    }
    return e;
}

/* ERR_MISSING when there is no file yet, or an empty one. */
static struct err file_check(const struct env_options *o)
{
    char path[PATH_MAX];
    struct page_meta metas[2];
    struct err e = path_join(o->path, "data.mdb", path);
    int fd;

    if (failed(e)) {
        return e;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return ERR_OF(errno == ENOENT ? ERR_MISSING : ERR_SYS, errno);
    }
    e = metas_read(fd, o->read_only, metas);
    (void)close(fd); /* only read */
    return e;
}

struct err env_open(const struct env_options *o, MDB_env **ret_env)
{
    unsigned flags = MDB_NOTLS | (o->read_only ? MDB_RDONLY : 0) |
                     (o->throw_away ? MDB_NOSYNC : 0);
    MDB_env *env = NULL;
    int dead = 0;
    int rc;
    struct err e = file_check(o);

    if (failed(e) && (e.code != ERR_MISSING || !o->create)) {
        return e;
    }
    rc = mdb_env_create(&env);
    if (rc != 0) {
        return LMDB_ERR(rc);
    }
    rc = mdb_env_set_maxdbs(env, TABLES_MAX);
    rc = rc != 0 ? rc : mdb_env_set_maxreaders(env, READERS_MAX);
    rc = rc != 0 ? rc : mdb_env_set_mapsize(env, o->map_bytes);
    rc = rc != 0 ? rc : mdb_env_open(env, o->path, flags, 0600);
    /* Slots of readers that died with their process hold old pages. */
    rc = rc != 0 ? rc : mdb_reader_check(env, &dead);
    if (rc != 0) {
        mdb_env_close(env);
        return LMDB_ERR(rc);
    }
    *ret_env = env;
    return OK;
}

/* Are the two meta pages of the txns that they say? ERR_AGAIN when a commit has
 * come in between: the older snapshot's pages may have been used again. */
static struct err turn_check(int fd, const struct page_meta metas[static 2])
{
    struct page_meta now[2];
    struct err e = pages_check_turn(fd, metas);
    struct err again;

    if (e.code != ERR_CORRUPT) {
        return e;
    }
    again = metas_read(fd, true, now);
    if (failed(again)) {
        return again;
    }
    return now[0].txn_id == metas[0].txn_id && now[1].txn_id == metas[1].txn_id
               ? e
               : ERR(ERR_AGAIN);
}

/* The meta page of the snapshot that the txn holds; ERR_AGAIN when two commits
 * have gone by since it began. */
static struct err snapshot_meta(int fd, MDB_txn *txn, struct page_meta *ret)
{
    struct page_meta metas[2];
    struct err e = metas_read(fd, true, metas);

    if (!failed(e)) {
        e = turn_check(fd, metas);
    }
    if (failed(e)) {
        return e;
    }
    for (int i = 0; i < 2; i++) {
        if (metas[i].txn_id == mdb_txn_id(txn)) {
            *ret = metas[i];
            return OK;
        }
    }
    return ERR(ERR_AGAIN);
}

static struct err check_pages(MDB_env *env, bool whole,
                              const struct pages_spared *spared_or_null)
{
    struct err e = ERR(ERR_AGAIN);
    struct page_meta meta;
    MDB_txn *txn;
    int fd;
    int rc = mdb_env_get_fd(env, &fd);

    assert(rc == 0);
    for (int i = 0; i < TRIES && e.code == ERR_AGAIN; i++) {
        rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
        if (rc != 0) {
            return LMDB_ERR(rc);
        }
        e = snapshot_meta(fd, txn, &meta);
        if (!failed(e) && spared_or_null != NULL) {
            e = pages_check_but(fd, &meta, spared_or_null);
        } else if (!failed(e)) {
            e = pages_check(fd, &meta,
                            whole || meta.last_page < WHOLE_PAGES_MAX);
        }
        mdb_txn_abort(txn);
    }
    return e;
}

struct err env_check_pages(MDB_env *env, bool whole)
{
    return check_pages(env, whole, NULL);
}

struct err env_check_log(MDB_env *env, bool ret_damaged[static TABLE_COUNT])
{
    const char *names[TABLE_COUNT] = {NULL};
    bool damaged[TABLE_COUNT] = {false};
    unsigned tables[TABLE_COUNT] = {0};
    struct pages_spared spared = {.names = names, .ret_damaged = damaged};
    struct err e;

    for (unsigned i = 0; i < TABLE_COUNT; i++) {
        if (table_info[i].class == TABLE_CLASS_DERIVED) {
            tables[spared.count] = i;
            names[spared.count++] = table_info[i].name;
        }
    }
    e = check_pages(env, true, &spared);
    for (size_t i = 0; !failed(e) && i < spared.count; i++) {
        ret_damaged[tables[i]] = damaged[i];
    }
    return e;
}
