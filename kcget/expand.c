/* SPDX-License-Identifier: MIT */
/* Walks over text from reference to reference, once to note them and once to replace them. */
#include "kcget/expand.h"

#include "kcget/gather.h"
#include "kcget/refs.h"
#include "libkc/secret.h"

#include <stdio.h>
#include <string.h>

static size_t line_of(const char *text, size_t at) {
    size_t line = 1;
    for (size_t i = 0; i < at; i++) {
        line += text[i] == '\n' ? 1 : 0;
    }
    return line;
}

static enum kc_error want(const struct ref_place *place, struct gather *gather, char *why) {
    enum kc_error error = place->is_text ? KC_OK : gather_want(gather, &place->ref);
    if (error == KC_TOO_BIG) {
        (void)snprintf(why, KC_MESSAGE_MAX, "more than %d different secrets are wanted",
                       GATHER_MAX);
    }
    return error;
}

enum kc_error expand_want(const char *text, size_t length, struct gather *gather,
                          char why[KC_MESSAGE_MAX]) {
    struct ref_place place = {0};
    enum kc_error error = refs_next(text, length, 0, &place, why);
    while (error == KC_OK) {
        error = want(&place, gather, why);
        if (error == KC_OK) {
            error = refs_next(text, length, place.end, &place, why);
        }
    }
    if (error == KC_INVALID && memchr(text, '\n', length) != NULL) {
        char what[KC_MESSAGE_MAX - 32];
        (void)snprintf(what, sizeof what, "%.*s", (int)sizeof what - 1, why);
        (void)snprintf(why, KC_MESSAGE_MAX, "line %zu: %s", line_of(text, place.start), what);
    }
    return error == KC_NOT_FOUND ? KC_OK : error;
}

static enum kc_error write_place(const struct ref_place *place, const struct gather *gather,
                                 size_t limit, struct secret *text_so_far) {
    if (place->is_text) {
        return secret_append(text_so_far, "kc://", 5, limit);
    }
    const struct secret *value = gather_value(gather, &place->ref);
    if (value == NULL) {
        return KC_INTERNAL;
    }
    return secret_append(text_so_far, secret_view(value), secret_length(value), limit);
}

enum kc_error expand_write(const char *text, size_t length, const struct gather *gather,
                           size_t limit, struct secret *text_so_far) {
    struct ref_place place;
    char why[KC_MESSAGE_MAX];
    size_t at = 0;
    enum kc_error error = refs_next(text, length, at, &place, why);
    while (error == KC_OK) {
        error = secret_append(text_so_far, text + at, place.start - at, limit);
        if (error == KC_OK) {
            error = write_place(&place, gather, limit, text_so_far);
        }
        at = place.end;
        if (error == KC_OK) {
            error = refs_next(text, length, at, &place, why);
        }
    }
    if (error != KC_NOT_FOUND) {
        return error;
    }
    return secret_append(text_so_far, text + at, length - at, limit);
}
