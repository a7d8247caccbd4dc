/* SPDX-License-Identifier: MIT */
/*
 * Creates, changes and deletes items. An item is replaced by one of exactly the same attributes in
 * the same collection, as the standard says (GNOME Keyring takes a subset for equal, and destroys
 * what it wasn't asked about). Its target follows from its attributes, so other attributes move
 * it: the new one is written before the old one is deleted.
 */
#include "libkcshim/server_items.h"

#include "libkc/keychain-auth.h"
#include "libkc/secret.h"

#include <stdio.h>
#include <string.h>

#define TWINS_MAX 1000

static bool is_of_session(const struct map_name *name) {
    return strcmp(name->collection, SESSION_COLLECTION) == 0;
}

/* The name that it would like; another may have it already. */
static bool name_item(struct call *call, const struct map_item *item, unsigned twin,
                      struct map_name *ret_name) {
    const char *service = naming_service(&item->attributes);
    enum kc_error error =
        strlen(service) > KC_SERVICE_MAX
            ? KC_TOO_BIG
            : naming_target(&item->attributes, item->label, twin, ret_name->target);
    if (error != KC_OK) {
        return trouble_set(&call->trouble, TROUBLE_LIMITS,
                           "keychain-auth names an item by its attributes, and its name has at "
                           "most %d bytes (its schema: %d); these take more",
                           KC_TARGET_MAX, KC_SERVICE_MAX);
    }
    (void)snprintf(ret_name->service, sizeof ret_name->service, "%s", service);
    (void)snprintf(ret_name->collection, sizeof ret_name->collection, "%s", item->collection);
    return true;
}

/* Everything in the store that has this name, or that name and a number. */
static bool list_same(struct call *call, const struct map_name *name, GPtrArray *found) {
    const struct attributes none = {0};
    const struct items_wish wish = {
        .service = name->service, .prefix = name->target, .query = &none};
    if (is_of_session(name)) {
        g_autoptr(GPtrArray) kept = NULL;
        bool is_done = items_search(call, &none, SESSION_COLLECTION, &kept);
        while (is_done && kept->len > 0) {
            g_ptr_array_add(found, g_ptr_array_steal_index_fast(kept, kept->len - 1));
        }
        return is_done;
    }
    return items_list(call, &wish, found);
}

/* A program that may write but not search is taken at its word: what it writes replaces. */
static bool may_look(struct call *call, bool replace, bool *ret_may) {
    struct rights rights = {0};
    if (!rights_ask(call->server->broker, &rights, &call->trouble)) {
        *ret_may = false; /* the write itself will say why not */
        return strcmp(call->trouble.name, TROUBLE_DENIED) == 0;
    }
    *ret_may = rights.can_search || !replace;
    rights_clear(&rights);
    return true;
}

static bool is_taken(const GPtrArray *found, const struct map_name *name) {
    for (guint i = 0; i < found->len; i++) {
        const struct found *one = found->pdata[i];
        if (strcmp(one->name.service, name->service) == 0 &&
            strcmp(one->name.target, name->target) == 0) {
            return true;
        }
    }
    return false;
}

/* The one to be replaced; NULL: none. */
static const struct found *find_equal(const GPtrArray *found, const struct map_name *name,
                                      const struct map_item *item) {
    for (guint i = 0; i < found->len; i++) {
        const struct found *one = found->pdata[i];
        if (strcmp(one->name.collection, name->collection) == 0 &&
            strcmp(one->name.service, name->service) == 0 &&
            map_attributes_equal(&one->item.attributes, &item->attributes)) {
            return one;
        }
    }
    return NULL;
}

/* Fills the name, and the time at which the item was made. */
static bool choose_name(struct call *call, struct map_item *item, bool replace,
                        struct map_name *ret_name, bool *ret_is_new) {
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(found_free);
    bool may = true;
    *ret_is_new = true;
    if (!name_item(call, item, 1, ret_name) ||
        (!is_of_session(ret_name) && !may_look(call, replace, &may))) {
        return false;
    }
    if (!may) {
        return true;
    }
    if (!list_same(call, ret_name, found)) {
        return false;
    }
    const struct found *equal = replace ? find_equal(found, ret_name, item) : NULL;
    if (equal != NULL) {
        *ret_name = equal->name;
        *ret_is_new = false;
        item->created = equal->item.created;
        return true;
    }
    for (unsigned twin = 2; is_taken(found, ret_name); twin++) {
        if (twin > TWINS_MAX) {
            return trouble_set(&call->trouble, TROUBLE_LIMITS,
                               "there are %d items with these attributes already", TWINS_MAX);
        }
        if (!name_item(call, item, twin, ret_name)) {
            return false;
        }
    }
    return true;
}

static bool write_stored(struct call *call, const struct map_name *name,
                         const struct attributes *stored, const struct secret *value) {
    const char *texts[2 * KC_ATTRIBUTES_MAX];
    const char *target = name->target;
    const void *bytes = secret_view(value);
    size_t length = secret_length(value);
    struct kc_answer *answer = NULL;
    for (size_t i = 0; i < stored->count; i++) {
        texts[2 * i] = stored->items[i].name;
        texts[2 * i + 1] = stored->items[i].value;
    }
    const struct kc_query query = {.action = "write",
                                   .service = name->service,
                                   .targets = &target,
                                   .target_count = 1,
                                   .values = &bytes,
                                   .value_lengths = &length,
                                   .attributes = texts,
                                   .attribute_count = stored->count};
    if (!broker_ask(call->server->broker, &query, &answer, &call->trouble)) {
        return false;
    }
    kc_answer_free(answer);
    return true;
}

static bool write_item(struct call *call, const struct map_name *name, struct map_item *item,
                       const struct secret *value) {
    char path[MAP_PATH_SIZE];
    struct attributes stored = {0};
    items_forget(call->server);
    item->modified = now_seconds();
    item->created = item->created != 0 ? item->created : item->modified;
    if (map_path_write(name, path) != KC_OK || map_item_write(item, &stored) != KC_OK) {
        return trouble_set(&call->trouble, TROUBLE_INVALID,
                           "keychain-auth takes labels of at most %d bytes, at most %d attributes "
                           "with those of its own, and none that begin with \"" NAMING_OWN "\"",
                           KC_ATTRIBUTE_VALUE_MAX, KC_ATTRIBUTES_MAX);
    }
    bool is_done = is_of_session(name) ? kept_put(call->server, path, item, value) ||
                                             trouble_no_memory(&call->trouble)
                                       : write_stored(call, name, &stored, value);
    attributes_clear(&stored);
    return is_done;
}

bool items_create(struct call *call, struct map_item *item, const struct secret *value,
                  bool replace, char **ret_path) {
    struct map_name name = {0};
    char path[MAP_PATH_SIZE];
    bool is_new = true;
    if (!choose_name(call, item, replace, &name, &is_new) ||
        !write_item(call, &name, item, value)) {
        return false;
    }
    if (map_path_write(&name, path) != KC_OK) {
        return trouble_no_memory(&call->trouble);
    }
    const struct collection *collection = collections_named(call->server, name.collection);
    if (collection != NULL) {
        bus_emit(call->server, collection->path, COLLECTION_INTERFACE,
                 is_new ? "ItemCreated" : "ItemChanged", g_variant_new("(o)", path));
    }
    *ret_path = g_strdup(path);
    return true;
}

static bool delete_named(struct call *call, const char *path, const struct map_name *name) {
    const char *target = name->target;
    struct kc_answer *answer = NULL;
    const struct kc_query query = {
        .action = "delete", .service = name->service, .targets = &target, .target_count = 1};
    items_forget(call->server);
    if (is_of_session(name)) {
        return g_hash_table_remove(call->server->kept, path) ||
               trouble_set(&call->trouble, TROUBLE_NO_OBJECT, "no such item");
    }
    if (!broker_ask(call->server->broker, &query, &answer, &call->trouble)) {
        return false;
    }
    kc_answer_free(answer);
    return true;
}

bool items_delete(struct call *call, const char *path) {
    struct map_name name;
    const char *today = items_resolve(call->server, path);
    if (!is_path_of_item(today, &name)) {
        return trouble_set(&call->trouble, TROUBLE_NO_OBJECT, "no such item");
    }
    if (!delete_named(call, today, &name)) {
        return false;
    }
    const struct collection *collection = collections_named(call->server, name.collection);
    if (collection != NULL) {
        bus_emit(call->server, collection->path, COLLECTION_INTERFACE, "ItemDeleted",
                 g_variant_new("(o)", path));
    }
    (void)g_hash_table_remove(call->server->locked, path);
    return true;
}

static bool is_called_so(struct call *call, const struct map_item *item,
                         const struct map_name *name, bool *ret_is_so) {
    struct map_name wanted = {0};
    if (!name_item(call, item, 1, &wanted)) {
        return false;
    }
    size_t base = naming_base_length(name->target);
    *ret_is_so = strcmp(wanted.service, name->service) == 0 && strlen(wanted.target) == base &&
                 strncmp(wanted.target, name->target, base) == 0;
    return true;
}

static bool move_item(struct call *call, const char *path, struct map_item *item,
                      const struct secret *value) {
    g_autofree char *new_path = NULL;
    g_autofree char *old_path = g_strdup(items_resolve(call->server, path));
    struct map_name old;
    if (!is_path_of_item(old_path, &old) || !items_create(call, item, value, false, &new_path)) {
        return false;
    }
    g_hash_table_replace(call->server->moved, g_strdup(old_path), g_strdup(new_path));
    (void)g_hash_table_remove(call->server->moved, new_path); /* no way leads in a circle */
    return delete_named(call, old_path, &old);
}

static bool change_item(struct call *call, const char *path, const struct map_name *name,
                        struct map_item *item, const struct secret *value) {
    static const char by_label[] = NAMING_OWN "label=";
    bool is_so = false;
    bool has_attributes =
        strncmp(name->target, by_label, sizeof by_label - 1) != 0 || item->attributes.count > 1;
    if (!is_called_so(call, item, name, &is_so)) {
        return false;
    }
    /* A label that names it because nothing else does may change without a new name. */
    return is_so || !has_attributes ? write_item(call, name, item, value)
                                    : move_item(call, path, item, value);
}

bool items_change(struct call *call, const char *path, const struct map_item *item,
                  const struct secret *value) {
    struct map_name name;
    struct map_item copy = {0};
    KC_AUTO(secret) same = NULL;
    g_autofree char *content_type = NULL;
    if (!is_path_of_item(items_resolve(call->server, path), &name)) {
        return trouble_set(&call->trouble, TROUBLE_NO_OBJECT, "no such item");
    }
    if (!map_item_copy(item, &copy)) {
        return trouble_no_memory(&call->trouble);
    }
    bool is_done = value != NULL || items_read(call, path, &same, &content_type);
    is_done = is_done && change_item(call, path, &name, &copy, value != NULL ? value : same);
    map_item_clear(&copy);
    return is_done;
}
