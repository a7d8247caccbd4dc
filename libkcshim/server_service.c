/* SPDX-License-Identifier: MIT */
/* The methods of the service itself. */
#include "libkcshim/server_internal.h"

#include "libkc/secret.h"

#include <stdio.h>
#include <string.h>

#define COLLECTION_LABEL COLLECTION_INTERFACE ".Label"
#define NAMES_MAX        1000 /* collections of one label */

bool service_get(struct call *call, GVariantDict *properties) {
    g_variant_dict_insert_value(properties, "Collections", collections_paths(call->server));
    return true;
}

bool service_open_session(struct call *call, GVariant **ret_body) {
    const char *algorithm = NULL;
    const char *path = NULL;
    g_autoptr(GVariant) input = NULL;
    g_autoptr(GVariant) output = NULL;
    g_variant_get(call->body, "(&sv)", &algorithm, &input);
    if (!sessions_open(call->server->sessions, algorithm, input, &output, &path, &call->trouble)) {
        return false;
    }
    *ret_body = g_variant_new("(vo)", output, path);
    return true;
}

bool session_close(struct call *call, GVariant **ret_body) {
    (void)ret_body;
    return sessions_close(call->server->sessions, call->path, &call->trouble);
}

/* The first name that no collection has yet. */
static struct collection *add_named(struct server *server, const char *label) {
    g_autofree char *name = g_strdup(label[0] != '\0' ? label : "collection");
    for (unsigned i = 2; collections_named(server, name) != NULL && i < NAMES_MAX; i++) {
        g_free(name);
        name = g_strdup_printf("%s %u", label, i);
    }
    return collections_add(server, name);
}

static struct collection *make_collection(struct call *call, const char *label, const char *alias) {
    struct collection *collection = add_named(call->server, label);
    if (collection == NULL) {
        (void)trouble_set(&call->trouble, TROUBLE_INVALID,
                          "a collection's label has at most %d bytes and no control characters",
                          KC_SERVICE_MAX);
        return NULL;
    }
    g_free(collection->label);
    collection->label = g_strdup(label);
    if (alias[0] != '\0') {
        g_hash_table_replace(call->server->aliases, g_strdup(alias), g_strdup(collection->name));
    }
    bus_emit(call->server, MAP_ROOT, SERVICE_INTERFACE, "CollectionCreated",
             g_variant_new("(o)", collection->path));
    bus_emit_changed(call->server, MAP_ROOT, SERVICE_INTERFACE, "Collections",
                     collections_paths(call->server));
    return collection;
}

bool service_create_collection(struct call *call, GVariant **ret_body) {
    const char *label = NULL;
    const char *alias = NULL;
    g_autoptr(GVariant) properties = NULL;
    g_variant_get(call->body, "(@a{sv}&s)", &properties, &alias);
    if (!g_variant_lookup(properties, COLLECTION_LABEL, "&s", &label)) {
        label = "";
    }
    const char *known = alias[0] != '\0' ? g_hash_table_lookup(call->server->aliases, alias) : NULL;
    const struct collection *collection = known != NULL ? collections_named(call->server, known)
                                                        : make_collection(call, label, alias);
    if (collection == NULL) {
        return false;
    }
    *ret_body = g_variant_new("(oo)", collection->path, NO_OBJECT);
    return true;
}

bool service_search_items(struct call *call, GVariant **ret_body) {
    g_autoptr(GVariant) dictionary = g_variant_get_child_value(call->body, 0);
    g_autoptr(GPtrArray) found = NULL;
    struct attributes query = {0};
    GVariantBuilder unlocked;
    GVariantBuilder locked;
    if (!read_attributes(call, dictionary, &query)) {
        return false;
    }
    const char *awaited = NULL;
    bool is_done = items_search(call, &query, NULL, &found) ||
                   /* The store's are awaited then; those in this program's memory are there. */
                   (awaited_add(call, &query, NULL, &awaited) &&
                    items_search(call, &query, SESSION_COLLECTION, &found));
    attributes_clear(&query);
    if (!is_done) {
        return false;
    }
    g_variant_builder_init(&unlocked, G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
    g_variant_builder_init(&locked, G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
    for (guint i = 0; i < found->len; i++) {
        const struct found *one = found->pdata[i];
        g_variant_builder_add(is_locked(call->server, one->path) ? &locked : &unlocked, "o",
                              one->path);
    }
    if (awaited != NULL) {
        g_variant_builder_add(&locked, "o", awaited);
    }
    *ret_body = g_variant_new("(aoao)", &unlocked, &locked);
    return true;
}

/* Whatever the path may be: what isn't there is left out of the answer. */
static bool is_object(const struct server *server, const char *path) {
    struct map_name name;
    return collections_find(server, path) != NULL || is_path_of_item(path, &name);
}

bool unlock_object(struct server *server, const char *path) {
    awaited_settle(server, path);
    if (!is_object(server, items_resolve(server, path))) {
        return false;
    }
    set_locked(server, path, false);
    return true;
}

static bool lock_object(struct server *server, const char *path) {
    if (!is_object(server, path)) {
        return false;
    }
    set_locked(server, path, true);
    return true;
}

static void set_all_locked(struct call *call, bool locked, GVariant **ret_body) {
    g_autoptr(GVariant) paths = g_variant_get_child_value(call->body, 0);
    GVariantIter iterator;
    GVariantBuilder done;
    const char *path = NULL;
    g_variant_builder_init(&done, G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
    g_variant_iter_init(&iterator, paths);
    while (g_variant_iter_next(&iterator, "&o", &path)) {
        if (locked ? lock_object(call->server, path) : unlock_object(call->server, path)) {
            g_variant_builder_add(&done, "o", path);
        }
    }
    *ret_body = g_variant_new("(aoo)", &done, NO_OBJECT);
}

/* The items of the session are in this process, whatever the daemon's store is. */
static bool needs_store(GVariant *paths) {
    static const char session[] = MAP_COLLECTION SESSION_COLLECTION;
    GVariantIter iterator;
    const char *path = NULL;
    g_variant_iter_init(&iterator, paths);
    while (g_variant_iter_next(&iterator, "&o", &path)) {
        if (strncmp(path, session, sizeof session - 1) != 0) {
            return true;
        }
    }
    return false;
}

bool service_unlock(struct call *call, GVariant **ret_body) {
    g_autoptr(GVariant) paths = g_variant_get_child_value(call->body, 0);
    const char *prompt = NULL;
    if (needs_store(paths) && store_is_locked(call->server)) {
        if (!prompts_add(call, paths, &prompt)) {
            return false;
        }
        *ret_body = g_variant_new("(@aoo)", g_variant_new_objv(NULL, 0), prompt);
        return true;
    }
    set_all_locked(call, false, ret_body);
    return true;
}

bool service_lock(struct call *call, GVariant **ret_body) {
    set_all_locked(call, true, ret_body);
    return true;
}

/* One of several; a locked one is left out, as the standard wants it. */
static bool add_secret(struct call *call, const char *path, const char *session,
                       GVariantBuilder *secrets) {
    KC_AUTO(secret) value = NULL;
    g_autofree char *content_type = NULL;
    GVariant *sealed = NULL;
    if (is_locked(call->server, path)) {
        return true;
    }
    if (!items_read(call, path, &value, &content_type) ||
        !sessions_seal(call->server->sessions, session, value, content_type, &sealed,
                       &call->trouble)) {
        return false;
    }
    g_variant_builder_add(secrets, "{o@(oayays)}", path, sealed);
    return true;
}

/* A denial of one of many doesn't hide the others; of the only one it is the answer. */
static bool may_skip(const struct call *call, gsize count) {
    bool is_gone = strcmp(call->trouble.name, TROUBLE_NO_OBJECT) == 0;
    return is_gone || (count > 1 && strcmp(call->trouble.name, TROUBLE_DENIED) == 0);
}

bool service_get_secrets(struct call *call, GVariant **ret_body) {
    const char *session = NULL;
    const char *path = NULL;
    g_autoptr(GVariant) paths = NULL;
    GVariantIter iterator;
    GVariantBuilder secrets;
    g_variant_get(call->body, "(@ao&o)", &paths, &session);
    if (!sessions_has(call->server->sessions, session)) {
        return trouble_set(&call->trouble, TROUBLE_NO_SESSION, "there is no such session");
    }
    g_variant_builder_init(&secrets, G_VARIANT_TYPE("a{o(oayays)}"));
    gsize count = g_variant_iter_init(&iterator, paths);
    while (g_variant_iter_next(&iterator, "&o", &path)) {
        if (!add_secret(call, path, session, &secrets) && !may_skip(call, count)) {
            g_variant_builder_clear(&secrets);
            return false;
        }
    }
    *ret_body = g_variant_new("(a{o(oayays)})", &secrets);
    return true;
}

bool service_read_alias(struct call *call, GVariant **ret_body) {
    const char *alias = NULL;
    g_variant_get(call->body, "(&s)", &alias);
    const char *name = g_hash_table_lookup(call->server->aliases, alias);
    const struct collection *collection =
        name != NULL ? collections_named(call->server, name) : NULL;
    *ret_body = g_variant_new("(o)", collection != NULL ? collection->path : NO_OBJECT);
    return true;
}

bool service_set_alias(struct call *call, GVariant **ret_body) {
    const char *alias = NULL;
    const char *path = NULL;
    (void)ret_body;
    g_variant_get(call->body, "(&s&o)", &alias, &path);
    if (strcmp(path, NO_OBJECT) == 0) {
        (void)g_hash_table_remove(call->server->aliases, alias);
        return true;
    }
    const struct collection *collection = collections_find(call->server, path);
    if (collection == NULL) {
        return trouble_set(&call->trouble, TROUBLE_NO_OBJECT, "no such collection");
    }
    g_hash_table_replace(call->server->aliases, g_strdup(alias), g_strdup(collection->name));
    return true;
}
