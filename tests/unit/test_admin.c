/* SPDX-License-Identifier: MIT */
/*
 * The pure parts of the commands: which programs draw a warning, what somebody may have meant,
 * how rights are read from a command line, what runs a script.
 *
 * links: daemon/admin/search_path.c tests/unit/temp_directory.c
 * links: daemon/admin/general.c daemon/admin/nearest.c daemon/admin/rights.c daemon/admin/say.c
 * links: daemon/admin/pairs.c daemon/policy.c
 * links: daemon/admin/libraries.c daemon/admin/subject.c daemon/digest.c daemon/policy_entry.c
 * links: daemon/admin/script.c daemon/admin/shebang.c daemon/interpreter.c
 * links: daemon/interpreter_grammar.c daemon/shell_quote.c
 * links: daemon/config_flags.c daemon/grant.c kc_static platform -ljansson -lcrypto
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/admin/general.h"
#include "daemon/admin/libraries.h"
#include "daemon/admin/nearest.h"
#include "daemon/admin/pairs.h"
#include "daemon/admin/rights.h"
#include "daemon/admin/script.h"
#include "daemon/admin/search_path.h"
#include "daemon/admin/shebang.h"
#include "daemon/admin/subject.h"
#include "daemon/config_flags.h"
#include "tests/unit/temp_directory.h"

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
    {.name = "helper", .can_negate = true, .help = "x"},
    {.name = "launcher", .can_negate = true, .help = "x"},
    {.name = "session-root", .can_negate = true, .help = "x"},
    {.name = "interactive", .can_negate = true, .help = "x"},
    {.name = "inline", .can_negate = true, .help = "x"},
    {.name = "ancestry-chain", .can_negate = true, .help = "x"},
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
    assert_int_equal(rights->flags[CONFIG_SEARCH], CONFIG_CLEAR);
    assert_int_equal(rights->flags[CONFIG_PLAIN], CONFIG_SET);
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
    assert_int_equal(rights->flags[CONFIG_JIT], CONFIG_SET);
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
    assert_int_equal(rights->flags[CONFIG_JIT], CONFIG_CLEAR);
    assert_int_equal(rights->flags[CONFIG_SEARCH], CONFIG_CLEAR);
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

static void test_rights_have_an_option_for_every_flag(void **state) {
    (void)state;
    for (size_t i = 0; i < CONFIG_FLAG_COUNT; i++) {
        char set[32];
        char clear[32];
        (void)snprintf(set, sizeof set, "--%s", config_flags[i].option);
        (void)snprintf(clear, sizeof clear, "--no-%s", config_flags[i].option);
        const char *const words[] = {set, clear};
        for (size_t given = 0; given < 2; given++) {
            KC_AUTO(options) options = parse(1, &words[given]);
            KC_AUTO(rights) rights = NULL;
            char text[KC_MESSAGE_MAX];
            assert_int_equal(rights_new(options, RIGHTS_GIVEN, &rights), EXIT_DONE);
            assert_int_equal(rights->flags[i], given == 0 ? CONFIG_SET : CONFIG_CLEAR);
            assert_false(rights_are_empty(rights));
            rights_describe(rights, text);
            assert_non_null(strstr(text, config_flags[i].option));
        }
    }
}

struct shebang_case {
    const char *line;
    const char *path; /* NULL: refused … */
    const char *name; /* … and here is a part of why */
};

static void test_shebang_tells_what_runs_a_script(void **state) {
    (void)state;
    static const struct shebang_case cases[] = {
        {"#!/bin/sh\n", "/bin/sh", ""},
        {"#!/bin/sh", "/bin/sh", ""},
        {"#! \t/bin/bash -e -u\nexit 0\n", "/bin/bash", ""},
        {"#!/opt/a$b/python3\n", "/opt/a$b/python3", ""},
        {"#!/bin/sh\r\n", "/bin/sh\r", ""},
        {"#!/usr/bin/env python3\n", "", "python3"},
        {"#!/usr/bin/env -S python3 -u\n", "", "python3"},
        {"#!/usr/bin/env -Sperl -w\n", "", "perl"},
        {"#!/usr/bin/env --split-string=node --x\n", "", "node"},
        {"#!/usr/bin/env -iS A=1 B= /bin/dash\n", "/bin/dash", ""},
        {"#!/bin/environment\n", "/bin/environment", ""},
        {"#!\n", NULL, "absolute"},
        {"#!bin/sh\n", NULL, "absolute"},
        {"#!/usr/bin/env\n", NULL, "no program"},
        {"#!/usr/bin/env -u X sh\n", NULL, "option"},
        {"#!/usr/bin/env -S 'my sh'\n", NULL, "quotes"},
        {"#!/usr/bin/env ./sh\n", NULL, "relative"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct shebang shebang = {.path = ""};
        const char *why = "";
        enum kc_error error = shebang_parse(cases[i].line, strlen(cases[i].line), &shebang, &why);
        assert_int_equal(error, cases[i].path == NULL ? KC_INVALID : KC_OK);
        if (cases[i].path == NULL) {
            assert_non_null(strstr(why, cases[i].name));
        } else {
            assert_string_equal(shebang.path, cases[i].path);
            assert_string_equal(shebang.name, cases[i].name);
        }
    }
}

static void test_shebang_keeps_to_what_the_kernel_reads(void **state) {
    (void)state;
    char line[SHEBANG_MAX + 1] = "#!/";
    struct shebang shebang = {.path = ""};
    const char *why = "";
    memset(line + 3, 'a', sizeof line - 3);
    assert_int_equal(shebang_parse(line, SHEBANG_MAX, &shebang, &why), KC_INVALID);
    line[SHEBANG_MAX - 1] = '\n';
    assert_int_equal(shebang_parse(line, SHEBANG_MAX, &shebang, &why), KC_OK);
    assert_int_equal(strlen(shebang.path), SHEBANG_MAX - 3);
    line[100] = '\0';
    assert_int_equal(shebang_parse(line, SHEBANG_MAX, &shebang, &why), KC_INVALID);
    assert_int_equal(shebang_parse("#", 1, &shebang, &why), KC_NOT_FOUND);
    assert_int_equal(shebang_parse("", 0, &shebang, &why), KC_NOT_FOUND);
    assert_int_equal(shebang_parse("\177ELF", 4, &shebang, &why), KC_NOT_FOUND);
}

static struct subject script_with(const char *text) {
    struct subject subject = {.path = (char *)"/script", .kind = SUBJECT_SCRIPT};
    subject.head_length = strlen(text);
    memcpy(subject.head, text, subject.head_length);
    return subject;
}

static void assert_runs(const struct subject *subject, const char *told, enum exit_code wanted,
                        const char *name) {
    char *interpreter = NULL;
    assert_int_equal(script_interpreter(subject, told, &interpreter), wanted);
    if (name == NULL) {
        assert_null(interpreter);
    } else {
        assert_non_null(interpreter);
        assert_int_equal(interpreter[0], '/');
        assert_non_null(strstr(interpreter, name));
    }
    free(interpreter);
}

static void test_script_finds_the_program_that_runs_it(void **state) {
    (void)state;
    const struct subject plain = script_with("#!/bin/bash\n");
    const struct subject by_env = script_with("#!/usr/bin/env bash\n");
    const struct subject absent = script_with("#!/usr/bin/env no-such-program-here\n");
    const struct subject gone = script_with("#!/no/such/program\n");
    const struct subject program = {.path = (char *)"/program", .kind = SUBJECT_PROGRAM};
    const struct subject text = {.path = (char *)"/text", .kind = SUBJECT_OTHER};
    assert_runs(&plain, NULL, EXIT_DONE, "/bash");
    assert_runs(&by_env, NULL, EXIT_DONE, "/bash");
    assert_runs(&by_env, "/bin/bash", EXIT_DONE, "/bash");
    assert_runs(&absent, NULL, EXIT_NO, NULL);
    assert_runs(&absent, "/bin/bash", EXIT_DONE, "/bash");
    assert_runs(&gone, NULL, EXIT_NO, NULL);
    assert_runs(&gone, "/etc/passwd", EXIT_NO, NULL);
    assert_runs(&program, NULL, EXIT_DONE, NULL);
    assert_runs(&program, "/bin/bash", EXIT_USAGE, NULL);
    assert_runs(&text, NULL, EXIT_DONE, NULL);
    assert_runs(&text, "/bin/bash", EXIT_DONE, "/bash");
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

static void make_program(const char *directory, const char *name) {
    char *path = temp_path(directory, name);
    temp_file_write(path, "#!/bin/sh\n", 10);
    assert_int_equal(chmod(path, 0700), 0);
    free(path);
}

/* "@" in PATH stands for a directory with "tool" in it; in the present one there is another. */
static void test_search_path_reads_it_as_a_shell_does(void **state) {
    (void)state;
    static const struct {
        const char *path;
        bool only_absolute;
        const char *found; /* "" : none */
    } cases[] = {
        {"@", true, "@/tool"},
        {"/nowhere:@", true, "@/tool"},
        {"/nowhere", false, ""},
        {"", false, "./tool"},
        {"", true, ""},
        {":@", false, "./tool"},
        {":@", true, "@/tool"},
        {"/nowhere:", false, "./tool"},
        {"/nowhere::@", true, "@/tool"},
        {".:@", false, "./tool"},
    };
    char *here = temp_directory_new();
    char *there = temp_directory_new();
    make_program(here, "tool");
    make_program(there, "tool");
    assert_int_equal(chdir(here), 0);
    char *before = strdup(getenv("PATH"));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[512];
        char wanted[512];
        char found[SEARCH_PATH_SIZE] = "";
        const char *at = strchr(cases[i].path, '@');
        (void)snprintf(path, sizeof path, "%.*s%s", at != NULL ? (int)(at - cases[i].path) : 99,
                       cases[i].path, at != NULL ? there : "");
        (void)snprintf(wanted, sizeof wanted, "%s%s", cases[i].found[0] == '@' ? there : "",
                       cases[i].found + (cases[i].found[0] == '@' ? 1 : 0));
        assert_int_equal(setenv("PATH", path, 1), 0);
        bool is_found = search_path("tool", cases[i].only_absolute, found);
        assert_int_equal(is_found, wanted[0] != '\0');
        if (is_found) {
            assert_string_equal(found, wanted);
        }
    }
    assert_int_equal(unsetenv("PATH"), 0);
    char found[SEARCH_PATH_SIZE];
    assert_false(search_path("tool", false, found));
    assert_int_equal(setenv("PATH", before, 1), 0);
    assert_int_equal(chdir("/"), 0);
    free(before);
    temp_directory_remove(here);
    temp_directory_remove(there);
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
        cmocka_unit_test(test_rights_have_an_option_for_every_flag),
        cmocka_unit_test(test_shebang_tells_what_runs_a_script),
        cmocka_unit_test(test_shebang_keeps_to_what_the_kernel_reads),
        cmocka_unit_test(test_script_finds_the_program_that_runs_it),
        cmocka_unit_test(test_pairs_split_at_the_first_equals_sign),
        cmocka_unit_test(test_pairs_refuse_what_has_no_name),
        cmocka_unit_test(test_search_path_reads_it_as_a_shell_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
