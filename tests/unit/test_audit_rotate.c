/* SPDX-License-Identifier: MIT */
/*
 * A record of several files: that it is one chain, that no file of it can go unseen, and that a
 * crash at any step of a rotation or of packing loses no line. What changes files comes here
 * first (ld(1), --wrap): the process ends itself with SIGKILL at the call that a case is about.
 *
 * links: daemon/audit.c daemon/audit_line.c daemon/audit_chain.c daemon/audit_reader.c
 * links: daemon/audit_verify.c daemon/audit_head.c daemon/audit_files.c daemon/audit_gzip.c
 * links: daemon/audit_pack.c daemon/audit_rotate.c daemon/audit_scan.c daemon/audit_view.c
 * links: daemon/crypto.c daemon/chain_words.c tests/unit/temp_directory.c kc_static
 * links: -ljansson -lcrypto -lz
 * links: -Wl,--wrap=write -Wl,--wrap=link -Wl,--wrap=renameat -Wl,--wrap=unlink
 * links: -Wl,--wrap=fsync -Wl,--wrap=fdatasync
 * links: -Wl,--wrap=clock_wall_us -Wl,--wrap=clock_monotonic_ms
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/audit.h"
#include "daemon/audit_files.h"
#include "daemon/audit_head.h"
#include "daemon/audit_pack.h"
#include "daemon/audit_reader.h"
#include "daemon/audit_view.h"
#include "tests/unit/temp_directory.h"

/* Three or so of our records. */
#define SHORT_FILE 700
#define NOTES      14

/* Where a crash comes. Of the child alone: it is its own from fork(2) on. */
static struct {
    size_t calls_left; /* 0: none */
    bool is_behind;    /* after the call, or after half of it when it writes */
    bool cant_link;
    int64_t wall_ahead_us; /* of the system's own clocks */
    uint64_t ahead_ms;
} plan;

int64_t __real_clock_wall_us(void);
int64_t __wrap_clock_wall_us(void);
int64_t __wrap_clock_wall_us(void) {
    return __real_clock_wall_us() + plan.wall_ahead_us;
}

uint64_t __real_clock_monotonic_ms(void);
uint64_t __wrap_clock_monotonic_ms(void);
uint64_t __wrap_clock_monotonic_ms(void) {
    return __real_clock_monotonic_ms() + plan.ahead_ms;
}

static bool is_now(void) {
    return plan.calls_left > 0 && --plan.calls_left == 0;
}

static void die(void) {
    (void)raise(SIGKILL);
}

#define WRAP(type, name, declared, passed)  \
    type __real_##name declared;            \
    type __wrap_##name declared;            \
    type __wrap_##name declared {           \
        bool dies = is_now();               \
        if (dies && !plan.is_behind) {      \
            die();                          \
        }                                   \
        type result = __real_##name passed; \
        if (dies) {                         \
            die();                          \
        }                                   \
        return result;                      \
    }

WRAP(int, renameat, (int from, const char *old, int to, const char *name), (from, old, to, name))
WRAP(int, unlink, (const char *path), (path))

/* A crash of the process needs no disk, so the disk isn't waited for. */
static int sync_nothing(int file) {
    (void)file;
    if (is_now()) {
        die();
    }
    return 0;
}

int __wrap_fsync(int file);
int __wrap_fsync(int file) {
    return sync_nothing(file);
}

int __wrap_fdatasync(int file);
int __wrap_fdatasync(int file) {
    return sync_nothing(file);
}

int __real_link(const char *path, const char *other);
int __wrap_link(const char *path, const char *other);
int __wrap_link(const char *path, const char *other) {
    bool dies = is_now();
    if (plan.cant_link) {
        errno = EPERM;
        return -1;
    }
    if (dies && !plan.is_behind) {
        die();
    }
    int result = __real_link(path, other);
    if (dies) {
        die();
    }
    return result;
}

ssize_t __real_write(int file, const void *bytes, size_t length);
ssize_t __wrap_write(int file, const void *bytes, size_t length);
ssize_t __wrap_write(int file, const void *bytes, size_t length) {
    if (is_now()) {
        (void)!__real_write(file, bytes, plan.is_behind ? length / 2 : 0);
        die();
    }
    return __real_write(file, bytes, length);
}

/* A record in a directory of its own */

static int make_place(void **state) {
    return temp_place_new("audit.log", state);
}

static struct audit *open_audit(const struct temp_place *place) {
    const struct audit_limits limits = {.bytes = SHORT_FILE};
    struct audit *audit = NULL;
    assert_int_equal(audit_open(place->path, &audit), KC_OK);
    audit_limit(audit, &limits);
    return audit;
}

static enum kc_error write_note(struct audit *audit, size_t number) {
    char message[32];
    (void)snprintf(message, sizeof message, "note %zu", number);
    const struct audit_note note = {.event = "policy", .message = message};
    return audit_note(audit, &note);
}

static void write_notes(const struct temp_place *place, size_t first, size_t count) {
    KC_AUTO(audit) audit = open_audit(place);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(write_note(audit, first + i), KC_OK);
    }
}

static size_t count_files(const struct temp_place *place) {
    KC_AUTO(audit_files) files = NULL;
    assert_int_equal(audit_files_new(place->path, &files), KC_OK);
    return files->count;
}

static void assert_holds(const struct temp_place *place) {
    struct audit_proof proof;
    char why[KC_MESSAGE_MAX];
    enum kc_error error = audit_prove(place->path, &proof, why);
    assert_string_equal(why, "");
    assert_int_equal(error, KC_OK);
    assert_int_equal(proof.files, count_files(place));
}

static void assert_damaged(const struct temp_place *place, const char *reason) {
    struct audit_proof proof;
    char why[KC_MESSAGE_MAX];
    assert_int_equal(audit_prove(place->path, &proof, why), KC_DAMAGED);
    if (strstr(why, reason) == NULL) {
        assert_string_equal(why, reason); /* shows both */
    }
}

/* How many lines of all files have that message. */
static size_t count_notes(const struct temp_place *place, const char *message) {
    KC_AUTO(audit_files) files = NULL;
    size_t count = 0;
    assert_int_equal(audit_files_new(place->path, &files), KC_OK);
    for (size_t i = 0; i < files->count; i++) {
        KC_AUTO(audit_reader) reader = NULL;
        struct audit_piece piece;
        assert_int_equal(audit_reader_open(&files->list[i], &reader), KC_OK);
        while (audit_reader_next(reader, &piece) == KC_OK) {
            struct audit_view view;
            if (audit_view_open(&view, piece.text, piece.length) == KC_OK) {
                count += audit_view_is(&view, AUDIT_MESSAGE, message) ? 1 : 0;
                audit_view_close(&view);
            }
        }
    }
    return count;
}

static char *name_of(const struct temp_place *place, const char *suffix) {
    char name[64];
    (void)snprintf(name, sizeof name, "audit.log%s", suffix);
    return temp_path(place->directory, name);
}

static void rename_in(const struct temp_place *place, const char *from, const char *to) {
    char *old = name_of(place, from);
    char *new = name_of(place, to);
    assert_int_equal(rename(old, new), 0);
    free(old);
    free(new);
}

static void remove_in(const struct temp_place *place, const char *suffix) {
    char *path = name_of(place, suffix);
    assert_int_equal(unlink(path), 0);
    free(path);
}

static void test_audit_rotate_goes_on_in_a_new_file_with_one_chain(void **state) {
    const struct temp_place *place = *state;
    write_notes(place, 0, NOTES);
    assert_true(count_files(place) >= 4);
    assert_holds(place);
    assert_int_equal(count_notes(place, "note 0"), 1);
    assert_int_equal(count_notes(place, "note 13"), 1);
    assert_int_equal(count_notes(place, "the last record was number 4 before"), 0);
}

static void test_audit_rotate_is_seen_by_another_writer(void **state) {
    const struct temp_place *place = *state;
    KC_AUTO(audit) one = open_audit(place);
    KC_AUTO(audit) other = open_audit(place);
    for (size_t i = 0; i < NOTES; i++) {
        assert_int_equal(write_note(i % 3 == 0 ? other : one, i), KC_OK);
    }
    assert_true(count_files(place) >= 4);
    assert_holds(place);
    size_t replaced = 0;
    for (size_t i = 0; i < 2 * NOTES; i++) {
        char message[64];
        (void)snprintf(message, sizeof message, "the last record was number %zu before", i);
        replaced += count_notes(place, message);
    }
    assert_int_equal(replaced, 0);
}

static void test_audit_rotate_by_age(void **state) {
    const struct temp_place *place = *state;
    const struct audit_limits limits = {.days = 1};
    static const char old[] =
        "{\"seq\":1,\"time\":\"2001-02-03T04:05:06.000000Z\",\"event\":\"policy\",\"prev\":"
        "\"0000000000000000000000000000000000000000000000000000000000000000\"}\n";
    temp_file_write(place->path, old, sizeof old - 1);
    KC_AUTO(audit) audit = NULL;
    assert_int_equal(audit_open(place->path, &audit), KC_OK);
    audit_limit(audit, &limits);
    assert_int_equal(write_note(audit, 0), KC_OK);
    assert_int_equal(write_note(audit, 1), KC_OK);
    assert_int_equal(count_files(place), 2);
    assert_holds(place);
}

static void test_audit_rotate_that_cannot_be_done_loses_nothing(void **state) {
    const struct temp_place *place = *state;
    plan.cant_link = true;
    write_notes(place, 0, NOTES);
    plan.cant_link = false;
    assert_int_equal(count_files(place), 1);
    assert_holds(place);
    assert_int_equal(count_notes(place, "note 13"), 1);
}

/* A machine that woke up in another century, and was told the time then. */
static void test_audit_rotate_is_tried_again_when_the_clock_went_back(void **state) {
    const struct temp_place *place = *state;
    KC_AUTO(audit) audit = open_audit(place);
    plan.wall_ahead_us = INT64_C(100) * 365 * 86400 * 1000000;
    plan.cant_link = true;
    for (size_t i = 0; i < NOTES; i++) {
        assert_int_equal(write_note(audit, i), KC_OK);
    }
    plan.wall_ahead_us = 0;
    plan.cant_link = false;
    assert_int_equal(write_note(audit, NOTES), KC_OK);
    assert_int_equal(count_files(place), 1);
    plan.ahead_ms = 61000;
    assert_int_equal(write_note(audit, NOTES + 1), KC_OK);
    plan.ahead_ms = 0;
    assert_int_equal(count_files(place), 2);
    assert_holds(place);
}

static void test_audit_pack_leaves_lines_that_nobody_could_have_written(void **state) {
    static const struct {
        size_t length;
        bool is_packed;
    } cases[] = {{AUDIT_LINE_MAX, true},
                 {AUDIT_LINE_MAX + 1, false},
                 {AUDIT_LINE_MAX + 10, false},
                 {(size_t)5 * AUDIT_LINE_MAX, false}};
    const struct temp_place *place = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *plain = name_of(place, ".000001");
        char *packed = name_of(place, ".000001.gz");
        char *text = malloc(cases[i].length + 1);
        assert_non_null(text);
        memset(text, 'x', cases[i].length);
        text[cases[i].length] = '\n';
        temp_file_write(plain, text, cases[i].length + 1);
        assert_int_equal(audit_pack_all(place->path, NULL), KC_OK);
        assert_int_equal(access(packed, F_OK) == 0, cases[i].is_packed);
        assert_int_equal(access(plain, F_OK) == 0, !cases[i].is_packed);
        assert_int_equal(unlink(cases[i].is_packed ? packed : plain), 0);
        free(plain);
        free(packed);
        free(text);
    }
}

static void test_audit_pack_keeps_what_it_packs(void **state) {
    const struct temp_place *place = *state;
    write_notes(place, 0, NOTES);
    size_t files = count_files(place);
    assert_int_equal(audit_pack_all(place->path, NULL), KC_OK);
    assert_int_equal(count_files(place), files);
    char *plain = name_of(place, ".000001");
    char *packed = name_of(place, ".000001.gz");
    assert_int_equal(access(plain, F_OK), -1);
    assert_int_equal(access(packed, F_OK), 0);
    free(plain);
    free(packed);
    assert_holds(place);
    assert_int_equal(count_notes(place, "note 0"), 1);
}

/* What may be done to the files, and what it is called. */
struct attack {
    void (*act)(const struct temp_place *place);
    const char *reason;
};

static void remove_first(const struct temp_place *place) {
    remove_in(place, ".000001");
}

static void remove_middle(const struct temp_place *place) {
    remove_in(place, ".000002");
}

static void remove_last(const struct temp_place *place) {
    KC_AUTO(audit_files) files = NULL;
    assert_int_equal(audit_files_new(place->path, &files), KC_OK);
    assert_int_equal(unlink(files->list[files->count - 2].path), 0);
}

static void remove_current(const struct temp_place *place) {
    remove_in(place, "");
}

static void empty_current(const struct temp_place *place) {
    temp_file_write(place->path, "", 0);
}

static void exchange_two(const struct temp_place *place) {
    rename_in(place, ".000001", ".away");
    rename_in(place, ".000002", ".000001");
    rename_in(place, ".away", ".000002");
}

static void put_older(const struct temp_place *place) {
    size_t length = 0;
    char *from = name_of(place, ".000001");
    char *to = name_of(place, ".000002");
    char *text = temp_file_read(from, &length);
    temp_file_write(to, text, length);
    free(text);
    free(from);
    free(to);
}

static void cut_end(const struct temp_place *place) {
    size_t length = 0;
    char *path = name_of(place, ".000002");
    char *text = temp_file_read(path, &length);
    while (length > 1 && text[length - 2] != '\n') {
        length--;
    }
    temp_file_write(path, text, length - 1);
    free(text);
    free(path);
}

static void cut_packed(const struct temp_place *place) {
    size_t length = 0;
    assert_int_equal(audit_pack_all(place->path, NULL), KC_OK);
    char *path = name_of(place, ".000002.gz");
    char *bytes = temp_file_read(path, &length);
    temp_file_write(path, bytes, length - 9);
    free(bytes);
    free(path);
}

static void remove_packed(const struct temp_place *place) {
    assert_int_equal(audit_pack_all(place->path, NULL), KC_OK);
    remove_in(place, ".000002.gz");
}

static void test_audit_verify_sees_what_was_done_to_a_file(void **state) {
    static const struct attack attacks[] = {
        {remove_first, "audit.log.000002: line 1 has number "},
        {remove_middle, "audit.log.000003: line 1 has number "},
        {remove_last, "audit.log: line 1 has number "},
        {remove_current, "audit.log isn't there, and the record goes on in it"},
        {empty_current, "audit.log is empty, and the record goes on in it"},
        {exchange_two, "audit.log.000001: line 1 has number "},
        {put_older, "audit.log.000002: line 1 has number 1 where "},
        {cut_end, "audit.log.000003: line 1 has number "},
        {cut_packed, "audit.log.000002.gz can't be unpacked"},
        {remove_packed, "audit.log.000003.gz: line 1 has number "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++) {
        void *own = NULL;
        (void)make_place(&own);
        write_notes(own, 0, NOTES);
        assert_holds(own);
        attacks[i].act(own);
        assert_damaged(own, attacks[i].reason);
        (void)temp_place_free(&own);
    }
}

static void test_audit_tells_that_the_file_it_writes_was_taken_away(void **state) {
    const struct temp_place *place = *state;
    write_notes(place, 0, NOTES);
    remove_current(place);
    write_notes(place, NOTES, 1);
    assert_holds(place);
    KC_AUTO(audit_files) files = NULL;
    KC_AUTO(audit_reader) reader = NULL;
    struct audit_piece piece;
    struct audit_view view;
    assert_int_equal(audit_files_new(place->path, &files), KC_OK);
    assert_int_equal(audit_reader_open(&files->list[files->count - 1], &reader), KC_OK);
    assert_int_equal(audit_reader_next(reader, &piece), KC_OK);
    assert_int_equal(audit_view_open(&view, piece.text, piece.length), KC_OK);
    assert_true(audit_view_is(&view, AUDIT_EVENT, "log_replaced"));
    audit_view_close(&view);
}

static void test_audit_head_is_found_wherever_its_record_went(void **state) {
    const struct temp_place *place = *state;
    struct audit_head heads[NOTES];
    KC_AUTO(audit) audit = open_audit(place);
    for (size_t i = 0; i < NOTES; i++) {
        assert_int_equal(write_note(audit, i), KC_OK);
        assert_int_equal(audit_look(audit, &heads[i]), KC_OK);
    }
    for (size_t i = 0; i < NOTES; i++) {
        assert_int_equal(audit_head_check_file(place->path, &heads[i]), KC_OK);
    }
    assert_int_equal(audit_pack_all(place->path, NULL), KC_OK);
    for (size_t i = 0; i < NOTES; i++) {
        assert_int_equal(audit_head_check_file(place->path, &heads[i]), KC_OK);
    }
    remove_in(place, ".000001.gz");
    assert_int_equal(audit_head_check_file(place->path, &heads[0]), KC_CHANGED);
    assert_int_equal(audit_head_check_file(place->path, &heads[NOTES - 1]), KC_OK);
    remove_current(place);
    assert_int_equal(audit_head_check_file(place->path, &heads[NOTES - 1]), KC_CHANGED);
}

/* Crashes */

/* Writes and packs in a child that ends at its `call`-th change of a file, and tells after each
 * note that it is written. Whether it came to its end. */
static bool run_until(const struct temp_place *place, size_t call, bool is_behind,
                      size_t *ret_told) {
    int told[2];
    assert_int_equal(pipe(told), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct audit *audit = NULL;
        const struct audit_limits limits = {.bytes = SHORT_FILE};
        plan.calls_left = call;
        plan.is_behind = is_behind;
        bool is_good = audit_open(place->path, &audit) == KC_OK;
        if (is_good) {
            audit_limit(audit, &limits);
        }
        for (size_t i = 0; is_good && i < NOTES; i++) {
            is_good = write_note(audit, i) == KC_OK && __real_write(told[1], "", 1) == 1 &&
                      (i % 6 != 5 || audit_pack_all(place->path, NULL) == KC_OK);
        }
        _exit(is_good ? 0 : 1);
    }
    char byte = 0;
    int status = -1;
    assert_int_equal(close(told[1]), 0);
    for (*ret_told = 0; read(told[0], &byte, 1) == 1; ++*ret_told) {
    }
    assert_int_equal(close(told[0]), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0);
    return WIFEXITED(status);
}

/* Whoever comes next goes on, and everything that was told as written is there. */
static void assert_nothing_lost(const struct temp_place *place, size_t told) {
    write_notes(place, NOTES, 3);
    assert_int_equal(audit_pack_all(place->path, NULL), KC_OK);
    assert_holds(place);
    for (size_t i = 0; i < NOTES + 3; i++) {
        char message[32];
        (void)snprintf(message, sizeof message, "note %zu", i);
        size_t count = count_notes(place, message);
        assert_true(count == 1 || (count == 0 && i >= told && i < NOTES));
    }
    assert_true(count_notes(place, "goes on from the file with number 000001") <= 1);
}

static void crash_everywhere(bool is_behind) {
    bool is_whole = false;
    size_t call = 1;
    for (; !is_whole; call++) {
        size_t told = 0;
        void *own = NULL;
        (void)make_place(&own);
        is_whole = run_until(own, call, is_behind, &told);
        assert_true(is_whole == (told == NOTES) || told == NOTES);
        assert_nothing_lost(own, told);
        (void)temp_place_free(&own);
        assert_true(call < 1000);
    }
    assert_true(call > 60); /* it went through rotations and packing, not past them */
}

static void test_audit_rotate_survives_a_kill_before_any_step(void **state) {
    (void)state;
    crash_everywhere(false);
}

static void test_audit_rotate_survives_a_kill_behind_any_step(void **state) {
    (void)state;
    crash_everywhere(true);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_place, temp_place_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_audit_rotate_goes_on_in_a_new_file_with_one_chain),
        CASE(test_audit_rotate_is_seen_by_another_writer),
        CASE(test_audit_rotate_by_age),
        CASE(test_audit_rotate_that_cannot_be_done_loses_nothing),
        CASE(test_audit_rotate_is_tried_again_when_the_clock_went_back),
        CASE(test_audit_pack_leaves_lines_that_nobody_could_have_written),
        CASE(test_audit_pack_keeps_what_it_packs),
        CASE(test_audit_verify_sees_what_was_done_to_a_file),
        CASE(test_audit_tells_that_the_file_it_writes_was_taken_away),
        CASE(test_audit_head_is_found_wherever_its_record_went),
        CASE(test_audit_rotate_survives_a_kill_before_any_step),
        CASE(test_audit_rotate_survives_a_kill_behind_any_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
