/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a change of the policy. What is accepted is written again, and reads the same.
 *
 * links: daemon/config_order.c daemon/config_flags.c daemon/policy.c daemon/policy_entry.c
 * links: daemon/grant.c kc_static platform -ljansson
 */
#include "daemon/config_order.h"

#include "libkc/secret.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(int condition) {
    if (!condition) {
        abort();
    }
}

static int is_same(const char *one, const char *other) {
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

static void check_same(const struct config_change *one, const struct config_change *other) {
    require(one->kind == other->kind && memcmp(one->flags, other->flags, sizeof one->flags) == 0);
    require(one->read_count == other->read_count && one->write_count == other->write_count &&
            one->library_count == other->library_count);
    for (size_t i = 0; i < one->read_count; i++) {
        require(strcmp(one->read[i], other->read[i]) == 0);
    }
    for (size_t i = 0; i < one->write_count; i++) {
        require(strcmp(one->write[i], other->write[i]) == 0);
    }
    require(is_same(one->path, other->path) && is_same(one->hash, other->hash));
    require(is_same(one->interpreter, other->interpreter));
    require(is_same(one->store, other->store) && is_same(one->caller_rule, other->caller_rule));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    KC_AUTO(config_order) order = NULL;
    KC_AUTO(config_order) again = NULL;
    KC_AUTO(secret) text = NULL;
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = config_order_parse((const char *)bytes, length, &order, why);
    if (error != KC_OK) {
        require(order == NULL && error == KC_INVALID && why[0] != '\0');
        return 0;
    }
    if (config_order_write(order, &text) != KC_OK) {
        return 0; /* longer than one may be */
    }
    require(config_order_parse((const char *)secret_view(text), secret_length(text), &again, why) ==
            KC_OK);
    check_same(&order->change, &again->change);
    return 0;
}
