/* SPDX-License-Identifier: MIT */
/* Between dispatch.c and its handlers (operations.c). */
#ifndef DISPATCH_INTERNAL_H
#define DISPATCH_INTERNAL_H

#include <stdbool.h>

#include "daemon/dispatch.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

/* One allowed request at the store. `why` is a sentence when the answer isn't KC_OK, or "". */
struct operation {
    struct store_backend *backend;
    const struct secret *key;
    struct exchange *exchange;
    size_t released; /* bytes of names, values and attributes in the results so far */
    char why[KC_MESSAGE_MAX];
};

typedef enum kc_error operation_handler(struct operation *operation);

KC_MUST_USE enum kc_error operation_read(struct operation *operation);
KC_MUST_USE enum kc_error operation_write(struct operation *operation);
KC_MUST_USE enum kc_error operation_delete(struct operation *operation);
KC_MUST_USE enum kc_error operation_search(struct operation *operation);
KC_MUST_USE enum kc_error operation_grants(struct operation *operation);
KC_MUST_USE enum kc_error operation_status(struct operation *operation);
KC_MUST_USE enum kc_error operation_stop(struct operation *operation);

/* Drops the results, wiping the values. */
void exchange_drop_results(struct exchange *exchange);

#endif
