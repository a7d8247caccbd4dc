/* SPDX-License-Identifier: MIT */
/*
 * Collections. One is real; any other is an attribute of its items, and known here from the moment
 * that one of them was seen or a program made it, until the process ends. The one called
 * "session" is kept in memory only.
 */
#include "libkcshim/server_internal.h"

#include "libkc/parse.h"

#include <stdio.h>
#include <string.h>

static void collection_free(gpointer held) {
    struct collection *collection = held;
    g_free(collection->name);
    g_free(collection->label);
    g_free(collection->path);
    g_free(collection);
}

void collections_init(struct server *server) {
    server->collections = g_ptr_array_new_with_free_func(collection_free);
    server->aliases = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    struct collection *login = collections_add(server, MAP_DEFAULT);
    g_free(login->label);
    login->label = g_strdup("Login");
    (void)collections_add(server, SESSION_COLLECTION);
    g_hash_table_insert(server->aliases, g_strdup("default"), g_strdup(MAP_DEFAULT));
    g_hash_table_insert(server->aliases, g_strdup("login"), g_strdup(MAP_DEFAULT));
    g_hash_table_insert(server->aliases, g_strdup("session"), g_strdup(SESSION_COLLECTION));
}

void collections_clear(struct server *server) {
    g_ptr_array_unref(server->collections);
    g_hash_table_unref(server->aliases);
}

struct collection *collections_find(const struct server *server, const char *path) {
    for (guint i = 0; i < server->collections->len; i++) {
        struct collection *collection = server->collections->pdata[i];
        if (strcmp(collection->path, path) == 0) {
            return collection;
        }
    }
    return NULL;
}

struct collection *collections_named(const struct server *server, const char *name) {
    for (guint i = 0; i < server->collections->len; i++) {
        struct collection *collection = server->collections->pdata[i];
        if (strcmp(collection->name, name) == 0) {
            return collection;
        }
    }
    return NULL;
}

struct collection *collections_add(struct server *server, const char *name) {
    struct collection *known = collections_named(server, name);
    struct map_name full = {0};
    char path[MAP_PATH_SIZE];
    if (known != NULL) {
        return known;
    }
    if (strlen(name) > KC_SERVICE_MAX) {
        return NULL;
    }
    (void)snprintf(full.collection, sizeof full.collection, "%s", name);
    if (map_path_write(&full, path) != KC_OK) {
        return NULL;
    }
    struct collection *collection = g_new0(struct collection, 1);
    collection->name = g_strdup(name);
    collection->label = g_strdup(name);
    collection->path = g_strdup(path);
    collection->created = now_seconds();
    collection->modified = collection->created;
    g_ptr_array_add(server->collections, collection);
    return collection;
}

GVariant *collections_paths(const struct server *server) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
    for (guint i = 0; i < server->collections->len; i++) {
        const struct collection *collection = server->collections->pdata[i];
        g_variant_builder_add(&builder, "o", collection->path);
    }
    return g_variant_builder_end(&builder);
}

/* Locks: a program's own wish, in this process. */

bool is_locked(const struct server *server, const char *path) {
    if (strncmp(path, MAP_COLLECTION, sizeof MAP_COLLECTION - 1) != 0) {
        return false; /* whatever a program calls by that name */
    }
    if (is_awaited(server, path)) {
        return true;
    }
    const char *rest = path + sizeof MAP_COLLECTION - 1;
    g_autofree char *collection = g_strndup(path, sizeof MAP_COLLECTION - 1 + strcspn(rest, "/"));
    return g_hash_table_contains(server->locked, path) ||
           g_hash_table_contains(server->locked, collection);
}

static void mark(struct server *server, const char *path, bool locked) {
    if (locked ? g_hash_table_add(server->locked, g_strdup(path))
               : g_hash_table_remove(server->locked, path)) {
        const char *interface =
            collections_find(server, path) != NULL ? COLLECTION_INTERFACE : ITEM_INTERFACE;
        bus_emit_changed(server, path, interface, "Locked", g_variant_new_boolean(locked));
    }
}

/* An item opens with its collection, so that what was unlocked can be read. */
void set_locked(struct server *server, const char *path, bool locked) {
    struct map_name name;
    mark(server, path, locked);
    if (!locked && is_path_of_item(path, &name)) {
        const struct collection *collection = collections_named(server, name.collection);
        if (collection != NULL) {
            mark(server, collection->path, false);
        }
    }
}

/* Methods and properties */

/* One that nobody has seen yet is there when it has items. */
static bool discover(struct call *call) {
    const struct attributes everything = {0};
    g_autoptr(GPtrArray) found = NULL;
    struct map_name name;
    return map_path_read(call->path, &name) == KC_OK && name.service[0] == '\0' &&
           items_search(call, &everything, name.collection, &found) && found->len > 0;
}

static struct collection *collection_of(struct call *call) {
    struct collection *collection = collections_find(call->server, call->path);
    if (collection == NULL && discover(call)) {
        collection = collections_find(call->server, call->path);
    }
    if (collection == NULL) {
        (void)trouble_set(&call->trouble, TROUBLE_NO_OBJECT, "no such collection");
    }
    return collection;
}

/* Their paths, floating. */
static bool search(struct call *call, const struct collection *collection,
                   const struct attributes *query, GVariant **ret_paths) {
    g_autoptr(GPtrArray) found = NULL;
    GVariantBuilder builder;
    if (!items_search(call, query, collection->name, &found)) {
        return false;
    }
    g_variant_builder_init(&builder, G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
    for (guint i = 0; i < found->len; i++) {
        const struct found *one = found->pdata[i];
        g_variant_builder_add(&builder, "o", one->path);
    }
    *ret_paths = g_variant_builder_end(&builder);
    return true;
}

bool collection_get(struct call *call, GVariantDict *properties) {
    const struct attributes everything = {0};
    const struct collection *collection = collection_of(call);
    GVariant *items = NULL;
    if (collection == NULL) {
        return false;
    }
    if (!search(call, collection, &everything, &items)) {
        /* A denial is an answer: this program sees nothing here. And a collection isn't locked when
         * the store is: programs that look at that give up, where an Unlock would ask. */
        if (g_strcmp0(call->trouble.name, TROUBLE_DENIED) != 0 &&
            g_strcmp0(call->trouble.name, TROUBLE_LOCKED) != 0) {
            return false;
        }
        items = g_variant_new_objv(NULL, 0);
    }
    g_variant_dict_insert_value(properties, "Items", items);
    g_variant_dict_insert(properties, "Label", "s", collection->label);
    g_variant_dict_insert(properties, "Locked", "b", is_locked(call->server, collection->path));
    g_variant_dict_insert(properties, "Created", "t", collection->created);
    g_variant_dict_insert(properties, "Modified", "t", collection->modified);
    return true;
}

bool collection_set(struct call *call, const char *property, GVariant *value) {
    struct collection *collection = collection_of(call);
    if (collection == NULL) {
        return false;
    }
    if (strcmp(property, "Label") != 0 || !g_variant_is_of_type(value, G_VARIANT_TYPE_STRING)) {
        return trouble_set(&call->trouble, TROUBLE_INVALID, "no property that can be set so");
    }
    g_free(collection->label);
    collection->label = g_variant_dup_string(value, NULL);
    collection->modified = now_seconds();
    bus_emit_changed(call->server, collection->path, COLLECTION_INTERFACE, "Label",
                     g_variant_new_string(collection->label));
    return true;
}

static bool delete_items(struct call *call, const struct collection *collection) {
    const struct attributes everything = {0};
    g_autoptr(GPtrArray) found = NULL;
    if (!items_search(call, &everything, collection->name, &found)) {
        return false;
    }
    for (guint i = 0; i < found->len; i++) {
        const struct found *one = found->pdata[i];
        if (!items_delete(call, one->path)) {
            return false;
        }
    }
    return true;
}

static gboolean is_alias_of(gpointer alias, gpointer name, gpointer wanted) {
    (void)alias;
    return strcmp(name, wanted) == 0;
}

bool collection_delete(struct call *call, GVariant **ret_body) {
    struct collection *collection = collection_of(call);
    if (collection == NULL) {
        return false;
    }
    if (strcmp(collection->name, MAP_DEFAULT) == 0 ||
        strcmp(collection->name, SESSION_COLLECTION) == 0) {
        return trouble_set(&call->trouble, TROUBLE_UNSUPPORTED,
                           "the collection \"%s\" can't be deleted", collection->name);
    }
    if (!delete_items(call, collection)) {
        return false;
    }
    (void)g_hash_table_foreach_remove(call->server->aliases, is_alias_of, collection->name);
    (void)g_hash_table_remove(call->server->locked, collection->path);
    (void)g_ptr_array_remove(call->server->collections, collection);
    bus_emit(call->server, MAP_ROOT, SERVICE_INTERFACE, "CollectionDeleted",
             g_variant_new("(o)", call->path));
    bus_emit_changed(call->server, MAP_ROOT, SERVICE_INTERFACE, "Collections",
                     collections_paths(call->server));
    *ret_body = g_variant_new("(o)", NO_OBJECT);
    return true;
}

bool collection_search_items(struct call *call, GVariant **ret_body) {
    const struct collection *collection = collection_of(call);
    g_autoptr(GVariant) dictionary = g_variant_get_child_value(call->body, 0);
    struct attributes query = {0};
    GVariant *paths = NULL;
    if (collection == NULL || !read_attributes(call, dictionary, &query)) {
        return false;
    }
    const char *awaited = NULL;
    bool is_done = search(call, collection, &query, &paths);
    if (!is_done && awaited_add(call, &query, collection->name, &awaited)) {
        paths = g_variant_new_objv(&awaited, 1);
        is_done = true;
    }
    attributes_clear(&query);
    if (is_done) {
        *ret_body = g_variant_new("(@ao)", paths);
    }
    return is_done;
}
