/* SPDX-License-Identifier: MIT */
/*
 * git-credential-keychain-auth get|store|erase: git's logins, kept by keychain-auth. git writes a
 * request to standard input and reads lines from standard output; what isn't there is answered with
 * nothing and exit 0, and so is any other word, as gitcredentials(7) asks of helpers.
 */
#include "kcget/adapters/door.h"
#include "kcget/adapters/git_lines.h"
#include "kcget/adapters/git_logins.h"
#include "kcget/complain.h"
#include "kcget/output.h"
#include "libkc/error.h"
#include "libkc/options.h"
#include "libkc/protocol.h"
#include "libkc/secret.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define READ_SIZE 4096

const char complain_name[] = "git-credential-keychain-auth";

static const struct option table[] = {DOOR_OPTIONS(REACH_TIMEOUT_S), {.name = NULL}};

/* Up to and with the blank line; the rest is nobody's. */
static enum kc_error read_bytes(struct secret *text) {
    size_t line = 0;
    int byte = getc(stdin);
    while (byte != EOF) {
        char character = (char)byte;
        enum kc_error error = secret_append(text, &character, 1, GIT_REQUEST_MAX);
        if (error != KC_OK) {
            return error;
        }
        if (byte == '\n' && line == 0) {
            return KC_OK;
        }
        line = byte == '\n' ? 0 : line + (byte != '\r');
        byte = getc(stdin);
    }
    return ferror(stdin) ? KC_IO : KC_OK;
}

static enum exit_code read_request(struct secret *text, struct git_request *request) {
    KC_AUTO(secret) buffer = NULL;
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = secret_new(READ_SIZE, &buffer);
    if (error == KC_OK) {
        /* A buffer of our own, which is wiped; the library's isn't. */
        bool is_ours = setvbuf(stdin, (char *)secret_bytes(buffer), _IOFBF, READ_SIZE) == 0;
        error = is_ours ? read_bytes(text) : KC_IO;
        (void)fclose(stdin);
    }
    if (error == KC_OK) {
        error = git_lines_parse((char *)secret_bytes(text), secret_length(text), request, why);
    }
    if (error == KC_OK) {
        return EXIT_DONE;
    }
    if (error == KC_TOO_BIG) {
        (void)snprintf(why, sizeof why, "the request has more than %d bytes", GIT_REQUEST_MAX);
    }
    complain("%s", why[0] != '\0' ? why : kc_error_text(error));
    return error == KC_INVALID || error == KC_TOO_BIG ? EXIT_USAGE : EXIT_FAULT;
}

static enum exit_code get(struct door *door, const struct git_request *request) {
    KC_AUTO(secret) lines = NULL;
    enum exit_code code = git_logins_get(door, request, &lines);
    return code == EXIT_DONE && lines != NULL ? output_write(lines) : code;
}

static const struct operation {
    const char *word;
    enum exit_code (*run)(struct door *door, const struct git_request *request);
} operations[] = {
    {"get", get},
    {"store", git_logins_store},
    {"erase", git_logins_erase},
};

static const struct operation *find_operation(const char *word) {
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (strcmp(operations[i].word, word) == 0) {
            return &operations[i];
        }
    }
    return NULL;
}

static enum exit_code run(struct door *door, const struct options *options) {
    if (options_operand_count(options) != 1) {
        return door_complain_usage(door, "one of get, store and erase is needed");
    }
    const struct operation *operation = find_operation(options_operand(options, 0));
    if (operation == NULL) {
        return EXIT_DONE;
    }
    KC_AUTO(secret) text = NULL;
    struct git_request request = {0};
    enum exit_code code = door_open(door);
    if (code != EXIT_DONE) {
        return code;
    }
    if (secret_new(READ_SIZE, &text) != KC_OK) {
        complain("%s", kc_error_text(KC_NO_MEMORY));
        return EXIT_FAULT;
    }
    code = read_request(text, &request);
    return code == EXIT_DONE ? operation->run(door, &request) : code;
}

static const struct door_program program = {
    .operands = "get|store|erase",
    .about = "keeps git's logins in keychain-auth; git runs it as credential.helper",
    .example = "printf 'protocol=https\\nhost=github.com\\n' | git-credential-keychain-auth get",
    .exits = "0 done or nothing there, 1 denied, 2 usage, 3 no daemon, 4 other trouble",
    .options = table,
    .timeout_s = REACH_TIMEOUT_S,
    .run = run,
};

int main(int argc, char **argv) {
    return door_main(&program, argc, argv);
}
