/* SPDX-License-Identifier: MIT */
/* The item that holds the seal: sealed with the master key like everybody's, in a turn of its
 * own. */
#include "daemon/seal.h"

#include "daemon/crypto.h"
#include "daemon/store/backend.h"
#include "libkc/secret.h"

static enum kc_error open_item(const struct item *item, const struct secret *key,
                               struct seal *ret_seal) {
    KC_AUTO(secret) text = NULL;
    enum kc_error error = crypto_unseal(key, item->service, item->target, &item->attributes,
                                        item->sealed, item->sealed_length, &text);
    return error == KC_OK
               ? seal_parse((const char *)secret_view(text), secret_length(text), ret_seal)
               : error;
}

enum kc_error seal_load(struct store_backend *backend, const struct secret *key,
                        struct seal *ret_seal) {
    const struct item *item = NULL;
    enum kc_error error = backend->table->find(backend, SEAL_SERVICE, SEAL_TARGET, &item);
    return error == KC_OK ? open_item(item, key, ret_seal) : error;
}

static enum kc_error commit(struct store_backend *backend, enum kc_error error) {
    if (error == KC_OK) {
        error = backend->table->prepare(backend);
    }
    if (error != KC_OK) {
        backend->table->rollback(backend);
        return error;
    }
    return backend->table->commit(backend);
}

enum kc_error seal_save(struct store_backend *backend, const struct secret *key,
                        const struct seal *seal) {
    static const struct attributes none = {0};
    KC_AUTO(secret) text = NULL;
    KC_AUTO(item) item = NULL;
    enum kc_error error = seal_write(seal, &text);
    if (error == KC_OK) {
        error = item_new(SEAL_SERVICE, SEAL_TARGET, &none, &item);
    }
    if (error == KC_OK) {
        error = crypto_seal(key, item->service, item->target, &item->attributes, text,
                            &item->sealed, &item->sealed_length);
    }
    if (error != KC_OK) {
        return error;
    }
    return commit(backend, backend->table->put(backend, &item));
}

enum kc_error seal_remove(struct store_backend *backend) {
    enum kc_error error = backend->table->remove(backend, SEAL_SERVICE, SEAL_TARGET);
    return error == KC_NOT_FOUND ? KC_OK : commit(backend, error);
}
