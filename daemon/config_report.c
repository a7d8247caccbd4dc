/* SPDX-License-Identifier: MIT */
/* The sentences of config_change(), and the checks that need no file. */
#include "daemon/config_report.h"

#include "daemon/config.h"
#include "daemon/config_flags.h"
#include "daemon/policy.h"
#include "daemon/shell_quote.h"
#include "libkc/error.h"
#include "libkc/parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HASH_LENGTH     64
#define HASH_PREFIX_MIN 8

/* With these, and a path, a report never reaches KC_MESSAGE_MAX. */
#define LIST_SIZE       160 /* the grants to read, or to write */
#define REST_SIZE       380

const char *config_show(const char *text, char buffer[CONFIG_SHOWN_SIZE]) {
    return parse_escape(text, strlen(text), buffer, CONFIG_SHOWN_SIZE);
}

enum kc_error config_report(char text[KC_MESSAGE_MAX], enum kc_error error, const char *format,
                            ...) {
    va_list values;
    va_start(values, format);
    (void)vsnprintf(text, KC_MESSAGE_MAX, format, values);
    va_end(values);
    return error;
}

static enum kc_error check_grants(const char *const *grants, size_t count, char *text) {
    char shown[CONFIG_SHOWN_SIZE];
    for (size_t i = 0; i < count; i++) {
        if (policy_check_grant(grants[i]) != KC_OK) {
            return config_report(text, KC_INVALID,
                                 "\"%s\" isn't a grant: write SERVICE or SERVICE/GLOB, with %%2F "
                                 "%%2C %%25 for / , %% in SERVICE",
                                 config_show(grants[i], shown));
        }
    }
    return KC_OK;
}

static enum kc_error check_path(const char *path, char *text) {
    char shown[CONFIG_SHOWN_SIZE];
    if (path[0] != '/') {
        return config_report(text, KC_INVALID, "\"%s\" isn't an absolute path",
                             config_show(path, shown));
    }
    if (!parse_is_utf8(path, strlen(path))) {
        return config_report(text, KC_INVALID, "\"%s\" isn't UTF-8 and can't be written down",
                             config_show(path, shown));
    }
    return KC_OK;
}

static enum kc_error check_hash(const char *hash, size_t shortest, char *text) {
    char shown[CONFIG_SHOWN_SIZE];
    size_t length = strlen(hash);
    if (length < shortest || length > HASH_LENGTH || !parse_is_hex(hash, length)) {
        return config_report(
            text, KC_INVALID, "\"%s\" isn't a hash: %zu%s lower-case hex digits are needed",
            config_show(hash, shown), shortest, shortest < HASH_LENGTH ? " to 64" : "");
    }
    return KC_OK;
}

/* What is taken away needs no hash. */
static enum kc_error check_libraries(const struct config_change *change, char *text) {
    for (size_t i = 0; i < change->library_count; i++) {
        const struct config_library *library = &change->libraries[i];
        enum kc_error error = check_path(library->path, text);
        if (error == KC_OK && change->kind != CONFIG_REVOKE) {
            error = check_hash(library->hash, HASH_LENGTH, text);
        }
        if (error != KC_OK) {
            return error;
        }
    }
    return KC_OK;
}

static enum kc_error check_rule(const char *rule, char *text) {
    if (rule != NULL && (strcmp(rule, "chain") == 0 || strcmp(rule, "nearest") == 0)) {
        return KC_OK;
    }
    return config_report(text, KC_INVALID, "a caller rule is \"chain\" or \"nearest\"");
}

/* What names the entry, and what its script is run by. */
static enum kc_error check_subject(const struct config_change *change, char *text) {
    bool is_whole = change->kind == CONFIG_REGISTER || change->kind == CONFIG_UPGRADE;
    if (is_whole && (change->path == NULL || change->hash == NULL)) {
        return config_report(text, KC_INVALID, "a path and a hash are needed");
    }
    if (change->path == NULL && change->hash == NULL) {
        return config_report(text, KC_INVALID, "a path or a hash is needed");
    }
    enum kc_error error = KC_OK;
    if (change->path != NULL) {
        error = check_path(change->path, text);
    }
    if (error == KC_OK && change->hash != NULL) {
        error = check_hash(change->hash, is_whole ? HASH_LENGTH : HASH_PREFIX_MIN, text);
    }
    return error == KC_OK && change->interpreter != NULL ? check_path(change->interpreter, text)
                                                         : error;
}

static enum kc_error check_entry(const struct config_change *change, char *text) {
    enum kc_error error = check_subject(change, text);
    if (error == KC_OK) {
        error = check_grants(change->read, change->read_count, text);
    }
    if (error == KC_OK) {
        error = check_grants(change->write, change->write_count, text);
    }
    return error == KC_OK ? check_libraries(change, text) : error;
}

enum kc_error config_check_change(const struct config_change *change, char text[KC_MESSAGE_MAX]) {
    switch (change->kind) {
    case CONFIG_STORE:
        return change->store != NULL ? KC_OK : config_report(text, KC_INVALID, "a store is needed");
    case CONFIG_RULE:
        return check_rule(change->caller_rule, text);
    case CONFIG_ACCEPT:
    case CONFIG_RESTORE:
    case CONFIG_UNSEAL:
        return KC_OK;
    default:
        return check_entry(change, text);
    }
}

/* The grants with commas between, as many as there is room for. */
static const char *join_grants(const struct policy_entry *entry, enum right right,
                               char buffer[LIST_SIZE]) {
    static const char more[] = ", ...";
    size_t used = 0;
    for (size_t i = 0; i < policy_entry_grant_count(entry, right); i++) {
        char shown[CONFIG_SHOWN_SIZE];
        const char *grant = config_show(policy_entry_grant(entry, right, i), shown);
        size_t room = LIST_SIZE - used;
        if (strlen(grant) + 2 * sizeof more > room) {
            (void)snprintf(buffer + used, room, "%s", used > 0 ? more : more + 2);
            return buffer;
        }
        used += (size_t)snprintf(buffer + used, room, "%s%s", i > 0 ? ", " : "", grant);
    }
    return used > 0 ? buffer : "nothing";
}

/* "; it hands rights on; 2 libraries of its own": what is said beside the rights. */
static const char *describe_rest(const struct policy_entry *entry, char buffer[REST_SIZE]) {
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < CONFIG_FLAG_COUNT; i++) {
        const struct config_flag_row *row = &config_flags[i];
        if (row->report != NULL && row->is_on(entry) != row->is_usual) {
            used += (size_t)snprintf(buffer + used, REST_SIZE - used, "; %s", row->report);
        }
    }
    const char *interpreter = policy_entry_interpreter(entry);
    if (interpreter != NULL) {
        char shown[100];
        used +=
            (size_t)snprintf(buffer + used, REST_SIZE - used, "; \"%s\" runs it",
                             parse_escape(interpreter, strlen(interpreter), shown, sizeof shown));
    }
    size_t count = policy_entry_library_count(entry);
    if (count > 0) {
        (void)snprintf(buffer + used, REST_SIZE - used, "; %zu librar%s of its own", count,
                       count == 1 ? "y" : "ies");
    }
    return buffer;
}

void config_report_rights(const struct config_change *change, const struct policy_entry *entry,
                          bool is_changed, char text[KC_MESSAGE_MAX]) {
    static const char *const done[] = {
        [CONFIG_REGISTER] = "is registered",
        [CONFIG_UPGRADE] = "is upgraded",
        [CONFIG_ALLOW] = "has more rights",
        [CONFIG_REVOKE] = "has fewer rights",
    };
    char path[CONFIG_SHOWN_SIZE];
    char reads[LIST_SIZE];
    char writes[LIST_SIZE];
    char rest[REST_SIZE];
    (void)config_report(
        text, KC_OK, "\"%s\" %s; it reads %s, writes %s and %s%s",
        config_show(policy_entry_path(entry), path),
        is_changed ? done[change->kind] : "is so already", join_grants(entry, RIGHT_READ, reads),
        join_grants(entry, RIGHT_WRITE, writes),
        policy_entry_can_search(entry) ? "searches" : "doesn't search", describe_rest(entry, rest));
}

void config_report_exists(const char *path, char text[KC_MESSAGE_MAX]) {
    char shown[CONFIG_SHOWN_SIZE];
    char quoted[CONFIG_SHOWN_SIZE];
    bool is_quoted = shell_quote(path, quoted, sizeof quoted);
    (void)config_report(text, KC_EXISTS,
                        "\"%s\" is registered with another hash; if you know why it changed: "
                        "keychain-auth upgrade %s",
                        config_show(path, shown), is_quoted ? quoted : "PATH");
}

void config_report_failure(const char *path, enum kc_error error, char text[KC_MESSAGE_MAX]) {
    char shown[CONFIG_SHOWN_SIZE];
    const char *fact = kc_error_text(error);
    if (error == KC_BUSY) {
        fact = "another program is editing it";
    } else if (error == KC_UNSAFE) {
        fact = "it and its directory must be yours, not links, and group and others must not be "
               "able to write to them";
    }
    (void)config_report(text, error, "can't change \"%s\": %s", config_show(path, shown), fact);
}
