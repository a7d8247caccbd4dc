/* SPDX-License-Identifier: MIT */
/*
 * Replacing a file so that a crash leaves the old one or the new one whole: a new file beside
 * it, made durable, then renamed over it, then the directory made durable. Two steps, because
 * the audit record is written between them.
 */
#define _GNU_SOURCE
#include "platform/file.h"

#include "platform/unix/descriptor.h"
#include "platform/unix/file_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define NAME_ATTEMPTS 16

struct file_replacement {
    int directory;
    int file;
    char *name;      /* what it will be called, in `directory` */
    char *temporary; /* what it is called now; NULL as soon as that name is gone */
};

static const char *last_component(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* `name`.new.XXXXXX with fresh digits. */
static enum kc_error choose_name(const char *name, char *temporary, size_t size) {
    static const char digits[] = FILE_NEW_ALPHABET;
    unsigned char random[FILE_NEW_DIGITS];
    if (getentropy(random, sizeof random) != 0) {
        return KC_IO;
    }
    char suffix[FILE_NEW_DIGITS + 1] = {0};
    for (size_t i = 0; i < FILE_NEW_DIGITS; i++) {
        suffix[i] = digits[random[i] % 32];
    }
    int length = snprintf(temporary, size, "%s" FILE_NEW_MARK "%s", name, suffix);
    return length > 0 && (size_t)length < size ? KC_OK : KC_TOO_BIG;
}

static enum kc_error create_temporary(struct file_replacement *replacement) {
    size_t size = strlen(replacement->name) + sizeof FILE_NEW_MARK + FILE_NEW_DIGITS;
    KC_AUTO_TEXT temporary = malloc(size);
    if (temporary == NULL) {
        return KC_NO_MEMORY;
    }
    for (int attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
        enum kc_error error = choose_name(replacement->name, temporary, size);
        if (error != KC_OK) {
            return error;
        }
        replacement->file = openat(replacement->directory, temporary,
                                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (replacement->file >= 0) {
            replacement->temporary = temporary;
            temporary = NULL;
            return KC_OK;
        }
        if (errno != EEXIST) {
            return descriptor_error(errno);
        }
    }
    return KC_IO;
}

static enum kc_error replacement_new(const char *path, struct file_replacement **ret_replacement) {
    const char *name = last_component(path);
    if (name[0] == '\0') {
        return KC_INVALID;
    }
    KC_AUTO(file_replacement) replacement = calloc(1, sizeof *replacement);
    if (replacement == NULL) {
        return KC_NO_MEMORY;
    }
    replacement->directory = -1;
    replacement->file = -1;
    replacement->name = strdup(name);
    if (replacement->name == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = file_open_parent(path, &replacement->directory);
    if (error == KC_OK) {
        error = create_temporary(replacement);
    }
    if (error != KC_OK) {
        return error;
    }
    *ret_replacement = replacement;
    replacement = NULL;
    return KC_OK;
}

enum kc_error file_replace_prepare(const char *path, const struct file_piece *pieces, size_t count,
                                   struct file_replacement **ret_replacement) {
    KC_AUTO(file_replacement) replacement = NULL;
    enum kc_error error = replacement_new(path, &replacement);
    for (size_t i = 0; i < count && error == KC_OK; i++) {
        error = descriptor_write(replacement->file, pieces[i].bytes, pieces[i].length);
    }
    if (error == KC_OK && fsync(replacement->file) != 0) {
        error = descriptor_error(errno);
    }
    if (error != KC_OK) {
        return error;
    }
    *ret_replacement = replacement;
    replacement = NULL;
    return KC_OK;
}

enum kc_error file_replace_commit(struct file_replacement **take_replacement,
                                  struct file_stamp *ret_stamp) {
    KC_AUTO(file_replacement) replacement = *take_replacement;
    *take_replacement = NULL;

    if (renameat(replacement->directory, replacement->temporary, replacement->directory,
                 replacement->name) != 0) {
        return descriptor_error(errno);
    }
    free(replacement->temporary);
    replacement->temporary = NULL;

    /* The new name stands; whether it survives a power cut is what a failure here denies. */
    if (fsync(replacement->directory) != 0) {
        return descriptor_error(errno);
    }
    struct stat status; /* after the rename, which touches ctime */
    if (fstat(replacement->file, &status) != 0) {
        return descriptor_error(errno);
    }
    if (ret_stamp != NULL) {
        *ret_stamp = file_stamp_of(&status);
    }
    return KC_OK;
}

void file_replacement_free(struct file_replacement *replacement) {
    if (replacement == NULL) {
        return;
    }
    if (replacement->temporary != NULL) {
        (void)unlinkat(replacement->directory, replacement->temporary, 0);
    }
    descriptor_close(&replacement->file);
    descriptor_close(&replacement->directory);
    free(replacement->temporary);
    free(replacement->name);
    free(replacement);
}

enum kc_error file_replace(const char *path, const void *bytes, size_t length) {
    struct file_piece piece = {bytes, length};
    KC_AUTO(file_replacement) replacement = NULL;
    enum kc_error error = file_replace_prepare(path, &piece, 1, &replacement);
    if (error != KC_OK) {
        return error;
    }
    return file_replace_commit(&replacement, NULL);
}
