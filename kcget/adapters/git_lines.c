/* SPDX-License-Identifier: MIT */
/* In place: a line's end becomes a NUL, and the values stay where they came in. */
#include "kcget/adapters/git_lines.h"

#include "libkc/parse.h"

#include <stdio.h>
#include <string.h>

#define KEY_WORD(name, word) [GIT_##name] = (word),
static const char *const words[GIT_KEY_COUNT] = {GIT_KEYS(KEY_WORD)};

const char *git_key_word(enum git_key key) {
    return words[key];
}

struct reader {
    struct git_request request;
    size_t line;
    char *why;
};

static enum kc_error refuse(const struct reader *reader, const char *what) {
    (void)snprintf(reader->why, KC_MESSAGE_MAX, "line %zu of the request %s", reader->line, what);
    return KC_INVALID;
}

static enum git_key find_key(const char *word) {
    size_t key = 0;
    while (key < GIT_KEY_COUNT && strcmp(words[key], word) != 0) {
        key++;
    }
    return (enum git_key)key;
}

/* As git reads a truth value; what it doesn't know counts as true here: rather keep nothing. */
static bool is_true(const char *value) {
    static const char *const no[] = {"", "0", "false", "no", "off"};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        if (strcmp(value, no[i]) == 0) {
            return false;
        }
    }
    return true;
}

/* A list; a member without a value empties it. */
static void note_capability(struct git_request *request, const char *value) {
    if (value[0] == '\0') {
        request->takes_authtype = false;
    } else if (strcmp(value, "authtype") == 0) {
        request->takes_authtype = true;
    }
}

static enum kc_error read_pair(struct reader *reader, const char *word, const char *value) {
    if (strcmp(word, "capability[]") == 0) {
        note_capability(&reader->request, value);
        return KC_OK;
    }
    enum git_key key = find_key(word);
    if (key == GIT_KEY_COUNT) {
        return KC_OK;
    }
    if (reader->request.values[key] != NULL) {
        return refuse(reader, "has a key that was there already");
    }
    uint64_t seconds = 0;
    if (key == GIT_EXPIRY && parse_unsigned(value, INT64_MAX, &seconds) != KC_OK) {
        return refuse(reader, "has an expiry that is no number of seconds");
    }
    reader->request.values[key] = value;
    return KC_OK;
}

/* `length` bytes and then a NUL; a CR before the newline is gone already. */
static enum kc_error read_line(struct reader *reader, char *line, size_t length) {
    if (length > GIT_LINE_MAX) {
        return refuse(reader, "has more than 65535 bytes");
    }
    if (memchr(line, '\0', length) != NULL || memchr(line, '\r', length) != NULL) {
        return refuse(reader, "has a NUL or a CR in it");
    }
    char *equals = strchr(line, '=');
    if (equals == NULL) {
        return refuse(reader, "isn't KEY=VALUE");
    }
    *equals = '\0';
    if (line[0] == '\0' || strcmp(line, "[]") == 0) {
        return refuse(reader, "has no key");
    }
    return read_pair(reader, line, equals + 1);
}

static enum kc_error read_lines(struct reader *reader, char *text, size_t length) {
    char *end = text + length;
    while (text < end) {
        char *newline = memchr(text, '\n', (size_t)(end - text));
        reader->line++;
        if (newline == NULL) {
            return refuse(reader, "doesn't end; git broke off");
        }
        char *line_end = newline > text && newline[-1] == '\r' ? newline - 1 : newline;
        if (line_end == text) {
            return KC_OK;
        }
        *line_end = '\0';
        enum kc_error error = read_line(reader, text, (size_t)(line_end - text));
        if (error != KC_OK) {
            return error;
        }
        text = newline + 1;
    }
    return KC_OK;
}

/* Without them a request that git broke off would stand for all hosts. */
static enum kc_error check_place(struct reader *reader) {
    const char *protocol = reader->request.values[GIT_PROTOCOL];
    const char *host = reader->request.values[GIT_HOST];
    if (protocol == NULL || protocol[0] == '\0') {
        (void)snprintf(reader->why, KC_MESSAGE_MAX, "the request has no protocol");
        return KC_INVALID;
    }
    if (host == NULL || (host[0] == '\0' && strcmp(protocol, "cert") != 0)) {
        (void)snprintf(reader->why, KC_MESSAGE_MAX, "the request has no host");
        return KC_INVALID;
    }
    return KC_OK;
}

enum kc_error git_lines_parse(char *text, size_t length, struct git_request *ret_request,
                              char why[KC_MESSAGE_MAX]) {
    struct reader reader = {.why = why};
    enum kc_error error = read_lines(&reader, text, length);
    if (error == KC_OK) {
        error = check_place(&reader);
    }
    if (error != KC_OK) {
        return error;
    }
    struct git_request *request = &reader.request;
    request->is_ephemeral =
        request->values[GIT_EPHEMERAL] != NULL && is_true(request->values[GIT_EPHEMERAL]);
    if (request->values[GIT_PATH] != NULL && request->values[GIT_PATH][0] == '\0') {
        request->values[GIT_PATH] = NULL;
    }
    *ret_request = *request;
    return KC_OK;
}
