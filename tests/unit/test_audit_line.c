/* SPDX-License-Identifier: MIT */
/*
 * Lines of the record as text: how many a request makes, and how long they get, whatever
 * somebody calls a program or asks for.
 *
 * links: daemon/audit_line.c daemon/audit_chain.c daemon/audit_scan.c daemon/audit_view.c
 * links: daemon/crypto.c kc_static -ljansson -lcrypto
 * links: daemon/chain_words.c
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include <jansson.h>

#include "daemon/audit.h"
#include "daemon/audit_line.h"
#include "daemon/chain.h"
#include "daemon/exchange.h"

#define PATH_BOUND 1024 /* as it stands in the line */
#define LINK_BOUND 192  /* of the processes above */

/* A denied read, and its line. */
struct scene {
    struct identity identity;
    struct request request;
    char *targets[KC_TARGETS_MAX];
    struct exchange exchange;
    struct audit_lines lines;
};

static void begin(struct scene *scene, char *path) {
    *scene = (struct scene){
        .identity = {.pid = 77, .user = "1000", .group = "1000", .path = path},
        .request = {.type = KC_TYPE_REQUEST, .action = KC_ACTION_READ, .service = "aws"},
        .exchange = {.outcome = {.status = KC_STATUS_DENIED}}};
    scene->request.targets = scene->targets;
    scene->exchange.identity = &scene->identity;
    scene->exchange.request = &scene->request;
    memset(scene->lines.place.hash, '0', HASH_TEXT_SIZE - 1);
    memset(scene->identity.hash, 'f', HASH_TEXT_SIZE - 1);
}

/* The one line that it makes; the caller json_decref()s it. */
static json_t *write_line(struct scene *scene) {
    struct audit_lines *lines = &scene->lines;
    assert_int_equal(audit_lines_exchange(lines, &scene->exchange), KC_OK);
    assert_int_equal(lines->count, 1);
    assert_in_range(lines->length, 1, AUDIT_WRITTEN_MAX + 1);
    assert_ptr_equal(memchr(lines->text, '\n', lines->length), lines->text + lines->length - 1);
    json_t *record = json_loadb(lines->text, lines->length, 0, NULL);
    assert_non_null(record);
    audit_lines_clear(lines);
    return record;
}

static const char *text_of(const json_t *record, const char *key) {
    const char *text = json_string_value(json_object_get(record, key));
    assert_non_null(text);
    return text;
}

static void test_audit_line_is_one_for_a_denial_of_many_targets(void **state) {
    (void)state;
    static const struct {
        size_t targets;
        json_int_t count; /* 0: it isn't told */
    } cases[] = {{0, 0}, {1, 0}, {2, 2}, {KC_TARGETS_MAX, KC_TARGETS_MAX}};
    static struct scene scene;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(&scene, "/usr/bin/tool");
        for (size_t j = 0; j < cases[i].targets; j++) {
            scene.targets[j] = j == 0 ? "first" : "other";
        }
        scene.request.target_count = cases[i].targets;
        json_t *record = write_line(&scene);
        assert_int_equal(json_object_get(record, "target") != NULL, cases[i].targets > 0);
        if (cases[i].targets > 0) {
            assert_string_equal(text_of(record, "target"), "first");
        }
        assert_int_equal(json_object_get(record, "count") != NULL, cases[i].count > 0);
        assert_int_equal(json_integer_value(json_object_get(record, "count")), cases[i].count);
        json_decref(record);
    }
}

static void fill(char *text, size_t size, const char *piece) {
    size_t width = strlen(piece);
    memset(text, 0, size);
    for (size_t at = 0; at + width < size; at += width) {
        memcpy(text + at, piece, width);
    }
}

static void test_audit_line_has_a_bound_and_is_written_whatever_comes(void **state) {
    (void)state;
    static const char *const nasty[] = {"\x01", "\xff", "\"", "\\", "\n", "\x7f", "\xc2\x85", "x"};
    static struct scene scene;
    char path[4096];
    char target[KC_TARGET_MAX + 1];
    char service[KC_SERVICE_MAX + 1];
    fill(target, sizeof target, "\"");
    fill(service, sizeof service, "\\");
    for (size_t i = 0; i < sizeof nasty / sizeof nasty[0]; i++) {
        fill(path, sizeof path, nasty[i]);
        begin(&scene, path);
        fill(scene.exchange.outcome.message, KC_MESSAGE_MAX, nasty[i]);
        scene.request.service = service;
        scene.request.target_count = 1;
        scene.targets[0] = target;
        json_t *record = write_line(&scene);
        const char *written = text_of(record, "binary_path");
        assert_in_range(strlen(written), PATH_BOUND / 6, PATH_BOUND);
        assert_string_equal(written + strlen(written) - 3, "...");
        assert_string_equal(text_of(record, "target"), target);
        assert_string_equal(text_of(record, "service"), service);
        json_decref(record);
    }
}

static void test_audit_line_has_the_whole_path_up_to_its_bound(void **state) {
    (void)state;
    static struct scene scene;
    char path[PATH_BOUND + 2];
    fill(path, PATH_BOUND + 1, "x");
    begin(&scene, path);
    json_t *record = write_line(&scene);
    assert_string_equal(text_of(record, "binary_path"), path);
    const json_t *chain = json_object_get(record, "chain");
    assert_string_equal(text_of(json_array_get(chain, 0), "path"), path);
    json_decref(record);
    fill(path, sizeof path, "x");
    begin(&scene, path);
    record = write_line(&scene);
    memcpy(path + PATH_BOUND - 3, "...", sizeof "...");
    assert_string_equal(text_of(record, "binary_path"), path);
    json_decref(record);
}

static void test_audit_line_keeps_what_json_can_say(void **state) {
    (void)state;
    static struct scene scene;
    begin(&scene, "/tmp/line\nbreak\"\\");
    json_t *record = write_line(&scene);
    assert_string_equal(text_of(record, "binary_path"), "/tmp/line\nbreak\"\\");
    json_decref(record);
}

/* The chain as the record has it: what it says of each field, "-" for one that isn't there. */
static void assert_link(const json_t *link, const char *const wanted[5]) {
    static const char *const keys[5] = {"kind", "path", "hash", "script", "script_hash"};
    for (size_t i = 0; i < 5; i++) {
        const char *text = json_string_value(json_object_get(link, keys[i]));
        assert_string_equal(text != NULL ? text : "-", wanted[i]);
    }
}

static void test_audit_line_names_the_whole_chain(void **state) {
    (void)state;
    static struct scene scene;
    begin(&scene, "/usr/bin/kcget");
    struct chain_link links[] = {
        {.kind = LINK_SCRIPT,
         .pid = 50,
         .path = "/bin/dash",
         .hash = "aa",
         .script = "/home/u/a b\n.sh",
         .script_hash = "bb"},
        {.kind = LINK_BINARY, .pid = 40, .path = "/usr/bin/make", .hash = "cc"},
        {.kind = LINK_INLINE, .pid = 30, .path = "/bin/bash", .hash = "dd"},
        {.kind = LINK_INTERACTIVE, .pid = 20, .path = "/bin/bash", .hash = "dd"},
        {.kind = LINK_UNKNOWN, .pid = 10, .path = "", .hash = "", .why = "has ended"},
    };
    static const char *const wanted[][5] = {
        {"script", "/bin/dash", "aa", "/home/u/a b\n.sh", "bb"},
        {"binary", "/usr/bin/make", "cc", "-", "-"},
        {"inline", "/bin/bash", "dd", "-", "-"},
        {"interactive", "/bin/bash", "dd", "-", "-"},
        {"unknown", "", "", "-", "-"},
    };
    static const bool is_declared[] = {true, false, true, true, false};
    struct chain chain = {.count = 5, .links = links, .end = CHAIN_END_OTHER};
    scene.identity.chain = &chain;
    scene.exchange.decision.is_helper = true;
    json_t *record = write_line(&scene);
    const json_t *array = json_object_get(record, "chain");
    assert_int_equal(json_array_size(array), 6);
    assert_string_equal(text_of(json_array_get(array, 0), "kind"), "helper");
    assert_string_equal(text_of(json_array_get(array, 0), "path"), "/usr/bin/kcget");
    for (size_t i = 0; i < 5; i++) {
        const json_t *link = json_array_get(array, i + 1);
        assert_link(link, wanted[i]);
        assert_int_equal(json_integer_value(json_object_get(link, "pid")), 50 - 10 * (int)i);
        assert_int_equal(json_is_true(json_object_get(link, "declared")), is_declared[i]);
    }
    assert_string_equal(text_of(record, "chain_end"), "other_user");
    json_decref(record);
}

static void test_audit_line_tells_a_chain_of_none_from_no_chain(void **state) {
    (void)state;
    static struct scene scene;
    begin(&scene, "/usr/bin/tool");
    json_t *record = write_line(&scene);
    assert_int_equal(json_array_size(json_object_get(record, "chain")), 1);
    assert_string_equal(text_of(json_array_get(json_object_get(record, "chain"), 0), "kind"),
                        "direct");
    assert_null(json_object_get(record, "chain_end"));
    json_decref(record);
    struct chain chain = {.end = CHAIN_END_FIRST};
    begin(&scene, "/usr/bin/tool");
    scene.identity.chain = &chain;
    record = write_line(&scene);
    assert_int_equal(json_array_size(json_object_get(record, "chain")), 1);
    assert_string_equal(text_of(record, "chain_end"), "first");
    json_decref(record);
}

static void test_audit_line_has_a_bound_for_the_longest_chain(void **state) {
    (void)state;
    static const char *const nasty[] = {"\x01", "\xff", "\"", "x", "\xc3\xa9"};
    static struct scene scene;
    static struct chain_link links[CHAIN_LINKS_MAX];
    char path[4096];
    char target[KC_TARGET_MAX + 1];
    fill(target, sizeof target, "\"");
    for (size_t i = 0; i < sizeof nasty / sizeof nasty[0]; i++) {
        fill(path, sizeof path, nasty[i]);
        begin(&scene, path);
        fill(scene.exchange.outcome.message, KC_MESSAGE_MAX, nasty[i]);
        scene.request.target_count = 1;
        scene.targets[0] = target;
        for (size_t j = 0; j < CHAIN_LINKS_MAX; j++) {
            links[j] = (struct chain_link){
                .kind = LINK_SCRIPT, .pid = INT64_MAX, .path = path, .script = path};
            fill(links[j].hash, HASH_TEXT_SIZE, "f");
            fill(links[j].script_hash, HASH_TEXT_SIZE, "f");
        }
        struct chain chain = {.count = CHAIN_LINKS_MAX, .links = links, .end = CHAIN_END_MANAGER};
        scene.identity.chain = &chain;
        json_t *record = write_line(&scene);
        const json_t *array = json_object_get(record, "chain");
        assert_int_equal(json_array_size(array), CHAIN_LINKS_MAX + 1);
        const char *script = text_of(json_array_get(array, CHAIN_LINKS_MAX), "script");
        assert_in_range(strlen(script), LINK_BOUND / 6, LINK_BOUND);
        assert_string_equal(script + strlen(script) - 3, "...");
        json_decref(record);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_audit_line_is_one_for_a_denial_of_many_targets),
        cmocka_unit_test(test_audit_line_has_a_bound_and_is_written_whatever_comes),
        cmocka_unit_test(test_audit_line_has_the_whole_path_up_to_its_bound),
        cmocka_unit_test(test_audit_line_keeps_what_json_can_say),
        cmocka_unit_test(test_audit_line_names_the_whole_chain),
        cmocka_unit_test(test_audit_line_tells_a_chain_of_none_from_no_chain),
        cmocka_unit_test(test_audit_line_has_a_bound_for_the_longest_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
