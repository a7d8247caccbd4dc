/* SPDX-License-Identifier: MIT */
/*
 * One entry of config.json in the course of an edit: its rights, its flags, and the code that it
 * may run. Part of the room config, used by config_change.c only; file, lock and the search for
 * the entry are there.
 */
#ifndef CONFIG_EDIT_H
#define CONFIG_EDIT_H

#include <stdbool.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct config_change;
struct config_sealer;
struct json_t; /* jansson's */

#define CONFIG_READ_KEY  "allowed_read_services"
#define CONFIG_WRITE_KEY "allowed_write_services"

/* One edit under way. */
struct config_edit {
    const struct config_change *change;
    char *report;
    struct json_t *document;
    struct json_t *entries; /* borrowed from the document */
    struct json_t *entry;   /* borrowed from the entries; NULL: not found yet, or gone */
    bool is_changed;
    struct config_sealer *sealer; /* NULL: the file isn't sealed */
};

/* Takes the value, which may be NULL for want of memory. */
KC_MUST_USE enum kc_error config_edit_set(struct config_edit *edit, const char *key,
                                          struct json_t *take_value);

/* The program that runs the entry's script, where the change names one. */
KC_MUST_USE enum kc_error config_edit_interpreter(struct config_edit *edit);

/* All that the change names is added. KC_DENIED: a helper would have rights, and the report says
 * what to do instead. */
KC_MUST_USE enum kc_error config_edit_add(struct config_edit *edit);

/* All that the change names is taken away; when it names nothing, every right.
 * KC_NOT_FOUND: the entry doesn't hold it, and the report says what. */
KC_MUST_USE enum kc_error config_edit_take(struct config_edit *edit);

#endif
