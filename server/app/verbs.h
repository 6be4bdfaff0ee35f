/*
 * verbs.h - the verbs, one function each.
 *
 * ERRORS  each returns an exit code and has said why on stderr.
 */
#ifndef HUTONG_APP_VERBS_H
#define HUTONG_APP_VERBS_H

#include "app/args.h"

int verb_serve(const struct args *a);
int verb_init(const struct args *a);
int verb_demo(const struct args *a);
int verb_verify(const struct args *a);
int verb_rebuild(const struct args *a);
int verb_user(const struct args *a);
int verb_catalogue(const struct args *a);

#endif
