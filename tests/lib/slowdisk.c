/*
 * slowdisk.c - preloaded, it lets every fdatasync take HUTONG_SYNC_MS longer:
 * what waits for the disk is then seen by its time.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int fdatasync(int fd)
{
    const char *ms = getenv("HUTONG_SYNC_MS");
    long wait_ms = ms ? atol(ms) : 0;
    struct timespec wait = {wait_ms / 1000, wait_ms % 1000 * 1000000};

    nanosleep(&wait, NULL);
    return (int)syscall(SYS_fdatasync, fd);
}
