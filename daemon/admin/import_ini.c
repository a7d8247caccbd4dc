/* SPDX-License-Identifier: MIT */
/* ~/.aws/credentials: sections of settings, read strictly; of each the three that are a key. */
#include "daemon/admin/import_list.h"

#include "daemon/admin/span.h"
#include "libkc/parse.h"
#include "libkc/secret.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROFILES_MAX 1024

enum setting { KEY_ID, KEY_SECRET, KEY_TOKEN, SETTING_COUNT };

/* In the file, and in the document that the tools read. */
static const char *const setting_names[SETTING_COUNT] = {
    "aws_access_key_id", "aws_secret_access_key", "aws_session_token"};
static const char *const member_names[SETTING_COUNT] = {"AccessKeyId", "SecretAccessKey",
                                                        "SessionToken"};

struct profile {
    char *name;
    size_t line;
    struct secret *settings[SETTING_COUNT];
};

struct ini {
    size_t count;
    struct profile *profiles; /* PROFILES_MAX */
    struct profile *current;  /* NULL: before the first section */
    size_t line;
    char *why;
};

/* A blank and then "#" or ";" begins a remark; no key holds a blank. */
static struct span cut_remark(struct span span) {
    for (const char *at = span.start; at < span.end; at++) {
        if ((*at == '#' || *at == ';') && at > span.start && span_is_blank(at[-1])) {
            return span_trim((struct span){span.start, at});
        }
    }
    return span;
}

static bool equals_ignoring_case(struct span span, const char *word) {
    if (span_length(span) != strlen(word)) {
        return false;
    }
    for (const char *at = span.start; at < span.end; at++, word++) {
        char lower = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
        if (lower != *word) {
            return false;
        }
    }
    return true;
}

static struct profile *find_profile(const struct ini *ini, struct span name) {
    for (size_t i = 0; i < ini->count; i++) {
        struct profile *profile = &ini->profiles[i];
        if (span_equals(name, profile->name)) {
            return profile;
        }
    }
    return NULL;
}

/* `line` is "[NAME]", maybe with a remark behind it. The config file writes "[profile NAME]". */
static enum kc_error enter_section(struct ini *ini, struct span line) {
    static const char word[] = "profile ";
    line = cut_remark(line);
    if (line.end[-1] != ']') {
        return import_refuse(ini->why, ini->line, "the section's name isn't closed with \"]\"");
    }
    struct span name = span_trim((struct span){line.start + 1, line.end - 1});
    if (span_length(name) > sizeof word && memcmp(name.start, word, sizeof word - 1) == 0) {
        name = span_trim((struct span){name.start + sizeof word - 1, name.end});
    }
    if (parse_name(name.start, span_length(name), KC_TARGET_MAX) != KC_OK) {
        return import_refuse(ini->why, ini->line, "the section's name can't be a target");
    }
    ini->current = find_profile(ini, name);
    if (ini->current != NULL) {
        return KC_OK;
    }
    if (ini->count == PROFILES_MAX) {
        (void)import_refuse(ini->why, ini->line, "there are more than 1024 profiles");
        return KC_TOO_BIG;
    }
    struct profile *fresh = &ini->profiles[ini->count];
    fresh->name = strndup(name.start, span_length(name));
    if (fresh->name == NULL) {
        return KC_NO_MEMORY;
    }
    fresh->line = ini->line;
    ini->current = fresh;
    ini->count++;
    return KC_OK;
}

/* The later of two settings counts. */
static enum kc_error keep(struct ini *ini, enum setting setting, struct span text) {
    struct secret **held = &ini->current->settings[setting];
    struct secret *fresh = NULL;
    if (parse_name(text.start, span_length(text), SIZE_MAX) != KC_OK) {
        return import_refuse(ini->why, ini->line, "the value isn't text");
    }
    enum kc_error error = secret_new_copy(text.start, span_length(text), &fresh);
    if (error == KC_OK) {
        secret_free(*held);
        *held = fresh;
    }
    return error;
}

static enum kc_error read_setting(struct ini *ini, struct span line) {
    const char *equals = memchr(line.start, '=', span_length(line));
    if (equals == NULL) {
        return import_refuse(ini->why, ini->line, "it is neither NAME = VALUE nor [PROFILE]");
    }
    if (ini->current == NULL) {
        return import_refuse(ini->why, ini->line, "it stands before the first [PROFILE]");
    }
    struct span name = span_trim((struct span){line.start, equals});
    struct span text = cut_remark(span_trim((struct span){equals + 1, line.end}));
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (span_length(text) > 0 && equals_ignoring_case(name, setting_names[i])) {
            return keep(ini, (enum setting)i, text);
        }
    }
    return KC_OK;
}

/* An indented line belongs to the setting above it, and none of ours has such lines. */
static enum kc_error read_line(struct ini *ini, struct span line) {
    bool is_indented = line.start < line.end && span_is_blank(*line.start);
    line = span_trim(line);
    if (span_length(line) == 0 || *line.start == '#' || *line.start == ';' || is_indented) {
        return KC_OK;
    }
    return *line.start == '[' ? enter_section(ini, line) : read_setting(ini, line);
}

static enum kc_error append(struct secret *document, const char *text, size_t length) {
    return secret_append(document, text, length, KC_VALUE_MAX);
}

/* A JSON string; the bytes are UTF-8 already. */
static enum kc_error append_quoted(struct secret *document, const struct secret *text) {
    const char *bytes = (const char *)secret_view(text);
    enum kc_error error = append(document, "\"", 1);
    for (size_t i = 0; error == KC_OK && i < secret_length(text); i++) {
        if (bytes[i] == '"' || bytes[i] == '\\') {
            error = append(document, "\\", 1);
        }
        if (error == KC_OK) {
            error = append(document, &bytes[i], 1);
        }
    }
    return error == KC_OK ? append(document, "\"", 1) : error;
}

static enum kc_error write_document(const struct profile *profile, struct secret **ret_document) {
    KC_AUTO(secret) document = NULL;
    enum kc_error error = secret_new(256, &document);
    const char *before = "{\"";
    for (size_t i = 0; error == KC_OK && i < SETTING_COUNT; i++) {
        if (profile->settings[i] == NULL) {
            continue;
        }
        error = append(document, before, strlen(before));
        if (error == KC_OK) {
            error = append(document, member_names[i], strlen(member_names[i]));
        }
        if (error == KC_OK) {
            error = append(document, "\":", 2);
        }
        if (error == KC_OK) {
            error = append_quoted(document, profile->settings[i]);
        }
        before = ",\"";
    }
    if (error == KC_OK) {
        error = append(document, "}", 1);
    }
    if (error == KC_OK) {
        *ret_document = document;
        document = NULL;
    }
    return error;
}

static enum kc_error add_profile(const struct ini *ini, const struct profile *profile,
                                 struct import_list *list) {
    KC_AUTO(secret) document = NULL;
    const struct import_names names = {
        .service = "aws", .target = profile->name, .origin = profile->line};
    if (profile->settings[KEY_ID] == NULL || profile->settings[KEY_SECRET] == NULL) {
        list->passed_over++;
        return KC_OK;
    }
    enum kc_error error = write_document(profile, &document);
    if (error == KC_OK) {
        error = import_list_add(list, &names, &document);
    }
    return import_explain(ini->why, profile->line, error);
}

static void ini_clear(struct ini *ini) {
    for (size_t i = 0; i < ini->count; i++) {
        for (size_t at = 0; at < SETTING_COUNT; at++) {
            secret_free(ini->profiles[i].settings[at]);
        }
        free(ini->profiles[i].name);
    }
    free(ini->profiles);
}

static enum kc_error read_lines(struct ini *ini, const char *bytes, size_t length) {
    const char *end = bytes + length;
    enum kc_error error = KC_OK;
    while (error == KC_OK && bytes < end) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        const char *line_end = newline != NULL ? newline : end;
        ini->line++;
        error = read_line(ini, (struct span){bytes, line_end});
        bytes = newline != NULL ? newline + 1 : end;
    }
    return error;
}

enum kc_error import_aws_parse(const char *bytes, size_t length, struct import_list *list,
                               char why[KC_MESSAGE_MAX]) {
    struct ini ini = {.profiles = calloc(PROFILES_MAX, sizeof(struct profile)), .why = why};
    if (ini.profiles == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = read_lines(&ini, bytes, length);
    for (size_t i = 0; error == KC_OK && i < ini.count; i++) {
        error = add_profile(&ini, &ini.profiles[i], list);
    }
    ini_clear(&ini);
    return error;
}
