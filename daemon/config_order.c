/* SPDX-License-Identifier: MIT */
/* A kind or a text is a row here, a flag one in config_flags.c. */
#include "daemon/config_order.h"

#include "daemon/config_flags.h"
#include "libkc/message_memory.h"
#include "libkc/parse.h"
#include "libkc/secret.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {
    [CONFIG_REGISTER] = "register",     [CONFIG_UPGRADE] = "upgrade",
    [CONFIG_UNREGISTER] = "unregister", [CONFIG_ALLOW] = "allow",
    [CONFIG_REVOKE] = "revoke",         [CONFIG_STORE] = "store",
    [CONFIG_RULE] = "caller-rule",      [CONFIG_ACCEPT] = "accept",
    [CONFIG_RESTORE] = "restore",
    /* That it isn't sealed any more goes with the last passphrase, and with nothing else. */
};
#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

static const struct {
    const char *name;
    size_t offset;
} texts[] = {
    {"path", offsetof(struct config_change, path)},
    {"hash", offsetof(struct config_change, hash)},
    {"interpreter", offsetof(struct config_change, interpreter)},
    {"store", offsetof(struct config_change, store)},
    {"caller_rule", offsetof(struct config_change, caller_rule)},
};
#define TEXT_COUNT (sizeof texts / sizeof texts[0])

static const char **text_at(struct config_change *change, size_t index) {
    return (const char **)((char *)change + texts[index].offset);
}

/* Reading */

static enum kc_error refuse(char why[KC_MESSAGE_MAX], const char *member, const char *rule) {
    (void)snprintf(why, KC_MESSAGE_MAX, "\"%s\" %s", member, rule);
    return KC_INVALID;
}

static enum kc_error read_text(const json_t *document, const char *name, const char **ret_text,
                               char why[KC_MESSAGE_MAX]) {
    const json_t *value = json_object_get(document, name);
    if (value != NULL && !json_is_string(value)) {
        return refuse(why, name, "must be text");
    }
    *ret_text = json_string_value(value);
    return KC_OK;
}

static enum kc_error read_kind(struct config_order *order, char why[KC_MESSAGE_MAX]) {
    const char *word = NULL;
    enum kc_error error = read_text(order->document, "change", &word, why);
    for (size_t i = 0; error == KC_OK && word != NULL && i < KIND_COUNT; i++) {
        if (strcmp(word, kinds[i]) == 0) {
            order->change.kind = (enum config_change_kind)i;
            return KC_OK;
        }
    }
    return error != KC_OK ? error : refuse(why, "change", "must be a kind of change");
}

static enum kc_error read_flags(struct config_order *order, char why[KC_MESSAGE_MAX]) {
    for (size_t i = 0; i < CONFIG_FLAG_COUNT; i++) {
        const json_t *value = json_object_get(order->document, config_flags[i].option);
        if (value != NULL && !json_is_boolean(value)) {
            return refuse(why, config_flags[i].option, "must be true or false");
        }
        order->change.flags[i] = value == NULL         ? CONFIG_LEAVE
                                 : json_is_true(value) ? CONFIG_SET
                                                       : CONFIG_CLEAR;
    }
    return KC_OK;
}

/* Both lists share one array: the read grants, then the write grants. */
static enum kc_error read_grants(struct config_order *order, char why[KC_MESSAGE_MAX]) {
    static const char *const names[] = {"read", "write"};
    const json_t *lists[2];
    size_t count = 0;
    for (size_t i = 0; i < 2; i++) {
        lists[i] = json_object_get(order->document, names[i]);
        if (lists[i] != NULL && !json_is_array(lists[i])) {
            return refuse(why, names[i], "must be a list of grants");
        }
        count += json_array_size(lists[i]);
    }
    order->texts = calloc(count + 1, sizeof *order->texts);
    if (order->texts == NULL) {
        return KC_NO_MEMORY;
    }
    size_t used = 0;
    for (size_t i = 0; i < 2; i++) {
        for (size_t at = 0; at < json_array_size(lists[i]); at++) {
            order->texts[used] = json_string_value(json_array_get(lists[i], at));
            if (order->texts[used++] == NULL) {
                return refuse(why, names[i], "must be a list of grants");
            }
        }
    }
    order->change.read = order->texts;
    order->change.read_count = json_array_size(lists[0]);
    order->change.write = order->texts + order->change.read_count;
    order->change.write_count = json_array_size(lists[1]);
    return KC_OK;
}

static enum kc_error read_libraries(struct config_order *order, char why[KC_MESSAGE_MAX]) {
    const json_t *list = json_object_get(order->document, "libraries");
    if (list != NULL && !json_is_array(list)) {
        return refuse(why, "libraries", "must be a list");
    }
    size_t count = json_array_size(list);
    order->libraries = calloc(count + 1, sizeof *order->libraries);
    if (order->libraries == NULL) {
        return KC_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *library = json_array_get(list, i);
        order->libraries[i].path = json_string_value(json_object_get(library, "path"));
        order->libraries[i].hash = json_string_value(json_object_get(library, "hash"));
        bool lacks_hash = order->change.kind != CONFIG_REVOKE && order->libraries[i].hash == NULL;
        if (order->libraries[i].path == NULL || lacks_hash) {
            return refuse(why, "libraries", "must be a list of paths and hashes");
        }
    }
    order->change.libraries = order->libraries;
    order->change.library_count = count;
    return KC_OK;
}

/* What the record says: words that a command of ours would use. */
static enum kc_error read_names(struct config_order *order, char why[KC_MESSAGE_MAX]) {
    static const char *const events[] = {"policy", "approve", "store"};
    enum kc_error error = read_text(order->document, "event", &order->event, why);
    if (error == KC_OK) {
        error = read_text(order->document, "message", &order->message, why);
    }
    order->action = kinds[order->change.kind];
    for (size_t i = 0; error == KC_OK && i < sizeof events / sizeof events[0]; i++) {
        if (order->event != NULL && strcmp(order->event, events[i]) == 0) {
            return KC_OK;
        }
    }
    return error != KC_OK ? error
                          : refuse(why, "event",
                                   "must be \"policy\", \"approve\" or "
                                   "\"store\"");
}

static enum kc_error read_order(struct config_order *order, char why[KC_MESSAGE_MAX]) {
    enum kc_error error = read_kind(order, why);
    for (size_t i = 0; error == KC_OK && i < TEXT_COUNT; i++) {
        error = read_text(order->document, texts[i].name, text_at(&order->change, i), why);
    }
    if (error == KC_OK) {
        error = read_flags(order, why);
    }
    if (error == KC_OK) {
        error = read_grants(order, why);
    }
    if (error == KC_OK) {
        error = read_libraries(order, why);
    }
    if (error == KC_OK && order->change.kind == CONFIG_STORE && order->change.store == NULL) {
        return refuse(why, "store", "is missing");
    }
    if (error == KC_OK && order->change.kind == CONFIG_RULE && order->change.caller_rule == NULL) {
        return refuse(why, "caller_rule", "is missing");
    }
    return error == KC_OK ? read_names(order, why) : error;
}

enum kc_error config_order_parse(const char *text, size_t length, struct config_order **ret_order,
                                 char why[KC_MESSAGE_MAX]) {
    json_error_t trouble;
    KC_AUTO(config_order) order = calloc(1, sizeof *order);
    if (order == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error =
        message_load_json(text, length, JSON_REJECT_DUPLICATES, &order->document, &trouble);
    if (error == KC_INVALID || (error == KC_OK && !json_is_object(order->document))) {
        return refuse(why, "change", "must be a JSON object");
    }
    if (error == KC_OK) {
        error = read_order(order, why);
    }
    if (error == KC_OK) {
        *ret_order = order;
        order = NULL;
    }
    return error;
}

void config_order_free(struct config_order *order) {
    if (order == NULL) {
        return;
    }
    json_decref(order->document);
    free(order->texts);
    free(order->libraries);
    free(order);
}

/* Writing. What isn't UTF-8 makes json_string() fail like the want of memory: checked before. */

struct draft {
    json_t *document;
    enum kc_error error;
};

static json_t *make_text(struct draft *draft, const char *text) {
    if (draft->error == KC_OK && !parse_is_utf8(text, strlen(text))) {
        draft->error = KC_INVALID;
    }
    return json_string(text);
}

static void put(struct draft *draft, const char *name, json_t *take_value) {
    if (json_object_set_new(draft->document, name, take_value) != 0 && draft->error == KC_OK) {
        draft->error = KC_NO_MEMORY;
    }
}

static void put_text(struct draft *draft, const char *name, const char *text) {
    if (text != NULL) {
        put(draft, name, make_text(draft, text));
    }
}

static void put_grants(struct draft *draft, const char *name, const char *const *grants,
                       size_t count) {
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        if (json_array_append_new(list, make_text(draft, grants[i])) != 0) {
            draft->error = draft->error == KC_OK ? KC_NO_MEMORY : draft->error;
        }
    }
    put(draft, name, list);
}

static void put_libraries(struct draft *draft, const struct config_change *change) {
    json_t *list = json_array();
    for (size_t i = 0; i < change->library_count; i++) {
        struct draft library = {.document = json_object()};
        put_text(&library, "path", change->libraries[i].path);
        put_text(&library, "hash", change->libraries[i].hash);
        if (json_array_append_new(list, library.document) != 0 || library.error != KC_OK) {
            draft->error = library.error != KC_OK ? library.error : KC_NO_MEMORY;
        }
    }
    put(draft, "libraries", list);
}

static enum kc_error dump(const json_t *document, struct secret **ret_text) {
    KC_AUTO(secret) text = NULL;
    size_t size = json_dumpb(document, NULL, 0, JSON_COMPACT);
    if (size == 0) {
        return KC_NO_MEMORY;
    }
    if (size > KC_VALUE_MAX) {
        return KC_TOO_BIG;
    }
    enum kc_error error = secret_new(size, &text);
    if (error != KC_OK) {
        return error;
    }
    if (json_dumpb(document, (char *)secret_bytes(text), size, JSON_COMPACT) != size) {
        return KC_NO_MEMORY;
    }
    secret_set_length(text, size);
    *ret_text = text;
    text = NULL;
    return KC_OK;
}

enum kc_error config_order_write(const struct config_order *order, struct secret **ret_text) {
    struct config_change change = order->change;
    struct draft draft = {.document = json_object(), .error = KC_OK};
    put_text(&draft, "change", kinds[change.kind]);
    put_text(&draft, "event", order->event);
    put_text(&draft, "message", order->message);
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        put_text(&draft, texts[i].name, *text_at(&change, i));
    }
    for (size_t i = 0; i < CONFIG_FLAG_COUNT; i++) {
        if (change.flags[i] != CONFIG_LEAVE) {
            put(&draft, config_flags[i].option, json_boolean(change.flags[i] == CONFIG_SET));
        }
    }
    put_grants(&draft, "read", change.read, change.read_count);
    put_grants(&draft, "write", change.write, change.write_count);
    put_libraries(&draft, &change);
    enum kc_error error = draft.error == KC_OK ? dump(draft.document, ret_text) : draft.error;
    json_decref(draft.document);
    return error;
}
