/* SPDX-License-Identifier: MIT */
/* Object paths of items and collections, and what a grant lets one search. */
#include "libkcshim/map.h"

#include "libkc/parse.h"

#include <stdio.h>
#include <string.h>

static const char digits[] = "0123456789abcdef";

static bool is_plain(unsigned char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z');
}

/* Three bytes for one at most; the caller's buffer has room for that. Returns the end. */
static char *write_escaped(const char *name, char *at) {
    for (const char *next = name; *next != '\0'; next++) {
        unsigned char byte = (unsigned char)*next;
        if (is_plain(byte)) {
            *at++ = *next;
        } else {
            *at++ = '_';
            *at++ = digits[byte >> 4];
            *at++ = digits[byte & 15];
        }
    }
    *at = '\0';
    return at;
}

enum kc_error map_path_write(const struct map_name *name, char ret_path[MAP_PATH_SIZE]) {
    enum kc_error error = parse_name(name->collection, strlen(name->collection), KC_SERVICE_MAX);
    if (error == KC_OK && name->service[0] != '\0') {
        error = parse_name(name->service, strlen(name->service), KC_SERVICE_MAX);
        if (error == KC_OK) {
            error = parse_name(name->target, strlen(name->target), KC_TARGET_MAX);
        }
    }
    if (error != KC_OK) {
        return error;
    }
    memcpy(ret_path, MAP_COLLECTION, sizeof MAP_COLLECTION);
    char *at = write_escaped(name->collection, ret_path + sizeof MAP_COLLECTION - 1);
    if (name->service[0] != '\0') {
        *at++ = '/';
        at = write_escaped(name->service, at);
        *at++ = '_';
        *at++ = '_';
        (void)write_escaped(name->target, at);
    }
    return KC_OK;
}

static int digit_value(char digit) {
    const char *found = digit != '\0' ? strchr(digits, digit) : NULL;
    return found != NULL ? (int)(found - digits) : -1;
}

/* A name of 1 to `max` bytes, up to what isn't part of one. */
static enum kc_error take_name(const char **next, size_t max, char *ret_name) {
    const char *at = *next;
    size_t length = 0;
    while (is_plain((unsigned char)*at) || (*at == '_' && at[1] != '_')) {
        char byte = *at;
        if (byte == '_') {
            int high = digit_value(at[1]);
            int low = high < 0 ? -1 : digit_value(at[2]);
            byte = (char)(high * 16 + low);
            if (low < 0 || is_plain((unsigned char)byte)) {
                return KC_INVALID;
            }
            at += 2;
        }
        if (length == max) {
            return KC_INVALID;
        }
        ret_name[length] = byte;
        length++;
        at++;
    }
    ret_name[length] = '\0';
    *next = at;
    return parse_name(ret_name, length, max) == KC_OK ? KC_OK : KC_INVALID;
}

enum kc_error map_path_read(const char *path, struct map_name *ret_name) {
    struct map_name name = {0};
    if (strncmp(path, MAP_COLLECTION, sizeof MAP_COLLECTION - 1) != 0) {
        return KC_INVALID;
    }
    const char *next = path + sizeof MAP_COLLECTION - 1;
    enum kc_error error = take_name(&next, KC_SERVICE_MAX, name.collection);
    if (error == KC_OK && *next == '/') {
        next++;
        error = take_name(&next, KC_SERVICE_MAX, name.service);
        if (error != KC_OK || strncmp(next, "__", 2) != 0) {
            return KC_INVALID;
        }
        next += 2;
        error = take_name(&next, KC_TARGET_MAX, name.target);
    }
    if (error != KC_OK || *next != '\0') {
        return KC_INVALID;
    }
    *ret_name = name;
    return KC_OK;
}

/* The service's own spelling in a grant: %2F, %2C and %25. */
static enum kc_error take_service(const char **next, char ret_service[KC_SERVICE_MAX + 1]) {
    static const struct {
        const char *spelling;
        char byte;
    } spellings[] = {{"%2F", '/'}, {"%2C", ','}, {"%25", '%'}};
    size_t length = 0;
    const char *at = *next;
    while (*at != '\0' && *at != '/') {
        char byte = *at;
        size_t step = 1;
        for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
            if (strncmp(at, spellings[i].spelling, 3) == 0) {
                byte = spellings[i].byte;
                step = 3;
            }
        }
        if (length == KC_SERVICE_MAX) {
            return KC_NOT_FOUND;
        }
        ret_service[length] = byte;
        length++;
        at += step;
    }
    ret_service[length] = '\0';
    *next = at;
    return length > 0 ? KC_OK : KC_NOT_FOUND;
}

enum kc_error map_scope_read(const char *grant, struct map_scope *ret_scope) {
    struct map_scope scope = {0};
    const char *next = grant;
    enum kc_error error = take_service(&next, scope.service);
    if (error == KC_OK && *next == '/') {
        /* Only plain text with one star behind it covers what begins with the text. */
        const char *pattern = next + 1;
        size_t length = strcspn(pattern, "*?");
        if (strcmp(pattern + length, "*") != 0 || length > KC_TARGET_MAX) {
            return KC_NOT_FOUND;
        }
        memcpy(scope.prefix, pattern, length);
    }
    if (error != KC_OK) {
        return error;
    }
    *ret_scope = scope;
    return KC_OK;
}
