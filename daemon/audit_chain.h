/* SPDX-License-Identifier: MIT */
/*
 * The chain that makes the record provable, one line at a time. Pure: eats lines from anywhere,
 * also from a log that somebody else wrote.
 */
#ifndef AUDIT_CHAIN_H
#define AUDIT_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/exchange.h"
#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

/* The last record so far. Before the first one: 0 and 64 zeros. */
struct audit_place {
    uint64_t seq;
    char hash[HASH_TEXT_SIZE];
};

/* What the chain needs of a record. */
struct audit_links {
    uint64_t seq;
    char prev[HASH_TEXT_SIZE];
    char torn[HASH_TEXT_SIZE]; /* "" unless its event is "torn_line" */
};

struct audit_chain {
    struct audit_place place;
    char torn[HASH_TEXT_SIZE]; /* of a line that the next record has to account for, or "" */
    uint64_t line;             /* how many were looked at */
    uint64_t before;           /* how many of them stood in earlier files */
    const char *label;         /* of the file, where there are several; else NULL */
    uint64_t proven;           /* how many of them hold */
};

void audit_place_begin(struct audit_place *ret_place);
void audit_chain_begin(struct audit_chain *ret_chain);

/* SHA-256 of a line without its newline, as text. */
KC_MUST_USE enum kc_error audit_hash(const char *text, size_t length,
                                     char ret_hash[HASH_TEXT_SIZE]);

/* KC_DAMAGED: not a record. */
KC_MUST_USE enum kc_error audit_read_links(const char *text, size_t length,
                                           struct audit_links *ret_links);

/* The next line, without its newline. KC_DAMAGED, with `why`: the chain is broken here. */
KC_MUST_USE enum kc_error audit_chain_step(struct audit_chain *chain, const char *text,
                                           size_t length, char why[KC_MESSAGE_MAX]);

/* After the last line. KC_DAMAGED, with `why`: a torn line is left over. */
KC_MUST_USE enum kc_error audit_chain_end(const struct audit_chain *chain,
                                          char why[KC_MESSAGE_MAX]);

#endif
