/* SPDX-License-Identifier: MIT */
/*
 * Pinned processes and the files that they run: ended, executed, traced, in name spaces of
 * their own, deleted under their feet.
 * links: tests/unit/temp_directory.c tests/unit/victim.c platform
 */
#define _GNU_SOURCE
#include "platform/linux/mounts.h"
#include "platform/linux/process_internal.h"
#include "tests/unit/temp_directory.h"
#include "tests/unit/victim.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SLEEP "/bin/sleep"

static struct process *pin(pid_t pid) {
    struct process *process = NULL;
    assert_int_equal(process_pin((uint64_t)pid, &process), KC_OK);
    return process;
}

static void test_process_pins_a_living_child(void **state) {
    (void)state;
    bool prepared = false;
    struct victim victim = victim_start(NULL, NULL, &prepared);
    KC_AUTO(process) process = pin(victim.pid);
    const char *why = NULL;
    assert_int_equal(process_number(process), victim.pid);
    assert_int_equal(process_check(process), KC_OK);
    assert_int_equal(process_check(process), KC_OK);
    assert_int_equal(process_check_surroundings(process, &why), KC_OK);
    assert_int_equal(process_check_untraced(process, &why), KC_OK);
    assert_null(why);
    victim_end(&victim);
}

static void test_process_checks_several_at_once(void **state) {
    (void)state;
    bool prepared = false;
    struct victim one = victim_start(NULL, NULL, &prepared);
    struct victim other = victim_start(NULL, NULL, &prepared);
    KC_AUTO(process) first = pin(one.pid);
    KC_AUTO(process) second = pin(other.pid);
    const struct process *const both[] = {first, second};
    assert_int_equal(process_check_all(both, 0), KC_OK);
    assert_int_equal(process_check_all(both, 2), KC_OK);
    victim_execute(&other, SLEEP);
    assert_int_equal(process_check_all(both, 2), KC_CHANGED);
    assert_int_equal(process_check_all(both, 1), KC_OK);
    victim_kill(&other);
    assert_int_equal(process_check_all(both, 2), KC_END);
    assert_int_equal(process_check_all(both, 1), KC_OK);
    victim_end(&other);
    victim_end(&one);
}

static bool shut_itself(void *context) {
    (void)context;
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

static void test_process_watch_waits_for_the_end_of_one_that_is_shut(void **state) {
    (void)state;
    bool prepared = false;
    struct victim victim = victim_start(shut_itself, NULL, &prepared);
    assert_true(prepared);
    KC_AUTO(process_watch) watch = NULL;
    assert_int_equal(process_watch_new((uint64_t)victim.pid, &watch), KC_OK);
    assert_int_equal(process_watch_wait(watch, 0), KC_TIMEOUT);
    assert_int_equal(process_watch_wait(watch, 20), KC_TIMEOUT);
    assert_int_equal(close(victim.orders), 0); /* it ends by itself, while we wait */
    assert_int_equal(process_watch_wait(watch, 10000), KC_OK);
    assert_int_equal(process_watch_wait(watch, 0), KC_OK);
    victim.orders = dup(victim.answers);
    victim_end(&victim);
    assert_int_equal(process_watch_wait(watch, 0), KC_OK); /* also when it was reaped */
}

static void test_process_watches_nothing_that_is_not_there(void **state) {
    (void)state;
    bool prepared = false;
    struct victim victim = victim_start(NULL, NULL, &prepared);
    uint64_t gone = (uint64_t)victim.pid;
    victim_end(&victim);
    const uint64_t numbers[] = {0, gone, INT_MAX, UINT64_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct process_watch *watch = NULL;
        assert_int_equal(process_watch_new(numbers[i], &watch), KC_END);
        assert_null(watch);
    }
    process_watch_free(NULL);
}

static void test_process_pins_nothing_that_is_not_there(void **state) {
    (void)state;
    bool prepared = false;
    struct victim victim = victim_start(NULL, NULL, &prepared);
    uint64_t gone = (uint64_t)victim.pid;
    victim_end(&victim);
    const uint64_t numbers[] = {0, gone, INT_MAX, (uint64_t)INT_MAX + 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct process *process = NULL;
        assert_int_equal(process_pin(numbers[i], &process), KC_END);
        assert_null(process);
    }
    process_free(NULL);
}

static void test_process_end_is_seen_before_it_is_reaped(void **state) {
    (void)state;
    bool prepared = false;
    struct victim victim = victim_start(NULL, NULL, &prepared);
    KC_AUTO(process) process = pin(victim.pid);
    victim_kill(&victim);
    const char *why = NULL;
    struct process *late = NULL;
    struct image *image = NULL;
    assert_int_equal(process_check(process), KC_END);
    assert_int_equal(process_pin((uint64_t)victim.pid, &late), KC_END);
    assert_int_equal(process_open_image(process, &image, &why), KC_END);
    victim_end(&victim);
    assert_int_equal(process_check(process), KC_END);
    assert_int_equal(process_check_surroundings(process, &why), KC_END);
    assert_int_equal(process_open_image(process, &image, &why), KC_END);
    assert_null(image);
}

static void test_process_that_executes_is_another_program(void **state) {
    (void)state;
    bool prepared = false;
    struct victim victim = victim_start(NULL, NULL, &prepared);
    KC_AUTO(process) before = pin(victim.pid);
    victim_execute(&victim, SLEEP);
    KC_AUTO(process) after = pin(victim.pid);
    struct image *image = NULL;
    const char *why = NULL;
    assert_int_equal(process_check(before), KC_CHANGED);
    assert_int_equal(process_open_image(before, &image, &why), KC_CHANGED);
    assert_null(image);
    assert_non_null(why);
    assert_int_equal(process_check(after), KC_OK);
    victim_end(&victim);
}

static bool shut_memory(void *context) {
    (void)context;
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

static void test_process_that_shuts_its_memory_cannot_be_pinned(void **state) {
    (void)state;
    if (geteuid() == 0) {
        skip(); /* root may look at everything */
    }
    bool prepared = false;
    struct victim victim = victim_start(shut_memory, NULL, &prepared);
    struct process *process = NULL;
    assert_true(prepared);
    assert_int_equal(process_pin((uint64_t)victim.pid, &process), KC_UNSAFE);
    assert_null(process);
    victim_end(&victim);
}

static void test_process_that_is_traced_is_refused(void **state) {
    (void)state;
    bool prepared = false;
    struct victim victim = victim_start(NULL, NULL, &prepared);
    KC_AUTO(process) process = pin(victim.pid);
    const char *why = NULL;
    assert_int_equal(ptrace(PTRACE_SEIZE, victim.pid, NULL, NULL), 0);
    assert_int_equal(process_check_untraced(process, &why), KC_UNSAFE);
    assert_non_null(strstr(why, "traced"));
    assert_int_equal(process_check_surroundings(process, &why), KC_UNSAFE);
    victim_end(&victim);
}

static bool leave_user_namespace(void *context) {
    (void)context;
    return unshare(CLONE_NEWUSER) == 0;
}

static void test_process_in_its_own_user_name_space_is_refused(void **state) {
    (void)state;
    bool prepared = false;
    struct victim victim = victim_start(leave_user_namespace, NULL, &prepared);
    if (!prepared) {
        victim_end(&victim);
        skip(); /* this system doesn't let us make one */
    }
    struct process *process = NULL;
    const char *why = NULL;
    enum kc_error error = process_pin((uint64_t)victim.pid, &process);
    if (error == KC_OK) {
        error = process_check_surroundings(process, &why);
        assert_non_null(strstr(why, "user name space"));
    }
    assert_int_equal(error, KC_UNSAFE);
    process_free(process);
    victim_end(&victim);
}

/* Its child, that is: a pid name space begins with the next fork. */
static bool fork_into_pid_namespace(void *context) {
    pid_t *inner = context;
    if (unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0) {
        return false;
    }
    pid_t child = fork();
    if (child == 0) {
        for (;;) {
            (void)pause();
        }
    }
    *inner = child;
    return child > 0;
}

static void test_process_in_its_own_pid_name_space_is_refused(void **state) {
    (void)state;
    bool prepared = false;
    pid_t *inner =
        mmap(NULL, sizeof *inner, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(inner, MAP_FAILED);
    struct victim victim = victim_start(fork_into_pid_namespace, inner, &prepared);
    pid_t pid = *inner;
    assert_int_equal(munmap(inner, sizeof *inner), 0);
    if (!prepared) {
        victim_end(&victim);
        skip(); /* this system doesn't let us make one */
    }
    assert_true(pid > 0);
    struct process *process = NULL;
    const char *why = "pid name space";
    enum kc_error error = process_pin((uint64_t)pid, &process);
    if (error == KC_OK) {
        error = process_check_untraced(process, &why);
    }
    process_free(process);
    (void)kill(pid, SIGKILL);
    victim_end(&victim);
    assert_int_equal(error, KC_UNSAFE);
    assert_non_null(strstr(why, "pid name space"));
}

static void test_process_arguments_are_cut_at_the_size(void **state) {
    (void)state;
    static const char all[] = SLEEP "\00060";
    char buffer[64];
    size_t length = 0;
    bool prepared = false;
    struct victim victim = victim_start(NULL, NULL, &prepared);
    victim_execute(&victim, SLEEP);
    KC_AUTO(process) process = pin(victim.pid);
    assert_int_equal(process_arguments(process, buffer, sizeof buffer, &length), KC_OK);
    assert_int_equal(length, sizeof all);
    assert_memory_equal(buffer, all, sizeof all);
    assert_int_equal(process_arguments(process, buffer, 4, &length), KC_OK);
    assert_int_equal(length, 4);
    assert_memory_equal(buffer, "/bi", 4);
    assert_int_equal(process_arguments(process, buffer, 0, &length), KC_OK);
    assert_int_equal(length, 0);
    victim_end(&victim);
}

static void test_image_is_the_file_that_runs(void **state) {
    (void)state;
    bool prepared = false;
    struct victim victim = victim_start(NULL, NULL, &prepared);
    victim_execute(&victim, SLEEP);
    KC_AUTO(process) process = pin(victim.pid);
    KC_AUTO(image) running = NULL;
    KC_AUTO(image) named = NULL;
    struct image_stamp one;
    struct image_stamp other;
    const char *why = NULL;
    char bytes[8];
    size_t length = 0;
    assert_int_equal(process_open_image(process, &running, &why), KC_OK);
    assert_int_equal(image_open(SLEEP, &named, &why), KC_OK);
    assert_null(why);
    char *real = realpath(SLEEP, NULL);
    assert_string_equal(image_path(running), real);
    assert_string_equal(image_path(named), real);
    free(real);
    assert_int_equal(image_stamp(running, &one), KC_OK);
    assert_int_equal(image_stamp(named, &other), KC_OK);
    assert_memory_equal(one.words, other.words, sizeof one.words);
    assert_int_equal(image_read(running, 0, bytes, 4, &length), KC_OK);
    assert_int_equal(length, 4);
    assert_memory_equal(bytes, "\177ELF", 4);
    assert_int_equal(image_read(running, image_size(running) - 1, bytes, 8, &length), KC_OK);
    assert_int_equal(length, 1);
    assert_int_equal(image_read(running, image_size(running), bytes, 8, &length), KC_OK);
    assert_int_equal(length, 0);
    assert_int_equal(image_read(running, UINT64_MAX, bytes, 8, &length), KC_INVALID);
    victim_end(&victim);
}

/* A copy of a small program in a private directory. */
static char *copy_of_sleep(const char *directory) {
    size_t length = 0;
    char *path = temp_path(directory, "program");
    char *bytes = temp_file_read(SLEEP, &length);
    temp_file_write(path, bytes, length);
    free(bytes);
    assert_int_equal(chmod(path, 0700), 0);
    return path;
}

static void test_image_that_was_deleted_is_refused(void **state) {
    (void)state;
    bool prepared = false;
    char *directory = temp_directory_new();
    char *path = copy_of_sleep(directory);
    struct victim victim = victim_start(NULL, NULL, &prepared);
    victim_execute(&victim, path);
    KC_AUTO(process) process = pin(victim.pid);
    struct image *image = NULL;
    const char *why = NULL;
    assert_int_equal(process_open_image(process, &image, &why), KC_OK);
    image_free(image);
    image = NULL;
    assert_int_equal(unlink(path), 0);
    assert_int_equal(process_open_image(process, &image, &why), KC_UNSAFE);
    assert_null(image);
    assert_non_null(strstr(why, "deleted"));
    victim_end(&victim);
    temp_directory_remove(directory);
    free(path);
}

static void test_image_is_seen_without_opening_it(void **state) {
    (void)state;
    bool prepared = false;
    char *directory = temp_directory_new();
    char *path = copy_of_sleep(directory);
    struct victim victim = victim_start(NULL, NULL, &prepared);
    victim_execute(&victim, path);
    KC_AUTO(process) process = pin(victim.pid);
    KC_AUTO(image) image = NULL;
    struct image_stamp seen;
    char *place = NULL;
    const char *why = NULL;
    assert_int_equal(process_open_image(process, &image, &why), KC_OK);
    assert_int_equal(process_look_at_image(process, &seen, &place, &why), KC_OK);
    const struct image_stamp opened = image_stamp_opened(image);
    assert_memory_equal(seen.words, opened.words, sizeof seen.words);
    assert_int_equal(seen.trusted, image_is_trusted(image));
    assert_string_equal(place, image_path(image));
    assert_int_equal(process_check_image(process, &seen), KC_OK);
    free(place);
    place = NULL;
    assert_int_equal(unlink(path), 0);
    assert_int_equal(process_look_at_image(process, &seen, &place, &why), KC_UNSAFE);
    assert_non_null(strstr(why, "deleted"));
    victim_end(&victim);
    assert_int_equal(process_look_at_image(process, &seen, &place, &why), KC_END);
    assert_null(place);
    temp_directory_remove(directory);
    free(path);
}

/* Or of one that can't be told; then it never is. */
static void test_image_is_read_now_when_it_is_in_memory(void **state) {
    (void)state;
    KC_AUTO(image) image = NULL;
    const char *why = NULL;
    char bytes[8] = "";
    size_t length = 0;
    char *directory = temp_directory_new();
    char *path = copy_of_sleep(directory);
    assert_int_equal(image_open(path, &image, &why), KC_OK);
    enum kc_error error = image_read_now(image, 0, bytes, 4, &length);
    if (error == KC_OK) {
        assert_memory_equal(bytes, "\177ELF", 4);
        assert_int_equal(image_read_now(image, image_size(image), bytes, 4, &length), KC_OK);
        assert_int_equal(length, 0);
        int file = open(path, O_RDWR | O_CLOEXEC);
        assert_true(file >= 0 && fsync(file) == 0);
        assert_int_equal(posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED), 0);
        error = image_read_now(image, 0, bytes, 4, &length); /* KC_OK: memory is all that it has */
        assert_int_equal(close(file), 0);
    }
    assert_true(error == KC_AGAIN || error == KC_OK);
    temp_directory_remove(directory);
    free(path);
}

static void test_image_that_is_leased_is_not_waited_for(void **state) {
    (void)state;
    struct image *image = NULL;
    const char *why = NULL;
    char *directory = temp_directory_new();
    char *path = copy_of_sleep(directory);
    int holder = open(path, O_RDWR | O_CLOEXEC);
    assert_true(holder >= 0);
    assert_int_equal(fcntl(holder, F_SETSIG, SIGURG), 0); /* which does nothing */
    if (fcntl(holder, F_SETLEASE, F_WRLCK) == 0) {
        assert_int_equal(image_open(path, &image, &why), KC_TIMEOUT);
        assert_null(image);
        assert_int_equal(fcntl(holder, F_SETLEASE, F_UNLCK), 0);
    }
    assert_int_equal(image_open(path, &image, &why), KC_OK);
    image_free(image);
    assert_int_equal(close(holder), 0);
    temp_directory_remove(directory);
    free(path);
}

static void test_image_in_memory_is_refused(void **state) {
    (void)state;
    bool prepared = false;
    size_t length = 0;
    char *bytes = temp_file_read(SLEEP, &length);
    int memory = memfd_create("program", 0);
    assert_true(memory >= 0);
    assert_int_equal(write(memory, bytes, length), (ssize_t)length);
    free(bytes);
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)getpid(), memory);
    int reader = open(path, O_RDONLY | O_CLOEXEC); /* a file open for writing can't be executed */
    assert_true(reader >= 0);
    assert_int_equal(close(memory), 0);
    (void)snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)getpid(), reader);
    struct victim victim = victim_start(NULL, NULL, &prepared);
    victim_execute(&victim, path);
    KC_AUTO(process) process = pin(victim.pid);
    struct image *image = NULL;
    const char *why = NULL;
    assert_int_equal(process_open_image(process, &image, &why), KC_UNSAFE);
    assert_null(image);
    assert_non_null(strstr(why, "no mount of ours"));
    victim_end(&victim);
    assert_int_equal(close(reader), 0);
}

static void test_image_open_refuses_what_is_not_a_local_file(void **state) {
    (void)state;
    char *directory = temp_directory_new();
    char *pipe_path = temp_path(directory, "pipe");
    char *missing = temp_path(directory, "missing");
    assert_int_equal(mkfifo(pipe_path, 0700), 0);
    const struct {
        const char *path;
        enum kc_error expected;
    } rows[] = {
        {directory, KC_UNSAFE},           {pipe_path, KC_UNSAFE},  {"/proc/self/status", KC_UNSAFE},
        {"/proc/self/mounts", KC_UNSAFE}, {missing, KC_NOT_FOUND},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct image *image = NULL;
        const char *why = NULL;
        assert_int_equal(image_open(rows[i].path, &image, &why), rows[i].expected);
        assert_null(image);
        assert_non_null(why);
    }
    free(missing);
    free(pipe_path);
    temp_directory_remove(directory);
}

static void test_image_open_follows_links_and_tells_the_real_path(void **state) {
    (void)state;
    char *directory = temp_directory_new();
    char *path = copy_of_sleep(directory);
    char *link = temp_path(directory, "link");
    KC_AUTO(image) image = NULL;
    const char *why = NULL;
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(image_open(link, &image, &why), KC_OK);
    char *real = realpath(path, NULL);
    assert_string_equal(image_path(image), real);
    free(real);
    if (geteuid() != 0) {
        struct image *shut = NULL;
        assert_int_equal(chmod(path, 0), 0);
        assert_int_equal(image_open(path, &shut, &why), KC_DENIED);
        assert_null(shut);
    }
    free(link);
    free(path);
    temp_directory_remove(directory);
}

static void test_image_stamp_settles_only_with_age(void **state) {
    (void)state;
    char *directory = temp_directory_new();
    char *path = copy_of_sleep(directory);
    KC_AUTO(image) fresh = NULL;
    KC_AUTO(image) old = NULL;
    struct image_stamp before;
    struct image_stamp after;
    const char *why = NULL;
    assert_int_equal(image_open(path, &fresh, &why), KC_OK);
    assert_int_equal(image_stamp(fresh, &before), KC_OK);
    assert_false(before.settled);
    temp_file_write(path, "changed", 7);
    assert_int_equal(image_stamp(fresh, &after), KC_OK);
    assert_memory_not_equal(before.words, after.words, sizeof before.words);
    assert_int_equal(image_open(SLEEP, &old, &why), KC_OK);
    assert_int_equal(image_stamp(old, &after), KC_OK);
    assert_true(after.settled);
    free(path);
    temp_directory_remove(directory);
}

static void test_mount_table_is_searched_for_the_number(void **state) {
    (void)state;
    static const char table[] =
        "22 27 0:21 / /proc rw - proc proc rw\n"
        "7 27 8:1 / /odd\\040-\\040name rw,relatime shared:1 master:2 - ext4 /dev/a rw\n"
        "8 27 0:30 / /o rw - overlay overlay rw\n"
        "18 27 0:37 / /t rw - tmpfs tmpfs rw\n"
        "9 27 0:31 / /f rw - fuse.sshfs a:b rw\n"
        "10 27 0:32 / /n rw - nfs4 a:b rw\n"
        "11 27 0:33 / /z rw - zfs pool rw\n"
        "12 27 0:34 / /e rw - ext4x /dev/b rw\n"
        "13 27 0:35 / /cut rw -\n"
        "15 27 7:0 / /l rw,nosuid,nodev - ext4 /dev/loop0 rw\n"
        "16 27 7:1 / /m rw,relatime - squashfs /dev/loop1 ro\n"
        "17 27 8:1 / /u rw,nosuid - ext4 /dev/a rw\n"
        "19 27 7:2 / /i rw,relatime - ext4 /dev/loop2 rw\n"
        "14 27 0:36 / /s rw - squashfs /dev/c ro";
    static const struct {
        uint64_t number;
        enum kc_error error;
        enum mount_times times;
        const char *why;
        bool honours_setid;
        bool is_prompt;
    } rows[] = {
        {7, KC_OK, MOUNT_TIMES_TELL, NULL, true, true},
        {8, KC_OK, MOUNT_TIMES_MAPPED, NULL, true, false},
        {18, KC_OK, MOUNT_TIMES_MAPPED, NULL, true, true},
        {11, KC_OK, MOUNT_TIMES_UNPROVEN, NULL, true, false},
        {14, KC_OK, MOUNT_TIMES_TELL, NULL, true, false},
        {9, KC_UNSAFE, MOUNT_TIMES_TELL, "FUSE", false, false},
        {10, KC_UNSAFE, MOUNT_TIMES_TELL, "network", false, false},
        {22, KC_UNSAFE, MOUNT_TIMES_TELL, "kind", false, false},
        {12, KC_UNSAFE, MOUNT_TIMES_TELL, "kind", false, false},
        {13, KC_UNSAFE, MOUNT_TIMES_TELL, "no mount", false, false},
        {15, KC_UNSAFE, MOUNT_TIMES_TELL, "disk image", false, false},
        {16, KC_OK, MOUNT_TIMES_TELL, NULL, true, false},
        {19, KC_OK, MOUNT_TIMES_TELL, NULL, true, false},
        {17, KC_OK, MOUNT_TIMES_TELL, NULL, false, true},
        {1, KC_UNSAFE, MOUNT_TIMES_TELL, "no mount", false, false},
        {2, KC_UNSAFE, MOUNT_TIMES_TELL, "no mount", false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mount mount = {.number = 0};
        const char *why = NULL;
        assert_int_equal(mount_find(table, rows[i].number, &mount, &why), rows[i].error);
        if (rows[i].error == KC_OK) {
            assert_int_equal(mount.number, rows[i].number);
            assert_int_equal(mount.times, rows[i].times);
            assert_int_equal(mount.honours_setid, rows[i].honours_setid);
            assert_int_equal(mount.is_prompt, rows[i].is_prompt);
        } else {
            assert_int_equal(mount.number, 0);
            assert_non_null(strstr(why, rows[i].why));
        }
    }
}

static void test_process_tells_its_user(void **state) {
    (void)state;
    KC_AUTO(process) process = NULL;
    uint64_t user = UINT64_MAX;
    assert_int_equal(process_pin((uint64_t)getpid(), &process), KC_OK);
    assert_int_equal(process_user(process, &user), KC_OK);
    assert_int_equal(user, geteuid());
}

/* Both ways must say the same of every mount that is here. */
static void test_mount_asked_for_is_the_mount_of_the_table(void **state) {
    (void)state;
    static const char *const places[] = {"/",        "/proc",    "/sys", "/dev",
                                         "/dev/shm", "/dev/pts", "/tmp", "/run"};
    static char table[1024 * 1024];
    FILE *file = fopen("/proc/self/mountinfo", "r");
    assert_non_null(file);
    table[fread(table, 1, sizeof table - 1, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const char *why = NULL;
        struct mount asked = {0};
        struct mount read = {0};
        int place = open(places[i], O_PATH | O_CLOEXEC);
        struct statx status;
        if (place < 0 || statx(place, "", AT_EMPTY_PATH, STATX_MNT_ID, &status) != 0) {
            continue;
        }
        enum kc_error answer = mount_ask(place, &asked, &why);
        assert_int_equal(close(place), 0);
        if (answer == KC_UNSUPPORTED) {
            skip(); /* a kernel before 6.8 */
        }
        assert_int_equal(answer, mount_find(table, status.stx_mnt_id, &read, &why));
        assert_int_equal(asked.number, read.number);
        assert_int_equal(asked.times, read.times);
        assert_int_equal(asked.honours_setid, read.honours_setid);
        assert_int_equal(asked.is_prompt, read.is_prompt);
    }
}

static void test_mount_of_a_memory_file_is_none_of_ours(void **state) {
    (void)state;
    const char *why = NULL;
    struct mount mount;
    int file = memfd_create("image", MFD_CLOEXEC);
    assert_true(file >= 0);
    enum kc_error answer = mount_ask(file, &mount, &why);
    assert_true(answer == KC_UNSAFE || answer == KC_UNSUPPORTED);
    assert_int_equal(mount_of(file, &mount, &why), KC_UNSAFE);
    assert_int_equal(close(file), 0);
}

/* Told by an answer that the table would never give for the real mount. */
static void test_mount_that_is_known_is_believed_for_itself_only(void **state) {
    (void)state;
    const char *why = NULL;
    struct mount real;
    struct mount found;
    int place = open("/proc/self/exe", O_PATH | O_CLOEXEC);
    assert_true(place >= 0);
    assert_int_equal(mount_of(place, &real, &why), KC_OK);
    struct mount known = {
        .number = real.number, .times = MOUNT_TIMES_UNPROVEN, .honours_setid = !real.honours_setid};
    assert_int_equal(mount_of_known(place, &known, &found, &why), KC_OK);
    assert_int_equal(found.honours_setid, known.honours_setid);
    known.number++;
    assert_int_equal(mount_of_known(place, &known, &found, &why), KC_OK);
    assert_int_equal(found.number, real.number);
    assert_int_equal(found.honours_setid, real.honours_setid);
    assert_int_equal(mount_of_known(place, NULL, &found, &why), KC_OK);
    assert_int_equal(found.honours_setid, real.honours_setid);
    assert_int_equal(close(place), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_process_pins_a_living_child),
        cmocka_unit_test(test_process_pins_nothing_that_is_not_there),
        cmocka_unit_test(test_process_watch_waits_for_the_end_of_one_that_is_shut),
        cmocka_unit_test(test_process_watches_nothing_that_is_not_there),
        cmocka_unit_test(test_process_end_is_seen_before_it_is_reaped),
        cmocka_unit_test(test_process_that_executes_is_another_program),
        cmocka_unit_test(test_process_that_shuts_its_memory_cannot_be_pinned),
        cmocka_unit_test(test_process_that_is_traced_is_refused),
        cmocka_unit_test(test_process_in_its_own_user_name_space_is_refused),
        cmocka_unit_test(test_process_in_its_own_pid_name_space_is_refused),
        cmocka_unit_test(test_process_checks_several_at_once),
        cmocka_unit_test(test_process_arguments_are_cut_at_the_size),
        cmocka_unit_test(test_image_is_the_file_that_runs),
        cmocka_unit_test(test_image_that_was_deleted_is_refused),
        cmocka_unit_test(test_image_is_seen_without_opening_it),
        cmocka_unit_test(test_image_is_read_now_when_it_is_in_memory),
        cmocka_unit_test(test_image_that_is_leased_is_not_waited_for),
        cmocka_unit_test(test_image_in_memory_is_refused),
        cmocka_unit_test(test_image_open_refuses_what_is_not_a_local_file),
        cmocka_unit_test(test_image_open_follows_links_and_tells_the_real_path),
        cmocka_unit_test(test_image_stamp_settles_only_with_age),
        cmocka_unit_test(test_mount_table_is_searched_for_the_number),
        cmocka_unit_test(test_process_tells_its_user),
        cmocka_unit_test(test_mount_asked_for_is_the_mount_of_the_table),
        cmocka_unit_test(test_mount_of_a_memory_file_is_none_of_ours),
        cmocka_unit_test(test_mount_that_is_known_is_believed_for_itself_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
