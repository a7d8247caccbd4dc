/* SPDX-License-Identifier: MIT */
/*
 * keyring.json, read and written a line at a time: no more than one item is ever held as a
 * JSON tree, which keeps 10,000 items small and the heap whole. Nothing is unsealed here;
 * whether a value is genuine is found out when it is read.
 */
#include "daemon/store/keyring_text.h"

#include "libkc/base64.h"
#include "libkc/message_memory.h"
#include "libkc/parse.h"
#include "platform/check.h"

#include <jansson.h>

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT_VERSION 1
/* Longer than any head that we write, also with blanks and an unknown version. */
#define HEAD_READ_MAX  512

struct reader {
    const char *rest; /* behind the present line */
    size_t rest_length;
    const char *line; /* the present one, without its newline */
    size_t length;
    size_t number; /* of the present line, from 1 */
    const char *key_id;
    char *why;
};

KC_PRINTF(2, 3)
static enum kc_error damaged(const struct reader *reader, const char *format, ...) {
    int used = snprintf(reader->why, KC_MESSAGE_MAX, "line %zu: ", reader->number);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reader->why + used, KC_MESSAGE_MAX - (size_t)used, format, arguments);
    va_end(arguments);
    return KC_DAMAGED;
}

static enum kc_error check_item(const struct item *item) {
    enum kc_error error = parse_name(item->service, strlen(item->service), KC_SERVICE_MAX);
    if (error != KC_OK) {
        return error;
    }
    error = parse_name(item->target, strlen(item->target), KC_TARGET_MAX);
    if (error != KC_OK) {
        return error;
    }
    if (item->sealed_length < CRYPTO_SEALED_OVERHEAD) {
        return KC_INVALID;
    }
    return item->sealed_length > KC_VALUE_MAX + CRYPTO_SEALED_OVERHEAD ? KC_TOO_BIG : KC_OK;
}

static json_t *attributes_tree(const struct attributes *attributes) {
    json_t *tree = json_object();
    for (size_t i = 0; tree != NULL && i < attributes->count; i++) {
        const struct attribute *one = &attributes->items[i];
        if (json_object_set_new(tree, one->name, json_string(one->value)) != 0) {
            json_decref(tree);
            tree = NULL;
        }
    }
    return tree;
}

/* Into a buffer that is large enough: where json_dumps(3) has to grow its own, and can't, it may
 * leave out a member's name. NULL: no memory. */
static char *dump(const json_t *tree, size_t *ret_length) {
    size_t length = json_dumpb(tree, NULL, 0, JSON_COMPACT);
    char *text = length > 0 ? malloc(length + 1) : NULL;
    if (text == NULL) {
        return NULL;
    }
    if (json_dumpb(tree, text, length, JSON_COMPACT) != length) {
        free(text);
        return NULL;
    }
    text[length] = '\0';
    *ret_length = length;
    return text;
}

enum kc_error keyring_write_item(struct item *item) {
    enum kc_error error = check_item(item);
    if (error != KC_OK) {
        return error;
    }
    char *sealed = malloc(base64_encoded_length(item->sealed_length) + 1);
    if (sealed == NULL) {
        return KC_NO_MEMORY;
    }
    base64_encode(item->sealed, item->sealed_length, sealed);
    json_t *tree =
        json_pack("{s:s, s:s, s:o, s:s}", "service", item->service, "target", item->target,
                  "attributes", attributes_tree(&item->attributes), "sealed", sealed);
    free(sealed);
    size_t length = 0;
    char *text = tree != NULL ? dump(tree, &length) : NULL;
    json_decref(tree);
    if (text == NULL) {
        return KC_NO_MEMORY;
    }
    free(item->text);
    item->text = text;
    item->text_length = length;
    return KC_OK;
}

#define HEAD_FORMAT "{\"version\":%d,\"key\":\"%s\",\"items\":[\n"
#define HEAD_SIZE   (sizeof HEAD_FORMAT + CRYPTO_KEY_ID_SIZE)
#define TAIL        "]}\n"

/* Every line ends with a newline, and with a comma before it but for the last one. */
static char *write_items(const struct items *items, char *end) {
    size_t count = items_count(items);
    for (size_t i = 0; i < count; i++) {
        const struct item *item = items_at(items, i);
        memcpy(end, item->text, item->text_length);
        end += item->text_length;
        if (i + 1 < count) {
            *end++ = ',';
        }
        *end++ = '\n';
    }
    return end;
}

enum kc_error keyring_write(const struct items *items, const char *key_id, char **ret_text,
                            size_t *ret_length) {
    size_t size = HEAD_SIZE + sizeof TAIL;
    for (size_t i = 0; i < items_count(items); i++) {
        size += items_at(items, i)->text_length + 2; /* comma and newline */
    }
    if (size > KEYRING_SIZE_MAX) {
        return KC_TOO_BIG;
    }
    char *text = malloc(size);
    if (text == NULL) {
        return KC_NO_MEMORY;
    }
    char *end = text + snprintf(text, HEAD_SIZE, HEAD_FORMAT, FORMAT_VERSION, key_id);
    end = write_items(items, end);
    memcpy(end, TAIL, sizeof TAIL);
    *ret_text = text;
    *ret_length = (size_t)(end - text) + sizeof TAIL - 1;
    return KC_OK;
}

static enum kc_error next_line(struct reader *reader) {
    reader->number++;
    const char *end = memchr(reader->rest, '\n', reader->rest_length);
    if (end == NULL) {
        return damaged(reader, "the keyring ends too early");
    }
    reader->line = reader->rest;
    reader->length = (size_t)(end - reader->rest);
    reader->rest = end + 1;
    reader->rest_length -= reader->length + 1;
    return KC_OK;
}

static enum kc_error load(const char *text, size_t length, json_t **ret_tree) {
    json_error_t why;
    return message_load_json(text, length, JSON_REJECT_DUPLICATES, ret_tree, &why);
}

/* The version is looked at before all else: what a later one means by the rest isn't known.
 * (Not with json_unpack(3): it needs memory, and without it finds members that aren't there.) */
static enum kc_error check_head(const struct reader *reader, const json_t *head) {
    const json_t *version = json_object_get(head, "version");
    if (!json_is_integer(version)) {
        return damaged(reader, "this isn't the head of a keyring");
    }
    if (json_integer_value(version) != FORMAT_VERSION) {
        return damaged(reader,
                       "the keyring has version %" JSON_INTEGER_FORMAT
                       ", and this program knows version %d only",
                       json_integer_value(version), FORMAT_VERSION);
    }
    const char *key_id = json_string_value(json_object_get(head, "key"));
    const json_t *items = json_object_get(head, "items");
    if (json_object_size(head) != 3 || key_id == NULL || !json_is_array(items) ||
        json_array_size(items) != 0 || !parse_is_hex(key_id, CRYPTO_KEY_ID_SIZE - 1)) {
        return damaged(reader, "the head is not of exactly \"version\", \"key\" and \"items\"");
    }
    if (strcmp(key_id, reader->key_id) != 0 && check_is_on("keyring_key")) {
        return damaged(reader, "the keyring was sealed with the key \"%s\", not with \"%s\"",
                       key_id, reader->key_id);
    }
    return KC_OK;
}

static enum kc_error read_head(struct reader *reader) {
    enum kc_error error = next_line(reader);
    if (error != KC_OK) {
        return error;
    }
    char closed[HEAD_READ_MAX + 2];
    if (reader->length > HEAD_READ_MAX) {
        return damaged(reader, "this isn't the head of a keyring");
    }
    assert(reader->line != NULL);
    memcpy(closed, reader->line, reader->length);
    memcpy(closed + reader->length, "]}", 2); /* the line alone is an object left open */

    json_t *head = NULL;
    error = load(closed, reader->length + 2, &head);
    if (error != KC_OK) {
        return error == KC_INVALID ? damaged(reader, "this isn't the head of a keyring") : error;
    }
    error = check_head(reader, head);
    json_decref(head);
    return error;
}

static enum kc_error read_attributes(const struct reader *reader, json_t *tree,
                                     struct attributes *attributes) {
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(tree, name, value) {
        if (!json_is_string(value)) {
            return damaged(reader, "an attribute is not a string");
        }
        enum kc_error error = attributes_add(attributes, name, json_string_value(value));
        if (error == KC_NO_MEMORY) {
            return error;
        }
        if (error != KC_OK) {
            return damaged(reader, "the attributes break the limits");
        }
    }
    return KC_OK;
}

static enum kc_error read_sealed(const struct reader *reader, const json_t *sealed,
                                 struct item *item) {
    const char *text = json_string_value(sealed);
    size_t length = json_string_length(sealed);
    if (length > base64_encoded_length(KC_VALUE_MAX + CRYPTO_SEALED_OVERHEAD)) {
        return damaged(reader, "the sealed value is too long");
    }
    item->sealed = malloc(length / 4 * 3 + 1);
    if (item->sealed == NULL) {
        return KC_NO_MEMORY;
    }
    if (base64_decode(text, length, item->sealed, &item->sealed_length) != KC_OK) {
        return damaged(reader, "the sealed value is not base64");
    }
    if (item->sealed_length < CRYPTO_SEALED_OVERHEAD) {
        return damaged(reader, "the sealed value is too short");
    }
    if (item->sealed_length > KC_VALUE_MAX + CRYPTO_SEALED_OVERHEAD) {
        return damaged(reader, "the sealed value is too long");
    }
    return KC_OK;
}

static enum kc_error keep_text(struct item *item, const char *line, size_t length) {
    item->text = malloc(length + 1);
    if (item->text == NULL) {
        return KC_NO_MEMORY;
    }
    memcpy(item->text, line, length);
    item->text[length] = '\0';
    item->text_length = length;
    return KC_OK;
}

static enum kc_error item_from_tree(const struct reader *reader, const json_t *tree,
                                    struct item **ret_item) {
    const char *service = json_string_value(json_object_get(tree, "service"));
    const char *target = json_string_value(json_object_get(tree, "target"));
    const json_t *sealed = json_object_get(tree, "sealed");
    json_t *attributes = json_object_get(tree, "attributes");
    if (json_object_size(tree) != 4 || service == NULL || target == NULL ||
        !json_is_string(sealed) || !json_is_object(attributes)) {
        return damaged(reader, "the item is not of exactly \"service\", \"target\", "
                               "\"attributes\" and \"sealed\"");
    }
    if (parse_name(service, strlen(service), KC_SERVICE_MAX) != KC_OK ||
        parse_name(target, strlen(target), KC_TARGET_MAX) != KC_OK) {
        return damaged(reader, "a name is empty, too long or has control characters");
    }
    KC_AUTO(item) item = NULL;
    enum kc_error error = item_new(service, target, &(struct attributes){0}, &item);
    if (error != KC_OK) {
        return error;
    }
    error = read_attributes(reader, attributes, &item->attributes);
    if (error != KC_OK) {
        return error;
    }
    error = read_sealed(reader, sealed, item);
    if (error != KC_OK) {
        return error;
    }
    *ret_item = item;
    item = NULL;
    return KC_OK;
}

static bool is_after_last(const struct items *items, const struct item *item) {
    return items_lower_bound(items, item->service, item->target) == items_count(items);
}

/* The item in the first `length` bytes of the present line. */
static enum kc_error read_item(const struct reader *reader, size_t length, struct items *items) {
    json_t *tree = NULL;
    KC_AUTO(item) item = NULL;
    enum kc_error error = load(reader->line, length, &tree);
    if (error != KC_OK) {
        return error == KC_INVALID ? damaged(reader, "the item is not JSON, or has a member twice")
                                   : error;
    }
    error = item_from_tree(reader, tree, &item);
    json_decref(tree);
    if (error != KC_OK) {
        return error;
    }
    if (!is_after_last(items, item)) {
        return damaged(reader, "the item is there twice, or not in its order");
    }
    error = keep_text(item, reader->line, length);
    return error != KC_OK ? error : items_put(items, &item);
}

static bool is_at_tail(const struct reader *reader) {
    return reader->length == 2 && memcmp(reader->line, "]}", 2) == 0;
}

/* From the line behind the head to the tail. A comma promises another item. */
static enum kc_error read_items(struct reader *reader, struct items *items) {
    bool has_more = !is_at_tail(reader);
    while (has_more) {
        has_more = reader->length > 0 && reader->line[reader->length - 1] == ',';
        enum kc_error error = read_item(reader, reader->length - (has_more ? 1 : 0), items);
        if (error != KC_OK) {
            return error;
        }
        error = next_line(reader);
        if (error != KC_OK) {
            return error;
        }
    }
    if (!is_at_tail(reader)) {
        return damaged(reader, "a comma is missing before this item");
    }
    return reader->rest_length == 0 ? KC_OK
                                    : damaged(reader, "something follows the end of the keyring");
}

enum kc_error keyring_parse(const char *text, size_t length, const char *key_id,
                            struct items **ret_items, char why[KC_MESSAGE_MAX]) {
    struct reader reader = {.rest = text, .rest_length = length, .key_id = key_id, .why = why};
    KC_AUTO(items) items = NULL;
    enum kc_error error = items_new(&items);
    if (error != KC_OK) {
        return error;
    }
    error = read_head(&reader);
    if (error == KC_OK) {
        error = next_line(&reader);
    }
    if (error == KC_OK) {
        error = read_items(&reader, items);
    }
    if (error != KC_OK) {
        return error;
    }
    items_settle(items);
    *ret_items = items;
    items = NULL;
    return KC_OK;
}
