/* SPDX-License-Identifier: MIT */
/* Between the public query and answer and the codec's own: inside the client library only. */
#ifndef KC_CLIENT_QUERY_H
#define KC_CLIENT_QUERY_H

#include "platform/attr.h"
#include "platform/kc_error.h"

struct kc_answer;
struct kc_query;
struct request;
struct response;
struct secret;

/* A copy of the query. Reads, and writes of values that aren't UTF-8, ask for base64.
 * KC_INVALID. */
KC_MUST_USE enum kc_error client_query_read(const struct kc_query *query,
                                            struct request **ret_request);
/* The request's line, after the check that the daemon will do. KC_INVALID; KC_TOO_BIG: over
 * KC_LINE_MAX. */
KC_MUST_USE enum kc_error client_query_write(const struct request *request,
                                             struct secret **ret_line);
KC_MUST_USE enum kc_error client_answer_new(struct response **take_response,
                                            struct kc_answer **ret_answer);

#endif
