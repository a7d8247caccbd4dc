/* SPDX-License-Identifier: MIT */
/* The other end of the asker's socketpair, and nobody behind it. */
#include "tests/fakes/fake_ask.h"

#include "libkcshim/server_ask.h"
#include "libkcshim/server_socket.h"

#include <sys/socket.h>

static struct {
    bool is_possible;
    bool is_open;
    unsigned count;
    int link;
} person;

void fake_ask_allow(bool is_possible) {
    fake_ask_answer();
    person.is_possible = is_possible;
    person.count = 0;
}

unsigned fake_ask_count(void) {
    return person.count;
}

void fake_ask_answer(void) {
    if (person.is_open) {
        server_socket_drop(person.link);
    }
    person.is_open = false;
}

bool fake_ask_is_over(void) {
    char byte = 0;
    return recv(person.link, &byte, 1, MSG_DONTWAIT) == 0;
}

bool ask_is_possible(void) {
    return person.is_possible;
}

enum kc_error ask_start(const char *window, struct server_socket *ret_asker) {
    (void)window;
    if (!person.is_possible) {
        return KC_NOT_FOUND;
    }
    enum kc_error error = server_socket_open(ret_asker, &person.link);
    person.is_open = error == KC_OK;
    person.count++;
    return error;
}
