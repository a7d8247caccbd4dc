/* SPDX-License-Identifier: MIT */
/*
 * What a passphrase does before the store is asked: it is tried, and the slots are made that
 * there shall be. On the vault's worker, with copies; who may ask and what comes of it is vault's
 * and vault_turn's to know.
 *
 * A request carries its passphrases as named values ("passphrase", "old", "new") and the rest as
 * attributes; docs/protocol.md lists them.
 */
#ifndef VAULT_WORK_H
#define VAULT_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct keyslots;
struct request;
struct secret;

/* Who wants it. All but the first have no session and no identity. */
enum vault_purpose {
    VAULT_ASKED,   /* a request */
    VAULT_IDLE,    /* its time has come: lock */
    VAULT_REPORT,  /* something is to be written down */
    VAULT_REMEMBER /* the end of the record is to be remembered */
};

struct vault_work {
    enum vault_purpose purpose;
    enum kc_error error;
    char why[KC_MESSAGE_MAX]; /* a sentence when it isn't KC_OK, or "" */
    struct keyslots *slots;   /* those there are; once `changes_slots`, those there shall be */
    bool changes_slots;
    bool is_first;      /* the first passphrase is set */
    struct secret *key; /* what the passphrase opened; NULL: nothing was to be opened */

    /* What the store's worker hands back to the loop. */
    struct secret *policy_key; /* config_seal_key(); NULL: nothing changes */
    uint64_t counter;
    bool is_remembered_again;          /* what was gone from the store isn't any more */
    char slots_notice[KC_MESSAGE_MAX]; /* a sentence about a file that was changed, or "" */
    char record_notice[KC_MESSAGE_MAX];

    /* VAULT_REPORT */
    const char *event; /* static */
    char message[KC_MESSAGE_MAX];
};

/* Copies the slots, which may be NULL. */
KC_MUST_USE enum kc_error vault_work_new(const struct keyslots *slots,
                                         struct vault_work **ret_work);
void vault_work_free(struct vault_work *work);

/* Slow. Fills `error`: KC_DENIED the passphrase is wrong · KC_NOT_FOUND none is set · KC_INVALID
 * what is asked makes no sense · KC_BUSY too many slots. */
void vault_work_run(struct vault_work *work, const struct request *request);

/* The value of that name; NULL when the request has none. */
const struct secret *vault_work_value(const struct request *request, const char *name);

KC_AUTO_DEFINE(vault_work)

#endif
