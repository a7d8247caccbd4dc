/* SPDX-License-Identifier: MIT */
/*
 * Slots, seals and orders when memory runs out: nothing is half made, and a sealed policy stays
 * what it was.
 * links: daemon kc_static platform tests/fakes/fake_alloc.c tests/unit/torture.c -ljansson
 * links: tests/unit/temp_directory.c
 * links: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup
 * links: -Wl,--wrap=secmem_alloc
 */
#include "daemon/config.h"
#include "daemon/config_order.h"
#include "daemon/config_seal.h"
#include "daemon/crypto_derive.h"
#include "daemon/keyslot.h"
#include "daemon/policy.h"
#include "daemon/seal.h"
#include "daemon/store/backend.h"
#include "libkc/secret.h"
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

struct place {
    char *directory;
    char *path;
    char *copy;
    struct secret *key;
    struct secret *passphrase;
    struct store_backend *backend;
    struct config *config;
};

static int set_up(void **state) {
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    place->directory = temp_directory_new();
    place->path = temp_path(place->directory, "config.json");
    place->copy = temp_path(place->directory, "policy.json");
    assert_int_equal(secret_new_copy("0123456789abcdef0123456789abcdef", 32, &place->key), KC_OK);
    assert_int_equal(secret_new_copy("correct horse", 13, &place->passphrase), KC_OK);
    assert_int_equal(memory_open(&place->backend), KC_OK);
    *state = place;
    return 0;
}

static int tear_down(void **state) {
    struct place *place = *state;
    config_free(place->config);
    place->backend->table->close(place->backend);
    secret_free(place->key);
    secret_free(place->passphrase);
    temp_directory_remove(place->directory);
    free(place->path);
    free(place->copy);
    free(place);
    return 0;
}

static enum kc_error run_slots(void *context) {
    static const struct crypto_cost cheap = {.rounds = 10, .block = 1, .lanes = 1};
    const struct place *place = context;
    KC_AUTO(keyslots) slots = NULL;
    KC_AUTO(keyslots) again = NULL;
    KC_AUTO(secret) text = NULL;
    KC_AUTO(secret) key = NULL;
    char why[KC_MESSAGE_MAX] = "";
    unsigned number = 0;
    enum kc_error error = keyslots_new(place->key, &slots);
    if (error == KC_OK) {
        error = keyslots_add_key(slots, place->key);
    }
    if (error == KC_OK) {
        error = keyslots_add_passphrase(slots, place->key, place->passphrase, &cheap);
    }
    if (error == KC_OK) {
        error = keyslots_text(slots, &text);
    }
    if (error == KC_OK) {
        error = keyslots_parse((const char *)secret_view(text), secret_length(text), &again, why);
    }
    if (error == KC_OK) {
        error = keyslots_try(again, place->passphrase, &key, &number);
    }
    if (error == KC_OK) {
        assert_true(secret_equal(key, place->key));
    }
    return error;
}

static void test_torture_keyslots(void **state) {
    torture(&(struct torture){.run = run_slots, .context = *state});
}

static enum kc_error run_order(void *context) {
    static const char *const grants[] = {"aws", "git/https://example.org/*"};
    static const struct config_library libraries[] = {{"/lib/a.so", "ab"}};
    const struct config_order order = {.change = {.kind = CONFIG_ALLOW,
                                                  .path = "/usr/bin/some-tool",
                                                  .read = grants,
                                                  .read_count = 2,
                                                  .libraries = libraries,
                                                  .library_count = 1},
                                       .event = "policy",
                                       .message = "read aws"};
    KC_AUTO(config_order) again = NULL;
    KC_AUTO(secret) text = NULL;
    char why[KC_MESSAGE_MAX] = "";
    (void)context;
    enum kc_error error = config_order_write(&order, &text);
    if (error == KC_OK) {
        error =
            config_order_parse((const char *)secret_view(text), secret_length(text), &again, why);
    }
    if (error == KC_OK) {
        assert_string_equal(again->change.read[1], grants[1]);
    }
    return error;
}

static void test_torture_config_order(void **state) {
    torture(&(struct torture){.run = run_order, .context = *state});
}

static enum kc_error run_seal(void *context) {
    static const struct seal seal = {
        .counter = 7,
        .slots_count = 1,
        .slots = {"0000000000000000000000000000000000000000000000000000000000000000"},
        .audit = {.place = {.seq = 1,
                            .hash = "1111111111111111111111111111111111111111111111111111111111"
                                    "111111"}}};
    struct place *place = context;
    struct seal again = {.counter = 0};
    enum kc_error error = seal_save(place->backend, place->key, &seal);
    if (error == KC_OK) {
        error = seal_load(place->backend, place->key, &again);
    }
    if (error == KC_OK) {
        assert_int_equal(again.counter, 7);
    }
    return error;
}

static void test_torture_seal(void **state) {
    torture(&(struct torture){.run = run_seal, .context = *state});
}

/* A sealed file, in force. */
static void seal_policy(void *context) {
    struct place *place = context;
    const struct config_change change = {.kind = CONFIG_ACCEPT};
    struct config_sealer sealer = {
        .key = place->key, .oldest = 1, .counter = 2, .copy_path = place->copy};
    struct config_guard guard = {.counter = 2, .copy_path = place->copy};
    char report[KC_MESSAGE_MAX] = "";
    assert_int_equal(config_change_sealed(place->path, &change, &sealer, report), KC_OK);
    assert_true(sealer.is_used);
    config_free(place->config);
    place->config = NULL;
    assert_int_equal(config_new(place->path, &place->config), KC_OK);
    assert_int_equal(
        secret_new_copy(secret_view(place->key), secret_length(place->key), &guard.key), KC_OK);
    config_watch(place->config, &guard);
}

/* What fails for want of memory is tried again at the next look, and nothing else counts
 * meanwhile. */
static enum kc_error run_watch(void *context) {
    struct place *place = context;
    (void)config_refresh(place->config);
    return config_notice(place->config)[0] == '\0' ? KC_OK : KC_NO_MEMORY;
}

static void check_watch(void *context, enum kc_error error) {
    struct place *place = context;
    (void)error;
    (void)config_refresh(place->config);
    assert_string_equal(config_notice(place->config), "");
    assert_non_null(config_policy(place->config));
}

static void test_torture_config_watch(void **state) {
    torture(&(struct torture){
        .prepare = seal_policy, .run = run_watch, .check = check_watch, .context = *state});
}

static enum kc_error run_change(void *context) {
    struct place *place = context;
    const struct config_change change = {
        .kind = CONFIG_REGISTER,
        .path = "/usr/bin/some-tool",
        .hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"};
    struct config_sealer sealer = {
        .key = place->key, .oldest = 2, .counter = 3, .copy_path = place->copy};
    char report[KC_MESSAGE_MAX] = "";
    return config_change_sealed(place->path, &change, &sealer, report);
}

/* The old policy or the new one, and never one without a seal that fits. */
static void check_change(void *context, enum kc_error error) {
    struct place *place = context;
    (void)config_refresh(place->config);
    assert_string_equal(config_notice(place->config), "");
    assert_true(error != KC_OK || policy_count(config_policy(place->config)) == 1);
    temp_file_write(place->path, "{}", 2);
}

static void test_torture_config_change_sealed(void **state) {
    torture(&(struct torture){
        .prepare = seal_policy, .run = run_change, .check = check_change, .context = *state});
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_torture_keyslots),
        CASE(test_torture_config_order),
        CASE(test_torture_seal),
        CASE(test_torture_config_watch),
        CASE(test_torture_config_change_sealed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
