/* SPDX-License-Identifier: MIT */
/*
 * Times each check by itself, on a child process, and prints a line "check microseconds" for
 * every name of platform/check.h that it stands for, and for a chain of six processes, pinned anew
 * (chain_cold) and kept (chain_kept).
 */
#define _GNU_SOURCE
#include "daemon/chain.h"
#include "daemon/digest.h"
#include "daemon/policy.h"
#include "platform/code.h"
#include "platform/process.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 2000, GENERATIONS = 6 };

/* What the checks look at. */
struct subject {
    pid_t pid;
    struct process *process;
    struct image *image;
    struct digest *digest;
    struct policy *policy;
    int wire[2];
    bool with_writer;
    struct process *youngest; /* with GENERATIONS processes above it */
    struct ancestors *ancestors;
    size_t above; /* how many there are in all */
};

static void must(bool holds, const char *what) {
    if (!holds) {
        (void)fprintf(stderr, "costs: %s\n", what);
        exit(1);
    }
}

static void check_uid(struct subject *subject) {
    struct ucred told;
    socklen_t size = sizeof told;
    must(getsockopt(subject->wire[0], SOL_SOCKET, SO_PEERCRED, &told, &size) == 0, "SO_PEERCRED");
}

static void check_pin(struct subject *subject) {
    KC_AUTO(process) process = NULL;
    must(process_pin((uint64_t)subject->pid, &process) == KC_OK, "process_pin");
}

static void check_pins(struct subject *subject) {
    must(process_check(subject->process) == KC_OK, "process_check");
}

static void check_surroundings(struct subject *subject) {
    const char *why = NULL;
    must(process_check_surroundings(subject->process, &why) == KC_OK, "surroundings");
}

static void check_image(struct subject *subject) {
    KC_AUTO(image) image = NULL;
    const char *why = NULL;
    must(process_open_image(subject->process, &image, &why) == KC_OK, "process_open_image");
}

/* Whether it is remembered depends on where the program lies; the look costs the same. */
static void check_hash(struct subject *subject) {
    char hash[HASH_TEXT_SIZE];
    (void)digest_recall(subject->digest, subject->image, hash);
}

static void check_policy(struct subject *subject) {
    static const char hash[] = "0000000000000000000000000000000000000000000000000000000000000000";
    must(policy_find(subject->policy, image_path(subject->image), hash) == NULL, "policy_find");
}

static void check_code(struct subject *subject) {
    struct code code = {.flaw = CODE_SOUND};
    must(code_look(subject->process, subject->image, &code) == KC_OK, "code_look");
    code_clear(&code);
}

static void check_place(struct subject *subject) {
    struct stat status;
    (void)subject;
    must(lstat("/run", &status) == 0, "lstat");
}

/* One message, with or without the kernel's word about its writer. */
static void exchange_byte(struct subject *subject) {
    char byte = 'x';
    union {
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
        struct cmsghdr align;
    } control;
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (subject->with_writer) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
    }
    must(write(subject->wire[1], &byte, 1) == 1 && recvmsg(subject->wire[0], &message, 0) == 1,
         "a message");
}

static void walk(struct subject *subject, struct ancestors *ancestors) {
    KC_AUTO(chain) chain = NULL;
    const struct chain_walk how = {.ancestors = ancestors};
    must(chain_walk(&how, subject->youngest, "/", "", &chain) == KC_OK, "chain_walk");
    subject->above = chain->count;
}

static void walk_cold(struct subject *subject) {
    KC_AUTO(ancestors) ancestors = NULL;
    must(ancestors_new(subject->digest, &ancestors) == KC_OK, "ancestors_new");
    walk(subject, ancestors);
}

static void walk_kept(struct subject *subject) {
    walk(subject, subject->ancestors);
}

static int compare(const void *one, const void *other) {
    uint64_t left = *(const uint64_t *)one;
    uint64_t right = *(const uint64_t *)other;
    return (left > right) - (left < right);
}

static double median_us(struct subject *subject, void (*check)(struct subject *subject)) {
    static uint64_t times[ROUNDS];
    for (size_t i = 0; i < ROUNDS; i++) {
        struct timespec start;
        struct timespec end;
        (void)clock_gettime(CLOCK_MONOTONIC, &start);
        check(subject);
        (void)clock_gettime(CLOCK_MONOTONIC, &end);
        times[i] = (uint64_t)(end.tv_sec - start.tv_sec) * 1000000000u + (uint64_t)end.tv_nsec -
                   (uint64_t)start.tv_nsec;
    }
    qsort(times, ROUNDS, sizeof times[0], compare);
    return (double)times[ROUNDS / 2] / 1000;
}

struct measure {
    const char *names; /* blanks between */
    void (*check)(struct subject *subject);
};

static const struct measure measures[] = {
    {"uid server_uid", check_uid},
    {"pin", check_pin},
    {"process_check exec_pin alive pins", check_pins},
    {"surroundings tracer pid_namespace user_namespace", check_surroundings},
    {"image_mount image_linked image_by_handle image_size", check_image},
    {"hash_age hash_overlay hash_ctime", check_hash},
    {"policy_path policy_hash", check_policy},
    {"code_mapped code_altered code_anonymous code_files code_environment code_again", check_code},
    {"endpoint_current server_directory", check_place},
};

static void print_cost(const char *names, double us) {
    while (*names != '\0') {
        size_t length = strcspn(names, " ");
        (void)printf("%.*s %.1f\n", (int)length, names, us);
        names += length + strspn(names + length, " ");
    }
}

static void print_writer(struct subject *subject) {
    int on = 1;
    double without = median_us(subject, exchange_byte);
    must(setsockopt(subject->wire[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0, "SO_PASSCRED");
    subject->with_writer = true;
    double with = median_us(subject, exchange_byte);
    print_cost("writer", with > without ? with - without : 0);
}

/* Until the descriptor is closed, or we end. */
static _Noreturn void live(int alive) {
    char byte;
    _exit(read(alive, &byte, 1) < 0);
}

/* One orphan, its child, and so on, so that nobody is above them but who takes orphans in. The
 * youngest tells its number. */
static _Noreturn void live_in_generations(int alive, int numbers) {
    const struct timespec tick = {0, 20 * 1000 * 1000}; /* of the times that processes began at */
    for (int i = 0; i <= GENERATIONS; i++) {
        (void)nanosleep(&tick, NULL);
        if (fork() != 0) {
            if (i == 0) {
                _exit(0);
            }
            (void)close(numbers);
            live(alive);
        }
    }
    pid_t own = getpid();
    must(write(numbers, &own, sizeof own) == sizeof own, "write");
    live(alive);
}

/* A hash is remembered only of a file that is two seconds old. */
static void await_remembered(const struct subject *subject) {
    const struct timespec moment = {0, 100 * 1000 * 1000};
    enum kc_error error = KC_AGAIN;
    for (int i = 0; i < 50 && error == KC_AGAIN; i++) {
        for (int may_read = 1; may_read >= 0; may_read--) {
            KC_AUTO(chain) chain = NULL;
            const struct chain_walk how = {.ancestors = subject->ancestors,
                                           .may_read = may_read == 1};
            error = chain_walk(&how, subject->youngest, "/", "", &chain);
        }
        (void)nanosleep(&moment, NULL);
    }
    must(error == KC_OK, "chain_walk");
}

/* What they cost for six; there may be others above them. */
static void print_chain(struct subject *subject) {
    int alive[2];
    int numbers[2];
    pid_t youngest = 0;
    must(pipe(alive) == 0 && pipe(numbers) == 0, "pipe");
    pid_t child = fork();
    if (child == 0) {
        (void)close(alive[1]);
        live_in_generations(alive[0], numbers[1]);
    }
    must(child > 0 && waitpid(child, NULL, 0) == child &&
             read(numbers[0], &youngest, sizeof youngest) == sizeof youngest &&
             process_pin((uint64_t)youngest, &subject->youngest) == KC_OK &&
             ancestors_new(subject->digest, &subject->ancestors) == KC_OK,
         "a line of processes");
    await_remembered(subject);
    double cold = median_us(subject, walk_cold);
    double kept = median_us(subject, walk_kept);
    (void)printf("chain_cold %.1f\n", cold * GENERATIONS / (double)subject->above);
    (void)printf("chain_kept %.1f\n", kept * GENERATIONS / (double)subject->above);
    ancestors_free(subject->ancestors);
    process_free(subject->youngest);
    (void)close(alive[1]);
}

static void look_at(struct subject *subject, pid_t pid) {
    const char *why = NULL;
    char trouble[KC_MESSAGE_MAX];
    char hash[HASH_TEXT_SIZE];
    subject->pid = pid;
    must(process_pin((uint64_t)pid, &subject->process) == KC_OK &&
             process_open_image(subject->process, &subject->image, &why) == KC_OK &&
             digest_new(&subject->digest) == KC_OK &&
             digest_image(subject->digest, subject->image, NULL, hash) == KC_OK &&
             policy_parse("", 0, &subject->policy, trouble) == KC_OK &&
             socketpair(AF_UNIX, SOCK_STREAM, 0, subject->wire) == 0,
         "the child can't be looked at");
}

int main(void) {
    struct subject subject = {0};
    pid_t child = fork();
    if (child == 0) {
        must(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0, "prctl");
        (void)pause();
        _exit(0);
    }
    must(child > 0, "fork");
    look_at(&subject, child);
    for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++) {
        print_cost(measures[i].names, median_us(&subject, measures[i].check));
    }
    print_writer(&subject);
    print_chain(&subject);
    policy_free(subject.policy);
    digest_free(subject.digest);
    image_free(subject.image);
    process_free(subject.process);
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    return 0;
}
