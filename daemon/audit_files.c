/* SPDX-License-Identifier: MIT */
/* Looks into the directory, and puts in order what belongs to the record. */
#include "daemon/audit_files.h"

#include "libkc/parse.h"
#include "platform/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Twice as many names as numbers, at the very most; somebody else may have made them. */
#define LISTED_MAX ((size_t)2 * AUDIT_NUMBER_MAX)

enum kc_error audit_files_parse(const char *text, uint64_t *ret_number, bool *ret_is_packed) {
    char digits[AUDIT_NUMBER_DIGITS + 1];
    if (strlen(text) < AUDIT_NUMBER_DIGITS) {
        return KC_INVALID;
    }
    const char *suffix = text + AUDIT_NUMBER_DIGITS;
    bool is_packed = strcmp(suffix, AUDIT_PACKED_SUFFIX) == 0;
    uint64_t number = 0;
    memcpy(digits, text, AUDIT_NUMBER_DIGITS);
    digits[AUDIT_NUMBER_DIGITS] = '\0';
    if ((!is_packed && suffix[0] != '\0') ||
        parse_unsigned(digits, AUDIT_NUMBER_MAX, &number) != KC_OK || number == 0) {
        return KC_INVALID;
    }
    *ret_number = number;
    *ret_is_packed = is_packed;
    return KC_OK;
}

enum kc_error audit_files_name(const char *path, uint64_t number, bool is_packed, char **ret_name) {
    size_t size = strlen(path) + 1 + AUDIT_NUMBER_DIGITS + sizeof AUDIT_PACKED_SUFFIX;
    if (number == 0 || number > AUDIT_NUMBER_MAX) {
        return KC_TOO_BIG;
    }
    char *name = malloc(size);
    if (name == NULL) {
        return KC_NO_MEMORY;
    }
    (void)snprintf(name, size, "%s.%0*" PRIu64 "%s", path, AUDIT_NUMBER_DIGITS, number,
                   is_packed ? AUDIT_PACKED_SUFFIX : "");
    *ret_name = name;
    return KC_OK;
}

const char *audit_files_label(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* Room for one more, zeroed behind the last. */
static enum kc_error grow(struct audit_files *files) {
    size_t size = (files->count + 1) * sizeof *files->list;
    if (files->count >= LISTED_MAX) {
        return KC_TOO_BIG;
    }
    struct audit_file *list = realloc(files->list, size);
    if (list == NULL) {
        return KC_NO_MEMORY;
    }
    files->list = list;
    list[files->count] = (struct audit_file){.number = 0};
    return KC_OK;
}

static enum kc_error add_numbered(const char *rest, void *context) {
    struct audit_files *files = context;
    uint64_t number = 0;
    bool is_packed = false;
    if (rest[0] != '.' || audit_files_parse(rest + 1, &number, &is_packed) != KC_OK) {
        return KC_OK;
    }
    enum kc_error error = grow(files);
    if (error != KC_OK) {
        return error;
    }
    struct audit_file *file = &files->list[files->count];
    *file = (struct audit_file){.number = number, .is_packed = is_packed};
    error = audit_files_name(files->path, number, is_packed, &file->path);
    files->count += error == KC_OK ? 1 : 0;
    return error;
}

/* By number, the one that isn't packed first. */
static int compare(const void *left, const void *right) {
    const struct audit_file *one = left;
    const struct audit_file *other = right;
    if (one->number != other->number) {
        return one->number < other->number ? -1 : 1;
    }
    return (int)one->is_packed - (int)other->is_packed;
}

/* Takes out what is listed twice. */
static void keep_one_each(struct audit_files *files) {
    size_t kept = 0;
    for (size_t i = 0; i < files->count; i++) {
        struct audit_file *file = &files->list[i];
        bool is_again = kept > 0 && files->list[kept - 1].number == file->number;
        bool is_unfinished = !file->is_packed && file_is_same(files->path, file->path);
        files->last_number = file->number;
        if (is_unfinished) {
            files->unfinished = file->number;
        }
        if (is_again || is_unfinished) {
            free(file->path);
        } else {
            files->list[kept++] = *file;
        }
    }
    files->count = kept;
}

static enum kc_error add_current(struct audit_files *files) {
    const struct file_stamp nothing = {.words = {0}};
    struct file_stamp stamp;
    enum kc_error error = file_stamp(files->path, &stamp);
    if (error != KC_OK || file_stamp_equal(&stamp, &nothing)) {
        return error;
    }
    error = grow(files);
    if (error != KC_OK) {
        return error;
    }
    char *path = strdup(files->path);
    files->list[files->count].path = path;
    files->count += path != NULL ? 1 : 0;
    return path != NULL ? KC_OK : KC_NO_MEMORY;
}

enum kc_error audit_files_new(const char *path, struct audit_files **ret_files) {
    KC_AUTO(audit_files) files = calloc(1, sizeof *files);
    if (files == NULL) {
        return KC_NO_MEMORY;
    }
    files->path = strdup(path);
    if (files->path == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = file_visit_beside(path, add_numbered, files);
    if (error == KC_OK && files->count > 0) {
        qsort(files->list, files->count, sizeof *files->list, compare);
        keep_one_each(files);
    }
    if (error == KC_OK) {
        error = add_current(files);
    }
    if (error != KC_OK && error != KC_NOT_FOUND) {
        return error;
    }
    *ret_files = files; /* without a directory there are none */
    files = NULL;
    return KC_OK;
}

void audit_files_free(struct audit_files *files) {
    if (files == NULL) {
        return;
    }
    for (size_t i = 0; i < files->count; i++) {
        free(files->list[i].path);
    }
    free(files->list);
    free(files->path);
    free(files);
}
