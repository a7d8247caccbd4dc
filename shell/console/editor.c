/* SPDX-License-Identifier: MIT */
/*
 * readline in its callback form: it is handed a key when there is one, and so nothing happens
 * behind our back in a signal handler. Its functions for keys and lines take no argument of ours;
 * hence the one pointer below that outlives a call.
 */
#include "shell/console/editor.h"

#include "libkc/parse.h"
#include "shell/console/candidates.h"

#include <stdio.h>
#include <readline/history.h>
#include <readline/readline.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* More are counted, not shown. */
#define ROWS_SHOWN   60
#define WORD_SIZE    8192
#define COLUMN_MAX   32
#define COLUMNS_LESS 6 /* blanks around the help, and one at the right edge */

struct editor {
    struct editor_plan plan;
    bool is_done;
    char *line; /* NULL: the end of the input */
};

/* readline's own state belongs to the process, and so does this. */
static struct editor *current;

static void take_line(char *line) {
    rl_callback_handler_remove();
    current->is_done = true;
    current->line = line;
}

static void print_row(const struct candidate *row, int width, int columns) {
    char word[WORD_SIZE];
    parse_escape(row->word, strlen(row->word), word, sizeof word);
    int room = columns - width - COLUMNS_LESS;
    (void)fprintf(rl_outstream, "  %-*s  %.*s\n", width, word, room > 0 ? room : 0, row->help);
}

static void list(const struct candidates *candidates) {
    int rows = 0;
    int columns = 0;
    int width = 0;
    rl_get_screen_size(&rows, &columns);
    rl_crlf();
    if (candidates->count > ROWS_SHOWN) {
        (void)fprintf(rl_outstream, "  %zu possibilities; type more\n", candidates->count);
    } else {
        for (size_t i = 0; i < candidates->count; i++) {
            int length = (int)strnlen(candidates->rows[i].word, COLUMN_MAX);
            width = length > width ? length : width;
        }
        for (size_t i = 0; i < candidates->count; i++) {
            print_row(&candidates->rows[i], width, columns);
        }
    }
    rl_on_new_line();
    rl_redisplay();
}

enum word_end {
    WORD_GOES_ON, /* more is to come: an open quote stays open */
    WORD_MAY_END, /* a file, which may be a directory */
    WORD_ENDS
};

/* Puts `text`, quoted, in place of the word at the cursor. */
static void put_word(const char *text, size_t offset, enum word_end end) {
    char word[WORD_SIZE];
    if (!words_quote(text, word, sizeof word - 1)) {
        (void)rl_ding();
        return;
    }
    size_t length = strlen(word);
    if (end == WORD_ENDS) {
        word[length] = ' ';
        word[length + 1] = '\0';
    } else if (end == WORD_GOES_ON && word[length - 1] == '\'') {
        word[length - 1] = '\0';
    }
    (void)rl_begin_undo_group();
    (void)rl_delete_text((int)offset, rl_point);
    rl_point = (int)offset;
    (void)rl_insert_text(word);
    (void)rl_end_undo_group();
}

/* A file's row has no help, unlike what is known. */
static enum word_end end_of(const struct candidates *candidates, bool has_files) {
    if (candidates->count > 1) {
        return WORD_GOES_ON;
    }
    return has_files && candidates->rows[0].help[0] == '\0' ? WORD_MAY_END : WORD_ENDS;
}

static void complete_with(struct candidates *candidates, const struct words *words,
                          bool has_files) {
    const char *typed = words->texts[words->count - 1];
    candidates_narrow(candidates, typed);
    size_t common = candidates_common(candidates);
    if (candidates->count == 0) {
        (void)rl_ding();
    } else if (candidates->count == 1 || common > strlen(typed)) {
        char *text = strndup(candidates->rows[0].word, common);
        if (text != NULL) {
            put_word(text, words->last_offset, end_of(candidates, has_files));
        }
        free(text);
    } else {
        list(candidates);
    }
}

/* Takes the line out that stands for files. */
static bool take_files_mark(char *rows) {
    static const char mark[] = EDITOR_FILES "\n";
    char *at = rows;
    while (at != NULL && strncmp(at, mark, sizeof mark - 1) != 0) {
        at = strchr(at, '\n');
        at = at != NULL ? at + 1 : NULL;
    }
    if (at == NULL) {
        return false;
    }
    const char *rest = at + sizeof mark - 1;
    memmove(at, rest, strlen(rest) + 1);
    return true;
}

static void print_files(const char *typed, FILE *stream) {
    char *name = rl_filename_completion_function(typed, 0);
    while (name != NULL) {
        (void)fprintf(stream, "%s\n", name);
        free(name);
        name = rl_filename_completion_function(typed, 1);
    }
}

/* Puts the files whose names begin so behind the rows. */
static enum kc_error add_files(const char *typed, char **rows) {
    char *all = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&all, &size);
    if (stream == NULL) {
        return KC_NO_MEMORY;
    }
    (void)fputs(*rows, stream);
    print_files(typed, stream);
    if (fclose(stream) != 0) {
        free(all);
        return KC_NO_MEMORY;
    }
    free(*rows);
    *rows = all;
    return KC_OK;
}

static enum kc_error find_rows(const struct words *words, char **ret_rows, bool *ret_has_files) {
    enum kc_error error = current->plan.complete(current->plan.context, words, ret_rows);
    *ret_has_files = error == KC_OK && take_files_mark(*ret_rows);
    return *ret_has_files ? add_files(words->texts[words->count - 1], ret_rows) : error;
}

static int complete_key(int count, int key) {
    KC_AUTO(words) words = NULL;
    KC_AUTO(candidates) candidates = NULL;
    char *rows = NULL;
    bool has_files = false;
    (void)count;
    (void)key;
    enum kc_error error = words_begin(rl_line_buffer, (size_t)rl_point, &words);
    if (error == KC_OK) {
        error = find_rows(words, &rows, &has_files);
    }
    if (error == KC_OK) {
        error = candidates_new(rows, &candidates);
    }
    if (error == KC_OK) {
        complete_with(candidates, words, has_files);
    } else {
        (void)rl_ding();
    }
    free(rows);
    return 0;
}

enum kc_error editor_open(const struct editor_plan *plan, struct editor **ret_editor) {
    struct editor *editor = calloc(1, sizeof *editor);
    if (editor == NULL) {
        return KC_NO_MEMORY;
    }
    editor->plan = *plan;
    current = editor;
    rl_readline_name = "keychain-auth";
    rl_instream = stdin;
    rl_outstream = stdout;
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_change_environment = 0; /* a program that we run shall look at the window itself */
    (void)rl_add_defun("keychain-auth-complete", complete_key, '\t');
    using_history();
    *ret_editor = editor;
    return KC_OK;
}

void editor_free(struct editor *editor) {
    if (editor != NULL) {
        clear_history();
        free(editor->line);
        free(editor);
        current = NULL;
    }
}

static void drop_line(void) {
    rl_echo_signal_char(SIGINT);
    rl_free_line_state();
    rl_callback_sigcleanup();
    rl_callback_handler_remove();
    (void)fputc('\n', stdout);
}

static void close_line(void) {
    rl_callback_handler_remove();
    (void)fputc('\n', stdout);
}

static void stop(struct editor *editor) {
    rl_cleanup_after_signal();
    foreground_stop(editor->plan.foreground);
    rl_reset_after_signal();
    (void)rl_forced_update_display();
}

/* True: the line is at its end. */
static bool heed(struct editor *editor, enum foreground_event event, enum editor_end *ret_end) {
    switch (event) {
    case FOREGROUND_INPUT:
        rl_callback_read_char();
        if (editor->is_done) {
            *ret_end = editor->line != NULL ? EDITOR_LINE : EDITOR_CLOSED;
        }
        return editor->is_done;
    case FOREGROUND_INTERRUPT:
        drop_line();
        *ret_end = EDITOR_INTERRUPTED;
        return true;
    case FOREGROUND_RESIZE:
        rl_resize_terminal();
        return false;
    case FOREGROUND_STOP:
        stop(editor);
        return false;
    case FOREGROUND_END:
        close_line();
        *ret_end = EDITOR_CLOSED;
        return true;
    }
    return false;
}

enum kc_error editor_read(struct editor *editor, enum editor_end *ret_end, char **ret_line) {
    enum foreground_event event = FOREGROUND_INPUT;
    enum editor_end end = EDITOR_CLOSED;
    bool is_over = false;
    editor->is_done = false;
    rl_callback_handler_install(editor->plan.prompt, take_line);
    while (!is_over) {
        enum kc_error error = foreground_wait(editor->plan.foreground, &event);
        if (error != KC_OK) {
            close_line();
            return error;
        }
        is_over = heed(editor, event, &end);
    }
    if (end == EDITOR_LINE) {
        *ret_line = editor->line;
        editor->line = NULL;
    }
    *ret_end = end;
    (void)fflush(stdout);
    return KC_OK;
}

void editor_remember(const char *line) {
    add_history(line);
}
