/* SPDX-License-Identifier: MIT */
/*
 * Writes and reads targets made of attributes. Reading accepts exactly what writing makes: it
 * reads, writes again and compares.
 */
#include "libkc/naming.h"

#include "libkc/parse.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_NAME NAMING_OWN "label"
#define TWIN_MAX   1000000

/* A target in the making; one that is too long is noticed at the end. */
struct draft {
    char *text; /* KC_TARGET_MAX + 1 bytes */
    size_t length;
    bool is_full;
};

const char *naming_service(const struct attributes *attributes) {
    const char *schema = attributes_get(attributes, NAMING_SCHEMA);
    return schema != NULL && schema[0] != '\0' ? schema : NAMING_GENERIC;
}

static void add_bytes(struct draft *draft, const char *bytes, size_t length) {
    if (draft->is_full || length > KC_TARGET_MAX - draft->length) {
        draft->is_full = true;
        return;
    }
    memcpy(draft->text + draft->length, bytes, length);
    draft->length += length;
    draft->text[draft->length] = '\0';
}

static void add_escaped(struct draft *draft, unsigned char byte) {
    char text[4];
    int length = snprintf(text, sizeof text, "%%%02X", byte);
    add_bytes(draft, text, (size_t)length);
}

/* In UTF-8 a C1 control is C2 and a byte of 80 to 9F. */
static bool is_c1_control(const char *at) {
    return (unsigned char)at[0] == 0xC2 && (unsigned char)at[1] >= 0x80 &&
           (unsigned char)at[1] <= 0x9F;
}

static void add_text(struct draft *draft, const char *text) {
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        if (is_c1_control(at)) {
            add_escaped(draft, byte);
            at++;
            add_escaped(draft, (unsigned char)*at);
        } else if (byte <= 0x20 || byte == 0x7f || strchr("%&=#", byte) != NULL) {
            add_escaped(draft, byte);
        } else {
            add_bytes(draft, at, 1);
        }
    }
}

static void add_pair(struct draft *draft, const char *name, const char *value) {
    if (draft->length > 0) {
        add_bytes(draft, "&", 1);
    }
    add_text(draft, name);
    add_bytes(draft, "=", 1);
    add_text(draft, value);
}

static bool is_named(const struct attribute *attribute) {
    return strcmp(attribute->name, NAMING_SCHEMA) != 0 &&
           strncmp(attribute->name, NAMING_OWN, sizeof NAMING_OWN - 1) != 0;
}

enum kc_error naming_target(const struct attributes *attributes, const char *label, unsigned twin,
                            char ret_target[KC_TARGET_MAX + 1]) {
    char text[KC_TARGET_MAX + 1] = "";
    struct draft draft = {.text = text};
    for (size_t i = 0; i < attributes->count; i++) {
        if (is_named(&attributes->items[i])) {
            add_pair(&draft, attributes->items[i].name, attributes->items[i].value);
        }
    }
    if (draft.length == 0) {
        add_bytes(&draft, LABEL_NAME "=", sizeof LABEL_NAME);
        add_text(&draft, label);
    }
    if (twin > 1) {
        char number[16];
        int length = snprintf(number, sizeof number, "#%u", twin);
        add_bytes(&draft, number, (size_t)length);
    }
    if (draft.is_full) {
        return KC_TOO_BIG;
    }
    memcpy(ret_target, text, draft.length + 1);
    return KC_OK;
}

size_t naming_base_length(const char *target) {
    return strcspn(target, "#");
}

static enum kc_error read_twin(const char *text, unsigned *ret_twin) {
    uint64_t number = 0;
    if (*text == '\0') {
        *ret_twin = 1;
        return KC_OK;
    }
    enum kc_error error = parse_unsigned(text + 1, TWIN_MAX, &number);
    if (error != KC_OK || number < 2) {
        return KC_INVALID;
    }
    *ret_twin = (unsigned)number;
    return KC_OK;
}

static int hex_digit(char digit) {
    static const char digits[] = "0123456789ABCDEF";
    const char *found = digit != '\0' ? strchr(digits, digit) : NULL;
    return found != NULL ? (int)(found - digits) : -1;
}

/* Up to a mark or the end; `ret_text` has KC_TARGET_MAX + 1 bytes. */
static enum kc_error take_text(const char **next, char *ret_text) {
    size_t length = 0;
    const char *at = *next;
    for (; *at != '\0' && strchr("&=#", *at) == NULL; at++) {
        char byte = *at;
        if (byte == '%') {
            int high = hex_digit(at[1]);
            int low = high < 0 ? -1 : hex_digit(at[2]);
            if (low < 0 || high + low == 0) {
                return KC_INVALID;
            }
            byte = (char)(high * 16 + low);
            at += 2;
        }
        ret_text[length] = byte;
        length++;
    }
    ret_text[length] = '\0';
    *next = at;
    return KC_OK;
}

static enum kc_error take_pair(const char **next, struct attributes *attributes) {
    char name[KC_TARGET_MAX + 1];
    char value[KC_TARGET_MAX + 1];
    enum kc_error error = take_text(next, name);
    if (error != KC_OK || **next != '=') {
        return KC_INVALID;
    }
    *next += 1;
    error = take_text(next, value);
    if (error != KC_OK || **next == '=') {
        return KC_INVALID;
    }
    error = attributes_add(attributes, name, value);
    return error == KC_NO_MEMORY || error == KC_OK ? error : KC_INVALID;
}

static enum kc_error read_pairs(const char *target, struct attributes *attributes,
                                unsigned *ret_twin) {
    const char *next = target;
    for (;;) {
        enum kc_error error = take_pair(&next, attributes);
        if (error != KC_OK) {
            return error;
        }
        if (*next != '&') {
            return read_twin(next, ret_twin);
        }
        next++;
    }
}

/* Whether these attributes are called so; our own label stands for none at all. */
static bool is_called(struct attributes *attributes, unsigned twin, const char *target) {
    char again[KC_TARGET_MAX + 1];
    char label[KC_TARGET_MAX + 1] = "";
    const char *own = attributes_get(attributes, LABEL_NAME);
    if (own != NULL && attributes->count == 1) {
        memcpy(label, own, strlen(own) + 1);
        attributes_clear(attributes);
    }
    return naming_target(attributes, label, twin, again) == KC_OK && strcmp(again, target) == 0;
}

enum kc_error naming_read_target(const char *target, struct attributes *ret_attributes,
                                 unsigned *ret_twin) {
    struct attributes attributes = {0};
    unsigned twin = 1;
    enum kc_error error = strlen(target) > KC_TARGET_MAX ? KC_INVALID : KC_OK;
    if (error == KC_OK) {
        error = read_pairs(target, &attributes, &twin);
    }
    if (error == KC_OK && !is_called(&attributes, twin, target)) {
        error = KC_INVALID;
    }
    if (error != KC_OK) {
        attributes_clear(&attributes);
        return error;
    }
    *ret_attributes = attributes;
    *ret_twin = twin;
    return KC_OK;
}
