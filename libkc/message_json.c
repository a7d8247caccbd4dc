/* SPDX-License-Identifier: MIT */
/*
 * JSON text to jansson's tree and back. jansson's own error text quotes the input, which may be a
 * secret; sentences are made from its codes here.
 */
#include "libkc/message.h"

#include "libkc/message_internal.h"
#include "libkc/message_memory.h"
#include "libkc/parse.h"
#include "libkc/secret.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How much of a wrong word a sentence quotes. */
#define WORD_SHOWN_SIZE 64

enum kc_error message_refuse(char *why, const char *format, ...) {
    if (why != NULL) {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(why, KC_MESSAGE_MAX, format, arguments);
        va_end(arguments);
    }
    return KC_INVALID;
}

enum kc_error message_refuse_word(char *why, const char *field, const char *word) {
    char shown[WORD_SHOWN_SIZE];
    parse_escape(word, strlen(word), shown, sizeof shown);
    return message_refuse(why, "\"%s\" can't be \"%s\"", field, shown);
}

static const char *describe(enum json_error_code code) {
    switch (code) {
    case json_error_duplicate_key:
        return "not JSON: duplicate object key";
    case json_error_invalid_utf8:
        return "not JSON: invalid UTF-8";
    case json_error_premature_end_of_input:
        return "not JSON: the line ends too early";
    case json_error_end_of_input_expected:
        return "not JSON: something follows the object";
    case json_error_stack_overflow:
        return "not JSON: nested too deeply";
    case json_error_null_byte_in_key:
        return "not JSON: NUL in an object key";
    case json_error_numeric_overflow:
        return "not JSON: a number is out of range";
    default:
        return "not JSON: syntax error";
    }
}

enum kc_error message_load(const char *text, size_t length, char *why, json_t **ret_object) {
    json_error_t trouble;
    json_t *root = NULL;
    enum kc_error error =
        message_load_json(text, length, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &root, &trouble);
    if (error == KC_INVALID) {
        return message_refuse(why, "%s", describe(json_error_code(&trouble)));
    }
    if (error != KC_OK) {
        return error;
    }
    if (!json_is_object(root)) {
        json_decref(root);
        return message_refuse(why, "the line isn't a JSON object");
    }
    *ret_object = root;
    return KC_OK;
}

struct sink {
    struct secret *line;
    size_t limit;
    enum kc_error error;
};

/* jansson (2.14) goes on when a member's name could not be written: nothing may follow. */
static int append_to_sink(const char *bytes, size_t length, void *context) {
    struct sink *sink = context;
    if (sink->error == KC_OK) {
        sink->error = secret_append(sink->line, bytes, length, sink->limit);
    }
    return sink->error == KC_OK ? 0 : -1;
}

/* Straight into a secret: jansson's own text would be an ordinary block, grown by copying. */
enum kc_error message_dump(const json_t *object, size_t limit, struct secret **ret_line) {
    struct sink sink = {.limit = limit, .error = KC_OK};
    enum kc_error error = secret_new(1, &sink.line);
    if (error != KC_OK) {
        return error;
    }
    int failed = json_dump_callback(object, append_to_sink, &sink, JSON_COMPACT);
    if (failed == 0) {
        failed = append_to_sink("\n", 1, &sink);
    }
    if (failed != 0) {
        secret_free(sink.line);
        return sink.error == KC_OK ? KC_NO_MEMORY : sink.error;
    }
    *ret_line = sink.line;
    return KC_OK;
}
