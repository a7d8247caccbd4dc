/* SPDX-License-Identifier: MIT */
/*
 * A change of the policy as the commands send it to the daemon: one JSON object, with the members
 * of struct config_change and what the record shall say of it. docs/protocol.md lists them. What
 * is asked for is checked by config_change() like anybody's; here only the form is. Pure.
 */
#ifndef CONFIG_ORDER_H
#define CONFIG_ORDER_H

#include <stddef.h>

#include "daemon/config.h"
#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct json_t; /* jansson's */
struct secret;

struct config_order {
    struct config_change change; /* its texts are the document's */
    const char *event;           /* "policy", "approve", "store" */
    const char *action;          /* "register", "allow" … */
    const char *message;         /* in words; NULL nothing */
    struct json_t *document;
    const char **texts; /* the lists of grants */
    struct config_library *libraries;
};

/* KC_INVALID: `why` names the member. */
KC_MUST_USE enum kc_error config_order_parse(const char *text, size_t length,
                                             struct config_order **ret_order,
                                             char why[KC_MESSAGE_MAX]);
void config_order_free(struct config_order *order);

/* The text of an order; its document and arrays aren't looked at. KC_TOO_BIG: it is longer than a
 * value may be. KC_INVALID: a text isn't UTF-8. */
KC_MUST_USE enum kc_error config_order_write(const struct config_order *order,
                                             struct secret **ret_text);

KC_AUTO_DEFINE(config_order)

#endif
