/* SPDX-License-Identifier: MIT */
/* One connection at most, and no memory of its own. */
#include "kcget/door.h"

#include "kcget/wait.h"
#include "libkc/client.h"
#include "libkc/parse.h"
#include "libkc/protocol.h"
#include "libkc/secret.h"
#include "platform/harden.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void door_complain(const struct door *door, const char *sentence) {
    char shown[4 * KC_MESSAGE_MAX];
    parse_escape_sentence(sentence, strlen(sentence), shown, sizeof shown);
    (void)fprintf(stderr, "%s: %s\n", door->program->name, shown);
}

enum exit_code door_complain_usage(const struct door *door, const char *sentence) {
    const struct door_program *program = door->program;
    door_complain(door, sentence);
    (void)fprintf(stderr, "usage: %s [OPTION]... %s (see %s --help)\n", program->name,
                  program->operands, program->name);
    return EXIT_USAGE;
}

static enum exit_code complain_open(const struct door *door, enum kc_error error) {
    char *address = NULL;
    char sentence[KC_MESSAGE_MAX];
    if (client_address(door->address, &address) != KC_OK) {
        door_complain(door, "can't tell where the daemon listens; set KEYCHAIN_AUTH_SOCKET");
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
    door_complain(door, sentence);
    return error == KC_NOT_FOUND ? EXIT_NO_DAEMON : EXIT_FAULT;
}

enum exit_code door_open(struct door *door) {
    enum kc_error error = kc_open(door->address, door->timeout_ms, &door->client);
    if (error != KC_OK) {
        return complain_open(door, error);
    }
    /* Only now: the daemon has looked at us, and couldn't have looked at a closed process. */
    error = harden_memory();
    if (error != KC_OK && error != KC_UNSUPPORTED) {
        door_complain(door, "can't shut this process's memory to others");
        return EXIT_FAULT;
    }
    return EXIT_DONE;
}

/* What say_waiting() needs. */
struct waiting {
    const struct door *door;
    const struct kc_query *query;
};

/* Names were checked, and have no control characters. */
static void say_waiting(const void *context, const char *message) {
    const struct waiting *waiting = context;
    const struct kc_query *query = waiting->query;
    char sentence[KC_SERVICE_MAX + KC_TARGET_MAX + KC_MESSAGE_MAX + 64];
    (void)snprintf(sentence, sizeof sentence,
                   "waiting for approval of \"%s\" target \"%s\", for at most %u s: %s",
                   query->service, query->target_count > 0 ? query->targets[0] : "",
                   waiting->door->wait_s, message);
    door_complain(waiting->door, sentence);
}

enum exit_code door_ask(struct door *door, const struct kc_query *query,
                        struct kc_answer **ret_answer) {
    const struct waiting waiting = {.door = door, .query = query};
    const struct wait wait = {.seconds = door->wait_s, .say = say_waiting, .context = &waiting};
    enum kc_error error = wait_request(door->client, query, &wait, ret_answer);
    if (error == KC_OK) {
        return EXIT_DONE;
    }
    char sentence[KC_MESSAGE_MAX];
    (void)snprintf(sentence, sizeof sentence, "no answer from the daemon: %s",
                   kc_error_text(error));
    door_complain(door, sentence);
    return EXIT_FAULT;
}

bool door_is_success(const struct kc_answer *answer) {
    return strcmp(kc_answer_status(answer), kc_status_word(KC_STATUS_SUCCESS)) == 0;
}

bool door_is_absent(const struct kc_answer *answer) {
    return strcmp(kc_answer_reason(answer), kc_reason_word(KC_REASON_NOT_FOUND)) == 0;
}

enum exit_code door_explain(const struct door *door, const struct kc_answer *answer) {
    const char *message = kc_answer_message(answer);
    door_complain(door, message[0] != '\0' ? message : kc_answer_reason(answer));
    bool is_denied = strcmp(kc_answer_status(answer), kc_status_word(KC_STATUS_DENIED)) == 0;
    return is_denied || door_is_absent(answer) ? EXIT_NO : EXIT_FAULT;
}

enum exit_code door_complain_answer(const struct door *door) {
    door_complain(door, "the daemon answered something else than was asked");
    return EXIT_FAULT;
}

static enum exit_code close_output(const struct door *door, bool is_written) {
    if (fclose(stdout) != 0 || !is_written) {
        door_complain(door, "can't write to standard output");
        return EXIT_FAULT;
    }
    return EXIT_DONE;
}

enum exit_code door_print(const struct door *door, const struct secret *output) {
    /* Unbuffered: the library's own buffer would keep a copy that nobody wipes. */
    (void)setvbuf(stdout, NULL, _IONBF, 0);
    size_t length = secret_length(output);
    return close_output(door, fwrite(secret_view(output), 1, length, stdout) == length);
}

static enum exit_code print_about(const struct door *door, const struct options *options) {
    const struct door_program *program = door->program;
    if (options_given(options, "help")) {
        (void)printf("usage: %s [OPTION]... %s\n%s\n\n", program->name, program->operands,
                     program->about);
        options_print(program->options, stdout);
        (void)printf("\nexit: %s\n", program->exits);
    } else {
        (void)printf("%s " KC_VERSION "\n", program->name);
    }
    return close_output(door, true);
}

/* The option, or else the variable. */
static enum exit_code read_wait(struct door *door, const struct options *options) {
    const char *option = options_value(options, "wait", 0);
    const char *seconds = option != NULL ? option : getenv("KEYCHAIN_AUTH_WAIT");
    uint64_t wait_s = 0;
    bool is_given = option != NULL || (seconds != NULL && seconds[0] != '\0');
    if (is_given && parse_unsigned(seconds, WAIT_S_MAX, &wait_s) != KC_OK) {
        char sentence[KC_MESSAGE_MAX];
        (void)snprintf(sentence, sizeof sentence,
                       "\"%s\" needs a number of seconds, 0 to %u, and \"%.64s\" isn't one",
                       option != NULL ? "--wait" : "KEYCHAIN_AUTH_WAIT", WAIT_S_MAX, seconds);
        return door_complain_usage(door, sentence);
    }
    door->wait_s = (unsigned)wait_s;
    return EXIT_DONE;
}

static enum exit_code read_options(struct door *door, const struct options *options) {
    uint64_t timeout_s = door->program->timeout_s;
    const char *seconds = options_value(options, "timeout", 0);
    if (seconds != NULL && parse_unsigned(seconds, UINT_MAX / 1000, &timeout_s) != KC_OK) {
        return door_complain_usage(door, "\"--timeout\" needs a number of seconds");
    }
    door->timeout_ms = (unsigned)timeout_s * 1000U;
    door->address = options_value(options, "socket", 0);
    return read_wait(door, options);
}

static enum exit_code start(struct door *door, int argc, const char *const *argv) {
    KC_AUTO(options) options = NULL;
    char why[KC_MESSAGE_MAX] = "out of memory";
    enum kc_error error = options_parse(door->program->options, argc, argv, &options, why);
    if (error == KC_INVALID) {
        return door_complain_usage(door, why);
    }
    if (error != KC_OK) {
        door_complain(door, why);
        return EXIT_FAULT;
    }
    if (options_given(options, "help") || options_given(options, "version")) {
        return print_about(door, options);
    }
    enum exit_code code = read_options(door, options);
    return code == EXIT_DONE ? door->program->run(door, options) : code;
}

int door_main(const struct door_program *program, int argc, char **argv) {
    if (harden_streams() != KC_OK) {
        return EXIT_FAULT;
    }
    struct door door = {.program = program};
    int skipped = argc > 0 ? 1 : 0;
    enum exit_code code = start(&door, argc - skipped, (const char *const *)argv + skipped);
    kc_close(door.client);
    return (int)code;
}
