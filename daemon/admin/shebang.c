/* SPDX-License-Identifier: MIT */
/*
 * Takes a line apart the way Linux and env(1) do. What env would do with options that aren't known
 * here, or with quotes, isn't guessed: the person names the interpreter then.
 */
#include "daemon/admin/shebang.h"

#include <stdbool.h>
#include <string.h>

static const char blanks[] = " \t";

/* The next word of the line, which is cut behind it; NULL: there is none. */
static char *next_word(char **rest) {
    char *word = *rest + strspn(*rest, blanks);
    size_t length = strcspn(word, blanks);
    *rest = word + length;
    if (length == 0) {
        return NULL;
    }
    if (word[length] != '\0') {
        word[length] = '\0';
        (*rest)++;
    }
    return word;
}

static bool is_env(const char *path) {
    const char *slash = strrchr(path, '/');
    return strcmp(slash + 1, "env") == 0;
}

/* -S, as long as it stands alone or directly before the word; and what changes the environment. */
static bool skip_option(char **word) {
    static const char *const alone[] = {"-",   "-S",  "--split-string",      "-v", "--debug", "-i",
                                        "-vS", "-iS", "--ignore-environment"};
    static const char *const before[] = {"--split-string=", "-S"};
    for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++) {
        if (strcmp(*word, alone[i]) == 0) {
            *word += strlen(*word);
            return true;
        }
    }
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        if (strncmp(*word, before[i], strlen(before[i])) == 0) {
            *word += strlen(before[i]);
            return true;
        }
    }
    return (*word)[0] != '-';
}

static enum kc_error set_by_env(const char *word, struct shebang *shebang, const char **ret_why) {
    if (strpbrk(word, "'\"\\$") != NULL) {
        *ret_why = "env is given quotes in its first line";
        return KC_INVALID;
    }
    if (word[0] != '/' && strchr(word, '/') != NULL) {
        *ret_why = "its first line names what runs it by a relative path";
        return KC_INVALID;
    }
    char *field = word[0] == '/' ? shebang->path : shebang->name;
    memcpy(field, word, strlen(word) + 1);
    return KC_OK;
}

static enum kc_error read_env(char *rest, struct shebang *shebang, const char **ret_why) {
    for (char *word; (word = next_word(&rest)) != NULL;) {
        if (!skip_option(&word)) {
            *ret_why = "env is given an option in its first line that isn't known here";
            return KC_INVALID;
        }
        if (word[0] != '\0' && strchr(word, '=') == NULL) {
            return set_by_env(word, shebang, ret_why);
        }
    }
    *ret_why = "env is given no program in its first line";
    return KC_INVALID;
}

static enum kc_error read_line(char *line, struct shebang *shebang, const char **ret_why) {
    char *rest = line;
    const char *path = next_word(&rest);
    if (path == NULL || path[0] != '/') {
        *ret_why = "its first line names no absolute path";
        return KC_INVALID;
    }
    if (is_env(path)) {
        return read_env(rest, shebang, ret_why);
    }
    memcpy(shebang->path, path, strlen(path) + 1);
    return KC_OK;
}

enum kc_error shebang_parse(const char *bytes, size_t length, struct shebang *ret_shebang,
                            const char **ret_why) {
    static const char mark[] = {'#', '!'};
    struct shebang shebang = {.path = ""};
    char line[SHEBANG_MAX];
    if (length < sizeof mark || memcmp(bytes, mark, sizeof mark) != 0) {
        return KC_NOT_FOUND;
    }
    const char *end = memchr(bytes, '\n', length);
    size_t used = (end == NULL ? length : (size_t)(end - bytes)) - sizeof mark;
    if (used >= sizeof line - sizeof mark || memchr(bytes, '\0', used + sizeof mark) != NULL) {
        *ret_why = "its first line is longer than 255 bytes, or isn't text";
        return KC_INVALID;
    }
    memcpy(line, bytes + sizeof mark, used);
    line[used] = '\0';
    enum kc_error error = read_line(line, &shebang, ret_why);
    if (error == KC_OK) {
        *ret_shebang = shebang;
    }
    return error;
}
