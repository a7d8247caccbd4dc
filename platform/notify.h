/* SPDX-License-Identifier: MIT */
/*
 * Readiness: to the service manager, and to the shell that started us.
 */
#ifndef PLATFORM_NOTIFY_H
#define PLATFORM_NOTIFY_H

#include <stdbool.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

/* Tells the service manager `state` ("READY=1", "STOPPING=1"; sd_notify(3), without its
 * library). Does nothing when there is none. */
void notify_manager(const char *state);

/*
 * Detaches: continues in a new session in the background, standard input from and output to
 * nowhere, standard error appended to `log_path` (0600), whatever else was inherited closed.
 * Call before any thread or loop exists. The process that called waits for notify_ready() and
 * then ends with the code given there; when the daemon dies first it ends with `exit_failed`.
 * Returns in the daemon only.
 */
KC_MUST_USE enum kc_error notify_detach(const char *log_path, int exit_failed);

/* Ends the wait of the process that called notify_detach(); `message` (may be empty) goes to
 * its standard error. Does nothing when we did not detach. */
void notify_ready(int exit_code, const char *message);

#endif
