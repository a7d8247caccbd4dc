/* SPDX-License-Identifier: MIT */
/* Files of KEY=VALUE lines. Read strictly: a line that isn't one ends the import. */
#include "daemon/admin/import_list.h"

#include "libkc/secret.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct scan {
    const char *at;
    const char *end;
    size_t line;
    const char *service;
    struct import_list *list;
    char *why;
};

/* What stands behind the "=", before escapes are resolved. */
struct raw {
    const char *bytes;
    size_t length;
    bool has_escapes;
};

static bool is_blank(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\r';
}

static bool is_letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

static bool is_key_byte(char byte) {
    return is_letter(byte) || (byte >= '0' && byte <= '9') || byte == '.' || byte == '-';
}

static void skip_blanks(struct scan *scan) {
    while (scan->at < scan->end && is_blank(*scan->at)) {
        scan->at++;
    }
}

static bool is_at_end_of_line(const struct scan *scan) {
    return scan->at == scan->end || *scan->at == '\n';
}

static void skip_line(struct scan *scan) {
    while (!is_at_end_of_line(scan)) {
        scan->at++;
    }
    if (scan->at < scan->end) {
        scan->at++;
        scan->line++;
    }
}

static void skip_export(struct scan *scan) {
    static const char word[] = "export";
    size_t length = sizeof word - 1;
    if ((size_t)(scan->end - scan->at) > length && memcmp(scan->at, word, length) == 0 &&
        is_blank(scan->at[length])) {
        scan->at += length;
        skip_blanks(scan);
    }
}

/* Owned by the caller: free(). */
static enum kc_error read_key(struct scan *scan, char **ret_key) {
    const char *start = scan->at;
    if (scan->at < scan->end && is_letter(*scan->at)) {
        while (scan->at < scan->end && is_key_byte(*scan->at)) {
            scan->at++;
        }
    }
    size_t length = (size_t)(scan->at - start);
    if (length == 0 || scan->at == scan->end || *scan->at != '=') {
        return import_refuse(scan->why, scan->line, "it isn't KEY=VALUE, nor a comment");
    }
    scan->at++;
    *ret_key = strndup(start, length);
    return *ret_key != NULL ? KC_OK : KC_NO_MEMORY;
}

static enum kc_error read_quoted(struct scan *scan, struct raw *raw) {
    size_t first_line = scan->line;
    char quote = *scan->at;
    scan->at++;
    *raw = (struct raw){.bytes = scan->at, .has_escapes = quote == '"'};
    while (scan->at < scan->end && *scan->at != quote) {
        if (raw->has_escapes && *scan->at == '\\' && scan->end - scan->at > 1) {
            scan->at++;
        }
        scan->line += *scan->at == '\n';
        scan->at++;
    }
    if (scan->at == scan->end) {
        return import_refuse(scan->why, first_line, "the quote isn't closed");
    }
    raw->length = (size_t)(scan->at - raw->bytes);
    scan->at++;
    bool has_gap = !is_at_end_of_line(scan) && is_blank(*scan->at);
    skip_blanks(scan);
    if (!is_at_end_of_line(scan) && !(has_gap && *scan->at == '#')) {
        return import_refuse(scan->why, scan->line, "there is text behind the closing quote");
    }
    return KC_OK;
}

static void read_plain(struct scan *scan, struct raw *raw) {
    const char *start = scan->at;
    const char *last = start; /* behind the last byte that isn't blank */
    while (!is_at_end_of_line(scan)) {
        bool is_comment = *scan->at == '#' && scan->at > start && is_blank(scan->at[-1]);
        if (is_comment) {
            break;
        }
        last = is_blank(*scan->at) ? last : scan->at + 1;
        scan->at++;
    }
    *raw = (struct raw){.bytes = start, .length = (size_t)(last - start)};
}

static char resolve(char escaped) {
    switch (escaped) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return escaped;
    }
}

/* An escape that isn't one stays as it is written, as in a shell. */
static enum kc_error make_value(const struct raw *raw, struct secret **ret_value) {
    KC_AUTO(secret) value = NULL;
    enum kc_error error = secret_new(raw->length + 1, &value);
    if (error != KC_OK) {
        return error;
    }
    unsigned char *bytes = secret_bytes(value);
    size_t length = 0;
    for (size_t i = 0; i < raw->length; i++) {
        char byte = raw->bytes[i];
        if (raw->has_escapes && byte == '\\' && i + 1 < raw->length) {
            char escaped = raw->bytes[i + 1];
            bool is_escape = memchr("nrt\"\\$`", escaped, 7) != NULL;
            byte = is_escape ? resolve(escaped) : byte;
            i += is_escape;
        }
        bytes[length] = (unsigned char)byte;
        length++;
    }
    secret_set_length(value, length);
    *ret_value = value;
    value = NULL;
    return KC_OK;
}

static enum kc_error read_value(struct scan *scan, const char *key) {
    KC_AUTO(secret) value = NULL;
    struct raw raw = {0};
    size_t line = scan->line;
    enum kc_error error = KC_OK;
    if (scan->at < scan->end && (*scan->at == '"' || *scan->at == '\'')) {
        error = read_quoted(scan, &raw);
    } else {
        read_plain(scan, &raw);
    }
    if (error == KC_OK && raw.length > 0 && memchr(raw.bytes, '\0', raw.length) != NULL) {
        error = import_refuse(scan->why, line, "the value holds a NUL");
    }
    if (error == KC_OK) {
        error = make_value(&raw, &value);
    }
    if (error != KC_OK) {
        return error;
    }
    const struct import_names names = {.service = scan->service, .target = key, .origin = line};
    return import_explain(scan->why, line, import_list_put(scan->list, &names, &value));
}

static enum kc_error read_line(struct scan *scan) {
    skip_blanks(scan);
    if (is_at_end_of_line(scan) || *scan->at == '#') {
        return KC_OK;
    }
    char *key = NULL;
    skip_export(scan);
    enum kc_error error = read_key(scan, &key);
    if (error == KC_OK) {
        error = read_value(scan, key);
    }
    free(key);
    return error;
}

enum kc_error import_env_parse(const char *bytes, size_t length, const char *service,
                               struct import_list *list, char why[KC_MESSAGE_MAX]) {
    static const char mark[] = "\xef\xbb\xbf"; /* that some editors put in front */
    struct scan scan = {.at = bytes,
                        .end = bytes + length,
                        .line = 1,
                        .service = service,
                        .list = list,
                        .why = why};
    if (length >= 3 && memcmp(bytes, mark, 3) == 0) {
        scan.at += 3;
    }
    enum kc_error error = KC_OK;
    while (error == KC_OK && scan.at < scan.end) {
        error = read_line(&scan);
        skip_line(&scan);
    }
    return error;
}
