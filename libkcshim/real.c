/* SPDX-License-Identifier: MIT */
/* Finds; nothing of GLib is linked here, so that a program without it gets none of it. */
#define _GNU_SOURCE
#include "libkcshim/real.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#define GOBJECT     "libgobject-2.0.so.0"
#define SERVER_FILE "keychain-auth/libkcshim-server.so"

static bool is_set(const char *text) {
    return text != NULL && text[0] != '\0';
}

bool real_is_wanted(void) {
    const char *word = getenv("KEYCHAIN_AUTH_SHIM");
    if (getauxval(AT_SECURE) != 0) {
        return false;
    }
    if (is_set(word)) {
        return strcmp(word, "1") == 0;
    }
    return is_set(getenv("KEYCHAIN_AUTH_SOCKET"));
}

void *real_function(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL) {
        void *library = dlopen(GOBJECT, RTLD_LAZY | RTLD_NOLOAD);
        function = library != NULL ? dlsym(library, name) : NULL;
    }
    return function;
}

/* ISO C has no way from an object's address to a function's; POSIX dlsym(3) has. */
static server_door *door_at(void *address) {
    union {
        void *address;
        server_door *door;
    } found = {.address = address};
    return found.door;
}

server_door *real_server(void) {
    static const char anchor = 'a'; /* somewhere in this library */
    char path[PATH_MAX];
    Dl_info own;
    if (dladdr(&anchor, &own) == 0 || own.dli_fname == NULL) {
        return NULL;
    }
    const char *slash = strrchr(own.dli_fname, '/');
    int directory = slash != NULL ? (int)(slash - own.dli_fname + 1) : 0;
    int length = snprintf(path, sizeof path, "%.*s" SERVER_FILE, directory, own.dli_fname);
    if (slash == NULL || length < 0 || (size_t)length >= sizeof path) {
        return NULL;
    }
    void *server = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    return server != NULL ? door_at(dlsym(server, SERVER_DOOR)) : NULL;
}
