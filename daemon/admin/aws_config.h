/* SPDX-License-Identifier: MIT */
/*
 * ~/.aws/config, as far as it must be known to put one setting into it: sections, settings, nothing
 * else. What is there stays byte for byte. Pure.
 */
#ifndef AWS_CONFIG_H
#define AWS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

/* Text to be put in at an offset. */
struct aws_config_change {
    size_t offset;
    size_t line; /* behind which line, from 1; 0: at the front */
    char *text;  /* free() it */
};

/* Letters, digits and ._@+=,:/- only, no "-" in front: what every tool, with and without a shell,
 * reads as one word. */
bool aws_config_is_plain(const char *word);

/*
 * How `profile` (plain) gets "credential_process = COMMAND": in its section, or in a new one at the
 * end. KC_EXISTS: it says so already. KC_INVALID: it has another credential_process; `why` names
 * the line.
 */
KC_MUST_USE enum kc_error aws_config_plan(const char *bytes, size_t length, const char *profile,
                                          const char *command, struct aws_config_change *ret_change,
                                          char why[KC_MESSAGE_MAX]);

#endif
