/* SPDX-License-Identifier: MIT */
/* The system's own window for a passphrase, where there is no terminal to ask at. */
#ifndef PINENTRY_H
#define PINENTRY_H

#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct secret;

/* Where Debian and its relatives keep it; not looked for on the PATH. */
#define PINENTRY_PATH      "/usr/bin/pinentry"
#define PINENTRY_TIMEOUT_S 60

/* Runs the program, shows the description, in front of the window of that number (NULL: of any)
 * when it knows how, and appends what is typed to `passphrase`, up to `limit`. KC_NOT_FOUND there
 * is no such program · KC_END the person closed it, or it did · KC_TIMEOUT · KC_INVALID it doesn't
 * speak Assuan · KC_TOO_BIG. */
KC_MUST_USE enum kc_error pinentry_ask(const char *program, const char *description,
                                       const char *window, struct secret *passphrase, size_t limit);

#endif
