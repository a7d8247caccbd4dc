/* SPDX-License-Identifier: MIT */
/*
 * kcget SERVICE TARGET: prints one value, or nothing at all. The value goes from the answer to
 * standard output through wiped memory only, and everything else goes to standard error.
 */
#include "kcget/door.h"
#include "libkc/keychain-auth.h"
#include "libkc/message.h"
#include "libkc/options.h"
#include "libkc/parse.h"
#include "libkc/protocol.h"
#include "libkc/secret.h"

#include <string.h>

static const struct option table[] = {
    {.name = "no-newline", .letter = 'n', .help = "print the value without a newline behind it"},
    {.name = "json", .help = "print {\"target\":…,\"value\":…}; base64 when it isn't UTF-8"},
    DOOR_OPTIONS,
    {.name = NULL},
};

/* What the command line asks for. */
struct task {
    const char *service;
    const char *target;
    bool as_json;
    bool with_newline;
};

/* EXIT_DONE, or the complaint was made. */
static enum exit_code read_task(const struct door *door, const struct options *options,
                                struct task *task) {
    if (options_operand_count(options) != 2) {
        return door_complain_usage(door, "a service and a target are needed");
    }
    task->as_json = options_flag(options, "json", false);
    task->with_newline = !options_flag(options, "no-newline", false);
    task->service = options_operand(options, 0);
    task->target = options_operand(options, 1);
    if (parse_name(task->service, strlen(task->service), KC_SERVICE_MAX) != KC_OK) {
        return door_complain_usage(door,
                                   "a service has 1 to 255 bytes of UTF-8, no control characters");
    }
    if (parse_name(task->target, strlen(task->target), KC_TARGET_MAX) != KC_OK) {
        return door_complain_usage(door,
                                   "a target has 1 to 1024 bytes of UTF-8, no control characters");
    }
    return EXIT_DONE;
}

/* The bytes that standard output gets. */
static enum kc_error make_output(const struct task *task, const struct kc_answer *answer,
                                 struct secret **ret_output) {
    const void *value = kc_answer_value(answer, 0);
    size_t length = kc_answer_value_length(answer, 0);
    KC_AUTO(secret) output = NULL;
    enum kc_error error = task->as_json ? message_write_result(task->target, value, length, &output)
                                        : secret_new_copy(value, length, &output);
    if (error == KC_OK && task->as_json && !task->with_newline) {
        secret_set_length(output, secret_length(output) - 1);
    }
    if (error == KC_OK && !task->as_json && task->with_newline) {
        error = secret_append(output, "\n", 1, KC_VALUE_MAX + 1);
    }
    if (error == KC_OK) {
        *ret_output = output;
        output = NULL;
    }
    return error;
}

static enum exit_code show_answer(const struct door *door, const struct task *task,
                                  const struct kc_answer *answer) {
    if (!door_is_success(answer)) {
        return door_explain(door, answer);
    }
    if (kc_answer_count(answer) != 1 || kc_answer_value(answer, 0) == NULL ||
        strcmp(kc_answer_target(answer, 0), task->target) != 0) {
        return door_complain_answer(door);
    }
    KC_AUTO(secret) output = NULL;
    enum kc_error error = make_output(task, answer, &output);
    if (error != KC_OK) {
        door_complain(door, kc_error_text(error));
        return EXIT_FAULT;
    }
    return door_print(door, output);
}

static enum exit_code run(struct door *door, const struct options *options) {
    struct task task = {0};
    enum exit_code code = read_task(door, options, &task);
    if (code == EXIT_DONE) {
        code = door_open(door);
    }
    const struct kc_query query = {
        .action = "read", .service = task.service, .targets = &task.target, .target_count = 1};
    struct kc_answer *answer = NULL;
    if (code == EXIT_DONE) {
        code = door_ask(door, &query, &answer);
    }
    if (code == EXIT_DONE) {
        code = show_answer(door, &task, answer);
    }
    kc_answer_free(answer);
    return code;
}

static const struct door_program program = {
    .name = "kcget",
    .operands = "SERVICE TARGET",
    .about = "prints a secret that the policy of keychain-auth lets this program read",
    .exits = "0 done, 1 absent or denied, 2 usage, 3 no daemon, 4 other trouble",
    .options = table,
    .timeout_s = 30,
    .run = run,
};

int main(int argc, char **argv) {
    return door_main(&program, argc, argv);
}
