/* SPDX-License-Identifier: MIT */
/*
 * attack: passes its connection on (SCM_RIGHTS), becomes an approved program; the receiver speaks
 * expects: identity_changed
 * control: writer
 * kind: stopped
 * cost: writer
 */
#include "tests/attacks/support/attack.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
};

static void pass(int channel, int descriptor) {
    char byte = 'x';
    union control control = {.room = {0}};
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptor);
    memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    if (sendmsg(channel, &message, 0) != 1) {
        attack_die("sendmsg");
    }
}

static int take(int channel) {
    char byte;
    int descriptor = -1;
    union control control = {.room = {0}};
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    if (recvmsg(channel, &message, 0) != 1 || CMSG_FIRSTHDR(&message) == NULL) {
        attack_die("recvmsg");
    }
    memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof descriptor);
    return descriptor;
}

int main(void) {
    static const char *const commands[] = {"wait", NULL};
    int channel[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, channel) != 0) {
        attack_die("socketpair");
    }
    attack_stop_daemon();
    int wire = attack_connect();
    pass(channel[1], wire);
    (void)close(wire); /* so that the child, who goes on below, doesn't inherit it */
    (void)attack_become_victim(commands);
    wire = take(channel[0]);
    attack_continue_daemon();
    attack_ask(wire);
}
