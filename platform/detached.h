/* SPDX-License-Identifier: MIT */
/*
 * A program that is started from within somebody else's, and is nobody's child there: that program
 * gets no SIGCHLD for it, and none of its waits ever finds it. All that ties the two is a
 * socketpair: who holds the other end reads its end when the program has ended, and when that end
 * is closed, whether on purpose or because its process is gone, the program is ended (SIGTERM).
 */
#ifndef PLATFORM_DETACHED_H
#define PLATFORM_DETACHED_H

#include <stdbool.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct detached_plan {
    const char *path;               /* of the file; not looked for on the PATH */
    const char *const *arguments;   /* the first is its own name; NULL ends them */
    const char *const *environment; /* all of it; NULL ends it */
    /* It stays in the caller's session, and may ask at its terminal; else it gets a session of
     * its own, without one, and what it starts in there ends with it. */
    bool keeps_terminal;
};

/*
 * `link` is one end of a pair of Unix stream sockets, and becomes the program's standard input; its
 * standard output goes nowhere, its standard error is the caller's, other descriptors it has none.
 * The caller closes its `link` afterwards. All signals must be blocked in the calling thread.
 * KC_OK: it was started; that it couldn't be executed shows as its end. KC_IO: no process.
 */
KC_MUST_USE enum kc_error detached_start(const struct detached_plan *plan, int link);

#endif
