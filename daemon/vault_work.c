/* SPDX-License-Identifier: MIT */
/* Passphrases against slots. Every way out leaves either all that was asked, or nothing. */
#include "daemon/vault_work.h"

#include "daemon/crypto_derive.h"
#include "daemon/keyslot.h"
#include "libkc/message.h"
#include "libkc/secret.h"
#include "platform/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct secret *vault_work_value(const struct request *request, const char *name) {
    for (size_t i = 0; i < request->value_count; i++) {
        if (strcmp(request->targets[i], name) == 0) {
            return request->values[i];
        }
    }
    return NULL;
}

static enum kc_error copy_slots(const struct keyslots *slots, struct keyslots **ret_slots) {
    KC_AUTO(secret) text = NULL;
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = keyslots_text(slots, &text);
    if (error == KC_OK) {
        error =
            keyslots_parse((const char *)secret_view(text), secret_length(text), ret_slots, why);
    }
    return error;
}

enum kc_error vault_work_new(const struct keyslots *slots, struct vault_work **ret_work) {
    KC_AUTO(vault_work) work = calloc(1, sizeof *work);
    if (work == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = slots != NULL ? copy_slots(slots, &work->slots) : KC_OK;
    if (error == KC_OK) {
        *ret_work = work;
        work = NULL;
    }
    return error;
}

void vault_work_free(struct vault_work *work) {
    if (work == NULL) {
        return;
    }
    keyslots_free(work->slots);
    secret_free(work->key);
    secret_free(work->policy_key);
    free(work);
}

static enum kc_error refuse(struct vault_work *work, enum kc_error error, const char *sentence) {
    (void)snprintf(work->why, sizeof work->why, "%s", sentence);
    return error;
}

static bool has_passphrase(const struct vault_work *work) {
    return work->slots != NULL && keyslots_count(work->slots, KEYSLOT_PASSPHRASE) > 0;
}

/* Opens the key with the passphrase of that name. */
static enum kc_error open_key(struct vault_work *work, const struct request *request,
                              const char *name, unsigned *ret_number) {
    const struct secret *passphrase = vault_work_value(request, name);
    if (passphrase == NULL || secret_length(passphrase) > KC_PASSPHRASE_MAX) {
        return refuse(work, KC_INVALID, "a passphrase is needed, of at most 1024 bytes");
    }
    if (!has_passphrase(work)) {
        return refuse(work, KC_NOT_FOUND,
                      "no passphrase is set; set one with: keychain-auth passphrase set");
    }
    return keyslots_try(work->slots, passphrase, &work->key, ret_number);
}

static enum kc_error add_new(struct vault_work *work, const struct request *request) {
    const struct secret *passphrase = vault_work_value(request, "new");
    struct crypto_cost cost = {0};
    if (passphrase == NULL || secret_length(passphrase) < KC_PASSPHRASE_MIN ||
        secret_length(passphrase) > KC_PASSPHRASE_MAX) {
        return refuse(work, KC_INVALID, "a passphrase has 8 to 1024 bytes");
    }
    enum kc_error error = crypto_cost_choose(&cost);
    if (error == KC_OK) {
        error = keyslots_add_passphrase(work->slots, work->key, passphrase, &cost);
    }
    if (error == KC_BUSY) {
        return refuse(work, KC_INVALID, "there are eight passphrases already; remove one first");
    }
    /* The point of it: what stands there in the clear would open everything. */
    const char *keeps = attributes_get(&request->attributes, "keep_key_file");
    if (error == KC_OK && keeps == NULL && check_is_on("key_file")) {
        keyslots_drop(work->slots, KEYSLOT_KEYFILE);
    }
    return error;
}

static enum kc_error set(struct vault_work *work, const struct request *request) {
    if (has_passphrase(work)) {
        return refuse(work, KC_INVALID,
                      "a passphrase is set already; change it with: keychain-auth passphrase "
                      "change, or add another one with: keychain-auth passphrase add");
    }
    enum kc_error error = keyslots_key(work->slots, &work->key);
    work->is_first = true;
    return error == KC_OK ? add_new(work, request) : error;
}

static enum kc_error add(struct vault_work *work, const struct request *request) {
    unsigned number = 0;
    enum kc_error error = open_key(work, request, "old", &number);
    return error == KC_OK ? add_new(work, request) : error;
}

static enum kc_error change(struct vault_work *work, const struct request *request) {
    unsigned number = 0;
    enum kc_error error = open_key(work, request, "old", &number);
    if (error == KC_OK) {
        keyslots_remove(work->slots, number);
        error = add_new(work, request);
    }
    return error;
}

/* Without the last one the key stands in the clear again: there is no third way to keep it. */
static enum kc_error take_away(struct vault_work *work, const struct request *request) {
    unsigned number = 0;
    enum kc_error error = open_key(work, request, "old", &number);
    if (error != KC_OK) {
        return error;
    }
    keyslots_remove(work->slots, number);
    bool is_open = has_passphrase(work) || keyslots_count(work->slots, KEYSLOT_KEYFILE) > 0;
    return is_open ? KC_OK : keyslots_add_key(work->slots, work->key);
}

static enum kc_error change_slots(struct vault_work *work, const struct request *request) {
    static const struct {
        const char *word;
        enum kc_error (*run)(struct vault_work *work, const struct request *request);
    } changes[] = {{"set", set}, {"add", add}, {"change", change}, {"remove", take_away}};
    const char *word = attributes_get(&request->attributes, "change");
    if (work->slots == NULL) {
        return refuse(work, KC_INVALID, "this store keeps nothing, so there is nothing to lock");
    }
    for (size_t i = 0; word != NULL && i < sizeof changes / sizeof changes[0]; i++) {
        if (strcmp(word, changes[i].word) == 0) {
            enum kc_error error = changes[i].run(work, request);
            work->changes_slots = error == KC_OK;
            return error;
        }
    }
    return refuse(work, KC_INVALID,
                  "\"change\" must be \"set\", \"add\", \"change\" or \"remove\"");
}

void vault_work_run(struct vault_work *work, const struct request *request) {
    unsigned number = 0;
    work->error = request->action == KC_ACTION_PASSPHRASE
                      ? change_slots(work, request)
                      : open_key(work, request, "passphrase", &number);
}
