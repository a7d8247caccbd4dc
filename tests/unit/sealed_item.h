/* SPDX-License-Identifier: MIT */
/* Keys and sealed items for the tests of the store. */
#ifndef TEST_SEALED_ITEM_H
#define TEST_SEALED_ITEM_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/store/items.h"

struct secret;

/* A key of 32 bytes `fill`. secret_free() it. */
struct secret *key_filled(int fill);

/* Its id, as the stores want it; static, until the next call. */
const char *key_id_of(const struct secret *key);

/* `environment` becomes an attribute of that name, unless it is NULL. */
struct item *item_sealed(const struct secret *key, const char *service, const char *target,
                         const char *environment, const char *value);

/* Whether the item unseals to `value`; a failure other than KC_DAMAGED ends the test. */
bool item_holds(const struct secret *key, const struct item *item, const char *value);

#endif
