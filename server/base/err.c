/*
 * err.c - names of error codes, and the stop for bugs.
 *
 * bug_stop writes with write(2) alone: the process may be anywhere when it is
 * called, so neither stdio nor the heap is trusted any more.
 */
#include "base/err.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {
    [ERR_NONE] = "ERR_NONE",         [ERR_LIMIT] = "ERR_LIMIT",
    [ERR_FULL] = "ERR_FULL",         [ERR_CORRUPT] = "ERR_CORRUPT",
    [ERR_TAMPERED] = "ERR_TAMPERED", [ERR_MISSING] = "ERR_MISSING",
    [ERR_KEY] = "ERR_KEY",           [ERR_INPUT] = "ERR_INPUT",
    [ERR_IN_USE] = "ERR_IN_USE",     [ERR_VERSION] = "ERR_VERSION",
    [ERR_AGAIN] = "ERR_AGAIN",       [ERR_SYS] = "ERR_SYS",
};

static_assert(sizeof(struct err) == 16, "err stays small enough to return");

const char *err_name(int32_t code)
{
    if (code < 0 || (size_t)code >= ARRAY_COUNT(names)) {
        return "ERR_UNKNOWN";
    }
    return names[code];
}

static void say(const char *s)
{
    /* Nothing is left to do about a stderr that cannot be written. */
    ssize_t ignored = write(STDERR_FILENO, s, strlen(s));
    (void)ignored;
}

_Noreturn void bug_stop(const char *where, const char *why)
{
    say("BUG ");
    say(where);
    say(": ");
    say(why);
    say("\n");
    abort();
}
