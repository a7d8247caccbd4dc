/* SPDX-License-Identifier: MIT */
/*
 * The list of those who wait: its bounds, its age, and that nobody's note is lost.
 * links: daemon/pending.c daemon/pending_list.c daemon/pending_links.c daemon/pending_read.c
 * links: daemon/pending_write.c daemon/chain_words.c daemon/edit_lock.c kc_static platform
 * links: -ljansson
 */
#include "daemon/chain.h"
#include "daemon/pending.h"
#include "libkc/parse.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HASH_A  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B  "aaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define NOW     INT64_C(1767323045000000)
#define SECOND  INT64_C(1000000)
#define LOCK_MS 5000

struct place {
    char directory[64];
    char path[128];
    char damaged[160];
};

static int enter(void **state) {
    struct place *place = calloc(1, sizeof *place);
    if (place == NULL) {
        return -1;
    }
    (void)snprintf(place->directory, sizeof place->directory, "/tmp/kc-pending-XXXXXX");
    if (mkdtemp(place->directory) == NULL) {
        free(place);
        return -1;
    }
    (void)snprintf(place->path, sizeof place->path, "%s/pending.json", place->directory);
    (void)snprintf(place->damaged, sizeof place->damaged, "%s.damaged", place->path);
    *state = place;
    return 0;
}

/* Removes what is known; anything else that lies there makes rmdir(2), and the case, fail. */
static int leave(void **state) {
    struct place *place = *state;
    char lock[160];
    (void)snprintf(lock, sizeof lock, "%s.lock", place->path);
    (void)remove(place->path);
    (void)remove(place->damaged);
    (void)remove(lock);
    int failed = rmdir(place->directory);
    free(place);
    return failed;
}

static struct pending_note note_of(const char *path, const char *hash) {
    return (struct pending_note){.path = path,
                                 .hash = hash,
                                 .arguments = "a b",
                                 .pid = 7,
                                 .action = "read",
                                 .service = "aws",
                                 .target = "x",
                                 .times = 1};
}

static void add(const struct place *place, const char *path, const char *hash, int64_t now_us) {
    struct pending_note note = note_of(path, hash);
    assert_int_equal(pending_add(place->path, &note, 1, now_us, LOCK_MS), KC_OK);
}

static struct pending *load(const struct place *place, int64_t now_us) {
    struct pending *pending = NULL;
    assert_int_equal(pending_load(place->path, now_us, &pending), KC_OK);
    return pending;
}

static void test_pending_without_a_file_is_empty(void **state) {
    KC_AUTO(pending) pending = load(*state, NOW);
    assert_int_equal(pending_count(pending), 0);
    assert_null(pending_at(pending, 0));
}

static void test_pending_keeps_what_was_noted(void **state) {
    struct place *place = *state;
    struct stat status;
    add(place, "/bin/a\nb", HASH_A, NOW);
    assert_int_equal(stat(place->path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    KC_AUTO(pending) pending = load(place, NOW);
    assert_int_equal(pending_count(pending), 1);
    const struct pending_entry *entry = pending_at(pending, 0);
    assert_string_equal(entry->path, "/bin/a\nb");
    assert_string_equal(entry->hash, HASH_A);
    assert_string_equal(entry->arguments, "a b");
    assert_int_equal(entry->pid, 7);
    assert_int_equal(entry->count, 1);
    assert_int_equal(entry->first_us, NOW);
    assert_int_equal(entry->last_us, NOW);
    assert_int_equal(entry->asked_count, 1);
    assert_string_equal(entry->asked[0].action, "read");
    assert_string_equal(entry->asked[0].service, "aws");
    assert_string_equal(entry->asked[0].target, "x");
}

static void test_pending_counts_one_identity_once(void **state) {
    struct place *place = *state;
    struct pending_note again = note_of("/bin/a", HASH_A);
    again.times = 40;
    again.pid = 8;
    again.arguments = "c";
    add(place, "/bin/a", HASH_A, NOW);
    add(place, "/bin/b", HASH_A, NOW + 1);
    assert_int_equal(pending_add(place->path, &again, 1, NOW + 2, LOCK_MS), KC_OK);
    KC_AUTO(pending) pending = load(place, NOW + 2);
    assert_int_equal(pending_count(pending), 2);
    const struct pending_entry *entry = pending_at(pending, 0);
    assert_string_equal(entry->path, "/bin/a");
    assert_int_equal(entry->count, 41);
    assert_int_equal(entry->pid, 8);
    assert_string_equal(entry->arguments, "c");
    assert_int_equal(entry->first_us, NOW);
    assert_int_equal(entry->last_us, NOW + 2);
    assert_string_equal(pending_at(pending, 1)->path, "/bin/b");
}

static void test_pending_keeps_the_last_different_questions(void **state) {
    struct place *place = *state;
    enum { ASKED = PENDING_ASKED_MAX + 3 };
    for (unsigned i = 0; i < 2 * ASKED; i++) {
        char target[16];
        struct pending_note note = note_of("/bin/a", HASH_A);
        (void)snprintf(target, sizeof target, "t%u", i / 2);
        note.target = target;
        assert_int_equal(pending_add(place->path, &note, 1, NOW, LOCK_MS), KC_OK);
    }
    KC_AUTO(pending) pending = load(place, NOW);
    const struct pending_entry *entry = pending_at(pending, 0);
    assert_int_equal(entry->count, 2 * ASKED);
    assert_int_equal(entry->asked_count, PENDING_ASKED_MAX);
    assert_string_equal(entry->asked[0].target, "t3");
    assert_string_equal(entry->asked[PENDING_ASKED_MAX - 1].target, "t10");
}

static void test_pending_stays_bounded_under_a_flood_of_identities(void **state) {
    struct place *place = *state;
    enum { FLOOD = 1000, BATCH = 100 };
    static char paths[FLOOD][24];
    for (size_t i = 0; i < FLOOD; i += BATCH) {
        struct pending_note notes[BATCH];
        for (size_t k = 0; k < BATCH; k++) {
            (void)snprintf(paths[i + k], sizeof paths[0], "/bin/%zu", i + k);
            notes[k] = note_of(paths[i + k], HASH_A);
        }
        assert_int_equal(pending_add(place->path, notes, BATCH, NOW + (int64_t)i, LOCK_MS), KC_OK);
    }
    KC_AUTO(pending) pending = load(place, NOW + FLOOD);
    assert_int_equal(pending_count(pending), PENDING_MAX);
    for (size_t i = 0; i < PENDING_MAX; i++) {
        assert_string_equal(pending_at(pending, i)->path, paths[FLOOD - 1 - i]);
    }
}

static void test_pending_evicts_whom_it_saw_longest_ago(void **state) {
    struct place *place = *state;
    for (unsigned i = 0; i < PENDING_MAX; i++) {
        char path[24];
        (void)snprintf(path, sizeof path, "/bin/%u", i);
        add(place, path, HASH_A, NOW + i);
    }
    add(place, "/bin/0", HASH_A, NOW + 1000);
    add(place, "/bin/new", HASH_A, NOW + 2000);
    KC_AUTO(pending) pending = load(place, NOW + 2000);
    assert_int_equal(pending_count(pending), PENDING_MAX);
    assert_string_equal(pending_at(pending, 0)->path, "/bin/new");
    assert_string_equal(pending_at(pending, 1)->path, "/bin/0");
    assert_string_equal(pending_at(pending, PENDING_MAX - 1)->path, "/bin/2");
}

static void test_pending_forgets_after_a_day(void **state) {
    struct place *place = *state;
    static const struct {
        int64_t now_us;
        size_t count;
    } cases[] = {
        {NOW + PENDING_AGE_US - 1, 2},          {NOW + PENDING_AGE_US, 1},
        {NOW + SECOND + PENDING_AGE_US - 1, 1}, {NOW + SECOND + PENDING_AGE_US, 0},
        {NOW + SECOND - PENDING_AGE_US, 2},     {NOW - PENDING_AGE_US, 1},
        {NOW - PENDING_AGE_US - 1, 0},
    };
    add(place, "/bin/a", HASH_A, NOW);
    add(place, "/bin/b", HASH_A, NOW + SECOND);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        KC_AUTO(pending) pending = load(place, cases[i].now_us);
        assert_int_equal(pending_count(pending), cases[i].count);
    }
    add(place, "/bin/c", HASH_A, NOW + PENDING_AGE_US);
    KC_AUTO(pending) pending = load(place, NOW + SECOND);
    assert_int_equal(pending_count(pending), 2);
}

static void test_pending_cuts_arguments_at_a_whole_character(void **state) {
    struct place *place = *state;
    /* At `at` stands `unit`, after and before it plain letters; `kept` bytes stay. */
    static const struct {
        size_t length;
        size_t at;
        const char *unit;
        size_t kept;
    } cases[] = {
        {512, 0, "", 512},           {513, 0, "", 509},          {600, 508, "\xc3\xbc", 508},
        {600, 507, "\xc3\xbc", 509}, {600, 506, "\\x1b", 506},   {600, 505, "\\x1b", 509},
        {600, 504, "\\u202e", 504},  {600, 503, "\\u202e", 509}, {600, 508, "\\u202e", 508},
        {600, 509, "\\x1b", 509},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[700];
        char path[24];
        struct pending_note note = note_of(path, HASH_A);
        memset(text, 'a', sizeof text);
        memcpy(text + cases[i].at, cases[i].unit, strlen(cases[i].unit));
        text[cases[i].length] = '\0';
        note.arguments = text;
        (void)snprintf(path, sizeof path, "/bin/%zu", i);
        assert_int_equal(pending_add(place->path, &note, 1, NOW, LOCK_MS), KC_OK);
        KC_AUTO(pending) pending = load(place, NOW);
        const char *kept = pending_at(pending, 0)->arguments;
        assert_memory_equal(kept, text, cases[i].kept);
        assert_string_equal(kept + cases[i].kept,
                            cases[i].length > PENDING_ARGUMENTS_MAX ? "..." : "");
        assert_true(parse_is_utf8(kept, strlen(kept)));
    }
}

static void test_pending_passes_over_what_could_not_be_approved(void **state) {
    struct place *place = *state;
    static const struct {
        const char *path;
        const char *hash;
    } cases[] = {{"bin/a", HASH_A}, {"/bin/\xff", HASH_A}, {"/bin/a", "aaaa"}, {"", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        add(place, cases[i].path, cases[i].hash, NOW);
    }
    add(place, "/bin/a", HASH_A, NOW);
    KC_AUTO(pending) pending = load(place, NOW);
    assert_int_equal(pending_count(pending), 1);
}

static void test_pending_finds_by_a_unique_beginning(void **state) {
    struct place *place = *state;
    static const struct {
        const char *prefix;
        enum kc_error error;
        const char *path;
    } cases[] = {
        {"aaaaaaaaa", KC_OK, "/bin/a"},   {"aaaaaaaab", KC_OK, "/bin/b"},
        {HASH_B, KC_OK, "/bin/b"},        {"aaaaaaaa", KC_INVALID, NULL},
        {"aaaaaaa", KC_INVALID, NULL},    {"", KC_INVALID, NULL},
        {"AAAAAAAAA", KC_INVALID, NULL},  {HASH_B "b", KC_INVALID, NULL},
        {"cccccccc", KC_NOT_FOUND, NULL},
    };
    add(place, "/bin/a", HASH_A, NOW);
    add(place, "/bin/b", HASH_B, NOW + 1);
    KC_AUTO(pending) pending = load(place, NOW + 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct pending_entry *entry = NULL;
        assert_int_equal(pending_find(pending, cases[i].prefix, &entry), cases[i].error);
        if (cases[i].path == NULL) {
            assert_null(entry);
        } else {
            assert_string_equal(entry->path, cases[i].path);
        }
    }
}

static void test_pending_finds_no_hash_that_two_paths_share(void **state) {
    struct place *place = *state;
    const struct pending_entry *entry = NULL;
    add(place, "/bin/a", HASH_A, NOW);
    add(place, "/tmp/a", HASH_A, NOW + 1);
    KC_AUTO(pending) pending = load(place, NOW + 1);
    assert_int_equal(pending_find(pending, HASH_A, &entry), KC_INVALID);
    assert_int_equal(pending_find(pending, "aaaaaaaa", &entry), KC_INVALID);
    assert_null(entry);
    assert_string_equal(pending_find_path(pending, "/bin/a")->path, "/bin/a");
    assert_string_equal(pending_find_path(pending, "/tmp/a")->path, "/tmp/a");
}

static void test_pending_finds_the_newest_of_a_path(void **state) {
    struct place *place = *state;
    add(place, "/bin/a", HASH_A, NOW);
    add(place, "/bin/a", HASH_B, NOW + 1);
    KC_AUTO(pending) pending = load(place, NOW + 1);
    assert_string_equal(pending_find_path(pending, "/bin/a")->hash, HASH_B);
    assert_null(pending_find_path(pending, "/bin"));
    assert_null(pending_find_path(pending, "a"));
    assert_null(pending_find_path(pending, ""));
}

static void test_pending_removes_one_identity(void **state) {
    struct place *place = *state;
    assert_int_equal(pending_remove(place->path, "/bin/a", HASH_A), KC_NOT_FOUND);
    add(place, "/bin/a", HASH_A, NOW);
    add(place, "/bin/a", HASH_B, NOW);
    assert_int_equal(pending_remove(place->path, "/bin/b", HASH_A), KC_NOT_FOUND);
    assert_int_equal(pending_remove(place->path, "/bin/a", HASH_A), KC_OK);
    assert_int_equal(pending_remove(place->path, "/bin/a", HASH_A), KC_NOT_FOUND);
    KC_AUTO(pending) pending = load(place, NOW);
    assert_int_equal(pending_count(pending), 1);
    assert_string_equal(pending_at(pending, 0)->hash, HASH_B);
}

static void write_file(const char *path, const char *text, mode_t mode) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void test_pending_puts_a_file_that_it_cannot_use_aside(void **state) {
    struct place *place = *state;
    static const struct {
        const char *text;
        mode_t mode;
        enum kc_error error;
    } cases[] = {
        {"{", 0600, KC_DAMAGED},
        {"{\"version\":2,\"pending\":[]}", 0600, KC_DAMAGED},
        {"{\"version\":1,\"pending\":[{}]}", 0600, KC_DAMAGED},
        {"{\"version\":1,\"pending\":[]}", 0644, KC_UNSAFE},
        {"{\"version\":1,\"pending\":[]}", 0620, KC_UNSAFE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pending *none = NULL;
        char text[64] = "";
        write_file(place->path, cases[i].text, cases[i].mode);
        assert_int_equal(pending_load(place->path, NOW, &none), cases[i].error);
        assert_null(none);
        assert_int_equal(pending_remove(place->path, "/bin/a", HASH_A), cases[i].error);

        add(place, "/bin/a", HASH_A, NOW);
        KC_AUTO(pending) pending = load(place, NOW);
        assert_int_equal(pending_count(pending), 1);
        FILE *aside = fopen(place->damaged, "r");
        assert_non_null(aside);
        assert_non_null(fgets(text, sizeof text, aside));
        assert_int_equal(fclose(aside), 0);
        assert_string_equal(text, cases[i].text);
    }
}

static void test_pending_takes_away_what_a_crash_left(void **state) {
    struct place *place = *state;
    char left[160];
    (void)snprintf(left, sizeof left, "%s.new.0a1b2c", place->path);
    FILE *file = fopen(left, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(left, 0600), 0);
    add(place, "/a", HASH_A, NOW);
    assert_int_equal(access(left, F_OK), -1);
}

static void test_pending_does_not_follow_a_symbolic_link(void **state) {
    struct place *place = *state;
    char target[160];
    struct stat status;
    (void)snprintf(target, sizeof target, "%s/target", place->directory);
    write_file(target, "precious", 0600);
    assert_int_equal(symlink(target, place->path), 0);
    add(place, "/bin/a", HASH_A, NOW);
    assert_int_equal(lstat(place->path, &status), 0);
    assert_true(S_ISREG(status.st_mode));
    assert_int_equal(stat(target, &status), 0);
    assert_int_equal(status.st_size, sizeof "precious" - 1);
    assert_int_equal(unlink(target), 0);
}

static void test_pending_loses_no_note_of_another_process(void **state) {
    struct place *place = *state;
    enum { CHILDREN = 4, NOTES = 50 };
    for (unsigned child = 0; child < CHILDREN; child++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            bool is_done = true;
            for (unsigned i = 0; i < NOTES; i++) {
                char path[32];
                struct pending_note note = note_of(path, HASH_A);
                (void)snprintf(path, sizeof path, "/bin/%u-%u", child, i);
                is_done = pending_add(place->path, &note, 1, NOW, LOCK_MS) == KC_OK && is_done;
                (void)snprintf(path, sizeof path, "/bin/shared");
                is_done = pending_add(place->path, &note, 1, NOW, LOCK_MS) == KC_OK && is_done;
            }
            _exit(is_done ? 0 : 1);
        }
    }
    for (unsigned child = 0; child < CHILDREN; child++) {
        int status = 0;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    KC_AUTO(pending) pending = load(place, NOW);
    assert_int_equal(pending_count(pending), CHILDREN * NOTES + 1);
    uint64_t shared = 0;
    for (size_t i = 0; i < pending_count(pending); i++) {
        const struct pending_entry *entry = pending_at(pending, i);
        shared += strcmp(entry->path, "/bin/shared") == 0 ? entry->count : 0;
    }
    assert_int_equal(shared, CHILDREN * NOTES);
}

#define CHAIN_ID "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

/* A shell that runs a script, below a terminal. */
static struct chain_link *three_links(void) {
    static struct chain_link links[] = {
        {.kind = LINK_SCRIPT,
         .pid = 12,
         .path = (char *)"/bin/sh",
         .hash = HASH_A,
         .script = (char *)"/home/x/a b\n.sh",
         .script_hash = HASH_B},
        {.kind = LINK_UNKNOWN, .pid = 11, .path = (char *)"", .why = "it can't be looked at"},
        {.kind = LINK_BINARY, .pid = 10, .path = (char *)"/bin/term", .hash = HASH_B},
    };
    return links;
}

static void add_chain(const struct place *place, const struct chain *chain, int64_t now_us) {
    struct pending_note note = note_of("/bin/kcget", HASH_A);
    note.chain = chain;
    assert_int_equal(pending_add(place->path, &note, 1, now_us, LOCK_MS), KC_OK);
}

static void test_pending_keeps_a_chain_link_by_link(void **state) {
    struct place *place = *state;
    const struct chain chain = {
        .count = 3, .links = three_links(), .end = CHAIN_END_MANAGER, .id = CHAIN_ID};
    add_chain(place, &chain, NOW);
    KC_AUTO(pending) pending = load(place, NOW);
    assert_int_equal(pending_count(pending), 1);
    const struct pending_entry *entry = pending_at(pending, 0);
    assert_string_equal(entry->id, CHAIN_ID);
    assert_string_equal(entry->path, "/bin/kcget");
    assert_string_equal(entry->hash, HASH_A);
    assert_string_equal(entry->end, "manager");
    assert_int_equal(entry->link_count, 3);
    assert_string_equal(entry->links[0].kind, "script");
    assert_string_equal(entry->links[0].path, "/bin/sh");
    assert_string_equal(entry->links[0].hash, HASH_A);
    assert_string_equal(entry->links[0].script, "/home/x/a b\n.sh");
    assert_string_equal(entry->links[0].script_hash, HASH_B);
    assert_int_equal(entry->links[0].pid, 12);
    assert_string_equal(entry->links[1].kind, "unknown");
    assert_string_equal(entry->links[1].path, "");
    assert_string_equal(entry->links[1].hash, "");
    assert_string_equal(entry->links[2].path, "/bin/term");
    assert_string_equal(entry->links[2].script, "");
    assert_string_equal(entry->links[2].script_hash, "");
}

static void test_pending_counts_a_chain_once_and_notes_its_last_numbers(void **state) {
    struct place *place = *state;
    struct chain_link again[3];
    memcpy(again, three_links(), sizeof again);
    again[2].pid = 99;
    const struct chain chain = {
        .count = 3, .links = three_links(), .end = CHAIN_END_FIRST, .id = CHAIN_ID};
    const struct chain later = {.count = 3, .links = again, .end = CHAIN_END_FIRST, .id = CHAIN_ID};
    const struct chain orphan = {.end = CHAIN_END_FIRST, .id = HASH_B};
    add_chain(place, &chain, NOW);
    add_chain(place, &later, NOW + 1);
    add_chain(place, &orphan, NOW + 2);
    KC_AUTO(pending) pending = load(place, NOW + 2);
    assert_int_equal(pending_count(pending), 2);
    assert_int_equal(pending_at(pending, 0)->link_count, 0);
    assert_int_equal(pending_at(pending, 1)->count, 2);
    assert_int_equal(pending_at(pending, 1)->links[2].pid, 99);
}

static void test_pending_tells_a_helper_from_its_chains(void **state) {
    struct place *place = *state;
    const struct pending_entry *entry = NULL;
    const struct chain chain = {.end = CHAIN_END_OTHER, .id = CHAIN_ID};
    add_chain(place, &chain, NOW + 1);
    add(place, "/bin/kcget", HASH_A, NOW);
    KC_AUTO(pending) pending = load(place, NOW + 1);
    assert_int_equal(pending_count(pending), 2);
    assert_int_equal(pending_find(pending, "cccccccc", &entry), KC_OK);
    assert_string_equal(entry->end, "other_user");
    assert_int_equal(pending_find(pending, "aaaaaaaa", &entry), KC_OK);
    assert_string_equal(entry->end, "");
    assert_string_equal(pending_find_path(pending, "/bin/kcget")->id, HASH_A);
    assert_int_equal(pending_remove(place->path, "/bin/kcget", CHAIN_ID), KC_OK);
    KC_AUTO(pending) rest = load(place, NOW + 1);
    assert_int_equal(pending_count(rest), 1);
    assert_string_equal(pending_at(rest, 0)->id, HASH_A);
}

static void test_pending_lists_a_chain_whole_or_not_at_all(void **state) {
    struct place *place = *state;
    static char path[4096];
    struct chain_link links[CHAIN_LINKS_MAX];
    memset(path, 'p', sizeof path - 1);
    path[0] = '/';
    for (size_t i = 0; i < CHAIN_LINKS_MAX; i++) {
        links[i] = (struct chain_link){.kind = LINK_BINARY, .path = path, .hash = HASH_A};
    }
    /* Seven paths of 4,095 bytes fit beside the helper's own. */
    struct chain chain = {.count = 7, .links = links, .id = CHAIN_ID};
    add_chain(place, &chain, NOW);
    chain.count = 8;
    memset(chain.id, 'd', 64);
    add_chain(place, &chain, NOW);
    chain.count = 1;
    links[0].hash[0] = '\0';
    memset(chain.id, 'e', 64);
    add_chain(place, &chain, NOW);
    KC_AUTO(pending) pending = load(place, NOW);
    assert_int_equal(pending_count(pending), 1);
    assert_int_equal(pending_at(pending, 0)->link_count, 7);
}

/* Each as large as it can be, so that none is lost to the limit of the file. */
static void test_pending_keeps_as_many_of_the_largest_entries(void **state) {
    struct place *place = *state;
    static char paths[2][480];
    static char target[1025];
    static char arguments[513];
    static struct chain chains[PENDING_MAX];
    static struct pending_note notes[PENDING_MAX * PENDING_ASKED_MAX];
    static char services[PENDING_ASKED_MAX][256];
    struct chain_link links[CHAIN_LINKS_MAX];
    memset(paths, '/', sizeof paths);
    paths[0][465] = paths[1][465] = '\0';
    memset(target, '"', sizeof target - 1);
    memset(arguments, '\\', sizeof arguments - 1);
    for (size_t i = 0; i < CHAIN_LINKS_MAX; i++) {
        links[i] = (struct chain_link){.kind = LINK_SCRIPT,
                                       .pid = INT64_MAX,
                                       .path = paths[0],
                                       .hash = HASH_A,
                                       .script = paths[1],
                                       .script_hash = HASH_A};
    }
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        struct chain *chain = &chains[i / PENDING_ASKED_MAX];
        char *service = services[i % PENDING_ASKED_MAX];
        *chain = (struct chain){.count = CHAIN_LINKS_MAX, .links = links, .id = CHAIN_ID};
        (void)snprintf(chain->id, 4, "%03zx", i / PENDING_ASKED_MAX);
        chain->id[3] = 'c';
        memset(service, '"', 255);
        service[0] = (char)('a' + i % PENDING_ASKED_MAX);
        notes[i] = note_of("/bin/kcget", HASH_A);
        notes[i].chain = chain;
        notes[i].arguments = arguments;
        notes[i].pid = INT64_MAX;
        notes[i].times = INT64_MAX;
        notes[i].action = "search";
        notes[i].service = service;
        notes[i].target = target;
    }
    assert_int_equal(pending_add(place->path, notes, sizeof notes / sizeof notes[0], NOW, LOCK_MS),
                     KC_OK);
    KC_AUTO(pending) pending = load(place, NOW);
    assert_int_equal(pending_count(pending), PENDING_MAX);
    assert_int_equal(pending_at(pending, 0)->asked_count, PENDING_ASKED_MAX);
    assert_int_equal(pending_at(pending, PENDING_MAX - 1)->link_count, CHAIN_LINKS_MAX);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_pending_without_a_file_is_empty),
        CASE(test_pending_keeps_what_was_noted),
        CASE(test_pending_counts_one_identity_once),
        CASE(test_pending_keeps_the_last_different_questions),
        CASE(test_pending_stays_bounded_under_a_flood_of_identities),
        CASE(test_pending_evicts_whom_it_saw_longest_ago),
        CASE(test_pending_forgets_after_a_day),
        CASE(test_pending_cuts_arguments_at_a_whole_character),
        CASE(test_pending_passes_over_what_could_not_be_approved),
        CASE(test_pending_finds_by_a_unique_beginning),
        CASE(test_pending_finds_no_hash_that_two_paths_share),
        CASE(test_pending_finds_the_newest_of_a_path),
        CASE(test_pending_removes_one_identity),
        CASE(test_pending_keeps_a_chain_link_by_link),
        CASE(test_pending_counts_a_chain_once_and_notes_its_last_numbers),
        CASE(test_pending_tells_a_helper_from_its_chains),
        CASE(test_pending_lists_a_chain_whole_or_not_at_all),
        CASE(test_pending_keeps_as_many_of_the_largest_entries),
        CASE(test_pending_puts_a_file_that_it_cannot_use_aside),
        CASE(test_pending_takes_away_what_a_crash_left),
        CASE(test_pending_does_not_follow_a_symbolic_link),
        CASE(test_pending_loses_no_note_of_another_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
