/* SPDX-License-Identifier: MIT */
/*
 * Making and deleting items of ours in the Secret Service. Nothing is ever replaced in place:
 * providers don't agree on which item a new one replaces.
 */
#include "daemon/store/libsecret_internal.h"

#include "libkc/base64.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define CONTENT_TYPE "text/plain"

static const struct provider_method create_item = {COLLECTION_INTERFACE, "CreateItem", "(oo)"};
static const struct provider_method delete_item = {ITEM_INTERFACE, "Delete", "(o)"};

static GVariant *properties_of(const struct item *item, uint64_t written) {
    char number[24];
    GVariantBuilder attributes;
    (void)snprintf(number, sizeof number, "%" PRIu64, written);
    g_variant_builder_init(&attributes, G_VARIANT_TYPE("a{ss}"));
    g_variant_builder_add(&attributes, "{ss}", "xdg:schema", ITEM_SCHEMA);
    g_variant_builder_add(&attributes, "{ss}", "service", item->service);
    g_variant_builder_add(&attributes, "{ss}", "target", item->target);
    g_variant_builder_add(&attributes, "{ss}", "written", number);
    for (size_t i = 0; i < item->attributes.count; i++) {
        const struct attribute *own = &item->attributes.items[i];
        g_autofree char *name = g_strconcat(OWN_PREFIX, own->name, NULL);
        g_variant_builder_add(&attributes, "{ss}", name, own->value);
    }
    g_autofree char *label = g_strdup_printf("keychain-auth: %s / %s", item->service, item->target);
    GVariantBuilder properties;
    g_variant_builder_init(&properties, G_VARIANT_TYPE("a{sv}"));
    g_variant_builder_add(&properties, "{sv}", ITEM_INTERFACE ".Label",
                          g_variant_new_string(label));
    g_variant_builder_add(&properties, "{sv}", ITEM_INTERFACE ".Attributes",
                          g_variant_builder_end(&attributes));
    return g_variant_builder_end(&properties);
}

static enum kc_error encode_value(struct provider *provider, const struct item *item,
                                  GVariant **ret_secret) {
    size_t length = base64_encoded_length(item->sealed_length);
    char *text = malloc(length + 1);
    if (text == NULL) {
        return KC_NO_MEMORY;
    }
    base64_encode(item->sealed, item->sealed_length, text);
    SecretValue *value = secret_value_new(text, (gssize)length, CONTENT_TYPE);
    free(text);
    *ret_secret = g_variant_ref_sink(secret_service_encode_dbus_secret(provider->service, value));
    secret_value_unref(value);
    return KC_OK;
}

enum kc_error provider_create(struct provider *provider, const struct item *item,
                              uint64_t written) {
    provider_begin(provider);
    if (provider->service == NULL) {
        return KC_IO;
    }
    enum kc_error error = provider_make_writable(provider);
    g_autoptr(GVariant) secret = NULL;
    if (error == KC_OK) {
        error = encode_value(provider, item, &secret);
    }
    if (error != KC_OK) {
        return error;
    }
    g_autoptr(GVariant) reply = NULL;
    error = provider_call(
        provider, &create_item, provider->collection,
        g_variant_new("(@a{sv}@(oayays)b)", properties_of(item, written), secret, FALSE), &reply);
    if (error != KC_OK) {
        return error == KC_NOT_FOUND ? provider_fail(provider, NOT_ITS_LANGUAGE) : error;
    }
    const char *prompt = NULL;
    g_variant_get(reply, "(&o&o)", NULL, &prompt);
    return provider_prompt(provider, prompt);
}

enum kc_error provider_delete(struct provider *provider, const char *path) {
    g_autoptr(GVariant) reply = NULL;
    provider_begin(provider);
    enum kc_error error = provider_call(provider, &delete_item, path, NULL, &reply);
    if (error != KC_OK) {
        return error;
    }
    const char *prompt = NULL;
    g_variant_get(reply, "(&o)", &prompt);
    return provider_prompt(provider, prompt);
}
