/* SPDX-License-Identifier: MIT */
/*
 * kcget SERVICE TARGET: prints one value, or nothing at all. The value goes from the answer to
 * standard output through wiped memory only, and everything else goes to standard error. What else
 * it can do has a row in commands.c.
 */
#include "kcget/commands.h"
#include "kcget/complain.h"
#include "kcget/complete.h"
#include "kcget/output.h"
#include "kcget/reach.h"
#include "libkc/keychain-auth.h"
#include "libkc/message.h"
#include "libkc/options.h"
#include "libkc/parse.h"
#include "libkc/protocol.h"
#include "libkc/secret.h"
#include "platform/harden.h"

#include <stdio.h>
#include <string.h>

const char complain_name[] = "kcget";

static const struct option table[] = {
    {.name = "no-newline", .letter = 'n', .help = "print the value without a newline behind it"},
    {.name = "json", .help = "print {\"target\":…,\"value\":…}; base64 when it isn't UTF-8"},
    REACH_OPTIONS(REACH_TIMEOUT_S),
    {.name = "help", .letter = 'h', .help = "print this"},
    {.name = "version", .help = "print the version"},
    {.name = NULL},
};

/* What the command line asks for. */
struct task {
    struct reach reach;
    const char *service;
    const char *target;
    bool as_json;
    bool with_newline;
};

static void print_usage(FILE *stream) {
    (void)fputs("usage: kcget [OPTION]... SERVICE TARGET\n"
                "       kcget COMMAND [OPTION]... [OPERAND]...\n"
                "prints a secret that the policy of keychain-auth lets its caller read\n\n",
                stream);
    for (const struct kcget_command *command = kcget_commands; command->name != NULL; command++) {
        (void)fprintf(stream, "  %-7s %s\n", command->name, command->help);
    }
    (void)fputc('\n', stream);
    options_print(table, stream);
    (void)fputs("\nexample: kcget -n registry ci | docker login --username ci "
                "--password-stdin\n" COMMANDS_EXIT,
                stream);
}

static enum exit_code complain_usage(const char *sentence) {
    complain("%s", sentence);
    (void)fputs("usage: kcget [OPTION]... SERVICE TARGET (see kcget --help)\n", stderr);
    return EXIT_USAGE;
}

/* EXIT_DONE, or the complaint was made. */
static enum exit_code read_names(const struct options *options, struct task *task) {
    if (options_operand_count(options) != 2) {
        return complain_usage("a service and a target are needed");
    }
    task->service = options_operand(options, 0);
    task->target = options_operand(options, 1);
    if (parse_name(task->service, strlen(task->service), KC_SERVICE_MAX) != KC_OK) {
        return complain_usage("a service has 1 to 255 bytes of UTF-8, no control characters");
    }
    if (parse_name(task->target, strlen(task->target), KC_TARGET_MAX) != KC_OK) {
        return complain_usage("a target has 1 to 1024 bytes of UTF-8, no control characters");
    }
    return EXIT_DONE;
}

static enum exit_code read_task(const struct options *options, struct task *task) {
    enum exit_code code = reach_read(options, REACH_TIMEOUT_S, &task->reach);
    if (code != EXIT_DONE) {
        (void)fputs("usage: kcget [OPTION]... SERVICE TARGET (see kcget --help)\n", stderr);
        return code;
    }
    task->as_json = options_flag(options, "json", false);
    task->with_newline = !options_flag(options, "no-newline", false);
    return read_names(options, task);
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

static enum exit_code print_value(const struct task *task, const struct kc_answer *answer) {
    KC_AUTO(secret) output = NULL;
    enum kc_error error = make_output(task, answer, &output);
    if (error != KC_OK) {
        complain("%s", kc_error_text(error));
        return EXIT_FAULT;
    }
    return output_write(output);
}

static enum exit_code show_answer(const struct task *task, const struct kc_answer *answer) {
    bool is_ours = kc_answer_count(answer) == 1 && kc_answer_value(answer, 0) != NULL &&
                   strcmp(kc_answer_target(answer, 0), task->target) == 0;
    return is_ours ? print_value(task, answer) : reach_complain_answer();
}

static enum exit_code fetch(struct kc_client *client, const struct task *task) {
    const struct kc_query query = {
        .action = "read", .service = task->service, .targets = &task->target, .target_count = 1};
    struct kc_answer *answer = NULL;
    enum exit_code code = reach_request(&task->reach, client, &query, &answer);
    if (code == EXIT_DONE) {
        code = show_answer(task, answer);
        kc_answer_free(answer);
    }
    return code;
}

static enum exit_code run(const struct options *options) {
    struct task task = {0};
    struct kc_client *client = NULL;
    enum exit_code code = read_task(options, &task);
    if (code == EXIT_DONE) {
        code = reach_open(&task.reach, false, &client);
    }
    if (code == EXIT_DONE) {
        code = fetch(client, &task);
        kc_close(client);
    }
    return code;
}

static enum exit_code print_about(const struct options *options) {
    if (options_given(options, "help")) {
        print_usage(stdout);
    } else {
        (void)puts("kcget " KC_VERSION);
    }
    return output_end();
}

/* For the completions of the shells. */
static enum exit_code complete(int argc, const char *const *argv) {
    complete_print(table, (size_t)argc, argv);
    return output_end();
}

static enum exit_code start(int argc, const char *const *argv) {
    const struct kcget_command *command = argc > 0 ? commands_find(argv[0]) : NULL;
    if (command != NULL) {
        return command->run(command, argc - 1, argv + 1);
    }
    if (argc > 0 && strcmp(argv[0], "--complete") == 0) {
        return complete(argc - 1, argv + 1);
    }
    KC_AUTO(options) options = NULL;
    char why[KC_MESSAGE_MAX] = "out of memory";
    enum kc_error error = options_parse(table, argc, argv, &options, why);
    if (error == KC_INVALID) {
        return complain_usage(why);
    }
    if (error != KC_OK) {
        complain("%s", why);
        return EXIT_FAULT;
    }
    if (options_given(options, "help") || options_given(options, "version")) {
        return print_about(options);
    }
    return run(options);
}

int main(int argc, char **argv) {
    if (harden_streams() != KC_OK) {
        return EXIT_FAULT;
    }
    int skipped = argc > 0 ? 1 : 0;
    return (int)start(argc - skipped, (const char *const *)argv + skipped);
}
