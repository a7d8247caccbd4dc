/* SPDX-License-Identifier: MIT */
/* What `status` says of the daemon; each room says its own part. */
#include "daemon/daemon.h"

#include "daemon/config.h"
#include "daemon/policy.h"
#include "daemon/store.h"
#include "daemon/vault.h"
#include "libkc/attributes.h"
#include "platform/clock.h"
#include "platform/endpoint.h"
#include "platform/self.h"

#include <stdio.h>

enum kc_error daemon_describe(const struct daemon *daemon, struct attributes *attributes) {
    char sessions[24];
    char pid[24];
    char uptime[24];
    const char *trouble = config_trouble(daemon->config);
    const char *notice = config_notice(daemon->config);
    const struct policy *policy = config_policy(daemon->config);
    const char *address = daemon->endpoint != NULL ? endpoint_address(daemon->endpoint) : "";
    char registered[24];
    (void)snprintf(sessions, sizeof sessions, "%zu", daemon->session_count);
    (void)snprintf(pid, sizeof pid, "%d", (int)self_number());
    (void)snprintf(uptime, sizeof uptime, "%llu",
                   (unsigned long long)((clock_monotonic_ms() - daemon->started_ms) / 1000));
    (void)snprintf(registered, sizeof registered, "%zu", policy != NULL ? policy_count(policy) : 0);
    const struct attribute rows[] = {
        {"version", KC_VERSION},
        {"mode", "user"},
        {"pid", pid},
        {"socket", (char *)address},
        {"socket_state",
         daemon->is_displaced ? "REPLACED: clients may be talking to somebody else" : "ok"},
        {"store", (char *)store_name(daemon->store)},
        {"store_path", (char *)store_place(daemon->store)},
        {"store_reason", (char *)daemon->store_reason},
        {"policy", trouble[0] != '\0'  ? (char *)trouble
                   : notice[0] != '\0' ? (char *)notice
                                       : "ok"},
        {"registered", registered},
        {"sessions", sessions},
        {"uptime_s", uptime},
    };
    enum kc_error error = KC_OK;
    for (size_t i = 0; error == KC_OK && i < sizeof rows / sizeof rows[0]; i++) {
        error = attributes_add(attributes, rows[i].name, rows[i].value);
    }
    return error == KC_OK ? vault_describe(daemon->vault, attributes) : error;
}
