/* SPDX-License-Identifier: MIT */
/*
 * The road from an allowed request to a finished outcome. A batch is one turn: every request
 * is handled on the staged store, the stage is made durable under another name, the record is
 * written, and only then the stage comes into force.
 */
#include "daemon/dispatch.h"

#include "daemon/audit.h"
#include "daemon/chain.h"
#include "daemon/dispatch_internal.h"
#include "daemon/pending.h"
#include "daemon/reply.h"
#include "daemon/store.h"
#include "daemon/store/backend.h"
#include "daemon/vault_turn.h"
#include "daemon/vault_work.h"
#include "platform/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everybody at the store waits as long, so whoever holds the list's lock may not hold it long. */
#define LIST_WAIT_MS 50

/* action -> handler; whether it needs the store's bytes; whether allowing it is recorded. The
 * right that an action needs is authorise's to know. */
static const struct row {
    operation_handler *handle;
    bool uses_items;
    bool is_recorded;
} table[KC_ACTION_COUNT] = {
    [KC_ACTION_READ] = {operation_read, true, true},
    [KC_ACTION_WRITE] = {operation_write, true, true},
    [KC_ACTION_DELETE] = {operation_delete, true, true},
    [KC_ACTION_SEARCH] = {operation_search, true, true},
    [KC_ACTION_GRANTS] = {operation_grants, false, false},
    [KC_ACTION_STATUS] = {operation_status, false, false},
    [KC_ACTION_STOP] = {operation_stop, false, true},
    /* Once they are allowed these have turns of their own (vault_turn.c). */
    [KC_ACTION_UNLOCK] = {NULL, false, true},
    [KC_ACTION_LOCK] = {NULL, false, true},
    [KC_ACTION_PASSPHRASE] = {NULL, false, true},
    [KC_ACTION_ADMIN] = {NULL, false, true},
    [KC_ACTION_POLICY] = {NULL, false, true},
};

static bool is_allowed(const struct exchange *exchange) {
    return exchange->decision.verdict == VERDICT_ALLOWED;
}

static bool uses_items(const struct exchange *exchange) {
    return is_allowed(exchange) && table[exchange->request->action].uses_items;
}

static void exchange_fail(struct exchange *exchange, enum kc_error error, const char *message) {
    exchange_drop_results(exchange);
    reply_translate(error, message, &exchange->outcome);
}

/* What the store itself says of its failure; NULL when it has nothing to say. */
static const char *store_says(struct store_backend *backend) {
    const char *trouble = backend->table->trouble != NULL ? backend->table->trouble(backend) : "";
    return trouble[0] != '\0' ? trouble : NULL;
}

static void handle_one(struct dispatch *dispatch, struct exchange *exchange) {
    struct operation operation = {
        .backend = dispatch->backend,
        .key = dispatch->key,
        .exchange = exchange,
    };
    const struct store_table *store = dispatch->backend->table;
    if (clock_monotonic_ms() - exchange->started_ms > STORE_DEADLINE_MS) {
        exchange_fail(exchange, KC_TIMEOUT, "the store had no time for this; try again");
        return;
    }
    if (dispatch->key == NULL && table[exchange->request->action].uses_items) {
        exchange_fail(exchange, KC_LOCKED,
                      "the keychain is locked; unlock it with: keychain-auth unlock");
        return;
    }
    size_t mark = store->mark(dispatch->backend);
    enum kc_error error = table[exchange->request->action].handle(&operation);
    if (error == KC_OK) {
        reply_translate(KC_OK, NULL, &exchange->outcome);
        return;
    }
    store->undo(dispatch->backend, mark);
    exchange_fail(exchange, error,
                  operation.why[0] != '\0' ? operation.why : store_says(dispatch->backend));
}

/* The first part: every exchange has an outcome, the changes are staged. */
static void handle_all(struct dispatch *dispatch, struct exchange *const *batch, size_t count) {
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = dispatch->backend->table->refresh(dispatch->backend, why);
    for (size_t i = 0; i < count; i++) {
        struct exchange *exchange = batch[i];
        if (!is_allowed(exchange)) {
            exchange_drop_results(exchange);
            reply_refuse(exchange->decision.reason, exchange->decision.message, &exchange->outcome);
        } else if (error != KC_OK && uses_items(exchange)) {
            exchange_fail(exchange, error, why[0] != '\0' ? why : NULL);
        } else {
            handle_one(dispatch, exchange);
        }
    }
}

/*
 * A stage that can't be made to count takes everything with it that looked at the store in
 * this turn: what was read may have been somebody's change that never happened.
 */
static void fail_all(struct exchange *const *batch, size_t count, enum kc_error error,
                     const char *message) {
    for (size_t i = 0; i < count; i++) {
        if (uses_items(batch[i])) {
            exchange_fail(batch[i], error, message);
        }
    }
}

/* The record of a batch; false when it couldn't be written. */
static bool record_all(struct dispatch *dispatch, struct exchange *const *batch, size_t count) {
    struct exchange *recorded[KC_CONNECTIONS_MAX];
    size_t recorded_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_allowed(batch[i]) || table[batch[i]->request->action].is_recorded) {
            recorded[recorded_count] = batch[i];
            recorded_count++;
        }
    }
    if (recorded_count == 0) {
        return true;
    }
    if (audit_append(dispatch->audit, recorded, recorded_count) == KC_OK) {
        return true;
    }
    for (size_t i = 0; i < recorded_count; i++) {
        exchange_drop_results(recorded[i]);
        reply_refuse(KC_REASON_AUDIT_UNAVAILABLE,
                     "the record couldn't be written, so nothing was released or changed; is the "
                     "disk full?",
                     &recorded[i]->outcome);
    }
    return false;
}

/* What didn't come into force after all is written down, too; there is nobody left to tell when
 * this fails. */
static void record_failed_commit(struct dispatch *dispatch, struct exchange *const *batch,
                                 size_t count) {
    struct exchange *failed[KC_CONNECTIONS_MAX];
    size_t failed_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (uses_items(batch[i])) {
            failed[failed_count] = batch[i];
            failed_count++;
        }
    }
    if (failed_count > 0 && audit_append(dispatch->audit, failed, failed_count) != KC_OK) {
        for (size_t i = 0; i < failed_count; i++) {
            failed[i]->record.lines = 0;
        }
    }
}

static struct dispatch_noted *noted_slot(struct dispatch *dispatch,
                                         const unsigned char key[CRYPTO_HASH_SIZE]) {
    struct dispatch_noted *oldest = &dispatch->noted[0];
    for (size_t i = 0; i < DISPATCH_NOTED_MAX; i++) {
        struct dispatch_noted *slot = &dispatch->noted[i];
        if (memcmp(slot->key, key, sizeof slot->key) == 0) {
            return slot;
        }
        if (slot->last_ms < oldest->last_ms) {
            oldest = slot;
        }
    }
    memset(oldest, 0, sizeof *oldest);
    memcpy(oldest->key, key, sizeof oldest->key);
    return oldest;
}

/* Who asked and for what, in a few bytes; names hold no newline, paths may, and only blur the
 * count. */
static enum kc_error note_key(const struct pending_note *note,
                              unsigned char ret_key[CRYPTO_HASH_SIZE]) {
    char text[8192];
    int length = snprintf(text, sizeof text, "%s\n%s\n%s\n%s\n%s\n%s",
                          note->chain != NULL ? note->chain->id : "", note->hash, note->action,
                          note->service, note->target, note->path);
    size_t size = length < 0 ? 0 : (size_t)length;
    return crypto_hash(text, size < sizeof text ? size : sizeof text - 1, ret_key);
}

/* How many such denials are to be entered now; 0: one was entered a moment ago. */
static uint64_t note_times(struct dispatch *dispatch, const struct pending_note *note) {
    unsigned char key[CRYPTO_HASH_SIZE];
    uint64_t now_ms = clock_monotonic_ms();
    if (note_key(note, key) != KC_OK) {
        return 0;
    }
    struct dispatch_noted *slot = noted_slot(dispatch, key);
    slot->times++;
    if (slot->last_ms != 0 && now_ms - slot->last_ms < 1000) {
        return 0;
    }
    uint64_t times = slot->times;
    slot->times = 0;
    slot->last_ms = now_ms;
    return times;
}

/* An unregistered program waits by itself, whoever is above it. */
static const struct chain *pending_chain(const struct exchange *exchange) {
    bool is_of_chain = exchange->decision.reason == KC_REASON_CALLER_NOT_ALLOWED;
    return is_of_chain ? exchange->identity->chain : NULL;
}

/* The list is a convenience: what can't be entered is lost, the record has it. */
static void list_pending(struct dispatch *dispatch, struct exchange *const *batch, size_t count) {
    struct pending_note notes[KC_CONNECTIONS_MAX];
    size_t note_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct exchange *exchange = batch[i];
        if (!exchange->decision.is_pending) {
            continue;
        }
        const struct request *request = exchange->request;
        struct pending_note *note = &notes[note_count];
        *note = (struct pending_note){
            .path = exchange->identity->path,
            .hash = exchange->identity->hash,
            .chain = pending_chain(exchange),
            .arguments = exchange->identity->arguments != NULL ? exchange->identity->arguments : "",
            .pid = exchange->identity->pid,
            .action = kc_action_word(request->action),
            .service = request->service != NULL ? request->service : "",
            .target = request->target_count > 0 ? request->targets[0] : "",
        };
        note->times = note_times(dispatch, note);
        if (note->times == 0) {
            continue;
        }
        note_count++;
    }
    if (note_count > 0) {
        enum kc_error error =
            pending_add(dispatch->pending_path, notes, note_count, clock_wall_us(), LIST_WAIT_MS);
        (void)error;
    }
}

static void dispatch_turn(struct dispatch *dispatch, struct exchange *const *batch, size_t count) {
    struct store_backend *backend = dispatch->backend;
    handle_all(dispatch, batch, count);
    enum kc_error error = backend->table->prepare(backend);
    if (error != KC_OK) {
        const char *says = store_says(backend);
        fail_all(batch, count, error,
                 says != NULL ? says : "the store can't be written; is the disk full?");
        backend->table->rollback(backend);
    }
    if (!record_all(dispatch, batch, count)) {
        backend->table->rollback(backend);
        return;
    }
    error = backend->table->commit(backend);
    if (error != KC_OK) {
        const char *says = store_says(backend);
        fail_all(batch, count, error,
                 says != NULL
                     ? says
                     : "the store couldn't be written; see what it holds before you try again");
        record_failed_commit(dispatch, batch, count);
    }
    list_pending(dispatch, batch, count);
}

static bool is_for_vault(const struct exchange *exchange) {
    return is_allowed(exchange) &&
           (vault_turn_takes(exchange->request->action) || exchange->work != NULL);
}

/* What changes who may have what has a turn of its own, in the order in which it came. */
void dispatch_batch(struct dispatch *dispatch, struct exchange *const *batch, size_t count) {
    size_t done = 0;
    while (done < count) {
        size_t end = done;
        while (end < count && !is_for_vault(batch[end])) {
            end++;
        }
        if (end > done) {
            dispatch_turn(dispatch, batch + done, end - done);
        }
        if (end < count) {
            vault_turn(dispatch, batch[end]);
            end++;
        }
        done = end;
    }
}

void exchange_free(struct exchange *exchange) {
    if (exchange == NULL) {
        return;
    }
    exchange_drop_results(exchange);
    request_free(exchange->request);
    vault_work_free(exchange->work);
    free(exchange);
}
