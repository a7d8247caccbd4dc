/* SPDX-License-Identifier: MIT */
/*
 * Looking at a process, when memory runs out: never another verdict than with it.
 * links: platform tests/fakes/fake_alloc.c tests/unit/torture.c tests/unit/victim.c kc_static
 * links: -ljansson
 * links: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup
 * links: -Wl,--wrap=secmem_alloc
 */
#include "platform/code.h"
#include "platform/process.h"
#include "tests/fakes/fake_alloc.h"
#include "tests/unit/torture.h"
#include "tests/unit/victim.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static enum kc_error run_pin(void *context) {
    const struct victim *victim = context;
    struct process *process = UNTOUCHED;
    struct process *parent = UNTOUCHED;
    enum process_above above = PROCESS_ABOVE_FIRST;
    const char *why = "";
    enum kc_error error = process_pin((uint64_t)victim->pid, &process);
    if (error != KC_OK) {
        assert_ptr_equal(process, UNTOUCHED);
        return error;
    }
    error = process_pin_above(process, &above, &parent, &why);
    if (error == KC_OK) {
        assert_int_equal(above, PROCESS_ABOVE_OURS);
        error = process_check_parent(process, parent);
        process_free(parent);
    }
    if (error == KC_OK) {
        error = process_check_surroundings(process, &why);
    }
    if (error == KC_OK) {
        error = process_check_untraced(process, &why);
    }
    process_free(process);
    return error;
}

static enum kc_error run_file(void *context) {
    const struct process *process = context;
    struct image *image = UNTOUCHED;
    const char *why = "";
    enum kc_error error = process_open_file(process, "/bin/sleep", &image, &why);
    if (error != KC_OK) {
        assert_ptr_equal(image, UNTOUCHED);
        return error;
    }
    assert_true(image_is_trusted(image));
    image_free(image);
    return KC_OK;
}

static enum kc_error look(const struct process *process, const struct image *image) {
    static struct code code;
    memset(&code, 'x', sizeof code);
    enum kc_error error = code_look(process, image, &code);
    if (error != KC_OK) {
        assert_int_equal(code.file_count, (size_t)0x7878787878787878);
        return error;
    }
    assert_string_equal(code_flaw_text(code.flaw), "");
    assert_int_equal(code.file_count, 0);
    assert_false(code.makes_code);
    code_clear(&code);
    return KC_OK;
}

static enum kc_error run_look(void *context) {
    const struct process *process = context;
    struct image *image = UNTOUCHED;
    const char *why = "";
    enum kc_error error = process_open_image(process, &image, &why);
    if (error != KC_OK) {
        assert_ptr_equal(image, UNTOUCHED);
        return error;
    }
    error = look(process, image);
    image_free(image);
    return error;
}

static void test_torture_process_pin(void **state) {
    (void)state;
    bool prepared = false;
    struct victim victim = victim_start(NULL, NULL, &prepared);
    torture(&(struct torture){.run = run_pin, .context = &victim});
    victim_end(&victim);
}

/* The child runs a program of the administrator's, and nothing else. */
static void test_torture_code_look(void **state) {
    (void)state;
    bool prepared = false;
    KC_AUTO(process) process = NULL;
    struct victim victim = victim_start(NULL, NULL, &prepared);
    victim_execute(&victim, "/bin/sleep");
    assert_int_equal(process_pin((uint64_t)victim.pid, &process), KC_OK);
    torture(&(struct torture){.run = run_look, .context = process});
    torture(&(struct torture){.run = run_file, .context = process});
    victim_end(&victim);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_torture_process_pin),
        cmocka_unit_test(test_torture_code_look),
    };
    fake_alloc_init();
    (void)unsetenv("LD_PRELOAD");
    (void)setenv("LD_LIBRARY_PATH", "/usr/lib", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
