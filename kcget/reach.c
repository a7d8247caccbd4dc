/* SPDX-License-Identifier: MIT */
/* The way to the daemon. Errors become sentences here. */
#include "kcget/reach.h"

#include "kcget/complain.h"
#include "kcget/wait.h"
#include "libkc/client.h"
#include "libkc/keychain-auth.h"
#include "libkc/parse.h"
#include "libkc/protocol.h"
#include "platform/harden.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The option, or else the variable. */
static enum exit_code read_wait(const struct options *options, unsigned *ret_wait_s) {
    const char *option = options_value(options, "wait", 0);
    const char *seconds = option != NULL ? option : getenv("KEYCHAIN_AUTH_WAIT");
    uint64_t wait_s = 0;
    bool is_given = option != NULL || (seconds != NULL && seconds[0] != '\0');
    if (is_given && parse_unsigned(seconds, WAIT_S_MAX, &wait_s) != KC_OK) {
        complain("\"%s\" needs a number of seconds, 0 to %u, and \"%.64s\" isn't one",
                 option != NULL ? "--wait" : "KEYCHAIN_AUTH_WAIT", WAIT_S_MAX, seconds);
        return EXIT_USAGE;
    }
    *ret_wait_s = (unsigned)wait_s;
    return EXIT_DONE;
}

enum exit_code reach_read(const struct options *options, unsigned timeout_s,
                          struct reach *ret_reach) {
    uint64_t limit_s = timeout_s;
    const char *seconds = options_value(options, "timeout", 0);
    if (seconds != NULL && parse_unsigned(seconds, UINT_MAX / 1000, &limit_s) != KC_OK) {
        complain("\"--timeout\" needs a number of seconds");
        return EXIT_USAGE;
    }
    struct reach reach = {.address = options_value(options, "socket", 0),
                          .timeout_ms = (unsigned)limit_s * 1000U};
    enum exit_code code = read_wait(options, &reach.wait_s);
    if (code == EXIT_DONE) {
        *ret_reach = reach;
    }
    return code;
}

static enum exit_code complain_open(const struct reach *reach, enum kc_error error) {
    char *address = NULL;
    if (client_address(reach->address, &address) != KC_OK) {
        complain("can't tell where the daemon listens; set KEYCHAIN_AUTH_SOCKET");
        return EXIT_FAULT;
    }
    if (error == KC_NOT_FOUND) {
        complain("no daemon at \"%s\"; start one with: keychain-auth start", address);
    } else {
        complain("can't use the daemon at \"%s\": %s", address, kc_error_text(error));
    }
    free(address);
    return error == KC_NOT_FOUND ? EXIT_NO_DAEMON : EXIT_FAULT;
}

enum exit_code reach_open(const struct reach *reach, bool is_launcher,
                          struct kc_client **ret_client) {
    struct kc_client *client = NULL;
    enum kc_error error = kc_open(reach->address, reach->timeout_ms, &client);
    if (error != KC_OK) {
        return complain_open(reach, error);
    }
    error = is_launcher ? harden_memory_until_launch() : harden_memory();
    if (error != KC_OK && error != KC_UNSUPPORTED) {
        kc_close(client);
        complain("can't shut this process's memory to others");
        return EXIT_FAULT;
    }
    *ret_client = client;
    return EXIT_DONE;
}

struct asked {
    const struct kc_query *query;
    unsigned wait_s;
};

/* Names were checked, and have no control characters. */
static void say_waiting(const void *context, const char *message) {
    const struct asked *asked = context;
    size_t others = asked->query->target_count - 1;
    if (others > 0) {
        complain("waiting for approval of \"%s\" target \"%s\" and %zu more, for at most %u s: %s",
                 asked->query->service, asked->query->targets[0], others, asked->wait_s, message);
        return;
    }
    complain("waiting for approval of \"%s\" target \"%s\", for at most %u s: %s",
             asked->query->service, asked->query->targets[0], asked->wait_s, message);
}

bool reach_is_success(const struct kc_answer *answer) {
    return strcmp(kc_answer_status(answer), kc_status_word(KC_STATUS_SUCCESS)) == 0;
}

bool reach_is_absent(const struct kc_answer *answer) {
    return strcmp(kc_answer_reason(answer), kc_reason_word(KC_REASON_NOT_FOUND)) == 0;
}

enum exit_code reach_explain(const struct kc_answer *answer) {
    const char *message = kc_answer_message(answer);
    complain("%s", message[0] != '\0' ? message : kc_answer_reason(answer));
    bool is_denied = strcmp(kc_answer_status(answer), kc_status_word(KC_STATUS_DENIED)) == 0;
    return is_denied || reach_is_absent(answer) ? EXIT_NO : EXIT_FAULT;
}

enum exit_code reach_complain_answer(void) {
    complain("the daemon answered something else than was asked");
    return EXIT_FAULT;
}

enum exit_code reach_ask(const struct reach *reach, struct kc_client *client,
                         const struct kc_query *query, struct kc_answer **ret_answer) {
    const struct asked asked = {.query = query, .wait_s = reach->wait_s};
    const struct wait wait = {.seconds = reach->wait_s, .say = say_waiting, .context = &asked};
    enum kc_error error = wait_request(client, query, &wait, ret_answer);
    if (error != KC_OK) {
        complain("no answer from the daemon: %s", kc_error_text(error));
        return EXIT_FAULT;
    }
    return EXIT_DONE;
}

enum exit_code reach_request(const struct reach *reach, struct kc_client *client,
                             const struct kc_query *query, struct kc_answer **ret_answer) {
    struct kc_answer *answer = NULL;
    enum exit_code code = reach_ask(reach, client, query, &answer);
    if (code == EXIT_DONE && !reach_is_success(answer)) {
        code = reach_explain(answer);
    }
    if (code != EXIT_DONE) {
        kc_answer_free(answer);
        return code;
    }
    *ret_answer = answer;
    return EXIT_DONE;
}
