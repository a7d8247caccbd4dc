/* SPDX-License-Identifier: MIT */
/*
 * What the server's rooms share. Everything belongs to the server's one thread: calls are
 * answered one after another, as they came.
 */
#ifndef LIBKCSHIM_SERVER_INTERNAL_H
#define LIBKCSHIM_SERVER_INTERNAL_H

#include <gio/gio.h>

#include <stdbool.h>
#include <stdint.h>

#include "libkcshim/map.h"
#include "libkcshim/server_broker.h"
#include "libkcshim/server_prompt.h"
#include "libkcshim/server_session.h"
#include "libkcshim/server_socket.h"
#include "libkcshim/server_trouble.h"
#include "platform/attr.h"

#define SERVICE_INTERFACE    "org.freedesktop.Secret.Service"
#define COLLECTION_INTERFACE "org.freedesktop.Secret.Collection"
#define ITEM_INTERFACE       "org.freedesktop.Secret.Item"
#define PROMPT_INTERFACE     "org.freedesktop.Secret.Prompt"
#define SESSION_INTERFACE    "org.freedesktop.Secret.Session"
#define PROPERTIES_INTERFACE "org.freedesktop.DBus.Properties"
#define NO_OBJECT            "/"
#define SESSION_COLLECTION   "session" /* kept in memory, gone with the process */

struct secret;

struct server {
    struct server_socket socket;
    uint32_t serial;
    struct broker *broker;
    struct sessions *sessions;
    GPtrArray *collections; /* struct collection * */
    GHashTable *aliases;    /* name -> name of a collection */
    GHashTable *locked;     /* the paths of collections and items that a program has locked */
    GHashTable *moved;      /* a path that a program knows -> the path of today */
    GHashTable *kept;       /* path -> struct kept *: the items of SESSION_COLLECTION */
    GHashTable *seen;       /* path -> struct found *: what the last search told … */
    uint64_t seen_ms;       /* … and when */
    struct prompts *prompts;
    GPtrArray *awaited; /* struct awaited *: what a locked store may hold */
    unsigned awaited_last;
};

/* One message, and how it goes. */
struct call {
    struct server *server;
    GDBusMessage *message;
    const char *path; /* an alias is replaced by what it stands for */
    GVariant *body;   /* of the signature that the method's row says */
    struct trouble trouble;
};

/* False: call->trouble says why. Otherwise `ret_body` is a floating tuple, or NULL for (). */
typedef bool method_handler(struct call *call, GVariant **ret_body);

/* server.c. A server without its socket; NULL: no memory. */
struct server *server_new(void);
void server_free(struct server *server);

/* server_bus.c */
void bus_emit(struct server *server, const char *path, const char *interface, const char *signal,
              GVariant *body);
/* Tells that a property has another value; takes a floating one. */
void bus_emit_changed(struct server *server, const char *path, const char *interface,
                      const char *property, GVariant *value);

/* server_collection.c */
struct collection {
    char *name;
    char *label;
    char *path;
    uint64_t created;
    uint64_t modified;
};
void collections_init(struct server *server);
void collections_clear(struct server *server);
/* NULL: there is none. */
struct collection *collections_find(const struct server *server, const char *path);
struct collection *collections_named(const struct server *server, const char *name);
/* The collection, made when it isn't there; NULL: no name for one. */
struct collection *collections_add(struct server *server, const char *name);
GVariant *collections_paths(const struct server *server);
bool is_locked(const struct server *server, const char *path);
void set_locked(struct server *server, const char *path, bool locked);

/* server_item.c, server_items.c, server_change.c: an item wherever it is kept */
struct found {
    char *path;
    struct map_name name;
    struct map_item item;
};
void found_free(void *held); /* a struct found */
/* Every item that has these attributes; of one collection, or (NULL) of all. */
bool items_search(struct call *call, const struct attributes *query, const char *collection,
                  GPtrArray **ret_found);
/* One item, without its value. NoSuchObject. Borrowed until the next call of this room. */
bool items_find(struct call *call, const char *path, const struct found **ret_found);
bool items_read(struct call *call, const char *path, struct secret **ret_value,
                char **ret_content_type);
/* A new item, or another in its place; `ret_path` is g_free()d. */
bool items_create(struct call *call, struct map_item *item, const struct secret *value,
                  bool replace, char **ret_path);
/* Label, attributes or value of an item that is there; `value` NULL: the same. */
bool items_change(struct call *call, const char *path, const struct map_item *item,
                  const struct secret *value);
bool items_delete(struct call *call, const char *path);
/* What was seen may have changed. */
void items_forget(struct server *server);
/* The path of today. */
const char *items_resolve(const struct server *server, const char *path);

/* server_awaited.c: one item that stands for what a locked store will turn out to hold */
void awaited_free(void *held); /* a struct awaited */
bool is_awaited(const struct server *server, const char *path);
/* A search failed, and call->trouble says why. True: because the store is locked, and somebody can
 * be asked; then `ret_path`, valid until the next call of this room, is the item. */
bool awaited_add(struct call *call, const struct attributes *query, const char *collection,
                 const char **ret_path);
/* What can be said of an item while the store is locked: such a one, or one whose path tells. */
bool awaited_describe(const struct server *server, const char *path, struct map_item *ret_item);
/* The store is unlocked: from now on the path leads to what is there, or nowhere. */
void awaited_settle(struct server *server, const char *path);

/* server_kept.c */
struct kept {
    struct map_item item;
    struct secret *value;
};
void kept_free(void *held); /* a struct kept */
/* Copies both. False: no memory. */
bool kept_put(struct server *server, const char *path, const struct map_item *item,
              const struct secret *value);
bool map_item_copy(const struct map_item *item, struct map_item *ret_copy);

/* server_service.c. For this program it is locked no longer; false: it isn't there. */
bool unlock_object(struct server *server, const char *path);

/* Small ones, server_value.c */
bool read_attributes(struct call *call, GVariant *dictionary, struct attributes *ret_attributes);
GVariant *write_attributes(const struct attributes *attributes);
uint64_t now_seconds(void);
bool is_path_of_item(const char *path, struct map_name *ret_name);

/* The methods and properties of each kind of object */
bool service_get(struct call *call, GVariantDict *properties);
bool collection_get(struct call *call, GVariantDict *properties);
bool collection_set(struct call *call, const char *property, GVariant *value);
bool item_get(struct call *call, GVariantDict *properties);
bool item_set(struct call *call, const char *property, GVariant *value);

method_handler service_open_session, service_create_collection, service_search_items,
    service_unlock, service_lock, service_get_secrets, service_read_alias, service_set_alias;
method_handler collection_delete, collection_search_items, collection_create_item;
method_handler item_delete, item_get_secret, item_set_secret;
method_handler session_close;
method_handler prompt_prompt, prompt_dismiss;

#endif
