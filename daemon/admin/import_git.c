/* SPDX-License-Identifier: MIT */
/* A URL a line, as git's own credential store writes them and reads them back. */
#include "daemon/admin/import_list.h"

#include "libkc/login.h"
#include "libkc/parse.h"
#include "libkc/secret.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A piece of the line, still percent-encoded. */
struct piece {
    const char *bytes;
    size_t length;
};

struct url {
    struct piece protocol;
    struct piece username;
    struct piece password;
    struct piece host;
    struct piece path; /* length 0: none */
};

static struct piece piece_between(const char *start, const char *end) {
    return (struct piece){.bytes = start, .length = (size_t)(end - start)};
}

static const char *find_byte(const char *start, const char *end, char byte) {
    const char *found = start < end ? memchr(start, byte, (size_t)(end - start)) : NULL;
    return found != NULL ? found : end;
}

static struct piece trim_slashes(const char *start, const char *end) {
    while (start < end && *start == '/') {
        start++;
    }
    while (end > start && end[-1] == '/') {
        end--;
    }
    return piece_between(start, end);
}

/* False: not PROTOCOL://USER:PASSWORD@HOST[/PATH]. */
static bool split(const char *start, const char *end, struct url *url) {
    const char *colon = find_byte(start, end, ':');
    if (colon == start || end - colon < 3 || memcmp(colon, "://", 3) != 0) {
        return false;
    }
    url->protocol = piece_between(start, colon);
    start = colon + 3;
    const char *authority_end = start;
    while (authority_end < end && memchr("/?#", *authority_end, 3) == NULL) {
        authority_end++;
    }
    const char *at = find_byte(start, authority_end, '@');
    const char *password = find_byte(start, at, ':');
    if (at == authority_end || password == at) {
        return false;
    }
    url->username = piece_between(start, password);
    url->password = piece_between(password + 1, at);
    url->host = piece_between(at + 1, authority_end);
    url->path = trim_slashes(authority_end, end);
    return url->username.length > 0 && url->password.length > 0 && url->host.length > 0;
}

static int digit_value(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* As git does: a percent sign that no two digits follow is itself. Returns the length. */
static size_t decode(struct piece piece, unsigned char *buffer) {
    size_t length = 0;
    for (size_t i = 0; i < piece.length; i++) {
        int byte = (unsigned char)piece.bytes[i];
        if (byte == '%' && piece.length - i > 2) {
            int high = digit_value(piece.bytes[i + 1]);
            int low = digit_value(piece.bytes[i + 2]);
            if (high >= 0 && low >= 0) {
                byte = high * 16 + low;
                i += 2;
            }
        }
        buffer[length] = (unsigned char)byte;
        length++;
    }
    return length;
}

/* KC_INVALID: it isn't text without control characters. free() it. */
static enum kc_error decode_name(struct piece piece, char **ret_text) {
    char *text = malloc(piece.length + 1);
    if (text == NULL) {
        return KC_NO_MEMORY;
    }
    size_t length = decode(piece, (unsigned char *)text);
    text[length] = '\0';
    if (parse_name(text, length, KC_TARGET_MAX) != KC_OK) {
        free(text);
        return KC_INVALID;
    }
    *ret_text = text;
    return KC_OK;
}

/* Decoded, and owned. */
struct parts {
    char *protocol;
    char *username;
    char *host;
    char *path; /* NULL: none */
};

static void parts_clear(struct parts *parts) {
    free(parts->protocol);
    free(parts->username);
    free(parts->host);
    free(parts->path);
}

static enum kc_error decode_parts(const struct url *url, struct parts *parts) {
    enum kc_error error = decode_name(url->protocol, &parts->protocol);
    if (error == KC_OK) {
        error = decode_name(url->username, &parts->username);
    }
    if (error == KC_OK) {
        error = decode_name(url->host, &parts->host);
    }
    if (error == KC_OK && url->path.length > 0) {
        error = decode_name(url->path, &parts->path);
    }
    return error;
}

/* git reads its passwords line by line: one with a line break can't be handed to it. */
static enum kc_error decode_password(struct piece piece, struct secret **ret_password) {
    KC_AUTO(secret) password = NULL;
    enum kc_error error = secret_new(piece.length + 1, &password);
    if (error != KC_OK) {
        return error;
    }
    size_t length = decode(piece, secret_bytes(password));
    secret_set_length(password, length);
    const unsigned char *bytes = secret_view(password);
    if (memchr(bytes, '\n', length) != NULL || memchr(bytes, '\r', length) != NULL ||
        memchr(bytes, '\0', length) != NULL) {
        return KC_INVALID;
    }
    *ret_password = password;
    password = NULL;
    return KC_OK;
}

static enum kc_error write_attributes(const struct login *login, const char *usernames,
                                      struct attributes *attributes) {
    const char *const rows[][2] = {{LOGIN_PROTOCOL, login->protocol},
                                   {LOGIN_HOST, login->host},
                                   {LOGIN_USERNAME, login->username},
                                   {LOGIN_PATH, login->path},
                                   {LOGIN_USERNAMES, usernames}};
    enum kc_error error = KC_OK;
    for (size_t i = 0; error == KC_OK && i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i][1] != NULL) {
            error = attributes_add(attributes, rows[i][0], rows[i][1]);
        }
    }
    return error;
}

/* `usernames` NULL: a login, else the item that lists them. */
static enum kc_error add_item(const struct login *login, const char *usernames, size_t origin,
                              struct import_list *list, struct secret **take_value) {
    KC_AUTO(secret) value = *take_value;
    *take_value = NULL;
    struct attributes attributes = {0};
    char target[KC_TARGET_MAX + 1];
    const struct import_names names = {
        .service = LOGIN_SERVICE, .target = target, .attributes = &attributes, .origin = origin};
    enum kc_error error = login_write_target(login, target);
    if (error == KC_OK) {
        error = write_attributes(login, usernames, &attributes);
    }
    if (error == KC_OK) {
        error = import_list_add(list, &names, &value);
    }
    attributes_clear(&attributes);
    return error;
}

/* KC_INVALID, KC_EXISTS: to be passed over. */
static enum kc_error read_line(const char *start, const char *end, size_t line,
                               struct import_list *list) {
    struct url url = {0};
    if (!split(start, end, &url)) {
        return KC_INVALID;
    }
    KC_AUTO(secret) password = NULL;
    enum kc_error error = decode_password(url.password, &password);
    if (error != KC_OK) {
        return error;
    }
    struct parts parts = {0};
    error = decode_parts(&url, &parts);
    if (error == KC_OK) {
        const struct login login = {.protocol = parts.protocol,
                                    .username = parts.username,
                                    .host = parts.host,
                                    .path = parts.path};
        error = add_item(&login, NULL, line, list, &password);
    }
    parts_clear(&parts);
    return error;
}

static bool is_remark(const char *start, const char *end) {
    while (start < end && (*start == ' ' || *start == '\t')) {
        start++;
    }
    return start == end || *start == '#';
}

static enum kc_error read_lines(const char *bytes, size_t length, struct import_list *list,
                                char why[KC_MESSAGE_MAX]) {
    const char *end = bytes + length;
    size_t line = 0;
    while (bytes < end) {
        const char *line_end = find_byte(bytes, end, '\n');
        const char *text_end = line_end > bytes && line_end[-1] == '\r' ? line_end - 1 : line_end;
        line++;
        if (!is_remark(bytes, text_end)) {
            enum kc_error error = read_line(bytes, text_end, line, list);
            bool is_passed_over = error == KC_INVALID || error == KC_EXISTS;
            if (error != KC_OK && !is_passed_over) {
                return import_explain(why, line, error);
            }
            list->passed_over += is_passed_over;
        }
        bytes = line_end < end ? line_end + 1 : end;
    }
    return KC_OK;
}

/* The login of an entry, without its username; borrowed. */
static struct login place_of(const struct import_entry *entry) {
    return (struct login){.protocol = attributes_get(&entry->attributes, LOGIN_PROTOCOL),
                          .host = attributes_get(&entry->attributes, LOGIN_HOST),
                          .path = attributes_get(&entry->attributes, LOGIN_PATH)};
}

static bool is_same_place(const struct login *one, const struct login *other) {
    bool has_path = one->path != NULL;
    return strcmp(one->host, other->host) == 0 && strcmp(one->protocol, other->protocol) == 0 &&
           has_path == (other->path != NULL) && (!has_path || strcmp(one->path, other->path) == 0);
}

/* Who has a login at the place of the entry `first`; false: an entry before it is there, too. A
 * list that is full stays as it is: who isn't in it is found by the username. */
static bool collect_names(const struct import_list *list, size_t count, size_t first,
                          char names[LOGIN_NAMES_SIZE]) {
    const struct login place = place_of(&list->entries[first]);
    names[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const struct login other = place_of(&list->entries[i]);
        if (!is_same_place(&place, &other)) {
            continue;
        }
        if (i < first) {
            return false;
        }
        const char *username = attributes_get(&list->entries[i].attributes, LOGIN_USERNAME);
        enum kc_error error = login_names_add(names, username);
        (void)error;
    }
    return true;
}

/* For each place the item that lists its logins. */
static enum kc_error add_lists(struct import_list *list, char why[KC_MESSAGE_MAX]) {
    size_t count = list->count;
    char names[LOGIN_NAMES_SIZE];
    for (size_t i = 0; i < count; i++) {
        if (!collect_names(list, count, i, names)) {
            continue;
        }
        KC_AUTO(secret) nothing = NULL;
        size_t line = list->entries[i].origin;
        const struct login place = place_of(&list->entries[i]);
        enum kc_error error = secret_new(1, &nothing);
        if (error == KC_OK) {
            error = add_item(&place, names, line, list, &nothing);
        }
        if (error != KC_OK) {
            return import_explain(why, line, error);
        }
        list->entries[list->count - 1].yields = true;
    }
    return KC_OK;
}

enum kc_error import_git_parse(const char *bytes, size_t length, struct import_list *list,
                               char why[KC_MESSAGE_MAX]) {
    enum kc_error error = read_lines(bytes, length, list, why);
    return error == KC_OK ? add_lists(list, why) : error;
}
