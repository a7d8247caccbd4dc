/* SPDX-License-Identifier: MIT */
/* What the parts of the desktop's keyring share: libsecret_bus.c talks, the others know what an
 * item is. For the files libsecret*.c only. */
#ifndef STORE_LIBSECRET_INTERNAL_H
#define STORE_LIBSECRET_INTERNAL_H

#include <stdbool.h>

#include "daemon/store/provider.h"
#include "libkc/protocol.h"

#define SECRET_API_SUBJECT_TO_CHANGE
#include <libsecret/secret.h>

#define SERVICE_PATH         "/org/freedesktop/secrets"
#define SERVICE_INTERFACE    "org.freedesktop.Secret.Service"
#define COLLECTION_INTERFACE "org.freedesktop.Secret.Collection"
#define ITEM_INTERFACE       "org.freedesktop.Secret.Item"
#define PROMPT_INTERFACE     "org.freedesktop.Secret.Prompt"
#define NO_OBJECT            "/" /* a path that the specification uses for none */

#define ITEM_SCHEMA          "io.keychainauth.Item"
/* Of the user's own attributes, so that they never collide with ours. */
#define OWN_PREFIX           "a:"

/* Where an item may be missing, the thing that holds the items may not. */
#define NOT_ITS_LANGUAGE                                                       \
    "what answers as the Secret Service isn't one: it doesn't know a call of " \
    "its specification"

struct provider {
    GMainContext *context; /* the calls that wait for more than a reply run in it */
    GDBusConnection *bus;
    SecretService *service; /* the session that values travel in; NULL: not connected */
    char *owner;            /* the name on the bus that the session was opened with */
    char *collection;       /* where new items go, once it is known to be unlocked */
    gint64 deadline_us;
    gint64 patience_us; /* until then nobody is prompted */
    char trouble[KC_MESSAGE_MAX];
};

struct provider_method {
    const char *interface;
    const char *name;
    const char *reply; /* its type; another one is an error */
};

/* Opens the time of one of provider.h's functions. */
void provider_begin(struct provider *provider);

/* `take_parameters` may be floating, and is consumed. g_variant_unref() the reply.
 * KC_NOT_FOUND: there is no such object. */
KC_MUST_USE enum kc_error provider_call(struct provider *provider,
                                        const struct provider_method *method, const char *path,
                                        GVariant *take_parameters, GVariant **ret_reply);

/* The value of a property of `type`. */
KC_MUST_USE enum kc_error provider_property(struct provider *provider, const char *path,
                                            const struct provider_method *property,
                                            GVariant **ret_value);

/* A prompt that a call answered with; NO_OBJECT: none was needed. KC_LOCKED: dismissed. */
KC_MUST_USE enum kc_error provider_prompt(struct provider *provider, const char *prompt);

/* Unlocks all of `paths` (type "ao", consumed). KC_LOCKED: not all. */
KC_MUST_USE enum kc_error provider_unlock(struct provider *provider, GVariant *take_paths);

/* Ends the connection with a sentence; KC_IO. */
KC_MUST_USE enum kc_error provider_fail(struct provider *provider, const char *sentence);

#endif
