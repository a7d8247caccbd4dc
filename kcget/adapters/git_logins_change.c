/* SPDX-License-Identifier: MIT */
/* Storing and erasing: the login first, then the list of those who have one. */
#include "kcget/adapters/git_logins.h"

#include "kcget/adapters/door.h"
#include "kcget/adapters/git_lines.h"
#include "kcget/adapters/git_logins_internal.h"
#include "kcget/complain.h"
#include "libkc/protocol.h"
#include "libkc/secret.h"

#include <stdio.h>
#include <string.h>

#define USER  0
#define PLACE 1

/* Storing */

static enum exit_code list_user(struct door *door, const struct login *place,
                                const struct git_item *listing, const char *username) {
    char names[LOGIN_NAMES_SIZE];
    const char *before = listing->usernames != NULL ? listing->usernames : "";
    (void)snprintf(names, sizeof names, "%s", before);
    enum kc_error error = login_names_add(names, username);
    if (error == KC_EXISTS) {
        return EXIT_DONE;
    }
    if (error != KC_OK) {
        complain("stored; but this host has so many logins that it will be found with "
                 "its username only");
        return EXIT_NO;
    }
    struct git_item longer = *listing;
    longer.value = listing->value != NULL ? listing->value : "";
    longer.usernames = names;
    return git_write(door, place, &longer);
}

static enum exit_code store_user(struct door *door, const struct login logins[2],
                                 const struct found *found, const struct git_item *item) {
    enum exit_code code = EXIT_DONE;
    if (!found->is_there[USER] || !git_item_is_same(&found->items[USER], item)) {
        code = git_write(door, &logins[USER], item);
    }
    return code == EXIT_DONE
               ? list_user(door, &logins[PLACE], &found->items[PLACE], logins[USER].username)
               : code;
}

/* Nobody's login, or that of the user of no letters, lies where the list is. */
static enum exit_code store_nobody(struct door *door, const struct login *place,
                                   const struct found *found, struct git_item item) {
    item.usernames = found->items[0].usernames;
    return found->is_there[0] && git_item_is_same(&found->items[0], &item)
               ? EXIT_DONE
               : git_write(door, place, &item);
}

enum exit_code git_logins_store(struct door *door, const struct git_request *request) {
    KC_AUTO(secret) value = NULL;
    struct git_item item = {0};
    enum kc_error error = git_item_make(request, &value, &item);
    if (error == KC_NOT_FOUND) {
        return EXIT_DONE;
    }
    if (error != KC_OK) {
        complain("%s", error == KC_TOO_BIG ? "the password is too long to be stored"
                                           : kc_error_text(error));
        return error == KC_TOO_BIG ? EXIT_NO : EXIT_FAULT;
    }
    struct found found;
    struct login logins[2];
    logins[PLACE] = git_place(request, true);
    logins[USER] = logins[PLACE];
    logins[USER].username = git_user(request);
    bool is_nobody = logins[USER].username == NULL;
    enum exit_code code =
        is_nobody ? git_fetch(door, &logins[PLACE], 1, &found) : git_fetch(door, logins, 2, &found);
    if (code == EXIT_DONE) {
        code = is_nobody ? store_nobody(door, &logins[PLACE], &found, item)
                         : store_user(door, logins, &found, &item);
    }
    found_clear(&found);
    return code;
}

/* Erasing */

struct erasure {
    struct door *door;
    const struct git_request *request;
    struct login place;
    char names[LOGIN_NAMES_SIZE]; /* who is left on the list */
    bool has_erased;
};

static bool needs_proof(const struct git_request *request) {
    return request->values[GIT_PASSWORD] != NULL || request->values[GIT_CREDENTIAL] != NULL;
}

/* A request that knows the password erases that password and no other. */
static enum exit_code prove(struct erasure *erasure, const struct login *login, bool *ret_fits) {
    struct found found;
    *ret_fits = true;
    if (!needs_proof(erasure->request)) {
        return EXIT_DONE;
    }
    enum exit_code code = git_fetch(erasure->door, login, 1, &found);
    *ret_fits =
        code == EXIT_DONE && found.is_there[0] && git_item_fits(&found.items[0], erasure->request);
    found_clear(&found);
    return code;
}

static enum exit_code erase_user(struct erasure *erasure, const char *username) {
    struct login login = erasure->place;
    bool fits = false;
    bool is_deleted = false;
    login.username = username;
    enum exit_code code = prove(erasure, &login, &fits);
    if (code == EXIT_DONE && fits) {
        code = git_delete(erasure->door, &login, &is_deleted);
        (void)login_names_remove(erasure->names, username);
    }
    erasure->has_erased = erasure->has_erased || is_deleted;
    return code;
}

static enum exit_code erase_users(struct erasure *erasure, const char *usernames) {
    char username[KC_TARGET_MAX + 1];
    const char *only = git_user(erasure->request);
    if (only != NULL) {
        return erase_user(erasure, only);
    }
    enum exit_code code = EXIT_DONE;
    bool is_any = erasure->request->values[GIT_USERNAME] == NULL;
    while (code == EXIT_DONE && is_any && login_names_next(&usernames, username)) {
        code = erase_user(erasure, username);
    }
    return code;
}

/* The login that lies where the list is. */
static bool is_nobody_meant(const struct erasure *erasure, const struct git_item *listing) {
    const char *username = erasure->request->values[GIT_USERNAME];
    const char *has = listing->username != NULL ? listing->username : "";
    return git_item_is_login(listing) && (username == NULL || strcmp(username, has) == 0) &&
           git_item_fits(listing, erasure->request);
}

/* Writes the list anew where it changed. */
static enum exit_code leave(struct erasure *erasure, const struct git_item *listing) {
    struct git_item rest = *listing;
    bool is_deleted = false;
    const char *before = listing->usernames != NULL ? listing->usernames : "";
    if (is_nobody_meant(erasure, listing)) {
        rest = (struct git_item){.value = ""};
        erasure->has_erased = true;
    } else if (strcmp(erasure->names, before) == 0) {
        return EXIT_DONE;
    }
    rest.usernames = erasure->names[0] != '\0' ? erasure->names : NULL;
    return rest.usernames == NULL && !git_item_is_login(&rest)
               ? git_delete(erasure->door, &erasure->place, &is_deleted)
               : git_write(erasure->door, &erasure->place, &rest);
}

static enum exit_code erase_at(struct erasure *erasure) {
    struct found found;
    enum exit_code code = git_fetch(erasure->door, &erasure->place, 1, &found);
    const struct git_item *listing = &found.items[0];
    const char *usernames = listing->usernames != NULL ? listing->usernames : "";
    if (code == EXIT_DONE) {
        (void)snprintf(erasure->names, sizeof erasure->names, "%s", usernames);
        code = erase_users(erasure, usernames);
    }
    if (code == EXIT_DONE && found.is_there[0]) {
        code = leave(erasure, listing);
    }
    found_clear(&found);
    return code;
}

enum exit_code git_logins_erase(struct door *door, const struct git_request *request) {
    struct erasure erasure = {.door = door, .request = request};
    enum exit_code code = EXIT_DONE;
    for (int with_path = request->values[GIT_PATH] != NULL; with_path >= 0; with_path--) {
        erasure.place = git_place(request, with_path != 0);
        code = erase_at(&erasure);
        if (code != EXIT_DONE || erasure.has_erased) {
            break;
        }
    }
    return code;
}
