/* SPDX-License-Identifier: MIT */
/*
 * Edits config.json for the commands: under the lock, in place in the parsed document (so keys
 * that we don't know stay, in their order), checked with the daemon's own parser, and replaced
 * atomically. A file that can't be parsed is never touched.
 */
#include "daemon/config.h"

#include "daemon/config_edit.h"
#include "daemon/config_report.h"
#include "daemon/config_seal.h"
#include "daemon/edit_lock.h"
#include "daemon/policy.h"
#include "libkc/message_memory.h"
#include "libkc/parse.h"
#include "platform/file.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

#define ENTRIES_KEY "registered_binaries"
#define STORE_KEY   "store"
#define RULE_KEY    "caller_rule"
#define RULE_USUAL  "chain"

static const char *text_of(const json_t *entry, const char *key) {
    return json_string_value(json_object_get(entry, key));
}

/* The document, in and out. */

static enum kc_error parse_document(const char *path, const struct file_bytes *bytes, char *text,
                                    json_t **ret_document) {
    char why[KC_MESSAGE_MAX] = "";
    char shown[CONFIG_SHOWN_SIZE];
    KC_AUTO(policy) policy = NULL;
    enum kc_error error = policy_parse(bytes->bytes, bytes->length, &policy, why);
    if (error == KC_INVALID) {
        return config_report(text, KC_DAMAGED,
                             "\"%s\" can't be parsed and is left as it is: %.600s",
                             config_show(path, shown), why);
    }
    if (error != KC_OK) {
        return error;
    }
    if (bytes->length > 0) {
        json_error_t unused; /* whatever it could be was found by policy_parse() */
        return message_load_json(bytes->bytes, bytes->length, JSON_REJECT_DUPLICATES, ret_document,
                                 &unused);
    }
    json_t *document = json_pack("{s:s}", "protocol_version", "1");
    if (document == NULL) {
        return KC_NO_MEMORY;
    }
    *ret_document = document;
    return KC_OK;
}

/* What somebody else wrote would get our seal with the next change. */
static enum kc_error check_base(const char *path, const struct file_bytes *bytes,
                                const struct config_sealer *sealer, char *text) {
    char shown[CONFIG_SHOWN_SIZE];
    uint64_t counter = 0;
    enum kc_error error =
        bytes->length > 0 ? config_seal_check(bytes->bytes, bytes->length, sealer->key, &counter)
                          : KC_NOT_FOUND;
    if (error == KC_OK && counter >= sealer->oldest) {
        return KC_OK;
    }
    if (error != KC_OK && error != KC_NOT_FOUND && error != KC_DAMAGED) {
        return error;
    }
    return config_report(text, KC_CHANGED,
                         "\"%s\" was changed by another program, so nothing is added to it; look "
                         "at it, then say keychain-auth policy restore, or keychain-auth policy "
                         "accept",
                         config_show(path, shown));
}

static enum kc_error read_document(const char *path, const struct config_sealer *sealer, char *text,
                                   json_t **ret_document) {
    struct file_bytes bytes = {0};
    enum kc_error error = file_read(path, FILE_TRUSTED, POLICY_SIZE_MAX, &bytes);
    if (error == KC_NOT_FOUND) {
        error = KC_OK;
    }
    if (error == KC_OK && sealer != NULL) {
        error = check_base(path, &bytes, sealer, text);
    }
    if (error == KC_OK) {
        error = parse_document(path, &bytes, text, ret_document);
    }
    file_bytes_clear(&bytes);
    return error;
}

/* Owned by the caller: free(). Ends with a newline, as a text file does. */
static enum kc_error dump(const json_t *document, char **ret_text, size_t *ret_length) {
    size_t size = json_dumpb(document, NULL, 0, JSON_INDENT(2));
    if (size == 0) {
        return KC_NO_MEMORY;
    }
    char *text = malloc(size + 1);
    if (text == NULL) {
        return KC_NO_MEMORY;
    }
    if (json_dumpb(document, text, size, JSON_INDENT(2)) != size) {
        free(text);
        return KC_NO_MEMORY;
    }
    text[size] = '\n';
    *ret_text = text;
    *ret_length = size + 1;
    return KC_OK;
}

/* Nothing is written that the daemon would refuse, or that says what the file said before. */
static enum kc_error write_checked(const char *path, const struct config_edit *edit,
                                   const char *bytes, size_t length) {
    KC_AUTO(policy) policy = NULL;
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = policy_parse(bytes, length, &policy, why);
    if (error == KC_INVALID) {
        return config_report(edit->report, KC_INTERNAL, "the edit would spoil the file: %.600s",
                             why);
    }
    if (error == KC_OK && length > POLICY_SIZE_MAX) {
        return config_report(edit->report, KC_TOO_BIG, "the file would be longer than 16 MiB");
    }
    if (error == KC_OK && edit->is_changed) {
        error = file_replace(path, bytes, length);
    }
    if (error == KC_OK && edit->is_changed && edit->sealer != NULL) {
        edit->sealer->is_used = true;
        error = file_replace(edit->sealer->copy_path, bytes, length);
    }
    if (error == KC_OK && edit->entry != NULL) {
        config_report_rights(
            edit->change,
            policy_find(policy, text_of(edit->entry, "path"), text_of(edit->entry, "hash")),
            edit->is_changed, edit->report);
    }
    return error;
}

static enum kc_error write_document(const char *path, const struct config_edit *edit) {
    char *bytes = NULL;
    size_t length = 0;
    enum kc_error error = KC_OK;
    if (edit->sealer != NULL && edit->is_changed) {
        error = config_seal_put(edit->document, edit->sealer->key, edit->sealer->counter);
    }
    if (error == KC_OK) {
        error = dump(edit->document, &bytes, &length);
    }
    if (error == KC_OK) {
        error = write_checked(path, edit, bytes, length);
    }
    free(bytes);
    return error;
}

/* Finding the entry. */

static bool fits(const json_t *entry, const struct config_change *change) {
    /* Register and upgrade go by path: their hash is what the entry will have. */
    bool by_hash = change->kind != CONFIG_REGISTER && change->kind != CONFIG_UPGRADE;
    return (change->path == NULL || strcmp(text_of(entry, "path"), change->path) == 0) &&
           (!by_hash || change->hash == NULL ||
            strncmp(text_of(entry, "hash"), change->hash, strlen(change->hash)) == 0);
}

static enum kc_error find_entry(struct config_edit *edit, size_t *ret_index) {
    const struct config_change *change = edit->change;
    char shown[CONFIG_SHOWN_SIZE];
    const char *subject = config_show(change->path != NULL ? change->path : change->hash, shown);
    size_t found = 0;
    for (size_t i = 0; i < json_array_size(edit->entries); i++) {
        if (fits(json_array_get(edit->entries, i), change)) {
            *ret_index = i;
            found++;
        }
    }
    if (found == 0) {
        return config_report(edit->report, KC_NOT_FOUND, "\"%s\" isn't registered", subject);
    }
    if (found > 1) {
        /* More digits don't tell copies of one file from each other. */
        return config_report(edit->report, KC_INVALID, "\"%s\" fits %zu entries; name the %s",
                             subject, found, change->path == NULL ? "path" : "hash");
    }
    edit->entry = json_array_get(edit->entries, *ret_index);
    return KC_OK;
}

/* The kinds of change. */

static enum kc_error register_entry(struct config_edit *edit) {
    const struct config_change *change = edit->change;
    size_t index = 0;
    enum kc_error error = find_entry(edit, &index);
    if (error == KC_OK && strcmp(text_of(edit->entry, "hash"), change->hash) != 0) {
        config_report_exists(change->path, edit->report);
        return KC_EXISTS;
    }
    if (error != KC_NOT_FOUND) {
        return error == KC_OK ? config_edit_add(edit) : error;
    }

    char time[PARSE_TIME_SIZE];
    parse_write_time(change->now_us, true, time);
    json_t *entry =
        json_pack("{s:s, s:s, s:s, s:[], s:[], s:b}", "path", change->path, "hash", change->hash,
                  "registered_at", time, CONFIG_READ_KEY, CONFIG_WRITE_KEY, "can_search", 0);
    if (json_array_append_new(edit->entries, entry) != 0) {
        return KC_NO_MEMORY;
    }
    edit->entry = entry;
    edit->is_changed = true;
    return config_edit_add(edit);
}

static enum kc_error upgrade_entry(struct config_edit *edit) {
    size_t index = 0;
    enum kc_error error = find_entry(edit, &index);
    if (error == KC_OK) {
        error = config_edit_interpreter(edit);
    }
    if (error != KC_OK || strcmp(text_of(edit->entry, "hash"), edit->change->hash) == 0) {
        return error;
    }
    char time[PARSE_TIME_SIZE];
    parse_write_time(edit->change->now_us, true, time);
    error = config_edit_set(edit, "hash", json_string(edit->change->hash));
    return error == KC_OK ? config_edit_set(edit, "registered_at", json_string(time)) : error;
}

static enum kc_error unregister_entry(struct config_edit *edit) {
    size_t index = 0;
    enum kc_error error = find_entry(edit, &index);
    if (error != KC_OK) {
        return error;
    }
    char shown[CONFIG_SHOWN_SIZE];
    (void)config_report(edit->report, KC_OK, "\"%s\" isn't registered any more",
                        config_show(text_of(edit->entry, "path"), shown));
    edit->entry = NULL;
    edit->is_changed = true;
    return json_array_remove(edit->entries, index) == 0 ? KC_OK : KC_INTERNAL;
}

static enum kc_error choose(struct config_edit *edit, const char *key, const char *word) {
    return json_object_set_new(edit->document, key, json_string(word)) == 0 ? KC_OK : KC_NO_MEMORY;
}

static enum kc_error choose_store(struct config_edit *edit) {
    const char *store = edit->change->store;
    const char *before = text_of(edit->document, STORE_KEY);
    edit->is_changed = before == NULL || strcmp(before, store) != 0;
    (void)config_report(edit->report, KC_OK, "the store is \"%s\"%s", store,
                        edit->is_changed ? " from the next start of the daemon on"
                                         : ", as it was before");
    return edit->is_changed ? choose(edit, STORE_KEY, store) : KC_OK;
}

static enum kc_error choose_rule(struct config_edit *edit) {
    const char *rule = edit->change->caller_rule;
    const char *before = text_of(edit->document, RULE_KEY);
    edit->is_changed = strcmp(before == NULL ? RULE_USUAL : before, rule) != 0;
    (void)config_report(edit->report, KC_OK, "the caller rule is \"%s\"%s", rule,
                        edit->is_changed ? " from now on" : ", as it was before");
    return edit->is_changed ? choose(edit, RULE_KEY, rule) : KC_OK;
}

static enum kc_error change_seal(struct config_edit *edit) {
    static const char *const done[] = {
        [CONFIG_ACCEPT] = "the policy is sealed as it stands",
        [CONFIG_RESTORE] = "the policy is again what it was when it was sealed last",
        [CONFIG_UNSEAL] = "the policy isn't sealed any more",
    };
    if (edit->change->kind == CONFIG_UNSEAL) {
        config_seal_drop(edit->document);
    }
    edit->is_changed = true;
    return config_report(edit->report, KC_OK, "%s", done[edit->change->kind]);
}

static enum kc_error apply(struct config_edit *edit) {
    switch (edit->change->kind) {
    case CONFIG_REGISTER:
        return register_entry(edit);
    case CONFIG_UPGRADE:
        return upgrade_entry(edit);
    case CONFIG_UNREGISTER:
        return unregister_entry(edit);
    case CONFIG_STORE:
        return choose_store(edit);
    case CONFIG_RULE:
        return choose_rule(edit);
    case CONFIG_ACCEPT:
    case CONFIG_RESTORE:
    case CONFIG_UNSEAL:
        return change_seal(edit);
    case CONFIG_ALLOW:
    case CONFIG_REVOKE:
        break;
    }
    size_t index = 0;
    enum kc_error error = find_entry(edit, &index);
    if (error != KC_OK) {
        return error;
    }
    return edit->change->kind == CONFIG_ALLOW ? config_edit_add(edit) : config_edit_take(edit);
}

static enum kc_error change_document(const char *path, struct config_edit *edit) {
    edit->entries = json_object_get(edit->document, ENTRIES_KEY);
    if (edit->entries == NULL) {
        edit->entries = json_array();
        if (json_object_set_new(edit->document, ENTRIES_KEY, edit->entries) != 0) {
            return KC_NO_MEMORY;
        }
    }
    enum kc_error error = apply(edit);
    return error == KC_OK ? write_document(path, edit) : error;
}

static enum kc_error change_file(const char *path, const struct config_change *change,
                                 struct config_sealer *sealer, char report[KC_MESSAGE_MAX]) {
    KC_AUTO(file_lock) lock = NULL;
    json_auto_t *document = NULL;
    bool takes_any = change->kind == CONFIG_ACCEPT || change->kind == CONFIG_UNSEAL;
    bool takes_copy = change->kind == CONFIG_RESTORE && sealer != NULL;
    enum kc_error error = edit_lock_take(path, EDIT_LOCK_WAIT_MS, &lock);
    if (error == KC_OK) {
        error = read_document(takes_copy ? sealer->copy_path : path, takes_any ? NULL : sealer,
                              report, &document);
    }
    if (error == KC_OK) {
        struct config_edit edit = {
            .change = change,
            .report = report,
            .document = document,
            .sealer = change->kind == CONFIG_UNSEAL ? NULL : sealer,
        };
        error = change_document(path, &edit);
    }
    return error;
}

enum kc_error config_change(const char *path, const struct config_change *change,
                            char report[KC_MESSAGE_MAX]) {
    return config_change_sealed(path, change, NULL, report);
}

enum kc_error config_change_sealed(const char *path, const struct config_change *change,
                                   struct config_sealer *sealer, char report[KC_MESSAGE_MAX]) {
    report[0] = '\0';
    enum kc_error error = config_check_change(change, report);
    if (error == KC_OK) {
        error = change_file(path, change, sealer, report);
    }
    if (error != KC_OK && report[0] == '\0') {
        config_report_failure(path, error, report);
    }
    return error;
}
