/* SPDX-License-Identifier: MIT */
/* The user's files that the commands work on. */
#ifndef PLACES_H
#define PLACES_H

#include "libkc/options.h"
#include "platform/attr.h"

struct places {
    char *config;  /* config.json */
    char *pending; /* pending.json */
    char *audit;   /* audit.log */
};

/* Says what is wrong when it isn't EXIT_DONE. */
KC_MUST_USE enum exit_code places_new(struct places **ret_places);
void places_free(struct places *places);

KC_AUTO_DEFINE(places)

#endif
