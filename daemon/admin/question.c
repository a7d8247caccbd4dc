/* SPDX-License-Identifier: MIT */
/* As strict as the wire, so that nothing is explained that could not be asked. */
#include "daemon/admin/question.h"

#include "daemon/admin/say.h"
#include "libkc/parse.h"

#include <string.h>

enum exit_code question_read(const struct options *options, size_t first,
                             struct question *ret_question) {
    struct shown shown;
    const char *word = options_operand(options, first);
    struct question question = {.action = kc_action_parse(word),
                                .service = options_operand(options, first + 1)};
    if (options_operand_count(options) > first + 2) {
        question.target = options_operand(options, first + 2);
    }
    if (question.action > KC_ACTION_SEARCH) {
        say("\"%s\" isn't an action; it is read, write, delete or search", say_show(word, &shown));
        return EXIT_USAGE;
    }
    if (parse_name(question.service, strlen(question.service), KC_SERVICE_MAX) != KC_OK ||
        (question.target != NULL &&
         parse_name(question.target, strlen(question.target), KC_TARGET_MAX) != KC_OK)) {
        say("a service has 1 to %d bytes, a target 1 to %d, without control characters",
            KC_SERVICE_MAX, KC_TARGET_MAX);
        return EXIT_USAGE;
    }
    *ret_question = question;
    return EXIT_DONE;
}

/* Nobody who gets it changes a request. */
struct request question_request(struct question *question) {
    question->targets[0] = (char *)question->target;
    return (struct request){.type = KC_TYPE_REQUEST,
                            .action = question->action,
                            .service = (char *)question->service,
                            .target_count = question->target == NULL ? 0 : 1,
                            .targets = question->targets};
}
