/* SPDX-License-Identifier: MIT */
/* Names from the policy, the list of those who wait, and the daemon. */
#include "daemon/admin/names.h"

#include "daemon/admin/places.h"
#include "daemon/admin/say.h"
#include "daemon/config.h"
#include "daemon/grant.h"
#include "daemon/pending.h"
#include "daemon/policy.h"
#include "libkc/keychain-auth.h"
#include "libkc/parse.h"
#include "platform/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS   1000
#define SERVICES_MAX 512
#define ID_DIGITS    16

/* Services that were printed, once each. */
struct services {
    const struct names_prefix *prefix;
    size_t count;
    char *names[SERVICES_MAX];
};

static void services_free(struct services *services) {
    for (size_t i = 0; services != NULL && i < services->count; i++) {
        free(services->names[i]);
    }
    free(services);
}
KC_AUTO_DEFINE(services)

static bool is_printable(const char *name) {
    return name[0] != '\0' && parse_name(name, strlen(name), SHOWN_SIZE) == KC_OK;
}

/* NULL, too, when the file can't be used. */
static struct config *read_policy(void) {
    KC_AUTO(places) places = NULL;
    struct config *config = NULL;
    if (places_new(&places) != EXIT_DONE || config_new(places->config, &config) != KC_OK) {
        return NULL;
    }
    (void)config_refresh(config);
    if (config_policy(config) == NULL) {
        config_free(config);
        return NULL;
    }
    return config;
}

static struct pending *read_pending(void) {
    KC_AUTO(places) places = NULL;
    struct pending *pending = NULL;
    if (places_new(&places) != EXIT_DONE ||
        pending_load(places->pending, clock_wall_us(), &pending) != KC_OK) {
        return NULL;
    }
    return pending;
}

void names_print_waiting(void) {
    KC_AUTO(pending) pending = read_pending();
    struct shown shown;
    for (size_t i = 0; pending != NULL && i < pending_count(pending); i++) {
        const struct pending_entry *entry = pending_at(pending, i);
        (void)printf("%.*s\t%s\n", ID_DIGITS, entry->id, say_show(entry->path, &shown));
    }
}

void names_print_paths(void) {
    KC_AUTO(config) config = read_policy();
    const struct policy *policy = config == NULL ? NULL : config_policy(config);
    for (size_t i = 0; policy != NULL && i < policy_count(policy); i++) {
        const struct policy_entry *entry = policy_at(policy, i);
        if (is_printable(policy_entry_path(entry))) {
            (void)printf("%s\tregistered, %.8s\n", policy_entry_path(entry),
                         policy_entry_hash(entry));
        }
    }
}

static void add_service(struct services *services, const char *name, const char *what) {
    for (size_t i = 0; i < services->count; i++) {
        if (strcmp(services->names[i], name) == 0) {
            return;
        }
    }
    if (services->count == SERVICES_MAX || !is_printable(name)) {
        return;
    }
    char *kept = strdup(name);
    if (kept == NULL) {
        return;
    }
    services->names[services->count++] = kept;
    (void)printf("%s%s%s\t%s\n", services->prefix->text, name, services->prefix->behind, what);
}

/* The service of a grant, as it is, or decoded: %2F, %2C and %25 stand for themselves nowhere. */
static void add_grant(struct services *services, const char *grant) {
    char name[GRANT_SERVICE_SIZE];
    size_t length = 0;
    for (const char *at = grant; *at != '\0' && *at != '/' && length + 1 < sizeof name; at++) {
        char byte = *at;
        if (byte == '%' && !services->prefix->as_grant && at[1] == '2' && at[2] != '\0') {
            byte = at[2] == 'F' ? '/' : at[2] == 'C' ? ',' : '%';
            at += 2;
        }
        name[length++] = byte;
    }
    name[length] = '\0';
    add_service(services, name, "a service of the policy");
}

static void add_policy(struct services *services, const struct policy *policy) {
    static const enum right rights[] = {RIGHT_READ, RIGHT_WRITE};
    for (size_t i = 0; i < policy_count(policy); i++) {
        const struct policy_entry *entry = policy_at(policy, i);
        for (size_t j = 0; j < sizeof rights / sizeof rights[0]; j++) {
            for (size_t k = 0; k < policy_entry_grant_count(entry, rights[j]); k++) {
                add_grant(services, policy_entry_grant(entry, rights[j], k));
            }
        }
    }
}

static void add_pending(struct services *services, const struct pending *pending) {
    char spelling[GRANT_SERVICE_SIZE];
    for (size_t i = 0; i < pending_count(pending); i++) {
        const struct pending_entry *entry = pending_at(pending, i);
        for (size_t j = 0; j < entry->asked_count; j++) {
            const char *name = entry->asked[j].service;
            if (services->prefix->as_grant && strlen(name) <= KC_SERVICE_MAX) {
                name = grant_write_service(name, spelling);
            }
            add_service(services, name, "somebody asked for it");
        }
    }
}

void names_print_services(const struct names_prefix *prefix) {
    KC_AUTO(services) services = calloc(1, sizeof *services);
    KC_AUTO(config) config = read_policy();
    KC_AUTO(pending) pending = read_pending();
    if (services == NULL) {
        return;
    }
    services->prefix = prefix;
    if (config != NULL) {
        add_policy(services, config_policy(config));
    }
    if (pending != NULL) {
        add_pending(services, pending);
    }
}

void names_print_targets(const char *service, const struct names_prefix *prefix) {
    const struct kc_query query = {.action = "search", .service = service, .administration = 1};
    struct kc_client *client = NULL;
    struct kc_answer *answer = NULL;
    if (kc_open(NULL, TIMEOUT_MS, &client) == KC_OK &&
        kc_request(client, &query, &answer) == KC_OK) {
        for (size_t i = 0; i < kc_answer_count(answer); i++) {
            if (is_printable(kc_answer_target(answer, i))) {
                (void)printf("%s%s%s\t\n", prefix->text, kc_answer_target(answer, i),
                             prefix->behind);
            }
        }
    }
    kc_answer_free(answer);
    kc_close(client);
}
