/* SPDX-License-Identifier: MIT */
/*
 * The order of writes. A policy with a larger counter than is remembered counts: only who had the
 * key can have written it. So the file goes first and the memory of it after. For the slots it is
 * the other way round, and both hashes are remembered in between.
 */
#include "daemon/vault_seal.h"

#include "daemon/audit.h"
#include "daemon/audit_head.h"
#include "daemon/config.h"
#include "daemon/config_seal.h"
#include "daemon/dispatch.h"
#include "daemon/keyslot.h"
#include "daemon/seal.h"
#include "daemon/vault_helpers.h"
#include "daemon/vault_turn.h"
#include "daemon/vault_work.h"
#include "libkc/secret.h"
#include "platform/check.h"
#include "platform/clock.h"
#include "platform/file.h"

#include <stdio.h>
#include <string.h>

/* Larger than any: nothing counts. */
#define COUNTER_NONE UINT64_MAX

/* Where nothing is remembered the count goes on from the seconds since 1970, which no count that
 * was forgotten has reached by ones: an older file must not look like a newer one. */
static uint64_t first_counter(void) {
    return (uint64_t)(clock_wall_us() / 1000000);
}

static const struct secret *key_of(const struct dispatch *dispatch, const struct vault_work *work) {
    return dispatch->key != NULL ? dispatch->key : work->key;
}

static enum kc_error save(struct dispatch *dispatch, const struct secret *key) {
    enum kc_error error = audit_look(dispatch->audit, &dispatch->seal.audit);
    return error == KC_OK ? seal_save(dispatch->backend, key, &dispatch->seal) : error;
}

void vault_seal_remember(struct dispatch *dispatch) {
    struct audit_head head;
    if (audit_look(dispatch->audit, &head) != KC_OK ||
        head.place.seq == dispatch->seal.audit.place.seq) {
        return;
    }
    struct seal seal = dispatch->seal;
    seal.audit = head;
    if (seal_save(dispatch->backend, dispatch->key, &seal) == KC_OK) {
        dispatch->seal = seal;
    }
}

/* The policy */

static enum kc_error change_with(struct dispatch *dispatch, const struct secret *key,
                                 const struct config_change *change, char report[KC_MESSAGE_MAX]) {
    KC_AUTO(secret) seal_key = NULL;
    enum kc_error error = config_seal_key(key, &seal_key);
    if (error != KC_OK) {
        return error;
    }
    struct config_sealer sealer = {
        .key = seal_key,
        .oldest = dispatch->seal.counter,
        .counter = dispatch->seal.counter + 1,
        .copy_path = dispatch->copy_path,
    };
    error = config_change_sealed(dispatch->config_path, change, &sealer, report);
    if (sealer.is_used) {
        dispatch->seal.counter = sealer.counter;
        enum kc_error saved = save(dispatch, key);
        error = error == KC_OK ? saved : error;
    }
    return error;
}

enum kc_error vault_seal_change(struct dispatch *dispatch, const struct config_change *change,
                                char report[KC_MESSAGE_MAX]) {
    return dispatch->is_sealed ? change_with(dispatch, dispatch->key, change, report)
                               : config_change(dispatch->config_path, change, report);
}

/* The slots */

static enum kc_error hash_slots(const struct keyslots *slots, char ret_hash[HASH_TEXT_SIZE]) {
    KC_AUTO(secret) text = NULL;
    enum kc_error error = keyslots_text(slots, &text);
    return error == KC_OK
               ? audit_hash((const char *)secret_view(text), secret_length(text), ret_hash)
               : error;
}

/* The new hash in front, the old one behind it until the file is the new one. */
static enum kc_error expect_slots(struct dispatch *dispatch, struct vault_work *work) {
    char hash[HASH_TEXT_SIZE];
    struct seal *seal = &dispatch->seal;
    enum kc_error error = hash_slots(work->slots, hash);
    if (error != KC_OK) {
        return error;
    }
    memcpy(seal->slots[1], seal->slots[0], HASH_TEXT_SIZE);
    memcpy(seal->slots[0], hash, HASH_TEXT_SIZE);
    seal->slots_count = seal->slots_count > 0 ? 2 : 1;
    return save(dispatch, key_of(dispatch, work));
}

static enum kc_error replace_slots(struct dispatch *dispatch, struct vault_work *work,
                                   char why[KC_MESSAGE_MAX]) {
    enum kc_error error = keyslot_save(dispatch->slots_path, work->slots, why);
    if (error == KC_OK) {
        dispatch->seal.slots_count = 1;
        error = save(dispatch, key_of(dispatch, work));
    }
    return error;
}

/* Nothing is sealed by halves: whatever fails before the slots are written leaves a policy with a
 * seal that nobody asks for. */
static enum kc_error seal_first(struct dispatch *dispatch, struct vault_work *work,
                                char why[KC_MESSAGE_MAX]) {
    const struct config_change change = {.kind = CONFIG_ACCEPT};
    char report[KC_MESSAGE_MAX] = "";
    dispatch->seal = (struct seal){.counter = first_counter()};
    enum kc_error error = expect_slots(dispatch, work);
    if (error == KC_OK) {
        error = change_with(dispatch, work->key, &change, report);
    }
    if (error != KC_OK) {
        (void)snprintf(why, KC_MESSAGE_MAX, "%s", report);
        return error;
    }
    error = replace_slots(dispatch, work, why);
    dispatch->is_sealed = error == KC_OK;
    return error;
}

static enum kc_error unseal_last(struct dispatch *dispatch, struct vault_work *work,
                                 char why[KC_MESSAGE_MAX]) {
    const struct config_change change = {.kind = CONFIG_UNSEAL};
    enum kc_error error = keyslot_save(dispatch->slots_path, work->slots, why);
    if (error != KC_OK) {
        return error;
    }
    dispatch->is_sealed = false;
    if (dispatch->key == NULL) {
        dispatch->key = work->key;
        work->key = NULL;
    }
    error = config_change(dispatch->config_path, &change, why);
    if (error == KC_OK) {
        error = seal_remove(dispatch->backend);
    }
    return error;
}

static enum kc_error load(struct dispatch *dispatch, const struct secret *key) {
    enum kc_error error = seal_load(dispatch->backend, key, &dispatch->seal);
    if (error != KC_OK) {
        dispatch->seal = (struct seal){.counter = first_counter()};
    }
    return error;
}

enum kc_error vault_seal_slots(struct dispatch *dispatch, struct vault_work *work,
                               char why[KC_MESSAGE_MAX]) {
    enum kc_error error = KC_OK;
    bool has_passphrase = keyslots_count(work->slots, KEYSLOT_PASSPHRASE) > 0;
    if (!has_passphrase) {
        return unseal_last(dispatch, work, why);
    }
    if (!work->is_first) {
        /* It may be locked: then what is remembered hasn't been looked at yet. */
        if (!dispatch->is_sealed) {
            (void)!load(dispatch, work->key);
        }
        if (error == KC_OK) {
            error = expect_slots(dispatch, work);
        }
        return error == KC_OK ? replace_slots(dispatch, work, why) : error;
    }
    error = seal_first(dispatch, work, why);
    if (error == KC_OK) {
        error = config_seal_key(work->key, &work->policy_key);
        work->counter = dispatch->seal.counter;
    }
    return error;
}

/* Looking */

static void compare_slots(struct dispatch *dispatch, struct vault_work *work) {
    struct file_bytes bytes = {0};
    char hash[HASH_TEXT_SIZE] = "";
    enum kc_error error = file_read(dispatch->slots_path, FILE_SECRET, KEYSLOT_FILE_MAX, &bytes);
    if (error == KC_OK) {
        error = audit_hash(bytes.bytes, bytes.length, hash);
    }
    file_bytes_clear(&bytes);
    for (size_t i = 0; error == KC_OK && i < dispatch->seal.slots_count; i++) {
        if (strcmp(hash, dispatch->seal.slots[i]) == 0) {
            return;
        }
    }
    (void)snprintf(work->slots_notice, sizeof work->slots_notice,
                   "the file of key slots was changed by another program: an older passphrase may "
                   "open it again; write it anew with: keychain-auth passphrase change");
}

static void compare_record(struct dispatch *dispatch, struct vault_work *work) {
    const struct audit_head *head = &dispatch->seal.audit;
    if (audit_head_check_file(dispatch->audit_path, head) != KC_CHANGED ||
        !check_is_on("audit_head")) {
        return;
    }
    (void)snprintf(work->record_notice, sizeof work->record_notice,
                   "the record was cut off or written anew while nobody looked: it had %llu lines "
                   "before",
                   (unsigned long long)head->place.seq);
}

static void report(struct dispatch *dispatch, const char *event, const char *message) {
    const struct audit_note note = {.event = event, .message = message, .result = "error"};
    if (message[0] != '\0') {
        enum kc_error error = audit_note(dispatch->audit, &note);
        (void)error; /* status and the log have it, too */
    }
}

void vault_turn_compare(struct dispatch *dispatch, struct vault_work *work) {
    enum kc_error error = load(dispatch, dispatch->key);
    work->counter = error == KC_OK ? dispatch->seal.counter : COUNTER_NONE;
    dispatch->is_sealed = true;
    if (error == KC_OK) {
        compare_slots(dispatch, work);
        compare_record(dispatch, work);
    } else {
        /* Whoever took it out of the store may have put back an older policy, too. */
        (void)snprintf(work->record_notice, sizeof work->record_notice,
                       "what was remembered of policy and record is gone from the store; look at "
                       "config.json, then say: keychain-auth policy accept");
    }
    report(dispatch, "slots_changed", work->slots_notice);
    report(dispatch, "record_cut", work->record_notice);
    if (error == KC_OK) {
        vault_helpers_register(dispatch);
        vault_seal_remember(dispatch);
        work->counter = dispatch->seal.counter;
    }
    if (config_seal_key(dispatch->key, &work->policy_key) != KC_OK) {
        work->counter = COUNTER_NONE; /* no key, no policy: that denies everything */
    }
}
