/* SPDX-License-Identifier: MIT */
/*
 * shellenv: prints what a shell evaluates as it starts. The texts are shell/kc.*; in place of the
 * words between @ signs stand paths of ours, quoted for that shell. Asks no daemon and opens no
 * file but our own program's.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/say.h"
#include "daemon/admin/shell_text.h"
#include "platform/paths.h"
#include "platform/self.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a shell has to be told. */
struct facts {
    char *programs; /* the directory of our programs, with its "/" */
    char *pending;  /* the list of those who wait */
    char *count;    /* where a prompt keeps their number */
};

static const struct {
    const char *name;
    const char *texts[2];
    const char *escape;  /* put before a ' in single quotes */
    bool escapes_itself; /* a \ there means something, too */
} shells[] = {
    {"bash", {shell_text_sh, shell_text_bash}, "'\\'", false},
    {"zsh", {shell_text_sh, shell_text_zsh}, "'\\'", false},
    {"fish", {shell_text_fish, NULL}, "\\", true},
};

static enum kc_error find_facts(struct facts *facts) {
    enum kc_error error = self_sibling("", &facts->programs);
    if (error == KC_OK) {
        error = paths_config("pending.json", &facts->pending);
    }
    if (error == KC_OK) {
        error = paths_config("pending.count", &facts->count);
    }
    return error;
}

/* A quote is '\'' in POSIX, \' in fish, where \ is \\. */
static void print_quoted(const char *path, size_t shell) {
    (void)putchar('\'');
    for (; *path != '\0'; path++) {
        if (*path == '\\' && shells[shell].escapes_itself) {
            (void)putchar('\\');
        }
        if (*path == '\'') {
            (void)fputs(shells[shell].escape, stdout);
        }
        (void)putchar(*path);
    }
    (void)putchar('\'');
}

static void print_text(const char *text, const struct facts *facts, size_t shell) {
    const struct {
        const char *word;
        const char *path;
    } places[] = {{"@KC_BIN@", facts->programs},
                  {"@KC_PENDING@", facts->pending},
                  {"@KC_PROMPT@", facts->count}};
    while (*text != '\0') {
        size_t skipped = 0;
        for (size_t i = 0; i < sizeof places / sizeof places[0] && skipped == 0; i++) {
            size_t length = strlen(places[i].word);
            if (strncmp(text, places[i].word, length) == 0) {
                print_quoted(places[i].path, shell);
                skipped = length;
            }
        }
        if (skipped == 0) {
            (void)putchar(*text);
            skipped = 1;
        }
        text += skipped;
    }
}

static enum exit_code print_shell(size_t shell) {
    struct facts facts = {0};
    enum kc_error error = find_facts(&facts);
    for (size_t i = 0; error == KC_OK && i < 2 && shells[shell].texts[i] != NULL; i++) {
        print_text(shells[shell].texts[i], &facts, shell);
    }
    free(facts.programs);
    free(facts.pending);
    free(facts.count);
    return error == KC_OK ? EXIT_DONE
                          : say_fault(error, "can't tell where keychain-auth is installed");
}

enum exit_code cmd_shellenv(const struct options *options) {
    const char *name = options_operand(options, 0);
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(shells[i].name, name) == 0) {
            return print_shell(i);
        }
    }
    struct shown shown;
    say("there is nothing for \"%s\"; bash, zsh or fish", say_show(name, &shown));
    return EXIT_USAGE;
}
