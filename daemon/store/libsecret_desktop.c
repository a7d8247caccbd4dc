/* SPDX-License-Identifier: MIT */
/*
 * The keyring as other programs see it. Walks collection by collection, because not every
 * provider answers an unfiltered search; attributes are compared here, for the same reason.
 */
#include "daemon/store/desktop.h"

#include "daemon/store/libsecret_internal.h"
#include "libkc/secret.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OWN_SCHEMA     "io.keychainauth.Item"
#define SCHEMA_KEY     "xdg:schema"
#define NOT_AN_ITEM    "the Secret Service answered with something that isn't an item of a keyring"
#define READ_ALL_REPLY "(a{sv})"

static const struct provider_method get_all = {"org.freedesktop.DBus.Properties", "GetAll",
                                               READ_ALL_REPLY};
static const struct provider_method get_secret = {ITEM_INTERFACE, "GetSecret", "((oayays))"};
static const struct provider_method delete_item = {ITEM_INTERFACE, "Delete", "(o)"};
static const struct provider_method read_alias = {SERVICE_INTERFACE, "ReadAlias", "(o)"};
static const struct provider_method collections_property = {SERVICE_INTERFACE, "Collections", "ao"};

struct desktop {
    struct provider *provider;
    char *default_collection; /* its path, or NO_OBJECT */
};

/* One walk. */
struct reading {
    struct desktop *desktop;
    const struct attributes *match;
    desktop_visitor *visit;
    void *context;
    const char *collection; /* the label, "" for the default one */
    size_t passed_over;
};

const char *desktop_trouble(const struct desktop *desktop) {
    return provider_trouble(desktop->provider);
}

static enum kc_error find_default(struct desktop *desktop) {
    g_autoptr(GVariant) reply = NULL;
    provider_begin(desktop->provider);
    enum kc_error error = provider_call(desktop->provider, &read_alias, SERVICE_PATH,
                                        g_variant_new("(s)", "default"), &reply);
    if (error == KC_OK) {
        g_variant_get(reply, "(o)", &desktop->default_collection);
    }
    return error;
}

enum kc_error desktop_open(struct desktop **ret_desktop, char why[KC_MESSAGE_MAX]) {
    KC_AUTO(desktop) desktop = calloc(1, sizeof *desktop);
    if (desktop == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = provider_new(&desktop->provider);
    if (error != KC_OK) {
        return error;
    }
    error = provider_connect(desktop->provider, PROVIDER_CALL_MS);
    if (error == KC_OK) {
        error = find_default(desktop);
    }
    if (error != KC_OK) {
        (void)snprintf(why, KC_MESSAGE_MAX, "%s", provider_trouble(desktop->provider));
        return error;
    }
    *ret_desktop = desktop;
    desktop = NULL;
    return KC_OK;
}

void desktop_free(struct desktop *desktop) {
    if (desktop == NULL) {
        return;
    }
    provider_free(desktop->provider);
    g_free(desktop->default_collection);
    free(desktop);
}

/* The properties of an object, type a{sv}. */
static enum kc_error read_properties(struct provider *provider, const char *path,
                                     const char *interface, GVariant **ret_properties) {
    g_autoptr(GVariant) reply = NULL;
    provider_begin(provider);
    enum kc_error error =
        provider_call(provider, &get_all, path, g_variant_new("(s)", interface), &reply);
    if (error == KC_OK) {
        *ret_properties = g_variant_get_child_value(reply, 0);
    }
    return error;
}

/* Borrowed from `properties`; "" when there is none. */
static const char *text_of(GVariant *properties, const char *name) {
    const char *text = "";
    (void)g_variant_lookup(properties, name, "&s", &text);
    return text;
}

static uint64_t number_of(GVariant *properties, const char *name) {
    guint64 number = 0;
    (void)g_variant_lookup(properties, name, "t", &number);
    return number;
}

static enum kc_error read_attributes(GVariant *properties, struct attributes *attributes) {
    g_autoptr(GVariant) pairs =
        g_variant_lookup_value(properties, "Attributes", G_VARIANT_TYPE("a{ss}"));
    if (pairs == NULL) {
        return KC_OK;
    }
    GVariantIter iterator;
    const char *name = NULL;
    const char *value = NULL;
    enum kc_error error = KC_OK;
    (void)g_variant_iter_init(&iterator, pairs);
    while (error == KC_OK && g_variant_iter_next(&iterator, "{&s&s}", &name, &value)) {
        error = attributes_add(attributes, name, value);
    }
    return error;
}

/* Reading values */

static enum kc_error take_value(struct provider *provider, GVariant *secret,
                                struct secret **ret_value, char **ret_type) {
    SecretValue *held = secret_service_decode_dbus_secret(provider->service, secret);
    if (held == NULL) {
        return provider_fail(provider, NOT_AN_ITEM);
    }
    gsize length = 0;
    const char *bytes = secret_value_get(held, &length);
    const char *type = secret_value_get_content_type(held);
    enum kc_error error =
        length > KC_VALUE_MAX ? KC_TOO_BIG : secret_new_copy(bytes, length, ret_value);
    if (error == KC_OK) {
        *ret_type = g_strdup(type != NULL ? type : "");
    }
    secret_value_unref(held);
    return error;
}

/* g_free() the type. */
static enum kc_error read_value(struct provider *provider, const char *path,
                                struct secret **ret_value, char **ret_type) {
    g_autoptr(GVariant) reply = NULL;
    if (provider->service == NULL) {
        return KC_IO;
    }
    provider_begin(provider);
    const char *session = secret_service_get_session_dbus_path(provider->service);
    enum kc_error error =
        provider_call(provider, &get_secret, path, g_variant_new("(o)", session), &reply);
    if (error != KC_OK) {
        return error;
    }
    g_autoptr(GVariant) secret = g_variant_get_child_value(reply, 0);
    return take_value(provider, secret, ret_value, ret_type);
}

static bool is_wanted(const struct reading *reading, const struct attributes *attributes) {
    const char *schema = attributes_get(attributes, SCHEMA_KEY);
    return (schema == NULL || strcmp(schema, OWN_SCHEMA) != 0) &&
           attributes_match(attributes, reading->match);
}

static enum kc_error show_item(struct reading *reading, const char *path, GVariant *properties,
                               const struct attributes *attributes) {
    KC_AUTO(secret) value = NULL;
    g_autofree char *type = NULL;
    enum kc_error error = read_value(reading->desktop->provider, path, &value, &type);
    if (error != KC_OK) {
        return error;
    }
    const struct desktop_item item = {.path = path,
                                      .label = text_of(properties, "Label"),
                                      .collection = reading->collection,
                                      .content_type = type,
                                      .created = number_of(properties, "Created"),
                                      .modified = number_of(properties, "Modified"),
                                      .attributes = attributes,
                                      .value = value};
    return reading->visit(&item, reading->context);
}

/* KC_INVALID, KC_TOO_BIG: more than the protocol takes. */
static enum kc_error read_item(struct reading *reading, const char *path) {
    struct attributes attributes = {0};
    g_autoptr(GVariant) properties = NULL;
    enum kc_error error =
        read_properties(reading->desktop->provider, path, ITEM_INTERFACE, &properties);
    if (error == KC_OK) {
        error = read_attributes(properties, &attributes);
    }
    if (error == KC_OK && is_wanted(reading, &attributes)) {
        error = show_item(reading, path, properties, &attributes);
    }
    attributes_clear(&attributes);
    return error;
}

static enum kc_error read_items(struct reading *reading, GVariant *paths) {
    GVariantIter iterator;
    const char *path = NULL;
    enum kc_error error = KC_OK;
    (void)g_variant_iter_init(&iterator, paths);
    while (error == KC_OK && g_variant_iter_next(&iterator, "&o", &path)) {
        error = read_item(reading, path);
        if (error == KC_INVALID || error == KC_TOO_BIG) {
            reading->passed_over++;
            error = KC_OK;
        }
        error = error == KC_NOT_FOUND ? KC_OK : error; /* it went away meanwhile */
    }
    return error;
}

static enum kc_error read_collection(struct reading *reading, const char *path) {
    struct provider *provider = reading->desktop->provider;
    g_autoptr(GVariant) properties = NULL;
    gboolean is_locked = FALSE;
    enum kc_error error = read_properties(provider, path, COLLECTION_INTERFACE, &properties);
    if (error != KC_OK) {
        return error == KC_NOT_FOUND ? KC_OK : error;
    }
    g_autoptr(GVariant) items = g_variant_lookup_value(properties, "Items", G_VARIANT_TYPE("ao"));
    if (items == NULL) {
        return provider_fail(provider, NOT_AN_ITEM);
    }
    (void)g_variant_lookup(properties, "Locked", "b", &is_locked);
    if (is_locked) {
        error = provider_unlock(provider, g_variant_new_objv(&path, 1));
    }
    bool is_default = strcmp(path, reading->desktop->default_collection) == 0;
    reading->collection = is_default ? "" : text_of(properties, "Label");
    return error == KC_OK ? read_items(reading, items) : error;
}

enum kc_error desktop_read(struct desktop *desktop, const struct attributes *match,
                           desktop_visitor *visit, void *context, size_t *ret_passed_over) {
    struct reading reading = {
        .desktop = desktop, .match = match, .visit = visit, .context = context};
    g_autoptr(GVariant) paths = NULL;
    provider_begin(desktop->provider);
    enum kc_error error =
        provider_property(desktop->provider, SERVICE_PATH, &collections_property, &paths);
    if (error != KC_OK) {
        return error;
    }
    GVariantIter iterator;
    const char *path = NULL;
    (void)g_variant_iter_init(&iterator, paths);
    while (error == KC_OK && g_variant_iter_next(&iterator, "&o", &path)) {
        error = read_collection(&reading, path);
    }
    if (error == KC_OK) {
        *ret_passed_over = reading.passed_over;
    }
    return error;
}

enum kc_error desktop_delete(struct desktop *desktop, const char *path,
                             const struct secret *value) {
    KC_AUTO(secret) present = NULL;
    g_autofree char *type = NULL;
    g_autoptr(GVariant) reply = NULL;
    struct provider *provider = desktop->provider;
    enum kc_error error = read_value(provider, path, &present, &type);
    if (error != KC_OK) {
        return error == KC_TOO_BIG ? KC_CHANGED : error;
    }
    if (!secret_equal(present, value)) {
        return KC_CHANGED;
    }
    error = provider_call(provider, &delete_item, path, NULL, &reply);
    if (error != KC_OK) {
        return error;
    }
    const char *prompt = NULL;
    g_variant_get(reply, "(&o)", &prompt);
    return provider_prompt(provider, prompt);
}
