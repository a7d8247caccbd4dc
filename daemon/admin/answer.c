/* SPDX-License-Identifier: MIT */
/*
 * One connection, one question. The memory is shut after the daemon's first look: a process
 * that has shut itself can't be identified, and one that hasn't may be read by its neighbours.
 */
#include "daemon/admin/answer.h"

#include "daemon/admin/proof.h"
#include "daemon/admin/say.h"
#include "libkc/client.h"
#include "platform/file.h"
#include "platform/harden.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 30000

const char *answer_address(const struct options *options) {
    return options_value(options, "socket", 0);
}

bool answer_is_held(const char *address) {
    struct file_stamp none = {{0}};
    struct file_stamp stamp;
    KC_AUTO(file_lock) lock = NULL;
    size_t size = strlen(address) + sizeof ".lock";
    char *path = malloc(size);
    if (path == NULL) {
        return false;
    }
    (void)snprintf(path, size, "%s.lock", address);
    bool exists = file_stamp(path, &stamp) == KC_OK && !file_stamp_equal(&stamp, &none);
    bool is_held = exists && file_lock(path, 0, &lock) == KC_BUSY;
    free(path);
    return is_held;
}

static enum exit_code say_no_daemon(const char *address) {
    struct shown shown;
    char *found = NULL;
    if (client_address(address, &found) != KC_OK) {
        say("no daemon, and no address where it could be");
    } else if (answer_is_held(found)) {
        say("a daemon runs, but its socket \"%s\" was removed or replaced; see its log, stop it by "
            "its pid, and start it anew",
            say_show(found, &shown));
    } else {
        say("no daemon at \"%s\"; start one with: keychain-auth start", say_show(found, &shown));
    }
    free(found);
    return EXIT_NO_DAEMON;
}

static bool is_home_relative(const char *address) {
    char *found = NULL;
    bool is_relative = client_address(address, &found) == KC_INVALID;
    free(found);
    return is_relative;
}

static enum exit_code refuse_connection(enum kc_error error, const char *address) {
    if (error == KC_NOT_FOUND) {
        return say_no_daemon(address);
    }
    if (error == KC_INVALID && is_home_relative(address)) {
        say("can't tell where the daemon is: HOME isn't an absolute path");
        return EXIT_FAULT;
    }
    return say_fault(error, "can't talk to the daemon");
}

enum exit_code answer_connect(const struct options *options, struct answer **ret_answer) {
    KC_AUTO(answer) answer = calloc(1, sizeof *answer);
    if (answer == NULL) {
        return say_fault(KC_NO_MEMORY, "can't ask the daemon");
    }
    const char *address = answer_address(options);
    enum kc_error error = kc_open(address, TIMEOUT_MS, &answer->client);
    if (error != KC_OK) {
        return refuse_connection(error, address);
    }
    error = harden_memory();
    if (error != KC_OK && error != KC_UNSUPPORTED) {
        return say_fault(error, "can't shut this process's memory to others");
    }
    answer->options = options;
    *ret_answer = answer;
    answer = NULL;
    return EXIT_DONE;
}

static enum exit_code judge(const struct kc_answer *answer) {
    const char *status = kc_answer_status(answer);
    const char *reason = kc_answer_reason(answer);
    if (strcmp(status, "success") == 0) {
        return EXIT_DONE;
    }
    const char *message = kc_answer_message(answer);
    say_report(message[0] == '\0' ? reason : message, KC_INTERNAL);
    if (strcmp(status, "denied") == 0 || strcmp(reason, "not_found") == 0) {
        return EXIT_NO;
    }
    return strcmp(reason, "malformed_request") == 0 ? EXIT_USAGE : EXIT_FAULT;
}

static enum exit_code ask(struct answer *answer, const struct kc_query *query) {
    kc_answer_free(answer->answer);
    answer->answer = NULL;
    enum kc_error error = kc_request(answer->client, query, &answer->answer);
    if (error == KC_INVALID || error == KC_TOO_BIG) {
        (void)say_fault(error, "a name, a value or an attribute breaks a limit "
                               "(see keychain-auth(1))");
        return EXIT_USAGE;
    }
    if (error != KC_OK) {
        return say_fault(error, "the daemon didn't answer");
    }
    return EXIT_DONE;
}

static bool wants_proof(const struct answer *answer) {
    return strcmp(kc_answer_reason(answer->answer), "admin_required") == 0;
}

enum exit_code answer_ask(struct answer *answer, const struct kc_query *query) {
    assert(answer != NULL);
    enum exit_code code = ask(answer, query);
    if (code == EXIT_DONE && wants_proof(answer)) {
        code = proof_give(answer);
        if (code == EXIT_DONE) {
            code = ask(answer, query);
        }
    }
    return code == EXIT_DONE ? judge(answer->answer) : code;
}

enum exit_code answer_get(const struct options *options, const struct kc_query *query,
                          struct answer **ret_answer) {
    KC_AUTO(answer) answer = NULL;
    enum exit_code code = answer_connect(options, &answer);
    if (code == EXIT_DONE) {
        code = answer_ask(answer, query);
    }
    if (code == EXIT_DONE) {
        *ret_answer = answer;
        answer = NULL;
    }
    return code;
}

void answer_free(struct answer *answer) {
    if (answer == NULL) {
        return;
    }
    kc_answer_free(answer->answer);
    kc_close(answer->client);
    free(answer);
}
