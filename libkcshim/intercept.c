/* SPDX-License-Identifier: MIT */
/*
 * The hook. libsecret's proxies all take their D-Bus connection from one object of the type
 * SecretService; so its registration is watched for, and the object gets a connection to our
 * server before it looks for the session bus. Everything else passes through. GLib calls this
 * function across a library's border only (its own calls are bound within), whoever loaded
 * libsecret and however; a hook on libsecret's own functions would miss all who dlopen() it.
 *
 * What must be remembered between registration and construction has no place but here: these
 * are the only variables of the house that aren't somebody's. They are written once, before
 * the first object of the type can be made.
 */
#include "libkcshim/real.h"

#include <glib-object.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define WATCHED_TYPE "SecretService"
/* A name that nobody on a bus has: what can't be redirected must not reach the real keyring. */
#define NOBODY       "io.keychainauth.ShimUnavailable"

typedef GType register_function(GType parent, const gchar *name, guint class_size,
                                GClassInitFunc class_init, guint instance_size,
                                GInstanceInitFunc instance_init, GTypeFlags flags);
typedef GObject *construct_function(GType type, guint count, GObjectConstructParam *parameters);
typedef void set_function(gpointer object, const gchar *name, ...);

static _Atomic(register_function *) real_register;
static _Atomic(GClassInitFunc) real_class_init;
static _Atomic(construct_function *) real_construct;

static register_function *find_register(void) {
    register_function *found = atomic_load(&real_register);
    if (found == NULL) {
        union {
            void *address;
            register_function *function;
        } real = {.address = real_function("g_type_register_static_simple")};
        found = real.function;
        atomic_store(&real_register, found);
    }
    return found;
}

static void lead_nowhere(GObject *service) {
    union {
        void *address;
        set_function *function;
    } set = {.address = real_function("g_object_set")};
    (void)fputs("libkcshim: the shim's server can't be loaded or started; no keyring is used\n",
                stderr);
    if (set.function != NULL) {
        set.function(service, "g-name", NOBODY, NULL);
    }
}

static GObject *construct(GType type, guint count, GObjectConstructParam *parameters) {
    construct_function *original = atomic_load(&real_construct);
    GObject *service = original(type, count, parameters);
    server_door *redirect = real_server();
    if (redirect == NULL || redirect(service) == SERVER_FAILED) {
        lead_nowhere(service);
    }
    return service;
}

static void init_class(gpointer class, gpointer data) {
    GClassInitFunc original = atomic_load(&real_class_init);
    GObjectClass *object_class = class;
    original(class, data);
    atomic_store(&real_construct, object_class->constructor);
    object_class->constructor = construct;
}

__attribute__((visibility("default"))) GType
g_type_register_static_simple(GType parent, const gchar *name, guint class_size,
                              GClassInitFunc class_init, guint instance_size,
                              GInstanceInitFunc instance_init, GTypeFlags flags) {
    register_function *real = find_register();
    if (real == NULL) {
        return 0; /* nobody can have called this without GLib */
    }
    if (name != NULL && strcmp(name, WATCHED_TYPE) == 0 && real_is_wanted()) {
        atomic_store(&real_class_init, class_init);
        class_init = init_class;
    }
    return real(parent, name, class_size, class_init, instance_size, instance_init, flags);
}
