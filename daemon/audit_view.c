/* SPDX-License-Identifier: MIT */
/* The quick look where it is enough, jansson's tree where it isn't. */
#include "daemon/audit_view.h"

#include "libkc/message_memory.h"

#include <jansson.h>

#include <string.h>

#define NUMBER_MAX (UINT64_C(1) << 53)

static enum kc_error load(struct audit_view *view) {
    json_error_t why;
    if (view->document != NULL) {
        return KC_OK;
    }
    enum kc_error error =
        message_load_json(view->line, view->length, JSON_REJECT_DUPLICATES, &view->document, &why);
    return error == KC_INVALID ? KC_DAMAGED : error;
}

/* What the scanner would have found. Numbers keep their place in the tree only. */
static void fill_from_tree(struct audit_view *view) {
    for (unsigned i = 0; i < AUDIT_FIELD_COUNT; i++) {
        const json_t *value = json_object_get(view->document, audit_field_word(i));
        struct audit_slice *slice = &view->fields[i];
        *slice = (struct audit_slice){.kind = value == NULL ? AUDIT_ABSENT : AUDIT_OTHER};
        if (json_is_string(value)) {
            slice->kind = AUDIT_TEXT;
            slice->text = json_string_value(value);
            slice->length = json_string_length(value);
        } else if (json_is_integer(value)) {
            slice->kind = AUDIT_NUMBER;
        }
    }
}

enum kc_error audit_view_open(struct audit_view *view, const char *line, size_t length) {
    view->document = NULL;
    view->line = line;
    view->length = length;
    if (audit_scan(line, length, view->fields)) {
        return KC_OK;
    }
    enum kc_error error = load(view);
    if (error == KC_OK && !json_is_object(view->document)) {
        audit_view_close(view);
        error = KC_DAMAGED;
    }
    if (error == KC_OK) {
        fill_from_tree(view);
    }
    return error;
}

void audit_view_close(struct audit_view *view) {
    json_decref(view->document);
    view->document = NULL;
}

enum kc_error audit_view_unescape(struct audit_view *view) {
    enum kc_error error = load(view);
    if (error == KC_OK) {
        fill_from_tree(view);
    }
    return error;
}

struct audit_slice audit_view_text(struct audit_view *view, enum audit_field field) {
    const struct audit_slice none = {.kind = AUDIT_TEXT, .text = ""};
    struct audit_slice *slice = &view->fields[field];
    if (slice->kind == AUDIT_TEXT && slice->is_escaped && audit_view_unescape(view) != KC_OK) {
        return none;
    }
    return slice->kind == AUDIT_TEXT ? *slice : none;
}

bool audit_view_is(struct audit_view *view, enum audit_field field, const char *text) {
    struct audit_slice slice = audit_view_text(view, field);
    return slice.length == strlen(text) && memcmp(slice.text, text, slice.length) == 0;
}

bool audit_view_copy(struct audit_view *view, enum audit_field field, char *ret_text, size_t size) {
    struct audit_slice slice = audit_view_text(view, field);
    if (slice.length == 0 || slice.length >= size) {
        return false;
    }
    memcpy(ret_text, slice.text, slice.length);
    ret_text[slice.length] = '\0';
    return true;
}

bool audit_view_number(const struct audit_view *view, enum audit_field field,
                       uint64_t *ret_number) {
    const struct audit_slice *slice = &view->fields[field];
    uint64_t number = 0;
    if (slice->kind != AUDIT_NUMBER) {
        return false;
    }
    if (view->document != NULL) {
        json_int_t value =
            json_integer_value(json_object_get(view->document, audit_field_word(field)));
        number = value < 0 ? UINT64_MAX : (uint64_t)value;
    } else {
        for (size_t i = 0; i < slice->length; i++) {
            number = number * 10 + (uint64_t)(slice->text[i] - '0');
        }
    }
    if (number > NUMBER_MAX) {
        return false;
    }
    *ret_number = number;
    return true;
}

const struct json_t *audit_view_document(struct audit_view *view) {
    return load(view) == KC_OK ? view->document : NULL;
}
