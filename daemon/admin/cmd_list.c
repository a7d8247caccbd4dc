/* SPDX-License-Identifier: MIT */
/* list: who is registered, and what they may do. */
#include "daemon/admin/admin.h"

#include "daemon/admin/colour.h"
#include "daemon/admin/policy_file.h"
#include "daemon/admin/print.h"
#include "daemon/admin/say.h"
#include "daemon/config_flags.h"
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

static void print_rights(const struct policy_entry *entry) {
    print_grants(entry, RIGHT_READ, " read ");
    print_grants(entry, RIGHT_WRITE, " write ");
    bool has_rights = policy_entry_grant_count(entry, RIGHT_READ) > 0 ||
                      policy_entry_grant_count(entry, RIGHT_WRITE) > 0;
    (void)fputs(has_rights ? "" : " no rights", stdout);
    for (size_t i = 0; i < CONFIG_FLAG_COUNT; i++) {
        const struct config_flag_row *row = &config_flags[i];
        if (row->is_on(entry) != row->is_usual) {
            (void)printf(" %s%s", row->is_usual ? "no-" : "", row->option);
        }
    }
    (void)putchar('\n');
}

static void print_entry(const struct policy_entry *entry) {
    struct shown shown;
    (void)printf("%.8s  %s%s%s\n         ", policy_entry_hash(entry), colour_name(),
                 say_show(policy_entry_path(entry), &shown), colour_end());
    print_rights(entry);
    const char *interpreter = policy_entry_interpreter(entry);
    if (interpreter != NULL) {
        (void)printf("          run by  %s\n", say_show(interpreter, &shown));
    }
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

/* All are true or false, also those that are words in the file. */
static int add_flags(const struct policy_entry *entry, json_t *object) {
    static const char *const names[CONFIG_FLAG_COUNT] = {
        [CONFIG_SEARCH] = "can_search",
        [CONFIG_PLAIN] = "plain",
        [CONFIG_JIT] = "jit",
        [CONFIG_HELPER] = "helper",
        [CONFIG_LAUNCHER] = "launcher",
        [CONFIG_SESSION_ROOT] = "session_root",
        [CONFIG_INLINE] = "inline",
        [CONFIG_INTERACTIVE] = "interactive",
        [CONFIG_ANCESTRY] = "ancestry_chain",
    };
    for (size_t i = 0; i < CONFIG_FLAG_COUNT; i++) {
        if (json_object_set_new(object, names[i], json_boolean(config_flags[i].is_on(entry))) !=
            0) {
            return -1;
        }
    }
    return 0;
}

static json_t *entry_to_json(const struct policy_entry *entry) {
    const char *interpreter = policy_entry_interpreter(entry);
    json_t *object = json_pack(
        "{s:o, s:s, s:s, s:o, s:o, s:o, s:o}", "path", print_text(policy_entry_path(entry)), "hash",
        policy_entry_hash(entry), "registered_at", policy_entry_registered_at(entry),
        "allowed_read_services", grants_to_json(entry, RIGHT_READ), "allowed_write_services",
        grants_to_json(entry, RIGHT_WRITE), "libraries", libraries_to_json(entry), "interpreter",
        interpreter != NULL ? print_text(interpreter) : json_null());
    if (object != NULL && add_flags(entry, object) != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
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
