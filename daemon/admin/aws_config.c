/* SPDX-License-Identifier: MIT */
/* One walk over the lines; the first section of the profile counts, as it does for the tools. */
#include "daemon/admin/aws_config.h"

#include "daemon/admin/span.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTING "credential_process"

bool aws_config_is_plain(const char *word) {
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@+=,:/-";
    return word[0] != '\0' && word[0] != '-' && word[strspn(word, plain)] == '\0';
}

/* [default], [profile NAME] and [profile "NAME"]. */
static bool is_section_of(struct span line, const char *profile) {
    static const char word[] = "profile";
    const char *close = memchr(line.start, ']', span_length(line));
    if (close == NULL) {
        return false;
    }
    struct span name = span_trim((struct span){line.start + 1, close});
    if (span_equals(name, "default")) {
        return strcmp(profile, "default") == 0;
    }
    size_t length = span_length(name);
    if (length <= sizeof word || memcmp(name.start, word, sizeof word - 1) != 0 ||
        !span_is_blank(name.start[sizeof word - 1])) {
        return false;
    }
    name = span_trim((struct span){name.start + sizeof word, name.end});
    if (span_length(name) >= 2 && *name.start == '"' && name.end[-1] == '"') {
        name = (struct span){name.start + 1, name.end - 1};
    }
    return span_equals(name, profile);
}

struct walk {
    const char *profile;
    const char *command;
    char *why;
    size_t line;
    bool is_inside;      /* the profile's section */
    size_t section_line; /* 0: it wasn't met */
    size_t section_end;  /* behind its first line */
    enum kc_error found; /* KC_OK: no such setting yet */
};

static void read_setting(struct walk *walk, struct span line) {
    const char *equals = memchr(line.start, '=', span_length(line));
    if (equals == NULL || !span_equals(span_trim((struct span){line.start, equals}), SETTING)) {
        return;
    }
    if (span_equals(span_trim((struct span){equals + 1, line.end}), walk->command)) {
        walk->found = KC_EXISTS;
    } else {
        (void)snprintf(walk->why, KC_MESSAGE_MAX,
                       "line %zu: the profile has another " SETTING "; take it out first",
                       walk->line);
        walk->found = KC_INVALID;
    }
}

/* An indented line belongs to the setting above it. */
static void read_line(struct walk *walk, struct span line, size_t end_offset) {
    bool is_indented = line.start < line.end && span_is_blank(*line.start);
    line = span_trim(line);
    if (line.start == line.end || is_indented || *line.start == '#' || *line.start == ';') {
        return;
    }
    if (*line.start != '[') {
        if (walk->is_inside && walk->found == KC_OK) {
            read_setting(walk, line);
        }
        return;
    }
    walk->is_inside = is_section_of(line, walk->profile);
    if (walk->is_inside && walk->section_line == 0) {
        walk->section_line = walk->line;
        walk->section_end = end_offset;
    }
}

static void read_lines(struct walk *walk, const char *bytes, size_t length) {
    const char *at = bytes;
    const char *end = bytes + length;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *next = newline != NULL ? newline + 1 : end;
        walk->line++;
        read_line(walk, (struct span){at, newline != NULL ? newline : end}, (size_t)(next - bytes));
        at = next;
    }
}

/* The line, and before it what is missing of the file there. */
static enum kc_error write_text(const struct walk *walk, const char *bytes, size_t length,
                                struct aws_config_change *change) {
    static const char *const before = "";
    bool is_new = walk->section_line == 0;
    bool is_default = strcmp(walk->profile, "default") == 0;
    bool lacks_newline = change->offset > 0 && bytes[change->offset - 1] != '\n';
    size_t size = strlen(walk->profile) + strlen(walk->command) + 64;
    change->text = malloc(size);
    if (change->text == NULL) {
        return KC_NO_MEMORY;
    }
    (void)snprintf(change->text, size, "%s%s%s%s%s%s" SETTING " = %s\n",
                   lacks_newline ? "\n" : before, is_new && length > 0 ? "\n" : before,
                   is_new ? (is_default ? "[" : "[profile ") : before,
                   is_new ? walk->profile : before, is_new ? "]" : before, is_new ? "\n" : before,
                   walk->command);
    return KC_OK;
}

enum kc_error aws_config_plan(const char *bytes, size_t length, const char *profile,
                              const char *command, struct aws_config_change *ret_change,
                              char why[KC_MESSAGE_MAX]) {
    struct walk walk = {.profile = profile, .command = command, .why = why, .found = KC_OK};
    read_lines(&walk, bytes, length);
    if (walk.found != KC_OK) {
        return walk.found;
    }
    bool is_new = walk.section_line == 0;
    struct aws_config_change change = {.offset = is_new ? length : walk.section_end,
                                       .line = is_new ? walk.line : walk.section_line};
    enum kc_error error = write_text(&walk, bytes, length, &change);
    if (error == KC_OK) {
        *ret_change = change;
    }
    return error;
}
