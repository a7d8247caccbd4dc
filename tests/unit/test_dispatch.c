/* SPDX-License-Identifier: MIT */
/*
 * The second half of the road against the real memory store, a real log, and stores that fail
 * where it hurts.
 * links: daemon kc_static platform tests/unit/temp_directory.c
 */
#include "daemon/audit.h"
#include "daemon/chain.h"
#include "daemon/crypto.h"
#include "daemon/dispatch.h"
#include "daemon/pending.h"
#include "daemon/store/backend.h"
#include "libkc/secret.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/self.h"
#include "tests/unit/temp_directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* A back end in front of the memory store, whose prepare or commit can be made to fail. */
struct brittle {
    struct store_backend base;
    struct store_backend *inner;
    bool fails_prepare;
    bool fails_commit;
    bool fails_refresh;
};

struct fixture {
    struct dispatch dispatch;
    struct brittle brittle;
    struct secret *key;
    char *directory;
    char *log_path;
    char *pending_path;
    struct identity identity;
    char path[32];
};

static struct store_backend *inner_of(struct store_backend *backend) {
    return ((struct brittle *)backend)->inner;
}

static enum kc_error brittle_refresh(struct store_backend *backend, char why[KC_MESSAGE_MAX]) {
    if (((struct brittle *)backend)->fails_refresh) {
        (void)snprintf(why, KC_MESSAGE_MAX, "the keyring is damaged");
        return KC_DAMAGED;
    }
    return inner_of(backend)->table->refresh(inner_of(backend), why);
}

static enum kc_error brittle_find(struct store_backend *backend, const char *service,
                                  const char *target, const struct item **ret_item) {
    return inner_of(backend)->table->find(inner_of(backend), service, target, ret_item);
}

static enum kc_error brittle_list(struct store_backend *backend, const char *service,
                                  const char *prefix, item_visitor *visit, void *context) {
    return inner_of(backend)->table->list(inner_of(backend), service, prefix, visit, context);
}

static enum kc_error brittle_put(struct store_backend *backend, struct item **take_item) {
    return inner_of(backend)->table->put(inner_of(backend), take_item);
}

static enum kc_error brittle_remove(struct store_backend *backend, const char *service,
                                    const char *target) {
    return inner_of(backend)->table->remove(inner_of(backend), service, target);
}

static size_t brittle_mark(struct store_backend *backend) {
    return inner_of(backend)->table->mark(inner_of(backend));
}

static void brittle_undo(struct store_backend *backend, size_t mark) {
    inner_of(backend)->table->undo(inner_of(backend), mark);
}

static enum kc_error brittle_prepare(struct store_backend *backend) {
    return ((struct brittle *)backend)->fails_prepare
               ? KC_IO
               : inner_of(backend)->table->prepare(inner_of(backend));
}

static void brittle_rollback(struct store_backend *backend) {
    inner_of(backend)->table->rollback(inner_of(backend));
}

static enum kc_error brittle_commit(struct store_backend *backend) {
    if (((struct brittle *)backend)->fails_commit) {
        brittle_rollback(backend);
        return KC_IO;
    }
    return inner_of(backend)->table->commit(inner_of(backend));
}

static size_t brittle_count(struct store_backend *backend) {
    return inner_of(backend)->table->count(inner_of(backend));
}

static const struct store_table brittle_table = {
    .name = "brittle",
    .refresh = brittle_refresh,
    .find = brittle_find,
    .list = brittle_list,
    .put = brittle_put,
    .remove = brittle_remove,
    .mark = brittle_mark,
    .undo = brittle_undo,
    .prepare = brittle_prepare,
    .commit = brittle_commit,
    .rollback = brittle_rollback,
    .count = brittle_count,
};

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    fixture->directory = temp_directory_new();
    fixture->log_path = temp_path(fixture->directory, "audit.log");
    fixture->pending_path = temp_path(fixture->directory, "pending.json");
    assert_int_equal(memory_open(&fixture->brittle.inner), KC_OK);
    fixture->brittle.base.table = &brittle_table;
    assert_int_equal(secret_new(CRYPTO_KEY_SIZE, &fixture->key), KC_OK);
    secret_set_length(fixture->key, CRYPTO_KEY_SIZE);
    assert_int_equal(crypto_random(secret_bytes(fixture->key), CRYPTO_KEY_SIZE), KC_OK);
    assert_int_equal(audit_open(fixture->log_path, &fixture->dispatch.audit), KC_OK);
    fixture->dispatch.backend = &fixture->brittle.base;
    fixture->dispatch.key = fixture->key;
    fixture->dispatch.pending_path = fixture->pending_path;
    (void)snprintf(fixture->path, sizeof fixture->path, "/usr/bin/tool");
    fixture->identity.path = fixture->path;
    fixture->identity.pid = self_number();
    fixture->identity.user = "1000";
    fixture->identity.group = "1000";
    memset(fixture->identity.hash, 'a', HASH_TEXT_SIZE - 1);
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    fixture->brittle.inner->table->close(fixture->brittle.inner);
    audit_free(fixture->dispatch.audit);
    secret_free(fixture->key);
    free(fixture->log_path);
    free(fixture->pending_path);
    temp_directory_remove(fixture->directory);
    free(fixture);
    return 0;
}

/* An allowed exchange, from a line as a client would send it. */
static struct exchange *exchange_new(struct fixture *fixture, const char *line) {
    struct exchange *exchange = calloc(1, sizeof *exchange);
    char why[KC_MESSAGE_MAX];
    assert_non_null(exchange);
    assert_int_equal(message_parse_request(line, strlen(line), &exchange->request, NULL, why),
                     KC_OK);
    exchange->identity = &fixture->identity;
    exchange->started_ms = clock_monotonic_ms();
    exchange->decision.verdict = VERDICT_ALLOWED;
    return exchange;
}

static struct exchange *run(struct fixture *fixture, const char *line) {
    struct exchange *exchange = exchange_new(fixture, line);
    dispatch_batch(&fixture->dispatch, &exchange, 1);
    return exchange;
}

static void run_expecting(struct fixture *fixture, const char *line, enum kc_reason reason,
                          size_t results) {
    struct exchange *exchange = run(fixture, line);
    if (exchange->outcome.reason != reason || exchange->result_count != results) {
        print_error("%s\n  %s, %zu results: %s\n", line, kc_reason_word(exchange->outcome.reason),
                    exchange->result_count, exchange->outcome.message);
    }
    assert_int_equal(exchange->outcome.reason, reason);
    assert_int_equal(exchange->result_count, results);
    exchange_free(exchange);
}

static uint64_t verified_lines(const struct fixture *fixture) {
    char why[KC_MESSAGE_MAX] = "";
    uint64_t lines = 0;
    enum kc_error error = audit_verify(fixture->log_path, &lines, why);
    if (error == KC_NOT_FOUND) {
        return 0;
    }
    assert_int_equal(error, KC_OK);
    return lines;
}

#define WRITE(target, value)                                                                \
    "{\"type\":\"REQUEST\",\"action\":\"write\",\"service\":\"aws\",\"targets\":[\"" target \
    "\"],\"values\":[\"" value "\"]}"
#define READ(target) \
    "{\"type\":\"REQUEST\",\"action\":\"read\",\"service\":\"aws\",\"targets\":[\"" target "\"]}"
#define PREFIX(action, target)                   \
    "{\"type\":\"REQUEST\",\"action\":\"" action \
    "\",\"match\":\"prefix\",\"service\":\"aws\",\"targets\":[" target "]}"

static void test_dispatch_reads_what_was_written(void **state) {
    struct fixture *fixture = *state;
    run_expecting(fixture, WRITE("key", "s3cret"), KC_REASON_NONE, 1);
    struct exchange *exchange = run(fixture, READ("key"));
    assert_int_equal(exchange->result_count, 1);
    assert_string_equal(exchange->results[0].target, "key");
    assert_int_equal(secret_length(exchange->results[0].value), 6);
    assert_memory_equal(secret_view(exchange->results[0].value), "s3cret", 6);
    assert_int_equal(exchange->record.lines, 1);
    exchange_free(exchange);
    assert_int_equal(verified_lines(fixture), 2);
}

static void test_dispatch_answers_not_found_only_when_none_exists(void **state) {
    struct fixture *fixture = *state;
    run_expecting(fixture, READ("a"), KC_REASON_NOT_FOUND, 0);
    run_expecting(fixture, WRITE("b", "x"), KC_REASON_NONE, 1);
    run_expecting(fixture, READ("a\",\"b\",\"c"), KC_REASON_NONE, 1);
    run_expecting(fixture, PREFIX("read", "\"zzz\""), KC_REASON_NONE, 0);
    run_expecting(fixture, PREFIX("delete", "\"zzz\""), KC_REASON_NONE, 0);
    run_expecting(fixture,
                  "{\"type\":\"REQUEST\",\"action\":\"delete\",\"service\":\"aws\","
                  "\"targets\":[\"a\"]}",
                  KC_REASON_NOT_FOUND, 0);
}

static void test_dispatch_gives_each_item_once_for_overlapping_prefixes(void **state) {
    struct fixture *fixture = *state;
    run_expecting(fixture, WRITE("ab", "1"), KC_REASON_NONE, 1);
    run_expecting(fixture, WRITE("ac", "2"), KC_REASON_NONE, 1);
    run_expecting(fixture, PREFIX("read", "\"a\",\"ab\",\"a\""), KC_REASON_NONE, 2);
    run_expecting(fixture, PREFIX("delete", "\"ab\",\"a\""), KC_REASON_NONE, 2);
    run_expecting(fixture, PREFIX("read", "\"\""), KC_REASON_NONE, 0);
}

static void test_dispatch_filters_by_attributes(void **state) {
    struct fixture *fixture = *state;
    run_expecting(fixture,
                  "{\"type\":\"REQUEST\",\"action\":\"write\",\"service\":\"aws\",\"targets\":"
                  "[\"p\",\"q\"],\"values\":[\"1\",\"2\"],\"attributes\":{\"env\":\"prod\"}}",
                  KC_REASON_NONE, 2);
    run_expecting(fixture, WRITE("r", "3"), KC_REASON_NONE, 1);
    const char *search = "{\"type\":\"REQUEST\",\"action\":\"search\",\"service\":\"aws\","
                         "\"attributes\":{\"env\":\"prod\"}}";
    struct exchange *exchange = run(fixture, search);
    assert_int_equal(exchange->result_count, 2);
    assert_null(exchange->results[0].value);
    assert_string_equal(attributes_get(&exchange->results[1].attributes, "env"), "prod");
    exchange_free(exchange);
    run_expecting(fixture,
                  "{\"type\":\"REQUEST\",\"action\":\"read\",\"service\":\"aws\",\"targets\":"
                  "[\"p\",\"r\"],\"attributes\":{\"env\":\"prod\"}}",
                  KC_REASON_NONE, 1);
}

static void test_dispatch_releases_and_changes_nothing_without_a_record(void **state) {
    struct fixture *fixture = *state;
    struct rlimit old_limit;
    run_expecting(fixture, WRITE("key", "old"), KC_REASON_NONE, 1);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
    struct rlimit full = {.rlim_cur = 1, .rlim_max = old_limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    struct exchange *read = run(fixture, READ("key"));
    struct exchange *write = run(fixture, WRITE("key", "new"));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old_limit), 0);
    assert_int_equal(read->outcome.reason, KC_REASON_AUDIT_UNAVAILABLE);
    assert_int_equal(read->result_count, 0);
    assert_int_equal(write->outcome.reason, KC_REASON_AUDIT_UNAVAILABLE);
    exchange_free(read);
    exchange_free(write);
    read = run(fixture, READ("key"));
    assert_int_equal(read->result_count, 1);
    assert_memory_equal(secret_view(read->results[0].value), "old", 3);
    exchange_free(read);
    assert_int_equal(verified_lines(fixture), 2);
}

static void test_dispatch_takes_back_what_cannot_be_stored(void **state) {
    struct fixture *fixture = *state;
    run_expecting(fixture, WRITE("key", "old"), KC_REASON_NONE, 1);
    bool *const faults[] = {&fixture->brittle.fails_prepare, &fixture->brittle.fails_commit,
                            &fixture->brittle.fails_refresh};
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        *faults[i] = true;
        run_expecting(fixture, WRITE("key", "new"), KC_REASON_STORE_UNAVAILABLE, 0);
        run_expecting(fixture, WRITE("other", "new"), KC_REASON_STORE_UNAVAILABLE, 0);
        *faults[i] = false;
        struct exchange *read = run(fixture, READ("key"));
        assert_int_equal(read->result_count, 1);
        assert_memory_equal(secret_view(read->results[0].value), "old", 3);
        exchange_free(read);
        run_expecting(fixture, READ("other"), KC_REASON_NOT_FOUND, 0);
    }
    assert_true(verified_lines(fixture) > 0);
}

static void test_dispatch_undoes_only_the_request_that_failed(void **state) {
    struct fixture *fixture = *state;
    struct exchange *batch[3] = {
        exchange_new(fixture, WRITE("one", "1")),
        exchange_new(fixture, WRITE("two", "2")),
        exchange_new(fixture, WRITE("three", "3")),
    };
    batch[1]->started_ms = 0; /* it waited too long */
    if (clock_monotonic_ms() < 20000) {
        batch[1]->started_ms = clock_monotonic_ms() + UINT64_C(1000000);
    }
    dispatch_batch(&fixture->dispatch, batch, 3);
    assert_int_equal(batch[0]->outcome.status, KC_STATUS_SUCCESS);
    assert_int_equal(batch[1]->outcome.reason, KC_REASON_BUSY);
    assert_int_equal(batch[2]->outcome.status, KC_STATUS_SUCCESS);
    for (size_t i = 0; i < 3; i++) {
        exchange_free(batch[i]);
    }
    run_expecting(fixture, READ("one\",\"two\",\"three"), KC_REASON_NONE, 2);
}

static void test_dispatch_names_a_damaged_item_and_releases_none(void **state) {
    struct fixture *fixture = *state;
    run_expecting(fixture, WRITE("good", "1"), KC_REASON_NONE, 1);
    run_expecting(fixture, WRITE("bad", "2"), KC_REASON_NONE, 1);
    const struct item *item = NULL;
    assert_int_equal(brittle_find(&fixture->brittle.base, "aws", "bad", &item), KC_OK);
    item->sealed[item->sealed_length - 1] ^= 1;
    struct exchange *read = run(fixture, READ("good\",\"bad"));
    assert_int_equal(read->outcome.reason, KC_REASON_STORE_UNAVAILABLE);
    assert_non_null(strstr(read->outcome.message, "\"bad\""));
    assert_int_equal(read->result_count, 0);
    exchange_free(read);
}

static void test_dispatch_refuses_an_answer_over_the_limit(void **state) {
    struct fixture *fixture = *state;
    static char line[KC_VALUE_MAX + 256];
    static char value[KC_VALUE_MAX + 1];
    memset(value, 'v', KC_VALUE_MAX);
    for (int i = 0; i < 65; i++) {
        (void)snprintf(line, sizeof line,
                       "{\"type\":\"REQUEST\",\"action\":\"write\",\"service\":\"aws\","
                       "\"targets\":[\"t%d\"],\"values\":[\"%s\"]}",
                       i, value);
        run_expecting(fixture, line, KC_REASON_NONE, 1);
    }
    run_expecting(fixture, PREFIX("read", "\"t\""), KC_REASON_MALFORMED_REQUEST, 0);
    run_expecting(fixture, PREFIX("read", "\"t1\""), KC_REASON_NONE, 11);
}

static void test_dispatch_lists_who_was_turned_away_and_counts(void **state) {
    struct fixture *fixture = *state;
    for (int i = 0; i < 50; i++) {
        struct exchange *exchange = exchange_new(fixture, READ("key"));
        exchange->decision.verdict = VERDICT_DENIED;
        exchange->decision.reason = KC_REASON_UNREGISTERED_BINARY;
        exchange->decision.is_pending = true;
        dispatch_batch(&fixture->dispatch, &exchange, 1);
        assert_int_equal(exchange->outcome.status, KC_STATUS_DENIED);
        exchange_free(exchange);
    }
    KC_AUTO(pending) pending = NULL;
    assert_int_equal(pending_load(fixture->pending_path, clock_wall_us(), &pending), KC_OK);
    assert_int_equal(pending_count(pending), 1);
    assert_string_equal(pending_at(pending, 0)->path, "/usr/bin/tool");
    assert_true(pending_at(pending, 0)->count < 50); /* a flood costs no disk */
    assert_int_equal(verified_lines(fixture), 50);   /* but is written down */
}

static void deny_for(struct fixture *fixture, const char *line, enum kc_reason reason) {
    struct exchange *exchange = exchange_new(fixture, line);
    exchange->decision.verdict = VERDICT_DENIED;
    exchange->decision.reason = reason;
    exchange->decision.is_pending = true;
    dispatch_batch(&fixture->dispatch, &exchange, 1);
    exchange_free(exchange);
}

static void deny_as(struct fixture *fixture, const char *line) {
    deny_for(fixture, line, KC_REASON_UNREGISTERED_BINARY);
}

/* Anybody who runs as the user may take that lock, and keep it. */
static void test_dispatch_does_not_wait_for_the_lock_of_the_list(void **state) {
    struct fixture *fixture = *state;
    KC_AUTO(file_lock) lock = NULL;
    char *path = temp_path(fixture->directory, "pending.json.lock");
    assert_int_equal(file_lock(path, 0, &lock), KC_OK);
    uint64_t begin_ms = clock_monotonic_ms();
    deny_as(fixture, READ("one"));
    assert_true(clock_monotonic_ms() - begin_ms < 1000);
    assert_int_equal(verified_lines(fixture), 1);
    free(path);
}

static void test_dispatch_lists_other_paths_and_questions_at_once(void **state) {
    struct fixture *fixture = *state;
    deny_as(fixture, READ("one"));
    deny_as(fixture, READ("two"));
    (void)snprintf(fixture->path, sizeof fixture->path, "/usr/bin/copy");
    deny_as(fixture, READ("one"));
    KC_AUTO(pending) pending = NULL;
    assert_int_equal(pending_load(fixture->pending_path, clock_wall_us(), &pending), KC_OK);
    assert_int_equal(pending_count(pending), 2);
    assert_int_equal(pending_at(pending, 1)->asked_count, 2);
}

/* The same helper asks the same below another shell: nobody's place is taken, none is forgotten. */
static void test_dispatch_lists_each_chain_that_was_turned_away_at_once(void **state) {
    struct fixture *fixture = *state;
    char shell[] = "/bin/sh";
    struct chain_link link = {.kind = LINK_BINARY, .pid = 7, .path = shell};
    struct chain chain = {.count = 1, .links = &link, .end = CHAIN_END_OTHER};
    memset(link.hash, 'b', HASH_TEXT_SIZE - 1);
    fixture->identity.chain = &chain;
    memset(chain.id, 'c', HASH_TEXT_SIZE - 1);
    deny_for(fixture, READ("one"), KC_REASON_CALLER_NOT_ALLOWED);
    memset(chain.id, 'd', HASH_TEXT_SIZE - 1);
    deny_for(fixture, READ("one"), KC_REASON_CALLER_NOT_ALLOWED);
    /* An unregistered program waits by itself, also when its chain is known. */
    deny_for(fixture, READ("two"), KC_REASON_UNREGISTERED_BINARY);
    KC_AUTO(pending) pending = NULL;
    assert_int_equal(pending_load(fixture->pending_path, clock_wall_us(), &pending), KC_OK);
    assert_int_equal(pending_count(pending), 3);
    assert_string_equal(pending_at(pending, 0)->id, fixture->identity.hash);
    assert_int_equal(pending_at(pending, 0)->link_count, 0);
    assert_string_equal(pending_at(pending, 1)->id, chain.id);
    assert_int_equal(pending_at(pending, 1)->link_count, 1);
    assert_true(pending_at(pending, 2)->id[0] == 'c');
    fixture->identity.chain = NULL;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_dispatch_reads_what_was_written, setup, teardown),
        cmocka_unit_test_setup_teardown(test_dispatch_answers_not_found_only_when_none_exists,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_dispatch_gives_each_item_once_for_overlapping_prefixes,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_dispatch_filters_by_attributes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_dispatch_releases_and_changes_nothing_without_a_record,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_dispatch_takes_back_what_cannot_be_stored, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_dispatch_undoes_only_the_request_that_failed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_dispatch_names_a_damaged_item_and_releases_none, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_dispatch_refuses_an_answer_over_the_limit, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_dispatch_lists_who_was_turned_away_and_counts, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_dispatch_does_not_wait_for_the_lock_of_the_list, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_dispatch_lists_other_paths_and_questions_at_once,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_dispatch_lists_each_chain_that_was_turned_away_at_once,
                                        setup, teardown),
    };
    (void)signal(SIGXFSZ, SIG_IGN);
    return cmocka_run_group_tests_name("dispatch", tests, NULL, NULL);
}
