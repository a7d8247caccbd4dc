/* SPDX-License-Identifier: MIT */
/*
 * What is remembered of the slots while they change, in a store that fails at a chosen moment.
 * links: daemon kc_static platform tests/unit/temp_directory.c -ljansson
 */
#include "daemon/vault_seal.h"

#include "daemon/audit.h"
#include "daemon/crypto_derive.h"
#include "daemon/dispatch.h"
#include "daemon/keyslot.h"
#include "daemon/store/backend.h"
#include "daemon/vault_work.h"
#include "libkc/secret.h"
#include "tests/unit/temp_directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define HASH_X "1111111111111111111111111111111111111111111111111111111111111111"

struct vault {
    struct dispatch dispatch;
    struct store_table table; /* the memory's, with our prepare */
    enum kc_error (*prepare)(struct store_backend *backend);
    bool fails;
    enum kc_error answer;                       /* of find_nothing() */
    char saved[SEAL_SLOTS_MAX][HASH_TEXT_SIZE]; /* when the store was last asked to keep it */
    struct secret *passphrase;
    struct vault_work *work;
    char *directory;
    char *slots_path;
    char *audit_path;
    char hash[HASH_TEXT_SIZE]; /* of the file of slots */
};

/* A table's functions get no context. */
static struct vault *current;

static enum kc_error prepare(struct store_backend *backend) {
    memcpy(current->saved, current->dispatch.seal.slots, sizeof current->saved);
    return current->fails ? KC_IO : current->prepare(backend);
}

static void make_slots(const struct vault *vault, struct keyslots **ret_slots) {
    static const struct crypto_cost cheap = {.rounds = 10, .block = 1, .lanes = 1};
    assert_int_equal(keyslots_new(vault->dispatch.key, ret_slots), KC_OK);
    assert_int_equal(
        keyslots_add_passphrase(*ret_slots, vault->dispatch.key, vault->passphrase, &cheap), KC_OK);
}

static void look_at_file(struct vault *vault) {
    size_t length = 0;
    char *text = temp_file_read(vault->slots_path, &length);
    assert_int_equal(audit_hash(text, length, vault->hash), KC_OK);
    free(text);
}

static int set_up(void **state) {
    KC_AUTO(keyslots) slots = NULL;
    char why[KC_MESSAGE_MAX] = "";
    struct vault *vault = calloc(1, sizeof *vault);
    assert_non_null(vault);
    struct dispatch *dispatch = &vault->dispatch;
    vault->directory = temp_directory_new();
    vault->slots_path = temp_path(vault->directory, "keyslots");
    vault->audit_path = temp_path(vault->directory, "audit.log");
    dispatch->slots_path = vault->slots_path;
    dispatch->audit_path = vault->audit_path;
    dispatch->is_sealed = true;
    assert_int_equal(secret_new_copy("0123456789abcdef0123456789abcdef", 32, &dispatch->key),
                     KC_OK);
    assert_int_equal(secret_new_copy("correct horse", 13, &vault->passphrase), KC_OK);
    assert_int_equal(audit_open(vault->audit_path, &dispatch->audit), KC_OK);
    assert_int_equal(memory_open(&dispatch->backend), KC_OK);
    vault->table = *dispatch->backend->table;
    vault->prepare = vault->table.prepare;
    vault->table.prepare = prepare;
    dispatch->backend->table = &vault->table;
    make_slots(vault, &slots);
    assert_int_equal(keyslot_save(vault->slots_path, slots, why), KC_OK);
    look_at_file(vault);
    assert_int_equal(vault_work_new(NULL, &vault->work), KC_OK);
    make_slots(vault, &vault->work->slots);
    current = vault;
    *state = vault;
    return 0;
}

static int tear_down(void **state) {
    struct vault *vault = *state;
    vault_work_free(vault->work);
    vault->dispatch.backend->table->close(vault->dispatch.backend);
    audit_free(vault->dispatch.audit);
    secret_free(vault->dispatch.key);
    secret_free(vault->passphrase);
    temp_directory_remove(vault->directory);
    free(vault->slots_path);
    free(vault->audit_path);
    free(vault);
    return 0;
}

static void test_vault_seal_forgets_slots_that_the_store_did_not_take(void **state) {
    struct vault *vault = *state;
    struct seal *seal = &vault->dispatch.seal;
    char why[KC_MESSAGE_MAX] = "";
    seal->slots_count = 1;
    memcpy(seal->slots[0], vault->hash, HASH_TEXT_SIZE);
    vault->fails = true;
    assert_int_equal(vault_seal_slots(&vault->dispatch, vault->work, why), KC_IO);
    assert_int_equal(seal->slots_count, 1);
    assert_string_equal(seal->slots[0], vault->hash);
    vault->fails = false;
    assert_int_equal(vault_seal_slots(&vault->dispatch, vault->work, why), KC_OK);
    assert_int_equal(seal->slots_count, 1);
    look_at_file(vault);
    assert_string_equal(seal->slots[0], vault->hash);
}

/* As a change leaves it that was remembered and then not made. */
static void test_vault_seal_keeps_the_slots_that_are_in_the_file(void **state) {
    struct vault *vault = *state;
    struct seal *seal = &vault->dispatch.seal;
    char why[KC_MESSAGE_MAX] = "";
    seal->slots_count = 2;
    memcpy(seal->slots[0], HASH_X, HASH_TEXT_SIZE);
    memcpy(seal->slots[1], vault->hash, HASH_TEXT_SIZE);
    vault->fails = true;
    assert_int_equal(vault_seal_slots(&vault->dispatch, vault->work, why), KC_IO);
    assert_string_equal(vault->saved[1], vault->hash);
}

/* Somebody else's file doesn't become one that is expected. */
static void test_vault_seal_does_not_remember_slots_of_somebody_else(void **state) {
    struct vault *vault = *state;
    struct seal *seal = &vault->dispatch.seal;
    char why[KC_MESSAGE_MAX] = "";
    seal->slots_count = 1;
    memcpy(seal->slots[0], HASH_X, HASH_TEXT_SIZE);
    vault->fails = true;
    assert_int_equal(vault_seal_slots(&vault->dispatch, vault->work, why), KC_IO);
    assert_string_equal(vault->saved[1], HASH_X);
}

static enum kc_error find_nothing(struct store_backend *backend, const char *service,
                                  const char *target, const struct item **ret_item) {
    (void)backend;
    (void)service;
    (void)target;
    (void)ret_item;
    return current->answer;
}

static void test_vault_seal_tells_what_is_gone_from_what_could_not_be_looked_at(void **state) {
    static const struct {
        enum kc_error answer;
        enum kc_error error;
        const char *notice;
    } cases[] = {
        {KC_NOT_FOUND, KC_CHANGED, "is gone from the store"},
        {KC_DAMAGED, KC_CHANGED, "is gone from the store"},
        {KC_NO_MEMORY, KC_NO_MEMORY, "can't be looked at: out of memory"},
        {KC_IO, KC_IO, "can't be looked at: reading or writing failed"},
    };
    struct vault *vault = *state;
    vault->dispatch.is_sealed = false;
    vault->table.find = find_nothing;
    assert_int_equal(secret_new_copy("0123456789abcdef0123456789abcdef", 32, &vault->work->key),
                     KC_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char why[KC_MESSAGE_MAX] = "";
        vault->answer = cases[i].answer;
        assert_int_equal(vault_seal_slots(&vault->dispatch, vault->work, why), cases[i].error);
        assert_non_null(strstr(vault->work->record_notice, cases[i].notice));
    }
    char before[HASH_TEXT_SIZE];
    memcpy(before, vault->hash, sizeof before);
    look_at_file(vault);
    assert_string_equal(vault->hash, before);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_vault_seal_forgets_slots_that_the_store_did_not_take),
        CASE(test_vault_seal_keeps_the_slots_that_are_in_the_file),
        CASE(test_vault_seal_does_not_remember_slots_of_somebody_else),
        CASE(test_vault_seal_tells_what_is_gone_from_what_could_not_be_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
