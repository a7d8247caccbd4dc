/* SPDX-License-Identifier: MIT */
/* The loop around a scenario. Leaks are for the sanitizer to find. */
#include "tests/unit/torture.h"

#include "libkc/error.h"
#include "tests/fakes/fake_alloc.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdbool.h>

/* A scenario with more allocations isn't a small one. */
#define ALLOCATIONS_MAX 5000

void *torture_untouched(void) {
    static char nothing;
    return &nothing;
}

static bool is_documented(const struct torture *torture, enum kc_error error) {
    if (error == KC_OK) {
        return torture->may_succeed != 0;
    }
    return error == KC_NO_MEMORY || error == torture->also;
}

/* False: there were fewer allocations. */
static bool run_once(const struct torture *torture, enum fake_alloc_mode mode, size_t number) {
    if (torture->prepare != NULL) {
        torture->prepare(torture->context);
    }
    fake_alloc_begin(mode, number);
    enum kc_error error = torture->run(torture->context);
    bool has_failed = fake_alloc_end();
    if (has_failed && !is_documented(torture, error)) {
        fail_msg("allocation %zu fails%s: the answer is \"%s\" (%d)", number,
                 mode == FAKE_ALLOC_ON ? ", and all behind it" : "", kc_error_text(error),
                 (int)error);
    }
    if (!has_failed) {
        assert_int_equal(error, KC_OK);
    }
    if (torture->check != NULL) {
        torture->check(torture->context, error);
    }
    return has_failed;
}

void torture(const struct torture *torture) {
    static const enum fake_alloc_mode modes[] = {FAKE_ALLOC_ONCE, FAKE_ALLOC_ON};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        size_t number = 1;
        while (run_once(torture, modes[i], number)) {
            number++;
            assert_true(number <= ALLOCATIONS_MAX);
        }
        assert_true(number > 1); /* else nothing was tortured */
    }
}
