/*
 * assets.h - the dashboard's files, compiled into the program.
 *
 * WHY     Files on disk are read blocking and cannot be had ready compressed;
 *         one binary cannot be paired with the wrong dashboard.
 * SHAPE   One row per file of build/web, sorted by path (as strcmp sorts).
 *         scripts/assets.mjs makes the table; it is empty where no dashboard
 *         was built.
 * UNITS   sizes in bytes.
 * OWNS    nothing: all of it is constant and lives as long as the process.
 * THREAD  any.
 */
#ifndef HUTONG_NET_ASSETS_H
#define HUTONG_NET_ASSETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct asset {
    const char *path; /* as requested: "/index.html", "/assets/x-1a2b.js" */
    const char *mime; /* with its charset where it has one */
    const char *etag; /* strong, with its quotes */
    bool immutable;   /* the name carries a hash: may be cached for ever */
    const uint8_t *identity;
    size_t identity_size;
    const uint8_t *br; /* NULL, size 0: brotli would not be smaller */
    size_t br_size;
    const uint8_t *gz; /* NULL, size 0: gzip would not be smaller */
    size_t gz_size;
};

extern const struct asset assets_table[];
extern const size_t assets_count;

#endif
