/* SPDX-License-Identifier: MIT */
/* One pass over the line; the words are written behind one another into one block. */
#include "shell/console/words.h"

#include <stdlib.h>
#include <string.h>

static const char shell_characters[] = "|&;<>()$`";

struct scan {
    const char *at;
    const char *end;
    struct words *words;
    char *out;  /* where the next byte goes */
    char quote; /* of the word at hand; 0: none is open */
    bool in_word;
    bool in_comment;
    bool is_typed; /* the line isn't finished */
    const char *start;
};

static bool is_blank(char byte) {
    return byte == ' ' || byte == '\t';
}

static enum kc_error begin_word(struct scan *scan) {
    if (scan->in_word) {
        return KC_OK;
    }
    struct words *words = scan->words;
    if (words->count == WORDS_MAX) {
        return KC_TOO_BIG;
    }
    words->texts[words->count] = scan->out;
    words->count++;
    words->last_offset = (size_t)(scan->at - scan->start);
    scan->in_word = true;
    return KC_OK;
}

static void end_word(struct scan *scan) {
    if (scan->in_word) {
        *scan->out = '\0';
        scan->out++;
        scan->in_word = false;
    }
}

static void put(struct scan *scan, char byte) {
    *scan->out = byte;
    scan->out++;
}

/* A backslash: what stands behind it is taken as it is. */
static enum kc_error take_escape(struct scan *scan, const char **ret_why) {
    if (scan->at + 1 == scan->end) {
        *ret_why = "a backslash ends the line";
        return scan->is_typed ? KC_OK : KC_INVALID;
    }
    if (scan->quote != '\0' && scan->at[1] != '"' && scan->at[1] != '\\') {
        put(scan, '\\');
        return KC_OK;
    }
    scan->at++;
    put(scan, *scan->at);
    return KC_OK;
}

static enum kc_error take_quoted(struct scan *scan, const char **ret_why) {
    if (*scan->at == scan->quote) {
        scan->quote = '\0';
        return KC_OK;
    }
    if (*scan->at == '\\' && scan->quote == '"') {
        return take_escape(scan, ret_why);
    }
    put(scan, *scan->at);
    return KC_OK;
}

static enum kc_error take_bare(struct scan *scan, const char **ret_why) {
    char byte = *scan->at;
    if (is_blank(byte)) {
        end_word(scan);
        return KC_OK;
    }
    if (!scan->in_word && byte == '#') {
        scan->in_comment = true;
        return KC_OK;
    }
    if (!scan->is_typed && strchr(shell_characters, byte) != NULL) {
        *ret_why = "this is no shell: what | & ; < > ( ) $ and ` do there they don't do here; "
                   "quote them";
        return KC_INVALID;
    }
    if (!scan->is_typed && !scan->in_word && byte == '~') {
        *ret_why = "this is no shell: write the whole path, or quote the ~";
        return KC_INVALID;
    }
    enum kc_error error = begin_word(scan);
    if (error != KC_OK) {
        return error;
    }
    if (byte == '\'' || byte == '"') {
        scan->quote = byte;
        return KC_OK;
    }
    if (byte == '\\') {
        return take_escape(scan, ret_why);
    }
    put(scan, byte);
    return KC_OK;
}

static enum kc_error finish(struct scan *scan, const char **ret_why) {
    if (!scan->is_typed && scan->quote != '\0') {
        *ret_why = "a quote isn't closed";
        return KC_INVALID;
    }
    if (!scan->is_typed) {
        end_word(scan);
        return KC_OK;
    }
    if (scan->in_comment) {
        return KC_NOT_FOUND;
    }
    enum kc_error error = begin_word(scan); /* the empty one behind a blank */
    end_word(scan);
    return error;
}

static enum kc_error run(struct scan *scan, const char **ret_why) {
    enum kc_error error = KC_OK;
    for (; error == KC_OK && scan->at < scan->end && !scan->in_comment; scan->at++) {
        error = scan->quote != '\0' ? take_quoted(scan, ret_why) : take_bare(scan, ret_why);
    }
    return error == KC_OK ? finish(scan, ret_why) : error;
}

static bool has_controls(const char *text, size_t length, bool may_have_tabs) {
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if ((byte < ' ' && !(byte == '\t' && may_have_tabs)) || byte == 0x7f) {
            return true;
        }
    }
    return false;
}

static enum kc_error split(const char *line, size_t length, bool is_typed, struct words **ret_words,
                           const char **ret_why) {
    if (length > WORDS_LINE_MAX) {
        return KC_TOO_BIG;
    }
    if (has_controls(line, length, true)) {
        *ret_why = "there is a control character in the line";
        return KC_INVALID;
    }
    KC_AUTO(words) words = calloc(1, sizeof *words);
    if (words == NULL) {
        return KC_NO_MEMORY;
    }
    /* A word is never longer than what stands for it, and one byte, a blank or the end, ends it. */
    words->memory = calloc(1, length + 2);
    if (words->memory == NULL) {
        return KC_NO_MEMORY;
    }
    struct scan scan = {.at = line,
                        .start = line,
                        .end = line + length,
                        .words = words,
                        .out = words->memory,
                        .is_typed = is_typed};
    enum kc_error error = run(&scan, ret_why);
    if (error == KC_OK) {
        *ret_words = words;
        words = NULL;
    }
    return error;
}

enum kc_error words_split(const char *line, size_t length, struct words **ret_words,
                          const char **ret_why) {
    return split(line, length, false, ret_words, ret_why);
}

enum kc_error words_begin(const char *line, size_t length, struct words **ret_words) {
    const char *why = NULL;
    return split(line, length, true, ret_words, &why);
}

void words_free(struct words *words) {
    if (words != NULL) {
        free(words->memory);
        free(words);
    }
}

static bool is_plain(const char *text) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "_-./:@%+,=*?";
    return text[0] != '\0' && text[strspn(text, letters)] == '\0';
}

/* In single quotes; one of these closes them, stands behind a backslash, and opens them again. */
static size_t quote_size(const char *text) {
    size_t size = 3;
    for (const char *at = text; *at != '\0'; at++) {
        size += *at == '\'' ? 4 : 1;
    }
    return size;
}

bool words_quote(const char *text, char *buffer, size_t size) {
    size_t length = strlen(text);
    buffer[0] = '\0';
    if (has_controls(text, length, false)) {
        return false;
    }
    if (is_plain(text)) {
        if (length >= size) {
            return false;
        }
        memcpy(buffer, text, length + 1);
        return true;
    }
    if (quote_size(text) > size) {
        return false;
    }
    char *out = buffer;
    *out++ = '\'';
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '\'') {
            memcpy(out, "'\\''", 4);
            out += 4;
        } else {
            *out++ = *at;
        }
    }
    *out++ = '\'';
    *out = '\0';
    return true;
}
