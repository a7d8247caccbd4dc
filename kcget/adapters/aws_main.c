/* SPDX-License-Identifier: MIT */
/*
 * aws-credential-keychain-auth PROFILE: the document of credential_process for a profile whose key
 * is kept by keychain-auth, service "aws". It prints that document or nothing, and it waits for
 * nobody: a process that hangs here hangs every tool.
 */
#include "kcget/adapters/door.h"
#include "kcget/complain.h"
#include "kcget/output.h"
#include "kcget/reach.h"
#include "libkc/error.h"
#include "libkc/keychain-auth.h"
#include "libkc/message.h"
#include "libkc/message_aws.h"
#include "libkc/options.h"
#include "libkc/parse.h"
#include "libkc/protocol.h"
#include "libkc/secret.h"
#include "platform/clock.h"

#include <stdio.h>
#include <string.h>

#define SERVICE    "aws"
#define SHOWN_SIZE 128
#define TIMEOUT_S  10

const char complain_name[] = "aws-credential-keychain-auth";

static const struct option table[] = {DOOR_OPTIONS(TIMEOUT_S), {.name = NULL}};

/* What is stored isn't fit for the tools. */
static enum exit_code refuse(const char *profile, enum kc_error error, const char *why) {
    char shown[SHOWN_SIZE];
    if (error != KC_INVALID && error != KC_TIMEOUT) {
        complain("%s", kc_error_text(error));
        return EXIT_FAULT;
    }
    parse_escape(profile, strlen(profile), shown, sizeof shown);
    complain("the key of profile \"%s\" can't be used: %s; to store another: keychain-auth set "
             "--json " SERVICE " PROFILE",
             shown, why);
    return EXIT_NO;
}

static enum exit_code show_answer(const char *profile, const struct kc_answer *answer) {
    if (!reach_is_success(answer)) {
        return reach_explain(answer);
    }
    const char *value = kc_answer_value(answer, 0);
    if (kc_answer_count(answer) != 1 || value == NULL ||
        strcmp(kc_answer_target(answer, 0), profile) != 0) {
        return reach_complain_answer();
    }
    KC_AUTO(secret) line = NULL;
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error =
        message_write_aws(value, kc_answer_value_length(answer, 0), clock_wall_us(), &line, why);
    return error == KC_OK ? output_write(line) : refuse(profile, error, why);
}

static enum exit_code run(struct door *door, const struct options *options) {
    const char *profile = options_operand(options, 0);
    if (options_operand_count(options) != 1) {
        return door_complain_usage(door, "the name of one profile is needed");
    }
    if (parse_name(profile, strlen(profile), KC_TARGET_MAX) != KC_OK) {
        return door_complain_usage(door,
                                   "a profile has 1 to 1024 bytes of UTF-8, no control characters");
    }
    enum exit_code code = door_open(door);
    const struct kc_query query = {
        .action = "read", .service = SERVICE, .targets = &profile, .target_count = 1};
    struct kc_answer *answer = NULL;
    if (code == EXIT_DONE) {
        code = door_ask(door, &query, &answer);
    }
    if (code == EXIT_DONE) {
        code = show_answer(profile, answer);
    }
    kc_answer_free(answer);
    return code;
}

static const struct door_program program = {
    .operands = "PROFILE",
    .about = "prints the key of an AWS profile, for the AWS tools, which run it",
    .example = "keychain-auth aws configure prod",
    .exits = "0 done, 1 absent, expired or denied, 2 usage, 3 no daemon, 4 other trouble",
    .options = table,
    .timeout_s = TIMEOUT_S,
    .run = run,
};

int main(int argc, char **argv) {
    message_wipe_json_memory(); /* the key goes through JSON */
    return door_main(&program, argc, argv);
}
