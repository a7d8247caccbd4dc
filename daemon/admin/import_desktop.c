/* SPDX-License-Identifier: MIT */
/* From the desktop's keyring, where an item is what its attributes say, to service and target. */
#include "daemon/admin/import_list.h"

#include "daemon/store/desktop.h"
#include "libkc/naming.h"
#include "libkc/secret.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TWINS_MAX 1000

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

/* `target` is what `names` points to. */
static enum kc_error add_first_free(struct import_list *list, const struct desktop_item *item,
                                    const struct import_names *names,
                                    char target[KC_TARGET_MAX + 1]) {
    for (unsigned twin = 1; twin < TWINS_MAX; twin++) {
        enum kc_error error = naming_target(item->attributes, item->label, twin, target);
        if (error == KC_OK) {
            error = add_copy(list, names, item->value);
        }
        if (error != KC_EXISTS) {
            return error;
        }
    }
    return KC_TOO_BIG;
}

enum kc_error import_desktop_add(struct import_list *list, const struct desktop_item *item,
                                 const char *service, size_t origin) {
    char target[KC_TARGET_MAX + 1];
    struct attributes attributes = {0};
    const struct import_names names = {
        .service = service != NULL ? service : naming_service(item->attributes),
        .target = target,
        .attributes = &attributes,
        .origin = origin};
    enum kc_error error = write_attributes(item, &attributes);
    if (error == KC_OK) {
        error = add_first_free(list, item, &names, target);
    }
    attributes_clear(&attributes);
    return error == KC_EXISTS ? KC_INVALID : error;
}
