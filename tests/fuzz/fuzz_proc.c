/* SPDX-License-Identifier: MIT */
/*
 * The texts of /proc that a process can influence: its name stands in stat and status, the names
 * of its files in maps, those of its mounts in mountinfo. Every input goes through all five; what
 * is read must be there, and must be read again from a text that says the same.
 * links: platform
 */
#include "platform/linux/code_internal.h"
#include "platform/linux/mounts.h"
#include "platform/linux/process_internal.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void must(bool holds) {
    if (!holds) {
        abort();
    }
}

static void try_stat(const char *text) {
    char again[320];
    struct process_stat stat;
    struct process_stat same;
    if (process_parse_stat(text, &stat) != KC_OK) {
        return;
    }
    (void)snprintf(again, sizeof again,
                   "1 (%s) S %" PRIu64 " 5 %" PRIu64 " %" PRIu64
                   " 8 9 10 11 12 13 14 15 16 17 18 19 20 21 %" PRIu64 "\n",
                   stat.name, stat.parent, stat.session, stat.terminal, stat.start_time);
    must(process_parse_stat(again, &same) == KC_OK);
    must(same.parent == stat.parent && same.start_time == stat.start_time);
    must(same.session == stat.session && same.terminal == stat.terminal);
    must(strcmp(same.name, stat.name) == 0);
}

static void try_status(const char *text) {
    struct process_status status;
    if (process_parse_status(text, &status) != KC_OK) {
        return;
    }
    const char *tracer = strstr(text, "\nTracerPid:\t");
    must(status.numbers > 0);
    must(tracer != NULL && strstr(tracer + 1, "\nTracerPid:\t") == NULL);
    must(status.tracer == strtoull(tracer + strlen("\nTracerPid:\t"), NULL, 10));
}

static void try_users(const char *text) {
    char again[128];
    struct process_users users;
    struct process_users same;
    if (process_parse_users(text, &users) != KC_OK) {
        return;
    }
    (void)snprintf(again, sizeof again,
                   "\nUid:\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n", users.numbers[0],
                   users.numbers[1], users.numbers[2], users.numbers[3]);
    must(process_parse_users(again, &same) == KC_OK);
    must(memcmp(&same, &users, sizeof users) == 0);
}

/* The table is searched for its own first number, and for one that isn't there. */
static void try_mounts(const char *text) {
    struct mount mount = {0};
    const char *why = NULL;
    uint64_t number = strtoull(text, NULL, 10);
    enum kc_error error = mount_find(text, number, &mount, &why);
    must(error == KC_OK || error == KC_UNSAFE);
    if (error == KC_OK) {
        must(mount.number == number && strstr(text, " - ") != NULL);
    } else {
        must(why != NULL && mount.number == 0);
    }
    must(mount_find("", number, &mount, &why) == KC_UNSAFE);
}

static void try_name(const struct mapping *mapping) {
    char name[512];
    bool fits = code_unescape_path(mapping, name, sizeof name) == KC_OK;
    must(fits || mapping->path_length >= sizeof name);
    must(!fits || strnlen(name, sizeof name) <= mapping->path_length);
}

static void try_maps(const char *text, size_t length) {
    for (size_t at = 0; at < length;) {
        struct mapping mapping;
        size_t line = strcspn(text + at, "\n");
        if (code_parse_mapping(text + at, line, &mapping) == KC_OK) {
            must(mapping.start < mapping.end);
            must(mapping.path >= text + at);
            must(mapping.path + mapping.path_length == text + at + line);
            try_name(&mapping);
        }
        at += line + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    char *text = malloc(length + 1);
    if (text == NULL) {
        return 0;
    }
    if (length > 0) {
        memcpy(text, bytes, length);
    }
    text[length] = '\0';
    try_stat(text);
    try_status(text);
    try_users(text);
    try_mounts(text);
    try_maps(text, length);
    free(text);
    return 0;
}
