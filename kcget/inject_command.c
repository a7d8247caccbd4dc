/* SPDX-License-Identifier: MIT */
/*
 * kcget inject: a text with references becomes the same text with values, on standard output or in
 * a file that only its owner reads and that is there whole or not at all.
 */
#include "kcget/commands.h"
#include "kcget/complain.h"
#include "kcget/expand.h"
#include "kcget/gather.h"
#include "kcget/input.h"
#include "kcget/output.h"
#include "kcget/reach.h"
#include "libkc/keychain-auth.h"
#include "libkc/secret.h"
#include "platform/file.h"

#define OUTPUT_MAX (16U * 1024 * 1024)

const struct option inject_options[] = {
    {.name = "output",
     .letter = 'o',
     .kind = OPTION_VALUE,
     .argument = "FILE",
     .help = "write to FILE, mode 0600, in one step"},
    REACH_OPTIONS(REACH_TIMEOUT_S),
    {.name = "help", .letter = 'h', .help = "print this"},
    {.name = NULL},
};

static enum exit_code write_file(const char *path, const struct secret *text) {
    enum kc_error error = file_replace(path, secret_view(text), secret_length(text));
    if (error != KC_OK) {
        complain("can't write \"%s\": %s", path, kc_error_text(error));
        return EXIT_FAULT;
    }
    return EXIT_DONE;
}

static enum exit_code write_text(const struct options *options, const struct secret *template,
                                 const struct gather *gather) {
    KC_AUTO(secret) text = NULL;
    const char *path = options_value(options, "output", 0);
    enum kc_error error = secret_new(secret_length(template) + 1, &text);
    if (error == KC_OK) {
        error = expand_write((const char *)secret_view(template), secret_length(template), gather,
                             OUTPUT_MAX, text);
    }
    if (error != KC_OK) {
        complain("can't fill the template: %s", kc_error_text(error));
        return EXIT_FAULT;
    }
    return path == NULL ? output_write(text) : write_file(path, text);
}

static enum exit_code run(const struct options *options) {
    KC_AUTO(gather) gather = NULL;
    KC_AUTO(secret) template = NULL;
    struct reach reach;
    char why[KC_MESSAGE_MAX] = "out of memory";
    enum exit_code code = reach_read(options, REACH_TIMEOUT_S, &reach);
    if (code == EXIT_DONE) {
        code = input_read(options_operand(options, 0), &template);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    enum kc_error error = gather_new(&gather);
    if (error == KC_OK) {
        error =
            expand_want((const char *)secret_view(template), secret_length(template), gather, why);
    }
    if (error != KC_OK) {
        complain("\"%s\": %s", options_operand(options, 0), why);
        return error == KC_INVALID || error == KC_TOO_BIG ? EXIT_USAGE : EXIT_FAULT;
    }
    code = gather_fetch(gather, &reach, false);
    return code == EXIT_DONE ? write_text(options, template, gather) : code;
}

enum exit_code inject_command(const struct kcget_command *command, int argc,
                              const char *const *argv) {
    KC_AUTO(options) options = NULL;
    enum exit_code code = commands_parse(command, argc, argv, &options);
    if (code != EXIT_DONE || options == NULL) {
        return code;
    }
    if (options_operand_count(options) != 1) {
        complain("inject: one template is needed");
        return commands_refuse(command);
    }
    return run(options);
}
