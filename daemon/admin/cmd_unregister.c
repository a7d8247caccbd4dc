/* SPDX-License-Identifier: MIT */
/* unregister: a program isn't known any more. */
#include "daemon/admin/admin.h"

#include "daemon/admin/entry.h"

#include <stddef.h>

enum exit_code cmd_unregister(const struct options *options) {
    return entry_change(options, CONFIG_UNREGISTER, "unregister", NULL);
}
