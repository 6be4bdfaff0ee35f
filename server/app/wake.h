/*
 * wake.h - an eventfd by which core wakes whoever waits for its results.
 *
 * THREAD  wake_up: any. Everything else: one.
 */
#ifndef HUTONG_APP_WAKE_H
#define HUTONG_APP_WAKE_H

#include "base/err.h"

struct wake {
    int fd;
};

struct err wake_init(struct wake *ret_wake) MUST_USE;
void wake_release(struct wake *w);
/* context is a struct wake. */
void wake_up(void *context);
/* Forgets what was told; never waits. */
void wake_clear(struct wake *w);

#endif
