/* SPDX-License-Identifier: MIT */
/* One place after the other; what doesn't fit is none, because nothing could be started there. */
#include "daemon/admin/search_path.h"

#include "platform/trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_there(const char *place, size_t length, const char *name,
                     char ret_path[SEARCH_PATH_SIZE]) {
    if (length >= SEARCH_PATH_SIZE) {
        return false;
    }
    int written = snprintf(ret_path, SEARCH_PATH_SIZE, "%.*s/%s", length > 0 ? (int)length : 1,
                           length > 0 ? place : ".", name);
    return written > 0 && written < SEARCH_PATH_SIZE && trust_may_execute(ret_path);
}

bool search_path(const char *name, bool only_absolute, char ret_path[SEARCH_PATH_SIZE]) {
    const char *place = getenv("PATH");
    while (place != NULL) {
        size_t length = strcspn(place, ":");
        if ((place[0] == '/' || !only_absolute) && is_there(place, length, name, ret_path)) {
            return true;
        }
        place = place[length] == ':' ? place + length + 1 : NULL;
    }
    return false;
}
