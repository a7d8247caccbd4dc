/* SPDX-License-Identifier: MIT */
/*
 * Verifies a foreign log, line by line. What is proven must be true: a proven line that is a
 * record has the number and the hash that the chain says.
 *
 * links: daemon/audit_chain.c daemon/audit_scan.c daemon/audit_view.c daemon/crypto.c
 * links: libkc/attributes.c libkc/parse.c libkc/secret.c
 * links: libkc/message_memory.c platform -ljansson -lcrypto
 */
#include "daemon/audit_chain.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

/* A step that was accepted moved the chain by one record, or left a torn line open. */
static void check_step(const struct audit_chain *before, const struct audit_chain *after,
                       const char *text, size_t length) {
    char hash[HASH_TEXT_SIZE];
    struct audit_links links;
    require(after->line == before->line + 1);
    require(after->proven <= after->line && after->proven >= before->proven);
    if (after->torn[0] != '\0') {
        require(after->place.seq == before->place.seq && before->torn[0] == '\0');
        return;
    }
    require(audit_read_links(text, length, &links) == KC_OK);
    require(links.seq == before->place.seq + 1 && after->place.seq == links.seq);
    require(strcmp(links.prev, before->place.hash) == 0);
    require(strcmp(links.torn, before->torn) == 0);
    require(audit_hash(text, length, hash) == KC_OK && strcmp(hash, after->place.hash) == 0);
    require(after->proven == after->line);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct audit_chain chain;
    char why[KC_MESSAGE_MAX] = "";
    const char *text = (const char *)bytes;
    enum kc_error error = KC_OK;
    audit_chain_begin(&chain);
    while (length > 0 && error == KC_OK) {
        const char *newline = memchr(text, '\n', length);
        size_t line = newline == NULL ? length : (size_t)(newline - text);
        size_t used = newline == NULL ? line : line + 1;
        const struct audit_chain before = chain;
        error = audit_chain_step(&chain, text, line, why);
        if (error == KC_OK) {
            check_step(&before, &chain, text, line);
        }
        text += used;
        length -= used;
    }
    if (error == KC_OK) {
        error = audit_chain_end(&chain, why);
    }
    require((error == KC_OK) == (why[0] == '\0'));
    require(error == KC_OK || error == KC_DAMAGED);
    return 0;
}
