/* SPDX-License-Identifier: MIT */
/*
 * Times as people write them.
 *
 * links: daemon/admin/duration.c libkc/parse.c
 */
#include "daemon/admin/duration.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void test_duration_parse_takes_a_number_and_a_unit(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t seconds; /* 0: refused */
    } cases[] = {
        {"1s", 1},         {"90s", 90}, {"15m", 900}, {"8h", 28800}, {"30d", 2592000},
        {"720h", 2592000}, {"31d", 0},  {"721h", 0},  {"0s", 0},     {"5", 0},
        {"s", 0},          {"", 0},     {"5w", 0},    {" 5s", 0},    {"5 s", 0},
        {"-5s", 0},        {"5S", 0},   {"5ss", 0},   {"1.5h", 0},   {"99999999999999999999s", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t seconds = 0;
        enum kc_error error = duration_parse(cases[i].text, 2592000, &seconds);
        assert_int_equal(error, cases[i].seconds > 0 ? KC_OK : KC_INVALID);
        assert_int_equal(seconds, cases[i].seconds);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_duration_parse_takes_a_number_and_a_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
