/* SPDX-License-Identifier: MIT */
/*
 * What stands above a process: whose it is, where a chain of parents ends, and what is believed of
 * one that doesn't let itself be looked at; and the file and the terminal that a process uses. All
 * of it twice: a kernel before Linux 6.13 has no PIDFD_GET_INFO, which this test's own ioctl(2),
 * in front of the C library's, then refuses.
 * links: tests/unit/temp_directory.c tests/unit/victim.c platform
 */
#define _GNU_SOURCE
#include "platform/process.h"
#include "tests/unit/temp_directory.h"
#include "tests/unit/victim.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SLEEP      "/bin/sleep"
#define STRANGER   65534 /* a user that nobody is */

#define OF_HANDLES 0xFF /* the ioctls of pidfds (include/uapi/linux/pidfd.h) */

static bool is_old_kernel;
static unsigned refused;

int ioctl(int descriptor, unsigned long request, ...) {
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    if (is_old_kernel && _IOC_TYPE(request) == OF_HANDLES) {
        refused++;
        errno = ENOTTY;
        return -1;
    }
    return (int)syscall(SYS_ioctl, descriptor, request, argument);
}

static struct process *pin(pid_t pid) {
    struct process *process = NULL;
    assert_int_equal(process_pin((uint64_t)pid, &process), KC_OK);
    return process;
}

/* A parent that does something after it has forked: the order in which a chain is faked. */
struct family {
    bool (*then)(void); /* what the parent does; NULL: nothing */
    pid_t child;        /* out: in memory that is shared */
};

static bool become_parent(void *context) {
    struct family *family = context;
    pid_t child = fork();
    if (child == 0) {
        (void)close_range(STDERR_FILENO + 1, ~0u, 0); /* its parent's pipes */
        for (;;) {
            (void)pause();
        }
    }
    family->child = child;
    return child > 0 && (family->then == NULL || family->then());
}

struct pair {
    struct victim parent;
    pid_t child;
    bool is_prepared;
};

static struct pair start_pair(bool (*then)(void)) {
    struct pair pair = {.is_prepared = false};
    struct family *family =
        mmap(NULL, sizeof *family, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(family, MAP_FAILED);
    family->then = then;
    pair.parent = victim_start(become_parent, family, &pair.is_prepared);
    pair.child = family->child;
    assert_int_equal(munmap(family, sizeof *family), 0);
    assert_true(pair.child > 0);
    return pair;
}

static void end_pair(struct pair *pair) {
    assert_int_equal(kill(pair->child, SIGKILL), 0);
    victim_end(&pair->parent);
}

static enum kc_error look_above(const struct process *child, enum process_above *ret_above,
                                const char **ret_why) {
    KC_AUTO(process) parent = NULL;
    return process_pin_above(child, ret_above, &parent, ret_why);
}

static void test_above_is_the_process_that_forked(void **state) {
    (void)state;
    bool prepared = false;
    struct victim victim = victim_start(NULL, NULL, &prepared);
    KC_AUTO(process) child = pin(victim.pid);
    KC_AUTO(process) parent = NULL;
    enum process_above above = PROCESS_ABOVE_FIRST;
    const char *why = NULL;
    assert_int_equal(process_pin_above(child, &above, &parent, &why), KC_OK);
    assert_int_equal(above, PROCESS_ABOVE_OURS);
    assert_int_equal(process_number(parent), getpid());
    assert_int_equal(process_parent_number(child), getpid());
    assert_int_equal(process_parent_number(parent), getppid());
    assert_int_equal(process_check(parent), KC_OK);
    victim_kill(&victim);
    struct process *late = NULL;
    assert_int_equal(process_pin_above(child, &above, &late, &why), KC_END);
    assert_null(late);
    assert_null(why);
    victim_end(&victim);
}

static void test_above_the_first_process_is_nothing(void **state) {
    (void)state;
    struct process *first = NULL;
    enum process_above above = PROCESS_ABOVE_OURS;
    const char *why = NULL;
    if (process_pin(1, &first) != KC_OK) {
        skip(); /* this system doesn't let us look at the first process */
    }
    assert_int_equal(look_above(first, &above, &why), KC_OK);
    assert_int_equal(above, PROCESS_ABOVE_FIRST);
    process_free(first);
}

static void test_above_an_orphan_is_who_took_it_in(void **state) {
    (void)state;
    struct pair pair = start_pair(NULL);
    KC_AUTO(process) orphan = pin(pair.child);
    KC_AUTO(process) parent = NULL;
    enum process_above above = PROCESS_ABOVE_OTHER;
    const char *why = NULL;
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    assert_int_equal(process_parent_number(orphan), pair.parent.pid);
    victim_end(&pair.parent);
    assert_int_equal(process_pin_above(orphan, &above, &parent, &why), KC_OK);
    assert_int_equal(above, PROCESS_ABOVE_OURS);
    assert_int_equal(process_number(parent), getpid());
    assert_int_equal(process_check_parent(orphan, parent), KC_OK);
    assert_int_equal(kill(pair.child, SIGKILL), 0);
    assert_int_equal(waitpid(pair.child, NULL, 0), pair.child);
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0), 0);
}

static bool shut_memory(void) {
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

static void test_above_one_of_ours_that_is_shut_cannot_be_told(void **state) {
    (void)state;
    if (geteuid() == 0) {
        skip(); /* root may look at everything */
    }
    struct pair pair = start_pair(shut_memory);
    KC_AUTO(process) child = pin(pair.child);
    struct process *parent = NULL;
    enum process_above above = PROCESS_ABOVE_FIRST;
    const char *why = NULL;
    assert_true(pair.is_prepared);
    assert_int_equal(process_pin_above(child, &above, &parent, &why), KC_UNSAFE);
    assert_null(parent);
    assert_non_null(strstr(why, "non-dumpable"));
    end_pair(&pair);
}

/* A name is free to choose: it makes neither a login service nor a session manager. */
static bool shut_and_pose(void) {
    return prctl(PR_SET_NAME, "sshd-session", 0, 0, 0) == 0 && shut_memory();
}

static void test_above_one_that_calls_itself_a_login_is_no_login(void **state) {
    (void)state;
    if (geteuid() == 0) {
        skip();
    }
    struct pair pair = start_pair(shut_and_pose);
    KC_AUTO(process) child = pin(pair.child);
    enum process_above above = PROCESS_ABOVE_FIRST;
    const char *why = NULL;
    assert_int_equal(look_above(child, &above, &why), KC_UNSAFE);
    assert_non_null(why);
    end_pair(&pair);
}

static bool pose_as_manager(void) {
    return prctl(PR_SET_NAME, "systemd", 0, 0, 0) == 0;
}

static void test_above_one_that_calls_itself_a_manager_is_no_manager(void **state) {
    (void)state;
    struct pair pair = start_pair(pose_as_manager);
    KC_AUTO(process) child = pin(pair.child);
    enum process_above above = PROCESS_ABOVE_FIRST;
    const char *why = NULL;
    assert_int_equal(look_above(child, &above, &why), KC_OK);
    assert_int_equal(above, PROCESS_ABOVE_OURS);
    end_pair(&pair);
}

static bool become_stranger(void) {
    return setresuid(STRANGER, STRANGER, STRANGER) == 0;
}

static bool become_half_a_stranger(void) {
    return setresuid((uid_t)-1, STRANGER, (uid_t)-1) == 0;
}

static void test_above_another_users_process_the_chain_ends(void **state) {
    (void)state;
    if (geteuid() != 0) {
        skip(); /* only root may leave a parent of another user behind */
    }
    static const struct {
        bool (*then)(void);
        enum process_above expected;
    } rows[] = {
        {become_stranger, PROCESS_ABOVE_OTHER},
        {become_half_a_stranger, PROCESS_ABOVE_OURS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pair pair = start_pair(rows[i].then);
        KC_AUTO(process) child = pin(pair.child);
        enum process_above above = PROCESS_ABOVE_FIRST;
        const char *why = NULL;
        assert_true(pair.is_prepared);
        assert_int_equal(look_above(child, &above, &why), KC_OK);
        assert_int_equal(above, rows[i].expected);
        end_pair(&pair);
    }
}

/* What newuidmap(1) does for a user who has an /etc/subuid. */
static _Noreturn void write_map(pid_t pid, int ready) {
    static const char map[] = "0 100000 10\n";
    char path[64];
    char byte;
    (void)snprintf(path, sizeof path, "/proc/%ld/uid_map", (long)pid);
    if (read(ready, &byte, 1) != 1) {
        _exit(1);
    }
    int file = open(path, O_WRONLY | O_CLOEXEC);
    _exit(file >= 0 && write(file, map, sizeof map - 1) == (ssize_t)(sizeof map - 1) ? 0 : 1);
}

/* Another user's number, but one that a name space lends. */
static bool become_lent_stranger(void) {
    int ready[2];
    int status = 1;
    pid_t pid = getpid();
    if (pipe2(ready, O_CLOEXEC) != 0) {
        return false;
    }
    pid_t writer = fork();
    if (writer == 0) {
        (void)close(ready[1]); /* or it would wait for ever where we may not leave */
        write_map(pid, ready[0]);
    }
    bool is_out = writer > 0 && unshare(CLONE_NEWUSER) == 0 && write(ready[1], "x", 1) == 1;
    (void)close(ready[0]);
    (void)close(ready[1]);
    return waitpid(writer, &status, 0) == writer && is_out && status == 0 &&
           setresuid(0, 0, 0) == 0;
}

static void test_above_a_lent_number_is_no_other_user(void **state) {
    (void)state;
    if (geteuid() != 0) {
        skip(); /* writing such a map needs the right to */
    }
    struct pair pair = start_pair(become_lent_stranger);
    if (!pair.is_prepared) {
        end_pair(&pair);
        skip(); /* this system doesn't let us make a name space */
    }
    KC_AUTO(process) child = pin(pair.child);
    enum process_above above = PROCESS_ABOVE_FIRST;
    const char *why = NULL;
    enum kc_error error = look_above(child, &above, &why);
    end_pair(&pair);
    assert_int_equal(error, KC_UNSAFE);
    assert_non_null(strstr(why, "name space"));
}

static void test_parent_is_checked_without_being_looked_for(void **state) {
    (void)state;
    struct pair pair = start_pair(NULL);
    KC_AUTO(process) child = pin(pair.child);
    KC_AUTO(process) parent = pin(pair.parent.pid);
    KC_AUTO(process) above = pin(getpid());
    assert_int_equal(process_check_parent(child, parent), KC_OK);
    assert_int_equal(process_check_parent(parent, above), KC_OK);
    assert_int_equal(process_check_parent(child, above), KC_CHANGED);
    assert_int_equal(process_names_parent(child, parent), KC_OK);
    assert_int_equal(process_names_parent(child, above), KC_CHANGED);
    assert_int_equal(process_check_parent(parent, child), KC_CHANGED);
    victim_execute(&pair.parent, SLEEP);
    assert_int_equal(process_check_parent(child, parent), KC_CHANGED);
    KC_AUTO(process) again = pin(pair.parent.pid);
    assert_int_equal(process_check_parent(child, again), KC_OK);
    victim_kill(&pair.parent);
    assert_int_not_equal(process_check_parent(child, again), KC_OK);
    end_pair(&pair);
    assert_int_not_equal(process_check_parent(child, again), KC_OK);
}

static void test_image_is_checked_without_being_opened(void **state) {
    (void)state;
    bool prepared = false;
    size_t length = 0;
    char *directory = temp_directory_new();
    char *path = temp_path(directory, "program");
    char *bytes = temp_file_read(SLEEP, &length);
    temp_file_write(path, bytes, length);
    free(bytes);
    assert_int_equal(chmod(path, 0700), 0);
    struct victim victim = victim_start(NULL, NULL, &prepared);
    victim_execute(&victim, path);
    KC_AUTO(process) process = pin(victim.pid);
    KC_AUTO(image) image = NULL;
    struct image_stamp stamp;
    struct image_stamp other;
    const char *why = NULL;
    assert_int_equal(process_open_image(process, &image, &why), KC_OK);
    assert_int_equal(image_stamp(image, &stamp), KC_OK);
    assert_int_equal(process_check_image(process, &stamp), KC_OK);
    other = stamp;
    other.words[5]++; /* the mount */
    assert_int_equal(process_check_image(process, &other), KC_CHANGED);
    assert_int_equal(chmod(path, 0755), 0);
    assert_int_equal(process_check_image(process, &stamp), KC_CHANGED);
    assert_int_equal(image_stamp(image, &stamp), KC_OK);
    assert_int_equal(process_check_image(process, &stamp), KC_OK);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(process_check_image(process, &stamp), KC_CHANGED);
    victim_kill(&victim);
    assert_int_equal(process_check_image(process, &stamp), KC_END);
    victim_end(&victim);
    free(path);
    temp_directory_remove(directory);
}

static void test_image_is_trusted_when_it_is_the_administrators(void **state) {
    (void)state;
    char *directory = temp_directory_new();
    char *path = temp_path(directory, "program");
    const char *why = NULL;
    KC_AUTO(image) theirs = NULL;
    KC_AUTO(image) ours = NULL;
    assert_int_equal(image_open(SLEEP, &theirs, &why), KC_OK);
    assert_true(image_is_trusted(theirs));
    temp_file_write(path, "x", 1);
    assert_int_equal(chmod(path, 0722), 0);
    assert_int_equal(image_open(path, &ours, &why), KC_OK);
    assert_false(image_is_trusted(ours));
    if (geteuid() == 0) {
        assert_int_equal(chmod(path, 0755), 0);
        assert_true(image_is_trusted(ours));
        assert_int_equal(chown(path, STRANGER, 0), 0);
        assert_false(image_is_trusted(ours));
    }
    free(path);
    temp_directory_remove(directory);
}

/* Standard input is a terminal that controls it, one that doesn't, or none. */
enum input { INPUT_CONTROLS, INPUT_ONLY, INPUT_NONE };

struct reader {
    enum input input;
    const char *name;
};

static bool take_input(void *context) {
    const struct reader *reader = context;
    int input = open(reader->input == INPUT_NONE ? "/dev/null" : reader->name,
                     O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (input < 0 || setsid() < 0) {
        return false;
    }
    if (reader->input != INPUT_ONLY) {
        int terminal = open(reader->name, O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (terminal < 0 || ioctl(terminal, TIOCSCTTY, 0) != 0) {
            return false;
        }
    }
    return dup2(input, STDIN_FILENO) == STDIN_FILENO;
}

static void test_terminal_is_read_only_by_whom_it_controls(void **state) {
    (void)state;
    for (int input = INPUT_CONTROLS; input <= INPUT_NONE; input++) {
        int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        assert_true(master >= 0);
        assert_int_equal(grantpt(master), 0);
        assert_int_equal(unlockpt(master), 0);
        struct reader reader = {(enum input)input, ptsname(master)};
        bool prepared = false;
        struct victim victim = victim_start(take_input, &reader, &prepared);
        assert_true(prepared);
        KC_AUTO(process) process = pin(victim.pid);
        assert_int_equal(process_reads_terminal(process), input == INPUT_CONTROLS);
        victim_kill(&victim);
        assert_false(process_reads_terminal(process));
        victim_end(&victim);
        assert_int_equal(close(master), 0);
    }
}

static bool enter_directory(void *context) {
    return chdir(context) == 0;
}

static void test_file_is_opened_from_where_the_process_is(void **state) {
    (void)state;
    char *directory = temp_directory_new();
    char *below = temp_path(directory, "below");
    char *path = temp_path(directory, "script");
    char *link = temp_path(below, "link");
    bool prepared = false;
    assert_int_equal(mkdir(below, 0700), 0);
    temp_file_write(path, "script", 6);
    assert_int_equal(symlink("../script", link), 0);
    char *real = realpath(path, NULL);
    struct victim victim = victim_start(enter_directory, below, &prepared);
    assert_true(prepared);
    KC_AUTO(process) process = pin(victim.pid);
    const char *const names[] = {"../script", path, "link", "./../below/../script"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        KC_AUTO(image) image = NULL;
        const char *why = NULL;
        assert_int_equal(process_open_file(process, names[i], &image, &why), KC_OK);
        assert_string_equal(image_path(image), real);
        assert_int_equal(image_size(image), 6);
        assert_null(why);
    }
    victim_kill(&victim);
    struct image *late = NULL;
    const char *why = NULL;
    assert_int_equal(process_open_file(process, path, &late, &why), KC_END);
    assert_int_equal(process_open_file(process, "link", &late, &why), KC_END);
    assert_null(late);
    victim_end(&victim);
    free(real);
    free(link);
    free(path);
    free(below);
    temp_directory_remove(directory);
}

static void test_file_is_refused_unless_it_is_a_local_file(void **state) {
    (void)state;
    char *directory = temp_directory_new();
    char *pipe_path = temp_path(directory, "pipe");
    char descriptor[64];
    bool prepared = false;
    assert_int_equal(mkfifo(pipe_path, 0700), 0);
    int file = open(SLEEP, O_RDONLY | O_CLOEXEC);
    assert_true(file >= 0);
    (void)snprintf(descriptor, sizeof descriptor, "/dev/fd/%d", file);
    struct victim victim = victim_start(enter_directory, directory, &prepared);
    KC_AUTO(process) process = pin(victim.pid);
    const struct {
        const char *name;
        enum kc_error expected;
    } rows[] = {
        {"missing", KC_NOT_FOUND},
        {"/missing", KC_NOT_FOUND},
        {"pipe", KC_UNSAFE},
        {".", KC_UNSAFE},
        {"/proc/self/status", KC_UNSAFE},
        {descriptor, KC_UNSAFE},
        {"/proc/self/exe", KC_UNSAFE},
        {"/dev/null", KC_UNSAFE},
        {"", KC_NOT_FOUND},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct image *image = NULL;
        const char *why = NULL;
        assert_int_equal(process_open_file(process, rows[i].name, &image, &why), rows[i].expected);
        assert_null(image);
        assert_non_null(why);
    }
    victim_end(&victim);
    assert_int_equal(close(file), 0);
    free(pipe_path);
    temp_directory_remove(directory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_above_is_the_process_that_forked),
        cmocka_unit_test(test_above_the_first_process_is_nothing),
        cmocka_unit_test(test_above_an_orphan_is_who_took_it_in),
        cmocka_unit_test(test_above_one_of_ours_that_is_shut_cannot_be_told),
        cmocka_unit_test(test_above_one_that_calls_itself_a_login_is_no_login),
        cmocka_unit_test(test_above_one_that_calls_itself_a_manager_is_no_manager),
        cmocka_unit_test(test_above_another_users_process_the_chain_ends),
        cmocka_unit_test(test_above_a_lent_number_is_no_other_user),
        cmocka_unit_test(test_parent_is_checked_without_being_looked_for),
        cmocka_unit_test(test_image_is_checked_without_being_opened),
        cmocka_unit_test(test_image_is_trusted_when_it_is_the_administrators),
        cmocka_unit_test(test_terminal_is_read_only_by_whom_it_controls),
        cmocka_unit_test(test_file_is_opened_from_where_the_process_is),
        cmocka_unit_test(test_file_is_refused_unless_it_is_a_local_file),
    };
    int failed = cmocka_run_group_tests_name("this kernel", tests, NULL, NULL);
    is_old_kernel = true;
    failed += cmocka_run_group_tests_name("before Linux 6.13", tests, NULL, NULL);
    return failed + (refused == 0);
}
