/* SPDX-License-Identifier: MIT */
/*
 * The person's shell: whether it can complete our commands, and whether its start file loads the
 * functions of this installation. A start file is a program, which nobody can read but its shell:
 * what is looked for is the line of docs/shell.md, whatever stands around it.
 */
#include "daemon/admin/doctor.h"

#include "daemon/admin/say.h"
#include "platform/process.h"
#include "platform/program.h"
#include "platform/self.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 4096
#define TEXT_MAX  ((size_t)1024 * 1024)

static const char mark[] = "shellenv";
static const char program_name[] = "keychain-auth";

static const struct start {
    const char *shell;
    const char *variable; /* names the directory that is otherwise below HOME */
    const char *directory;
    const char *file;
    const char *line;
} starts[] = {
    {"bash", NULL, "", ".bashrc", "echo 'eval \"$(keychain-auth shellenv bash)\"' >>"},
    {"zsh", "ZDOTDIR", "", ".zshrc", "echo 'eval \"$(keychain-auth shellenv zsh)\"' >>"},
    {"fish", "XDG_CONFIG_HOME", "/.config", "fish/config.fish",
     "echo 'keychain-auth shellenv fish | source' >>"},
};

/* A word of the line: between blanks, quotes, and what joins commands. */
struct word {
    const char *text;
    size_t length;
};

static bool is_word_end(char byte) {
    return strchr(" \t\"'`()|;&<>", byte) != NULL; /* the NUL as well */
}

static struct word word_before(const char *line, const char *at) {
    while (at > line && (at[-1] == ' ' || at[-1] == '\t' || at[-1] == '"' || at[-1] == '\'')) {
        at--;
    }
    const char *start = at;
    while (start > line && !is_word_end(start[-1])) {
        start--;
    }
    return (struct word){start, (size_t)(at - start)};
}

static struct word word_behind(const char *at) {
    at += strspn(at, " \t");
    const char *end = at;
    while (!is_word_end(*end)) {
        end++;
    }
    return (struct word){at, (size_t)(end - at)};
}

static bool is_text(struct word word, const char *text) {
    return word.length == strlen(text) && memcmp(word.text, text, word.length) == 0;
}

/* "keychain-auth", or a path that ends so. */
static bool names_program(struct word word) {
    size_t length = sizeof program_name - 1;
    return word.length >= length &&
           memcmp(word.text + word.length - length, program_name, length) == 0 &&
           (word.length == length || word.text[word.length - length - 1] == '/');
}

/* False: it isn't an absolute path, and what it comes to is the shell's to know. */
static bool expand(struct word word, const char *home, char path[PATH_SIZE]) {
    bool is_at_home = word.length > 1 && word.text[0] == '~' && word.text[1] == '/';
    if (word.length >= PATH_SIZE || (word.text[0] != '/' && (!is_at_home || home == NULL))) {
        return false;
    }
    int length =
        snprintf(path, PATH_SIZE, "%s%.*s", is_at_home ? home : "",
                 (int)word.length - (is_at_home ? 1 : 0), word.text + (is_at_home ? 1 : 0));
    return length > 0 && length < PATH_SIZE;
}

static void judge_program(struct doctor *doctor, const struct doctor_shell *shell,
                          const char *path) {
    const struct doctor_kind good = {.check = "shellenv"};
    const struct doctor_kind old = {
        .check = "shellenv",
        .grade = DOCTOR_WARNING,
        .meaning = "its functions are another installation's, or nobody's; name this one there, or "
                   "none but keychain-auth",
    };
    KC_AUTO(image) image = NULL;
    struct shown file;
    struct shown program;
    const char *why = "";
    enum kc_error error = image_open(path, &image, &why);
    if (!doctor_has_memory(doctor, error)) {
        return;
    }
    say_show(shell->path, &file);
    say_show(path, &program);
    if (error != KC_OK) {
        doctor_add(doctor, &old, "\"%.1500s\" names \"%.1500s\", which isn't there", file.text,
                   program.text);
    } else if (strcmp(image_path(image), shell->own) != 0) {
        doctor_add(doctor, &old, "\"%.1500s\" names \"%.1500s\", which isn't this one", file.text,
                   program.text);
    } else {
        doctor_add(doctor, &good, "\"%.1500s\" loads it", file.text);
    }
}

/* A line that loads something of ours. */
static void judge_line(struct doctor *doctor, const struct doctor_shell *shell, struct word program,
                       struct word asked) {
    const struct doctor_kind good = {.check = "shellenv"};
    const struct doctor_kind other = {
        .check = "shellenv",
        .grade = DOCTOR_WARNING,
        .meaning = "the text of one shell isn't another's; name this shell there",
    };
    char path[PATH_SIZE];
    struct shown file;
    if (!is_text(asked, shell->name)) {
        doctor_add(doctor, &other, "\"%.2000s\" asks for what isn't %s's",
                   say_show(shell->path, &file), shell->name);
    } else if (expand(program, shell->home, path)) {
        judge_program(doctor, shell, path);
    } else {
        doctor_add(doctor, &good, "\"%.2000s\" loads it", say_show(shell->path, &file));
    }
}

/* Behind a "#" at its beginning, or where no program of ours stands before it, it is something
 * else. */
static bool find_in_line(const char *line, const char *end, struct word *ret_program,
                         struct word *ret_asked) {
    line += strspn(line, " \t");
    const char *at = line < end && *line != '#' ? strstr(line, mark) : NULL;
    while (at != NULL && at < end) {
        struct word program = word_before(line, at);
        if (names_program(program)) {
            *ret_program = program;
            *ret_asked = word_behind(at + sizeof mark - 1);
            return true;
        }
        at = strstr(at + 1, mark);
    }
    return false;
}

static const struct start *start_of(const char *shell) {
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        if (strcmp(starts[i].shell, shell) == 0) {
            return &starts[i];
        }
    }
    return NULL;
}

static void tell_absence(struct doctor *doctor, const struct doctor_shell *shell) {
    struct shown file;
    char *cure = doctor_command(doctor, start_of(shell->name)->line, shell->path);
    const struct doctor_kind none = {
        .check = "shellenv",
        .grade = DOCTOR_NOTE,
        .meaning = "kcenv, kcshim and kcprompt aren't there, unless another file loads them",
        .cure = cure,
    };
    doctor_add(doctor, &none, "\"%.2000s\" doesn't load it", say_show(shell->path, &file));
    free(cure);
}

void doctor_judge_shell(struct doctor *doctor, const struct doctor_shell *shell) {
    const char *line = shell->text;
    while (*line != '\0') {
        const char *end = line + strcspn(line, "\n");
        struct word program;
        struct word asked;
        if (find_in_line(line, end, &program, &asked)) {
            judge_line(doctor, shell, program, asked);
            return;
        }
        line = *end == '\n' ? end + 1 : end;
    }
    tell_absence(doctor, shell);
}

/* Looking */

/* One shell's stands for all: they are installed together. */
static void look_at_completions(struct doctor *doctor) {
    const struct doctor_kind good = {.check = "shell"};
    const struct doctor_kind none = {
        .check = "shell",
        .grade = DOCTOR_NOTE,
        .meaning = "shells don't complete our commands; installing all of the package mends that",
    };
    KC_AUTO(image) file = NULL;
    const char *why = "";
    char *path = NULL;
    enum kc_error error =
        program_beside("../share/bash-completion/completions/keychain-auth", &path);
    if (error == KC_OK) {
        error = image_open(path, &file, &why);
    }
    free(path);
    if (doctor_has_memory(doctor, error)) {
        doctor_add(doctor, error == KC_OK ? &good : &none, "completions for shells are%s installed",
                   error == KC_OK ? "" : "n't");
    }
}

/* The whole file with a NUL; "" where there is none. */
static enum kc_error read_text(const char *path, char **ret_text) {
    KC_AUTO(image) image = NULL;
    const char *why = "";
    size_t length = 0;
    enum kc_error error = image_open(path, &image, &why);
    if (error != KC_OK && error != KC_NOT_FOUND) {
        return error;
    }
    size_t size = error == KC_OK ? (size_t)image_size(image) : 0;
    if (size > TEXT_MAX) {
        return KC_TOO_BIG;
    }
    char *text = malloc(size + 1);
    if (text == NULL) {
        return KC_NO_MEMORY;
    }
    error = size > 0 ? image_read(image, 0, text, size, &length) : KC_OK;
    if (error != KC_OK) {
        free(text);
        return error;
    }
    text[length] = '\0';
    *ret_text = text;
    return KC_OK;
}

static bool find_file(const struct start *start, const char *home, char path[PATH_SIZE]) {
    const char *told = start->variable != NULL ? getenv(start->variable) : NULL;
    bool is_told = told != NULL && told[0] == '/';
    int length = snprintf(path, PATH_SIZE, "%s%s/%s", is_told ? told : home,
                          is_told ? "" : start->directory, start->file);
    return length > 0 && length < PATH_SIZE;
}

static void look_at_start(struct doctor *doctor, const struct start *start, const char *home) {
    char path[PATH_SIZE];
    char *text = NULL;
    char *own = NULL;
    if (!find_file(start, home, path)) {
        return;
    }
    enum kc_error error = read_text(path, &text);
    if (error == KC_OK) {
        error = self_program(&own);
    }
    if (doctor_has_memory(doctor, error) && error == KC_OK) {
        const struct doctor_shell shell = {
            .name = start->shell, .path = path, .text = text, .own = own, .home = home};
        doctor_judge_shell(doctor, &shell);
    }
    free(text);
    free(own);
}

void doctor_look_at_shell(struct doctor *doctor) {
    const char *shell = getenv("SHELL");
    const char *home = getenv("HOME");
    const char *slash = shell != NULL ? strrchr(shell, '/') : NULL;
    const struct start *start = slash != NULL ? start_of(slash + 1) : NULL;
    look_at_completions(doctor);
    if (start != NULL && home != NULL && home[0] == '/') {
        look_at_start(doctor, start, home);
    }
}
