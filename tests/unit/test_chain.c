/* SPDX-License-Identifier: MIT */
/*
 * Walks up real lines of processes: how long they are, what each of them runs, where they end, and
 * what a kept pin is worth.
 * links: daemon/chain.c daemon/chain_kept.c daemon/chain_link.c daemon/chain_name.c
 * links: daemon/chain_words.c daemon/crypto.c daemon/digest.c daemon/interpreter.c
 * links: daemon/interpreter_grammar.c libkc/attributes.c libkc/parse.c libkc/secret.c
 * links: tests/unit/family.c tests/unit/temp_directory.c platform -lcrypto
 */
#define _GNU_SOURCE
#include "daemon/chain.h"
#include "daemon/chain_internal.h"
#include "daemon/digest.h"
#include "platform/clock.h"
#include "platform/process.h"
#include "tests/unit/family.h"
#include "tests/unit/temp_directory.h"

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
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATH "/usr/bin/asks"
#define HASH "00000000000000000000000000000000000000000000000000000000000000aa"

/* What a daemon holds. */
struct room {
    struct digest *digest;
    struct ancestors *ancestors;
};

static int set_up(void **state) {
    static struct room room;
    assert_int_equal(digest_new(&room.digest), KC_OK);
    assert_int_equal(ancestors_new(room.digest, &room.ancestors), KC_OK);
    *state = &room;
    return 0;
}

/* Fails when a chain, or a pin, was left. */
static int tear_down(void **state) {
    struct room *room = *state;
    ancestors_free(room->ancestors);
    digest_free(room->digest);
    return 0;
}

static struct process *pin(pid_t pid) {
    struct process *process = NULL;
    assert_int_equal(process_pin((uint64_t)pid, &process), KC_OK);
    return process;
}

static enum kc_error walk(const struct room *room, bool may_read, const struct process *child,
                          struct chain **ret_chain) {
    const struct chain_walk how = {.ancestors = room->ancestors, .may_read = may_read};
    return chain_walk(&how, child, PATH, HASH, ret_chain);
}

static struct chain *walk_from(const struct room *room, pid_t pid) {
    KC_AUTO(process) child = pin(pid);
    struct chain *chain = NULL;
    assert_int_equal(walk(room, true, child, &chain), KC_OK);
    assert_int_equal(strlen(chain->id), HASH_TEXT_SIZE - 1);
    return chain;
}

/* Ourselves and what is above us: every line of ours has that above it. */
static size_t count_base(const struct room *room) {
    KC_AUTO(chain) chain = walk_from(room, getpid());
    return chain->count + 1;
}

static void test_chain_is_everybody_above_nearest_first(void **state) {
    const struct room *room = *state;
    struct family family = family_fork(7);
    KC_AUTO(chain) base = walk_from(room, getpid());
    KC_AUTO(chain) chain = walk_from(room, family_last(&family));
    char *real = realpath("/proc/self/exe", NULL);
    assert_int_equal(chain->count, base->count + 7);
    assert_int_equal(chain->end, base->end);
    for (size_t i = 0; i < 6; i++) {
        const struct chain_link *link = &chain->links[i];
        assert_int_equal(link->kind, LINK_BINARY);
        assert_int_equal(link->pid, family.pids[5 - i]);
        assert_string_equal(link->path, real);
        assert_int_equal(strlen(link->hash), HASH_TEXT_SIZE - 1);
        assert_null(link->script);
        assert_null(link->why);
    }
    assert_int_equal(chain->links[6].pid, getpid());
    assert_int_equal(chain_check(chain), KC_OK);
    free(real);
    family_end(&family);
    assert_int_equal(chain_check(chain), KC_CHANGED);
}

static void test_chain_of_more_than_the_most_is_a_doubt(void **state) {
    const struct room *room = *state;
    size_t base = count_base(room);
    if (base + 2 > CHAIN_LINKS_MAX) {
        skip(); /* too many processes are above this test already */
    }
    /* The youngest asks; the others are above it. */
    for (size_t above = CHAIN_LINKS_MAX; above <= CHAIN_LINKS_MAX + 1; above++) {
        struct family family = family_fork(above - base + 1);
        KC_AUTO(chain) ours = walk_from(room, getpid());
        KC_AUTO(chain) chain = walk_from(room, family_last(&family));
        assert_int_equal(chain->count, CHAIN_LINKS_MAX);
        if (above == CHAIN_LINKS_MAX) {
            assert_int_equal(chain->end, ours->end);
        } else {
            assert_int_equal(chain->end, CHAIN_END_DOUBT);
            assert_string_equal(chain->why, "more than 32 processes are above it");
        }
        family_end(&family);
    }
}

static void test_chain_of_one_that_has_ended_is_none(void **state) {
    const struct room *room = *state;
    struct family family = family_fork(2);
    KC_AUTO(process) child = pin(family_last(&family));
    struct chain *chain = NULL;
    family_kill(&family, 1);
    assert_int_equal(walk(room, true, child, &chain), KC_END);
    assert_null(chain);
    family_end(&family);
}

static void test_chain_goes_on_above_an_orphan(void **state) {
    const struct room *room = *state;
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    size_t base = count_base(room);
    struct family family = family_fork(4);
    KC_AUTO(process) child = pin(family_last(&family)); /* it had three of them above it then */
    family_kill(&family, 2);
    struct chain *chain = NULL;
    assert_int_equal(walk(room, true, child, &chain), KC_OK);
    assert_int_equal(chain->count, base);
    assert_int_equal(chain->links[0].pid, getpid());
    chain_free(chain);
    pid_t orphan = family_last(&family);
    family_end(&family);
    assert_int_equal(waitpid(orphan, NULL, 0), orphan);
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0), 0);
}

static void test_chain_of_an_orphan_ends_below_the_first_process(void **state) {
    const struct room *room = *state;
    struct family family = family_fork(2);
    KC_AUTO(process) before = pin(family_last(&family));
    family_kill(&family, 0);
    KC_AUTO(process) child = pin(family_last(&family));
    if (process_parent_number(child) == 1) {
        KC_AUTO(chain) chain = walk_from(room, family_last(&family));
        assert_int_equal(chain->count, 0);
        assert_int_equal(chain->end, CHAIN_END_FIRST);
        assert_int_equal(chain_check(chain), KC_OK);
        struct chain *late = NULL;
        assert_int_equal(walk(room, true, before, &late), KC_OK);
        assert_string_equal(late->id, chain->id);
        chain_free(late);
    }
    assert_int_equal(kill(family_last(&family), SIGKILL), 0);
    family.pids[1] = 0;
    family_end(&family);
}

/* Whenever it falls: the chain is whole, or it is the orphan's. */
static void test_chain_holds_when_somebody_ends_during_the_walk(void **state) {
    const struct room *room = *state;
    size_t base = count_base(room);
    for (long i = 0; i < 40; i++) {
        struct family family = family_fork(7);
        KC_AUTO(process) child = pin(family_last(&family));
        const struct timespec soon = {0, i * 5000};
        pid_t killer = fork();
        if (killer == 0) {
            (void)nanosleep(&soon, NULL);
            (void)kill(family.pids[2], SIGKILL);
            _exit(0);
        }
        struct chain *chain = NULL;
        assert_int_equal(walk(room, true, child, &chain), KC_OK);
        assert_int_equal(waitpid(killer, NULL, 0), killer);
        bool is_whole = chain->count == base + 6;
        if (chain->end != CHAIN_END_DOUBT) { /* it may take longer to end than we wait */
            assert_true(is_whole || chain->count >= 3);
            assert_int_equal(chain->links[0].pid, family.pids[5]);
        }
        if (is_whole) {
            assert_int_equal(chain->links[3].pid, family.pids[2]);
        }
        chain_free(chain);
        family.pids[2] = 0;
        family_end(&family);
    }
}

static void test_chain_is_named_alike_for_the_same_programs(void **state) {
    const struct room *room = *state;
    struct family one = family_fork(3);
    struct family other = family_fork(3);
    struct family longer = family_fork(4);
    KC_AUTO(chain) first = walk_from(room, family_last(&one));
    KC_AUTO(chain) second = walk_from(room, family_last(&other));
    KC_AUTO(chain) third = walk_from(room, family_last(&longer));
    assert_string_equal(first->id, second->id);
    assert_string_not_equal(first->id, third->id);
    assert_int_not_equal(first->links[0].pid, second->links[0].pid);
    family_end(&longer);
    family_end(&other);
    family_end(&one);
}

static void test_chain_names_differ_in_every_word(void **state) {
    (void)state;
    char path[] = "/a";
    char other[] = "/b";
    struct chain_link link = {.kind = LINK_SCRIPT, .path = path, .script = other};
    struct chain chain = {.count = 1, .links = &link, .end = CHAIN_END_FIRST};
    char ids[9][HASH_TEXT_SIZE];
    size_t count = sizeof ids / sizeof ids[0];
    for (size_t i = 0; i < count; i++) {
        struct chain_link now = link;
        chain.links = &now;
        now.kind = i == 1 ? LINK_INLINE : link.kind;
        now.path = i == 2 ? other : path;
        now.script = i == 3 ? NULL : other;
        (void)snprintf(now.hash, sizeof now.hash, "%s", i == 4 ? "1" : "");
        (void)snprintf(now.script_hash, sizeof now.script_hash, "%s", i == 5 ? "1" : "");
        chain.end = i == 6 ? CHAIN_END_OTHER : CHAIN_END_FIRST;
        assert_int_equal(chain_name(&chain, i == 7 ? "/x" : "/y", i == 8 ? "1" : "2"), KC_OK);
        memcpy(ids[i], chain.id, sizeof ids[i]);
        for (size_t at = 0; at < i; at++) {
            assert_string_not_equal(ids[at], ids[i]);
        }
        now.pid = 7;
        assert_int_equal(chain_name(&chain, i == 7 ? "/x" : "/y", i == 8 ? "1" : "2"), KC_OK);
        assert_string_equal(ids[i], chain.id);
    }
}

static void test_chain_pins_are_kept_for_the_next(void **state) {
    const struct room *room = *state;
    struct family family = family_fork(4);
    KC_AUTO(chain) first = walk_from(room, family_last(&family));
    KC_AUTO(chain) second = walk_from(room, family_last(&family));
    assert_int_equal(second->count, first->count);
    assert_string_equal(second->id, first->id);
    for (size_t i = 0; i < first->count && first->links[i].kind != LINK_UNKNOWN; i++) {
        assert_ptr_equal(second->pins[i], first->pins[i]);
    }
    family_end(&family);
    assert_int_equal(chain_check(second), KC_CHANGED);
}

static void test_chain_keeps_no_pin_of_one_that_executes(void **state) {
    const struct room *room = *state;
    static const char order[] = "exec sleep 60\n";
    const struct timespec moment = {0, 5000000};
    struct family family = family_type("/bin/dash", "sleep 60");
    KC_AUTO(chain) before = walk_from(room, family_last(&family));
    KC_AUTO(process) shell = pin(family.pids[0]);
    assert_int_equal(write(family.input, order, sizeof order - 1), (ssize_t)sizeof order - 1);
    for (int i = 0; i < 2000 && process_check(shell) == KC_OK; i++) {
        (void)nanosleep(&moment, NULL);
    }
    KC_AUTO(chain) after = walk_from(room, family_last(&family));
    assert_int_equal(chain_check(before), KC_CHANGED);
    assert_int_equal(after->count, before->count);
    assert_int_equal(after->end, before->end);
    assert_int_equal(after->links[0].kind, LINK_BINARY);
    assert_string_not_equal(after->links[0].path, before->links[0].path);
    assert_ptr_equal(after->pins[1], before->pins[1]);
    family_end(&family);
}

static void test_chain_pins_are_bounded(void **state) {
    const struct room *room = *state;
    static struct ancestor *held[CHAIN_PINS_MAX];
    struct family family = family_fork(2);
    KC_AUTO(process) child = pin(family_last(&family));
    struct chain *chain = NULL;
    for (size_t i = 0; i < CHAIN_PINS_MAX; i++) {
        struct process *none = NULL;
        assert_int_equal(ancestor_new(room->ancestors, &none, &held[i]), KC_OK);
    }
    assert_int_equal(walk(room, true, child, &chain), KC_BUSY);
    assert_null(chain);
    for (size_t i = 0; i < CHAIN_PINS_MAX; i++) {
        ancestor_release(room->ancestors, held[i]);
    }
    assert_int_equal(walk(room, true, child, &chain), KC_OK);
    chain_free(chain);
    family_end(&family);
}

static void test_chain_of_remembered_files_needs_no_reading(void **state) {
    const struct room *room = *state;
    struct family family = family_fork(3);
    KC_AUTO(process) child = pin(family_last(&family));
    const struct timespec moment = {0, 100 * 1000 * 1000};
    struct chain *chain = NULL;
    enum kc_error error = walk(room, false, child, &chain);
    assert_int_equal(error, KC_AGAIN);
    assert_null(chain);
    /* This program may have been built a moment ago, which is too young to be remembered. */
    for (int i = 0; i < 50 && error == KC_AGAIN; i++) {
        assert_int_equal(walk(room, true, child, &chain), KC_OK);
        chain_free(chain);
        chain = NULL;
        error = walk(room, false, child, &chain);
        (void)nanosleep(&moment, NULL);
    }
    assert_int_equal(error, KC_OK);
    chain_free(chain);
    family_end(&family);
}

static void test_chain_walk_ends_when_it_is_cancelled(void **state) {
    const struct room *room = *state;
    struct family family = family_fork(3);
    KC_AUTO(process) child = pin(family_last(&family));
    atomic_bool cancel = true;
    struct chain *chain = NULL;
    const struct chain_walk how = {
        .ancestors = room->ancestors, .may_read = true, .cancel = &cancel};
    assert_int_equal(chain_walk(&how, child, PATH, HASH, &chain), KC_END);
    assert_null(chain);
    family_end(&family);
}

/* A private copy of a shell, that can be deleted under its feet. */
static char *copy_of(const char *program, const char *directory, const char *name) {
    size_t length = 0;
    char *path = temp_path(directory, name);
    char *bytes = temp_file_read(program, &length);
    temp_file_write(path, bytes, length);
    free(bytes);
    assert_int_equal(chmod(path, 0700), 0);
    return path;
}

static void test_chain_goes_on_above_a_deleted_program(void **state) {
    const struct room *room = *state;
    char *directory = temp_directory_new();
    char *shell = copy_of("/bin/sh", directory, "sh");
    const char *const arguments[] = {shell, "-c", "sleep 60 & echo $!; wait", NULL};
    struct family family = family_run(arguments, NULL, NULL);
    KC_AUTO(chain) before = walk_from(room, family_last(&family));
    assert_int_equal(before->links[0].kind, LINK_INLINE);
    assert_false(before->links[0].is_vouched && geteuid() != 0);
    assert_int_equal(unlink(shell), 0);
    KC_AUTO(chain) after = walk_from(room, family_last(&family));
    assert_int_equal(after->count, before->count);
    assert_int_equal(after->links[0].kind, LINK_UNKNOWN);
    assert_string_equal(after->links[0].why,
                        "its program file was deleted or replaced since it began");
    assert_string_equal(after->links[0].path, "");
    assert_string_equal(after->links[0].hash, "");
    assert_int_equal(after->links[1].pid, getpid());
    assert_string_not_equal(after->id, before->id);
    family_end(&family);
    free(shell);
    temp_directory_remove(directory);
}

struct spoken {
    const char *interpreter;
    const char *text;
};

static const struct spoken languages[] = {
    {"/bin/bash", "sleep 60 &\necho $!\nwait\n"},
    {"/bin/dash", "sleep 60 &\necho $!\nwait\n"},
    {"/usr/bin/python3", "import subprocess\n"
                         "child = subprocess.Popen(['sleep', '60'])\n"
                         "print(child.pid, flush=True)\n"
                         "child.wait()\n"},
    {"/usr/bin/perl", "my $pid = fork;\nexec 'sleep', '60' if !$pid;\n"
                      "$| = 1;\nprint \"$pid\\n\";\nwait;\n"},
};

#define LANGUAGES (sizeof languages / sizeof languages[0])

static void test_chain_tells_the_script_that_runs(void **state) {
    const struct room *room = *state;
    char *directory = temp_directory_new();
    char *path = temp_path(directory, "deploy");
    char *real = NULL;
    for (size_t i = 0; i < LANGUAGES; i++) {
        const char *const arguments[] = {languages[i].interpreter, "deploy", "-x", NULL};
        if (access(languages[i].interpreter, X_OK) != 0) {
            continue;
        }
        temp_file_write(path, languages[i].text, strlen(languages[i].text));
        real = realpath(path, NULL);
        struct family family = family_run(arguments, directory, NULL);
        KC_AUTO(chain) chain = walk_from(room, family_last(&family));
        assert_int_equal(chain->links[0].kind, LINK_SCRIPT);
        assert_string_equal(chain->links[0].script, real);
        assert_int_equal(strlen(chain->links[0].script_hash), HASH_TEXT_SIZE - 1);
        assert_true(chain->links[0].is_vouched);
        family_end(&family);
        free(real);
    }
    free(path);
    temp_directory_remove(directory);
}

static void test_chain_sees_a_script_that_was_edited_or_deleted(void **state) {
    const struct room *room = *state;
    static const char script[] = "#!/bin/sh\nsleep 60 &\necho $!\nwait\n";
    static const char edited[] = "#!/bin/sh\nsleep 60 &\necho $!\nwait\nexit\n";
    char *directory = temp_directory_new();
    char *path = temp_path(directory, "deploy.sh");
    const char *const arguments[] = {path, NULL};
    temp_file_write(path, script, sizeof script - 1);
    assert_int_equal(chmod(path, 0700), 0);
    struct family family = family_run(arguments, NULL, NULL);
    KC_AUTO(chain) before = walk_from(room, family_last(&family));
    temp_file_write(path, edited, sizeof edited - 1);
    KC_AUTO(chain) after = walk_from(room, family_last(&family));
    assert_int_equal(unlink(path), 0);
    KC_AUTO(chain) late = walk_from(room, family_last(&family));
    assert_int_equal(before->links[0].kind, LINK_SCRIPT);
    assert_int_equal(after->links[0].kind, LINK_SCRIPT);
    assert_string_equal(before->links[0].script, after->links[0].script);
    assert_string_not_equal(before->links[0].script_hash, after->links[0].script_hash);
    assert_string_not_equal(before->id, after->id);
    assert_int_equal(late->links[0].kind, LINK_UNKNOWN);
    assert_non_null(strstr(late->links[0].why, "script"));
    assert_null(late->links[0].script);
    assert_int_equal(late->count, before->count);
    family_end(&family);
    free(path);
    temp_directory_remove(directory);
}

/* A line of processes below a script of this user's, in a directory of its own. */
struct staged {
    char *directory;
    char *path;
    struct family family;
    struct process *child;
};

static void stage_clear(struct staged *staged) {
    process_free(staged->child);
    family_end(&staged->family);
    free(staged->path);
    temp_directory_remove(staged->directory);
}

/* All programs above are remembered afterwards. */
static struct staged stage(const struct room *room) {
    static const char script[] = "sleep 60 &\necho $!\nwait\n";
    const struct timespec moment = {0, 100 * 1000 * 1000};
    struct staged staged = {.directory = temp_directory_new()};
    staged.path = temp_path(staged.directory, "deploy");
    temp_file_write(staged.path, script, sizeof script - 1);
    const char *const arguments[] = {"/bin/dash", staged.path, NULL};
    staged.family = family_run(arguments, NULL, NULL);
    staged.child = pin(family_last(&staged.family));
    KC_AUTO(process) above = pin(getpid());
    enum kc_error error = KC_AGAIN;
    for (int i = 0; i < 50 && error == KC_AGAIN; i++) {
        KC_AUTO(chain) base = NULL;
        KC_AUTO(chain) whole = NULL;
        assert_int_equal(walk(room, true, staged.child, &whole), KC_OK);
        error = walk(room, false, above, &base);
        (void)nanosleep(&moment, NULL);
    }
    assert_int_equal(error, KC_OK);
    return staged;
}

static void test_chain_reads_a_small_script_without_waiting(void **state) {
    const struct room *room = *state;
    struct staged staged = stage(room);
    struct chain *before = NULL;
    struct chain *after = NULL;
    struct chain *larger = NULL;
    if (walk(room, false, staged.child, &before) == KC_OK) { /* on a file system of ours */
        temp_file_write(staged.path, "other\n", 6);
        assert_int_equal(walk(room, false, staged.child, &after), KC_OK);
        assert_int_equal(after->links[0].kind, LINK_SCRIPT);
        assert_string_not_equal(after->links[0].script_hash, before->links[0].script_hash);
    }
    assert_int_equal(truncate(staged.path, (off_t)DIGEST_NOW_MAX + 1), 0);
    assert_int_equal(walk(room, false, staged.child, &larger), KC_AGAIN);
    assert_int_equal(walk(room, true, staged.child, &larger), KC_OK);
    assert_int_equal(larger->links[0].kind, LINK_SCRIPT);
    chain_free(larger);
    chain_free(after);
    chain_free(before);
    stage_clear(&staged);
}

static void test_chain_of_a_script_that_is_too_large_is_unknown(void **state) {
    const struct room *room = *state;
    struct staged staged = stage(room);
    for (int over = 0; over < 2; over++) {
        KC_AUTO(chain) chain = NULL;
        assert_int_equal(truncate(staged.path, (off_t)CHAIN_SCRIPTS_MAX + over), 0);
        assert_int_equal(walk(room, true, staged.child, &chain), KC_OK);
        assert_int_equal(chain->links[0].kind, over == 0 ? LINK_SCRIPT : LINK_UNKNOWN);
        assert_true(over == 0 || strstr(chain->links[0].why, "larger than 8 MiB") != NULL);
    }
    /* It isn't opened for reading, however large, nor does anybody wait for it. */
    KC_AUTO(chain) quick = NULL;
    assert_int_equal(walk(room, false, staged.child, &quick), KC_OK);
    assert_int_equal(quick->links[0].kind, LINK_UNKNOWN);
    stage_clear(&staged);
}

static void test_chain_waits_for_nobody_who_leased_a_script(void **state) {
    const struct room *room = *state;
    const struct timespec moment = {0, 100 * 1000 * 1000};
    const char *const reader[] = {"/usr/bin/python3", NULL, NULL};
    if (access(reader[0], X_OK) != 0) {
        skip();
    }
    char *directory = temp_directory_new();
    char *path = temp_path(directory, "deploy.py");
    const char *const arguments[] = {reader[0], path, NULL};
    temp_file_write(path, languages[2].text, strlen(languages[2].text));
    struct family family = family_run(arguments, NULL, NULL); /* python closes what it has read */
    int holder = open(path, O_RDWR | O_CLOEXEC);
    assert_true(holder >= 0 && fcntl(holder, F_SETSIG, SIGURG) == 0);
    for (int i = 0; i < 50 && fcntl(holder, F_SETLEASE, F_WRLCK) != 0; i++) {
        (void)nanosleep(&moment, NULL);
    }
    uint64_t begin_ms = clock_monotonic_ms();
    KC_AUTO(chain) chain = walk_from(room, family_last(&family));
    assert_true(clock_monotonic_ms() - begin_ms < 5000);
    assert_int_equal(chain->links[0].kind, LINK_UNKNOWN);
    assert_non_null(strstr(chain->links[0].why, "lease"));
    assert_int_equal(fcntl(holder, F_SETLEASE, F_UNLCK), 0);
    assert_int_equal(close(holder), 0);
    family_end(&family);
    free(path);
    temp_directory_remove(directory);
}

static void test_chain_tells_code_without_a_name(void **state) {
    const struct room *room = *state;
    const char *const by_option[] = {"/bin/sh", "-c", "sleep 60 & echo $!; wait", NULL};
    const char *const by_pipe[] = {"/bin/sh", NULL};
    const char *const by_descriptor[] = {"/bin/bash", "/dev/fd/0", NULL};
    const struct {
        const char *const *arguments;
        const char *input;
    } rows[] = {
        {by_option, NULL},
        {by_pipe, "sleep 60 & echo $!; wait\n"},
        {by_descriptor, "sleep 60 & echo $!; wait\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct family family = family_run(rows[i].arguments, NULL, rows[i].input);
        KC_AUTO(chain) chain = walk_from(room, family_last(&family));
        assert_int_equal(chain->links[0].kind, LINK_INLINE);
        assert_null(chain->links[0].script);
        family_end(&family);
    }
}

static void test_chain_tells_who_sits_at_a_terminal(void **state) {
    const struct room *room = *state;
    static const char *const shells[] = {"/bin/bash", "/bin/dash"};
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        struct family family = family_type(shells[i], "sleep 60");
        KC_AUTO(chain) chain = walk_from(room, family_last(&family));
        assert_int_equal(chain->links[0].kind, LINK_INTERACTIVE);
        family_end(&family);
    }
}

/* A command line so long that we see only its beginning: what was cut may be the script's name. */
static void test_chain_believes_no_command_line_that_was_cut(void **state) {
    const struct room *room = *state;
    static char long_text[20000];
    char *directory = temp_directory_new();
    char *path = temp_path(directory, "script");
    static const char script[] = "sleep 60 &\necho $!\nwait\n";
    temp_file_write(path, script, sizeof script - 1);
    memset(long_text, 'x', sizeof long_text - 1);
    const char *const behind[] = {"/bin/sh", path, long_text, NULL};
    const char *const before[] = {"/bin/sh", "-c", "sleep 60 & echo $!; wait", long_text, NULL};
    struct family named = family_run(behind, NULL, NULL);
    struct family nameless = family_run(before, NULL, NULL);
    KC_AUTO(chain) one = walk_from(room, family_last(&named));
    KC_AUTO(chain) other = walk_from(room, family_last(&nameless));
    assert_int_equal(one->links[0].kind, LINK_SCRIPT);
    assert_int_equal(other->links[0].kind, LINK_INLINE);
    family_end(&nameless);
    family_end(&named);
    free(path);
    temp_directory_remove(directory);
}

static void test_chain_above_one_that_is_shut_is_a_doubt(void **state) {
    const struct room *room = *state;
    if (geteuid() == 0) {
        skip(); /* root may look at everything */
    }
    struct family family = family_shut();
    KC_AUTO(chain) chain = walk_from(room, family_last(&family));
    assert_int_equal(chain->count, 0);
    assert_int_equal(chain->end, CHAIN_END_DOUBT);
    assert_non_null(strstr(chain->why, "non-dumpable"));
    family_end(&family);
}

static void test_chain_words_are_those_of_the_record(void **state) {
    (void)state;
    assert_string_equal(link_kind_word(LINK_BINARY), "binary");
    assert_string_equal(link_kind_word(LINK_INTERACTIVE), "interactive");
    assert_string_equal(link_kind_word(LINK_SCRIPT), "script");
    assert_string_equal(link_kind_word(LINK_INLINE), "inline");
    assert_string_equal(link_kind_word(LINK_UNKNOWN), "unknown");
    assert_string_equal(chain_end_word(CHAIN_END_FIRST), "first");
    assert_string_equal(chain_end_word(CHAIN_END_MANAGER), "manager");
    assert_string_equal(chain_end_word(CHAIN_END_OTHER), "other_user");
    assert_string_equal(chain_end_word(CHAIN_END_DOUBT), "doubt");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_chain_is_everybody_above_nearest_first),
        CASE(test_chain_of_more_than_the_most_is_a_doubt),
        CASE(test_chain_of_one_that_has_ended_is_none),
        CASE(test_chain_goes_on_above_an_orphan),
        CASE(test_chain_of_an_orphan_ends_below_the_first_process),
        CASE(test_chain_holds_when_somebody_ends_during_the_walk),
        CASE(test_chain_is_named_alike_for_the_same_programs),
        CASE(test_chain_names_differ_in_every_word),
        CASE(test_chain_pins_are_kept_for_the_next),
        CASE(test_chain_keeps_no_pin_of_one_that_executes),
        CASE(test_chain_pins_are_bounded),
        CASE(test_chain_of_remembered_files_needs_no_reading),
        CASE(test_chain_walk_ends_when_it_is_cancelled),
        CASE(test_chain_goes_on_above_a_deleted_program),
        CASE(test_chain_tells_the_script_that_runs),
        CASE(test_chain_sees_a_script_that_was_edited_or_deleted),
        CASE(test_chain_reads_a_small_script_without_waiting),
        CASE(test_chain_of_a_script_that_is_too_large_is_unknown),
        CASE(test_chain_waits_for_nobody_who_leased_a_script),
        CASE(test_chain_tells_code_without_a_name),
        CASE(test_chain_tells_who_sits_at_a_terminal),
        CASE(test_chain_believes_no_command_line_that_was_cut),
        CASE(test_chain_above_one_that_is_shut_is_a_doubt),
        CASE(test_chain_words_are_those_of_the_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
