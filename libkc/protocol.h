/* SPDX-License-Identifier: MIT */
/*
 * The words and limits of the wire, version 1 (docs/protocol.md). One row a word; the codec,
 * the daemon, the programs and the lints read these lists. Adding an action is a row here,
 * a row and a handler in daemon/dispatch.c, and a paragraph in docs/protocol.md.
 */
#ifndef KC_PROTOCOL_H
#define KC_PROTOCOL_H

#define KC_PROTOCOL_VERSION         1

/* Limits, in bytes unless said otherwise. A line includes its newline. */
#define KC_LINE_MAX                 (1024 * 1024)
#define KC_RELEASE_MAX              (4 * 1024 * 1024)  /* all names and values of an answer */
#define KC_ANSWER_MAX               (32 * 1024 * 1024) /* the same, escaped, as a line */
#define KC_TARGETS_MAX              1024               /* targets in a request */
#define KC_VALUE_MAX                (64 * 1024)
#define KC_SERVICE_MAX              255
#define KC_TARGET_MAX               1024
#define KC_ATTRIBUTES_MAX           64 /* attributes of an item */
#define KC_ATTRIBUTE_NAME_MAX       255
#define KC_ATTRIBUTE_VALUE_MAX      4096
#define KC_ID_MAX                   255  /* the request's `id`, when it is a string */
#define KC_NONCE_LENGTH             32   /* hex digits */
#define KC_MESSAGE_MAX              1024 /* sentences for people, with their NUL */
#define KC_CONNECTIONS_MAX          1024 /* connections, all together */
#define KC_CONNECTIONS_PER_IDENTITY 64
#define KC_IDLE_LINE_MS             30000 /* half a line, or an answer nobody reads */
#define KC_PASSPHRASE_MIN           8
#define KC_PASSPHRASE_MAX           1024
#define KC_UNLOCK_MAX_S             (30 * 24 * 3600) /* the longest idle time before it locks */

/* X(NAME, "word") */
#define KC_TYPES(X)       \
    X(HELLO, "HELLO")     \
    X(REQUEST, "REQUEST") \
    X(ADMIN, "ADMIN")

#define KC_ACTIONS(X)           \
    X(READ, "read")             \
    X(WRITE, "write")           \
    X(DELETE, "delete")         \
    X(SEARCH, "search")         \
    X(GRANTS, "grants")         \
    X(STATUS, "status")         \
    X(STOP, "stop")             \
    X(UNLOCK, "unlock")         \
    X(LOCK, "lock")             \
    X(PASSPHRASE, "passphrase") \
    X(ADMIN, "admin")           \
    X(POLICY, "policy")

#define KC_MATCHES(X) \
    X(EXACT, "exact") \
    X(PREFIX, "prefix")

#define KC_STATUSES(X)    \
    X(SUCCESS, "success") \
    X(DENIED, "denied")   \
    X(ERROR, "error")

#define KC_REASONS(X)                               \
    X(NONE, "")                                     \
    X(UNREGISTERED_BINARY, "unregistered_binary")   \
    X(ACTION_NOT_IN_POLICY, "action_not_in_policy") \
    X(SERVICE_NOT_ALLOWED, "service_not_allowed")   \
    X(MALFORMED_REQUEST, "malformed_request")       \
    X(NOT_FOUND, "not_found")                       \
    X(NONCE_REQUIRED, "nonce_required")             \
    X(IDENTITY_CHANGED, "identity_changed")         \
    X(UNTRUSTED_PROCESS, "untrusted_process")       \
    X(CALLER_NOT_ALLOWED, "caller_not_allowed")     \
    X(ADMIN_REQUIRED, "admin_required")             \
    X(WRONG_PASSPHRASE, "wrong_passphrase")         \
    X(LOCKED, "locked")                             \
    X(STORE_UNAVAILABLE, "store_unavailable")       \
    X(AUDIT_UNAVAILABLE, "audit_unavailable")       \
    X(BUSY, "busy")                                 \
    X(INTERNAL_ERROR, "internal_error")

#define KC_ENUM_TYPE(name, word)   KC_TYPE_##name,
#define KC_ENUM_ACTION(name, word) KC_ACTION_##name,
#define KC_ENUM_MATCH(name, word)  KC_MATCH_##name,
#define KC_ENUM_STATUS(name, word) KC_STATUS_##name,
#define KC_ENUM_REASON(name, word) KC_REASON_##name,
enum kc_type { KC_TYPES(KC_ENUM_TYPE) KC_TYPE_COUNT };
enum kc_action { KC_ACTIONS(KC_ENUM_ACTION) KC_ACTION_COUNT };
enum kc_match { KC_MATCHES(KC_ENUM_MATCH) KC_MATCH_COUNT };
enum kc_status { KC_STATUSES(KC_ENUM_STATUS) KC_STATUS_COUNT };
enum kc_reason { KC_REASONS(KC_ENUM_REASON) KC_REASON_COUNT };

/* The wire word; static. */
const char *kc_type_word(enum kc_type type);
const char *kc_action_word(enum kc_action action);
const char *kc_match_word(enum kc_match match);
const char *kc_status_word(enum kc_status status);
const char *kc_reason_word(enum kc_reason reason);

/* The number of a word, or the _COUNT of its list when it is none of them. */
enum kc_type kc_type_parse(const char *word);
enum kc_action kc_action_parse(const char *word);
enum kc_match kc_match_parse(const char *word);
enum kc_status kc_status_parse(const char *word);
enum kc_reason kc_reason_parse(const char *word);

#endif
