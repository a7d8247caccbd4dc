/* SPDX-License-Identifier: MIT */
/*
 * keychain-auth: the C client library (link with pkg-config's libkc).
 *
 * A client is one connection to the user's daemon. It is for one thread at a time; different
 * clients may be used by different threads at the same time. What they share is a few wiped pages
 * that are ready for the next value; nothing of the program's or of another library is changed.
 * Descriptors are close-on-exec. After fork() the child must not use the parent's client (the
 * daemon answers identity_changed) but may open its own.
 *
 *     struct kc_client *client = NULL;
 *     struct kc_answer *answer = NULL;
 *     const char *target = "prod-api-key";
 *     struct kc_query query = {.action = "read", .service = "aws",
 *                              .targets = &target, .target_count = 1};
 *     enum kc_error error = kc_open(NULL, 5000, &client);
 *     if (error == KC_OK)
 *         error = kc_request(client, &query, &answer);
 *     if (error != KC_OK)
 *         fprintf(stderr, "%s\n", kc_error_text(error));
 *     else if (strcmp(kc_answer_status(answer), "success") != 0)
 *         fprintf(stderr, "%s: %s\n", kc_answer_status(answer), kc_answer_message(answer));
 *     else
 *         fwrite(kc_answer_value(answer, 0), 1, kc_answer_value_length(answer, 0), stdout);
 *     kc_answer_free(answer);
 *     kc_close(client);
 */
#ifndef KEYCHAIN_AUTH_H
#define KEYCHAIN_AUTH_H

#include <stddef.h>

#include "kc_error.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#define KC_EXPORT
#else
#define KC_EXPORT __attribute__((visibility("default")))
#endif

struct kc_client;
struct kc_answer;

/* What to ask for. Everything is lent for the call; zeroed members mean "not given". */
struct kc_query {
    const char *action;         /* "read", "write", "delete", "search" */
    const char *service;        /* 1..255 bytes */
    const char *match;          /* "exact" (NULL) or "prefix" */
    const char *const *targets; /* at most 1,024, each 1..1,024 bytes */
    size_t target_count;
    const void *const *values; /* write: as many as targets, each at most 64 KiB */
    const size_t *value_lengths;
    const char *const *attributes; /* name, value, name, value …; NULL when there are none */
    size_t attribute_count;        /* pairs, at most 64 */
    int administration;            /* not 0: an ADMIN message (keychain-auth's own program) */
};

/*
 * Connects to the daemon at `address` (NULL: KEYCHAIN_AUTH_SOCKET, else the user's own),
 * checks that it runs as the same user, and gets the nonce that binds requests to this
 * process. `timeout_ms` bounds each call that waits: this one, and every kc_request().
 * KC_NOT_FOUND no daemon · KC_UNSAFE the listener isn't the user's own · KC_TIMEOUT
 * KC_BUSY too many connections · KC_INVALID it doesn't speak this protocol
 */
KC_EXPORT enum kc_error kc_open(const char *address, unsigned timeout_ms,
                                struct kc_client **ret_client);

/*
 * Asks, and waits for the answer. KC_OK: there is an answer, of whatever status; the caller
 * frees it with kc_answer_free(). KC_INVALID: the query breaks a limit above, nothing was
 * sent; or the daemon's answer isn't one. KC_TOO_BIG: all of it together makes a line of more
 * than 1 MiB, nothing was sent. KC_TIMEOUT, KC_END: the connection can't be used any more, and
 * a write or delete may or may not have happened.
 */
KC_EXPORT enum kc_error kc_request(struct kc_client *client, const struct kc_query *query,
                                   struct kc_answer **ret_answer);

/* Accepts NULL. */
KC_EXPORT void kc_close(struct kc_client *client);

/* "success", "denied" or "error"; static. */
KC_EXPORT const char *kc_answer_status(const struct kc_answer *answer);
/* A word of docs/protocol.md, "" on success; static. */
KC_EXPORT const char *kc_answer_reason(const struct kc_answer *answer);
/* A sentence for people, or "". Borrowed, like everything below, until kc_answer_free(). */
KC_EXPORT const char *kc_answer_message(const struct kc_answer *answer);

KC_EXPORT size_t kc_answer_count(const struct kc_answer *answer);
KC_EXPORT const char *kc_answer_target(const struct kc_answer *answer, size_t index);
/* NULL when this result carries none. A NUL follows the last byte. */
KC_EXPORT const void *kc_answer_value(const struct kc_answer *answer, size_t index);
KC_EXPORT size_t kc_answer_value_length(const struct kc_answer *answer, size_t index);
KC_EXPORT size_t kc_answer_attribute_count(const struct kc_answer *answer, size_t index);
KC_EXPORT const char *kc_answer_attribute_name(const struct kc_answer *answer, size_t index,
                                               size_t attribute);
KC_EXPORT const char *kc_answer_attribute_value(const struct kc_answer *answer, size_t index,
                                                size_t attribute);
/* Wipes the values. Accepts NULL. */
KC_EXPORT void kc_answer_free(struct kc_answer *answer);

/* A sentence for a code: lower case, no full stop; static. */
KC_EXPORT const char *kc_error_text(enum kc_error error);

#ifdef __cplusplus
}
#endif

#endif
