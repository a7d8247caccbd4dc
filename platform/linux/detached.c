/* SPDX-License-Identifier: MIT */
/*
 * Two processes, one after the other, each made with clone(2) and no exit signal, as glibc's
 * fork() would run the handlers of a program that we know nothing of. The first is ours and gone
 * at once; wait(2) doesn't see such a one unless it asks for __WALL. The second is an orphan by
 * then, and so the caller of nobody's wait but init's. (A single one wouldn't do: execve(2) makes
 * SIGCHLD the exit signal again.) In both nothing but system calls is made: another thread may hold
 * any lock.
 */
#define _GNU_SOURCE
#include "platform/detached.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Which descriptors are closed one by one where close_range(2) is missing (before 5.9). */
#define CLOSED_MAX 1024

/* Like fork(2), without a signal at the end. All arguments are 0, whatever their order is here. */
static pid_t divide(void) {
    return (pid_t)syscall(SYS_clone, 0L, 0L, 0L, 0L, 0L);
}

/* A handler is gone after execve(2), but what is ignored would stay so. */
static void reset_signals(void) {
    const struct sigaction usual = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) {
        (void)sigaction(number, &usual, NULL);
    }
}

/* The caller may have closed its own standard streams, so that either of these has a low number. */
static bool take_streams(int link) {
    int high = fcntl(link, F_DUPFD, STDERR_FILENO + 1);
    int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (high < 0 || nothing < 0 || dup2(high, STDIN_FILENO) < 0) {
        return false;
    }
    if (fcntl(STDERR_FILENO, F_GETFD) < 0 && dup2(nothing, STDERR_FILENO) < 0) {
        return false;
    }
    return dup2(nothing, STDOUT_FILENO) >= 0;
}

/* The end of the link becomes a signal (fcntl(2), F_SETOWN); the owner and its groups are kept by
 * execve(2). False: it has ended already, or can't be watched. */
static bool follow_link(bool keeps_terminal) {
    struct pollfd link = {.fd = STDIN_FILENO, .events = POLLIN};
    pid_t owner = keeps_terminal ? getpid() : -getpid();
    int flags = fcntl(STDIN_FILENO, F_GETFL);
    return flags >= 0 && fcntl(STDIN_FILENO, F_SETSIG, SIGTERM) == 0 &&
           fcntl(STDIN_FILENO, F_SETOWN, owner) == 0 &&
           fcntl(STDIN_FILENO, F_SETFL, flags | O_ASYNC) == 0 && poll(&link, 1, 0) == 0;
}

static void close_others(void) {
#ifdef SYS_close_range
    if (syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0) == 0) {
        return;
    }
#endif
    for (int number = STDERR_FILENO + 1; number < CLOSED_MAX; number++) {
        (void)close(number);
    }
}

static void become(const struct detached_plan *plan, int link) {
    /* execve() changes none of them; its type is older than const. */
    union {
        const char *const *ours;
        char *const *theirs;
    } arguments = {.ours = plan->arguments}, environment = {.ours = plan->environment};
    sigset_t none;
    reset_signals();
    bool is_ready = (plan->keeps_terminal || setsid() >= 0) && take_streams(link) &&
                    follow_link(plan->keeps_terminal);
    if (is_ready) {
        close_others();
        (void)sigemptyset(&none);
        (void)sigprocmask(SIG_SETMASK, &none, NULL);
        (void)execve(plan->path, arguments.theirs, environment.theirs);
    }
    _exit(127);
}

enum kc_error detached_start(const struct detached_plan *plan, int link) {
    int status = 0;
    pid_t first = divide();
    if (first == 0) {
        pid_t second = divide();
        if (second == 0) {
            become(plan, link);
        }
        _exit(second < 0 ? 1 : 0);
    }
    if (first < 0) {
        return KC_IO;
    }
    pid_t ended = -1;
    do {
        ended = waitpid(first, &status, __WALL);
    } while (ended < 0 && errno == EINTR);
    /* Somebody may have waited for it with __WALL before us; then the link's end will tell. */
    return ended == first && status != 0 ? KC_IO : KC_OK;
}
