/* SPDX-License-Identifier: MIT */
/*
 * What a process with secrets does to itself: shuts its memory, dumps no core, survives the
 * signals that clients and quotas could raise in it.
 */
#define _GNU_SOURCE
#include "platform/harden.h"

#include "platform/check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum kc_error harden_streams(void) {
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++) {
        if (fcntl(stream, F_GETFD) >= 0 || errno != EBADF) {
            continue;
        }
        /* The lowest free number is this one: those below it are open by now. */
        if (open("/dev/null", O_PATH) != stream) {
            return KC_INTERNAL;
        }
    }
    return KC_OK;
}

enum kc_error harden_memory_until_launch(void) {
    /* Non-dumpable also forbids the core that a pipe in core_pattern would get, for which
     * RLIMIT_CORE means nothing (core(5)). An exec ends it (prctl(2)). */
    bool is_shut = !check_is_on("dumpable") || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
    return is_shut ? KC_OK : KC_UNSUPPORTED;
}

enum kc_error harden_memory(void) {
    enum kc_error error = harden_memory_until_launch();
    if (error != KC_OK) {
        return error;
    }
    struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none) == 0 ? KC_OK : KC_INTERNAL;
}

static enum kc_error ignore_signal(int number) {
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    return sigaction(number, &ignore, NULL) == 0 ? KC_OK : KC_INTERNAL;
}

static enum kc_error raise_open_files(unsigned files) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return KC_INTERNAL;
    }
    rlim_t wanted = files < limit.rlim_max ? files : limit.rlim_max;
    if (limit.rlim_cur >= wanted) {
        return KC_OK;
    }
    limit.rlim_cur = wanted;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? KC_OK : KC_INTERNAL;
}

enum kc_error harden_daemon(unsigned files) {
    enum kc_error error = harden_memory();
    if (error != KC_OK) {
        return error;
    }
    (void)umask(077);
    error = ignore_signal(SIGPIPE);
    if (error == KC_OK) {
        error = ignore_signal(SIGXFSZ);
    }
    return error == KC_OK ? raise_open_files(files) : error;
}
