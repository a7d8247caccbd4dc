/* SPDX-License-Identifier: MIT */
/*
 * console: becomes the program that stands beside ours and is linked with readline. A build without
 * readline has none, and then this says so.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/say.h"
#include "platform/launch.h"
#include "platform/self.h"

#include <stdlib.h>

static enum exit_code become(char *path) {
    char *const argv[] = {path, NULL};
    enum kc_error error = launch_program(argv);
    struct shown shown;
    if (error == KC_NOT_FOUND) {
        say("there is no console: \"%s\" isn't installed, because this was built without readline",
            say_show(path, &shown));
        return EXIT_NO;
    }
    return say_fault(error, "can't run the console");
}

enum exit_code cmd_console(const struct options *options) {
    char *path = NULL;
    (void)options;
    enum kc_error error = self_sibling("keychain-auth-console", &path);
    enum exit_code code = error == KC_OK
                              ? become(path)
                              : say_fault(error, "can't tell where keychain-auth is installed");
    free(path);
    return code;
}
