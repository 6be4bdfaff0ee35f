/*
 * ask.h - one command from the command line, through a running server's socket
 * or, when none runs, straight on the store.
 *
 * ERRORS  an exit code; what went wrong has been said on stderr.
 */
#ifndef HUTONG_APP_ASK_H
#define HUTONG_APP_ASK_H

#include "app/args.h"
#include "base/bytes.h"

/* request: {"command":NAME,"body":{...}}, without a line feed. */
int ask_run(const struct args *a, struct text request);

#endif
