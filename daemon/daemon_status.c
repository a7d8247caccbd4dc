/* SPDX-License-Identifier: MIT */
/* What a running daemon tells of itself; the vault adds its part, and the store's worker the number
 * of items. */
#include "daemon/daemon.h"

#include "daemon/config.h"
#include "daemon/policy.h"
#include "daemon/store.h"
#include "daemon/vault.h"
#include "libkc/attributes.h"
#include "platform/clock.h"
#include "platform/endpoint.h"
#include "platform/self.h"

#include <inttypes.h>
#include <stdio.h>

/* The usual rule needs no word. */
static enum kc_error add_rule(const struct policy *policy, struct attributes *attributes) {
    if (policy == NULL || policy_caller_rule(policy) != CALLER_NEAREST) {
        return KC_OK;
    }
    return attributes_add(attributes, "caller_rule",
                          "nearest: whoever starts an allowed program can use its rights");
}

#define NUMBER_SIZE 24

static char *show(uint64_t number, char buffer[NUMBER_SIZE]) {
    (void)snprintf(buffer, NUMBER_SIZE, "%" PRIu64, number);
    return buffer;
}

enum kc_error daemon_describe(const struct daemon *daemon, struct attributes *attributes) {
    char sessions[NUMBER_SIZE];
    char pid[NUMBER_SIZE];
    char uptime[NUMBER_SIZE];
    char registered[NUMBER_SIZE];
    char changes[NUMBER_SIZE];
    const char *trouble = config_trouble(daemon->config);
    const char *notice = config_notice(daemon->config);
    const struct policy *policy = config_policy(daemon->config);
    const char *address = daemon->endpoint != NULL ? endpoint_address(daemon->endpoint) : "";
    const struct attribute rows[] = {
        {"version", KC_VERSION},
        {"mode", "user"},
        {"pid", show(self_number(), pid)},
        {"socket", (char *)address},
        {"socket_state",
         daemon->is_displaced ? "REPLACED: clients may be talking to somebody else" : "ok"},
        {"store", (char *)store_name(daemon->store)},
        {"store_path", (char *)store_place(daemon->store)},
        {"store_reason", (char *)daemon->store_reason},
        {"policy", trouble[0] != '\0'  ? (char *)trouble
                   : notice[0] != '\0' ? (char *)notice
                                       : "ok"},
        {"policy_changes", show(config_changes(daemon->config), changes)},
        {"registered", show(policy != NULL ? policy_count(policy) : 0, registered)},
        {"sessions", show(daemon->session_count, sessions)},
        {"uptime_s", show((clock_monotonic_ms() - daemon->started_ms) / 1000, uptime)},
    };
    enum kc_error error = KC_OK;
    for (size_t i = 0; error == KC_OK && i < sizeof rows / sizeof rows[0]; i++) {
        error = attributes_add(attributes, rows[i].name, rows[i].value);
    }
    if (error == KC_OK) {
        error = add_rule(policy, attributes);
    }
    return error == KC_OK ? vault_describe(daemon->vault, attributes) : error;
}
