/* SPDX-License-Identifier: MIT */
/*
 * The talk with the Secret Service: one connection, one session, calls with a deadline, and what
 * their errors mean. libsecret opens the session; everything else goes over the bus directly,
 * because it then has a deadline and a type that is checked. Knows nothing of items.
 */
#include "daemon/store/libsecret_internal.h"

#include "libkc/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An asynchronous call of GIO's, waited for. */
struct waiting {
    GCancellable *cancellable;
    GAsyncResult *result;
};

static void keep_result(GObject *source, GAsyncResult *result, gpointer data) {
    struct waiting *waiting = data;
    (void)source;
    waiting->result = g_object_ref(result);
}

static gboolean expire(gpointer data) {
    g_cancellable_cancel(data);
    return G_SOURCE_REMOVE;
}

/* What begins between these two comes back in our own context, on whichever thread we are. */
static void wait_begin(struct provider *provider, struct waiting *waiting) {
    g_main_context_push_thread_default(provider->context);
    waiting->cancellable = g_cancellable_new();
    waiting->result = NULL;
}

/* A cancelled call ends, too: this always returns, with a result. */
static void wait_end(struct provider *provider, struct waiting *waiting, gint64 deadline_us) {
    gint64 left_ms = (deadline_us - g_get_monotonic_time()) / 1000;
    GSource *timer = g_timeout_source_new((guint)CLAMP(left_ms, 0, PROVIDER_PROMPT_MS));
    g_source_set_callback(timer, expire, waiting->cancellable, NULL);
    (void)g_source_attach(timer, provider->context);
    while (waiting->result == NULL) {
        (void)g_main_context_iteration(provider->context, TRUE);
    }
    g_source_destroy(timer);
    g_source_unref(timer);
    g_object_unref(waiting->cancellable);
    g_main_context_pop_thread_default(provider->context);
}

static void disconnect(struct provider *provider) {
    g_clear_object(&provider->service);
    g_clear_object(&provider->bus);
    g_clear_pointer(&provider->owner, g_free);
    g_clear_pointer(&provider->collection, g_free);
    /* Signals that still wait hold the connection, and with it the dead one for the next. */
    while (g_main_context_iteration(provider->context, FALSE)) {
    }
}

enum kc_error provider_fail(struct provider *provider, const char *sentence) {
    disconnect(provider);
    (void)snprintf(provider->trouble, sizeof provider->trouble, "%s", sentence);
    return KC_IO;
}

static bool is_late(const GError *error) {
    return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
           g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_TIMEOUT) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_TIMED_OUT);
}

static bool is_gone(const GError *error) {
    return g_error_matches(error, SECRET_ERROR, SECRET_ERROR_NO_SUCH_OBJECT) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_INTERFACE);
}

static enum kc_error say_locked(struct provider *provider) {
    (void)snprintf(provider->trouble, sizeof provider->trouble,
                   "the desktop's keyring is locked; unlock it and try again");
    return KC_LOCKED;
}

static enum kc_error translate(struct provider *provider, GError *take_error) {
    g_autoptr(GError) error = take_error;
    char said[KC_MESSAGE_MAX / 2];
    char sentence[KC_MESSAGE_MAX];
    if (is_gone(error)) {
        (void)snprintf(provider->trouble, sizeof provider->trouble,
                       "the item went away while it was looked at");
        return KC_NOT_FOUND;
    }
    if (g_error_matches(error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED)) {
        g_clear_pointer(&provider->collection, g_free);
        return say_locked(provider);
    }
    if (is_late(error)) {
        return provider_fail(provider, "the Secret Service (the desktop's keyring) didn't answer "
                                       "in time; it is asked again at the next request");
    }
    (void)g_dbus_error_strip_remote_error(error);
    (void)snprintf(
        sentence, sizeof sentence, "the Secret Service (the desktop's keyring) can't be used: %s",
        parse_escape_sentence(error->message, strlen(error->message), said, sizeof said));
    return provider_fail(provider, sentence);
}

enum kc_error provider_new(struct provider **ret_provider) {
    struct provider *provider = calloc(1, sizeof *provider);
    if (provider == NULL) {
        return KC_NO_MEMORY;
    }
    /* GIO would load whatever modules lie in a directory that the environment names, into the
     * process that has the keys. Nothing that is done here needs one. */
    (void)g_setenv("GIO_MODULE_DIR", "/dev/null", TRUE);
    g_unsetenv("GIO_EXTRA_MODULES");
    provider->context = g_main_context_new();
    *ret_provider = provider;
    return KC_OK;
}

void provider_free(struct provider *provider) {
    if (provider == NULL) {
        return;
    }
    disconnect(provider);
    g_main_context_unref(provider->context);
    free(provider);
}

const char *provider_trouble(const struct provider *provider) {
    return provider->trouble;
}

void provider_begin(struct provider *provider) {
    provider->deadline_us = g_get_monotonic_time() + PROVIDER_CALL_MS * G_TIME_SPAN_MILLISECOND;
}

/* Connecting */

static enum kc_error open_bus(struct provider *provider) {
    struct waiting waiting;
    GError *error = NULL;
    wait_begin(provider, &waiting);
    g_bus_get(G_BUS_TYPE_SESSION, waiting.cancellable, keep_result, &waiting);
    wait_end(provider, &waiting, provider->deadline_us);
    provider->bus = g_bus_get_finish(waiting.result, &error);
    g_object_unref(waiting.result);
    if (provider->bus == NULL) {
        return translate(provider, error);
    }
    /* The end of the desktop's session isn't ours. */
    g_dbus_connection_set_exit_on_close(provider->bus, FALSE);
    return KC_OK;
}

static enum kc_error open_session(struct provider *provider) {
    struct waiting waiting;
    GError *error = NULL;
    wait_begin(provider, &waiting);
    secret_service_open(SECRET_TYPE_SERVICE, NULL, SECRET_SERVICE_OPEN_SESSION, waiting.cancellable,
                        keep_result, &waiting);
    wait_end(provider, &waiting, provider->deadline_us);
    provider->service = secret_service_open_finish(waiting.result, &error);
    g_object_unref(waiting.result);
    if (provider->service == NULL) {
        enum kc_error outcome = translate(provider, error);
        return outcome == KC_NOT_FOUND ? provider_fail(provider, "no Secret Service answers")
                                       : outcome;
    }
    provider->owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(provider->service));
    return provider->owner != NULL ? KC_OK : provider_fail(provider, "no Secret Service answers");
}

/* A provider that was restarted has forgotten our session. */
static bool is_connected(struct provider *provider) {
    if (provider->service == NULL || g_dbus_connection_is_closed(provider->bus)) {
        return false;
    }
    GVariant *reply = g_dbus_connection_call_sync(
        provider->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "GetNameOwner", g_variant_new("(s)", "org.freedesktop.secrets"), G_VARIANT_TYPE("(s)"),
        G_DBUS_CALL_FLAGS_NONE, PROVIDER_CALL_MS, NULL, NULL);
    if (reply == NULL) {
        return false;
    }
    const char *owner = NULL;
    g_variant_get(reply, "(&s)", &owner);
    bool is_same = strcmp(owner, provider->owner) == 0;
    g_variant_unref(reply);
    return is_same;
}

enum kc_error provider_connect(struct provider *provider, unsigned timeout_ms) {
    while (g_main_context_iteration(provider->context, FALSE)) {
    }
    provider->trouble[0] = '\0';
    g_clear_pointer(&provider->collection, g_free);
    if (is_connected(provider)) {
        return KC_OK;
    }
    disconnect(provider);
    provider->deadline_us = g_get_monotonic_time() + timeout_ms * G_TIME_SPAN_MILLISECOND;
    enum kc_error error = open_bus(provider);
    return error == KC_OK ? open_session(provider) : error;
}

/* Calling */

enum kc_error provider_call(struct provider *provider, const struct provider_method *method,
                            const char *path, GVariant *take_parameters, GVariant **ret_reply) {
    g_autoptr(GVariant) parameters =
        take_parameters != NULL ? g_variant_ref_sink(take_parameters) : NULL;
    if (provider->service == NULL) {
        return KC_IO; /* the sentence is that of what ended the connection */
    }
    GError *error = NULL;
    gint64 left_ms = (provider->deadline_us - g_get_monotonic_time()) / 1000;
    GVariant *reply = g_dbus_connection_call_sync(
        provider->bus, provider->owner, path, method->interface, method->name, parameters,
        G_VARIANT_TYPE(method->reply), G_DBUS_CALL_FLAGS_NO_AUTO_START,
        (gint)CLAMP(left_ms, 1, PROVIDER_CALL_MS), NULL, &error);
    if (reply == NULL) {
        return translate(provider, error);
    }
    *ret_reply = reply;
    return KC_OK;
}

enum kc_error provider_property(struct provider *provider, const char *path,
                                const struct provider_method *property, GVariant **ret_value) {
    static const struct provider_method get = {"org.freedesktop.DBus.Properties", "Get", "(v)"};
    GVariant *reply = NULL;
    enum kc_error error = provider_call(
        provider, &get, path, g_variant_new("(ss)", property->interface, property->name), &reply);
    if (error != KC_OK) {
        return error;
    }
    GVariant *value = NULL;
    g_variant_get(reply, "(v)", &value);
    g_variant_unref(reply);
    if (!g_variant_is_of_type(value, G_VARIANT_TYPE(property->reply))) {
        g_variant_unref(value);
        return provider_fail(provider, "the Secret Service answered with something that isn't an "
                                       "item of a keyring");
    }
    *ret_value = value;
    return KC_OK;
}

/* Unlocking */

static enum kc_error lose_patience(struct provider *provider) {
    provider->patience_us = g_get_monotonic_time() + PROVIDER_PATIENCE_S * G_TIME_SPAN_SECOND;
    return say_locked(provider);
}

/* libsecret's own prompts are waited for until the provider says that they are over, which one
 * that hangs never does. */
struct prompting {
    bool is_over;
    bool is_late;
    GVariant *answer; /* NULL: dismissed */
};

static void on_completed(GDBusConnection *bus, const char *sender, const char *path,
                         const char *interface, const char *signal, GVariant *parameters,
                         gpointer data) {
    struct prompting *prompting = data;
    gboolean is_dismissed = TRUE;
    (void)bus, (void)sender, (void)path, (void)interface, (void)signal;
    if (prompting->is_over) {
        return;
    }
    prompting->is_over = true;
    if (g_variant_is_of_type(parameters, G_VARIANT_TYPE("(bv)"))) {
        g_variant_get(parameters, "(bv)", &is_dismissed, &prompting->answer);
    }
    if (is_dismissed) {
        g_clear_pointer(&prompting->answer, g_variant_unref);
    }
}

static gboolean end_prompt(gpointer data) {
    struct prompting *prompting = data;
    prompting->is_over = true;
    prompting->is_late = true;
    return G_SOURCE_REMOVE;
}

static void wait_for_person(struct provider *provider, struct prompting *prompting) {
    GSource *timer = g_timeout_source_new(PROVIDER_PROMPT_MS);
    g_source_set_callback(timer, end_prompt, prompting, NULL);
    (void)g_source_attach(timer, provider->context);
    while (!prompting->is_over) {
        (void)g_main_context_iteration(provider->context, TRUE);
    }
    g_source_destroy(timer);
    g_source_unref(timer);
}

static enum kc_error show_prompt(struct provider *provider, const char *prompt,
                                 GVariant **ret_answer) {
    static const struct provider_method show = {PROMPT_INTERFACE, "Prompt", "()"};
    static const struct provider_method dismiss = {PROMPT_INTERFACE, "Dismiss", "()"};
    g_autoptr(GDBusConnection) bus = g_object_ref(provider->bus);
    struct prompting prompting = {0};
    g_autoptr(GVariant) shown = NULL;
    g_main_context_push_thread_default(provider->context);
    guint subscription = g_dbus_connection_signal_subscribe(
        bus, provider->owner, PROMPT_INTERFACE, "Completed", prompt, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
        on_completed, &prompting, NULL);
    enum kc_error error = provider_call(provider, &show, prompt, g_variant_new("(s)", ""), &shown);
    if (error == KC_OK) {
        wait_for_person(provider, &prompting);
    }
    g_dbus_connection_signal_unsubscribe(bus, subscription);
    g_main_context_pop_thread_default(provider->context);
    provider_begin(provider); /* the person's time wasn't the provider's */
    if (prompting.answer != NULL) {
        *ret_answer = prompting.answer;
        return KC_OK;
    }
    if (prompting.is_late) {
        /* Whatever it says to that, the answer is that nobody unlocked it. */
        g_autoptr(GVariant) dismissed = NULL;
        enum kc_error ignored = provider_call(provider, &dismiss, prompt, NULL, &dismissed);
        (void)ignored;
    }
    return error == KC_IO ? error : lose_patience(provider);
}

static enum kc_error ask_person(struct provider *provider, const char *prompt,
                                GVariant **ret_answer) {
    return g_get_monotonic_time() < provider->patience_us
               ? say_locked(provider)
               : show_prompt(provider, prompt, ret_answer);
}

enum kc_error provider_prompt(struct provider *provider, const char *prompt) {
    g_autoptr(GVariant) answer = NULL;
    return strcmp(prompt, NO_OBJECT) == 0 ? KC_OK : ask_person(provider, prompt, &answer);
}

/* GNOME's keyring calls a prompt that it couldn't even show completed, with nothing unlocked. */
static enum kc_error prompt_for_all(struct provider *provider, const char *prompt, size_t count) {
    g_autoptr(GVariant) answer = NULL;
    enum kc_error error = ask_person(provider, prompt, &answer);
    if (error == KC_OK && (!g_variant_is_of_type(answer, G_VARIANT_TYPE("ao")) ||
                           g_variant_n_children(answer) < count)) {
        error = lose_patience(provider);
    }
    return error;
}

enum kc_error provider_unlock(struct provider *provider, GVariant *take_paths) {
    static const struct provider_method unlock = {SERVICE_INTERFACE, "Unlock", "(aoo)"};
    g_autoptr(GVariant) paths = g_variant_ref_sink(take_paths);
    g_autoptr(GVariant) reply = NULL;
    enum kc_error error =
        provider_call(provider, &unlock, SERVICE_PATH, g_variant_new("(@ao)", paths), &reply);
    if (error != KC_OK) {
        return error;
    }
    g_autoptr(GVariant) unlocked = NULL;
    const char *prompt = NULL;
    g_variant_get(reply, "(@ao&o)", &unlocked, &prompt);
    if (strcmp(prompt, NO_OBJECT) == 0) {
        bool is_all = g_variant_n_children(unlocked) == g_variant_n_children(paths);
        return is_all ? KC_OK : say_locked(provider);
    }
    return prompt_for_all(provider, prompt,
                          g_variant_n_children(paths) - g_variant_n_children(unlocked));
}
