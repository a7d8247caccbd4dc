/* SPDX-License-Identifier: MIT */
/* Opens the key and the back end, and owns the one worker that uses them. */
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct store {
    struct store_backend *backend;
    struct secret *key;
    char *place;
    struct worker *worker;
    struct store_road road;
};

static enum kc_error open_key(const char *directory, struct secret **ret_key,
                              char why[KC_MESSAGE_MAX]) {
    char *path = NULL;
    enum kc_error error = paths_store("keyslots", &path);
    if (error != KC_OK) {
        return error;
    }
    error = keyslot_open(path, ret_key, why);
    bool exists = false;
    if (error == KC_NOT_FOUND) {
        error = sealed_file_exists(directory, &exists);
        if (error == KC_OK && exists) {
            (void)snprintf(why, KC_MESSAGE_MAX,
                           "the key is gone: \"%s\" doesn't exist but a keyring does; restore it "
                           "from a backup, or move the keyring away to begin anew",
                           path);
            error = KC_DAMAGED;
        } else if (error == KC_OK) {
            error = keyslot_create(path, ret_key, why);
        }
    }
    free(path);
    return error;
}

static enum kc_error open_file(struct store *store, char why[KC_MESSAGE_MAX]) {
    enum kc_error error = paths_store("", &store->place);
    if (error == KC_OK) {
        /* paths_store("") ends with a slash that would look odd in messages. */
        size_t length = strlen(store->place);
        if (length > 1 && store->place[length - 1] == '/') {
            store->place[length - 1] = '\0';
        }
        error = file_make_directory(store->place);
    }
    if (error != KC_OK) {
        (void)snprintf(why, KC_MESSAGE_MAX,
                       "\"%s\" can't be used: it must be a directory of yours that others can't "
                       "write to",
                       store->place != NULL ? store->place : "~/.keychain-auth");
        return error;
    }
    error = open_key(store->place, &store->key, why);
    if (error == KC_OK) {
        error = sealed_file_open(store->place, store->key, &store->backend, why);
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

enum kc_error store_open(const char *kind, struct store **ret_store, char why[KC_MESSAGE_MAX]) {
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        return KC_NO_MEMORY;
    }
    why[0] = '\0';
    enum kc_error error;
    if (strcmp(kind, "file") == 0 || strcmp(kind, "auto") == 0) {
        error = open_file(store, why);
    } else if (strcmp(kind, "memory") == 0) {
        error = open_memory(store);
    } else {
        char shown[128];
        (void)snprintf(why, KC_MESSAGE_MAX, "\"%s\" is no store; say \"file\" or \"memory\"",
                       parse_escape(kind, strlen(kind), shown, sizeof shown));
        error = KC_INVALID;
    }
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
    store->road.done(exchange);
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

const char *store_name(const struct store *store) {
    return store->backend->table->name;
}

const char *store_place(const struct store *store) {
    return store->place;
}

void store_close(struct store *store) {
    if (store == NULL) {
        return;
    }
    worker_close(store->worker);
    if (store->backend != NULL) {
        store->backend->table->close(store->backend);
    }
    secret_free(store->key);
    free(store->place);
    free(store);
}
