/*
 * store_fixture.c - see store_fixture.h.
 */
#include "lib/store_fixture.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

void store_fixture_init(struct store_fixture *f, uint64_t map_bytes)
{
    const char *tmp = getenv("TMPDIR");

    memset(f, 0, sizeof(*f));
    assert_false(failed(crypt_start()));
    (void)snprintf(f->root, sizeof(f->root), "%s/hutong-test-XXXXXX",
                   tmp != NULL ? tmp : "/tmp");
    assert_non_null(mkdtemp(f->root));
    (void)snprintf(f->dir, sizeof(f->dir), "%s/store", f->root);
    (void)snprintf(f->key_path, sizeof(f->key_path), "%s/store.key", f->root);
    f->options = (struct store_options){
        .dir = f->dir,
        .key_path = f->key_path,
        .map_bytes = map_bytes,
        .lock = true,
    };
}

void store_fixture_make(struct store_fixture *f, uint64_t map_bytes,
                        uint64_t keys)
{
    store_fixture_init(f, map_bytes);
    assert_int_equal(store_create(&f->options, STORE_TEST).code, ERR_NONE);
    assert_int_equal(store_fixture_reopen(f).code, ERR_NONE);
    if (keys > 0) {
        assert_int_equal(store_keys_fill(f->store, keys).code, ERR_NONE);
    }
}

struct err store_fixture_reopen(struct store_fixture *f)
{
    store_fixture_close(f);
    return store_open(&f->options, &f->store);
}

void store_fixture_close(struct store_fixture *f)
{
    store_close(f->store);
    f->store = NULL;
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *place)
{
    (void)st;
    (void)type;
    (void)place;
    return remove(path);
}

void fixture_remove_tree(const char *path)
{
    (void)nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void store_fixture_free(struct store_fixture *f)
{
    store_fixture_close(f);
    fixture_remove_tree(f->root);
}

struct id fixture_id(uint8_t n)
{
    struct id id = {{0}};

    id.bytes[5] = 1;
    id.bytes[15] = n;
    return id;
}

struct frame_head fixture_head(int64_t time_us)
{
    struct frame_head h = {
        .time_us = time_us,
        .frame_count = 1,
        .actor = fixture_id(200),
        .session = fixture_id(201),
        .role = "R-AGT",
        .unit = "12349",
    };

    return h;
}

struct event_plain fixture_event(const char *open, uint8_t subject,
                                 const char *sealed)
{
    struct event_plain e = {
        .type = 7,
        .version = 1,
        .object = fixture_id(100),
        .territory = 150222,
        .open = text_of(open),
    };

    if (subject != 0) {
        e.part_count = 1;
        e.parts[0] = (struct part_plain){.subject = fixture_id(subject),
                                         .part_class = 2,
                                         .json = text_of(sealed)};
    }
    return e;
}

struct record fixture_append(struct store_txn *t, int64_t time_us,
                             const char *open, uint8_t subject,
                             const char *sealed)
{
    struct frame_head h = fixture_head(time_us);
    struct event_plain e = fixture_event(open, subject, sealed);
    struct record r;

    assert_int_equal(log_append(t, &h, &e, &r).code, ERR_NONE);
    assert_int_equal(store_apply(t, &r).code, ERR_NONE);
    return r;
}

/* Record number n of a row that is the same each time. */
static void append_one(struct store_txn *t, uint64_t n, uint16_t frame_index,
                       uint16_t frame_count)
{
    static char large[9000];
    struct frame_head h = fixture_head((int64_t)(1000 + n));
    struct event_plain e =
        fixture_event("{\"n\":1}", (uint8_t)(1 + n % 5), "{\"name\":\"x\"}");
    struct record r;

    memset(large, 'a', sizeof(large));
    if (n % 7 == 3) {
        e.open = (struct text){large, 1 + n * 131 % sizeof(large)};
    }
    if (n % 11 == 5) {
        e.part_count = 0;
    }
    h.frame_index = frame_index;
    h.frame_count = frame_count;
    h.idem_day = n % 2 == 0 ? 20261123 : 0;
    h.idem_key[0] = (uint8_t)n;
    h.idem_key[1] = (uint8_t)(n >> 8);
    h.idem_mac[0] = (uint8_t)~n;
    assert_int_equal(log_append(t, &h, &e, &r).code, ERR_NONE);
    assert_int_equal(store_apply(t, &r).code, ERR_NONE);
}

void fixture_records(struct store *s, uint64_t count)
{
    struct store_txn *t;
    uint64_t n;

    assert_int_equal(store_read_begin(s, &t).code, ERR_NONE);
    n = store_position(t).seq;
    store_end(t);
    count += n;
    while (n < count) {
        assert_int_equal(store_write_begin(s, &t).code, ERR_NONE);
        for (int batch = 0; batch < 50 && n < count; batch++) {
            uint16_t frame = count - n >= 3 && n % 4 == 1 ? 3 : 1;

            for (uint16_t i = 0; i < frame; i++) {
                append_one(t, n++, i, frame);
            }
        }
        assert_int_equal(store_commit(t).code, ERR_NONE);
    }
}

uint8_t *fixture_file_read(const char *path, size_t *ret_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    uint8_t *bytes;

    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &st), 0);
    bytes = heap_take((size_t)st.st_size);
    assert_int_equal(read(fd, bytes, (size_t)st.st_size), st.st_size);
    (void)close(fd);
    *ret_size = (size_t)st.st_size;
    return bytes;
}

void fixture_file_write(const char *path, const uint8_t *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    assert_int_equal(close(fd), 0);
}
