/*
 * catalogue.c - `catalogue`: adopts a city's decisions, and shows them.
 *
 * All files are held against what stands, each with those before it, before the
 * first is adopted: a mistake in the last one then changes nothing. The check
 * reads the store beside a running server; whoever adopts checks again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/ask.h"
#include "app/exits.h"
#include "app/offline.h"
#include "app/verbs.h"
#include "base/clock.h"

enum { VERB_ARENA_BYTES = 64 << 20, KIND_BYTES = 32 };

struct files {
    const struct args *args;
    struct arena *arena; /* all texts */
    struct cmd_adopt_catalogue bodies[ARGS_WORDS_MAX];
};

/* ------------------------------------------------------------- reading ---- */

static int complain(const char *file, struct text why)
{
    (void)fprintf(stderr, "hutong catalogue: %s: %.*s\n", file, (int)why.size,
                  why.at == NULL ? "" : why.at);
    return APP_FAILED;
}

/* False: it cannot be read, or holds more than a catalogue may. */
static bool read_bytes(const char *path, struct arena *a, struct text *ret)
{
    FILE *f = fopen(path, "re");
    char *bytes = arena_take(a, LIMIT_JSON_BYTES + 1);
    size_t size;
    bool good;

    if (f == NULL || bytes == NULL) {
        if (f != NULL)
            (void)fclose(f); /* nothing was written */
        return false;
    }
    size = fread(bytes, 1, LIMIT_JSON_BYTES + 1, f);
    good = ferror(f) == 0 && size <= LIMIT_JSON_BYTES;
    (void)fclose(f); /* nothing was written */
    *ret = (struct text){bytes, size};
    return good;
}

static int read_files(struct files *f)
{
    const struct args *a = f->args;

    for (size_t i = 0; i < a->word_count; i++) {
        struct text file, why = {"", 0};
        struct err e;

        if (!read_bytes(a->words[i], f->arena, &file))
            return complain(a->words[i],
                            TEXT_LITERAL("cannot be read, or is too long"));
        e = catalogue_file_read(file, f->arena, &f->bodies[i], &why);
        if (e.code == ERR_INPUT)
            return complain(a->words[i], why);
        if (failed(e))
            return exits_say(a->verb->name, a->words[i], e);
    }
    return APP_DONE;
}

/* ------------------------------------------------------------ checking ---- */

static int check_one(struct files *f, struct store_txn *t, size_t index)
{
    const struct args *a = f->args;
    struct arena *scratch = arena_new(VERB_ARENA_BYTES);
    struct text why = {"", 0};
    struct err e =
        catalogue_adopt_check(t, f->bodies, index + 1, scratch, &why);
    int ret = APP_DONE;

    if (e.code == ERR_INPUT)
        ret = complain(a->words[index], why);
    else if (failed(e))
        ret = exits_say(a->verb->name, a->value[OPTION_DATA], e);
    arena_free(scratch);
    return ret;
}

static int open_beside(const struct args *a, struct store **ret_store,
                       struct store_txn **ret_txn)
{
    struct store_options options = app_store_options(a, false, true);
    struct store *s = NULL;
    struct err e = store_open(&options, &s);

    if (!failed(e))
        e = store_read_begin(s, ret_txn);
    if (failed(e)) {
        if (s != NULL)
            store_close(s);
        return exits_say(a->verb->name, a->value[OPTION_DATA], e);
    }
    *ret_store = s;
    return APP_DONE;
}

static int check_files(struct files *f)
{
    struct store_txn *t = NULL;
    struct store *s = NULL;
    int ret = open_beside(f->args, &s, &t);

    if (ret != APP_DONE)
        return ret;
    for (size_t i = 0; i < f->args->word_count && ret == APP_DONE; i++)
        ret = check_one(f, t, i);
    store_end(t);
    store_close(s);
    return ret;
}

/* ------------------------------------------------------------ adopting ---- */

static void write_file(struct json_out *o, const char *kind, int64_t version,
                       int64_t from_us, struct text content)
{
    json_out_object(o);
    json_out_name(o, "kind");
    json_out_text_value(o, text_of(kind));
    json_out_name(o, "version");
    json_out_integer(o, version);
    json_out_name(o, "effective_from");
    json_out_time(o, from_us);
    json_out_name(o, "content");
    json_out_raw(o, content);
    json_out_object_end(o);
}

static int adopt_one(const struct files *f, size_t index)
{
    const struct cmd_adopt_catalogue *body = &f->bodies[index];
    struct json_out o;
    struct text request;
    int ret;

    json_out_init(&o, LIMIT_JSON_BYTES);
    json_out_object(&o);
    json_out_name(&o, "command");
    json_out_literal(&o, "adopt_catalogue");
    json_out_name(&o, "body");
    write_file(&o, body->kind.at, body->version, body->effective_from,
               body->content);
    json_out_object_end(&o);
    if (failed(json_out_text(&o, &request)))
        ret = complain(f->args->words[index], TEXT_LITERAL("is too long"));
    else
        ret = ask_run(f->args, request);
    json_out_release(&o);
    if (ret == APP_DONE)
        (void)printf("adopted %s, version %lld\n", body->kind.at,
                     (long long)body->version);
    return ret;
}

static int adopt(const struct args *a)
{
    struct files *f = heap_take(sizeof *f);
    int ret;

    f->args = a;
    f->arena = arena_new(VERB_ARENA_BYTES);
    ret = read_files(f);
    if (ret == APP_DONE)
        ret = check_files(f);
    for (size_t i = 0; i < a->word_count && ret == APP_DONE; i++)
        ret = adopt_one(f, i);
    arena_free(f->arena);
    free(f);
    return ret;
}

/* ------------------------------------------------------------- showing ---- */

static struct err effective_from(struct store_txn *t, const char *kind,
                                 uint32_t version, int64_t *ret_us)
{
    uint8_t key[CATALOGUE_KEY_BYTES];
    char padded[KIND_BYTES] = "";
    struct span value;
    struct err e;

    memcpy(padded, kind, strnlen(kind, sizeof padded));
    catalogue_key(key, padded, version);
    e = table_get(t, TABLE_CATALOGUE, SPAN(key, sizeof key), &value);
    if (!failed(e) && value.size != CATALOGUE_BYTES)
        e = ERR(ERR_CORRUPT);
    if (!failed(e))
        *ret_us = catalogue_effective_us(value.at);
    return e;
}

static int print(const struct args *a, struct store_txn *t, struct arena *arena)
{
    const char *kind = a->words[0];
    struct text content, file;
    struct json_out o;
    uint32_t version = 0;
    int64_t from_us = 0;
    struct err e = OK;

    if (strlen(kind) < KIND_BYTES)
        e = catalogue_newest(t, kind, arena, &content, &version);
    if (!failed(e) && version == 0)
        return complain(kind, TEXT_LITERAL("no such kind has been adopted"));
    if (!failed(e))
        e = effective_from(t, kind, version, &from_us);
    if (failed(e))
        return exits_say(a->verb->name, a->value[OPTION_DATA], e);
    json_out_init(&o, LIMIT_ANSWER_BYTES);
    write_file(&o, kind, version, from_us, content);
    e = json_out_text(&o, &file);
    if (!failed(e))
        (void)printf("%.*s\n", (int)file.size, file.at);
    json_out_release(&o);
    return failed(e) ? exits_say(a->verb->name, kind, e) : APP_DONE;
}

static int show(const struct args *a)
{
    struct store_txn *t = NULL;
    struct store *s = NULL;
    struct arena *arena;
    int ret;

    if (a->word_count != 1)
        return exits_tell(a->verb->name, APP_USAGE, "show takes one kind.");
    ret = open_beside(a, &s, &t);
    if (ret != APP_DONE)
        return ret;
    arena = arena_new(VERB_ARENA_BYTES);
    ret = print(a, t, arena);
    arena_free(arena);
    store_end(t);
    store_close(s);
    return ret;
}

int verb_catalogue(const struct args *a)
{
    return strcmp(a->action, "show") == 0 ? show(a) : adopt(a);
}
