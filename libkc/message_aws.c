/* SPDX-License-Identifier: MIT */
/* One table of members; what is read is written in its order. */
#include "libkc/message_aws.h"

#include "libkc/message_internal.h"
#include "libkc/parse.h"

#include <stdbool.h>
#include <string.h>

#define VERSION "Version"

static const struct member {
    const char *name;
    bool is_needed;
    bool is_time;
} members[] = {
    {"AccessKeyId", true, false}, {"SecretAccessKey", true, false}, {"SessionToken", false, false},
    {"Expiration", false, true},  {"AccountId", false, false},
};
#define MEMBER_COUNT (sizeof members / sizeof members[0])

static bool is_known(const char *name) {
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        if (strcmp(members[i].name, name) == 0) {
            return true;
        }
    }
    return strcmp(VERSION, name) == 0;
}

/* A member that we don't know may be the key of a tool that wanted something else of us. */
static enum kc_error check_names(json_t *object, char *why) {
    const char *name = NULL;
    json_t *json = NULL;
    json_object_foreach(object, name, json) {
        if (!is_known(name)) {
            return message_refuse(why,
                                  "it has a member that isn't one of AccessKeyId, SecretAccessKey, "
                                  "SessionToken, Expiration, AccountId and Version");
        }
    }
    json = json_object_get(object, VERSION);
    if (json != NULL && (!json_is_integer(json) || json_integer_value(json) != 1)) {
        return message_refuse(why, "\"" VERSION "\" must be the number 1");
    }
    return KC_OK;
}

/* "+00:00" is how some tools spell "Z". */
static enum kc_error read_time(const char *text, size_t length, int64_t *ret_wall_us) {
    static const char zero[] = "+00:00";
    char spelling[PARSE_TIME_SIZE + sizeof zero];
    if (length >= sizeof spelling) {
        return KC_INVALID;
    }
    memcpy(spelling, text, length + 1);
    char *offset = strstr(spelling, zero);
    if (offset != NULL && offset[sizeof zero - 1] == '\0') {
        offset[0] = 'Z';
        offset[1] = '\0';
    }
    return parse_time(spelling, ret_wall_us);
}

static enum kc_error put_time(json_t *document, const char *name, const json_t *json,
                              int64_t now_us, char *why) {
    int64_t wall_us = 0;
    char spelling[PARSE_TIME_SIZE];
    if (read_time(json_string_value(json), json_string_length(json), &wall_us) != KC_OK) {
        return message_refuse(why, "\"%s\" must be a time such as 2026-01-02T03:04:05Z", name);
    }
    parse_write_time(wall_us, true, spelling);
    if (wall_us <= now_us) {
        (void)message_refuse(why, "it expired at %s", spelling);
        return KC_TIMEOUT;
    }
    return message_put_text(document, name, spelling);
}

static enum kc_error put_member(json_t *document, const json_t *object, const struct member *member,
                                int64_t now_us, char *why) {
    json_t *json = json_object_get(object, member->name);
    if (json == NULL || (json_is_null(json) && !member->is_needed)) {
        return member->is_needed ? message_refuse(why, "it has no \"%s\"", member->name) : KC_OK;
    }
    if (!json_is_string(json) ||
        parse_name(json_string_value(json), json_string_length(json), KC_VALUE_MAX) != KC_OK) {
        return message_refuse(why, "\"%s\" must be text of one line, and not empty", member->name);
    }
    if (member->is_time) {
        return put_time(document, member->name, json, now_us, why);
    }
    return message_put_new(document, member->name, json_incref(json));
}

enum kc_error message_write_aws(const char *text, size_t length, int64_t now_us,
                                struct secret **ret_line, char why[KC_MESSAGE_MAX]) {
    KC_AUTO(json_t) object = NULL;
    enum kc_error error = message_load(text, length, why, &object);
    if (error == KC_OK) {
        error = check_names(object, why);
    }
    if (error != KC_OK) {
        return error;
    }
    KC_AUTO(json_t) document = json_object();
    if (document == NULL) {
        return KC_NO_MEMORY;
    }
    error = message_put_new(document, VERSION, json_integer(1));
    for (size_t i = 0; error == KC_OK && i < MEMBER_COUNT; i++) {
        error = put_member(document, object, &members[i], now_us, why);
    }
    return error == KC_OK ? message_dump(document, KC_ANSWER_MAX, ret_line) : error;
}
