/* SPDX-License-Identifier: MIT */
/*
 * Follows the file behind the policy: one stat at each look, a full read when it changed. Fails
 * closed: a file that can't be used leaves no policy at all, rather than the one before. Edits
 * are config_change's.
 */
#include "daemon/config.h"

#include "daemon/policy.h"
#include "libkc/error.h"
#include "libkc/parse.h"
#include "platform/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct config {
    char *path;
    bool is_read; /* `stamp` is that of the file which gave the policy or the trouble */
    struct file_stamp stamp;
    struct policy *policy;
    char trouble[KC_MESSAGE_MAX];
    uint64_t changes;
};

enum kc_error config_new(const char *path, struct config **ret_config) {
    KC_AUTO(config) config = calloc(1, sizeof *config);
    if (config == NULL) {
        return KC_NO_MEMORY;
    }
    size_t size = strlen(path) + 1;
    config->path = malloc(size);
    if (config->path == NULL) {
        return KC_NO_MEMORY;
    }
    memcpy(config->path, path, size);
    *ret_config = config;
    config = NULL;
    return KC_OK;
}

void config_free(struct config *config) {
    if (config == NULL) {
        return;
    }
    policy_free(config->policy);
    free(config->path);
    free(config);
}

static const char *describe(enum kc_error error, const char *why) {
    switch (error) {
    case KC_INVALID:
        return why;
    case KC_UNSAFE:
        return "it must be a regular file, not a link, that belongs to you and that neither "
               "group nor others may write to";
    case KC_TOO_BIG:
        return "it is longer than 16 MiB";
    default:
        return kc_error_text(error);
    }
}

static void write_trouble(struct config *config, enum kc_error error, const char *why) {
    char path[KC_MESSAGE_MAX / 4];
    char fact[KC_MESSAGE_MAX / 2];
    const char *text = describe(error, why);
    (void)snprintf(config->trouble, sizeof config->trouble,
                   "\"%s\" can't be used: %s; everything is denied until it is mended",
                   parse_escape(config->path, strlen(config->path), path, sizeof path),
                   parse_escape_sentence(text, strlen(text), fact, sizeof fact));
}

/* The stamp is that of exactly the bytes that became the policy, so a change between the stat
 * before and the read is either in them or seen by the next look. */
static enum kc_error read_policy(const struct config *config, struct file_stamp *stamp,
                                 struct policy **ret_policy, char why[KC_MESSAGE_MAX]) {
    struct file_bytes bytes = {0};
    enum kc_error error = file_read(config->path, FILE_TRUSTED, POLICY_SIZE_MAX, &bytes);
    if (error == KC_NOT_FOUND) {
        *stamp = (struct file_stamp){0};
        return policy_parse("", 0, ret_policy, why);
    }
    if (error == KC_OK) {
        *stamp = bytes.stamp;
        error = policy_parse(bytes.bytes, bytes.length, ret_policy, why);
    }
    file_bytes_clear(&bytes);
    return error;
}

/* Whether the next look would see the same: true for what is wrong with the file, false for a
 * moment's failure of ours, which has to be tried again. */
static bool is_lasting(enum kc_error error) {
    return error == KC_OK || error == KC_INVALID || error == KC_UNSAFE || error == KC_TOO_BIG;
}

bool config_refresh(struct config *config) {
    struct file_stamp stamp = {0};
    enum kc_error error = file_stamp(config->path, &stamp);
    if (error == KC_OK && config->is_read && file_stamp_equal(&stamp, &config->stamp)) {
        return false;
    }

    char why[KC_MESSAGE_MAX] = "";
    char before[KC_MESSAGE_MAX];
    memcpy(before, config->trouble, sizeof before);
    bool had_policy = config->policy != NULL;
    policy_free(config->policy);
    config->policy = NULL;
    config->trouble[0] = '\0';

    if (error == KC_OK) {
        error = read_policy(config, &stamp, &config->policy, why);
    }
    if (error != KC_OK) {
        write_trouble(config, error, why);
    }
    config->is_read = is_lasting(error);
    config->stamp = stamp;
    bool is_another = had_policy || config->policy != NULL || strcmp(before, config->trouble) != 0;
    config->changes += is_another ? 1 : 0;
    return is_another;
}

uint64_t config_changes(const struct config *config) {
    return config->changes;
}

const struct policy *config_policy(const struct config *config) {
    return config->policy;
}

const char *config_trouble(const struct config *config) {
    return config->trouble;
}
