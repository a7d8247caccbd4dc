/* SPDX-License-Identifier: MIT */
/*
 * The line that a person types: readline, and nothing else of ours knows it. Keys, signals and the
 * window's size are waited for together. Never for a value: readline copies what is typed, and
 * doesn't wipe it. One at a time, because readline is one for the whole process.
 */
#ifndef CONSOLE_EDITOR_H
#define CONSOLE_EDITOR_H

#include "platform/attr.h"
#include "platform/foreground.h"
#include "platform/kc_error.h"
#include "shell/console/words.h"

#define EDITOR_FILES ":files"

struct editor;

/* How reading a line came to its end. */
enum editor_end {
    EDITOR_LINE,
    EDITOR_INTERRUPTED, /* Ctrl-C: what was typed is dropped */
    EDITOR_CLOSED       /* Ctrl-D, the terminal has hung up, or somebody wants us to end */
};

struct editor_plan {
    const char *prompt;
    struct foreground *foreground; /* lent until _free */
    /* What may stand at the cursor, whose word is the last one: rows for candidates_new(), freed by
     * the caller. The row EDITOR_FILES stands for the names of files. */
    enum kc_error (*complete)(const void *context, const struct words *words, char **ret_rows);
    const void *context;
};

KC_MUST_USE enum kc_error editor_open(const struct editor_plan *plan, struct editor **ret_editor);
void editor_free(struct editor *editor);

/* Reads a line; `ret_line` is written for EDITOR_LINE, and freed with free(). A bracketed paste is
 * one line with newlines in it. Outside of this call the terminal is as it was. */
KC_MUST_USE enum kc_error editor_read(struct editor *editor, enum editor_end *ret_end,
                                      char **ret_line);

/* The arrow keys bring it back. */
void editor_remember(const char *line);

KC_AUTO_DEFINE(editor)

#endif
