/* SPDX-License-Identifier: MIT */
/*
 * The end of the record, remembered: what was cut off or written anew is noticed, what was
 * appended isn't.
 *
 * links: daemon/audit.c daemon/audit_line.c daemon/audit_chain.c daemon/audit_reader.c
 * links: daemon/audit_head.c daemon/crypto.c tests/unit/temp_directory.c kc_static platform
 * links: daemon/audit_files.c daemon/audit_gzip.c daemon/audit_pack.c daemon/audit_rotate.c
 * links: daemon/audit_scan.c daemon/audit_view.c -lz
 * links: daemon/chain_words.c -ljansson -lcrypto
 */
#include "daemon/audit_head.h"

#include "daemon/audit.h"
#include "tests/unit/temp_directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct place {
    char *directory;
    char *path;
    struct audit *audit;
};

static void note(const struct place *place) {
    const struct audit_note note = {.event = "policy"};
    assert_int_equal(audit_note(place->audit, &note), KC_OK);
}

static int set_up(void **state) {
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    place->directory = temp_directory_new();
    place->path = temp_path(place->directory, "audit.log");
    assert_int_equal(audit_open(place->path, &place->audit), KC_OK);
    note(place);
    note(place);
    *state = place;
    return 0;
}

static int tear_down(void **state) {
    struct place *place = *state;
    audit_free(place->audit);
    temp_directory_remove(place->directory);
    free(place->path);
    free(place);
    return 0;
}

static bool log_has(const struct place *place, const char *text) {
    size_t length = 0;
    char *bytes = temp_file_read(place->path, &length);
    bool has = strstr(bytes, text) != NULL;
    free(bytes);
    return has;
}

/* Another file with the same bytes, but for `from`, where it stands last, which becomes `to`. */
static void write_anew(const struct place *place, const char *from, const char *to) {
    size_t length = 0;
    char *bytes = temp_file_read(place->path, &length);
    char *last = NULL;
    for (char *at = strstr(bytes, from); at != NULL; at = strstr(at + 1, from)) {
        last = at;
    }
    assert_non_null(last);
    memcpy(last, to, strlen(to));
    assert_int_equal(unlink(place->path), 0);
    temp_file_write(place->path, bytes, length);
    free(bytes);
}

/* As many lines, and an end that a chain could go on from: but not the lines that we wrote. */
static void test_audit_tells_that_its_log_was_written_anew(void **state) {
    const struct place *place = *state;
    write_anew(place, "policy", "POLICY");
    note(place);
    assert_true(log_has(place, "log_replaced"));
}

static void test_audit_does_not_mind_a_copy_that_is_the_same(void **state) {
    const struct place *place = *state;
    write_anew(place, "policy", "policy");
    note(place);
    assert_false(log_has(place, "log_replaced"));
}

static void test_audit_head_holds_when_more_is_written_and_not_when_it_is_cut(void **state) {
    const struct place *place = *state;
    struct audit_head head = {0};
    assert_int_equal(audit_look(place->audit, &head), KC_OK);
    assert_int_equal(head.place.seq, 2);
    assert_int_equal(audit_head_check_file(place->path, &head), KC_OK);
    note(place);
    assert_int_equal(audit_head_check_file(place->path, &head), KC_OK);
    assert_int_equal(truncate(place->path, (off_t)head.size), 0);
    assert_int_equal(audit_head_check_file(place->path, &head), KC_OK);
    assert_int_equal(truncate(place->path, (off_t)head.size - 1), 0);
    assert_int_equal(audit_head_check_file(place->path, &head), KC_CHANGED);
    assert_int_equal(truncate(place->path, 0), 0);
    assert_int_equal(audit_head_check_file(place->path, &head), KC_CHANGED);
}

static void test_audit_head_of_nothing_holds_anywhere(void **state) {
    const struct place *place = *state;
    const struct audit_head none = {.size = 0};
    assert_int_equal(audit_head_check_file(place->path, &none), KC_OK);
}

#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_PLACE(test_audit_tells_that_its_log_was_written_anew),
        WITH_PLACE(test_audit_does_not_mind_a_copy_that_is_the_same),
        WITH_PLACE(test_audit_head_holds_when_more_is_written_and_not_when_it_is_cut),
        WITH_PLACE(test_audit_head_of_nothing_holds_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
