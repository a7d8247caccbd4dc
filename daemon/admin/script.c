/* SPDX-License-Identifier: MIT */
/*
 * Finds the interpreter the way the system would, and looks at it: it has to be a program, since
 * the daemon sees what runs in the end, whatever led there.
 */
#include "daemon/admin/script.h"

#include "daemon/admin/say.h"
#include "daemon/admin/search_path.h"
#include "daemon/admin/subject.h"
#include "daemon/chain.h"
#include "daemon/interpreter.h"
#include "daemon/shell_quote.h"
#include "platform/process.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUOTED_SIZE (4 * SEARCH_PATH_SIZE)

static enum exit_code refuse(const struct subject *subject, const char *why) {
    struct shown shown;
    say("can't tell what runs the script \"%s\": %s; say it with --interpreter PATH",
        say_show(subject->path, &shown), why);
    return EXIT_NO;
}

/* What the script's first line comes down to. */
static enum exit_code find(const struct subject *subject, char ret_path[SEARCH_PATH_SIZE]) {
    struct shebang shebang = {.path = ""};
    const char *why = "";
    if (shebang_parse(subject->head, subject->head_length, &shebang, &why) != KC_OK) {
        return refuse(subject, why);
    }
    if (shebang.path[0] != '\0') {
        (void)snprintf(ret_path, SEARCH_PATH_SIZE, "%s", shebang.path);
        return EXIT_DONE;
    }
    return search_path(shebang.name, true, ret_path)
               ? EXIT_DONE
               : refuse(subject, "env is given a program that isn't in PATH");
}

/* The administrator's files can't be exchanged by others; anything else counts by its hash. */
static void warn_of(const struct subject *interpreter) {
    KC_AUTO(image) image = NULL;
    const char *why = NULL;
    struct shown shown;
    char quoted[QUOTED_SIZE];
    const char *path = interpreter->path;
    if (!interpreter_is_one(path)) {
        say_warning("\"%s\" isn't known as an interpreter, so what it runs isn't told from itself",
                    say_show(path, &shown));
    }
    if (image_open(path, &image, &why) != KC_OK || !image_is_trusted(image)) {
        say_warning("\"%s\", which runs it, isn't the administrator's, so it must be registered, "
                    "too: keychain-auth register %s",
                    say_show(path, &shown),
                    shell_quote(path, quoted, sizeof quoted) ? quoted : "PATH");
    }
}

static enum exit_code look_at(const char *path, char **ret_interpreter) {
    KC_AUTO(subject) interpreter = NULL;
    struct shown shown;
    enum exit_code code = subject_new(path, &interpreter);
    if (code != EXIT_DONE) {
        return code;
    }
    if (interpreter->kind != SUBJECT_PROGRAM) {
        say("\"%s\" isn't a program; name the one that runs the script in the end with "
            "--interpreter PATH",
            say_show(interpreter->path, &shown));
        return EXIT_NO;
    }
    warn_of(interpreter);
    *ret_interpreter = interpreter->path;
    interpreter->path = NULL;
    return EXIT_DONE;
}

enum exit_code script_interpreter(const struct subject *subject, const char *told,
                                  char **ret_interpreter) {
    struct shown shown;
    char path[SEARCH_PATH_SIZE];
    if (told != NULL && subject->kind == SUBJECT_PROGRAM) {
        say("\"%s\" is a program, and no interpreter runs it", say_show(subject->path, &shown));
        return EXIT_USAGE;
    }
    if (subject->size > CHAIN_SCRIPTS_MAX && (told != NULL || subject->kind == SUBJECT_SCRIPT)) {
        say("\"%s\" is a script of more than 8 MiB, which is never allowed, since it "
            "would be read each time; keep in another file what it carries",
            say_show(subject->path, &shown));
        return EXIT_NO;
    }
    if (told != NULL) {
        return look_at(told, ret_interpreter);
    }
    if (subject->kind == SUBJECT_OTHER) {
        say_warning("\"%s\" is neither a program nor a script with \"#!\"; if it is a script, say "
                    "what runs it with --interpreter PATH",
                    say_show(subject->path, &shown));
    }
    if (subject->kind != SUBJECT_SCRIPT) {
        *ret_interpreter = NULL;
        return EXIT_DONE;
    }
    enum exit_code code = find(subject, path);
    return code == EXIT_DONE ? look_at(path, ret_interpreter) : code;
}
