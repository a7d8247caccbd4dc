/* SPDX-License-Identifier: MIT */
/* The table of sessions, and the two algorithms behind it. */
#include "libkcshim/server_session.h"

#include "libkc/secret.h"
#include "libkcshim/map.h"
#include "libkcshim/server_dh.h"
#include "platform/secmem.h"

#include <gio/gio.h>

#include <stdlib.h>
#include <string.h>

#define ALGORITHM_DH "dh-ietf1024-sha256-aes128-cbc-pkcs7"

struct session {
    bool is_plain;
    bool has_key;
    struct dh_agreement *agreement; /* until there is a key */
    unsigned char key[DH_KEY_SIZE];
};

struct sessions {
    GHashTable *by_path; /* char * -> struct session * */
    unsigned last;
    struct session *fresh; /* opened, and not settled yet */
};

static void session_free(gpointer held) {
    struct session *session = held;
    dh_agreement_free(session->agreement);
    secmem_wipe(session->key, sizeof session->key);
    g_free(session);
}

struct sessions *sessions_new(void) {
    struct sessions *sessions = g_new0(struct sessions, 1);
    sessions->by_path = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, session_free);
    return sessions;
}

void sessions_free(struct sessions *sessions) {
    if (sessions != NULL) {
        g_hash_table_unref(sessions->by_path);
        g_free(sessions);
    }
}

static const char *keep(struct sessions *sessions, struct session *session) {
    sessions->last++;
    char *path = g_strdup_printf(MAP_ROOT "/session/s%u", sessions->last);
    g_hash_table_insert(sessions->by_path, path, session);
    sessions->fresh = session;
    return path;
}

static bool open_plain(struct sessions *sessions, GVariant **ret_output, const char **ret_path) {
    struct session *session = g_new0(struct session, 1);
    session->is_plain = true;
    *ret_path = keep(sessions, session);
    *ret_output = g_variant_ref_sink(g_variant_new_string(""));
    return true;
}

static bool open_dh(struct sessions *sessions, GVariant *input, GVariant **ret_output,
                    const char **ret_path, struct trouble *trouble) {
    unsigned char ours[DH_NUMBER_SIZE];
    gsize length = 0;
    if (!g_variant_is_of_type(input, G_VARIANT_TYPE_BYTESTRING)) {
        return trouble_set(trouble, TROUBLE_INVALID, "the session's key isn't bytes");
    }
    const unsigned char *theirs = g_variant_get_fixed_array(input, &length, 1);
    struct session *session = g_new0(struct session, 1);
    if (dh_begin(theirs, length, ours, &session->agreement) != KC_OK) {
        session_free(session);
        return trouble_set(trouble, TROUBLE_INVALID, "the session's key is no good");
    }
    *ret_path = keep(sessions, session);
    *ret_output =
        g_variant_ref_sink(g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, ours, sizeof ours, 1));
    return true;
}

bool sessions_open(struct sessions *sessions, const char *algorithm, GVariant *input,
                   GVariant **ret_output, const char **ret_path, struct trouble *trouble) {
    if (strcmp(algorithm, "plain") == 0) {
        return open_plain(sessions, ret_output, ret_path);
    }
    if (strcmp(algorithm, ALGORITHM_DH) == 0) {
        return open_dh(sessions, input, ret_output, ret_path, trouble);
    }
    return trouble_set(trouble, TROUBLE_UNSUPPORTED, "no such session algorithm");
}

bool sessions_has(const struct sessions *sessions, const char *path) {
    return g_hash_table_contains(sessions->by_path, path);
}

static bool make_key(struct session *session) {
    if (session->agreement != NULL) {
        session->has_key = dh_finish(&session->agreement, session->key) == KC_OK;
    }
    return session->is_plain || session->has_key;
}

bool sessions_settle(struct sessions *sessions) {
    struct session *fresh = sessions->fresh;
    sessions->fresh = NULL;
    /* Whoever uses a session without a key is told so. */
    return fresh != NULL && make_key(fresh);
}

static struct session *find(const struct sessions *sessions, const char *path,
                            struct trouble *trouble) {
    struct session *session = g_hash_table_lookup(sessions->by_path, path);
    if (session == NULL) {
        (void)trouble_set(trouble, TROUBLE_NO_SESSION, "there is no such session");
    } else if (!make_key(session)) {
        (void)trouble_set(trouble, TROUBLE_FAILED, "the session has no key");
        return NULL;
    }
    return session;
}

bool sessions_close(struct sessions *sessions, const char *path, struct trouble *trouble) {
    sessions->fresh = NULL;
    return g_hash_table_remove(sessions->by_path, path) ||
           trouble_set(trouble, TROUBLE_NO_SESSION, "there is no such session");
}

static void wipe_value(gpointer held) {
    secret_free(held);
}

/* The bytes stay in the secret, which lives as long as the variant. */
static GVariant *bytes_of(struct secret *take_value) {
    return g_variant_new_from_data(G_VARIANT_TYPE_BYTESTRING, secret_view(take_value),
                                   secret_length(take_value), TRUE, wipe_value, take_value);
}

bool sessions_seal(const struct sessions *sessions, const char *path, const struct secret *value,
                   const char *content_type, GVariant **ret_sealed, struct trouble *trouble) {
    unsigned char start[DH_BLOCK_SIZE] = {0};
    const struct session *session = find(sessions, path, trouble);
    KC_AUTO(secret) bytes = NULL;
    if (session == NULL) {
        return false;
    }
    enum kc_error error = session->is_plain
                              ? secret_new_copy(secret_view(value), secret_length(value), &bytes)
                              : secret_new(dh_sealed_length(secret_length(value)), &bytes);
    if (error == KC_OK && !session->is_plain) {
        error = dh_seal(session->key, value, start, secret_bytes(bytes));
    }
    if (error != KC_OK) {
        return trouble_no_memory(trouble);
    }
    if (!session->is_plain) {
        secret_set_length(bytes, dh_sealed_length(secret_length(value)));
    }
    GVariant *parameters = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, start,
                                                     session->is_plain ? 0 : sizeof start, 1);
    *ret_sealed = g_variant_new("(o@ay@ays)", path, parameters, bytes_of(bytes), content_type);
    bytes = NULL;
    return true;
}

static enum kc_error unseal(const struct session *session, GVariant *parameters, GVariant *bytes,
                            struct secret **ret_value) {
    gsize length = 0;
    gsize start_length = 0;
    const unsigned char *start = g_variant_get_fixed_array(parameters, &start_length, 1);
    const unsigned char *sealed = g_variant_get_fixed_array(bytes, &length, 1);
    if (session->is_plain) {
        return secret_new_copy(length > 0 ? sealed : (const unsigned char *)"", length, ret_value);
    }
    return start_length == DH_BLOCK_SIZE ? dh_open(session->key, start, sealed, length, ret_value)
                                         : KC_INVALID;
}

bool sessions_unseal(const struct sessions *sessions, GVariant *sealed, struct secret **ret_value,
                     const char **ret_content_type, struct trouble *trouble) {
    const char *path = NULL;
    g_autoptr(GVariant) parameters = NULL;
    g_autoptr(GVariant) bytes = NULL;
    KC_AUTO(secret) value = NULL;
    g_variant_get(sealed, "(&o@ay@ay&s)", &path, &parameters, &bytes, ret_content_type);
    const struct session *session = find(sessions, path, trouble);
    if (session == NULL) {
        return false;
    }
    enum kc_error error = unseal(session, parameters, bytes, &value);
    if (error == KC_INVALID) {
        return trouble_set(trouble, TROUBLE_INVALID, "the secret isn't of this session");
    }
    if (error != KC_OK) {
        return trouble_no_memory(trouble);
    }
    if (secret_length(value) > KC_VALUE_MAX) {
        return trouble_set(trouble, TROUBLE_LIMITS,
                           "the secret has %zu bytes; keychain-auth takes at most %d",
                           secret_length(value), KC_VALUE_MAX);
    }
    *ret_value = value;
    value = NULL;
    return true;
}
