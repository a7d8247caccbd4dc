/* SPDX-License-Identifier: MIT */
/*
 * The key of an AWS profile, as it is kept and as the AWS tools read it from a credential_process:
 * a JSON object with AccessKeyId and SecretAccessKey, maybe SessionToken, Expiration (RFC 3339) and
 * AccountId, and for the tools Version 1. Between the adapter, which tells it, and the commands
 * that store it. Call message_wipe_json_memory() first.
 */
#ifndef KC_MESSAGE_AWS_H
#define KC_MESSAGE_AWS_H

#include <stddef.h>
#include <stdint.h>

#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct secret;

/*
 * The document for the tools: one line with its newline, members in a fixed order, what is absent
 * or null left out (an empty Expiration ends botocore), Expiration in UTC with "Z".
 * KC_INVALID: it isn't such an object; other members and empty texts aren't accepted.
 * KC_TIMEOUT: it has expired. `why` says what is wrong, never a value other than the time.
 */
KC_MUST_USE enum kc_error message_write_aws(const char *text, size_t length, int64_t now_us,
                                            struct secret **ret_line, char why[KC_MESSAGE_MAX]);

#endif
