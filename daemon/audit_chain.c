/* SPDX-License-Identifier: MIT */
/*
 * Checks lines against their predecessors. A line that isn't a record may stand only in front
 * of a "torn_line" record that names its hash: that is what a crash leaves, and nobody else can
 * slip a line in that way without the writer's record of it.
 */
#include "daemon/audit_chain.h"

#include "daemon/audit.h"
#include "daemon/crypto.h"
#include "libkc/message_memory.h"
#include "libkc/parse.h"

#include <jansson.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define HASH_DIGITS (HASH_TEXT_SIZE - 1)

/* Exact in every JSON reader; a forged number can't make ours overflow. */
#define SEQ_MAX     (INT64_C(1) << 53)

void audit_place_begin(struct audit_place *ret_place) {
    ret_place->seq = 0;
    memset(ret_place->hash, '0', HASH_DIGITS);
    ret_place->hash[HASH_DIGITS] = '\0';
}

void audit_chain_begin(struct audit_chain *ret_chain) {
    *ret_chain = (struct audit_chain){.line = 0};
    audit_place_begin(&ret_chain->place);
}

enum kc_error audit_hash(const char *text, size_t length, char ret_hash[HASH_TEXT_SIZE]) {
    unsigned char hash[CRYPTO_HASH_SIZE];
    enum kc_error error = crypto_hash(text, length, hash);
    if (error == KC_OK) {
        parse_write_hex(hash, sizeof hash, ret_hash);
    }
    return error;
}

static bool copy_hash(const json_t *text, char ret_hash[HASH_TEXT_SIZE]) {
    const char *digits = json_string_value(text);
    if (digits == NULL || !parse_is_hex(digits, HASH_DIGITS)) {
        return false;
    }
    memcpy(ret_hash, digits, HASH_TEXT_SIZE);
    return true;
}

static bool links_from_json(const json_t *record, struct audit_links *ret_links) {
    const json_t *seq = json_object_get(record, "seq");
    const char *event = json_string_value(json_object_get(record, "event"));
    if (!json_is_integer(seq) || json_integer_value(seq) < 1 || json_integer_value(seq) > SEQ_MAX ||
        event == NULL || !copy_hash(json_object_get(record, "prev"), ret_links->prev)) {
        return false;
    }
    ret_links->seq = (uint64_t)json_integer_value(seq);
    ret_links->torn[0] = '\0';
    return strcmp(event, "torn_line") != 0 ||
           copy_hash(json_object_get(record, "torn"), ret_links->torn);
}

enum kc_error audit_read_links(const char *text, size_t length, struct audit_links *ret_links) {
    json_error_t why;
    json_t *record = NULL;
    enum kc_error error = message_load_json(text, length, JSON_REJECT_DUPLICATES, &record, &why);
    if (error != KC_OK) {
        return error == KC_INVALID ? KC_DAMAGED : error;
    }
    struct audit_links links;
    bool is_record = links_from_json(record, &links);
    json_decref(record);
    if (!is_record) {
        return KC_DAMAGED;
    }
    *ret_links = links;
    return KC_OK;
}

static enum kc_error step_torn(struct audit_chain *chain, const char *text, size_t length,
                               char why[KC_MESSAGE_MAX]) {
    if (chain->torn[0] != '\0') {
        (void)snprintf(why, KC_MESSAGE_MAX, "line %" PRIu64 " isn't a record", chain->line - 1);
        return KC_DAMAGED;
    }
    return audit_hash(text, length, chain->torn);
}

static enum kc_error check_links(const struct audit_chain *chain, const struct audit_links *links,
                                 char why[KC_MESSAGE_MAX]) {
    if (strcmp(chain->torn, links->torn) != 0) {
        bool is_missing = chain->torn[0] == '\0';
        (void)snprintf(why, KC_MESSAGE_MAX,
                       is_missing ? "line %" PRIu64 " tells of a torn line that isn't there"
                                  : "line %" PRIu64 " isn't a record",
                       is_missing ? chain->line : chain->line - 1);
        return KC_DAMAGED;
    }
    if (links->seq != chain->place.seq + 1) {
        (void)snprintf(why, KC_MESSAGE_MAX,
                       "line %" PRIu64 " has number %" PRIu64 " where %" PRIu64
                       " belongs; lines were removed, inserted or moved",
                       chain->line, links->seq, chain->place.seq + 1);
        return KC_DAMAGED;
    }
    if (strcmp(links->prev, chain->place.hash) != 0) {
        (void)snprintf(why, KC_MESSAGE_MAX,
                       "line %" PRIu64 " doesn't fit the record before it; one of them was changed",
                       chain->line);
        return KC_DAMAGED;
    }
    return KC_OK;
}

enum kc_error audit_chain_step(struct audit_chain *chain, const char *text, size_t length,
                               char why[KC_MESSAGE_MAX]) {
    chain->line++;
    struct audit_links links;
    enum kc_error error =
        length > AUDIT_LINE_MAX ? KC_DAMAGED : audit_read_links(text, length, &links);
    if (error == KC_DAMAGED) {
        return step_torn(chain, text, length, why);
    }
    if (error != KC_OK) {
        return error; /* whether it is a record isn't known */
    }
    struct audit_place place = {.seq = links.seq};
    error = check_links(chain, &links, why);
    if (error == KC_OK) {
        error = audit_hash(text, length, place.hash);
    }
    if (error != KC_OK) {
        return error;
    }
    chain->place = place;
    chain->torn[0] = '\0';
    chain->proven = chain->line;
    return KC_OK;
}

enum kc_error audit_chain_end(const struct audit_chain *chain, char why[KC_MESSAGE_MAX]) {
    if (chain->torn[0] == '\0') {
        return KC_OK;
    }
    (void)snprintf(why, KC_MESSAGE_MAX, "line %" PRIu64 ", the last one, isn't a record",
                   chain->line);
    return KC_DAMAGED;
}
