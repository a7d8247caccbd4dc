/* SPDX-License-Identifier: MIT */
/* The policy as it stands, for the commands that only look. */
#ifndef POLICY_FILE_H
#define POLICY_FILE_H

#include "daemon/config.h"
#include "libkc/options.h"
#include "platform/attr.h"

/* EXIT_FAULT, and it was said: the file can't be used. Otherwise config_policy() isn't NULL. */
KC_MUST_USE enum exit_code policy_file_open(struct config **ret_config);

#endif
