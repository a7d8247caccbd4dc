/* SPDX-License-Identifier: MIT */
/* Between policy.c, the whole, and policy_entry.c, one entry. */
#ifndef POLICY_INTERNAL_H
#define POLICY_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/policy.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct json_t;

#define POLICY_ENTRIES_KEY "registered_binaries"

struct policy_entry {
    const char *path;
    const char *hash;
    const char *registered_at;
    const struct json_t *grants[RIGHT_WRITE + 1]; /* NULL: none */
    bool can_search;
    bool is_plain;
    bool may_make_code;
    const struct json_t *libraries; /* NULL: none */
    bool is_helper;
    bool is_launcher;
    bool is_session_root;
    bool may_run_inline;
    bool may_be_interactive;
    bool asks_for_chain;
    const char *interpreter; /* NULL: not a script's entry */
};

/* The entry that is being read, for what complaints say. */
struct place {
    const struct json_t *object;
    size_t number;
    char *why;
};

/* Writes a sentence; always KC_INVALID. */
KC_PRINTF(2, 3)
enum kc_error policy_refuse(char why[KC_MESSAGE_MAX], const char *format, ...);

/* KC_INVALID: `place->why` names the key. The entry borrows from the object. */
KC_MUST_USE enum kc_error policy_read_entry(const struct place *place,
                                            struct policy_entry *ret_entry);

#endif
