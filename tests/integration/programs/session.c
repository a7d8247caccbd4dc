/* SPDX-License-Identifier: MIT */
/*
 * Runs a command below a top of its own, so that a chain of ancestors ends in the same way
 * wherever the tests run: this program forks twice, and its second child, the top, is adopted by
 * the first process (or by a session manager). The top's image is this program, it starts COMMAND
 * as the leader of a session, and waits for it. The process that was called isn't above it; it
 * holds the other side of the terminal, and hands the exit code on.
 *
 *     session [OPTION…] COMMAND [ARGUMENT…]
 *
 *     chain:  COMMAND ← session ← the first process
 *
 * COMMAND gets a new pseudo-terminal as its controlling terminal. Each line of standard input is
 * typed when the prompt has come, and then the end of file (^D). What the terminal shows goes to
 * standard output, with its carriage returns. PS1 and PS2 are set to the prompt,
 * and TERM to dumb.
 *
 *     --no-terminal    COMMAND gets our own standard streams and no controlling terminal
 *     --orphan         the top ends before COMMAND begins, whose parent is the first process then;
 *                      waits for its end, too, but can't tell how it went
 *     --prompt TEXT    what to wait for ("ready> "); for programs that don't heed PS1
 *     --question TEXT  what to wait for as well, up to four: a line is its answer
 *
 * Exits as COMMAND did (with 128 and the signal's number when one ended it), with 0 for an orphan,
 * with 124 when a prompt didn't come for a minute (COMMAND is hung up), and with 125 when it can't
 * be done at all. COMMAND and what is in its process group end when this process is killed.
 *
 * Below tests/integration/run every orphan is adopted by `reaper`, which would be one process more;
 * it is asked to look away for a moment (programs/reaper.c), and so doesn't see what COMMAND leaves
 * behind.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    EXIT_NO_PROMPT = 124,
    EXIT_CANT = 125,
    PROMPT_WAIT_MS = 60000,
    ADOPTION_STEPS = 2000, /* of 1 ms */
    COLUMNS_SHOWN = 4000,  /* nothing is wrapped */
    TAIL_SIZE = 256,
    PROMPTS_MAX = 5
};

struct task {
    bool has_terminal;
    bool is_orphan;
    const char *prompts[PROMPTS_MAX + 1]; /* the first is the shell's; NULL ends them */
    char **command;
    int master;     /* of the terminal; -1: none */
    int result[2];  /* the top tells how it went: a number */
    int started[2]; /* the top tells the number of COMMAND's process */
    int life[2];    /* held open by the process that was called as long as it lives */
};

/* What the terminal showed since the last line was typed: its end. */
struct screen {
    char tail[TAIL_SIZE];
    size_t length;
};

static void die(const char *what) {
    fprintf(stderr, "session: %s: %s\n", what, strerror(errno));
    _exit(EXIT_CANT);
}

static void pause_1_ms(void) {
    const struct timespec step = {.tv_nsec = 1000 * 1000};
    (void)nanosleep(&step, NULL);
}

static void tell(int pipe, int number) {
    if (write(pipe, &number, sizeof number) != (ssize_t)sizeof number) {
        die("can't write to a pipe");
    }
}

/* False: the other side has ended without a word. */
static bool hear(int pipe, int *ret_number) {
    ssize_t length = 0;
    do {
        length = read(pipe, ret_number, sizeof *ret_number);
    } while (length < 0 && errno == EINTR);
    return length == (ssize_t)sizeof *ret_number;
}

static pid_t must_fork(void) {
    pid_t child = fork();
    if (child < 0) {
        die("can't fork");
    }
    return child;
}

/* 0: there is none. */
static pid_t reaper(void) {
    const char *number = getenv("KC_TEST_REAPER");
    return number != NULL ? (pid_t)strtol(number, NULL, 10) : 0;
}

/* Until the parent is another one than the process that made us, and not the reaper. An orphan of
 * the reaper's becomes free when its parent ends while the reaper looks away. */
static void become_adopted(pid_t maker) {
    for (int i = 0; i < ADOPTION_STEPS; i++) {
        pid_t parent = getppid();
        if (parent != maker && parent != reaper()) {
            return;
        }
        if (parent != maker) {
            (void)kill(reaper(), SIGUSR1);
            maker = getpid();
            if (must_fork() > 0) {
                _exit(0);
            }
        }
        pause_1_ms();
    }
    errno = ETIMEDOUT;
    die("nobody adopts the top");
}

/* ---- COMMAND ---- */

static void take_terminal(const struct task *task) {
    char name[64];
    if (ptsname_r(task->master, name, sizeof name) != 0) {
        die("can't name the terminal");
    }
    int terminal = open(name, O_RDWR);
    if (terminal < 0 || ioctl(terminal, TIOCSCTTY, 0) != 0) {
        die(name);
    }
    for (int stream = 0; stream <= 2; stream++) {
        if (dup2(terminal, stream) < 0) {
            die(name);
        }
    }
    if (terminal > 2) {
        (void)close(terminal);
    }
    if (setenv("PS1", task->prompts[0], 1) != 0 || setenv("PS2", task->prompts[0], 1) != 0 ||
        setenv("TERM", "dumb", 1) != 0) {
        die("can't set PS1");
    }
}

static void run_command(const struct task *task, pid_t top) {
    if (task->is_orphan) {
        for (int i = 0; i < ADOPTION_STEPS && getppid() == top; i++) {
            pause_1_ms();
        }
    }
    if (setsid() < 0) {
        die("can't begin a session");
    }
    if (task->has_terminal) {
        take_terminal(task);
    }
    (void)execvp(task->command[0], task->command);
    fprintf(stderr, "session: %s: %s\n", task->command[0], strerror(errno));
    _exit(127);
}

/* ---- the top ---- */

/* Waits for COMMAND, and ends its group when the process that was called has ended. */
static int wait_for(const struct task *task, pid_t command) {
    int handle = (int)syscall(SYS_pidfd_open, command, 0);
    struct pollfd ends[] = {{.fd = handle, .events = POLLIN}, {.fd = task->life[0]}};
    while (poll(ends, 2, -1) < 0 && errno == EINTR) {
    }
    if (ends[1].revents != 0) {
        (void)kill(-command, SIGKILL);
    }
    int status = 0;
    while (waitpid(command, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void be_top(const struct task *task, pid_t maker) {
    (void)close(task->life[1]);
    (void)close(task->result[0]);
    become_adopted(maker);
    if (reaper() != 0) {
        (void)kill(reaper(), SIGUSR2);
    }
    pid_t top = getpid();
    pid_t command = must_fork();
    if (command == 0) {
        run_command(task, top);
    }
    tell(task->started[1], (int)command);
    if (!task->is_orphan) {
        (void)close(task->master);
        tell(task->result[1], wait_for(task, command));
    }
    _exit(0);
}

/* ---- the process that was called ---- */

static void open_terminal(struct task *task) {
    const struct winsize size = {.ws_row = 50, .ws_col = COLUMNS_SHOWN};
    task->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (task->master < 0 || grantpt(task->master) != 0 || unlockpt(task->master) != 0 ||
        ioctl(task->master, TIOCSWINSZ, &size) != 0) {
        die("can't make a terminal");
    }
}

static void show(struct screen *screen, const char *bytes, size_t length) {
    for (size_t sent = 0; sent < length;) {
        ssize_t step = write(STDOUT_FILENO, bytes + sent, length - sent);
        if (step < 0 && errno != EINTR) {
            break; /* nobody looks any more; the command goes on */
        }
        sent += step > 0 ? (size_t)step : 0;
    }
    for (size_t i = 0; i < length; i++) {
        if (screen->length == sizeof screen->tail) {
            memmove(screen->tail, screen->tail + 1, sizeof screen->tail - 1);
            screen->length--;
        }
        screen->tail[screen->length] = bytes[i];
        screen->length++;
    }
}

static bool ends_with(const struct screen *screen, const char *text) {
    size_t length = strlen(text);
    return screen->length >= length &&
           memcmp(screen->tail + screen->length - length, text, length) == 0;
}

static bool ends_with_one(const struct screen *screen, const char *const *prompts) {
    while (*prompts != NULL && !ends_with(screen, *prompts)) {
        prompts++;
    }
    return *prompts != NULL;
}

enum seen { SEEN_PROMPT, SEEN_END, SEEN_NOTHING };

/* Shows what comes until a prompt, the end, or the end of the time. */
static enum seen watch(const struct task *task, struct screen *screen, int wait_ms) {
    char bytes[4096];
    for (;;) {
        if (ends_with_one(screen, task->prompts)) {
            return SEEN_PROMPT;
        }
        struct pollfd end = {.fd = task->master, .events = POLLIN};
        int ready = poll(&end, 1, wait_ms);
        if (ready == 0) {
            return SEEN_NOTHING;
        }
        ssize_t length = ready > 0 ? read(task->master, bytes, sizeof bytes) : -1;
        if (length == 0 || (length < 0 && errno != EINTR)) {
            return SEEN_END; /* EIO: the session's leader has ended, and hung up */
        }
        show(screen, bytes, length > 0 ? (size_t)length : 0);
    }
}

static void type(const struct task *task, struct screen *screen, const char *text) {
    screen->length = 0;
    size_t length = strlen(text);
    if (write(task->master, text, length) != (ssize_t)length && errno != EIO) {
        die("can't type");
    }
}

/* False: the prompt didn't come. */
static bool be_person(const struct task *task) {
    struct screen screen = {.length = 0};
    char *line = NULL;
    size_t size = 0;
    enum seen seen = watch(task, &screen, PROMPT_WAIT_MS);
    while (seen == SEEN_PROMPT && getline(&line, &size, stdin) > 0) {
        type(task, &screen, line);
        if (strchr(line, '\n') == NULL) {
            type(task, &screen, "\n"); /* the last line of a file may lack it */
        }
        seen = watch(task, &screen, PROMPT_WAIT_MS);
    }
    free(line);
    /* A shell with stopped jobs wants to be told twice. */
    for (int i = 0; i < 2 && seen == SEEN_PROMPT; i++) {
        type(task, &screen, "\x04");
        seen = watch(task, &screen, PROMPT_WAIT_MS);
    }
    return seen == SEEN_END;
}

/* Until the orphan, or what its number stands for by now, has ended. */
static int outlive(pid_t command) {
    int handle = (int)syscall(SYS_pidfd_open, command, 0);
    struct pollfd end = {.fd = handle, .events = POLLIN};
    while (handle >= 0 && poll(&end, 1, -1) < 0 && errno == EINTR) {
    }
    return 0;
}

static int be_called(const struct task *task) {
    int command = 0;
    int code = EXIT_CANT;
    if (!hear(task->started[0], &command)) {
        return EXIT_CANT;
    }
    bool is_over = !task->has_terminal || be_person(task);
    if (task->has_terminal) {
        (void)close(task->master); /* hangs up */
    }
    if (!is_over) {
        fprintf(stderr, "session: no prompt \"%s\"\n", task->prompts[0]);
        return EXIT_NO_PROMPT;
    }
    if (task->is_orphan) {
        return outlive((pid_t)command);
    }
    return hear(task->result[0], &code) ? code : EXIT_CANT;
}

static int run(struct task *task) {
    if (pipe2(task->result, O_CLOEXEC) != 0 || pipe2(task->started, O_CLOEXEC) != 0 ||
        pipe2(task->life, O_CLOEXEC) != 0) {
        die("can't make a pipe");
    }
    if (task->has_terminal) {
        open_terminal(task);
    }
    if (reaper() != 0) {
        (void)kill(reaper(), SIGUSR1);
    }
    pid_t middle = must_fork();
    if (middle == 0) {
        pid_t maker = getpid();
        if (must_fork() == 0) {
            be_top(task, maker);
        }
        _exit(0);
    }
    (void)waitpid(middle, NULL, 0);
    (void)close(task->started[1]);
    (void)close(task->result[1]);
    (void)close(task->life[0]);
    return be_called(task);
}

static bool are_short(const char *const *texts) {
    while (*texts != NULL && strlen(*texts) < TAIL_SIZE) {
        texts++;
    }
    return *texts == NULL;
}

int main(int argc, char **argv) {
    struct task task = {.has_terminal = true, .prompts = {"ready> "}, .master = -1};
    int at = 1;
    size_t count = 1;
    for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
        if (strcmp(argv[at], "--no-terminal") == 0) {
            task.has_terminal = false;
        } else if (strcmp(argv[at], "--orphan") == 0) {
            task.is_orphan = true;
        } else if (strcmp(argv[at], "--prompt") == 0 && at + 1 < argc) {
            at++;
            task.prompts[0] = argv[at];
        } else if (strcmp(argv[at], "--question") == 0 && at + 1 < argc && count < PROMPTS_MAX) {
            at++;
            task.prompts[count] = argv[at];
            count++;
        } else {
            break;
        }
    }
    if (at == argc || argv[at][0] == '-' || !are_short(task.prompts)) {
        fprintf(stderr,
                "usage: %s [--no-terminal] [--orphan] [--prompt TEXT] [--question TEXT]... "
                "COMMAND [ARGUMENT...]\n",
                argv[0]);
        return EXIT_CANT;
    }
    task.command = argv + at;
    (void)close_range(3, ~0U, 0); /* bats waits for whoever holds its own descriptor */
    return run(&task);
}
