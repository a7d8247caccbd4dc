/* SPDX-License-Identifier: MIT */
/*
 * aws configure: lets the AWS tools ask for a profile's key, by one line in their own file. The
 * change is shown first, and the rest of the file stays as it is.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/aws_config.h"
#include "daemon/admin/home_file.h"
#include "daemon/admin/say.h"
#include "libkc/error.h"
#include "platform/file.h"
#include "platform/self.h"
#include "platform/tty.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX_BYTES (1024 * 1024)
#define ADAPTER        "aws-credential-keychain-auth"

struct edit {
    const char *profile;
    char *path;    /* of the file */
    char *command; /* what the tools are to run */
    struct file_bytes before;
    struct aws_config_change change;
};

static void edit_clear(struct edit *edit) {
    free(edit->path);
    free(edit->command);
    free(edit->change.text);
    file_bytes_clear(&edit->before);
}

/* The adapter lies beside this program. */
static enum exit_code find_command(struct edit *edit) {
    struct file_stamp none = {{0}};
    struct file_stamp stamp = none;
    char *program = NULL;
    enum kc_error error = self_program(&program);
    if (error != KC_OK) {
        return say_fault(error, "can't tell where this program is");
    }
    *strrchr(program, '/') = '\0';
    size_t size = strlen(program) + strlen(edit->profile) + sizeof "/" ADAPTER " ";
    char *command = malloc(size);
    if (command == NULL) {
        free(program);
        return say_fault(KC_NO_MEMORY, "can't name the adapter");
    }
    (void)snprintf(command, size, "%s/" ADAPTER, program);
    free(program);
    edit->command = command;
    if (file_stamp(command, &stamp) != KC_OK || file_stamp_equal(&stamp, &none)) {
        struct shown shown;
        say("there is no \"%s\"", say_show(command, &shown));
        return EXIT_FAULT;
    }
    if (!aws_config_is_plain(command)) {
        struct shown shown;
        say("\"%s\" would need quotes, which the AWS tools read in different ways; install it "
            "under a plain path",
            say_show(command, &shown));
        return EXIT_FAULT;
    }
    size_t length = strlen(command);
    (void)snprintf(command + length, size - length, " %s", edit->profile);
    return EXIT_DONE;
}

static enum exit_code read_operands(const struct options *options, struct edit *edit) {
    edit->profile = options_operand(options, 1);
    if (strcmp(options_operand(options, 0), "configure") != 0) {
        say("aws takes no other word than \"configure\"");
        return EXIT_USAGE;
    }
    if (!aws_config_is_plain(edit->profile)) {
        say("the profile's name would need quotes, which the AWS tools read in different ways; it "
            "may have letters, digits and ._@+=,:/-");
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static enum exit_code read_file(struct edit *edit) {
    struct shown shown;
    enum exit_code code = home_file_find(NULL, "AWS_CONFIG_FILE", ".aws/config", &edit->path);
    if (code != EXIT_DONE) {
        return code;
    }
    enum kc_error error = file_read(edit->path, FILE_TRUSTED, FILE_MAX_BYTES, &edit->before);
    if (error == KC_OK || error == KC_NOT_FOUND) {
        return EXIT_DONE;
    }
    say_show(edit->path, &shown);
    if (error == KC_UNSAFE) {
        say("\"%s\" isn't changed: it must be a regular file of yours, not a link, that others "
            "can't write to; the line for it is: credential_process = %s",
            shown.text, edit->command);
    } else {
        say("can't read \"%s\": %s", shown.text, kc_error_text(error));
    }
    return EXIT_FAULT;
}

/* EXIT_NO: it says so already, or something else. */
static enum exit_code plan(struct edit *edit) {
    struct shown shown;
    char why[KC_MESSAGE_MAX] = "";
    const char *bytes = edit->before.bytes != NULL ? edit->before.bytes : "";
    enum kc_error error = aws_config_plan(bytes, edit->before.length, edit->profile, edit->command,
                                          &edit->change, why);
    if (error == KC_INVALID) {
        say("\"%s\" isn't changed: %s", say_show(edit->path, &shown), why);
        return EXIT_NO;
    }
    return error == KC_OK || error == KC_EXISTS ? EXIT_DONE : say_fault(error, "can't plan");
}

/* The lines that come, with a "+" in front. */
static void show(const struct edit *edit) {
    struct shown shown;
    const char *at = edit->change.text;
    (void)printf("\"%s\", after line %zu:\n", say_show(edit->path, &shown), edit->change.line);
    while (*at != '\0') {
        size_t length = strcspn(at, "\n");
        (void)printf("+%.*s\n", (int)length, at);
        at += length + 1;
    }
    (void)fflush(stdout);
}

static bool is_agreed(void) {
    char answer[8];
    (void)fputs("write this? [y/N] ", stdout);
    (void)fflush(stdout);
    return fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}

static enum exit_code ask(const struct options *options) {
    if (options_flag(options, "yes", false)) {
        return EXIT_DONE;
    }
    if (!tty_is_terminal(TTY_INPUT)) {
        say("nothing was written; --yes writes it");
        return EXIT_NO;
    }
    if (!is_agreed()) {
        say("nothing was written");
        return EXIT_NO;
    }
    return EXIT_DONE;
}

static enum kc_error write_pieces(const struct edit *edit) {
    const char *bytes = edit->before.bytes != NULL ? edit->before.bytes : "";
    size_t offset = edit->change.offset;
    const struct file_piece pieces[] = {
        {bytes, offset},
        {edit->change.text, strlen(edit->change.text)},
        {bytes + offset, edit->before.length - offset},
    };
    struct file_replacement *replacement = NULL;
    enum kc_error error = file_replace_prepare(edit->path, pieces, 3, &replacement);
    return error == KC_OK ? file_replace_commit(&replacement, NULL) : error;
}

static enum kc_error make_directory(const struct edit *edit) {
    char *directory = strdup(edit->path);
    if (directory == NULL) {
        return KC_NO_MEMORY;
    }
    char *slash = strrchr(directory, '/');
    enum kc_error error = KC_OK;
    if (slash != NULL && slash > directory) {
        *slash = '\0';
        error = file_make_directory(directory);
    }
    free(directory);
    return error;
}

static enum exit_code write_file(const struct edit *edit) {
    struct shown shown;
    struct file_stamp stamp;
    say_show(edit->path, &shown);
    enum kc_error error = file_stamp(edit->path, &stamp);
    if (error == KC_OK && !file_stamp_equal(&stamp, &edit->before.stamp)) {
        error = KC_CHANGED;
    }
    if (error == KC_OK && edit->before.bytes == NULL) {
        error = make_directory(edit);
    }
    if (error == KC_OK) {
        error = write_pieces(edit);
    }
    if (error != KC_OK) {
        say("can't write \"%s\": %s", shown.text, kc_error_text(error));
        return EXIT_FAULT;
    }
    (void)printf("written; a key of this profile in ~/.aws/credentials would still come first\n");
    return EXIT_DONE;
}

static enum exit_code run(const struct options *options, struct edit *edit) {
    enum exit_code code = read_operands(options, edit);
    if (code == EXIT_DONE) {
        code = find_command(edit);
    }
    if (code == EXIT_DONE) {
        code = read_file(edit);
    }
    if (code == EXIT_DONE) {
        code = plan(edit);
    }
    if (code == EXIT_DONE && edit->change.text == NULL) {
        struct shown shown;
        (void)printf("\"%s\" says so already\n", say_show(edit->path, &shown));
        return EXIT_DONE;
    }
    if (code == EXIT_DONE) {
        show(edit);
        code = ask(options);
    }
    return code == EXIT_DONE ? write_file(edit) : code;
}

enum exit_code cmd_aws(const struct options *options) {
    struct edit edit = {0};
    enum exit_code code = run(options, &edit);
    edit_clear(&edit);
    return code;
}
