/* SPDX-License-Identifier: MIT */
/* What the policy lets this program do, as the daemon tells it; a hint for where to look, and no
 * more: the daemon decides at every request. */
#ifndef LIBKCSHIM_SERVER_RIGHTS_H
#define LIBKCSHIM_SERVER_RIGHTS_H

#include <stdbool.h>
#include <stddef.h>

#include "libkcshim/map.h"
#include "libkcshim/server_trouble.h"
#include "platform/attr.h"

struct broker;

struct rights {
    bool can_search;
    size_t scope_count;
    struct map_scope *scopes; /* what it may search */
};

/* rights_clear() it. AccessDenied: the program isn't registered, or can't be trusted. */
KC_MUST_USE bool rights_ask(struct broker *broker, struct rights *ret_rights,
                            struct trouble *trouble);
void rights_clear(struct rights *rights);

#endif
