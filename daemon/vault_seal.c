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
#include "libkc/error.h"
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

/* Of the slots in the file as it stands. */
static enum kc_error hash_file(const struct dispatch *dispatch, char ret_hash[HASH_TEXT_SIZE]) {
    struct file_bytes bytes = {0};
    enum kc_error error = file_read(dispatch->slots_path, FILE_SECRET, KEYSLOT_FILE_MAX, &bytes);
    if (error == KC_OK) {
        error = audit_hash(bytes.bytes, bytes.length, ret_hash);
    }
    file_bytes_clear(&bytes);
    return error;
}

/* Which of the slots that are remembered these are; `slots_count`: none of them. */
static size_t find_slots(const struct seal *seal, const char *hash) {
    size_t index = 0;
    while (index < seal->slots_count && strcmp(hash, seal->slots[index]) != 0) {
        index++;
    }
    return index;
}

/* Where nothing is remembered the slots are those that there are: what they were nobody knows. */
static enum kc_error save(struct dispatch *dispatch, const struct secret *key) {
    struct seal *seal = &dispatch->seal;
    enum kc_error error = audit_look(dispatch->audit, &seal->audit);
    if (error == KC_OK && seal->slots_count == 0) {
        error = hash_file(dispatch, seal->slots[0]);
        seal->slots_count = error == KC_OK ? 1 : 0;
    }
    return error == KC_OK ? seal_save(dispatch->backend, key, seal) : error;
}

void vault_seal_remember(struct dispatch *dispatch) {
    struct audit_head head;
    if (dispatch->seal.slots_count == 0 || audit_look(dispatch->audit, &head) != KC_OK ||
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

enum kc_error vault_seal_open_policy(const struct dispatch *dispatch, const struct secret *key,
                                     struct config **ret_config) {
    KC_AUTO(config) config = NULL;
    struct config_guard guard = {.counter = dispatch->seal.counter,
                                 .copy_path = dispatch->copy_path};
    enum kc_error error = config_new(dispatch->config_path, &config);
    if (error == KC_OK && key != NULL) {
        error = config_seal_key(key, &guard.key);
    }
    if (error != KC_OK) {
        return error;
    }
    config_watch(config, &guard);
    (void)config_refresh(config);
    *ret_config = config;
    config = NULL;
    return KC_OK;
}

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

/* The new hash in front, that of the file behind it until the file is the new one. After a change
 * that failed half-way the file may be either of the two that were remembered then. */
static enum kc_error expect_slots(struct dispatch *dispatch, struct vault_work *work) {
    char wanted[HASH_TEXT_SIZE];
    char present[HASH_TEXT_SIZE];
    const struct seal before = dispatch->seal;
    struct seal *seal = &dispatch->seal;
    enum kc_error error = hash_slots(work->slots, wanted);
    if (error != KC_OK) {
        return error;
    }
    size_t old = hash_file(dispatch, present) == KC_OK ? find_slots(&before, present) : 0;
    memcpy(seal->slots[1], before.slots[old < before.slots_count ? old : 0], HASH_TEXT_SIZE);
    memcpy(seal->slots[0], wanted, HASH_TEXT_SIZE);
    seal->slots_count = before.slots_count > 0 ? 2 : 1;
    error = save(dispatch, key_of(dispatch, work));
    if (error != KC_OK) {
        *seal = before;
    }
    return error;
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

/* Looking */

static void compare_slots(const struct dispatch *dispatch, struct vault_work *work) {
    char hash[HASH_TEXT_SIZE];
    const struct seal *seal = &dispatch->seal;
    if (hash_file(dispatch, hash) == KC_OK && find_slots(seal, hash) < seal->slots_count) {
        return;
    }
    (void)snprintf(work->slots_notice, sizeof work->slots_notice,
                   "the file of key slots was changed by another program: an older passphrase may "
                   "open it again; write it anew with: keychain-auth passphrase change");
}

static void compare_record(const struct dispatch *dispatch, struct vault_work *work) {
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

/* What is remembered; anything else that goes wrong with it is a moment's. */
static bool is_gone(enum kc_error error) {
    return error == KC_NOT_FOUND || error == KC_DAMAGED;
}

/* Loads what is remembered, and says in the notices of the work what doesn't fit it. Where it can't
 * be had the count begins anew. */
static enum kc_error compare(struct dispatch *dispatch, const struct secret *key,
                             struct vault_work *work) {
    enum kc_error error = seal_load(dispatch->backend, key, &dispatch->seal);
    if (error == KC_OK) {
        compare_slots(dispatch, work);
        compare_record(dispatch, work);
        return KC_OK;
    }
    dispatch->seal = (struct seal){.counter = first_counter()};
    if (!is_gone(error)) {
        (void)snprintf(work->record_notice, sizeof work->record_notice,
                       "what is remembered of policy and record can't be looked at: %s; lock, and "
                       "unlock again",
                       kc_error_text(error));
        return error;
    }
    /* Whoever took it out of the store may have put back an older policy, too. */
    (void)snprintf(work->record_notice, sizeof work->record_notice,
                   "what was remembered of policy and record is gone from the store; look at "
                   "config.json, then say: keychain-auth policy accept");
    return error;
}

/* While it is locked nobody has compared anything yet, and what is written now would be remembered
 * in place of what would have told: so that comes first. */
static enum kc_error need_peace(struct dispatch *dispatch, struct vault_work *work,
                                char why[KC_MESSAGE_MAX]) {
    enum kc_error error = compare(dispatch, work->key, work);
    if (error != KC_OK && !is_gone(error)) {
        return error;
    }
    const char *notice = work->record_notice[0] != '\0' ? work->record_notice : work->slots_notice;
    if (notice[0] == '\0') {
        return KC_OK;
    }
    (void)snprintf(why, KC_MESSAGE_MAX,
                   "%.700s; nothing was changed: first let it be written down, with: keychain-auth "
                   "unlock",
                   notice);
    return KC_CHANGED;
}

/* Without a seal the file counts, whoever wrote it. */
static enum kc_error need_own_policy(const struct dispatch *dispatch, const struct vault_work *work,
                                     char why[KC_MESSAGE_MAX]) {
    KC_AUTO(config) config = NULL;
    enum kc_error error = vault_seal_open_policy(dispatch, key_of(dispatch, work), &config);
    if (error == KC_OK && config_notice(config)[0] != '\0') {
        (void)snprintf(why, KC_MESSAGE_MAX, "%s", config_notice(config));
        error = KC_CHANGED;
    }
    return error;
}

enum kc_error vault_seal_slots(struct dispatch *dispatch, struct vault_work *work,
                               char why[KC_MESSAGE_MAX]) {
    if (work->is_first) {
        enum kc_error error = seal_first(dispatch, work, why);
        if (error == KC_OK) {
            error = config_seal_key(work->key, &work->policy_key);
            work->counter = dispatch->seal.counter;
        }
        return error;
    }
    bool is_last = keyslots_count(work->slots, KEYSLOT_PASSPHRASE) == 0;
    enum kc_error error = dispatch->is_sealed ? KC_OK : need_peace(dispatch, work, why);
    if (error == KC_OK) {
        error = is_last ? need_own_policy(dispatch, work, why) : expect_slots(dispatch, work);
    }
    if (error != KC_OK) {
        return error;
    }
    return is_last ? unseal_last(dispatch, work, why) : replace_slots(dispatch, work, why);
}

static void report(struct dispatch *dispatch, const char *event, const char *message) {
    const struct audit_note note = {.event = event, .message = message, .result = "error"};
    if (message[0] != '\0') {
        enum kc_error error = audit_note(dispatch->audit, &note);
        (void)error; /* status and the log have it, too */
    }
}

void vault_turn_compare(struct dispatch *dispatch, struct vault_work *work) {
    enum kc_error error = compare(dispatch, dispatch->key, work);
    work->counter = error == KC_OK ? dispatch->seal.counter : COUNTER_NONE;
    dispatch->is_sealed = true;
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
