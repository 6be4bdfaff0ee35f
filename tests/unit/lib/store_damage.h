/*
 * store_damage.h - harm done to a store's files on purpose.
 *
 * WHY     A flip must hit a byte that is in use: LMDB leaves older copies of
 *         its pages in the file, so the place is taken from the map itself.
 */
#ifndef HUTONG_TESTS_STORE_DAMAGE_H
#define HUTONG_TESTS_STORE_DAMAGE_H

#include "lib/store_fixture.h"

/* Where, in DIR/main/data.mdb, the byte lies that at points to; at was handed
 * out by a txn of f's open store. */
size_t damage_offset(const struct store_fixture *f, const uint8_t *at);
/* Offset of the bytes of a record. */
size_t damage_record_offset(const struct store_fixture *f, uint64_t seq,
                            size_t *ret_size);

struct damage { /* a file as it was, to be put back */
    char path[512];
    uint8_t *bytes;
    size_t size;
};
/* The store must be closed. */
void damage_init(struct damage *d, const struct store_fixture *f,
                 const char *name);
/* Changes one byte of the file. */
void damage_flip(struct damage *d, size_t offset, uint8_t bits);
void damage_cut(struct damage *d, size_t size);
/* Puts everything back. */
void damage_undo(struct damage *d);
void damage_release(struct damage *d);

/* A small generator, the same on every machine. */
uint64_t damage_random(uint64_t *seed);

#endif
