/* SPDX-License-Identifier: MIT */
/*
 * Opens the rooms in the order of their needs, runs the loop, and closes them in reverse.
 * Everything that can refuse to start does so before readiness is announced.
 */
#include "daemon/daemon.h"

#include "daemon/accept.h"
#include "daemon/archive.h"
#include "daemon/audit.h"
#include "daemon/config.h"
#include "daemon/dispatch.h"
#include "daemon/identify.h"
#include "daemon/keyslot.h"
#include "daemon/own_program.h"
#include "daemon/policy.h"
#include "daemon/rest.h"
#include "daemon/session.h"
#include "daemon/store.h"
#include "daemon/vault.h"
#include "daemon/vault_helpers.h"
#include "libkc/error.h"
#include "libkc/options.h"
#include "libkc/parse.h"
#include "libkc/secret.h"
#include "platform/clock.h"
#include "platform/endpoint.h"
#include "platform/notify.h"
#include "platform/paths.h"

#include <uv.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH_SIZE (16 * 1024) /* locked in memory; most requests fit into a tenth of it */

/* A running daemon and what only this file touches. */
struct run {
    struct daemon daemon; /* first: daemon_stop() casts back */
    const struct daemon_plan *plan;
    uv_loop_t loop;
    uv_signal_t signals[3];
    size_t signal_count;
    struct dispatch dispatch;
    char *config_path;
    char *audit_path;
    char *pending_path;
    char *own_directory; /* of the daemon's own program */
    char *slots_path;
    char *copy_path;
    char why[KC_MESSAGE_MAX]; /* why it couldn't start */
};

static enum kc_error run_explain(struct run *run, enum kc_error error, const char *what) {
    if (error != KC_OK && run->why[0] == '\0') {
        (void)snprintf(run->why, sizeof run->why, "%s: %s", what, kc_error_text(error));
    }
    return error;
}

/* Opening */

static enum kc_error open_paths(struct run *run) {
    enum kc_error error = paths_config("config.json", &run->config_path);
    if (error == KC_OK) {
        error = paths_config("pending.json", &run->pending_path);
    }
    if (error == KC_OK) {
        error = paths_data("audit.log", &run->audit_path);
    }
    if (error == KC_OK) {
        error = paths_store(STORE_SLOTS_NAME, &run->slots_path);
    }
    if (error == KC_OK) {
        error = paths_store(STORE_COPY_NAME, &run->copy_path);
    }
    return run_explain(run, error, "where your files are isn't known (HOME, XDG_CONFIG_HOME)");
}

static enum kc_error open_address(struct run *run) {
    char *own = NULL;
    enum kc_error error = KC_NOT_FOUND;
    if (run->plan->address == NULL) {
        error = endpoint_inherit(&run->daemon.endpoint);
        if (error == KC_NOT_FOUND) {
            error = paths_address(&own);
            if (error == KC_OK) {
                error = endpoint_open(own, &run->daemon.endpoint);
            }
        }
    } else {
        error = endpoint_open(run->plan->address, &run->daemon.endpoint);
    }
    const char *address = own != NULL ? own : run->plan->address;
    if (error == KC_EXISTS) {
        (void)snprintf(run->why, sizeof run->why, "a daemon already listens at \"%s\"", address);
    } else if (error != KC_OK) {
        (void)snprintf(run->why, sizeof run->why,
                       "can't listen at \"%s\": %s; its directory must be yours alone (mode 0700) "
                       "and the path at most 107 bytes",
                       address != NULL ? address : "the inherited socket", kc_error_text(error));
    }
    free(own);
    return error;
}

static enum kc_error open_policy(struct run *run) {
    struct daemon *daemon = &run->daemon;
    enum kc_error error = config_new(run->config_path, &daemon->config);
    if (error != KC_OK) {
        return run_explain(run, error, "can't watch config.json");
    }
    (void)config_refresh(daemon->config);
    if (config_trouble(daemon->config)[0] != '\0') {
        log_line(&daemon->log, "%s", config_trouble(daemon->config));
    }
    return KC_OK;
}

/* --store, else config.json, else automatic; status says which and why. */
static const char *choose_store(struct run *run) {
    const struct policy *policy = config_policy(run->daemon.config);
    const char *chosen = policy != NULL ? policy_store(policy) : NULL;
    if (run->plan->store != NULL) {
        run->daemon.store_reason = "start --store";
        return run->plan->store;
    }
    if (chosen != NULL) {
        run->daemon.store_reason = "config.json";
        return chosen;
    }
    run->daemon.store_reason = "auto"; /* the store says it better, once it is open */
    return "auto";
}

static void run_batch(struct exchange *const *batch, size_t count, void *context) {
    struct run *run = context;
    dispatch_batch(&run->dispatch, batch, count);
}

/* A lock that nobody asked for has no session that waits for its answer. */
void daemon_finish(struct daemon *daemon, struct exchange *exchange) {
    vault_settle(daemon->vault, exchange);
    archive_look(daemon->archive);
    if (exchange->session != NULL) {
        session_finish(exchange);
    } else {
        exchange_free(exchange);
    }
}

static void finish_exchange(struct exchange *exchange, void *context) {
    struct run *run = context;
    daemon_finish(&run->daemon, exchange);
}

static enum kc_error open_store(struct run *run) {
    struct daemon *daemon = &run->daemon;
    const struct store_road road = {
        .run = run_batch,
        .done = finish_exchange,
        .context = run,
    };
    enum kc_error error = store_open(choose_store(run), &daemon->store, run->why);
    if (error != KC_OK) {
        return run_explain(run, error, "can't open the store");
    }
    if (store_reason(daemon->store)[0] != '\0') {
        daemon->store_reason = store_reason(daemon->store);
    }
    run->dispatch.backend = store_backend(daemon->store);
    run->dispatch.key = store_take_key(daemon->store);
    run->dispatch.slots_path = run->slots_path;
    run->dispatch.config_path = run->config_path;
    run->dispatch.copy_path = run->copy_path;
    run->dispatch.audit_path = run->audit_path;
    run->dispatch.own_directory = run->own_directory;
    run->dispatch.audit = daemon->audit;
    run->dispatch.pending_path = run->pending_path;
    return run_explain(run, store_attach(daemon->store, daemon->loop, &road),
                       "can't start the store's worker");
}

static enum kc_error open_vault(struct run *run) {
    const struct vault_places places = {.slots = run->slots_path, .copy = run->copy_path};
    struct keyslots *slots = store_take_slots(run->daemon.store);
    return run_explain(run, vault_open(&run->daemon, &places, &slots, &run->dispatch),
                       "can't start the vault's worker");
}

static enum kc_error open_record(struct run *run) {
    struct daemon *daemon = &run->daemon;
    enum kc_error error = audit_open(run->audit_path, &daemon->audit);
    if (error != KC_OK) {
        (void)snprintf(run->why, sizeof run->why,
                       "can't write the record \"%s\": %s; without it nothing is handed out",
                       run->audit_path, kc_error_text(error));
        return error;
    }
    const struct policy *policy = config_policy(daemon->config);
    struct audit_limits limits = AUDIT_LIMITS_DEFAULT;
    limits = policy != NULL ? *policy_audit_limits(policy) : limits;
    audit_limit(daemon->audit, &limits);
    if (limits.packs) {
        error = archive_open(daemon->loop, daemon->audit, run->audit_path, &daemon->archive);
    }
    return run_explain(run, error, "can't start the worker that packs old records");
}

/* Before the first client: a helper that isn't known yet would be turned away. Where the policy is
 * sealed the vault sees to it when it is opened. */
static void register_helpers(struct run *run) {
    if (vault_is_locked(run->daemon.vault)) {
        log_line(&run->daemon.log, "locked; the helpers are looked at once it is unlocked");
    } else if (!run->dispatch.is_sealed) {
        vault_helpers_register(&run->dispatch);
    }
}

static enum kc_error record_event(const struct run *run, const char *event) {
    const struct audit_note note = {
        .event = event,
        .action = store_name(run->daemon.store),
        .binary_hash = run->daemon.own_hash,
    };
    return audit_note(run->daemon.audit, &note);
}

static void on_signal(uv_signal_t *handle, int number) {
    struct run *run = handle->data;
    log_line(&run->daemon.log, "stopping: signal %d", number);
    daemon_stop(&run->daemon);
}

static enum kc_error watch_signals(struct run *run) {
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        uv_signal_t *handle = &run->signals[i];
        if (uv_signal_init(&run->loop, handle) != 0) {
            return run_explain(run, KC_IO, "can't watch signals");
        }
        handle->data = run;
        run->signal_count++;
        if (uv_signal_start(handle, on_signal, numbers[i]) != 0) {
            return run_explain(run, KC_IO, "can't watch signals");
        }
    }
    return KC_OK;
}

static enum kc_error open_program(struct run *run) {
    struct daemon *daemon = &run->daemon;
    enum kc_error error = secret_new(SCRATCH_SIZE, &daemon->scratch);
    if (error == KC_OK) {
        error = own_program_look(daemon->own_hash, &run->own_directory);
    }
    return run_explain(run, error, "can't read the daemon's own program");
}

static enum kc_error open_identifier(struct run *run) {
    struct daemon *daemon = &run->daemon;
    return run_explain(run, identify_open(daemon->loop, daemon->own_hash, &daemon->identifier),
                       "can't start the workers that identify");
}

static enum kc_error open_door(struct run *run) {
    struct daemon *daemon = &run->daemon;
    enum kc_error error = run_explain(run, record_event(run, "start"), "can't write the record");
    if (error == KC_OK) {
        register_helpers(run);
        error = run_explain(run, accept_open(daemon, &daemon->listener), "can't accept");
    }
    if (error == KC_OK) {
        error = run_explain(run, rest_open(daemon->loop, &daemon->rest), "out of memory");
    }
    return error;
}

static enum kc_error run_open(struct run *run) {
    static enum kc_error (*const steps[])(struct run * run) = {
        open_paths,      open_address, open_program, open_policy,   open_record,
        open_identifier, open_store,   open_vault,   watch_signals, open_door,
    };
    enum kc_error error = KC_OK;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && error == KC_OK; i++) {
        error = steps[i](run);
    }
    return error;
}

/* Closing */

/* Everything on the loop that isn't a session; after this, the loop runs dry and ends. */
static void close_rooms(struct run *run) {
    struct daemon *daemon = &run->daemon;
    accept_close(daemon->listener);
    daemon->listener = NULL;
    vault_close(daemon->vault);
    daemon->vault = NULL;
    store_close(daemon->store);
    daemon->store = NULL;
    identify_close(daemon->identifier);
    daemon->identifier = NULL;
    archive_close(daemon->archive);
    daemon->archive = NULL;
    rest_close(daemon->rest);
    daemon->rest = NULL;
    for (size_t i = 0; i < run->signal_count; i++) {
        uv_close((uv_handle_t *)&run->signals[i], NULL);
    }
    run->signal_count = 0;
}

void daemon_sessions_gone(struct daemon *daemon) {
    struct run *run = (struct run *)daemon;
    if (daemon->store == NULL) {
        return;
    }
    if (record_event(run, "stop") != KC_OK) {
        log_line(&daemon->log, "the end couldn't be written to the record");
    }
    close_rooms(run);
}

void daemon_stop(struct daemon *daemon) {
    if (daemon->is_stopping) {
        return;
    }
    daemon->is_stopping = true;
    notify_manager("STOPPING=1");
    vault_remember(daemon->vault);
    accept_close(daemon->listener);
    daemon->listener = NULL;
    endpoint_free(daemon->endpoint);
    daemon->endpoint = NULL;
    session_close_all(daemon);
    if (daemon->sessions == NULL) {
        daemon_sessions_gone(daemon);
    }
}

static void run_close(struct run *run) {
    struct daemon *daemon = &run->daemon;
    close_rooms(run);
    (void)uv_run(&run->loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&run->loop);
    endpoint_free(daemon->endpoint);
    audit_free(daemon->audit);
    config_free(daemon->config);
    secret_free(daemon->scratch);
    free(run->config_path);
    free(run->audit_path);
    free(run->pending_path);
    free(run->own_directory);
    free(run->slots_path);
    free(run->copy_path);
    secret_free(run->dispatch.key);
}

static void announce(struct run *run) {
    log_line(&run->daemon.log, "ready: listening at \"%s\", store \"%s\" (%s)",
             endpoint_address(run->daemon.endpoint), store_name(run->daemon.store),
             run->daemon.store_reason);
    notify_manager("READY=1");
    notify_ready(EXIT_DONE, vault_is_locked(run->daemon.vault)
                                ? "keychain-auth: started, and locked; unlock it with: "
                                  "keychain-auth unlock\n"
                                : "");
}

enum kc_error daemon_run(const struct daemon_plan *plan) {
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL) {
        return KC_NO_MEMORY;
    }
    run->plan = plan;
    run->daemon.loop = &run->loop;
    run->daemon.started_ms = clock_monotonic_ms();
    if (uv_loop_init(&run->loop) != 0) {
        free(run);
        return KC_IO;
    }
    enum kc_error error = run_open(run);
    if (error == KC_OK) {
        announce(run);
        (void)uv_run(&run->loop, UV_RUN_DEFAULT);
    } else {
        char why[KC_MESSAGE_MAX]; /* there are paths in it */
        char message[KC_MESSAGE_MAX + 32];
        (void)parse_escape_sentence(run->why, strlen(run->why), why, sizeof why);
        (void)snprintf(message, sizeof message, "keychain-auth: %s\n", why);
        (void)fputs(message, stderr);
        notify_ready(error == KC_EXISTS ? EXIT_NO : EXIT_FAULT, message);
    }
    run_close(run);
    free(run);
    return error;
}
