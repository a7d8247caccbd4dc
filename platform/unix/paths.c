/* SPDX-License-Identifier: MIT */
/*
 * The XDG base directories, and the home they default to. Only text is made here: nothing is
 * created, and whether a directory is private is asked where it is opened.
 */
#define _GNU_SOURCE
#include "platform/paths.h"

#include "platform/unix/descriptor.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER         "keychain-auth"
#define ACCOUNT_BUFFER (64u * 1024u)

/* `base` + `middle` + "/" + `name`; without name, the directory alone. */
static enum kc_error join(const char *base, const char *middle, const char *name, char **ret_path) {
    size_t size = strlen(base) + strlen(middle) + strlen(name) + sizeof "/";
    char *path = malloc(size);
    if (path == NULL) {
        return KC_NO_MEMORY;
    }
    (void)snprintf(path, size, "%s%s%s%s", base, middle, name[0] == '\0' ? "" : "/", name);
    *ret_path = path;
    return KC_OK;
}

static enum kc_error read_home(FILE *accounts, char *buffer, char **ret_home) {
    struct passwd account;
    struct passwd *found = NULL;
    do {
        if (fgetpwent_r(accounts, &account, buffer, ACCOUNT_BUFFER, &found) != 0) {
            return KC_NOT_FOUND;
        }
    } while (account.pw_uid != geteuid());
    if (account.pw_dir[0] != '/') {
        return account.pw_dir[0] == '\0' ? KC_NOT_FOUND : KC_INVALID;
    }
    return join(account.pw_dir, "", "", ret_home);
}

/* Not getpwuid_r(3): it loads whatever library nsswitch.conf names, which a program without shared
 * libraries can't do reliably, and which has no business in one that holds secrets. */
static enum kc_error account_home(char **ret_home) {
    KC_AUTO_TEXT buffer = malloc(ACCOUNT_BUFFER);
    if (buffer == NULL) {
        return KC_NO_MEMORY;
    }
    FILE *accounts = fopen("/etc/passwd", "re");
    if (accounts == NULL) {
        return errno == ENOMEM ? KC_NO_MEMORY : KC_NOT_FOUND;
    }
    enum kc_error error = read_home(accounts, buffer, ret_home);
    (void)fclose(accounts);
    return error;
}

/* What the user says comes before what the system's table says. */
static enum kc_error home(char **ret_home) {
    const char *told = getenv("HOME");
    if (told == NULL || told[0] == '\0') {
        return account_home(ret_home);
    }
    if (told[0] != '/') {
        return KC_INVALID;
    }
    return join(told, "", "", ret_home);
}

static enum kc_error in_home(const char *middle, const char *name, char **ret_path) {
    KC_AUTO_TEXT base = NULL;
    enum kc_error error = home(&base);
    if (error != KC_OK) {
        return error;
    }
    return join(base, middle, name, ret_path);
}

/* A relative value "should be considered invalid and ignored" (XDG base directories). */
static const char *xdg(const char *variable) {
    const char *value = getenv(variable);
    return value != NULL && value[0] == '/' ? value : NULL;
}

enum kc_error paths_config(const char *name, char **ret_path) {
    const char *base = xdg("XDG_CONFIG_HOME");
    if (base != NULL) {
        return join(base, "/" FOLDER, name, ret_path);
    }
    return in_home("/.config/" FOLDER, name, ret_path);
}

enum kc_error paths_data(const char *name, char **ret_path) {
    const char *base = xdg("XDG_DATA_HOME");
    if (base != NULL) {
        return join(base, "/" FOLDER, name, ret_path);
    }
    return in_home("/.local/share/" FOLDER, name, ret_path);
}

enum kc_error paths_store(const char *name, char **ret_path) {
    return in_home("/." FOLDER, name, ret_path);
}

enum kc_error paths_address(char **ret_address) {
    const char *base = xdg("XDG_RUNTIME_DIR");
    if (base != NULL) {
        return join(base, "/" FOLDER, "agent.sock", ret_address);
    }
    return paths_config("agent.sock", ret_address);
}
