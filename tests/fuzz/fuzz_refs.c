/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a text with references: each stands behind the one before, begins with the scheme or
 * with braces, and has names that the protocol allows.
 *
 * links: kcget/refs.c libkc/parse.c libkc/parse_escape.c platform
 */
#include "kcget/refs.h"

#include "libkc/parse.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void must(bool holds) {
    if (!holds) {
        abort();
    }
}

static void check_ref(const struct ref *ref) {
    must(parse_name(ref->service, strlen(ref->service), KC_SERVICE_MAX) == KC_OK);
    must(parse_name(ref->target, strlen(ref->target), KC_TARGET_MAX) == KC_OK);
}

static void check_place(const struct ref_place *place, const char *text) {
    must(memcmp(text + place->start, "kc://", 5) == 0 || memcmp(text + place->start, "{{", 2) == 0);
    if (place->is_text) {
        must(place->ref.service[0] == '\0');
    } else {
        check_ref(&place->ref);
    }
}

static void check_whole(const uint8_t *bytes, size_t length) {
    struct ref ref;
    char why[KC_MESSAGE_MAX];
    char *text = calloc(1, length + 1);
    must(text != NULL);
    memcpy(text, bytes, length);
    if (refs_parse(text, &ref, why) == KC_OK) {
        check_ref(&ref);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    const char *text = (const char *)bytes;
    char why[KC_MESSAGE_MAX] = "";
    struct ref_place place = {0};
    size_t at = 0;
    check_whole(bytes, length);
    enum kc_error error = refs_next(text, length, at, &place, why);
    while (error == KC_OK) {
        must(place.start >= at && place.end >= place.start + 5 && place.end <= length);
        check_place(&place, text);
        at = place.end;
        error = refs_next(text, length, at, &place, why);
    }
    must(error == KC_NOT_FOUND || (error == KC_INVALID && why[0] != '\0' && place.start < length));
    return 0;
}
