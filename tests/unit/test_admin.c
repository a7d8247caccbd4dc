/* SPDX-License-Identifier: MIT */
/*
 * The pure parts of the commands: which programs draw a warning, what somebody may have meant,
 * how rights are read from a command line.
 *
 * links: daemon/admin/general.c daemon/admin/nearest.c daemon/admin/rights.c daemon/admin/say.c
 * links: daemon/admin/pairs.c daemon/policy.c
 * links: daemon/admin/libraries.c daemon/admin/subject.c daemon/digest.c daemon/policy_entry.c
 * links: daemon/grant.c kc_static platform -ljansson -lcrypto
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "daemon/admin/general.h"
#include "daemon/admin/libraries.h"
#include "daemon/admin/nearest.h"
#include "daemon/admin/pairs.h"
#include "daemon/admin/rights.h"

static void test_general_knows_what_anything_can_drive(void **state) {
    (void)state;
    static const char *const general[] = {"/usr/bin/python3.11", "/bin/sh",       "/usr/bin/git",
                                          "/usr/bin/curl",       "/usr/bin/env",  "/usr/bin/gawk",
                                          "/usr/local/bin/node", "/usr/bin/bash", "/usr/bin/zsh"};
    static const char *const own[] = {"/usr/bin/kcget", "/usr/bin/aws", "/opt/python3/bin/tool",
                                      "/usr/bin/gitk", "/usr/bin/ssh-add"};
    for (size_t i = 0; i < sizeof general / sizeof general[0]; i++) {
        assert_non_null(general_kind(general[i]));
    }
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        assert_null(general_kind(own[i]));
    }
}

static void test_general_knows_the_dynamic_loader(void **state) {
    (void)state;
    assert_true(general_is_loader("/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"));
    assert_true(general_is_loader("/lib/ld-musl-x86_64.so.1"));
    assert_true(general_is_loader("/lib/ld-2.31.so"));
    assert_true(general_is_loader("/lib64/ld64.so.2"));
    assert_false(general_is_loader("/usr/bin/ld"));
    assert_false(general_is_loader("/lib/ld-linux.so.2/tool"));
}

static const struct command commands[] = {
    {.name = "start"}, {.name = "status"}, {.name = "list"}, {.name = "register"}, {.name = NULL}};

struct meant_case {
    const char *typed;
    const char *meant; /* NULL: nothing is near */
};

static void test_nearest_finds_what_was_meant(void **state) {
    (void)state;
    static const struct meant_case cases[] = {
        {"stauts", "status"},      {"lst", "list"}, {"lits", "list"}, {"regsiter", "register"},
        {"registerr", "register"}, {"x", NULL},     {"", NULL},       {"frobnicate", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct command *command = nearest_command(commands, cases[i].typed);
        if (cases[i].meant == NULL) {
            assert_null(command);
        } else {
            assert_non_null(command);
            assert_string_equal(command->name, cases[i].meant);
        }
    }
}

static void test_nearest_bears_a_word_of_any_length(void **state) {
    (void)state;
    char word[200];
    for (size_t length = 0; length < sizeof word; length++) {
        memset(word, 'a', length);
        word[length] = '\0';
        assert_null(nearest_command(commands, word));
    }
}

static const struct option rights_table[] = {
    {.name = "read", .kind = OPTION_VALUE, .can_repeat = true, .argument = "X", .help = "x"},
    {.name = "write", .kind = OPTION_VALUE, .can_repeat = true, .argument = "X", .help = "x"},
    {.name = "attr", .kind = OPTION_VALUE, .can_repeat = true, .argument = "X", .help = "x"},
    {.name = "search", .can_negate = true, .help = "x"},
    {.name = "plain", .can_negate = true, .help = "x"},
    {.name = "jit", .can_negate = true, .help = "x"},
    {.name = "library", .kind = OPTION_VALUE, .can_repeat = true, .argument = "X", .help = "x"},
    {.name = NULL}};

static struct options *parse(int argc, const char *const *argv) {
    struct options *options = NULL;
    char why[KC_MESSAGE_MAX];
    assert_int_equal(options_parse(rights_table, argc, argv, &options, why), KC_OK);
    return options;
}

static void test_rights_are_split_at_commas_and_add_up(void **state) {
    (void)state;
    static const char *const words[] = {"--read", "aws,git/x*", "--read=ssh", "--no-search",
                                        "--plain"};
    KC_AUTO(options) options = parse(5, words);
    KC_AUTO(rights) rights = NULL;
    char text[KC_MESSAGE_MAX];
    assert_int_equal(rights_new(options, RIGHTS_GIVEN, &rights), EXIT_DONE);
    assert_int_equal(rights->read.count, 3);
    assert_string_equal(rights->read.items[1], "git/x*");
    assert_int_equal(rights->write.count, 0);
    assert_int_equal(rights->search, CONFIG_CLEAR);
    assert_int_equal(rights->plain, CONFIG_SET);
    rights_describe(rights, text);
    assert_string_equal(text, "read aws,git/x*,ssh; no search; plain");
}

static void test_rights_name_a_library_by_its_hash(void **state) {
    (void)state;
    static const char *const words[] = {"--library", "/proc/self/exe", "--jit"};
    KC_AUTO(options) options = parse(3, words);
    KC_AUTO(rights) rights = NULL;
    char text[KC_MESSAGE_MAX];
    assert_int_equal(rights_new(options, RIGHTS_GIVEN, &rights), EXIT_DONE);
    assert_false(rights_are_empty(rights));
    assert_int_equal(rights->jit, CONFIG_SET);
    assert_int_equal(rights->libraries->count, 1);
    assert_non_null(strstr(rights->libraries->items[0].path, "/test_admin"));
    assert_int_equal(strlen(rights->libraries->items[0].hash), 64);
    rights_describe(rights, text);
    assert_int_equal(strncmp(text, "jit; library /", strlen("jit; library /")), 0);
}

static void test_rights_that_are_taken_away_need_no_file(void **state) {
    (void)state;
    static const char *const words[] = {"--library=/no/such.so", "--jit", "--search"};
    KC_AUTO(options) options = parse(3, words);
    KC_AUTO(rights) rights = NULL;
    struct rights *refused = NULL;
    assert_int_equal(rights_new(options, RIGHTS_TAKEN, &rights), EXIT_DONE);
    assert_int_equal(rights->jit, CONFIG_CLEAR);
    assert_int_equal(rights->search, CONFIG_CLEAR);
    assert_string_equal(rights->libraries->items[0].path, "/no/such.so");
    assert_null(rights->libraries->items[0].hash);
    assert_int_equal(rights_new(options, RIGHTS_GIVEN, &refused), EXIT_NO);
    assert_null(refused);
}

static void test_rights_refuse_what_is_no_grant(void **state) {
    (void)state;
    static const char *const wrong[] = {"", ",", "aws,", ",aws", "/x", "aws%zz"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *const words[] = {"--write", wrong[i]};
        KC_AUTO(options) options = parse(2, words);
        struct rights *rights = NULL;
        assert_int_equal(rights_new(options, RIGHTS_GIVEN, &rights), EXIT_USAGE);
        assert_null(rights);
    }
}

static void test_rights_are_described_within_the_bound(void **state) {
    (void)state;
    char service[256];
    const char *words[40];
    memset(service, 'a', 250);
    service[250] = '\0';
    for (size_t i = 0; i < 40; i += 2) {
        words[i] = "--read";
        words[i + 1] = service;
    }
    KC_AUTO(options) options = parse(40, words);
    KC_AUTO(rights) rights = NULL;
    char text[KC_MESSAGE_MAX];
    assert_int_equal(rights_new(options, RIGHTS_GIVEN, &rights), EXIT_DONE);
    rights_describe(rights, text);
    assert_true(strlen(text) < sizeof text);
    assert_string_equal(text + strlen(text) - 3, "...");
}

static void test_pairs_split_at_the_first_equals_sign(void **state) {
    (void)state;
    static const char *const words[] = {"--attr", "a=b=c", "--attr", "empty="};
    KC_AUTO(options) options = parse(4, words);
    KC_AUTO(pairs) pairs = NULL;
    assert_int_equal(pairs_new(options, "attr", &pairs), EXIT_DONE);
    assert_int_equal(pairs->count, 2);
    assert_string_equal(pairs->texts[0], "a");
    assert_string_equal(pairs->texts[1], "b=c");
    assert_string_equal(pairs->texts[3], "");
}

static void test_pairs_refuse_what_has_no_name(void **state) {
    (void)state;
    static const char *const wrong[] = {"a", "=b", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *const words[] = {"--attr", wrong[i]};
        KC_AUTO(options) options = parse(2, words);
        struct pairs *pairs = NULL;
        assert_int_equal(pairs_new(options, "attr", &pairs), EXIT_USAGE);
        assert_null(pairs);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_general_knows_what_anything_can_drive),
        cmocka_unit_test(test_general_knows_the_dynamic_loader),
        cmocka_unit_test(test_nearest_finds_what_was_meant),
        cmocka_unit_test(test_nearest_bears_a_word_of_any_length),
        cmocka_unit_test(test_rights_are_split_at_commas_and_add_up),
        cmocka_unit_test(test_rights_name_a_library_by_its_hash),
        cmocka_unit_test(test_rights_that_are_taken_away_need_no_file),
        cmocka_unit_test(test_rights_refuse_what_is_no_grant),
        cmocka_unit_test(test_rights_are_described_within_the_bound),
        cmocka_unit_test(test_pairs_split_at_the_first_equals_sign),
        cmocka_unit_test(test_pairs_refuse_what_has_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
