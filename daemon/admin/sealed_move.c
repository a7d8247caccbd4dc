/* SPDX-License-Identifier: MIT */
/* The daemon's own functions on a dispatch that nobody serves. */
#include "daemon/admin/sealed_move.h"

#include "daemon/admin/passphrase.h"
#include "daemon/admin/say.h"
#include "daemon/audit.h"
#include "daemon/config.h"
#include "daemon/dispatch.h"
#include "daemon/keyslot.h"
#include "daemon/store.h"
#include "daemon/vault_seal.h"
#include "libkc/secret.h"
#include "platform/clock.h"
#include "platform/paths.h"

#include <stdio.h>
#include <stdlib.h>

void sealed_move_clear(struct sealed_move *move) {
    secret_free(move->passphrase);
    *move = (struct sealed_move){.passphrase = NULL};
}

enum exit_code sealed_move_open(struct sealed_move *move, const struct options *options,
                                struct store *store) {
    static const struct passphrase_question question = {.prompt = "passphrase: "};
    enum exit_code code = EXIT_DONE;
    move->is_sealed = keyslots_count(store_slots(store), KEYSLOT_PASSPHRASE) > 0;
    if (store_key(store) != NULL) {
        return EXIT_DONE;
    }
    if (move->passphrase == NULL) {
        code = passphrase_read(options, &question, &move->passphrase);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    enum kc_error error = store_unlock(store, move->passphrase);
    if (error == KC_DENIED) {
        say("the passphrase is wrong");
        return EXIT_NO;
    }
    return error == KC_OK ? EXIT_DONE : say_fault(error, "can't open the key");
}

/* What is remembered is read once: a store that was copied to has an older one. */
static enum kc_error load(struct sealed_move *move, const struct secret *key,
                          struct store_backend *backend) {
    enum kc_error error = KC_OK;
    if (!move->is_loaded) {
        error = seal_load(backend, key, &move->seal);
    }
    move->is_loaded = error == KC_OK;
    return error;
}

static enum kc_error change_sealed(struct sealed_move *move, struct dispatch *dispatch,
                                   const struct config_change *change,
                                   char report[KC_MESSAGE_MAX]) {
    const struct audit_note note = {.event = "store", .action = "use", .message = change->store};
    dispatch->is_sealed = true;
    dispatch->seal = move->seal;
    enum kc_error error = audit_note(dispatch->audit, &note);
    if (error == KC_OK) {
        error = vault_seal_change(dispatch, change, report);
    }
    move->seal = dispatch->seal;
    return error;
}

enum exit_code sealed_move_change(struct sealed_move *move, const struct places *places,
                                  const struct secret *key, struct store_backend *backend,
                                  const struct config_change *change) {
    KC_AUTO(audit) audit = NULL;
    KC_AUTO(secret) own_key = NULL;
    char *copy_path = NULL;
    char report[KC_MESSAGE_MAX] = "";
    enum kc_error error = load(move, key, backend);
    if (error == KC_NOT_FOUND) {
        say("what is remembered of the policy is gone from the store; start the daemon, unlock it, "
            "look at config.json, and say: keychain-auth policy accept");
        return EXIT_FAULT;
    }
    if (error == KC_OK) {
        error = audit_open(places->audit, &audit);
    }
    if (error == KC_OK) {
        error = paths_store(STORE_COPY_NAME, &copy_path);
    }
    if (error == KC_OK) {
        error = secret_new_copy(secret_view(key), secret_length(key), &own_key);
    }
    if (error == KC_OK) {
        struct dispatch dispatch = {.backend = backend,
                                    .key = own_key,
                                    .audit = audit,
                                    .config_path = places->config,
                                    .copy_path = copy_path};
        error = change_sealed(move, &dispatch, change, report);
    }
    free(copy_path);
    if (error != KC_OK) {
        say_report(report, error);
        return EXIT_FAULT;
    }
    (void)puts(report);
    return EXIT_DONE;
}
