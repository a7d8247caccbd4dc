/* SPDX-License-Identifier: MIT */
/* One connection at most, and no memory of its own. */
#include "kcget/adapters/door.h"

#include "kcget/complain.h"
#include "kcget/output.h"
#include "platform/harden.h"

#include <stdio.h>

static void print_usage(const struct door_program *program, FILE *stream) {
    (void)fprintf(stream, "usage: %s [OPTION]... %s", complain_name, program->operands);
}

enum exit_code door_complain_usage(const struct door *door, const char *sentence) {
    complain("%s", sentence);
    print_usage(door->program, stderr);
    (void)fprintf(stderr, " (see %s --help)\n", complain_name);
    return EXIT_USAGE;
}

enum exit_code door_open(struct door *door) {
    return reach_open(&door->reach, false, &door->client);
}

enum exit_code door_ask(const struct door *door, const struct kc_query *query,
                        struct kc_answer **ret_answer) {
    return reach_ask(&door->reach, door->client, query, ret_answer);
}

static enum exit_code print_about(const struct door_program *program,
                                  const struct options *options) {
    if (options_given(options, "help")) {
        print_usage(program, stdout);
        (void)printf("\n%s\n\n", program->about);
        options_print(program->options, stdout);
        (void)printf("\nexample: %s\nexit: %s\n", program->example, program->exits);
    } else {
        (void)printf("%s " KC_VERSION "\n", complain_name);
    }
    return output_end();
}

static enum exit_code start(struct door *door, int argc, const char *const *argv) {
    const struct door_program *program = door->program;
    KC_AUTO(options) options = NULL;
    char why[KC_MESSAGE_MAX] = "out of memory";
    enum kc_error error = options_parse(program->options, argc, argv, &options, why);
    if (error == KC_INVALID) {
        return door_complain_usage(door, why);
    }
    if (error != KC_OK) {
        complain("%s", why);
        return EXIT_FAULT;
    }
    if (options_given(options, "help") || options_given(options, "version")) {
        return print_about(program, options);
    }
    enum exit_code code = reach_read(options, program->timeout_s, &door->reach);
    return code == EXIT_DONE ? program->run(door, options) : code;
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
