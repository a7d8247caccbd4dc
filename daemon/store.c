/* SPDX-License-Identifier: MIT */
/* Opens the key slots and the back end, and owns the one worker that uses them. */
#include "daemon/store.h"

#include "daemon/crypto.h"
#include "daemon/exchange.h"
#include "daemon/keyslot.h"
#include "daemon/store/backend.h"
#include "daemon/worker.h"
#include "libkc/parse.h"
#include "libkc/secret.h"
#include "platform/file.h"
#include "platform/paths.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_MS      2000 /* for `auto`: a keyring that has to be started may take a while */
#define PROVIDER_MS  5000 /* once it was chosen */
#define SERVICE_NAME "secret-service"
#define MIGRATE      "keychain-auth store migrate " SERVICE_NAME

struct store {
    struct store_backend *backend;
    struct keyslots *slots; /* NULL: a store that is gone with us */
    struct secret *key;     /* NULL: no slot opens without a passphrase, or it was taken */
    char *place;
    struct file_lock *lock; /* for a back end that takes none itself */
    char reason[KC_MESSAGE_MAX];
    struct worker *worker;
    struct store_road road;
};

/* Without a slot there must be nothing yet that one was needed for. */
static enum kc_error make_key(const char *path, bool has_items, struct keyslots **ret_slots,
                              char why[KC_MESSAGE_MAX]) {
    if (!has_items) {
        return keyslot_create(path, ret_slots, why);
    }
    (void)snprintf(why, KC_MESSAGE_MAX,
                   "the key is gone: \"%s\" doesn't exist but a keyring does; restore it from a "
                   "backup, or move the keyring away to begin anew",
                   path);
    return KC_DAMAGED;
}

static enum kc_error open_slots(const char *directory, bool service_has_items,
                                struct keyslots **ret_slots, char why[KC_MESSAGE_MAX]) {
    char *path = NULL;
    enum kc_error error = paths_store(STORE_SLOTS_NAME, &path);
    if (error != KC_OK) {
        return error;
    }
    error = keyslot_load(path, ret_slots, why);
    if (error == KC_NOT_FOUND) {
        bool exists = false;
        error = sealed_file_exists(directory, &exists);
        if (error == KC_OK) {
            error = make_key(path, exists || service_has_items, ret_slots, why);
        }
    }
    free(path);
    return error;
}

/* The slots, and the key as far as it lies there in the clear. */
static enum kc_error open_key(struct store *store, const char *directory, bool service_has_items,
                              char why[KC_MESSAGE_MAX]) {
    enum kc_error error = open_slots(directory, service_has_items, &store->slots, why);
    if (error == KC_OK) {
        error = keyslots_key(store->slots, &store->key);
    }
    return error == KC_LOCKED ? KC_OK : error;
}

/* Where the key slots are, whichever the store; and the file store as a whole. */
static enum kc_error open_directory(char **ret_directory, char why[KC_MESSAGE_MAX]) {
    char *directory = NULL;
    enum kc_error error = paths_store("", &directory);
    if (error == KC_OK) {
        /* paths_store("") ends with a slash that would look odd in messages. */
        size_t length = strlen(directory);
        if (length > 1 && directory[length - 1] == '/') {
            directory[length - 1] = '\0';
        }
        error = file_make_directory(directory);
    }
    if (error != KC_OK) {
        (void)snprintf(why, KC_MESSAGE_MAX,
                       "\"%s\" can't be used: it must be a directory of yours that others can't "
                       "write to",
                       directory != NULL ? directory : "~/.keychain-auth");
        free(directory);
        return error;
    }
    *ret_directory = directory;
    return KC_OK;
}

static enum kc_error open_file(struct store *store, char why[KC_MESSAGE_MAX]) {
    enum kc_error error = open_directory(&store->place, why);
    if (error == KC_OK) {
        error = open_key(store, store->place, false, why);
    }
    if (error == KC_OK) {
        error = sealed_file_open(store->place, keyslots_key_id(store->slots), &store->backend, why);
    }
    return error;
}

static enum kc_error open_memory(struct store *store) {
    enum kc_error error = secret_new(CRYPTO_KEY_SIZE, &store->key);
    if (error == KC_OK) {
        secret_set_length(store->key, CRYPTO_KEY_SIZE);
        error = crypto_random(secret_bytes(store->key), CRYPTO_KEY_SIZE);
    }
    if (error == KC_OK) {
        store->place = strdup("nowhere");
        error = store->place != NULL ? memory_open(&store->backend) : KC_NO_MEMORY;
    }
    return error;
}

/* The desktop's keyring */

/* The file store's own: one daemon at a time, whichever store it uses. */
static enum kc_error take_lock(struct store *store, const char *directory,
                               char why[KC_MESSAGE_MAX]) {
    char *path = NULL;
    enum kc_error error = paths_store(".lock", &path);
    if (error == KC_OK) {
        error = file_lock(path, 0, &store->lock);
    }
    if (error != KC_OK) {
        (void)snprintf(why, KC_MESSAGE_MAX,
                       error == KC_BUSY
                           ? "the store in \"%s\" is in use by another daemon; stop that one first"
                           : "can't lock the store in \"%s\"; it must be yours",
                       directory);
    }
    free(path);
    return error;
}

static enum kc_error open_service_with(struct store *store, const char *directory,
                                       bool service_has_items, char why[KC_MESSAGE_MAX]) {
    enum kc_error error = take_lock(store, directory, why);
    if (error == KC_OK) {
        error = open_key(store, directory, service_has_items, why);
    }
    if (error == KC_OK) {
        error = sealed_service_open(keyslots_key_id(store->slots), &store->backend, why);
    }
    return error;
}

static enum kc_error open_service(struct store *store, char why[KC_MESSAGE_MAX]) {
    size_t count = 0;
    char *directory = NULL;
    enum kc_error error = sealed_service_look(PROVIDER_MS, &count, why);
    if (error == KC_OK) {
        error = open_directory(&directory, why);
    }
    if (error == KC_OK) {
        error = open_service_with(store, directory, count > 0, why);
    }
    free(directory);
    if (error == KC_OK) {
        store->place = strdup("the default collection of the desktop's keyring");
        error = store->place != NULL ? KC_OK : KC_NO_MEMORY;
    }
    return error;
}

/* As before anything was opened. */
static void shut(struct store *store) {
    if (store->backend != NULL) {
        store->backend->table->close(store->backend);
        store->backend = NULL;
    }
    keyslots_free(store->slots);
    store->slots = NULL;
    secret_free(store->key);
    store->key = NULL;
    file_lock_free(store->lock);
    store->lock = NULL;
    free(store->place);
    store->place = NULL;
}

/* How many items the file store has; it stays open when there are any. */
static enum kc_error count_file(struct store *store, size_t *ret_count, char why[KC_MESSAGE_MAX]) {
    char *directory = NULL;
    bool exists = false;
    size_t count = 0;
    enum kc_error error = open_directory(&directory, why);
    if (error == KC_OK) {
        error = sealed_file_exists(directory, &exists);
    }
    free(directory);
    if (error == KC_OK && exists) {
        error = open_file(store, why);
        count = error == KC_OK ? store->backend->table->count(store->backend) : 0;
    }
    if (error == KC_OK && count == 0) {
        shut(store);
    }
    if (error == KC_OK) {
        *ret_count = count;
    }
    return error;
}

/* The desktop's keyring, unless that would leave items behind in the file. */
static enum kc_error open_auto(struct store *store, char why[KC_MESSAGE_MAX]) {
    char trouble[KC_MESSAGE_MAX] = "";
    size_t in_service = 0;
    size_t in_file = 0;
    if (sealed_service_look(LOOK_MS, &in_service, trouble) != KC_OK) {
        (void)snprintf(store->reason, sizeof store->reason, "%s", trouble);
        return open_file(store, why);
    }
    enum kc_error error = count_file(store, &in_file, why);
    if (error != KC_OK) {
        return error;
    }
    if (in_file > 0 && in_service == 0) {
        (void)snprintf(store->reason, sizeof store->reason,
                       "keyring.json has items; move them with: " MIGRATE);
        return KC_OK;
    }
    shut(store);
    (void)snprintf(store->reason, sizeof store->reason,
                   in_file > 0 ? "a Secret Service answers and holds items; keyring.json has "
                                 "others, move them with: " MIGRATE
                               : "a Secret Service answers on the session bus");
    return open_service(store, why);
}

static enum kc_error open_kind(struct store *store, const char *kind, char why[KC_MESSAGE_MAX]) {
    if (strcmp(kind, "auto") == 0) {
        return open_auto(store, why);
    }
    if (strcmp(kind, "file") == 0) {
        return open_file(store, why);
    }
    if (strcmp(kind, SERVICE_NAME) == 0) {
        return open_service(store, why);
    }
    if (strcmp(kind, "memory") == 0) {
        return open_memory(store);
    }
    char shown[128];
    (void)snprintf(why, KC_MESSAGE_MAX,
                   "\"%s\" is no store; say \"file\", \"secret-service\", \"memory\" or "
                   "\"auto\"",
                   parse_escape(kind, strlen(kind), shown, sizeof shown));
    return KC_INVALID;
}

enum kc_error store_open(const char *kind, struct store **ret_store, char why[KC_MESSAGE_MAX]) {
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        return KC_NO_MEMORY;
    }
    why[0] = '\0';
    enum kc_error error = open_kind(store, kind, why);
    if (error != KC_OK) {
        store_close(store);
        return error;
    }
    *ret_store = store;
    return KC_OK;
}

static void store_run(struct job *first, void *context) {
    const struct store *store = context;
    struct exchange *batch[KC_CONNECTIONS_MAX];
    size_t count = 0;
    for (struct job *job = first; job != NULL; job = job->next) {
        assert(count < KC_CONNECTIONS_MAX);
        batch[count] = (struct exchange *)job; /* `job` is its first member */
        count++;
    }
    store->road.run(batch, count, store->road.context);
}

static void store_done(struct job *job) {
    struct exchange *exchange = (struct exchange *)job;
    const struct store *store = exchange->store;
    store->road.done(exchange, store->road.context);
}

enum kc_error store_attach(struct store *store, struct uv_loop_s *loop,
                           const struct store_road *road) {
    const struct worker_plan plan = {
        .threads = 1,
        .bound = KC_CONNECTIONS_MAX,
        .takes_all = true,
        .run = store_run,
        .context = store,
    };
    store->road = *road;
    return worker_open(loop, &plan, &store->worker);
}

enum kc_error store_submit(struct store *store, struct exchange *exchange) {
    exchange->job.done = store_done;
    exchange->store = store;
    return worker_submit(store->worker, &exchange->job);
}

struct store_backend *store_backend(const struct store *store) {
    return store->backend;
}

const struct secret *store_key(const struct store *store) {
    return store->key;
}

const struct keyslots *store_slots(const struct store *store) {
    return store->slots;
}

struct secret *store_take_key(struct store *store) {
    struct secret *key = store->key;
    store->key = NULL;
    return key;
}

struct keyslots *store_take_slots(struct store *store) {
    struct keyslots *slots = store->slots;
    store->slots = NULL;
    return slots;
}

enum kc_error store_unlock(struct store *store, const struct secret *passphrase) {
    unsigned number = 0;
    KC_AUTO(secret) key = NULL;
    enum kc_error error = keyslots_try(store->slots, passphrase, &key, &number);
    if (error == KC_OK) {
        secret_free(store->key);
        store->key = key;
        key = NULL;
    }
    return error;
}

const char *store_name(const struct store *store) {
    return store->backend->table->name;
}

const char *store_place(const struct store *store) {
    return store->place;
}

const char *store_reason(const struct store *store) {
    return store->reason;
}

void store_close(struct store *store) {
    if (store == NULL) {
        return;
    }
    worker_close(store->worker);
    shut(store);
    free(store);
}
