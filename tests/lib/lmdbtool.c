/*
 * lmdbtool.c - looks into a store from outside, and damages it on purpose.
 *
 *   lmdbtool ENV list              each table and its number of rows
 *   lmdbtool ENV dump TABLE        each row: key value, in hexadecimal
 *   lmdbtool ENV where TABLE       each row: key offset size of its value
 *   lmdbtool ENV del TABLE KEY     takes a row away
 *   lmdbtool ENV put TABLE KEY VALUE
 *
 * TABLE - is the one without a name.
 */
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLES_MAX = 128 };

static void check(int rc, const char *what)
{
    if (rc == 0) return;
    fprintf(stderr, "%s: %s\n", what, mdb_strerror(rc));
    exit(1);
}

static void hex(MDB_val value)
{
    const unsigned char *bytes = value.mv_data;
    for (size_t i = 0; i < value.mv_size; i++) printf("%02x", bytes[i]);
}

static MDB_val unhex(const char *text)
{
    MDB_val value = {strlen(text) / 2, malloc(strlen(text) / 2 + 1)};
    if (!value.mv_data) exit(1);
    for (size_t i = 0; i < value.mv_size; i++) {
        char pair[3] = {text[2 * i], text[2 * i + 1], 0};
        ((unsigned char *)value.mv_data)[i] =
            (unsigned char)strtoul(pair, NULL, 16);
    }
    return value;
}

static void list(MDB_txn *txn)
{
    MDB_dbi all;
    MDB_cursor *cursor;
    MDB_val name, value;
    check(mdb_dbi_open(txn, NULL, 0, &all), "the list of tables");
    check(mdb_cursor_open(txn, all, &cursor), "a cursor");
    while (mdb_cursor_get(cursor, &name, &value, MDB_NEXT) == 0) {
        char text[128] = {0};
        MDB_dbi one;
        MDB_stat stat;
        if (name.mv_size >= sizeof text) continue;
        memcpy(text, name.mv_data, name.mv_size);
        if (mdb_dbi_open(txn, text, 0, &one) != 0) continue;
        check(mdb_stat(txn, one, &stat), text);
        printf("%s %zu\n", text, stat.ms_entries);
    }
    mdb_cursor_close(cursor);
}

/* Where data.mdb begins in our memory: an offset in the map is one in the file. */
static char *map_begin(void)
{
    char line[4096];
    unsigned long from = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    if (!maps) exit(1);
    while (fgets(line, sizeof line, maps) && from == 0)
        if (strstr(line, "/data.mdb")) sscanf(line, "%lx-", &from);
    fclose(maps);
    return (char *)from;
}

static void show(MDB_txn *txn, MDB_dbi table, int where)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    char *begin = map_begin();
    check(mdb_cursor_open(txn, table, &cursor), "a cursor");
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
        hex(key);
        if (where)
            printf(" %td %zu",
                   (char *)value.mv_data - begin,
                   value.mv_size);
        else {
            printf(" ");
            hex(value);
        }
        printf("\n");
    }
    mdb_cursor_close(cursor);
}

int main(int argc, char **argv)
{
    if (argc < 3) return 64;
    const char *verb = argv[2];
    int writes = strcmp(verb, "del") == 0 || strcmp(verb, "put") == 0;
    MDB_env *env;
    MDB_txn *txn;
    check(mdb_env_create(&env), "an environment");
    check(mdb_env_set_maxdbs(env, TABLES_MAX), "the number of tables");
    check(mdb_env_set_mapsize(env, (size_t)16 << 30), "the size of the map");
    check(mdb_env_open(env, argv[1], writes ? 0 : MDB_RDONLY, 0600), argv[1]);
    check(mdb_txn_begin(env, NULL, writes ? 0 : MDB_RDONLY, &txn), "a txn");
    if (strcmp(verb, "list") == 0) {
        list(txn);
    } else {
        MDB_dbi table;
        if (argc < 4) return 64;
        check(mdb_dbi_open(txn, strcmp(argv[3], "-") ? argv[3] : NULL, 0,
                           &table),
              argv[3]);
        if (strcmp(verb, "dump") == 0) show(txn, table, 0);
        else if (strcmp(verb, "where") == 0) show(txn, table, 1);
        else if (strcmp(verb, "del") == 0 && argc == 5) {
            MDB_val key = unhex(argv[4]);
            check(mdb_del(txn, table, &key, NULL), "del");
        } else if (strcmp(verb, "put") == 0 && argc == 6) {
            MDB_val key = unhex(argv[4]), value = unhex(argv[5]);
            check(mdb_put(txn, table, &key, &value, 0), "put");
        } else return 64;
    }
    if (writes) check(mdb_txn_commit(txn), "commit");
    else mdb_txn_abort(txn);
    mdb_env_close(env);
    return 0;
}
