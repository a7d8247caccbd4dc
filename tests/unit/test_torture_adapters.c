/* SPDX-License-Identifier: MIT */
/*
 * What the adapters and their commands are made of, when memory runs out.
 * links: kcget/adapters/git_item.c kcget/adapters/git_lines.c daemon/admin/aws_config.c
 * links: daemon/admin/import_git.c daemon/admin/import_list.c daemon/admin/span.c
 * links: kc_static tests/fakes/fake_alloc.c tests/unit/torture.c -ljansson
 * links: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup
 * links: -Wl,--wrap=secmem_alloc
 */
#include "daemon/admin/aws_config.h"
#include "daemon/admin/import_list.h"
#include "kcget/adapters/git_item.h"
#include "kcget/adapters/git_lines.h"
#include "libkc/message_aws.h"
#include "libkc/secret.h"
#include "tests/fakes/fake_alloc.h"
#include "tests/unit/torture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

/* Long enough that buffers grow in the middle of every kind of text. */
#define LONG "abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwxyz0123456789"

/* The whole document or none. */
static enum kc_error run_aws(void *context) {
    static const char text[] =
        "{\"Version\":1,\"AccessKeyId\":\"" LONG "\",\"SecretAccessKey\":\"" LONG LONG
        "\",\"SessionToken\":\"" LONG "\",\"Expiration\":\"2999-01-02T03:04:05Z\"}\n";
    struct secret *line = UNTOUCHED;
    char why[KC_MESSAGE_MAX] = "";
    (void)context;
    enum kc_error error = message_write_aws(text, sizeof text - 1, 0, &line, why);
    assert_string_equal(why, "");
    if (error != KC_OK) {
        assert_ptr_equal(line, UNTOUCHED);
        return error;
    }
    assert_int_equal(secret_length(line), sizeof text - 1);
    assert_memory_equal(secret_view(line), text, sizeof text - 1);
    secret_free(line);
    return KC_OK;
}

/* A login made and told again, without a byte lost. */
static enum kc_error run_git(void *context) {
    static const char expected[] =
        "capability[]=authtype\nusername=bob\npassword=" LONG LONG
        "\nauthtype=Bearer\ncredential=" LONG "\noauth_refresh_token=" LONG "\n";
    const struct git_request request = {.values = {[GIT_PROTOCOL] = "https",
                                                   [GIT_HOST] = "h",
                                                   [GIT_USERNAME] = "bob",
                                                   [GIT_PASSWORD] = LONG LONG,
                                                   [GIT_AUTHTYPE] = "Bearer",
                                                   [GIT_CREDENTIAL] = LONG,
                                                   [GIT_REFRESH_TOKEN] = LONG},
                                        .takes_authtype = true};
    struct secret *value = UNTOUCHED;
    struct secret *lines = UNTOUCHED;
    struct git_item item = {0};
    (void)context;
    enum kc_error error = git_item_make(&request, &value, &item);
    if (error != KC_OK) {
        assert_ptr_equal(value, UNTOUCHED);
        return error;
    }
    error = git_item_write(&item, &request, 0, &lines);
    if (error == KC_OK) {
        assert_int_equal(secret_length(lines), sizeof expected - 1);
        assert_memory_equal(secret_view(lines), expected, sizeof expected - 1);
        secret_free(lines);
    } else {
        assert_ptr_equal(lines, UNTOUCHED);
    }
    secret_free(value);
    return error;
}

static enum kc_error run_import(void *context) {
    static const char text[] = "https://bob:" LONG "@h.example\nhttps://al:pw@h.example\n"
                               "https://al:pw@other.example/" LONG "\n";
    struct import_list list = {0};
    char why[KC_MESSAGE_MAX] = "";
    (void)context;
    enum kc_error error = import_git_parse(text, sizeof text - 1, &list, why);
    assert_int_equal(list.passed_over, 0);
    if (error == KC_OK) {
        assert_int_equal(list.count, 5);
    }
    import_list_clear(&list);
    return error;
}

static enum kc_error run_config(void *context) {
    static const char text[] = "[profile p]\nregion = x\n";
    struct aws_config_change change = {.offset = 7};
    char why[KC_MESSAGE_MAX] = "";
    (void)context;
    enum kc_error error = aws_config_plan(text, sizeof text - 1, "p", LONG, &change, why);
    if (error != KC_OK) {
        assert_int_equal(change.offset, 7);
        return error;
    }
    assert_string_equal(change.text, "credential_process = " LONG "\n");
    free(change.text);
    return KC_OK;
}

static void test_torture_aws_document(void **state) {
    (void)state;
    torture(&(struct torture){.run = run_aws});
}

static void test_torture_git_item(void **state) {
    (void)state;
    torture(&(struct torture){.run = run_git});
}

static void test_torture_import_git(void **state) {
    (void)state;
    torture(&(struct torture){.run = run_import});
}

static void test_torture_aws_config(void **state) {
    (void)state;
    torture(&(struct torture){.run = run_config});
}

int main(void) {
    fake_alloc_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_torture_aws_document),
        cmocka_unit_test(test_torture_git_item),
        cmocka_unit_test(test_torture_import_git),
        cmocka_unit_test(test_torture_aws_config),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
