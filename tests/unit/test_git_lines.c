/* SPDX-License-Identifier: MIT */
/*
 * What git may say to a helper, and what nobody may.
 * links: kcget/adapters/git_lines.c libkc/parse.c platform
 */
#include "kcget/adapters/git_lines.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define PLACE       "protocol=https\nhost=h.example\n"

/* A copy that ends where the request ends, for the sanitizer to see who reads on. */
static enum kc_error parse(const char *text, size_t length, char **ret_copy,
                           struct git_request *request, char why[KC_MESSAGE_MAX]) {
    *ret_copy = malloc(length + 1);
    assert_non_null(*ret_copy);
    memcpy(*ret_copy, text, length);
    (*ret_copy)[length] = '\0';
    return git_lines_parse(*ret_copy, length, request, why);
}

static void test_git_lines_reads_every_key_that_means_something(void **state) {
    (void)state;
    static const char text[] =
        "capability[]=authtype\ncapability[]=state\nauthtype=Bearer\ncredential=to=k\n"
        "ephemeral=0\nprotocol=https\nhost=h:8080\npath=a b.git\nusername=bob\n"
        "password= p=w \npassword_expiry_utc=7\noauth_refresh_token=r\n"
        "wwwauth[]=Basic realm=\"x\"\nwwwauth[]=Bearer\nstate[]=x.y=1\ncontinue=1\nquit=0\n"
        "url=https://other\nfuture_key=x\nfuture_key=y\nlist[]=\n";
    static const char *const expected[GIT_KEY_COUNT] = {
        [GIT_PROTOCOL] = "https",  [GIT_HOST] = "h:8080",     [GIT_PATH] = "a b.git",
        [GIT_USERNAME] = "bob",    [GIT_PASSWORD] = " p=w ",  [GIT_EXPIRY] = "7",
        [GIT_AUTHTYPE] = "Bearer", [GIT_CREDENTIAL] = "to=k", [GIT_EPHEMERAL] = "0",
        [GIT_REFRESH_TOKEN] = "r"};
    struct git_request request;
    char *copy = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(parse(text, sizeof text - 1, &copy, &request, why), KC_OK);
    for (size_t i = 0; i < GIT_KEY_COUNT; i++) {
        assert_string_equal(request.values[i], expected[i]);
    }
    assert_true(request.takes_authtype);
    assert_false(request.is_ephemeral);
    free(copy);
}

static void test_git_lines_end_at_a_blank_line_or_at_the_end(void **state) {
    (void)state;
    static const char *const rows[] = {PLACE, PLACE "\n", PLACE "\nhost=other\n\xff garbage",
                                       "protocol=https\r\nhost=h.example\r\n\r\nx"};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct git_request request;
        char *copy = NULL;
        char why[KC_MESSAGE_MAX] = "";
        assert_int_equal(parse(rows[i], strlen(rows[i]), &copy, &request, why), KC_OK);
        assert_string_equal(request.values[GIT_HOST], "h.example");
        assert_null(request.values[GIT_USERNAME]);
        assert_false(request.takes_authtype);
        free(copy);
    }
}

static void test_git_lines_tell_an_empty_value_from_none(void **state) {
    (void)state;
    static const char text[] =
        "capability[]=authtype\ncapability[]=\nprotocol=cert\nhost=\nusername=\npassword=\npath=\n";
    struct git_request request;
    char *copy = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(parse(text, sizeof text - 1, &copy, &request, why), KC_OK);
    assert_string_equal(request.values[GIT_HOST], "");
    assert_string_equal(request.values[GIT_USERNAME], "");
    assert_string_equal(request.values[GIT_PASSWORD], "");
    assert_null(request.values[GIT_PATH]);
    assert_false(request.takes_authtype);
    free(copy);
}

static void test_git_lines_take_a_strange_ephemeral_for_true(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool is_ephemeral;
    } rows[] = {{PLACE "ephemeral=1\n", true},      {PLACE "ephemeral=true\n", true},
                {PLACE "ephemeral=maybe\n", true},  {PLACE "ephemeral=0\n", false},
                {PLACE "ephemeral=false\n", false}, {PLACE "ephemeral=\n", false}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct git_request request;
        char *copy = NULL;
        char why[KC_MESSAGE_MAX] = "";
        assert_int_equal(parse(rows[i].text, strlen(rows[i].text), &copy, &request, why), KC_OK);
        assert_int_equal(request.is_ephemeral, rows[i].is_ephemeral);
        free(copy);
    }
}

static void test_git_lines_refuse_what_could_be_read_in_two_ways(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t length; /* 0: up to the NUL */
        const char *why;
    } rows[] = {
        {"", 0, "no protocol"},
        {"\n" PLACE, 0, "no protocol"},
        {"protocol=https\n", 0, "no host"},
        {"host=h\n", 0, "no protocol"},
        {"protocol=\nhost=h\n", 0, "no protocol"},
        {"protocol=https\nhost=\n", 0, "no host"},
        {"protocol=https\nhost=h", 0, "line 2 of the request doesn't end"},
        {PLACE "password=hunter2", 0, "line 3 of the request doesn't end"},
        {PLACE "hunter2\n", 0, "line 3 of the request isn't KEY=VALUE"},
        {PLACE "=hunter2\n", 0, "line 3 of the request has no key"},
        {PLACE "[]=hunter2\n", 0, "line 3 of the request has no key"},
        {PLACE "host=hunter2\n", 0, "line 3 of the request has a key that was there"},
        {PLACE "password=a\npassword=hunter2\n", 0, "line 4 of the request has a key"},
        {PLACE "username=\nusername=\n", 0, "line 4 of the request has a key"},
        {PLACE "username=a\rb\n", 0, "line 3 of the request has a NUL or a CR"},
        {PLACE "username=a\r", 0, "line 3 of the request doesn't end"},
        {"protocol=https\rhost=h\n", 0, "line 1 of the request has a NUL or a CR"},
        {"protocol=https\nhost=h\0.evil\n", 28, "line 2 of the request has a NUL"},
        {PLACE "x\0=y\n", 35, "line 3 of the request has a NUL"},
        {PLACE "password_expiry_utc=soon\n", 0, "line 3 of the request has an expiry"},
        {PLACE "password_expiry_utc=-1\n", 0, "line 3 of the request has an expiry"},
        {PLACE "password_expiry_utc=\n", 0, "line 3 of the request has an expiry"},
        {PLACE "password_expiry_utc=9223372036854775808\n", 0, "has an expiry"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct git_request request = {.is_ephemeral = true};
        char *copy = NULL;
        char why[KC_MESSAGE_MAX] = "";
        size_t length = rows[i].length > 0 ? rows[i].length : strlen(rows[i].text);
        assert_int_equal(parse(rows[i].text, length, &copy, &request, why), KC_INVALID);
        assert_non_null(strstr(why, rows[i].why));
        assert_null(strstr(why, "hunter2"));
        assert_true(request.is_ephemeral); /* untouched */
        free(copy);
    }
}

static void test_git_lines_take_a_line_of_the_limit_and_no_more(void **state) {
    (void)state;
    static const char start[] = PLACE "wwwauth[]=";
    size_t room = GIT_LINE_MAX - strlen("wwwauth[]=");
    size_t size = sizeof start - 1 + room + 2;
    char *text = malloc(size + 1);
    assert_non_null(text);
    for (size_t more = 0; more < 2; more++) {
        struct git_request request;
        char *copy = NULL;
        char why[KC_MESSAGE_MAX] = "";
        memset(text, 'x', size);
        memcpy(text, start, sizeof start - 1);
        size_t length = sizeof start - 1 + room + more;
        text[length] = '\n';
        assert_int_equal(parse(text, length + 1, &copy, &request, why),
                         more == 0 ? KC_OK : KC_INVALID);
        free(copy);
    }
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_git_lines_reads_every_key_that_means_something),
        cmocka_unit_test(test_git_lines_end_at_a_blank_line_or_at_the_end),
        cmocka_unit_test(test_git_lines_tell_an_empty_value_from_none),
        cmocka_unit_test(test_git_lines_take_a_strange_ephemeral_for_true),
        cmocka_unit_test(test_git_lines_refuse_what_could_be_read_in_two_ways),
        cmocka_unit_test(test_git_lines_take_a_line_of_the_limit_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
