/* SPDX-License-Identifier: MIT */
/* Percent-encoding, with the bytes that each part may keep. */
#include "libkc/login.h"

#include "libkc/parse.h"

#include <stdint.h>
#include <string.h>

/* Text that grows within a bound; past it nothing is written any more. */
struct writer {
    char *text;
    size_t length;
    size_t size;
    bool is_full;
};

static void put_byte(struct writer *writer, char byte) {
    if (writer->length + 1 >= writer->size) {
        writer->is_full = true;
        return;
    }
    writer->text[writer->length] = byte;
    writer->length++;
    writer->text[writer->length] = '\0';
}

static void put_text(struct writer *writer, const char *text) {
    for (; *text != '\0'; text++) {
        put_byte(writer, *text);
    }
}

/* `kept` are the bytes that needn't be encoded in this part. */
static void put_encoded(struct writer *writer, const char *text, const char *kept) {
    static const char unreserved[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    static const char digits[] = "0123456789ABCDEF";
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (strchr(unreserved, *text) != NULL || strchr(kept, *text) != NULL) {
            put_byte(writer, *text);
        } else {
            put_byte(writer, '%');
            put_byte(writer, digits[byte >> 4]);
            put_byte(writer, digits[byte & 15]);
        }
    }
}

/* Absent is fine. KC_TOO_BIG isn't: the target will be. */
static bool is_text(const char *part) {
    return part == NULL || part[0] == '\0' || parse_name(part, strlen(part), SIZE_MAX) == KC_OK;
}

enum kc_error login_write_target(const struct login *login, char ret_target[KC_TARGET_MAX + 1]) {
    char target[KC_TARGET_MAX + 1] = "";
    struct writer writer = {.text = target, .size = sizeof target};
    if (login->protocol[0] == '\0' || !is_text(login->protocol) || !is_text(login->host) ||
        !is_text(login->username) || !is_text(login->path)) {
        return KC_INVALID;
    }
    put_encoded(&writer, login->protocol, "+");
    put_text(&writer, "://");
    put_encoded(&writer, login->username != NULL ? login->username : "", "");
    put_text(&writer, "@");
    put_encoded(&writer, login->host, ":[]");
    if (login->path != NULL && login->path[0] != '\0') {
        put_text(&writer, "/");
        put_encoded(&writer, login->path, "/");
    }
    if (writer.is_full) {
        return KC_TOO_BIG;
    }
    memcpy(ret_target, target, sizeof target);
    return KC_OK;
}

static int digit_value(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* False: put_encoded() didn't write this, or it has no room. */
static bool decode(const char *text, size_t length, char ret_username[KC_TARGET_MAX + 1]) {
    struct writer writer = {.text = ret_username, .size = KC_TARGET_MAX + 1};
    ret_username[0] = '\0';
    for (size_t i = 0; i < length; i++) {
        char byte = text[i];
        if (byte == '%') {
            int high = length - i > 2 ? digit_value(text[i + 1]) : -1;
            int low = length - i > 2 ? digit_value(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return false;
            }
            byte = (char)(unsigned char)(high * 16 + low);
            i += 2;
        }
        put_byte(&writer, byte);
    }
    return !writer.is_full &&
           parse_name(ret_username, strlen(ret_username), KC_TARGET_MAX) == KC_OK;
}

bool login_names_next(const char **cursor, char ret_username[KC_TARGET_MAX + 1]) {
    const char *at = *cursor;
    bool is_name = false;
    while (*at != '\0' && !is_name) {
        size_t length = strcspn(at, " ");
        is_name = decode(at, length, ret_username);
        at += length + (at[length] == ' ');
    }
    *cursor = at;
    return is_name;
}

/* Where the name begins, and how long its spelling is; NULL: it isn't there. */
static char *find(char *names, const char *username, size_t *ret_length) {
    char found[KC_TARGET_MAX + 1];
    char *at = names;
    while (*at != '\0') {
        size_t length = strcspn(at, " ");
        if (decode(at, length, found) && strcmp(found, username) == 0) {
            *ret_length = length;
            return at;
        }
        at += length + (at[length] == ' ');
    }
    return NULL;
}

enum kc_error login_names_add(char names[LOGIN_NAMES_SIZE], const char *username) {
    size_t length = 0;
    if (find(names, username, &length) != NULL) {
        return KC_EXISTS;
    }
    size_t before = strlen(names);
    struct writer writer = {.text = names, .length = before, .size = LOGIN_NAMES_SIZE};
    if (before > 0) {
        put_byte(&writer, ' ');
    }
    put_encoded(&writer, username, "");
    if (writer.is_full) {
        names[before] = '\0';
        return KC_TOO_BIG;
    }
    return KC_OK;
}

bool login_names_remove(char *names, const char *username) {
    size_t length = 0;
    char *found = find(names, username, &length);
    if (found == NULL) {
        return false;
    }
    /* One of the two blanks goes along. */
    char *rest = found + length;
    if (*rest == ' ') {
        rest++;
    } else if (found > names) {
        found--;
    }
    memmove(found, rest, strlen(rest) + 1);
    return true;
}
