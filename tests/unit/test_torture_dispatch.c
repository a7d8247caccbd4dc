/* SPDX-License-Identifier: MIT */
/*
 * A batch on the road, when memory runs out: what was answered with yes has happened, what wasn't
 * has not, and the record can be proved.
 * links: daemon kc_static platform tests/fakes/fake_alloc.c tests/unit/torture.c -ljansson
 * links: tests/unit/temp_directory.c tests/unit/sealed_item.c -lcrypto
 * links: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup
 * links: -Wl,--wrap=secmem_alloc
 */
#include "daemon/audit.h"
#include "daemon/dispatch.h"
#include "daemon/pending.h"
#include "daemon/store/backend.h"
#include "libkc/secret.h"
#include "platform/clock.h"
#include "tests/fakes/fake_alloc.h"
#include "tests/unit/sealed_item.h"
#include "tests/unit/temp_directory.h"
#include "tests/unit/torture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REQUEST(action, rest) \
    "{\"type\":\"REQUEST\",\"action\":\"" action "\",\"service\":\"aws\"," rest "}"

enum { WRITE, READ, DELETE, DENIED, BATCH_SIZE };

static const char *const lines[BATCH_SIZE] = {
    [WRITE] = REQUEST("write", "\"targets\":[\"new-1\",\"new-2\"],\"values\":[\"v1\",\"v2\"],"
                               "\"attributes\":{\"environment\":\"production\"}"),
    [READ] = REQUEST("read", "\"targets\":[\"old-1\",\"old-2\"]"),
    [DELETE] = REQUEST("delete", "\"targets\":[\"old-3\",\"old-4\"]"),
    [DENIED] = REQUEST("read", "\"targets\":[\"old-1\"]"),
};

struct fixture {
    struct dispatch dispatch;
    struct secret *key;
    char *directory;
    char *keyring_path;
    char *keyring; /* its text beforehand */
    char *log_path;
    char *pending_path;
    char path[32];
    struct identity identity;
    struct exchange *batch[BATCH_SIZE];
};

static void open_store(struct fixture *fixture) {
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(sealed_file_open(fixture->directory, key_id_of(fixture->key),
                                      &fixture->dispatch.backend, why),
                     KC_OK);
}

static void close_store(struct fixture *fixture) {
    struct store_backend *backend = fixture->dispatch.backend;
    if (backend != NULL) {
        backend->table->close(backend);
        fixture->dispatch.backend = NULL;
    }
}

static void fill_store(struct fixture *fixture) {
    static const char *const targets[] = {"old-1", "old-2", "old-3", "old-4"};
    open_store(fixture);
    struct store_backend *backend = fixture->dispatch.backend;
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        struct item *item = item_sealed(fixture->key, "aws", targets[i], "production", "hunter2");
        assert_int_equal(backend->table->put(backend, &item), KC_OK);
    }
    assert_int_equal(backend->table->prepare(backend), KC_OK);
    assert_int_equal(backend->table->commit(backend), KC_OK);
    close_store(fixture);
    size_t length = 0;
    fixture->keyring = temp_file_read(fixture->keyring_path, &length);
}

static int set_up(void **state) {
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    fixture->directory = temp_directory_new();
    fixture->keyring_path = temp_path(fixture->directory, "keyring.json");
    fixture->log_path = temp_path(fixture->directory, "audit.log");
    fixture->pending_path = temp_path(fixture->directory, "pending.json");
    fixture->dispatch.pending_path = fixture->pending_path;
    fixture->key = key_filled('k');
    fixture->dispatch.key = fixture->key;
    (void)snprintf(fixture->path, sizeof fixture->path, "/usr/bin/tool");
    fixture->identity.path = fixture->path;
    fixture->identity.user = "1000";
    fixture->identity.group = "1000";
    memset(fixture->identity.hash, 'a', HASH_TEXT_SIZE - 1);
    fill_store(fixture);
    *state = fixture;
    return 0;
}

static void drop_batch(struct fixture *fixture) {
    for (size_t i = 0; i < BATCH_SIZE; i++) {
        exchange_free(fixture->batch[i]);
        fixture->batch[i] = NULL;
    }
    close_store(fixture);
    audit_free(fixture->dispatch.audit);
    fixture->dispatch.audit = NULL;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    drop_batch(fixture);
    secret_free(fixture->key);
    temp_directory_remove(fixture->directory);
    free(fixture->keyring_path);
    free(fixture->keyring);
    free(fixture->log_path);
    free(fixture->pending_path);
    free(fixture);
    return 0;
}

static struct exchange *exchange_new(struct fixture *fixture, const char *line) {
    struct exchange *exchange = calloc(1, sizeof *exchange);
    char why[KC_MESSAGE_MAX] = "";
    assert_non_null(exchange);
    assert_int_equal(message_parse_request(line, strlen(line), &exchange->request, NULL, why),
                     KC_OK);
    exchange->identity = &fixture->identity;
    exchange->started_ms = clock_monotonic_ms();
    exchange->decision.verdict = VERDICT_ALLOWED;
    return exchange;
}

static void prepare(void *context) {
    struct fixture *fixture = context;
    temp_file_write(fixture->keyring_path, fixture->keyring, strlen(fixture->keyring));
    (void)unlink(fixture->log_path);
    (void)unlink(fixture->pending_path);
    open_store(fixture);
    assert_int_equal(audit_open(fixture->log_path, &fixture->dispatch.audit), KC_OK);
    for (size_t i = 0; i < BATCH_SIZE; i++) {
        fixture->batch[i] = exchange_new(fixture, lines[i]);
    }
    struct decision *denied = &fixture->batch[DENIED]->decision;
    denied->verdict = VERDICT_DENIED;
    denied->reason = KC_REASON_UNREGISTERED_BINARY;
    denied->is_pending = true;
    memset(fixture->dispatch.noted, 0, sizeof fixture->dispatch.noted);
}

static bool is_done(const struct fixture *fixture, size_t which) {
    return fixture->batch[which]->outcome.status == KC_STATUS_SUCCESS;
}

static enum kc_error run(void *context) {
    struct fixture *fixture = context;
    dispatch_batch(&fixture->dispatch, fixture->batch, BATCH_SIZE);
    bool all = is_done(fixture, WRITE) && is_done(fixture, READ) && is_done(fixture, DELETE);
    return all ? KC_OK : KC_NO_MEMORY;
}

static void check_released(const struct exchange *read) {
    bool is_released = read->outcome.status == KC_STATUS_SUCCESS;
    assert_int_equal(read->result_count, is_released ? 2 : 0);
    for (size_t i = 0; i < read->result_count; i++) {
        assert_int_equal(secret_length(read->results[i].value), 7);
        assert_memory_equal(secret_view(read->results[i].value), "hunter2", 7);
        assert_string_equal(attributes_get(&read->results[i].attributes, "environment"),
                            "production");
    }
}

static void check_item(const struct fixture *fixture, const char *target, const char *value) {
    struct store_backend *backend = fixture->dispatch.backend;
    const struct item *item = NULL;
    enum kc_error error = backend->table->find(backend, "aws", target, &item);
    assert_int_equal(error, value != NULL ? KC_OK : KC_NOT_FOUND);
    if (value != NULL) {
        assert_true(item_holds(fixture->key, item, value));
    }
}

static void check_store(const struct fixture *fixture, bool is_written, bool is_deleted) {
    check_item(fixture, "new-1", is_written ? "v1" : NULL);
    check_item(fixture, "new-2", is_written ? "v2" : NULL);
    check_item(fixture, "old-1", "hunter2");
    check_item(fixture, "old-2", "hunter2");
    check_item(fixture, "old-3", is_deleted ? NULL : "hunter2");
    check_item(fixture, "old-4", is_deleted ? NULL : "hunter2");
}

static void check(void *context, enum kc_error error) {
    struct fixture *fixture = context;
    (void)error;
    bool is_written = is_done(fixture, WRITE);
    bool is_deleted = is_done(fixture, DELETE);
    bool is_released = is_done(fixture, READ);
    for (size_t i = 0; i < BATCH_SIZE; i++) {
        const struct exchange *exchange = fixture->batch[i];
        assert_int_equal(exchange->result_count, is_done(fixture, i) ? 2 : 0);
        assert_int_equal(exchange->outcome.reason == KC_REASON_NONE, is_done(fixture, i));
        if (is_done(fixture, i)) {
            assert_int_equal(exchange->record.lines, 2);
        }
    }
    assert_false(is_done(fixture, DENIED));
    check_released(fixture->batch[READ]);
    check_store(fixture, is_written, is_deleted);
    drop_batch(fixture);
    open_store(fixture);
    check_store(fixture, is_written, is_deleted); /* as it stands in the file */
    close_store(fixture);

    uint64_t records = 0;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(audit_verify(fixture->log_path, &records, why), KC_OK);
    assert_true(records >= 2 * ((size_t)is_written + (size_t)is_deleted + (size_t)is_released));
}

/* A denial that can't be listed for approval is in the record all the same. */
static void test_torture_dispatch_batch(void **state) {
    torture(&(struct torture){
        .prepare = prepare, .run = run, .check = check, .context = *state, .may_succeed = 1});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_torture_dispatch_batch, set_up, tear_down),
    };
    fake_alloc_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
