/* SPDX-License-Identifier: MIT */
/* A plan becomes entries: looked at first, then written, the rights last. */
#ifndef STEPS_H
#define STEPS_H

#include "daemon/admin/plan.h"
#include "libkc/options.h"
#include "platform/attr.h"

struct change_name;
struct places;
struct rights;

/* Every file of the plan is still the one that was seen, and may be registered. Warns of the
 * caller's. EXIT_NO, and it was said. */
KC_MUST_USE enum exit_code steps_check(const struct plan *plan);

/* Registers one after the other, each with its record and its report. `rights` are the caller's;
 * NULL: none. Of `whose` the event and the options count; a proof is asked for once. When one fails
 * those before it stay, none of which is the caller's, and that is said. */
KC_MUST_USE enum exit_code steps_make(const struct places *places, const struct plan *plan,
                                      const struct rights *rights, const struct change_name *whose);

#endif
