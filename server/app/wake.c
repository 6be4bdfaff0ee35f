/*
 * wake.c - one eventfd. event_active would need libevent's own locks.
 */
#include "app/wake.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct err wake_init(struct wake *ret_wake)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    if (fd < 0)
        return ERR_OF(ERR_SYS, errno);
    ret_wake->fd = fd;
    return OK;
}

void wake_release(struct wake *w)
{
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
}

void wake_up(void *context)
{
    const struct wake *w = context;
    uint64_t one = 1;

    /* It only fails when it is already told 2^64 times. */
    (void)!write(w->fd, &one, sizeof one);
}

void wake_clear(struct wake *w)
{
    uint64_t told;

    (void)!read(w->fd, &told, sizeof told); /* empty: nothing was told */
}
