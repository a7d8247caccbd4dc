/* SPDX-License-Identifier: MIT */
/*
 * What config_change() says: whether what is asked has the right form, and the sentences about
 * what became of it. Pure; part of the room config, used by nobody else.
 */
#ifndef CONFIG_REPORT_H
#define CONFIG_REPORT_H

#include <stdbool.h>

#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct config_change;
struct policy_entry;

/* A path, a grant or a list of grants inside a report. */
#define CONFIG_SHOWN_SIZE 300

/* `text`, escaped and cut, in `buffer`. */
const char *config_show(const char *text, char buffer[CONFIG_SHOWN_SIZE]);

/* Writes the sentence; returns `error`. */
KC_PRINTF(3, 4)
enum kc_error config_report(char text[KC_MESSAGE_MAX], enum kc_error error, const char *format,
                            ...);

/* KC_INVALID, with the sentence in `text`. */
KC_MUST_USE enum kc_error config_check_change(const struct config_change *change,
                                              char text[KC_MESSAGE_MAX]);

/* The sentence about a change that was made (or, `is_changed` false, had been made before). */
void config_report_rights(const struct config_change *change, const struct policy_entry *entry,
                          bool is_changed, char text[KC_MESSAGE_MAX]);

/* The path that was to be registered is there with another hash. */
void config_report_exists(const char *path, char text[KC_MESSAGE_MAX]);

/* Whatever went wrong with the file or its lock. */
void config_report_failure(const char *path, enum kc_error error, char text[KC_MESSAGE_MAX]);

#endif
