/* SPDX-License-Identifier: MIT */
/* A library is named the way a program is: by its real path and the hash of its bytes. */
#include "daemon/admin/libraries.h"

#include "daemon/admin/say.h"
#include "daemon/admin/subject.h"
#include "libkc/error.h"

#include <stdlib.h>
#include <string.h>

static enum exit_code fill(const char *operand, bool with_hash, char **ret_path, char **ret_hash) {
    if (!with_hash) {
        return subject_resolve(operand, ret_path);
    }
    KC_AUTO(subject) subject = NULL;
    struct shown shown;
    const char *why = kc_error_text(KC_NO_MEMORY);
    enum kc_error error = subject_look(operand, &subject, &why);
    if (error != KC_OK) {
        say("can't take \"%s\" for a library: %s", say_show(operand, &shown), why);
        return error == KC_NO_MEMORY || error == KC_IO ? EXIT_FAULT : EXIT_NO;
    }
    char *hash = strdup(subject->hash);
    if (hash == NULL) {
        return say_fault(KC_NO_MEMORY, "can't look at the library");
    }
    *ret_hash = hash;
    *ret_path = subject->path;
    subject->path = NULL;
    return EXIT_DONE;
}

enum exit_code libraries_new(const struct options *options, bool with_hash,
                             struct libraries **ret_libraries) {
    KC_AUTO(libraries) libraries = calloc(1, sizeof *libraries);
    size_t count = options_value_count(options, "library");
    if (libraries != NULL && count > 0) {
        libraries->items = calloc(count, sizeof *libraries->items);
    }
    if (libraries == NULL || (count > 0 && libraries->items == NULL)) {
        return say_fault(KC_NO_MEMORY, "can't look at the libraries");
    }
    for (size_t i = 0; i < count; i++) {
        char *path = NULL;
        char *hash = NULL;
        enum exit_code code = fill(options_value(options, "library", i), with_hash, &path, &hash);
        if (code != EXIT_DONE) {
            return code;
        }
        libraries->items[libraries->count++] = (struct config_library){path, hash};
    }
    *ret_libraries = libraries;
    libraries = NULL;
    return EXIT_DONE;
}

void libraries_free(struct libraries *libraries) {
    if (libraries == NULL) {
        return;
    }
    for (size_t i = 0; i < libraries->count; i++) {
        free((char *)libraries->items[i].path);
        free((char *)libraries->items[i].hash);
    }
    free(libraries->items);
    free(libraries);
}
