/* SPDX-License-Identifier: MIT */
/*
 * kcget SERVICE TARGET: prints one value, or nothing at all. The value goes from the answer to
 * standard output through wiped memory only, and everything else goes to standard error.
 */
#include "kcget/wait.h"
#include "libkc/client.h"
#include "libkc/keychain-auth.h"
#include "libkc/message.h"
#include "libkc/options.h"
#include "libkc/parse.h"
#include "libkc/protocol.h"
#include "libkc/secret.h"
#include "platform/harden.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_S 30

static const struct option table[] = {
    {.name = "no-newline", .letter = 'n', .help = "print the value without a newline behind it"},
    {.name = "json", .help = "print {\"target\":…,\"value\":…}; base64 when it isn't UTF-8"},
    {.name = "socket",
     .kind = OPTION_VALUE,
     .argument = "ADDRESS",
     .help = "where the daemon listens"},
    {.name = "timeout",
     .kind = OPTION_VALUE,
     .argument = "SECONDS",
     .help = "how long to wait for it (default: 30)"},
    {.name = "wait",
     .kind = OPTION_VALUE,
     .argument = "SECONDS",
     .help = "how long to wait for an approval where one is missing (default: 0)"},
    {.name = "help", .letter = 'h', .help = "print this"},
    {.name = "version", .help = "print the version"},
    {.name = NULL},
};

/* What the command line asks for. */
struct task {
    const char *service;
    const char *target;
    const char *address; /* NULL: the usual one */
    unsigned timeout_ms;
    unsigned wait_s;
    bool as_json;
    bool with_newline;
};

static void print_usage(FILE *stream) {
    (void)fputs("usage: kcget [OPTION]... SERVICE TARGET\n"
                "prints a secret that the policy of keychain-auth lets this program read\n\n",
                stream);
    options_print(table, stream);
    (void)fputs("\nexit: 0 done, 1 absent or denied, 2 usage, 3 no daemon, 4 other trouble\n",
                stream);
}

/* One line on standard error; `sentence` may come from outside. */
static void complain(const char *sentence) {
    char shown[4 * KC_MESSAGE_MAX];
    parse_escape_sentence(sentence, strlen(sentence), shown, sizeof shown);
    (void)fprintf(stderr, "kcget: %s\n", shown);
}

static enum exit_code complain_usage(const char *sentence) {
    complain(sentence);
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

/* The option, or else the variable; EXIT_DONE, or the complaint was made. */
static enum exit_code read_wait(const struct options *options, struct task *task) {
    const char *option = options_value(options, "wait", 0);
    const char *seconds = option != NULL ? option : getenv("KEYCHAIN_AUTH_WAIT");
    uint64_t wait_s = 0;
    bool is_given = option != NULL || (seconds != NULL && seconds[0] != '\0');
    if (is_given && parse_unsigned(seconds, WAIT_S_MAX, &wait_s) != KC_OK) {
        char sentence[KC_MESSAGE_MAX];
        (void)snprintf(sentence, sizeof sentence,
                       "\"%s\" needs a number of seconds, 0 to %u, and \"%.64s\" isn't one",
                       option != NULL ? "--wait" : "KEYCHAIN_AUTH_WAIT", WAIT_S_MAX, seconds);
        return complain_usage(sentence);
    }
    task->wait_s = (unsigned)wait_s;
    return EXIT_DONE;
}

static enum exit_code read_task(const struct options *options, struct task *task) {
    uint64_t timeout_s = TIMEOUT_S;
    const char *seconds = options_value(options, "timeout", 0);
    if (seconds != NULL && parse_unsigned(seconds, UINT_MAX / 1000, &timeout_s) != KC_OK) {
        return complain_usage("\"--timeout\" needs a number of seconds");
    }
    task->timeout_ms = (unsigned)timeout_s * 1000U;
    task->address = options_value(options, "socket", 0);
    task->as_json = options_flag(options, "json", false);
    task->with_newline = !options_flag(options, "no-newline", false);
    enum exit_code code = read_wait(options, task);
    return code == EXIT_DONE ? read_names(options, task) : code;
}

static enum exit_code complain_open(const struct task *task, enum kc_error error) {
    char *address = NULL;
    char sentence[KC_MESSAGE_MAX];
    if (client_address(task->address, &address) != KC_OK) {
        complain("can't tell where the daemon listens; set KEYCHAIN_AUTH_SOCKET");
        return EXIT_FAULT;
    }
    if (error == KC_NOT_FOUND) {
        (void)snprintf(sentence, sizeof sentence,
                       "no daemon at \"%s\"; start one with: keychain-auth start", address);
    } else {
        (void)snprintf(sentence, sizeof sentence, "can't use the daemon at \"%s\": %s", address,
                       kc_error_text(error));
    }
    free(address);
    complain(sentence);
    return error == KC_NOT_FOUND ? EXIT_NO_DAEMON : EXIT_FAULT;
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
        complain(kc_error_text(error));
        return EXIT_FAULT;
    }
    /* Unbuffered: the library's own buffer would keep a copy that nobody wipes. */
    (void)setvbuf(stdout, NULL, _IONBF, 0);
    size_t length = secret_length(output);
    bool written = fwrite(secret_view(output), 1, length, stdout) == length;
    if (fclose(stdout) != 0 || !written) {
        complain("can't write to standard output");
        return EXIT_FAULT;
    }
    return EXIT_DONE;
}

static enum exit_code show_answer(const struct task *task, const struct kc_answer *answer) {
    const char *reason = kc_answer_reason(answer);
    const char *message = kc_answer_message(answer);
    if (strcmp(kc_answer_status(answer), kc_status_word(KC_STATUS_SUCCESS)) == 0) {
        bool is_ours = kc_answer_count(answer) == 1 && kc_answer_value(answer, 0) != NULL &&
                       strcmp(kc_answer_target(answer, 0), task->target) == 0;
        if (is_ours) {
            return print_value(task, answer);
        }
        complain("the daemon answered something else than was asked");
        return EXIT_FAULT;
    }
    complain(message[0] != '\0' ? message : reason);
    bool is_no = strcmp(kc_answer_status(answer), kc_status_word(KC_STATUS_DENIED)) == 0 ||
                 strcmp(reason, kc_reason_word(KC_REASON_NOT_FOUND)) == 0;
    return is_no ? EXIT_NO : EXIT_FAULT;
}

/* Names were checked, and have no control characters. */
static void say_waiting(const void *context, const char *message) {
    const struct task *task = context;
    char sentence[KC_SERVICE_MAX + KC_TARGET_MAX + KC_MESSAGE_MAX + 64];
    (void)snprintf(sentence, sizeof sentence,
                   "waiting for approval of \"%s\" target \"%s\", for at most %u s: %s",
                   task->service, task->target, task->wait_s, message);
    complain(sentence);
}

static enum exit_code fetch(struct kc_client *client, const struct task *task) {
    /* Only now: the daemon has looked at us, and couldn't have looked at a closed process. */
    enum kc_error error = harden_memory();
    if (error != KC_OK && error != KC_UNSUPPORTED) {
        complain("can't shut this process's memory to others");
        return EXIT_FAULT;
    }
    const struct kc_query query = {
        .action = "read", .service = task->service, .targets = &task->target, .target_count = 1};
    const struct wait wait = {.seconds = task->wait_s, .say = say_waiting, .context = task};
    struct kc_answer *answer = NULL;
    error = wait_request(client, &query, &wait, &answer);
    if (error != KC_OK) {
        char sentence[KC_MESSAGE_MAX];
        (void)snprintf(sentence, sizeof sentence, "no answer from the daemon: %s",
                       kc_error_text(error));
        complain(sentence);
        return EXIT_FAULT;
    }
    enum exit_code code = show_answer(task, answer);
    kc_answer_free(answer);
    return code;
}

static enum exit_code run(const struct options *options) {
    struct task task = {0};
    struct kc_client *client = NULL;
    enum exit_code code = read_task(options, &task);
    if (code != EXIT_DONE) {
        return code;
    }
    enum kc_error error = kc_open(task.address, task.timeout_ms, &client);
    if (error != KC_OK) {
        return complain_open(&task, error);
    }
    code = fetch(client, &task);
    kc_close(client);
    return code;
}

static enum exit_code print_about(const struct options *options) {
    if (options_given(options, "help")) {
        print_usage(stdout);
    } else {
        (void)puts("kcget " KC_VERSION);
    }
    if (fclose(stdout) != 0) {
        complain("can't write to standard output");
        return EXIT_FAULT;
    }
    return EXIT_DONE;
}

static enum exit_code start(int argc, const char *const *argv) {
    KC_AUTO(options) options = NULL;
    char why[KC_MESSAGE_MAX] = "out of memory";
    enum kc_error error = options_parse(table, argc, argv, &options, why);
    if (error == KC_INVALID) {
        return complain_usage(why);
    }
    if (error != KC_OK) {
        complain(why);
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
