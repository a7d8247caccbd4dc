/* SPDX-License-Identifier: MIT */
/* The items, one request each, and what git is told of them. */
#include "kcget/adapters/git_logins.h"

#include "kcget/adapters/door.h"
#include "kcget/adapters/git_lines.h"
#include "kcget/adapters/git_logins_internal.h"
#include "kcget/complain.h"
#include "kcget/reach.h"
#include "libkc/protocol.h"
#include "libkc/secret.h"
#include "platform/clock.h"

#include <string.h>

struct login git_place(const struct git_request *request, bool with_path) {
    return (struct login){.protocol = request->values[GIT_PROTOCOL],
                          .host = request->values[GIT_HOST],
                          .path = with_path ? request->values[GIT_PATH] : NULL};
}

const char *git_user(const struct git_request *request) {
    const char *username = request->values[GIT_USERNAME];
    return username != NULL && username[0] != '\0' ? username : NULL;
}

/* One item */

static const char *attribute_of(const struct kc_answer *answer, size_t index, const char *name) {
    for (size_t i = 0; i < kc_answer_attribute_count(answer, index); i++) {
        if (strcmp(kc_answer_attribute_name(answer, index, i), name) == 0) {
            return kc_answer_attribute_value(answer, index, i);
        }
    }
    return NULL;
}

static struct git_item read_item(const struct kc_answer *answer, size_t index,
                                 const struct login *login) {
    const char *username = attribute_of(answer, index, LOGIN_USERNAME);
    return (struct git_item){.value = kc_answer_value(answer, index),
                             .length = kc_answer_value_length(answer, index),
                             .username = login->username != NULL ? login->username : username,
                             .authtype = attribute_of(answer, index, LOGIN_AUTHTYPE),
                             .expiry = attribute_of(answer, index, LOGIN_EXPIRY),
                             .usernames = attribute_of(answer, index, LOGIN_USERNAMES)};
}

void found_clear(struct found *found) {
    kc_answer_free(found->answer);
    *found = (struct found){0};
}

/* Every result under its name; what has none of them, or no value, isn't an answer. */
static bool sort_results(const struct login *logins, char targets[2][KC_TARGET_MAX + 1],
                         size_t count, struct found *found) {
    size_t results = kc_answer_count(found->answer);
    size_t sorted = 0;
    for (size_t at = 0; at < results; at++) {
        for (size_t i = 0; i < count; i++) {
            if (!found->is_there[i] && kc_answer_value(found->answer, at) != NULL &&
                strcmp(targets[i], kc_answer_target(found->answer, at)) == 0) {
                found->is_there[i] = true;
                found->items[i] = read_item(found->answer, at, &logins[i]);
                sorted++;
            }
        }
    }
    return sorted == results;
}

enum exit_code git_fetch(struct door *door, const struct login *logins, size_t count,
                         struct found *ret_found) {
    char targets[2][KC_TARGET_MAX + 1];
    const char *const asked[] = {targets[0], targets[1]};
    const struct kc_query query = {
        .action = "read", .service = LOGIN_SERVICE, .targets = asked, .target_count = count};
    struct found found = {0};
    *ret_found = found;
    for (size_t i = 0; i < count; i++) {
        if (login_write_target(&logins[i], targets[i]) != KC_OK) {
            return EXIT_DONE;
        }
    }
    enum exit_code code = door_ask(door, &query, &found.answer);
    if (code == EXIT_DONE && !reach_is_success(found.answer)) {
        code = reach_is_absent(found.answer) ? EXIT_DONE : reach_explain(found.answer);
    } else if (code == EXIT_DONE && !sort_results(logins, targets, count, &found)) {
        code = reach_complain_answer();
    }
    if (code != EXIT_DONE) {
        found_clear(&found);
    }
    *ret_found = found;
    return code;
}

/* The parts of the login and what the item has beside its value: name, value, name, value … */
static size_t list_attributes(const struct login *login, const struct git_item *item,
                              const char *texts[14]) {
    const char *const rows[][2] = {
        {LOGIN_PROTOCOL, login->protocol}, {LOGIN_HOST, login->host},
        {LOGIN_PATH, login->path},         {LOGIN_USERNAME, item->username},
        {LOGIN_AUTHTYPE, item->authtype},  {LOGIN_EXPIRY, item->expiry},
        {LOGIN_USERNAMES, item->usernames}};
    size_t count = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i][1] != NULL) {
            texts[2 * count] = rows[i][0];
            texts[2 * count + 1] = rows[i][1];
            count++;
        }
    }
    return count;
}

static enum exit_code change(struct door *door, const struct kc_query *query, bool *ret_changed) {
    struct kc_answer *answer = NULL;
    enum exit_code code = door_ask(door, query, &answer);
    if (code == EXIT_DONE) {
        *ret_changed = reach_is_success(answer);
        if (!*ret_changed && !reach_is_absent(answer)) {
            code = reach_explain(answer);
        }
    }
    kc_answer_free(answer);
    return code;
}

enum exit_code git_write(struct door *door, const struct login *login,
                         const struct git_item *item) {
    char target[KC_TARGET_MAX + 1];
    const char *const asked = target;
    const char *texts[14];
    bool is_written = false;
    enum kc_error error = login_write_target(login, target);
    if (error != KC_OK) {
        complain("%s", error == KC_TOO_BIG
                           ? "user, host and path together are too long to be stored"
                           : "user, host or path isn't text that can be stored");
        return EXIT_NO;
    }
    const struct kc_query query = {.action = "write",
                                   .service = LOGIN_SERVICE,
                                   .targets = &asked,
                                   .target_count = 1,
                                   .values = &item->value,
                                   .value_lengths = &item->length,
                                   .attributes = texts,
                                   .attribute_count = list_attributes(login, item, texts)};
    return change(door, &query, &is_written);
}

enum exit_code git_delete(struct door *door, const struct login *login, bool *ret_deleted) {
    char target[KC_TARGET_MAX + 1];
    const char *const asked = target;
    *ret_deleted = false;
    if (login_write_target(login, target) != KC_OK) {
        return EXIT_DONE;
    }
    const struct kc_query query = {
        .action = "delete", .service = LOGIN_SERVICE, .targets = &asked, .target_count = 1};
    return change(door, &query, ret_deleted);
}

/* Getting */

struct search {
    struct door *door;
    const struct git_request *request;
    struct secret *lines; /* NULL: not found */
};

/* Keeps searching when the item can't be told to this git. */
static enum exit_code try_item(struct search *search, const struct git_item *item) {
    int64_t now_s = clock_wall_us() / 1000000;
    enum kc_error error = git_item_write(item, search->request, now_s, &search->lines);
    if (error == KC_OK || error == KC_NOT_FOUND) {
        return EXIT_DONE;
    }
    complain("%s", error == KC_INVALID ? "the stored login isn't one that git's lines can carry"
                                       : kc_error_text(error));
    return EXIT_FAULT;
}

static enum exit_code try_login(struct search *search, const struct login *login) {
    struct found found;
    enum exit_code code = git_fetch(search->door, login, 1, &found);
    if (code == EXIT_DONE && found.is_there[0]) {
        code = try_item(search, &found.items[0]);
    }
    found_clear(&found);
    return code;
}

static enum exit_code try_listed(struct search *search, const struct login *place,
                                 const char *usernames) {
    char username[KC_TARGET_MAX + 1];
    enum exit_code code = EXIT_DONE;
    while (code == EXIT_DONE && search->lines == NULL && login_names_next(&usernames, username)) {
        struct login login = *place;
        login.username = username;
        code = try_login(search, &login);
    }
    return code;
}

/* Nobody is named, or the user of no letters. */
static enum exit_code try_place(struct search *search, const struct login *place) {
    struct found found;
    bool is_any = search->request->values[GIT_USERNAME] == NULL;
    enum exit_code code = git_fetch(search->door, place, 1, &found);
    const struct git_item *item = &found.items[0];
    if (code == EXIT_DONE && found.is_there[0] && git_item_is_login(item)) {
        code = try_item(search, item);
    }
    if (code == EXIT_DONE && is_any && found.is_there[0] && item->usernames != NULL) {
        code = try_listed(search, place, item->usernames);
    }
    found_clear(&found);
    return code;
}

enum exit_code git_logins_get(struct door *door, const struct git_request *request,
                              struct secret **ret_lines) {
    struct search search = {.door = door, .request = request};
    enum exit_code code = EXIT_DONE;
    for (int with_path = request->values[GIT_PATH] != NULL; with_path >= 0; with_path--) {
        struct login login = git_place(request, with_path != 0);
        login.username = git_user(request);
        code = login.username != NULL ? try_login(&search, &login) : try_place(&search, &login);
        if (code != EXIT_DONE || search.lines != NULL) {
            break;
        }
    }
    *ret_lines = search.lines;
    return code;
}
