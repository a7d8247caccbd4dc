/* SPDX-License-Identifier: MIT */
/* Numbers are handed over in shared memory, or as text on a pipe, so that no test has to sleep. */
#define _GNU_SOURCE
#include "tests/unit/family.h"

#include "platform/process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEADLINE_MS 20000

/* Lives until we end, or let go of the other end of the pipe. */
static _Noreturn void live(int alive) {
    char byte;
    while (read(alive, &byte, 1) < 0 && errno == EINTR) {
    }
    _exit(0);
}

/* Each goes on as its own child, but for the last one, which says that all are there. */
static _Noreturn void grow(pid_t *pids, size_t count, int alive, int ready) {
    for (size_t i = 0; i < count; i++) {
        pids[i] = getpid();
        if (i + 1 < count && fork() != 0) {
            break;
        }
        if (i + 1 == count) {
            (void)!write(ready, "x", 1);
        }
    }
    (void)close(ready);
    live(alive);
}

struct family family_fork(size_t count) {
    struct family family = {.count = count, .output = -1};
    size_t size = sizeof family.pids;
    int ready[2];
    int alive[2];
    char byte;
    pid_t *pids = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(pids, MAP_FAILED);
    assert_true(count > 0 && count <= FAMILY_MAX);
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    assert_int_equal(pipe2(alive, O_CLOEXEC), 0);
    pid_t eldest = fork();
    assert_true(eldest >= 0);
    if (eldest == 0) {
        (void)close(alive[1]);
        grow(pids, count, alive[0], ready[1]);
    }
    assert_int_equal(close(alive[0]), 0);
    assert_int_equal(close(ready[1]), 0);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(close(ready[0]), 0);
    memcpy(family.pids, pids, size);
    assert_int_equal(munmap(pids, size), 0);
    family.input = alive[1];
    return family;
}

/* What the program prints, up to `end`, or to a line that ends with it. */
static void read_until(int output, const char *end, char *text, size_t size) {
    size_t length = 0;
    text[0] = '\0';
    while (strstr(text, end) == NULL) {
        struct pollfd watched = {.fd = output, .events = POLLIN};
        assert_int_equal(poll(&watched, 1, DEADLINE_MS), 1);
        ssize_t count = read(output, text + length, size - 1 - length);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        assert_true(count > 0);
        length += (size_t)count;
        text[length] = '\0';
        assert_true(length + 1 < size);
    }
}

static pid_t number_in(const char *text) {
    long number = strtol(text, NULL, 10);
    assert_true(number > 1);
    return (pid_t)number;
}

/* A shell tells the number of its child before the child has executed anything. */
static void await_exec(const struct family *family) {
    char names[2][64];
    char files[2][4096] = {"", ""};
    for (int tries = 0; tries < DEADLINE_MS; tries++) {
        for (size_t i = 0; i < 2; i++) {
            (void)snprintf(names[i], sizeof names[i], "/proc/%ld/exe", (long)family->pids[i]);
            ssize_t length = readlink(names[i], files[i], sizeof files[i] - 1);
            assert_true(length > 0);
            files[i][length] = '\0';
        }
        if (strcmp(files[0], files[1]) != 0) {
            return;
        }
        (void)poll(NULL, 0, 1);
    }
    fail_msg("\"%s\" doesn't execute another program", files[0]);
}

struct family family_run(const char *const *arguments, const char *directory, const char *input) {
    struct family family = {.count = 2, .input = -1, .output = -1};
    int in[2];
    int out[2];
    char line[256];
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    family.pids[0] = fork();
    assert_true(family.pids[0] >= 0);
    if (family.pids[0] == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || (directory != NULL && chdir(directory) != 0) ||
            dup2(in[0], 0) != 0 || dup2(out[1], 1) != 1) {
            _exit(1);
        }
        (void)execv(arguments[0], (char *const *)arguments);
        _exit(127);
    }
    assert_int_equal(close(in[0]), 0);
    assert_int_equal(close(out[1]), 0);
    if (input != NULL) {
        assert_int_equal(write(in[1], input, strlen(input)), (ssize_t)strlen(input));
    }
    assert_int_equal(close(in[1]), 0);
    family.output = out[0];
    read_until(out[0], "\n", line, sizeof line);
    family.pids[1] = number_in(line);
    await_exec(&family);
    return family;
}

struct family family_type(const char *shell, const char *command) {
    struct family family = {.count = 2, .output = -1};
    char line[256];
    char said[4096];
    family.input = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(family.input >= 0);
    assert_int_equal(grantpt(family.input), 0);
    assert_int_equal(unlockpt(family.input), 0);
    const char *name = ptsname(family.input);
    family.pids[0] = fork();
    assert_true(family.pids[0] >= 0);
    if (family.pids[0] == 0) {
        int terminal = setsid() < 0 ? -1 : open(name, O_RDWR);
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || terminal < 0 || dup2(terminal, 0) != 0 ||
            dup2(terminal, 1) != 1 || dup2(terminal, 2) != 2) {
            _exit(1);
        }
        (void)close_range(3, ~0u, 0);
        (void)execl(shell, shell, (char *)NULL);
        _exit(127);
    }
    /* The echo of this line has other letters where the number goes. */
    (void)snprintf(line, sizeof line, "%s & echo \"<$!>\"\n", command);
    assert_int_equal(write(family.input, line, strlen(line)), (ssize_t)strlen(line));
    read_until(family.input, ">\r\n", said, sizeof said);
    for (const char *at = strchr(said, '<'); at != NULL; at = strchr(at + 1, '<')) {
        if (at[1] >= '0' && at[1] <= '9') {
            family.pids[1] = number_in(at + 1);
        }
    }
    assert_true(family.pids[1] > 1);
    await_exec(&family);
    return family;
}

static _Noreturn void shut(int output) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0) {
        _exit(1);
    }
    pid_t child = fork();
    if (child == 0) {
        (void)execl("/bin/sleep", "sleep", "60", (char *)NULL);
        _exit(127);
    }
    (void)dprintf(output, "%ld\n", (long)child);
    for (;;) {
        (void)pause();
    }
}

struct family family_shut(void) {
    struct family family = {.count = 2, .input = -1};
    int out[2];
    char line[64];
    char name[64];
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    family.pids[0] = fork();
    assert_true(family.pids[0] >= 0);
    if (family.pids[0] == 0) {
        shut(out[1]);
    }
    assert_int_equal(close(out[1]), 0);
    family.output = out[0];
    read_until(out[0], "\n", line, sizeof line);
    family.pids[1] = number_in(line);
    /* It can be looked at as soon as it has executed. */
    (void)snprintf(name, sizeof name, "/proc/%ld/maps", (long)family.pids[1]);
    int maps = -1;
    for (int tries = 0; maps < 0; tries++) {
        assert_true(tries < DEADLINE_MS);
        (void)poll(NULL, 0, 1);
        maps = open(name, O_RDONLY | O_CLOEXEC);
    }
    assert_int_equal(close(maps), 0);
    return family;
}

pid_t family_last(const struct family *family) {
    return family->pids[family->count - 1];
}

void family_kill(struct family *family, size_t index) {
    KC_AUTO(process_watch) watch = NULL;
    assert_int_equal(process_watch_new((uint64_t)family->pids[index], &watch), KC_OK);
    assert_int_equal(kill(family->pids[index], SIGKILL), 0);
    assert_int_equal(process_watch_wait(watch, DEADLINE_MS), KC_OK);
    if (index == 0) {
        assert_int_equal(waitpid(family->pids[0], NULL, 0), family->pids[0]);
    }
    family->pids[index] = 0;
}

void family_end(struct family *family) {
    for (size_t i = family->count; i > 0; i--) {
        if (family->pids[i - 1] > 0) {
            (void)kill(family->pids[i - 1], SIGKILL);
        }
    }
    if (family->pids[0] > 0) {
        assert_int_equal(waitpid(family->pids[0], NULL, 0), family->pids[0]);
    }
    if (family->input >= 0) {
        assert_int_equal(close(family->input), 0);
    }
    if (family->output >= 0) {
        assert_int_equal(close(family->output), 0);
    }
    family->count = 0;
}
