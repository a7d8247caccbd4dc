/* SPDX-License-Identifier: MIT */
/*
 * A Secret Service that behaves oddly, on the session bus, until it is killed:
 *
 *     oddkeyring garbage     answers with other types than the specification's
 *     oddkeyring unknown     knows no call at all
 *     oddkeyring silent      never answers a search
 *     oddkeyring vanishing   finds an item that is gone when it is read
 *     oddkeyring unread      finds it, and has no value for it
 *     oddkeyring noise       has a value for it that nobody sealed
 *     oddkeyring dismissed   is locked, and its prompt is dismissed
 *     oddkeyring ignored     is locked, and nobody answers its prompt
 *
 * The item that it finds is always the one that was searched for. It says "ready".
 *
 * links: -lgio
 */
#include <gio/gio.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ITEM       "/org/freedesktop/secrets/collection/odd/1"
#define COLLECTION "/org/freedesktop/secrets/collection/odd"
#define PROMPT     "/org/freedesktop/secrets/prompt/odd"
#define SESSION    "/org/freedesktop/secrets/session/odd"

/* Used by the bus's thread alone, once it is set. */
struct odd {
    const char *way;
    GVariant *wanted; /* the attributes that were searched for last */
};

static bool is_way(const struct odd *odd, const char *way) {
    return strcmp(odd->way, way) == 0;
}

static bool is_locked(const struct odd *odd) {
    return is_way(odd, "dismissed") || is_way(odd, "ignored");
}

static GVariant *paths(const char *path) {
    return g_variant_new_objv(&path, path != NULL ? 1 : 0);
}

static GDBusMessage *answer(GDBusMessage *call, GVariant *body) {
    GDBusMessage *reply = g_dbus_message_new_method_reply(call);
    g_dbus_message_set_body(reply, body);
    return reply;
}

static GDBusMessage *refuse(GDBusMessage *call, const char *name) {
    return g_dbus_message_new_method_error(call, name, "%s", "the odd keyring doesn't like it");
}

static GDBusMessage *open_session(GDBusMessage *call) {
    const char *algorithm = NULL;
    g_variant_get_child(g_dbus_message_get_body(call), 0, "&s", &algorithm);
    if (strcmp(algorithm, "plain") != 0) {
        return refuse(call, "org.freedesktop.DBus.Error.NotSupported");
    }
    return answer(call, g_variant_new("(vo)", g_variant_new_string(""), SESSION));
}

static GDBusMessage *search(struct odd *odd, GDBusMessage *call) {
    if (is_way(odd, "silent")) {
        return NULL;
    }
    if (is_way(odd, "garbage")) {
        return answer(call, g_variant_new("(s)", "have a nice day"));
    }
    g_clear_pointer(&odd->wanted, g_variant_unref);
    odd->wanted = g_variant_get_child_value(g_dbus_message_get_body(call), 0);
    return answer(call, g_variant_new("(@ao@ao)", paths(ITEM), paths(NULL)));
}

static GDBusMessage *get_property(struct odd *odd, GDBusMessage *call) {
    const char *name = NULL;
    g_variant_get_child(g_dbus_message_get_body(call), 1, "&s", &name);
    if (strcmp(name, "Locked") == 0) {
        return answer(call, g_variant_new("(v)", g_variant_new_boolean(is_locked(odd))));
    }
    if (strcmp(name, "Attributes") == 0 && !is_way(odd, "vanishing")) {
        return answer(call, g_variant_new("(v)", odd->wanted));
    }
    return refuse(call, "org.freedesktop.DBus.Error.UnknownObject");
}

static GDBusMessage *get_secrets(struct odd *odd, GDBusMessage *call) {
    static const char noise[] = "bm9pc2U=";
    GVariantBuilder secrets;
    g_variant_builder_init(&secrets, G_VARIANT_TYPE("a{o(oayays)}"));
    if (is_way(odd, "noise")) {
        GVariant *value = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, noise, strlen(noise), 1);
        g_variant_builder_add(&secrets, "{o(o@ay@ays)}", ITEM, SESSION,
                              g_variant_new_array(G_VARIANT_TYPE_BYTE, NULL, 0), value,
                              "text/plain");
    }
    return answer(call, g_variant_new("(a{o(oayays)})", &secrets));
}

static GDBusMessage *show_prompt(const struct odd *odd, GDBusConnection *bus, GDBusMessage *call) {
    if (is_way(odd, "dismissed")) {
        g_dbus_connection_emit_signal(bus, NULL, PROMPT, "org.freedesktop.Secret.Prompt",
                                      "Completed", g_variant_new("(bv)", TRUE, paths(NULL)), NULL);
    }
    return answer(call, g_variant_new("()"));
}

/* NULL: no answer. */
static GDBusMessage *reply_to(struct odd *odd, GDBusConnection *bus, GDBusMessage *call) {
    const char *member = g_dbus_message_get_member(call);
    if (strcmp(member, "GetAll") == 0) {
        return answer(call, g_variant_new("(a{sv})", NULL));
    }
    if (strcmp(member, "OpenSession") == 0) {
        return open_session(call);
    }
    if (is_way(odd, "unknown")) {
        return refuse(call, "org.freedesktop.DBus.Error.UnknownMethod");
    }
    if (strcmp(member, "ReadAlias") == 0) {
        return answer(call, g_variant_new("(o)", COLLECTION));
    }
    if (strcmp(member, "SearchItems") == 0) {
        return search(odd, call);
    }
    if (strcmp(member, "Get") == 0) {
        return get_property(odd, call);
    }
    if (strcmp(member, "GetSecrets") == 0) {
        return get_secrets(odd, call);
    }
    if (strcmp(member, "Unlock") == 0) {
        return answer(call, g_variant_new("(@aoo)", paths(NULL), PROMPT));
    }
    if (strcmp(member, "Prompt") == 0) {
        return show_prompt(odd, bus, call);
    }
    return refuse(call, "org.freedesktop.DBus.Error.UnknownMethod");
}

static GDBusMessage *filter(GDBusConnection *bus, GDBusMessage *message, gboolean incoming,
                            gpointer context) {
    if (!incoming || g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL) {
        return message;
    }
    GDBusMessage *reply = reply_to(context, bus, message);
    if (reply != NULL) {
        (void)g_dbus_connection_send_message(bus, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                             NULL);
        g_object_unref(reply);
    }
    g_object_unref(message);
    return NULL;
}

static void say_ready(GDBusConnection *bus, const char *name, gpointer context) {
    (void)bus;
    (void)name;
    (void)context;
    (void)puts("ready");
    (void)fflush(stdout);
}

int main(int argc, char **argv) {
    struct odd odd = {.way = argc == 2 ? argv[1] : ""};
    GDBusConnection *bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, NULL);
    if (bus == NULL) {
        return 1;
    }
    (void)g_dbus_connection_add_filter(bus, filter, &odd, NULL);
    (void)g_bus_own_name_on_connection(bus, "org.freedesktop.secrets", G_BUS_NAME_OWNER_FLAGS_NONE,
                                       say_ready, NULL, NULL, NULL);
    g_main_loop_run(g_main_loop_new(NULL, FALSE));
    return 0;
}
