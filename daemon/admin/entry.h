/* SPDX-License-Identifier: MIT */
/* unregister, allow and revoke are one thing: an entry is named, and something happens to it. */
#ifndef ENTRY_H
#define ENTRY_H

#include "daemon/config.h"
#include "libkc/options.h"

struct rights;

/* The first operand names the entry, by path or by hash; `rights` may be NULL. */
enum exit_code entry_change(const struct options *options, enum config_change_kind kind,
                            const char *action, const struct rights *rights);

#endif
