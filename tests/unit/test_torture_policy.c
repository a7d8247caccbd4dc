/* SPDX-License-Identifier: MIT */
/*
 * The policy and the list of those who wait, when memory runs out: no rule is lost, and no file
 * half changed.
 * links: daemon kc_static platform tests/fakes/fake_alloc.c tests/unit/torture.c -ljansson
 * links: tests/unit/temp_directory.c
 * links: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup
 * links: -Wl,--wrap=secmem_alloc
 */
#include "daemon/chain.h"
#include "daemon/config.h"
#include "daemon/pending.h"
#include "daemon/policy.h"
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

#define HASH_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define NOW    INT64_C(1700000000000000)

static const char config_text[] =
    "{\"protocol_version\":\"1\",\"caller_rule\":\"nearest\",\"kept\":\"some text that we don't "
    "know but keep\","
    "\"registered_binaries\":[{\"path\":\"/usr/local/bin/one-rather-long-name\",\"hash\":\"" HASH_A
    "\",\"registered_at\":\"2026-01-02T03:04:05Z\",\"allowed_read_services\":"
    "[\"aws-production-europe\",\"git/https://example.org/*\"],\"allowed_write_services\":[],"
    "\"can_search\":false},{\"path\":\"/b\",\"hash\":\"" HASH_B
    "\",\"allowed_read_services\":[\"x\"],\"allowed_write_services\":[\"y\"],"
    "\"interpreter\":\"/usr/bin/some-interpreter\",\"launcher\":true,\"interactive\":false}]}";

static const char pending_text[] =
    "{\"version\":1,\"pending\":[{\"hash\":\"" HASH_A
    "\",\"path\":\"/usr/local/bin/one-rather-long-name\",\"args\":\"one --with some arguments\","
    "\"pid\":7,\"count\":3,\"first_time\":\"2023-11-14T22:00:00.000000Z\","
    "\"last_time\":\"2023-11-14T22:10:00.000000Z\",\"asked\":[{\"action\":\"read\","
    "\"service\":\"aws\",\"target\":\"some-target-of-it\"}]},"
    "{\"hash\":\"" HASH_A "\",\"path\":\"/usr/bin/kcget\",\"args\":\"\",\"pid\":7,\"count\":1,"
    "\"first_time\":\"2023-11-14T22:00:00.000000Z\",\"last_time\":\"2023-11-14T22:00:00.000000Z\","
    "\"asked\":[],\"id\":\"" HASH_B "\",\"end\":\"first\",\"links\":[{\"kind\":\"script\",\"path\":"
    "\"/usr/bin/some-interpreter\",\"hash\":\"" HASH_A "\",\"script\":\"/home/some/script\","
    "\"script_hash\":\"" HASH_A "\",\"pid\":6}]}]}";

struct place {
    struct temp_place in;
    const char *text; /* what stands in the file beforehand */
    const struct config_change *change;
};

static int set_up(void **state) {
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    temp_place_init(&place->in, "file.json");
    *state = place;
    return 0;
}

static int tear_down(void **state) {
    struct place *place = *state;
    temp_place_clear(&place->in);
    free(place);
    return 0;
}

static void write_file(void *context) {
    const struct place *place = context;
    temp_file_write(place->in.path, place->text, strlen(place->text));
}

/* The file and its lock, which comes first, and nothing that was put aside or left over. */
static void assert_nothing_else(const struct place *place) {
    assert_in_range(temp_directory_count(place->in.directory), 1, 2);
}

static void check_file(void *context, enum kc_error error) {
    const struct place *place = context;
    size_t length = 0;
    char *text = temp_file_read(place->in.path, &length);
    if (error == KC_OK) {
        assert_string_not_equal(text, place->text);
    } else {
        assert_string_equal(text, place->text);
    }
    free(text);
    assert_nothing_else(place);
}

static enum kc_error run_policy(void *context) {
    struct policy *policy = UNTOUCHED;
    char why[KC_MESSAGE_MAX] = "";
    (void)context;
    enum kc_error error = policy_parse(config_text, strlen(config_text), &policy, why);
    assert_string_equal(why, "");
    if (error != KC_OK) {
        assert_ptr_equal(policy, UNTOUCHED);
        return error;
    }
    const struct policy_entry *entry =
        policy_find(policy, "/usr/local/bin/one-rather-long-name", HASH_A);
    assert_non_null(entry);
    assert_string_equal(policy_entry_grant(entry, RIGHT_READ, 0), "aws-production-europe");
    assert_int_equal(policy_count(policy), 2);
    assert_int_equal(policy_caller_rule(policy), CALLER_NEAREST);
    assert_string_equal(policy_entry_interpreter(policy_at(policy, 1)),
                        "/usr/bin/some-interpreter");
    policy_free(policy);
    return KC_OK;
}

static void test_torture_policy_parse(void **state) {
    (void)state;
    torture(&(struct torture){.run = run_policy});
}

static enum kc_error run_config(void *context) {
    struct place *place = context;
    struct config *config = UNTOUCHED;
    enum kc_error error = config_new(place->in.path, &config);
    if (error != KC_OK) {
        assert_ptr_equal(config, UNTOUCHED);
        return error;
    }
    (void)config_refresh(config);
    /* Without a policy everything is denied; there is never half of one. */
    if (config_policy(config) == NULL) {
        assert_string_not_equal(config_trouble(config), "");
        error = KC_NO_MEMORY;
    } else {
        assert_int_equal(policy_count(config_policy(config)), 2);
    }
    config_free(config);
    return error;
}

static void test_torture_config_refresh(void **state) {
    struct place *place = *state;
    place->text = config_text;
    torture(&(struct torture){.prepare = write_file, .run = run_config, .context = place});
}

static enum kc_error run_change(void *context) {
    const struct place *place = context;
    char report[KC_MESSAGE_MAX];
    enum kc_error error = config_change(place->in.path, place->change, report);
    assert_string_not_equal(report, "");
    return error;
}

static void test_torture_config_change(void **state) {
    static const char *const grants[] = {"new-service-with-a-long-name", "aws-production-europe"};
    static const struct config_change changes[] = {
        {.kind = CONFIG_REGISTER,
         .path = "/c",
         .hash = HASH_A,
         .read = grants,
         .read_count = 2,
         .now_us = NOW},
        {.kind = CONFIG_ALLOW,
         .path = "/b",
         .write = grants,
         .write_count = 2,
         .flags = {[CONFIG_JIT] = CONFIG_SET}},
        {.kind = CONFIG_REVOKE, .hash = "aaaaaaaa", .read = &grants[1], .read_count = 1},
        {.kind = CONFIG_UPGRADE, .path = "/b", .hash = HASH_A, .now_us = NOW},
        {.kind = CONFIG_UNREGISTER, .path = "/b"},
        {.kind = CONFIG_REGISTER,
         .path = "/a-script",
         .hash = HASH_A,
         .interpreter = "/usr/bin/some-interpreter",
         .flags = {[CONFIG_ANCESTRY] = CONFIG_SET, [CONFIG_INTERACTIVE] = CONFIG_CLEAR}},
        {.kind = CONFIG_REVOKE, .path = "/b", .flags = {[CONFIG_INTERACTIVE] = CONFIG_SET}},
        {.kind = CONFIG_RULE, .caller_rule = "chain"},
    };
    struct place *place = *state;
    place->text = config_text;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        place->change = &changes[i];
        torture(&(struct torture){
            .prepare = write_file, .run = run_change, .check = check_file, .context = place});
    }
}

static enum kc_error run_pending_add(void *context) {
    static struct chain_link links[] = {
        {.kind = LINK_INLINE, .path = (char *)"/usr/bin/some-shell", .hash = HASH_A}};
    static const struct chain chain = {.count = 1, .links = links, .id = HASH_B};
    static const struct pending_note notes[] = {{.path = "/new",
                                                 .hash = HASH_B,
                                                 .arguments = "new --with arguments",
                                                 .pid = 9,
                                                 .action = "write",
                                                 .service = "aws",
                                                 .target = "target",
                                                 .times = 1},
                                                {.path = "/usr/local/bin/one-rather-long-name",
                                                 .hash = HASH_A,
                                                 .arguments = "",
                                                 .pid = 8,
                                                 .action = "search",
                                                 .service = "git",
                                                 .target = "",
                                                 .times = 2},
                                                {.path = "/usr/bin/kcget",
                                                 .hash = HASH_A,
                                                 .chain = &chain,
                                                 .arguments = "kcget aws target",
                                                 .pid = 8,
                                                 .action = "read",
                                                 .service = "aws",
                                                 .target = "target",
                                                 .times = 2}};
    const struct place *place = context;
    return pending_add(place->in.path, notes, 3, NOW, 0);
}

static void test_torture_pending_add(void **state) {
    struct place *place = *state;
    place->text = pending_text;
    torture(&(struct torture){
        .prepare = write_file, .run = run_pending_add, .check = check_file, .context = place});
}

static enum kc_error run_pending_remove(void *context) {
    const struct place *place = context;
    return pending_remove(place->in.path, "/usr/local/bin/one-rather-long-name", HASH_A);
}

static void test_torture_pending_remove(void **state) {
    struct place *place = *state;
    place->text = pending_text;
    torture(&(struct torture){
        .prepare = write_file, .run = run_pending_remove, .check = check_file, .context = place});
}

static enum kc_error run_pending_load(void *context) {
    const struct place *place = context;
    struct pending *pending = UNTOUCHED;
    enum kc_error error = pending_load(place->in.path, NOW, &pending);
    if (error != KC_OK) {
        assert_ptr_equal(pending, UNTOUCHED);
        return error;
    }
    assert_int_equal(pending_count(pending), 2);
    assert_string_equal(pending_at(pending, 0)->arguments, "one --with some arguments");
    assert_string_equal(pending_at(pending, 1)->links[0].script, "/home/some/script");
    pending_free(pending);
    return KC_OK;
}

static void test_torture_pending_load(void **state) {
    struct place *place = *state;
    place->text = pending_text;
    torture(&(struct torture){.prepare = write_file, .run = run_pending_load, .context = place});
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_torture_policy_parse),   CASE(test_torture_config_refresh),
        CASE(test_torture_config_change),  CASE(test_torture_pending_add),
        CASE(test_torture_pending_remove), CASE(test_torture_pending_load),
    };
    fake_alloc_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
