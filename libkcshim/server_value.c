/* SPDX-License-Identifier: MIT */
/* Small translations between GLib's values and ours. */
#include "libkcshim/server_internal.h"

#include "platform/clock.h"

uint64_t now_seconds(void) {
    return (uint64_t)(clock_wall_us() / 1000000);
}

bool read_attributes(struct call *call, GVariant *dictionary, struct attributes *ret_attributes) {
    struct attributes attributes = {0};
    GVariantIter pairs;
    const char *name = NULL;
    const char *value = NULL;
    enum kc_error error = KC_OK;
    g_variant_iter_init(&pairs, dictionary);
    while (error == KC_OK && g_variant_iter_next(&pairs, "{&s&s}", &name, &value)) {
        error = attributes_add(&attributes, name, value);
    }
    if (error == KC_OK) {
        *ret_attributes = attributes;
        return true;
    }
    attributes_clear(&attributes);
    if (error == KC_NO_MEMORY) {
        return trouble_no_memory(&call->trouble);
    }
    return trouble_set(&call->trouble, TROUBLE_INVALID,
                       "keychain-auth takes at most %d attributes, with names of 1 to %d bytes and "
                       "values of up to %d bytes, each name once",
                       KC_ATTRIBUTES_MAX, KC_ATTRIBUTE_NAME_MAX, KC_ATTRIBUTE_VALUE_MAX);
}

GVariant *write_attributes(const struct attributes *attributes) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{ss}"));
    for (size_t i = 0; i < attributes->count; i++) {
        g_variant_builder_add(&builder, "{ss}", attributes->items[i].name,
                              attributes->items[i].value);
    }
    return g_variant_builder_end(&builder);
}

bool is_path_of_item(const char *path, struct map_name *ret_name) {
    return map_path_read(path, ret_name) == KC_OK && ret_name->service[0] != '\0';
}
