/* SPDX-License-Identifier: MIT */
/* Only a clear yes is one. */
#include "daemon/admin/confirm.h"

#include "daemon/admin/say.h"
#include "platform/tty.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ANSWER_SIZE 8

static bool is_yes(const char *answer) {
    static const char *const words[] = {"y", "Y", "yes", "Yes", "YES"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(answer, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

enum exit_code confirm(const char *question, const char *otherwise) {
    char answer[ANSWER_SIZE];
    size_t length = 0;
    (void)fflush(stdout);
    enum kc_error error = tty_read_line(question, answer, sizeof answer - 1, &length);
    if (error == KC_NOT_FOUND) {
        say("there is no terminal to ask at, so nothing was registered; %s", otherwise);
        return EXIT_NO;
    }
    answer[error == KC_OK ? length : 0] = '\0';
    if (is_yes(answer)) {
        return EXIT_DONE;
    }
    say("nothing was registered");
    return EXIT_NO;
}
