/*
 * life.c - a store is made, opened, closed.
 *
 * A store is made under another name and renamed when it is whole, so that
 * DIR/main is either absent or complete. The keys' environment is made first:
 * as long as it holds no key, nothing is lost by finding it there.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/inside.h"

static const uint64_t keys_map_bytes_max = UINT64_C(16) << 30;

/* ---- tables and meta ---- */

static_assert((int)TABLE_COUNT <= (int)TABLES_MAX, "maxdbs");

/* Opens the tables by name in one txn. One that is absent, in a store of
 * another version, is left closed. */
static struct err tables_open(struct store *s, bool create)
{
    MDB_txn *txn;
    int rc = mdb_txn_begin(s->main, NULL, create ? 0 : MDB_RDONLY, &txn);

    if (rc != 0) {
        return LMDB_ERR(rc);
    }
    for (unsigned i = 0; i < TABLE_COUNT; i++) {
        rc = mdb_dbi_open(txn, table_info[i].name, create ? MDB_CREATE : 0,
                          &s->tables[i]);
        s->table_open[i] = rc == 0;
        if (rc != 0 && (rc != MDB_NOTFOUND || create)) {
            mdb_txn_abort(txn);
            return LMDB_ERR(rc);
        }
    }
    rc = mdb_txn_commit(txn); /* keeps the handles, of a read txn too */
    return rc == 0 ? OK : LMDB_ERR(rc);
}

struct err meta_write(struct store *s,
                      const uint8_t check[static KEY_CHECK_BYTES],
                      int64_t created_us)
{
    uint8_t key[META_KEY_BYTES];
    uint8_t value[META_BYTES] = {0};
    struct store_txn *t;
    struct hash version;
    struct err e = store_write_begin(s, &t);

    if (failed(e)) {
        return e;
    }
    memcpy(version.bytes, tables_version, HASH_BYTES);
    meta_key(key, 0);
    meta_set_tables_version(value, version);
    meta_set_log_id(value, s->log_id);
    meta_set_key_check(value, check);
    meta_set_created_us(value, created_us);
    meta_set_made_by(value, (uint8_t)s->made_by);
    e = table_put(t, TABLE_META, SPAN(key, sizeof(key)),
                  SPAN(value, sizeof(value)));
    if (failed(e)) {
        store_end(t);
        return e;
    }
    return store_commit(t);
}

struct err meta_read(struct store_txn *t, struct span *ret)
{
    uint8_t key[META_KEY_BYTES];
    struct span row = {NULL, 0};
    struct err e;

    if (!t->store->table_open[TABLE_META]) {
        return ERR(ERR_MISSING);
    }
    meta_key(key, 0);
    e = table_get(t, TABLE_META, SPAN(key, sizeof(key)), &row);
    if (failed(e)) {
        return e;
    }
    if (row.at == NULL) {
        return ERR(ERR_MISSING);
    }
    if (row.size != META_BYTES) {
        return ERR(ERR_VERSION);
    }
    *ret = row;
    return OK;
}

static bool every_table_open(const struct store *s)
{
    bool every = true;

    for (unsigned i = 0; i < TABLE_COUNT; i++) {
        every = every && s->table_open[i];
    }
    return every;
}

/* Takes what the meta row says; checks version and tables. */
static struct err take_meta(struct store *s, bool any_version,
                            uint8_t ret_check[static KEY_CHECK_BYTES])
{
    struct store_txn *t;
    struct span row = {NULL, 0};
    struct err e;

    if (!any_version && !s->table_open[TABLE_LOG_HEAD]) {
        return ERR(ERR_VERSION);
    }
    e = store_read_begin(s, &t);
    if (failed(e)) {
        return e;
    }
    e = meta_read(t, &row);
    if (!failed(e)) {
        s->log_id = meta_log_id(row.at);
        s->made_by = (enum store_made_by)meta_made_by(row.at);
        memcpy(ret_check, meta_key_check(row.at), KEY_CHECK_BYTES);
        if (!any_version && memcmp(meta_tables_version(row.at).bytes,
                                   tables_version, HASH_BYTES) != 0) {
            e = ERR(ERR_VERSION);
        } else if (!any_version && !every_table_open(s)) {
            e = ERR(ERR_CORRUPT);
        } else if (meta_made_by(row.at) > STORE_DEMO_TEST) {
            e = ERR(ERR_CORRUPT);
        }
    }
    store_end(t);
    return e;
}

/* ---- the master key ---- */

static void master_check(const struct crypt_key *master,
                         uint8_t ret_check[static KEY_CHECK_BYTES])
{
    struct crypt_key sub = crypt_derive(master, "hutong store check v1");

    memcpy(ret_check, sub.bytes, KEY_CHECK_BYTES);
    bytes_wipe(&sub, sizeof(sub));
}

/* Keeps the sub-keys that are needed, not the master. */
static void take_master(struct store *s, const struct crypt_key *master)
{
    s->wrap = crypt_derive(master, "hutong store wrap v1");
    s->derive = crypt_derive(master, "hutong store derive v1");
}

static struct err take_key_file(struct store *s, const char *key_path,
                                const uint8_t check[static KEY_CHECK_BYTES])
{
    uint8_t found[KEY_CHECK_BYTES];
    struct crypt_key master;
    struct err e = master_read(key_path, &master);

    if (failed(e)) {
        return e;
    }
    master_check(&master, found);
    if (bytes_equal_secret(found, check, KEY_CHECK_BYTES)) {
        take_master(s, &master);
    } else {
        e = ERR(ERR_KEY);
    }
    bytes_wipe(&master, sizeof(master));
    return e;
}

/* ---- environments ---- */

static struct err keys_open(struct store *s, const char *path,
                            uint64_t map_bytes, bool create)
{
    struct env_options o = {
        .path = path,
        .map_bytes =
            map_bytes < keys_map_bytes_max ? map_bytes : keys_map_bytes_max,
        .create = create,
        .read_only = s->read_only,
    };
    MDB_txn *txn;
    int rc;
    struct err e = env_open(&o, &s->keys);

    if (failed(e)) {
        return e;
    }
    e = env_check_pages(s->keys, false);
    if (failed(e)) {
        return e;
    }
    rc = mdb_txn_begin(s->keys, NULL, MDB_RDONLY, &txn);
    if (rc != 0) {
        return LMDB_ERR(rc);
    }
    rc = mdb_dbi_open(txn, NULL, 0, &s->keys_table);
    if (rc != 0) {
        mdb_txn_abort(txn);
        return LMDB_ERR(rc);
    }
    rc = mdb_txn_commit(txn);
    return rc == 0 ? OK : LMDB_ERR(rc);
}

struct err main_new(const struct main_plan *plan, struct store **ret_store)
{
    struct env_options o = {.path = plan->path,
                            .map_bytes = plan->map_bytes,
                            .create = true,
                            .throw_away = plan->throw_away};
    struct store *s;
    struct err e = dir_make(plan->path);

    if (failed(e)) {
        return e;
    }
    s = heap_take(sizeof(*s));
    (void)snprintf(s->dir, sizeof(s->dir), "%s", plan->path);
    s->lock_fd = -1;
    s->log_id = plan->log_id;
    s->made_by = plan->made_by;
    e = env_open(&o, &s->main);
    if (!failed(e)) {
        e = tables_open(s, true);
    }
    if (failed(e)) {
        store_close(s);
        return e;
    }
    *ret_store = s;
    return OK;
}

/* ---- create ---- */

/* ERR_IN_USE when the directory holds a store, or keys that somebody needs. */
static struct err keys_new(const char *path, uint64_t map_bytes)
{
    struct store nobody = {.lock_fd = -1};
    MDB_stat stat = {0};
    struct err e = dir_make(path);

    if (!failed(e)) {
        e = keys_open(&nobody, path, map_bytes, true);
    }
    if (!failed(e) && mdb_env_stat(nobody.keys, &stat) == 0 &&
        stat.ms_entries > 0) {
        e = ERR(ERR_IN_USE);
    }
    mdb_env_close(nobody.keys); /* NULL is fine */
    return failed(e) ? e : dir_sync(path);
}

static struct err create_main(const struct store_options *o,
                              enum store_made_by made_by,
                              const struct crypt_key *master)
{
    char path[PATH_MAX];
    struct main_plan plan = {
        .path = path, .map_bytes = o->map_bytes, .made_by = made_by};
    uint8_t check[KEY_CHECK_BYTES];
    struct clock *clock;
    struct store *s;
    struct err e = path_join(o->dir, "main.part", path);

    if (failed(e)) {
        return e;
    }
    crypt_random(plan.log_id.bytes, ID_BYTES);
    e = main_new(&plan, &s);
    if (failed(e)) {
        return e;
    }
    master_check(master, check);
    clock = clock_new_real();
    e = meta_write(s, check, clock_wall_us(clock));
    clock_free(clock);
    store_close(s);
    return failed(e) ? e : main_replace(o->dir);
}

/* DIR is there and locked. */
static struct err create_locked(const struct store_options *o,
                                enum store_made_by made_by)
{
    char path[PATH_MAX];
    struct crypt_key master;
    struct err e = leftovers_settle(o->dir);

    if (!failed(e)) {
        e = path_join(o->dir, "main", path);
    }
    if (failed(e)) {
        return e;
    }
    if (path_exists(path)) {
        return ERR(ERR_IN_USE);
    }
    e = path_join(o->dir, "keys", path);
    if (!failed(e)) {
        e = keys_new(path, o->map_bytes);
    }
    if (failed(e)) {
        return e;
    }
    e = master_read_or_make(o->key_path, &master);
    if (!failed(e)) {
        e = create_main(o, made_by, &master);
        bytes_wipe(&master, sizeof(master));
    }
    return e;
}

struct err store_create(const struct store_options *o,
                        enum store_made_by made_by)
{
    int lock_fd = -1;
    struct err e = dir_make(o->dir);

    if (!failed(e)) {
        e = lock_take(o->dir, &lock_fd);
    }
    if (failed(e)) {
        return e;
    }
    e = create_locked(o, made_by);
    if (!failed(e)) {
        e = dir_sync_parent(o->dir);
    }
    (void)close(lock_fd); /* nothing was written to it */
    return e;
}

/* ---- open and close ---- */

/* Opens the tables of pages that are sound. */
static struct err open_tables(struct store *s, bool any_version)
{
    bool damaged[TABLE_COUNT] = {false};
    struct err e = any_version ? env_check_log(s->main, damaged)
                               : env_check_pages(s->main, false);

    if (!failed(e)) {
        e = tables_open(s, false);
    }
    for (unsigned i = 0; !failed(e) && i < TABLE_COUNT; i++) {
        s->table_open[i] = s->table_open[i] && !damaged[i];
    }
    return e;
}

static struct err open_main(struct store *s, const struct store_options *o,
                            bool any_version)
{
    char path[PATH_MAX];
    struct env_options env = {
        .path = path, .map_bytes = o->map_bytes, .read_only = o->read_only};
    struct err e = path_join(s->dir, "main", path);

    if (failed(e)) {
        return e;
    }
    if (!path_exists(path)) {
        return ERR(ERR_MISSING);
    }
    e = env_open(&env, &s->main);
    return failed(e) ? e : open_tables(s, any_version);
}

static struct err open_all(struct store *s, const struct store_options *o,
                           bool any_version)
{
    char path[PATH_MAX];
    uint8_t check[KEY_CHECK_BYTES];
    struct err e = OK;

    if (o->lock) {
        e = lock_take(s->dir, &s->lock_fd);
    }
    if (!failed(e) && o->lock) {
        e = leftovers_settle(s->dir);
    }
    if (!failed(e)) {
        e = open_main(s, o, any_version);
    }
    if (!failed(e)) {
        e = take_meta(s, any_version, check);
    }
    if (!failed(e)) {
        e = take_key_file(s, o->key_path, check);
    }
    if (!failed(e)) {
        e = path_join(s->dir, "keys", path);
    }
    if (failed(e)) {
        return e;
    }
    if (!path_exists(path)) {
        return ERR(ERR_MISSING);
    }
    e = keys_open(s, path, o->map_bytes, false);
    /* Whoever opens to verify, or to rebuild, looks at the whole log next. */
    return failed(e) || any_version || o->read_only ? e : tail_check(s);
}

struct err store_open_as(const struct store_options *o, bool any_version,
                         struct store **ret_store)
{
    struct store *s = heap_take(sizeof(*s));
    int n = snprintf(s->dir, sizeof(s->dir), "%s", o->dir);
    struct err e = OK;

    s->lock_fd = -1;
    s->read_only = o->read_only;
    s->foreign = any_version;
    if (!o->read_only) {
        s->record_room = heap_take(LIMIT_RECORD_BYTES);
    }
    if (n < 0 || (size_t)n >= sizeof(s->dir)) {
        e = ERR(ERR_LIMIT);
    }
    if (!failed(e)) {
        e = open_all(s, o, any_version);
    }
    if (failed(e)) {
        store_close(s);
        return e;
    }
    *ret_store = s;
    return OK;
}

struct err store_open(const struct store_options *o, struct store **ret_store)
{
    return store_open_as(o, false, ret_store);
}

void store_close(struct store *s)
{
    if (s == NULL) {
        return;
    }
    mdb_env_close(s->main); /* NULL is fine */
    mdb_env_close(s->keys);
    if (s->lock_fd >= 0) {
        (void)close(s->lock_fd); /* lets go of the flock */
    }
    free(s->record_room); /* it only ever held what was sealed */
    bytes_wipe(s, sizeof(*s));
    free(s);
}

/* ---- what a store says of itself ---- */

enum store_made_by store_made(const struct store *s) { return s->made_by; }

bool store_is_demo(const struct store *s)
{
    return s->made_by == STORE_DEMO || s->made_by == STORE_DEMO_TEST;
}

bool store_is_for_tests(const struct store *s)
{
    return s->made_by == STORE_TEST || s->made_by == STORE_DEMO_TEST;
}

struct id store_log_id(const struct store *s) { return s->log_id; }

struct crypt_key store_derive(const struct store *s, const char *purpose)
{
    return crypt_derive(&s->derive, purpose);
}
