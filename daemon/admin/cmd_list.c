/* SPDX-License-Identifier: MIT */
/* list: who is registered, and what they may do. */
#include "daemon/admin/admin.h"

#include "daemon/admin/policy_file.h"
#include "daemon/admin/print.h"
#include "daemon/admin/say.h"
#include "daemon/policy.h"

#include <jansson.h>

#include <stdio.h>

static void print_grants(const struct policy_entry *entry, enum right right, const char *verb) {
    struct shown shown;
    size_t count = policy_entry_grant_count(entry, right);
    for (size_t i = 0; i < count; i++) {
        (void)printf("%s%s", i == 0 ? verb : ",",
                     say_show(policy_entry_grant(entry, right, i), &shown));
    }
}

static void print_entry(const struct policy_entry *entry) {
    struct shown shown;
    const char *unsupported = policy_entry_unsupported(entry);
    (void)printf("%.8s  %s\n         ", policy_entry_hash(entry),
                 say_show(policy_entry_path(entry), &shown));
    print_grants(entry, RIGHT_READ, " read ");
    print_grants(entry, RIGHT_WRITE, " write ");
    bool has_rights = policy_entry_grant_count(entry, RIGHT_READ) > 0 ||
                      policy_entry_grant_count(entry, RIGHT_WRITE) > 0;
    (void)printf("%s%s%s", has_rights ? "" : " no rights",
                 policy_entry_can_search(entry) ? " search" : "",
                 policy_entry_is_plain(entry) ? " plain" : "");
    if (policy_entry_may_make_code(entry)) {
        (void)fputs(" jit", stdout);
    }
    if (unsupported != NULL) {
        (void)printf(" (denied everything: \"%s\" isn't supported yet)", unsupported);
    }
    (void)putchar('\n');
    for (size_t i = 0; i < policy_entry_library_count(entry); i++) {
        (void)printf("          library %.8s  %s\n", policy_entry_library_hash(entry, i),
                     say_show(policy_entry_library_path(entry, i), &shown));
    }
}

static json_t *libraries_to_json(const struct policy_entry *entry) {
    json_t *libraries = json_array();
    for (size_t i = 0; i < policy_entry_library_count(entry); i++) {
        json_t *one =
            json_pack("{s:o, s:s}", "path", print_text(policy_entry_library_path(entry, i)), "hash",
                      policy_entry_library_hash(entry, i));
        if (json_array_append_new(libraries, one) != 0) {
            json_decref(libraries);
            return NULL;
        }
    }
    return libraries;
}

static json_t *grants_to_json(const struct policy_entry *entry, enum right right) {
    json_t *grants = json_array();
    size_t count = policy_entry_grant_count(entry, right);
    for (size_t i = 0; i < count; i++) {
        if (json_array_append_new(grants, print_text(policy_entry_grant(entry, right, i))) != 0) {
            json_decref(grants);
            return NULL;
        }
    }
    return grants;
}

static json_t *entry_to_json(const struct policy_entry *entry) {
    return json_pack(
        "{s:o, s:s, s:s, s:o, s:o, s:b, s:b, s:b, s:o, s:s?}", "path",
        print_text(policy_entry_path(entry)), "hash", policy_entry_hash(entry), "registered_at",
        policy_entry_registered_at(entry), "allowed_read_services",
        grants_to_json(entry, RIGHT_READ), "allowed_write_services",
        grants_to_json(entry, RIGHT_WRITE), "can_search", (int)policy_entry_can_search(entry),
        "plain", (int)policy_entry_is_plain(entry), "jit", (int)policy_entry_may_make_code(entry),
        "libraries", libraries_to_json(entry), "unsupported", policy_entry_unsupported(entry));
}

static enum exit_code print_as_json(const struct policy *policy) {
    json_t *entries = json_array();
    for (size_t i = 0; i < policy_count(policy); i++) {
        if (json_array_append_new(entries, entry_to_json(policy_at(policy, i))) != 0) {
            json_decref(entries);
            return print_json(NULL);
        }
    }
    return print_json(entries);
}

enum exit_code cmd_list(const struct options *options) {
    KC_AUTO(config) config = NULL;
    enum exit_code code = policy_file_open(&config);
    if (code != EXIT_DONE) {
        return code;
    }
    const struct policy *policy = config_policy(config);
    if (options_flag(options, "json", false)) {
        return print_as_json(policy);
    }
    for (size_t i = 0; i < policy_count(policy); i++) {
        print_entry(policy_at(policy, i));
    }
    if (policy_count(policy) == 0) {
        say("no program is registered; see keychain-auth register --help");
    }
    return EXIT_DONE;
}
