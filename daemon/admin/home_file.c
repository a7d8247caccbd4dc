/* SPDX-License-Identifier: MIT */
/* The person's word, the tool's own variable, the usual place: in this order. */
#include "daemon/admin/home_file.h"

#include "daemon/admin/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum exit_code home_file_find(const char *named, const char *variable, const char *name,
                              char **ret_path) {
    const char *told = variable != NULL ? getenv(variable) : NULL;
    const char *home = getenv("HOME");
    char *path = NULL;
    if (named != NULL) {
        path = strdup(named);
    } else if (told != NULL && told[0] != '\0') {
        path = strdup(told);
    } else if (home != NULL && home[0] == '/') {
        size_t size = strlen(home) + strlen(name) + 2;
        path = malloc(size);
        if (path != NULL) {
            (void)snprintf(path, size, "%s/%s", home, name);
        }
    } else {
        say("where the file is isn't known (HOME); name it");
        return EXIT_USAGE;
    }
    if (path == NULL) {
        return say_fault(KC_NO_MEMORY, "can't name the file");
    }
    *ret_path = path;
    return EXIT_DONE;
}
