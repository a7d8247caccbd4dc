/* SPDX-License-Identifier: MIT */
/*
 * A table of methods, and the few that a bus has of its own. A message of another signature than
 * its method's is refused before anybody looks into it.
 */
#include "libkcshim/server_bus.h"

#include "libkcshim/server_internal.h"

#include <string.h>

#define BUS_NAME    "org.freedesktop.DBus"
#define SERVER_NAME ":1.1"
#define CLIENT_NAME ":1.2"
#define ALREADY     2 /* DBUS_START_REPLY_ALREADY_RUNNING */

/* One row for each method; `interface` is what libsecret says. */
struct method {
    const char *interface;
    const char *member;
    const char *signature;
    method_handler *handle;
};

/* The kinds of objects that have properties. */
struct kind {
    const char *interface;
    bool (*get)(struct call *call, GVariantDict *properties);
    bool (*set)(struct call *call, const char *property, GVariant *value);
};

static const struct kind kinds[] = {
    {SERVICE_INTERFACE, service_get, NULL},
    {COLLECTION_INTERFACE, collection_get, collection_set},
    {ITEM_INTERFACE, item_get, item_set},
};

static const struct kind *find_kind(struct call *call, const char *interface) {
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i].interface, interface) == 0) {
            return &kinds[i];
        }
    }
    (void)trouble_set(&call->trouble, TROUBLE_INVALID, "no such interface");
    return NULL;
}

static bool get_all(struct call *call, const char *interface, GVariant **ret_properties) {
    const struct kind *kind = find_kind(call, interface);
    if (kind == NULL) {
        return false;
    }
    GVariantDict *properties = g_variant_dict_new(NULL);
    bool is_done = kind->get(call, properties);
    if (is_done) {
        *ret_properties = g_variant_ref_sink(g_variant_dict_end(properties));
    }
    g_variant_dict_unref(properties);
    return is_done;
}

static bool properties_get_all(struct call *call, GVariant **ret_body) {
    const char *interface = NULL;
    g_autoptr(GVariant) properties = NULL;
    g_variant_get(call->body, "(&s)", &interface);
    if (!get_all(call, interface, &properties)) {
        return false;
    }
    *ret_body = g_variant_new("(@a{sv})", properties);
    return true;
}

static bool properties_get(struct call *call, GVariant **ret_body) {
    const char *interface = NULL;
    const char *property = NULL;
    g_autoptr(GVariant) properties = NULL;
    g_variant_get(call->body, "(&s&s)", &interface, &property);
    if (!get_all(call, interface, &properties)) {
        return false;
    }
    g_autoptr(GVariant) value = g_variant_lookup_value(properties, property, NULL);
    if (value == NULL) {
        return trouble_set(&call->trouble, TROUBLE_INVALID, "no such property");
    }
    *ret_body = g_variant_new("(v)", value);
    return true;
}

static bool properties_set(struct call *call, GVariant **ret_body) {
    const char *interface = NULL;
    const char *property = NULL;
    g_autoptr(GVariant) value = NULL;
    (void)ret_body;
    g_variant_get(call->body, "(&s&sv)", &interface, &property, &value);
    const struct kind *kind = find_kind(call, interface);
    if (kind == NULL) {
        return false;
    }
    if (kind->set == NULL) {
        return trouble_set(&call->trouble, TROUBLE_INVALID, "no property that can be set");
    }
    return kind->set(call, property, value);
}

static bool bus_hello(struct call *call, GVariant **ret_body) {
    (void)call;
    *ret_body = g_variant_new("(s)", CLIENT_NAME);
    return true;
}

static bool bus_nothing(struct call *call, GVariant **ret_body) {
    (void)call;
    (void)ret_body;
    return true;
}

/* Whatever name the library asks for is ours: it may have been told another one. */
static bool bus_get_name_owner(struct call *call, GVariant **ret_body) {
    (void)call;
    *ret_body = g_variant_new("(s)", SERVER_NAME);
    return true;
}

static bool bus_name_has_owner(struct call *call, GVariant **ret_body) {
    (void)call;
    *ret_body = g_variant_new("(b)", TRUE);
    return true;
}

static bool bus_start_service(struct call *call, GVariant **ret_body) {
    (void)call;
    *ret_body = g_variant_new("(u)", ALREADY);
    return true;
}

static const struct method methods[] = {
    {BUS_NAME, "Hello", "()", bus_hello},
    {BUS_NAME, "AddMatch", "(s)", bus_nothing},
    {BUS_NAME, "RemoveMatch", "(s)", bus_nothing},
    {BUS_NAME, "GetNameOwner", "(s)", bus_get_name_owner},
    {BUS_NAME, "NameHasOwner", "(s)", bus_name_has_owner},
    {BUS_NAME, "StartServiceByName", "(su)", bus_start_service},
    {BUS_NAME ".Peer", "Ping", "()", bus_nothing},
    {PROPERTIES_INTERFACE, "Get", "(ss)", properties_get},
    {PROPERTIES_INTERFACE, "GetAll", "(s)", properties_get_all},
    {PROPERTIES_INTERFACE, "Set", "(ssv)", properties_set},
    {SERVICE_INTERFACE, "OpenSession", "(sv)", service_open_session},
    {SERVICE_INTERFACE, "CreateCollection", "(a{sv}s)", service_create_collection},
    {SERVICE_INTERFACE, "SearchItems", "(a{ss})", service_search_items},
    {SERVICE_INTERFACE, "Unlock", "(ao)", service_unlock},
    {SERVICE_INTERFACE, "Lock", "(ao)", service_lock},
    {SERVICE_INTERFACE, "GetSecrets", "(aoo)", service_get_secrets},
    {SERVICE_INTERFACE, "ReadAlias", "(s)", service_read_alias},
    {SERVICE_INTERFACE, "SetAlias", "(so)", service_set_alias},
    {COLLECTION_INTERFACE, "Delete", "()", collection_delete},
    {COLLECTION_INTERFACE, "SearchItems", "(a{ss})", collection_search_items},
    {COLLECTION_INTERFACE, "CreateItem", "(a{sv}(oayays)b)", collection_create_item},
    {ITEM_INTERFACE, "Delete", "()", item_delete},
    {ITEM_INTERFACE, "GetSecret", "(o)", item_get_secret},
    {ITEM_INTERFACE, "SetSecret", "((oayays))", item_set_secret},
    {SESSION_INTERFACE, "Close", "()", session_close},
    {PROMPT_INTERFACE, "Prompt", "(s)", prompt_prompt},
    {PROMPT_INTERFACE, "Dismiss", "()", prompt_dismiss},
};

static const struct method *find_method(GDBusMessage *message, struct trouble *trouble) {
    const char *interface = g_dbus_message_get_interface(message);
    const char *member = g_dbus_message_get_member(message);
    GVariant *body = g_dbus_message_get_body(message);
    const char *signature = body != NULL ? g_variant_get_type_string(body) : "()";
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
        const struct method *method = &methods[i];
        if (g_strcmp0(method->member, member) != 0 ||
            (interface != NULL && strcmp(method->interface, interface) != 0)) {
            continue;
        }
        if (strcmp(method->signature, signature) == 0) {
            return method;
        }
        (void)trouble_set(trouble, TROUBLE_INVALID, "the arguments are of another type");
        return NULL;
    }
    (void)trouble_set(trouble, TROUBLE_UNKNOWN, "no such method");
    return NULL;
}

/* NULL: no such alias. The path that the program uses otherwise; g_free() it. */
static char *resolve_alias(const struct server *server, const char *path) {
    if (strncmp(path, MAP_ALIAS, sizeof MAP_ALIAS - 1) != 0) {
        return g_strdup(path);
    }
    const char *alias = path + sizeof MAP_ALIAS - 1;
    g_autofree char *name = g_strndup(alias, strcspn(alias, "/"));
    const char *target = g_hash_table_lookup(server->aliases, name);
    const struct collection *collection = target != NULL ? collections_named(server, target) : NULL;
    return collection != NULL ? g_strconcat(collection->path, alias + strlen(name), NULL) : NULL;
}

static bool handle(struct call *call, GVariant **ret_body) {
    const struct method *method = find_method(call->message, &call->trouble);
    g_autofree char *path = resolve_alias(call->server, g_dbus_message_get_path(call->message));
    if (method == NULL) {
        return false;
    }
    if (path == NULL) {
        return trouble_set(&call->trouble, TROUBLE_NO_OBJECT, "no such collection");
    }
    call->path = path;
    bool is_done = method->handle(call, ret_body);
    call->path = NULL;
    return is_done;
}

static bool send(struct server *server, GDBusMessage *message) {
    server->serial++;
    g_dbus_message_set_serial(message, server->serial);
    g_dbus_message_set_sender(message, SERVER_NAME);
    g_dbus_message_set_destination(message, CLIENT_NAME);
    return server_socket_send(&server->socket, message);
}

bool bus_answer(struct server *server, GDBusMessage *message) {
    struct call call = {.server = server, .message = message};
    GVariant *body = NULL;
    if (g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL) {
        return true;
    }
    call.body = g_dbus_message_get_body(message);
    bool is_done = handle(&call, &body);
    if (g_dbus_message_get_flags(message) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED) {
        if (is_done && body != NULL) {
            g_variant_unref(g_variant_ref_sink(body));
        }
        return true;
    }
    g_autofree char *text = g_utf8_make_valid(call.trouble.text, -1); /* it may have been cut */
    g_autoptr(GDBusMessage) answer =
        is_done
            ? g_dbus_message_new_method_reply(message)
            : g_dbus_message_new_method_error_literal(
                  message, call.trouble.name != NULL ? call.trouble.name : TROUBLE_FAILED, text);
    if (is_done && body != NULL) {
        g_dbus_message_set_body(answer, body);
    }
    return send(server, answer);
}

void bus_emit(struct server *server, const char *path, const char *interface, const char *signal,
              GVariant *body) {
    g_autoptr(GDBusMessage) message = g_dbus_message_new_signal(path, interface, signal);
    g_dbus_message_set_body(message, body);
    (void)send(server, message);
}

void bus_emit_changed(struct server *server, const char *path, const char *interface,
                      const char *property, GVariant *value) {
    GVariantDict changed;
    g_variant_dict_init(&changed, NULL);
    g_variant_dict_insert_value(&changed, property, value);
    bus_emit(server, path, PROPERTIES_INTERFACE, "PropertiesChanged",
             g_variant_new("(s@a{sv}@as)", interface, g_variant_dict_end(&changed),
                           g_variant_new_strv(NULL, 0)));
}
