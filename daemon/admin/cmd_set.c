/* SPDX-License-Identifier: MIT */
/*
 * set: stores a value. The daemon is asked for first, so that nobody types a secret for
 * nothing, and so that this process is shut before it holds one.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/answer.h"
#include "daemon/admin/pairs.h"
#include "daemon/admin/say.h"
#include "daemon/admin/value.h"
#include "libkc/message_aws.h"
#include "libkc/parse.h"
#include "libkc/protocol.h"
#include "libkc/secret.h"
#include "platform/clock.h"

#include <string.h>

static enum exit_code store(struct answer *answer, const struct options *options,
                            const struct pairs *pairs, const struct secret *value) {
    const char *target = options_operand(options, 1);
    const void *bytes = secret_view(value);
    size_t length = secret_length(value);
    const struct kc_query query = {.action = "write",
                                   .service = options_operand(options, 0),
                                   .targets = &target,
                                   .target_count = 1,
                                   .values = &bytes,
                                   .value_lengths = &length,
                                   .attributes = (const char *const *)pairs->texts,
                                   .attribute_count = pairs->count,
                                   .administration = 1};
    return answer_ask(answer, &query);
}

static enum exit_code check_names(const struct options *options) {
    const char *service = options_operand(options, 0);
    const char *target = options_operand(options, 1);
    if (parse_name(service, strlen(service), KC_SERVICE_MAX) != KC_OK) {
        say("a service has 1 to %d bytes of UTF-8, no control characters", KC_SERVICE_MAX);
        return EXIT_USAGE;
    }
    if (parse_name(target, strlen(target), KC_TARGET_MAX) != KC_OK) {
        say("a target has 1 to %d bytes of UTF-8, no control characters", KC_TARGET_MAX);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

/* Nobody keeps an empty secret: what should have written it has failed. */
static enum exit_code refuse_empty(const struct secret *value) {
    if (secret_length(value) > 0) {
        return EXIT_DONE;
    }
    say("the value is empty; nothing was stored (--allow-empty stores it)");
    return EXIT_USAGE;
}

static enum exit_code check_form(const struct options *options) {
    if (options_flag(options, "json", false) && strcmp(options_operand(options, 0), "aws") != 0) {
        say("--json checks a key for the AWS tools, of the service \"aws\"");
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

/* What the tools couldn't use would be noticed when it is needed. */
static enum exit_code check_key(const struct secret *value) {
    KC_AUTO(secret) line = NULL;
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = message_write_aws((const char *)secret_view(value), secret_length(value),
                                            clock_wall_us(), &line, why);
    if (error == KC_OK) {
        return EXIT_DONE;
    }
    if (error != KC_INVALID && error != KC_TIMEOUT) {
        return say_fault(error, "can't check the value");
    }
    say("the value isn't a key for the AWS tools: %s; nothing was stored", why);
    return EXIT_USAGE;
}

enum exit_code cmd_set(const struct options *options) {
    KC_AUTO(pairs) pairs = NULL;
    KC_AUTO(answer) answer = NULL;
    KC_AUTO(secret) value = NULL;
    enum exit_code code = check_names(options);
    if (code == EXIT_DONE) {
        code = check_form(options);
    }
    if (code == EXIT_DONE) {
        code = pairs_new(options, "attr", &pairs);
    }
    if (code == EXIT_DONE) {
        code = answer_connect(options, &answer);
    }
    if (code == EXIT_DONE) {
        code = value_read(options_flag(options, "keep-newline", false), &value);
    }
    if (code == EXIT_DONE && !options_flag(options, "allow-empty", false)) {
        code = refuse_empty(value);
    }
    if (code == EXIT_DONE && options_flag(options, "json", false)) {
        code = check_key(value);
    }
    return code == EXIT_DONE ? store(answer, options, pairs, value) : code;
}
