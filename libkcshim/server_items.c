/* SPDX-License-Identifier: MIT */
/*
 * Finds items. A query of the Secret Service is a set of attributes; the daemon wants a service,
 * and a right to search there. With a schema the service is known; without one it is any that this
 * program may search. What the last search told is kept for a moment, because libsecret asks for
 * the properties of each item after it.
 */
#include "libkcshim/server_items.h"

#include "libkc/keychain-auth.h"
#include "libkc/secret.h"
#include "platform/clock.h"

#include <stdio.h>
#include <string.h>

#define SEEN_MS 1000

void found_free(void *held) {
    struct found *found = held;
    if (found != NULL) {
        g_free(found->path);
        map_item_clear(&found->item);
        g_free(found);
    }
}

void items_forget(struct server *server) {
    g_hash_table_remove_all(server->seen);
}

const char *items_resolve(const struct server *server, const char *path) {
    for (guint steps = g_hash_table_size(server->moved); steps > 0; steps--) {
        const char *next = g_hash_table_lookup(server->moved, path);
        if (next == NULL) {
            break;
        }
        path = next;
    }
    return path;
}

/* Copies; NULL: no memory, or no name. */
static struct found *found_new(const struct map_name *name, const struct map_item *item) {
    char path[MAP_PATH_SIZE];
    struct found *found = g_new0(struct found, 1);
    if (map_path_write(name, path) != KC_OK || !map_item_copy(item, &found->item)) {
        g_free(found);
        return NULL;
    }
    found->path = g_strdup(path);
    found->name = *name;
    return found;
}

static enum kc_error read_stored(const struct kc_answer *answer, size_t index,
                                 struct attributes *ret_stored) {
    for (size_t i = 0; i < kc_answer_attribute_count(answer, index); i++) {
        enum kc_error error = attributes_add(ret_stored, kc_answer_attribute_name(answer, index, i),
                                             kc_answer_attribute_value(answer, index, i));
        if (error != KC_OK) {
            return error;
        }
    }
    return KC_OK;
}

static enum kc_error read_item(const struct kc_answer *answer, size_t index, const char *service,
                               struct map_item *ret_item) {
    struct attributes stored = {0};
    enum kc_error error = read_stored(answer, index, &stored);
    if (error == KC_OK) {
        error = map_item_read(service, kc_answer_target(answer, index), &stored, ret_item);
    }
    attributes_clear(&stored);
    return error;
}

static bool add_result(struct call *call, const struct kc_answer *answer, size_t index,
                       const char *service, GPtrArray *found) {
    struct map_item item = {0};
    struct map_name name = {0};
    if (read_item(answer, index, service, &item) != KC_OK) {
        return trouble_no_memory(&call->trouble);
    }
    /* Somebody else may have stored a collection that is no name, or the one that is in this
     * program's memory only: then it is as if there were none. */
    bool is_usable = strcmp(item.collection, SESSION_COLLECTION) != 0;
    const struct collection *collection =
        is_usable ? collections_add(call->server, item.collection) : NULL;
    (void)snprintf(name.collection, sizeof name.collection, "%s",
                   collection != NULL ? collection->name : MAP_DEFAULT);
    (void)snprintf(name.service, sizeof name.service, "%s", service);
    (void)snprintf(name.target, sizeof name.target, "%s", kc_answer_target(answer, index));
    struct found *one = found_new(&name, &item);
    map_item_clear(&item);
    if (one == NULL) {
        return trouble_no_memory(&call->trouble);
    }
    g_ptr_array_add(found, one);
    return true;
}

/* The schema is the service, and not looked for a second time: an item that was stored without one
 * is of the generic one. */
static size_t write_query(const struct attributes *query,
                          const char *texts[2 * KC_ATTRIBUTES_MAX]) {
    size_t count = 0;
    for (size_t i = 0; i < query->count; i++) {
        if (strcmp(query->items[i].name, NAMING_SCHEMA) != 0) {
            texts[2 * count] = query->items[i].name;
            texts[2 * count + 1] = query->items[i].value;
            count++;
        }
    }
    return count;
}

bool items_list(struct call *call, const struct items_wish *wish, GPtrArray *found) {
    const char *texts[2 * KC_ATTRIBUTES_MAX];
    struct kc_answer *answer = NULL;
    bool is_done = true;
    const struct kc_query query = {
        .action = "search",
        .service = wish->service,
        .targets = &wish->prefix,
        .target_count = wish->prefix[0] != '\0' ? 1 : 0,
        .attributes = texts,
        .attribute_count = write_query(wish->query, texts),
    };
    if (!broker_ask(call->server->broker, &query, &answer, &call->trouble)) {
        return false;
    }
    for (size_t i = 0; is_done && i < kc_answer_count(answer); i++) {
        is_done = add_result(call, answer, i, wish->service, found);
    }
    kc_answer_free(answer);
    return is_done;
}

static bool matches(const struct found *found, const struct attributes *query) {
    for (size_t i = 0; i < query->count; i++) {
        const struct attribute *wanted = &query->items[i];
        const char *has = attributes_get(&found->item.attributes, wanted->name);
        if (strcmp(wanted->name, NAMING_SCHEMA) != 0 &&
            (has == NULL || strcmp(has, wanted->value) != 0)) {
            return false;
        }
    }
    return true;
}

static bool has_prefix(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* What a person stored by hand has no attributes, only a target that spells them. */
static bool list_by_target(struct call *call, const struct map_scope *scope,
                           const struct attributes *query, GPtrArray *found) {
    const struct attributes none = {0};
    char target[KC_TARGET_MAX + 1];
    const struct items_wish wish = {.service = scope->service, .prefix = target, .query = &none};
    if (query->count == 0 || naming_target(query, "", 1, target) != KC_OK ||
        !has_prefix(target, scope->prefix)) {
        return true;
    }
    guint before = found->len;
    bool is_done = items_list(call, &wish, found);
    for (guint i = found->len; i > before; i--) {
        if (!matches(found->pdata[i - 1], query)) {
            (void)g_ptr_array_remove_index_fast(found, i - 1);
        }
    }
    return is_done;
}

static bool list_scope(struct call *call, const struct map_scope *scope,
                       const struct attributes *query, GPtrArray *found) {
    const struct items_wish wish = {
        .service = scope->service, .prefix = scope->prefix, .query = query};
    guint before = found->len;
    return items_list(call, &wish, found) &&
           (found->len > before || list_by_target(call, scope, query, found));
}

/* Asked although the daemon will say no, so that it says so of this service, and lists it. */
static bool list_denied(struct call *call, const char *schema, const struct attributes *query,
                        GPtrArray *found) {
    struct map_scope scope = {.prefix = ""};
    if (strlen(schema) > KC_SERVICE_MAX) {
        return true; /* nothing can be called so */
    }
    (void)snprintf(scope.service, sizeof scope.service, "%s", schema);
    return list_scope(call, &scope, query, found);
}

static bool list_all(struct call *call, const struct attributes *query, GPtrArray *found) {
    const char *schema = attributes_get(query, NAMING_SCHEMA);
    struct rights rights = {0};
    bool is_done = true;
    bool is_asked = false;
    if (!rights_ask(call->server->broker, &rights, &call->trouble)) {
        bool is_denied = strcmp(call->trouble.name, TROUBLE_DENIED) == 0;
        return is_denied &&
               list_denied(call, schema != NULL ? schema : NAMING_GENERIC, query, found);
    }
    for (size_t i = 0; is_done && i < rights.scope_count; i++) {
        if (schema == NULL || strcmp(schema, rights.scopes[i].service) == 0) {
            is_asked = true;
            is_done = list_scope(call, &rights.scopes[i], query, found);
        }
    }
    rights_clear(&rights);
    if (!is_asked && schema != NULL) {
        return list_denied(call, schema, query, found);
    }
    return is_done;
}

/* NULL as the collection: all of them. */
static bool list_kept(struct call *call, const struct attributes *query, GPtrArray *found) {
    GHashTableIter iterator;
    gpointer path = NULL;
    gpointer held = NULL;
    g_hash_table_iter_init(&iterator, call->server->kept);
    while (g_hash_table_iter_next(&iterator, &path, &held)) {
        const struct kept *kept = held;
        struct map_name name;
        if (map_path_read(path, &name) != KC_OK) {
            continue;
        }
        struct found *one = found_new(&name, &kept->item);
        if (one == NULL) {
            return trouble_no_memory(&call->trouble);
        }
        const char *schema = attributes_get(query, NAMING_SCHEMA);
        if (matches(one, query) && (schema == NULL || strcmp(schema, name.service) == 0)) {
            g_ptr_array_add(found, one);
        } else {
            found_free(one);
        }
    }
    return true;
}

/* Grants may overlap, so an item may come twice; and it is remembered. */
static bool choose(struct call *call, GPtrArray *all, const char *collection, GPtrArray *found) {
    struct server *server = call->server;
    items_forget(server);
    server->seen_ms = clock_monotonic_ms();
    for (guint i = 0; i < all->len; i++) {
        const struct found *one = all->pdata[i];
        bool is_wanted = collection == NULL || strcmp(one->name.collection, collection) == 0;
        if (!is_wanted || g_hash_table_contains(server->seen, one->path)) {
            continue;
        }
        struct found *copy = found_new(&one->name, &one->item);
        struct found *other = found_new(&one->name, &one->item);
        if (copy == NULL || other == NULL) {
            found_free(copy);
            found_free(other);
            return trouble_no_memory(&call->trouble);
        }
        g_ptr_array_add(found, copy);
        g_hash_table_insert(server->seen, other->path, other);
    }
    return true;
}

bool items_search(struct call *call, const struct attributes *query, const char *collection,
                  GPtrArray **ret_found) {
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(found_free);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(found_free);
    bool is_session = collection != NULL && strcmp(collection, SESSION_COLLECTION) == 0;
    bool is_done = collection == NULL || is_session ? list_kept(call, query, all) : true;
    if (is_done && !is_session) {
        is_done = list_all(call, query, all);
    }
    if (!is_done || !choose(call, all, collection, found)) {
        return false;
    }
    *ret_found = g_steal_pointer(&found);
    return true;
}

static const struct found *recall(struct call *call, const char *path) {
    bool is_fresh = clock_monotonic_ms() - call->server->seen_ms < SEEN_MS;
    return is_fresh ? g_hash_table_lookup(call->server->seen, path) : NULL;
}

static bool find_anew(struct call *call, const char *path, const struct map_name *name) {
    const struct attributes none = {0};
    const struct items_wish wish = {
        .service = name->service, .prefix = name->target, .query = &none};
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(found_free);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(found_free);
    bool is_session = strcmp(name->collection, SESSION_COLLECTION) == 0;
    if (!(is_session ? list_kept(call, &none, all) : items_list(call, &wish, all)) ||
        !choose(call, all, NULL, found)) {
        return false;
    }
    return g_hash_table_contains(call->server->seen, path) ||
           trouble_set(&call->trouble, TROUBLE_NO_OBJECT, "no such item");
}

bool items_find(struct call *call, const char *path, const struct found **ret_found) {
    struct map_name name;
    const char *today = items_resolve(call->server, path);
    if (!is_path_of_item(today, &name)) {
        return trouble_set(&call->trouble, TROUBLE_NO_OBJECT, "no such item");
    }
    if (recall(call, today) == NULL && !find_anew(call, today, &name)) {
        return false;
    }
    *ret_found = g_hash_table_lookup(call->server->seen, today);
    return true;
}

static bool read_kept(struct call *call, const char *path, struct secret **ret_value,
                      char **ret_content_type) {
    const struct kept *kept = g_hash_table_lookup(call->server->kept, path);
    if (kept == NULL) {
        return trouble_set(&call->trouble, TROUBLE_NO_OBJECT, "no such item");
    }
    if (secret_new_copy(secret_view(kept->value), secret_length(kept->value), ret_value) != KC_OK) {
        return trouble_no_memory(&call->trouble);
    }
    *ret_content_type = g_strdup(kept->item.content_type);
    return true;
}

static bool take_value(struct call *call, const struct kc_answer *answer, const char *service,
                       struct secret **ret_value, char **ret_content_type) {
    struct map_item item = {0};
    if (kc_answer_count(answer) != 1 || kc_answer_value(answer, 0) == NULL ||
        read_item(answer, 0, service, &item) != KC_OK) {
        return trouble_set(&call->trouble, TROUBLE_FAILED, "the daemon's answer has no value");
    }
    bool is_done = secret_new_copy(kc_answer_value(answer, 0), kc_answer_value_length(answer, 0),
                                   ret_value) == KC_OK;
    if (is_done) {
        *ret_content_type = g_strdup(item.content_type);
    }
    map_item_clear(&item);
    return is_done || trouble_no_memory(&call->trouble);
}

bool items_read(struct call *call, const char *path, struct secret **ret_value,
                char **ret_content_type) {
    struct map_name name;
    struct kc_answer *answer = NULL;
    const char *today = items_resolve(call->server, path);
    if (!is_path_of_item(today, &name)) {
        return trouble_set(&call->trouble, TROUBLE_NO_OBJECT, "no such item");
    }
    if (strcmp(name.collection, SESSION_COLLECTION) == 0) {
        return read_kept(call, today, ret_value, ret_content_type);
    }
    const char *target = name.target;
    const struct kc_query query = {
        .action = "read", .service = name.service, .targets = &target, .target_count = 1};
    if (!broker_ask(call->server->broker, &query, &answer, &call->trouble)) {
        return false;
    }
    bool is_done = take_value(call, answer, name.service, ret_value, ret_content_type);
    kc_answer_free(answer);
    return is_done;
}
