/* SPDX-License-Identifier: MIT */
/*
 * Checks lines against their predecessors. A line that isn't a record may stand only in front
 * of a "torn_line" record that names its hash: that is what a crash leaves, and nobody else can
 * slip a line in that way without the writer's record of it.
 */
#include "daemon/audit_chain.h"

#include "daemon/audit.h"
#include "daemon/audit_view.h"
#include "daemon/crypto.h"
#include "libkc/parse.h"
#include "platform/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HASH_DIGITS (HASH_TEXT_SIZE - 1)

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

static bool copy_hash(struct audit_view *view, enum audit_field field,
                      char ret_hash[HASH_TEXT_SIZE]) {
    char digits[HASH_TEXT_SIZE];
    if (!audit_view_copy(view, field, digits, sizeof digits) ||
        !parse_is_hex(digits, HASH_DIGITS)) {
        return false;
    }
    memcpy(ret_hash, digits, HASH_TEXT_SIZE);
    return true;
}

static bool links_from_view(struct audit_view *view, struct audit_links *ret_links) {
    ret_links->torn[0] = '\0';
    return audit_view_number(view, AUDIT_SEQ, &ret_links->seq) && ret_links->seq >= 1 &&
           view->fields[AUDIT_EVENT].kind == AUDIT_TEXT &&
           copy_hash(view, AUDIT_PREV, ret_links->prev) &&
           (!audit_view_is(view, AUDIT_EVENT, "torn_line") ||
            copy_hash(view, AUDIT_TORN, ret_links->torn));
}

enum kc_error audit_read_links(const char *text, size_t length, struct audit_links *ret_links) {
    struct audit_view view;
    struct audit_links links;
    enum kc_error error = audit_view_open(&view, text, length);
    if (error != KC_OK) {
        return error;
    }
    if (view.fields[AUDIT_EVENT].is_escaped || view.fields[AUDIT_PREV].is_escaped ||
        view.fields[AUDIT_TORN].is_escaped) {
        error = audit_view_unescape(&view);
    }
    if (error == KC_OK) {
        error = links_from_view(&view, &links) ? KC_OK : KC_DAMAGED;
    }
    audit_view_close(&view);
    if (error == KC_OK) {
        *ret_links = links;
    }
    return error;
}

/* "FILE: line N", with the file where there are several; `back` lines before the present one. */
KC_PRINTF(4, 5)
static enum kc_error tell(const struct audit_chain *chain, uint64_t back, char why[KC_MESSAGE_MAX],
                          const char *format, ...) {
    bool has_label = chain->label != NULL;
    int length = snprintf(why, KC_MESSAGE_MAX, "%s%sline %" PRIu64, has_label ? chain->label : "",
                          has_label ? ": " : "", chain->line - chain->before - back);
    va_list values;
    va_start(values, format);
    if (length > 0 && length < KC_MESSAGE_MAX) {
        (void)vsnprintf(why + length, KC_MESSAGE_MAX - (size_t)length, format, values);
    }
    va_end(values);
    return KC_DAMAGED;
}

static enum kc_error step_torn(struct audit_chain *chain, const char *text, size_t length,
                               char why[KC_MESSAGE_MAX]) {
    if (chain->torn[0] != '\0') {
        return tell(chain, 1, why, " isn't a record");
    }
    return audit_hash(text, length, chain->torn);
}

static enum kc_error check_links(const struct audit_chain *chain, const struct audit_links *links,
                                 char why[KC_MESSAGE_MAX]) {
    bool is_next_file = chain->label != NULL && chain->line == chain->before + 1;
    if (strcmp(chain->torn, links->torn) != 0) {
        return chain->torn[0] == '\0'
                   ? tell(chain, 0, why, " tells of a torn line that isn't there")
                   : tell(chain, 1, why, " isn't a record");
    }
    if (links->seq != chain->place.seq + 1 && check_is_on("audit_number")) {
        return tell(chain, 0, why,
                    " has number %" PRIu64 " where %" PRIu64 " belongs; %s were "
                    "removed, inserted or moved",
                    links->seq, chain->place.seq + 1,
                    is_next_file ? "files, or lines at the end of the one before," : "lines");
    }
    if (strcmp(links->prev, chain->place.hash) != 0 && check_is_on("audit_prev")) {
        return tell(chain, 0, why, " doesn't fit the record before it; one of them was changed");
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
    return tell(chain, 0, why, ", the last one, isn't a record");
}
