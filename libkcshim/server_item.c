/* SPDX-License-Identifier: MIT */
/* The methods and properties of an item, and how one is made. */
#include "libkcshim/server_internal.h"

#include "libkc/secret.h"

#include <stdlib.h>
#include <string.h>

static void describe(const struct map_item *item, bool locked, GVariantDict *properties) {
    g_variant_dict_insert_value(properties, "Attributes", write_attributes(&item->attributes));
    g_variant_dict_insert(properties, "Label", "s", item->label);
    g_variant_dict_insert(properties, "Type", "s", naming_service(&item->attributes));
    g_variant_dict_insert(properties, "Locked", "b", locked);
    g_variant_dict_insert(properties, "Created", "t", item->created);
    g_variant_dict_insert(properties, "Modified", "t", item->modified);
}

/* While the store is locked an item is what its path tells, and locked. */
static bool get_locked(struct call *call, GVariantDict *properties) {
    struct map_item item = {0};
    const char *today = items_resolve(call->server, call->path);
    bool is_so = is_awaited(call->server, today) || strcmp(call->trouble.name, TROUBLE_LOCKED) == 0;
    if (!is_so || !awaited_describe(call->server, today, &item)) {
        return false;
    }
    describe(&item, true, properties);
    map_item_clear(&item);
    return true;
}

bool item_get(struct call *call, GVariantDict *properties) {
    const struct found *found = NULL;
    if (!items_find(call, call->path, &found)) {
        return get_locked(call, properties);
    }
    describe(&found->item, is_locked(call->server, call->path), properties);
    return true;
}

static bool refuse_locked(struct call *call) {
    return !is_locked(call->server, call->path) ||
           trouble_set(&call->trouble, TROUBLE_LOCKED, "the item is locked");
}

/* A copy of what it is now. */
static bool copy_found(struct call *call, struct map_item *ret_item) {
    const struct found *found = NULL;
    if (!items_find(call, call->path, &found)) {
        return false;
    }
    return map_item_copy(&found->item, ret_item) || trouble_no_memory(&call->trouble);
}

static bool set_label(struct call *call, struct map_item *item, GVariant *value) {
    char *label = strdup(g_variant_get_string(value, NULL));
    if (label == NULL) {
        return trouble_no_memory(&call->trouble);
    }
    free(item->label);
    item->label = label;
    return true;
}

static bool set_attributes(struct call *call, struct map_item *item, GVariant *value) {
    struct attributes attributes = {0};
    if (!read_attributes(call, value, &attributes)) {
        return false;
    }
    attributes_clear(&item->attributes);
    item->attributes = attributes;
    return true;
}

static bool set_member(struct call *call, struct map_item *item, const char *property,
                       GVariant *value) {
    if (strcmp(property, "Label") == 0 && g_variant_is_of_type(value, G_VARIANT_TYPE_STRING)) {
        return set_label(call, item, value);
    }
    if (strcmp(property, "Attributes") == 0 &&
        g_variant_is_of_type(value, G_VARIANT_TYPE("a{ss}"))) {
        return set_attributes(call, item, value);
    }
    return trouble_set(&call->trouble, TROUBLE_INVALID, "no property that can be set so");
}

bool item_set(struct call *call, const char *property, GVariant *value) {
    struct map_item item = {0};
    if (!refuse_locked(call) || !copy_found(call, &item)) {
        return false;
    }
    bool is_done =
        set_member(call, &item, property, value) && items_change(call, call->path, &item, NULL);
    map_item_clear(&item);
    if (is_done) {
        bus_emit_changed(call->server, call->path, ITEM_INTERFACE, property, value);
    }
    return is_done;
}

bool item_delete(struct call *call, GVariant **ret_body) {
    if (!refuse_locked(call) || !items_delete(call, call->path)) {
        return false;
    }
    *ret_body = g_variant_new("(o)", NO_OBJECT);
    return true;
}

bool item_get_secret(struct call *call, GVariant **ret_body) {
    const char *session = NULL;
    KC_AUTO(secret) value = NULL;
    g_autofree char *content_type = NULL;
    GVariant *sealed = NULL;
    g_variant_get(call->body, "(&o)", &session);
    if (!sessions_has(call->server->sessions, session)) {
        return trouble_set(&call->trouble, TROUBLE_NO_SESSION, "there is no such session");
    }
    if (!refuse_locked(call) || !items_read(call, call->path, &value, &content_type) ||
        !sessions_seal(call->server->sessions, session, value, content_type, &sealed,
                       &call->trouble)) {
        return false;
    }
    *ret_body = g_variant_new("(@(oayays))", sealed);
    return true;
}

bool item_set_secret(struct call *call, GVariant **ret_body) {
    g_autoptr(GVariant) sealed = g_variant_get_child_value(call->body, 0);
    const char *content_type = NULL;
    KC_AUTO(secret) value = NULL;
    struct map_item item = {0};
    (void)ret_body;
    if (!refuse_locked(call) ||
        !sessions_unseal(call->server->sessions, sealed, &value, &content_type, &call->trouble) ||
        !copy_found(call, &item)) {
        return false;
    }
    free(item.content_type);
    item.content_type = strdup(content_type);
    bool is_done = item.content_type != NULL ? items_change(call, call->path, &item, value)
                                             : trouble_no_memory(&call->trouble);
    map_item_clear(&item);
    return is_done;
}

/* What a program gives for a new item. */
static bool read_new(struct call *call, GVariant *properties, const char *content_type,
                     struct map_item *ret_item) {
    const struct collection *collection = collections_find(call->server, call->path);
    const char *label = "";
    g_autoptr(GVariant) dictionary = NULL;
    if (collection == NULL) {
        return trouble_set(&call->trouble, TROUBLE_NO_OBJECT, "no such collection");
    }
    (void)g_variant_lookup(properties, ITEM_INTERFACE ".Label", "&s", &label);
    dictionary =
        g_variant_lookup_value(properties, ITEM_INTERFACE ".Attributes", G_VARIANT_TYPE("a{ss}"));
    if (dictionary != NULL && !read_attributes(call, dictionary, &ret_item->attributes)) {
        return false;
    }
    ret_item->label = strdup(label);
    ret_item->content_type = strdup(content_type);
    ret_item->collection = strdup(collection->name);
    return (ret_item->label != NULL && ret_item->content_type != NULL &&
            ret_item->collection != NULL) ||
           trouble_no_memory(&call->trouble);
}

bool collection_create_item(struct call *call, GVariant **ret_body) {
    g_autoptr(GVariant) properties = NULL;
    g_autoptr(GVariant) sealed = NULL;
    g_autofree char *path = NULL;
    const char *content_type = NULL;
    gboolean replace = FALSE;
    KC_AUTO(secret) value = NULL;
    struct map_item item = {0};
    g_variant_get(call->body, "(@a{sv}@(oayays)b)", &properties, &sealed, &replace);
    if (is_locked(call->server, call->path)) {
        return trouble_set(&call->trouble, TROUBLE_LOCKED, "the collection is locked");
    }
    bool is_done =
        sessions_unseal(call->server->sessions, sealed, &value, &content_type, &call->trouble) &&
        read_new(call, properties, content_type, &item) &&
        items_create(call, &item, value, replace, &path);
    map_item_clear(&item);
    if (is_done) {
        *ret_body = g_variant_new("(oo)", path, NO_OBJECT);
    }
    return is_done;
}
