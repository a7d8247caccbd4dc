/* SPDX-License-Identifier: MIT */
/*
 * The answer to `grants`: what an entry lets its program do, told to that program. The shim needs
 * it because libsecret's programs search without saying in which service. Pure.
 */
#ifndef GRANTS_H
#define GRANTS_H

#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct policy_entry;
struct result;

/* One result for each grant: the grant as the target, and attributes `read`, `write`, `search`
 * with the value "1" where it has that right. `entry` NULL: none. The results are the caller's,
 * as far as they got, also when there is no memory. */
KC_MUST_USE enum kc_error grants_tell(const struct policy_entry *entry, struct result **ret_results,
                                      size_t *ret_count);

#endif
