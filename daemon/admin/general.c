/* SPDX-License-Identifier: MIT */
/*
 * A list of names, for a warning. It can't be complete and needn't be: what a program is really
 * allowed to do is decided by the rights that it is given.
 */
#include "daemon/admin/general.h"

#include "libkc/parse.h"

#include <stddef.h>
#include <string.h>

struct general {
    const char *pattern;
    const char *kind;
};

static const struct general generals[] = {
    {"python*", "an interpreter"},
    {"pypy*", "an interpreter"},
    {"perl*", "an interpreter"},
    {"ruby*", "an interpreter"},
    {"node*", "an interpreter"},
    {"deno", "an interpreter"},
    {"bun", "an interpreter"},
    {"lua*", "an interpreter"},
    {"php*", "an interpreter"},
    {"tclsh*", "an interpreter"},
    {"guile*", "an interpreter"},
    {"java", "an interpreter"},
    {"*awk", "an interpreter"},
    {"sh", "a shell"},
    {"?sh", "a shell"},
    {"bash*", "a shell"},
    {"dash", "a shell"},
    {"fish", "a shell"},
    {"mksh", "a shell"},
    {"tcsh", "a shell"},
    {"busybox*", "a shell"},
    {"toybox*", "a shell"},
    {"git", "a tool that runs hooks and helpers"},
    {"curl", "a tool that sends what it reads anywhere"},
    {"wget*", "a tool that sends what it reads anywhere"},
    {"env", "a launcher"},
    {"xargs", "a launcher"},
    {"nohup", "a launcher"},
    {"timeout", "a launcher"},
    {"setsid", "a launcher"},
    {"sudo", "a launcher"},
    {"su", "a launcher"},
    {"make", "a launcher"},
    {"find", "a launcher"},
    {"npm", "a launcher"},
    {"npx", "a launcher"},
    {"gdb", "a debugger"},
    {"strace", "a debugger"},
    {"vim*", "an editor that runs commands"},
    {"nvim", "an editor that runs commands"},
    {"emacs*", "an editor that runs commands"},
    {"socat*", "a relay"},
    {"nc", "a relay"},
    {"openssl", "a relay"},
};

static const char *const loaders[] = {"ld-*.so*", "ld.so*", "ld64.so*"};

static const char *name_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

const char *general_kind(const char *path) {
    for (size_t i = 0; i < sizeof generals / sizeof generals[0]; i++) {
        if (parse_glob(generals[i].pattern, name_of(path))) {
            return generals[i].kind;
        }
    }
    return NULL;
}

bool general_is_loader(const char *path) {
    for (size_t i = 0; i < sizeof loaders / sizeof loaders[0]; i++) {
        if (parse_glob(loaders[i], name_of(path))) {
            return true;
        }
    }
    return false;
}
