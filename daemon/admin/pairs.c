/* SPDX-License-Identifier: MIT */
/* Splits at the first "="; a value may hold more of them. Limits are the library's to check. */
#include "daemon/admin/pairs.h"

#include "daemon/admin/say.h"

#include <stdlib.h>
#include <string.h>

static enum exit_code add(struct pairs *pairs, const char *text) {
    struct shown shown;
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        say("\"%s\" isn't NAME=VALUE", say_show(text, &shown));
        return EXIT_USAGE;
    }
    char *name = strndup(text, (size_t)(equals - text));
    char *value = strdup(equals + 1);
    if (name == NULL || value == NULL) {
        free(name);
        free(value);
        return say_fault(KC_NO_MEMORY, "can't read the attributes");
    }
    pairs->texts[2 * pairs->count] = name;
    pairs->texts[2 * pairs->count + 1] = value;
    pairs->count++;
    return EXIT_DONE;
}

enum exit_code pairs_new(const struct options *options, const char *name,
                         struct pairs **ret_pairs) {
    size_t count = options_value_count(options, name);
    KC_AUTO(pairs) pairs = calloc(1, sizeof *pairs);
    if (pairs != NULL) {
        pairs->texts = calloc(2 * count + 1, sizeof *pairs->texts);
    }
    if (pairs == NULL || pairs->texts == NULL) {
        return say_fault(KC_NO_MEMORY, "can't read the attributes");
    }
    for (size_t i = 0; i < count; i++) {
        enum exit_code code = add(pairs, options_value(options, name, i));
        if (code != EXIT_DONE) {
            return code;
        }
    }
    *ret_pairs = pairs;
    pairs = NULL;
    return EXIT_DONE;
}

void pairs_free(struct pairs *pairs) {
    if (pairs == NULL) {
        return;
    }
    for (size_t i = 0; pairs->texts != NULL && i < 2 * pairs->count; i++) {
        free(pairs->texts[i]);
    }
    free(pairs->texts);
    free(pairs);
}
