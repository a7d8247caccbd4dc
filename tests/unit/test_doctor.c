/* SPDX-License-Identifier: MIT */
/*
 * The doctor's judgement of what others found: kernel, status and policy.
 *
 * links: daemon kc_static platform -ljansson
 */
#include "daemon/admin/doctor.h"

#include "daemon/policy.h"
#include "libkc/attributes.h"
#include "libkc/protocol.h"
#include "platform/kernel.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static const struct doctor_finding *find(const struct doctor *doctor, const char *check) {
    for (size_t i = 0; i < doctor->count; i++) {
        if (strcmp(doctor->items[i].check, check) == 0) {
            return &doctor->items[i];
        }
    }
    return NULL;
}

static void assert_grade(const struct doctor *doctor, const char *check, enum doctor_grade grade) {
    const struct doctor_finding *finding = find(doctor, check);
    assert_non_null(finding);
    assert_int_equal(finding->grade, grade);
    assert_true((finding->meaning[0] == '\0') == (grade == DOCTOR_OK));
}

static void test_doctor_judges_the_kernel(void **state) {
    (void)state;
    static const struct {
        struct kernel_facts facts;
        enum doctor_grade kernel;
        enum doctor_grade spaces;
        enum doctor_grade tracing;
    } cases[] = {
        {{"Linux 6.9", true, true, false, KERNEL_TRACING_PARENTS}, DOCTOR_OK, DOCTOR_OK, DOCTOR_OK},
        {{"Linux 6.1", true, false, true, KERNEL_TRACING_ANYBODY},
         DOCTOR_NOTE,
         DOCTOR_NOTE,
         DOCTOR_WARNING},
        {{"Linux 4.9", false, false, true, KERNEL_TRACING_NOBODY},
         DOCTOR_RED,
         DOCTOR_NOTE,
         DOCTOR_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        KC_AUTO(doctor) doctor = NULL;
        assert_int_equal(doctor_new(&doctor), KC_OK);
        doctor_judge_kernel(doctor, &cases[i].facts);
        assert_grade(doctor, "kernel", cases[i].kernel);
        assert_grade(doctor, "user_namespaces", cases[i].spaces);
        assert_grade(doctor, "ptrace", cases[i].tracing);
    }
}

static void test_doctor_judges_what_status_tells(void **state) {
    (void)state;
    static const struct {
        const char *fact;
        const char *value;
        const char *check;
        enum doctor_grade grade;
        const char *cure;
    } cases[] = {
        {"version", KC_VERSION, "version", DOCTOR_OK, ""},
        {"version", "0.0.0", "version", DOCTOR_RED, "keychain-auth stop; keychain-auth start"},
        {"socket_state", "ok", "socket", DOCTOR_OK, ""},
        {"socket_state", "REPLACED", "socket", DOCTOR_RED,
         "keychain-auth stop; keychain-auth start"},
        {"store", "file", "store", DOCTOR_OK, ""},
        {"store", "memory", "store", DOCTOR_WARNING,
         "keychain-auth stop && keychain-auth start --store auto"},
        {"policy", "ok", "policy", DOCTOR_OK, ""},
        {"policy", "it can't be used", "policy", DOCTOR_RED, "keychain-auth check"},
        {"lock", "unlocked", "lock", DOCTOR_OK, ""},
        {"lock", "locked", "lock", DOCTOR_WARNING, "keychain-auth unlock"},
        {"lock", "none", "passphrase", DOCTOR_WARNING, "keychain-auth passphrase set"},
        {"policy_seal", "sealed", "policy_seal", DOCTOR_OK, ""},
        {"policy_seal", "BROKEN", "policy_seal", DOCTOR_RED, "keychain-auth policy restore"},
        {"slots_state", "changed", "slots", DOCTOR_RED, "keychain-auth passphrase change"},
        {"record_state", "cut", "record_end", DOCTOR_RED, "keychain-auth audit verify"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        KC_AUTO(doctor) doctor = NULL;
        struct attributes facts = {0};
        assert_int_equal(doctor_new(&doctor), KC_OK);
        assert_int_equal(attributes_add(&facts, cases[i].fact, cases[i].value), KC_OK);
        doctor_judge_daemon(doctor, &facts);
        assert_grade(doctor, cases[i].check, cases[i].grade);
        assert_string_equal(find(doctor, cases[i].check)->cure, cases[i].cure);
        attributes_clear(&facts);
    }
}

static void test_doctor_tells_a_broken_seal_once(void **state) {
    (void)state;
    KC_AUTO(doctor) doctor = NULL;
    struct attributes facts = {0};
    assert_int_equal(doctor_new(&doctor), KC_OK);
    assert_int_equal(attributes_add(&facts, "policy", "it was changed"), KC_OK);
    assert_int_equal(attributes_add(&facts, "policy_seal", "BROKEN"), KC_OK);
    doctor_judge_daemon(doctor, &facts);
    assert_null(find(doctor, "policy"));
    assert_grade(doctor, "policy_seal", DOCTOR_RED);
    attributes_clear(&facts);
}

static void test_doctor_finds_a_key_beside_a_passphrase(void **state) {
    (void)state;
    static const struct {
        const char *lock;
        const char *key_file;
        bool is_found;
    } cases[] = {{"none", "yes", false}, {"unlocked", "yes", true}, {"unlocked", "no", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        KC_AUTO(doctor) doctor = NULL;
        struct attributes facts = {0};
        assert_int_equal(doctor_new(&doctor), KC_OK);
        assert_int_equal(attributes_add(&facts, "lock", cases[i].lock), KC_OK);
        assert_int_equal(attributes_add(&facts, "key_file", cases[i].key_file), KC_OK);
        doctor_judge_daemon(doctor, &facts);
        assert_int_equal(find(doctor, "key_file") != NULL, cases[i].is_found);
        attributes_clear(&facts);
    }
}

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_doctor_judges_entries_by_what_they_say(void **state) {
    (void)state;
    static const struct {
        const char *path;
        const char *members;
        const char *check; /* NULL: nothing but the rule */
        const char *cure;
    } cases[] = {
        {"/usr/bin/tool", "\"allowed_read_services\":[\"aws\"]", NULL, NULL},
        {"/usr/bin/tool", "\"plain\":true", "plain",
         "keychain-auth allow --no-plain /usr/bin/tool"},
        {"/usr/bin/tool", "\"code\":\"jit\"", "jit", "keychain-auth allow --no-jit /usr/bin/tool"},
        {"/usr/bin/my tool", "\"inline\":true", "inline",
         "keychain-auth allow --no-inline '/usr/bin/my tool'"},
        {"/usr/bin/python3", "\"allowed_read_services\":[\"aws\"]", "generic",
         "keychain-auth revoke /usr/bin/python3"},
        {"/usr/bin/python3", "\"launcher\":true", NULL, NULL},
        {"/home/u/make", "\"allowed_read_services\":[\"aws\"],\"interpreter\":\"/bin/sh\"", NULL,
         NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        KC_AUTO(doctor) doctor = NULL;
        KC_AUTO(policy) policy = NULL;
        char why[KC_MESSAGE_MAX] = "";
        char text[512];
        int length = snprintf(text, sizeof text,
                              "{\"registered_binaries\":[{\"path\":\"%s\",\"hash\":\"%s\",%s}]}",
                              cases[i].path, HASH, cases[i].members);
        assert_int_equal(doctor_new(&doctor), KC_OK);
        assert_int_equal(policy_parse(text, (size_t)length, &policy, why), KC_OK);
        doctor_judge_policy(doctor, policy);
        assert_int_equal(doctor->count, cases[i].check == NULL ? 1 : 2);
        if (cases[i].check != NULL) {
            assert_non_null(find(doctor, cases[i].check));
            assert_string_equal(find(doctor, cases[i].check)->cure, cases[i].cure);
        }
    }
}

static void test_doctor_warns_of_the_rule_nearest(void **state) {
    (void)state;
    static const char text[] = "{\"caller_rule\":\"nearest\"}";
    KC_AUTO(doctor) doctor = NULL;
    KC_AUTO(policy) policy = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(doctor_new(&doctor), KC_OK);
    assert_int_equal(policy_parse(text, sizeof text - 1, &policy, why), KC_OK);
    doctor_judge_policy(doctor, policy);
    assert_grade(doctor, "caller_rule", DOCTOR_WARNING);
}

static void test_doctor_reads_the_line_of_a_start_file(void **state) {
    (void)state;
    static const struct {
        const char *shell;
        const char *text;
        enum doctor_grade grade;
        const char *fact;
    } cases[] = {
        {"bash", "", DOCTOR_NOTE, "\"/h/.rc\" doesn't load it"},
        {"bash", "alias ls='ls -F'\n#eval \"$(keychain-auth shellenv bash)\"\n", DOCTOR_NOTE,
         "doesn't load it"},
        {"bash", "eval \"$(other-keychain-auth shellenv bash)\"", DOCTOR_NOTE, "doesn't load it"},
        {"bash", "echo shellenv\nkeychain-auth status", DOCTOR_NOTE, "doesn't load it"},
        {"bash", "x\n  eval \"$(keychain-auth shellenv bash)\"\ny", DOCTOR_OK, "loads it"},
        {"zsh", "eval \"$(keychain-auth shellenv zsh)\"", DOCTOR_OK, "loads it"},
        {"zsh", "eval \"$(keychain-auth shellenv bash)\"", DOCTOR_WARNING, "isn't zsh's"},
        {"fish", "keychain-auth shellenv fish | source", DOCTOR_OK, "loads it"},
        {"bash", "eval \"$(/bin/sh/keychain-auth shellenv bash)\"", DOCTOR_WARNING,
         "\"/bin/sh/keychain-auth\", which isn't there"},
        {"bash", "eval \"$('/nowhere/keychain-auth' shellenv bash)\"", DOCTOR_WARNING,
         "\"/nowhere/keychain-auth\", which isn't there"},
        {"bash", "eval \"$(~/bin/keychain-auth shellenv bash)\"", DOCTOR_WARNING,
         "\"/h/bin/keychain-auth\", which isn't there"},
        {"bash", "eval \"$(\"$HOME/bin/keychain-auth\" shellenv bash)\"", DOCTOR_OK, "loads it"},
        {"bash", "eval \"$(keychain-auth shellenv", DOCTOR_WARNING, "isn't bash's"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        KC_AUTO(doctor) doctor = NULL;
        const struct doctor_shell shell = {.name = cases[i].shell,
                                           .path = "/h/.rc",
                                           .text = cases[i].text,
                                           .own = "/usr/bin/keychain-auth",
                                           .home = "/h"};
        assert_int_equal(doctor_new(&doctor), KC_OK);
        doctor_judge_shell(doctor, &shell);
        assert_int_equal(doctor->count, 1);
        assert_grade(doctor, "shellenv", cases[i].grade);
        if (strstr(doctor->items[0].fact, cases[i].fact) == NULL) {
            assert_string_equal(doctor->items[0].fact, cases[i].fact); /* shows both */
        }
    }
}

static void test_doctor_counts_and_keeps_the_worst(void **state) {
    (void)state;
    KC_AUTO(doctor) doctor = NULL;
    const struct doctor_kind fine = {.check = "a"};
    const struct doctor_kind bad = {.check = "b", .grade = DOCTOR_RED, .meaning = "m"};
    assert_int_equal(doctor_new(&doctor), KC_OK);
    assert_int_equal(doctor_worst(doctor), DOCTOR_OK);
    for (int i = 0; i < 100; i++) {
        doctor_add(doctor, &fine, "%d", i);
    }
    doctor_add(doctor, &bad, "x");
    doctor_add(doctor, &fine, "y");
    assert_int_equal(doctor->count, 102);
    assert_int_equal(doctor_worst(doctor), DOCTOR_RED);
    assert_int_equal(doctor_tally(doctor, DOCTOR_RED), 1);
    assert_string_equal(doctor->items[42].fact, "42");
    assert_string_equal(doctor->items[42].cure, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doctor_judges_the_kernel),
        cmocka_unit_test(test_doctor_judges_what_status_tells),
        cmocka_unit_test(test_doctor_tells_a_broken_seal_once),
        cmocka_unit_test(test_doctor_finds_a_key_beside_a_passphrase),
        cmocka_unit_test(test_doctor_judges_entries_by_what_they_say),
        cmocka_unit_test(test_doctor_warns_of_the_rule_nearest),
        cmocka_unit_test(test_doctor_reads_the_line_of_a_start_file),
        cmocka_unit_test(test_doctor_counts_and_keeps_the_worst),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
