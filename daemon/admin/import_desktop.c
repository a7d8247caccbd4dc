/* SPDX-License-Identifier: MIT */
/* From the desktop's keyring, where an item is what its attributes say, to service and target. */
#include "daemon/admin/import_list.h"

#include "daemon/store/desktop.h"
#include "libkc/parse.h"
#include "libkc/secret.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SCHEMA_KEY     "xdg:schema"
#define DEFAULT_SCHEMA "org.freedesktop.Secret.Generic"
#define TWINS_MAX      1000

/* A target in the making; too long is noticed at the end. */
struct target {
    char text[KC_TARGET_MAX + 16];
    size_t length;
};

static void append(struct target *target, const char *text) {
    for (const char *at = text; *at != '\0' && target->length <= KC_TARGET_MAX; at++) {
        unsigned char byte = (unsigned char)*at;
        bool is_special = byte <= 0x20 || byte == 0x7f || strchr("%&=#", byte) != NULL;
        target->length +=
            (size_t)snprintf(target->text + target->length, sizeof target->text - target->length,
                             is_special ? "%%%02X" : "%c", byte);
    }
}

static void append_mark(struct target *target, char mark) {
    if (target->length > 0 && target->length <= KC_TARGET_MAX) {
        target->text[target->length] = mark;
        target->text[target->length + 1] = '\0';
        target->length++;
    }
}

/* An item that has no attributes is named by its label. */
static void write_target(const struct desktop_item *item, struct target *target) {
    const struct attributes *attributes = item->attributes;
    for (size_t i = 0; i < attributes->count; i++) {
        if (strcmp(attributes->items[i].name, SCHEMA_KEY) != 0) {
            append_mark(target, '&');
            append(target, attributes->items[i].name);
            append_mark(target, '=');
            append(target, attributes->items[i].value);
        }
    }
    if (target->length == 0) {
        append(target, "kc:label");
        append_mark(target, '=');
        append(target, item->label);
    }
}

static enum kc_error add_text(struct attributes *attributes, const char *name, const char *text) {
    return text[0] == '\0' ? KC_OK : attributes_add(attributes, name, text);
}

static enum kc_error add_number(struct attributes *attributes, const char *name, uint64_t number) {
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRIu64, number);
    return number == 0 ? KC_OK : attributes_add(attributes, name, text);
}

static enum kc_error write_attributes(const struct desktop_item *item,
                                      struct attributes *attributes) {
    enum kc_error error = attributes_copy(item->attributes, attributes);
    if (error == KC_OK) {
        error = add_text(attributes, "kc:label", item->label);
    }
    if (error == KC_OK) {
        error = add_text(attributes, "kc:content-type", item->content_type);
    }
    if (error == KC_OK) {
        error = add_text(attributes, "kc:collection", item->collection);
    }
    if (error == KC_OK) {
        error = add_number(attributes, "kc:created", item->created);
    }
    return error == KC_OK ? add_number(attributes, "kc:modified", item->modified) : error;
}

/* The copy is made anew for each try: the list takes it whatever it answers. */
static enum kc_error add_copy(struct import_list *list, const struct import_names *names,
                              const struct secret *value) {
    struct secret *copy = NULL;
    enum kc_error error = secret_new_copy(secret_view(value), secret_length(value), &copy);
    return error == KC_OK ? import_list_add(list, names, &copy) : error;
}

static enum kc_error add_first_free(struct import_list *list, struct target *target,
                                    const struct import_names *names, const struct secret *value) {
    enum kc_error error = add_copy(list, names, value);
    for (unsigned twin = 2; error == KC_EXISTS && twin < TWINS_MAX; twin++) {
        (void)snprintf(target->text + target->length, sizeof target->text - target->length, "#%u",
                       twin);
        error = add_copy(list, names, value);
    }
    return error == KC_EXISTS ? KC_TOO_BIG : error;
}

enum kc_error import_desktop_add(struct import_list *list, const struct desktop_item *item,
                                 const char *service, size_t origin) {
    struct target target = {.length = 0};
    struct attributes attributes = {0};
    const char *schema = attributes_get(item->attributes, SCHEMA_KEY);
    const struct import_names names = {.service = service != NULL  ? service
                                                  : schema != NULL ? schema
                                                                   : DEFAULT_SCHEMA,
                                       .target = target.text,
                                       .attributes = &attributes,
                                       .origin = origin};
    write_target(item, &target);
    if (target.length > KC_TARGET_MAX) {
        return KC_TOO_BIG;
    }
    enum kc_error error = write_attributes(item, &attributes);
    if (error == KC_OK) {
        error = add_first_free(list, &target, &names, item->value);
    }
    attributes_clear(&attributes);
    return error == KC_EXISTS ? KC_INVALID : error;
}
