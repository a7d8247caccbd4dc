/* SPDX-License-Identifier: MIT */
/*
 * Where to ask: in a window where there is a display, as the desktop's keyring does, else at the
 * terminal. keychain-auth takes the terminal first, so a window has to be asked for by name.
 */
#include "libkcshim/server_ask.h"

#include "libkcshim/server_socket.h"
#include "platform/detached.h"
#include "platform/program.h"
#include "platform/tty.h"

#include <glib.h>

#include <stdlib.h>
#include <string.h>

#define PROGRAM           KC_BIN_FROM_SERVER "/keychain-auth"
#define PINENTRY          "/usr/bin/pinentry"
#define PINENTRY_VARIABLE "KEYCHAIN_AUTH_SHIM_PINENTRY"

/* What is meant for the program that we are in, and for no other. */
static const char *const not_inherited[] = {"LD_", "KEYCHAIN_AUTH_SHIM"};

struct way {
    char *program;
    const char *pinentry; /* NULL: at the terminal */
};

static void way_clear(struct way *way) {
    free(way->program);
    way->program = NULL;
}

static bool is_set(const char *name) {
    const char *text = getenv(name);
    return text != NULL && text[0] != '\0';
}

/* NULL: no window can be opened. */
static const char *find_pinentry(void) {
    const char *chosen = getenv(PINENTRY_VARIABLE);
    if (chosen != NULL && chosen[0] == '/') {
        return program_is_there(chosen) ? chosen : NULL;
    }
    bool has_display = is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
    return has_display && program_is_there(PINENTRY) ? PINENTRY : NULL;
}

static enum kc_error find_way(struct way *ret_way) {
    static const char anchor = 'a'; /* somewhere in this library */
    struct way way = {.pinentry = find_pinentry()};
    if (way.pinentry == NULL && !tty_is_ours()) {
        return KC_NOT_FOUND;
    }
    enum kc_error error = program_beside_library(&anchor, PROGRAM, &way.program);
    if (error == KC_OK) {
        *ret_way = way;
    }
    return error;
}

bool ask_is_possible(void) {
    struct way way = {0};
    bool is_possible = find_way(&way) == KC_OK;
    way_clear(&way);
    return is_possible;
}

static bool is_inherited(const char *variable) {
    for (size_t i = 0; i < G_N_ELEMENTS(not_inherited); i++) {
        if (strncmp(variable, not_inherited[i], strlen(not_inherited[i])) == 0) {
            return false;
        }
    }
    return true;
}

/* g_strfreev() it. */
static char **environment_new(void) {
    char **environment = g_get_environ();
    size_t kept = 0;
    for (size_t i = 0; environment[i] != NULL; i++) {
        if (is_inherited(environment[i])) {
            environment[kept] = environment[i];
            kept++;
        } else {
            g_free(environment[i]);
        }
    }
    environment[kept] = NULL;
    return environment;
}

/* Only a number goes on: it becomes an argument of another program. */
static bool is_number(const char *window) {
    return window[0] != '\0' && strlen(window) < 20 &&
           strspn(window, "0123456789") == strlen(window);
}

static enum kc_error start(const struct way *way, const char *window, int link) {
    const char *arguments[8] = {"keychain-auth", "unlock"};
    size_t count = 2;
    if (way->pinentry != NULL) {
        arguments[count++] = "--pinentry";
        arguments[count++] = way->pinentry;
    }
    if (way->pinentry != NULL && is_number(window)) {
        arguments[count++] = "--window";
        arguments[count] = window;
    }
    char **environment = environment_new();
    const struct detached_plan plan = {
        .path = way->program,
        .arguments = arguments,
        .environment = (const char *const *)environment,
        .keeps_terminal = way->pinentry == NULL,
    };
    enum kc_error error = detached_start(&plan, link);
    g_strfreev(environment);
    return error;
}

enum kc_error ask_start(const char *window, struct server_socket *ret_asker) {
    struct way way = {0};
    struct server_socket asker;
    int link = -1;
    enum kc_error error = find_way(&way);
    if (error == KC_OK) {
        error = server_socket_open(&asker, &link);
    }
    if (error == KC_OK) {
        error = start(&way, window, link);
        server_socket_drop(link);
        if (error == KC_OK) {
            *ret_asker = asker;
        } else {
            server_socket_close(&asker);
        }
    }
    way_clear(&way);
    return error;
}
