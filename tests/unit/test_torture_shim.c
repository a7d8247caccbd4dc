/* SPDX-License-Identifier: MIT */
/*
 * Names, items and grants when memory runs out: an answer or none, and nothing is lost.
 * links: libkcshim/map.c libkcshim/map_path.c daemon/grants.c daemon/policy.c
 * links: daemon/policy_entry.c daemon/grant.c kc_static platform -ljansson
 * links: tests/fakes/fake_alloc.c tests/unit/torture.c
 * links: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup
 * links: -Wl,--wrap=secmem_alloc
 */
#include "daemon/grants.h"
#include "daemon/policy.h"
#include "libkc/message.h"
#include "libkcshim/map.h"
#include "tests/unit/torture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#define HASH "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char policy_text[] =
    "{\"registered_binaries\":[{\"path\":\"/a\",\"hash\":\"" HASH
    "\",\"allowed_read_services\":[\"one\",\"two/x*\"],\"allowed_write_services\":[\"three\","
    "\"one\"],\"can_search\":true}]}";

static enum kc_error read_and_write(void *context) {
    const struct attributes *stored = context;
    struct map_item item = {0};
    struct attributes again = {0};
    enum kc_error error = map_item_read("a service", "a=1", stored, &item);
    if (error == KC_OK) {
        error = map_item_write(&item, &again);
    }
    assert_true(error != KC_OK || again.count > 0);
    map_item_clear(&item);
    attributes_clear(&again);
    return error;
}

static void test_torture_shim_items_there_and_back(void **state) {
    struct attributes stored = {0};
    const struct torture scenario = {.run = read_and_write, .context = &stored};
    (void)state;
    assert_int_equal(attributes_add(&stored, "kc:label", "a label"), KC_OK);
    assert_int_equal(attributes_add(&stored, "kc:created", "123"), KC_OK);
    assert_int_equal(attributes_add(&stored, "user", "bob"), KC_OK);
    torture(&scenario);
    attributes_clear(&stored);
}

static void test_torture_shim_items_that_only_a_target_tells(void **state) {
    struct attributes none = {0};
    const struct torture scenario = {.run = read_and_write, .context = &none};
    (void)state;
    torture(&scenario);
}

static enum kc_error tell(void *context) {
    const struct policy *policy = context;
    struct response answer = {0};
    enum kc_error error =
        grants_tell(policy_find(policy, "/a", HASH), &answer.results, &answer.result_count);
    assert_true(error != KC_OK || answer.result_count == 3);
    response_clear(&answer);
    return error;
}

static void test_torture_shim_grants(void **state) {
    struct policy *policy = NULL;
    char why[KC_MESSAGE_MAX] = "";
    (void)state;
    assert_int_equal(policy_parse(policy_text, strlen(policy_text), &policy, why), KC_OK);
    const struct torture scenario = {.run = tell, .context = policy};
    torture(&scenario);
    policy_free(policy);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_torture_shim_items_there_and_back),
        cmocka_unit_test(test_torture_shim_items_that_only_a_target_tells),
        cmocka_unit_test(test_torture_shim_grants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
