/* SPDX-License-Identifier: MIT */
/*
 * Reads a value straight into secret memory. There is no way to hand one over on the command
 * line: every process of the machine could read it there.
 */
#include "daemon/admin/value.h"

#include "daemon/admin/say.h"
#include "libkc/protocol.h"
#include "libkc/secret.h"
#include "platform/tty.h"

#include <stdio.h>

/* A newline that is left out, and one byte that shows that there is more. */
#define READ_SIZE ((size_t)KC_VALUE_MAX + 2)

/* How far an overlong input is read on, only to tell its size. */
#define COUNT_MAX ((size_t)64 * 1024 * 1024)

static enum exit_code say_too_big(size_t size, bool is_all) {
    say("the value has %s%zu bytes; at most %d can be stored", is_all ? "" : "more than ", size,
        KC_VALUE_MAX);
    return EXIT_USAGE;
}

/* Overwrites what was read: it is refused anyway. */
static enum exit_code refuse_rest(struct secret *value, size_t size) {
    size_t more = 1;
    while (more > 0 && size < COUNT_MAX) {
        more = fread(secret_bytes(value), 1, READ_SIZE, stdin);
        size += more;
    }
    return say_too_big(size, more == 0);
}

static enum exit_code read_input(bool keeps_newline, struct secret *value) {
    /* stdio's own buffer would keep a copy. */
    if (setvbuf(stdin, NULL, _IONBF, 0) != 0) {
        say("can't read standard input without a copy");
        return EXIT_FAULT;
    }
    size_t length = fread(secret_bytes(value), 1, READ_SIZE, stdin);
    if (ferror(stdin)) {
        say("can't read the value from standard input");
        return EXIT_FAULT;
    }
    if (length == READ_SIZE) {
        return refuse_rest(value, length);
    }
    if (!keeps_newline && length > 0 && secret_bytes(value)[length - 1] == '\n') {
        length--;
    }
    if (length > KC_VALUE_MAX) {
        return say_too_big(length, true);
    }
    secret_set_length(value, length);
    return EXIT_DONE;
}

static enum exit_code ask_once(const char *prompt, struct secret *value) {
    size_t length = 0;
    enum kc_error error =
        tty_read_secret(prompt, (char *)secret_bytes(value), READ_SIZE - 1, &length);
    if (error == KC_TOO_BIG) {
        say("the value is too long; at most %d bytes can be stored", KC_VALUE_MAX);
        return EXIT_USAGE;
    }
    if (error == KC_END) {
        say("nothing was typed; nothing was stored");
        return EXIT_USAGE;
    }
    if (error != KC_OK) {
        return say_fault(error, "can't read the value from the terminal");
    }
    secret_set_length(value, length);
    return EXIT_DONE;
}

static enum exit_code ask_twice(struct secret *value) {
    KC_AUTO(secret) again = NULL;
    enum kc_error error = secret_new(READ_SIZE, &again);
    if (error != KC_OK) {
        return say_fault(error, "can't read the value");
    }
    enum exit_code code = ask_once("value: ", value);
    if (code == EXIT_DONE) {
        code = ask_once("again: ", again);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    if (secret_length(value) == 0) {
        say("nothing was typed; nothing was stored");
        return EXIT_USAGE;
    }
    if (!secret_equal(value, again)) {
        say("the two values differ; nothing was stored");
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

enum exit_code value_read(bool keeps_newline, struct secret **ret_value) {
    KC_AUTO(secret) value = NULL;
    enum kc_error error = secret_new(READ_SIZE, &value);
    if (error != KC_OK) {
        return say_fault(error, "can't read the value");
    }
    enum exit_code code =
        tty_is_terminal(TTY_INPUT) ? ask_twice(value) : read_input(keeps_newline, value);
    if (code == EXIT_DONE) {
        *ret_value = value;
        value = NULL;
    }
    return code;
}
