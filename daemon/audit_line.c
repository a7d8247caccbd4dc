/* SPDX-License-Identifier: MIT */
/*
 * Turns exchanges and notes into lines. A line can always be written: text that isn't UTF-8 is
 * escaped first, and whatever comes from outside has a bound that counts its escapes, so that
 * nobody chooses a path that makes the log grow quickly. Names are never cut: they have no
 * control characters, and their bound is the protocol's.
 */
#include "daemon/audit_line.h"

#include "daemon/audit.h"
#include "daemon/chain.h"
#include "daemon/exchange.h"
#include "libkc/parse.h"

#include <jansson.h>

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As they stand in the line: the path, which is there twice, a message, the names and the chain
 * leave room for the rest. */
#define TEXT_MAX      1024
#define NAME_MAX      (2 * KC_TARGET_MAX)
#define CUT_MARK      "..."
/* Of a process above the program that asks: each of its two paths, and all of it with two hashes
 * and the names of the fields. There are up to CHAIN_LINKS_MAX of them. */
#define LINK_PATH_MAX 192
#define LINK_MAX      (2 * LINK_PATH_MAX + 2 * HASH_TEXT_SIZE + 144)
static_assert(3 * TEXT_MAX + NAME_MAX + 2 * KC_SERVICE_MAX + 1024 + CHAIN_LINKS_MAX * LINK_MAX <=
                  AUDIT_WRITTEN_MAX,
              "the longest line fits");

/* A record in the making. Setters after a failed one do nothing. */
struct draft {
    json_t *fields;
    bool has_failed;
};

void audit_lines_clear(struct audit_lines *lines) {
    free(lines->text);
    lines->text = NULL;
    lines->length = 0;
    lines->capacity = 0;
}

static void set(struct draft *draft, const char *key, json_t *take_value) {
    if (json_object_set_new(draft->fields, key, take_value) != 0) {
        draft->has_failed = true;
    }
}

static void set_number(struct draft *draft, const char *key, uint64_t number) {
    set(draft, key, json_integer((json_int_t)number));
}

/* What a byte takes in a JSON string. */
static size_t json_cost(unsigned char byte) {
    if (byte == '"' || byte == '\\') {
        return 2;
    }
    return byte < ' ' ? sizeof "\\u0000" - 1 : 1;
}

/* How many bytes of UTF-8 take at most `max` in the line, up to a whole character. */
static size_t fitting_length(const char *text, size_t max) {
    size_t length = 0;
    size_t cost = 0;
    while (text[length] != '\0') {
        cost += json_cost((unsigned char)text[length]);
        if (cost > max) {
            break;
        }
        length++;
    }
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) {
        length--; /* not in the middle of a character */
    }
    return length;
}

static json_t *text_value(const char *text, size_t max) {
    char escaped[NAME_MAX + 1];
    char cut[NAME_MAX + 1];
    if (!parse_is_utf8(text, strlen(text))) {
        text = parse_escape(text, strlen(text), escaped, max + 1);
    }
    if (text[fitting_length(text, max)] == '\0') {
        return json_string(text);
    }
    size_t length = fitting_length(text, max - strlen(CUT_MARK));
    (void)snprintf(cut, sizeof cut, "%.*s" CUT_MARK, (int)length, text);
    return json_string(cut);
}

/* NULL: the field isn't there. */
static void set_text(struct draft *draft, const char *key, const char *text) {
    if (text != NULL) {
        set(draft, key, text_value(text, TEXT_MAX));
    }
}

static void set_name(struct draft *draft, const char *key, const char *name) {
    if (name != NULL) {
        set(draft, key, text_value(name, NAME_MAX));
    }
}

static struct draft draft_begin(const struct audit_lines *lines, const char *event) {
    struct draft draft = {.fields = json_object()};
    char time[PARSE_TIME_SIZE];
    parse_write_time(lines->now_us, false, time);
    set_number(&draft, "seq", lines->place.seq + 1);
    set_text(&draft, "time", time);
    set_text(&draft, "event", event);
    return draft;
}

static enum kc_error append(struct audit_lines *lines, const char *text, size_t length) {
    if (lines->capacity - lines->length < length) {
        size_t capacity = 2 * lines->capacity + length;
        char *grown = realloc(lines->text, capacity);
        if (grown == NULL) {
            return KC_NO_MEMORY;
        }
        lines->text = grown;
        lines->capacity = capacity;
    }
    memcpy(lines->text + lines->length, text, length);
    lines->length += length;
    return KC_OK;
}

struct sink {
    struct audit_lines *lines;
    bool has_failed;
};

/* jansson (2.14) goes on when a member's name could not be written: nothing may follow. */
static int append_piece(const char *text, size_t length, void *context) {
    struct sink *sink = context;
    sink->has_failed = sink->has_failed || append(sink->lines, text, length) != KC_OK;
    return sink->has_failed ? -1 : 0;
}

/* What was added from `start` on becomes the next record. */
static enum kc_error seal_record(struct audit_lines *lines, size_t start) {
    struct audit_place place = {.seq = lines->place.seq + 1};
    size_t length = lines->length - start;
    if (length > AUDIT_WRITTEN_MAX) {
        return KC_INTERNAL;
    }
    enum kc_error error = audit_hash(lines->text + start, length, place.hash);
    if (error == KC_OK) {
        error = append(lines, "\n", 1);
    }
    if (error == KC_OK) {
        lines->place = place;
        lines->count++;
    }
    return error;
}

static enum kc_error draft_end(struct draft *draft, struct audit_lines *lines) {
    size_t start = lines->length;
    set_text(draft, "prev", lines->place.hash);
    enum kc_error error = KC_NO_MEMORY;
    struct sink sink = {.lines = lines};
    if (!draft->has_failed &&
        json_dump_callback(draft->fields, append_piece, &sink, JSON_COMPACT) == 0 &&
        !sink.has_failed) {
        error = seal_record(lines, start);
    }
    json_decref(draft->fields);
    if (error != KC_OK) {
        lines->length = start;
    }
    return error;
}

/* Numbers on Unix, other text elsewhere. */
static void set_user(struct draft *draft, const char *user) {
    uint64_t number = 0;
    if (user != NULL && parse_unsigned(user, INT64_MAX, &number) == KC_OK) {
        set_number(draft, "uid", number);
    } else {
        set_text(draft, "uid", user);
    }
}

static void add_link(struct draft *draft, json_t *chain, const struct draft *link) {
    if (json_array_append_new(chain, link->fields) != 0 || link->has_failed) {
        draft->has_failed = true;
    }
}

static void add_program(struct draft *draft, json_t *chain, const struct exchange *exchange) {
    const struct identity *identity = exchange->identity;
    struct draft link = {.fields = json_object()};
    set_number(&link, "pid", identity->pid);
    set_text(&link, "path", identity->path);
    set_text(&link, "hash", identity->hash);
    set_text(&link, "kind", exchange->decision.is_helper ? "helper" : "direct");
    add_link(draft, chain, &link);
}

/* What an interpreter says that it runs isn't what the kernel says: it is declared. */
static void add_ancestor(struct draft *draft, json_t *chain, const struct chain_link *ancestor) {
    struct draft link = {.fields = json_object()};
    set_number(&link, "pid", ancestor->pid);
    set(&link, "path", text_value(ancestor->path, LINK_PATH_MAX));
    set_text(&link, "hash", ancestor->hash);
    set_text(&link, "kind", link_kind_word(ancestor->kind));
    if (ancestor->kind == LINK_SCRIPT) {
        set(&link, "script", text_value(ancestor->script, LINK_PATH_MAX));
        set_text(&link, "script_hash", ancestor->script_hash);
    }
    if (ancestor->kind != LINK_BINARY && ancestor->kind != LINK_UNKNOWN) {
        set(&link, "declared", json_true());
    }
    add_link(draft, chain, &link);
}

/* The program that asks, and who is above it, where somebody has looked. */
static void set_chain(struct draft *draft, const struct exchange *exchange) {
    const struct chain *above = exchange->identity->chain;
    json_t *chain = json_array();
    add_program(draft, chain, exchange);
    for (size_t i = 0; above != NULL && i < above->count; i++) {
        add_ancestor(draft, chain, &above->links[i]);
    }
    set(draft, "chain", chain);
    if (above != NULL) {
        set_text(draft, "chain_end", chain_end_word(above->end));
    }
}

static bool is_success(const struct exchange *exchange) {
    return exchange->outcome.status == KC_STATUS_SUCCESS;
}

/* One that was answered. */
static bool is_search(const struct exchange *exchange) {
    return exchange->request->action == KC_ACTION_SEARCH && is_success(exchange);
}

static void set_request(struct draft *draft, const struct exchange *exchange, const char *target) {
    const struct request *request = exchange->request;
    set_name(draft, "service", request->service);
    set_name(draft, "target", target);
    set_text(draft, "match", kc_match_word(request->match));
    if (is_search(exchange)) {
        set_number(draft, "count", exchange->result_count);
    } else if (!is_success(exchange) && request->target_count > 1) {
        set_number(draft, "count", request->target_count);
    }
    set_number(draft, "session", exchange->session_number);
    if (exchange->decision.plain) {
        set(draft, "plain", json_true());
    }
    if (exchange->decision.is_jit) {
        set_text(draft, "code", "jit");
    }
    if (exchange->identity->via_shim) {
        set_text(draft, "via", "shim");
    }
}

static enum kc_error write_line(struct audit_lines *lines, const struct exchange *exchange,
                                const char *target) {
    const struct identity *identity = exchange->identity;
    const struct outcome *outcome = &exchange->outcome;
    struct draft draft = draft_begin(lines, "request");
    set_text(&draft, "action", kc_action_word(exchange->request->action));
    set_text(&draft, "result", kc_status_word(outcome->status));
    set_text(&draft, "reason", kc_reason_word(outcome->reason));
    if (outcome->message[0] != '\0') {
        set_text(&draft, "message", outcome->message);
    }
    set_number(&draft, "pid", identity->pid);
    set_user(&draft, identity->user);
    set_text(&draft, "binary_path", identity->path);
    set_text(&draft, "binary_hash", identity->hash);
    set_chain(&draft, exchange);
    set_request(&draft, exchange, target);
    return draft_end(&draft, lines);
}

static enum kc_error write_results(struct audit_lines *lines, const struct exchange *exchange) {
    for (size_t i = 0; i < exchange->result_count; i++) {
        enum kc_error error = write_line(lines, exchange, exchange->results[i].target);
        if (error != KC_OK) {
            return error;
        }
    }
    return KC_OK;
}

enum kc_error audit_lines_exchange(struct audit_lines *lines, const struct exchange *exchange) {
    const struct request *request = exchange->request;
    bool is_about_items = request->action == KC_ACTION_READ || request->action == KC_ACTION_WRITE ||
                          request->action == KC_ACTION_DELETE;
    if (is_success(exchange) && is_about_items && exchange->result_count > 0) {
        return write_results(lines, exchange);
    }
    if (!is_success(exchange) || request->target_count == 0) {
        return write_line(lines, exchange, request->target_count > 0 ? request->targets[0] : NULL);
    }
    if (is_search(exchange)) {
        return write_line(lines, exchange, request->target_count == 1 ? request->targets[0] : NULL);
    }
    for (size_t i = 0; i < request->target_count; i++) {
        enum kc_error error = write_line(lines, exchange, request->targets[i]);
        if (error != KC_OK) {
            return error;
        }
    }
    return KC_OK;
}

enum kc_error audit_lines_note(struct audit_lines *lines, const struct audit_writer *writer,
                               const struct audit_note *note, const char *torn) {
    struct draft draft = draft_begin(lines, note->event);
    set_text(&draft, "action", note->action);
    set_text(&draft, "result", note->result == NULL ? "success" : note->result);
    set_text(&draft, "reason", note->reason);
    set_text(&draft, "message", note->message);
    set_number(&draft, "pid", writer->pid);
    set_number(&draft, "uid", writer->uid);
    set_text(&draft, "binary_path", note->binary_path);
    set_text(&draft, "binary_hash", note->binary_hash);
    set_text(&draft, "torn", torn);
    return draft_end(&draft, lines);
}

enum kc_error audit_lines_newline(struct audit_lines *lines) {
    return append(lines, "\n", 1);
}
