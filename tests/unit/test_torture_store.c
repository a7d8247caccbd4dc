/* SPDX-License-Identifier: MIT */
/*
 * The store, the key and the record, when memory runs out: what was on the disk stays as it was,
 * and a record is never mistaken for damage.
 * links: daemon kc_static platform tests/fakes/fake_alloc.c tests/unit/torture.c -ljansson
 * links: tests/unit/temp_directory.c tests/unit/sealed_item.c -lcrypto
 * links: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup
 * links: -Wl,--wrap=secmem_alloc
 */
#include "daemon/audit.h"
#include "daemon/audit_pack.h"
#include "daemon/keyslot.h"
#include "daemon/store/backend.h"
#include "libkc/secret.h"
#include "tests/fakes/fake_alloc.h"
#include "tests/unit/sealed_item.h"
#include "tests/unit/temp_directory.h"
#include "tests/unit/torture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct place {
    char *directory;
    char *path;   /* of the file that the case is about */
    char *before; /* its text beforehand */
    struct secret *key;
    struct store_backend *backend;
    struct item *item;
};

static int set_up(void **state) {
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    place->directory = temp_directory_new();
    place->key = key_filled('k');
    *state = place;
    return 0;
}

static int tear_down(void **state) {
    struct place *place = *state;
    temp_directory_remove(place->directory);
    secret_free(place->key);
    free(place->path);
    free(place->before);
    free(place);
    return 0;
}

static void write_before(void *context) {
    const struct place *place = context;
    temp_file_write(place->path, place->before, strlen(place->before));
}

static void assert_text(const struct place *place, const char *expected) {
    size_t length = 0;
    char *text = temp_file_read(place->path, &length);
    assert_string_equal(text, expected);
    free(text);
}

static void assert_no_leftovers(const struct place *place) {
    DIR *directory = opendir(place->directory);
    assert_non_null(directory);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        assert_null(strstr(entry->d_name, ".new."));
    }
    assert_int_equal(closedir(directory), 0);
}

/* The items of all stores. */

static enum kc_error change_items(struct items *items, struct item **take_item) {
    size_t mark = items_mark(items);
    enum kc_error error = items_put(items, take_item);
    if (error == KC_OK) {
        error = items_remove(items, "s", "t");
    }
    if (error != KC_OK) {
        items_undo(items, mark); /* never fails, for it needs no memory */
        assert_int_equal(items_count(items), 0);
    }
    return error;
}

static enum kc_error run_items(void *context) {
    static const char name[] = "environment";
    struct attribute pair = {(char *)(uintptr_t)name, (char *)(uintptr_t)name};
    const struct attributes attributes = {1, &pair};
    struct items *items = UNTOUCHED;
    struct item *item = UNTOUCHED;
    (void)context;
    enum kc_error error = items_new(&items);
    if (error != KC_OK) {
        assert_ptr_equal(items, UNTOUCHED);
        return error;
    }
    error = item_new("s", "t", &attributes, &item);
    if (error == KC_OK) {
        error = change_items(items, &item);
        assert_null(item);
    } else {
        assert_ptr_equal(item, UNTOUCHED);
    }
    items_free(items);
    return error;
}

static void test_torture_items(void **state) {
    (void)state;
    torture(&(struct torture){.run = run_items});
}

/* The key. */

static void forget_file(void *context) {
    const struct place *place = context;
    (void)unlink(place->path);
}

static enum kc_error run_keyslot_create(void *context) {
    const struct place *place = context;
    struct keyslots *slots = UNTOUCHED;
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = keyslot_create(place->path, &slots, why);
    if (error != KC_OK) {
        assert_ptr_equal(slots, UNTOUCHED);
        assert_string_not_equal(why, "");
        return error;
    }
    keyslots_free(slots);
    return KC_OK;
}

static void check_keyslot(void *context, enum kc_error error) {
    const struct place *place = context;
    assert_int_equal(access(place->path, F_OK) == 0, error == KC_OK);
    assert_no_leftovers(place);
}

static enum kc_error run_keyslot_load(void *context) {
    const struct place *place = context;
    struct keyslots *slots = UNTOUCHED;
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = keyslot_load(place->path, &slots, why);
    if (error != KC_OK) {
        assert_ptr_equal(slots, UNTOUCHED);
        return error;
    }
    keyslots_free(slots);
    return KC_OK;
}

static void test_torture_keyslot(void **state) {
    struct place *place = *state;
    place->path = temp_path(place->directory, "keyslots");
    torture(&(struct torture){.prepare = forget_file,
                              .run = run_keyslot_create,
                              .check = check_keyslot,
                              .context = place});
    torture(&(struct torture){.run = run_keyslot_load, .context = place});
}

/* The file store. */

static enum kc_error run_open(void *context) {
    const struct place *place = context;
    struct store_backend *backend = UNTOUCHED;
    const struct item *item = NULL;
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = sealed_file_open(place->directory, key_id_of(place->key), &backend, why);
    if (error != KC_OK) {
        assert_ptr_equal(backend, UNTOUCHED);
        return error;
    }
    assert_int_equal(backend->table->find(backend, "a-service-with-a-name", "target-1", &item),
                     KC_OK);
    assert_int_equal(backend->table->count(backend), 20);
    backend->table->close(backend);
    return KC_OK;
}

static void open_store(struct place *place) {
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(
        sealed_file_open(place->directory, key_id_of(place->key), &place->backend, why), KC_OK);
}

static void close_store(struct place *place) {
    place->backend->table->close(place->backend);
    place->backend = NULL;
}

static void fill_store(struct place *place) {
    place->path = temp_path(place->directory, "keyring.json");
    open_store(place);
    for (int i = 0; i < 20; i++) {
        char target[] = "target-?";
        target[7] = (char)('A' + i);
        target[7] = i == 0 ? '1' : target[7];
        struct item *item =
            item_sealed(place->key, "a-service-with-a-name", target, "production", "hunter2");
        assert_int_equal(place->backend->table->put(place->backend, &item), KC_OK);
    }
    assert_int_equal(place->backend->table->prepare(place->backend), KC_OK);
    assert_int_equal(place->backend->table->commit(place->backend), KC_OK);
    close_store(place);
    size_t length = 0;
    place->before = temp_file_read(place->path, &length);
}

static void check_unchanged(void *context, enum kc_error error) {
    const struct place *place = context;
    (void)error;
    assert_text(place, place->before);
    assert_no_leftovers(place);
}

static void test_torture_sealed_file_open(void **state) {
    struct place *place = *state;
    fill_store(place);
    torture(&(struct torture){.run = run_open, .check = check_unchanged, .context = place});
}

static void stage_new_item(void *context) {
    struct place *place = context;
    write_before(place);
    open_store(place);
    place->item = item_sealed(place->key, "a-service-with-a-name", "target-new", NULL, "new");
}

static enum kc_error run_change(void *context) {
    struct place *place = context;
    struct store_backend *backend = place->backend;
    enum kc_error error = backend->table->put(backend, &place->item);
    if (error == KC_OK) {
        error = backend->table->remove(backend, "a-service-with-a-name", "target-1");
    }
    if (error == KC_OK) {
        error = backend->table->prepare(backend);
    }
    if (error == KC_OK) {
        return backend->table->commit(backend);
    }
    backend->table->rollback(backend);
    return error;
}

static void check_change(void *context, enum kc_error error) {
    struct place *place = context;
    const struct item *item = NULL;
    struct store_backend *backend = place->backend;
    assert_null(place->item);
    for (int round = 0; round < 2; round++) { /* as we hold it, and as it stands in the file */
        enum kc_error old =
            backend->table->find(backend, "a-service-with-a-name", "target-1", &item);
        enum kc_error new =
            backend->table->find(backend, "a-service-with-a-name", "target-new", &item);
        assert_int_equal(old, error == KC_OK ? KC_NOT_FOUND : KC_OK);
        assert_int_equal(new, error == KC_OK ? KC_OK : KC_NOT_FOUND);
        assert_int_equal(backend->table->count(backend), 20);
        close_store(place);
        open_store(place);
        backend = place->backend;
    }
    close_store(place);
    if (error != KC_OK) {
        assert_text(place, place->before);
    }
    assert_no_leftovers(place);
}

static void test_torture_sealed_file_change(void **state) {
    struct place *place = *state;
    fill_store(place);
    torture(&(struct torture){
        .prepare = stage_new_item, .run = run_change, .check = check_change, .context = place});
}

/* The record. */

static void make_log(struct place *place, const char *tail) {
    static const struct audit_note note = {
        .event = "policy", .action = "register", .binary_path = "/usr/bin/a-rather-long-name"};
    struct audit *audit = NULL;
    place->path = temp_path(place->directory, "audit.log");
    assert_int_equal(audit_open(place->path, &audit), KC_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(audit_note(audit, &note), KC_OK);
    }
    audit_free(audit);
    size_t length = 0;
    char *text = temp_file_read(place->path, &length);
    size_t size = length + strlen(tail) + 1;
    place->before = malloc(size);
    assert_non_null(place->before);
    memcpy(place->before, text, length);
    memcpy(place->before + length, tail, strlen(tail) + 1);
    free(text);
}

static enum kc_error run_audit(void *context) {
    static const struct audit_note note = {.event = "start", .message = "with some words to say"};
    const struct place *place = context;
    struct audit *audit = UNTOUCHED;
    enum kc_error error = audit_open(place->path, &audit);
    if (error != KC_OK) {
        assert_ptr_equal(audit, UNTOUCHED);
        return error;
    }
    error = audit_note(audit, &note);
    audit_free(audit);
    return error;
}

static void check_log(void *context, enum kc_error error) {
    const struct place *place = context;
    uint64_t lines = 0;
    char why[KC_MESSAGE_MAX] = "";
    size_t length = 0;
    char *text = temp_file_read(place->path, &length);
    bool is_longer = length > strlen(place->before);
    assert_memory_equal(text, place->before, strlen(place->before));
    free(text);
    /* A torn line is mended by whoever opens the log first, and only once. */
    bool is_torn = place->before[strlen(place->before) - 1] != '\n';
    if (error == KC_OK || is_longer || !is_torn) {
        enum kc_error verdict = audit_verify(place->path, &lines, why);
        assert_string_equal(why, "");
        assert_int_equal(verdict, KC_OK);
        size_t mended = is_torn ? 2 : 0;
        assert_int_equal(lines, (error == KC_OK ? 4 : 3) + mended);
    }
}

static void test_torture_audit(void **state) {
    struct place *place = *state;
    make_log(place, "");
    torture(&(struct torture){.prepare = write_before,
                              .run = run_audit,
                              .check = check_log,
                              .context = place,
                              .also = KC_IO});
}

static void test_torture_audit_with_a_torn_line(void **state) {
    struct place *place = *state;
    make_log(place, "{\"seq\":4,\"time\":\"2026-01-02T");
    torture(&(struct torture){.prepare = write_before,
                              .run = run_audit,
                              .check = check_log,
                              .context = place,
                              .also = KC_IO});
}

static enum kc_error run_verify(void *context) {
    const struct place *place = context;
    uint64_t lines = 77;
    char why[KC_MESSAGE_MAX];
    enum kc_error error = audit_verify(place->path, &lines, why);
    assert_string_equal(why, "");
    assert_int_equal(lines, error == KC_OK ? 3 : 77);
    return error;
}

static void test_torture_audit_verify(void **state) {
    struct place *place = *state;
    make_log(place, "");
    torture(&(struct torture){.run = run_verify, .check = check_unchanged, .context = place});
}

/* The log alone, as it was; what a rotation made beside it goes. */
static void write_before_alone(void *context) {
    static const char *const others[] = {"audit.log.000001", "audit.log.000001.gz"};
    const struct place *place = context;
    write_before(context);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char *path = temp_path(place->directory, others[i]);
        (void)unlink(path);
        free(path);
    }
}

static enum kc_error run_rotate(void *context) {
    static const struct audit_note note = {.event = "start", .message = "in a new file"};
    static const struct audit_limits limits = {.bytes = 1};
    const struct place *place = context;
    struct audit *audit = NULL;
    enum kc_error error = audit_open(place->path, &audit);
    if (error == KC_OK) {
        audit_limit(audit, &limits);
        error = audit_note(audit, &note);
    }
    if (error == KC_OK) {
        error = audit_pack_all(place->path, NULL);
    }
    audit_free(audit);
    return error;
}

static void check_rotated(void *context, enum kc_error error) {
    const struct place *place = context;
    struct audit_proof proof;
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error verdict = audit_prove(place->path, &proof, why);
    assert_string_equal(why, "");
    assert_int_equal(verdict, KC_OK);
    assert_true(error == KC_OK ? proof.lines == 5 && proof.files == 2 : proof.lines >= 3);
    assert_no_leftovers(place);
}

/* A file that can't be packed stays as it is. */
static void test_torture_audit_rotate(void **state) {
    struct place *place = *state;
    make_log(place, "");
    torture(&(struct torture){.prepare = write_before_alone,
                              .run = run_rotate,
                              .check = check_rotated,
                              .context = place,
                              .also = KC_IO,
                              .may_succeed = 1});
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_torture_items),
        CASE(test_torture_keyslot),
        CASE(test_torture_sealed_file_open),
        CASE(test_torture_sealed_file_change),
        CASE(test_torture_audit),
        CASE(test_torture_audit_with_a_torn_line),
        CASE(test_torture_audit_verify),
        CASE(test_torture_audit_rotate),
    };
    fake_alloc_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
