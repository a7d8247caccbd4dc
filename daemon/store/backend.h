/* SPDX-License-Identifier: MIT */
/*
 * What a store is: a table of synchronous functions over sealed items. They run on the
 * store's worker only, one at a time. Changes are staged (put, remove), made durable under
 * another name (prepare), and made to count (commit); between prepare and commit the record is
 * written. mark and undo take back the changes of one request without those of another.
 * tests/unit/test_store_contract.c is the contract that every one of them passes.
 */
#ifndef STORE_BACKEND_H
#define STORE_BACKEND_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/store/items.h"
#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct store_backend;

struct store_table {
    const char *name; /* "file", "secret-service", "memory" */

    /* Before each batch: notices that the stored bytes changed under us and reads them anew.
     * KC_DAMAGED or KC_UNSAFE: they can't be used; nothing will be overwritten. `why` says
     * which file and what to do. Nothing is staged when it is called. */
    enum kc_error (*refresh)(struct store_backend *backend, char why[KC_MESSAGE_MAX]);

    /* KC_NOT_FOUND. Borrowed until the next change. */
    enum kc_error (*find)(struct store_backend *backend, const char *service, const char *target,
                          const struct item **ret_item);
    /* Every item of `service` whose target begins with `prefix`, in bytewise order. The
     * visitor changes nothing. */
    enum kc_error (*list)(struct store_backend *backend, const char *service, const char *prefix,
                          item_visitor *visit, void *context);
    /* Every item of every service, in the same order, on the same terms. */
    enum kc_error (*each)(struct store_backend *backend, item_visitor *visit, void *context);

    enum kc_error (*put)(struct store_backend *backend, struct item **take_item);
    enum kc_error (*remove)(struct store_backend *backend, const char *service,
                            const char *target); /* KC_NOT_FOUND */
    size_t (*mark)(struct store_backend *backend);
    void (*undo)(struct store_backend *backend, size_t mark);

    /* Durable, but not yet in force. On failure everything staged is still staged. */
    enum kc_error (*prepare)(struct store_backend *backend);
    /* In force. On failure the store is as before the staging, in memory and, unless the system
     * took the change and only couldn't promise to keep it, on disk; the next refresh follows what
     * is there. */
    enum kc_error (*commit)(struct store_backend *backend);
    /* Drops everything staged and prepared. Can't fail. */
    void (*rollback)(struct store_backend *backend);

    size_t (*count)(struct store_backend *backend);
    /* NULL for a store that has nothing to add to the error itself. Else a sentence about the
     * last failure of any of the above, "" when there was none; borrowed until the next call. */
    const char *(*trouble)(struct store_backend *backend);
    void (*close)(struct store_backend *backend); /* accepts NULL */
};

/* Every back end's own struct begins with this. */
struct store_backend {
    const struct store_table *table;
};

KC_MUST_USE enum kc_error memory_open(struct store_backend **ret_backend);

/*
 * keyring.json in `directory` (made when missing), sealed with the key of this id
 * (crypto_key_id()), which isn't needed for anything here. Takes
 * `directory`/.lock for as long as it is open.
 * KC_BUSY another process has the store open · KC_DAMAGED, KC_UNSAFE: `why` names the file.
 * A file that isn't there is an empty store and is made by the first write. A file that was
 * sealed with another key is KC_DAMAGED. Once it has been seen, a file that disappears is
 * KC_DAMAGED at the next refresh.
 */
KC_MUST_USE enum kc_error sealed_file_open(const char *directory, const char *key_id,
                                           struct store_backend **ret_backend,
                                           char why[KC_MESSAGE_MAX]);

/*
 * The keyring of the desktop (GNOME Keyring), over the session bus.
 * It takes no lock: whoever opens it holds that of the file store.
 * KC_IO nobody answers · KC_UNSUPPORTED built without libsecret; `why` says so. (The names that
 * begin with secret_service are libsecret's own: the linker would take ours for them.)
 */
KC_MUST_USE enum kc_error sealed_service_open(const char *key_id,
                                              struct store_backend **ret_backend,
                                              char why[KC_MESSAGE_MAX]);

/* How many items of ours the desktop's keyring holds. It may be started by the question, and has
 * `timeout_ms` to answer. KC_IO, KC_UNSUPPORTED as above. */
KC_MUST_USE enum kc_error sealed_service_look(unsigned timeout_ms, size_t *ret_count,
                                              char why[KC_MESSAGE_MAX]);

/* Whether `directory` holds a keyring.json, without opening it. */
KC_MUST_USE enum kc_error sealed_file_exists(const char *directory, bool *ret_exists);

#endif
