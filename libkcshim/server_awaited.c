/* SPDX-License-Identifier: MIT */
/*
 * Items that a locked store may hold. It tells nobody what it has, so a search in it finds one item
 * that stands for whatever will be there: locked, with the attributes that were asked for. Once
 * it is unlocked the search is done again, and the first that it finds takes that path.
 */
#include "libkcshim/server_internal.h"

#include "libkcshim/server_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AWAITED_MAX  64
/* An item's own path has two underscores in it, so no item is ever called so. */
#define AWAITED_PATH MAP_COLLECTION MAP_DEFAULT "/locked%u"

struct awaited {
    char *path;
    char *collection; /* NULL: any */
    struct attributes query;
};

void awaited_free(void *held) {
    struct awaited *awaited = held;
    if (awaited != NULL) {
        g_free(awaited->path);
        g_free(awaited->collection);
        attributes_clear(&awaited->query);
        g_free(awaited);
    }
}

static struct awaited *find(const struct server *server, const char *path) {
    for (guint i = 0; i < server->awaited->len; i++) {
        struct awaited *awaited = server->awaited->pdata[i];
        if (strcmp(awaited->path, path) == 0) {
            return awaited;
        }
    }
    return NULL;
}

bool is_awaited(const struct server *server, const char *path) {
    return find(server, path) != NULL;
}

static const struct awaited *find_query(const struct server *server, const struct attributes *query,
                                        const char *collection) {
    for (guint i = 0; i < server->awaited->len; i++) {
        const struct awaited *awaited = server->awaited->pdata[i];
        if (g_strcmp0(awaited->collection, collection) == 0 &&
            map_attributes_equal(&awaited->query, query)) {
            return awaited;
        }
    }
    return NULL;
}

bool awaited_add(struct call *call, const struct attributes *query, const char *collection,
                 const char **ret_path) {
    struct server *server = call->server;
    if (g_strcmp0(call->trouble.name, TROUBLE_LOCKED) != 0 || !ask_is_possible()) {
        return false;
    }
    const struct awaited *known = find_query(server, query, collection);
    if (known != NULL) {
        *ret_path = known->path;
        return true;
    }
    struct awaited *awaited = g_new0(struct awaited, 1);
    if (attributes_copy(query, &awaited->query) != KC_OK) {
        g_free(awaited);
        return trouble_no_memory(&call->trouble);
    }
    if (server->awaited->len == AWAITED_MAX) {
        (void)g_ptr_array_remove_index(server->awaited, 0);
    }
    server->awaited_last++;
    awaited->path = g_strdup_printf(AWAITED_PATH, server->awaited_last);
    awaited->collection = g_strdup(collection);
    g_ptr_array_add(server->awaited, awaited);
    *ret_path = awaited->path;
    return true;
}

/* The name that an item of exactly these attributes has. */
static bool name_exactly(const struct awaited *awaited, struct map_name *ret_name) {
    const char *service = naming_service(&awaited->query);
    if (strlen(service) > KC_SERVICE_MAX ||
        naming_target(&awaited->query, "locked", 1, ret_name->target) != KC_OK) {
        return false;
    }
    (void)snprintf(ret_name->service, sizeof ret_name->service, "%s", service);
    (void)snprintf(ret_name->collection, sizeof ret_name->collection, "%s",
                   awaited->collection != NULL ? awaited->collection : MAP_DEFAULT);
    return true;
}

bool awaited_describe(const struct server *server, const char *path, struct map_item *ret_item) {
    const struct awaited *awaited = find(server, path);
    struct map_name name = {0};
    const struct attributes none = {0};
    if (awaited == NULL) {
        return is_path_of_item(path, &name) &&
               map_item_read(name.service, name.target, &none, ret_item) == KC_OK;
    }
    if (!name_exactly(awaited, &name) ||
        map_item_read(name.service, name.target, &awaited->query, ret_item) != KC_OK) {
        return false;
    }
    return true;
}

static void tell(struct server *server, const char *path, const struct map_item *item) {
    bus_emit_changed(server, path, ITEM_INTERFACE, "Label", g_variant_new_string(item->label));
    bus_emit_changed(server, path, ITEM_INTERFACE, "Attributes",
                     write_attributes(&item->attributes));
    bus_emit_changed(server, path, ITEM_INTERFACE, "Created", g_variant_new_uint64(item->created));
    bus_emit_changed(server, path, ITEM_INTERFACE, "Modified",
                     g_variant_new_uint64(item->modified));
    bus_emit_changed(server, path, ITEM_INTERFACE, "Locked", g_variant_new_boolean(FALSE));
}

/* Where it leads now: to what is found, or, when this program may not search there, to what it
 * would be called, so that the daemon says no to whoever reads it. NULL: to nothing. */
static char *find_today(struct server *server, const struct awaited *awaited) {
    struct call call = {.server = server};
    g_autoptr(GPtrArray) found = NULL;
    struct map_name name = {0};
    char path[MAP_PATH_SIZE];
    if (items_search(&call, &awaited->query, awaited->collection, &found)) {
        if (found->len == 0) {
            return NULL;
        }
        const struct found *first = found->pdata[0];
        tell(server, awaited->path, &first->item);
        return g_strdup(first->path);
    }
    return name_exactly(awaited, &name) && map_path_write(&name, path) == KC_OK ? g_strdup(path)
                                                                                : NULL;
}

void awaited_settle(struct server *server, const char *path) {
    struct awaited *awaited = find(server, path);
    if (awaited == NULL) {
        return;
    }
    char *today = find_today(server, awaited);
    if (today != NULL) {
        g_hash_table_replace(server->moved, g_strdup(path), today);
    }
    (void)g_ptr_array_remove(server->awaited, awaited);
}
