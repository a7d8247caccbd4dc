/* SPDX-License-Identifier: MIT */
/* Between server_items.c, which looks, and server_change.c. */
#ifndef LIBKCSHIM_SERVER_ITEMS_H
#define LIBKCSHIM_SERVER_ITEMS_H

#include "libkcshim/server_internal.h"
#include "libkcshim/server_rights.h"

/* The daemon's items of a service whose targets begin so and that have these attributes; adds
 * to `found`. */
struct items_wish {
    const char *service;
    const char *prefix;             /* "": all of the service */
    const struct attributes *query; /* what the daemon is to filter by */
};
bool items_list(struct call *call, const struct items_wish *wish, GPtrArray *found);

#endif
