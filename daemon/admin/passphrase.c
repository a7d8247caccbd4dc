/* SPDX-License-Identifier: MIT */
/* Asks once or twice, wherever the person is. */
#include "daemon/admin/passphrase.h"

#include "daemon/admin/pinentry.h"
#include "daemon/admin/say.h"
#include "libkc/parse.h"
#include "libkc/protocol.h"
#include "libkc/secret.h"
#include "platform/input.h"
#include "platform/tty.h"

#include <limits.h>

/* One more than may be used, so that a longer one is seen. */
#define READ_MAX (KC_PASSPHRASE_MAX + 1)

static enum exit_code explain(enum kc_error error) {
    switch (error) {
    case KC_OK:
        return EXIT_DONE;
    case KC_END:
        say("no passphrase was given");
        return EXIT_USAGE;
    case KC_TOO_BIG:
        say("the passphrase is longer than %d bytes", KC_PASSPHRASE_MAX);
        return EXIT_USAGE;
    case KC_INVALID:
        say("the passphrase can't be read from there: no such descriptor, or no pinentry");
        return EXIT_USAGE;
    default:
        return say_fault(error, "can't read the passphrase");
    }
}

static enum kc_error read_window(const struct options *options,
                                 const struct passphrase_question *question,
                                 struct secret *passphrase) {
    const char *program = options_value(options, "pinentry", 0);
    if (!question->may_open_window) {
        return KC_NOT_FOUND;
    }
    return pinentry_ask(program != NULL ? program : PINENTRY_PATH, question->description,
                        options_value(options, "window", 0), passphrase, READ_MAX);
}

static enum exit_code read_typed(const struct options *options,
                                 const struct passphrase_question *question,
                                 struct secret *passphrase) {
    size_t length = 0;
    /* Who names a pinentry wants it, also at a terminal. */
    bool wants_window = question->may_open_window && options_given(options, "pinentry");
    enum kc_error error = wants_window
                              ? KC_NOT_FOUND
                              : tty_read_secret(question->prompt, (char *)secret_bytes(passphrase),
                                                READ_MAX, &length);
    if (error == KC_OK) {
        secret_set_length(passphrase, length);
    } else if (error == KC_NOT_FOUND) {
        error = read_window(options, question, passphrase);
    }
    if (error == KC_NOT_FOUND) {
        say("a passphrase is needed, and there is no terminal to ask at; use --passphrase-fd, or "
            "open a session at your terminal: keychain-auth admin");
        return EXIT_NO;
    }
    return explain(error);
}

static enum exit_code read_descriptor(const char *text, struct secret *passphrase) {
    uint64_t number = 0;
    size_t length = 0;
    if (parse_unsigned(text, INT_MAX, &number) != KC_OK) {
        say("--passphrase-fd takes the number of a descriptor");
        return EXIT_USAGE;
    }
    enum kc_error error =
        input_read_line((unsigned)number, (char *)secret_bytes(passphrase), READ_MAX, &length);
    if (error == KC_OK) {
        secret_set_length(passphrase, length);
    }
    return explain(error);
}

static enum exit_code read_once(const struct options *options,
                                const struct passphrase_question *question,
                                struct secret **ret_passphrase) {
    KC_AUTO(secret) passphrase = NULL;
    enum kc_error error = secret_new(READ_MAX + 1, &passphrase);
    if (error != KC_OK) {
        return explain(error);
    }
    const char *descriptor = options_value(options, "passphrase-fd", 0);
    enum exit_code code = descriptor != NULL ? read_descriptor(descriptor, passphrase)
                                             : read_typed(options, question, passphrase);
    if (code == EXIT_DONE && secret_length(passphrase) > KC_PASSPHRASE_MAX) {
        code = explain(KC_TOO_BIG);
    }
    if (code == EXIT_DONE && secret_length(passphrase) == 0) {
        code = explain(KC_END);
    }
    if (code == EXIT_DONE) {
        *ret_passphrase = passphrase;
        passphrase = NULL;
    }
    return code;
}

enum exit_code passphrase_read(const struct options *options,
                               const struct passphrase_question *question,
                               struct secret **ret_passphrase) {
    KC_AUTO(secret) passphrase = NULL;
    KC_AUTO(secret) again = NULL;
    struct passphrase_question second = *question;
    second.prompt = "again: ";
    enum exit_code code = read_once(options, question, &passphrase);
    if (code == EXIT_DONE && question->is_new && secret_length(passphrase) < KC_PASSPHRASE_MIN) {
        say("a passphrase has at least %d bytes; several words are better than one",
            KC_PASSPHRASE_MIN);
        return EXIT_USAGE;
    }
    bool is_typed = options_value(options, "passphrase-fd", 0) == NULL;
    if (code == EXIT_DONE && question->is_new && is_typed) {
        code = read_once(options, &second, &again);
        if (code == EXIT_DONE && !secret_equal(passphrase, again)) {
            say("the two passphrases differ; nothing was changed");
            return EXIT_USAGE;
        }
    }
    if (code == EXIT_DONE) {
        *ret_passphrase = passphrase;
        passphrase = NULL;
    }
    return code;
}
