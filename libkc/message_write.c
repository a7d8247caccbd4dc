/* SPDX-License-Identifier: MIT */
/*
 * From our own types into jansson's tree, one kind of member a function. UTF-8 is checked here
 * once, so that jansson's only way to fail is the want of memory.
 */
#include "libkc/message.h"

#include "libkc/base64.h"
#include "libkc/message_internal.h"
#include "libkc/message_memory.h"
#include "libkc/parse.h"
#include "libkc/secret.h"

#include <string.h>

enum kc_error message_put_new(json_t *object, const char *field, json_t *json) {
    return json_object_set_new_nocheck(object, field, json) == 0 ? KC_OK : KC_NO_MEMORY;
}

enum kc_error message_append_new(json_t *array, json_t *json) {
    return json_array_append_new(array, json) == 0 ? KC_OK : KC_NO_MEMORY;
}

enum kc_error message_put_text(json_t *object, const char *field, const char *text) {
    if (text == NULL || text[0] == '\0') {
        return KC_OK;
    }
    if (!parse_is_utf8(text, strlen(text))) {
        return KC_INVALID;
    }
    return message_put_new(object, field, json_string_nocheck(text));
}

enum kc_error message_put_id(json_t *object, const char *id) {
    if (id == NULL) {
        return KC_OK;
    }
    json_error_t trouble;
    json_t *json = NULL;
    enum kc_error error = message_load_json(id, strlen(id), JSON_DECODE_ANY, &json, &trouble);
    return error == KC_OK ? message_put_new(object, "id", json) : error;
}

enum kc_error message_put_attributes(json_t *object, const struct attributes *attributes) {
    if (attributes->count == 0) {
        return KC_OK;
    }
    KC_AUTO(json_t) json = json_object();
    for (size_t i = 0; i < attributes->count; i++) {
        const struct attribute *item = &attributes->items[i];
        enum kc_error error = message_put_new(json, item->name, json_string(item->value));
        if (error != KC_OK) {
            return error;
        }
    }
    return message_put_new(object, "attributes", json_incref(json));
}

enum kc_error message_put_encoding(json_t *object, bool base64) {
    return message_put_text(object, "encoding", base64 ? "base64" : NULL);
}

enum kc_error message_make_value(const void *bytes, size_t length, bool base64, json_t **ret_json) {
    KC_AUTO(secret) encoded = NULL;
    const char *text = bytes;
    if (base64) {
        size_t encoded_length = base64_encoded_length(length);
        enum kc_error error = secret_new(encoded_length + 1, &encoded);
        if (error != KC_OK) {
            return error;
        }
        base64_encode(bytes, length, (char *)secret_bytes(encoded));
        text = (const char *)secret_view(encoded);
        length = encoded_length;
    } else if (!parse_is_utf8(bytes, length)) {
        return KC_INVALID;
    }
    json_t *json = json_stringn_nocheck(text, length);
    if (json == NULL) {
        return KC_NO_MEMORY;
    }
    *ret_json = json;
    return KC_OK;
}
