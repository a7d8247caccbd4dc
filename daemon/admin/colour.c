/* SPDX-License-Identifier: MIT */
/* The few colours that are used, as every terminal knows them (ECMA-48, SGR). */
#include "daemon/admin/colour.h"

#include "platform/tty.h"

#include <stdlib.h>
#include <string.h>

static const char *colour(const char *code) {
    const char *refusal = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    bool is_wanted = refusal == NULL || refusal[0] == '\0';
    bool is_able = terminal != NULL && terminal[0] != '\0' && strcmp(terminal, "dumb") != 0;
    return is_wanted && is_able && tty_is_terminal(TTY_OUTPUT) ? code : "";
}

const char *colour_good_or_bad(bool is_good) {
    return is_good ? colour("\x1b[32m") : colour("\x1b[31m");
}

const char *colour_name(void) {
    return colour("\x1b[1m");
}

const char *colour_aside(void) {
    return colour("\x1b[2m");
}

const char *colour_end(void) {
    return colour("\x1b[0m");
}
