/* SPDX-License-Identifier: MIT */
/*
 * kc-shim COMMAND…: runs a program that was written for libsecret so that it gets its secrets from
 * the daemon. Only the environment is changed; the program is the one that asks, and is
 * judged.
 */
#include "libkc/options.h"
#include "platform/program.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY KC_SHIM_FROM_BIN "/libkcshim.so"

static void print_usage(FILE *stream) {
    (void)fputs("usage: kc-shim [--] COMMAND [ARGUMENT]...\n"
                "       kc-shim --help | --version\n"
                "runs a program whose calls of libsecret go to keychain-auth\n\n"
                "example: kc-shim secret-tool lookup service example user bob\n"
                "exit: that of the command; 2 usage, 126 it can't be run, 127 not found\n",
                stream);
}

static void complain(const char *sentence, const char *subject) {
    (void)fprintf(stderr, "kc-shim: %s%s%s%s\n", sentence, subject != NULL ? " \"" : "",
                  subject != NULL ? subject : "", subject != NULL ? "\"" : "");
}

/* Ours first; what the user has there stays. */
static enum kc_error preload(const char *library) {
    const char *old = getenv("LD_PRELOAD");
    if (old == NULL || old[0] == '\0') {
        return program_set_variable("LD_PRELOAD", library);
    }
    size_t length = strlen(library);
    if (strncmp(old, library, length) == 0 && strchr(": ", old[length]) != NULL) {
        return KC_OK; /* strchr() finds the end, too */
    }
    size_t size = length + strlen(old) + sizeof ":";
    char *joined = malloc(size);
    if (joined == NULL) {
        return KC_NO_MEMORY;
    }
    (void)snprintf(joined, size, "%s:%s", library, old);
    enum kc_error error = program_set_variable("LD_PRELOAD", joined);
    free(joined);
    return error;
}

static enum kc_error prepare(void) {
    char *library = NULL;
    enum kc_error error = program_beside(LIBRARY, &library);
    if (error == KC_OK) {
        error = preload(library);
    }
    if (error == KC_OK) {
        error = program_set_variable("KEYCHAIN_AUTH_SHIM", "1");
    }
    free(library);
    return error;
}

static int run(const char *const *command) {
    enum kc_error error = prepare();
    if (error != KC_OK) {
        complain(error == KC_NOT_FOUND ? "its library isn't installed beside it, at"
                                       : "out of memory",
                 error == KC_NOT_FOUND ? LIBRARY : NULL);
        return EXIT_FAULT;
    }
    error = program_become(command);
    complain(error == KC_NOT_FOUND ? "no such command:" : "can't run", command[0]);
    return error == KC_NOT_FOUND ? 127 : 126;
}

int main(int argc, char **argv) {
    const char *first = argc > 1 ? argv[1] : "";
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0) {
        print_usage(stdout);
        return EXIT_DONE;
    }
    if (strcmp(first, "--version") == 0) {
        (void)puts("kc-shim " KC_VERSION);
        return EXIT_DONE;
    }
    bool has_mark = strcmp(first, "--") == 0;
    int command = has_mark ? 2 : 1;
    if (argc <= command || (!has_mark && first[0] == '-')) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    return run((const char *const *)argv + command);
}
