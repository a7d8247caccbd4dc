/* SPDX-License-Identifier: MIT */
/*
 * One line of text a line. The file is opened anew for every line, since another console may have
 * cut it to size meanwhile, which makes it another file.
 */
#include "shell/console/past.h"

#include "libkc/parse.h"
#include "platform/file.h"
#include "shell/console/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t)8 * 1024 * 1024)

struct past {
    char *path;
};

static enum kc_error make_directory(const char *path) {
    const char *slash = strrchr(path, '/');
    char *directory = slash == NULL ? NULL : strndup(path, (size_t)(slash - path));
    if (directory == NULL) {
        return slash == NULL ? KC_INVALID : KC_NO_MEMORY;
    }
    enum kc_error error = file_make_directory(directory);
    free(directory);
    return error;
}

static size_t count_lines(const struct file_bytes *file) {
    size_t count = 0;
    for (size_t i = 0; i < file->length; i++) {
        count += file->bytes[i] == '\n';
    }
    return count;
}

/* Where the last PAST_LINES lines begin. */
static char *last_lines(const struct file_bytes *file) {
    char *at = file->bytes;
    for (size_t count = count_lines(file); count > PAST_LINES; count--) {
        at = (char *)memchr(at, '\n', file->length - (size_t)(at - file->bytes)) + 1;
    }
    return at;
}

static void tell(char *at, const char *end, void (*each)(const char *line)) {
    while (at < end) {
        char *newline = memchr(at, '\n', (size_t)(end - at));
        if (newline == NULL) {
            return; /* somebody is writing it */
        }
        *newline = '\0';
        if (parse_name(at, (size_t)(newline - at), WORDS_LINE_MAX) == KC_OK) {
            each(at);
        }
        at = newline + 1;
    }
}

static enum kc_error read_all(const char *path, void (*each)(const char *line)) {
    struct file_bytes file = {.bytes = NULL};
    enum kc_error error = file_read(path, FILE_SECRET, FILE_MAX, &file);
    if (error != KC_OK) {
        return error == KC_NOT_FOUND ? KC_OK : error;
    }
    char *first = last_lines(&file);
    const char *end = file.bytes + file.length;
    if (first > file.bytes) {
        error = file_replace(path, first, (size_t)(end - first));
    }
    if (error == KC_OK) {
        tell(first, end, each);
    }
    file_bytes_clear(&file);
    return error;
}

enum kc_error past_open(const char *path, void (*each)(const char *line), struct past **ret_past) {
    enum kc_error error = make_directory(path);
    if (error == KC_OK) {
        error = read_all(path, each);
    }
    if (error != KC_OK) {
        return error;
    }
    KC_AUTO(past) past = calloc(1, sizeof *past);
    if (past == NULL) {
        return KC_NO_MEMORY;
    }
    past->path = strdup(path);
    if (past->path == NULL) {
        return KC_NO_MEMORY;
    }
    *ret_past = past;
    past = NULL;
    return KC_OK;
}

enum kc_error past_keep(const struct past *past, const char *line) {
    if (past == NULL) {
        return KC_OK;
    }
    KC_AUTO(file_log) log = NULL;
    size_t length = strlen(line);
    char *text = malloc(length + 2);
    if (text == NULL) {
        return KC_NO_MEMORY;
    }
    (void)snprintf(text, length + 2, "%s\n", line);
    enum kc_error error = file_log_open(past->path, &log);
    if (error == KC_OK) {
        error = file_log_append(log, text, length + 1);
    }
    free(text);
    return error;
}

void past_free(struct past *past) {
    if (past != NULL) {
        free(past->path);
        free(past);
    }
}
