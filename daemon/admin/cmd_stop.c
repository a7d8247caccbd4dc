/* SPDX-License-Identifier: MIT */
/*
 * stop: asks the daemon to end, and waits until it has. Not by asking its address again: where a
 * service manager keeps that, the question would start another daemon.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/answer.h"
#include "daemon/admin/say.h"
#include "libkc/parse.h"
#include "platform/process.h"

#include <stdint.h>
#include <string.h>

#define WAIT_MS 10000

/* What it says of itself; 0 when it doesn't. */
static uint64_t number_of(const struct kc_answer *answer) {
    uint64_t number = 0;
    size_t count = kc_answer_attribute_count(answer, 0);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(kc_answer_attribute_name(answer, 0, i), "pid") == 0 &&
            parse_unsigned(kc_answer_attribute_value(answer, 0, i), INT64_MAX, &number) != KC_OK) {
            return 0;
        }
    }
    return number;
}

/* A number is nobody's for ever. Who answers the next question on the same connection was alive
 * when the watch began, so it is the daemon that is watched, and no successor of its number. */
static enum exit_code watch_daemon(struct answer *answer, struct process_watch **ret_watch) {
    const struct kc_query query = {.action = "status", .administration = 1};
    enum exit_code code = answer_ask(answer, &query);
    if (code != EXIT_DONE) {
        return code;
    }
    enum kc_error error = process_watch_new(number_of(answer->answer), ret_watch);
    return error == KC_OK ? EXIT_DONE : say_fault(error, "can't watch the daemon's end");
}

enum exit_code cmd_stop(const struct options *options) {
    KC_AUTO(answer) answer = NULL;
    KC_AUTO(process_watch) watch = NULL;
    const struct kc_query query = {.action = "stop", .administration = 1};
    enum exit_code code = answer_connect(options, &answer);
    if (code == EXIT_DONE) {
        code = watch_daemon(answer, &watch);
    }
    if (code == EXIT_DONE) {
        code = answer_ask(answer, &query);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    enum kc_error error = process_watch_wait(watch, WAIT_MS);
    return error == KC_OK ? EXIT_DONE : say_fault(error, "the daemon was asked to end and hasn't");
}
