/* SPDX-License-Identifier: MIT */
/* Names a program the way the daemon will: by its real path and the hash of its bytes. */
#include "daemon/admin/subject.h"

#include "daemon/admin/general.h"
#include "daemon/admin/say.h"
#include "daemon/digest.h"
#include "libkc/error.h"
#include "libkc/parse.h"
#include "platform/process.h"
#include "platform/trust.h"

#include <stdlib.h>
#include <string.h>

#define HASH_PREFIX_MIN 8

static bool begins_with(const struct subject *subject, const char *mark, size_t length) {
    return subject->head_length >= length && memcmp(subject->head, mark, length) == 0;
}

static enum kc_error read_head(const struct image *image, struct subject *subject) {
    enum kc_error error =
        image_read(image, 0, subject->head, sizeof subject->head, &subject->head_length);
    if (error == KC_OK) {
        subject->kind = begins_with(subject, "#!", 2)        ? SUBJECT_SCRIPT
                        : begins_with(subject, "\177ELF", 4) ? SUBJECT_PROGRAM
                                                             : SUBJECT_OTHER;
    }
    return error;
}

static enum kc_error open_and_hash(const char *path, struct subject *subject,
                                   const char **ret_why) {
    KC_AUTO(image) image = NULL;
    enum kc_error error = image_open(path, &image, ret_why);
    if (error != KC_OK) {
        return error;
    }
    error = read_head(image, subject);
    if (error == KC_OK) {
        error = digest_compute(image, NULL, subject->hash);
    }
    if (error != KC_OK) {
        return error;
    }
    subject->size = image_size(image);
    subject->path = strdup(image_path(image));
    return subject->path == NULL ? KC_NO_MEMORY : KC_OK;
}

enum kc_error subject_look(const char *path, struct subject **ret_subject, const char **ret_why) {
    KC_AUTO(subject) subject = calloc(1, sizeof *subject);
    if (subject == NULL) {
        return KC_NO_MEMORY;
    }
    const char *why = NULL;
    enum kc_error error = open_and_hash(path, subject, &why);
    if (error != KC_OK) {
        why = error == KC_NOT_FOUND ? "there is no such file" : why;
        *ret_why = why == NULL ? kc_error_text(error) : why;
        return error;
    }
    *ret_subject = subject;
    subject = NULL;
    return KC_OK;
}

enum exit_code subject_new(const char *path, struct subject **ret_subject) {
    const char *why = kc_error_text(KC_NO_MEMORY);
    struct shown shown;
    enum kc_error error = subject_look(path, ret_subject, &why);
    if (error == KC_OK) {
        return EXIT_DONE;
    }
    say("can't take \"%s\" for a program: %s", say_show(path, &shown), why);
    return error == KC_NO_MEMORY || error == KC_IO ? EXIT_FAULT : EXIT_NO;
}

void subject_free(struct subject *subject) {
    if (subject != NULL) {
        free(subject->path);
        free(subject);
    }
}

bool subject_is_hash(const char *operand) {
    size_t length = strlen(operand);
    return length >= HASH_PREFIX_MIN && length < HASH_TEXT_SIZE && parse_is_hex(operand, length);
}

enum exit_code subject_resolve(const char *operand, char **ret_path) {
    KC_AUTO(image) image = NULL;
    struct shown shown;
    const char *why = NULL;
    bool is_there = image_open(operand, &image, &why) == KC_OK;
    if (!is_there && operand[0] != '/') {
        say("no file \"%s\"; name one that is gone by its whole path or by its hash",
            say_show(operand, &shown));
        return EXIT_USAGE;
    }
    char *path = strdup(is_there ? image_path(image) : operand);
    if (path == NULL) {
        return say_fault(KC_NO_MEMORY, "can't look at the file");
    }
    *ret_path = path;
    return EXIT_DONE;
}

bool subject_is_loader(const struct subject *subject) {
    return general_is_loader(subject->path);
}

enum exit_code subject_refuse_loader(const struct subject *subject) {
    struct shown shown;
    say("\"%s\" is the dynamic loader and can't be registered: every program can be run by it",
        say_show(subject->path, &shown));
    return EXIT_NO;
}

static void warn_of_what_never_asks(const struct subject *subject) {
    struct shown shown;
    if (subject->kind == SUBJECT_SCRIPT) {
        say_warning(
            "\"%s\" is a script: it counts as a caller of helpers, kcget for one; what asks "
            "without a helper is its interpreter",
            say_show(subject->path, &shown));
    } else if (subject->kind == SUBJECT_PROGRAM && !trust_may_execute(subject->path)) {
        say_warning("\"%s\" isn't executable", say_show(subject->path, &shown));
    }
}

void subject_warn(const struct subject *subject) {
    struct shown shown;
    struct shown place;
    const char *kind = general_kind(subject->path);
    if (kind != NULL) {
        say_warning("\"%s\" is %s: whatever makes it run can use the rights that you give it",
                    say_show(subject->path, &shown), kind);
    }
    char where[4096];
    const char *why = NULL;
    if (trust_check_path(subject->path, where, sizeof where, &why) == KC_UNSAFE) {
        say_warning("\"%s\" isn't safe from others: \"%s\": %s", say_show(subject->path, &shown),
                    say_show(where, &place), why);
    }
    warn_of_what_never_asks(subject);
}
