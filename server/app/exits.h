/*
 * exits.h - the exit codes, and the sentence that goes with an error.
 *
 * SOURCE  64 and 75 are EX_USAGE and EX_TEMPFAIL of BSD's sysexits.h.
 */
#ifndef HUTONG_APP_EXITS_H
#define HUTONG_APP_EXITS_H

#include "base/err.h"

enum app_exit {
    APP_DONE = 0,
    APP_FAILED = 1,  /* a check failed, or the rules said no */
    APP_ROLLED = 2,  /* older than a known checkpoint */
    APP_DAMAGED = 3, /* unreadable, damaged, or not this store's key */
    APP_IN_USE = 4,
    APP_USAGE = 64,
    APP_AGAIN = 75,
};

/* Says on stderr what happened to dir and what to do; returns the code. */
int exits_say(const char *verb, const char *dir, struct err e);
/* "hutong VERB: sentence" on stderr; returns code. */
int exits_tell(const char *verb, int code, const char *sentence);

#endif
