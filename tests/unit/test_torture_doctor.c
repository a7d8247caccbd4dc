/* SPDX-License-Identifier: MIT */
/*
 * The doctor when memory runs out: its report is the whole one, or says that it isn't. A finding
 * that is missing, or turned into another, would be taken for health.
 * links: daemon kc_static platform tests/fakes/fake_alloc.c tests/unit/torture.c -ljansson
 * links: tests/unit/temp_directory.c
 * links: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup
 * links: -Wl,--wrap=secmem_alloc
 */
#include "daemon/admin/doctor.h"

#include "daemon/audit.h"
#include "daemon/policy.h"
#include "libkc/attributes.h"
#include "libkc/protocol.h"
#include "platform/kernel.h"
#include "tests/fakes/fake_alloc.h"
#include "tests/unit/temp_directory.h"
#include "tests/unit/torture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char policy_text[] =
    "{\"caller_rule\":\"nearest\",\"registered_binaries\":["
    "{\"path\":\"/nowhere/a tool\",\"hash\":\"" HASH "\",\"plain\":true,\"inline\":true,"
    "\"code\":\"jit\"},"
    "{\"path\":\"/usr/bin/env\",\"hash\":\"" HASH "\",\"allowed_read_services\":[\"aws\"]}]}";

struct patient {
    char *home;
    struct policy *policy;
    struct attributes facts;
    struct doctor *whole; /* the report that is to be had with memory */
};

static void look(const struct patient *patient, struct doctor *doctor) {
    static const struct kernel_facts kernel = {"Linux 6.1", true, false, true,
                                               KERNEL_TRACING_ANYBODY};
    doctor_judge_kernel(doctor, &kernel);
    doctor_judge_daemon(doctor, &patient->facts);
    doctor_judge_policy(doctor, patient->policy);
    doctor_look_at_files(doctor);
    doctor_look_at_record(doctor);
    doctor_look_at_entries(doctor, patient->policy);
    doctor_look_at_programs(doctor, patient->policy);
    doctor_look_at_shell(doctor);
}

static void write_in(const struct patient *patient, const char *name, const char *text) {
    char *path = temp_path(patient->home, name);
    temp_file_write(path, text, strlen(text));
    free(path);
}

static void write_record(const struct patient *patient) {
    KC_AUTO(audit) audit = NULL;
    const struct audit_note note = {.event = "start"};
    char *path = temp_path(patient->home, ".local/share/keychain-auth/audit.log");
    assert_int_equal(audit_open(path, &audit), KC_OK);
    assert_int_equal(audit_note(audit, &note), KC_OK);
    free(path);
}

static int set_up(void **state) {
    char why[KC_MESSAGE_MAX] = "";
    struct patient *patient = calloc(1, sizeof *patient);
    assert_non_null(patient);
    patient->home = temp_directory_new();
    assert_int_equal(setenv("HOME", patient->home, 1), 0);
    assert_int_equal(setenv("SHELL", "/bin/bash", 1), 0);
    assert_int_equal(setenv("XDG_RUNTIME_DIR", patient->home, 1), 0);
    assert_int_equal(unsetenv("XDG_CONFIG_HOME"), 0);
    assert_int_equal(unsetenv("XDG_DATA_HOME"), 0);
    assert_int_equal(unsetenv("KEYCHAIN_AUTH_SOCKET"), 0);
    write_in(patient, ".bashrc", "eval \"$(/nowhere/keychain-auth shellenv bash)\"\n");
    write_record(patient);
    char *store = temp_path(patient->home, ".keychain-auth");
    assert_int_equal(mkdir(store, 0700), 0);
    assert_int_equal(chmod(store, 0755), 0); /* something to mend */
    free(store);
    assert_int_equal(policy_parse(policy_text, strlen(policy_text), &patient->policy, why), KC_OK);
    assert_int_equal(attributes_add(&patient->facts, "version", "0.0.0"), KC_OK);
    assert_int_equal(attributes_add(&patient->facts, "lock", "locked"), KC_OK);
    assert_int_equal(attributes_add(&patient->facts, "store", "memory"), KC_OK);
    assert_int_equal(doctor_new(&patient->whole), KC_OK);
    look(patient, patient->whole);
    assert_false(patient->whole->has_failed);
    assert_true(patient->whole->count > 15);
    *state = patient;
    return 0;
}

static int tear_down(void **state) {
    struct patient *patient = *state;
    doctor_free(patient->whole);
    attributes_clear(&patient->facts);
    policy_free(patient->policy);
    temp_directory_remove(patient->home);
    free(patient);
    return 0;
}

static void assert_same(const struct doctor *one, const struct doctor *other) {
    assert_int_equal(one->count, other->count);
    for (size_t i = 0; i < one->count; i++) {
        assert_string_equal(one->items[i].check, other->items[i].check);
        assert_int_equal(one->items[i].grade, other->items[i].grade);
        assert_string_equal(one->items[i].fact, other->items[i].fact);
        assert_string_equal(one->items[i].cure, other->items[i].cure);
    }
}

static enum kc_error run_doctor(void *context) {
    const struct patient *patient = context;
    struct doctor *doctor = UNTOUCHED;
    enum kc_error error = doctor_new(&doctor);
    if (error != KC_OK) {
        assert_ptr_equal(doctor, UNTOUCHED);
        return error;
    }
    look(patient, doctor);
    if (doctor->has_failed) {
        error = KC_NO_MEMORY;
    } else {
        assert_same(doctor, patient->whole);
    }
    doctor_free(doctor);
    return error;
}

static void test_torture_doctor_tells_all_or_that_it_is_not_all(void **state) {
    torture(&(struct torture){.run = run_doctor, .context = *state});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_torture_doctor_tells_all_or_that_it_is_not_all, set_up,
                                        tear_down),
    };
    fake_alloc_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
