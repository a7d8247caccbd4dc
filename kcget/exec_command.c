/* SPDX-License-Identifier: MIT */
/*
 * kcget exec: reads every secret that the command needs, and then becomes the command. Nothing is
 * started unless all of them are there. A value is in secret pages, then in the environment of the
 * new program (execve(2) copies it there and drops ours), and nowhere else.
 */
#include "kcget/commands.h"
#include "kcget/complain.h"
#include "kcget/exec_file.h"
#include "kcget/expand.h"
#include "kcget/gather.h"
#include "kcget/input.h"
#include "kcget/reach.h"
#include "kcget/refs.h"
#include "libkc/keychain-auth.h"
#include "libkc/secret.h"
#include "platform/launch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Variables that one command may get, and the longest: more than Linux takes (execve(2): 128 KiB
 * each), so that the system is the one that refuses. */
#define VARIABLES_MAX 1024
#define VARIABLE_MAX  (256 * 1024)

/* As the shell and env(1) have it, for what isn't ours to answer. */
enum { EXIT_NOT_EXECUTABLE = 126, EXIT_NO_COMMAND = 127 };

const struct option exec_options[] = {
    {.name = "env-file",
     .kind = OPTION_VALUE,
     .can_repeat = true,
     .argument = "FILE",
     .help = "variables too: NAME=VALUE lines, with kc://SERVICE/TARGET in VALUE"},
    REACH_OPTIONS(REACH_TIMEOUT_S),
    {.name = "help", .letter = 'h', .help = "print this"},
    {.name = NULL},
};

struct variable {
    const char *name;
    size_t name_length;
    const char *text; /* with references; NULL: the value is `ref`'s */
    size_t text_length;
    struct ref ref;
    struct secret *entry; /* NAME=VALUE and a NUL, once it is made */
};

struct environment {
    size_t count;
    struct variable *variables;
    size_t file_count;
    struct secret **files; /* that texts are pieces of */
    struct gather *gather;
};

static void environment_free(struct environment *environment) {
    if (environment == NULL) {
        return;
    }
    for (size_t i = 0; i < environment->count; i++) {
        secret_free(environment->variables[i].entry);
    }
    for (size_t i = 0; i < environment->file_count; i++) {
        secret_free(environment->files[i]);
    }
    free(environment->variables);
    free(environment->files);
    gather_free(environment->gather);
    free(environment);
}
KC_AUTO_DEFINE(environment)

static enum kc_error environment_new(size_t file_count, struct environment **ret_environment) {
    KC_AUTO(environment) environment = calloc(1, sizeof *environment);
    if (environment == NULL) {
        return KC_NO_MEMORY;
    }
    environment->variables = calloc(VARIABLES_MAX, sizeof *environment->variables);
    environment->files = calloc(file_count + 1, sizeof(struct secret *));
    if (environment->variables == NULL || environment->files == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = gather_new(&environment->gather);
    if (error == KC_OK) {
        *ret_environment = environment;
        environment = NULL;
    }
    return error;
}

static enum exit_code complain_fault(enum kc_error error) {
    complain("exec: %s", kc_error_text(error));
    return EXIT_FAULT;
}

/* A variable whose text or reference is known by now. */
static enum exit_code add(struct environment *environment, const struct variable *variable,
                          const char *place) {
    char why[KC_MESSAGE_MAX] = "out of memory";
    enum kc_error error =
        variable->text == NULL
            ? gather_want(environment->gather, &variable->ref)
            : expand_want(variable->text, variable->text_length, environment->gather, why);
    if (error == KC_TOO_BIG || environment->count == VARIABLES_MAX) {
        complain("%s: at most %d variables and secrets can be given", place, VARIABLES_MAX);
        return EXIT_USAGE;
    }
    if (error != KC_OK) {
        complain("%s: %s", place, why);
        return error == KC_INVALID ? EXIT_USAGE : EXIT_FAULT;
    }
    environment->variables[environment->count++] = *variable;
    return EXIT_DONE;
}

/* NAME=SERVICE/TARGET */
static enum exit_code add_operand(struct environment *environment, const char *operand) {
    char why[KC_MESSAGE_MAX];
    struct variable variable = {.name = operand, .name_length = strcspn(operand, "=")};
    if (operand[variable.name_length] == '\0' ||
        !exec_file_is_name(operand, variable.name_length)) {
        complain("\"%.256s\" isn't NAME=SERVICE/TARGET; the command stands behind \"--\"", operand);
        return EXIT_USAGE;
    }
    if (refs_parse(operand + variable.name_length + 1, &variable.ref, why) != KC_OK) {
        complain("\"%.256s\": %s", operand, why);
        return EXIT_USAGE;
    }
    return add(environment, &variable, "exec");
}

static enum exit_code add_file(struct environment *environment, const char *path) {
    struct secret **text = &environment->files[environment->file_count];
    enum exit_code code = input_read(path, text);
    if (code != EXIT_DONE) {
        return code;
    }
    environment->file_count++;
    struct exec_file file = {.text = (const char *)secret_view(*text),
                             .length = secret_length(*text)};
    struct exec_file_variable found;
    char why[KC_MESSAGE_MAX];
    enum kc_error error = exec_file_next(&file, &found, why);
    while (error == KC_OK && code == EXIT_DONE) {
        char place[512];
        const struct variable variable = {.name = found.name,
                                          .name_length = found.name_length,
                                          .text = found.value,
                                          .text_length = found.value_length};
        (void)snprintf(place, sizeof place, "\"%.400s\" line %zu", path, file.line);
        code = add(environment, &variable, place);
        error = exec_file_next(&file, &found, why);
    }
    if (code == EXIT_DONE && error == KC_INVALID) {
        complain("\"%s\" line %zu: %s", path, file.line, why);
        return EXIT_USAGE;
    }
    return code;
}

static enum kc_error write_entry(struct variable *variable, const struct gather *gather,
                                 struct secret **ret_entry) {
    KC_AUTO(secret) entry = NULL;
    enum kc_error error = secret_new(variable->name_length + 2, &entry);
    if (error == KC_OK) {
        error = secret_append(entry, variable->name, variable->name_length, VARIABLE_MAX);
    }
    if (error == KC_OK) {
        error = secret_append(entry, "=", 1, VARIABLE_MAX);
    }
    if (error == KC_OK && variable->text != NULL) {
        error = expand_write(variable->text, variable->text_length, gather, VARIABLE_MAX, entry);
    } else if (error == KC_OK) {
        const struct secret *value = gather_value(gather, &variable->ref);
        error = value == NULL
                    ? KC_INTERNAL
                    : secret_append(entry, secret_view(value), secret_length(value), VARIABLE_MAX);
    }
    if (error == KC_OK && memchr(secret_view(entry), '\0', secret_length(entry)) != NULL) {
        error = KC_INVALID;
    }
    if (error == KC_OK) {
        error = secret_append(entry, "", 1, VARIABLE_MAX + 1);
    }
    if (error == KC_OK) {
        *ret_entry = entry;
        entry = NULL;
    }
    return error;
}

static enum exit_code set_variables(struct environment *environment) {
    for (size_t i = 0; i < environment->count; i++) {
        struct variable *variable = &environment->variables[i];
        enum kc_error error = write_entry(variable, environment->gather, &variable->entry);
        if (error == KC_OK) {
            error = launch_set_variable((char *)secret_bytes(variable->entry));
        }
        if (error != KC_OK) {
            complain("can't put a value into \"%.*s\": %s", (int)variable->name_length,
                     variable->name,
                     error == KC_INVALID   ? "it has a byte 0, which no variable can have"
                     : error == KC_TOO_BIG ? "it is too long"
                                           : kc_error_text(error));
            return EXIT_FAULT;
        }
    }
    return EXIT_DONE;
}

static enum exit_code launch(const char *const *argv) {
    char *const *words = (char *const *)argv;
    enum kc_error error = launch_program(words);
    complain("can't run \"%.256s\": %s", argv[0],
             error == KC_TOO_BIG ? "arguments and environment together are too long"
                                 : kc_error_text(error));
    return (enum exit_code)(error == KC_NOT_FOUND ? EXIT_NO_COMMAND : EXIT_NOT_EXECUTABLE);
}

/* The files first: what stands on the command line counts more. */
static enum exit_code read_wishes(const struct options *options, struct environment *environment) {
    enum exit_code code = EXIT_DONE;
    size_t files = options_value_count(options, "env-file");
    for (size_t i = 0; i < files && code == EXIT_DONE; i++) {
        code = add_file(environment, options_value(options, "env-file", i));
    }
    size_t operands = options_operand_count(options);
    for (size_t i = 0; i < operands && code == EXIT_DONE; i++) {
        code = add_operand(environment, options_operand(options, i));
    }
    return code;
}

static enum exit_code run(const struct options *options, const char *const *words) {
    KC_AUTO(environment) environment = NULL;
    struct reach reach;
    enum exit_code code = reach_read(options, REACH_TIMEOUT_S, &reach);
    if (code != EXIT_DONE) {
        return code;
    }
    enum kc_error error = environment_new(options_value_count(options, "env-file"), &environment);
    if (error != KC_OK) {
        return complain_fault(error);
    }
    code = read_wishes(options, environment);
    if (code == EXIT_DONE) {
        code = gather_fetch(environment->gather, &reach, true);
    }
    if (code == EXIT_DONE) {
        code = set_variables(environment);
    }
    return code == EXIT_DONE ? launch(words) : code;
}

enum exit_code exec_command(const struct kcget_command *command, int argc,
                            const char *const *argv) {
    KC_AUTO(options) options = NULL;
    int end = 0;
    while (end < argc && strcmp(argv[end], "--") != 0) {
        end++;
    }
    enum exit_code code = commands_parse(command, end, argv, &options);
    if (code != EXIT_DONE || options == NULL) {
        return code;
    }
    if (end + 1 >= argc) {
        complain("exec: a command is missing behind \"--\"");
        return commands_refuse(command);
    }
    return run(options, argv + end + 1);
}
