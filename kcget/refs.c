/* SPDX-License-Identifier: MIT */
/* Finding and reading kc://SERVICE/TARGET. */
#include "kcget/refs.h"

#include "libkc/parse.h"

#include <stdio.h>
#include <string.h>

#define SCHEME        "kc://"
#define SCHEME_LENGTH (sizeof SCHEME - 1)
#define NOT_FOUND     ((size_t)-1)

/* In the C locale's sense, whatever the locale is. */
static bool is_one_of(char byte, const char *others) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte != '\0' && strchr(others, byte) != NULL);
}

static size_t find(const char *text, size_t length, size_t from, const char *piece) {
    size_t size = strlen(piece);
    for (size_t at = from; length >= size && at <= length - size; at++) {
        if (memcmp(text + at, piece, size) == 0) {
            return at;
        }
    }
    return NOT_FOUND;
}

static int digit_value(char digit) {
    static const char digits[] = "0123456789abcdef";
    char lower = digit >= 'A' && digit <= 'F' ? (char)(digit - 'A' + 'a') : digit;
    const char *place = lower == '\0' ? NULL : strchr(digits, lower);
    return place == NULL ? -1 : (int)(place - digits);
}

/* One name, decoded or as it is; with its NUL. KC_INVALID, KC_TOO_BIG. */
static enum kc_error read_name(const char *text, size_t length, bool is_encoded, char *ret_name,
                               size_t max) {
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        char byte = text[i];
        if (is_encoded && byte == '%') {
            int high = i + 2 < length ? digit_value(text[i + 1]) : -1;
            int low = i + 2 < length ? digit_value(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return KC_INVALID;
            }
            byte = (char)(unsigned char)(high * 16 + low);
            i += 2;
        }
        if (used == max) {
            return KC_TOO_BIG;
        }
        ret_name[used++] = byte;
    }
    ret_name[used] = '\0';
    return parse_name(ret_name, used, max);
}

static enum kc_error refuse(enum kc_error error, const char *what, size_t max, char *why) {
    if (error == KC_TOO_BIG) {
        (void)snprintf(why, KC_MESSAGE_MAX, "the %s is longer than %zu bytes", what, max);
    } else {
        (void)snprintf(why, KC_MESSAGE_MAX,
                       "a %s has 1 to %zu bytes of UTF-8, no control characters", what, max);
    }
    return KC_INVALID;
}

/* Exactly SERVICE/TARGET. */
static enum kc_error read_ref(const char *text, size_t length, bool is_encoded, struct ref *ret_ref,
                              char *why) {
    struct ref ref;
    const char *slash = memchr(text, '/', length);
    if (slash == NULL) {
        (void)snprintf(why, KC_MESSAGE_MAX, "a service, a \"/\" and a target are needed");
        return KC_INVALID;
    }
    size_t service_length = (size_t)(slash - text);
    enum kc_error error = read_name(text, service_length, is_encoded, ref.service, KC_SERVICE_MAX);
    if (error != KC_OK) {
        return refuse(error, "service", KC_SERVICE_MAX, why);
    }
    error =
        read_name(slash + 1, length - service_length - 1, is_encoded, ref.target, KC_TARGET_MAX);
    if (error != KC_OK) {
        return refuse(error, "target", KC_TARGET_MAX, why);
    }
    *ret_ref = ref;
    return KC_OK;
}

/* Whether "{{" and perhaps blanks stand before the scheme at `at`. */
static bool has_braces(const char *text, size_t from, size_t at, size_t *ret_start) {
    while (at > from && (text[at - 1] == ' ' || text[at - 1] == '\t')) {
        at--;
    }
    if (at < from + 2 || text[at - 1] != '{' || text[at - 2] != '{') {
        return false;
    }
    *ret_start = at - 2;
    return true;
}

/* `at` is behind the scheme. */
static enum kc_error read_in_braces(const char *text, size_t length, size_t at,
                                    struct ref_place *place, char *why) {
    size_t end = find(text, length, at, "}}");
    if (end == NOT_FOUND || memchr(text + at, '\n', end - at) != NULL) {
        (void)snprintf(why, KC_MESSAGE_MAX, "\"{{kc://\" has no \"}}\" in its line");
        return KC_INVALID;
    }
    place->end = end + 2;
    while (end > at && (text[end - 1] == ' ' || text[end - 1] == '\t')) {
        end--;
    }
    place->is_text = end == at;
    return place->is_text ? KC_OK : read_ref(text + at, end - at, true, &place->ref, why);
}

static enum kc_error read_bare(const char *text, size_t length, size_t at, struct ref_place *place,
                               char *why) {
    size_t end = at;
    while (end < length && is_one_of(text[end], "-._~/%")) {
        end++;
    }
    place->end = end;
    return read_ref(text + at, end - at, true, &place->ref, why);
}

enum kc_error refs_next(const char *text, size_t length, size_t from, struct ref_place *ret_place,
                        char why[KC_MESSAGE_MAX]) {
    size_t at = find(text, length, from, SCHEME);
    while (at != NOT_FOUND && at > 0 && is_one_of(text[at - 1], "+-.")) {
        at = find(text, length, at + 1, SCHEME);
    }
    if (at == NOT_FOUND) {
        return KC_NOT_FOUND;
    }
    *ret_place = (struct ref_place){.start = at};
    if (has_braces(text, from, at, &ret_place->start)) {
        return read_in_braces(text, length, at + SCHEME_LENGTH, ret_place, why);
    }
    return read_bare(text, length, at + SCHEME_LENGTH, ret_place, why);
}

enum kc_error refs_parse(const char *text, struct ref *ret_ref, char why[KC_MESSAGE_MAX]) {
    size_t length = strlen(text);
    bool is_reference = strncmp(text, SCHEME, SCHEME_LENGTH) == 0;
    size_t skipped = is_reference ? SCHEME_LENGTH : 0;
    return read_ref(text + skipped, length - skipped, is_reference, ret_ref, why);
}

bool refs_equal(const struct ref *one, const struct ref *other) {
    return strcmp(one->service, other->service) == 0 && strcmp(one->target, other->target) == 0;
}
