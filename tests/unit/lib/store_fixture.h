/*
 * store_fixture.h - a real store in a directory of its own, for tests.
 *
 * OWNS    the directory, below $TMPDIR or /tmp, and everything in it.
 * ERRORS  a failure here fails the test.
 */
#ifndef HUTONG_TESTS_STORE_FIXTURE_H
#define HUTONG_TESTS_STORE_FIXTURE_H

#include "store/store.h"

struct store_fixture {
    char root[256];
    char dir[272];
    char key_path[272];
    struct store_options options;
    struct store *store; /* open, with the lock; NULL after a close */
};

enum { FIXTURE_MAP_BYTES = 64 << 20 };

/* Makes the directory only; store is NULL. */
void store_fixture_init(struct store_fixture *f, uint64_t map_bytes);
/* Makes a test store, opens it, fills the pool with keys. */
void store_fixture_make(struct store_fixture *f, uint64_t map_bytes,
                        uint64_t keys);
/* Closes, opens again; the error is the open's. */
struct err store_fixture_reopen(struct store_fixture *f);
void store_fixture_close(struct store_fixture *f);
/* Closes and removes everything. */
void store_fixture_free(struct store_fixture *f);

/* A subject or object that is told by a small number. */
struct id fixture_id(uint8_t n);
/* A frame of one record at time_us. */
struct frame_head fixture_head(int64_t time_us);
/* An event with one sealed part about fixture_id(subject); subject 0: none. */
struct event_plain fixture_event(const char *open, uint8_t subject,
                                 const char *sealed);
/* Appends, applies; must succeed. */
struct record fixture_append(struct store_txn *t, int64_t time_us,
                             const char *open, uint8_t subject,
                             const char *sealed);
/* Commits count records of various sizes about a few subjects, in frames. */
void fixture_records(struct store *s, uint64_t count);
/* Removes a directory and all below it. */
void fixture_remove_tree(const char *path);
/* A file in the fixture's directory as a whole, and back; malloc. */
uint8_t *fixture_file_read(const char *path, size_t *ret_size);
void fixture_file_write(const char *path, const uint8_t *bytes, size_t size);

#endif
