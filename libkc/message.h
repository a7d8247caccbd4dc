/* SPDX-License-Identifier: MIT */
/*
 * The codec of the wire, both directions, both ends: struct <-> one line of JSON. Strict where
 * docs/protocol.md says so; the only place that knows that the wire is JSON. Values go
 * straight into `struct secret`. A client's half (writing requests, reading answers) uses scan.h
 * and compose.h; the daemon's uses jansson, and what that leaves on the heap is wiped when it is
 * freed (message_wipe_json_memory).
 */
#ifndef KC_MESSAGE_H
#define KC_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "libkc/attributes.h"
#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct secret;

/* Zeroed is HELLO without anything. Members are owned by the request. */
struct request {
    enum kc_type type;
    enum kc_action action;
    enum kc_match match;
    bool base64;                     /* values, here and in the answer, are base64 */
    char nonce[KC_NONCE_LENGTH + 1]; /* "" when there is none */
    char *id;                        /* as JSON text, to be echoed; NULL when there is none */
    char *service;                   /* NULL for HELLO, and for what is about the daemon */
    size_t target_count;
    char **targets;
    size_t value_count; /* equal to target_count for write, and where values have names, else 0 */
    struct secret **values;
    struct attributes attributes; /* stored by write, a filter for the others */
};

struct result {
    char *target;
    struct secret *value; /* NULL: none (search, delete, write) */
    struct attributes attributes;
};

struct response {
    enum kc_type type; /* HELLO answers HELLO; KC_TYPE_REQUEST stands for RESPONSE */
    enum kc_status status;
    enum kc_reason reason;
    bool base64;
    char nonce[KC_NONCE_LENGTH + 1]; /* "" when there is none */
    char *id;                        /* as JSON text; NULL when there is none */
    char *message;                   /* for people; NULL when there is none */
    size_t result_count;
    struct result *results;
};

/* Makes jansson's heap wipe what it frees, for this process, unless the process has given
 * jansson allocators of its own. Idempotent; call before other threads use jansson. Safe for
 * blocks that jansson allocated before. */
void message_wipe_json_memory(void);

/*
 * A line that a client sent. Unknown fields are ignored, everything else is strict: see
 * docs/protocol.md. KC_INVALID: `why` says what is wrong, naming the field, the limit and the
 * value (never a secret one). `ret_id` (may be NULL) is written whenever the line carried a
 * usable id, also when the answer is KC_INVALID; free() it.
 */
KC_MUST_USE enum kc_error message_parse_request(const char *text, size_t length,
                                                struct request **ret_request, char **ret_id,
                                                char why[KC_MESSAGE_MAX]);
/* With its newline. KC_INVALID: a value isn't UTF-8 and base64 wasn't asked for. */
KC_MUST_USE enum kc_error message_write_request(const struct request *request,
                                                struct secret **ret_line);
/* Whether the daemon's rules allow it; KC_INVALID. A client asks before it sends. */
KC_MUST_USE enum kc_error message_check_request(const struct request *request);
/* Which actions are about the daemon: with nothing more to say, or with named values. */
bool message_has_no_item(enum kc_action action);
bool message_has_named_values(enum kc_action action);
/* An action of the list, and of this type of message. */
bool message_action_fits(enum kc_type type, enum kc_action action);
void request_free(struct request *request);

/* A line that the daemon sent. KC_INVALID. */
KC_MUST_USE enum kc_error message_parse_response(const char *text, size_t length,
                                                 struct response **ret_response);
/* With its newline. KC_INVALID: a value isn't UTF-8 and `base64` isn't set. KC_TOO_BIG: over
 * KC_ANSWER_MAX. */
KC_MUST_USE enum kc_error message_write_response(const struct response *response,
                                                 struct secret **ret_line);
/* For programs that print one result: {"target":…,"value":…}, with "encoding":"base64" when
 * the value isn't UTF-8. With its newline. */
KC_MUST_USE enum kc_error message_write_result(const char *target, const void *value, size_t length,
                                               struct secret **ret_line);
/* Leaves it zeroed. */
void response_clear(struct response *response);
void response_free(struct response *response);
void result_clear(struct result *result);

KC_AUTO_DEFINE(request)
KC_AUTO_DEFINE(response)

#endif
