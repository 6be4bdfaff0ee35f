/*
 * offline.h - one command after the other on a store that nobody serves.
 *
 * WHY     init, demo and user do what a server does, through the same core:
 *         there is one way by which a fact enters the log.
 * OWNS    store, catalogue and core, from offline_open to offline_close.
 * THREAD  one; it waits for each commit.
 */
#ifndef HUTONG_APP_OFFLINE_H
#define HUTONG_APP_OFFLINE_H

#include "app/args.h"
#include "core/core.h"

struct offline;

/* Opens the store under its lock. A store without a catalogue is fine. */
struct err offline_open(const struct args *a,
                        struct offline **ret_offline) MUST_USE;
void offline_close(struct offline *o);
/* Runs one command as the system; takes the arena in which body lies. */
struct err offline_run(struct offline *o, enum command command,
                       struct arena *take_a, const void *body,
                       enum refusal *ret_refusal) MUST_USE;
/* Goes on with the catalogue that was adopted meanwhile. */
struct err offline_reload(struct offline *o) MUST_USE;

/* An arena for one command, and a zeroed body in it. */
void *app_body(size_t size, struct arena **ret_arena);
struct store_options app_store_options(const struct args *a, bool lock,
                                       bool read_only);

#endif
