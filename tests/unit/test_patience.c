/* SPDX-License-Identifier: MIT */
/*
 * The wait after wrong passphrases.
 *
 * links: daemon/patience.c
 */
#include "daemon/patience.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void test_patience_doubles_up_to_a_minute(void **state) {
    (void)state;
    static const uint64_t expected_ms[] = {1000,  2000,  4000,  8000, 16000,
                                           32000, 60000, 60000, 60000};
    struct patience patience = {0};
    uint64_t now_ms = 5;
    assert_int_equal(patience_left_ms(&patience, now_ms), 0);
    for (size_t i = 0; i < sizeof expected_ms / sizeof expected_ms[0]; i++) {
        patience_fail(&patience, now_ms);
        assert_int_equal(patience_left_ms(&patience, now_ms), expected_ms[i]);
        now_ms += expected_ms[i] - 1;
        assert_int_equal(patience_left_ms(&patience, now_ms), 1);
        now_ms++;
        assert_int_equal(patience_left_ms(&patience, now_ms), 0);
    }
}

static void test_patience_counts_no_further_than_it_can(void **state) {
    (void)state;
    struct patience patience = {.failures = UINT32_MAX - 1};
    patience_fail(&patience, 0);
    patience_fail(&patience, 0);
    assert_in_range(patience_left_ms(&patience, 0), PATIENCE_FIRST_MS, PATIENCE_MAX_MS);
}

static void test_patience_is_back_after_a_right_one(void **state) {
    (void)state;
    struct patience patience = {0};
    for (int i = 0; i < 5; i++) {
        patience_fail(&patience, 0);
    }
    patience_succeed(&patience);
    assert_int_equal(patience_left_ms(&patience, 0), 0);
    patience_fail(&patience, 0);
    assert_int_equal(patience_left_ms(&patience, 0), PATIENCE_FIRST_MS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patience_doubles_up_to_a_minute),
        cmocka_unit_test(test_patience_counts_no_further_than_it_can),
        cmocka_unit_test(test_patience_is_back_after_a_right_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
