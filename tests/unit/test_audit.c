/* SPDX-License-Identifier: MIT */
/*
 * The record: what its lines say, that their chain continues whatever happens to the file, and
 * that no change of it goes unseen.
 *
 * links: daemon/audit.c daemon/audit_line.c daemon/audit_chain.c daemon/audit_reader.c
 * links: daemon/audit_verify.c daemon/audit_head.c daemon/audit_files.c daemon/audit_gzip.c
 * links: daemon/audit_pack.c daemon/audit_rotate.c daemon/audit_scan.c daemon/audit_view.c
 * links: daemon/crypto.c kc_static -ljansson -lcrypto -lz
 * links: daemon/chain_words.c
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "daemon/audit.h"
#include "daemon/audit_chain.h"
#include "daemon/exchange.h"

#define HASH    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define LOG_MAX (4 * 1024 * 1024)

struct place {
    char directory[64];
    char path[128];
};

static int make_place(void **state) {
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    (void)snprintf(place->directory, sizeof place->directory, "/tmp/test_audit.XXXXXX");
    assert_non_null(mkdtemp(place->directory));
    (void)snprintf(place->path, sizeof place->path, "%s/audit.log", place->directory);
    *state = place;
    return 0;
}

static int remove_place(void **state) {
    struct place *place = *state;
    char lock[160];
    (void)snprintf(lock, sizeof lock, "%s.lock", place->path);
    (void)unlink(place->path);
    (void)unlink(lock);
    int failed = rmdir(place->directory);
    free(place);
    return failed;
}

static char *read_log(const struct place *place) {
    FILE *file = fopen(place->path, "rb");
    assert_non_null(file);
    char *text = calloc(1, LOG_MAX);
    assert_non_null(text);
    size_t length = fread(text, 1, LOG_MAX - 1, file);
    assert_true(length < LOG_MAX - 1);
    assert_int_equal(fclose(file), 0);
    return text;
}

static void write_log(const struct place *place, const char *text, size_t length) {
    int file = open(place->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, length), (ssize_t)length);
    assert_int_equal(close(file), 0);
}

static void append_log(const struct place *place, const char *text) {
    int file = open(place->path, O_WRONLY | O_APPEND);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(file), 0);
}

/* The line with this number, from 1; the caller json_decref()s it. */
static json_t *line_of(const struct place *place, size_t number) {
    char *text = read_log(place);
    char *line = text;
    for (size_t i = 1; i < number; i++) {
        line = strchr(line, '\n');
        assert_non_null(line);
        line++;
    }
    json_t *record = json_loadb(line, strcspn(line, "\n"), 0, NULL);
    assert_non_null(record);
    free(text);
    return record;
}

static size_t count_lines(const struct place *place) {
    char *text = read_log(place);
    size_t count = 0;
    for (const char *at = text; *at != '\0'; at++) {
        count += *at == '\n' ? 1 : 0;
    }
    free(text);
    return count;
}

static void assert_text(const json_t *record, const char *key, const char *expected) {
    const char *text = json_string_value(json_object_get(record, key));
    if (expected == NULL) {
        assert_null(json_object_get(record, key));
        return;
    }
    assert_non_null(text);
    assert_string_equal(text, expected);
}

static void note(struct audit *audit, const char *event) {
    const struct audit_note one = {.event = event, .action = "register"};
    assert_int_equal(audit_note(audit, &one), KC_OK);
}

static struct audit *open_audit(const struct place *place) {
    struct audit *audit = NULL;
    assert_int_equal(audit_open(place->path, &audit), KC_OK);
    assert_non_null(audit);
    return audit;
}

static void write_notes(const struct place *place, size_t count) {
    KC_AUTO(audit) audit = open_audit(place);
    for (size_t i = 0; i < count; i++) {
        note(audit, "policy");
    }
}

static void assert_holds(const struct place *place, uint64_t lines) {
    char why[KC_MESSAGE_MAX];
    uint64_t proven = 0;
    enum kc_error error = audit_verify(place->path, &proven, why);
    assert_string_equal(why, "");
    assert_int_equal(error, KC_OK);
    assert_int_equal(proven, lines);
}

static void assert_damaged(const struct place *place, uint64_t lines, const char *reason) {
    char why[KC_MESSAGE_MAX];
    uint64_t proven = UINT64_MAX;
    assert_int_equal(audit_verify(place->path, &proven, why), KC_DAMAGED);
    assert_non_null(strstr(why, reason));
    assert_int_equal(proven, lines);
}

/* An exchange with everything in one place. */
struct scene {
    struct identity identity;
    struct request request;
    struct result results[3];
    char *targets[3];
    struct exchange exchange;
};

static void set_scene(struct scene *scene, enum kc_action action, enum kc_status status) {
    *scene = (struct scene){
        .identity = {.pid = 77, .user = "1000", .group = "1000", .path = "/usr/bin/tool"},
        .request = {.type = KC_TYPE_REQUEST, .action = action, .service = "aws"},
        .exchange = {.session_number = 5, .outcome = {.status = status}}};
    memcpy(scene->identity.hash, HASH, sizeof HASH);
    scene->request.targets = scene->targets;
    scene->exchange.identity = &scene->identity;
    scene->exchange.request = &scene->request;
    scene->exchange.results = scene->results;
}

static void add_target(struct scene *scene, char *target) {
    scene->targets[scene->request.target_count++] = target;
}

static void add_result(struct scene *scene, char *target) {
    scene->results[scene->exchange.result_count++].target = target;
}

static void append_scene(struct audit *audit, struct scene *scene) {
    struct exchange *batch = &scene->exchange;
    assert_int_equal(audit_append(audit, &batch, 1), KC_OK);
}

static void test_audit_line_has_its_fields_in_order(void **state) {
    static const char *const keys[] = {"seq",    "time",    "event",  "action",      "result",
                                       "reason", "pid",     "uid",    "binary_path", "binary_hash",
                                       "chain",  "service", "target", "match",       "session",
                                       "plain",  "code",    "prev"};
    KC_AUTO(audit) audit = open_audit(*state);
    struct scene scene;
    set_scene(&scene, KC_ACTION_READ, KC_STATUS_SUCCESS);
    scene.exchange.decision.plain = true;
    scene.exchange.decision.is_jit = true;
    add_target(&scene, "key");
    add_result(&scene, "key");
    append_scene(audit, &scene);
    json_t *record = line_of(*state, 1);
    void *at = json_object_iter(record);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_non_null(at);
        assert_string_equal(json_object_iter_key(at), keys[i]);
        at = json_object_iter_next(record, at);
    }
    assert_null(at);
    json_decref(record);
}

static void test_audit_line_tells_who_asked_for_what(void **state) {
    KC_AUTO(audit) audit = open_audit(*state);
    struct scene scene;
    set_scene(&scene, KC_ACTION_WRITE, KC_STATUS_DENIED);
    scene.exchange.outcome.reason = KC_REASON_SERVICE_NOT_ALLOWED;
    (void)snprintf(scene.exchange.outcome.message, KC_MESSAGE_MAX, "no");
    add_target(&scene, "key");
    append_scene(audit, &scene);
    json_t *record = line_of(*state, 1);
    assert_text(record, "event", "request");
    assert_text(record, "action", "write");
    assert_text(record, "result", "denied");
    assert_text(record, "reason", "service_not_allowed");
    assert_text(record, "message", "no");
    assert_text(record, "binary_path", "/usr/bin/tool");
    assert_text(record, "binary_hash", HASH);
    assert_text(record, "service", "aws");
    assert_text(record, "target", "key");
    assert_text(record, "match", "exact");
    assert_text(record, "plain", NULL);
    assert_text(record, "code", NULL);
    assert_int_equal(json_integer_value(json_object_get(record, "uid")), 1000);
    assert_int_equal(json_integer_value(json_object_get(record, "pid")), 77);
    assert_int_equal(json_integer_value(json_object_get(record, "session")), 5);
    const json_t *link = json_array_get(json_object_get(record, "chain"), 0);
    assert_text(link, "path", "/usr/bin/tool");
    assert_text(link, "kind", "direct");
    json_decref(record);
}

struct count_case {
    enum kc_action action;
    enum kc_status status;
    enum kc_reason reason;
    size_t targets;
    size_t results;
    size_t lines;
};

static void test_audit_writes_a_line_for_each_secret_touched(void **state) {
    static char *const names[] = {"a", "b", "c"};
    static const struct count_case cases[] = {
        {KC_ACTION_READ, KC_STATUS_SUCCESS, KC_REASON_NONE, 3, 2, 2},
        {KC_ACTION_READ, KC_STATUS_SUCCESS, KC_REASON_NONE, 1, 3, 3},
        {KC_ACTION_READ, KC_STATUS_SUCCESS, KC_REASON_NONE, 1, 0, 1},
        {KC_ACTION_READ, KC_STATUS_DENIED, KC_REASON_SERVICE_NOT_ALLOWED, 3, 0, 1},
        {KC_ACTION_WRITE, KC_STATUS_ERROR, KC_REASON_INTERNAL_ERROR, 3, 3, 1},
        {KC_ACTION_READ, KC_STATUS_ERROR, KC_REASON_NOT_FOUND, 3, 0, 1},
        {KC_ACTION_WRITE, KC_STATUS_SUCCESS, KC_REASON_NONE, 2, 2, 2},
        {KC_ACTION_DELETE, KC_STATUS_SUCCESS, KC_REASON_NONE, 1, 3, 3},
        {KC_ACTION_SEARCH, KC_STATUS_SUCCESS, KC_REASON_NONE, 1, 3, 1},
        {KC_ACTION_SEARCH, KC_STATUS_SUCCESS, KC_REASON_NONE, 0, 0, 1},
        {KC_ACTION_SEARCH, KC_STATUS_DENIED, KC_REASON_ACTION_NOT_IN_POLICY, 0, 0, 1},
        {KC_ACTION_STATUS, KC_STATUS_SUCCESS, KC_REASON_NONE, 0, 1, 1},
    };
    KC_AUTO(audit) audit = open_audit(*state);
    uint64_t seq = 1;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene scene;
        set_scene(&scene, cases[i].action, cases[i].status);
        scene.exchange.outcome.reason = cases[i].reason;
        for (size_t j = 0; j < cases[i].targets; j++) {
            add_target(&scene, names[j]);
        }
        for (size_t j = 0; j < cases[i].results; j++) {
            add_result(&scene, names[j]);
        }
        append_scene(audit, &scene);
        assert_int_equal(scene.exchange.record.first_seq, seq);
        assert_int_equal(scene.exchange.record.lines, cases[i].lines);
        seq += cases[i].lines;
    }
    assert_holds(*state, seq - 1);
}

static void test_audit_search_tells_how_many_were_found(void **state) {
    KC_AUTO(audit) audit = open_audit(*state);
    struct scene scene;
    set_scene(&scene, KC_ACTION_SEARCH, KC_STATUS_SUCCESS);
    add_target(&scene, "prod-");
    add_result(&scene, "prod-a");
    add_result(&scene, "prod-b");
    append_scene(audit, &scene);
    json_t *record = line_of(*state, 1);
    assert_text(record, "target", "prod-");
    assert_int_equal(json_integer_value(json_object_get(record, "count")), 2);
    json_decref(record);
}

static void test_audit_batch_is_one_chain(void **state) {
    KC_AUTO(audit) audit = open_audit(*state);
    struct scene scenes[3];
    struct exchange *batch[3];
    for (size_t i = 0; i < 3; i++) {
        set_scene(&scenes[i], KC_ACTION_READ, KC_STATUS_SUCCESS);
        add_result(&scenes[i], "a");
        add_result(&scenes[i], "b");
        batch[i] = &scenes[i].exchange;
    }
    assert_int_equal(audit_append(audit, batch, 3), KC_OK);
    assert_int_equal(batch[2]->record.first_seq, 5);
    assert_int_equal(batch[2]->record.lines, 2);
    assert_holds(*state, 6);
}

static void test_audit_chain_continues_over_a_reopen(void **state) {
    write_notes(*state, 2);
    write_notes(*state, 3);
    assert_holds(*state, 5);
}

static void test_audit_chain_continues_behind_another_writer(void **state) {
    KC_AUTO(audit) one = open_audit(*state);
    KC_AUTO(audit) other = open_audit(*state);
    for (size_t i = 0; i < 4; i++) {
        note(one, "policy");
        note(other, "approve");
    }
    assert_holds(*state, 8);
}

static void test_audit_file_is_private(void **state) {
    const struct place *place = *state;
    struct stat about;
    write_notes(place, 1);
    assert_int_equal(stat(place->path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
}

static void test_audit_refuses_a_log_that_others_may_write(void **state) {
    const struct place *place = *state;
    struct audit *audit = NULL;
    write_notes(place, 1);
    assert_int_equal(chmod(place->path, 0622), 0);
    assert_int_equal(audit_open(place->path, &audit), KC_UNSAFE);
    assert_null(audit);
}

static void test_audit_accounts_for_a_torn_line(void **state) {
    write_notes(*state, 2);
    append_log(*state, "{\"seq\":3,\"ti");
    write_notes(*state, 1);
    assert_int_equal(count_lines(*state), 5);
    json_t *record = line_of(*state, 4);
    assert_text(record, "event", "torn_line");
    assert_int_equal(json_integer_value(json_object_get(record, "seq")), 3);
    json_decref(record);
    assert_holds(*state, 5);
}

static void test_audit_ends_a_line_that_lacks_only_its_newline(void **state) {
    const struct place *place = *state;
    write_notes(place, 2);
    char *text = read_log(place);
    write_log(place, text, strlen(text) - 1);
    free(text);
    write_notes(place, 1);
    assert_holds(place, 3);
}

/* `end` stands behind `size` bytes. */
static void append_garbage(const struct place *place, size_t size, const char *end) {
    char *garbage = malloc(size + strlen(end) + 1);
    assert_non_null(garbage);
    memset(garbage, 'x', size);
    memcpy(garbage + size, end, strlen(end) + 1);
    append_log(place, garbage);
    free(garbage);
}

static void test_audit_goes_on_behind_garbage_longer_than_its_window(void **state) {
    const struct place *place = *state;
    write_notes(place, 2);
    append_garbage(place, 5 * (size_t)AUDIT_LINE_MAX, "");
    write_notes(place, 1);
    assert_holds(place, 5);
    append_garbage(place, 5 * (size_t)AUDIT_LINE_MAX, "\n");
    write_notes(place, 1);
    assert_holds(place, 8);
}

static void test_audit_tells_that_its_log_was_replaced(void **state) {
    const struct place *place = *state;
    KC_AUTO(audit) audit = open_audit(place);
    note(audit, "policy");
    note(audit, "policy");
    assert_int_equal(unlink(place->path), 0);
    note(audit, "policy");
    json_t *record = line_of(place, 1);
    assert_text(record, "event", "log_replaced");
    json_decref(record);
    assert_holds(place, 2);
}

/* Runs `job` in a child of its own, whose limits are its own. */
static void in_child(void (*job)(const struct place *place), const struct place *place) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        job(place);
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void set_file_size(rlim_t size) {
    struct rlimit limit = {.rlim_cur = size, .rlim_max = RLIM_INFINITY};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) {
        _exit(10);
    }
}

static void expect(bool holds, int code) {
    if (!holds) {
        _exit(code);
    }
}

static void meet_a_full_disk(const struct place *place) {
    struct audit *audit = NULL;
    struct stat before;
    struct stat after;
    const struct audit_note one = {.event = "policy"};
    struct scene scene;
    struct exchange *batch = &scene.exchange;
    set_scene(&scene, KC_ACTION_READ, KC_STATUS_SUCCESS);
    expect(signal(SIGXFSZ, SIG_IGN) != SIG_ERR, 1);
    expect(audit_open(place->path, &audit) == KC_OK, 2);
    expect(audit_note(audit, &one) == KC_OK, 3);
    expect(stat(place->path, &before) == 0, 4);
    set_file_size((rlim_t)before.st_size + 20);
    expect(audit_append(audit, &batch, 1) == KC_IO, 5);
    expect(scene.exchange.record.first_seq == 0, 6);
    expect(stat(place->path, &after) == 0 && after.st_size == before.st_size, 7);
    set_file_size(RLIM_INFINITY);
    expect(audit_append(audit, &batch, 1) == KC_OK, 8);
    expect(scene.exchange.record.first_seq == 2, 9);
    audit_free(audit);
}

static void test_audit_full_disk_leaves_nothing_half_and_is_survived(void **state) {
    in_child(meet_a_full_disk, *state);
    assert_holds(*state, 2);
}

static void append_many(const struct place *place) {
    struct audit *audit = NULL;
    const struct audit_note one = {.event = "policy"};
    expect(audit_open(place->path, &audit) == KC_OK, 1);
    for (size_t i = 0; i < 50; i++) {
        expect(audit_note(audit, &one) == KC_OK, 2);
    }
    audit_free(audit);
}

static void test_audit_two_processes_write_one_chain(void **state) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        append_many(*state);
        _exit(0);
    }
    in_child(append_many, *state);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_holds(*state, 100);
}

static void test_audit_verify_tells_that_there_is_no_log(void **state) {
    const struct place *place = *state;
    char why[KC_MESSAGE_MAX];
    uint64_t lines = 9;
    assert_int_equal(audit_verify(place->path, &lines, why), KC_NOT_FOUND);
    assert_int_equal(lines, 9);
    assert_int_not_equal(access(place->path, F_OK), 0);
}

/* Five notes as lines, newlines included; free() text. */
struct lines {
    char *text;
    char *line[6];
    size_t length[6];
};

static void write_five(const struct place *place, struct lines *lines) {
    write_notes(place, 5);
    lines->text = read_log(place);
    char *at = lines->text;
    for (size_t i = 1; i <= 5; i++) {
        lines->line[i] = at;
        lines->length[i] = strcspn(at, "\n") + 1;
        at += lines->length[i];
    }
}

/* Writes the lines of that order, e.g. "12435"; a line may be left out or come twice. */
static void rewrite(const struct place *place, const struct lines *lines, const char *order) {
    write_log(place, "", 0);
    for (; *order != '\0'; order++) {
        size_t number = (size_t)(*order - '0');
        char *line = strndup(lines->line[number], lines->length[number]);
        assert_non_null(line);
        append_log(place, line);
        free(line);
    }
}

struct order_case {
    const char *order;
    uint64_t lines; /* that hold */
    const char *why;
};

static void test_audit_verify_sees_moved_lines(void **state) {
    static const struct order_case cases[] = {
        {"1245", 2, "line 3 has number 4 where 3 belongs"},   /* removed */
        {"123345", 3, "line 4 has number 3 where 4 belongs"}, /* inserted */
        {"12435", 2, "line 3 has number 4 where 3 belongs"},  /* swapped */
        {"2345", 0, "line 1 has number 2 where 1 belongs"},   /* the head is gone */
    };
    struct lines lines;
    write_five(*state, &lines);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rewrite(*state, &lines, cases[i].order);
        assert_damaged(*state, cases[i].lines, cases[i].why);
    }
    rewrite(*state, &lines, "12345");
    assert_holds(*state, 5);
    free(lines.text);
}

static void test_audit_verify_sees_every_changed_byte(void **state) {
    const struct place *place = *state;
    struct lines lines;
    write_five(place, &lines);
    size_t length = strlen(lines.text);
    size_t start = (size_t)(lines.line[2] - lines.text);
    for (size_t i = start; i < start + lines.length[2]; i++) {
        char why[KC_MESSAGE_MAX];
        uint64_t proven = 0;
        lines.text[i] ^= 1;
        write_log(place, lines.text, length);
        assert_int_equal(audit_verify(place->path, &proven, why), KC_DAMAGED);
        assert_true(proven <= 2);
        assert_int_not_equal(why[0], '\0');
        lines.text[i] ^= 1;
    }
    free(lines.text);
}

static void test_audit_verify_sees_a_removed_torn_line(void **state) {
    const struct place *place = *state;
    write_notes(place, 1);
    append_log(place, "torn");
    write_notes(place, 1);
    assert_holds(place, 4);
    char *text = read_log(place);
    char *torn = strstr(text, "torn\n");
    assert_non_null(torn);
    memmove(torn, torn + 5, strlen(torn + 5) + 1);
    write_log(place, text, strlen(text));
    free(text);
    assert_damaged(place, 1, "line 2 tells of a torn line that isn't there");
}

static void test_audit_verify_sees_garbage(void **state) {
    static const struct order_case cases[] = {
        {"garbage\n", 3, "line 4, the last one, isn't a record"},
        {"garbage\nmore\n", 3, "line 4 isn't a record"},
        {"half a line", 3, "line 4, the last one, isn't a record"},
        {"\n", 3, "line 4, the last one, isn't a record"},
    };
    const struct place *place = *state;
    write_notes(place, 3);
    char *text = read_log(place);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_log(place, text, strlen(text));
        append_log(place, cases[i].order);
        assert_damaged(place, cases[i].lines, cases[i].why);
    }
    free(text);
}

static void test_audit_chain_takes_lines_up_to_the_limit(void **state) {
    (void)state;
    static const char begin[] = "{\"seq\":1,\"event\":\"x\",\"prev\":\"";
    char *line = malloc(AUDIT_LINE_MAX + 1);
    struct audit_chain chain;
    char why[KC_MESSAGE_MAX] = "";
    assert_non_null(line);
    memset(line, ' ', AUDIT_LINE_MAX + 1);
    memcpy(line, begin, sizeof begin - 1);
    memset(line + sizeof begin - 1, '0', 64);
    memcpy(line + sizeof begin - 1 + 64, "\"}", 2);
    audit_chain_begin(&chain);
    assert_int_equal(audit_chain_step(&chain, line, AUDIT_LINE_MAX, why), KC_OK);
    assert_int_equal(chain.proven, 1);
    audit_chain_begin(&chain);
    assert_int_equal(audit_chain_step(&chain, line, AUDIT_LINE_MAX + 1, why), KC_OK);
    assert_int_equal(chain.proven, 0);
    assert_int_equal(audit_chain_end(&chain, why), KC_DAMAGED);
    free(line);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_audit_line_has_its_fields_in_order),
        CASE(test_audit_line_tells_who_asked_for_what),
        CASE(test_audit_writes_a_line_for_each_secret_touched),
        CASE(test_audit_search_tells_how_many_were_found),
        CASE(test_audit_batch_is_one_chain),
        CASE(test_audit_chain_continues_over_a_reopen),
        CASE(test_audit_chain_continues_behind_another_writer),
        CASE(test_audit_file_is_private),
        CASE(test_audit_refuses_a_log_that_others_may_write),
        CASE(test_audit_accounts_for_a_torn_line),
        CASE(test_audit_ends_a_line_that_lacks_only_its_newline),
        CASE(test_audit_goes_on_behind_garbage_longer_than_its_window),
        CASE(test_audit_tells_that_its_log_was_replaced),
        CASE(test_audit_full_disk_leaves_nothing_half_and_is_survived),
        CASE(test_audit_two_processes_write_one_chain),
        CASE(test_audit_verify_tells_that_there_is_no_log),
        CASE(test_audit_verify_sees_moved_lines),
        CASE(test_audit_verify_sees_every_changed_byte),
        CASE(test_audit_verify_sees_a_removed_torn_line),
        CASE(test_audit_verify_sees_garbage),
        cmocka_unit_test(test_audit_chain_takes_lines_up_to_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
