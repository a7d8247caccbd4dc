/* SPDX-License-Identifier: MIT */
/*
 * Grants: their form, their spelling, and what they cover. Which grants somebody has is
 * policy's to know.
 */
#include "daemon/grant.h"

#include "libkc/parse.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

/* The characters that a service can't show as themselves: the separator of the glob, the
 * separator on the command line, and the sign of the encoding. */
static const struct {
    char character;
    const char *spelling;
} spellings[] = {{'/', "%2F"}, {',', "%2C"}, {'%', "%25"}};
#define SPELLING_COUNT  (sizeof spellings / sizeof spellings[0])
#define SPELLING_LENGTH 3

char *grant_write_service(const char *service, char ret_text[GRANT_SERVICE_SIZE]) {
    assert(strlen(service) <= KC_SERVICE_MAX);
    char *end = ret_text;
    for (const char *at = service; *at != '\0'; at++) {
        size_t i = 0;
        while (i < SPELLING_COUNT && spellings[i].character != *at) {
            i++;
        }
        if (i < SPELLING_COUNT) {
            memcpy(end, spellings[i].spelling, SPELLING_LENGTH);
            end += SPELLING_LENGTH;
        } else {
            *end++ = *at;
        }
    }
    *end = '\0';
    return ret_text;
}

/* The character that begins at `at`, and how many bytes spell it; 0: this isn't allowed. */
static size_t read_character(const char *at, char *ret_character) {
    if (*at == ',') {
        return 0;
    }
    if (*at != '%') {
        *ret_character = *at;
        return 1;
    }
    for (size_t i = 0; i < SPELLING_COUNT; i++) {
        if (strncmp(at, spellings[i].spelling, SPELLING_LENGTH) == 0) {
            *ret_character = spellings[i].character;
            return SPELLING_LENGTH;
        }
    }
    return 0;
}

enum kc_error grant_check(const char *grant) {
    char service[KC_SERVICE_MAX + 1];
    size_t length = 0;
    const char *at = grant;
    while (*at != '\0' && *at != '/') {
        if (length == KC_SERVICE_MAX) {
            return KC_TOO_BIG;
        }
        size_t step = read_character(at, &service[length]);
        if (step == 0) {
            return KC_INVALID;
        }
        length++;
        at += step;
    }

    enum kc_error error = parse_name(service, length, KC_SERVICE_MAX);
    if (error == KC_OK && *at == '/') {
        error = parse_name(at + 1, strlen(at + 1), KC_TARGET_MAX);
    }
    return error;
}

/* Everything that begins with `prefix` is matched by `glob`. Only "text*" is looked at: for
 * other patterns the answer would be hard to foresee for the person who wrote them. */
static bool glob_covers_prefix(const char *glob, const char *prefix) {
    size_t length = strcspn(glob, "*?");
    return strcmp(glob + length, "*") == 0 && strncmp(glob, prefix, length) == 0;
}

bool grant_covers(const char *grant, const char *service, const char *target, enum kc_match match) {
    if (strlen(service) > KC_SERVICE_MAX) {
        return false;
    }
    char spelling[GRANT_SERVICE_SIZE];
    size_t length = strlen(grant_write_service(service, spelling));
    if (strncmp(grant, spelling, length) != 0) {
        return false;
    }
    if (grant[length] == '\0') {
        return true;
    }
    if (grant[length] != '/') {
        return false;
    }
    const char *glob = grant + length + 1;
    return match == KC_MATCH_EXACT ? parse_glob(glob, target) : glob_covers_prefix(glob, target);
}
