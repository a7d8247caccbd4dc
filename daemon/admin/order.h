/* SPDX-License-Identifier: MIT */
/* A change of the policy that the daemon makes, because it is sealed. Whatever isn't EXIT_DONE has
 * been said. */
#ifndef ORDER_H
#define ORDER_H

#include <stdbool.h>

#include "daemon/admin/change.h"
#include "libkc/options.h"
#include "platform/attr.h"

/* Whether a passphrase is set: then only the daemon can change the policy. */
KC_MUST_USE enum exit_code order_is_needed(bool *ret_is_needed);

/* Sends it and prints what was done. */
KC_MUST_USE enum exit_code order_send(const struct config_change *change,
                                      const struct change_name *name);

#endif
