/* SPDX-License-Identifier: MIT */
/*
 * Sessions of the Secret Service: how values travel between libsecret and the server, as they
 * are or encrypted. A secret on the bus is (oayays): session, parameters, value, content type.
 * The server's thread only.
 */
#ifndef LIBKCSHIM_SERVER_SESSION_H
#define LIBKCSHIM_SERVER_SESSION_H

#include <stdbool.h>

#include "libkcshim/server_trouble.h"
#include "platform/attr.h"

struct _GVariant;
struct secret;
struct sessions;

struct sessions *sessions_new(void);
void sessions_free(struct sessions *sessions);

/* `ret_output` is a new reference, `ret_path` belongs to the sessions. NotSupported: another
 * algorithm, which makes libsecret try the next. */
KC_MUST_USE bool sessions_open(struct sessions *sessions, const char *algorithm,
                               struct _GVariant *input, struct _GVariant **ret_output,
                               const char **ret_path, struct trouble *trouble);
/* Does what opening one left to be done, while the program is busy with its own half. True: there
 * was one. */
bool sessions_settle(struct sessions *sessions);
KC_MUST_USE bool sessions_close(struct sessions *sessions, const char *path,
                                struct trouble *trouble);
bool sessions_has(const struct sessions *sessions, const char *path);

/* A floating (oayays). */
KC_MUST_USE bool sessions_seal(const struct sessions *sessions, const char *path,
                               const struct secret *value, const char *content_type,
                               struct _GVariant **ret_sealed, struct trouble *trouble);
/* `ret_content_type` is borrowed from `sealed`. LimitsExceeded: over KC_VALUE_MAX. */
KC_MUST_USE bool sessions_unseal(const struct sessions *sessions, struct _GVariant *sealed,
                                 struct secret **ret_value, const char **ret_content_type,
                                 struct trouble *trouble);

#endif
