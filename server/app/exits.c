/*
 * exits.c - one row for each kind of error.
 */
#include "app/exits.h"

#include <stdio.h>
#include <string.h>

static const struct row {
    int32_t err;
    int code;
    const char *sentence;
} rows[] = {
    {ERR_LIMIT, APP_AGAIN, "a bound of the program was reached."},
    {ERR_FULL, APP_AGAIN,
     "the disk or the map is full: make room, then again."},
    {ERR_CORRUPT, APP_DAMAGED,
     "the store is damaged: keep a copy of it, run `hutong verify`, then "
     "`hutong rebuild`, or restore a backup."},
    {ERR_TAMPERED, APP_FAILED,
     "the store is not what its records prove: keep a copy of it, run "
     "`hutong verify --replay`, and ask who changed it."},
    {ERR_MISSING, APP_DAMAGED,
     "something that must be there is missing: is there a store? `hutong init` "
     "makes one."},
    {ERR_KEY, APP_DAMAGED,
     "the master key is not the one of this store, or cannot be read: name the "
     "right file with --key."},
    {ERR_INPUT, APP_USAGE, "what was given is not valid."},
    {ERR_IN_USE, APP_IN_USE, "another process holds the store: stop it first."},
    {ERR_VERSION, APP_DAMAGED,
     "the tables were made by another version: run `hutong rebuild`."},
    {ERR_AGAIN, APP_AGAIN, "busy: try again."},
    {ERR_SYS, APP_AGAIN, "the system refused."},
};

int exits_tell(const char *verb, int code, const char *sentence)
{
    (void)fprintf(stderr, "hutong %s: %s\n", verb, sentence);
    return code;
}

int exits_say(const char *verb, const char *dir, struct err e)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char why[128] = "";

        if (rows[i].err != e.code)
            continue;
        if (e.sys > 0)
            (void)snprintf(why, sizeof why, " (%s)",
                           strerrordesc_np(e.sys) == NULL
                               ? "library error"
                               : strerrordesc_np(e.sys));
        (void)fprintf(stderr, "hutong %s: %s: %s%s [%s %s]\n", verb, dir,
                      rows[i].sentence, why, err_name(e.code), e.where);
        return rows[i].code;
    }
    BUG("an error without a row");
}
