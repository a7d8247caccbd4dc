/* SPDX-License-Identifier: MIT */
/*
 * A line is split, looked at, perhaps remembered, and run. Of a paste with several lines each is
 * shown and run by itself, and the first that goes wrong is the last.
 */
#include "shell/console/console.h"

#include "libkc/error.h"
#include "libkc/parse.h"
#include "platform/foreground.h"
#include "platform/paths.h"
#include "shell/console/ask.h"
#include "shell/console/candidates.h"
#include "shell/console/editor.h"
#include "shell/console/lines.h"
#include "shell/console/past.h"
#include "shell/console/words.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROMPT       "keychain-auth> "
#define HISTORY_NAME "console-history"
#define SHOWN_SIZE   1024

/* keychain-auth ended so because the person wrote something wrong. */
#define CODE_USAGE   ((unsigned)EXIT_USAGE)

struct console {
    struct foreground *foreground;
    struct editor *editor;
    struct past *past; /* NULL: nothing is written down */
    struct candidates *commands;
    char *rows; /* what the commands are borrowed from */
    struct ask ask;
    bool is_over;
};

enum exit_code console_complain(enum exit_code code, const char *sentence) {
    (void)fprintf(stderr, "keychain-auth console: %s\n", sentence);
    return code;
}

static void complain_of(const char *what, enum kc_error error) {
    (void)fprintf(stderr, "keychain-auth console: %s: %s\n", what, kc_error_text(error));
}

static void print_help(void) {
    (void)puts("a line is a command of keychain-auth, without its name; Tab completes it\n"
               "  pending           list-pending, in a word\n"
               "  help COMMAND      how a command is used\n"
               "  exit, Ctrl-D      leave the console\n"
               "quotes work as in a shell, nothing else does; approve shows what it would do and "
               "asks\n"
               "a line that begins with a blank, or carries a value, isn't remembered\n");
    (void)fflush(stdout);
}

static unsigned run(struct console *console, const struct line_plan *plan) {
    const char *argv[WORDS_MAX + 4] = {console->ask.program};
    unsigned code = (unsigned)EXIT_FAULT;
    for (size_t i = 0; i < plan->count; i++) {
        argv[i + 1] = plan->arguments[i];
    }
    enum kc_error error = foreground_run(console->foreground, argv, &code);
    if (error != KC_OK) {
        complain_of("can't run keychain-auth", error);
    }
    if (code > 128) {
        (void)fputc('\n', stdout); /* what a signal ended has left its line open */
        (void)fflush(stdout);
    }
    return code;
}

/* The exit code of the line. */
static unsigned carry_out(struct console *console, const struct line_plan *plan) {
    switch (plan->kind) {
    case LINE_NOTHING:
        return (unsigned)EXIT_DONE;
    case LINE_LEAVE:
        console->is_over = true;
        return (unsigned)EXIT_DONE;
    case LINE_REFUSED:
        return (unsigned)console_complain(EXIT_USAGE, plan->why);
    case LINE_HELP:
        print_help();
        return run(console, plan);
    case LINE_COMMAND:
        return run(console, plan);
    }
    return (unsigned)EXIT_FAULT;
}

static unsigned refuse(enum kc_error error, const char *why) {
    if (error == KC_INVALID) {
        return (unsigned)console_complain(EXIT_USAGE, why);
    }
    if (error == KC_TOO_BIG) {
        (void)fprintf(stderr, "keychain-auth console: a line has at most %d words and %d bytes\n",
                      WORDS_MAX, WORDS_LINE_MAX);
        return (unsigned)EXIT_USAGE;
    }
    complain_of("can't read the line", error);
    return (unsigned)EXIT_FAULT;
}

/* Up brings back what was written wrongly, too, so that it can be mended; the file gets only what
 * was right. */
static unsigned obey(struct console *console, const char *line) {
    KC_AUTO(words) words = NULL;
    struct line_plan plan;
    const char *why = "";
    enum kc_error error = words_split(line, strlen(line), &words, &why);
    if (error != KC_OK) {
        return refuse(error, why);
    }
    line_plan(words, &plan);
    bool is_kept = line_may_be_kept(line, words, console->commands);
    if (is_kept) {
        editor_remember(line);
    }
    unsigned code = carry_out(console, &plan);
    if (is_kept && code != CODE_USAGE && past_keep(console->past, line) != KC_OK) {
        (void)console_complain(EXIT_FAULT, "can't write the history; it isn't kept any more");
        past_free(console->past);
        console->past = NULL;
    }
    return code;
}

static void obey_paste(struct console *console, char *text) {
    unsigned code = (unsigned)EXIT_DONE;
    while (text != NULL && code == (unsigned)EXIT_DONE && !console->is_over) {
        char *next = strpbrk(text, "\r\n");
        if (next != NULL) {
            *next = '\0';
            next++;
        }
        if (text[0] != '\0') {
            char shown[SHOWN_SIZE];
            (void)printf(PROMPT "%s\n",
                         parse_escape_sentence(text, strlen(text), shown, sizeof shown));
            (void)fflush(stdout);
            code = obey(console, text);
        }
        text = next;
    }
    if (text != NULL && !console->is_over) {
        (void)console_complain(EXIT_NO, "the lines behind it weren't run");
    }
}

static enum exit_code talk(struct console *console) {
    while (!console->is_over) {
        enum editor_end end = EDITOR_CLOSED;
        char *line = NULL;
        enum kc_error error = editor_read(console->editor, &end, &line);
        if (error != KC_OK) {
            complain_of("can't read from the terminal", error);
            return EXIT_FAULT;
        }
        if (end == EDITOR_CLOSED) {
            return EXIT_DONE;
        }
        if (end == EDITOR_LINE && strpbrk(line, "\r\n") != NULL) {
            obey_paste(console, line);
        } else if (end == EDITOR_LINE) {
            (void)obey(console, line);
        }
        free(line);
    }
    return EXIT_DONE;
}

/* Without a history the console is as good. */
static void open_past(struct console *console) {
    char *path = NULL;
    enum kc_error error = paths_data(HISTORY_NAME, &path);
    if (error == KC_OK) {
        error = past_open(path, editor_remember, &console->past);
    }
    if (error != KC_OK) {
        complain_of("nothing is kept in the history, because its file can't be used", error);
    }
    free(path);
}

static enum kc_error open_parts(struct console *console) {
    enum kc_error error = foreground_open(&console->foreground);
    if (error != KC_OK) {
        return error;
    }
    console->ask.foreground = console->foreground;
    error = ask_commands(&console->ask, &console->rows);
    if (error != KC_OK) {
        return error;
    }
    error = candidates_new(console->rows, &console->commands);
    const struct editor_plan plan = {.prompt = PROMPT,
                                     .foreground = console->foreground,
                                     .complete = ask_rows,
                                     .context = &console->ask};
    return error == KC_OK ? editor_open(&plan, &console->editor) : error;
}

enum exit_code console_run(const char *program) {
    struct console console = {.ask = {.program = program}};
    enum exit_code code = EXIT_FAULT;
    enum kc_error error = open_parts(&console);
    if (error == KC_OK) {
        open_past(&console);
        (void)puts("keychain-auth " KC_VERSION "; help tells more, Ctrl-D leaves");
        code = talk(&console);
    } else {
        complain_of("can't begin", error);
    }
    past_free(console.past);
    editor_free(console.editor);
    candidates_free(console.commands);
    foreground_free(console.foreground);
    free(console.rows);
    return code;
}
