/* SPDX-License-Identifier: MIT */
/*
 * Asks the same thing over many connections, each as soon as it has its answer, and prints how many
 * answers came a second, and the median and the 99th percentile of how long one took, in
 * microseconds (each within 2 %).
 *
 *     load [OPTION…] ADDRESS CONNECTIONS REQUEST
 *
 *     --for MS          for so long (1000)
 *     --count N         so many requests instead, all connections together
 *     --connect         a new connection for each request
 *     --plain           no HELLO before
 *     --expect TEXT     each answer must have it in its first bytes
 *     --span N          @@@@@ in REQUEST stands for a number below N, another one each time
 *     --slow REQUEST    one more connection, which asks that again and again and reads nothing
 *     --hold            stays after it has printed, until standard input ends
 *
 * @NONCE@ in REQUEST stands for the connection's nonce. A daemon gives one program 64 connections:
 * the work is done by processes of PROGRAM.0, PROGRAM.1 …, where PROGRAM is this one, which has to
 * be copied there before.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    SHARE_MAX = 60, /* connections of one process */
    WORKERS_MAX = 18,
    HEAD_SIZE = 512,
    CHUNK_SIZE = 256 * 1024,
    NONCE_DIGITS = 32,
    NUMBER_DIGITS = 5,
    STRIDE = 7919, /* a prime: the numbers jump */
    FINE_BITS = 6, /* of a bucket's position within its power of two */
    BUCKETS = 64 << FINE_BITS,
    PATIENCE_MS = 30000
};

static const char hello[] = "{\"type\":\"HELLO\"}\n";

struct task {
    const char *address;
    size_t connections;
    const char *request;
    uint64_t for_ms;
    uint64_t count; /* 0: by time */
    size_t span;
    const char *expect;
    const char *slow;
    bool connects;
    bool plain;
    bool holds;
};

/* What a worker tells: how many answers took how long. */
struct tally {
    uint64_t counts[BUCKETS];
};

struct connection {
    int wire;
    bool is_greeting; /* the next answer has the nonce */
    uint64_t begun_ns;
    char *request;
    size_t length;
    char *nonce;  /* into the request; NULL: it has none */
    char *number; /* the same */
    char head[HEAD_SIZE];
    size_t got;
};

struct worker {
    const struct task *task;
    struct connection *connections;
    int poll;
    uint64_t end_ns;
    uint64_t begun;   /* requests */
    size_t under_way; /* answers that are waited for */
    struct tally tally;
};

static _Noreturn void die(const char *what) {
    (void)fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* ---- how long ---- */

static size_t bucket_of(uint64_t ns) {
    uint64_t value = ns | (1u << FINE_BITS);
    unsigned power = 63u - (unsigned)__builtin_clzll(value);
    return ((size_t)power << FINE_BITS) |
           ((value >> (power - FINE_BITS)) & ((1u << FINE_BITS) - 1));
}

static double bucket_us(size_t bucket) {
    uint64_t fine = (bucket & ((1u << FINE_BITS) - 1)) | (1u << FINE_BITS);
    return (double)(fine << ((bucket >> FINE_BITS) - FINE_BITS)) / 1000;
}

static double quantile_us(const struct tally *tally, double part) {
    uint64_t all = 0;
    uint64_t below = 0;
    for (size_t i = 0; i < BUCKETS; i++) {
        all += tally->counts[i];
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        below += tally->counts[i];
        if (below > 0 && (double)below >= part * (double)all) {
            return bucket_us(i);
        }
    }
    return 0;
}

/* ---- a connection ---- */

static void send_all(int wire, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t sent = send(wire, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0) {
            die("send");
        }
        bytes += sent;
        length -= (size_t)sent;
    }
}

static int connect_to(const char *address) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    (void)snprintf(name.sun_path, sizeof name.sun_path, "%s", address);
    int wire = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (wire < 0 || connect(wire, (const struct sockaddr *)&name, sizeof name) != 0) {
        die(address);
    }
    return wire;
}

static void connection_init(struct connection *connection, const char *request) {
    connection->wire = -1;
    if (asprintf(&connection->request, "%s\n", request) < 0) {
        die("asprintf");
    }
    connection->number = strstr(connection->request, "@@@@@");
    connection->length = strlen(connection->request);
    char *mark = strstr(connection->request, "@NONCE@");
    if (mark == NULL) {
        return;
    }
    size_t before = (size_t)(mark - connection->request);
    free(connection->request);
    if (asprintf(&connection->request, "%.*s%032d%s\n", (int)before, request, 0,
                 request + before + strlen("@NONCE@")) < 0) {
        die("asprintf");
    }
    connection->length = strlen(connection->request);
    connection->nonce = connection->request + before;
    connection->number = strstr(connection->request, "@@@@@");
}

/* An echo gives none. */
static void take_nonce(struct connection *connection) {
    static const char key[] = "\"nonce\":\"";
    const char *nonce = strstr(connection->head, key);
    if (nonce != NULL && connection->nonce != NULL) {
        memcpy(connection->nonce, nonce + strlen(key), NONCE_DIGITS);
    }
}

/* True: an answer is complete; its beginning is in `head`. */
static bool receive(struct connection *connection) {
    static char chunk[CHUNK_SIZE];
    ssize_t length = recv(connection->wire, chunk, sizeof chunk, 0);
    if (length <= 0) {
        die("recv");
    }
    size_t room = sizeof connection->head - 1 - connection->got;
    size_t kept = (size_t)length < room ? (size_t)length : room;
    memcpy(connection->head + connection->got, chunk, kept);
    connection->got += kept;
    connection->head[connection->got] = '\0';
    return chunk[length - 1] == '\n';
}

static void greet(struct connection *connection) {
    send_all(connection->wire, hello, strlen(hello));
    connection->got = 0;
    connection->is_greeting = true;
}

/* ---- a worker: one process, some of the connections ---- */

static void ask(struct worker *worker, struct connection *connection) {
    if (connection->number != NULL && worker->task->span > 0) {
        char digits[NUMBER_DIGITS + 1];
        unsigned number = (unsigned)(worker->begun * STRIDE % worker->task->span % 100000);
        (void)snprintf(digits, sizeof digits, "%05u", number);
        memcpy(connection->number, digits, NUMBER_DIGITS);
    }
    connection->is_greeting = false;
    connection->got = 0;
    send_all(connection->wire, connection->request, connection->length);
}

static void open_wire(struct worker *worker, struct connection *connection) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    connection->wire = connect_to(worker->task->address);
    if (epoll_ctl(worker->poll, EPOLL_CTL_ADD, connection->wire, &event) != 0) {
        die("epoll_ctl");
    }
}

static bool is_over(const struct worker *worker) {
    const struct task *task = worker->task;
    return task->count > 0 ? worker->begun >= task->count : now_ns() >= worker->end_ns;
}

static void begin(struct worker *worker, struct connection *connection) {
    if (is_over(worker)) {
        return;
    }
    connection->begun_ns = now_ns();
    if (worker->task->connects) {
        open_wire(worker, connection);
    }
    if (worker->task->connects && !worker->task->plain) {
        greet(connection);
    } else {
        ask(worker, connection);
    }
    worker->begun++;
    worker->under_way++;
}

static void finish(struct worker *worker, struct connection *connection) {
    const char *expect = worker->task->expect;
    worker->tally.counts[bucket_of(now_ns() - connection->begun_ns)]++;
    if (expect != NULL && strstr(connection->head, expect) == NULL) {
        (void)fprintf(stderr, "load: not the answer that was expected: %s\n", connection->head);
        exit(1);
    }
    if (worker->task->connects) {
        (void)close(connection->wire);
    }
    worker->under_way--;
    begin(worker, connection);
}

static void on_readable(struct worker *worker, struct connection *connection) {
    if (!receive(connection)) {
        return;
    }
    if (connection->is_greeting) {
        take_nonce(connection);
        ask(worker, connection);
    } else {
        finish(worker, connection);
    }
}

static void enter(struct worker *worker, size_t count) {
    worker->poll = epoll_create1(EPOLL_CLOEXEC);
    worker->connections = calloc(count, sizeof *worker->connections);
    if (worker->poll < 0 || worker->connections == NULL) {
        die("epoll_create1");
    }
    for (size_t i = 0; i < count; i++) {
        struct connection *connection = &worker->connections[i];
        connection_init(connection, worker->task->request);
        if (worker->task->connects) {
            continue;
        }
        open_wire(worker, connection);
        if (!worker->task->plain) {
            greet(connection);
            while (!receive(connection)) {
            }
            take_nonce(connection);
        }
    }
}

static void run(struct worker *worker, size_t count) {
    worker->end_ns = now_ns() + worker->task->for_ms * 1000000u;
    for (size_t i = 0; i < count; i++) {
        begin(worker, &worker->connections[i]);
    }
    while (worker->under_way > 0) {
        struct epoll_event events[SHARE_MAX];
        int ready = epoll_wait(worker->poll, events, SHARE_MAX, PATIENCE_MS);
        if (ready <= 0) {
            die("no answer for 30 s");
        }
        for (int i = 0; i < ready; i++) {
            on_readable(worker, events[i].data.ptr);
        }
    }
}

/* Sends until nothing more fits. */
static void be_slow(const struct task *task) {
    struct connection connection = {0};
    ssize_t sent = 0;
    connection_init(&connection, task->slow);
    connection.wire = connect_to(task->address);
    greet(&connection);
    while (!receive(&connection)) {
    }
    take_nonce(&connection);
    do {
        sent = send(connection.wire, connection.request, connection.length,
                    MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent == (ssize_t)connection.length);
}

static void await(const char *what) {
    char byte;
    if (read(STDIN_FILENO, &byte, 1) < 0) {
        die(what);
    }
}

/* Standard input says when it begins and when it ends; standard output is a pipe to the first. */
static int work(const struct task *task, size_t count) {
    static struct worker worker;
    worker.task = task;
    if (count > 0) {
        enter(&worker, count);
    } else {
        be_slow(task);
    }
    if (write(STDOUT_FILENO, "r", 1) != 1) {
        die("write");
    }
    await("the beginning");
    if (count > 0) {
        run(&worker, count);
    }
    const char *bytes = (const char *)&worker.tally;
    for (size_t done = 0; done < sizeof worker.tally;) {
        ssize_t step = write(STDOUT_FILENO, bytes + done, sizeof worker.tally - done);
        if (step <= 0) {
            die("write");
        }
        done += (size_t)step;
    }
    await("the end");
    return 0;
}

/* ---- the first process ---- */

struct crew {
    size_t count;
    pid_t pids[WORKERS_MAX];
    int to[WORKERS_MAX];
    int from[WORKERS_MAX];
};

static void hear(int from, void *bytes, size_t length) {
    for (size_t done = 0; done < length;) {
        ssize_t step = read(from, (char *)bytes + done, length - done);
        if (step <= 0) {
            (void)fprintf(stderr, "load: a worker has ended\n");
            exit(1);
        }
        done += (size_t)step;
    }
}

static void hire(struct crew *crew, char **argv, size_t share, uint64_t requests) {
    char program[4096];
    char text[2][32];
    int to[2];
    int from[2];
    size_t number = crew->count;
    (void)snprintf(program, sizeof program, "%s.%zu", argv[0], number);
    (void)snprintf(text[0], sizeof text[0], "%zu", share);
    (void)snprintf(text[1], sizeof text[1], "%llu", (unsigned long long)requests);
    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0) {
        die("pipe2");
    }
    crew->pids[number] = fork();
    if (crew->pids[number] == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || dup2(to[0], STDIN_FILENO) < 0 ||
            dup2(from[1], STDOUT_FILENO) < 0 || setenv("LOAD_SHARE", text[0], 1) != 0 ||
            setenv("LOAD_REQUESTS", text[1], 1) != 0) {
            die("a worker");
        }
        (void)execv(program, argv);
        die(program);
    }
    (void)close(to[0]);
    (void)close(from[1]);
    crew->to[number] = to[1];
    crew->from[number] = from[0];
    crew->count++;
}

static void hire_all(struct crew *crew, const struct task *task, char **argv) {
    size_t workers = (task->connections + SHARE_MAX - 1) / SHARE_MAX;
    for (size_t i = 0; i < workers; i++) {
        size_t share = task->connections / workers + (i < task->connections % workers ? 1 : 0);
        hire(crew, argv, share, task->count / workers + (i < task->count % workers ? 1 : 0));
    }
    if (task->slow != NULL) {
        hire(crew, argv, 0, 0);
    }
    for (size_t i = 0; i < crew->count; i++) {
        char byte;
        hear(crew->from[i], &byte, 1);
    }
}

static int lead(const struct task *task, char **argv) {
    struct crew crew = {0};
    static struct tally all;
    static struct tally one;
    uint64_t answers = 0;
    hire_all(&crew, task, argv);
    uint64_t start = now_ns();
    for (size_t i = 0; i < crew.count; i++) {
        if (write(crew.to[i], "g", 1) != 1) {
            die("write");
        }
    }
    for (size_t i = 0; i < crew.count; i++) {
        hear(crew.from[i], &one, sizeof one);
        for (size_t k = 0; k < BUCKETS; k++) {
            all.counts[k] += one.counts[k];
            answers += one.counts[k];
        }
    }
    double seconds = (double)(now_ns() - start) / 1e9;
    (void)printf("%.1f %.1f %.1f\n", (double)answers / seconds, quantile_us(&all, 0.5),
                 quantile_us(&all, 0.99));
    (void)fflush(stdout);
    if (task->holds) {
        await("the end");
    }
    for (size_t i = 0; i < crew.count; i++) {
        (void)close(crew.to[i]);
        (void)waitpid(crew.pids[i], NULL, 0);
    }
    return 0;
}

static bool read_options(struct task *task, int argc, char **argv) {
    static const struct option options[] = {
        {"for", required_argument, NULL, 'f'},
        {"count", required_argument, NULL, 'n'},
        {"connect", no_argument, NULL, 'c'},
        {"plain", no_argument, NULL, 'p'},
        {"expect", required_argument, NULL, 'e'},
        {"span", required_argument, NULL, 's'},
        {"slow", required_argument, NULL, 'w'},
        {"hold", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'f':
            task->for_ms = strtoull(optarg, NULL, 10);
            break;
        case 'n':
            task->count = strtoull(optarg, NULL, 10);
            break;
        case 's':
            task->span = strtoul(optarg, NULL, 10);
            break;
        case 'e':
            task->expect = optarg;
            break;
        case 'w':
            task->slow = optarg;
            break;
        case 'c':
            task->connects = true;
            break;
        case 'p':
            task->plain = true;
            break;
        case 'h':
            task->holds = true;
            break;
        default:
            return false;
        }
    }
    return argc - optind == 3;
}

int main(int argc, char **argv) {
    struct task task = {.for_ms = 1000};
    if (read_options(&task, argc, argv)) {
        task.address = argv[optind];
        task.connections = strtoul(argv[optind + 1], NULL, 10);
        task.request = argv[optind + 2];
    }
    if (task.connections < 1 || task.connections > SHARE_MAX * (WORKERS_MAX - 1)) {
        (void)fprintf(stderr, "usage: load [--for MS | --count N] [--connect] [--plain] "
                              "[--expect TEXT] [--span N] [--slow REQUEST] [--hold] "
                              "ADDRESS CONNECTIONS REQUEST\n");
        return 2;
    }
    const char *share = getenv("LOAD_SHARE");
    const char *requests = getenv("LOAD_REQUESTS");
    if (share == NULL || requests == NULL) {
        return lead(&task, argv);
    }
    task.count = strtoull(requests, NULL, 10);
    return work(&task, strtoul(share, NULL, 10));
}
