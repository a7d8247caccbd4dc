/* SPDX-License-Identifier: MIT */
/*
 * Where things are, for every mixture of variables.
 * links: platform
 */
#define _GNU_SOURCE
#include "platform/paths.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum kc_error address(const char *name, char **ret_path) {
    (void)name;
    return paths_address(ret_path);
}

struct row {
    enum kc_error (*function)(const char *name, char **ret_path);
    const char *name;
    const char *home;
    const char *xdg; /* of the one variable that counts for the function */
    enum kc_error error;
    const char *expected;
};

static void set_or_unset(const char *variable, const char *value) {
    assert_int_equal(value == NULL ? unsetenv(variable) : setenv(variable, value, 1), 0);
}

static const char *variable_of(const struct row *row) {
    if (row->function == paths_config) {
        return "XDG_CONFIG_HOME";
    }
    return row->function == paths_data ? "XDG_DATA_HOME" : "XDG_RUNTIME_DIR";
}

static void test_paths_follow_the_variables(void **state) {
    (void)state;
    static const struct row rows[] = {
        {paths_config, "f", "/h", NULL, KC_OK, "/h/.config/keychain-auth/f"},
        {paths_config, "f", "/h", "/x", KC_OK, "/x/keychain-auth/f"},
        {paths_config, "f", NULL, "/x", KC_OK, "/x/keychain-auth/f"},
        {paths_config, "", "/h", "/x", KC_OK, "/x/keychain-auth"},
        {paths_config, "f", "/h", "", KC_OK, "/h/.config/keychain-auth/f"},
        {paths_config, "f", "/h", "x/y", KC_OK, "/h/.config/keychain-auth/f"},
        {paths_config, "f", "h", NULL, KC_INVALID, NULL},
        {paths_config, "f", "./h", "x", KC_INVALID, NULL},
        {paths_data, "f", "/h", NULL, KC_OK, "/h/.local/share/keychain-auth/f"},
        {paths_data, "f", "/h", "/x", KC_OK, "/x/keychain-auth/f"},
        {paths_data, "f", "/h", "~/x", KC_OK, "/h/.local/share/keychain-auth/f"},
        {paths_store, "f", "/h", "/x", KC_OK, "/h/.keychain-auth/f"},
        {paths_store, "f", "h", "/x", KC_INVALID, NULL},
        {address, "", "/h", "/run/user/7", KC_OK, "/run/user/7/keychain-auth/agent.sock"},
        {address, "", "/h", NULL, KC_OK, "/h/.config/keychain-auth/agent.sock"},
        {address, "", "/h", "run", KC_OK, "/h/.config/keychain-auth/agent.sock"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        set_or_unset("HOME", rows[i].home);
        set_or_unset("XDG_CONFIG_HOME", NULL);
        set_or_unset("XDG_DATA_HOME", NULL);
        set_or_unset("XDG_RUNTIME_DIR", NULL);
        set_or_unset(variable_of(&rows[i]), rows[i].xdg);
        char *path = NULL;
        assert_int_equal(rows[i].function(rows[i].name, &path), rows[i].error);
        if (rows[i].error == KC_OK) {
            assert_string_equal(path, rows[i].expected);
        } else {
            assert_null(path);
        }
        free(path);
    }
}

/* NULL: it has none. */
static const struct passwd *own_account(FILE *accounts) {
    const struct passwd *account = fgetpwent(accounts);
    while (account != NULL && account->pw_uid != geteuid()) {
        account = fgetpwent(accounts);
    }
    return account;
}

static void test_paths_ask_the_account_when_home_is_missing(void **state) {
    (void)state;
    FILE *accounts = fopen("/etc/passwd", "re");
    assert_non_null(accounts);
    const struct passwd *account = own_account(accounts);
    assert_int_equal(fclose(accounts), 0);
    if (account == NULL || account->pw_dir[0] != '/') {
        skip(); /* this user has no account to ask */
    }
    static const char *const homes[] = {NULL, ""};
    for (size_t i = 0; i < 2; i++) {
        set_or_unset("HOME", homes[i]);
        char *path = NULL;
        assert_int_equal(paths_store("f", &path), KC_OK);
        assert_int_equal(strncmp(path, account->pw_dir, strlen(account->pw_dir)), 0);
        assert_string_equal(path + strlen(account->pw_dir), "/.keychain-auth/f");
        free(path);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths_follow_the_variables),
        cmocka_unit_test(test_paths_ask_the_account_when_home_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
