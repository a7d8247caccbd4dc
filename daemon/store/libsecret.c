/* SPDX-License-Identifier: MIT */
/*
 * Finding and reading items of ours in the Secret Service. A value lies there as base64 of what
 * crypto_seal() made, so that whoever reads the desktop's keyring reads ciphertext; the names
 * stay readable, as its own programs show them.
 *
 *     xdg:schema  io.keychainauth.Item
 *     service, target
 *     written     orders the copies that a cut-short change may leave
 *     a:NAME      the user's own attribute NAME, which so never collides with one of ours
 */
#include "daemon/store/libsecret_internal.h"

#include "libkc/base64.h"
#include "libkc/parse.h"

#include <stdlib.h>
#include <string.h>

#define SECRETS_AT_ONCE 64 /* 64 KiB values, encoded, stay far below what a bus lets pass */

static const struct provider_method search_items = {SERVICE_INTERFACE, "SearchItems", "(aoao)"};
static const struct provider_method get_secrets = {SERVICE_INTERFACE, "GetSecrets",
                                                   "(a{o(oayays)})"};
static const struct provider_method read_alias = {SERVICE_INTERFACE, "ReadAlias", "(o)"};
static const struct provider_method attributes_property = {ITEM_INTERFACE, "Attributes", "a{ss}"};
static const struct provider_method locked_property = {COLLECTION_INTERFACE, "Locked", "b"};

void stored_list_clear(struct stored_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        free(list->rows[i].path);
        item_free(list->rows[i].item);
    }
    free(list->rows);
    *list = (struct stored_list){0};
}

/* The collection for new items */

static enum kc_error find_collection(struct provider *provider, char **ret_path) {
    g_autoptr(GVariant) reply = NULL;
    enum kc_error error =
        provider_call(provider, &read_alias, SERVICE_PATH, g_variant_new("(s)", "default"), &reply);
    if (error == KC_OK) {
        g_variant_get(reply, "(o)", ret_path);
    }
    return error;
}

static enum kc_error unlock_collection(struct provider *provider, const char *path) {
    g_autoptr(GVariant) locked = NULL;
    enum kc_error error = provider_property(provider, path, &locked_property, &locked);
    if (error == KC_OK && g_variant_get_boolean(locked)) {
        error = provider_unlock(provider, g_variant_new_objv(&path, 1));
    }
    return error;
}

/* Once a turn. A keyring that has no default collection is empty, and not locked. */
static enum kc_error open_collection(struct provider *provider) {
    if (provider->collection != NULL) {
        return KC_OK;
    }
    g_autofree char *path = NULL;
    enum kc_error error = find_collection(provider, &path);
    if (error == KC_OK && strcmp(path, NO_OBJECT) != 0) {
        error = unlock_collection(provider, path);
    }
    if (error == KC_OK) {
        provider->collection = g_steal_pointer(&path);
    }
    return error;
}

enum kc_error provider_make_writable(struct provider *provider) {
    provider_begin(provider);
    enum kc_error error = open_collection(provider);
    if (error == KC_OK && strcmp(provider->collection, NO_OBJECT) == 0) {
        error = provider_fail(provider, "the desktop's keyring has no default collection to store "
                                        "into; make one with its own program (Seahorse: "
                                        "\"Passwords and Keys\")");
    }
    return error == KC_NOT_FOUND ? provider_fail(provider, NOT_ITS_LANGUAGE) : error;
}

/* Finding */

static GVariant *query_variant(const struct stored_query *query) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("(a{ss})"));
    g_variant_builder_open(&builder, G_VARIANT_TYPE("a{ss}"));
    g_variant_builder_add(&builder, "{ss}", "xdg:schema", ITEM_SCHEMA);
    if (query->service != NULL) {
        g_variant_builder_add(&builder, "{ss}", "service", query->service);
    }
    if (query->target != NULL) {
        g_variant_builder_add(&builder, "{ss}", "target", query->target);
    }
    g_variant_builder_close(&builder);
    return g_variant_builder_end(&builder);
}

/* Ours alone has this sign: the query's schema isn't looked at by every provider. */
static enum kc_error read_attribute(struct stored *row, const char *name, const char *value) {
    if (strcmp(name, "written") == 0) {
        return parse_unsigned(value, UINT64_MAX, &row->written) == KC_NO_MEMORY ? KC_NO_MEMORY
                                                                                : KC_OK;
    }
    if (strncmp(name, OWN_PREFIX, strlen(OWN_PREFIX)) != 0) {
        return KC_OK;
    }
    enum kc_error error = attributes_add(&row->item->attributes, name + strlen(OWN_PREFIX), value);
    /* What we couldn't have written isn't what was sealed: the seal will say so. */
    return error == KC_NO_MEMORY ? error : KC_OK;
}

static enum kc_error read_attributes(GVariant *attributes, struct stored *row) {
    GVariantIter iterator;
    const char *name = NULL;
    const char *value = NULL;
    enum kc_error error = KC_OK;
    (void)g_variant_iter_init(&iterator, attributes);
    while (error == KC_OK && g_variant_iter_next(&iterator, "{&s&s}", &name, &value)) {
        error = read_attribute(row, name, value);
    }
    return error;
}

static bool is_name(const char *text, size_t max) {
    return text != NULL && parse_name(text, strlen(text), max) == KC_OK;
}

/* It is ours, and what was asked for. */
static bool is_wanted(GVariant *attributes, const struct stored_query *query,
                      const char **ret_service, const char **ret_target) {
    const char *schema = NULL;
    const char *service = NULL;
    const char *target = NULL;
    (void)g_variant_lookup(attributes, "xdg:schema", "&s", &schema);
    (void)g_variant_lookup(attributes, "service", "&s", &service);
    (void)g_variant_lookup(attributes, "target", "&s", &target);
    if (schema == NULL || strcmp(schema, ITEM_SCHEMA) != 0 || !is_name(service, KC_SERVICE_MAX) ||
        !is_name(target, KC_TARGET_MAX)) {
        return false;
    }
    *ret_service = service;
    *ret_target = target;
    return (query->service == NULL || strcmp(query->service, service) == 0) &&
           (query->target == NULL || strcmp(query->target, target) == 0) &&
           (query->prefix == NULL || strncmp(query->prefix, target, strlen(query->prefix)) == 0);
}

static enum kc_error append_row(struct stored_list *list, const char *path, struct stored *row) {
    size_t count = list->count;
    row->path = strdup(path);
    if (row->path == NULL) {
        return KC_NO_MEMORY;
    }
    if ((count & (count - 1)) == 0) { /* a power of two: the room is used up */
        struct stored *rows = realloc(list->rows, (count == 0 ? 1 : count * 2) * sizeof *rows);
        if (rows == NULL) {
            return KC_NO_MEMORY;
        }
        list->rows = rows;
    }
    list->rows[count] = *row;
    list->count++;
    *row = (struct stored){0};
    return KC_OK;
}

static enum kc_error load_row(struct provider *provider, const char *path,
                              const struct stored_query *query, struct stored_list *list) {
    g_autoptr(GVariant) attributes = NULL;
    enum kc_error error = provider_property(provider, path, &attributes_property, &attributes);
    if (error != KC_OK) {
        return error == KC_NOT_FOUND ? KC_OK : error;
    }
    const char *service = NULL;
    const char *target = NULL;
    if (!is_wanted(attributes, query, &service, &target)) {
        return KC_OK;
    }
    static const struct attributes none;
    struct stored row = {0};
    error = item_new(service, target, &none, &row.item);
    if (error == KC_OK) {
        error = read_attributes(attributes, &row);
    }
    if (error == KC_OK) {
        error = append_row(list, path, &row);
    }
    free(row.path);
    item_free(row.item);
    return error;
}

static enum kc_error load_rows(struct provider *provider, GVariant *paths,
                               const struct stored_query *query, struct stored_list *list) {
    GVariantIter iterator;
    const char *path = NULL;
    enum kc_error error = KC_OK;
    (void)g_variant_iter_init(&iterator, paths);
    while (error == KC_OK && g_variant_iter_next(&iterator, "&o", &path)) {
        error = load_row(provider, path, query, list);
    }
    return error;
}

/* Reading */

/* Base64 that can't be decoded is kept as it is: the seal refuses it, whatever it is. */
static enum kc_error set_sealed(struct item *item, const char *text, size_t length) {
    if (item->sealed != NULL) {
        return KC_OK; /* the provider says it twice */
    }
    item->sealed = malloc(length + 1);
    if (item->sealed == NULL) {
        return KC_NO_MEMORY;
    }
    if (base64_decode(text, length, item->sealed, &item->sealed_length) != KC_OK) {
        memcpy(item->sealed, text, length);
        item->sealed_length = length;
    }
    return KC_OK;
}

static enum kc_error read_secret(struct provider *provider, GVariant *secret, struct item *item) {
    SecretValue *value = secret_service_decode_dbus_secret(provider->service, secret);
    if (value == NULL) {
        return provider_fail(provider, "the Secret Service answered with something that can't be "
                                       "read in this session");
    }
    gsize length = 0;
    const char *text = secret_value_get(value, &length);
    enum kc_error error = set_sealed(item, text, length);
    secret_value_unref(value);
    return error;
}

static enum kc_error read_some(struct provider *provider, struct stored *rows, size_t count) {
    GVariantBuilder paths;
    g_variant_builder_init(&paths, G_VARIANT_TYPE("ao"));
    for (size_t i = 0; i < count; i++) {
        g_variant_builder_add(&paths, "o", rows[i].path);
    }
    GVariant *ends = g_variant_builder_end(&paths);
    const char *session =
        provider->service != NULL ? secret_service_get_session_dbus_path(provider->service) : "/";
    g_autoptr(GVariant) reply = NULL;
    enum kc_error error = provider_call(provider, &get_secrets, SERVICE_PATH,
                                        g_variant_new("(@aoo)", ends, session), &reply);
    if (error != KC_OK) {
        return error;
    }
    g_autoptr(GVariant) secrets = g_variant_get_child_value(reply, 0);
    for (size_t i = 0; error == KC_OK && i < count; i++) {
        g_autoptr(GVariant) secret =
            g_variant_lookup_value(secrets, rows[i].path, G_VARIANT_TYPE("(oayays)"));
        if (secret != NULL) {
            error = read_secret(provider, secret, rows[i].item);
        }
    }
    return error;
}

static void drop_unread(struct stored_list *list) {
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct stored *row = &list->rows[i];
        if (row->item->sealed == NULL) {
            free(row->path);
            item_free(row->item);
        } else {
            list->rows[kept] = *row;
            kept++;
        }
    }
    list->count = kept;
}

/* One that went away meanwhile may spoil the answer for its neighbours. */
static enum kc_error read_each(struct provider *provider, struct stored *rows, size_t count) {
    enum kc_error error = KC_OK;
    for (size_t i = 0; error == KC_OK && i < count; i++) {
        error = read_some(provider, rows + i, 1);
        error = error == KC_NOT_FOUND ? KC_OK : error;
    }
    return error;
}

static enum kc_error read_values(struct provider *provider, struct stored_list *list) {
    enum kc_error error = KC_OK;
    for (size_t first = 0; error == KC_OK && first < list->count; first += SECRETS_AT_ONCE) {
        size_t left = list->count - first;
        size_t count = left < SECRETS_AT_ONCE ? left : SECRETS_AT_ONCE;
        error = read_some(provider, list->rows + first, count);
        if (error == KC_NOT_FOUND) {
            error = read_each(provider, list->rows + first, count);
        }
    }
    if (error == KC_OK) {
        drop_unread(list);
    }
    return error;
}

/* An item of ours may have been moved to another collection, which is locked by itself. */
static enum kc_error search_and_load(struct provider *provider, const struct stored_query *query,
                                     struct stored_list *list) {
    g_autoptr(GVariant) reply = NULL;
    enum kc_error error =
        provider_call(provider, &search_items, SERVICE_PATH, query_variant(query), &reply);
    if (error != KC_OK) {
        return error;
    }
    g_autoptr(GVariant) unlocked = g_variant_get_child_value(reply, 0);
    g_autoptr(GVariant) locked = g_variant_get_child_value(reply, 1);
    if (g_variant_n_children(locked) > 0) {
        error = provider_unlock(provider, locked);
    }
    if (error == KC_OK) {
        error = load_rows(provider, unlocked, query, list);
    }
    if (error == KC_OK) {
        error = load_rows(provider, locked, query, list);
    }
    return error == KC_OK ? read_values(provider, list) : error;
}

enum kc_error provider_search(struct provider *provider, const struct stored_query *query,
                              struct stored_list *ret_list) {
    struct stored_list list = {0};
    provider_begin(provider);
    enum kc_error error = open_collection(provider);
    if (error == KC_OK) {
        error = search_and_load(provider, query, &list);
    }
    if (error != KC_OK) {
        stored_list_clear(&list);
        return error == KC_NOT_FOUND ? provider_fail(provider, NOT_ITS_LANGUAGE) : error;
    }
    *ret_list = list;
    return KC_OK;
}

enum kc_error provider_count(struct provider *provider, size_t *ret_count) {
    static const struct stored_query everything;
    g_autoptr(GVariant) reply = NULL;
    provider_begin(provider);
    enum kc_error error =
        provider_call(provider, &search_items, SERVICE_PATH, query_variant(&everything), &reply);
    if (error == KC_OK) {
        g_autoptr(GVariant) unlocked = g_variant_get_child_value(reply, 0);
        g_autoptr(GVariant) locked = g_variant_get_child_value(reply, 1);
        *ret_count = g_variant_n_children(unlocked) + g_variant_n_children(locked);
    }
    return error == KC_NOT_FOUND ? provider_fail(provider, NOT_ITS_LANGUAGE) : error;
}
