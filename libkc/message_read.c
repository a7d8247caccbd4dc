/* SPDX-License-Identifier: MIT */
/*
 * From jansson's tree into our own types, one kind of member a function. JSON null is a wrong
 * type everywhere. What depends on the kind of message is decided by its own file.
 */
#include "libkc/base64.h"
#include "libkc/message_internal.h"
#include "libkc/parse.h"
#include "libkc/secret.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kc_error message_read_text(const json_t *object, const char *field, char *why,
                                const char **ret_text) {
    const json_t *json = json_object_get(object, field);
    if (json == NULL) {
        *ret_text = NULL;
        return KC_OK;
    }
    if (!json_is_string(json)) {
        return message_refuse(why, "\"%s\" must be a string", field);
    }
    if (strlen(json_string_value(json)) != json_string_length(json)) {
        return message_refuse(why, "\"%s\" holds a NUL", field);
    }
    *ret_text = json_string_value(json);
    return KC_OK;
}

enum kc_error message_read_name(const json_t *json, const char *field, size_t max, char *why,
                                char **ret_name) {
    if (!json_is_string(json)) {
        return message_refuse(why, "%s must be a string", field);
    }
    size_t length = json_string_length(json);
    enum kc_error error = length == 0 ? KC_OK : parse_name(json_string_value(json), length, max);
    if (error == KC_TOO_BIG) {
        return message_refuse(why, "%s has %zu bytes; the limit is %zu", field, length, max);
    }
    if (error != KC_OK) {
        return message_refuse(why, "%s holds a control character", field);
    }
    char *name = strdup(json_string_value(json));
    if (name == NULL) {
        return KC_NO_MEMORY;
    }
    *ret_name = name;
    return KC_OK;
}

static enum kc_error decode_value(const json_t *json, const char *field, char *why,
                                  struct secret **ret_value) {
    KC_AUTO(secret) value = NULL;
    size_t length = json_string_length(json);
    enum kc_error error = secret_new(length / 4 * 3 + 1, &value);
    if (error != KC_OK) {
        return error;
    }
    size_t decoded = 0;
    error = base64_decode(json_string_value(json), length, secret_bytes(value), &decoded);
    if (error != KC_OK) {
        return message_refuse(why, "%s isn't base64", field);
    }
    secret_set_length(value, decoded);
    *ret_value = value;
    value = NULL;
    return KC_OK;
}

enum kc_error message_read_value(const json_t *json, const char *field, bool base64, char *why,
                                 struct secret **ret_value) {
    if (!json_is_string(json)) {
        return message_refuse(why, "%s must be a string", field);
    }
    KC_AUTO(secret) value = NULL;
    enum kc_error error =
        base64 ? decode_value(json, field, why, &value)
               : secret_new_copy(json_string_value(json), json_string_length(json), &value);
    if (error != KC_OK) {
        return error;
    }
    if (secret_length(value) > KC_VALUE_MAX) {
        return message_refuse(why, "%s has %zu bytes; the limit is %d", field, secret_length(value),
                              KC_VALUE_MAX);
    }
    *ret_value = value;
    value = NULL;
    return KC_OK;
}

enum kc_error message_read_array(const json_t *object, const char *field, char *why,
                                 const json_t **ret_array) {
    const json_t *json = json_object_get(object, field);
    if (json != NULL && !json_is_array(json)) {
        return message_refuse(why, "\"%s\" must be an array", field);
    }
    *ret_array = json;
    return KC_OK;
}

static enum kc_error read_attribute(const char *name, const json_t *json, char *why,
                                    struct attributes *attributes) {
    const char *value = json_string_value(json);
    size_t name_length = strlen(name);
    if (value == NULL) {
        return message_refuse(why, "\"attributes\" must be an object of strings");
    }
    if (strlen(value) != json_string_length(json)) {
        return message_refuse(why, "an attribute holds a NUL");
    }
    if (name_length > KC_ATTRIBUTE_NAME_MAX) {
        return message_refuse(why, "an attribute's name has %zu bytes; the limit is %d",
                              name_length, KC_ATTRIBUTE_NAME_MAX);
    }
    if (strlen(value) > KC_ATTRIBUTE_VALUE_MAX) {
        return message_refuse(why, "an attribute has %zu bytes; the limit is %d", strlen(value),
                              KC_ATTRIBUTE_VALUE_MAX);
    }
    enum kc_error error = attributes_add(attributes, name, value);
    if (error == KC_INVALID) {
        return message_refuse(why, "an attribute's name is empty or holds a control character");
    }
    return error;
}

enum kc_error message_read_attributes(const json_t *object, char *why,
                                      struct attributes *ret_attributes) {
    json_t *json = json_object_get(object, "attributes");
    if (json == NULL) {
        return KC_OK;
    }
    if (!json_is_object(json)) {
        return message_refuse(why, "\"attributes\" must be an object of strings");
    }
    if (json_object_size(json) > KC_ATTRIBUTES_MAX) {
        return message_refuse(why, "\"attributes\" has %zu entries; the limit is %d",
                              json_object_size(json), KC_ATTRIBUTES_MAX);
    }
    struct attributes attributes = {0};
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(json, name, value) {
        enum kc_error error = read_attribute(name, value, why, &attributes);
        if (error != KC_OK) {
            attributes_clear(&attributes);
            return error;
        }
    }
    *ret_attributes = attributes;
    return KC_OK;
}

enum kc_error message_read_id(const json_t *object, char *why, char **ret_id) {
    const json_t *json = json_object_get(object, "id");
    if (json == NULL) {
        return KC_OK;
    }
    if (!json_is_string(json) && !json_is_integer(json)) {
        return message_refuse(why, "\"id\" must be a string or an integer");
    }
    const char *text = "";
    if (json_is_string(json)) {
        enum kc_error error = message_read_text(object, "id", why, &text);
        if (error != KC_OK) {
            return error;
        }
        assert(text != NULL);
        if (strlen(text) > KC_ID_MAX) {
            return message_refuse(why, "\"id\" has %zu bytes; the limit is %d", strlen(text),
                                  KC_ID_MAX);
        }
    }
    /* At worst every byte is written as \u00XX, between quotes. */
    char written[6 * KC_ID_MAX + 2 + 1];
    size_t length = json_dumpb(json, written, sizeof written - 1, JSON_ENCODE_ANY | JSON_COMPACT);
    if (length == 0 || length >= sizeof written) {
        return KC_NO_MEMORY;
    }
    written[length] = '\0';
    char *id = strdup(written);
    if (id == NULL) {
        return KC_NO_MEMORY;
    }
    *ret_id = id;
    return KC_OK;
}

enum kc_error message_read_nonce(const json_t *object, char *why,
                                 char ret_nonce[KC_NONCE_LENGTH + 1]) {
    const char *text = NULL;
    enum kc_error error = message_read_text(object, "nonce", why, &text);
    if (error != KC_OK || text == NULL) {
        return error;
    }
    if (strlen(text) != KC_NONCE_LENGTH || !parse_is_hex(text, KC_NONCE_LENGTH)) {
        return message_refuse(why, "\"nonce\" must be %d lower-case hex digits", KC_NONCE_LENGTH);
    }
    memcpy(ret_nonce, text, KC_NONCE_LENGTH + 1);
    return KC_OK;
}

enum kc_error message_read_encoding(const json_t *object, char *why, bool *ret_base64) {
    const char *text = NULL;
    enum kc_error error = message_read_text(object, "encoding", why, &text);
    if (error != KC_OK || text == NULL) {
        return error;
    }
    if (strcmp(text, "base64") != 0) {
        return message_refuse_word(why, "encoding", text);
    }
    *ret_base64 = true;
    return KC_OK;
}
