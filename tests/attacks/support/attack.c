/* SPDX-License-Identifier: MIT */
/* A second, small and careless speaker of the protocol: an attacker wouldn't link ours. */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_SKIP   77
#define EXIT_DIED   99
#define DEADLINE_MS 5000

void attack_skip(const char *why) {
    (void)printf("skip: %s\n", why);
    (void)fflush(stdout);
    _exit(EXIT_SKIP);
}

void attack_die(const char *what) {
    (void)fprintf(stderr, "%s: %s\n", what, strerror(errno));
    _exit(EXIT_DIED);
}

const char *attack_variable(const char *name) {
    const char *value = getenv(name);
    if (value == NULL) {
        errno = ENOENT;
        attack_die(name);
    }
    return value;
}

const char *attack_path(const char *name) {
    static char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", attack_variable("ATTACK_DIR"), name);
    return path;
}

int attack_socket(void) {
    int wire = socket(AF_UNIX, SOCK_STREAM, 0);
    if (wire < 0) {
        attack_die("socket");
    }
    return wire;
}

void attack_connect_on(int wire) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    (void)snprintf(name.sun_path, sizeof name.sun_path, "%s",
                   attack_variable("KEYCHAIN_AUTH_SOCKET"));
    if (connect(wire, (const struct sockaddr *)&name, sizeof name) != 0) {
        attack_die("connect");
    }
}

int attack_connect(void) {
    int wire = attack_socket();
    attack_connect_on(wire);
    return wire;
}

static void write_all(int to, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(to, bytes, length);
        if (written < 0 && errno != EPIPE && errno != ECONNRESET) {
            attack_die("write");
        }
        if (written < 0) {
            return; /* the other side hung up: that is seen when its answer is read */
        }
        bytes += written;
        length -= (size_t)written;
    }
}

void attack_send(int wire, const char *line) {
    char text[ATTACK_LINE_MAX + 1];
    (void)signal(SIGPIPE, SIG_IGN);
    int length = snprintf(text, sizeof text, "%s\n", line);
    write_all(wire, text, (size_t)length); /* in one piece: one writer */
}

bool attack_receive_within(int wire, int timeout_ms, char line[ATTACK_LINE_MAX]) {
    size_t length = 0;
    struct pollfd watched = {.fd = wire, .events = POLLIN};
    while (length + 1 < ATTACK_LINE_MAX) {
        if (poll(&watched, 1, timeout_ms) <= 0) {
            return false;
        }
        ssize_t got = read(wire, line + length, 1); /* what follows may be for another reader */
        if (got != 1 || line[length] == '\n') {
            break;
        }
        length++;
    }
    line[length] = '\0';
    return true;
}

void attack_receive(int wire, char line[ATTACK_LINE_MAX]) {
    if (!attack_receive_within(wire, DEADLINE_MS, line)) {
        errno = ETIMEDOUT;
        attack_die("no answer");
    }
}

/* The text of a member whose value is a string without escapes. */
static bool find_member(const char *line, const char *name, char *value, size_t size) {
    char key[64];
    (void)snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *found = strstr(line, key);
    if (found == NULL) {
        return false;
    }
    found += strlen(key);
    size_t length = strcspn(found, "\"");
    if (length >= size) {
        return false;
    }
    memcpy(value, found, length);
    value[length] = '\0';
    return true;
}

bool attack_nonce_of(const char *line, char nonce[ATTACK_NONCE_SIZE]) {
    return find_member(line, "nonce", nonce, ATTACK_NONCE_SIZE);
}

void attack_hello(int wire, char nonce[ATTACK_NONCE_SIZE]) {
    char line[ATTACK_LINE_MAX];
    attack_send(wire, "{\"type\":\"HELLO\"}");
    attack_receive(wire, line);
    if (!attack_nonce_of(line, nonce)) {
        attack_report(line);
    }
}

void attack_read_request(const char *nonce, char line[ATTACK_LINE_MAX]) {
    (void)snprintf(line, ATTACK_LINE_MAX,
                   "{\"type\":\"REQUEST\",\"action\":\"read\",\"service\":\"aws\","
                   "\"targets\":[\"prize\"]%s%s%s}",
                   nonce != NULL ? ",\"nonce\":\"" : "", nonce != NULL ? nonce : "",
                   nonce != NULL ? "\"" : "");
}

void attack_reason_of(const char *line, char *reason, size_t size) {
    char value[ATTACK_LINE_MAX];
    if (line[0] == '\0') {
        (void)snprintf(reason, size, "hung_up");
    } else if (find_member(line, "value", value, sizeof value)) {
        (void)snprintf(reason, size, "released");
    } else if (!find_member(line, "reason", reason, size)) {
        (void)snprintf(reason, size, "none");
    }
}

void attack_report(const char *line) {
    char reason[64];
    attack_reason_of(line, reason, sizeof reason);
    (void)printf("%s\nreason: %s\n", line, reason);
    (void)fflush(stdout);
    _exit(0);
}

void attack_ask(int wire) {
    char nonce[ATTACK_NONCE_SIZE];
    char line[ATTACK_LINE_MAX];
    attack_hello(wire, nonce);
    attack_read_request(nonce, line);
    attack_send(wire, line);
    attack_receive(wire, line);
    attack_report(line);
}

static pid_t daemon_pid(void) {
    return (pid_t)strtol(attack_variable("ATTACK_DAEMON_PID"), NULL, 10);
}

/* The letter of the state in /proc/PID/stat (proc(5)). */
static char state_of(pid_t pid) {
    char path[64];
    char text[512] = "";
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return '?';
    }
    size_t length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    (void)fclose(file);
    const char *name_end = strrchr(text, ')');
    return name_end != NULL && name_end[1] == ' ' ? name_end[2] : '?';
}

static void pause_ms(long milliseconds) {
    const struct timespec time = {.tv_nsec = milliseconds * 1000 * 1000};
    (void)nanosleep(&time, NULL);
}

void attack_stop_daemon(void) {
    if (kill(daemon_pid(), SIGSTOP) != 0) {
        attack_die("SIGSTOP");
    }
    for (int i = 0; i < DEADLINE_MS && state_of(daemon_pid()) != 'T'; i++) {
        pause_ms(1);
    }
}

void attack_continue_daemon(void) {
    if (kill(daemon_pid(), SIGCONT) != 0) {
        attack_die("SIGCONT");
    }
}

const unsigned char *attack_yes_code(size_t *ret_length) {
#if defined(__x86_64__)
    static const unsigned char code[] = {0xb8, 1, 0, 0, 0, 0xc3}; /* mov $1, %eax; ret */
#elif defined(__aarch64__)
    static const unsigned char code[] = {0x20, 0, 0x80, 0x52, 0xc0, 0x03, 0x5f, 0xd6};
#else
    static const unsigned char code[] = {0};
    attack_skip("no machine code for this processor");
#endif
    *ret_length = sizeof code;
    return code;
}

void attack_await_victim(pid_t pid) {
    char path[64];
    char image[4096];
    const char *victim = attack_variable("ATTACK_VICTIM");
    (void)snprintf(path, sizeof path, "/proc/%ld/exe", (long)pid);
    for (int i = 0; i < DEADLINE_MS; i++) {
        ssize_t length = readlink(path, image, sizeof image - 1);
        if (length > 0) {
            image[length] = '\0';
            if (strcmp(image, victim) == 0) {
                return;
            }
        }
        pause_ms(1);
    }
    errno = ETIMEDOUT;
    attack_die("it never became the victim");
}

pid_t attack_fork(void) {
    pid_t parent = getpid();
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid < 0) {
        attack_die("fork");
    }
    if (pid == 0 && (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)) {
        _exit(EXIT_DIED);
    }
    return pid;
}

static _Noreturn void execute_victim(const char *const *commands) {
    const char *arguments[16] = {attack_variable("ATTACK_VICTIM")};
    for (size_t i = 0; commands[i] != NULL && i + 2 < sizeof arguments / sizeof arguments[0]; i++) {
        arguments[i + 1] = commands[i];
    }
    (void)execv(arguments[0], (char *const *)arguments);
    attack_die(arguments[0]);
}

pid_t attack_become_victim(const char *const *commands) {
    int leash[2];
    pid_t victim = getpid();
    if (pipe(leash) != 0) {
        attack_die("pipe");
    }
    (void)fflush(stdout);
    pid_t child = fork();
    if (child < 0) {
        attack_die("fork");
    }
    if (child != 0) {
        if (dup2(leash[0], STDIN_FILENO) < 0) {
            attack_die("dup2");
        }
        (void)close(leash[0]);
        (void)close(leash[1]);
        execute_victim(commands);
    }
    (void)close(leash[0]);
    attack_await_victim(victim);
    return victim;
}

/* The ends of a child's two pipes. */
struct pipes {
    int orders[2];
    int answers[2];
};

static struct pipes pipes_open(void) {
    struct pipes pipes;
    if (pipe2(pipes.orders, O_CLOEXEC) != 0 || pipe2(pipes.answers, O_CLOEXEC) != 0) {
        attack_die("pipe2");
    }
    return pipes;
}

static void pipes_wear(const struct pipes *pipes) {
    if (dup2(pipes->orders[0], STDIN_FILENO) < 0 || dup2(pipes->answers[1], STDOUT_FILENO) < 0) {
        attack_die("dup2");
    }
}

static struct attack_child pipes_keep(const struct pipes *pipes, pid_t pid) {
    (void)close(pipes->orders[0]);
    (void)close(pipes->answers[1]);
    return (struct attack_child){pid, pipes->orders[1], pipes->answers[0]};
}

struct attack_child attack_start(const char *const *arguments) {
    struct pipes pipes = pipes_open();
    pid_t pid = attack_fork();
    if (pid == 0) {
        pipes_wear(&pipes);
        (void)execv(arguments[0], (char *const *)arguments);
        attack_die(arguments[0]);
    }
    return pipes_keep(&pipes, pid);
}

struct attack_child attack_start_peer(int wire, void (*first)(int wire),
                                      const char *const *commands) {
    int executed[2]; /* closes on exec: that is how we learn of it */
    char none;
    struct pipes pipes = pipes_open();
    if (pipe2(executed, O_CLOEXEC) != 0) {
        attack_die("pipe2");
    }
    pid_t pid = attack_fork();
    if (pid == 0) {
        attack_connect_on(wire);
        if (first != NULL) {
            first(wire);
        }
        pipes_wear(&pipes);
        execute_victim(commands);
    }
    (void)close(executed[1]);
    (void)!read(executed[0], &none, 1);
    (void)close(executed[0]);
    return pipes_keep(&pipes, pid);
}

void attack_echo(const struct attack_child *child) {
    char line[ATTACK_LINE_MAX];
    do {
        attack_hear(child, line);
        (void)printf("%s\n", line);
    } while (line[0] != '\0' && strncmp(line, "reason: ", strlen("reason: ")) != 0);
    (void)fflush(stdout);
    _exit(0);
}

void attack_end(const struct attack_child *child) {
    (void)kill(child->pid, SIGKILL);
    (void)waitpid(child->pid, NULL, 0);
    (void)close(child->orders);
    (void)close(child->answers);
}

void attack_hear(const struct attack_child *child, char line[ATTACK_LINE_MAX]) {
    attack_receive(child->answers, line);
}

void attack_order(const struct attack_child *child, const char *line) {
    attack_send(child->orders, line);
}
