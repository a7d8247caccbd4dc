/* SPDX-License-Identifier: MIT */
/*
 * The file is opened first, looked at through the descriptor, and loaded through it: what was
 * looked at is what runs. Its directories aren't looked at, because whoever may rename there may
 * put another program in the place of ours as well.
 */
#define _GNU_SOURCE
#include "platform/module.h"

#include "platform/program.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* "/proc/self/fd/" and a number. */
#define LINK_MAX_LENGTH 40

static enum kc_error check_file(int file, const char **ret_why) {
    struct stat own;
    struct stat about;
    if (stat("/proc/self/exe", &own) != 0 || fstat(file, &about) != 0) {
        *ret_why = "it can't be looked at";
        return KC_UNSAFE;
    }
    if (!S_ISREG(about.st_mode) || (about.st_uid != 0 && about.st_uid != own.st_uid)) {
        *ret_why = "it isn't a file of whoever owns the program";
        return KC_UNSAFE;
    }
    if ((about.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        *ret_why = "others may write to it";
        return KC_UNSAFE;
    }
    return KC_OK;
}

static enum kc_error load_file(int file, const char *symbol, const void **ret_symbol,
                               const char **ret_why) {
    char link[LINK_MAX_LENGTH];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    /* All of it at once: a symbol that is missing is to be found out here. */
    void *module = dlopen(link, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    const void *found = module != NULL ? dlsym(module, symbol) : NULL;
    if (found == NULL) {
        const char *why = dlerror();
        *ret_why = why != NULL ? why : "it is empty";
        return KC_DAMAGED;
    }
    *ret_symbol = found;
    return KC_OK;
}

enum kc_error module_load(const char *relative, const char *symbol, const void **ret_symbol,
                          const char **ret_why) {
    char *path = NULL;
    *ret_why = "it isn't installed";
    enum kc_error error = program_beside(relative, &path);
    if (error != KC_OK) {
        return error == KC_IO ? KC_NOT_FOUND : error;
    }
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    free(path);
    if (file < 0) {
        return errno == ENOENT ? KC_NOT_FOUND : KC_UNSAFE;
    }
    error = check_file(file, ret_why);
    if (error == KC_OK) {
        error = load_file(file, symbol, ret_symbol, ret_why);
    }
    (void)close(file);
    return error;
}
