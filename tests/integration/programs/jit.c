/* SPDX-License-Identifier: MIT */
/*
 * Reads one secret with libkc while it runs code that its file doesn't hold: with "make" it has
 * memory to execute that no file backs, with a path it loads that library.
 *
 *     jit make|none|LIBRARY SERVICE TARGET
 */
#define _GNU_SOURCE
#include "libkc/keychain-auth.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { SIZE = 4096, TIMEOUT_MS = 10000 };

static bool make_code(void) {
    void *code = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (code == MAP_FAILED) {
        return false;
    }
    memset(code, 0xC3, SIZE); /* never run; that it could be is what counts */
    return mprotect(code, SIZE, PROT_READ | PROT_EXEC) == 0;
}

static bool prepare(const char *how) {
    if (strcmp(how, "make") == 0) {
        return make_code();
    }
    return strcmp(how, "none") == 0 || dlopen(how, RTLD_NOW) != NULL;
}

static int ask(struct kc_client *client, const char *service, const char *target) {
    struct kc_answer *answer = NULL;
    const struct kc_query query = {
        .action = "read", .service = service, .targets = &target, .target_count = 1};
    if (kc_request(client, &query, &answer) != KC_OK) {
        return 4;
    }
    int code = kc_answer_count(answer) == 1 ? 0 : 1;
    if (code == 0) {
        (void)puts(kc_answer_value(answer, 0));
    } else {
        (void)fprintf(stderr, "%s: %s\n", kc_answer_reason(answer), kc_answer_message(answer));
    }
    kc_answer_free(answer);
    return code;
}

int main(int argc, char **argv) {
    struct kc_client *client = NULL;
    if (argc != 4 || !prepare(argv[1])) {
        (void)fprintf(stderr, "usage: jit make|none|LIBRARY SERVICE TARGET\n");
        return 2;
    }
    if (kc_open(NULL, TIMEOUT_MS, &client) != KC_OK) {
        return 3;
    }
    int code = ask(client, argv[2], argv[3]);
    kc_close(client);
    return code;
}
