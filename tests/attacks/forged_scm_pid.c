/* SPDX-License-Identifier: MIT */
/*
 * attack: forges the pid of its messages (SCM_CREDENTIALS), as it may in a pid namespace of its own
 * expects: untrusted_process
 * control: pid_namespace user_namespace
 * kind: stopped
 * cost: surroundings
 *
 * Whoever has CAP_SYS_ADMIN in its pid namespace may name any process of that namespace as the
 * writer. So the approved program has to be in there, too, and there it isn't trusted.
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_file(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text)) {
        attack_skip("no user name space of our own can be set up here");
    }
    (void)close(file);
}

static void map_to_itself(const char *path, unsigned long number) {
    char map[64];
    (void)snprintf(map, sizeof map, "%lu %lu 1", number, number);
    write_file(path, map);
}

static void enter_namespaces(void) {
    uid_t user = geteuid();
    gid_t group = getegid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0) {
        attack_skip("no user and pid name spaces of our own here");
    }
    write_file("/proc/self/setgroups", "deny");
    map_to_itself("/proc/self/uid_map", user);
    map_to_itself("/proc/self/gid_map", group);
}

static void send_as(int wire, pid_t writer, const char *line) {
    char text[ATTACK_LINE_MAX + 1];
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(struct ucred))];
    } control = {.room = {0}};
    struct iovec part = {text, (size_t)snprintf(text, sizeof text, "%s\n", line)};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    struct ucred forged = {.pid = writer, .uid = geteuid(), .gid = getegid()};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_CREDENTIALS;
    header->cmsg_len = CMSG_LEN(sizeof forged);
    memcpy(CMSG_DATA(header), &forged, sizeof forged);
    if (sendmsg(wire, &message, 0) != (ssize_t)part.iov_len) {
        attack_die("sendmsg");
    }
}

/* The first process of the namespaces. */
static _Noreturn void forge(int wire, int is_victim) {
    static const char *const commands[] = {"wait", NULL};
    char line[ATTACK_LINE_MAX];
    char nonce[ATTACK_NONCE_SIZE];
    struct attack_child peer = attack_start_peer(wire, NULL, commands);
    attack_send(is_victim, "");
    send_as(wire, peer.pid, "{\"type\":\"HELLO\"}");
    attack_receive(wire, line);
    if (!attack_nonce_of(line, nonce)) {
        attack_report(line);
    }
    attack_read_request(nonce, line);
    send_as(wire, peer.pid, line);
    attack_receive(wire, line);
    attack_report(line);
}

int main(void) {
    char line[ATTACK_LINE_MAX];
    int is_victim[2];
    if (pipe(is_victim) != 0) {
        attack_die("pipe");
    }
    attack_stop_daemon();
    int wire = attack_socket();
    enter_namespaces();
    pid_t first = fork();
    if (first == 0) {
        forge(wire, is_victim[1]);
    }
    (void)close(is_victim[1]);
    attack_receive(is_victim[0], line); /* the daemon's number means nothing in there */
    attack_continue_daemon();
    (void)waitpid(first, NULL, 0);
}
