/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a request of git, and what it keeps as an item told to git again: one value never
 * becomes two lines, what was kept fits what was given, and a refusal is a plain sentence.
 *
 * links: kcget/adapters/git_lines.c kcget/adapters/git_item.c libkc/login.c libkc/parse.c
 * links: libkc/secret.c platform
 */
#include "kcget/adapters/git_item.h"
#include "kcget/adapters/git_lines.h"
#include "libkc/login.h"
#include "libkc/secret.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(int condition) {
    if (!condition) {
        abort();
    }
}

/* Sentences are ours, in plain ASCII; the request's own bytes could be anything. */
static void check_sentence(const char *why) {
    require(why[0] != '\0');
    for (const char *c = why; *c != '\0'; c++) {
        require(*c >= ' ' && *c <= '~');
    }
}

static void check_request(const struct git_request *request) {
    require(request->values[GIT_PROTOCOL][0] != '\0');
    require(request->values[GIT_HOST][0] != '\0' ||
            strcmp(request->values[GIT_PROTOCOL], "cert") == 0);
    for (size_t i = 0; i < GIT_KEY_COUNT; i++) {
        const char *value = request->values[i];
        require(value == NULL || strpbrk(value, "\r\n") == NULL);
        require(value == NULL || strlen(value) <= GIT_LINE_MAX);
    }
}

/* No part can pass for another: a target has one "://", one "@", and a "/" only in its path. */
static void check_target(const struct git_request *request) {
    const struct login login = {.protocol = request->values[GIT_PROTOCOL],
                                .host = request->values[GIT_HOST],
                                .username = request->values[GIT_USERNAME],
                                .path = request->values[GIT_PATH]};
    char target[KC_TARGET_MAX + 1];
    if (login_write_target(&login, target) != KC_OK) {
        return;
    }
    const char *authority = strstr(target, "://");
    require(authority != NULL && strchr(target, ':') == authority);
    const char *at = strchr(authority + 3, '@');
    require(at != NULL && strchr(at + 1, '@') == NULL);
    require(memchr(authority + 3, '/', (size_t)(at - authority - 3)) == NULL);
    require((strchr(at, '/') != NULL) == (login.path != NULL));
}

static void check_item(const struct git_request *request) {
    KC_AUTO(secret) value = NULL;
    KC_AUTO(secret) lines = NULL;
    struct git_item item = {0};
    enum kc_error error = git_item_make(request, &value, &item);
    if (error != KC_OK) {
        require(error == KC_NOT_FOUND || error == KC_TOO_BIG);
        return;
    }
    /* A credential that nobody says the type of is kept nowhere, and proves nothing. */
    bool is_kept = request->values[GIT_CREDENTIAL] == NULL || item.authtype != NULL;
    require(git_item_fits(&item, request) == is_kept);
    error = git_item_write(&item, request, 0, &lines);
    require(error == KC_OK || error == KC_NOT_FOUND);
    if (error == KC_OK && secret_length(lines) > 0) {
        const unsigned char *bytes = secret_view(lines);
        size_t count = 0;
        for (size_t i = 0; i < secret_length(lines); i++) {
            count += bytes[i] == '\n';
            require(bytes[i] != '\0' && bytes[i] != '\r');
        }
        require(count <= 7 && bytes[secret_length(lines) - 1] == '\n');
    }
}

/* The bytes as what somebody else has stored. */
static void check_foreign_item(const uint8_t *bytes, size_t length) {
    KC_AUTO(secret) lines = NULL;
    const struct git_request request = {.takes_authtype = length % 2 == 1};
    const struct git_item item = {.value = bytes,
                                  .length = length,
                                  .username = "bob",
                                  .authtype = length % 3 == 1 ? "Bearer" : NULL};
    enum kc_error error = git_item_write(&item, &request, 0, &lines);
    require(error == KC_OK || error == KC_NOT_FOUND || error == KC_INVALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct git_request request;
    char why[KC_MESSAGE_MAX] = "";
    char *text = malloc(length + 1);
    require(text != NULL);
    memcpy(text, bytes, length);
    text[length] = '\0';
    enum kc_error error = git_lines_parse(text, length, &request, why);
    if (error == KC_OK) {
        check_request(&request);
        check_target(&request);
        check_item(&request);
    } else {
        require(error == KC_INVALID);
        check_sentence(why);
    }
    check_foreign_item(bytes, length);
    free(text);
    return 0;
}
