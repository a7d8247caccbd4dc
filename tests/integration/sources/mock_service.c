/* SPDX-License-Identifier: MIT */
/*
 * Takes the place of libsecret's own mock-service.c, which starts a mock Secret Service on the
 * session bus. Here the service is the shim, in the same process: this brings it into the state
 * that the tests expect of a fresh mock, over the very connection that they will use.
 */
#include <gio/gio.h>

#include <dlfcn.h>

#define ROOT        "/org/freedesktop/secrets"
#define COLLECTIONS ROOT "/collection/"
#define SERVICE     "org.freedesktop.Secret.Service"
#define COLLECTION  "org.freedesktop.Secret.Collection"
#define PROPERTIES  "org.freedesktop.DBus.Properties"

const gchar *mock_service_start(const gchar *mock_script, GError **error);
void mock_service_stop(void);

struct mock {
    GObject *service;
    GDBusConnection *connection;
    gchar *session;
};

struct mock_item {
    const char *collection;
    const char *label;
    const char *secret;
    const char *schema;
    const char *attributes[7]; /* name, value, … NULL */
};

static const char *const collections[] = {"english",  "spanish",   "german",  "empty",
                                          "todelete", "twodelete", "lockone", "lockprompt"};

static const struct mock_item items[] = {
    {"english",
     "Item One",
     "111",
     "org.mock.Schema",
     {"number", "1", "string", "one", "even", "false"}},
    {"english",
     "Item Two",
     "222",
     "org.mock.Schema",
     {"number", "2", "string", "two", "even", "true"}},
    {"english",
     "Item Three",
     "333",
     "org.mock.Schema",
     {"number", "3", "string", "three", "even", "false"}},
    {"spanish",
     "Item",
     "111",
     "org.mock.Schema",
     {"number", "1", "string", "uno", "even", "false"}},
    {"spanish", "Item", "222", "org.mock.Schema", {"number", "2", "string", "dos", "even", "true"}},
    {"spanish",
     "Item",
     "3333",
     "org.mock.Schema",
     {"number", "3", "string", "tres", "even", "false"}},
    {"german",
     "Item",
     "333",
     "org.mock.Primes",
     {"number", "3", "string", "drei", "prime", "true"}},
    {"german",
     "Item",
     "444",
     "org.mock.Primes",
     {"number", "4", "string", "vier", "prime", "false"}},
    {"german",
     "Item",
     "555",
     "org.mock.Primes",
     {"number", "5", "string", "fuenf", "prime", "true"}},
    {"german",
     "Item",
     "666",
     "org.mock.Primes",
     {"number", "6", "string", "sechs", "prime", "false"}},
    {"todelete", "Item", "uno", NULL, {"number", "1", "string", "one", "even", "false"}},
    {"todelete", "Item", "dos", NULL, {"number", "2", "string", "two", "even", "true"}},
    {"twodelete", "Item", "tres", NULL, {"number", "3", "string", "three", "even", "false"}},
    {"lockone", "Item", "uno", NULL, {"number", "1", "string", "one", "even", "false"}},
    {"lockone", "Item", "dos", NULL, {"number", "2", "string", "two", "even", "true"}},
    {"lockprompt", "Item", "tres", NULL, {"number", "3", "string", "three", "even", "false"}},
};

static GVariant *call(const struct mock *mock, const char *path, const char *interface,
                      const char *method, GVariant *body) {
    return g_dbus_connection_call_sync(mock->connection, "org.freedesktop.secrets", path, interface,
                                       method, body, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
}

static void tell(const struct mock *mock, const char *path, const char *interface,
                 const char *method, GVariant *body) {
    GVariant *answer = call(mock, path, interface, method, body);
    if (answer != NULL) {
        g_variant_unref(answer);
    }
}

/* The items of a script of its own are there for that one only. */
static gboolean is_wanted(const char *collection, const char *script) {
    gboolean is_extra =
        g_str_has_suffix(collection, "delete") || g_str_has_prefix(collection, "lock");
    gboolean is_delete = g_str_has_suffix(collection, "delete") && strstr(script, "delete") != NULL;
    gboolean is_lock = g_str_has_prefix(collection, "lock") && strstr(script, "lock") != NULL;
    return strstr(script, "empty") == NULL && (!is_extra || is_delete || is_lock);
}

/* What tests before this one left, in collections of whatever name. */
static void clean(const struct mock *mock) {
    const char *path = NULL;
    GVariantIter iterator;
    g_autoptr(GVariant) paths = NULL;
    g_autoptr(GVariant) answer =
        call(mock, ROOT, SERVICE, "SearchItems",
             g_variant_new("(@a{ss})", g_variant_new_array(G_VARIANT_TYPE("{ss}"), NULL, 0)));
    if (answer != NULL) {
        g_variant_get(answer, "(@aoao)", &paths, NULL);
        g_variant_iter_init(&iterator, paths);
        while (g_variant_iter_next(&iterator, "&o", &path)) {
            tell(mock, path, "org.freedesktop.Secret.Item", "Delete", NULL);
        }
    }
}

static void add_collection(const struct mock *mock, const char *name) {
    GVariantDict properties;
    g_variant_dict_init(&properties, NULL);
    g_variant_dict_insert(&properties, COLLECTION ".Label", "s", name);
    tell(mock, ROOT, SERVICE, "CreateCollection",
         g_variant_new("(@a{sv}s)", g_variant_dict_end(&properties), ""));
}

static void add_item(const struct mock *mock, const struct mock_item *item) {
    g_autofree gchar *path = g_strconcat(COLLECTIONS, item->collection, NULL);
    GVariantBuilder attributes;
    GVariantDict properties;
    g_variant_builder_init(&attributes, G_VARIANT_TYPE("a{ss}"));
    for (gsize i = 0; item->attributes[i] != NULL; i += 2) {
        g_variant_builder_add(&attributes, "{ss}", item->attributes[i], item->attributes[i + 1]);
    }
    if (item->schema != NULL) {
        g_variant_builder_add(&attributes, "{ss}", "xdg:schema", item->schema);
    }
    g_variant_dict_init(&properties, NULL);
    g_variant_dict_insert(&properties, "org.freedesktop.Secret.Item.Label", "s", item->label);
    g_variant_dict_insert_value(&properties, "org.freedesktop.Secret.Item.Attributes",
                                g_variant_builder_end(&attributes));
    GVariant *bytes =
        g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, item->secret, strlen(item->secret), 1);
    tell(mock, path, COLLECTION, "CreateItem",
         g_variant_new("(@a{sv}(o@ay@ays)b)", g_variant_dict_end(&properties), mock->session,
                       g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, "", 0, 1), bytes,
                       "text/plain", TRUE));
}

static void fill(const struct mock *mock, const char *script) {
    static const char *const locked[] = {COLLECTIONS "spanish", COLLECTIONS "german",
                                         COLLECTIONS "twodelete", COLLECTIONS "lockprompt"};
    for (gsize i = 0; i < G_N_ELEMENTS(collections); i++) {
        if (is_wanted(collections[i], script)) {
            add_collection(mock, collections[i]);
        }
    }
    for (gsize i = 0; i < G_N_ELEMENTS(items); i++) {
        if (is_wanted(items[i].collection, script)) {
            add_item(mock, &items[i]);
        }
    }
    if (strstr(script, "empty") != NULL) {
        return;
    }
    tell(mock, ROOT, SERVICE, "SetAlias", g_variant_new("(so)", "default", COLLECTIONS "english"));
    tell(mock, COLLECTIONS "english", PROPERTIES, "Set",
         g_variant_new("(ssv)", COLLECTION, "Label", g_variant_new_string("Collection One")));
    tell(mock, ROOT, SERVICE, "Lock",
         g_variant_new("(@ao)", g_variant_new_objv(locked, G_N_ELEMENTS(locked))));
}

const gchar *mock_service_start(const gchar *mock_script, GError **error) {
    typedef GObject *open_sync(GType type, const gchar *name, int flags, GCancellable *cancellable,
                               GError **error);
    typedef GType get_type(void);
    struct mock mock = {0};
    open_sync *open = (open_sync *)(gsize)dlsym(RTLD_DEFAULT, "secret_service_open_sync");
    get_type *type = (get_type *)(gsize)dlsym(RTLD_DEFAULT, "secret_service_get_type");
    mock.service = open(type(), NULL, 0, NULL, error);
    if (mock.service == NULL) {
        return NULL;
    }
    mock.connection = g_dbus_proxy_get_connection(G_DBUS_PROXY(mock.service));
    GVariant *answer = call(&mock, ROOT, SERVICE, "OpenSession",
                            g_variant_new("(sv)", "plain", g_variant_new_string("")));
    if (answer != NULL) {
        g_variant_get(answer, "(vo)", NULL, &mock.session);
        g_variant_unref(answer);
        clean(&mock);
        fill(&mock, mock_script);
    }
    g_free(mock.session);
    g_object_unref(mock.service);
    return ":1.1";
}

void mock_service_stop(void) {
    while (g_main_context_iteration(NULL, FALSE)) {
    }
}
