/*
 * death.h - does this stop the process, as a bug must?
 *
 * WHY     Asserts are always on and are part of what a door promises.
 */
#ifndef HUTONG_TESTS_DEATH_H
#define HUTONG_TESTS_DEATH_H

#include <stdbool.h>

/* Runs act(context) in a child without a stderr; true when it aborted. */
bool dies(void (*act)(void *context), void *context);

#endif
