/* SPDX-License-Identifier: MIT */
/*
 * Answers, as a client reads them. It believes the daemon, but not that a line is whole and
 * well-formed. Members may come in any order; those that it knows come once.
 */
#include "libkc/message.h"

#include "libkc/base64.h"
#include "libkc/parse.h"
#include "libkc/scan.h"
#include "libkc/secret.h"

#include <stdlib.h>
#include <string.h>

#define WORD_SIZE 64 /* longer than any word of the protocol */

/* A row for each member, and a bit of `seen` for each row. */
struct row {
    const char *name;
    enum kc_error (*read)(struct scan *scan, void *context);
};

static enum kc_error read_row(struct scan *scan, const char *name, const struct row *rows,
                              unsigned *seen, void *context) {
    for (size_t i = 0; rows[i].name != NULL; i++) {
        if (strcmp(rows[i].name, name) != 0) {
            continue;
        }
        if ((*seen & 1U << i) != 0) {
            return KC_INVALID;
        }
        *seen |= 1U << i;
        return rows[i].read(scan, context);
    }
    return scan_skip(scan);
}

/* One result */

struct result_reading {
    struct result *result;
    bool base64;
    unsigned seen;
};

static enum kc_error read_target(struct scan *scan, void *context) {
    struct result_reading *reading = context;
    enum kc_error error = scan_text(scan, &reading->result->target);
    if (error != KC_OK) {
        return error;
    }
    const char *target = reading->result->target;
    return parse_name(target, strlen(target), KC_TARGET_MAX) == KC_OK ? KC_OK : KC_INVALID;
}

static enum kc_error decode_value(struct secret **value) {
    KC_AUTO(secret) decoded = NULL;
    size_t length = 0;
    enum kc_error error = secret_new(secret_length(*value) / 4 * 3 + 1, &decoded);
    if (error == KC_OK) {
        error = base64_decode((const char *)secret_view(*value), secret_length(*value),
                              secret_bytes(decoded), &length);
    }
    if (error == KC_OK) {
        secret_set_length(decoded, length);
        secret_free(*value);
        *value = decoded;
        decoded = NULL;
    }
    return error;
}

static enum kc_error read_value(struct scan *scan, void *context) {
    struct result_reading *reading = context;
    struct secret **value = &reading->result->value;
    enum kc_error error = scan_secret(scan, value);
    if (error == KC_OK && reading->base64) {
        error = decode_value(value);
    }
    return error == KC_OK && secret_length(*value) > KC_VALUE_MAX ? KC_INVALID : error;
}

static enum kc_error read_attribute(struct scan *scan, const char *name, void *context) {
    char *value = NULL;
    enum kc_error error = scan_text(scan, &value);
    if (error == KC_OK) {
        error = attributes_add(context, name, value);
    }
    free(value);
    return error == KC_OK || error == KC_NO_MEMORY ? error : KC_INVALID;
}

static enum kc_error read_attributes(struct scan *scan, void *context) {
    struct result_reading *reading = context;
    return scan_object(scan, read_attribute, &reading->result->attributes);
}

static enum kc_error read_result_member(struct scan *scan, const char *name, void *context) {
    static const struct row rows[] = {
        {"target", read_target}, {"value", read_value}, {"attributes", read_attributes}, {0}};
    struct result_reading *reading = context;
    return read_row(scan, name, rows, &reading->seen, context);
}

static enum kc_error grow_results(struct response *response) {
    size_t count = response->result_count;
    if ((count & (count - 1)) != 0) { /* there is room up to the next power of two */
        return KC_OK;
    }
    size_t capacity = count == 0 ? 1 : count * 2;
    struct result *results = realloc(response->results, capacity * sizeof *results);
    if (results == NULL) {
        return KC_NO_MEMORY;
    }
    response->results = results;
    return KC_OK;
}

static enum kc_error read_result(struct scan *scan, void *context) {
    struct response *response = context;
    enum kc_error error = grow_results(response);
    if (error != KC_OK) {
        return error;
    }
    struct result_reading reading = {.result = &response->results[response->result_count],
                                     .base64 = response->base64};
    *reading.result = (struct result){0};
    response->result_count++;
    error = scan_object(scan, read_result_member, &reading);
    return error == KC_OK && reading.result->target == NULL ? KC_INVALID : error;
}

/* The whole */

struct reading {
    struct response *response;
    struct scan results; /* where they begin: what encoding they are in may stand behind them */
    bool has_type;
    bool has_version;
    bool has_status;
    bool has_results;
    unsigned seen;
};

static enum kc_error read_type(struct scan *scan, void *context) {
    struct reading *reading = context;
    char word[WORD_SIZE];
    enum kc_error error = scan_word(scan, word, sizeof word);
    if (error != KC_OK) {
        return error;
    }
    bool is_hello = strcmp(word, kc_type_word(KC_TYPE_HELLO)) == 0;
    reading->response->type = is_hello ? KC_TYPE_HELLO : KC_TYPE_REQUEST;
    reading->has_type = true;
    return is_hello || strcmp(word, "RESPONSE") == 0 ? KC_OK : KC_INVALID;
}

static enum kc_error read_version(struct scan *scan, void *context) {
    struct reading *reading = context;
    int64_t version = 0;
    enum kc_error error = scan_integer(scan, &version);
    reading->has_version = true;
    return error == KC_OK && version != KC_PROTOCOL_VERSION ? KC_INVALID : error;
}

static enum kc_error read_nonce(struct scan *scan, void *context) {
    struct reading *reading = context;
    char nonce[KC_NONCE_LENGTH + 1];
    enum kc_error error = scan_word(scan, nonce, sizeof nonce);
    if (error == KC_OK && !parse_is_hex(nonce, KC_NONCE_LENGTH)) {
        error = KC_INVALID;
    }
    if (error == KC_OK) {
        memcpy(reading->response->nonce, nonce, sizeof nonce);
    }
    return error;
}

/* Kept as it is written. */
static enum kc_error read_id(struct scan *scan, void *context) {
    struct reading *reading = context;
    char text[KC_ID_MAX + 1];
    int64_t number = 0;
    const char *begin = scan->at;
    enum kc_error error = begin < scan->end && *begin == '"' ? scan_word(scan, text, sizeof text)
                                                             : scan_integer(scan, &number);
    if (error == KC_OK) {
        reading->response->id = strndup(begin, (size_t)(scan->at - begin));
        error = reading->response->id == NULL ? KC_NO_MEMORY : KC_OK;
    }
    return error;
}

static enum kc_error read_status(struct scan *scan, void *context) {
    struct reading *reading = context;
    char word[WORD_SIZE];
    enum kc_error error = scan_word(scan, word, sizeof word);
    if (error == KC_OK) {
        reading->has_status = true;
        reading->response->status = kc_status_parse(word);
        error = reading->response->status == KC_STATUS_COUNT ? KC_INVALID : KC_OK;
    }
    return error;
}

static enum kc_error read_reason(struct scan *scan, void *context) {
    struct reading *reading = context;
    char word[WORD_SIZE];
    enum kc_error error = scan_word(scan, word, sizeof word);
    if (error == KC_OK) {
        reading->response->reason = kc_reason_parse(word);
        error = reading->response->reason == KC_REASON_COUNT ? KC_INVALID : KC_OK;
    }
    return error;
}

static enum kc_error read_message(struct scan *scan, void *context) {
    struct reading *reading = context;
    return scan_text(scan, &reading->response->message);
}

static enum kc_error read_encoding(struct scan *scan, void *context) {
    struct reading *reading = context;
    char word[WORD_SIZE];
    enum kc_error error = scan_word(scan, word, sizeof word);
    if (error == KC_OK && strcmp(word, "base64") != 0) {
        error = KC_INVALID;
    }
    reading->response->base64 = error == KC_OK;
    return error;
}

static enum kc_error note_results(struct scan *scan, void *context) {
    struct reading *reading = context;
    reading->results = *scan;
    reading->has_results = true;
    return scan_skip(scan);
}

static enum kc_error read_member(struct scan *scan, const char *name, void *context) {
    static const struct row rows[] = {
        {"type", read_type},       {"version", read_version},
        {"nonce", read_nonce},     {"id", read_id},
        {"status", read_status},   {"reason", read_reason},
        {"message", read_message}, {"encoding", read_encoding},
        {"results", note_results}, {0},
    };
    struct reading *reading = context;
    return read_row(scan, name, rows, &reading->seen, context);
}

static enum kc_error check_whole(const struct reading *reading) {
    const struct response *response = reading->response;
    if (!reading->has_type) {
        return KC_INVALID;
    }
    if (response->type == KC_TYPE_HELLO) {
        return reading->has_version && response->nonce[0] != '\0' ? KC_OK : KC_INVALID;
    }
    return reading->has_status ? KC_OK : KC_INVALID;
}

static enum kc_error read_response(const char *text, size_t length, struct reading *reading) {
    struct scan scan;
    enum kc_error error = scan_begin(&scan, text, length);
    if (error == KC_OK) {
        error = scan_object(&scan, read_member, reading);
    }
    if (error == KC_OK) {
        error = scan_end(&scan);
    }
    if (error == KC_OK) {
        error = check_whole(reading);
    }
    if (error == KC_OK && reading->has_results && reading->response->type != KC_TYPE_HELLO) {
        error = scan_array(&reading->results, read_result, reading->response);
    }
    return error;
}

enum kc_error message_parse_response(const char *text, size_t length,
                                     struct response **ret_response) {
    KC_AUTO(response) response = calloc(1, sizeof *response);
    if (response == NULL) {
        return KC_NO_MEMORY;
    }
    struct reading reading = {.response = response};
    enum kc_error error = read_response(text, length, &reading);
    if (error != KC_OK) {
        return error;
    }
    *ret_response = response;
    response = NULL;
    return KC_OK;
}

void result_clear(struct result *result) {
    if (result == NULL) {
        return;
    }
    free(result->target);
    secret_free(result->value);
    attributes_clear(&result->attributes);
    *result = (struct result){0};
}

void response_clear(struct response *response) {
    if (response == NULL) {
        return;
    }
    for (size_t i = 0; i < response->result_count; i++) {
        result_clear(&response->results[i]);
    }
    free(response->results);
    free(response->id);
    free(response->message);
    *response = (struct response){0};
}

void response_free(struct response *response) {
    response_clear(response);
    free(response);
}
