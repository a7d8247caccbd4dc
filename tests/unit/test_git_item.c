/* SPDX-License-Identifier: MIT */
/*
 * What is kept of a login and what git is told of it.
 * links: kcget/adapters/git_item.c kcget/adapters/git_lines.c libkc/parse.c libkc/secret.c
 * links: platform
 */
#include "kcget/adapters/git_item.h"

#include "kcget/adapters/git_lines.h"
#include "libkc/secret.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define NOW_S       1000

static struct git_request request_of(const char *username, const char *password) {
    struct git_request request = {.values = {[GIT_PROTOCOL] = "https", [GIT_HOST] = "h"}};
    request.values[GIT_USERNAME] = username;
    request.values[GIT_PASSWORD] = password;
    return request;
}

static void check_made(const struct git_request *request, const char *expected) {
    struct secret *value = NULL;
    struct git_item item = {0};
    assert_int_equal(git_item_make(request, &value, &item), KC_OK);
    assert_int_equal(item.length, strlen(expected));
    assert_memory_equal(item.value, expected, strlen(expected));
    assert_true(git_item_is_login(&item));
    assert_true(git_item_is_same(&item, &item));
    assert_true(git_item_fits(&item, request));
    secret_free(value);
}

static void
test_git_item_keeps_a_password_as_it_is_and_what_else_is_secret_behind_it(void **state) {
    (void)state;
    struct git_request request = request_of("bob", "p=w");
    check_made(&request, "p=w");
    request.values[GIT_REFRESH_TOKEN] = "r";
    check_made(&request, "p=w\noauth_refresh_token=r");
    request.values[GIT_AUTHTYPE] = "Bearer";
    check_made(&request, "p=w\noauth_refresh_token=r");
    request.values[GIT_CREDENTIAL] = "tok";
    check_made(&request, "tok\npassword=p=w\noauth_refresh_token=r");
    request.values[GIT_PASSWORD] = NULL;
    request.values[GIT_REFRESH_TOKEN] = NULL;
    check_made(&request, "tok");
    request = request_of("", "");
    check_made(&request, "");
}

static void test_git_item_keeps_nothing_that_is_incomplete_or_ephemeral(void **state) {
    (void)state;
    struct secret *value = NULL;
    struct git_item item = {0};
    struct git_request rows[5] = {request_of("bob", NULL), request_of(NULL, "pw"),
                                  request_of("bob", "pw"), request_of(NULL, NULL),
                                  request_of(NULL, NULL)};
    rows[2].is_ephemeral = true;
    rows[3].values[GIT_CREDENTIAL] = "tok";
    rows[4].values[GIT_AUTHTYPE] = "Bearer";
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(git_item_make(&rows[i], &value, &item), KC_NOT_FOUND);
    }
}

static void test_git_item_says_when_there_is_too_much(void **state) {
    (void)state;
    struct secret *value = NULL;
    struct git_item item = {0};
    char *text = malloc(GIT_LINE_MAX + 1);
    assert_non_null(text);
    memset(text, 'x', GIT_LINE_MAX);
    text[GIT_LINE_MAX] = '\0';
    struct git_request request = request_of("bob", text);
    request.values[GIT_REFRESH_TOKEN] = text;
    assert_int_equal(git_item_make(&request, &value, &item), KC_TOO_BIG);
    free(text);
}

struct row {
    const char *value;
    struct git_item item; /* without the value */
    bool takes_authtype;
    const char *expected; /* NULL: KC_NOT_FOUND */
};

static void check_rows(const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        KC_AUTO(secret) lines = NULL;
        struct git_item item = rows[i].item;
        const struct git_request request = {.takes_authtype = rows[i].takes_authtype};
        item.value = rows[i].value;
        item.length = strlen(rows[i].value);
        enum kc_error error = git_item_write(&item, &request, NOW_S, &lines);
        assert_int_equal(error, rows[i].expected != NULL ? KC_OK : KC_NOT_FOUND);
        if (error == KC_OK) {
            assert_int_equal(secret_length(lines), strlen(rows[i].expected));
            assert_memory_equal(secret_view(lines), rows[i].expected, secret_length(lines));
        }
    }
}

#define BOB    .username = "bob"
#define BEARER .authtype = "Bearer"

static void test_git_item_tells_each_git_what_it_understands(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"pw", {BOB}, false, "username=bob\npassword=pw\n"},
        {"pw", {BOB}, true, "username=bob\npassword=pw\n"},
        {"pw\n", {BOB}, false, "username=bob\npassword=pw\n"},
        {"", {.username = ""}, false, "username=\npassword=\n"},
        {"pw\noauth_refresh_token=r",
         {BOB, .expiry = "1001"},
         false,
         "username=bob\npassword=pw\npassword_expiry_utc=1001\noauth_refresh_token=r\n"},
        {"pw\npassword=other\nnonsense\noauth_refresh_token\n",
         {BOB},
         false,
         "username=bob\npassword=pw\n"},
        {"tok", {BEARER}, true, "capability[]=authtype\nauthtype=Bearer\ncredential=tok\n"},
        {"tok", {BEARER}, false, NULL},
        {"tok",
         {BOB, BEARER},
         true,
         "capability[]=authtype\nusername=bob\nauthtype=Bearer\ncredential=tok\n"},
        {"tok\npassword=pw", {BOB, BEARER}, false, "username=bob\npassword=pw\n"},
        {"tok\npassword=pw",
         {BOB, BEARER},
         true,
         "capability[]=authtype\nusername=bob\npassword=pw\nauthtype=Bearer\ncredential=tok\n"},
        {"", {.usernames = "bob"}, true, NULL},
    };
    check_rows(rows, COUNT(rows));
}

static void test_git_item_never_tells_a_password_that_has_expired(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"pw", {BOB, .expiry = "999"}, true, ""},
        {"pw", {BOB, .expiry = "1000"}, true, ""},
        {"tok\npassword=pw", {BOB, BEARER, .expiry = "0"}, true, ""},
        {"pw\noauth_refresh_token=r",
         {BOB, .expiry = "999"},
         false,
         "username=bob\noauth_refresh_token=r\n"},
    };
    check_rows(rows, COUNT(rows));
}

static void test_git_item_refuses_what_would_become_lines_of_its_own(void **state) {
    (void)state;
    static const struct {
        const char *value;
        size_t length;
        struct git_item item;
    } rows[] = {
        {"p\rw", 3, {BOB}},
        {"p\0w", 3, {BOB}},
        {"pw", 2, {.username = "bob\nhost=evil"}},
        {"pw", 2, {.username = "bob\r"}},
        {"tok", 3, {.authtype = "Bearer\nquit=1"}},
        {"pw\noauth_refresh_token=a\rb", 25, {BOB}},
        {"pw", 2, {BOB, .expiry = "soon"}},
        {"pw", 2, {BOB, .expiry = ""}},
        {"pw", 2, {BOB, .expiry = "9223372036854775808"}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct secret *lines = NULL;
        struct git_item item = rows[i].item;
        const struct git_request request = {.takes_authtype = true};
        item.value = rows[i].value;
        item.length = rows[i].length;
        assert_int_equal(git_item_write(&item, &request, NOW_S, &lines), KC_INVALID);
        assert_null(lines);
    }
}

static void test_git_item_fits_only_its_own_password_and_credential(void **state) {
    (void)state;
    static const struct {
        const char *value;
        const char *authtype;
        const char *password;
        const char *credential;
        bool fits;
    } rows[] = {
        {"pw\noauth_refresh_token=r", NULL, "pw", NULL, true},
        {"pw", NULL, NULL, NULL, true},
        {"pw", NULL, "p", NULL, false},
        {"pw", NULL, "pwx", NULL, false},
        {"pw", NULL, "", NULL, false},
        {"pw", NULL, "pw", "pw", false},
        {"tok\npassword=pw", "Bearer", NULL, "tok", true},
        {"tok\npassword=pw", "Bearer", "pw", "tok", true},
        {"tok\npassword=pw", "Bearer", "pw", "tak", false},
        {"tok\npassword=pw", "Bearer", "pv", "tok", false},
        {"tok", "Bearer", "tok", NULL, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct git_request request = request_of("bob", rows[i].password);
        request.values[GIT_CREDENTIAL] = rows[i].credential;
        const struct git_item item = {.value = rows[i].value,
                                      .length = strlen(rows[i].value),
                                      .authtype = rows[i].authtype,
                                      .username = "bob"};
        assert_int_equal(git_item_fits(&item, &request), rows[i].fits);
    }
}

static void test_git_item_differs_in_anything_that_a_login_has(void **state) {
    (void)state;
    const struct git_item item = {
        .value = "pw", .length = 2, .username = "bob", .expiry = "7", .authtype = "Bearer"};
    struct git_item other = item;
    other.usernames = "bob";
    assert_true(git_item_is_same(&item, &other));
    other.value = "pv";
    assert_false(git_item_is_same(&item, &other));
    other = item;
    other.length = 1;
    assert_false(git_item_is_same(&item, &other));
    other = item;
    other.expiry = NULL;
    assert_false(git_item_is_same(&item, &other));
    other = item;
    other.authtype = "Basic";
    assert_false(git_item_is_same(&item, &other));
    other = item;
    other.username = "al";
    assert_false(git_item_is_same(&item, &other));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_git_item_keeps_a_password_as_it_is_and_what_else_is_secret_behind_it),
        cmocka_unit_test(test_git_item_keeps_nothing_that_is_incomplete_or_ephemeral),
        cmocka_unit_test(test_git_item_says_when_there_is_too_much),
        cmocka_unit_test(test_git_item_tells_each_git_what_it_understands),
        cmocka_unit_test(test_git_item_never_tells_a_password_that_has_expired),
        cmocka_unit_test(test_git_item_refuses_what_would_become_lines_of_its_own),
        cmocka_unit_test(test_git_item_fits_only_its_own_password_and_credential),
        cmocka_unit_test(test_git_item_differs_in_anything_that_a_login_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
