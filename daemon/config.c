/* SPDX-License-Identifier: MIT */
/*
 * Follows the file behind the policy: one stat at each look, a full read when it changed. Fails
 * closed: a file that can't be used leaves no policy at all, rather than the one before. Where the
 * policy is sealed it is the other way round: then the one before is known to be the user's own,
 * and the file isn't. Edits are config_change's.
 */
#include "daemon/config.h"

#include "daemon/config_seal.h"
#include "daemon/policy.h"
#include "libkc/error.h"
#include "libkc/parse.h"
#include "libkc/secret.h"
#include "platform/check.h"
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
    struct config_guard guard; /* its key is NULL: any file counts */
    char notice[KC_MESSAGE_MAX];
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
    secret_free(config->guard.key);
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

/* Under the seal */

static enum kc_error check_seal(const struct config *config, const struct file_bytes *bytes,
                                uint64_t *ret_counter, char why[KC_MESSAGE_MAX]) {
    uint64_t counter = 0;
    enum kc_error error =
        config_seal_check(bytes->bytes, bytes->length, config->guard.key, &counter);
    if (error == KC_OK && counter < config->guard.counter && check_is_on("policy_counter")) {
        (void)snprintf(why, KC_MESSAGE_MAX, "it is an older policy, number %llu of %llu",
                       (unsigned long long)counter, (unsigned long long)config->guard.counter);
        return KC_CHANGED;
    }
    if (error == KC_OK || !check_is_on("policy_seal")) {
        *ret_counter = counter;
        return KC_OK;
    }
    (void)snprintf(why, KC_MESSAGE_MAX, "%s",
                   error == KC_NOT_FOUND ? "it has no seal" : "its seal doesn't fit");
    return error == KC_NOT_FOUND || error == KC_DAMAGED ? KC_CHANGED : error;
}

static enum kc_error read_sealed(struct config *config, const char *path, struct file_stamp *stamp,
                                 struct policy **ret_policy, char why[KC_MESSAGE_MAX]) {
    struct file_bytes bytes = {0};
    uint64_t counter = 0;
    enum kc_error error = file_read(path, FILE_TRUSTED, POLICY_SIZE_MAX, &bytes);
    if (error == KC_OK) {
        *stamp = bytes.stamp;
        error = check_seal(config, &bytes, &counter, why);
    }
    if (error == KC_OK) {
        error = policy_parse(bytes.bytes, bytes.length, ret_policy, why);
    }
    file_bytes_clear(&bytes);
    if (error == KC_OK && counter > config->guard.counter) {
        config->guard.counter = counter;
    }
    return error;
}

static void write_notice(struct config *config, enum kc_error error, const char *why) {
    char path[KC_MESSAGE_MAX / 4];
    char fact[KC_MESSAGE_MAX / 4];
    const char *text = why[0] != '\0' ? why : describe(error, why);
    (void)snprintf(
        config->notice, sizeof config->notice,
        "\"%s\" was changed by another program: %s; %s; look at it, then say keychain-auth "
        "policy restore, or keychain-auth policy accept",
        parse_escape(config->path, strlen(config->path), path, sizeof path),
        parse_escape_sentence(text, strlen(text), fact, sizeof fact),
        config->policy != NULL ? "the policy before stays in force" : "everything is denied");
}

/* The file counts, or what was in force stays; at first that is the copy. */
static bool refresh_sealed(struct config *config, struct file_stamp stamp) {
    struct policy *fresh = NULL;
    char why[KC_MESSAGE_MAX] = "";
    char before[KC_MESSAGE_MAX];
    memcpy(before, config->notice, sizeof before);
    enum kc_error error = read_sealed(config, config->path, &stamp, &fresh, why);
    config->is_read = error != KC_NO_MEMORY && error != KC_IO;
    config->stamp = stamp;
    config->trouble[0] = '\0';
    config->notice[0] = '\0';
    if (error != KC_OK && config->policy == NULL && config->guard.copy_path != NULL) {
        struct file_stamp unused;
        char ignored[KC_MESSAGE_MAX];
        (void)!read_sealed(config, config->guard.copy_path, &unused, &config->policy, ignored);
    }
    if (error != KC_OK) {
        write_notice(config, error, why);
        if (config->policy == NULL) {
            memcpy(config->trouble, config->notice, sizeof config->trouble);
        }
        return strcmp(before, config->notice) != 0;
    }
    policy_free(config->policy);
    config->policy = fresh;
    return true;
}

void config_watch(struct config *config, struct config_guard *take_guard) {
    secret_free(config->guard.key);
    config->guard = *take_guard;
    take_guard->key = NULL;
    /* What was read without a seal was anybody's. */
    policy_free(config->policy);
    config->policy = NULL;
    config->is_read = false;
    config->notice[0] = '\0';
}

const char *config_notice(const struct config *config) {
    return config->notice;
}

static bool refresh_plain(struct config *config, enum kc_error error, struct file_stamp stamp) {
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
    return had_policy || config->policy != NULL || strcmp(before, config->trouble) != 0;
}

bool config_refresh(struct config *config) {
    struct file_stamp stamp = {0};
    enum kc_error error = file_stamp(config->path, &stamp);
    if (error == KC_OK && config->is_read && file_stamp_equal(&stamp, &config->stamp)) {
        return false;
    }
    bool is_another = config->guard.key != NULL ? refresh_sealed(config, stamp)
                                                : refresh_plain(config, error, stamp);
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
