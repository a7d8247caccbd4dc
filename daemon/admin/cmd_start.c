/* SPDX-License-Identifier: MIT */
/* keychain-auth start: becomes the daemon. */
#include "daemon/admin/admin.h"

#include "daemon/chain.h"
#include "daemon/daemon.h"
#include "platform/file.h"
#include "platform/harden.h"
#include "platform/memory.h"
#include "platform/notify.h"
#include "platform/paths.h"

#include <stdio.h>
#include <stdlib.h>

/* Each connection holds a socket, the four handles of its process, and its image. */
#define FILES_WANTED (KC_CONNECTIONS_MAX * 6 + CHAIN_PINS_MAX * CHAIN_PIN_FILES + 64)

static enum kc_error detach(void) {
    char *directory = NULL;
    char *path = NULL;
    enum kc_error error = paths_data("", &directory);
    if (error == KC_OK) {
        error = paths_data("daemon.log", &path);
    }
    if (error == KC_OK) {
        error = file_make_directory(directory);
    }
    if (error == KC_OK) {
        error = notify_detach(path, EXIT_FAULT);
    }
    free(path);
    free(directory);
    return error;
}

enum exit_code cmd_start(const struct options *options) {
    const struct daemon_plan plan = {
        .address = options_value(options, "socket", 0),
        .store = options_value(options, "store", 0),
        .is_foreground = options_flag(options, "foreground", false),
    };
    if (harden_daemon(FILES_WANTED) != KC_OK) {
        (void)fputs("keychain-auth: can't harden this process\n", stderr);
        return EXIT_FAULT;
    }
    memory_bound();
    if (!plan.is_foreground && detach() != KC_OK) {
        (void)fputs("keychain-auth: can't detach; is the data directory writable?\n", stderr);
        return EXIT_FAULT;
    }
    enum kc_error error = daemon_run(&plan);
    if (error == KC_OK) {
        return EXIT_DONE;
    }
    return error == KC_EXISTS ? EXIT_NO : error == KC_INVALID ? EXIT_USAGE : EXIT_FAULT;
}
